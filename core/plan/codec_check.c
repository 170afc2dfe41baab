/*
 * codec_check.c - does a decoded plan make sense?
 *
 * The tables have seen to names, types and ranges. Here are the rules between members: who has a
 * change, in which order steps come, which file has which fields, and that no password field holds
 * a hash. The plan then is one that the planner could have made.
 */
#include <string.h>

#include "core/base/text.h"
#include "core/model/layout.h"
#include "core/plan/codec_table.h"
#include "core/plan/jail.h"

enum { ID_DIGITS = 16 };

static const unsigned long long LINE_ID_MAX = 4294967294; /* see codec_read.c */

struct check {
	const struct codec_source *source;
	struct plan *plan;
	struct table users; /* login -> struct change, of those that are work */
};

static bool PRINTF_LIKE(5, 6) refuse(struct check *check, const char *list, size_t index,
	const char *member, const char *format, ...)
{
	struct arena *arena = check->source->arena;
	va_list args;
	va_start(args, format);
	const char *message = arena_vprintf(arena, format, args);
	va_end(args);
	return codec_refuse(check->source,
		arena_printf(arena, "%s[%zu]%s%s", list, index, *member ? "." : "", member), "%s",
		message);
}

/* ---- names ---- */

/* Of a login or group: it becomes a field, a list's item and a file's name. */
static bool
is_name(const char *text)
{
	return *text && !strpbrk(text, ":,/ \t\n") && strcmp(text, ".") != 0 &&
		strcmp(text, "..") != 0;
}

static bool
check_head(struct check *check)
{
	const struct plan *plan = check->plan;
	if (strlen(plan->id) != ID_DIGITS || strspn(plan->id, "0123456789abcdef") != ID_DIGITS)
		return codec_refuse(check->source, "id", "expected %d hex digits", ID_DIGITS);
	if (!is_name(plan->jail_group))
		return codec_refuse(
			check->source, "jail_group", "'%s' is no group's name", plan->jail_group);
	return true;
}

/* ---- users ---- */

static void
count_findings(struct check *check, struct diags *findings)
{
	findings->arena = check->source->arena;
	ARRAY_FOREACH (finding, findings) {
		findings->errors += finding->level == DIAG_ERROR;
		findings->warnings += finding->level == DIAG_WARNING;
	}
}

static bool
check_decisions(struct check *check, size_t index, const struct change *change)
{
	ARRAY_FOREACH (decision, &change->decisions) {
		const char *words[] = { decision->choice, decision->initial };
		for (size_t i = 0; i < ARRAY_LEN(words); i++) {
			if (words[i] && !decision_word(decision->kind, words[i]))
				return refuse(check, "users", index, "decisions",
					"'%s' is no choice of %s", words[i],
					decision_kinds[decision->kind].code);
		}
	}
	return true;
}

/* Who is bound to another origin has one before and one after, and an account between. */
static bool
check_origins(struct check *check, size_t index, const struct change *change)
{
	if (!change->old_source && !change->old_key)
		return true;
	return (change->old_source && change->old_key && change->source && change->key &&
		       change->action == CHANGE_CHANGE && change->has_before &&
		       change->has_after) ||
		refuse(check, "users", index, "origin",
			"is no change from one origin to another one");
}

static bool
check_user(struct check *check, size_t index)
{
	struct change *change = check->plan->changes.items[index];
	count_findings(check, &change->findings);
	if (!check_decisions(check, index, change))
		return false;
	if (!check_origins(check, index, change))
		return false;
	if (!change_is_work(change))
		return true;
	if (!is_name(change->login))
		return refuse(check, "users", index, "user", "expected a login");
	if (table_get(&check->users, change->login))
		return refuse(check, "users", index, "user", "'%s' is there twice", change->login);
	if (change->old_login && (!is_name(change->old_login) || !change->has_before))
		return refuse(check, "users", index, "old_user", "expected an account's login");
	if (change->has_after && (!change->after.home || !jail_path_is_normal(change->after.home)))
		return refuse(check, "users", index, "after.home",
			"expected an absolute path without '.', '..' or '//'");
	table_set(&check->users, change->login, change);
	return true;
}

static bool
check_users(struct check *check)
{
	for (size_t i = 0; i < check->plan->changes.count; i++) {
		if (!check_user(check, i))
			return false;
	}
	return true;
}

static bool
check_has_change(struct check *check, const char *list, size_t index, const char *user)
{
	return !user || table_get(&check->users, user) ||
		refuse(check, list, index, "user", "nothing is planned for '%s'", user);
}

/* ---- steps ---- */

static bool
is_of_a_user(enum step_kind kind)
{
	switch (kind) {
	case STEP_ARCHIVE_AHEAD:
	case STEP_HOME_FREEZE:
	case STEP_ARCHIVE:
	case STEP_HOME_CREATE:
	case STEP_HOME_ADOPT:
	case STEP_HOME_COPY:
	case STEP_HOME_FILL:
	case STEP_HOME_RETIRE:
	case STEP_HOME_RENAME:
	case STEP_FSTAB_LINE:
	case STEP_HOME_BIND:
	case STEP_FOLDER_CREATE:
	case STEP_CONTENTS_CARRY:
	case STEP_KEYS_WRITE:
		return true;
	default:
		return false;
	}
}

static bool
check_folders(struct check *check, size_t index, const struct step *step)
{
	struct arena *arena = check->source->arena;
	for (size_t i = 0; i < step->folders.count; i++) {
		const char *path = step->folders.items[i].path, *normal;
		struct diags ignored = { .arena = arena };
		if (!folder_path_check(path, NOWHERE, arena, &normal, &ignored) ||
			strcmp(path, normal) != 0)
			return refuse(check, "steps", index,
				arena_printf(arena, "folders[%zu].path", i),
				"'%s' is no path below a jail", path);
	}
	return true;
}

/* Neither of the two homes may be in the other. What fills one is no path below the plan's root. */
static bool
check_copied(struct check *check, size_t index, const struct step *step)
{
	const struct step_home *home = &step->home;
	const char *root = check->plan->root;
	bool is_here = step->kind == STEP_HOME_COPY || step->kind == STEP_HOME_RENAME;
	const char *place = !is_here && strcmp(root, "/") != 0
		? arena_printf(check->source->arena, "%s%s", root, step->path)
		: step->path;
	if (!home->loose && step->kind != STEP_HOME_RENAME)
		return refuse(check, "steps", index, "home.loose", "expected a folder's name");
	if (!home->source)
		return refuse(check, "steps", index, "home.source", "expected the home's path");
	if (jail_contains(home->source, place) || jail_contains(place, home->source))
		return refuse(check, "steps", index, "home.source", "'%s' and '%s' overlap",
			home->source, place);
	return true;
}

static bool
check_step(struct check *check, size_t index)
{
	const struct step *step = &check->plan->steps.items[index];
	if (index && step->kind < step[-1].kind)
		return refuse(check, "steps", index, "verb", "%s cannot come after %s",
			step_verb(step->kind), step_verb(step[-1].kind));
	if (is_of_a_user(step->kind) != (step->user != NULL))
		return refuse(check, "steps", index, "user", "%s is %s", step_verb(step->kind),
			step->user ? "nobody's own" : "some user's");
	if (step->base &&
		(!jail_contains(step->base, step->path) || strcmp(step->base, step->path) == 0))
		return refuse(check, "steps", index, "base", "'%s' is not above '%s'", step->base,
			step->path);
	bool is_copied = step->kind == STEP_HOME_COPY || step->kind == STEP_HOME_FILL ||
		step->kind == STEP_CONTENTS_CARRY || step->kind == STEP_HOME_RENAME;
	if (is_copied && !check_copied(check, index, step))
		return false;
	return check_has_change(check, "steps", index, step->user) &&
		check_folders(check, index, step);
}

static bool
check_steps(struct check *check)
{
	for (size_t i = 0; i < check->plan->steps.count; i++) {
		if (!check_step(check, i))
			return false;
	}
	return true;
}

/* ---- edits ---- */

static bool
is_field(const char *value)
{
	return !strpbrk(value, ":\n");
}

/* What may stand in a password field: nothing that could be a hash, and never "nothing at all". */
static bool
check_password(struct check *check, size_t index, const char *member, enum accountdb_file file,
	const char *value, bool may_be_empty)
{
	if (!value)
		return file == ACCOUNTDB_SHADOW ||
			refuse(check, "edits", index, member, "null, which only shadow may have");
	if (!codec_is_public(value))
		return refuse(
			check, "edits", index, member, "holds a password hash, which no plan does");
	return *value || may_be_empty ||
		refuse(check, "edits", index, member, "would need no password at all");
}

static bool
check_value(struct check *check, size_t index, const char *member, const struct edit *edit,
	const char *value, bool may_be_empty)
{
	if (edit->field == SHADOW_HASH)
		return check_password(check, index, member, edit->file, value, may_be_empty);
	if (!value || !is_field(value))
		return refuse(check, "edits", index, member, "expected text without ':'");
	return true;
}

static bool
is_id(enum accountdb_file file, size_t field)
{
	return (file == ACCOUNTDB_PASSWD && (field == PASSWD_UID || field == PASSWD_GID)) ||
		(file == ACCOUNTDB_GROUP && field == GROUP_GID);
}

/* An added account or group is never root's. */
static bool
check_id(struct check *check, size_t index, const char *member, const char *value)
{
	unsigned long long id;
	return (text_number(value, LINE_ID_MAX, &id) && id) ||
		refuse(check, "edits", index, member, "expected 1 to %llu, found '%s'", LINE_ID_MAX,
			value);
}

static bool
check_line_field(struct check *check, size_t index, const struct codec_edit *row, size_t field)
{
	const char *member = arena_printf(check->source->arena, "fields[%zu]", field);
	const char *value = row->fields.items[field];
	enum accountdb_file file = row->edit.file;
	bool may_be_empty = file == ACCOUNTDB_GSHADOW || row->edit.kind == EDIT_REMOVE_LINE;
	if (field == SHADOW_HASH)
		return check_password(check, index, member, file, value, may_be_empty);
	if (!value || !is_field(value))
		return refuse(check, "edits", index, member, "expected text without ':'");
	return !is_id(file, field) || check_id(check, index, member, value);
}

static bool
check_line(struct check *check, size_t index, struct codec_edit *row)
{
	struct edit *edit = &row->edit;
	size_t count = accountdb_field_count(edit->file);
	if (row->fields.count != count)
		return refuse(check, "edits", index, "fields", "expected %zu fields, found %zu",
			count, row->fields.count);
	for (size_t i = 0; i < count; i++) {
		if (!check_line_field(check, index, row, i))
			return false;
	}
	bool is_group = edit->file == ACCOUNTDB_GROUP || edit->file == ACCOUNTDB_GSHADOW;
	if (edit->kind == EDIT_REMOVE_LINE && !edit->user && !is_group)
		return refuse(check, "edits", index, "user", "an account's line is somebody's");
	if (strcmp(row->fields.items[0], edit->name) != 0)
		return refuse(check, "edits", index, "fields[0]", "is not the line's name");
	edit->fields = row->fields.items;
	return true;
}

/* Names are what a line is found by, and members have edits of their own. */
static bool
find_field(enum accountdb_file file, const char *name, size_t *ret_field)
{
	for (size_t i = 1; i < accountdb_field_count(file); i++) {
		bool is_list = (file == ACCOUNTDB_GROUP && i == GROUP_MEMBERS) ||
			(file == ACCOUNTDB_GSHADOW && i == GSHADOW_MEMBERS);
		if (!is_list && strcmp(accountdb_field_name(file, i), name) == 0) {
			*ret_field = i;
			return true;
		}
	}
	return false;
}

static bool
check_field(struct check *check, size_t index, struct codec_edit *row)
{
	struct edit *edit = &row->edit;
	bool is_closed_for_good = edit->kind == EDIT_GATE && !edit->after;
	if (!find_field(edit->file, row->field, &edit->field))
		return refuse(check, "edits", index, "field", "%s has no field '%s' to be set",
			accountdb_file_name(edit->file), row->field);
	return check_value(check, index, "before", edit, edit->before, true) &&
		(is_closed_for_good ||
			check_value(check, index, "after", edit, edit->after, false));
}

static bool
check_gate(struct check *check, size_t index, struct codec_edit *row)
{
	return check_field(check, index, row) &&
		((row->edit.file == ACCOUNTDB_SHADOW && row->edit.field == SHADOW_EXPIRE) ||
			refuse(check, "edits", index, "field", "a gate is the expiry in shadow"));
}

static bool
check_member(struct check *check, size_t index, const struct edit *edit)
{
	if (edit->file != ACCOUNTDB_GROUP && edit->file != ACCOUNTDB_GSHADOW)
		return refuse(check, "edits", index, "file", "%s has no members",
			accountdb_file_name(edit->file));
	return is_name(edit->member) || refuse(check, "edits", index, "member", "expected a login");
}

/* The account's two names are the user's, and nobody else's. */
static bool
check_old_name(struct check *check, size_t index, const struct edit *edit)
{
	const struct change *change = edit->user ? table_get(&check->users, edit->user) : NULL;
	if (!edit->old_name)
		return true;
	return (change && change->old_login && strcmp(change->old_login, edit->old_name) == 0) ||
		refuse(check, "edits", index, "old_name", "is not what the user was called");
}

static bool
check_rename(struct check *check, size_t index, const struct edit *edit)
{
	if (!edit->user || strcmp(edit->name, edit->user) != 0)
		return refuse(check, "edits", index, "name", "expected the user's login");
	if (!edit->before)
		return edit->file != ACCOUNTDB_PASSWD ||
			refuse(check, "edits", index, "id", "expected a uid");
	if (edit->file == ACCOUNTDB_SHADOW)
		return refuse(check, "edits", index, "id", "shadow has none");
	return check_id(check, index, "id", edit->before);
}

static bool
check_edit(struct check *check, size_t index, struct codec_edit *row)
{
	struct edit *edit = &row->edit;
	if (!is_name(edit->name))
		return refuse(check, "edits", index, "name", "expected a login or a group");
	if (edit->length > accountdb_field_count(edit->file))
		return refuse(check, "edits", index, "length", "%s has %zu fields",
			accountdb_file_name(edit->file), accountdb_field_count(edit->file));
	if (!check_has_change(check, "edits", index, edit->user))
		return false;
	if (edit->behind && *edit->behind && !is_name(edit->behind))
		return refuse(check, "edits", index, "behind", "expected a name");
	if (!check_old_name(check, index, edit))
		return false;
	switch (edit->kind) {
	case EDIT_ADD_LINE:
	case EDIT_REMOVE_LINE:
		return check_line(check, index, row);
	case EDIT_SET_FIELD:
		return check_field(check, index, row);
	case EDIT_GATE:
		return check_gate(check, index, row);
	case EDIT_RENAME:
		return check_rename(check, index, edit);
	case EDIT_ADD_MEMBER:
	case EDIT_REMOVE_MEMBER:
		break;
	}
	return check_member(check, index, edit);
}

static bool
check_edits(struct check *check, struct codec_document *document)
{
	for (size_t i = 0; i < document->edits.count; i++) {
		struct codec_edit *row = &document->edits.items[i];
		if (!check_edit(check, i, row))
			return false;
		ARRAY_PUSH(check->source->arena, &check->plan->edits, row->edit);
	}
	return true;
}

/* ---- what is derived ---- */

static bool
check_count(struct check *check, const char *name, size_t claimed, size_t found)
{
	return claimed == found ||
		codec_refuse(check->source, arena_printf(check->source->arena, "summary.%s", name),
			"says %zu, but there are %zu", claimed, found);
}

/* A head that tells another story than the rest was edited by somebody. */
static bool
check_derived(struct check *check, struct codec_document *document)
{
	struct codec_document claimed = *document;
	codec_derive(document);
	for (size_t i = 0; i < CHANGE_ACTIONS; i++) {
		if (!check_count(check, change_action_name((enum change_action)i),
			    claimed.counts[i], document->counts[i]))
			return false;
	}
	/* Older plans do not say. */
	if (claimed.left_out &&
		!check_count(check, "left_out", claimed.left_out, document->left_out))
		return false;
	if (!check_count(check, "steps", claimed.steps, document->steps))
		return false;
	if (claimed.changed != document->changed)
		return codec_refuse(check->source, "changed", "is not what the plan does");
	return claimed.applicable == document->applicable ||
		codec_refuse(check->source, "applicable", "is not what the plan says");
}

bool
codec_check(const struct codec_source *source, struct codec_document *document)
{
	struct check check = {
		.source = source,
		.plan = &document->plan,
		.users = { .arena = source->arena },
	};
	count_findings(&check, &document->plan.findings);
	return check_head(&check) && check_users(&check) && check_steps(&check) &&
		check_edits(&check, document) && check_derived(&check, document);
}
