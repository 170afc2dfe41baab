/*
 * csv_text.h - from the bytes of a file to CSV text: encoding, Excel's "sep=" line, delimiter.
 */
#ifndef REHOME_IMPORTERS_CSV_TEXT_H
#define REHOME_IMPORTERS_CSV_TEXT_H

#include "core/model/importer.h"

/* The administrator's words; "auto" is to be judged. */
struct csv_text_wish {
	const char *encoding;
	const char *delimiter;
	char quote;
};

struct csv_text {
	struct bytes text; /* UTF-8, from the header on */
	unsigned first_line;
	char delimiter;
	const char *detected; /* "windows-1252, ';'" */
};

/*
 * Refuses workbooks, bytes that are not what the encoding says, and a header that leaves the
 * delimiter open. Letters that a guess decided are one warning that names their lines.
 */
NODISCARD bool csv_text_open(const struct csv_text_wish *wish, const struct source *source,
	struct bytes content, struct csv_text *ret_text, struct diags *diags);

#endif
