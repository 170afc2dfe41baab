/*
 * planner_origin.c - whose account a login is: the same person's, another source's, or another's.
 */
#include <string.h>

#include "core/plan/planner_internal.h"

bool
planner_is_same_person(const struct account *account, const struct change *change,
	const struct managed_account *managed)
{
	/* A person said whose the account is: no other source takes it over. */
	bool ad_hoc = !managed->link && strchr(change->source, ':') && strchr(managed->source, ':');
	if (!ad_hoc && strcmp(change->source, managed->source) != 0)
		return false;
	return strcmp(managed->key, account->key) == 0 ||
		strcmp(managed->key, managed->login) == 0 ||
		strcmp(account->key, account->username) == 0;
}

static void
hint_at_link(struct change *change, const struct managed_account *managed)
{
	planner_hint(change,
		"Run %s linked it: read this person from %s, or take the link back with: rehome "
		"rollback %s",
		managed->link->run, managed->source, managed->link->run);
}

void
planner_block_other_origin(struct planner *planner, const struct account *account,
	struct change *change, const struct managed_account *managed)
{
	const struct change *pending = table_get(&planner->old_logins, change->login);
	if (pending) {
		planner_block_pending(
			planner, planner_place(account, ACCOUNT_USERNAME), change, pending);
		return;
	}
	planner_block(planner, change, planner_place(account, ACCOUNT_USERNAME), "other-origin",
		"login '%s' is managed for %s '%s', here it is %s '%s'", change->login,
		managed->source, managed->key, change->source, account->key);
	bool moved = strcmp(change->source, managed->source) != 0;
	bool may_have_left =
		string_list_has(&planner->config->policy.leaver_sources, managed->source);
	if (managed->link && strcmp(change->source, managed->link->source) == 0)
		hint_at_link(change, managed);
	else if (moved && may_have_left)
		planner_hint(change,
			"If %s lists this person no longer, bind the account to %s: rehome link %s "
			"%s --match login",
			managed->source, change->source, managed->source, account->source);
	else if (moved)
		planner_hint(change,
			"Change the login, or read this person from %s. If it is the same person, "
			"hand the account over: rehome link %s %s --export FILE.csv",
			managed->source, managed->source, account->source);
	else if (may_have_left)
		planner_hint(change,
			"Change the login, or correct the id. If the other person has left: "
			"rehome disable %s",
			change->login);
	else
		planner_hint(change, "Change the login, or correct the id.");
}

bool
planner_block_handed_over(
	struct planner *planner, const struct account *account, struct change *change)
{
	const struct managed_account *managed = planner_account_of(planner, change);
	if (!managed ||
		(strcmp(managed->source, change->source) == 0 &&
			strcmp(managed->key, change->key) == 0))
		return false;
	planner_block(planner, change, planner_place(account, ACCOUNT_USERNAME), "other-origin",
		"'%s' is managed as login '%s' for %s '%s'", account->key, managed->login,
		managed->source, managed->key);
	hint_at_link(change, managed);
	return true;
}

/* What the directory renames is another account to everything here that goes by the name. */
bool
planner_block_nss_rename(
	struct planner *planner, const struct account *account, struct change *change)
{
	const struct managed_account *managed =
		table_get(&planner->snapshot->managed->by_key, planner_person(planner, change));
	if (!managed || !managed->nss || strcmp(managed->login, change->login) == 0)
		return false;
	planner_block(planner, change, planner_place(account, ACCOUNT_USERNAME), "rename",
		"'%s' has the jail of login '%s'; accounts of the name service are not renamed",
		account->key, managed->login);
	planner_hint(change, "Take that jail away first: rehome disable %s", managed->login);
	return true;
}
