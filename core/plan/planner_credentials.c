/*
 * planner_credentials.c - `rehome credentials`: a new password or other keys for managed accounts.
 */
#include <string.h>
#include <time.h>

#include "core/base/text.h"
#include "core/model/ssh_key.h"
#include "core/plan/planner_internal.h"

static bool
renew_password(struct planner *planner, struct change *change, struct accountdb_line *shadow)
{
	struct edit edit = {
		.kind = EDIT_SET_FIELD,
		.file = ACCOUNTDB_SHADOW,
		.user = change->login,
		.name = change->login,
		.field = SHADOW_HASH,
	};
	const char *before = arena_strdup(planner->arena, accountdb_field(shadow, SHADOW_HASH));
	struct plan_secret *secret =
		plan_secrets_get(planner->secrets, change->login, planner->arena);
	secret->before = before;
	secret->generated = true;
	planner_add_edit(planner, edit);

	/* passwd(1) does the same; an old date could count as aged. */
	edit.field = SHADOW_CHANGED;
	edit.before = arena_strdup(planner->arena, accountdb_field(shadow, SHADOW_CHANGED));
	edit.after = arena_printf(planner->arena, "%lld", (long long)planner->today);
	if (strcmp(edit.before, edit.after) != 0 && planner->today > 365)
		planner_add_edit(planner, edit);
	change->after.password = PASSWORD_GENERATED;
	planner->has_passwords = true;
	planner_add_line(change, planner->arena, "password", "a new one, in the handout");
	return true;
}

static bool
replace_keys(
	struct planner *planner, const struct credentials_request *request, struct change *change)
{
	struct host_entry entry;
	struct bytes bytes;
	bool exists;
	const char *path = planner_keys_path(planner, change->login);
	if (!host_inspect(planner->snapshot->host, path, &entry, planner->diags) ||
		!host_read_file(planner->snapshot->host, path, planner->arena, &exists, &bytes,
			planner->diags))
		return false;
	const char *before = exists ? arena_strndup(planner->arena, bytes.data, bytes.size) : NULL;
	struct host_owner owner = { entry.st.st_uid, entry.st.st_gid, entry.st.st_mode & 07777 };
	ARRAY_FOREACH (key, &request->keys) {
		const char *fingerprint = ssh_key_fingerprint(*key, planner->arena);
		string_list_push(planner->arena, &change->after.keys, fingerprint);
		planner_add_line(change, planner->arena, "key", fingerprint);
	}
	planner_write_keys(planner, change, &request->keys, before, &owner);
	return true;
}

static bool
renew(struct planner *planner, const struct credentials_request *request, const char *login)
{
	const struct managed_account *managed =
		table_get(&planner->snapshot->managed->by_login, login);
	struct accountdb_line *passwd =
		accountdb_find(&planner->snapshot->db, ACCOUNTDB_PASSWD, login);
	struct accountdb_line *shadow =
		accountdb_find(&planner->snapshot->db, ACCOUNTDB_SHADOW, login);
	if (!managed || !passwd || !shadow) {
		diag_error(planner->diags, NOWHERE, "'%s' is not an account that rehome manages",
			login);
		diag_hint(planner->diags, "List them with: rehome status");
		return false;
	}
	struct change *change = ARENA_NEW(planner->arena, struct change);
	change->action = CHANGE_CHANGE;
	change->findings.arena = planner->arena;
	change->login = managed->login;
	change->source = managed->source;
	change->key = managed->key;
	change->has_before = change->has_after = true;
	change->before = (struct account_facts){
		.uid = managed->uid,
		.gid = managed->gid,
		.home = managed->home,
		.full_name = "",
		.shell = arena_strdup(planner->arena, accountdb_field(passwd, PASSWD_SHELL)),
		.layout = managed->layout,
		.groups = *accountdb_groups_of(&planner->snapshot->db, login),
		.expires = ACCOUNT_NEVER,
		.password = PASSWORD_KEPT,
	};
	change->after = change->before;
	table_set(&planner->logins, change->login, change);
	ARRAY_PUSH(planner->arena, &planner->plan->changes, change);
	planner->accounts++;
	return (!request->new_password || renew_password(planner, change, shadow)) &&
		(!request->keys.count || replace_keys(planner, request, change));
}

bool
planner_make_credentials(const struct config *config, const struct credentials_request *request,
	struct snapshot *snapshot, const char *reason, struct arena *arena, struct plan **ret_plan,
	struct plan_secrets *ret_secrets, struct diags *diags)
{
	static const struct planner_options no_options;
	struct planner planner = {
		.config = config,
		.snapshot = snapshot,
		.options = &no_options,
		.arena = arena,
		.plan = planner_new_plan(config, snapshot, reason, arena),
		.secrets = ret_secrets,
		.diags = diags,
		.logins = { .arena = arena },
		.ids = { .arena = arena },
		.new_groups = { .arena = arena },
		.made_dirs = { .arena = arena },
		.today = time(NULL) / 86400,
	};
	bool ok = true;
	*ret_secrets = (struct plan_secrets){
		.plan_id = planner.plan->id,
		.by_login = { .arena = arena },
	};
	ARRAY_FOREACH (login, &request->logins) {
		if (!table_get(&planner.logins, *login))
			ok = renew(&planner, request, *login) && ok;
	}
	if (!ok || !planner_share(&planner))
		return false;
	planner.plan->counts[CHANGE_CHANGE] = planner.plan->changes.count;
	*ret_plan = planner.plan;
	return true;
}
