/*
 * planner_leave.c - accounts that leave: disabled, enabled again, retired, removed.
 *
 *	staged ──activate──▶ active ──disable──▶ disabled ──retire──▶ retired ──remove──▶ gone
 *	                        ◀──enable──────────┘
 *
 * One that is disabled while it is staged is staged again when it is enabled.
 *
 * A command says what is to be done; a source says how somebody stands there, or no longer lists
 * anybody of that key (planner_absent.c), and policy.leavers.action what that means here. Every one
 *of these is a run with its undo. What an administrator did by hand, with rehome or without it, no
 *source undoes.
 */
#include "core/plan/planner_leave.h"

#include <string.h>

#include "core/base/text.h"

/* ---- what stands in the way ---- */

static void
block(const struct leaving *leaving, const char *code, const char *message, const char *hint)
{
	planner_block(leaving->planner, leaving->change, leaving->place, code, "%s", message);
	planner_hint(leaving->change, "%s", hint);
}

static void
unchanged(const struct leaving *leaving, const char *code, const char *message)
{
	struct diag diag = {
		.level = DIAG_NOTE,
		.place = leaving->place,
		.user = leaving->change->login,
		.code = code,
		.message = message,
	};
	leaving->change->action = CHANGE_UNCHANGED;
	diag_append(&leaving->change->findings, &diag);
}

static const char *
since(const struct leaving *leaving)
{
	return managed_standing_text(&leaving->managed->standing, leaving->planner->arena);
}

static bool
is_disabled(const struct leaving *leaving)
{
	return leaving->managed->standing.state == MANAGED_DISABLED ||
		leaving->managed->standing.state == MANAGED_RETIRED;
}

static void
tell_why(const struct leaving *leaving)
{
	if (leaving->why)
		planner_add_line(leaving->change, leaving->planner->arena, "reason", leaving->why);
}

/* ---- what may be done ---- */

static void
disable(const struct leaving *leaving)
{
	if (is_disabled(leaving)) {
		unchanged(leaving, "already-disabled",
			arena_printf(leaving->planner->arena, "is %s", since(leaving)));
		return;
	}
	leaving->change->action = CHANGE_LEAVE;
	tell_why(leaving);
	leaving_disable(leaving);
}

bool
planner_check_jail_is_home(struct planner *planner, const struct managed_account *managed,
	struct place place, struct change *change)
{
	const char *home = change->before.home;
	if (strcmp(home, managed->home) == 0)
		return true;
	planner_block(planner, change, place, "home-moved",
		"the home is %s now, and the jail is %s: it would be opened without one", home,
		managed->home);
	planner_hint(change, "First: usermod -d %s %s",
		text_shell_word(planner->arena, managed->home), change->login);
	return false;
}

/* Somebody may have taken it out of the jail while nobody could log in. What sshd does with it is
 * asked when the plan is whole. */
static bool
is_jailed(const struct leaving *leaving)
{
	const char *group = leaving->planner->plan->jail_group;
	if (string_list_has(&leaving->change->before.groups, group))
		return planner_check_jail_is_home(
			leaving->planner, leaving->managed, leaving->place, leaving->change);
	block(leaving, "not-jailed",
		arena_printf(leaving->planner->arena,
			"is not in the group '%s' any more: sshd would not jail it", group),
		arena_printf(leaving->planner->arena, "First: usermod -aG %s %s", group,
			leaving->change->login));
	return false;
}

static void
enable(const struct leaving *leaving)
{
	const struct managed_standing *standing = &leaving->managed->standing;
	struct arena *arena = leaving->planner->arena;
	leaving->change->action = CHANGE_CHANGE;
	if (standing->state == MANAGED_RETIRED)
		block(leaving, "retired",
			arena_printf(arena, "is %s: the home is in quarantine", since(leaving)),
			arena_printf(arena, "Take that back first: rehome rollback %s %s",
				standing->run, leaving->change->login));
	else if (standing->state == MANAGED_DISABLED) {
		if (is_jailed(leaving))
			leaving_enable(leaving);
	} else if (standing->state == MANAGED_STAGED)
		block(leaving, "staged", arena_printf(arena, "is %s", since(leaving)),
			arena_printf(
				arena, "To open it: rehome activate %s", leaving->change->login));
	else if (leaving->change->before.disabled)
		block(leaving, "disabled-by-hand", "was not disabled by rehome",
			arena_printf(arena, "To open it: chage -E -1 %s", leaving->change->login));
	else
		unchanged(leaving, "already-enabled", "is not disabled");
}

static void
activate(const struct leaving *leaving)
{
	struct change *change = leaving->change;
	struct arena *arena = leaving->planner->arena;
	if (leaving->managed->standing.state != MANAGED_STAGED) {
		unchanged(leaving, "not-staged",
			is_disabled(leaving) ? arena_printf(arena, "is %s", since(leaving))
					     : "is not staged");
	} else if (!change->before.staged) {
		block(leaving, "opened-by-hand",
			arena_printf(arena, "is staged, but somebody set its expiry: %s",
				planner_day_words(change->before.expires, arena)),
			arena_printf(arena, "Close it first: chage -E 1 %s", change->login));
	} else if (is_jailed(leaving)) {
		leaving_activate(leaving);
	}
}

/* Its home is where the name service says, and the jail that holds it while it can log in. */
static void
block_nss(const struct leaving *leaving)
{
	block(leaving, "nss-home",
		"is an account of the name service, which may let it in again: its jail stays",
		arena_printf(leaving->planner->arena,
			"Disable it, and when the directory has it no more: rehome remove %s",
			leaving->change->login));
}

static void
retire(const struct leaving *leaving)
{
	if (leaving->change->nss) {
		block_nss(leaving);
		return;
	}
	if (leaving->managed->standing.state == MANAGED_RETIRED) {
		unchanged(leaving, "already-retired",
			arena_printf(leaving->planner->arena, "is %s", since(leaving)));
		return;
	}
	leaving->change->action = CHANGE_LEAVE;
	tell_why(leaving);
	/* One that is disabled already has nothing left to be taken; the run closes it all the
	 * same, and ends what runs. */
	leaving_disable(leaving);
	(void)leaving_retire_home(leaving);
}

/* A disabled account whose home is gone has nothing that could be retired. */
static bool
home_is_gone(const struct leaving *leaving)
{
	struct diags ignored = { .arena = leaving->planner->arena };
	struct host_entry entry;
	return host_inspect(leaving->planner->snapshot->host, leaving->managed->home, &entry,
		       &ignored) &&
		!entry.exists;
}

/* One who cannot be asked for may be there. */
static bool
is_gone_from_nss(const struct leaving *leaving)
{
	struct snapshot *snapshot = leaving->planner->snapshot;
	return snapshot->has_nss && !snapshot_nss_user(snapshot, leaving->change->login) &&
		!snapshot->nss_problem;
}

static bool
is_put_away(const struct leaving *leaving)
{
	enum managed_state state = leaving->managed->standing.state;
	return state == MANAGED_RETIRED || (state == MANAGED_DISABLED && home_is_gone(leaving));
}

static int64_t
removal_day(const struct leaving *leaving)
{
	return leaving->managed->standing.day + leaving->planner->config->policy.leaver_remove_days;
}

static bool
may_be_removed(const struct leaving *leaving, bool now)
{
	struct arena *arena = leaving->planner->arena;
	int64_t day = removal_day(leaving);
	bool is_nss = leaving->change->nss;
	if (is_nss && !is_gone_from_nss(leaving)) {
		block_nss(leaving);
		return false;
	}
	if (is_nss ? !is_disabled(leaving) : !is_put_away(leaving)) {
		block(leaving, "not-retired",
			is_nss ? "is not disabled yet" : "has a home that is not retired yet",
			arena_printf(arena, "First: rehome %s %s", is_nss ? "disable" : "retire",
				leaving->change->login));
		return false;
	}
	if (now || day <= leaving->planner->today)
		return true;
	block(leaving, "grace",
		arena_printf(arena, "is %s, and may be removed from %s on", since(leaving),
			planner_day_words(day, arena)),
		"Wait (policy.leavers.grace.remove), or say --now.");
	return false;
}

static void
remove_account(const struct leaving *leaving, bool now)
{
	leaving->change->action = CHANGE_LEAVE;
	if (!may_be_removed(leaving, now))
		return;
	leaving->change->has_after = false;
	tell_why(leaving);
	leaving_remove(leaving);
}

/* ---- what a source says ---- */

static void
remove_in_time(const struct leaving *leaving)
{
	struct arena *arena = leaving->planner->arena;
	int64_t day = removal_day(leaving);
	if (day <= leaving->planner->today)
		remove_account(leaving, true);
	else
		unchanged(leaving, "grace",
			arena_printf(arena, "is %s; the account is removed from %s on",
				since(leaving), planner_day_words(day, arena)));
}

/* What the source's silence leads to next, and when. */
static void
tell_next(const struct leaving *leaving, const char *what, unsigned days)
{
	struct arena *arena = leaving->planner->arena;
	if (!planner_is_blocked(leaving->change))
		planner_add_line(leaving->change, arena, "next",
			arena_printf(arena, "%s from %s on", what,
				planner_day_words(leaving->planner->today + days, arena)));
}

static void
retire_in_time(const struct leaving *leaving)
{
	const struct managed_standing *standing = &leaving->managed->standing;
	const struct policy *policy = &leaving->planner->config->policy;
	int64_t day = standing->day + policy->leaver_archive_days;
	bool waits = is_disabled(leaving) ? day > leaving->planner->today
					  : policy->leaver_archive_days > 0;
	if (!waits) {
		retire(leaving);
		tell_next(leaving, "the account is removed", policy->leaver_remove_days);
	} else if (!is_disabled(leaving)) {
		disable(leaving);
		tell_next(leaving, "the home is retired", policy->leaver_archive_days);
	} else {
		unchanged(leaving, "grace",
			arena_printf(leaving->planner->arena,
				"is %s; the home is retired from %s on", since(leaving),
				planner_day_words(day, leaving->planner->arena)));
	}
}

/* One that somebody shut already is shut. */
static void
disable_unless_shut(const struct leaving *leaving)
{
	if (!leaving->change->before.disabled || is_disabled(leaving))
		disable(leaving);
}

static void
leave(const struct leaving *leaving)
{
	switch (leaving->planner->config->policy.leaver_action) {
	case LEAVER_REPORT:
		leaving->change->action = CHANGE_UNCHANGED;
		planner_warn(leaving->planner, leaving->change, leaving->place, "leaver",
			"%s; nothing is done (policy.leavers.action)", leaving->why);
		planner_hint(leaving->change,
			"To take the account out of service: rehome disable %s",
			leaving->change->login);
		break;
	case LEAVER_DISABLE:
		disable_unless_shut(leaving);
		break;
	case LEAVER_ARCHIVE:
		if (leaving->change->nss)
			disable_unless_shut(leaving);
		else if (is_put_away(leaving))
			remove_in_time(leaving);
		else
			retire_in_time(leaving);
		break;
	}
}

/* Shut here, for whatever reason, though the source thinks that it is open. */
static void
warn_of_closed(const struct leaving *leaving)
{
	const struct managed_standing *standing = &leaving->managed->standing;
	const char *login = leaving->change->login;
	planner_warn(leaving->planner, leaving->change, leaving->place, "disabled",
		"cannot log in: the account is disabled here, though active in the source");
	if (standing->state == MANAGED_RETIRED)
		planner_hint(leaving->change, "To bring it back: rehome rollback %s %s",
			standing->run, login);
	else if (standing->state == MANAGED_DISABLED)
		planner_hint(leaving->change, "To open it again: rehome enable %s", login);
	else
		planner_hint(leaving->change, "To open it again: chage -E -1 %s", login);
}

/* Only what a source had closed. */
static void
reopen(const struct leaving *leaving)
{
	const struct managed_standing *standing = &leaving->managed->standing;
	if (standing->state == MANAGED_DISABLED && !standing->by_hand) {
		leaving->change->action = CHANGE_CHANGE;
		tell_why(leaving);
		if (is_jailed(leaving))
			leaving_enable(leaving);
	} else {
		warn_of_closed(leaving);
	}
}

/* What the source says of somebody whom it lists. Where it says nothing of states, being listed is
 * what it says, in a source that people leave by being listed no longer. */
enum said {
	SAID_NOTHING,
	SAID_ACTIVE,
	SAID_DISABLED,
	SAID_LEFT,
	SAID_LISTED,
};

static enum said
what_is_said(const struct planner *planner, const struct account *account,
	const struct managed_account *managed)
{
	static const enum said states[] = {
		[ACCOUNT_ACTIVE] = SAID_ACTIVE,
		[ACCOUNT_DISABLED] = SAID_DISABLED,
		[ACCOUNT_LEFT] = SAID_LEFT,
		[ACCOUNT_STAGED] = SAID_NOTHING,
	};
	if (account_has(account, ACCOUNT_STATE))
		return states[account->state];
	bool counts = string_list_has(&planner->config->policy.leaver_sources, managed->source);
	return counts && !managed->standing.by_hand ? SAID_LISTED : SAID_NOTHING;
}

bool
planner_compare_state(struct planner *planner, const struct account *account,
	const struct managed_account *managed, const struct accountdb_line *passwd,
	const struct accountdb_line *shadow, struct change *change)
{
	static const char *const words[] = {
		[SAID_NOTHING] = NULL,
		[SAID_ACTIVE] = "active in the source",
		[SAID_DISABLED] = "disabled in the source",
		[SAID_LEFT] = "has left, says the source",
		[SAID_LISTED] = "listed again",
	};
	enum said said = what_is_said(planner, account, managed);
	struct leaving leaving = {
		.planner = planner,
		.managed = managed,
		.passwd = passwd,
		.shadow = shadow,
		.change = change,
		.place = planner_place(account, ACCOUNT_STATE),
		.why = words[said],
	};
	const struct account_facts facts = planner_present_facts(planner, managed);
	bool closes = said == SAID_DISABLED || said == SAID_LEFT;
	if (!shadow && !change->nss)
		return false;
	if (!closes && !is_disabled(&leaving)) {
		if (said == SAID_ACTIVE && facts.disabled)
			warn_of_closed(&leaving);
		return false;
	}
	change->before = change->after = facts;
	change->full_name = facts.full_name;
	change->action = CHANGE_UNCHANGED;
	if (said == SAID_LEFT)
		leave(&leaving);
	else if (said == SAID_DISABLED)
		disable_unless_shut(&leaving);
	else if (said != SAID_NOTHING)
		reopen(&leaving);
	return true;
}

static struct leaving
leaving_by_source(struct planner *planner, const struct managed_account *managed,
	struct change *change, const char *why)
{
	const struct accountdb *db = &planner->snapshot->db;
	return (struct leaving){
		.planner = planner,
		.managed = managed,
		.passwd = planner_passwd_line(planner, managed),
		.shadow = accountdb_find(db, ACCOUNTDB_SHADOW, managed->login),
		.change = change,
		.place = change->place,
		.why = why,
	};
}

void
planner_leave_absent(
	struct planner *planner, const struct managed_account *managed, struct change *change)
{
	const struct leaving leaving = leaving_by_source(planner, managed, change,
		arena_printf(planner->arena, "no longer listed by %s", managed->source));
	leave(&leaving);
}

void
planner_leave_closed(
	struct planner *planner, const struct managed_account *managed, struct change *change)
{
	const struct leaving leaving = leaving_by_source(
		planner, managed, change, "disabled in the source, in a row that was refused");
	disable_unless_shut(&leaving);
}

/* ---- what a command asks for ---- */

static bool
plan_login(struct planner *planner, const struct leave_request *request, const char *login)
{
	const struct managed_account *managed = planner_find_managed(planner, login);
	const struct accountdb *db = &planner->snapshot->db;
	if (!managed)
		return false;
	struct change *change = planner_change_of_managed(planner, managed);
	const struct leaving leaving = {
		.planner = planner,
		.managed = managed,
		.passwd = planner_passwd_line(planner, managed),
		.shadow = accountdb_find(db, ACCOUNTDB_SHADOW, login),
		.change = change,
		.place = NOWHERE,
	};
	switch (request->act) {
	case LEAVE_DISABLE:
		disable(&leaving);
		break;
	case LEAVE_ENABLE:
		enable(&leaving);
		break;
	case LEAVE_RETIRE:
		retire(&leaving);
		break;
	case LEAVE_REMOVE:
		remove_account(&leaving, request->now);
		break;
	case LEAVE_ACTIVATE:
		activate(&leaving);
		break;
	}
	return true;
}

/* Everybody who is staged; else whom the request names. */
static struct string_list
logins_of(struct planner *planner, const struct leave_request *request)
{
	struct string_list logins = { 0 };
	if (!request->all)
		return request->logins;
	ARRAY_FOREACH (account, &planner->snapshot->managed->accounts) {
		if ((*account)->standing.state == MANAGED_STAGED)
			string_list_push(planner->arena, &logins, (*account)->login);
	}
	return logins;
}

bool
planner_make_leave(const struct config *config, const struct leave_request *request,
	struct snapshot *snapshot, const struct planner_options *options, struct arena *arena,
	struct plan **ret_plan, struct plan_secrets *ret_secrets, struct diags *diags)
{
	struct planner planner;
	bool ok = true;
	planner_init(&planner, config, snapshot, options->reason, arena, ret_secrets, diags);
	planner.options = options;
	const struct string_list logins = logins_of(&planner, request);
	ARRAY_FOREACH (login, &logins) {
		if (!table_get(&planner.logins, *login))
			ok = plan_login(&planner, request, *login) && ok;
	}
	if (ok) {
		planner_take_out_blocked(&planner);
		planner_find_outliving(&planner);
		planner_forget_secrets(&planner);
		/* Nothing to do is nothing to prepare for. */
		ok = !plan_has_work(planner.plan) ||
			(planner_share(&planner) && planner_ask_sshd(&planner) &&
				planner_check_archive_space(&planner));
	}
	planner_finish(&planner);
	if (!ok)
		return false;
	plan_count(planner.plan);
	*ret_plan = planner.plan;
	return true;
}
