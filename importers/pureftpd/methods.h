/*
 * methods.h - who knows the users: the methods of authentication of one Pure-FTPd, in their order.
 *
 * The first method that knows a name decides. The database and the system's accounts know a name
 * whatever the password; PAM only knows whom it lets in, so its users may have a second password,
 * and with it a second home, in a method behind it. MySQL, PostgreSQL, LDAP and external programs
 * are not asked: who reaches one of them is unknown.
 */
#ifndef REHOME_IMPORTERS_PUREFTPD_METHODS_H
#define REHOME_IMPORTERS_PUREFTPD_METHODS_H

#include "importers/old/pam.h"
#include "importers/pureftpd/pdb.h"
#include "importers/pureftpd/session.h"
#include "importers/pureftpd/virtual_user.h"

struct methods {
	struct old_root *root;
	struct arena *arena;
	const struct pure_options *options;
	const struct old_unix *accounts;
	int64_t today; /* days since 1970 */

	struct old_pam *pam; /* NULL = not a method */
	bool uses_accounts;  /* pam or unix */
	bool uses_database;  /* puredb */
	/* All of the puredb methods read the file that was named last. */
	const char *database;
	bool database_opens;
	struct pdb pdb;
	struct pdb_names names; /* of the database */
	bool names_are_whole;
	size_t long_names;
	struct table records; /* name -> its first item of names */
};

void methods_open(struct methods *methods, struct old_root *root, const struct old_unix *accounts,
	const struct pure_options *options, int64_t today);

/* A user's record in the database: its number is where other files have a line. */
struct place methods_record(const struct methods *methods, const char *name);

/* One way in: the passwords that a method takes, and whom it lets in as. */
struct candidate {
	enum auth_kind kind;
	struct {
		struct old_way *items;
		size_t count, room;
	} ways;
	struct identity identity;
	const struct virtual_user *user;  /* of the database; else NULL */
	const struct old_passwd *account; /* of the system; else NULL */
	int64_t expires;		  /* the account's, ACCOUNT_NEVER when it never does */
	mode_t umask;			  /* of the process, besides that of the options */
	bool is_doubtful;		  /* whether a password opens it cannot be known */
	struct diags notes;
};

struct answer {
	struct {
		struct candidate *items;
		size_t count, room;
	} candidates;	    /* in the order in which their passwords were tried */
	bool is_unknown;    /* a method that was not asked could let in */
	bool is_preempted;  /* and it comes first, so that it may decide instead of them */
	struct place where; /* who refused, when nobody is a candidate */
	struct diags notes; /* why not, what is unknown */
};
void methods_ask(const struct methods *methods, const char *name, struct answer *ret_answer);

#endif
