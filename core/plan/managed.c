/*
 * managed.c - the managed accounts in memory, found by login and by person.
 */
#include "core/plan/managed.h"

#include <string.h>
#include <time.h>

static const char *const state_names[] = {
	[MANAGED_ACTIVE] = "active",
	[MANAGED_STAGED] = "staged",
	[MANAGED_DISABLED] = "disabled",
	[MANAGED_RETIRED] = "retired",
	[MANAGED_REMOVED] = "removed",
};

const char *
managed_state_name(enum managed_state state)
{
	return state_names[state];
}

bool
managed_state_parse(const char *name, enum managed_state *ret_state)
{
	for (size_t i = 0; i < ARRAY_LEN(state_names); i++) {
		if (strcmp(state_names[i], name) == 0) {
			*ret_state = (enum managed_state)i;
			return true;
		}
	}
	return false;
}

char *
managed_day_text(int64_t day, struct arena *arena)
{
	time_t seconds = (time_t)day * 86400;
	struct tm utc;
	char text[32] = "";
	if (gmtime_r(&seconds, &utc))
		strftime(text, sizeof(text), "%Y-%m-%d", &utc);
	return arena_strdup(arena, text);
}

char *
managed_standing_text(const struct managed_standing *standing, struct arena *arena)
{
	return arena_printf(arena, "%s since %s (run %s)", managed_state_name(standing->state),
		managed_day_text(standing->day, arena), standing->run);
}

const char *
managed_scope(const char *source, struct arena *arena)
{
	const char *colon = strchr(source, ':');
	return colon ? arena_strndup(arena, source, (size_t)(colon + 1 - source)) : source;
}

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
		.by_former_key = { .arena = arena },
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

static struct managed_account *
find_uid(const struct managed *managed, uid_t uid)
{
	ARRAY_FOREACH (account, &managed->accounts) {
		if ((*account)->uid == uid)
			return *account;
	}
	return NULL;
}

const char *
managed_login_then(const struct managed *managed, const char *login, uid_t uid, int64_t run)
{
	ARRAY_FOREACH (former, &managed->former) {
		if (former->uid == uid && former->run > run)
			return former->login;
	}
	return login;
}

struct managed_account *
managed_find_then(const struct managed *managed, const char *login, int64_t run)
{
	ARRAY_FOREACH (former, &managed->former) {
		if (former->run > run && strcmp(former->login, login) == 0)
			return find_uid(managed, former->uid);
	}
	return table_get(&managed->by_login, login);
}

struct managed_account *
managed_find(const struct managed *managed, const char *login)
{
	struct managed_account *account = table_get(&managed->by_login, login);
	for (size_t i = managed->former.count; !account && i-- > 0;) {
		if (strcmp(managed->former.items[i].login, login) == 0)
			account = find_uid(managed, managed->former.items[i].uid);
	}
	return account;
}

void
managed_add_link(
	struct managed *managed, struct managed_account *account, const struct managed_link *link)
{
	account->link = link;
	table_set(&managed->by_former_key, managed_key(managed->arena, link->source, link->key),
		account);
}

void
managed_add_tombstone(struct managed *managed, struct tombstone *tombstone)
{
	id_table_set(&managed->tombstones, tombstone->uid, tombstone);
	/* A group's number may be on files just as well. */
	if (!id_table_get(&managed->tombstones, tombstone->gid))
		id_table_set(&managed->tombstones, tombstone->gid, tombstone);
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
