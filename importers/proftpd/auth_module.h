/*
 * auth_module.h - one authentication module of the server, as auth.c asks it.
 *
 * Each answers like its namesake: DECLINED passes the question on to the next module, HANDLED ends
 * it. DISCONNECT is mod_sql's: an error of its database ends the session. CANNOT_TELL is ours: the
 * module asked something that is not on ROOT.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_AUTH_MODULE_H
#define REHOME_IMPORTERS_PROFTPD_AUTH_MODULE_H

#include "importers/proftpd/auth.h"

enum pro_answer {
	PRO_DECLINED,
	PRO_HANDLED,
	PRO_DISCONNECT,
	PRO_CANNOT_TELL,
};

/* A passwd entry. */
struct pro_account {
	const char *name, *hash, *gecos, *home, *shell; /* hash NULL: the column is */
	uid_t uid;
	gid_t gid;
	struct place where, hash_where; /* hash_where: shadow's line, else where */
};

/* What a session collects about its groups. Modules append to both lists, also those that decline
 * in the end: what they left stays. */
struct pro_groups {
	struct {
		gid_t *items;
		size_t count, room;
	} gids;
	struct string_list names;
};

struct pro_module {
	const char *name;   /* "mod_auth_file.c" */
	bool authoritative; /* "mod_auth_file.c*" in AuthOrder: nobody is asked after it */
	void *state;
	/* Any of these may be NULL: the module has no such handler. notes says what is odd. */
	enum pro_answer (*user)(void *state, const char *name, struct arena *arena,
		struct pro_account *ret_account, struct diags *notes);
	enum pro_answer (*groups)(
		void *state, const char *name, struct arena *arena, struct pro_groups *groups);
	enum pro_answer (*group_name)(
		void *state, gid_t gid, struct arena *arena, const char **ret_name);
	enum pro_answer (*group_gid)(void *state, const char *name, gid_t *ret_gid);
	/* Appends the ways in which the hash can be satisfied for the account. */
	void (*check)(void *state, const struct pro_account *account, const char *hash,
		struct place where, struct arena *arena, struct pro_credentials *credentials);
	/* Whether the account may log in at all, however it proved itself. */
	bool (*authorized)(void *state, const struct pro_account *account, struct arena *arena,
		struct pro_credentials *credentials);
	/* What every session asks once somebody is in, one of whose groups may have no number (its
	 * gid is -1); DISCONNECT ends it. */
	enum pro_answer (*session)(void *state, bool numberless);
	void (*names)(void *state, void (*found)(void *ctx, const char *name, struct place where),
		void *ctx);
	void (*close)(void *state);
};

/* auth_file.c; false when the context names no file. */
bool pro_auth_file_module(const struct pro_auth_input *input, struct pro_module *ret_module);
/* auth_unix.c */
void pro_auth_unix_module(const struct pro_auth_input *input, struct pro_module *ret_module);
/* auth_foreign.c: mod_ldap and mod_radius, whose users are not on ROOT; false when the context does
 * not turn that module on. Their settings become notes. */
bool pro_auth_foreign_module(const struct pro_auth_input *input, const char *name,
	struct pro_module *ret_module, struct diags *diags);

/* The modules that answer for a context, in their order; then those that would know users but are
 * not asked, because AuthOrder does not list them. */
struct pro_order {
	struct {
		struct pro_module *items;
		size_t count, room;
	} asked, ignored;
	bool pam, pam_authoritative; /* mod_auth_pam is asked for passwords, first of all */
	struct place pam_where;	     /* AuthPAMConfig */
	const char *pam_service;
	const struct pro_line *one_time; /* AuthOTPEngine on: one-time passwords; NULL = none */
};

/* auth_order.c */
void pro_order_read(
	const struct pro_auth_input *input, struct pro_order *ret_order, struct diags *diags);

/* A note: a warning with place and code. */
void pro_note(struct diags *notes, struct place where, const char *code, const char *format, ...)
	PRINTF_LIKE(4, 5);
/* Appends a way unless the same one is there. */
void pro_add_way(struct pro_credentials *credentials, enum old_password kind, const char *secret,
	struct place where, struct arena *arena);

#endif
