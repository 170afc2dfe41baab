/*
 * planner_change_keys.c - the keys of an account that rehome manages, as the source has them now.
 *
 * The whole file is compared, options included: a profile puts them in front of each key.
 */
#include <string.h>

#include "core/plan/planner_internal.h"

static bool
same_keys(const struct string_list *keys, const char *text)
{
	AUTO_BUFFER struct buffer wanted = { 0 };
	ARRAY_FOREACH (key, keys)
		buffer_printf(&wanted, "%s\n", *key);
	return strcmp(buffer_text(&wanted), text ? text : "") == 0;
}

static bool
same_texts(const struct string_list *a, const struct string_list *b)
{
	for (size_t i = 0; a->count == b->count && i < a->count; i++) {
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	}
	return a->count == b->count;
}

/* As many as before may all be others, or the same with other options. */
static void
tell_keys(const struct update *update)
{
	bool same = same_texts(&update->change->before.keys, &update->change->after.keys);
	size_t before = update->change->before.keys.count, after = update->change->after.keys.count;
	struct arena *arena = update->planner->arena;
	planner_add_line(update->change, arena, "keys",
		same			  ? "the same, with other options"
			: before == after ? arena_printf(arena, "replaced (%zu)", after)
					  : arena_printf(arena, "%zu -> %zu", before, after));
}

/* An old server without a name of its own is "the proftpd", so that another one's user of the same
 * name looks like the same person; a home that was copied from there tells them apart. */
static bool
may_be_another_server(const struct update *update)
{
	const struct account *account = update->account;
	return account->old && strchr(update->change->source, ':') &&
		!(update->managed->contents && account->contents);
}

/* Whether the keys of the account are what its file is to have. */
static bool
takes_keys(const struct update *update, const struct key_file *file)
{
	const struct account *account = update->account;
	if (!account_has(account, ACCOUNT_SSH_KEYS))
		return false;
	struct string_list keys = planner_keys_from(
		update->planner, &account->ssh_keys, NULL, update->change->after.profile);
	if (!may_be_another_server(update) || same_keys(&keys, file->text))
		return true;
	planner_warn(update->planner, update->change, planner_place(account, ACCOUNT_SSH_KEYS),
		"old-keys-left",
		"has other keys on the old server, which are not taken: it may be "
		"another server's user");
	planner_hint(update->change,
		"Give each server a source with a name of its own in the "
		"configuration.");
	return false;
}

void
planner_update_keys(const struct update *update)
{
	struct planner *planner = update->planner;
	struct change *change = update->change;
	const struct account *account = update->account;
	struct diags problems = { .arena = planner->arena };
	struct key_file file;
	const char *login = planner_present_login(change);
	if (!planner_read_keys(planner, login, &file, &problems)) {
		planner_block(planner, change, account->place, "unreadable", "%s/%s: %s",
			planner->plan->keys_dir, login, problems.items[0].message);
		return;
	}
	change->before.keys = planner_fingerprints_of(planner, &file);
	change->after.keys = change->before.keys;
	bool given = takes_keys(update, &file);
	struct string_list keys =
		planner_keys_from(planner, given ? &account->ssh_keys : &file.lines,
			given ? NULL : change->before.profile, change->after.profile);
	bool same = same_keys(&keys, file.text);
	if (!same && given)
		change->after.keys = planner_fingerprints(planner, &account->ssh_keys);
	if (!same)
		tell_keys(update);
	if (change->old_login)
		planner_rename_keys(update, &keys, &file);
	else if (!same)
		planner_write_keys(planner, change->login, &keys, &file);
}
