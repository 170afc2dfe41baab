/*
 * pam_module.h - what the modules of a PAM stack say to one attempt to log in.
 *
 * A module is a row: the functions that evaluate it, or the codes that it always answers. What it
 * asks of the old machine is in the attempt.
 */
#ifndef REHOME_IMPORTERS_OLD_PAM_MODULE_H
#define REHOME_IMPORTERS_OLD_PAM_MODULE_H

#include "importers/old/crypt_shape.h"
#include "importers/old/pam.h"
#include "importers/old/pam_stack.h"
#include "importers/old/passdb.h"

struct old_pam {
	struct old_root *root;
	const struct old_unix *accounts;
	struct arena *arena;
	struct pam_service *service;
	unsigned caller;	 /* enum old_pam_caller */
	bool is_debian;		 /* whose libpam is a little different */
	bool secure_needs_tty;	 /* "nullok_secure" is no "nullok" for who has no terminal */
	bool other_accounts;	 /* there may be accounts that no file of ROOT has */
	struct table databases;	 /* path -> struct pam_database, opened when they are first asked */
	struct table lists;	 /* path -> struct pam_list */
	struct table modules;	 /* name -> whether its file is there */
	struct old_file *shells; /* /etc/shells; NULL = not read yet */
	enum old_status shells_status;
};

/* Which password is typed, as far as it matters. */
enum pam_typed {
	PAM_TYPED_SECRET, /* the one that fits attempt->secret, and perhaps others by chance */
	PAM_TYPED_ALL,	  /* one that fits every secret */
	PAM_TYPED_EMPTY,
	PAM_TYPED_NOBODYS, /* one that fits none */
};

struct pam_attempt {
	struct old_pam *pam;
	const char *user;
	const struct old_passwd *account; /* NULL = none on ROOT */
	int64_t today;
	struct arena *arena; /* the answer's */
	enum pam_typed typed;
	const struct old_way *secret;
	bool has_password;  /* a module has asked for it: use_first_pass finds it */
	bool unix_verified; /* pam_unix has taken the password */
	const char *why;    /* why the last module that was called says no; may stay NULL */
	struct place why_place;
};

struct pam_module {
	const char *name;
	/* By type, PAM_AUTH to PAM_SESSION; NULL = always the code in `fixed`. */
	enum pam_code (*call[3])(struct pam_attempt *attempt, const struct pam_handler *handler);
	enum pam_code fixed[3];
	enum pam_code setcred;
	/* The passwords that it knows for the attempt's user, and notes on them. */
	void (*secrets)(struct pam_attempt *attempt, const struct pam_handler *handler,
		struct old_login *ret_login);
	/* The names in its database or list. */
	void (*names)(struct old_pam *pam, const struct pam_handler *handler,
		void (*found)(void *ctx, const char *name, struct place where), void *ctx);
};

/* NULL = not known: what it says is PAM_NOT_EVALUATED. */
const struct pam_module *pam_module_find(const char *name);

extern const struct pam_module pam_unix_module;	      /* pam_unix_module.c */
extern const struct pam_module pam_userdb_module;     /* pam_userdb_module.c */
extern const struct pam_module pam_pwdfile_module;    /* pam_pwdfile_module.c */
extern const struct pam_module pam_listfile_module;   /* pam_listfile_module.c */
extern const struct pam_module pam_succeed_if_module; /* pam_succeed_if_module.c */

/* Whether what is typed fits a stored password. */
bool pam_fits_hash(const struct pam_attempt *attempt, const char *hash);
bool pam_fits_text(const struct pam_attempt *attempt, const char *text, bool any_case);

/* Says no, and why. */
enum pam_code pam_say_no(struct pam_attempt *attempt, enum pam_code code, struct place where,
	const char *format, ...) PRINTF_LIKE(4, 5);

/* PAM_USER_UNKNOWN, or not evaluated where accounts come from elsewhere as well. */
enum pam_code pam_unknown_user(struct pam_attempt *attempt);

bool pam_is_in_group(const struct pam_attempt *attempt, const char *group);

/* "file=" -> what is behind it in the last argument that begins so; NULL = none. */
const char *pam_argument(const struct pam_handler *handler, const char *prefix);
bool pam_has_argument(const struct pam_handler *handler, const char *word);

/* Whether crypt(3) of the text, by this host's libcrypt, is the hash. Slow by design. */
bool pam_text_has_hash(const char *text, const char *hash);

#endif
