/*
 * auth.h - the databases of one ProFTPD server context: who exists there, as whom, with which
 * groups, and what opens the login.
 *
 * The modules answer in the order of AuthOrder, else in the reverse of how they were loaded: the
 * first that knows a name says who it is, and the same one judges the password, after PAM. Names
 * go through UserAlias and <Anonymous> before they come here; <Limit>, shells, ftpusers, uid 0 and
 * everything after the password are the caller's.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_AUTH_H
#define REHOME_IMPORTERS_PROFTPD_AUTH_H

#include "importers/old/pam.h"
#include "importers/old/unix.h"
#include "importers/proftpd/config.h"

struct pro_auth;

/* What the databases are read with; all of it outlives the struct pro_auth. */
struct pro_auth_input {
	struct old_root *root;
	const struct old_unix *accounts;
	const struct pro_config *config;
	const struct pro_section *server;
	/* --set sql_dump=FILE: a text dump of a MySQL or PostgreSQL database; NULL = none. */
	const char *sql_dump;
	int64_t today; /* days since 1970 */
	struct arena *arena;
};

/* Opens every database that the context names. Those that the server could not open either are
 * empty, as they were to it; one that cannot be read here makes its names unknown. Never fails;
 * what concerns the whole source is appended as warnings. */
struct pro_auth *pro_auth_open(const struct pro_auth_input *input, struct diags *diags);
void pro_auth_close(struct pro_auth **auth); /* closes SQLite */
#define AUTO_PRO_AUTH AUTO(pro_auth_close)

/* Every name that any database mentions, also those that it refuses; names come more than once. */
void pro_auth_names(struct pro_auth *auth,
	void (*found)(void *ctx, const char *name, struct place where), void *ctx);

/* One name as pr_auth_getpwnam() and pr_auth_getgroups() saw it. */
struct pro_identity {
	/* ALLOW: it exists; DENY: no module knows it; UNKNOWN: a module that cannot be asked here
	 * comes first. */
	enum old_verdict exists;
	const char *module; /* "mod_auth_file.c": who knew it */
	const char *name;   /* as the module spells it */
	uid_t uid;
	gid_t gid;
	/* As stored. NULL: its database has none (an SQL NULL); the server takes no shell for a
	 * valid one, and fails without a home. */
	const char *home, *shell, *gecos;
	const char *group; /* the primary group's name, else its number */
	/* The names that group expressions see besides `group`, in the module's order. */
	struct string_list group_names;
	/* Ids of the session's process, sorted, each once; the primary one is among them only if
	 * the module that lists the groups says so. */
	struct {
		gid_t *items;
		size_t count, room;
	} gids;
	struct place where; /* the line or row; for DENY that of a line which does not count */
	struct diags notes;
};

void pro_auth_identify(struct pro_auth *auth, const char *name, struct arena *arena,
	struct pro_identity *ret_identity);

/* What opens it. */
struct pro_credentials {
	enum old_verdict login; /* ALLOW: at least one way */
	struct {
		struct old_way *items;
		size_t count, room;
	} ways;
	struct place where;	     /* of the first way, or of what refused */
	struct string_list ssh_keys; /* authorized_keys lines; only when SFTPEngine is on */
	struct old_quota quota;
	bool has_expires; /* as account.expires */
	int64_t expires;
	struct diags notes;
};

/*
 * user_password: the hash of the UserPassword directive that counts for this name in the caller's
 * context, or NULL; identity is the name's own and exists.
 */
void pro_auth_ask(struct pro_auth *auth, const char *name, const struct pro_identity *identity,
	const char *user_password, struct place user_password_where, struct arena *arena,
	struct pro_credentials *ret_credentials);

/* The gid of a group's name, as the modules map it; false = nobody knows. */
bool pro_auth_group_gid(struct pro_auth *auth, const char *name, gid_t *ret_gid);

/*
 * What AuthUserFile and AuthGroupFile demand of their file while the configuration is parsed:
 * false = the daemon did not start. *ret_why is a message without place, "'/etc/ftpd.passwd' is
 * world-readable (0644)". insecure and syntax: AuthFileOptions InsecurePerms and SyntaxCheck stood
 * in front of it.
 */
bool pro_auth_file_usable(struct old_root *root, bool user_file, const char *path, bool insecure,
	bool syntax, struct arena *arena, const char **ret_why);

#endif
