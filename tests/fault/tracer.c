/*
 * tracer.c - ptrace(2), system call by system call.
 */
#include "tracer.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/arena.h"

/* ---- which call is what ---- */

#define CALL(name, kinds)                                                                          \
	{                                                                                          \
		SYS_##name, #name, kinds                                                           \
	}

static const struct known_call {
	long number;
	const char *name;
	unsigned kinds;
} known_calls[] = {
	CALL(write, CALL_CHANGES | CALL_COUNTED),
	CALL(pwrite64, CALL_CHANGES | CALL_COUNTED),
	CALL(writev, CALL_CHANGES),
	CALL(copy_file_range, CALL_CHANGES),
	CALL(fsync, CALL_CHANGES | CALL_SYNCS),
	CALL(fdatasync, CALL_CHANGES | CALL_SYNCS),
	CALL(syncfs, CALL_CHANGES | CALL_SYNCS),
	CALL(renameat, CALL_CHANGES),
	CALL(renameat2, CALL_CHANGES),
	CALL(mkdirat, CALL_CHANGES),
	CALL(unlinkat, CALL_CHANGES),
	CALL(linkat, CALL_CHANGES),
	CALL(symlinkat, CALL_CHANGES),
	CALL(mknodat, CALL_CHANGES),
	CALL(fchown, CALL_CHANGES),
	CALL(fchownat, CALL_CHANGES),
	CALL(fchmod, CALL_CHANGES),
	CALL(fchmodat, CALL_CHANGES),
	CALL(ftruncate, CALL_CHANGES),
	CALL(fallocate, CALL_CHANGES),
	CALL(setxattr, CALL_CHANGES),
	CALL(lsetxattr, CALL_CHANGES),
	CALL(fsetxattr, CALL_CHANGES),
	CALL(removexattr, CALL_CHANGES),
	CALL(lremovexattr, CALL_CHANGES),
	CALL(fremovexattr, CALL_CHANGES),
	CALL(utimensat, CALL_CHANGES),
#ifdef SYS_open
	CALL(open, CALL_READS),
	CALL(rename, CALL_CHANGES),
	CALL(mkdir, CALL_CHANGES),
	CALL(unlink, CALL_CHANGES),
	CALL(rmdir, CALL_CHANGES),
	CALL(link, CALL_CHANGES),
	CALL(symlink, CALL_CHANGES),
	CALL(chown, CALL_CHANGES),
	CALL(lchown, CALL_CHANGES),
	CALL(chmod, CALL_CHANGES),
	CALL(stat, CALL_READS),
	CALL(lstat, CALL_READS),
#endif
	CALL(openat, CALL_READS),
	CALL(openat2, CALL_READS),
	CALL(read, CALL_READS | CALL_COUNTED),
	CALL(pread64, CALL_READS | CALL_COUNTED),
	CALL(getdents64, CALL_READS),
	CALL(newfstatat, CALL_READS),
	CALL(fstat, CALL_READS),
	CALL(statx, CALL_READS),
	CALL(statfs, CALL_READS),
	CALL(fstatfs, CALL_READS),
	CALL(readlinkat, CALL_READS),
	CALL(getxattr, CALL_READS),
	CALL(lgetxattr, CALL_READS),
	CALL(fgetxattr, CALL_READS),
	CALL(listxattr, CALL_READS),
	CALL(flistxattr, CALL_READS),
	CALL(llistxattr, CALL_READS),
	CALL(fcntl, CALL_READS),
	CALL(lseek, CALL_READS),
};

static void
describe_call(struct call *call)
{
	call->name = "?";
	for (size_t i = 0; i < ARRAY_LEN(known_calls); i++) {
		if (known_calls[i].number == call->number) {
			call->name = known_calls[i].name;
			call->kinds = known_calls[i].kinds;
		}
	}
	/* Opening changes something when it may create. openat2's flags are in memory: it may. */
	bool creates = call->number == SYS_openat2 ||
		(call->number == SYS_openat && call->args[2] & (O_CREAT | O_TRUNC));
#ifdef SYS_open
	creates |= call->number == SYS_open && call->args[1] & (O_CREAT | O_TRUNC);
#endif
	if (creates)
		call->kinds |= CALL_CHANGES;
	/* What the program says to people is not what is meant. */
	if (call->number == SYS_write && call->args[0] <= STDERR_FILENO)
		call->kinds = 0;
}

/* ---- registers ---- */

#ifdef __x86_64__

/* Containers may forbid it. */
bool
tracer_is_possible(void)
{
	int status;
	pid_t child = fork();
	if (child == 0)
		_exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0);
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void
poke(pid_t pid, size_t offset, long value)
{
	if (ptrace(PTRACE_POKEUSER, pid, (void *)offset, (void *)value) != 0)
		err(1, "PTRACE_POKEUSER");
}

static void
make_no_call(pid_t pid)
{
	poke(pid, offsetof(struct user, regs.orig_rax), -1);
}

static void
set_answer(pid_t pid, long answer)
{
	poke(pid, offsetof(struct user, regs.rax), answer);
}

static void
set_count(pid_t pid, unsigned long count)
{
	poke(pid, offsetof(struct user, regs.rdx), (long)count);
}

#else

bool
tracer_is_possible(void)
{
	return false;
}

static void
make_no_call(pid_t pid)
{
	(void)pid;
}

static void
set_answer(pid_t pid, long answer)
{
	(void)pid, (void)answer;
}

static void
set_count(pid_t pid, unsigned long count)
{
	(void)pid, (void)count;
}

#endif

/* ---- the traced ---- */

/* A program that loops for ever must not take the machine with it. */
enum { SECONDS_MAX = 30, CALLS_MAX = 300000 };
enum { THREADS_MAX = 64 };

struct tracer {
	judge_of_calls judge;
	void *ctx;
	pid_t leader;
	struct ending ending;
	/* Calls whose answers are ours, until they return. */
	struct {
		pid_t pid;
		long answer;
	} answers[THREADS_MAX];
	size_t answer_count;
};

static void
promise_answer(struct tracer *tracer, pid_t pid, long answer)
{
	if (tracer->answer_count == THREADS_MAX)
		errx(1, "too many threads");
	make_no_call(pid);
	tracer->answers[tracer->answer_count].pid = pid;
	tracer->answers[tracer->answer_count++].answer = answer;
}

static void
give_answer(struct tracer *tracer, pid_t pid)
{
	for (size_t i = 0; i < tracer->answer_count; i++) {
		if (tracer->answers[i].pid == pid) {
			set_answer(pid, tracer->answers[i].answer);
			tracer->answers[i] = tracer->answers[--tracer->answer_count];
			return;
		}
	}
}

static void
enter_call(struct tracer *tracer, pid_t pid, const struct __ptrace_syscall_info *info)
{
	struct call call = { .number = (long)info->entry.nr };
	call.count = ++tracer->ending.calls;
	for (size_t i = 0; i < ARRAY_LEN(call.args); i++)
		call.args[i] = info->entry.args[i];
	describe_call(&call);

	if (call.count > CALLS_MAX)
		kill(tracer->leader, SIGXCPU);
	struct verdict verdict = tracer->judge(tracer->ctx, &call);
	switch (verdict.kind) {
	case VERDICT_LET:
		break;
	case VERDICT_KILL:
		tracer->ending.killed = true;
		kill(tracer->leader, SIGKILL);
		kill(pid, SIGKILL);
		break;
	case VERDICT_ANSWER:
		promise_answer(tracer, pid, verdict.answer);
		break;
	case VERDICT_SHORTEN:
		set_count(pid, call.args[2] - call.args[2] / 2);
		break;
	}
}

static void
at_call(struct tracer *tracer, pid_t pid)
{
	struct __ptrace_syscall_info info;
	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info), &info) <= 0)
		return; /* it has just been killed */
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY && !tracer->ending.killed)
		enter_call(tracer, pid, &info);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		give_answer(tracer, pid);
}

/* One stop of somebody; false when nobody is left. */
static bool
follow_one(struct tracer *tracer)
{
	int status, deliver = 0;
	pid_t pid = waitpid(-1, &status, __WALL);
	if (pid < 0 && errno == EINTR)
		return true;
	if (pid < 0)
		return false;
	if (!WIFSTOPPED(status)) {
		if (pid == tracer->leader)
			tracer->ending.status =
				WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		return true;
	}
	if (WSTOPSIG(status) == (SIGTRAP | 0x80))
		at_call(tracer, pid);
	else if (status >> 16 == 0 && WSTOPSIG(status) != SIGSTOP && WSTOPSIG(status) != SIGTRAP)
		deliver = WSTOPSIG(status);
	/* Fails for one that was killed meanwhile: its end is reported next. */
	ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)deliver);
	return true;
}

/* ---- starting ---- */

#define MEMORY_MAX ((rlim_t)1 << 30)

static void
limit_program(void)
{
	const struct rlimit seconds = { SECONDS_MAX, SECONDS_MAX },
			    bytes = { MEMORY_MAX, MEMORY_MAX };
	setrlimit(RLIMIT_CPU, &seconds);
	setrlimit(RLIMIT_FSIZE, &bytes);
	setrlimit(RLIMIT_AS, &bytes);
}

static void
become_program(const char *const *argv, int log_fd, bool traced, const char *const *env)
{
	int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null_fd < 0 || dup2(null_fd, 0) < 0 || dup2(log_fd, 1) < 0 || dup2(log_fd, 2) < 0)
		_exit(126);
	for (; env && *env; env++)
		putenv((char *)*env);
	limit_program();
	if (traced) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
	}
	execv(argv[0], (char **)argv);
	_exit(127);
}

struct ending
tracer_run(const char *const *argv, int log_fd, judge_of_calls judge, void *ctx,
	const char *const *env)
{
	struct tracer tracer = { .judge = judge, .ctx = ctx };
	int status;
	tracer.leader = fork();
	if (tracer.leader < 0)
		err(1, "fork");
	if (tracer.leader == 0)
		become_program(argv, log_fd, judge != NULL, env);
	if (judge) {
		if (waitpid(tracer.leader, &status, 0) != tracer.leader || !WIFSTOPPED(status) ||
			ptrace(PTRACE_SETOPTIONS, tracer.leader, NULL,
				(void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL |
					PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
					PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC)) != 0)
			err(1, "ptrace");
		ptrace(PTRACE_SYSCALL, tracer.leader, NULL, NULL);
	}
	while (follow_one(&tracer))
		;
	return tracer.ending;
}
