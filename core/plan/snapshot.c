/*
 * snapshot.c - what the host has now.
 *
 * Files first; the name service is asked only where nsswitch.conf(5) names a source besides them,
 * and then per id, since a directory cannot be listed.
 */
#include "core/plan/snapshot.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "core/base/text.h"

/* ---- login.defs(5) and nsswitch.conf(5) ---- */

/* The next line of a text, without its newline; false at the end. */
static bool
next_line(struct bytes *text, struct arena *arena, char **ret_line)
{
	if (!text->size)
		return false;
	const char *newline = memchr(text->data, '\n', text->size);
	size_t length = newline ? (size_t)(newline - text->data) : text->size;
	*ret_line = arena_strndup(arena, text->data, length);
	length += newline != NULL;
	text->data += length;
	text->size -= length;
	return true;
}

static void
read_login_defs(struct snapshot *snapshot, struct bytes text)
{
	char *line;
	while (next_line(&text, snapshot->arena, &line)) {
		char key[32], value[32];
		unsigned long long number;
		if (sscanf(line, "%31s %31s", key, value) != 2 ||
			!text_number(value, 60000, &number))
			continue;
		if (strcmp(key, "SYS_GID_MIN") == 0)
			snapshot->sys_gid_min = (gid_t)number;
		if (strcmp(key, "SYS_GID_MAX") == 0)
			snapshot->sys_gid_max = (gid_t)number;
	}
}

/* True when users or groups may come from anywhere but the files (systemd's are dynamic ones). */
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
			if (word[0] != '[' && strcmp(word, "files") != 0 &&
				strcmp(word, "compat") != 0 && strcmp(word, "systemd") != 0)
				return true;
		}
	}
	return false;
}

/* subuid(5): LOGIN:FIRST:COUNT. An account id inside somebody's range would be theirs as well. */
static void
read_ranges(struct snapshot *snapshot, struct bytes text)
{
	char *line;
	while (next_line(&text, snapshot->arena, &line)) {
		unsigned long first, count;
		char *colon = strchr(line, ':');
		if (!colon || sscanf(colon, ":%lu:%lu", &first, &count) != 2 || !count ||
			first > UINT32_MAX || count > UINT32_MAX)
			continue;
		unsigned long last = first + count - 1;
		struct id_range range = { (uint32_t)first,
			last > UINT32_MAX ? UINT32_MAX : (uint32_t)last };
		ARRAY_PUSH(snapshot->arena, &snapshot->ranges_taken, range);
	}
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
	if (host_is_live(snapshot->host))
		snapshot->ask_nss = names_other_sources(snapshot, nss);
	else
		string_list_push(snapshot->arena, &snapshot->not_checked,
			"other user databases (with --root, ids are judged by the files alone)");
	return true;
}

/* Where homes are made, somebody's left-over files may still carry an id that is free in the files:
 * a new account must not inherit them. One look at the first level. */
static bool
see_owners(struct snapshot *snapshot, const char *base, struct diags *diags)
{
	struct host_entry entry;
	struct string_list names = { 0 };
	AUTO_CLOSE int fd = -1;

	if (!host_inspect(snapshot->host, base, &entry, diags))
		return false;
	if (!entry.exists || !S_ISDIR(entry.st.st_mode))
		return true;
	if (!host_open_dir(snapshot->host, base, &fd, diags) ||
		!host_list_at(snapshot->host, fd, snapshot->arena, &names, diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		if (!host_inspect_at(snapshot->host, fd, *name, &entry, diags))
			return false;
		if (entry.exists && entry.st.st_uid != 0)
			id_table_set(&snapshot->ids_taken, entry.st.st_uid, snapshot);
	}
	return true;
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
		.ids_taken = { .arena = arena },
	};
	if (!accountdb_load(host, arena, &snapshot.db, diags) || !read_ids(&snapshot, diags) ||
		!see_owners(&snapshot, base_of(config, arena), diags) ||
		!read_sshd(&snapshot, config, diags))
		return false;
	*ret_snapshot = snapshot;
	return true;
}

/* ---- asking ---- */

bool
snapshot_id_is_taken(struct snapshot *snapshot, uint32_t id)
{
	if (accountdb_find_id(&snapshot->db, ACCOUNTDB_PASSWD, id) ||
		accountdb_find_id(&snapshot->db, ACCOUNTDB_GROUP, id) ||
		id_table_get(&snapshot->ids_taken, id) ||
		id_table_get(&snapshot->managed->tombstones, id))
		return true;
	ARRAY_FOREACH (range, &snapshot->ranges_taken) {
		if (id >= range->first && id <= range->last)
			return true;
	}
	return snapshot->ask_nss && (getpwuid(id) || getgrgid(id));
}

bool
snapshot_nss_has_user(struct snapshot *snapshot, const char *login)
{
	return snapshot->ask_nss && getpwnam(login);
}

bool
snapshot_nss_has_group(struct snapshot *snapshot, const char *name)
{
	return snapshot->ask_nss && getgrnam(name);
}
