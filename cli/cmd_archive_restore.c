/*
 * cmd_archive_restore.c - `rehome archive restore`: a home, or some of it, out of its archive.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/archiving.h"
#include "cli/json.h"
#include "cli/paint.h"
#include "cli/performing.h"
#include "core/base/text.h"
#include "core/plan/accountdb.h"
#include "core/run/archive_restore.h"

static void
add_json(const struct stored_archive *archive, const char *to, const struct restore_result *result,
	struct buffer *out)
{
	struct json_writer json = { .out = out };
	json_write_open(&json, NULL, '{');
	json_write_text(&json, "user", archive->login);
	json_write_text(&json, "run", archive->run);
	json_write_text(&json, "to", to);
	json_write_number(&json, "entries", (long long)result->entries);
	json_write_number(&json, "files", (long long)result->files);
	json_write_number(&json, "bytes", (long long)result->bytes);
	json_write_number(&json, "skipped", (long long)result->skipped);
	json_write_number(&json, "without_rights", (long long)result->without_rights);
	json_write_texts(&json, "quarantined", &result->quarantined);
	json_write_close(&json);
}

static void
add_text(struct session *session, const struct stored_archive *archive, const char *to,
	const struct restore_result *result, struct buffer *out)
{
	struct paint paint = output_paint(&session->output, out);
	buffer_printf(out, "Restored %" PRIu64 " entries (%" PRIu64 " file%s, %s) of ",
		result->entries, result->files, result->files == 1 ? "" : "s",
		text_size(session->arena, result->bytes));
	paint_text(&paint, archive->login);
	buffer_printf(out, " from run %s to ", archive->run);
	paint_text(&paint, to);
	buffer_add_text(out, ".\n");
	if (result->skipped)
		buffer_printf(out, "  %" PRIu64 " sockets and devices are never made.\n",
			result->skipped);
	if (result->without_rights)
		buffer_printf(out,
			"  %" PRIu64 " without set-ID bits, capabilities or security attributes; "
			"--with-privileges restores them.\n",
			result->without_rights);
	ARRAY_FOREACH (path, &result->quarantined) {
		buffer_add_text(out, "  in the way, and now: ");
		paint_text(&paint, *path);
		buffer_add_char(out, '\n');
	}
}

/* A directory of this machine, as for all paths of the command line; below --root one of that. */
static bool
choose_target(struct session *session, const struct stored_archive *archive, const char *to,
	const char **ret_to)
{
	const char *login = archive->login;
	if (to) {
		*ret_to = to;
		return true;
	}
	if (archive_restore_default(session->host, archive->header.home, login, archive->run,
		    session->arena, ret_to, &session->diags))
		return true;
	return session_fail(session, EXIT_FAILED);
}

/* Numbers are restored as they were; whose they are may have changed, by an adoption for one. A
 * jail is root's, and says nothing. */
static bool
warn_of_other_uid(struct session *session, const struct stored_archive *archive, const char *to,
	const struct restore_result *result)
{
	struct accountdb db;
	uint32_t uid;
	if (!accountdb_load(session->host, session->arena, &db, &session->diags))
		return false;
	const struct accountdb_line *line = accountdb_find(&db, ACCOUNTDB_PASSWD, archive->login);
	if (!result->uid || !line || !accountdb_line_id(line, PASSWD_UID, &uid) ||
		uid == result->uid)
		return true;
	diag_warning(&session->diags, at(to, 0),
		"what was restored belongs to uid %u, as when it was archived; '%s' has uid %u now",
		(unsigned)result->uid, archive->login, uid);
	diag_code(&session->diags, "restore-uid");
	diag_hint(&session->diags, "Give it to the account: chown -hR --from=%u %u %s",
		(unsigned)result->uid, uid, text_shell_word(session->arena, to));
	return true;
}

static bool
confirm(struct session *session, const struct restore_options *options)
{
	return !options->overwrite ||
		session_confirm(session,
			arena_printf(session->arena, "Restore over what is in %s?", options->to));
}

enum exit_code
archive_restore_run(struct session *session, const struct archive_options *options,
	const struct string_list *operands)
{
	struct archive_list archives;
	struct restore_result result;
	struct restore_options restore = {
		.only = options->only,
		.overwrite = options->overwrite,
		.with_privileges = options->with_privileges,
		.stop = performing_catch_signals(),
	};
	AUTO_BUFFER struct buffer text = { 0 };
	if (!session_open(session, HOST_READ_WRITE) || !session_lock(session) ||
		!archive_select(session, options, operands, &archives))
		return session->exit;
	const struct stored_archive *archive =
		archive_store_find(&archives, operands->items[1], options->from, &session->diags);
	if (!archive)
		return EXIT_FAILED;
	if (!choose_target(session, archive, options->to, &restore.to) ||
		!confirm(session, &restore))
		return session->exit;
	if (!archive_restore(session->host, archive->dir, archive->login, &restore, &result,
		    session->arena, &session->diags) ||
		!warn_of_other_uid(session, archive, restore.to, &result))
		return EXIT_FAILED;
	if (session->output.json)
		add_json(archive, restore.to, &result, &text);
	else
		add_text(session, archive, restore.to, &result, &text);
	output_write(&session->output, &text);
	return EXIT_DONE;
}
