/*
 * pager.c - choosing, starting and feeding a pager; see pager.h.
 */
#include "cli/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/arena.h"
#include "core/base/process.h"

enum { CANNOT_START = 127 };

/* ---- which ---- */

/* Root's rights may be lent for this program only. */
static bool
is_root_for_the_moment(void)
{
	return getauxval(AT_SECURE) || getenv("SUDO_UID") || getenv("DOAS_USER") ||
		getenv("PKEXEC_UID");
}

static const char *
preferred(void)
{
	const char *pager = getenv("REHOME_PAGER");
	return pager ? pager : getenv("PAGER");
}

static bool
is_none(const char *pager)
{
	return !pager[strspn(pager, " ")] || strcmp(pager, "cat") == 0;
}

/* Words as they are; a shell only where the text was written for one. */
static const char *const *
words_of(const char *pager, struct arena *arena)
{
	struct string_list words = { 0 };
	if (pager[strcspn(pager, "|&;<>()$`\\\"'*?[#~=%!{}\n\t")]) {
		string_list_push(arena, &words, "/bin/sh");
		string_list_push(arena, &words, "-c");
		string_list_push(arena, &words, pager);
	} else {
		while (*pager) {
			pager += strspn(pager, " ");
			size_t size = strcspn(pager, " ");
			if (size)
				string_list_push(arena, &words, arena_strndup(arena, pager, size));
			pager += size;
		}
	}
	string_list_push(arena, &words, NULL);
	return words.items;
}

/* NULL for none. */
static const char *const *
choose(struct arena *arena)
{
	const char *pager = preferred();
	if (pager && is_none(pager))
		return NULL;
	if (pager && !is_root_for_the_moment())
		return words_of(pager, arena);
	const char *less = process_find("less", arena);
	return less ? words_of(less, arena) : NULL;
}

/* ---- the child ---- */

/* F: no pager for one screen; R: colours; X: the text stays on the screen. */
static void
prepare_environment(bool utf8)
{
	setenv("LESS", "FRX", 0);
	setenv("LESSSECURE", "1", 1);
	unsetenv("LESSSECURE_ALLOW"); /* would give back some of what that takes */
	if (utf8)
		setenv("LESSCHARSET", "utf-8", 0);
}

static void
be_pager(const char *const *words, int in, bool utf8)
{
	if (dup2(in, STDIN_FILENO) != STDIN_FILENO || close_range(3, ~0U, 0) != 0)
		_exit(CANNOT_START);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	prepare_environment(utf8);
	execvp(words[0], (char *const *)words);
	dprintf(STDERR_FILENO, "rehome: warning: cannot start the pager %s: %s\n", words[0],
		strerror(errno));
	_exit(CANNOT_START);
}

/* ---- us ---- */

static void
write_all(int fd, struct bytes text)
{
	while (text.size) {
		ssize_t put = TEMP_FAILURE_RETRY(write(fd, text.data, text.size));
		if (put <= 0)
			return; /* the reader has seen enough */
		text.data += put;
		text.size -= (size_t)put;
	}
}

/* The exit status; CANNOT_START too when there is no child. */
static int
feed(const char *const *words, struct bytes text, bool utf8)
{
	int ends[2], status;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return CANNOT_START;
	pid_t pid = fork();
	if (pid == 0)
		be_pager(words, ends[0], utf8);
	close(ends[0]);
	if (pid > 0)
		write_all(ends[1], text);
	close(ends[1]);
	if (pid < 0 || TEMP_FAILURE_RETRY(waitpid(pid, &status, 0)) != pid)
		return CANNOT_START;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

bool
pager_show(struct bytes text, bool utf8)
{
	AUTO_ARENA struct arena arena = { 0 };
	const char *const *words = choose(&arena);
	struct sigaction ignore = { .sa_handler = SIG_IGN }, pipe_before, interrupt_before;
	if (!words)
		return false;
	fflush(NULL);
	sigemptyset(&ignore.sa_mask);
	/* Control-C is for the pager, and its end is not ours. */
	sigaction(SIGPIPE, &ignore, &pipe_before);
	sigaction(SIGINT, &ignore, &interrupt_before);
	bool shown = feed(words, text, utf8) != CANNOT_START;
	sigaction(SIGPIPE, &pipe_before, NULL);
	sigaction(SIGINT, &interrupt_before, NULL);
	return shown;
}
