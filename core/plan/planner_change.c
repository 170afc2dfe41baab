/*
 * planner_change.c - an account that rehome manages: what the source says now against what is.
 *
 * Only what the source gives is compared; a password counts at creation alone. What this version
 * does not do to an account that lives (move its home, change its uid) is blocked, with the reason.
 * Who leaves, or comes back, is planner_leave.c's.
 */
#include <string.h>

#include "core/model/password.h"
#include "core/plan/planner_internal.h"

void
planner_set_field(const struct update *update, enum accountdb_file file, size_t field,
	const char *before, const char *after)
{
	struct edit edit = {
		.kind = EDIT_SET_FIELD,
		.file = file,
		.user = update->change->login,
		.name = update->change->login,
		.field = field,
		.before = before,
		.after = after,
	};
	planner_add_edit(update->planner, edit);
}

static void
tell(const struct update *update, const char *what, const char *before, const char *after)
{
	planner_add_line(update->change, update->planner->arena, what,
		arena_printf(update->planner->arena, "%s -> %s", *before ? before : "(none)",
			*after ? after : "(none)"));
}

static const char *
copy_field(const struct update *update, const struct accountdb_line *line, size_t field)
{
	return arena_strdup(update->planner->arena, accountdb_field(line, field));
}

/* ---- field by field ---- */

/* gecos is "full name,room,phone,..."; only the name is ours. */
static void
update_name(const struct update *update)
{
	struct arena *arena = update->planner->arena;
	const char *gecos = copy_field(update, update->passwd, PASSWD_GECOS);
	size_t length = strcspn(gecos, ",");
	const char *before = arena_strndup(arena, gecos, length);
	update->change->before.full_name = update->change->after.full_name = before;
	if (!account_has(update->account, ACCOUNT_FULL_NAME))
		return;
	const char *after = planner_gecos(update->planner, update->account, update->change);
	if (strcmp(before, after) == 0)
		return;
	update->change->after.full_name = after;
	tell(update, "name", before, after);
	planner_set_field(update, ACCOUNTDB_PASSWD, PASSWD_GECOS, gecos,
		arena_printf(arena, "%s%s", after, gecos + length));
}

static void
update_shell(const struct update *update)
{
	const char *before = copy_field(update, update->passwd, PASSWD_SHELL);
	update->change->before.shell = update->change->after.shell = before;
	planner_check_shell(update->planner, update->account, update->change);
	if (!account_has(update->account, ACCOUNT_SHELL) ||
		strcmp(before, update->account->shell) == 0)
		return;
	update->change->after.shell = update->account->shell;
	tell(update, "shell", before, update->account->shell);
	planner_set_field(update, ACCOUNTDB_PASSWD, PASSWD_SHELL, before, update->account->shell);
}

/* Name and shell of an account of the name service are its own. */
static void
read_nss_fields(const struct update *update)
{
	struct change *change = update->change;
	const char *gecos = copy_field(update, update->passwd, PASSWD_GECOS);
	change->before.full_name =
		arena_strndup(update->planner->arena, gecos, strcspn(gecos, ","));
	change->before.shell = copy_field(update, update->passwd, PASSWD_SHELL);
	change->after.full_name = change->before.full_name;
	change->after.shell = change->before.shell;
}

static char *
day_text(const struct update *update, int64_t day)
{
	return day == ACCOUNT_NEVER ? arena_strdup(update->planner->arena, "")
				    : arena_printf(update->planner->arena, "%lld", (long long)day);
}

/* The expiry of an account that the run closes while it works on it. */
static void
set_gate(const struct update *update, const char *before, const char *after)
{
	struct edit edit = {
		.kind = EDIT_GATE,
		.file = ACCOUNTDB_SHADOW,
		.user = update->change->login,
		.name = update->change->login,
		.field = SHADOW_EXPIRE,
		.before = before,
		.after = after,
	};
	if (update->gated)
		planner_add_edit(update->planner, edit);
}

static void
update_expiry(const struct update *update)
{
	struct account_facts *before = &update->change->before, *after = &update->change->after;
	const char *text = update->shadow ? copy_field(update, update->shadow, SHADOW_EXPIRE) : "";
	planner_read_expiry(text, update->managed, before);
	after->expires = before->expires;
	after->disabled = before->disabled;
	after->staged = before->staged;
	if (update->gated && account_has(update->account, ACCOUNT_STATE) &&
		update->account->state == ACCOUNT_DISABLED) {
		after->disabled = true;
		set_gate(update, text, EDIT_BORN_EXPIRED);
		return;
	}
	if (!account_has(update->account, ACCOUNT_EXPIRES) || !update->shadow ||
		update->change->nss || update->account->expires == before->expires ||
		before->disabled) {
		set_gate(update, text, text);
		return;
	}
	after->expires = update->account->expires;
	if (after->expires != ACCOUNT_NEVER && after->expires <= update->planner->today)
		planner_warn(update->planner, update->change,
			planner_place(update->account, ACCOUNT_EXPIRES), "expired",
			"the account has expired already");
	tell(update, "expires", planner_day_words(before->expires, update->planner->arena),
		planner_day_words(after->expires, update->planner->arena));
	if (before->staged)
		set_gate(update, text, text); /* the registry keeps the other for the activation */
	else if (update->gated)
		set_gate(update, text, day_text(update, after->expires));
	else
		planner_set_field(update, ACCOUNTDB_SHADOW, SHADOW_EXPIRE, text,
			day_text(update, after->expires));
}

static void
remove_member(const struct update *update, const char *group)
{
	struct edit edit = {
		.kind = EDIT_REMOVE_MEMBER,
		.file = ACCOUNTDB_GROUP,
		.user = update->change->login,
		.name = group,
		.member = update->change->login,
	};
	struct accountdb_line *gshadow =
		accountdb_find(&update->planner->snapshot->db, ACCOUNTDB_GSHADOW, group);
	planner_add_edit(update->planner, edit);
	edit.file = ACCOUNTDB_GSHADOW;
	if (gshadow && accountdb_is_member(gshadow, planner_present_login(update->change)))
		planner_add_edit(update->planner, edit);
}

static void
join(const struct update *update, const char *group)
{
	if (string_list_has(&update->change->before.groups, group) ||
		string_list_has(&update->change->after.groups, group))
		return;
	string_list_push(update->planner->arena, &update->change->after.groups, group);
	planner_add_member(update->planner, update->change->login, group);
	if (!update->managed)
		return; /* an adoption says it in its own line */
	planner_add_line(update->change, update->planner->arena, "group",
		arena_printf(update->planner->arena, "+ %s", group));
}

/* Groups that other administrators gave are theirs: only what rehome gave is taken away. */
static bool
is_taken_away(const struct update *update, const char *group)
{
	if (!update->managed || !string_list_has(&update->managed->groups, group) ||
		strcmp(group, update->planner->plan->jail_group) == 0)
		return false;
	if (planner_group_is_profile(update->planner, group))
		return !update->profile_group || strcmp(group, update->profile_group) != 0;
	return account_has(update->account, ACCOUNT_GROUPS) &&
		!string_list_has(&update->account->groups, group);
}

static void
update_groups(const struct update *update)
{
	struct planner *planner = update->planner;
	struct change *change = update->change;
	change->before.groups =
		*accountdb_groups_of(&planner->snapshot->db, planner_present_login(change));
	ARRAY_FOREACH (group, &change->before.groups) {
		if (is_taken_away(update, *group)) {
			remove_member(update, *group);
			planner_add_line(change, planner->arena, "group",
				arena_printf(planner->arena, "- %s", *group));
			continue;
		}
		string_list_push(planner->arena, &change->after.groups, *group);
	}
	join(update, planner->plan->jail_group);
	if (update->profile_group)
		join(update, update->profile_group);
	if (!account_has(update->account, ACCOUNT_GROUPS))
		return;
	planner_check_groups(planner, update->account, change);
	ARRAY_FOREACH (group, &update->account->groups) {
		if (strcmp(*group, change->login) != 0)
			join(update, *group);
	}
}

/* As was decided: an account that comes in with the empty password does not keep it. */
static void
replace_empty_password(const struct update *update)
{
	struct change *change = update->change;
	struct plan_secret *secret =
		plan_secrets_get(update->planner->secrets, change->login, update->planner->arena);
	bool is_new = update->account->secret == ACCOUNT_SECRET_NEW;
	secret->before = "";
	secret->generated = is_new;
	change->after.password = is_new ? PASSWORD_GENERATED : PASSWORD_NONE;
	if (!is_new)
		secret->hash = "*";
	planner_add_line(change, update->planner->arena, "password",
		is_new ? "empty -> a new one in the handout" : "empty -> none");
	planner_set_field(update, ACCOUNTDB_SHADOW, SHADOW_HASH, NULL, NULL);
}

/* policy.passwords.existing: enforce. Otherwise a user's own change is never undone. */
static void
update_password(const struct update *update)
{
	struct change *change = update->change;
	const struct account *account = update->account;
	change->before.password = change->after.password = PASSWORD_KEPT;
	if (!update->shadow)
		return;
	const char *now = copy_field(update, update->shadow, SHADOW_HASH);
	if (account->secret != ACCOUNT_SECRET_POLICY && !*now) {
		replace_empty_password(update);
		return;
	}
	if (!update->planner->config->policy.enforce_passwords)
		return;
	bool plain = account_has(account, ACCOUNT_PASSWORD);
	bool hash = !plain && account_has(account, ACCOUNT_PASSWORD_HASH);
	if (!plain && !hash)
		return;
	if (*now == '!') {
		planner_warn(update->planner, change, planner_place(account, ACCOUNT_PASSWORD),
			"password-locked", "the password was locked here and stays so");
		planner_hint(change, "To unlock it: passwd -u %s", change->login);
		return;
	}
	if ((plain && password_matches(account->password, now)) ||
		(hash && strcmp(account->password_hash, now) == 0))
		return;
	struct plan_secret *secret =
		plan_secrets_get(update->planner->secrets, change->login, update->planner->arena);
	secret->before = now;
	if (plain)
		secret->password = account->password;
	else
		secret->hash = account->password_hash;
	change->after.password = plain ? PASSWORD_GIVEN : PASSWORD_HASH;
	planner_add_line(change, update->planner->arena, "password", "set as in the source");
	planner_set_field(update, ACCOUNTDB_SHADOW, SHADOW_HASH, NULL, NULL);
}

/* Of those that change only: an account that is meant to have no way in is no news every day. */
static void
warn_when_shut_out(const struct update *update)
{
	const char *hash = update->shadow ? accountdb_field(update->shadow, SHADOW_HASH) : "*";
	if (!update->change->nss && !planner_is_blocked(update->change) &&
		(*hash == '*' || *hash == '!') && update->change->after.password == PASSWORD_KEPT &&
		!update->change->after.keys.count)
		planner_warn_no_login(update->planner, update->account, update->change);
}

/* ---- the jail ---- */

/* What the account was given before, as the registry remembers it. */
static struct folder_list
known_folders(const struct update *update)
{
	struct planner *planner = update->planner;
	struct diags ignored = { .arena = planner->arena };
	struct folder_list folders = { 0 };
	if (!update->managed->folders ||
		!folder_list_parse(
			update->managed->folders, NOWHERE, planner->arena, &folders, &ignored))
		return (struct folder_list){ 0 };
	return folders;
}

static void
tell_layout(const struct update *update)
{
	struct change *change = update->change;
	const char *before = change->before.layout, *after = change->after.layout;
	if (before && after && strcmp(before, after) != 0)
		planner_add_line(change, update->planner->arena, "layout",
			arena_printf(update->planner->arena, "%s -> %s", before, after));
}

static void
update_folders(const struct update *update, const struct folder_list *known)
{
	struct planner *planner = update->planner;
	struct change *change = update->change;
	bool listed = account_has(update->account, ACCOUNT_FOLDERS);
	if (!listed && !account_has(update->account, ACCOUNT_LAYOUT))
		return;
	const struct folder_list *folders =
		planner_folders_of(planner, update->account, change, &change->after.layout);
	tell_layout(update);
	planner_make_missing_folders(planner, change, folders);
	change->after.folders = planner_folder_texts(planner, folders);
	/* A layout that does not exist has no folders, and says nothing of those that were. */
	if (!planner_is_blocked(change))
		planner_keep_dropped_folders(planner, change,
			planner_place(update->account, listed ? ACCOUNT_FOLDERS : ACCOUNT_LAYOUT),
			known, folders);
}

static void
update_jail(const struct update *update)
{
	struct planner *planner = update->planner;
	struct change *change = update->change;
	struct diags problems = { .arena = planner->arena };
	struct host_entry entry;
	struct folder_list known = known_folders(update);
	const char *home = copy_field(update, update->passwd, PASSWD_HOME);
	change->before.home = change->after.home = home;
	change->before.layout = change->after.layout = update->managed->layout;
	change->before.folders = change->after.folders = planner_folder_texts(planner, &known);

	if (account_has(update->account, ACCOUNT_HOME) && !change->old_login &&
		strcmp(update->account->home, home) != 0) {
		planner_block(planner, change, planner_place(update->account, ACCOUNT_HOME),
			"home-move", "the home is %s; this version does not move homes", home);
		planner_hint(change, "Keep %s in the source.", home);
		return;
	}
	if (!jail_path_is_normal(home) ||
		!host_inspect(planner->snapshot->host, home, &entry, &problems) || !entry.exists) {
		planner_block(planner, change, update->account->place, "home-missing",
			"the home %s is missing", home);
		planner_hint(change, "See `rehome verify %s`.", planner_present_login(change));
		return;
	}
	if (change->old_login)
		planner_rename_home(update, home, &entry);
	update_folders(update, &known);
}

static void
refuse_uid_change(const struct update *update)
{
	const struct account *account = update->account;
	unsigned uid = update->change->before.uid;
	if (!account_has(account, ACCOUNT_UID) || account->uid == uid)
		return;
	planner_block(update->planner, update->change, planner_place(account, ACCOUNT_UID),
		"uid-change", "the account has uid %u; this version does not change uids", uid);
	if (planner_is_of_entry(account))
		planner_hint(update->change,
			"Write uid %u there, or take no uids from the directory: uid: [] in map:.",
			uid);
	else
		planner_hint(update->change, "Keep uid %u in the source.", uid);
}

/* Of an account that rehome does not manage yet. Somebody here may have shut it for a reason: a
 * source does not open it again. */
static void
compare_state(const struct update *update)
{
	const struct account *account = update->account;
	struct planner *planner = update->planner;
	struct change *change = update->change;
	struct place place = planner_place(account, ACCOUNT_STATE);
	if (!account_has(account, ACCOUNT_STATE))
		return;
	if (account->state == ACCOUNT_ACTIVE) {
		if (!change->before.disabled)
			return;
		planner_warn(planner, change, place, "disabled",
			"cannot log in: the account is disabled here, though active in the source");
		planner_hint(change, "To open it again: chage -E -1 %s", change->login);
		return;
	}
	if (change->after.disabled)
		return;
	planner_block(planner, change, place, "leave",
		account->state == ACCOUNT_LEFT
			? "the source says that this person has left: rehome does not manage the "
			  "account, and does not begin to"
			: account->state == ACCOUNT_STAGED
			? "the source says that this account is not to be open yet"
			: "the source says that this account is disabled");
	planner_hint(change, "Take the row out, or disable the account by hand: chage -E 1 %s",
		change->login);
}

/* ---- the profile ---- */

/*
 * Where the source names no layout, the account has the one that it got when it was made, or the
 * default one. When that is gone from the configuration, what sshd does for the account stays as it
 * is.
 */
static void
update_profile(struct update *update)
{
	struct planner *planner = update->planner;
	struct change *change = update->change;
	const struct managed_account *managed = update->managed;
	const struct account *account = update->account;
	const struct jail_profile *profile = planner_layout_profile(planner, account);
	struct jail_profile present = { 0 };
	change->before.profile = managed->profile;
	if (!account_has(account, ACCOUNT_LAYOUT) && managed->layout) {
		const struct layout *layout = config_layout(planner->config, managed->layout);
		if (managed->profile && !profile_parse(managed->profile, planner->arena, &present))
			present = (struct jail_profile){ 0 };
		profile = layout ? &layout->profile : &present;
	}
	update->profile_group = planner_choose_profile(planner, account, profile, change);
}

/* ---- the whole ---- */

void
planner_update_present(const struct update *update)
{
	update_name(update);
	update_expiry(update);
	update_groups(update);
	update_password(update);
	if (!update->gated) /* an adoption can give a home to another uid */
		refuse_uid_change(update);
	compare_state(update);
}

/* An expiry that waits for its account to be opened is in no file. */
static bool
has_work(const struct planner *planner, const struct change *change, size_t edits, size_t steps)
{
	return planner->plan->edits.count != edits || planner->plan->steps.count != steps ||
		change->before.expires != change->after.expires;
}

static void
finish_change(const struct update *update)
{
	update->change->action = CHANGE_CHANGE;
	if (change_opens(update->change))
		(void)planner_check_jail_is_home(update->planner, update->managed,
			planner_place(update->account, ACCOUNT_EXPIRES), update->change);
	warn_when_shut_out(update);
}

static bool
is_closed(const struct managed_account *managed)
{
	return managed->standing.state == MANAGED_DISABLED ||
		managed->standing.state == MANAGED_RETIRED;
}

/* Whether the account is the one that rehome made. */
static bool
read_ids(const struct update *update)
{
	struct change *change = update->change;
	const struct managed_account *managed = update->managed;
	uint32_t uid, gid;
	if (!accountdb_line_id(update->passwd, PASSWD_UID, &uid) ||
		!accountdb_line_id(update->passwd, PASSWD_GID, &gid) || uid != managed->uid) {
		planner_block(update->planner, change, update->account->place, "uid-drift",
			"'%s' has uid %s now, rehome made it with uid %u", managed->login,
			accountdb_field(update->passwd, PASSWD_UID), (unsigned)managed->uid);
		planner_hint(change, "Somebody made the account anew; see `rehome status %s`.",
			managed->login);
		return false;
	}
	change->has_before = change->has_after = true;
	change->before.uid = change->after.uid = uid;
	change->before.gid = change->after.gid = gid;
	return true;
}

/* True when that is all that there is to be planned. */
static bool
rename_login(const struct update *update)
{
	if (!update->change->old_login)
		return false;
	planner_rename_lines(update);
	if (planner_is_blocked(update->change))
		return true;
	if (is_closed(update->managed))
		planner_rename_closed(update);
	return is_closed(update->managed);
}

static void
update_all(struct update *update)
{
	struct change *change = update->change;
	update_profile(update);
	if (change->nss) {
		read_nss_fields(update);
	} else {
		update_name(update);
		update_shell(update);
	}
	update_expiry(update);
	update_groups(update);
	planner_update_keys(update);
	update_password(update);
	update_jail(update);
	refuse_uid_change(update);
	planner_describe_profile(update->planner, update->account, change);
	if (!change->old_login) /* the next plan knows it by its new name */
		planner_look_at_contents_again(
			update->planner, update->account, update->managed, change);
}

void
planner_change(struct planner *planner, const struct account *account,
	const struct managed_account *managed, struct accountdb_line *passwd, struct change *change)
{
	struct update update = {
		.planner = planner,
		.account = account,
		.managed = managed,
		.passwd = passwd,
		.shadow = accountdb_find(
			&planner->snapshot->db, ACCOUNTDB_SHADOW, planner_present_login(change)),
		.change = change,
		.gated = change->old_login,
	};
	size_t edits = planner->plan->edits.count, steps = planner->plan->steps.count;
	if (!read_ids(&update) || rename_login(&update) ||
		planner_compare_state(planner, account, managed, passwd, update.shadow, change))
		return;
	update_all(&update);
	if (has_work(planner, change, edits, steps))
		finish_change(&update);
	else
		change->action = CHANGE_UNCHANGED;
}
