/*
 * cmd_history.c - `rehome history`: the runs there were.
 */
#include "cli/json.h"
#include "cli/paint.h"
#include "cli/session.h"
#include "core/run/run.h"

static void
add_json_run(struct json_writer *json, const struct run_summary *run)
{
	json_write_open(json, NULL, '{');
	json_write_text(json, "run", run->run_id);
	json_write_text(json, "status", run_status_name(run->status));
	json_write_text(json, "started", run->started);
	json_write_text(json, "ended", run->ended);
	json_write_number(json, "users", (long long)run->users);
	json_write_open(json, "counts", '{');
	for (int action = 0; action < CHANGE_ACTIONS; action++)
		json_write_number(json, change_action_name((enum change_action)action),
			(long long)run->counts[action]);
	json_write_close(json);
	if (run->staged)
		json_write_number(json, "staged", (long long)run->staged);
	if (run->activated)
		json_write_number(json, "activated", (long long)run->activated);
	json_write_text(json, "by", run->by);
	json_write_text(json, "reason", run->reason);
	json_write_texts(json, "rolled_back", &run->rolled_back);
	json_write_close(json);
}

static void
add_json(const struct run_list *runs, struct buffer *out)
{
	struct json_writer json = { .out = out, .one_line = true };
	json_write_open(&json, NULL, '{');
	json_write_open(&json, "runs", '[');
	ARRAY_FOREACH (run, runs)
		add_json_run(&json, run);
	json_write_close(&json);
	json_write_close(&json);
}

/* "3", "3, staged", "3, 2 staged" */
static const char *
users_words(const struct run_summary *run, struct arena *arena)
{
	size_t special = run->staged ? run->staged : run->activated;
	const char *word = run->staged ? "staged" : "activated";
	if (!special)
		return arena_printf(arena, "%zu", run->users);
	if (special == run->users)
		return arena_printf(arena, "%zu, %s", run->users, word);
	return arena_printf(arena, "%zu, %zu %s", run->users, special, word);
}

static void
add_text(struct session *session, const struct run_list *runs, struct buffer *out)
{
	struct paint paint = output_paint(&session->output, out);
	struct paint_table table = { .arena = session->arena, .columns = 6, .head = COLOR_BOLD };
	static const char *const head[] = { "RUN", "STARTED", "STATUS", "USERS", "BY", "REASON" };
	if (!runs->count && !paint.plain) {
		buffer_add_text(out, "There are no runs yet.\n");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(head); i++)
		paint_cell(&table, head[i]);
	ARRAY_FOREACH (run, runs) {
		paint_cell(&table, run->run_id);
		paint_cell(&table, run->started);
		paint_cell(&table, run_status_name(run->status));
		paint_cell(&table, users_words(run, session->arena));
		paint_cell(&table, run->by);
		paint_cell(&table, run->reason);
	}
	paint_table(&paint, &table);
}

static enum exit_code
history_run(struct session *session, const void *config, const struct string_list *operands)
{
	struct run_list runs;
	AUTO_BUFFER struct buffer text = { 0 };
	(void)config;
	(void)operands;
	if (!session_open(session, HOST_READ_ONLY))
		return session->exit;
	if (!run_history(&session->state, session->arena, &runs, &session->diags))
		return EXIT_FAILED;
	if (session->output.json)
		add_json(&runs, &text);
	else
		add_text(session, &runs, &text);
	output_result(&session->output, &text);
	return EXIT_DONE;
}

const struct command command_history = {
	.name = "history",
	.arguments = "",
	.summary = "List the runs, oldest first",
	.details = "Each with its number, which rehome show, rollback and finalise take, when it "
		   "began, what came of it, for how many users, and the reason that was given.",
	.records = "each run: number, start, status, users, by whom, reason",
	.examples = "rehome history",
	.run = history_run,
};
