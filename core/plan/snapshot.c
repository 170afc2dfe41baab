/*
 * snapshot.c - what the host has now.
 *
 * Files first; the name service is asked only where nsswitch.conf(5) names a source besides them,
 * and then per id, since a directory cannot be listed.
 */
#include "core/plan/snapshot.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"

/* ---- login.defs(5) and nsswitch.conf(5) ---- */

/* The next line of a text, without its newline; false at the end. */
static bool
next_line(struct bytes *text, struct arena *arena, char **ret_line)
{
	struct bytes line;
	if (!bytes_take_line(text, &line))
		return false;
	*ret_line = arena_strndup(arena, line.data, line.size);
	return true;
}

static void
read_login_defs(struct snapshot *snapshot, struct bytes text)
{
	char *line;
	while (next_line(&text, snapshot->arena, &line)) {
		char key[32], value[32];
		unsigned long long number;
		/* gid 0 is root's, whatever the file says. */
		if (sscanf(line, "%31s %31s", key, value) != 2 ||
			!text_number(value, 60000, &number) || !number)
			continue;
		if (strcmp(key, "SYS_GID_MIN") == 0)
			snapshot->sys_gid_min = (gid_t)number;
		if (strcmp(key, "SYS_GID_MAX") == 0)
			snapshot->sys_gid_max = (gid_t)number;
	}
}

/* compat takes other sources where the files have NIS lines; systemd's users are dynamic ones. */
static bool
is_other_source(const struct snapshot *snapshot, const char *word)
{
	const struct accountdb_table *passwd = &snapshot->db.tables[ACCOUNTDB_PASSWD];
	if (strcmp(word, "compat") == 0)
		return passwd->insert_at < passwd->lines.count;
	return word[0] != '[' && strcmp(word, "files") != 0 && strcmp(word, "systemd") != 0;
}

/* True when users or groups may come from anywhere but the files. */
static bool
names_other_sources(struct snapshot *snapshot, struct bytes text)
{
	char *line;
	while (next_line(&text, snapshot->arena, &line)) {
		char *rest = line + strspn(line, " \t");
		if (strncmp(rest, "passwd:", 7) != 0 && strncmp(rest, "group:", 6) != 0)
			continue;
		rest[strcspn(rest, "#")] = '\0';
		char *save, *word = strtok_r(strchr(rest, ':') + 1, " \t", &save);
		for (; word; word = strtok_r(NULL, " \t", &save)) {
			if (is_other_source(snapshot, word))
				return true;
		}
	}
	return false;
}

/* Whether the line of a database names the files; true where there is no such line, since libc's
 * defaults do. */
static bool
names_files(struct bytes text, const char *database, struct arena *arena, bool *ret_there)
{
	char *line, *save;
	size_t length = strlen(database);
	*ret_there = false;
	while (next_line(&text, arena, &line)) {
		char *rest = line + strspn(line, " \t");
		if (strncmp(rest, database, length) != 0 || rest[length] != ':')
			continue;
		*ret_there = true;
		rest[strcspn(rest, "#")] = '\0';
		char *word = strtok_r(rest + length + 1, " \t", &save);
		for (; word; word = strtok_r(NULL, " \t", &save)) {
			if (strcmp(word, "files") == 0 || strcmp(word, "compat") == 0)
				return true;
		}
		return false;
	}
	return true;
}

/* A line initgroups: is used instead of group: (nsswitch.conf(5)). */
static bool
asks_file_groups(struct bytes text, struct arena *arena)
{
	bool there;
	bool names = names_files(text, "initgroups", arena, &there);
	return there ? names : names_files(text, "group", arena, &there);
}

/* subuid(5): LOGIN:FIRST:COUNT. An account id inside somebody's range would be theirs as well. */
static void
read_ranges(struct snapshot *snapshot, struct bytes text)
{
	char *line;
	while (next_line(&text, snapshot->arena, &line)) {
		unsigned long first, count;
		char *colon = strchr(line, ':');
		if (line[0] == '#' || !colon || sscanf(colon, ":%lu:%lu", &first, &count) != 2 ||
			!count || first > UINT32_MAX || count > UINT32_MAX)
			continue;
		unsigned long last = first + count - 1;
		struct id_range range = { (uint32_t)first,
			last > UINT32_MAX ? UINT32_MAX : (uint32_t)last };
		ARRAY_PUSH(snapshot->arena, &snapshot->ranges_taken, range);
	}
}

static int
compare_ranges(const void *a, const void *b)
{
	const struct id_range *left = a, *right = b;
	return left->first < right->first ? -1 : left->first > right->first;
}

/* useradd gives everybody a range: thousands of them are searched for each new account. */
static void
sort_ranges(struct snapshot *snapshot)
{
	struct id_range *ranges = snapshot->ranges_taken.items;
	size_t kept = 0;
	if (!ranges)
		return;
	qsort(ranges, snapshot->ranges_taken.count, sizeof(*ranges), compare_ranges);
	for (size_t i = 1; i < snapshot->ranges_taken.count; i++) {
		if (ranges[i].first > (uint64_t)ranges[kept].last + 1)
			ranges[++kept] = ranges[i];
		else if (ranges[i].last > ranges[kept].last)
			ranges[kept].last = ranges[i].last;
	}
	snapshot->ranges_taken.count = kept + 1;
}

static bool
read_if_there(
	struct snapshot *snapshot, const char *path, struct bytes *ret_text, struct diags *diags)
{
	bool exists;
	*ret_text = (struct bytes){ 0 };
	return host_read_file(snapshot->host, path, snapshot->arena, &exists, ret_text, diags);
}

static bool
read_ids(struct snapshot *snapshot, struct diags *diags)
{
	struct bytes defs, nss, subuid, subgid;
	if (!read_if_there(snapshot, "/etc/login.defs", &defs, diags) ||
		!read_if_there(snapshot, "/etc/nsswitch.conf", &nss, diags) ||
		!read_if_there(snapshot, "/etc/subuid", &subuid, diags) ||
		!read_if_there(snapshot, "/etc/subgid", &subgid, diags))
		return false;
	snapshot->sys_gid_min = 100;
	snapshot->sys_gid_max = 999;
	read_login_defs(snapshot, defs);
	read_ranges(snapshot, subuid);
	read_ranges(snapshot, subgid);
	sort_ranges(snapshot);
	snapshot->has_file_groups = asks_file_groups(nss, snapshot->arena);
	snapshot->ask_nss = names_other_sources(snapshot, nss) && host_is_live(snapshot->host);
	if (!host_is_live(snapshot->host))
		string_list_push(snapshot->arena, &snapshot->not_checked,
			"other user databases (with --root, ids are judged by the files alone)");
	return true;
}

/* ---- files that somebody left ---- */

static void
see(struct snapshot *snapshot, const struct stat *st, const char *path)
{
	if (st->st_uid != 0 && !id_table_get(&snapshot->ids_seen, st->st_uid))
		id_table_set(&snapshot->ids_seen, st->st_uid, (void *)(uintptr_t)path);
	if (st->st_gid != 0 && !id_table_get(&snapshot->ids_seen, st->st_gid))
		id_table_set(&snapshot->ids_seen, st->st_gid, (void *)(uintptr_t)path);
}

static bool
see_children(
	struct snapshot *snapshot, int fd, const char *path, unsigned depth, struct diags *diags)
{
	struct string_list names = { 0 };
	if (!host_list_at(snapshot->host, fd, snapshot->arena, &names, diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		struct host_entry entry;
		AUTO_CLOSE int child = -1;
		if (!host_inspect_at(snapshot->host, fd, *name, &entry, diags))
			return false;
		if (!entry.exists)
			continue;
		const char *child_path = arena_printf(
			snapshot->arena, "%s/%s", strcmp(path, "/") == 0 ? "" : path, *name);
		see(snapshot, &entry.st, child_path);
		if (!depth || !S_ISDIR(entry.st.st_mode) || entry.st.st_uid != 0)
			continue;
		/* One that cannot be opened (an automounter's, say) shows no owners: that is no
		 * reason to make no plan. */
		struct diags ignored = { .arena = snapshot->arena };
		if (host_open_dir_at(snapshot->host, fd, *name, &child, &ignored))
			(void)see_children(snapshot, child, child_path, depth - 1, &ignored);
	}
	return true;
}

bool
snapshot_see_base(struct snapshot *snapshot, const char *base, struct diags *diags)
{
	struct host_entry entry;
	AUTO_CLOSE int fd = -1;
	if (table_get(&snapshot->bases_seen, base))
		return true;
	table_set(&snapshot->bases_seen, arena_strdup(snapshot->arena, base), snapshot->arena);
	if (!host_inspect(snapshot->host, base, &entry, diags))
		return false;
	if (!entry.exists || !S_ISDIR(entry.st.st_mode))
		return true;
	/* Below "/" are the system's own directories. */
	unsigned depth = strcmp(base, "/") == 0 ? 0 : 1;
	return host_open_dir(snapshot->host, base, &fd, diags) &&
		see_children(snapshot, fd, base, depth, diags);
}

/* Also accounts that are gone from passwd: their files may be anywhere. */
static void
see_managed(struct snapshot *snapshot)
{
	ARRAY_FOREACH (account, &snapshot->managed->accounts) {
		id_table_set(&snapshot->ids_managed, (*account)->uid, *account);
		id_table_set(&snapshot->ids_managed, (*account)->gid, *account);
	}
}

/* The literal part of the configured home in front of its first template: "/home". */
static char *
base_of(const struct config *config, struct arena *arena)
{
	const char *text = config->jail.home_text;
	char *base = arena_strndup(arena, text, strcspn(text, "$"));
	char *slash = strrchr(base, '/');
	if (!slash || slash == base)
		return arena_strdup(arena, "/");
	*slash = '\0';
	return base;
}

static bool
read_sshd(struct snapshot *snapshot, const struct config *config, struct diags *diags)
{
	struct diags complaints = { .arena = snapshot->arena };
	if (!host_is_live(snapshot->host)) {
		string_list_push(snapshot->arena, &snapshot->not_checked,
			"sshd (with --root it is neither asked nor told)");
		return true;
	}
	if (sshd_config_read(snapshot->host, config->jail.sshd_config, snapshot->arena,
		    &snapshot->sshd, &complaints))
		return true;
	ARRAY_FOREACH (diag, &complaints)
		diag_append(diags, diag);
	return false;
}

bool
snapshot_take(struct host *host, const struct config *config, const struct managed *managed,
	struct arena *arena, struct snapshot *ret_snapshot, struct diags *diags)
{
	struct snapshot snapshot = {
		.host = host,
		.arena = arena,
		.managed = managed,
		.jails = { .host = host, .arena = arena, .components = { .arena = arena } },
		.bases_seen = { .arena = arena },
		.ids_seen = { .arena = arena },
		.ids_managed = { .arena = arena },
		.has_nss = host_is_live(host),
		.nss_users = { .arena = arena },
	};
	if (!accountdb_load(host, arena, &snapshot.db, diags) || !read_ids(&snapshot, diags) ||
		!snapshot_see_base(&snapshot, base_of(config, arena), diags) ||
		!read_sshd(&snapshot, config, diags))
		return false;
	see_managed(&snapshot);
	*ret_snapshot = snapshot;
	return true;
}

/* ---- asking ---- */

/* The result of a lookup that set errno; what is simply not there may set it too (getpwnam(3)). */
static bool
found(struct snapshot *snapshot, const void *entry)
{
	if (!entry && errno && errno != ENOENT && errno != ESRCH && errno != EBADF &&
		errno != EPERM && !snapshot->nss_problem)
		snapshot->nss_problem = arena_strdup(snapshot->arena, strerror(errno));
	return entry;
}

bool
snapshot_nss_has_user(struct snapshot *snapshot, const char *login)
{
	errno = 0;
	return snapshot->ask_nss && found(snapshot, getpwnam(login));
}

bool
snapshot_nss_has_group(struct snapshot *snapshot, const char *name)
{
	errno = 0;
	return snapshot->ask_nss && found(snapshot, getgrnam(name));
}

struct accountdb_line *
snapshot_nss_user(struct snapshot *snapshot, const char *login)
{
	struct accountdb_line *line = table_get(&snapshot->nss_users, login);
	errno = 0;
	const struct passwd *entry = line || !snapshot->ask_nss ? NULL : getpwnam(login);
	if (line || !found(snapshot, entry))
		return line;
	const char *fields[PASSWD_FIELDS] = { entry->pw_name, "x",
		arena_printf(snapshot->arena, "%u", (unsigned)entry->pw_uid),
		arena_printf(snapshot->arena, "%u", (unsigned)entry->pw_gid),
		entry->pw_gecos ? entry->pw_gecos : "", entry->pw_dir ? entry->pw_dir : "",
		entry->pw_shell ? entry->pw_shell : "" };
	line = accountdb_line_create(ACCOUNTDB_PASSWD, fields, snapshot->arena);
	table_set(&snapshot->nss_users, arena_strdup(snapshot->arena, login), line);
	return line;
}

const char *
snapshot_nss_group(struct snapshot *snapshot, gid_t gid, struct arena *arena)
{
	const struct accountdb_line *line = accountdb_find_id(&snapshot->db, ACCOUNTDB_GROUP, gid);
	if (line)
		return accountdb_name(line);
	errno = 0;
	const struct group *entry = snapshot->ask_nss ? getgrgid(gid) : NULL;
	return found(snapshot, entry) ? arena_strdup(arena, entry->gr_name) : NULL;
}

static bool
nss_has_id(struct snapshot *snapshot, uint32_t id)
{
	if (!snapshot->ask_nss)
		return false;
	errno = 0;
	if (found(snapshot, getpwuid(id)))
		return true;
	errno = 0;
	return found(snapshot, getgrgid(id));
}

static bool
is_in_range(const struct snapshot *snapshot, uint32_t id)
{
	size_t low = 0, high = snapshot->ranges_taken.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct id_range *range = &snapshot->ranges_taken.items[middle];
		if (id >= range->first && id <= range->last)
			return true;
		if (id < range->first)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

bool
snapshot_id_is_taken(struct snapshot *snapshot, uint32_t id)
{
	return accountdb_find_id(&snapshot->db, ACCOUNTDB_PASSWD, id) ||
		accountdb_find_id(&snapshot->db, ACCOUNTDB_GROUP, id) ||
		id_table_get(&snapshot->ids_seen, id) || id_table_get(&snapshot->ids_managed, id) ||
		id_table_get(&snapshot->managed->tombstones, id) || is_in_range(snapshot, id) ||
		nss_has_id(snapshot, id);
}

char *
snapshot_explain_id(struct snapshot *snapshot, uint32_t id, struct arena *arena)
{
	const struct accountdb_line *user = accountdb_find_id(&snapshot->db, ACCOUNTDB_PASSWD, id);
	const struct accountdb_line *group = accountdb_find_id(&snapshot->db, ACCOUNTDB_GROUP, id);
	const struct managed_account *managed = id_table_get(&snapshot->ids_managed, id);
	const struct tombstone *tombstone = id_table_get(&snapshot->managed->tombstones, id);
	const char *path = id_table_get(&snapshot->ids_seen, id);
	if (user)
		return arena_printf(arena, "uid %u belongs to '%s'", id, accountdb_name(user));
	if (group)
		return arena_printf(arena,
			"gid %u belongs to group '%s', so the account's own group cannot have it",
			id, accountdb_name(group));
	if (managed)
		return arena_printf(arena, "uid %u was given to '%s', whose account is gone", id,
			managed->login);
	if (tombstone)
		return arena_printf(arena, "uid %u belonged to '%s', whose files may still exist",
			id, tombstone->login);
	if (is_in_range(snapshot, id))
		return arena_printf(
			arena, "uid %u is in somebody's range in /etc/subuid or /etc/subgid", id);
	if (path)
		return arena_printf(arena, "uid %u has files already: %s", id, path);
	return arena_printf(
		arena, "uid %u is in use in another database (see /etc/nsswitch.conf)", id);
}
