/*
 * render_plan.c - the plan's text; see render_plan.h.
 *
 *	  + create   jmueller   Jörg Müller                          partners.csv:2
 *	      account  uid 20000, groups sftponly press, nologin, 1 key, no password
 *	      jail     /home/jmueller                   root:root 0755
 *
 * Signs carry words, so colour is never needed.
 */
#include "cli/render_plan.h"

#include <string.h>

#include "cli/alike.h"
#include "cli/plan_amounts.h"
#include "cli/plan_records.h"
#include "cli/render_verify.h"

enum {
	MANY_USERS = 50, /* with more than these to show, only some of each action are */
	FEW_USERS = 10,	 /* of an action */
	FEW_ALIKE = 3,	 /* of one kind */
	ENTRY_HANG = 13,
	REST_HANG = 8,
	PROSE_HANG = 2,
	ACTION_WIDTH = 9,
	LOGIN_MIN_WIDTH = 11,
	LOGIN_MAX_WIDTH = 34,
	NAME_WIDTH = 37,
};

static enum color
action_color(enum change_action action)
{
	static const enum color colors[CHANGE_ACTIONS] = {
		[CHANGE_CREATE] = COLOR_GREEN,
		[CHANGE_ADOPT] = COLOR_YELLOW,
		[CHANGE_CHANGE] = COLOR_YELLOW,
		[CHANGE_LEAVE] = COLOR_RED,
		[CHANGE_BLOCKED] = COLOR_RED,
	};
	return colors[action];
}

/* ---- one user ---- */

void
render_plan_place(const struct change *change, struct buffer *out)
{
	const struct place *place = &change->place;
	if (!place->file)
		return;
	buffer_add_text(out, place->file);
	if (place->line)
		buffer_printf(out, ":%u", place->line);
	if (place->line && place->column && change->action == CHANGE_BLOCKED)
		buffer_printf(out, ":%u", place->column);
}

static void
add_place(const struct paint *paint, const struct change *change)
{
	AUTO_BUFFER struct buffer place = { 0 };
	render_plan_place(change, &place);
	paint_text(paint, buffer_text(&place));
}

/* "anna", or "anna -> anna.b" */
static void
write_login(struct buffer *out, const struct change *change)
{
	if (change->old_login)
		buffer_printf(out, "%s -> ", change->old_login);
	buffer_add_text(out, change->login ? change->login : "-");
}

/* The columns of the lines that name users. */
struct columns {
	size_t login, name;
	bool place; /* behind the name; else below */
};

static void
add_entry(const struct paint *paint, const struct change *change, const struct columns *columns)
{
	AUTO_BUFFER struct buffer login = { 0 };
	const char *name = change->full_name ? change->full_name : "";
	enum color color = action_color(change->action);
	char sign[] = { change_action_sign(change->action), '\0' };
	bool place = columns->place && change->place.file;
	size_t start = paint->out->size;
	write_login(&login, change);
	buffer_add_text(paint->out, "  ");
	paint_colored(paint, color, sign);
	buffer_add_char(paint->out, ' ');
	paint_column(paint, color, change_word(change), ACTION_WIDTH);
	if (place || *name)
		paint_column(paint, COLOR_BOLD, buffer_text(&login), columns->login);
	else
		paint_colored(paint, COLOR_BOLD, buffer_text(&login));
	if (place) {
		paint_column(paint, COLOR_PLAIN, name, columns->name);
		add_place(paint, change);
	} else {
		paint_text(paint, name);
	}
	buffer_add_char(paint->out, '\n');
	paint_fit(paint, start, ENTRY_HANG);
}

static void
add_change(const struct paint *paint, const struct change *change, const struct columns *columns,
	const struct render_plan_options *options)
{
	enum diag_level least = options->brief ? DIAG_ERROR
		: options->verbose	       ? DIAG_NOTE
					       : DIAG_WARNING;
	add_entry(paint, change, columns);
	if (!columns->place && change->place.file) {
		AUTO_BUFFER struct buffer place = { 0 };
		render_plan_place(change, &place);
		paint_labelled(paint, COLOR_PLAIN, "from", buffer_text(&place));
	}
	ARRAY_FOREACH (line, &change->lines) {
		if (!options->brief && (!line->detail || options->verbose))
			paint_labelled(paint, COLOR_PLAIN, line->label, line->text);
	}
	ARRAY_FOREACH (diag, &change->findings) {
		if (diag->level >= least)
			paint_finding(paint, diag, &change->place, false);
	}
}

/* ---- all users ---- */

/* A blank line between what stands there and what follows. */
static void
begin_block(const struct paint *paint)
{
	if (paint->out->size)
		buffer_add_char(paint->out, '\n');
}

/* So since an earlier run, and told by it. */
static bool
is_standing(const struct diag *diag)
{
	static const char *const standing[] = { "folder-dropped", "disabled" };
	for (size_t i = 0; diag->code && i < ARRAY_LEN(standing); i++) {
		if (strcmp(diag->code, standing[i]) == 0)
			return true;
	}
	return diag->level == DIAG_NOTE;
}

bool
render_plan_is_news(const struct change *change)
{
	if (change->action != CHANGE_UNCHANGED)
		return true;
	ARRAY_FOREACH (diag, &change->findings) {
		if (!is_standing(diag))
			return true;
	}
	return false;
}

/* An unchanged user is shown only when there is something to say about them. */
static bool
is_shown(const struct change *change, const struct render_plan_options *options)
{
	if (options->brief)
		return change->action == CHANGE_BLOCKED;
	if (change->action != CHANGE_UNCHANGED || options->everybody)
		return true;
	if (options->verbose)
		return change->findings.count;
	return options->news ? render_plan_is_news(change) : change->findings.warnings > 0;
}

struct shown {
	struct alike_list *actions; /* CHANGE_ACTIONS of them */
	size_t count, widest_login, widest_name, widest_place;
};

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static void
measure(const struct paint *paint, const struct change *change, struct shown *shown)
{
	AUTO_BUFFER struct buffer login = { 0 }, place = { 0 };
	write_login(&login, change);
	render_plan_place(change, &place);
	shown->widest_login = larger(shown->widest_login, paint_width(paint, buffer_text(&login)));
	shown->widest_place = larger(shown->widest_place, paint_width(paint, buffer_text(&place)));
	if (change->full_name)
		shown->widest_name =
			larger(shown->widest_name, paint_width(paint, change->full_name));
}

/* Where the terminal ends, names give way first, then the place goes below. */
static struct columns
columns_of(const struct paint *paint, const struct shown *shown)
{
	size_t login = larger(LOGIN_MIN_WIDTH, shown->widest_login + 2);
	struct columns columns = { login < LOGIN_MAX_WIDTH ? login : LOGIN_MAX_WIDTH, NAME_WIDTH,
		true };
	size_t beside = ENTRY_HANG + columns.login + shown->widest_place;
	if (!paint->width || beside + NAME_WIDTH <= paint->width)
		return columns;
	columns.name = shown->widest_name + 2;
	columns.place = beside + columns.name <= paint->width;
	return columns;
}

static void
collect(const struct paint *paint, const struct plan *plan,
	const struct render_plan_options *options, struct arena *arena, struct shown *ret_shown)
{
	*ret_shown = (struct shown){ 0 };
	ret_shown->actions = arena_alloc(arena, CHANGE_ACTIONS * sizeof(*ret_shown->actions));
	for (int action = 0; action < CHANGE_ACTIONS; action++)
		alike_init(&ret_shown->actions[action], arena);
	ARRAY_FOREACH (change, &plan->changes) {
		if (!is_shown(*change, options))
			continue;
		alike_add_change(&ret_shown->actions[(*change)->action], *change);
		measure(paint, *change, ret_shown);
		ret_shown->count++;
	}
	for (int action = 0; action < CHANGE_ACTIONS; action++)
		alike_sort(&ret_shown->actions[action]);
}

static bool
is_grouped(const struct shown *shown, const struct render_plan_options *options)
{
	return !options->all && shown->count > MANY_USERS;
}

static const char *
action_words(const struct change *change)
{
	static const char *const words[CHANGE_ACTIONS] = {
		[CHANGE_CREATE] = "to create",
		[CHANGE_ADOPT] = "to adopt",
		[CHANGE_CHANGE] = "to change",
		[CHANGE_LEAVE] = "to leave",
		[CHANGE_BLOCKED] = "to correct",
		[CHANGE_UNCHANGED] = "unchanged",
	};
	return change_is_left_out(change) ? "left out" : words[change->action];
}

/* "... and 9997 more to create like these, user103 to user9999" */
static void
add_rest(const struct paint *paint, const struct alike *alike, size_t listed)
{
	size_t left = alike->count - listed, start = paint->out->size;
	const struct change *first = alike->items[listed], *last = alike->items[alike->count - 1];
	buffer_printf(paint->out, "    ... and %zu more %s like %s, ", left, action_words(first),
		listed == 1 ? "this" : "these");
	alike_range(
		paint, first->login ? first->login : "-", last->login ? last->login : "-", left);
	buffer_add_text(paint->out, "; --all shows them\n");
	paint_fit(paint, start, REST_HANG);
}

static void
add_other_kinds(const struct paint *paint, const struct alike_list *kinds, size_t listed)
{
	size_t left = 0, start = paint->out->size;
	for (size_t i = listed; i < kinds->count; i++)
		left += kinds->items[i]->count;
	buffer_printf(paint->out, "    ... and %zu more %s, of %zu other kinds; --all shows them\n",
		left, action_words(kinds->items[0]->items[0]), kinds->count - listed);
	paint_fit(paint, start, REST_HANG);
}

/* A few of each kind. */
static void
add_kinds(const struct paint *paint, const struct alike_list *kinds, const struct columns *columns,
	const struct render_plan_options *options)
{
	size_t shown = kinds->count < FEW_USERS ? kinds->count : FEW_USERS;
	size_t each = shown ? FEW_USERS / shown : 0;
	if (each > FEW_ALIKE)
		each = FEW_ALIKE;
	for (size_t i = 0; i < shown; i++) {
		const struct alike *alike = kinds->items[i];
		size_t count = alike->count < each ? alike->count : each;
		for (size_t j = 0; j < count; j++)
			add_change(paint, alike->items[j], columns, options);
		if (alike->count > count)
			add_rest(paint, alike, count);
	}
	if (kinds->count > shown)
		add_other_kinds(paint, kinds, shown);
}

static void
add_changes(const struct paint *paint, const struct plan *plan,
	const struct render_plan_options *options, const struct shown *shown)
{
	struct columns columns = columns_of(paint, shown);
	if (shown->count)
		begin_block(paint);
	if (is_grouped(shown, options)) {
		for (int action = 0; action < CHANGE_ACTIONS; action++)
			add_kinds(paint, &shown->actions[action], &columns, options);
		return;
	}
	ARRAY_FOREACH (change, &plan->changes) {
		if (is_shown(*change, options))
			add_change(paint, *change, &columns, options);
	}
}

/* ---- around them ---- */

/* No account is made of them, whatever happens; with -v they are named. */
static void
add_refused(const struct paint *paint, const struct plan_input *input, bool verbose)
{
	size_t count = input->refused.count;
	if (!count)
		return;
	size_t start = paint->out->size;
	buffer_printf(paint->out, "%zu %s that the old server refused %s not imported", count,
		count == 1 ? "login" : "logins", count == 1 ? "is" : "are");
	if (!verbose)
		buffer_add_text(paint->out, "; -v names them");
	for (size_t i = 0; verbose && i < count; i++) {
		buffer_add_text(paint->out, i ? ", " : ": ");
		paint_text(paint, input->refused.items[i]);
	}
	buffer_add_char(paint->out, '\n');
	paint_fit(paint, start, PROSE_HANG);
}

static const char *
row_word(const struct plan_input *input)
{
	if (input->is_old_server)
		return input->rows == 1 ? "login" : "logins";
	return input->rows == 1 ? "row" : "rows";
}

static void
add_inputs(const struct paint *paint, const struct plan *plan, bool verbose)
{
	ARRAY_FOREACH (input, &plan->inputs) {
		size_t start = paint->out->size;
		buffer_add_text(paint->out, "Read ");
		paint_text(paint, input->source);
		buffer_add_text(paint->out, " (");
		if (input->detected) {
			paint_text(paint, input->detected);
			buffer_add_text(paint->out, ", ");
		}
		buffer_printf(paint->out, "%zu %s)%s\n", input->rows, row_word(input),
			input->complete ? "" : ", not complete");
		paint_fit(paint, start, PROSE_HANG);
		add_refused(paint, input, verbose);
	}
}

/* ---- what no user alone is the reason for ---- */

static bool
has_step(const struct plan *plan, enum step_kind kind)
{
	ARRAY_FOREACH (step, &plan->steps) {
		if (step->kind == kind)
			return true;
	}
	return false;
}

/* "/etc/ssh/rehome_keys  root:root 0755": shared directories are root's. */
static void
add_host_steps(const struct paint *paint, const struct plan *plan)
{
	ARRAY_FOREACH (step, &plan->steps) {
		AUTO_BUFFER struct buffer text = { 0 };
		if (step->user || !step->path)
			continue;
		if (step->kind == STEP_DIR_CREATE)
			buffer_printf(&text, "%s\troot:root %04o", step->path,
				(unsigned)step->owner.mode);
		else if (step->kind == STEP_DROPIN_WRITE)
			buffer_printf(&text, "%s\t%s", step->path,
				step->before ? "rewritten" : "new file");
		else
			continue;
		paint_labelled(paint, COLOR_PLAIN,
			step->kind == STEP_DIR_CREATE ? "makes" : "writes", buffer_text(&text));
	}
	if (has_step(plan, STEP_SSHD_RELOAD))
		paint_labelled(paint, COLOR_PLAIN, "reloads", "sshd, wherever it listens");
}

static void
add_host_groups(const struct paint *paint, const struct plan *plan)
{
	ARRAY_FOREACH (edit, &plan->edits) {
		AUTO_BUFFER struct buffer text = { 0 };
		bool goes = edit->kind == EDIT_REMOVE_LINE;
		if (edit->user || (edit->kind != EDIT_ADD_LINE && !goes) ||
			edit->file != ACCOUNTDB_GROUP)
			continue;
		buffer_printf(&text, "%s\tgid %s%s", edit->name, edit->fields[GROUP_GID],
			goes ? ", which nobody is in, goes" : "");
		paint_labelled(paint, COLOR_PLAIN, "group", buffer_text(&text));
	}
}

/* A dry run that kept the change of sshd's configuration to itself would not be one. */
static void
add_host(const struct paint *paint, const struct plan *plan)
{
	AUTO_BUFFER struct buffer work = { 0 };
	struct paint inner = *paint;
	const char *sign = plan->findings.errors ? "!" : "~";

	inner.out = &work;
	add_host_groups(&inner, plan);
	add_host_steps(&inner, plan);
	if (!work.size && !plan->findings.count)
		return;
	begin_block(paint);
	buffer_add_text(paint->out, "  ");
	paint_colored(paint, plan->findings.errors ? COLOR_RED : COLOR_YELLOW,
		work.size || plan->findings.errors ? sign : " ");
	buffer_add_text(paint->out, " host\n");
	buffer_add(paint->out, work.data, work.size);
	ARRAY_FOREACH (diag, &plan->findings)
		paint_finding(paint, diag, NULL, false);
}

static size_t
count_renames(const struct plan *plan)
{
	size_t count = 0;
	ARRAY_FOREACH (change, &plan->changes)
		count += (*change)->old_login && (*change)->action == CHANGE_CHANGE;
	return count;
}

static void
add_totals(const struct paint *paint, const struct plan *plan)
{
	static const enum change_action order[] = {
		CHANGE_CREATE,
		CHANGE_ADOPT,
		CHANGE_CHANGE,
		CHANGE_LEAVE,
		CHANGE_BLOCKED,
		CHANGE_UNCHANGED,
	};
	size_t renames = count_renames(plan), start = paint->out->size;
	buffer_add_text(paint->out, "Plan:");
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		size_t count = plan->counts[order[i]];
		if (order[i] == CHANGE_UNCHANGED)
			count -= plan->left_out;
		buffer_printf(
			paint->out, "%s %zu %s", i ? "," : "", count, change_action_name(order[i]));
		if (order[i] == CHANGE_CHANGE && renames)
			buffer_printf(
				paint->out, " (%zu rename%s)", renames, renames == 1 ? "" : "s");
	}
	if (plan->left_out)
		buffer_printf(paint->out, ", %zu left out", plan->left_out);
	buffer_add_text(paint->out, ".\n");
	paint_fit(paint, start, PROSE_HANG);
}

void
render_plan(const struct paint *paint, const struct plan *plan,
	const struct render_plan_options *options)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct shown shown;
	if (paint->plain) {
		plan_records(paint, plan, options);
		return;
	}
	collect(paint, plan, options, &arena, &shown);
	if (!options->brief)
		add_inputs(paint, plan, options->verbose);
	add_changes(paint, plan, options, &shown);
	if (!options->brief) {
		add_host(paint, plan);
		render_not_checked(paint, &plan->not_checked);
		begin_block(paint);
	}
	add_totals(paint, plan);
	if (shown.count > MANY_USERS && !options->brief)
		plan_amounts(paint, plan);
}
