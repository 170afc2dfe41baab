/*
 * sshd_ask.c - asks sshd itself: `sshd -t` and `sshd -T -C`.
 *
 * Where files stand in for the real ones, and where this machine lacks what sshd wants before it
 * says anything (its directory below /run, a host key), the question is asked in a private view of
 * the machine (sshd_view.c). Everything else is asked on the machine as it is.
 */
#include <string.h>

#include "core/plan/sshd_internal.h"

#define HOST_KEY SSHD_VIEW_SCRATCH "/host_key"

struct question {
	const char *config_path;
	const struct sshd_stand_in *stand_ins;
	size_t stand_in_count;
	struct arena *arena;
	struct diags *diags;
	struct sshd_view view;
	bool has_host_key; /* a temporary one, in the view */
	bool as_it_is;	   /* it is given nothing */
	enum sshd_answer answer;
	const char *why;
};

static void
question_finish(struct question *question)
{
	sshd_view_finish(&question->view);
}

static void
unavailable(struct question *question, const char *why)
{
	question->answer = SSHD_UNAVAILABLE;
	question->why = why;
}

static bool
run(struct question *question, const char *const *argv, struct arena *arena,
	struct process_result *ret_result)
{
	struct process process = { .argv = argv };
	if (question->view.namespace_fd >= 0) {
		process.prepare = sshd_view_enter;
		process.ctx = &question->view;
	}
	return process_run(&process, arena, ret_result, question->diags);
}

/* ---- what sshd said ---- */

/* The first lines, as one. */
static const char *
first_lines(const char *text, struct arena *arena)
{
	enum { LINES = 5 };
	AUTO_BUFFER struct buffer out = { 0 };
	for (int i = 0; *text && i < LINES; i++) {
		size_t size = strcspn(text, "\n"), shown = size;
		while (shown && text[shown - 1] == '\r')
			shown--;
		if (shown) {
			buffer_add_text(&out, out.size ? "; " : "");
			buffer_add(&out, text, shown);
		}
		text += size + (text[size] == '\n');
	}
	return arena_strdup(arena, buffer_text(&out));
}

enum lack {
	LACK_NOTHING,
	LACK_HOST_KEY,
	LACK_DIRECTORY,
};

/* sshd reads its configuration before it misses these, so they are no fault of the files. */
static enum lack
lack_in(const struct process_result *result)
{
	if (!result->started || result->timed_out || result->exit_status == 0)
		return LACK_NOTHING;
	if (strstr(result->err, "no hostkeys available"))
		return LACK_HOST_KEY;
	if (strstr(result->err, "Missing privilege separation directory"))
		return LACK_DIRECTORY;
	return LACK_NOTHING;
}

static void
take_answer(struct question *question, const struct process_result *result)
{
	enum { NOT_STARTED = 127 };
	const char *lines = first_lines(result->err, question->arena);
	question->why = NULL;
	if (!result->started)
		unavailable(question, "sshd is not installed");
	else if (result->timed_out)
		unavailable(question, "sshd did not answer in time");
	else if (result->exit_status == NOT_STARTED ||
		(lack_in(result) != LACK_NOTHING && !question->as_it_is))
		unavailable(question, lines);
	else if (result->exit_status == 0)
		question->answer = SSHD_ANSWERED;
	else {
		question->answer = SSHD_REFUSED;
		question->why = *lines ? lines
				       : arena_printf(question->arena, "it ended with status %d",
						 result->exit_status);
	}
}

/* ---- giving it what it lacks ---- */

/* False with the answer set when there can be no view. */
static bool
have_view(struct question *question)
{
	if (question->view.namespace_fd >= 0)
		return true;
	const char *why = sshd_view_make(
		question->stand_ins, question->stand_in_count, question->arena, &question->view);
	if (why)
		unavailable(question, why);
	return !why;
}

/* However often it is asked. */
static void
warn_once(struct question *question, const char *code, const char *message, const char *hint)
{
	ARRAY_FOREACH (diag, question->diags) {
		if (diag->code && strcmp(diag->code, code) == 0)
			return;
	}
	diag_warning(question->diags, at(question->config_path, 0), "%s", message);
	diag_hint(question->diags, "%s", hint);
	diag_code(question->diags, code);
}

/* It never leaves the view's memory. */
static bool
make_host_key(struct question *question, bool *ret_made)
{
	const char *const argv[] = { "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", HOST_KEY,
		NULL };
	struct process_result result;
	if (!run(question, argv, question->arena, &result))
		return false;
	question->has_host_key = result.started && !result.timed_out && result.exit_status == 0;
	*ret_made = question->has_host_key;
	if (!*ret_made)
		unavailable(question,
			arena_printf(question->arena,
				"sshd has no host key, and ssh-keygen makes none: %s",
				result.started ? first_lines(result.err, question->arena)
					       : "it is not installed"));
	return true;
}

/* *ret_given = false: it already had that, or it cannot be given; the answer says so. */
static bool
give(struct question *question, enum lack lack, bool *ret_given)
{
	*ret_given = false;
	if (question->as_it_is)
		return true;
	if (lack == LACK_HOST_KEY) {
		if (question->has_host_key)
			return true;
		warn_once(question, "sshd-host-key", "sshd has no host key and cannot start",
			"Run: ssh-keygen -A");
		return !have_view(question) || make_host_key(question, ret_given);
	}
	if (lack == LACK_DIRECTORY && question->view.namespace_fd < 0) {
		warn_once(question, "sshd-directory",
			"sshd's directory /run/sshd is missing: a running sshd cannot be reloaded",
			"Run: mkdir -m 0755 /run/sshd");
		*ret_given = have_view(question);
	}
	return true;
}

/* ---- asking ---- */

static const char *const *
command(const struct question *question, const char *mode, const char *connection,
	struct arena *arena)
{
	const char *const words[] = { "sshd", mode, "-f", question->config_path };
	struct string_list argv = { 0 };
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		string_list_push(arena, &argv, words[i]);
	if (connection) {
		string_list_push(arena, &argv, "-C");
		string_list_push(arena, &argv, connection);
	}
	if (question->has_host_key) {
		string_list_push(arena, &argv, "-h");
		string_list_push(arena, &argv, HOST_KEY);
	}
	string_list_push(arena, &argv, NULL);
	return argv.items;
}

/* Sets the answer; *ret_out is what sshd printed, in the scratch arena. */
static bool
ask(struct question *question, const char *mode, const char *connection, struct arena *scratch,
	const char **ret_out)
{
	bool given;
	do {
		struct process_result result;
		if (!run(question, command(question, mode, connection, scratch), scratch, &result))
			return false;
		take_answer(question, &result);
		*ret_out = result.out;
		if (!give(question, lack_in(&result), &given))
			return false;
	} while (given);
	return true;
}

/* What sshd prints for one login is kilobytes, of which little is kept. */
static bool
ask_about(struct question *question, const struct sshd_login *login,
	struct sshd_effective *ret_effective)
{
	AUTO_ARENA struct arena scratch = { 0 };
	const char *out,
		*connection = arena_printf(&scratch,
			"user=%s,host=localhost,addr=%s,laddr=127.0.0.1,lport=22", login->login,
			login->address ? login->address : "127.0.0.1");
	if (!ask(question, "-T", connection, &scratch, &out))
		return false;
	if (question->answer == SSHD_ANSWERED)
		sshd_effective_parse(out, question->arena, ret_effective);
	return true;
}

/* False with the answer set when there is no use in asking. */
static bool
can_ask(struct host *host, struct question *question)
{
	if (!host_is_live(host))
		unavailable(question, "the root is not the running machine's own");
	else if (geteuid() != 0)
		unavailable(question, "only root may ask sshd");
	else if (!process_find("sshd", question->arena))
		unavailable(question, "sshd is not installed");
	else
		return !question->stand_in_count || have_view(question);
	return false;
}

bool
sshd_ask(struct host *host, const char *config_path, const struct sshd_stand_in *stand_ins,
	size_t stand_in_count, const struct sshd_login *logins, size_t login_count,
	struct arena *arena, struct sshd_effective *ret_effective, enum sshd_answer *ret_answer,
	const char **ret_why, struct diags *diags)
{
	AUTO(question_finish)
	struct question question = { config_path, stand_ins, stand_in_count, arena, diags,
		NO_SSHD_VIEW, false, false, SSHD_ANSWERED, NULL };
	bool may = can_ask(host, &question);
	for (size_t i = 0; may && i < login_count && question.answer == SSHD_ANSWERED; i++) {
		if (!ask_about(&question, &logins[i], &ret_effective[i]))
			return false;
	}
	*ret_answer = question.answer;
	*ret_why = question.why;
	return true;
}

static bool
test(struct host *host, struct question *question, enum sshd_answer *ret_answer,
	const char **ret_why)
{
	const char *out;
	if (can_ask(host, question) && !ask(question, "-t", NULL, question->arena, &out))
		return false;
	*ret_answer = question->answer;
	*ret_why = question->why;
	return true;
}

bool
sshd_test(struct host *host, const char *config_path, const struct sshd_stand_in *stand_ins,
	size_t stand_in_count, struct arena *arena, enum sshd_answer *ret_answer,
	const char **ret_why, struct diags *diags)
{
	AUTO(question_finish)
	struct question question = { config_path, stand_ins, stand_in_count, arena, diags,
		NO_SSHD_VIEW, false, false, SSHD_ANSWERED, NULL };
	return test(host, &question, ret_answer, ret_why);
}

bool
sshd_test_start(struct host *host, const char *config_path, struct arena *arena,
	enum sshd_answer *ret_answer, const char **ret_why, struct diags *diags)
{
	struct question question = { config_path, NULL, 0, arena, diags, NO_SSHD_VIEW, false, true,
		SSHD_ANSWERED, NULL };
	return test(host, &question, ret_answer, ret_why);
}
