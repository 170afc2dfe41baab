/*
 * account_copy.c - see account_copy.h.
 */
#include "core/model/account_copy.h"

/* ---- places ---- */

void
place_keeper_next_row(struct place_keeper *keeper)
{
	keeper->file = keeper->kept = NULL;
}

const char *
place_keep_name(struct place_keeper *keeper, const char *name)
{
	const char *kept = name ? table_get(&keeper->names, name) : NULL;
	if (kept || !name)
		return kept;
	char *copy = arena_strdup(keeper->names.arena, name);
	table_set(&keeper->names, copy, copy);
	return copy;
}

struct place
place_keep(struct place_keeper *keeper, struct place place)
{
	if (place.file && place.file != keeper->file) {
		keeper->file = place.file;
		keeper->kept = arena_strdup(keeper->names.arena, place.file);
	}
	if (place.file)
		place.file = keeper->kept;
	place.field = place_keep_name(keeper, place.field);
	return place;
}

/* ---- accounts ---- */

static struct string_list
copy_list(const struct string_list *list, struct arena *arena)
{
	struct string_list copy = { arena_alloc(arena, list->count * sizeof(*list->items)),
		list->count, list->count };
	for (size_t i = 0; i < list->count; i++)
		copy.items[i] = arena_strdup(arena, list->items[i]);
	return copy;
}

static struct folder_list
copy_folders(const struct folder_list *folders, struct place_keeper *keeper, struct arena *arena)
{
	struct folder_list copy = *folders;
	copy.items = arena_copy(arena, folders->items, folders->count * sizeof(*folders->items));
	copy.room = copy.count;
	ARRAY_FOREACH (folder, &copy) {
		folder->path = arena_strdup(arena, folder->path);
		folder->owner = arena_strdup(arena, folder->owner);
		folder->group = arena_strdup(arena, folder->group);
		if (keeper)
			folder->place = place_keep(keeper, folder->place);
	}
	return copy;
}

static struct account_reasons *
copy_reasons(const struct account_reasons *reasons, struct arena *arena)
{
	struct account_reasons *copy = ARENA_NEW(arena, struct account_reasons);
	ARRAY_FOREACH (reason, reasons)
		ARRAY_PUSH(arena, copy,
			(struct account_reason){ reason->field, arena_strdup(arena, reason->value),
				arena_strdup(arena, reason->via) });
	return copy;
}

struct account *
account_copy(const struct account *account, struct place_keeper *keeper, struct arena *arena)
{
	struct account *copy = arena_copy(arena, account, sizeof(*account));
	const char **const texts[] = { &copy->source, &copy->key, &copy->username, &copy->full_name,
		&copy->email, &copy->password, &copy->password_hash, &copy->layout, &copy->home,
		&copy->shell, &copy->contents, &copy->profile.start, &copy->profile.log_level };
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = arena_strdup(arena, *texts[i]);
	copy->ssh_keys = copy_list(&account->ssh_keys, arena);
	copy->groups = copy_list(&account->groups, arena);
	copy->profile.from = copy_list(&account->profile.from, arena);
	copy->folders = copy_folders(&account->folders, keeper, arena);
	if (account->reasons)
		copy->reasons = copy_reasons(account->reasons, arena);
	if (!keeper)
		return copy;
	copy->place = place_keep(keeper, account->place);
	for (size_t field = 0; field < ACCOUNT_FIELDS; field++)
		copy->places[field] = place_keep(keeper, account->places[field]);
	return copy;
}
