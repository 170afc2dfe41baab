/*
 * decision_store.c - the book of decisions as a file; see decision_store.h.
 */
#include "cli/decision_store.h"

#include "cli/decision_sheet.h"

static const char *
store_path(struct session *session)
{
	return arena_printf(session->arena, "%s/decisions.csv", session->state.dir);
}

bool
decision_store_load(struct session *session, struct decision_book *ret_book)
{
	const char *path = store_path(session);
	struct decision_rows rows;
	struct bytes content;
	bool exists;
	decision_book_init(ret_book, session->arena);
	if (!host_read_file(
		    session->host, path, session->arena, &exists, &content, &session->diags))
		return session_fail(session, EXIT_FAILED);
	if (!exists)
		return true;
	if (!decision_sheet_read(content, path, session->arena, &rows, &session->diags))
		return session_fail(session, EXIT_FAILED);
	ARRAY_FOREACH (row, &rows)
		decision_book_set(ret_book, row->source, row->login, row->kind, row->choice);
	return true;
}

bool
decision_store_save(struct session *session, const struct decision_book *book)
{
	static const struct host_owner private = { .uid = 0, .gid = 0, .mode = 0600 };
	AUTO_BUFFER struct buffer text = { 0 };
	decision_sheet_write_book(book, &text, session->arena);
	return host_replace_file(session->host, store_path(session), buffer_bytes(&text), &private,
		       &session->diags) ||
		session_fail(session, EXIT_FAILED);
}
