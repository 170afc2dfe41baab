/*
 * outlives.h - what points into people's homes, or goes on without them: crontabs, lingering
 * services, web servers, shares, backup jobs, rules that name their login.
 *
 * Nothing of it is changed by a run; a plan says it, so that nobody learns it from a job that fails
 * at night. Every configuration file is read once, whatever the number of homes. Its contents stay
 * here: what is told is a file, a line, and the path or login that stands there.
 */
#ifndef REHOME_PLAN_OUTLIVES_H
#define REHOME_PLAN_OUTLIVES_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/base/host.h"
#include "core/base/table.h"

/* Whose account or home is about to change. */
struct outlives_subject {
	const char *login;
	uid_t uid;
	const char *home;  /* as it is now; NULL or "" = none */
	const char *loose; /* the folder that loose files go to; NULL = they stay where they are */
	struct {
		struct outlives_item {
			/* "crontab", "at-job", "linger", "user-unit", "subid", "mail-forward",
			 * "mailbox", "userdir"; by configuration: "web-config", "php-pool",
			 * "samba", "nfs-export", "ftp-config", "rsync", "mount", "unit",
			 * "cron-job", "log-rotation", "mail-config", "privilege", "backup-config"
			 */
			const char *code;
			struct place place;
			const char *text;    /* "the web server's configuration names /home/u/x" */
			const char *target;  /* the path in the home; NULL = no path */
			const char *becomes; /* where that will be; NULL = the same */
		} * items;
		size_t count, room;
	} items;
};

struct outlives {
	/* Patterns that take in every home below a directory, such as /home/STAR/public_html. */
	struct {
		struct outlives_item *items;
		size_t count, room;
	} patterns;
	struct string_list not_read; /* "/etc/sudoers (cannot be read)" */
};

/*
 * Fills the items of all subjects, in the order of the files. Reads only. What cannot be read is in
 * not_read and no failure; symbolic links are not followed, but for the usual pairs of "available"
 * and "enabled".
 */
void outlives_scan(struct host *host, struct outlives_subject **subjects, size_t count,
	struct arena *arena, struct outlives *ret_outlives);

#endif
