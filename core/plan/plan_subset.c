/*
 * plan_subset.c - the same plan for some of its logins only.
 *
 * What is shared stays while anybody stays, except a new supplementary group: that goes with the
 * last account or folder that uses it. A plan without work for any user only repairs what is
 * shared, and is kept whole.
 */
#include <string.h>

#include "core/base/text.h"
#include "core/plan/plan.h"

struct subset {
	const struct plan *from;
	struct plan *to;
	struct table kept;    /* logins of the changes that stay */
	struct table groups;  /* names of the new groups that are still needed */
	struct id_table gids; /* that kept folders and accounts carry */
	bool is_repair;	      /* the plan has no user's work */
	bool edited[ACCOUNTDB_FILES];
	bool adds_accounts, gates;
};

/* ---- who stays ---- */

static void
keep_changes(struct subset *subset, const struct table *logins)
{
	struct plan *to = subset->to;
	subset->is_repair = true;
	ARRAY_FOREACH (change, &subset->from->changes) {
		if (!change_is_work(*change))
			continue;
		subset->is_repair = false;
		if (!table_get(logins, (*change)->login))
			continue;
		ARRAY_PUSH(to->arena, &to->changes, *change);
		table_set(&subset->kept, (*change)->login, *change);
	}
	plan_count(to);
}

static bool
keeps_user(const struct subset *subset, const char *user)
{
	return table_get(&subset->kept, user);
}

static bool
keeps_shared(const struct subset *subset)
{
	return subset->is_repair || subset->kept.count;
}

/* ---- what they need ---- */

static void
note_gid(struct subset *subset, gid_t gid)
{
	id_table_set(&subset->gids, gid, subset);
}

static bool
adds_line(const struct edit *edit, enum accountdb_file file)
{
	return edit->kind == EDIT_ADD_LINE && edit->file == file;
}

/* A group's number as its line says it; false when it is none. */
static bool
line_gid(const struct edit *edit, size_t field, gid_t *ret_gid)
{
	unsigned long long gid;
	if (!edit->fields[field] || !text_number(edit->fields[field], UINT32_MAX, &gid))
		return false;
	*ret_gid = (gid_t)gid;
	return true;
}

static void
note_needs_of_edits(struct subset *subset)
{
	gid_t gid;
	ARRAY_FOREACH (edit, &subset->from->edits) {
		if (!edit->user || !keeps_user(subset, edit->user))
			continue;
		if (edit->kind == EDIT_ADD_MEMBER)
			table_set(&subset->groups, edit->name, subset);
		else if (adds_line(edit, ACCOUNTDB_PASSWD) && line_gid(edit, PASSWD_GID, &gid))
			note_gid(subset, gid);
	}
}

static void
note_needs_of_steps(struct subset *subset)
{
	ARRAY_FOREACH (step, &subset->from->steps) {
		if (!step->user || !keeps_user(subset, step->user))
			continue;
		note_gid(subset, step->owner.gid);
		ARRAY_FOREACH (folder, &step->folders)
			note_gid(subset, folder->owner.gid);
	}
}

/* A group is needed by name (members) or by number (folders, primary groups). */
static void
note_needed_groups(struct subset *subset)
{
	const char *jail_group = subset->from->jail_group;
	gid_t gid;
	if (jail_group)
		table_set(&subset->groups, jail_group, subset);
	ARRAY_FOREACH (edit, &subset->from->edits) {
		if (!edit->user && adds_line(edit, ACCOUNTDB_GROUP) &&
			line_gid(edit, GROUP_GID, &gid) && id_table_get(&subset->gids, gid))
			table_set(&subset->groups, edit->name, subset);
	}
}

/* ---- what stays ---- */

static bool
keeps_edit(const struct subset *subset, const struct edit *edit)
{
	if (edit->user)
		return keeps_user(subset, edit->user);
	if (!keeps_shared(subset))
		return false;
	return subset->is_repair || edit->kind != EDIT_ADD_LINE ||
		table_get(&subset->groups, edit->name);
}

static void
keep_edits(struct subset *subset)
{
	struct plan *to = subset->to;
	ARRAY_FOREACH (edit, &subset->from->edits) {
		if (!keeps_edit(subset, edit))
			continue;
		ARRAY_PUSH(to->arena, &to->edits, *edit);
		subset->edited[edit->file] = true;
		subset->adds_accounts |= adds_line(edit, ACCOUNTDB_SHADOW);
		subset->gates |= edit->kind == EDIT_GATE;
	}
}

static bool
keeps_step(const struct subset *subset, const struct step *step)
{
	if (step->user)
		return keeps_user(subset, step->user);
	switch (step->kind) {
	case STEP_ACCOUNT_FILE:
		return subset->edited[step->file];
	case STEP_CACHES_FLUSH:
	case STEP_ACCOUNTS_CHECK:
		return subset->to->edits.count;
	case STEP_GATE:
		return subset->gates;
	case STEP_ACTIVATE:
		return subset->adds_accounts || subset->gates;
	default:
		return keeps_shared(subset);
	}
}

static void
keep_steps(struct subset *subset)
{
	struct plan *to = subset->to;
	ARRAY_FOREACH (step, &subset->from->steps) {
		if (keeps_step(subset, step))
			ARRAY_PUSH(to->arena, &to->steps, *step);
	}
}

struct plan *
plan_subset(const struct plan *plan, const struct table *logins, struct arena *arena)
{
	struct plan *to = arena_copy(arena, plan, sizeof(*plan));
	struct subset subset = {
		.from = plan,
		.to = to,
		.kept = { .arena = arena },
		.groups = { .arena = arena },
		.gids = { .arena = arena },
	};

	to->arena = arena;
	memset(&to->changes, 0, sizeof(to->changes));
	memset(&to->steps, 0, sizeof(to->steps));
	to->edits.items = NULL;
	to->edits.count = to->edits.room = 0;

	keep_changes(&subset, logins);
	note_needs_of_edits(&subset);
	note_needs_of_steps(&subset);
	note_needed_groups(&subset);
	keep_edits(&subset);
	keep_steps(&subset);
	return to;
}
