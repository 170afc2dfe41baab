/*
 * plan_records.c - one line a user; see plan_records.h.
 */
#include "cli/plan_records.h"

static const char *
place_text(const struct change *change, struct arena *arena)
{
	AUTO_BUFFER struct buffer text = { 0 };
	render_plan_place(change, &text);
	return arena_strdup(arena, buffer_text(&text));
}

static const char *
found(const struct change *change, bool notes, struct arena *arena)
{
	AUTO_BUFFER struct buffer text = { 0 };
	enum diag_level least = change->action == CHANGE_BLOCKED ? DIAG_ERROR
		: notes						 ? DIAG_NOTE
								 : DIAG_WARNING;
	ARRAY_FOREACH (diag, &change->findings) {
		if (diag->level >= least)
			buffer_printf(&text, "%s%s", text.size ? "; " : "", diag->message);
	}
	return arena_strdup(arena, buffer_text(&text));
}

static void
add_user(const struct paint *paint, const struct change *change, bool notes, struct arena *arena)
{
	const char *const fields[] = {
		change_word(change),
		change->login,
		change->full_name,
		place_text(change, arena),
		found(change, notes, arena),
		change->old_login,
	};
	paint_record(paint, fields, ARRAY_LEN(fields));
}

static void
add_host(const struct paint *paint, const struct diag *diag, struct arena *arena)
{
	const char *const fields[] = {
		"host",
		NULL,
		NULL,
		diag_place_text(diag->place, NULL, arena),
		diag->message,
		NULL,
	};
	paint_record(paint, fields, ARRAY_LEN(fields));
}

void
plan_records(const struct paint *paint, const struct plan *plan,
	const struct render_plan_options *options)
{
	AUTO_ARENA struct arena arena = { 0 };
	enum diag_level least = options->brief ? DIAG_ERROR
		: options->verbose	       ? DIAG_NOTE
					       : DIAG_WARNING;
	ARRAY_FOREACH (change, &plan->changes) {
		bool wanted = options->brief ? (*change)->action == CHANGE_BLOCKED
			: options->news	     ? render_plan_is_news(*change)
					     : true;
		if (wanted)
			add_user(paint, *change, options->verbose, &arena);
	}
	ARRAY_FOREACH (diag, &plan->findings) {
		if (diag->level >= least)
			add_host(paint, diag, &arena);
	}
}
