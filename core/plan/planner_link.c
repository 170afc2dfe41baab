/*
 * planner_link.c - `rehome link --import`: managed accounts are bound to the persons of another
 * source, by what somebody decided.
 *
 * A plan without steps: nothing of the host changes, the registry does. What was decided is held
 * against what is now: the sheet may be older than the accounts, and the source.
 */
#include <string.h>

#include "core/base/text.h"
#include "core/plan/planner_internal.h"

struct linking {
	struct planner planner;
	const struct link_request *request;
	struct table persons; /* key of NEW, escaped -> struct account */
	struct table logins;  /* login -> struct link_binding that binds it */
	struct table keys;    /* key of NEW, escaped -> struct link_binding that gives it away */
};

static bool refuse(struct linking *linking, struct place place, const char *code,
	const char *format, ...) PRINTF_LIKE(4, 5);

/* Always false. */
static bool
refuse(struct linking *linking, struct place place, const char *code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	diag_error(linking->planner.diags, place, "%s",
		arena_vprintf(linking->planner.arena, format, args));
	va_end(args);
	diag_code(linking->planner.diags, code);
	return false;
}

static bool PRINTF_LIKE(2, 3) advise(struct linking *linking, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	diag_hint(
		linking->planner.diags, "%s", arena_vprintf(linking->planner.arena, format, args));
	va_end(args);
	return false;
}

static const char *
escaped(const struct linking *linking, const char *text)
{
	return text_escaped(linking->planner.arena, text);
}

/* ---- one row against what is now ---- */

/* True when nobody bound this login, or gave this key away, before; or the row is the same again.
 */
static bool
check_twin(struct linking *linking, struct table *table, const char *value,
	const struct link_binding *binding, struct place place, const char *what)
{
	const struct link_binding *first = table_get(table, value);
	if (!first) {
		table_set(table, value, (void *)binding);
		return true;
	}
	refuse(linking, place, "linked-twice", "%s '%s' is linked on line %u already", what, value,
		first->place.line);
	return advise(linking, "Keep 'link' in one of the two rows.");
}

static const struct account *
find_person(struct linking *linking, const struct link_binding *binding)
{
	const struct account *person = table_get(&linking->persons, binding->new_key);
	const char *name = linking->request->source->name;
	if (person)
		return person;
	if (!*binding->new_key) {
		refuse(linking, binding->new_key_place, "no-key",
			"'%s' is to be linked, and no key of %s is given", binding->login, name);
		advise(linking, "Write the person's key there, or another decision.");
	} else {
		refuse(linking, binding->new_key_place, "no-such-key", "%s has no key '%s'", name,
			binding->new_key);
		advise(linking,
			"Export the sheet anew: the person left %s, or the cell was changed.",
			name);
	}
	return NULL;
}

static bool
is_of(const struct linking *linking, const struct managed_account *managed, const char *source,
	const char *key)
{
	return strcmp(managed->source, source) == 0 &&
		strcmp(escaped(linking, managed->key), key) == 0;
}

static bool
check_origin(struct linking *linking, const struct link_binding *binding,
	const struct managed_account *managed)
{
	if (is_of(linking, managed, linking->request->old_scope, binding->old_key))
		return true;
	refuse(linking, binding->old_key_place, "stale", "'%s' is %s '%s' now, not %s '%s'",
		binding->login, managed->source, managed->key, linking->request->old_scope,
		binding->old_key);
	return advise(linking, "Export the sheet anew.");
}

/* Two accounts of one person would fight for it at every plan. */
static bool
check_free(struct linking *linking, const struct link_binding *binding,
	const struct managed_account *owner)
{
	if (!owner)
		return true;
	refuse(linking, binding->new_key_place, "key-taken", "'%s' is account '%s' already",
		binding->new_key, owner->login);
	return advise(linking,
		"A person has one account: remove the other one first, or decide "
		"'stay'.");
}

static const struct managed_account *
find_account(struct linking *linking, const struct link_binding *binding)
{
	struct planner *planner = &linking->planner;
	const struct managed_account *managed =
		table_get(&planner->snapshot->managed->by_login, binding->login);
	uint32_t uid;
	if (!managed) {
		refuse(linking, binding->login_place, "unknown-login",
			"'%s' is not an account that rehome manages", binding->login);
		advise(linking, "List them with: rehome status");
		return NULL;
	}
	const struct accountdb_line *line = planner_passwd_line(planner, managed);
	if (line && accountdb_line_id(line, PASSWD_UID, &uid) && uid == managed->uid)
		return managed;
	refuse(linking, binding->login_place, "uid-drift",
		"the account '%s' is gone, or is not the one that rehome made", binding->login);
	advise(linking, "See rehome status %s.", binding->login);
	return NULL;
}

/* ---- the change ---- */

static void
add_change(struct linking *linking, const struct link_binding *binding,
	const struct managed_account *managed, const struct account *person)
{
	struct planner *planner = &linking->planner;
	struct change *change = planner_change_of_managed(planner, managed);
	change->source = planner_origin(person, planner->arena);
	change->key = person->key;
	change->place = binding->place;
	change->old_source = managed->source;
	change->old_key = managed->key;
	planner_add_line(change, planner->arena, "origin",
		arena_printf(planner->arena, "%s '%s' -> %s '%s'", managed->source, managed->key,
			change->source, change->key));
	if (person->username && !person->username_generated &&
		strcmp(person->username, managed->login) != 0)
		planner_add_line(change, planner->arena, "login",
			arena_printf(planner->arena,
				"is '%s' there: the next plan of %s renames it", person->username,
				linking->request->source->name));
}

static bool
bind(struct linking *linking, const struct link_binding *binding)
{
	struct planner *planner = &linking->planner;
	const struct managed_account *managed = find_account(linking, binding);
	const struct account *person = find_person(linking, binding);
	if (!managed || !person)
		return false;
	const char *scope = planner_origin(person, planner->arena);
	const struct managed_account *owner = table_get(&planner->snapshot->managed->by_key,
		managed_key(planner->arena, scope, person->key));
	if (!check_twin(linking, &linking->logins, binding->login, binding, binding->login_place,
		    "login") ||
		!check_twin(linking, &linking->keys, binding->new_key, binding,
			binding->new_key_place, "key"))
		return false;
	if (owner == managed) {
		diag_note(planner->diags, binding->place, "'%s' is linked already", binding->login);
		diag_code(planner->diags, "already-linked");
		return true;
	}
	if (!check_origin(linking, binding, managed) || !check_free(linking, binding, owner))
		return false;
	add_change(linking, binding, managed, person);
	return true;
}

static void
index_persons(struct linking *linking)
{
	ARRAY_FOREACH (person, &linking->request->source->accounts)
		table_set(&linking->persons, escaped(linking, (*person)->key), *person);
}

bool
planner_make_link(const struct config *config, const struct link_request *request,
	struct snapshot *snapshot, const char *reason, struct arena *arena, struct plan **ret_plan,
	struct plan_secrets *ret_secrets, struct diags *diags)
{
	struct linking linking = {
		.request = request,
		.persons = { .arena = arena },
		.logins = { .arena = arena },
		.keys = { .arena = arena },
	};
	struct planner *planner = &linking.planner;
	bool ok = true;
	planner_init(planner, config, snapshot, reason, arena, ret_secrets, diags);
	/* Nothing of the host decides here. */
	planner->plan->not_checked = (struct string_list){ 0 };
	planner_add_input(planner, request->source);
	index_persons(&linking);
	ARRAY_FOREACH (binding, &request->bindings)
		ok = bind(&linking, binding) && ok;
	planner_finish(planner);
	if (!ok)
		return false;
	planner_sort_changes(planner->plan);
	plan_count(planner->plan);
	*ret_plan = planner->plan;
	return true;
}
