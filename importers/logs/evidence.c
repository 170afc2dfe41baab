/*
 * evidence.c - all logs, from the oldest on, line by line to the logins that they name.
 */
#include "importers/logs/evidence_internal.h"

#include <string.h>

#include "importers/logs/log_file.h"

/* Longer names are nobody's. */
enum { LONGEST_USER = 256, FIRST_LINES = 100 };

struct log_file {
	const char *path;
	int64_t first; /* the time of its first line that has one; 0 = none */
};

struct gathering {
	const struct evidence_request *request;
	struct evidence_sum *sum;
	struct table by_name;	     /* -> struct evidence_login */
	struct evidence_login *last; /* whom the line before was about */
	struct log_reader reader;    /* of the file that is read */
	const char *path;
	struct place first_bad;
};

/* ---- lines ---- */

static struct evidence_login *
find_login(struct gathering *gathering, struct bytes user)
{
	char name[LONGEST_USER];
	struct evidence_login *last = gathering->last;
	if (user.size >= sizeof(name) || memchr(user.data, '\0', user.size))
		return NULL;
	if (last && strncmp(last->login->user, user.data, user.size) == 0 &&
		!last->login->user[user.size])
		return last;
	memcpy(name, user.data, user.size);
	name[user.size] = '\0';
	struct evidence_login *found = table_get(&gathering->by_name, name);
	if (found)
		gathering->last = found;
	return found;
}

static void
count_time(struct evidence_sum *sum, int64_t time)
{
	if (!sum->from || time < sum->from)
		sum->from = time;
	if (time > sum->to)
		sum->to = time;
}

static bool
take_line(void *ctx, struct bytes line, unsigned number, bool cut)
{
	struct gathering *gathering = ctx;
	struct evidence_sum *sum = gathering->sum;
	struct log_event event;
	enum log_answer answer = cut ? LOG_BAD : log_line_parse(&gathering->reader, line, &event);
	sum->lines++;
	if (answer == LOG_BAD && !sum->bad++)
		gathering->first_bad = at(gathering->path, number);
	if (answer != LOG_EVENT)
		return true;
	count_time(sum, event.time);
	struct evidence_login *user = find_login(gathering, event.user);
	if (user)
		evidence_add(
			user, &event, gathering->request->paths_in_jail, gathering->request->arena);
	else
		sum->foreign++;
	return true;
}

/* ---- files ---- */

struct peeking {
	struct log_reader reader;
	int64_t first;
};

static bool
peek_line(void *ctx, struct bytes line, unsigned number, bool cut)
{
	struct peeking *peeking = ctx;
	struct log_event event;
	if (!cut && log_line_parse(&peeking->reader, line, &event) == LOG_EVENT)
		peeking->first = event.time;
	return !peeking->first && number < FIRST_LINES;
}

static int
by_first(const void *a, const void *b)
{
	const struct log_file *left = a, *right = b;
	if (left->first != right->first)
		return left->first < right->first ? -1 : 1;
	return strcmp(left->path, right->path);
}

static bool
sort_files(const struct string_list *paths, struct log_file *files, struct diags *diags)
{
	bool good = true;
	for (size_t i = 0; i < paths->count; i++) {
		struct peeking peeking = { .first = 0 };
		files[i].path = paths->items[i];
		good = log_file_read(files[i].path, peek_line, &peeking, diags) && good;
		files[i].first = peeking.first;
		log_reader_finish(&peeking.reader);
	}
	qsort(files, paths->count, sizeof(*files), by_first);
	return good;
}

static bool
read_files(struct gathering *gathering, const struct log_file *files, size_t count,
	struct diags *diags)
{
	bool good = true;
	for (size_t i = 0; i < count; i++) {
		gathering->path = files[i].path;
		gathering->sum->files++;
		good = log_file_read(files[i].path, take_line, gathering, diags) && good;
		log_reader_finish(&gathering->reader);
		gathering->reader = (struct log_reader){ 0 };
	}
	return good;
}

/* ---- the whole ---- */

static struct evidence_login *
watch(struct gathering *gathering)
{
	const struct evidence_request *request = gathering->request;
	struct arena *arena = request->arena;
	struct evidence_login *users =
		arena_alloc(arena, (request->login_count + 1) * sizeof(*users));
	gathering->by_name.arena = arena;
	for (size_t i = 0; i < request->login_count; i++) {
		evidence_login_init(&users[i], request->logins[i],
			ARENA_NEW(arena, struct old_evidence), arena);
		table_set(&gathering->by_name, request->logins[i]->user, &users[i]);
	}
	return users;
}

static void
finish(struct gathering *gathering, struct evidence_login *users, struct diags *diags)
{
	const struct evidence_request *request = gathering->request;
	const struct evidence_sum *sum = gathering->sum;
	for (size_t i = 0; i < request->login_count; i++) {
		users[i].evidence->from = sum->from;
		users[i].evidence->to = sum->to;
		if (request->root)
			evidence_find_links(&users[i], request->root, request->arena);
	}
	if (!sum->bad)
		return;
	diag_warning(diags, gathering->first_bad, "%llu of %llu lines are in no known format%s",
		(unsigned long long)sum->bad, (unsigned long long)sum->lines,
		sum->bad > 1 ? "; this is the first" : "");
	diag_code(diags, "log-lines");
}

bool
evidence_read(
	const struct evidence_request *request, struct evidence_sum *ret_sum, struct diags *diags)
{
	struct evidence_sum sum = { 0 };
	struct gathering gathering = { .request = request, .sum = &sum };
	struct string_list paths = { 0 };
	if (!log_files_find(request->patterns, request->arena, &paths, diags))
		return false;
	struct log_file *files = arena_alloc(request->arena, (paths.count + 1) * sizeof(*files));
	struct evidence_login *users = watch(&gathering);
	if (!sort_files(&paths, files, diags) || !read_files(&gathering, files, paths.count, diags))
		return false;
	finish(&gathering, users, diags);
	*ret_sum = sum;
	return true;
}
