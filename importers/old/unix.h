/*
 * unix.h - the accounts of an old machine as its C library saw them: passwd, group and shadow of
 * ROOT read the way glibc's "files" service does, line by line, odd lines included.
 */
#ifndef REHOME_IMPORTERS_OLD_UNIX_H
#define REHOME_IMPORTERS_OLD_UNIX_H

#include "importers/old/root.h"

struct old_passwd {
	const char *name, *password, *gecos, *home, *shell;
	uid_t uid;
	gid_t gid;
	struct place where; /* /etc/passwd:LINE */
};

struct old_group {
	const char *name;
	gid_t gid;
	struct string_list members;
	struct place where;
};

struct old_shadow {
	const char *name, *hash;
	/* Days, or -1 = not set: shadow(5) fields 3 to 8. */
	int64_t changed, min, max, warn, inactive, expires;
	struct place where;
};

struct old_unix {
	struct {
		struct old_passwd *items;
		size_t count, room;
	} passwd; /* every line that glibc takes, in order */
	struct {
		struct old_group *items;
		size_t count, room;
	} groups;
	struct {
		struct old_shadow *items;
		size_t count, room;
	} shadow;
	bool has_shadow; /* false: no such file was readable; crypt(5) strings may be in passwd */
	/* nsswitch.conf's services for these besides files: "ldap", "sss". "compat" only where a
	 * line begins with "+", "systemd" only where its user records exist. */
	struct string_list other_databases;
	struct string_list shells; /* /etc/shells as getusershell(3): with its defaults if absent */
	bool has_shells_file;
	/* Private indices. */
	struct table by_name, group_by_name, shadow_by_name;
	struct id_table by_uid, group_by_gid;
	struct table memberships; /* user -> struct old_membership; so that groups are one look */
};

/*
 * Never fails for a missing file; unreadable or oversized ones are errors. A database for which
 * nsswitch.conf asks neither files nor compat is empty, as it was.
 */
NODISCARD bool old_unix_read(
	struct old_root *root, struct old_unix **ret_unix, struct diags *diags);

/* The same from the files' bytes; data is NULL for what does not exist. */
struct old_unix_files {
	struct bytes passwd, group, shadow, shells, nsswitch;
	bool has_userdb; /* records of systemd-userdbd or homed exist */
};
struct old_unix *old_unix_parse(const struct old_unix_files *files, struct arena *arena);

/* The first of that name or id, as getpwnam(3) finds it; NULL = none. */
const struct old_passwd *old_unix_user(const struct old_unix *accounts, const char *name);
const struct old_passwd *old_unix_user_by_uid(const struct old_unix *accounts, uid_t uid);
const struct old_group *old_unix_group(const struct old_unix *accounts, const char *name);
const struct old_group *old_unix_group_by_gid(const struct old_unix *accounts, gid_t gid);
const struct old_shadow *old_unix_shadow(const struct old_unix *accounts, const char *name);

/*
 * initgroups(3): gid, and every group that lists the name; sorted, each once. Lines in comments
 * count too ("#ftp:x:50:anna"): glibc does not skip them here.
 */
void old_unix_groups(const struct old_unix *accounts, const char *name, gid_t gid,
	struct arena *arena, gid_t **ret_groups, size_t *ret_count);

/* In order, each once; how many are left. */
size_t old_unix_sort_gids(gid_t *gids, size_t count);

/* The hash that counts: shadow's when passwd says "x" and there is a line there. NULL = none. */
const char *old_unix_hash(const struct old_unix *accounts, const struct old_passwd *user);

#endif
