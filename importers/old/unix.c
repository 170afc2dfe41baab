/*
 * unix.c - the account files of ROOT in memory, and the questions of libc's lookups answered from
 * indices, so that ten thousand users cost ten thousand looks.
 */
#include "importers/old/unix.h"

#include <string.h>

#include "importers/old/unix_lines.h"

struct old_membership {
	gid_t gid;
	const struct old_membership *next;
};

/* What a name or id stands for that "-name" hides in compat mode. */
static const struct old_passwd hidden_user;
static const struct old_shadow hidden_shadow;

/* ---- the lines ---- */

/* Without the blanks in front; NULL for blank lines and comments. */
static char *
next_entry(struct unix_lines *lines, struct arena *arena)
{
	for (char *line; (line = unix_next_line(lines, arena));) {
		line += unix_skip_space(line) - line;
		if (*line && *line != '#')
			return line;
	}
	return NULL;
}

struct unix_reading {
	struct old_unix *accounts;
	struct arena *arena;
	bool compat; /* of the database that is being read */
	bool has_plus;
};

static void
set_first(struct table *table, const char *name, const void *value)
{
	if (!table_get(table, name))
		table_set(table, name, (void *)value);
}

/* True when the line is one of NIS. */
static bool
take_nis(struct unix_reading *reading, struct table *names, const char *name, const void *hidden)
{
	if (*name != '+' && *name != '-')
		return false;
	if (reading->compat) {
		reading->has_plus |= *name == '+';
		if (*name == '-' && name[1] && name[1] != '@')
			set_first(names, name + 1, hidden);
	}
	return true;
}

static void
read_passwd(struct unix_reading *reading, struct bytes content)
{
	struct old_unix *accounts = reading->accounts;
	struct unix_lines lines = { .rest = content };
	for (char *line; (line = next_entry(&lines, reading->arena));) {
		struct old_passwd user;
		if (!unix_parse_passwd(line, &user) ||
			take_nis(reading, &accounts->by_name, user.name, &hidden_user))
			continue;
		user.where = at("/etc/passwd", lines.number);
		ARRAY_PUSH(reading->arena, &accounts->passwd, user);
		/* Taken; which item it is, is known when the array moves no more. */
		set_first(&accounts->by_name, user.name, accounts);
	}
}

static void
read_shadow(struct unix_reading *reading, struct bytes content)
{
	struct old_unix *accounts = reading->accounts;
	struct unix_lines lines = { .rest = content };
	for (char *line; (line = next_entry(&lines, reading->arena));) {
		struct old_shadow shadow;
		if (!unix_parse_shadow(line, &shadow) ||
			take_nis(reading, &accounts->shadow_by_name, shadow.name, &hidden_shadow))
			continue;
		shadow.where = at("/etc/shadow", lines.number);
		ARRAY_PUSH(reading->arena, &accounts->shadow, shadow);
		set_first(&accounts->shadow_by_name, shadow.name, accounts);
	}
}

static void
add_members(struct unix_reading *reading, const struct old_group *group)
{
	struct table *memberships = &reading->accounts->memberships;
	for (size_t i = 0; i < group->members.count; i++) {
		struct old_membership *membership =
			ARENA_NEW(reading->arena, struct old_membership);
		membership->gid = group->gid;
		membership->next = table_get(memberships, group->members.items[i]);
		table_set(memberships, group->members.items[i], membership);
	}
}

static void
read_group(struct unix_reading *reading, struct bytes content)
{
	struct old_unix *accounts = reading->accounts;
	struct unix_lines lines = { .rest = content };
	for (char *line; (line = unix_next_line(&lines, reading->arena));) {
		struct old_group group;
		if (!unix_parse_group(line, reading->arena, &group))
			continue;
		add_members(reading, &group);
		group.name = unix_skip_space(group.name);
		if (*group.name == '#' || *group.name == '-')
			continue;
		if (*group.name == '+') {
			reading->has_plus |= reading->compat;
			continue;
		}
		group.where = at("/etc/group", lines.number);
		ARRAY_PUSH(reading->arena, &accounts->groups, group);
	}
}

/* ---- indices ---- */

static void
index_all(struct old_unix *accounts)
{
	ARRAY_FOREACH (user, &accounts->passwd) {
		if (table_get(&accounts->by_name, user->name) == accounts)
			table_set(&accounts->by_name, user->name, user);
		if (!id_table_get(&accounts->by_uid, user->uid))
			id_table_set(&accounts->by_uid, user->uid, user);
	}
	ARRAY_FOREACH (group, &accounts->groups) {
		set_first(&accounts->group_by_name, group->name, group);
		if (!id_table_get(&accounts->group_by_gid, group->gid))
			id_table_set(&accounts->group_by_gid, group->gid, group);
	}
	ARRAY_FOREACH (shadow, &accounts->shadow) {
		if (table_get(&accounts->shadow_by_name, shadow->name) == accounts)
			table_set(&accounts->shadow_by_name, shadow->name, shadow);
	}
}

/* ---- which services ---- */

static void
add_other(struct unix_reading *reading, const char *service)
{
	struct string_list *others = &reading->accounts->other_databases;
	if (!string_list_has(others, service))
		string_list_push(reading->arena, others, service);
}

/* Reads the file where the database asks for it, and remembers what else it asks. */
static void
read_database(struct unix_reading *reading, const struct old_unix_files *files,
	const char *database, struct bytes content,
	void (*read)(struct unix_reading *reading, struct bytes content))
{
	struct string_list services = unix_services(files->nsswitch, database, reading->arena);
	reading->compat = string_list_has(&services, "compat");
	reading->has_plus = false;
	if (reading->compat || string_list_has(&services, "files"))
		read(reading, content);
	for (size_t i = 0; i < services.count; i++) {
		const char *service = services.items[i];
		bool counts = strcmp(service, "compat") == 0 ? reading->has_plus
			: strcmp(service, "systemd") == 0    ? files->has_userdb
							     : strcmp(service, "files") != 0;
		if (counts)
			add_other(reading, service);
	}
}

struct old_unix *
old_unix_parse(const struct old_unix_files *files, struct arena *arena)
{
	struct old_unix *accounts = ARENA_NEW(arena, struct old_unix);
	struct unix_reading reading = { .accounts = accounts, .arena = arena };
	accounts->by_name.arena = accounts->group_by_name.arena = arena;
	accounts->shadow_by_name.arena = accounts->memberships.arena = arena;
	accounts->by_uid.arena = accounts->group_by_gid.arena = arena;

	read_database(&reading, files, "passwd", files->passwd, read_passwd);
	read_database(&reading, files, "group", files->group, read_group);
	read_database(&reading, files, "shadow", files->shadow, read_shadow);
	index_all(accounts);

	accounts->has_shadow = files->shadow.data;
	accounts->has_shells_file = files->shells.data;
	if (accounts->has_shells_file) {
		unix_parse_shells(files->shells, arena, &accounts->shells);
	} else {
		string_list_push(arena, &accounts->shells, "/bin/sh");
		string_list_push(arena, &accounts->shells, "/bin/csh");
	}
	return accounts;
}

/* ---- reading ---- */

static bool
read_file(struct old_root *root, const char *path, struct bytes *ret_content, struct diags *diags)
{
	struct old_file file;
	enum old_status status = old_root_read(root, path, OLD_FILE_LIMIT, &file);
	if (status == OLD_ABSENT || status == OLD_LOOP)
		return true;
	if (status != OLD_OK) {
		diag_error(diags, at(path, 0), "%s", old_status_text(status));
		if (status == OLD_UNREADABLE)
			diag_hint(diags, "Run as root, or give the file to whoever runs this.");
		return false;
	}
	*ret_content = file.content;
	return true;
}

static bool
has_userdb(struct old_root *root)
{
	static const char *const records[] = { "/etc/userdb/*.user", "/usr/lib/userdb/*.user",
		"/usr/local/lib/userdb/*.user", "/run/userdb/*.user",
		"/var/lib/systemd/home/*.identity" };
	struct string_list paths;
	for (size_t i = 0; i < ARRAY_LEN(records); i++) {
		if (old_root_glob(root, records[i], &paths) == OLD_OK)
			return true;
	}
	return false;
}

bool
old_unix_read(struct old_root *root, struct old_unix **ret_unix, struct diags *diags)
{
	struct old_unix_files files = { .has_userdb = has_userdb(root) };
	if (!read_file(root, "/etc/passwd", &files.passwd, diags) ||
		!read_file(root, "/etc/group", &files.group, diags) ||
		!read_file(root, "/etc/shadow", &files.shadow, diags) ||
		!read_file(root, "/etc/shells", &files.shells, diags) ||
		!read_file(root, "/etc/nsswitch.conf", &files.nsswitch, diags))
		return false;
	*ret_unix = old_unix_parse(&files, old_root_arena(root));
	return true;
}

/* ---- asking ---- */

const struct old_passwd *
old_unix_user(const struct old_unix *accounts, const char *name)
{
	const struct old_passwd *user = table_get(&accounts->by_name, name);
	return user == &hidden_user ? NULL : user;
}

const struct old_passwd *
old_unix_user_by_uid(const struct old_unix *accounts, uid_t uid)
{
	return id_table_get(&accounts->by_uid, uid);
}

const struct old_group *
old_unix_group(const struct old_unix *accounts, const char *name)
{
	return table_get(&accounts->group_by_name, name);
}

const struct old_group *
old_unix_group_by_gid(const struct old_unix *accounts, gid_t gid)
{
	return id_table_get(&accounts->group_by_gid, gid);
}

const struct old_shadow *
old_unix_shadow(const struct old_unix *accounts, const char *name)
{
	const struct old_shadow *shadow = table_get(&accounts->shadow_by_name, name);
	return shadow == &hidden_shadow ? NULL : shadow;
}

static int
compare_gids(const void *a, const void *b)
{
	gid_t left = *(const gid_t *)a, right = *(const gid_t *)b;
	return (left > right) - (left < right);
}

size_t
old_unix_sort_gids(gid_t *gids, size_t count)
{
	size_t kept = 0;
	qsort(gids, count, sizeof(*gids), compare_gids);
	for (size_t i = 0; i < count; i++) {
		if (!kept || gids[kept - 1] != gids[i])
			gids[kept++] = gids[i];
	}
	return kept;
}

void
old_unix_groups(const struct old_unix *accounts, const char *name, gid_t gid, struct arena *arena,
	gid_t **ret_groups, size_t *ret_count)
{
	const struct old_membership *first = table_get(&accounts->memberships, name);
	size_t count = 1;
	for (const struct old_membership *one = first; one; one = one->next)
		count++;
	gid_t *groups = arena_alloc(arena, count * sizeof(*groups));
	count = 0;
	groups[count++] = gid;
	for (const struct old_membership *one = first; one; one = one->next)
		groups[count++] = one->gid;
	*ret_groups = groups;
	*ret_count = old_unix_sort_gids(groups, count);
}

const char *
old_unix_hash(const struct old_unix *accounts, const struct old_passwd *user)
{
	if (strcmp(user->password, "x") != 0)
		return user->password;
	const struct old_shadow *shadow = old_unix_shadow(accounts, user->name);
	return shadow ? shadow->hash : NULL;
}
