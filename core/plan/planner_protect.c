/*
 * planner_protect.c - accounts that are more than a person's: administrators, services, the one who
 * is at the keyboard. Jailing one of them takes away more than a home.
 *
 * Everything is judged to the safe side: a name that stands anywhere in sudoers counts, whatever
 * the rule says. What the account files and the files of sudo and systemd do not show is not seen.
 */
#include <string.h>

#include "core/base/text.h"
#include "core/plan/planner_adopt.h"

enum { SUDOERS_FILES = 200 };

/* What the host's files say of names; read once for a plan. */
struct protection {
	struct planner *planner;
	struct table sudo_users;  /* login or "#uid" -> non-NULL */
	struct table sudo_groups; /* group or "#gid" -> non-NULL */
	struct table services;	  /* login -> the name of a unit that runs as it */
	struct string_list files; /* of sudoers, still to be read and read */
};

static char found;

/* ---- sudoers(5) ---- */

static void
queue_dir(struct protection *protection, const char *dir)
{
	struct planner *planner = protection->planner;
	struct diags ignored = { .arena = planner->arena };
	struct host_entry entry;
	struct string_list names = { 0 };
	if (!host_inspect(planner->snapshot->host, dir, &entry, &ignored) || !entry.exists ||
		!host_list(planner->snapshot->host, dir, planner->arena, &names, &ignored))
		return;
	ARRAY_FOREACH (name, &names)
		string_list_push(planner->arena, &protection->files,
			arena_printf(planner->arena, "%s/%s", dir, *name));
}

static void
note_word(struct protection *protection, const char *word)
{
	if (strcmp(word, "ALL") == 0)
		return;
	if (*word == '%')
		table_set(&protection->sudo_groups, word + 1, &found);
	else if (*word != '+')
		table_set(&protection->sudo_users, word, &found);
}

/* "@include FILE", "#includedir DIR"; true when the line is one of these. */
static bool
read_include(struct protection *protection, const char *line)
{
	static const char words[] = " \t";
	struct arena *arena = protection->planner->arena;
	if (*line != '@' && *line != '#')
		return false;
	size_t size = strcspn(line + 1, words);
	bool is_dir = size == 10 && memcmp(line + 1, "includedir", size) == 0;
	if (!is_dir && !(size == 7 && memcmp(line + 1, "include", size) == 0))
		return false;
	const char *path = line + 1 + size;
	path += strspn(path, words);
	path = arena_strndup(arena, path, strcspn(path, words));
	if (is_dir)
		queue_dir(protection, path);
	else
		string_list_push(arena, &protection->files, path);
	return true;
}

/* "#1007" is a uid, any other '#' begins a comment. */
static bool
begins_comment(const char *word)
{
	return *word == '#' && !(word[1] >= '0' && word[1] <= '9');
}

static void
read_sudoers_line(struct protection *protection, char *line)
{
	line += strspn(line, " \t");
	if (read_include(protection, line))
		return;
	char *save;
	for (char *word = strtok_r(line, " \t\r,=():!\"\\", &save); word && !begins_comment(word);
		word = strtok_r(NULL, " \t\r,=():!\"\\", &save))
		note_word(protection, word);
}

/* The text of a small file of the system's, or NULL. */
static char *
read_text(struct planner *planner, const char *path)
{
	struct diags ignored = { .arena = planner->arena };
	struct bytes bytes;
	bool exists;
	if (!jail_path_is_normal(path) ||
		!host_read_file(
			planner->snapshot->host, path, planner->arena, &exists, &bytes, &ignored) ||
		!exists)
		return NULL;
	return arena_strndup(planner->arena, bytes.data, bytes.size);
}

static void
read_sudoers(struct protection *protection)
{
	struct planner *planner = protection->planner;
	string_list_push(planner->arena, &protection->files, "/etc/sudoers");
	queue_dir(protection, "/etc/sudoers.d");
	/* The list grows while it is read; one file that includes itself does not go on for ever.
	 */
	for (size_t i = 0; i < protection->files.count && i < SUDOERS_FILES; i++) {
		char *text = read_text(planner, protection->files.items[i]), *save;
		if (!text)
			continue;
		for (char *line = strtok_r(text, "\n", &save); line;
			line = strtok_r(NULL, "\n", &save))
			read_sudoers_line(protection, line);
	}
}

/* ---- units of systemd ---- */

static void
read_unit(struct protection *protection, const char *path, const char *unit)
{
	char *text = read_text(protection->planner, path), *save;
	if (!text)
		return;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		line += strspn(line, " \t");
		if (strncmp(line, "User=", 5) != 0)
			continue;
		line += 5;
		line[strcspn(line, " \t\r")] = '\0';
		table_set(&protection->services, line, (void *)(uintptr_t)unit);
	}
}

static bool
ends_in(const char *name, const char *end)
{
	size_t size = strlen(name), tail = strlen(end);
	return size > tail && strcmp(name + size - tail, end) == 0;
}

static void
read_units(struct protection *protection, const char *dir, const char *ending)
{
	struct planner *planner = protection->planner;
	struct diags ignored = { .arena = planner->arena };
	struct host_entry entry;
	struct string_list names = { 0 };
	if (!host_inspect(planner->snapshot->host, dir, &entry, &ignored) || !entry.exists ||
		!S_ISDIR(entry.st.st_mode) ||
		!host_list(planner->snapshot->host, dir, planner->arena, &names, &ignored))
		return;
	ARRAY_FOREACH (name, &names) {
		const char *path = arena_printf(planner->arena, "%s/%s", dir, *name);
		if (ends_in(*name, ".service.d"))
			read_units(protection, path, ".conf");
		else if (ends_in(*name, ending))
			read_unit(protection, path, *name);
	}
}

/* ---- both, once ---- */

static struct protection *
read_protection(struct planner *planner)
{
	static const char *const unit_dirs[] = { "/usr/lib/systemd/system",
		"/usr/local/lib/systemd/system", "/run/systemd/system", "/etc/systemd/system" };
	struct protection *protection = planner->protection;
	if (protection)
		return protection;
	protection = ARENA_NEW(planner->arena, struct protection);
	*protection = (struct protection){
		.planner = planner,
		.sudo_users = { .arena = planner->arena },
		.sudo_groups = { .arena = planner->arena },
		.services = { .arena = planner->arena },
	};
	read_sudoers(protection);
	for (size_t i = 0; i < ARRAY_LEN(unit_dirs); i++)
		read_units(protection, unit_dirs[i], ".service");
	string_list_push(planner->arena, &planner->plan->not_checked,
		"netgroups in sudoers, and services that are no systemd units, of accounts that "
		"are adopted");
	planner->protection = protection;
	return protection;
}

/* ---- one account ---- */

static void
add_reason(struct buffer *reasons, const char *reason)
{
	buffer_printf(reasons, "%s%s", reasons->size ? ", " : "", reason);
}

static void
judge_group(struct protection *protection, const char *name, struct buffer *reasons)
{
	struct arena *arena = protection->planner->arena;
	const struct accountdb_line *line =
		accountdb_find(&protection->planner->snapshot->db, ACCOUNTDB_GROUP, name);
	uint32_t gid;
	if (planner_group_is_privileged(protection->planner, name))
		add_reason(reasons, arena_printf(arena, "a member of '%s'", name));
	else if (table_get(&protection->sudo_groups, name) ||
		(line && accountdb_line_id(line, GROUP_GID, &gid) &&
			table_get(&protection->sudo_groups,
				arena_printf(arena, "#%u", (unsigned)gid))))
		add_reason(reasons, arena_printf(arena, "in group '%s' of sudoers", name));
}

static void
judge_groups(struct protection *protection, const struct change *change, struct buffer *reasons)
{
	struct accountdb *db = &protection->planner->snapshot->db;
	const struct accountdb_line *primary =
		accountdb_find_id(db, ACCOUNTDB_GROUP, change->before.gid);
	const struct string_list *groups = accountdb_groups_of(db, change->login);
	if (primary && !string_list_has(groups, accountdb_name(primary)))
		judge_group(protection, accountdb_name(primary), reasons);
	ARRAY_FOREACH (group, groups)
		judge_group(protection, *group, reasons);
}

const char *
planner_protection(struct planner *planner, const struct change *change)
{
	struct protection *protection = read_protection(planner);
	const char *login = change->login;
	const char *unit = table_get(&protection->services, login);
	unsigned uid = change->before.uid;
	AUTO_BUFFER struct buffer reasons = { 0 };
	if (uid < LOWEST_PERSON)
		add_reason(&reasons,
			arena_printf(planner->arena, "uid %u is a system account's", uid));
	judge_groups(protection, change, &reasons);
	if (table_get(&protection->sudo_users, login) ||
		table_get(&protection->sudo_users, arena_printf(planner->arena, "#%u", uid)))
		add_reason(&reasons, "named in sudoers");
	if (planner->options->invoker && strcmp(planner->options->invoker, login) == 0)
		add_reason(&reasons, "the account that runs this command");
	if (unit)
		add_reason(&reasons, arena_printf(planner->arena, "the user of %s", unit));
	return reasons.size ? arena_strdup(planner->arena, buffer_text(&reasons)) : NULL;
}
