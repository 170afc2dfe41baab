/*
 * cmd_archive_prune.c - `rehome archive prune`: archives that retention lets go.
 */
#include <inttypes.h>

#include "cli/archiving.h"
#include "cli/json.h"
#include "cli/paint.h"
#include "core/base/text.h"

/* What goes, and what stays and why. */
struct pruning {
	struct archive_list archives;
	const char **why; /* NULL = it goes */
	size_t going;
	uint64_t size;
};

static void
count(struct pruning *pruning)
{
	for (size_t i = 0; i < pruning->archives.count; i++) {
		if (pruning->why[i])
			continue;
		pruning->going++;
		pruning->size += pruning->archives.items[i].size;
	}
}

static void
add_text(struct session *session, const struct pruning *pruning, bool dry_run, struct buffer *out)
{
	struct paint paint = output_paint(&session->output, out);
	struct paint_table table = { .arena = session->arena, .columns = 5, .head = COLOR_BOLD };
	static const char *const head[] = { "RUN", "LOGIN", "SIZE", "", "WHY" };
	for (size_t i = 0; i < ARRAY_LEN(head); i++)
		paint_cell(&table, head[i]);
	for (size_t i = 0; i < pruning->archives.count; i++) {
		const struct stored_archive *archive = &pruning->archives.items[i];
		const char *why = pruning->why[i];
		paint_cell(&table, archive->run);
		paint_cell(&table, archive->login);
		paint_cell(&table, text_size(session->arena, archive->size));
		paint_cell(&table, why ? "stays" : "goes");
		paint_cell(&table, why ? why : "beyond both limits of archives.retain");
	}
	if (pruning->archives.count)
		paint_table(&paint, &table);
	if (paint.plain)
		return;
	buffer_printf(out, "%zu of %zu archives %s, %s.\n", pruning->going, pruning->archives.count,
		dry_run ? "would go" : "go", text_size(session->arena, pruning->size));
}

static void
add_json(const struct pruning *pruning, bool dry_run, struct buffer *out)
{
	struct json_writer json = { .out = out };
	json_write_open(&json, NULL, '{');
	json_write_flag(&json, "dry_run", dry_run);
	json_write_number(&json, "removed", (long long)pruning->going);
	json_write_number(&json, "bytes", (long long)pruning->size);
	json_write_open(&json, "archives", '[');
	for (size_t i = 0; i < pruning->archives.count; i++) {
		const struct stored_archive *archive = &pruning->archives.items[i];
		json_write_open(&json, NULL, '{');
		json_write_text(&json, "run", archive->run);
		json_write_text(&json, "user", archive->login);
		json_write_number(&json, "size", (long long)archive->size);
		json_write_flag(&json, "goes", !pruning->why[i]);
		json_write_text(&json, "stays_because", pruning->why[i]);
		json_write_close(&json);
	}
	json_write_close(&json);
	json_write_close(&json);
}

static bool
remove_all(struct session *session, const struct pruning *pruning)
{
	for (size_t i = 0; i < pruning->archives.count; i++) {
		if (!pruning->why[i] &&
			!archive_store_remove(
				&session->state, &pruning->archives.items[i], &session->diags))
			return false;
	}
	return true;
}

static bool
choose(struct session *session, struct pruning *ret_pruning)
{
	static const struct string_list everybody;
	*ret_pruning = (struct pruning){ 0 };
	if (!archive_store_list(&session->state, &everybody, NULL, session->arena,
		    &ret_pruning->archives, &session->diags))
		return session_fail(session, EXIT_FAILED);
	archive_store_choose(&ret_pruning->archives, &session->config->archives, time(NULL),
		session->arena, &ret_pruning->why);
	count(ret_pruning);
	return true;
}

static bool
perform(struct session *session, const struct pruning *pruning)
{
	return session_confirm(session,
		       arena_printf(session->arena, "Remove %zu archive%s for good?",
			       pruning->going, pruning->going == 1 ? "" : "s")) &&
		(remove_all(session, pruning) || session_fail(session, EXIT_FAILED));
}

enum exit_code
archive_prune_run(struct session *session, const struct archive_options *options)
{
	struct pruning pruning;
	AUTO_BUFFER struct buffer text = { 0 };
	bool dry_run = options->dry_run;
	if (!session_open(session, dry_run ? HOST_READ_ONLY : HOST_READ_WRITE) ||
		(!dry_run && !session_lock(session)) || !choose(session, &pruning))
		return session->exit;
	if (!session->output.json) {
		add_text(session, &pruning, dry_run, &text);
		output_write(&session->output, &text);
	}
	if (!dry_run && pruning.going && !perform(session, &pruning))
		return session->exit;
	if (session->output.json) {
		add_json(&pruning, dry_run, &text);
		output_write(&session->output, &text);
	}
	return EXIT_DONE;
}
