/*
 * planner_ids.c - numbers for accounts and groups that nobody has, had, or was promised.
 *
 * An id is not free because the account files lack it: somebody's left-over files, another user
 * database, a range in /etc/subuid or an account that was removed may carry it, and a new account
 * would inherit what is theirs.
 */
#include "core/plan/planner_internal.h"

static bool
is_free(struct planner *planner, uint32_t id)
{
	return !id_table_get(&planner->ids, id) && !id_table_get(&planner->asked_ids, id) &&
		!snapshot_id_is_taken(planner->snapshot, id);
}

static void
take(struct planner *planner, uint32_t id, const char *name)
{
	id_table_set(&planner->ids, id, (void *)(uintptr_t)name);
}

bool
planner_next_group_id(struct planner *planner, const char *name, gid_t *ret_gid)
{
	for (; planner->next_group_id >= planner->snapshot->sys_gid_min; planner->next_group_id--) {
		if (!is_free(planner, planner->next_group_id))
			continue;
		take(planner, planner->next_group_id, name);
		*ret_gid = planner->next_group_id--;
		return true;
	}
	return false;
}

static bool
next_free_id(struct planner *planner, uid_t *ret_id)
{
	for (; planner->next_id <= planner->config->policy.uid_max; planner->next_id++) {
		/* 65534 is nobody, 65535 is (uid_t)-1 to 16-bit programs. */
		if (planner->next_id == 65534 || planner->next_id == 65535 ||
			!is_free(planner, planner->next_id))
			continue;
		*ret_id = planner->next_id++;
		return true;
	}
	return false;
}

void
planner_take_uid(struct planner *planner, const char *login, uid_t uid)
{
	take(planner, uid, login);
}

bool
planner_next_id(struct planner *planner, const char *login, uint32_t *ret_id)
{
	if (!next_free_id(planner, ret_id))
		return false;
	take(planner, *ret_id, login);
	return true;
}

/* An account's uid is its own; as a gid it is free unless some group has or had it. */
bool
planner_take_gid(struct planner *planner, const char *login, gid_t gid)
{
	const struct snapshot *snapshot = planner->snapshot;
	if (gid == 0 || accountdb_find_id(&snapshot->db, ACCOUNTDB_GROUP, gid) ||
		id_table_get(&planner->primary_gids, gid) || id_table_get(&planner->ids, gid) ||
		id_table_get(&planner->asked_ids, gid) ||
		id_table_get(&snapshot->managed->tombstones, gid))
		return false;
	take(planner, gid, login);
	return true;
}

/* A person who comes back gets the uid back, since files in quarantine may still carry it. */
static bool
own_old_id(struct planner *planner, const struct change *change, uid_t *ret_id)
{
	const struct managed *managed = planner->snapshot->managed;
	const struct accountdb *db = &planner->snapshot->db;
	char *person = planner_person(planner, change);
	const struct tombstone *tombstone = table_get(&managed->tombstones_by_key, person);
	const struct managed_account *account = table_get(&managed->by_key, person);
	if (!tombstone && !account)
		return false;
	*ret_id = account ? account->uid : tombstone->uid;
	return *ret_id >= 1000 && !id_table_get(&planner->ids, *ret_id) &&
		!accountdb_find_id(db, ACCOUNTDB_PASSWD, *ret_id) &&
		!accountdb_find_id(db, ACCOUNTDB_GROUP, *ret_id);
}

bool
planner_uid_is_free(struct planner *planner, const struct change *change, uid_t uid)
{
	uid_t old;
	if (own_old_id(planner, change, &old) && old == uid)
		return true;
	return uid != 65534 && uid != 65535 && !id_table_get(&planner->ids, uid) &&
		!snapshot_id_is_taken(planner->snapshot, uid) &&
		!planner_rival(id_table_get(&planner->asked_ids, uid), change->login);
}

bool
planner_check_given_id(
	struct planner *planner, const struct account *account, struct change *change)
{
	const struct policy *policy = &planner->config->policy;
	struct place place = planner_place(account, ACCOUNT_UID);
	const char *rival =
		planner_rival(id_table_get(&planner->asked_ids, account->uid), change->login);
	uid_t old;
	if (account->uid < 1000 || account->uid == 65534 || account->uid == 65535) {
		planner_block(planner, change, place, "uid-system",
			"uid %u is in the range of system accounts", (unsigned)account->uid);
		planner_hint(change, "Give a uid of 1000 or more, or leave the cell empty.");
		return false;
	}
	if (!account->old && (account->uid < policy->uid_min || account->uid > policy->uid_max))
		planner_warn(planner, change, place, "uid-outside-range",
			"uid %u is outside policy.uid_range %u-%u", (unsigned)account->uid,
			(unsigned)policy->uid_min, (unsigned)policy->uid_max);
	if (own_old_id(planner, change, &old) && old == account->uid)
		return true;
	if (rival)
		planner_block(planner, change, place, "uid-taken",
			"uid %u is given to '%s' as well", (unsigned)account->uid, rival);
	else if (id_table_get(&planner->ids, account->uid) ||
		snapshot_id_is_taken(planner->snapshot, account->uid))
		planner_block(planner, change, place, "uid-taken", "%s",
			snapshot_explain_id(planner->snapshot, account->uid, planner->arena));
	else
		return true;
	planner_hint(change,
		planner_is_of_entry(account)
			? "Give another uid there, or take none from the directory (uid: [] in "
			  "map:): then it is the next free one."
			: "Give another uid, or leave the cell empty to get the next free one.");
	return false;
}

void
planner_choose_ids(struct planner *planner, const struct account *account, struct change *change)
{
	uid_t id;
	if (account_has(account, ACCOUNT_UID)) {
		if (!planner_check_given_id(planner, account, change))
			return;
		id = account->uid;
	} else if (!own_old_id(planner, change, &id) && !next_free_id(planner, &id)) {
		planner_block(planner, change, account->place, "uid-range-full",
			"no free uid is left in policy.uid_range %u-%u",
			(unsigned)planner->config->policy.uid_min,
			(unsigned)planner->config->policy.uid_max);
		planner_hint(change, "Widen policy.uid_range.");
		return;
	}
	change->after.uid = id;
	change->after.gid = id;
	take(planner, id, change->login);
}
