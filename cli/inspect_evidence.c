/*
 * inspect_evidence.c - who used the old server, how much, and who will miss something.
 */
#include "cli/inspect_evidence.h"

#include <string.h>

#include "core/base/text.h"
#include "core/plan/managed.h"

enum { DAY = 86400, ENOUGH = 5 };

static bool
is_wanted(const struct old_login *login, const struct string_list *users)
{
	return login->evidence && (!users->count || string_list_has(users, login->user));
}

bool
inspect_evidence_is_there(const struct intake *intake)
{
	return intake->old_logins.count && intake->old_logins.items[0]->evidence;
}

static const char *
day(int64_t time, struct arena *arena)
{
	return time ? managed_day_text(time / DAY, arena) : NULL;
}

/* "a, b, c and 4 more" */
static const char *
names(const struct string_list *list, const char *quote, struct arena *arena)
{
	AUTO_BUFFER struct buffer text = { 0 };
	for (size_t i = 0; i < list->count && i < ENOUGH; i++)
		buffer_printf(&text, "%s%s%s%s", i ? ", " : "", quote, list->items[i], quote);
	if (list->count > ENOUGH)
		buffer_printf(&text, " and %zu more", list->count - ENOUGH);
	return text.size ? arena_strdup(arena, buffer_text(&text)) : NULL;
}

static const char *
amount(uint64_t files, uint64_t bytes, struct arena *arena)
{
	if (!files)
		return NULL;
	return arena_printf(arena, "%llu, %s", (unsigned long long)files, text_size(arena, bytes));
}

/* ---- who did what ---- */

static bool
was_seen(const struct old_evidence *evidence)
{
	return evidence->last_login || evidence->last_transfer;
}

static void
add_login(struct paint_table *table, const struct old_login *login, struct arena *arena)
{
	const struct old_evidence *seen = login->evidence;
	paint_cell(table, login->user);
	paint_cell(table, day(seen->last_login, arena));
	paint_cell(table, day(seen->last_transfer, arena));
	paint_cell(table, amount(seen->files_in, seen->bytes_in, arena));
	paint_cell(table, amount(seen->files_out, seen->bytes_out, arena));
	paint_cell(table,
		seen->top_writes ? arena_printf(arena, "%llu", (unsigned long long)seen->top_writes)
				 : NULL);
	paint_cell(table, names(&seen->tops, "", arena));
	paint_cell(table, names(&seen->outside, "", arena));
}

void
inspect_evidence_table(const struct intake *intake, const struct string_list *users,
	const struct paint *paint, struct arena *arena)
{
	static const char *const head[] = { "USER", "LAST LOGIN", "LAST TRANSFER", "IN", "OUT",
		"AT THE TOP", "FOLDERS", "OUTSIDE" };
	struct paint_table table = {
		.arena = arena, .columns = ARRAY_LEN(head), .head = COLOR_BOLD
	};
	if (!inspect_evidence_is_there(intake))
		return;
	const struct old_evidence *all = intake->old_logins.items[0]->evidence;
	const char *from = day(all->from, arena), *to = day(all->to, arena);
	if (!paint->plain)
		buffer_printf(paint->out, "\nIn the logs, %s to %s:\n\n", from ? from : "-",
			to ? to : "-");
	for (size_t i = 0; i < ARRAY_LEN(head); i++)
		paint_cell(&table, head[i]);
	ARRAY_FOREACH (login, &intake->old_logins)
		if (is_wanted(*login, users) &&
			((*login)->login != OLD_DENY || was_seen((*login)->evidence)))
			add_login(&table, *login, arena);
	paint_table(paint, &table);
}

/* ---- what breaks ---- */

static void
add_break(struct paint_table *table, const struct old_login *login, const char *what,
	const char *seen, const char *cure)
{
	paint_cell(table, login->user);
	paint_cell(table, what);
	paint_cell(table, seen);
	paint_cell(table, cure);
}

static void
add_top_writes(struct paint_table *table, const struct old_login *login, const char *loose,
	struct arena *arena)
{
	const struct old_evidence *seen = login->evidence;
	const char *folders = names(&seen->tops, "'", arena);
	const char *cure =
		arena_printf(arena, "decide top-writer: start, its sessions begin in '%s'", loose);
	if (folders)
		cure = arena_printf(arena, "%s; or a layout with %s", cure, folders);
	add_break(table, login, "writes at the top",
		arena_printf(arena, "%llu %s: %s", (unsigned long long)seen->top_writes,
			seen->top_writes == 1 ? "time" : "times",
			names(&seen->top_names, "", arena)),
		cure);
}

static void
add_outside(struct paint_table *table, const struct old_login *login, const char *path,
	struct arena *arena)
{
	const char *arrow = strstr(path, " -> ");
	if (!arrow) {
		add_break(table, login, "leaves its jail", path,
			"copy what is there into a folder of its layout");
		return;
	}
	const char *target = arrow + strlen(" -> ");
	add_break(table, login, "goes through a link", path,
		arena_printf(arena, "a folder of its layout instead of the link to %s", target));
}

void
inspect_evidence_breaks(const struct intake *intake, const struct string_list *users,
	const char *loose, const struct paint *paint, struct arena *arena)
{
	struct paint_table table = { .arena = arena, .columns = 4, .head = COLOR_BOLD };
	size_t rows = 0;
	paint_cell(&table, "USER");
	paint_cell(&table, "WILL BREAK");
	paint_cell(&table, "SEEN");
	paint_cell(&table, "CURE");
	ARRAY_FOREACH (item, &intake->old_logins) {
		const struct old_login *login = *item;
		if (!is_wanted(login, users) || login->login == OLD_DENY)
			continue;
		if (login->evidence->top_writes)
			add_top_writes(&table, login, loose, arena);
		ARRAY_FOREACH (path, &login->evidence->outside)
			add_outside(&table, login, *path, arena);
		rows += login->evidence->top_writes || login->evidence->outside.count;
	}
	if (rows)
		paint_table(paint, &table);
	else if (!paint->plain)
		buffer_add_text(paint->out, "Nothing that the logs show will break.\n");
}

/* ---- for programs ---- */

void
inspect_evidence_json(
	struct json_writer *json, const struct old_evidence *evidence, struct arena *arena)
{
	if (!evidence)
		return;
	json_write_open(json, "evidence", '{');
	json_write_text(json, "from", day(evidence->from, arena));
	json_write_text(json, "to", day(evidence->to, arena));
	json_write_text(json, "last_login", day(evidence->last_login, arena));
	json_write_text(json, "last_transfer", day(evidence->last_transfer, arena));
	json_write_number(json, "files_in", (long long)evidence->files_in);
	json_write_number(json, "bytes_in", (long long)evidence->bytes_in);
	json_write_number(json, "files_out", (long long)evidence->files_out);
	json_write_number(json, "bytes_out", (long long)evidence->bytes_out);
	json_write_number(json, "top_writes", (long long)evidence->top_writes);
	json_write_texts(json, "top_names", &evidence->top_names);
	json_write_texts(json, "tops", &evidence->tops);
	json_write_texts(json, "outside", &evidence->outside);
	json_write_close(json);
}
