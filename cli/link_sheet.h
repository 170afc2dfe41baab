/*
 * link_sheet.h - who of a new source is whom of the accounts, as a spreadsheet, and what people
 * decided in it.
 *
 * One row an account, or one a candidate where there are several. Read back are login, old_source,
 * old_key, new_source, new_key and decision; the rest is for whoever decides.
 */
#ifndef REHOME_CLI_LINK_SHEET_H
#define REHOME_CLI_LINK_SHEET_H

#include "core/base/buffer.h"
#include "core/plan/link.h"
#include "core/plan/planner.h"

/* The scopes of both sources' keys (managed_scope()). */
struct link_pair {
	const char *old_scope, *new_scope;
};

/* "link", "stay", or NULL where a person has to decide. */
const char *link_sheet_proposal(enum link_confidence confidence);

/* UTF-8 with BOM and CRLF; what is to be decided first, what is certain last. */
void link_sheet_write(const struct link_matches *matches, const struct link_pair *pair,
	struct buffer *out, struct arena *arena);

/*
 * The rows that are to be linked, into the request. Every fault is an error with line and column;
 * false when there was one. *ret_undecided counts the rows without a decision.
 */
NODISCARD bool link_sheet_read(struct bytes content, const char *shown,
	const struct link_pair *pair, struct arena *arena, struct link_request *request,
	size_t *ret_undecided, struct diags *diags);

#endif
