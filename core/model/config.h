/*
 * config.h - /etc/rehome/rehome.yaml: what the administrator decided once for all runs.
 *
 * Strict YAML read from libyaml's events: no anchors, aliases, tags, merge keys or second document;
 * unknown and duplicate keys are errors with file:line:column and "did you mean". Scalars mean what
 * the schema says. Everything has a default, so the file need not exist. conf.d (*.yaml) beside it
 * are read in byte order and may add sources and layouts, never redefine anything.
 */
#ifndef REHOME_MODEL_CONFIG_H
#define REHOME_MODEL_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/diag.h"
#include "core/model/layout.h"
#include "core/model/mapping.h"
#include "core/model/template.h"

struct yaml_node;

/* A `key: value` that belongs to the importer's own option table. */
struct source_setting {
	const char *name;
	const char *value; /* a YAML list is several settings of one name */
	struct place place;
};

enum bad_row {
	BAD_ROW_AUTO,  /* as block; for sync as skip */
	BAD_ROW_BLOCK, /* any bad row: no plan (exit 65) */
	BAD_ROW_SKIP,
};

struct watcher;

struct source_config {
	const char *name;
	const char *importer;
	const char *location;	     /* `file:`, `uri:` or `root:`, whichever is given */
	struct place location_place; /* of its value; without file when it is no configuration's */
	struct {
		struct source_setting *items;
		size_t count, room;
	} settings;
	struct mapping *mapping; /* NULL = defaults */
	enum bad_row on_bad_row;
	/* Logins of which somebody wants to know why, none of them meaning all; NULL = nobody wants
	 * to. Never from a file. */
	const struct string_list *explain;
	const struct watcher *watcher; /* is told the rows that were read; never from a file */
	bool nss;		       /* account: nss */
	struct place place;
	/* As it stands in the file, for config_write(); NULL when it comes from the command line.
	 */
	const struct yaml_node *written;
};

struct jail_config {
	struct template *home;	 /* "/home/${username}" */
	const char *home_text;	 /* the same as written */
	const char *group;	 /* "sftponly" */
	const char *shell;	 /* "/usr/sbin/nologin" */
	const char *sshd_dropin; /* "/etc/ssh/sshd_config.d/60-rehome.conf" */
	const char *sshd_config; /* "/etc/ssh/sshd_config" */
	const char *keys_dir;	 /* "/etc/ssh/rehome_keys" */
};

enum new_password {
	NEW_PASSWORD_NONE,	/* an account without password and key is a warning */
	NEW_PASSWORD_GENERATED, /* for accounts that would otherwise have neither password nor key
				 */
	NEW_PASSWORD_ALWAYS,	/* for every account whose source gives no password or hash */
};

/* An old server's password that nothing here verifies. */
enum foreign_hash {
	FOREIGN_HASH_EXPIRE,   /* the account is closed until somebody opens it */
	FOREIGN_HASH_REFUSE,   /* blocked until it is decided */
	FOREIGN_HASH_HANDOUT,  /* a new one */
	FOREIGN_HASH_KEY_ONLY, /* none */
};

enum failure_scope {
	FAILURE_AUTO,
	FAILURE_RUN,
	FAILURE_USER,
};

enum adopt_policy {
	ADOPT_ASK,
	ADOPT_NEVER,
};

/* Keys in the home of an account that is adopted. */
enum adopt_keys {
	ADOPT_KEYS_ASK, /* carried when they let somebody in today; otherwise it is to be decided */
	ADOPT_KEYS_CARRY,
	ADOPT_KEYS_DROP,
};

/* Who works as an account that is about to be adopted. */
enum adopt_sessions {
	ADOPT_SESSIONS_END,
	ADOPT_SESSIONS_REFUSE, /* the account is left alone */
};

/* Where the home of an adopted account is to be at another place than it is. */
enum adopt_elsewhere {
	ADOPT_IN_PLACE, /* refuse */
	ADOPT_COPY,	/* copied there; it stays until the run is finalised */
	ADOPT_BIND,	/* it stays, and is mounted on a folder of the jail */
};

enum leaver_action {
	LEAVER_REPORT,
	LEAVER_DISABLE,
	LEAVER_ARCHIVE,
};

/* What sources may do to accounts in 24 hours without being asked about it. */
enum limit_kind {
	LIMIT_DISABLE,
	LIMIT_RETIRE,
	LIMIT_REMOVE,
	LIMIT_RENAME,
	LIMIT_KINDS,
};

struct policy_limit {
	unsigned count;	  /* at most */
	unsigned percent; /* of the accounts that are managed for the source; at least two */
};

struct policy {
	const char *username_pattern; /* extended regular expression, on top of the fixed rule */
	bool collide_suffix;	      /* generated names: jmueller2; otherwise an error */
	struct string_list reserved;
	uid_t uid_min, uid_max;
	enum adopt_policy adopt;
	const char *adopt_loose; /* the folder that the loose files of an adopted home go to */
	enum adopt_keys adopt_keys;
	enum adopt_elsewhere adopt_elsewhere;
	enum adopt_sessions adopt_sessions;
	bool adopt_relink; /* adoption.links: rewrite */
	enum new_password new_password;
	enum foreign_hash foreign_hash;
	bool enforce_passwords;		/* passwords.existing: enforce */
	const char *handout;		/* directory; NULL = /root/rehome-handout below the root */
	const char *handout_sheet;	/* template text of the per-user sheet, NULL = built in */
	const char *handout_sheet_file; /* where that text is read from, a path below the root */
	struct string_list leaver_sources;
	enum leaver_action leaver_action;
	unsigned leaver_archive_days, leaver_remove_days; /* grace */
	struct policy_limit limits[LIMIT_KINDS];
	enum failure_scope failure;
	bool stage_new; /* new_accounts: staged */
};

struct archives_config {
	bool before_adopt, before_change, before_leave;
	bool content_full;
	unsigned retain_runs, retain_days;
};

/* A key that some file sets. */
struct config_set {
	const char *path; /* of the schema */
	struct place place;
};

struct config {
	const char *file; /* NULL = no file: all defaults */
	struct {
		struct config_set *items;
		size_t count, room;
	} set;		 /* one for each time; sources and layouts may be set by several files */
	char sha256[65]; /* of everything that was read, one file behind the other, hex */
	struct {
		struct source_config **items;
		size_t count, room;
	} sources;
	struct {
		struct layout **items;
		size_t count, room;
	} layouts; /* "default" (no folders unless configured) always exists */
	struct jail_config jail;
	struct policy policy;
	struct archives_config archives;
};

/*
 * path NULL: /etc/rehome/rehome.yaml below root_dir if it exists, else defaults. A file named by
 * the administrator must exist. A file that may not be read is an error of code "config-forbidden".
 */
NODISCARD bool config_load(const char *path, const char *root_dir, struct arena *arena,
	struct config **ret_config, struct diags *diags);

/*
 * For tests and `config check -`: one document from memory. Reads no file: handout_sheet stays NULL
 * when only its file is named.
 */
NODISCARD bool config_parse(struct bytes text, const char *shown, struct arena *arena,
	struct config **ret_config, struct diags *diags);

const struct layout *config_layout(const struct config *config, const char *name);
const struct source_config *config_source(const struct config *config, const char *name);

/* The effective configuration as YAML, defaults included and marked; with places what is set says
 * in which file and line. */
void config_write(const struct config *config, bool places, struct buffer *out);

/*
 * The schema: every key with type, default and one line of help. Parsing, defaults, config_write(),
 * `config show --keys` and the manual page come from it; ends with a NULL path.
 */
struct config_key {
	const char *path;    /* "policy.uid_range"; NAME and [] stand for what the user chooses */
	const char *type;    /* words joined by '|' are a choice */
	const char *initial; /* as YAML; NULL = none, or what the help says */
	const char *help;
	const struct config_kind *kind; /* how it is read and written; NULL = with its parent */
	size_t offset;			/* of the value in struct config */
};
extern const struct config_key config_keys[];

#endif
