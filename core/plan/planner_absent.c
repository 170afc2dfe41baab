/*
 * planner_absent.c - managed accounts that their source no longer lists.
 *
 * Only a source of policy.leavers.sources is missed by its people, and only where the whole listing
 * was seen. Somebody whose row was refused is there; so is whoever's login is there, under another
 * key or in another source of this plan: that row is blocked, and says so. Accounts of other
 * sources and those that rehome does not manage are never looked at.
 */
#include <string.h>

#include "core/plan/planner_internal.h"

/* ---- who is listed ---- */

static struct table
listed_persons(struct planner *planner)
{
	struct table persons = { .arena = planner->arena };
	ARRAY_FOREACH (row, &planner->rows)
		table_set(&persons, planner_person(planner, row->change), row->change);
	return persons;
}

static bool
is_listed(const struct planner *planner, const struct intake *intake, const struct table *persons,
	const struct managed_account *managed)
{
	/* By its login, from before the source had keys: any nameless row may be this one. */
	bool is_known_by_login = strcmp(managed->key, managed->login) == 0;
	return table_get(persons, managed_key(planner->arena, managed->source, managed->key)) ||
		table_get(&planner->logins, managed->login) ||
		table_get(&intake->present, managed->key) ||
		(is_known_by_login && intake->has_nameless);
}

/* ---- who is absent ---- */

/* Gone from the machine already: nothing of it can leave. */
static bool
is_here(const struct planner *planner, const struct managed_account *managed)
{
	const struct accountdb *db = &planner->snapshot->db;
	return managed->nss ||
		(accountdb_find(db, ACCOUNTDB_PASSWD, managed->login) &&
			accountdb_find(db, ACCOUNTDB_SHADOW, managed->login));
}

static void
add_absentee(struct planner *planner, const struct managed_account *managed, bool is_closed)
{
	struct change *change = planner_no_change_of(planner, managed);
	change->place = at(managed->source, 0);
	ARRAY_PUSH(
		planner->arena, &planner->absent, (struct absentee){ managed, change, is_closed });
}

static void
warn_of_incomplete(struct planner *planner, const struct intake *intake, size_t kept)
{
	struct diags *findings = &planner->plan->findings;
	diag_warning(findings, at(intake->name, 0),
		kept ? "nobody leaves, since not all of the source was seen (%s): %zu managed "
		       "accounts that were not listed stay"
		     : "not all of the source was seen (%s): nobody can leave",
		intake->incomplete ? intake->incomplete : "its importer does not say why", kept);
	diag_code(findings, kept ? PLAN_CODE_LEAVERS_KEPT : "incomplete-source");
	diag_hint(findings, "Everything else is planned; find out why it is not whole.");
}

static void
find_absent_from(struct planner *planner, const struct intake *intake, const struct table *persons)
{
	size_t kept = 0;
	ARRAY_FOREACH (item, &planner->snapshot->managed->accounts) {
		const struct managed_account *managed = *item;
		if (strcmp(managed->source, intake->name) != 0 || !is_here(planner, managed) ||
			is_listed(planner, intake, persons, managed))
			continue;
		if (intake->complete)
			add_absentee(planner, managed, false);
		else
			kept++;
	}
	if (!intake->complete)
		warn_of_incomplete(planner, intake, kept);
}

/* Of any source: it says so itself. */
static void
find_closed(struct planner *planner, const struct intake *intake, const struct table *persons)
{
	if (!intake->closed.count)
		return;
	ARRAY_FOREACH (item, &planner->snapshot->managed->accounts) {
		const struct managed_account *managed = *item;
		if (strcmp(managed->source, intake->name) == 0 && is_here(planner, managed) &&
			table_get(&intake->closed, managed->key) &&
			!table_get(&planner->logins, managed->login) &&
			!table_get(persons,
				managed_key(planner->arena, managed->source, managed->key)))
			add_absentee(planner, managed, true);
	}
}

void
planner_find_absent(struct planner *planner, const struct intake *intakes, size_t intake_count)
{
	const struct table persons = listed_persons(planner);
	for (size_t i = 0; i < intake_count; i++) {
		find_closed(planner, &intakes[i], &persons);
		if (string_list_has(&planner->config->policy.leaver_sources, intakes[i].name))
			find_absent_from(planner, &intakes[i], &persons);
	}
}

/* ---- what becomes of them ---- */

static bool
is_ours(const struct planner *planner, const struct managed_account *managed)
{
	uint32_t uid;
	return accountdb_line_id(planner_passwd_line(planner, managed), PASSWD_UID, &uid) &&
		uid == managed->uid;
}

void
planner_plan_absent(struct planner *planner)
{
	ARRAY_FOREACH (absentee, &planner->absent) {
		struct change *change = absentee->change;
		if (!planner_is_wanted(planner, change))
			continue;
		bool ours = is_ours(planner, absentee->managed);
		if (ours && absentee->is_closed) {
			planner_leave_closed(planner, absentee->managed, change);
		} else if (ours) {
			planner_leave_absent(planner, absentee->managed, change);
		} else {
			planner_warn(planner, change, change->place, "uid-drift",
				"is no longer listed, and is not the account that rehome made");
			planner_hint(change, "See rehome status %s.", change->login);
		}
		ARRAY_PUSH(planner->arena, &planner->plan->changes, change);
	}
}
