/*
 * outlives.c - whom the scan is about, and what the machine keeps by login or uid.
 */
#include <string.h>

#include "core/plan/outlives_internal.h"

enum { READ_LIMIT = 1024 * 1024 };

void
outlives_add(
	struct outlives_search *search, struct outlives_subject *subject, struct outlives_item item)
{
	const char *key = arena_printf(search->scratch, "%s\t%s\t%s", item.place.file,
		subject->login, item.target ? item.target : item.text);
	if (table_get(&search->seen, key))
		return;
	table_set(&search->seen, key, search);
	ARRAY_PUSH(search->arena, &subject->items, item);
}

void
outlives_not_read(struct outlives_search *search, const char *path, const char *why)
{
	string_list_push(search->arena, &search->outlives->not_read,
		arena_printf(search->arena, "%s (%s)", path, why));
}

/* ---- reading ---- */

bool
outlives_exists(struct outlives_search *search, const char *path, mode_t type, struct stat *st)
{
	struct diags ignored = { .arena = search->scratch };
	struct host_entry entry;
	/* A link among the parents is somebody's alias for what is looked at under its own name. */
	if (!host_inspect(search->host, path, &entry, &ignored) || !entry.exists ||
		(entry.st.st_mode & S_IFMT) != type)
		return false;
	*st = entry.st;
	return true;
}

struct string_list
outlives_names(struct outlives_search *search, const char *path)
{
	struct diags ignored = { .arena = search->scratch };
	struct string_list names = { 0 };
	struct stat st;
	if (outlives_exists(search, path, S_IFDIR, &st) &&
		!host_list(search->host, path, search->scratch, &names, &ignored))
		outlives_not_read(search, path, "cannot be listed");
	return names;
}

bool
outlives_read(struct outlives_search *search, const char *path, struct bytes *ret_text)
{
	struct diags ignored = { .arena = search->scratch };
	struct stat st;
	bool exists = false;
	if (!outlives_exists(search, path, S_IFREG, &st))
		return false;
	if (st.st_size > READ_LIMIT) {
		outlives_not_read(search, path, "more than a megabyte");
		return false;
	}
	if (!host_read_file(search->host, path, search->scratch, &exists, ret_text, &ignored)) {
		outlives_not_read(search, path, "cannot be read");
		return false;
	}
	return exists;
}

/* ---- by login ---- */

static struct outlives_item
item_at(const char *code, const char *path, const char *text)
{
	return (struct outlives_item){ .code = code, .place = at(path, 0), .text = text };
}

static const char *
below(struct outlives_search *search, const char *directory, const char *name)
{
	return arena_printf(search->arena, "%s/%s", directory, name);
}

/* Without comments, blank lines and settings such as MAILTO=x. */
static size_t
count_jobs(struct bytes text)
{
	size_t jobs = 0;
	for (const char *line = text.data, *end = text.data + text.size; line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		stop = stop ? stop : end;
		while (line < stop && (*line == ' ' || *line == '\t'))
			line++;
		jobs += line < stop && strchr("0123456789*@", *line) != NULL;
		line = stop + 1;
	}
	return jobs;
}

static void
see_crontab(struct outlives_search *search, const char *directory, const char *login)
{
	struct outlives_subject *subject = table_get(&search->logins, login);
	const char *path = subject ? below(search, directory, login) : NULL;
	struct bytes text;
	if (!path || !outlives_read(search, path, &text))
		return;
	size_t jobs = count_jobs(text);
	if (jobs)
		outlives_add(search, subject,
			item_at("crontab", path,
				arena_printf(search->arena, "crontab with %zu job%s", jobs,
					jobs == 1 ? "" : "s")));
}

static void
see_crontabs(struct outlives_search *search)
{
	/* Debian, Red Hat, SUSE, Alpine. */
	static const char *const directories[] = { "/var/spool/cron/crontabs", "/var/spool/cron",
		"/var/spool/cron/tabs", "/etc/crontabs" };
	for (size_t i = 0; i < ARRAY_LEN(directories); i++) {
		struct string_list names = outlives_names(search, directories[i]);
		ARRAY_FOREACH (name, &names)
			see_crontab(search, directories[i], *name);
	}
}

/* A job is a file of its user; the directory has the daemon's own files too. */
static void
see_at_jobs_in(struct outlives_search *search, const char *directory)
{
	struct id_table counts = { .arena = search->scratch };
	struct string_list names = outlives_names(search, directory);
	struct stat st;
	ARRAY_FOREACH (name, &names) {
		if (!outlives_exists(search, below(search, directory, *name), S_IFREG, &st) ||
			!id_table_get(&search->uids, st.st_uid))
			continue;
		size_t *count = id_table_get(&counts, st.st_uid);
		if (!count)
			id_table_set(
				&counts, st.st_uid, count = ARENA_NEW(search->scratch, size_t));
		++*count;
	}
	for (size_t i = 0; i < search->count; i++) {
		const size_t *count = id_table_get(&counts, search->subjects[i]->uid);
		if (count)
			outlives_add(search, search->subjects[i],
				item_at("at-job", directory,
					arena_printf(search->arena, "%zu job%s of at(1)", *count,
						*count == 1 ? "" : "s")));
	}
}

static void
see_lingering(struct outlives_search *search)
{
	static const char directory[] = "/var/lib/systemd/linger";
	struct string_list names = outlives_names(search, directory);
	ARRAY_FOREACH (name, &names) {
		struct outlives_subject *subject = table_get(&search->logins, *name);
		if (subject)
			outlives_add(search, subject,
				item_at("linger", below(search, directory, *name),
					"services of the user run without a login (lingering)"));
	}
}

static void
see_mailbox(struct outlives_search *search, const char *directory, const char *login)
{
	struct outlives_subject *subject = table_get(&search->logins, login);
	struct stat st;
	const char *path = subject ? below(search, directory, login) : NULL;
	if (!path || !outlives_exists(search, path, S_IFREG, &st) || !st.st_size)
		return;
	outlives_add(search, subject,
		item_at("mailbox", path,
			arena_printf(search->arena, "mailbox of %llu KiB",
				((unsigned long long)st.st_size + 1023) / 1024)));
}

static void
see_mailboxes(struct outlives_search *search)
{
	/* One is mostly a link to the other, and then not listed. */
	static const char *const directories[] = { "/var/mail", "/var/spool/mail" };
	for (size_t i = 0; i < ARRAY_LEN(directories); i++) {
		struct string_list names = outlives_names(search, directories[i]);
		ARRAY_FOREACH (name, &names)
			see_mailbox(search, directories[i], *name);
	}
}

/* ---- in the home ---- */

static bool
is_unit(const char *name)
{
	static const char *const kinds[] = { ".service", ".timer", ".socket", ".path" };
	const char *dot = strrchr(name, '.');
	for (size_t i = 0; dot && i < ARRAY_LEN(kinds); i++) {
		if (strcmp(dot, kinds[i]) == 0)
			return true;
	}
	return false;
}

static void
see_user_units(struct outlives_search *search, struct outlives_subject *subject)
{
	const char *path = below(search, subject->home, ".config/systemd/user");
	struct string_list names = outlives_names(search, path);
	size_t units = 0;
	ARRAY_FOREACH (name, &names)
		units += is_unit(*name);
	if (units)
		outlives_add(search, subject,
			item_at("user-unit", path,
				arena_printf(search->arena, "%zu systemd unit%s of the user", units,
					units == 1 ? "" : "s")));
}

/* The server's side of it is "userdir" in its configuration, which names no home. */
static bool
serves_user_directories(struct outlives_search *search)
{
	static const char *const enabled[] = { "/etc/apache2/mods-enabled/userdir.load",
		"/etc/lighttpd/conf-enabled/10-userdir.conf" };
	struct stat st;
	for (size_t i = 0; i < ARRAY_LEN(enabled); i++) {
		if (outlives_exists(search, enabled[i], S_IFLNK, &st) ||
			outlives_exists(search, enabled[i], S_IFREG, &st))
			return true;
	}
	return false;
}

static void
see_home(struct outlives_search *search, struct outlives_subject *subject, bool user_directories)
{
	struct stat st;
	const char *path = below(search, subject->home, ".forward");
	if (outlives_exists(search, path, S_IFREG, &st))
		outlives_add(
			search, subject, item_at("mail-forward", path, "mail is forwarded by it"));
	path = below(search, subject->home, "Maildir");
	if (outlives_exists(search, path, S_IFDIR, &st))
		outlives_add(
			search, subject, item_at("mailbox", path, "mail is delivered into it"));
	path = below(search, subject->home, "public_html");
	if (user_directories && outlives_exists(search, path, S_IFDIR, &st))
		outlives_add(search, subject,
			item_at("userdir", path,
				arena_printf(search->arena, "the web server shows it as /~%s/",
					subject->login)));
	see_user_units(search, subject);
}

/* ---- the whole ---- */

static void
add_subject(struct outlives_search *search, struct outlives_subject *subject)
{
	table_set(&search->logins, subject->login, subject);
	id_table_set(&search->uids, subject->uid, subject);
	if (!subject->home || subject->home[0] != '/' || !subject->home[1])
		return;
	table_set(&search->homes, subject->home, subject);
	const char *slash = strrchr(subject->home, '/');
	table_set(&search->parents,
		arena_strndup(search->scratch, subject->home, (size_t)(slash - subject->home)),
		subject);
}

void
outlives_scan(struct host *host, struct outlives_subject **subjects, size_t count,
	struct arena *arena, struct outlives *ret_outlives)
{
	AUTO_ARENA struct arena scratch = { 0 };
	*ret_outlives = (struct outlives){ 0 };
	struct outlives_search search = {
		.host = host,
		.subjects = subjects,
		.count = count,
		.homes = { .arena = &scratch },
		.parents = { .arena = &scratch },
		.logins = { .arena = &scratch },
		.uids = { .arena = &scratch },
		.seen = { .arena = &scratch },
		.arena = arena,
		.scratch = &scratch,
		.outlives = ret_outlives,
	};
	if (!count)
		return;
	for (size_t i = 0; i < count; i++)
		add_subject(&search, subjects[i]);
	see_crontabs(&search);
	see_at_jobs_in(&search, "/var/spool/cron/atjobs");
	see_at_jobs_in(&search, "/var/spool/at");
	see_lingering(&search);
	see_mailboxes(&search);
	bool user_directories = serves_user_directories(&search);
	for (size_t i = 0; i < count; i++) {
		if (table_get(&search.homes, subjects[i]->home ? subjects[i]->home : ""))
			see_home(&search, subjects[i], user_directories);
	}
	outlives_scan_configs(&search);
}
