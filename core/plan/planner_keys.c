/*
 * planner_keys.c - a login's file in the key directory: as it is, and as it is to be.
 *
 * The files lie outside the homes and belong to root; sshd reads them as the user, so they are no
 * secret and can be in a plan.
 */
#include <string.h>

#include "core/model/ssh_key.h"
#include "core/plan/planner_internal.h"

static struct string_list
lines_of(const char *text, struct arena *arena)
{
	struct string_list lines = { 0 };
	char *copy = arena_strdup(arena, text), *line;
	while (copy && *copy && (line = strsep(&copy, "\n")))
		string_list_push(arena, &lines, line);
	return lines;
}

bool
planner_read_keys(
	struct planner *planner, const char *login, struct key_file *ret_file, struct diags *diags)
{
	struct host_entry entry;
	struct bytes bytes;
	bool exists;
	struct key_file file = {
		.path = arena_printf(planner->arena, "%s/%s", planner->plan->keys_dir, login),
	};
	if (!host_inspect(planner->snapshot->host, file.path, &entry, diags))
		return false;
	if (entry.exists) {
		if (!host_read_file(planner->snapshot->host, file.path, planner->arena, &exists,
			    &bytes, diags))
			return false;
		file.text = arena_strndup(planner->arena, bytes.data, bytes.size);
		file.lines = lines_of(file.text, planner->arena);
		file.owner = (struct host_owner){ entry.st.st_uid, entry.st.st_gid,
			entry.st.st_mode & 07777 };
	}
	*ret_file = file;
	return true;
}

void
planner_write_keys(struct planner *planner, const char *login, const struct string_list *keys,
	const struct key_file *before)
{
	AUTO_BUFFER struct buffer content = { 0 };
	ARRAY_FOREACH (key, keys)
		buffer_printf(&content, "%s\n", *key);
	struct step step = {
		.kind = STEP_KEYS_WRITE,
		.user = login,
		.path = before->path,
		.base = planner->plan->keys_dir,
		.owner = { .uid = 0, .gid = 0, .mode = 0644 },
		.content = keys->count ? arena_strdup(planner->arena, buffer_text(&content)) : NULL,
		.before = before->text,
		.before_owner = before->owner,
	};
	ARRAY_PUSH(planner->arena, &planner->plan->steps, step);
}

struct string_list
planner_fingerprints(struct planner *planner, const struct string_list *keys)
{
	struct string_list fingerprints = { 0 };
	ARRAY_FOREACH (key, keys)
		string_list_push(
			planner->arena, &fingerprints, ssh_key_fingerprint(*key, planner->arena));
	return fingerprints;
}

/* Lines that are no keys are somebody's comments. */
struct string_list
planner_fingerprints_of(struct planner *planner, const struct key_file *file)
{
	struct string_list keys = { 0 };
	char *copy = arena_strdup(planner->arena, file->text ? file->text : ""), *save;
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct diags ignored = { .arena = planner->arena };
		const char *key;
		bool has_options;
		if (*line != '#' &&
			ssh_key_parse_installed(
				line, NOWHERE, planner->arena, &key, &has_options, &ignored))
			string_list_push(planner->arena, &keys, key);
	}
	return planner_fingerprints(planner, &keys);
}
