/*
 * plan.h - what would be done: changes for people, steps and edits for the executor.
 *
 * Plain data without pointers into sources or the host: a plan can be shown, saved as JSON, and
 * applied later by another process (codec.h). It never holds a password or a hash; those are in
 * struct plan_secrets, saved beside it.
 */
#ifndef REHOME_PLAN_PLAN_H
#define REHOME_PLAN_PLAN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/base/host.h"
#include "core/base/table.h"
#include "core/plan/decision.h"
#include "core/plan/edit.h"

/* ---- for people ---- */

enum change_action {
	CHANGE_CREATE,
	CHANGE_ADOPT,
	CHANGE_CHANGE,
	CHANGE_LEAVE,
	CHANGE_BLOCKED,
	CHANGE_UNCHANGED,
	CHANGE_ACTIONS, /* how many there are */
};

enum password_kind {
	PASSWORD_NONE,	    /* cannot log in with a password */
	PASSWORD_GIVEN,	    /* plaintext from the source, hashed by us */
	PASSWORD_HASH,	    /* hash from the source, carried */
	PASSWORD_GENERATED, /* made at apply, told in the handout */
	PASSWORD_KEPT,	    /* as it is on the host */
};

/* What an account is, before or after. Lists are sorted as shown. */
struct account_facts {
	uid_t uid;
	gid_t gid;
	const char *full_name;
	const char *home;
	const char *shell;
	struct string_list groups;  /* supplementary, the jail's group first */
	const char *layout;	    /* NULL when the folders were listed */
	struct string_list folders; /* "pics:rw", as folder_list_text() */
	const char *profile;	    /* profile_text(); NULL = none */
	enum password_kind password;
	struct string_list keys; /* fingerprints */
	int64_t expires;	 /* day, or ACCOUNT_NEVER; of a staged account the one that it is to
				    get */
	bool disabled;
	bool staged; /* never was opened: closed until it is activated */
};

/* Nobody logs in, whatever the date: shadow has EDIT_BORN_EXPIRED. */
static inline bool
account_facts_are_closed(const struct account_facts *facts)
{
	return facts->disabled || facts->staged;
}

/* One "label text" line of the plan: "account", "uid 20000, groups sftponly press, ...". */
struct change_line {
	const char *label, *text;
	bool detail; /* for who wants to know exactly (-v) */
};

struct change {
	enum change_action action;
	const char *login;
	const char *full_name;
	const char *source, *key; /* origin */
	const char *old_login; /* the account is renamed: its login until now; NULL = it is not */
	const char *old_source, *old_key; /* it is bound to another origin: the one until now */
	struct place place;
	bool login_generated;
	bool nss; /* the name service's: no line in passwd or shadow is ours */
	bool has_before, has_after;
	struct account_facts before, after;
	struct {
		struct change_line *items;
		size_t count, room;
	} lines;
	struct {
		struct decision *items;
		size_t count, room;
	} decisions;	       /* the cases that were met, of a login of an old server */
	bool left_out;	       /* somebody decided so: it stays CHANGE_UNCHANGED */
	struct diags findings; /* an error makes it CHANGE_BLOCKED */
};

/* ---- for the executor ---- */

/* In the order in which a run performs them. The verb is stable: it is in plans and journals. */
enum step_kind {
	STEP_ARCHIVE_AHEAD, /* the contents of a home that is still in use, copied into its archive
			     */
	STEP_GATE,	  /* one shadow rename closes the accounts that live; their processes end */
	STEP_HOME_FREEZE, /* a home becomes root's alone until its new form is complete */
	STEP_ARCHIVE,	  /* what changed since, and the manifest; read back and compared */
	STEP_DIR_CREATE,  /* a shared directory: base of homes, key directory */
	STEP_HOME_CREATE, /* a whole jail, staged and renamed in */
	STEP_HOME_ADOPT,  /* a home that people live in becomes a jail, by renames */
	STEP_HOME_COPY,	  /* a home that no rename can move becomes a jail elsewhere; it stays */
	STEP_HOME_FILL,	  /* a whole jail with a copy of a directory that is no home here */
	STEP_HOME_RETIRE, /* a home goes into quarantine on its filesystem */
	STEP_HOME_RENAME, /* a home goes with its login to another name on its filesystem */
	STEP_FSTAB_LINE,  /* a line of fstab(5), for a home that is bound into its jail */
	STEP_HOME_BIND,	  /* a home that stays where it is is mounted on a folder of its jail */
	STEP_FOLDER_CREATE,  /* a folder in a jail that exists */
	STEP_CONTENTS_CARRY, /* what changed since where a home's contents came from */
	STEP_KEYS_WRITE,     /* the login's file in the key directory; content NULL removes it */
	STEP_DROPIN_WRITE,
	STEP_SSHD_RELOAD,
	STEP_ACCOUNT_FILE, /* one rename; group, gshadow, shadow (born expired), passwd (commit) */
	STEP_CACHES_FLUSH,
	STEP_ACCOUNTS_CHECK, /* in a fresh process, and by sshd */
	STEP_SESSIONS_END,   /* of accounts of the name service, which no gate closes */
	STEP_ACTIVATE,	     /* one shadow rename opens the whole batch */
	STEP_KINDS,	     /* how many there are */
};

struct step_folder {
	const char *path; /* below the jail, parents first */
	struct host_owner owner;
	bool sealed; /* HOME_ADOPT, _COPY, _FILL: what is in it already becomes root's too */
};

/* A home that exists, as the plan found it. */
struct step_home {
	uint64_t dev, ino;	 /* the same directory still? */
	struct host_owner owner; /* of the directory itself */
	uint64_t files, bytes;	 /* of regular files; for space, progress and people */

	/* HOME_ADOPT, HOME_COPY, HOME_FILL, CONTENTS_CARRY */
	const char *loose; /* the folder that the old directory becomes, with what is loose in it */
	uid_t old_uid, new_uid; /* equal: contents keep owner and group */
	gid_t old_gid, new_gid;
	gid_t folder_gid; /* the jail's group, for first-level folders of the user's */
	bool relink;	  /* symbolic links by the home's full path become relative ones */

	/* HOME_BIND, HOME_COPY, HOME_FILL, CONTENTS_CARRY, HOME_RENAME (until then) */
	const char *source; /* the home; dev, ino and owner are of it. A copied one stays there,
			       frozen, until the run is finalised. HOME_FILL: a directory of this
			       machine, whatever the plan's root is; nothing changes it */

	/* HOME_FILL, CONTENTS_CARRY */
	struct string_list old_groups; /* further gids that it had there, decimal */
	bool foreign; /* it is another machine's: what is not root's there becomes the user's, since
			 its numbers are somebody else's here, and ACLs are not carried */
	const char *old_path; /* what it was called there: links by it become relative ones */

	/* ARCHIVE_AHEAD, ARCHIVE */
	bool content; /* false: names and rights only */
};

struct step {
	enum step_kind kind;
	const char *user; /* NULL = shared */
	const char *path; /* the host path that it changes; NULL where there is none */
	const char *base; /* HOME_*, FOLDER_CREATE: where it is staged, a directory that only root
			     may write, on the same filesystem: the home's parent */
	struct host_owner owner;
	struct {
		struct step_folder *items;
		size_t count, room;
	} folders;	       /* HOME_CREATE, _ADOPT, _COPY, _FILL, CONTENTS_CARRY: the layout's;
				  FOLDER_CREATE: those below path */
	struct step_home home; /* HOME_FREEZE, HOME_ADOPT, HOME_COPY, HOME_FILL, HOME_RETIRE,
				  HOME_BIND, CONTENTS_CARRY, ARCHIVE_AHEAD, ARCHIVE */
	const char *content;   /* after-image of a file (public: keys, drop-in) */
	const char *before;    /* before-image, NULL = absent */
	struct host_owner before_owner;
	enum accountdb_file file; /* ACCOUNT_FILE */
};

/*
 * What the archive of a home may take at most: 110 % of its contents (when they are archived at
 * all: home->content) and of what is said of each file.
 */
uint64_t step_archive_room(const struct step_home *home);

const char *step_verb(enum step_kind kind);
bool step_verb_parse(const char *verb, enum step_kind *ret_kind);

/* ---- the whole ---- */

struct plan_input {
	const char *source, *importer, *location;
	char sha256[65]; /* "" when the source is no file */
	const char *detected;
	size_t rows;
	bool complete;
	bool is_old_server;
	struct string_list refused; /* logins that an old server did not let in: no accounts */
};

/* The code of a finding: a listing that is not whole kept managed accounts from leaving. */
#define PLAN_CODE_LEAVERS_KEPT "leavers-kept"

struct plan {
	struct arena *arena;
	const char *id;	     /* 16 random hex digits; binds the secrets to it */
	const char *created; /* RFC 3339, UTC */
	const char *tool_version;
	const char *host_name, *root;
	const char *reason; /* NULL = none */
	char config_sha256[65];
	const char *jail_group;
	const char *keys_dir, *dropin;
	struct {
		struct plan_input *items;
		size_t count, room;
	} inputs;
	struct {
		struct change **items;
		size_t count, room;
	} changes; /* sorted by action, then login */
	struct {
		struct step *items;
		size_t count, room;
	} steps; /* in the order of enum step_kind */
	struct edit_list edits;
	struct diags findings;		/* about the host as a whole; an error blocks the plan */
	struct string_list not_checked; /* what the plan could not find out, in words */
	size_t counts[CHANGE_ACTIONS];
	size_t left_out; /* of those that are CHANGE_UNCHANGED: by somebody's decision */
};

/* Sets counts from the changes. */
void plan_count(struct plan *plan);

/* Somebody decided so (rehome decide). */
bool change_is_left_out(const struct change *change);

/* True when applying the change would do anything: it is neither blocked nor unchanged. */
bool change_is_work(const struct change *change);

/* What is done, in one word: the action, "rename", or "left-out". */
const char *change_word(const struct change *change);

/* True when an account that exists gets another profile, or loses it. */
bool change_is_of_profile(const struct change *change);

/* True when an account that was closed, or had another last day, is opened or may be. */
bool change_opens(const struct change *change);

/* True when sshd is to be asked what it would do with the login: it jails nobody by itself. */
bool change_is_for_sshd(const struct change *change);

/* True when sessions of an account of the name service, which no gate closes, must end: older ones
 * are not jailed, or are to go on no more. */
bool change_ends_sessions(const struct plan *plan, const struct change *change);

/* True when applying it would change anything. */
bool plan_has_work(const struct plan *plan);
/* True when nothing is blocked and no finding of the host is an error. */
bool plan_is_applicable(const struct plan *plan);

/* "create", "change", ... and the sign: + ~ - ! and blank. */
const char *change_action_name(enum change_action action);
bool change_action_parse(const char *name, enum change_action *ret_action);
char change_action_sign(enum change_action action);
const char *password_kind_name(enum password_kind kind);
bool password_kind_parse(const char *name, enum password_kind *ret_kind);

/*
 * The same plan for some of its logins only (--user, --canary, --skip-blocked): their changes,
 * steps and edits, and all shared ones that are still needed. Blocked changes are dropped.
 */
struct plan *plan_subset(const struct plan *plan, const struct table *logins, struct arena *arena);

/* ---- secrets ---- */

struct plan_secret {
	const char *login;
	const char *password; /* plaintext still to be hashed; never saved */
	const char *hash;     /* what shadow gets */
	const char *before;   /* what shadow had, for undo */
	bool generated;	      /* goes into the handout */
};

struct plan_secrets {
	const char *plan_id;
	struct {
		struct plan_secret **items;
		size_t count, room;
	} items;
	struct table by_login; /* -> struct plan_secret */
};

struct plan_secret *plan_secrets_get(
	struct plan_secrets *secrets, const char *login, struct arena *arena);

/* Puts the hashes into the edits that lack them. False, with an error naming the login, when one is
 * missing. */
NODISCARD bool plan_fill_secrets(
	struct plan *plan, const struct plan_secrets *secrets, struct diags *diags);

#endif
