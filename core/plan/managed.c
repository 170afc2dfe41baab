/*
 * managed.c - the managed accounts in memory, found by login and by person.
 */
#include "core/plan/managed.h"

char *
managed_key(struct arena *arena, const char *source, const char *key)
{
	return arena_printf(arena, "%s\x1f%s", source, key);
}

void
managed_init(struct managed *managed, struct arena *arena)
{
	*managed = (struct managed){
		.arena = arena,
		.by_login = { .arena = arena },
		.by_key = { .arena = arena },
		.tombstones = { .arena = arena },
		.tombstones_by_key = { .arena = arena },
		.generated = { .arena = arena },
		.generated_logins = { .arena = arena },
	};
}

void
managed_add(struct managed *managed, struct managed_account *account)
{
	ARRAY_PUSH(managed->arena, &managed->accounts, account);
	table_set(&managed->by_login, account->login, account);
	table_set(&managed->by_key, managed_key(managed->arena, account->source, account->key),
		account);
}

void
managed_add_tombstone(struct managed *managed, struct tombstone *tombstone)
{
	id_table_set(&managed->tombstones, tombstone->uid, tombstone);
	table_set(&managed->tombstones_by_key,
		managed_key(managed->arena, tombstone->source, tombstone->key), tombstone);
}

void
managed_add_generated(
	struct managed *managed, const char *source, const char *key, const char *login)
{
	char *person = managed_key(managed->arena, source, key);
	char *name = arena_strdup(managed->arena, login);
	table_set(&managed->generated, person, name);
	table_set(&managed->generated_logins, name, person);
}
