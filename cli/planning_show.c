/*
 * planning_show.c - a plan the way the command line asks for; see planning.h.
 */
#include "cli/planning.h"
#include "cli/render_plan.h"
#include "core/base/json_writer.h"
#include "core/plan/codec.h"

static struct render_plan_options
render_options(const struct session *session, bool all)
{
	const struct output *output = &session->output;
	return (struct render_plan_options){
		.brief = output->quiet,
		.all = all,
		.verbose = output->verbose,
	};
}

void
planning_show(struct session *session, const struct plan *plan, const struct planning_view *view)
{
	AUTO_BUFFER struct buffer text = { 0 }, above = { 0 };
	struct paint paint = output_paint(&session->output, &text);
	struct render_plan_options options = render_options(session, view->all);
	options.everybody = view->everybody;
	/* What is said about the sources stands before what follows from them. */
	output_diags(&session->output);
	if (session->output.json)
		plan_report(plan, &text);
	else
		render_plan(&paint, plan, &options);
	buffer_add_text(&above, view->above ? view->above : "");
	buffer_add(&above, text.data, text.size);
	output_result(&session->output, &above);
}

/* What stands in the text's last line. */
static void
add_totals(struct json_writer *json, const struct plan *plan)
{
	json_write_open(json, "summary", '{');
	for (int action = 0; action < CHANGE_ACTIONS; action++)
		json_write_number(json, change_action_name((enum change_action)action),
			(long long)plan->counts[action]);
	if (plan->left_out)
		json_write_number(json, "left_out", (long long)plan->left_out);
	json_write_close(json);
}

static void
write_plan_line(struct session *session, const struct plan *plan)
{
	AUTO_BUFFER struct buffer line = { 0 };
	struct json_writer json = { .out = &line, .one_line = true };
	json_write_open(&json, NULL, '{');
	json_write_text(&json, "type", "plan");
	json_write_text(&json, "plan", plan->id);
	json_write_flag(&json, "changed", plan_has_work(plan));
	json_write_flag(&json, "applicable", plan_is_applicable(plan));
	add_totals(&json, plan);
	json_write_close(&json);
	output_write(&session->output, &line);
}

static void
show_working(struct session *session, const struct plan *plan, bool all, bool news)
{
	if (!session->output.json) {
		AUTO_BUFFER struct buffer text = { 0 };
		struct paint paint = output_paint(&session->output, &text);
		struct render_plan_options options = render_options(session, all);
		options.news = news;
		output_diags(&session->output);
		render_plan(&paint, plan, &options);
		/* Never paged: the question, or the work, follows. */
		output_write(&session->output, &text);
		return;
	}
	ARRAY_FOREACH (change, &plan->changes) {
		if (news && !render_plan_is_news(*change) && !session->output.verbose)
			continue;
		ARRAY_FOREACH (diag, &(*change)->findings) {
			diag_append(&session->diags, diag);
			diag_user(&session->diags, (*change)->login);
		}
	}
	ARRAY_FOREACH (diag, &plan->findings)
		diag_append(&session->diags, diag);
	output_diags(&session->output);
	write_plan_line(session, plan);
}

void
planning_show_working(struct session *session, const struct plan *plan, bool all)
{
	show_working(session, plan, all, false);
}

void
planning_show_news(struct session *session, const struct plan *plan)
{
	show_working(session, plan, false, true);
}
