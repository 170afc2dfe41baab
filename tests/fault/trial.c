/*
 * trial.c - one fault, recovery, and the oracle.
 */
#include "trial.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* exit.h of the program; a test must not believe what it includes from there. */
enum { EXIT_OF_UNDONE = 1, EXIT_OF_STUCK = 8 };

static void
sync_root(const char *root)
{
	AUTO_CLOSE int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || syncfs(fd) != 0)
		err(1, "%s", root);
}

/* ---- which calls count ---- */

static const unsigned counted_kinds[FAULT_KINDS] = {
	[FAULT_KILL] = ~0u,
	[FAULT_KILL_CHANGE] = CALL_CHANGES,
	[FAULT_KILL_AGAIN] = CALL_CHANGES,
	[FAULT_ERROR] = CALL_CHANGES | CALL_READS,
	[FAULT_ERRORS] = CALL_CHANGES | CALL_READS,
	[FAULT_SHORT] = CALL_COUNTED,
	[FAULT_POWER] = CALL_CHANGES,
};

static bool
is_counted(enum fault_kind kind, const struct call *call)
{
	return kind == FAULT_KILL || call->kinds & counted_kinds[kind];
}

struct counting {
	enum fault_kind kind;
	unsigned count;
};

static struct verdict
count_call(void *ctx, const struct call *call)
{
	struct counting *counting = ctx;
	counting->count += is_counted(counting->kind, call);
	return (struct verdict){ .kind = VERDICT_LET };
}

/* ---- memory ---- */

static unsigned
count_allocations(struct scene *scene, const char *preload)
{
	char text[32] = "", fd_text[32];
	int fd = memfd_create("count", 0);
	snprintf(fd_text, sizeof(fd_text), "OOM_COUNT_FD=%d", fd);
	const char *env[] = { preload, "OOM_NTH=0", fd_text, NULL };
	scene_run(scene, scene->script->act, NULL, NULL, env);
	if (fd < 0 || pread(fd, text, sizeof(text) - 1, 0) <= 0)
		errx(1, "the shim counts nothing: %s", preload);
	close(fd);
	return (unsigned)strtoul(text, NULL, 10);
}

static bool
is_about_memory(enum fault_kind kind)
{
	return kind == FAULT_NO_MEMORY || kind == FAULT_NO_MEMORIES;
}

unsigned
trial_points(struct scene *scene, enum fault_kind kind, const char *preload)
{
	struct counting counting = { .kind = kind };
	scene_set(scene);
	if (is_about_memory(kind))
		return count_allocations(scene, preload);
	scene_run(scene, scene->script->act, count_call, &counting, NULL);
	return counting.count;
}

/* ---- the fault ---- */

struct fault {
	struct trial *trial;
	enum fault_kind kind;
	unsigned nth, count;
	long sticky; /* ERRORS: number of the call that fails, -1 = none yet */
};

static void
note_call(struct fault *fault, const struct call *call)
{
	struct trial *trial = fault->trial;
	size_t used = strlen(trial->call);
	snprintf(trial->call + used, sizeof(trial->call) - used, "%s%s, call %u",
		used ? "; then in recovery " : "", call->name, call->count);
	trial->happened = true;
}

/* Each call of a kind gets all of them in turn. No call is interrupted for ever. */
static long
error_of(const struct fault *fault)
{
	static const int errors[] = { EINTR, EIO, ENOSPC, EDQUOT, EMFILE, ENOMEM, EACCES };
	bool sticky = fault->kind == FAULT_ERRORS;
	size_t count = ARRAY_LEN(errors) - sticky, turn = fault->nth + fault->nth / count;
	return -errors[sticky + turn % count];
}

static struct verdict
verdict_of(struct fault *fault, const struct call *call)
{
	static const struct verdict let = { .kind = VERDICT_LET }, kill = { .kind = VERDICT_KILL };
	switch (fault->kind) {
	case FAULT_ERRORS:
		fault->sticky = call->number;
		return (struct verdict){ VERDICT_ANSWER, error_of(fault) };
	case FAULT_ERROR:
		return (struct verdict){ VERDICT_ANSWER, error_of(fault) };
	case FAULT_SHORT:
		return (struct verdict){ .kind = VERDICT_SHORTEN };
	case FAULT_POWER:
		fault->trial->power->cut(fault->trial->power->ctx);
		return kill;
	case FAULT_KILL:
	case FAULT_KILL_CHANGE:
	case FAULT_KILL_AGAIN:
		return kill;
	default:
		return let;
	}
}

static struct verdict
judge_call(void *ctx, const struct call *call)
{
	struct fault *fault = ctx;
	const struct power *power = fault->trial->power;
	if (fault->sticky == call->number)
		return (struct verdict){ VERDICT_ANSWER, error_of(fault) };
	if (is_counted(fault->kind, call) && ++fault->count == fault->nth) {
		note_call(fault, call);
		return verdict_of(fault, call);
	}
	if (power && power->without_syncs && call->kinds & CALL_SYNCS)
		return (struct verdict){ .kind = VERDICT_ANSWER, .answer = 0 };
	return (struct verdict){ .kind = VERDICT_LET };
}

static struct ending
act_without_memory(struct trial *trial)
{
	char nth[32];
	snprintf(nth, sizeof(nth), "OOM_NTH=%u", trial->nth);
	const char *env[] = { trial->preload, nth,
		trial->kind == FAULT_NO_MEMORIES ? "OOM_FOREVER=1" : NULL, NULL };
	snprintf(trial->call, sizeof(trial->call), "allocation %u", trial->nth);
	trial->happened = true;
	return scene_run(trial->scene, trial->scene->script->act, NULL, NULL, env);
}

static struct ending
act(struct trial *trial)
{
	struct fault fault = { trial, trial->kind, trial->nth, .sticky = -1 };
	if (is_about_memory(trial->kind))
		return act_without_memory(trial);
	return scene_run(trial->scene, trial->scene->script->act, judge_call, &fault, NULL);
}

/* ---- recovery ---- */

static const char *
recover(struct trial *trial, struct arena *arena)
{
	const char *command = trial->undo ? "recover -q -y --undo" : "recover -q -y";
	struct ending ending = scene_run(trial->scene, command, NULL, NULL, NULL);
	if (ending.status == 0)
		return NULL;
	return arena_printf(arena, "recover: status %d: %s", ending.status, scene_said(arena));
}

/* Killed once, at the call that was asked for; fine when it makes fewer. */
static void
recover_killed(struct trial *trial)
{
	struct fault fault = { trial, FAULT_KILL_CHANGE, trial->again, .sticky = -1 };
	trial->happened = false;
	scene_run(trial->scene, "recover -q -y", judge_call, &fault, NULL);
}

unsigned
trial_recovery_points(struct scene *scene, unsigned nth)
{
	struct trial trial = { .scene = scene, .kind = FAULT_KILL_CHANGE, .nth = nth };
	struct counting counting = { .kind = FAULT_KILL_CHANGE };
	scene_set(scene);
	act(&trial);
	scene_run(scene, "recover -q -y", count_call, &counting, NULL);
	return counting.count;
}

static const char *
check_second_recovery(struct trial *trial, enum side side, struct arena *arena)
{
	enum side then;
	const char *fault = recover(trial, arena);
	if (!fault)
		fault = oracle_settled(trial->scene, side, &then, arena);
	return fault ? arena_printf(arena, "recovered twice: %s", fault) : NULL;
}

static const char *
check_recovery(struct trial *trial, enum side allowed, struct arena *arena)
{
	bool undo = trial->undo && !trial->scene->script->only_forward &&
		scene_pending(trial->scene, arena);
	const char *fault = recover(trial, arena);
	if (!fault)
		fault = oracle_settled(
			trial->scene, undo ? SIDE_BEFORE : allowed, &trial->side, arena);
	if (!fault && trial->thorough)
		fault = check_second_recovery(trial, trial->side, arena);
	return fault;
}

/* ---- what its end promised ---- */

/* Done means after, and undone means before, without any recovery. */
static const char *
check_promise(struct trial *trial, int status, enum side *ret_allowed, struct arena *arena)
{
	const char *fault;
	enum side side = status == 0 ? SIDE_AFTER : SIDE_BEFORE;
	*ret_allowed = SIDE_EITHER;
	if (status == EXIT_OF_STUCK || status > 128)
		return NULL;
	/* Without memory libarchive ends the process itself, with a word and status 1. */
	if (is_about_memory(trial->kind) &&
		strstr(scene_said(arena), "Fatal Internal Error in libarchive"))
		return NULL;
	*ret_allowed = side;
	fault = oracle_settled(trial->scene, side, &side, arena);
	return fault ? arena_printf(arena, "status %d: %s: %s", status, fault, scene_said(arena))
		     : NULL;
}

static const char *
check_ending(struct trial *trial, const struct ending *ending, struct arena *arena)
{
	if (ending->killed || ending->status < 128)
		return NULL;
	/* Without memory it may stop at once; nothing else ends it from within. */
	bool may_crash = trial->scene->script->archives && ending->status == 128 + SIGSEGV;
	if (is_about_memory(trial->kind) && (may_crash || ending->status == 128 + SIGABRT))
		return NULL;
	return arena_printf(
		arena, "ends by signal %d: %s", ending->status - 128, scene_said(arena));
}

static const char *
check_all(struct trial *trial, const struct ending *ending, struct arena *arena)
{
	enum side allowed;
	const char *fault = check_ending(trial, ending, arena);
	if (!fault)
		fault = oracle_moment(trial->scene, arena);
	if (!fault)
		fault = check_promise(trial, ending->status, &allowed, arena);
	if (fault)
		return fault;
	if (trial->kind == FAULT_KILL_AGAIN) {
		recover_killed(trial);
		fault = oracle_moment(trial->scene, arena);
	}
	return fault ? fault : check_recovery(trial, allowed, arena);
}

/* What was there before the act is on disk, and the machine goes down at the latest when the
 * program has ended: what it says then must be true for good. */
static struct ending
act_and_lose_power(struct trial *trial)
{
	struct power *power = trial->power;
	sync_root(trial->scene->root);
	struct ending ending = act(trial);
	if (!trial->happened) {
		power->cut(power->ctx);
		snprintf(trial->call, sizeof(trial->call), "after its end");
		trial->happened = true;
	}
	power->come_back(power->ctx);
	return ending;
}

const char *
trial_make(struct trial *trial, struct arena *arena)
{
	trial->happened = false;
	trial->call[0] = '\0';
	scene_set(trial->scene);
	struct ending ending = trial->power ? act_and_lose_power(trial) : act(trial);
	return check_all(trial, &ending, arena);
}
