/*
 * archive.h - before-images of homes: written before a run changes them, verified, given back.
 *
 *	runs/<id>/homes/<login>.tar.zst          contents, read while the home was in use
 *	runs/<id>/homes/<login>.manifest.1.zst   what of it can be relied upon
 *	runs/<id>/homes/<login>.tar.2.zst        what was different when the home was closed
 *	runs/<id>/homes/<login>.manifest.zst     the home as it was then, and where its contents are
 *
 * An archive exists when its manifest is complete; everything else is a torn attempt. Without
 * contents it is the manifest alone. The tars are ordinary ones: extracting the first and then the
 * second gives the home (and what was removed in between).
 *
 *	(in use) ── archive_ahead ──▶ closed, frozen ── archive_complete ──▶ changed by the run
 *
 * Both read back from disk what they wrote, and compare it, before they return.
 */
#ifndef REHOME_RUN_ARCHIVE_H
#define REHOME_RUN_ARCHIVE_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/base/host.h"
#include "core/run/archive_manifest.h"

enum archive_part {
	ARCHIVE_MANIFEST,
	ARCHIVE_FIRST, /* .tar.zst */
	ARCHIVE_SECOND,
	ARCHIVE_FIRST_MANIFEST,
	ARCHIVE_PARTS,
};

/* "<dir>/anna.tar.2.zst" */
char *archive_path(struct arena *arena, const char *dir, const char *login, enum archive_part part);
/* The login whose archive a file of this name is a part of; NULL = it is none. */
const char *archive_login_of(const char *name, struct arena *arena);
/* True for a login that can be the name of a file. */
bool archive_login_is_safe(const char *login);

/* One home to be archived. Every thread has a host, arena and diags of its own. */
struct archive_job {
	struct host *host;
	struct arena *arena;
	struct diags *diags;
	const char *dir; /* of the archives; exists */
	const char *login, *home, *run, *why;
	uint64_t dev, ino;	 /* the home's */
	struct host_owner owner; /* of the home itself, as it was before the run froze it */
	bool content;		 /* false: archive_complete() writes a manifest alone */
	unsigned threads;	 /* for compressing */
	const volatile sig_atomic_t *stop; /* NULL = never */
	atomic_uint_fast64_t *progress;	   /* bytes read, and one for each entry; NULL = none */

	/* What came out. */
	struct manifest_totals totals;
	uint64_t written; /* bytes in the archives */
	uint64_t in_use;  /* archive_ahead(): files left for archive_complete() */
};

/* Contents of a home in use. Files that change meanwhile are left out and counted. */
NODISCARD bool archive_ahead(struct archive_job *job);

/*
 * The home as it is now: nobody else may be able to change it any more. What archive_ahead() has
 * and did not change is not read again. A file that changes all the same is read again, three times
 * in all, and then an error that names it.
 */
NODISCARD bool archive_complete(struct archive_job *job);

/* Removes all parts; those that are missing are fine. The manifest goes first. */
NODISCARD bool archive_remove(
	struct host *host, const char *dir, const char *login, struct diags *diags);

/* Appends copies: of what another thread had to say. */
void archive_tell(const struct diags *from, struct diags *to);

/* ---- reading ---- */

/*
 * Reads manifest and archives to their ends, and compares every entry's path, type, size and
 * contents. from_disk: not from the page cache. With part ARCHIVE_FIRST_MANIFEST: the first archive
 * alone, by its own manifest.
 */
NODISCARD bool archive_verify(struct host *host, const char *dir, const char *login,
	enum archive_part manifest, bool from_disk, const volatile sig_atomic_t *stop,
	struct manifest_header *ret_header, struct manifest_totals *ret_totals, struct arena *arena,
	struct diags *diags);

#endif
