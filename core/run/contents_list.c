/*
 * contents_list.c - see contents_list.h. The newest list counts: each run writes a whole one, and
 * an undo takes its own away.
 */
#include "core/run/contents_list.h"

#include <stdlib.h>
#include <string.h>

#include "core/run/registry.h"

static const struct host_owner PRIVATE_DIR = { .uid = 0, .gid = 0, .mode = 0700 };
static const struct host_owner PRIVATE = { .uid = 0, .gid = 0, .mode = 0600 };

static const char *
list_path(const struct state *state, const char *run_id, const char *login, const char *kind)
{
	return state_run_path(
		state, run_id, arena_printf(state->arena, "homes/%s.%s", login, kind));
}

bool
contents_list_write(
	struct run *run, const char *login, const char *kind, const struct contents_manifest *list)
{
	const char *dir = state_run_path(run->state, run->id, "homes");
	AUTO_BUFFER struct buffer text = { 0 };
	struct host_entry entry;
	contents_write(list, &text);
	return host_inspect(run->host, dir, &entry, run->diags) &&
		(entry.exists || host_make_dir(run->host, dir, &PRIVATE_DIR, run->diags)) &&
		host_replace_file(run->host, list_path(run->state, run->id, login, kind),
			buffer_bytes(&text), &PRIVATE, run->diags);
}

bool
contents_list_read(struct run *run, const char *login, const char *kind, struct arena *arena,
	bool *ret_exists, struct contents_manifest *ret_list)
{
	const char *path = list_path(run->state, run->id, login, kind);
	struct bytes text;
	return host_read_file(run->host, path, arena, ret_exists, &text, run->diags) &&
		(!*ret_exists || contents_parse(text, path, arena, ret_list, run->diags));
}

bool
contents_list_remove(struct run *run, const char *login)
{
	return host_unlink(
		run->host, list_path(run->state, run->id, login, CONTENTS_LIST), run->diags);
}

/* ---- of a tree ---- */

static enum walk_verdict
add_entry(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	struct contents_manifest *list = ctx;
	char kind = contents_kind(&entry->st);
	(void)diags;
	if (kind)
		contents_add(list, kind, &entry->st, entry->path);
	return WALK_ON;
}

bool
contents_list_tree(struct run *run, int fd, const char *path, struct contents_manifest *list)
{
	const struct walk_visitor visitor = {
		.ctx = list,
		.enter = add_entry,
		.any_device = true,
	};
	return host_walk(run->host, fd, path, &visitor, run->diags);
}

/* ---- the newest ---- */

/* The login of "anna.contents"; NULL for any other name. */
static const char *
login_of(const char *name, struct arena *arena)
{
	static const char suffix[] = "." CONTENTS_LIST;
	size_t size = strlen(name), end = strlen(suffix);
	bool is_list = size > end && strcmp(name + size - end, suffix) == 0;
	return is_list ? arena_strndup(arena, name, size - end) : NULL;
}

static bool
look_into_run(struct state *state, const char *run_id, struct managed *managed, struct diags *diags)
{
	const char *dir = state_run_path(state, run_id, "homes");
	struct string_list names = { 0 };
	struct host_entry entry;
	if (!host_inspect(state->host, dir, &entry, diags))
		return false;
	if (!entry.exists)
		return true;
	if (!host_list(state->host, dir, state->arena, &names, diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		const char *login = login_of(*name, state->arena);
		struct managed_account *account =
			login ? managed_find_then(managed, login, strtoll(run_id, NULL, 10)) : NULL;
		if (account)
			account->contents = list_path(state, run_id, login, CONTENTS_LIST);
	}
	return true;
}

bool
contents_lists_find(struct state *state, struct managed *managed, struct diags *diags)
{
	struct string_list ids = { 0 };
	if (!state_run_ids(state, &ids, diags))
		return false;
	ARRAY_FOREACH (id, &ids) {
		if (!look_into_run(state, *id, managed, diags))
			return false;
	}
	return true;
}

bool
contents_list_before(struct run *run, const char *login, const char **ret_path)
{
	struct string_list ids = { 0 };
	struct managed names;
	const struct change *change = table_get(&run->changes, login);
	*ret_path = NULL;
	if (!registry_load_former(run->state, run->arena, &names, run->diags) ||
		!state_run_ids(run->state, &ids, run->diags))
		return false;
	ARRAY_FOREACH (id, &ids) {
		const char *then = managed_login_then(&names, login,
			change ? change->before.uid : (uid_t)-1, strtoll(*id, NULL, 10));
		const char *path = list_path(run->state, *id, then, CONTENTS_LIST);
		struct host_entry entry;
		if (strcmp(*id, run->id) == 0)
			break;
		if (!host_inspect(run->host, path, &entry, run->diags))
			return false;
		if (entry.exists)
			*ret_path = path;
	}
	return true;
}
