/*
 * fuzz_log_line.c - any text as the log of an FTP server, and its deeds as those of a login.
 *
 * What must hold: a deed has a user and a time in our calendar; what is kept of a login is bounded,
 * and its paths have no "//", "." or "..".
 */
#include "importers/logs/evidence_internal.h"
#include "importers/logs/log_format.h"
#include "tests/fuzz/must.h"

static void
check_event(const struct log_event *event)
{
	MUST(event->user.size);
	MUST(event->time >= -86400 && event->time < INT64_C(1) << 62);
	MUST(event->deed == LOG_LOGIN || event->path.size);
}

/* Each format for itself, so that none hides behind the one that is found first. */
static void
check_formats(struct bytes line)
{
	AUTO_LOG_READER struct log_reader reader = { 0 };
	struct log_event event;
	if (!line.size)
		return;
	if (log_parse_xferlog(line, &event) == LOG_EVENT)
		check_event(&event);
	if (log_parse_vsftpd(line, &event) == LOG_EVENT)
		check_event(&event);
	if (log_parse_clf(&reader, line, &event) == LOG_EVENT)
		check_event(&event);
	if (log_parse_w3c(&reader, line, &event) == LOG_EVENT)
		check_event(&event);
	if (log_parse_stats(line, &event) == LOG_EVENT)
		check_event(&event);
}

static void
check_names(const struct string_list *list, size_t limit)
{
	MUST(list->count <= limit);
	ARRAY_FOREACH (name, list)
		MUST(**name);
}

static void
check_evidence(const struct evidence_login *user)
{
	check_names(&user->evidence->top_names, EVIDENCE_TOP_NAMES);
	check_names(&user->evidence->tops, EVIDENCE_TOPS);
	check_names(&user->evidence->outside, EVIDENCE_OUTSIDE);
	check_names(&user->folder_list, EVIDENCE_FOLDERS);
	ARRAY_FOREACH (name, &user->evidence->top_names)
		MUST(!strchr(*name, '/') && strcmp(*name, "..") != 0 && strcmp(*name, ".") != 0);
	ARRAY_FOREACH (folder, &user->folder_list)
		MUST((*folder)[0] == '/' && !strstr(*folder, "//"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct old_login kinds[] = {
		{ .user = "a", .jail = "/srv/a", .cwd = "/srv/a/in", .home = "/home/./a/" },
		{ .user = "b", .jail = "/", .cwd = "/home/b", .home = "relative" },
		{ .user = "c" },
	};
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_LOG_READER struct log_reader reader = { 0 };
	struct old_login logins[ARRAY_LEN(kinds)];
	struct evidence_login users[ARRAY_LEN(kinds)];
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		logins[i] = kinds[i];
		evidence_login_init(
			&users[i], &logins[i], ARENA_NEW(&arena, struct old_evidence), &arena);
	}
	struct bytes rest = { (const char *)data, size };
	while (rest.size) {
		const char *end = memchr(rest.data, '\n', rest.size);
		struct bytes line = { rest.data, end ? (size_t)(end - rest.data) : rest.size };
		struct log_event event;
		check_formats(line);
		if (log_line_parse(&reader, line, &event) == LOG_EVENT) {
			check_event(&event);
			for (size_t i = 0; i < 2 * ARRAY_LEN(users); i++)
				evidence_add(&users[i / 2], &event, i % 2, &arena);
		}
		rest.data += line.size + (end != NULL);
		rest.size -= line.size + (end != NULL);
	}
	for (size_t i = 0; i < ARRAY_LEN(users); i++)
		check_evidence(&users[i]);
	return 0;
}
