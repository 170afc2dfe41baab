/*
 * pam_stack.h - the configuration of a PAM service, read the way libpam reads it, and the rules by
 * which the answers of its modules become one.
 */
#ifndef REHOME_IMPORTERS_OLD_PAM_STACK_H
#define REHOME_IMPORTERS_OLD_PAM_STACK_H

#include "importers/old/root.h"

/* What a module can answer, in the order of libpam's numbers. */
enum pam_code {
	PAM_SUCCESS = 0,
	PAM_SERVICE_ERR = 3,
	PAM_PERM_DENIED = 6,
	PAM_AUTH_ERR = 7,
	PAM_AUTHINFO_UNAVAIL = 9,
	PAM_USER_UNKNOWN = 10,
	PAM_NEW_AUTHTOK_REQD = 12,
	PAM_ACCT_EXPIRED = 13,
	PAM_SESSION_ERR = 14,
	PAM_CRED_ERR = 17,
	PAM_AUTHTOK_RECOVERY_ERR = 21,
	PAM_IGNORE = 25,
	PAM_ABORT = 26,
	PAM_AUTHTOK_EXPIRED = 27,
	PAM_MODULE_UNKNOWN = 28,
	PAM_NONE = PAM_MODULE_UNKNOWN, /* the module has no function for it */
	PAM_CODES = 32,
	PAM_NOT_EVALUATED, /* ours: it depends on what cannot be seen here */
};

enum pam_type {
	PAM_AUTH,
	PAM_ACCOUNT,
	PAM_SESSION,
	PAM_PASSWORD,
	PAM_TYPES,
};

/* Positive numbers are jumps over so many lines. */
enum pam_action {
	PAM_DO_IGNORE = 0,
	PAM_DO_OK = -1,
	PAM_DO_DONE = -2,
	PAM_DO_BAD = -3,
	PAM_DO_DIE = -4,
	PAM_DO_RESET = -5,
	PAM_DO_UNSET = -6, /* while reading only */
};

struct pam_handler {
	bool must_fail; /* the line is wrong: denied, whatever it was meant to be */
	bool substack;	/* only marks where one begins */
	int level;	/* of substacks */
	int actions[PAM_CODES];
	const char *path;   /* "pam_unix.so", as written; NULL when must_fail or substack */
	const char *module; /* "pam_unix" */
	struct string_list arguments;
	struct place where;
};

struct pam_stack {
	struct pam_handler *items;
	size_t count, room;
};

struct pam_service {
	const char *name; /* as libpam makes it: without folders, in lower case */
	struct pam_stack stacks[PAM_TYPES];
	bool broken; /* libpam gives up on it: everybody is refused */
	const char *why;
	struct place where; /* of what broke it, else the file that was read first */
};

/* Always something: a service that cannot be read is broken. */
struct pam_service *pam_service_read(
	struct old_root *root, const char *service, struct arena *arena);

/* What the modules of a stack answer, asked in turn. */
struct pam_walk {
	void *ctx;
	/* May answer PAM_NOT_EVALUATED; walking ends then. */
	enum pam_code (*call)(void *ctx, const struct pam_handler *handler, size_t index);
	/* Debian's libpam: in pam_setcred() a jump is no opinion; elsewhere it is "ok". */
	bool jump_is_ignored;
	/* Set when walking ends. */
	const struct pam_handler *refused; /* who made the answer negative; NULL = nobody */
};

/*
 * pam_authenticate() and its like. For pam_setcred(): first are the answers of the walk before, by
 * index, which choose the way again (PAM_NOT_EVALUATED = was not asked then); else NULL.
 */
enum pam_code pam_stack_walk(
	const struct pam_stack *stack, struct pam_walk *walk, const enum pam_code *first);

#endif
