/*
 * watch.h - stands at the host's fault hook: makes the nth effect fail, or kills the process there,
 * and checks before every effect what must hold at all times.
 *
 *	safe      every planned login that passwd has is in the jail's group and has a shadow line;
 *	          while that is not expired, the drop-in, its home and its keys are in place and the
 *	          run has announced that it opens accounts
 *	profiled  one that has a profile before and after is never open without one: in a group
 *	          beside the jail's whose rules stand in the drop-in
 *	gated     the rename of passwd that takes a login away finds it expired
 *	announced nothing but the journal is touched while the journal has bytes that are not synced
 *	durable   a file is renamed in only when it is synced, and no other account file before
 *	          passwd's new name is on disk; COMMIT, DONE, END, UNDONE and ROLLED_BACK are
 *	          written only when every effect before them is synced
 *	last      a login that leaves is gone from passwd, on disk, before anything else of it goes
 *	committed passwd gets a new login only when COMMIT is in the journal
 */
#ifndef REHOME_TESTS_FAULT_WATCH_H
#define REHOME_TESTS_FAULT_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/host.h"

enum watch_mode {
	WATCH_ONLY,
	WATCH_FAIL_ONCE,
	WATCH_FAIL_ON, /* from the nth on */
	WATCH_KILL,
};

enum { WATCH_KILLED = 137, WATCH_BROKEN = 99 };

struct watched_login {
	const char *login, *home, *keys; /* keys: path of the key file, NULL = none */
	bool nss;			 /* in no account file: it is there and open all the time */
};

struct watch {
	struct arena *arena;
	const char *root;
	enum watch_mode mode;
	unsigned nth; /* from 1 */
	int error;    /* what the refused effect says */

	struct {
		struct watched_login *items;
		size_t count, room;
	} logins;
	struct string_list changing; /* logins that the action creates or removes */
	struct string_list profiled; /* those that have a profile before and after it */
	struct string_list leaving;  /* those that it takes away, and that were open before */

	unsigned count;	     /* effects so far */
	const char *broken;  /* the first rule that was broken, and where; NULL = none */
	const char *journal; /* host path of the one written last */
	bool journal_dirty;
	size_t journal_size;	     /* before what was written last */
	struct string_list unsynced; /* paths whose content, or whose place, is not on disk */
	struct string_list fresh;    /* those of them that were made, not only moved */
};

/* What was in the journal of this run when its process was killed may not be on disk. */
void watch_journal(struct watch *watch, const char *run_id);

/* Begins to watch the host. The watch must outlive its use. */
void watch_begin(struct watch *watch, struct host *host);
void watch_end(struct host *host);

#endif
