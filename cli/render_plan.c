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

#include "cli/paint.h"
#include "cli/render_verify.h"

enum {
	MANY_USERS = 50, /* with more than these to show, only the first of each action are */
	FEW_USERS = 10,
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

static void
add_place(const struct paint *paint, const struct change *change)
{
	const struct place *place = &change->place;
	if (!place->file)
		return;
	paint_text(paint, place->file);
	if (place->line)
		buffer_printf(paint->out, ":%u", place->line);
	if (place->line && place->column && change->action == CHANGE_BLOCKED)
		buffer_printf(paint->out, ":%u", place->column);
}

/* "anna", or "anna -> anna.b" */
static void
write_login(struct buffer *out, const struct change *change)
{
	if (change->old_login)
		buffer_printf(out, "%s -> ", change->old_login);
	buffer_add_text(out, change->login ? change->login : "-");
}

static void
add_change(const struct paint *paint, const struct change *change, size_t login_width,
	const struct render_plan_options *options)
{
	AUTO_BUFFER struct buffer login = { 0 };
	const char *name = change->full_name ? change->full_name : "";
	enum color color = action_color(change->action);
	char sign[] = { change_action_sign(change->action), '\0' };
	enum diag_level least = options->brief ? DIAG_ERROR
		: options->verbose	       ? DIAG_NOTE
					       : DIAG_WARNING;
	write_login(&login, change);
	buffer_add_text(paint->out, "  ");
	paint_colored(paint, color, sign);
	buffer_add_char(paint->out, ' ');
	paint_column(paint, color, change_word(change), ACTION_WIDTH);
	if (change->place.file) {
		paint_column(paint, COLOR_BOLD, buffer_text(&login), login_width);
		paint_column(paint, COLOR_PLAIN, name, NAME_WIDTH);
		add_place(paint, change);
	} else if (*name) {
		paint_column(paint, COLOR_BOLD, buffer_text(&login), login_width);
		paint_text(paint, name);
	} else {
		paint_colored(paint, COLOR_BOLD, buffer_text(&login));
	}
	buffer_add_char(paint->out, '\n');
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
	if (change->action != CHANGE_UNCHANGED)
		return true;
	if (options->verbose)
		return change->findings.count;
	return options->news ? render_plan_is_news(change) : change->findings.warnings > 0;
}

static size_t
count_shown(
	const struct plan *plan, const struct render_plan_options *options, size_t *ret_login_width)
{
	size_t count = 0, width = LOGIN_MIN_WIDTH;
	ARRAY_FOREACH (change, &plan->changes) {
		if (!is_shown(*change, options))
			continue;
		AUTO_BUFFER struct buffer text = { 0 };
		write_login(&text, *change);
		size_t login = paint_width(buffer_text(&text)) + 2;
		if (login > width)
			width = login;
		count++;
	}
	*ret_login_width = width < LOGIN_MAX_WIDTH ? width : LOGIN_MAX_WIDTH;
	return count;
}

static void
add_rest(const struct paint *paint, enum change_action action, size_t left)
{
	buffer_printf(paint->out, "    ... and %zu more to %s; --all shows them\n", left,
		action == CHANGE_BLOCKED ? "correct" : change_action_name(action));
}

static void
add_changes(const struct paint *paint, const struct plan *plan,
	const struct render_plan_options *options)
{
	size_t login_width, in_action = 0;
	size_t shown = count_shown(plan, options, &login_width);
	size_t limit = options->all || shown <= MANY_USERS ? shown : FEW_USERS;
	enum change_action action = CHANGE_ACTIONS;

	if (shown)
		begin_block(paint);
	ARRAY_FOREACH (item, &plan->changes) {
		const struct change *change = *item;
		if (!is_shown(change, options))
			continue;
		if (change->action != action) {
			if (in_action > limit)
				add_rest(paint, action, in_action - limit);
			in_action = 0;
			action = change->action;
		}
		if (in_action++ < limit)
			add_change(paint, change, login_width, options);
	}
	if (in_action > limit)
		add_rest(paint, action, in_action - limit);
}

/* ---- around them ---- */

/* No account is made of them, whatever happens; with -v they are named. */
static void
add_refused(const struct paint *paint, const struct plan_input *input, bool verbose)
{
	size_t count = input->refused.count;
	if (!count)
		return;
	buffer_printf(paint->out, "%zu %s that the old server refused %s not imported", count,
		count == 1 ? "login" : "logins", count == 1 ? "is" : "are");
	if (!verbose) {
		buffer_add_text(paint->out, "; -v names them\n");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		buffer_add_text(paint->out, i ? ", " : ": ");
		paint_text(paint, input->refused.items[i]);
	}
	buffer_add_char(paint->out, '\n');
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
		buffer_add_text(paint->out, "Read ");
		paint_text(paint, input->source);
		buffer_add_text(paint->out, " (");
		if (input->detected) {
			paint_text(paint, input->detected);
			buffer_add_text(paint->out, ", ");
		}
		buffer_printf(paint->out, "%zu %s)%s\n", input->rows, row_word(input),
			input->complete ? "" : ", not complete");
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
	struct paint inner = { &work, paint->color };
	const char *sign = plan->findings.errors ? "!" : "~";

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
	size_t renames = count_renames(plan);
	buffer_add_text(paint->out, "Plan:");
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		buffer_printf(paint->out, "%s %zu %s", i ? "," : "", plan->counts[order[i]],
			change_action_name(order[i]));
		if (order[i] == CHANGE_CHANGE && renames)
			buffer_printf(
				paint->out, " (%zu rename%s)", renames, renames == 1 ? "" : "s");
	}
	buffer_add_text(paint->out, ".\n");
}

void
render_plan(const struct plan *plan, const struct render_plan_options *options, struct buffer *out)
{
	struct paint paint = { out, options->color };
	if (!options->brief)
		add_inputs(&paint, plan, options->verbose);
	add_changes(&paint, plan, options);
	if (!options->brief) {
		add_host(&paint, plan);
		render_not_checked(&paint, &plan->not_checked);
		begin_block(&paint);
	}
	add_totals(&paint, plan);
}
