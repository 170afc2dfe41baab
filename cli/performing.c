/*
 * performing.c - signals in, events out; see performing.h.
 */
#include "cli/performing.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/audit.h"
#include "cli/json.h"
#include "cli/paint.h"

/* ---- signals ---- */

static volatile sig_atomic_t stop_asked;

static void
ask_to_stop(int number)
{
	(void)number;
	stop_asked = 1;
}

/* A reader of our output that went away must not end a run half way. */
const volatile sig_atomic_t *
performing_catch_signals(void)
{
	static const int asking[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = ask_to_stop };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(asking); i++)
		sigaction(asking[i], &action, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	return &stop_asked;
}

/* ---- events ---- */

static const char *const verbs[] = {
	[PERFORMING_APPLY] = "Applying",
	[PERFORMING_ROLLBACK] = "Rolling back",
	[PERFORMING_RECOVERY] = "Recovering",
};

static const char *
user_result_name(enum user_result result)
{
	static const char *const names[] = {
		[USER_DONE] = "done",
		[USER_UNDONE] = "undone",
		[USER_ROLLED_BACK] = "rolled-back",
		[USER_CONFLICT] = "conflict",
	};
	return names[result];
}

/* One object on a line of its own, at once: somebody may be watching. */
static void
write_line(const struct performing *performing, struct buffer *line)
{
	output_write(&performing->session->output, line);
	fflush(stdout);
}

static void
on_start(void *ctx, const char *run_id, size_t users)
{
	struct performing *performing = ctx;
	struct session *session = performing->session;
	performing->progress.title =
		arena_printf(session->arena, "%s run %s", verbs[performing->performance], run_id);
	if (performing->logged)
		audit_start(
			verbs[performing->performance], run_id, users, performing->options.reason);
	if (!session->output.json)
		return;
	AUTO_BUFFER struct buffer line = { 0 };
	struct json_writer json = { .out = &line, .one_line = true };
	json_write_open(&json, NULL, '{');
	json_write_text(&json, "type", "start");
	json_write_text(&json, "run", run_id);
	json_write_number(&json, "users", (long long)users);
	json_write_close(&json);
	write_line(performing, &line);
}

static void
on_progress(void *ctx, const char *phase, size_t done, size_t total)
{
	struct performing *performing = ctx;
	progress_show(&performing->progress, phase, done, total);
	if (!performing->session->output.json)
		return;
	AUTO_BUFFER struct buffer line = { 0 };
	struct json_writer json = { .out = &line, .one_line = true };
	json_write_open(&json, NULL, '{');
	json_write_text(&json, "type", "progress");
	json_write_text(&json, "phase", phase);
	json_write_number(&json, "done", (long long)done);
	json_write_number(&json, "total", (long long)total);
	json_write_close(&json);
	write_line(performing, &line);
}

static void
on_user(void *ctx, const char *login, const char *action, enum user_result result)
{
	struct performing *performing = ctx;
	if (result == USER_UNDONE)
		table_set(&performing->undone, arena_strdup(performing->session->arena, login),
			performing);
	if (performing->logged)
		audit_user(performing->result.run_id, login, action, user_result_name(result));
	if (!performing->session->output.json)
		return;
	AUTO_BUFFER struct buffer line = { 0 };
	struct json_writer json = { .out = &line, .one_line = true };
	json_write_open(&json, NULL, '{');
	json_write_text(&json, "type", "user");
	json_write_text(&json, "user", login);
	json_write_text(&json, "action", action);
	json_write_text(&json, "result", user_result_name(result));
	json_write_close(&json);
	write_line(performing, &line);
}

/* Paths of the command line are relative to where it was given. */
static const char *
absolute(const char *path, struct arena *arena)
{
	char here[PATH_MAX];
	if (!path || path[0] == '/' || !getcwd(here, sizeof(here)))
		return path;
	return arena_printf(arena, "%s/%s", strcmp(here, "/") == 0 ? "" : here, path);
}

void
performing_begin(struct performing *performing, struct session *session,
	enum performance performance, const char *handout, const char *reason)
{
	*performing = (struct performing){ .session = session,
		.performance = performance,
		.undone = { .arena = session->arena } };
	progress_init(&performing->progress, &session->output, verbs[performance]);
	performing->logged = host_is_live(session->host);
	performing->events = (struct events){
		.ctx = performing,
		.start = on_start,
		.progress = on_progress,
		.user = on_user,
	};
	performing->options = (struct run_options){
		.config = session->config,
		.events = &performing->events,
		.stop = performing_catch_signals(),
		.handout_dir = absolute(handout, session->arena),
		.handout_outside_root = handout && !host_is_live(session->host),
		.reason = reason,
	};
	session->output.streaming = true;
	output_diags(&session->output);
	fflush(stdout);
}

/* ---- the result ---- */

static enum exit_code
exit_of(enum run_outcome outcome)
{
	switch (outcome) {
	case RUN_DONE:
	case RUN_NOTHING:
		return EXIT_DONE;
	case RUN_UNDONE:
		return EXIT_FAILED;
	case RUN_STALE:
		return EXIT_STALE;
	case RUN_PARTLY:
		return EXIT_PARTLY;
	case RUN_INCOMPLETE:
		return EXIT_INCOMPLETE;
	case RUN_BUSY:
	case RUN_STUCK:
		return EXIT_LOCKED;
	}
	return EXIT_FAILED;
}

/* A rollback that was not begun has undone nothing. */
static const char *
outcome_name(const struct performing *performing)
{
	static const char *const names[] = {
		[RUN_DONE] = "done",
		[RUN_NOTHING] = "nothing",
		[RUN_UNDONE] = "undone",
		[RUN_STALE] = "stale",
		[RUN_PARTLY] = "partly",
		[RUN_INCOMPLETE] = "incomplete",
		[RUN_BUSY] = "busy",
		[RUN_STUCK] = "stuck",
	};
	enum run_outcome outcome = performing->result.outcome;
	bool refused = performing->performance == PERFORMING_ROLLBACK && outcome == RUN_UNDONE;
	return refused ? "refused" : names[outcome];
}

/* Whether there is something that a rollback of this run would take back. */
static bool
can_be_rolled_back(const struct performing *performing)
{
	enum run_outcome outcome = performing->result.outcome;
	return performing->result.run_id && performing->performance == PERFORMING_APPLY &&
		(outcome == RUN_DONE || outcome == RUN_PARTLY);
}

static void
write_summary(const struct performing *performing, enum exit_code exit)
{
	const struct run_result *result = &performing->result;
	AUTO_BUFFER struct buffer line = { 0 };
	struct json_writer json = { .out = &line, .one_line = true };
	json_write_open(&json, NULL, '{');
	json_write_text(&json, "type", "summary");
	json_write_text(&json, "run", result->run_id);
	json_write_text(&json, "outcome", outcome_name(performing));
	json_write_number(&json, "ok", (long long)result->users_done);
	json_write_number(&json, "undone", (long long)result->users_undone);
	json_write_number(&json, "conflicts", (long long)result->conflicts);
	json_write_texts(&json, "kept", &result->kept);
	json_write_number(&json, "exit", exit);
	if (result->handout)
		json_write_text(&json, "handout", result->handout);
	if (can_be_rolled_back(performing))
		json_write_text(&json, "rollback",
			arena_printf(
				performing->session->arena, "rehome rollback %s", result->run_id));
	json_write_close(&json);
	write_line(performing, &line);
}

static const char *
users(size_t count, struct arena *arena)
{
	return arena_printf(arena, "%zu %s", count, count == 1 ? "user" : "users");
}

/* One sentence. */
static const char *
sentence(const struct performing *performing, struct arena *arena)
{
	const struct run_result *result = &performing->result;
	const char *id = result->run_id ? result->run_id : "?";
	bool back = performing->performance == PERFORMING_ROLLBACK;
	switch (result->outcome) {
	case RUN_DONE:
		if (back)
			return arena_printf(arena, "Run %s is rolled back: %s.", id,
				users(result->users_undone, arena));
		return arena_printf(
			arena, "Run %s is done: %s.", id, users(result->users_done, arena));
	case RUN_NOTHING:
		return "Nothing to do.";
	case RUN_UNDONE:
		return result->run_id && !back
			? arena_printf(arena, "Run %s is undone: nothing is changed.", id)
			: "Nothing was changed.";
	case RUN_STALE:
		return "The plan is stale: nothing was changed.";
	case RUN_PARTLY:
		return arena_printf(arena, "Run %s is done in part: %s; undone: %s.", id,
			users(result->users_done, arena), users(result->users_undone, arena));
	case RUN_INCOMPLETE:
		return arena_printf(
			arena, "Run %s is rolled back but for what is listed here.", id);
	case RUN_BUSY:
	case RUN_STUCK:
		return arena_printf(
			arena, "Run %s is neither finished nor undone. Run: rehome recover", id);
	}
	return "";
}

static void
write_result(const struct performing *performing)
{
	const struct run_result *result = &performing->result;
	struct session *session = performing->session;
	AUTO_BUFFER struct buffer text = { 0 };
	struct paint paint = output_paint(&session->output, &text);
	ARRAY_FOREACH (kept, &result->kept) {
		buffer_add_text(&text, "Kept: ");
		paint_text(&paint, *kept);
		buffer_add_char(&text, '\n');
	}
	paint_text(&paint, sentence(performing, session->arena));
	buffer_add_char(&text, '\n');
	if (result->handout && can_be_rolled_back(performing)) {
		buffer_add_text(&text, "New passwords: ");
		paint_text(&paint, result->handout);
		buffer_add_char(&text, '\n');
	}
	if (can_be_rolled_back(performing) && !session->output.quiet)
		buffer_printf(&text, "Undo it with: rehome rollback %s\n", result->run_id);
	paint_fit(&paint, 0, 2);
	output_write(&session->output, &text);
}

static void
show_result(const struct performing *performing, enum exit_code exit)
{
	if (performing->session->output.json && !performing->is_part)
		write_summary(performing, exit);
	else if (!performing->session->output.json)
		write_result(performing);
}

enum exit_code
performing_end(struct performing *performing, bool ok)
{
	struct session *session = performing->session;
	enum exit_code exit = exit_of(performing->result.outcome);
	/* Undone is a good end of recovering; and what never began may have no outcome yet. */
	if (ok && exit == EXIT_FAILED)
		exit = EXIT_DONE;
	if (!ok && exit == EXIT_DONE)
		exit = EXIT_FAILED;
	progress_finish(&performing->progress);
	output_diags(&session->output);
	if (performing->logged)
		audit_end(verbs[performing->performance], performing->result.run_id,
			outcome_name(performing));
	show_result(performing, exit);
	return exit;
}

enum exit_code
performing_nothing(struct session *session)
{
	const struct performing performing = {
		.session = session,
		.performance = PERFORMING_APPLY,
		.result = { .outcome = RUN_NOTHING },
	};
	show_result(&performing, EXIT_DONE);
	return EXIT_DONE;
}
