/*
 * planner_credentials.c - `rehome credentials`: a new password or other keys for managed accounts.
 */
#include <string.h>

#include "core/base/text.h"
#include "core/plan/planner_internal.h"

static void
set_shadow(struct planner *planner, const char *login, size_t field, const char *before,
	const char *after)
{
	struct edit edit = {
		.kind = EDIT_SET_FIELD,
		.file = ACCOUNTDB_SHADOW,
		.user = login,
		.name = login,
		.field = field,
		.before = before,
		.after = after,
	};
	planner_add_edit(planner, edit);
}

static void
renew_password(struct planner *planner, struct change *change, struct accountdb_line *shadow)
{
	struct plan_secret *secret =
		plan_secrets_get(planner->secrets, change->login, planner->arena);
	secret->before = arena_strdup(planner->arena, accountdb_field(shadow, SHADOW_HASH));
	secret->generated = true;
	set_shadow(planner, change->login, SHADOW_HASH, NULL, NULL);

	/* passwd(1) does the same; an old date could count as aged. */
	const char *before = accountdb_field(shadow, SHADOW_CHANGED);
	const char *today = arena_printf(planner->arena, "%lld", (long long)planner->today);
	if (strcmp(before, today) != 0 && planner->today > 365)
		set_shadow(planner, change->login, SHADOW_CHANGED,
			arena_strdup(planner->arena, before), today);
	change->after.password = PASSWORD_GENERATED;
	planner_add_line(change, planner->arena, "password", "a new one, in the handout");
}

static bool
look_at_keys(
	struct planner *planner, const struct credentials_request *request, struct change *change)
{
	struct key_file file;
	if (!planner_read_keys(planner, change->login, &file, planner->diags))
		return false;
	change->before.keys = change->after.keys = planner_fingerprints_of(planner, &file);
	if (!request->keys.count)
		return true;
	change->after.keys = planner_fingerprints(planner, &request->keys);
	ARRAY_FOREACH (fingerprint, &change->after.keys)
		planner_add_line(change, planner->arena, "key", *fingerprint);
	struct string_list keys =
		planner_keys_from(planner, &request->keys, NULL, change->after.profile);
	planner_write_keys(planner, change->login, &keys, &file);
	return true;
}

const struct managed_account *
planner_find_managed(struct planner *planner, const char *login)
{
	const struct managed_account *managed =
		table_get(&planner->snapshot->managed->by_login, login);
	const struct accountdb *db = &planner->snapshot->db;
	uint32_t uid;
	if (!managed) {
		diag_error(planner->diags, NOWHERE, "'%s' is not an account that rehome manages",
			login);
		const struct managed_account *renamed =
			managed_find(planner->snapshot->managed, login);
		if (renamed)
			diag_hint(planner->diags, "It is called '%s' now.", renamed->login);
		else
			diag_hint(planner->diags, "List them with: rehome status");
		return NULL;
	}
	const struct accountdb_line *passwd = planner_passwd_line(planner, managed);
	if (passwd && (managed->nss || accountdb_find(db, ACCOUNTDB_SHADOW, login)) &&
		accountdb_line_id(passwd, PASSWD_UID, &uid) && uid == managed->uid)
		return managed;
	diag_error(planner->diags, NOWHERE,
		"the account '%s' is gone, or is not the one that rehome made", login);
	diag_code(planner->diags, "uid-drift");
	diag_user(planner->diags, login);
	diag_hint(planner->diags, "See rehome status %s.", login);
	return NULL;
}

static int64_t
day_of(const char *expires)
{
	return *expires ? strtoll(expires, NULL, 10) : ACCOUNT_NEVER;
}

void
planner_read_expiry(
	const char *expires, const struct managed_account *managed, struct account_facts *facts)
{
	const struct managed_standing *standing = managed ? &managed->standing : NULL;
	bool is_closed = strcmp(expires, EDIT_BORN_EXPIRED) == 0;
	bool waits = is_closed && standing && standing->state == MANAGED_STAGED;
	facts->expires = day_of(waits ? standing->expires : expires);
	facts->disabled = is_closed && !waits;
	facts->staged = waits || (is_closed && standing && standing->staged);
}

struct account_facts
planner_present_facts(struct planner *planner, const struct managed_account *managed)
{
	const struct accountdb_line *passwd = planner_passwd_line(planner, managed);
	const struct accountdb_line *shadow =
		accountdb_find(&planner->snapshot->db, ACCOUNTDB_SHADOW, managed->login);
	const char *gecos = accountdb_field(passwd, PASSWD_GECOS);
	const char *expires = shadow ? accountdb_field(shadow, SHADOW_EXPIRE) : "";
	struct account_facts facts = {
		.uid = managed->uid,
		.gid = managed->gid,
		.home = arena_strdup(planner->arena, accountdb_field(passwd, PASSWD_HOME)),
		.full_name = arena_strndup(planner->arena, gecos, strcspn(gecos, ",")),
		.shell = arena_strdup(planner->arena, accountdb_field(passwd, PASSWD_SHELL)),
		.layout = managed->layout,
		.profile = managed->profile,
		.groups = *accountdb_groups_of(&planner->snapshot->db, managed->login),
		.password = PASSWORD_KEPT,
	};
	planner_read_expiry(expires, managed, &facts);
	if (managed->nss)
		facts.disabled = managed->standing.state == MANAGED_DISABLED;
	return facts;
}

struct change *
planner_no_change_of(struct planner *planner, const struct managed_account *managed)
{
	struct change *change = ARENA_NEW(planner->arena, struct change);
	*change = (struct change){
		.action = CHANGE_UNCHANGED,
		.login = managed->login,
		.source = managed->source,
		.key = managed->key,
		.nss = managed->nss,
		.has_before = true,
		.has_after = true,
		.before = planner_present_facts(planner, managed),
		.findings = { .arena = planner->arena },
	};
	change->full_name = change->before.full_name;
	change->after = change->before;
	table_set(&planner->logins, change->login, change);
	return change;
}

struct change *
planner_change_of_managed(struct planner *planner, const struct managed_account *managed)
{
	struct change *change = planner_no_change_of(planner, managed);
	change->action = CHANGE_CHANGE;
	ARRAY_PUSH(planner->arena, &planner->plan->changes, change);
	return change;
}

static bool
renew(struct planner *planner, const struct credentials_request *request, const char *login)
{
	const struct managed_account *managed = planner_find_managed(planner, login);
	if (!managed)
		return false;
	struct change *change = planner_change_of_managed(planner, managed);
	if (request->new_password && managed->nss) {
		diag_error(
			planner->diags, NOWHERE, "the password of '%s' is the directory's", login);
		diag_user(planner->diags, login);
		diag_hint(planner->diags, "Give it a new one there; keys can be given here.");
		return false;
	}
	if (request->new_password)
		renew_password(planner, change,
			accountdb_find(&planner->snapshot->db, ACCOUNTDB_SHADOW, login));
	return look_at_keys(planner, request, change);
}

bool
planner_make_credentials(const struct config *config, const struct credentials_request *request,
	struct snapshot *snapshot, const char *reason, struct arena *arena, struct plan **ret_plan,
	struct plan_secrets *ret_secrets, struct diags *diags)
{
	struct planner planner;
	bool ok = true;
	planner_init(&planner, config, snapshot, reason, arena, ret_secrets, diags);
	ARRAY_FOREACH (login, &request->logins) {
		if (!table_get(&planner.logins, *login))
			ok = renew(&planner, request, *login) && ok;
	}
	ok = ok && planner_share(&planner);
	planner_finish(&planner);
	if (!ok)
		return false;
	plan_count(planner.plan);
	*ret_plan = planner.plan;
	return true;
}
