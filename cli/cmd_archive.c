/*
 * cmd_archive.c - `rehome archive`: the before-images of homes, listed, verified, given back,
 * pruned.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/archiving.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/paint.h"
#include "cli/performing.h"
#include "core/base/text.h"

static const struct option_spec archive_options[] = {
	{ .name = "from",
		.type = OPTION_TEXT,
		.offset = offsetof(struct archive_options, from),
		.argument = "RUN",
		.help = "the archive of that run; otherwise the newest, or all" },
	{ .name = "to",
		.type = OPTION_TEXT,
		.offset = offsetof(struct archive_options, to),
		.argument = "DIR",
		.help = "restore: where to; otherwise beside the home, or below /root" },
	{ .name = "only",
		.type = OPTION_LIST,
		.offset = offsetof(struct archive_options, only),
		.argument = "GLOB",
		.help = "restore: only paths that match, and all below them" },
	{ .name = "overwrite",
		.type = OPTION_FLAG,
		.offset = offsetof(struct archive_options, overwrite),
		.help = "restore: what stands in the way goes into quarantine" },
	{ .name = "with-privileges",
		.type = OPTION_FLAG,
		.offset = offsetof(struct archive_options, with_privileges),
		.help = "restore: set-ID bits, capabilities and security attributes too" },
	{ .name = "dry-run",
		.type = OPTION_FLAG,
		.offset = offsetof(struct archive_options, dry_run),
		.help = "prune: only say what would go" },
	{ .name = NULL },
};

/* ---- which ---- */

const char *
archive_kind_name(const struct stored_archive *archive)
{
	return archive->damaged ? "damaged" : archive->header.content ? "full" : "manifest";
}

bool
archive_select(struct session *session, const struct archive_options *options,
	const struct string_list *operands, struct archive_list *ret_archives)
{
	struct string_list logins = { 0 };
	for (size_t i = 1; i < operands->count; i++)
		string_list_push(session->arena, &logins, operands->items[i]);
	if (!archive_store_list(&session->state, &logins, options->from, session->arena,
		    ret_archives, &session->diags))
		return session_fail(session, EXIT_FAILED);
	ARRAY_FOREACH (login, &logins) {
		if (!archive_store_find(ret_archives, *login, options->from, &session->diags))
			return session_fail(session, EXIT_FAILED);
	}
	return true;
}

/* ---- list ---- */

static void
add_json_archive(struct json_writer *json, const struct stored_archive *archive)
{
	json_write_open(json, NULL, '{');
	json_write_text(json, "run", archive->run);
	json_write_text(json, "user", archive->login);
	json_write_text(json, "kind", archive_kind_name(archive));
	json_write_number(json, "size", (long long)archive->size);
	json_write_text(json, "created", archive->header.created);
	json_write_text(json, "why", archive->header.why);
	json_write_text(json, "home", archive->header.home);
	json_write_text(json, "status", run_status_name(archive->run_status));
	json_write_flag(json, "finalised", archive->finalised);
	json_write_close(json);
}

static void
add_json(const struct archive_list *archives, struct buffer *out)
{
	struct json_writer json = { .out = out };
	json_write_open(&json, NULL, '{');
	json_write_open(&json, "archives", '[');
	ARRAY_FOREACH (archive, archives)
		add_json_archive(&json, archive);
	json_write_close(&json);
	json_write_close(&json);
}

static const char *
size_words(const struct session *session, uint64_t bytes)
{
	return session->output.plain ? arena_printf(session->arena, "%" PRIu64, bytes)
				     : text_size(session->arena, bytes);
}

static void
add_text(struct session *session, const struct archive_list *archives, struct buffer *out)
{
	static const char *const head[] = { "RUN", "LOGIN", "KIND", "SIZE", "WHEN", "WHY" };
	struct paint paint = output_paint(&session->output, out);
	struct paint_table table = {
		.arena = session->arena, .columns = ARRAY_LEN(head), .head = COLOR_BOLD
	};
	if (!archives->count && !paint.plain) {
		buffer_add_text(out, "There are no archives yet.\n");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(head); i++)
		paint_cell(&table, head[i]);
	ARRAY_FOREACH (archive, archives) {
		paint_cell(&table, archive->run);
		paint_cell(&table, archive->login);
		paint_cell(&table, archive_kind_name(archive));
		paint_cell(&table, size_words(session, archive->size));
		paint_cell(&table, archive->header.created);
		paint_cell(&table, archive->header.why);
	}
	paint_table(&paint, &table);
}

static enum exit_code
list_run(struct session *session, const struct archive_options *options,
	const struct string_list *operands)
{
	struct archive_list archives;
	AUTO_BUFFER struct buffer text = { 0 };
	if (!session_open(session, HOST_READ_ONLY) ||
		!archive_select(session, options, operands, &archives))
		return session->exit;
	if (session->output.json)
		add_json(&archives, &text);
	else
		add_text(session, &archives, &text);
	output_result(&session->output, &text);
	return EXIT_DONE;
}

/* ---- verify ---- */

static void
add_verified_record(struct session *session, const struct stored_archive *archive, bool ok,
	const struct manifest_totals *totals, const struct paint *paint)
{
	struct arena *arena = session->arena;
	const char *const fields[] = {
		ok ? "ok" : "damaged",
		archive->login,
		archive->run,
		archive_kind_name(archive),
		arena_printf(arena, "%" PRIu64, (uint64_t)totals->entries),
		arena_printf(arena, "%" PRIu64, (uint64_t)totals->files),
		arena_printf(arena, "%" PRIu64, (uint64_t)totals->bytes),
	};
	paint_record(paint, fields, ARRAY_LEN(fields));
}

static void
add_verified(struct session *session, const struct stored_archive *archive, bool ok,
	const struct manifest_totals *totals, struct buffer *out)
{
	struct paint paint = output_paint(&session->output, out);
	if (paint.plain) {
		add_verified_record(session, archive, ok, totals, &paint);
		return;
	}
	paint_colored(&paint, ok ? COLOR_GREEN : COLOR_RED, ok ? "ok       " : "damaged  ");
	paint_text(&paint, archive->login);
	buffer_printf(out, ", run %s", archive->run);
	if (ok)
		buffer_printf(out, ": %s, %llu entries, %llu files%s%s\n",
			archive_kind_name(archive), (unsigned long long)totals->entries,
			(unsigned long long)totals->files, archive->header.content ? ", " : "",
			archive->header.content ? text_size(session->arena, totals->bytes) : "");
	else
		buffer_add_char(out, '\n');
}

static void
add_verified_json(struct json_writer *json, const struct stored_archive *archive, bool ok,
	const struct manifest_totals *totals)
{
	json_write_open(json, NULL, '{');
	json_write_text(json, "run", archive->run);
	json_write_text(json, "user", archive->login);
	json_write_flag(json, "ok", ok);
	json_write_number(json, "entries", (long long)totals->entries);
	json_write_number(json, "files", (long long)totals->files);
	json_write_number(json, "bytes", (long long)totals->bytes);
	json_write_close(json);
}

static bool
verify_one(struct session *session, const struct stored_archive *archive,
	const volatile sig_atomic_t *stop, struct manifest_totals *ret_totals)
{
	struct manifest_header header;
	size_t before = session->diags.count;
	*ret_totals = (struct manifest_totals){ 0 };
	if (archive_verify(session->host, archive->dir, archive->login, ARCHIVE_MANIFEST, false,
		    stop, &header, ret_totals, session->arena, &session->diags))
		return true;
	if (session->diags.count > before)
		diag_user(&session->diags, archive->login);
	return false;
}

static enum exit_code
verify_run(struct session *session, const struct archive_options *options,
	const struct string_list *operands)
{
	struct archive_list archives;
	struct progress progress;
	AUTO_BUFFER struct buffer text = { 0 };
	struct json_writer json = { .out = &text };
	enum exit_code exit = EXIT_DONE;
	if (!session_open(session, HOST_READ_ONLY) ||
		!archive_select(session, options, operands, &archives))
		return session->exit;
	const volatile sig_atomic_t *stop = performing_catch_signals();
	json_write_open(&json, NULL, '{');
	json_write_open(&json, "archives", '[');
	if (!session->output.json)
		buffer_clear(&text);
	progress_init(&progress, &session->output, "Verifying");
	ARRAY_FOREACH (archive, &archives) {
		struct manifest_totals totals;
		progress_show(
			&progress, "archives", (size_t)(archive - archives.items), archives.count);
		bool ok = verify_one(session, archive, stop, &totals);
		exit = ok ? exit : EXIT_FAULTS;
		if (session->output.json)
			add_verified_json(&json, archive, ok, &totals);
		else
			add_verified(session, archive, ok, &totals, &text);
	}
	progress_finish(&progress);
	if (session->output.json) {
		json_write_close(&json);
		json_write_close(&json);
	} else if (!archives.count && !session->output.plain) {
		buffer_add_text(&text, "There are no archives yet.\n");
	}
	output_result(&session->output, &text);
	return exit;
}

/* ---- the command ---- */

/* An option of one of the four given to another would be silently of no effect. */
static bool
check_options(struct session *session, const char *what, const struct archive_options *options)
{
	bool restores = options->to || options->only.count || options->overwrite ||
		options->with_privileges;
	const char *wrong = NULL;
	if (restores && strcmp(what, "restore") != 0)
		wrong = "--to, --only, --overwrite and --with-privileges are for archive restore";
	else if (options->dry_run && strcmp(what, "prune") != 0)
		wrong = "--dry-run is for archive prune";
	else if (options->from && strcmp(what, "prune") == 0)
		wrong = "archive prune goes by retention and takes no --from";
	if (!wrong)
		return true;
	diag_error(&session->diags, NOWHERE, "%s", wrong);
	diag_code(&session->diags, "usage");
	return session_fail(session, EXIT_USAGE);
}

static enum exit_code
archive_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct archive_options *options = config;
	const char *what = operands->items[0];
	if (!check_options(session, what, options))
		return session->exit;
	if (strcmp(what, "list") == 0)
		return list_run(session, options, operands);
	if (strcmp(what, "verify") == 0)
		return verify_run(session, options, operands);
	if (strcmp(what, "restore") == 0 && operands->count == 2)
		return archive_restore_run(session, options, operands);
	if (strcmp(what, "prune") == 0 && operands->count == 1)
		return archive_prune_run(session, options);
	diag_error(&session->diags, NOWHERE,
		"expected archive list [USER...], verify [USER...], restore USER or prune");
	diag_code(&session->diags, "usage");
	return EXIT_USAGE;
}

const struct command command_archive = {
	.name = "archive",
	.arguments = "list|verify [USER...] | restore USER | prune",
	.summary = "The before-images of homes: list, verify, restore, prune",
	.details = "Homes are archived before they change, each with a manifest that has the "
		   "digest of every file. verify reads all of it again and compares. restore "
		   "builds the home aside and renames it to where it goes; what is there already "
		   "is never replaced, with --overwrite it goes into quarantine first. prune "
		   "removes what is beyond both limits of archives.retain; archives of adoptions "
		   "and moves only after rehome finalise RUN.",
	.records = "each archive: list: run, login, kind, bytes, when, why; verify: state (ok, "
		   "damaged), login, run, kind, entries, files, bytes; prune: run, login, size, "
		   "goes or stays, why",
	.examples = "rehome archive list anna\n"
		    "rehome archive restore anna --only 'docs/*'  # beside her home\n"
		    "rehome archive restore anna --from 12 --to /root/anna\n"
		    "rehome archive prune --dry-run",
	.operands = "list|verify|restore|prune USER...",
	.options = archive_options,
	.options_size = sizeof(struct archive_options),
	.min_operands = 1,
	.max_operands = ANY_OPERANDS,
	.run = archive_run,
};
