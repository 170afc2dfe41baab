/*
 * old_account.h - what becomes of a login of an old server: the account that is asked for.
 *
 * Made for every login that was let in, and for those of which that cannot be known; never for one
 * that was refused, nor for anonymous access. Here is what follows from the login alone: a legal
 * name, its own uid, the password as far as libcrypt verifies it, keys, expiry, the rights that are
 * carried. What takes a look at this machine or at other logins, or a person's word, is the
 * planner's (planner_old.c).
 */
#ifndef REHOME_MODEL_OLD_ACCOUNT_H
#define REHOME_MODEL_OLD_ACCOUNT_H

#include "core/model/account.h"
#include "core/model/intake.h"
#include "core/model/old_login.h"

/* What can be done with the way in that the old server knew. */
enum old_secret {
	OLD_SECRET_NONE,    /* there was no password */
	OLD_SECRET_CARRIED, /* a hash that libcrypt verifies: account.password_hash */
	OLD_SECRET_PLAIN,   /* a plaintext, hashed now: account.password */
	OLD_SECRET_FOREIGN, /* nothing here verifies it */
	OLD_SECRET_OPEN,    /* the empty one, or any: never carried */
};

struct old_account {
	const struct old_login *login;
	const char *importer;
	const char *root; /* the directory of this machine that is ROOT; NULL: ROOT is an archive */

	/* The old name is no legal one, and username is what was made of it. */
	bool is_renamed;
	const char *name_rival; /* another login of the source that would be called so, or NULL */

	bool has_own_uid; /* no guest: account.uid is its own on the old machine */
	enum old_secret secret;
	const char *scheme;	 /* FOREIGN: what it is, "an argon2id hash" */
	bool is_open;		 /* the empty password, or any, was among those that let it in */
	struct string_list from; /* the login's addresses as sshd takes them */
	bool limit_is_lost;	 /* some of them are none that sshd can tell apart */
	struct diags notes;	 /* the login's, and what was found here */
};

/* What every source that is an old server has besides its importer's own options. */
struct old_account_config {
	const char *layout; /* NULL = the default one */
	const char *groups; /* as in a cell of a sheet; NULL = none */
};
extern const struct option_spec old_account_options[];

/*
 * The accounts of intake->old_logins into intake->accounts, in their order. root is
 * old_account.root. Linear in the number of logins. None, and an error, when the options are wrong.
 */
void old_accounts_make(struct intake *intake, const struct old_account_config *config,
	const char *root, struct arena *arena, struct diags *diags);

/* The nearest legal login: "user@example.com" is "user_example_com"; "user" when nothing is left.
 */
char *old_account_name(const char *user, struct arena *arena);

#endif
