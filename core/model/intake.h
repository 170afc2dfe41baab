/*
 * intake.h - a source, read end to end: importer, mapping, accounts, and the rows that were
 * refused.
 */
#ifndef REHOME_MODEL_INTAKE_H
#define REHOME_MODEL_INTAKE_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/diag.h"
#include "core/model/account.h"
#include "core/model/config.h"
#include "core/model/importer.h"

/* A row that gave no account, with the text of its errors. */
struct rejected_row {
	const struct record *record;
	const char *errors; /* joined by "; " */
};

struct intake {
	const char *name; /* the source's */
	const char *importer;
	const char *location;
	const char *detected;
	char sha256[65];
	bool complete;
	size_t rows;
	struct record *header; /* NULL when the source has none */
	struct {
		struct account **items;
		size_t count, room;
	} accounts;
	struct {
		struct rejected_row *items;
		size_t count, room;
	} rejected;
	bool world_readable_secrets; /* the file holds passwords and others may read it; warned
					about */
};

/*
 * What a SOURCE argument means: a name from the configuration, or IMPORTER:PLACE with `settings`
 * ("key=value" from --set). importers is the registry's list. Appends an error with "did you mean"
 * for unknown names.
 */
NODISCARD bool intake_resolve(const char *argument, const struct config *config,
	const struct importer *const *importers, const struct string_list *settings,
	struct arena *arena, struct source_config **ret_source, struct diags *diags);

/*
 * Reads it. False when the source is dead, or when rows were refused and the source's on_bad_row is
 * block; the intake is filled as far as it got either way, for --rejects. Also refuses two rows
 * with the same given username or the same key (both places named).
 */
NODISCARD bool intake_read(const struct source_config *source,
	const struct importer *const *importers, struct arena *arena, struct intake *ret_intake,
	struct diags *diags);

/*
 * The refused rows as CSV: same columns in the same order plus `error`; cells that a spreadsheet
 * would take for a formula (= + - @ tab CR) get a leading apostrophe. UTF-8 with BOM, CRLF.
 */
void intake_write_rejects(const struct intake *intake, struct buffer *out);

#endif
