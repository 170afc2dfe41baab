/*
 * planner_login.c - who somebody is: the person and the login.
 *
 * A generated login is a person's for good: the registry remembers it by the origin key, so that a
 * reordered sheet gives everybody the same one.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "core/plan/planner_internal.h"

enum { LOGIN_MAX = 32, SUFFIX_MAX = 9999 };

const char *
planner_origin(const struct account *account, struct arena *arena)
{
	return managed_scope(account->source, arena);
}

char *
planner_person(struct planner *planner, const struct change *change)
{
	return managed_key(planner->arena, change->source, change->key);
}

const struct managed_account *
planner_account_of(struct planner *planner, const struct change *change)
{
	const struct managed *managed = planner->snapshot->managed;
	const char *person = planner_person(planner, change);
	const struct managed_account *account = table_get(&managed->by_key, person);
	return account ? account : table_get(&managed->by_former_key, person);
}

/* ---- logins made from names ---- */

static bool
matches_policy(const struct planner *planner, const char *login)
{
	return !planner->has_login_pattern ||
		regexec(&planner->login_pattern, login, 0, NULL, 0) == 0;
}

bool
planner_policy_allows(const struct planner *planner, const char *login)
{
	return matches_policy(planner, login) &&
		!string_list_has(&planner->config->policy.reserved, login);
}

/* True when nobody has or wants the name, and no other person's login is remembered as it. */
static bool
is_free(struct planner *planner, const char *login, const char *person)
{
	struct snapshot *snapshot = planner->snapshot;
	const char *kept_for = table_get(&snapshot->managed->generated_logins, login);
	if (kept_for && strcmp(kept_for, person) != 0)
		return false;
	return !table_get(&planner->logins, login) && !table_get(&planner->asked_groups, login) &&
		strcmp(login, planner->config->jail.group) != 0 &&
		!accountdb_find(&snapshot->db, ACCOUNTDB_PASSWD, login) &&
		!accountdb_find(&snapshot->db, ACCOUNTDB_GROUP, login) &&
		!string_list_has(&planner->config->policy.reserved, login) &&
		!snapshot_nss_has_user(snapshot, login) && !snapshot_nss_has_group(snapshot, login);
}

/* The name with its suffix, cut until the policy takes it; as it is when that does not help. */
static const char *
fitted(struct planner *planner, const char *name, const char *suffix)
{
	size_t room = LOGIN_MAX - strlen(suffix), length = strlen(name);
	size_t longest = length < room ? length : room;
	for (size_t size = longest; size > 0; size--) {
		const char *login = arena_printf(planner->arena, "%.*s%s", (int)size, name, suffix);
		if (matches_policy(planner, login))
			return login;
	}
	return arena_printf(planner->arena, "%.*s%s", (int)longest, name, suffix);
}

/* Numbers that were taken once are not tried again: a thousand namesakes cost a thousand tries. */
static const char *
with_suffix(struct planner *planner, const char *name, const char *person)
{
	uintptr_t number = (uintptr_t)table_get(&planner->suffixes, name);
	for (number = number ? number : 2; number <= SUFFIX_MAX; number++) {
		char suffix[8];
		snprintf(suffix, sizeof(suffix), "%u", (unsigned)number);
		const char *login = fitted(planner, name, suffix);
		if (!is_free(planner, login, person))
			continue;
		table_set(&planner->suffixes, name, (void *)(number + 1));
		return login;
	}
	return NULL;
}

const char *
planner_choose_login(struct planner *planner, const struct account *account, struct change *change)
{
	const struct managed *managed = planner->snapshot->managed;
	const char *person = planner_person(planner, change);
	const struct managed_account *known = planner_account_of(planner, change);
	const char *remembered = table_get(&managed->generated, person);
	if (known)
		return known->login;
	if (remembered && is_free(planner, remembered, person))
		return remembered;

	const char *login = fitted(planner, account->username, "");
	if (is_free(planner, login, person))
		return login;
	login = planner->config->policy.collide_suffix ? with_suffix(planner, login, person) : NULL;
	if (!login) {
		planner_block(planner, change, account->place, "login-taken",
			"the login '%s' made from the name is taken", account->username);
		planner_hint(change, "Give this person a login in a username column.");
	}
	return login;
}

/* ---- any new login ---- */

static void
check_group_of_its_own(struct planner *planner, struct place place, struct change *change)
{
	const struct accountdb *db = &planner->snapshot->db;
	const char *login = change->login;
	if (accountdb_find(db, ACCOUNTDB_GROUP, login) ||
		strcmp(login, planner->config->jail.group) == 0 ||
		snapshot_nss_has_group(planner->snapshot, login)) {
		planner_block(planner, change, place, "group-exists",
			"a group '%s' exists already, so the account cannot have its own", login);
		planner_hint(
			change, "Choose another login, or remove the group if nothing uses it.");
	} else if (accountdb_find(db, ACCOUNTDB_GSHADOW, login)) {
		planner_block(planner, change, place, "gshadow-leftover",
			"/etc/gshadow has a line for '%s', /etc/group has none", login);
		planner_hint(change, "Run grpck and let it remove the left-over line.");
	}
}

static void
check_policy(struct planner *planner, struct place place, struct change *change)
{
	const struct policy *policy = &planner->config->policy;
	if (!matches_policy(planner, change->login)) {
		planner_block(planner, change, place, "login-policy",
			"login '%s' does not match policy.username.pattern %s", change->login,
			policy->username_pattern);
		planner_hint(change, "Choose another login, or change the policy.");
	}
	if (string_list_has(&policy->reserved, change->login)) {
		planner_block(planner, change, place, "login-reserved",
			"login '%s' is reserved by policy.username.reserved", change->login);
		planner_hint(change, "Choose another login.");
	}
}

/* An id column that came later gives everybody a new key: the person may be here already. */
static void
warn_of_namesake(struct planner *planner, const struct account *account, struct change *change)
{
	if (!account->username_generated || !account->full_name)
		return;
	char *key = arena_printf(
		planner->arena, "name:%s", text_folded(planner->arena, account->full_name));
	const struct managed_account *namesake = table_get(&planner->snapshot->managed->by_key,
		managed_key(planner->arena, change->source, key));
	if (!namesake || strcmp(key, change->key) == 0)
		return;
	planner_warn(planner, change, account->place, "same-person",
		"'%s' without an id is managed as login '%s' already", account->full_name,
		namesake->login);
	planner_hint(change, "If this is the same person, give '%s' in a username column.",
		namesake->login);
}

void
planner_check_new_login(
	struct planner *planner, const struct account *account, struct change *change)
{
	struct place place = planner_place(account, ACCOUNT_USERNAME);
	check_policy(planner, place, change);
	check_group_of_its_own(planner, place, change);
	if (snapshot_nss_has_user(planner->snapshot, change->login)) {
		planner_block(planner, change, place, "login-taken",
			"login '%s' exists in another user database (see /etc/nsswitch.conf)",
			change->login);
		planner_hint(change, "Choose another login.");
	}
	if (accountdb_find(&planner->snapshot->db, ACCOUNTDB_SHADOW, change->login)) {
		planner_block(planner, change, place, "shadow-leftover",
			"/etc/shadow has a line for '%s', /etc/passwd has none", change->login);
		planner_hint(change, "Run pwck and let it remove the left-over line.");
	}
	warn_of_namesake(planner, account, change);
}
