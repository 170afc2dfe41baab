/*
 * outlives_internal.h - what the parts of the scan share; internal to outlives*.c.
 *
 *	outlives.c          whom it is about, and what is kept by login: crontabs, mail, lingering
 *	outlives_configs.c  which configuration files there are
 *	outlives_text.c     which paths and logins stand in one
 */
#ifndef REHOME_PLAN_OUTLIVES_INTERNAL_H
#define REHOME_PLAN_OUTLIVES_INTERNAL_H

#include "core/base/buffer.h"
#include "core/plan/outlives.h"

/* Where in a file a login counts. Paths count everywhere. */
enum config_names {
	NAMES_NOWHERE,
	NAMES_ANYWHERE, /* as a word */
	NAMES_FIRST,	/* as the first word of a line */
	NAMES_OF_KEYS,	/* as the value of a key that says user, owner, uid; of su and create */
	NAMES_OF_CRON,	/* where crontab(5) has the user of a system's job */
};

struct config_kind {
	const char *code;
	const char *what; /* "the web server's configuration" */
	enum config_names names;
};

struct outlives_search {
	struct host *host;
	struct outlives_subject **subjects;
	size_t count;
	struct table homes;   /* path -> subject */
	struct table parents; /* directories that homes are in -> some subject */
	struct table logins;  /* -> subject */
	struct id_table uids; /* -> subject */
	struct table seen;    /* "FILE LOGIN TARGET" that are in the result */
	struct arena *arena;
	struct arena *scratch;
	struct outlives *outlives;
};

/* Takes the item's strings as they are. */
void outlives_add(struct outlives_search *search, struct outlives_subject *subject,
	struct outlives_item item);
void outlives_not_read(struct outlives_search *search, const char *path, const char *why);

/* False when there is nothing at the path, or no such thing (S_IFREG, S_IFDIR). */
bool outlives_exists(
	struct outlives_search *search, const char *path, mode_t type, struct stat *st);
/* The names in a directory; none when there is none. What may not be listed is noted. */
struct string_list outlives_names(struct outlives_search *search, const char *path);
/* A file of at most a megabyte; what is larger or cannot be read is noted. */
bool outlives_read(struct outlives_search *search, const char *path, struct bytes *ret_text);

void outlives_scan_configs(struct outlives_search *search);
void outlives_scan_text(struct outlives_search *search, const struct config_kind *kind,
	const char *path, struct bytes text);

#endif
