/*
 * journal.h - which steps may have touched the machine.
 *
 * Append-only text, one record a line, each line chained to the one before by its checksum:
 *
 *	CRC32C SEQ TYPE PAYLOAD
 *	7a01bc44 1 BEGIN {"plan":"6c0f..","host":"sftp1",...}
 *	19e27d03 2 PHASE homes
 *	...
 *
 * CRC32C is over the previous record's checksum and this line's rest, 8 hex digits. A mark is on
 * disk (fsync) before the effect that it announces, so after a crash the journal may claim too
 * much, never too little; whether a claimed step really happened is found out on the host. A torn
 * last line is ignored, and cut off before anything is written behind it; damage before the last
 * line stops everything: nothing is changed and the error says how to go on by hand. Space is
 * reserved when it is created, so that a full disk cannot stop an undo.
 *
 * No secrets: payloads hold logins, paths, inode numbers, digests.
 */
#ifndef REHOME_RUN_JOURNAL_H
#define REHOME_RUN_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/diag.h"
#include "core/base/host.h"

enum journal_type {
	JOURNAL_BEGIN,	     /* a JSON object: plan id, time, host, boot id, version, users */
	JOURNAL_PHASE,	     /* its name: effects of this phase may follow */
	JOURNAL_NOTE,	     /* STEP-NUMBER JSON: what its undo needs to know (an inode staged) */
	JOURNAL_DONE,	     /* the phase's name: all of its effects are on disk */
	JOURNAL_DROPPED,     /* a login: left out of the run after it failed (failure: user) */
	JOURNAL_HANDOUT,     /* a JSON object: where generated passwords are about to be written */
	JOURNAL_COMMIT,	     /* passwd is about to be renamed: from here recovery goes forward */
	JOURNAL_ABORT,	     /* why: undoing begins */
	JOURNAL_UNDONE,	     /* undoing is complete: the run changed nothing */
	JOURNAL_END,	     /* the run is complete */
	JOURNAL_EXPIRY,	     /* LOGIN VALUE: an expiry that an undo overwrites and must give back */
	JOURNAL_ROLLBACK,    /* a JSON object: time, reason, users ([] = all) */
	JOURNAL_QUARANTINE,  /* login and where the home went */
	JOURNAL_CONFLICT,    /* login and what was kept, in words */
	JOURNAL_ROLLED_BACK, /* a JSON object: users, conflicts */
	JOURNAL_FINALISED,   /* a JSON object: time, by, reason. No undo is wanted any more */
	JOURNAL_TYPES,
};

struct journal_record {
	uint64_t seq; /* from 1 */
	enum journal_type type;
	const char *payload; /* one line */
};

struct journal {
	struct host *host;
	struct arena *arena;
	const char *path;
	int fd; /* -1 when read only */
	uint32_t checksum;
	uint64_t seq;
	struct buffer pending; /* added but not yet on disk */
	size_t synced;	       /* bytes of the file that are on disk for good */
	bool unsure;	       /* a failed write may have left bytes behind them */
	struct {
		struct journal_record *items;
		size_t count, room;
	} records; /* everything, pending included */
	bool torn; /* the last line was incomplete and is ignored */
};

/* Created O_EXCL 0600, with room for about expected_records reserved. */
NODISCARD bool journal_create(struct host *host, const char *path, size_t expected_records,
	struct arena *arena, struct journal *ret_journal, struct diags *diags);

/* for_writing: to be appended to, behind what is valid, which is on disk then. */
NODISCARD bool journal_open(struct host *host, const char *path, bool for_writing,
	struct arena *arena, struct journal *ret_journal, struct diags *diags);

/* The checking reader behind journal_open(), for tests and fuzzing. ret_end: where valid data ends.
 */
NODISCARD bool journal_parse(struct bytes text, const char *shown, struct arena *arena,
	struct journal *journal, size_t *ret_end, struct diags *diags);

/* Adds a record in memory. The payload must not hold a newline. */
void journal_add(struct journal *journal, enum journal_type type, const char *format, ...)
	PRINTF_LIKE(3, 4);

/*
 * Writes what is pending and fsyncs it: to be called before the effects it announces. After a
 * failure it may be called again: what the failed attempt left in the file is cut off first.
 */
NODISCARD bool journal_sync(struct journal *journal, struct diags *diags);

/* journal_add() and journal_sync() at once. */
NODISCARD bool journal_mark(struct journal *journal, struct diags *diags, enum journal_type type,
	const char *format, ...) PRINTF_LIKE(4, 5);

void journal_finish(struct journal *journal);

const char *journal_type_name(enum journal_type type);

#endif
