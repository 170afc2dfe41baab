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

struct proftpd_auth;
struct proftpd_server; /* config.h */

/* What the databases are read with; all of it outlives the struct proftpd_auth. */
struct proftpd_auth_input {
	struct old_root *root;
	const struct old_unix *accounts;
	const struct proftpd_server *server;
	/* --set sql_dump=FILE: a text dump of a MySQL or PostgreSQL database; NULL = none. */
	const char *sql_dump;
	int64_t today; /* days since 1970 */
	struct arena *arena;
};

/* Opens every database that the context names. Those that the server could not open either are
 * empty, as they were to it; one that cannot be read here makes its names unknown. Never fails;
 * what concerns the whole source is appended as warnings. */
struct proftpd_auth *proftpd_auth_open(const struct proftpd_auth_input *input, struct diags *diags);
void proftpd_auth_close(struct proftpd_auth **auth); /* closes SQLite */
#define AUTO_PROFTPD_AUTH AUTO(proftpd_auth_close)

/* Every name that any database mentions, also those that it refuses; names come more than once. */
void proftpd_auth_names(struct proftpd_auth *auth,
	void (*found)(void *ctx, const char *name, struct place where), void *ctx);

struct proftpd_group {
	gid_t gid;
	const char *name; /* NULL = the session had the id without a name */
};

/* One name as pr_auth_getpwnam() and pr_auth_getgroups() saw it. */
struct proftpd_identity {
	/* ALLOW: it exists; DENY: no module knows it; UNKNOWN: a module that cannot be asked here
	 * comes first. */
	enum old_verdict exists;
	const char *module; /* "mod_auth_file.c": who knew it */
	const char *name;   /* as the module spells it */
	uid_t uid;
	gid_t gid;
	const char *home, *shell, *gecos; /* never NULL when it exists; home as stored */
	const char *group;		  /* the primary group's name, else its number */
	/* As group expressions see them: in the module's order, the primary one among them when
	 * the module has it. */
	struct {
		struct proftpd_group *items;
		size_t count, room;
	} groups;
	/* Ids of the session's process: the primary one and all of groups; sorted, each once. */
	struct {
		gid_t *items;
		size_t count, room;
	} gids;
	struct place where; /* the line or row; for DENY that of a line which does not count */
	struct diags notes;
};

void proftpd_auth_identify(struct proftpd_auth *auth, const char *name, struct arena *arena,
	struct proftpd_identity *ret_identity);

/* What opens it. */
struct proftpd_credentials {
	enum old_verdict login; /* ALLOW: at least one way */
	struct {
		struct old_way *items;
		size_t count, room;
	} ways;
	struct place where;	     /* of the first way, or of what refused */
	struct string_list ssh_keys; /* authorized_keys lines; only when SFTPEngine is on */
	struct old_quota quota;
	bool has_umask; /* by pam_umask in the session stack */
	mode_t umask;
	bool has_expires; /* as account.expires */
	int64_t expires;
	struct diags notes;
};

/*
 * user_password: the hash of the UserPassword directive that counts for this name in the caller's
 * context, or NULL; identity is the name's own and exists.
 */
void proftpd_auth_ask(struct proftpd_auth *auth, const char *name,
	const struct proftpd_identity *identity, const char *user_password,
	struct place user_password_where, struct arena *arena,
	struct proftpd_credentials *ret_credentials);

/* The name of a group for a gid and the reverse, as the modules map them; false = nobody knows. */
bool proftpd_auth_group_name(struct proftpd_auth *auth, gid_t gid, const char **ret_name);
bool proftpd_auth_group_gid(struct proftpd_auth *auth, const char *name, gid_t *ret_gid);

/*
 * What AuthUserFile and AuthGroupFile demand of their file while the configuration is parsed:
 * false = the daemon did not start. *ret_why is a message without place, "'/etc/ftpd.passwd' is
 * world-readable (0644)". insecure and syntax: AuthFileOptions InsecurePerms and SyntaxCheck stood
 * in front of it.
 */
bool proftpd_auth_file_usable(struct old_root *root, bool user_file, const char *path,
	bool insecure, bool syntax, struct arena *arena, const char **ret_why);

#endif
