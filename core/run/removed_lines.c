/*
 * removed_lines.c - the lines that a run takes out of the account files, and who they come back to.
 *
 * "removed" in the run's directory, root's alone, one line each: the file's name, a blank, and the
 * line with every byte as it was. It is on disk before the line goes. Nothing is lost, not even a
 * password that the user chose after the plan was made.
 */
#include <string.h>

#include "core/run/step.h"

static bool
read_kept(struct run *run, struct bytes *ret_text)
{
	bool exists;
	return host_read_file(run->host, state_run_path(run->state, run->id, "removed"), run->arena,
		&exists, ret_text, run->diags);
}

/* Does this act take the edit's line away? */
static bool
goes(const struct edit *edit, enum removal removal, const struct run *run)
{
	if (!edit->user || (run->users && !table_get(run->users, edit->user)))
		return false;
	switch (removal) {
	case REMOVAL_UNDOES:
		return edit->kind == EDIT_ADD_LINE;
	case REMOVAL_OF_LOGINS:
		return edit->kind == EDIT_REMOVE_LINE && edit->file == ACCOUNTDB_PASSWD;
	case REMOVAL_OF_THE_REST:
		return edit->kind == EDIT_REMOVE_LINE && edit->file != ACCOUNTDB_PASSWD;
	}
	return false;
}

bool
removed_lines_keep(struct run *run, const struct edit_list *edits, enum removal removal)
{
	static const struct host_owner owner = { .uid = 0, .gid = 0, .mode = 0600 };
	AUTO_BUFFER struct buffer text = { 0 };
	struct bytes earlier;
	if (!read_kept(run, &earlier))
		return false;
	buffer_add(&text, earlier.data, earlier.size);
	ARRAY_FOREACH (edit, edits) {
		const struct accountdb_line *line =
			accountdb_find(&run->db, edit->file, edit->name);
		if (line && goes(edit, removal, run))
			buffer_printf(&text, "%s %s\n", accountdb_file_name(edit->file),
				accountdb_line_text(line, run->arena));
	}
	return text.size == earlier.size ||
		host_replace_file(run->host, state_run_path(run->state, run->id, "removed"),
			buffer_bytes(&text), &owner, run->diags);
}

/* "shadow anna:$y$...": the newest counts. */
static void
add_line(struct table *texts, char *line, struct arena *arena)
{
	char *text = strchr(line, ' ');
	if (!text)
		return;
	*text++ = '\0';
	const char *name = text + strspn(text, " \t\v\f\r");
	table_set(texts, arena_printf(arena, "%s %.*s", line, (int)strcspn(name, ":"), name), text);
}

bool
removed_lines_find(struct run *run, struct edit_list *edits)
{
	struct table texts = { .arena = run->arena };
	struct bytes kept;
	char *save;
	if (!read_kept(run, &kept))
		return false;
	char *copy = arena_strndup(run->arena, kept.data ? kept.data : "", kept.size);
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		add_line(&texts, line, run->arena);
	ARRAY_FOREACH (edit, edits) {
		if (edit->kind == EDIT_REMOVE_LINE)
			edit->text = table_get(&texts,
				arena_printf(run->arena, "%s %s", accountdb_file_name(edit->file),
					edit->name));
	}
	return true;
}
