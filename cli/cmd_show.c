/*
 * cmd_show.c - `rehome show`: a saved plan, or the plan of a run, as `plan` showed it.
 */
#include <string.h>

#include "cli/file.h"
#include "cli/paint.h"
#include "cli/plan_page.h"
#include "cli/planning.h"
#include "cli/saved_plan.h"
#include "core/base/digest.h"
#include "core/base/text.h"
#include "core/run/run.h"

struct show_options {
	bool all;
	const char *html;
	struct string_list users;
};

static const struct option_spec show_options[] = {
	{ .name = "all",
		.type = OPTION_FLAG,
		.offset = offsetof(struct show_options, all),
		.help = "show every user, however many there are" },
	{ .name = "html",
		.type = OPTION_TEXT,
		.offset = offsetof(struct show_options, html),
		.argument = "FILE",
		.help = "write a page for a browser to FILE instead, for whoever has to agree" },
	{ .name = "user",
		.type = OPTION_LIST,
		.offset = offsetof(struct show_options, users),
		.argument = "GLOB",
		.help = "only users whose login matches, unchanged ones too" },
	{ .name = NULL },
};

/* What is shown. */
struct showing {
	struct plan *plan;
	const struct run_summary *run; /* NULL: the plan was saved */
	const char *file;	       /* then: where, and its digest */
	char sha256[DIGEST_HEX_SIZE];
};

/* What became of the run, above what it was to do. */
static void
add_summary(const struct paint *paint, const struct run_summary *run)
{
	buffer_printf(paint->out, "Run %s: %s, started %s", run->run_id,
		run_status_name(run->status), run->started ? run->started : "?");
	if (run->by) {
		buffer_add_text(paint->out, " by ");
		paint_text(paint, run->by);
	}
	if (run->reason) {
		buffer_add_text(paint->out, ": ");
		paint_text(paint, run->reason);
	}
	buffer_add_char(paint->out, '\n');
}

static bool
load_run(struct session *session, const char *run_id, struct showing *showing)
{
	struct run_list runs;
	if (!session_open(session, HOST_READ_ONLY))
		return false;
	if (!run_load_plan(
		    &session->state, run_id, session->arena, &showing->plan, &session->diags) ||
		!run_history(&session->state, session->arena, &runs, &session->diags))
		return session_fail(session, EXIT_FAILED);
	ARRAY_FOREACH (run, &runs) {
		if (strcmp(run->run_id, run_id) == 0)
			showing->run = run;
	}
	return true;
}

static bool
load(struct session *session, const char *argument, struct showing *showing)
{
	unsigned long long number;
	if (text_number(argument, 999999999, &number))
		return load_run(session, argument, showing);
	showing->file = argument;
	return saved_plan_show(session, argument, &showing->plan, showing->sha256);
}

static bool
write_page(struct session *session, const struct showing *showing, const struct plan *plan,
	const char *path)
{
	AUTO_BUFFER struct buffer text = { 0 }, run = { 0 };
	if (showing->run) {
		add_summary(&(struct paint){ .out = &run }, showing->run);
		run.data[run.size - 1] = '\0'; /* its newline */
	}
	plan_page_write(
		&(struct plan_page_subject){
			.plan = plan,
			.file = showing->file,
			.sha256 = showing->file ? showing->sha256 : NULL,
			.run = showing->run ? run.data : NULL,
			.run_id = showing->run ? showing->run->run_id : NULL,
		},
		&text);
	return file_write(path, buffer_bytes(&text), session->arena, &session->diags) ||
		session_fail(session, EXIT_FAILED);
}

/* The plan with fewer changes, to be looked at. */
static bool
choose(struct session *session, const struct string_list *users, const struct plan *plan,
	struct plan *ret_chosen)
{
	*ret_chosen = *plan;
	ret_chosen->changes.items = NULL;
	ret_chosen->changes.count = ret_chosen->changes.room = 0;
	ARRAY_FOREACH (change, &plan->changes) {
		if (planning_matches(*change, users))
			ARRAY_PUSH(session->arena, &ret_chosen->changes, *change);
	}
	plan_count(ret_chosen);
	if (ret_chosen->changes.count || !users->count)
		return true;
	diag_error(&session->diags, NOWHERE, "no user of the plan matches --user");
	diag_code(&session->diags, "unknown-user");
	return session_fail(session, EXIT_FAILED);
}

static enum exit_code
show_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct show_options *options = config;
	AUTO_BUFFER struct buffer above = { 0 };
	struct showing showing = { 0 };
	struct plan chosen;
	struct paint paint = output_paint(&session->output, &above);
	if (!load(session, operands->items[0], &showing) ||
		!choose(session, &options->users, showing.plan, &chosen))
		return session->exit;
	if (options->html)
		return write_page(session, &showing, &chosen, options->html) ? EXIT_DONE
									     : session->exit;
	bool is_text = !session->output.json && !session->output.plain;
	if (showing.run) {
		add_summary(&paint, showing.run);
		paint_fit(&paint, 0, 2);
	}
	planning_show(session, &chosen,
		&(struct planning_view){ .all = options->all,
			.everybody = options->users.count > 0,
			.above = is_text ? buffer_text(&above) : NULL });
	return EXIT_DONE;
}

const struct command command_show = {
	.name = "show",
	.arguments = "PLAN | RUN",
	.summary = "Show a saved plan, or what a run did",
	.details = "RUN is a number from rehome history.",
	.records = "each user: action, login, name, place, what was found, the login until now",
	.examples = "rehome show monday.json\n"
		    "rehome show monday.json --html monday.html\n"
		    "rehome show 12 --all  # what run 12 did, every user of it",
	.operands = "PLAN|RUN",
	.options = show_options,
	.options_size = sizeof(struct show_options),
	.min_operands = 1,
	.max_operands = 1,
	.run = show_run,
};
