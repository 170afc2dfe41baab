/*
 * unix_line.h - an account as a line of passwd(5): what passwd-files and newusers share.
 */
#ifndef REHOME_EXPORTERS_UNIX_LINE_H
#define REHOME_EXPORTERS_UNIX_LINE_H

#include "exporters/loss.h"

/* Of one account. Nothing of it holds what a line cannot: ':', a newline, another control. */
struct unix_line {
	const char *login, *group, *gecos, *home, *shell; /* group NULL = the number has no name */
	uid_t uid;
	gid_t gid;
};

/*
 * What a source does not say is as rehome would make it: a group of its own with the number of the
 * user, /home/LOGIN, a shell that lets nobody in. False when there is no line: no uid was given, or
 * the person has left. losses may be NULL.
 */
bool unix_line_of(
	const struct export_job *job, size_t i, struct losses *losses, struct unix_line *ret_line);

/* Nobody gets in by it: the state says so, or the day has come. */
bool unix_is_closed(const struct account *account);

/* What no line of these files holds: keys, jail and address. */
void unix_note_losses(struct losses *losses, const struct account *account);

#endif
