/*
 * planner_outlives.c - says of every account that is adopted, renamed, disabled or leaves, and of
 * every home that moves, what goes on without it or points into it. Nothing of that is planned to
 * change.
 *
 * Warnings say what the change breaks or leaves running, one of each kind with its first place;
 * notes list the rest, and what stays as it is.
 */
#include <string.h>

#include "core/plan/outlives.h"
#include "core/plan/planner_internal.h"

struct outliving {
	struct planner *planner;
	struct {
		struct outlives_subject **items;
		size_t count, room;
	} subjects;
	struct table changes;  /* login -> struct change */
	struct table homeless; /* logins whose home will no longer be where it is */
};

/* ---- whom it is about ---- */

static bool
moves_home(const struct change *change)
{
	return change->has_after && change->after.home &&
		strcmp(change->before.home, change->after.home) != 0;
}

static bool
is_concerned(const struct change *change)
{
	if (!change_is_work(change) || !change->has_before || !change->before.home)
		return false;
	return change->action == CHANGE_ADOPT || change->action == CHANGE_LEAVE ||
		change->old_login || moves_home(change) ||
		(change->after.disabled && !change->before.disabled);
}

static void
collect(struct outliving *outliving)
{
	struct planner *planner = outliving->planner;
	struct table loose = { .arena = planner->arena };
	ARRAY_FOREACH (step, &planner->plan->steps) {
		if (step->kind == STEP_HOME_ADOPT && step->home.loose)
			table_set(&loose, step->user, (void *)(uintptr_t)step->home.loose);
		if (step->kind == STEP_HOME_RETIRE)
			table_set(&outliving->homeless, step->user, outliving);
	}
	ARRAY_FOREACH (item, &planner->plan->changes) {
		struct change *change = *item;
		if (!is_concerned(change))
			continue;
		struct outlives_subject *subject =
			ARENA_NEW(planner->arena, struct outlives_subject);
		subject->login = planner_present_login(change);
		subject->uid = change->before.uid;
		subject->home = change->before.home;
		subject->loose = table_get(&loose, change->login);
		ARRAY_PUSH(planner->arena, &outliving->subjects, subject);
		table_set(&outliving->changes, subject->login, change);
		if (moves_home(change))
			table_set(&outliving->homeless, change->login, outliving);
	}
}

/* ---- what is said ---- */

static const struct hint {
	const char *code, *text; /* %s is the login */
} hints[] = {
	{ "crontab", "Its jobs go on as the user: crontab -r -u %s removes them." },
	{ "at-job", "They go on as the user: atq shows them, atrm removes them; they are of %s." },
	{ "linger", "loginctl disable-linger %s ends them." },
	{ "privilege", "Take the rule of %s out with visudo, unless it is meant to stay." },
	{ "group", "gpasswd -d %s GROUP takes the account out." },
};

static void
add_hint(struct change *change, const char *code)
{
	for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
		if (strcmp(hints[i].code, code) != 0)
			continue;
		const char *login = strstr(hints[i].text, "%s");
		planner_hint(change, "%.*s%s%s", (int)(login - hints[i].text), hints[i].text,
			change->login, login + 2);
	}
}

/* A path that stays what it was is worth no warning, nor is what waits for nobody. */
static bool
is_harmless(const struct outliving *outliving, const struct change *change,
	const struct outlives_item *item)
{
	return strcmp(item->code, "mailbox") == 0 || strcmp(item->code, "subid") == 0 ||
		(item->target && !item->becomes && !table_get(&outliving->homeless, change->login));
}

static void
note(struct change *change, const struct outlives_item *item)
{
	diag_note(&change->findings, item->place, "still there: %s", item->text);
	diag_code(&change->findings, item->code);
	diag_user(&change->findings, change->login);
}

/* Every one of them: somebody must change them all. */
static void
warn_of_moved_path(struct planner *planner, struct change *change, const struct outlives_item *item)
{
	planner_warn(planner, change, item->place, "path-moves", "%s, which becomes %s", item->text,
		item->becomes);
}

static size_t
count_of_kind(const struct outliving *outliving, const struct change *change,
	const struct outlives_subject *subject, const char *code)
{
	size_t count = 0;
	ARRAY_FOREACH (item, &subject->items)
		count += strcmp(item->code, code) == 0 && !item->becomes &&
			!is_harmless(outliving, change, item);
	return count;
}

static void
warn_of_kind(struct planner *planner, struct change *change, const struct outlives_item *item,
	size_t count)
{
	if (count > 1)
		planner_warn(planner, change, item->place, item->code,
			"still there: %s, and %zu more of the kind", item->text, count - 1);
	else
		planner_warn(
			planner, change, item->place, item->code, "still there: %s", item->text);
	add_hint(change, item->code);
}

/* ---- of one who is renamed ---- */

/* Files that are found by the login; what is found by the uid or in the home follows. */
static bool
goes_by_name(const struct outlives_subject *subject, const struct outlives_item *item)
{
	static const char *const codes[] = { "crontab", "linger", "mailbox", "subid", "privilege",
		"cron-job" };
	if (item->place.file && jail_contains(subject->home, item->place.file))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		if (strcmp(codes[i], item->code) == 0)
			return true;
	}
	return false;
}

static void
tell_renamed(const struct outliving *outliving, const struct outlives_subject *subject,
	struct change *change)
{
	struct planner *planner = outliving->planner;
	bool moves = table_get(&outliving->homeless, change->login);
	ARRAY_FOREACH (item, &subject->items) {
		if (item->target && moves) {
			planner_warn(planner, change, item->place, "path-moves",
				"%s; the home becomes %s", item->text, change->after.home);
		} else if (!item->target && goes_by_name(subject, item)) {
			planner_warn(planner, change, item->place, "old-login",
				"goes by the login '%s' and does not follow: %s", subject->login,
				item->text);
			planner_hint(change,
				"Give it to '%s' by hand, or remove it: whoever is called '%s' "
				"later would have it.",
				change->login, subject->login);
		} else {
			note(change, item);
		}
	}
}

/* ---- the words ---- */

static void
tell(struct outliving *outliving, struct outlives_subject *subject)
{
	struct planner *planner = outliving->planner;
	struct change *change = table_get(&outliving->changes, subject->login);
	struct table told = { .arena = planner->arena };
	if (change->old_login) {
		tell_renamed(outliving, subject, change);
		return;
	}
	ARRAY_FOREACH (item, &subject->items) {
		if (item->becomes) {
			warn_of_moved_path(planner, change, item);
		} else if (is_harmless(outliving, change, item) || table_get(&told, item->code)) {
			note(change, item);
		} else {
			warn_of_kind(planner, change, item,
				count_of_kind(outliving, change, subject, item->code));
			table_set(&told, item->code, subject);
		}
	}
}

/* ---- groups ---- */

static bool
stays_member(const struct change *change, const char *group)
{
	return !change->has_after || string_list_has(&change->after.groups, group);
}

static void
tell_groups(struct planner *planner, struct change *change)
{
	const struct string_list *groups =
		accountdb_groups_of(&planner->snapshot->db, change->login);
	ARRAY_FOREACH (group, groups) {
		if (!planner_group_is_privileged(planner, *group) || !stays_member(change, *group))
			continue;
		planner_warn(planner, change, at("/etc/group", 0), "group",
			"still there: membership in '%s', which gives rights over the system",
			*group);
		add_hint(change, "group");
	}
}

/* ---- the whole ---- */

static void
tell_patterns(struct planner *planner, const struct outlives *outlives)
{
	ARRAY_FOREACH (item, &outlives->patterns) {
		diag_warning(&planner->plan->findings, item->place, "%s", item->text);
		diag_code(&planner->plan->findings, item->code);
		diag_hint(&planner->plan->findings,
			"See whether it is to hold for the jails as well.");
	}
}

static void
tell_not_read(struct planner *planner, const struct string_list *not_read)
{
	enum { ENOUGH = 5 };
	AUTO_BUFFER struct buffer text = { 0 };
	if (!not_read->count)
		return;
	buffer_add_text(&text, "what points into the homes from ");
	for (size_t i = 0; i < not_read->count && i < ENOUGH; i++)
		buffer_printf(&text, "%s%s", i ? ", " : "", not_read->items[i]);
	if (not_read->count > ENOUGH)
		buffer_printf(&text, " and %zu more", not_read->count - ENOUGH);
	string_list_push(planner->arena, &planner->plan->not_checked,
		arena_strdup(planner->arena, buffer_text(&text)));
}

void
planner_find_outliving(struct planner *planner)
{
	struct outliving outliving = { .planner = planner,
		.changes = { .arena = planner->arena },
		.homeless = { .arena = planner->arena } };
	struct outlives outlives;
	collect(&outliving);
	if (!outliving.subjects.count)
		return;
	outlives_scan(planner->snapshot->host, outliving.subjects.items, outliving.subjects.count,
		planner->arena, &outlives);
	ARRAY_FOREACH (subject, &outliving.subjects) {
		struct change *change = table_get(&outliving.changes, (*subject)->login);
		tell(&outliving, *subject);
		if (!change->old_login)
			tell_groups(planner, change);
	}
	tell_patterns(planner, &outlives);
	tell_not_read(planner, &outlives.not_read);
}
