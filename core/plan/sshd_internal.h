/*
 * sshd_internal.h - what the files about sshd share; nobody else includes it.
 */
#ifndef REHOME_PLAN_SSHD_INTERNAL_H
#define REHOME_PLAN_SSHD_INTERNAL_H

#include "core/base/process.h"
#include "core/plan/sshd.h"

/* ---- sshd_config.c ---- */

/*
 * Splits one line, without its newline, as sshd does: the keyword up to a blank or '=', then words
 * with quotes and escapes removed, until a word starts with '#'. False for a line that says
 * nothing. An open quote runs to the end (sshd refuses the line).
 */
bool sshd_line_split(struct bytes line, struct arena *arena, const char **ret_keyword,
	struct string_list *ret_arguments);

/*
 * match_pattern_list() of sshd: patterns with '*' and '?', separated by commas, '!' in front
 * negates. 1 = matches, 0 = does not, -1 = a negated pattern matches.
 */
int sshd_pattern_list_match(const char *text, const char *patterns);
/* One pattern with '*' and '?'; nothing else is special. */
bool sshd_pattern_match(const char *text, const char *pattern);

/* ---- sshd_view.c ---- */

/*
 * A private mount namespace that looks like the machine, with stand-ins in place of files, and with
 * a /run in memory that holds nothing but sshd's own directory: sshd starts there, and neither nscd
 * nor systemd answers for accounts that only the stand-ins know.
 *
 * The namespace lives as long as the descriptors are open. Nothing that is mounted or written in it
 * is seen outside.
 */
struct sshd_view {
	int namespace_fd, root_fd; /* -1 = no view: the machine itself */
};

#define NO_SSHD_VIEW                                                                               \
	{                                                                                          \
		-1, -1                                                                             \
	}
#define AUTO_SSHD_VIEW AUTO(sshd_view_finish)
void sshd_view_finish(struct sshd_view *view);

/* Where files for the programs that run in the view may be put: a directory in memory, root 0700.
 */
#define SSHD_VIEW_SCRATCH "/run/rehome"

/* NULL, or why there can be no such view here. */
const char *sshd_view_make(const struct sshd_stand_in *stand_ins, size_t stand_in_count,
	struct arena *arena, struct sshd_view *ret_view);

/* For struct process: ctx is the view. */
bool sshd_view_enter(void *view);

#endif
