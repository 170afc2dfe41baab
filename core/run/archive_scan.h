/*
 * archive_scan.h - the short way to read a line of a manifest: as rehome writes nearly all of them.
 *
 * Half of the time that a home of small files takes to be read back went into JSON. A line whose
 * members stand in rehome's own order, without a space, an escape or an extended attribute, is read
 * here; every other one, and every one in which anything is wrong, is left to the JSON reader,
 * which also says what is wrong. Both give the same for the same line.
 */
#ifndef REHOME_RUN_ARCHIVE_SCAN_H
#define REHOME_RUN_ARCHIVE_SCAN_H

#include "core/run/archive_manifest.h"

/* False when the line is for the JSON reader. Texts are in the arena. */
bool manifest_scan(struct bytes line, struct arena *arena, struct manifest_entry *ret_entry);

#endif
