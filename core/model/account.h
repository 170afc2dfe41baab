/*
 * account.h - the desired state of one login, and where each part of it was said.
 *
 * An importer says what a source says and nothing more: a field that the source is silent about is
 * not given, and the planner fills it from the policy (create) or leaves the host's value alone
 * (change). All strings are UTF-8 without control characters unless stated; they live in the run's
 * arena.
 */
#ifndef REHOME_MODEL_ACCOUNT_H
#define REHOME_MODEL_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/model/layout.h"
#include "core/model/profile.h"

struct old_account;

enum account_field {
	ACCOUNT_KEY,
	ACCOUNT_USERNAME,
	ACCOUNT_FULL_NAME,
	ACCOUNT_EMAIL,
	ACCOUNT_UID,
	ACCOUNT_PASSWORD,
	ACCOUNT_PASSWORD_HASH,
	ACCOUNT_SSH_KEYS,
	ACCOUNT_GROUPS,
	ACCOUNT_LAYOUT,
	ACCOUNT_FOLDERS,
	ACCOUNT_HOME,
	ACCOUNT_SHELL,
	ACCOUNT_EXPIRES,
	ACCOUNT_STATE,
	ACCOUNT_PROFILE,
	ACCOUNT_FIELDS, /* how many there are */
};

enum account_state {
	ACCOUNT_ACTIVE,
	ACCOUNT_DISABLED, /* exists, cannot log in */
	ACCOUNT_LEFT,	  /* the source says that the person is gone */
	ACCOUNT_STAGED,	  /* is made whole and stays closed until somebody opens it; one that was
			     opened is not closed again by this */
};

/* What an account without password gets at its creation. */
enum account_secret {
	ACCOUNT_SECRET_POLICY, /* as policy.passwords.new says */
	ACCOUNT_SECRET_NEW,    /* a new one, told in the handout */
	ACCOUNT_SECRET_NONE,
};

/* No expiry date; the value an empty `expires` cell means. */
#define ACCOUNT_NEVER ((int64_t)-1)

/* How a computed value of the source came about: group "press", "listed as a member by cn=..." */
struct account_reason {
	enum account_field field;
	const char *value, *via;
};

struct account_reasons {
	struct account_reason *items;
	size_t count, room;
};

struct account {
	const char *source; /* the source's name in the configuration, or "csv:staff.csv" */
	struct place place; /* the row, entry or line as a whole */
	uint32_t given;	    /* bit 1u << enum account_field */
	struct place places[ACCOUNT_FIELDS];
	struct account_reasons *reasons; /* NULL unless somebody asked: source_config.explain */

	const char *key; /* origin key: given, or else the login */
	const char *username;
	bool username_generated; /* made from a name: a collision gets a suffix, not an error */
	const char *full_name;
	const char *email;
	uid_t uid;
	const char *password;	     /* plaintext, secret; at creation only */
	const char *password_hash;   /* crypt(5) string, secret; shape checked */
	const char *foreign_hash;    /* what its password is, in words, when nothing here verifies
					it; place and no more of password_hash */
	struct string_list ssh_keys; /* authorized_keys lines, checked, normalised */
	struct string_list groups;   /* supplementary groups besides the jail's */
	const char *layout;	     /* name of a layout in the configuration */
	struct folder_list folders;  /* instead of, not in addition to, the layout's folders */
	const char *home;	     /* absolute path */
	const char *shell;
	int64_t expires; /* the first day on which the account no longer works, in days since
			    1970-01-01: shadow(5) field 8, chage -E; or ACCOUNT_NEVER */
	enum account_state state;

	/* What sources of other kinds than tables say; zeroed = nothing. */
	const struct old_account *old; /* old_account.h: it was a login of an old server */
	struct jail_profile profile;   /* wins over the layout's, field by field */
	const char *contents; /* a directory of this machine, whatever --root is, as an absolute
				 path: what is in it becomes the contents of a new home */
	enum account_secret secret;
};

static inline bool
account_has(const struct account *account, enum account_field field)
{
	return account->given & (1u << field);
}

static inline bool
account_has_left(const struct account *account)
{
	return account_has(account, ACCOUNT_STATE) && account->state == ACCOUNT_LEFT;
}

/* Disabled, staged or left: nobody gets in by it as long as the source says so. */
static inline bool
account_is_closed(const struct account *account)
{
	return account_has(account, ACCOUNT_STATE) && account->state != ACCOUNT_ACTIVE;
}

/* Its end is not after that day, counted from 1970. */
static inline bool
account_has_ended(const struct account *account, int64_t today)
{
	return account_has(account, ACCOUNT_EXPIRES) && account->expires != ACCOUNT_NEVER &&
		account->expires <= today;
}

/* The source says that nobody is to get in by this account any more. */
static inline bool
account_is_shut(const struct account *account)
{
	return account_has(account, ACCOUNT_STATE) &&
		(account->state == ACCOUNT_DISABLED || account->state == ACCOUNT_LEFT);
}

/* "username", "full_name" ...: the name in configuration, exchange files and messages. */
const char *account_field_name(enum account_field field);
/* ACCOUNT_FIELDS when unknown. */
enum account_field account_field_parse(const char *name);

/*
 * Sets one field from text as a spreadsheet or template gives it: trims (passwords are taken
 * verbatim), parses, checks; what the field held before is replaced. Lists are separated by blanks,
 * commas, semicolons or slashes; ssh_keys by newlines or semicolons; folders as
 * folder_list_parse(); profile as profile_read(). Empty text leaves the field as it is; "(none)" in
 * a list is account_set_none().
 * Appends an error with place and hint when the text is no value for the field. What is checked
 * here is form; what the host makes of it is the planner's. A full name may hold a comma or '=',
 * which gecos cannot: the planner replaces them.
 */
NODISCARD bool account_set(struct account *account, enum account_field field, const char *text,
	struct place place, struct arena *arena, struct diags *diags);

/* The source gives the field as none: no expiry, no groups, keys or folders. For these only. */
void account_set_none(struct account *account, enum account_field field, struct place place);

/* The checks behind account_set(), for importers that have typed values. */

/* Refuses what no passwd(5) field may hold: ':', newline, other controls, invalid UTF-8. */
NODISCARD bool account_check_text(
	const char *value, const char *what, struct place place, struct diags *diags);

/*
 * A login: what useradd's strict rule allows, ^[a-z_][a-z0-9_-]{0,31}$, not "." or "..", not only
 * digits, checked beside the policy's own pattern. The hint offers the nearest legal name.
 */
NODISCARD bool account_check_username(
	const char *name, struct place place, struct arena *arena, struct diags *diags);

/*
 * YYYY-MM-DD, or with `format` a strptime(3) subset (%d %m %Y %y and literal text). "never" is
 * ACCOUNT_NEVER with every format. Days before 1970-01-02 are refused.
 */
NODISCARD bool account_parse_date(const char *text, const char *format, struct place place,
	int64_t *ret_day, struct diags *diags);

/* That a format is such a subset and says one day, month and year; for configuration. */
NODISCARD bool account_check_date_format(
	const char *format, struct place place, struct diags *diags);

#endif
