/*
 * inspect_evidence.h - how `rehome inspect` shows what the logs tell.
 */
#ifndef REHOME_CLI_INSPECT_EVIDENCE_H
#define REHOME_CLI_INSPECT_EVIDENCE_H

#include "cli/paint.h"
#include "core/base/json_writer.h"
#include "core/model/intake.h"

bool inspect_evidence_is_there(const struct intake *intake);

/* All users when the list is empty; nothing when no logs were read. */
void inspect_evidence_table(const struct intake *intake, const struct string_list *users,
	const struct paint *paint, struct arena *arena);

/*
 * Those that were let in and whose habits the new jail ends: what they did, and what would help.
 * `loose` is the folder that loose files of a home go to.
 */
void inspect_evidence_breaks(const struct intake *intake, const struct string_list *users,
	const char *loose, const struct paint *paint, struct arena *arena);

/* The object `evidence`, null without logs. */
void inspect_evidence_json(
	struct json_writer *json, const struct old_evidence *evidence, struct arena *arena);

#endif
