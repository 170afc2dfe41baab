/*
 * planner_login.c - who somebody is: the login and the ids of a new account.
 *
 * A generated login is a person's for good: the registry remembers it by the origin key, so that a
 * reordered sheet gives everybody the same one.
 */
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "core/plan/planner_internal.h"

enum { LOGIN_MAX = 32, SUFFIX_MAX = 9999 };

const char *
planner_origin(const struct account *account, struct arena *arena)
{
	const char *colon = strchr(account->source, ':');
	return colon ? arena_strndup(arena, account->source, (size_t)(colon + 1 - account->source))
		     : account->source;
}

static char *
origin_key(struct planner *planner, const struct account *account)
{
	return managed_key(planner->arena, planner_origin(account, planner->arena), account->key);
}

/* ---- the login ---- */

/* True when nobody has the name and nobody else's generated login is reserved under it. */
static bool
is_free(struct planner *planner, const char *login, const char *key)
{
	struct accountdb *db = &planner->snapshot->db;
	const char *reserved_for = table_get(&planner->snapshot->managed->generated_logins, login);
	if (reserved_for && strcmp(reserved_for, key) != 0)
		return false;
	return !table_get(&planner->logins, login) &&
		!accountdb_find(db, ACCOUNTDB_PASSWD, login) &&
		!accountdb_find(db, ACCOUNTDB_GROUP, login) &&
		!string_list_has(&planner->config->policy.reserved, login) &&
		!snapshot_nss_has_user(planner->snapshot, login) &&
		!snapshot_nss_has_group(planner->snapshot, login);
}

static const char *
with_suffix(struct planner *planner, const char *name, const char *key)
{
	for (int number = 2; number <= SUFFIX_MAX; number++) {
		char suffix[8];
		int length = snprintf(suffix, sizeof(suffix), "%d", number);
		const char *login =
			arena_printf(planner->arena, "%.*s%s", LOGIN_MAX - length, name, suffix);
		if (is_free(planner, login, key))
			return login;
	}
	return NULL;
}

const char *
planner_choose_login(struct planner *planner, const struct account *account, struct change *change)
{
	const struct managed *managed = planner->snapshot->managed;
	char *key = origin_key(planner, account);
	if (!account->username_generated)
		return account->username;

	const struct managed_account *known = table_get(&managed->by_key, key);
	if (known)
		return known->login;
	const char *remembered = table_get(&managed->generated, key);
	if (remembered && is_free(planner, remembered, key))
		return remembered;
	if (is_free(planner, account->username, key))
		return account->username;
	const char *login = planner->config->policy.collide_suffix
		? with_suffix(planner, account->username, key)
		: NULL;
	if (!login) {
		planner_block(planner, change, account->place, "login-taken",
			"the login '%s' made from the name is taken", account->username);
		planner_hint(change, "Give this person a login in a username column.");
	}
	return login;
}

static void
check_pattern(struct planner *planner, const struct account *account, struct change *change)
{
	regex_t pattern;
	const char *text = planner->config->policy.username_pattern;
	if (!text || regcomp(&pattern, text, REG_EXTENDED | REG_NOSUB) != 0)
		return; /* config.c has compiled it before */
	if (regexec(&pattern, change->login, 0, NULL, 0) != 0) {
		planner_block(planner, change, planner_place(account, ACCOUNT_USERNAME),
			"login-policy", "login '%s' does not match policy.username.pattern %s",
			change->login, text);
		planner_hint(change, "Choose another login, or change the policy.");
	}
	regfree(&pattern);
}

void
planner_check_new_login(
	struct planner *planner, const struct account *account, struct change *change)
{
	struct place place = planner_place(account, ACCOUNT_USERNAME);
	struct accountdb *db = &planner->snapshot->db;

	check_pattern(planner, account, change);
	if (string_list_has(&planner->config->policy.reserved, change->login)) {
		planner_block(planner, change, place, "login-reserved",
			"login '%s' is reserved by policy.username.reserved", change->login);
		planner_hint(change, "Choose another login.");
	}
	if (accountdb_find(db, ACCOUNTDB_GROUP, change->login) ||
		snapshot_nss_has_group(planner->snapshot, change->login)) {
		planner_block(planner, change, place, "group-exists",
			"a group '%s' exists already, so the account cannot have its own",
			change->login);
		planner_hint(
			change, "Choose another login, or remove the group if nothing uses it.");
	}
	if (snapshot_nss_has_user(planner->snapshot, change->login)) {
		planner_block(planner, change, place, "login-taken",
			"login '%s' exists in another user database (see /etc/nsswitch.conf)",
			change->login);
		planner_hint(change, "Choose another login.");
	}
	if (accountdb_find(db, ACCOUNTDB_SHADOW, change->login)) {
		planner_block(planner, change, place, "shadow-leftover",
			"/etc/shadow has a line for '%s', /etc/passwd has none", change->login);
		planner_hint(change, "Run pwck and let it remove the left-over line.");
	}
}

/* ---- ids ---- */

static bool
id_is_free(struct planner *planner, uint32_t id)
{
	return !id_table_get(&planner->ids, id) && !snapshot_id_is_taken(planner->snapshot, id);
}

static bool
next_free_id(struct planner *planner, uid_t *ret_id)
{
	for (; planner->next_id <= planner->config->policy.uid_max; planner->next_id++) {
		/* 65534 is nobody, 65535 is (uid_t)-1 to 16-bit programs. */
		if (planner->next_id == 65534 || planner->next_id == 65535 ||
			!id_is_free(planner, planner->next_id))
			continue;
		*ret_id = planner->next_id++;
		return true;
	}
	return false;
}

static const struct tombstone *
own_tombstone(struct planner *planner, const struct account *account)
{
	char *key = origin_key(planner, account);
	return table_get(&planner->snapshot->managed->tombstones_by_key, key);
}

/* A person who comes back gets the uid back, since files in quarantine may still carry it. */
static bool
is_own_old_id(struct planner *planner, const struct account *account, uint32_t id)
{
	struct accountdb *db = &planner->snapshot->db;
	const struct tombstone *tombstone = own_tombstone(planner, account);
	return tombstone && tombstone->uid == id && !id_table_get(&planner->ids, id) &&
		!accountdb_find_id(db, ACCOUNTDB_PASSWD, id) &&
		!accountdb_find_id(db, ACCOUNTDB_GROUP, id);
}

static void
block_taken_id(struct planner *planner, const struct account *account, struct change *change)
{
	struct place place = planner_place(account, ACCOUNT_UID);
	struct accountdb_line *user =
		accountdb_find_id(&planner->snapshot->db, ACCOUNTDB_PASSWD, account->uid);
	struct accountdb_line *group =
		accountdb_find_id(&planner->snapshot->db, ACCOUNTDB_GROUP, account->uid);
	const struct change *other = id_table_get(&planner->ids, account->uid);
	if (user)
		planner_block(planner, change, place, "uid-taken", "uid %u belongs to '%s'",
			(unsigned)account->uid, accountdb_name(user));
	else if (group)
		planner_block(planner, change, place, "uid-taken",
			"gid %u belongs to group '%s', so the account's own group cannot have it",
			(unsigned)account->uid, accountdb_name(group));
	else if (other)
		planner_block(planner, change, place, "uid-taken",
			"uid %u is given to '%s' as well", (unsigned)account->uid, other->login);
	else
		planner_block(planner, change, place, "uid-taken",
			"uid %u is in use elsewhere (other databases, /etc/subuid, files under the "
			"homes' directory, or an account that was removed)",
			(unsigned)account->uid);
	planner_hint(change, "Give another uid, or leave the cell empty to get the next free one.");
}

static bool
choose_given_id(struct planner *planner, const struct account *account, struct change *change)
{
	const struct policy *policy = &planner->config->policy;
	struct place place = planner_place(account, ACCOUNT_UID);
	if (account->uid < 1000) {
		planner_block(planner, change, place, "uid-system",
			"uid %u is in the range of system accounts", (unsigned)account->uid);
		planner_hint(change, "Give a uid of 1000 or more, or leave the cell empty.");
		return false;
	}
	if (account->uid < policy->uid_min || account->uid > policy->uid_max)
		planner_warn(planner, change, place, "uid-outside-range",
			"uid %u is outside policy.uid_range %u-%u", (unsigned)account->uid,
			(unsigned)policy->uid_min, (unsigned)policy->uid_max);
	if (id_is_free(planner, account->uid) || is_own_old_id(planner, account, account->uid))
		return true;
	block_taken_id(planner, account, change);
	return false;
}

void
planner_choose_ids(struct planner *planner, const struct account *account, struct change *change)
{
	const struct tombstone *tombstone = own_tombstone(planner, account);
	uid_t id;
	if (account_has(account, ACCOUNT_UID)) {
		if (!choose_given_id(planner, account, change))
			return;
		id = account->uid;
	} else if (tombstone && is_own_old_id(planner, account, tombstone->uid)) {
		id = tombstone->uid;
	} else if (!next_free_id(planner, &id)) {
		planner_block(planner, change, account->place, "uid-range-full",
			"no free uid is left in policy.uid_range %u-%u",
			(unsigned)planner->config->policy.uid_min,
			(unsigned)planner->config->policy.uid_max);
		planner_hint(change, "Widen policy.uid_range.");
		return;
	}
	change->after.uid = id;
	change->after.gid = id;
	id_table_set(&planner->ids, id, change);
}
