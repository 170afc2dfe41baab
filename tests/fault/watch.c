/*
 * watch.c - what must hold before every effect.
 */
#include "watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine.h"

#define JAIL_GROUP "sftponly"
#define DROPIN "/etc/ssh/sshd_config.d/60-rehome.conf"

static void PRINTF_LIKE(2, 3) broken(struct watch *watch, const char *format, ...)
{
	va_list args;
	if (watch->broken)
		return;
	va_start(args, format);
	const char *text = arena_vprintf(watch->arena, format, args);
	va_end(args);
	watch->broken = arena_printf(watch->arena, "before effect %u: %s", watch->count, text);
}

/* ---- account files, read in the simplest way ---- */

struct files {
	const char *passwd, *shadow, *group;
};

/* The line of a name, or NULL; not terminated. */
static const char *
line_of(const char *text, const char *name)
{
	size_t length = strlen(name);
	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, length) == 0 && line[length] == ':')
			return line;
	}
	return NULL;
}

/* The field as a copy, "" when the line is too short. */
static char *
field_of(const char *line, size_t field, struct arena *arena)
{
	size_t length = strcspn(line, "\n");
	for (; field && length; field--) {
		size_t skip = strcspn(line, ":\n");
		skip += skip < length;
		line += skip;
		length -= skip;
	}
	return arena_strndup(arena, line, field ? 0 : strcspn(line, ":\n"));
}

static bool
is_member(const struct files *files, const char *login, struct arena *arena)
{
	const char *line = line_of(files->group, JAIL_GROUP);
	if (!line)
		return false;
	char *members = arena_printf(arena, ",%s,", field_of(line, 3, arena));
	return strstr(members, arena_printf(arena, ",%s,", login));
}

static bool
is_expired(const char *shadow_line, struct arena *arena)
{
	return strcmp(field_of(shadow_line, 7, arena), "1") == 0;
}

static void
read_files(const struct watch *watch, struct files *ret_files, struct arena *arena)
{
	ret_files->passwd = machine_read(watch->root, "/etc/passwd", arena);
	ret_files->shadow = machine_read(watch->root, "/etc/shadow", arena);
	ret_files->group = machine_read(watch->root, "/etc/group", arena);
}

static const char *
read_journal(const struct watch *watch, struct arena *arena)
{
	const char *text = watch->journal ? machine_read(watch->root, watch->journal, arena) : NULL;
	return text ? text : "";
}

/* ---- safe ---- */

static bool
is_there(const struct watch *watch, const char *path, struct stat *st, struct arena *arena)
{
	return lstat(arena_printf(arena, "%s%s", watch->root, path), st) == 0;
}

/* Why somebody who could log in now would not be jailed as planned; NULL = is. */
static const char *
jail_fault(const struct watch *watch, const struct watched_login *login, struct arena *arena)
{
	struct stat st;
	const char *dropin = machine_read(watch->root, DROPIN, arena);
	if (!dropin || !strstr(dropin, "Match Group " JAIL_GROUP "\n"))
		return "without the drop-in";
	if (!is_there(watch, login->home, &st, arena) || !S_ISDIR(st.st_mode) || st.st_uid != 0 ||
		st.st_mode & 022)
		return "without a safe home";
	if (login->keys && !is_there(watch, login->keys, &st, arena))
		return "without its keys";
	return NULL;
}

/* A group "sftponly-..." that lists the login, and of which the drop-in says something. */
static bool
has_profile(const struct watch *watch, const char *login, const struct files *files,
	struct arena *arena)
{
	const char *dropin = machine_read(watch->root, DROPIN, arena);
	char *lines = arena_strdup(arena, files->group), *line;
	while ((line = strsep(&lines, "\n"))) {
		const char *name = field_of(line, 0, arena);
		char *members = arena_printf(arena, ",%s,", field_of(line, 3, arena));
		if (strncmp(name, JAIL_GROUP "-", strlen(JAIL_GROUP "-")) == 0 &&
			strstr(members, arena_printf(arena, ",%s,", login)) &&
			strstr(dropin ? dropin : "", arena_printf(arena, "Match Group %s\n", name)))
			return true;
	}
	return false;
}

static bool
is_changing(const struct watch *watch, const char *login)
{
	return string_list_has(&watch->changing, login);
}

static void
check_login(struct watch *watch, const struct watched_login *login, const struct files *files,
	struct arena *arena)
{
	const char *shadow = line_of(files->shadow, login->login);
	if (login->nss && is_member(files, login->login, arena) && jail_fault(watch, login, arena))
		broken(watch, "%s is sent into a jail %s", login->login,
			jail_fault(watch, login, arena));
	if (!line_of(files->passwd, login->login))
		return;
	if (!shadow) {
		broken(watch, "%s is in passwd without a shadow line", login->login);
	} else if (!is_member(files, login->login, arena)) {
		broken(watch, "%s is in passwd, but not in %s", login->login, JAIL_GROUP);
	} else if (!is_expired(shadow, arena)) {
		const char *fault = jail_fault(watch, login, arena);
		if (fault)
			broken(watch, "%s is open %s", login->login, fault);
		if (string_list_has(&watch->profiled, login->login) &&
			!has_profile(watch, login->login, files, arena))
			broken(watch, "%s is open without its profile", login->login);
		if (is_changing(watch, login->login) && watch->journal &&
			!strstr(read_journal(watch, arena), " PHASE activate\n"))
			broken(watch, "%s is open before its time", login->login);
	}
}

/* ---- gated, committed ---- */

static bool
is_undoing(const char *journal)
{
	return strstr(journal, " ABORT ") || strstr(journal, " ROLLBACK ");
}

static void
check_closed(struct watch *watch, const char *login, const struct files *files, struct arena *arena)
{
	const char *shadow = line_of(files->shadow, login);
	if (line_of(files->passwd, login) && shadow && !is_expired(shadow, arena))
		broken(watch, "%s is taken away while it is open", login);
}

/* passwd is about to be replaced. What is in it and is the action's own, this rename takes away. */
static void
check_passwd_rename(struct watch *watch, const struct files *files, struct arena *arena)
{
	const char *journal = read_journal(watch, arena);
	if (!is_undoing(journal) && !strstr(journal, " COMMIT "))
		broken(watch, "passwd is renamed without COMMIT in the journal");
	ARRAY_FOREACH (login, &watch->changing)
		check_closed(watch, *login, files, arena);
	ARRAY_FOREACH (login, &watch->leaving)
		check_closed(watch, *login, files, arena);
}

/* ---- announced, durable ---- */

static bool
is_journal(const char *path)
{
	size_t length = strlen(path);
	return length > 8 && strcmp(path + length - 8, "/journal") == 0;
}

static void
take_out(struct string_list *paths, const char *path)
{
	size_t kept = 0;
	ARRAY_FOREACH (item, paths) {
		if (strcmp(*item, path) != 0)
			paths->items[kept++] = *item;
	}
	paths->count = kept;
}

static void
forget(struct watch *watch, const char *path)
{
	take_out(&watch->unsynced, path);
	take_out(&watch->fresh, path);
}

static void
note_unsynced(struct watch *watch, const char *path)
{
	if (!string_list_has(&watch->unsynced, path))
		string_list_push(watch->arena, &watch->unsynced, arena_strdup(watch->arena, path));
}

/* A synced directory keeps the names in it. */
static void
forget_names_in(struct watch *watch, const char *dir)
{
	size_t kept = 0, length = strlen(dir);
	ARRAY_FOREACH (item, &watch->unsynced) {
		const char *slash = strrchr(*item, '/');
		bool inside = slash && (size_t)(slash - *item) == length &&
			strncmp(*item, dir, length) == 0;
		if (!inside)
			watch->unsynced.items[kept++] = *item;
	}
	watch->unsynced.count = kept;
}

/* Claims that what went before is done for good. */
static bool
claims_durability(const char *lines)
{
	static const char *const types[] = { " COMMIT", " DONE", " END", " UNDONE",
		" ROLLED_BACK" };
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (strstr(lines, types[i]))
			return true;
	}
	return false;
}

static void
check_journal_effect(struct watch *watch, const char *effect, const char *path, struct arena *arena)
{
	watch->journal = arena_strdup(watch->arena, path);
	const char *text = read_journal(watch, arena);
	if (strcmp(effect, "write") == 0) {
		watch->journal_dirty = true;
		watch->journal_size = strlen(text);
	} else if (strcmp(effect, "fsync") == 0) {
		const char *written = text + watch->journal_size;
		if (watch->unsynced.count && claims_durability(written))
			broken(watch, "%s is not synced, and yet: %s", watch->unsynced.items[0],
				written);
		watch->journal_dirty = false;
	} else {
		watch->journal_dirty = false; /* cut off */
	}
}

/* Whether one that nobody needs any more comes back after a power cut does not matter. */
static bool
is_temporary(const char *path)
{
	return strstr(path, ".rehome-") != NULL;
}

/* Plans, removed lines and the registry, of which some are called by their names alone. */
static bool
is_state(const char *path)
{
	static const char *const starts[] = { "/var/lib/rehome", "registry.db", "plan.json",
		"secrets" };
	for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
		if (strncmp(path, starts[i], strlen(starts[i])) == 0)
			return true;
	}
	return false;
}

static void
follow(struct watch *watch, const char *effect, const char *path)
{
	if (strcmp(effect, "syncfs") == 0)
		watch->unsynced.count = watch->fresh.count = 0;
	if (is_state(path) || strcmp(path, "/etc/.pwd.lock") == 0)
		return;
	if (strcmp(effect, "fsync") == 0) {
		forget(watch, path);
		forget_names_in(watch, path);
	} else if (strcmp(effect, "renameat") == 0) {
		if (string_list_has(&watch->unsynced, path))
			broken(watch, "%s is renamed in before it is synced", path);
		if (string_list_has(&watch->unsynced, "/etc/passwd"))
			broken(watch, "%s is renamed while passwd is not on disk", path);
		note_unsynced(watch, path);
	} else if (strcmp(effect, "write") == 0 || strcmp(effect, "mkdirat") == 0 ||
		strcmp(effect, "renameat2") == 0 ||
		(strcmp(effect, "unlinkat") == 0 && !is_temporary(path))) {
		note_unsynced(watch, path);
		/* What is moved once more need not be on disk in between. */
		if (strcmp(effect, "write") == 0 || strcmp(effect, "mkdirat") == 0)
			string_list_push(
				watch->arena, &watch->fresh, arena_strdup(watch->arena, path));
	}
}

/* ---- the hook ---- */

static bool
is_refused(const struct watch *watch)
{
	return (watch->mode == WATCH_FAIL_ONCE && watch->count == watch->nth) ||
		(watch->mode == WATCH_FAIL_ON && watch->count >= watch->nth);
}

static void
end_if_killed(const struct watch *watch)
{
	if (watch->mode != WATCH_KILL || watch->count != watch->nth)
		return;
	if (watch->broken)
		fprintf(stderr, "%s\n", watch->broken);
	_exit(watch->broken ? WATCH_BROKEN : WATCH_KILLED);
}

static int
before_effect(void *ctx, const char *effect, const char *path)
{
	struct watch *watch = ctx;
	AUTO_ARENA struct arena scratch = { 0 };
	struct files files;

	watch->count++;
	read_files(watch, &files, &scratch);
	ARRAY_FOREACH (login, &watch->logins)
		check_login(watch, login, &files, &scratch);
	if (strcmp(effect, "renameat") == 0 && strcmp(path, "/etc/passwd") == 0)
		check_passwd_rename(watch, &files, &scratch);
	if (strcmp(effect, "renameat2") == 0 && string_list_has(&watch->fresh, path) &&
		!is_undoing(read_journal(watch, &scratch)))
		broken(watch, "%s is renamed in before it is synced", path);
	end_if_killed(watch);
	if (is_refused(watch))
		return watch->error;
	/* Cleaning up after a failure may go on while the journal waits for its next attempt. */
	if (watch->journal_dirty && !is_journal(path) && strcmp(effect, "unlinkat") != 0)
		broken(watch, "%s of %s while the journal is not synced", effect, path);
	if (is_journal(path) && strcmp(effect, "openat") != 0 && strcmp(effect, "fallocate") != 0)
		check_journal_effect(watch, effect, path, &scratch);
	else
		follow(watch, effect, path);
	return 0;
}

void
watch_journal(struct watch *watch, const char *run_id)
{
	watch->journal = arena_printf(watch->arena, "/var/lib/rehome/runs/%s/journal", run_id);
	watch->journal_dirty = true;
}

void
watch_begin(struct watch *watch, struct host *host)
{
	host_set_faults(host, &(struct host_faults){ watch, before_effect });
}

void
watch_end(struct host *host)
{
	host_set_faults(host, &(struct host_faults){ 0 });
}
