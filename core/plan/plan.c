/*
 * plan.c - the words of a plan, what it amounts to, and its secrets.
 */
#include "core/plan/plan.h"

#include <string.h>

/* ---- words ---- */

static const struct {
	const char *name;
	char sign;
} actions[CHANGE_ACTIONS] = {
	[CHANGE_CREATE] = { "create", '+' },
	[CHANGE_ADOPT] = { "adopt", '~' },
	[CHANGE_CHANGE] = { "change", '~' },
	[CHANGE_LEAVE] = { "leave", '-' },
	[CHANGE_BLOCKED] = { "blocked", '!' },
	[CHANGE_UNCHANGED] = { "unchanged", ' ' },
};

static const char *const verbs[STEP_KINDS] = {
	[STEP_ARCHIVE_AHEAD] = "archive-ahead",
	[STEP_GATE] = "gate",
	[STEP_HOME_FREEZE] = "home-freeze",
	[STEP_ARCHIVE] = "archive",
	[STEP_DIR_CREATE] = "dir-create",
	[STEP_HOME_CREATE] = "home-create",
	[STEP_HOME_ADOPT] = "home-adopt",
	[STEP_HOME_COPY] = "home-copy",
	[STEP_HOME_FILL] = "home-fill",
	[STEP_HOME_RETIRE] = "home-retire",
	[STEP_HOME_RENAME] = "home-rename",
	[STEP_FSTAB_LINE] = "fstab-line",
	[STEP_HOME_BIND] = "home-bind",
	[STEP_FOLDER_CREATE] = "folder-create",
	[STEP_CONTENTS_CARRY] = "contents-carry",
	[STEP_KEYS_WRITE] = "keys-write",
	[STEP_DROPIN_WRITE] = "dropin-write",
	[STEP_SSHD_RELOAD] = "sshd-reload",
	[STEP_ACCOUNT_FILE] = "account-file",
	[STEP_CACHES_FLUSH] = "caches-flush",
	[STEP_ACCOUNTS_CHECK] = "accounts-check",
	[STEP_SESSIONS_END] = "sessions-end",
	[STEP_ACTIVATE] = "activate",
};

static const char *const password_kinds[] = {
	[PASSWORD_NONE] = "none",
	[PASSWORD_GIVEN] = "given",
	[PASSWORD_HASH] = "hash",
	[PASSWORD_GENERATED] = "generated",
	[PASSWORD_KEPT] = "kept",
};

/* The most that the header of a file in the archive and its line in the manifest take, compressed,
 * and what an archive takes in any case. */
enum { BYTES_A_FILE = 512, BYTES_AN_ARCHIVE = 64 * 1024 };

uint64_t
step_archive_room(const struct step_home *home)
{
	uint64_t need = home->files * BYTES_A_FILE + (home->content ? home->bytes : 0);
	return need + need / 10 + BYTES_AN_ARCHIVE;
}

const char *
step_verb(enum step_kind kind)
{
	return verbs[kind];
}

bool
step_verb_parse(const char *verb, enum step_kind *ret_kind)
{
	for (size_t i = 0; i < STEP_KINDS; i++) {
		if (strcmp(verbs[i], verb) == 0) {
			*ret_kind = (enum step_kind)i;
			return true;
		}
	}
	return false;
}

const char *
change_action_name(enum change_action action)
{
	return actions[action].name;
}

bool
change_action_parse(const char *name, enum change_action *ret_action)
{
	for (size_t i = 0; i < CHANGE_ACTIONS; i++) {
		if (strcmp(actions[i].name, name) == 0) {
			*ret_action = (enum change_action)i;
			return true;
		}
	}
	return false;
}

char
change_action_sign(enum change_action action)
{
	return actions[action].sign;
}

const char *
password_kind_name(enum password_kind kind)
{
	return password_kinds[kind];
}

bool
password_kind_parse(const char *name, enum password_kind *ret_kind)
{
	for (size_t i = 0; i < ARRAY_LEN(password_kinds); i++) {
		if (strcmp(password_kinds[i], name) == 0) {
			*ret_kind = (enum password_kind)i;
			return true;
		}
	}
	return false;
}

/* ---- what it amounts to ---- */

void
plan_count(struct plan *plan)
{
	memset(plan->counts, 0, sizeof(plan->counts));
	plan->left_out = 0;
	ARRAY_FOREACH (change, &plan->changes) {
		plan->counts[(*change)->action]++;
		plan->left_out += change_is_left_out(*change);
	}
}

bool
change_is_left_out(const struct change *change)
{
	return change->left_out && change->action == CHANGE_UNCHANGED;
}

bool
change_is_work(const struct change *change)
{
	return change->action != CHANGE_BLOCKED && change->action != CHANGE_UNCHANGED;
}

const char *
change_word(const struct change *change)
{
	bool is_rename = change->old_login && change->action == CHANGE_CHANGE;
	return change_is_left_out(change) ? "left-out"
		: is_rename		  ? "rename"
					  : change_action_name(change->action);
}

bool
change_is_of_profile(const struct change *change)
{
	const char *before = change->before.profile, *after = change->after.profile;
	return change->action == CHANGE_CHANGE &&
		strcmp(before ? before : "", after ? after : "") != 0;
}

bool
change_opens(const struct change *change)
{
	const struct account_facts *before = &change->before, *after = &change->after;
	return change_is_work(change) && change->has_before && change->has_after &&
		!account_facts_are_closed(after) &&
		(account_facts_are_closed(before) || before->expires != after->expires);
}

bool
change_is_for_sshd(const struct change *change)
{
	return change->action == CHANGE_CREATE || change->action == CHANGE_ADOPT ||
		change_is_of_profile(change) || change_opens(change) ||
		(change_is_work(change) && change->old_login);
}

bool
change_ends_sessions(const struct plan *plan, const struct change *change)
{
	if (!change->nss || !change_is_work(change) || !change->has_after)
		return false;
	bool joins = !string_list_has(&change->before.groups, plan->jail_group) &&
		string_list_has(&change->after.groups, plan->jail_group);
	return change->action == CHANGE_CREATE || joins ||
		(change->after.disabled && !change->before.disabled);
}

bool
plan_has_work(const struct plan *plan)
{
	ARRAY_FOREACH (change, &plan->changes) {
		if (change_is_work(*change))
			return true;
	}
	return plan->steps.count || plan->edits.count;
}

bool
plan_is_applicable(const struct plan *plan)
{
	ARRAY_FOREACH (change, &plan->changes) {
		if ((*change)->action == CHANGE_BLOCKED)
			return false;
	}
	return !plan->findings.errors;
}

/* ---- secrets ---- */

struct plan_secret *
plan_secrets_get(struct plan_secrets *secrets, const char *login, struct arena *arena)
{
	struct plan_secret *secret = table_get(&secrets->by_login, login);
	if (secret)
		return secret;

	secret = ARENA_NEW(arena, struct plan_secret);
	secret->login = arena_strdup(arena, login);
	ARRAY_PUSH(arena, &secrets->items, secret);
	secrets->by_login.arena = arena;
	table_set(&secrets->by_login, secret->login, secret);
	return secret;
}

static bool
refuse_without_secret(const struct edit *edit, struct diags *diags)
{
	diag_error(diags, NOWHERE, "the password hash of '%s' is missing", edit->name);
	diag_code(diags, "secrets-missing");
	diag_user(diags, edit->user);
	diag_hint(diags,
		"Keep the .secrets file beside the plan, or make a new plan from the source.");
	return false;
}

/* The fields may be shared with the plan that this one is a part of. */
static bool
fill_line(struct plan *plan, struct edit *edit, const struct plan_secret *secret)
{
	const char *hash = !secret		 ? NULL
		: edit->kind == EDIT_REMOVE_LINE ? secret->before
						 : secret->hash;
	if (!hash)
		return false;
	edit->fields = arena_copy(plan->arena, edit->fields,
		accountdb_field_count(edit->file) * sizeof(*edit->fields));
	edit->fields[SHADOW_HASH] = hash;
	return true;
}

static bool
fill_field(struct edit *edit, const struct plan_secret *secret)
{
	const char *before = edit->before, *after = edit->after;
	if (!before && secret)
		before = secret->before;
	if (!after && secret)
		after = secret->hash;
	if (!before || !after)
		return false;
	edit->before = before;
	edit->after = after;
	return true;
}

static bool
fill(struct plan *plan, struct edit *edit, const struct plan_secrets *secrets)
{
	const struct plan_secret *secret = table_get(&secrets->by_login, edit->name);
	if (edit->file != ACCOUNTDB_SHADOW)
		return true;
	bool is_line = edit->kind == EDIT_ADD_LINE || edit->kind == EDIT_REMOVE_LINE;
	if (is_line && !edit->fields[SHADOW_HASH])
		return fill_line(plan, edit, secret);
	if (edit->kind == EDIT_SET_FIELD && edit->field == SHADOW_HASH)
		return fill_field(edit, secret);
	return true;
}

bool
plan_fill_secrets(struct plan *plan, const struct plan_secrets *secrets, struct diags *diags)
{
	bool complete = true;
	ARRAY_FOREACH (edit, &plan->edits) {
		if (!fill(plan, edit, secrets))
			complete = refuse_without_secret(edit, diags);
	}
	return complete;
}
