/*
 * planner_shared.c - what the accounts of a run share: directories, the drop-in, and the steps that
 * write the account files.
 */
#include <string.h>

#include "core/plan/planner_internal.h"

static bool
fault(struct planner *planner, const char *path, const char *code, const char *message,
	const char *hint)
{
	struct diags *findings = &planner->plan->findings;
	diag_error(findings, at(path, 0), "%s", message);
	diag_code(findings, code);
	diag_hint(findings, "%s", hint);
	return false;
}

/* ---- directories ---- */

/* What root will write in must be root's: anybody else could put things in its way. */
static bool
check_dir(struct planner *planner, const char *path, const struct stat *st)
{
	if (S_ISDIR(st->st_mode) && st->st_uid == 0 && !(st->st_mode & (S_IWGRP | S_IWOTH)))
		return true;
	return fault(planner, path, "dir-unsafe",
		"must be a directory of root's that only root may write to",
		arena_printf(planner->arena, "See ls -ld %s; correct its owner and mode.", path));
}

/* DIR_CREATE steps for a directory and its parents, where they are missing. */
static bool
make_dirs(struct planner *planner, const char *path)
{
	struct host_entry entry;
	if (strcmp(path, "/") == 0 || table_get(&planner->made_dirs, path))
		return true;
	if (!host_inspect(planner->snapshot->host, path, &entry, planner->diags))
		return false;
	table_set(&planner->made_dirs, path, planner);
	if (entry.exists) {
		(void)check_dir(planner, path, &entry.st);
		return true;
	}
	struct step step = {
		.kind = STEP_DIR_CREATE,
		.path = path,
		.owner = { .uid = 0, .gid = 0, .mode = 0755 },
	};
	if (!make_dirs(planner, planner_parent(path, planner->arena)))
		return false;
	ARRAY_PUSH(planner->arena, &planner->plan->steps, step);
	return true;
}

/* sshd reads the key files as the user who logs in. */
static bool
check_keys_dir(struct planner *planner)
{
	const char *path = planner->plan->keys_dir;
	struct host_entry entry;
	if (!host_inspect(planner->snapshot->host, path, &entry, planner->diags))
		return false;
	if (entry.exists && S_ISDIR(entry.st.st_mode) && !(entry.st.st_mode & S_IXOTH))
		(void)fault(planner, path, "keys-dir",
			"users may not enter it, so sshd could read nobody's keys",
			arena_printf(planner->arena, "Run: chmod 0755 %s", path));
	return true;
}

static bool
share_dirs(struct planner *planner)
{
	/* The steps array may grow while directories are added: walk by index. */
	struct plan *plan = planner->plan;
	bool has_keys = false;
	for (size_t i = 0, count = plan->steps.count; i < count; i++) {
		const struct step step = plan->steps.items[i];
		bool writes_keys = step.kind == STEP_KEYS_WRITE && step.content;
		bool makes_home = step.kind == STEP_HOME_CREATE || step.kind == STEP_HOME_FILL ||
			step.kind == STEP_HOME_RENAME;
		if ((makes_home || writes_keys) && !make_dirs(planner, step.base))
			return false;
		has_keys |= writes_keys;
	}
	return !has_keys || check_keys_dir(planner);
}

/* ---- the drop-in ---- */

static bool
read_dropin(struct planner *planner, const char **ret_text, struct host_owner *ret_owner)
{
	struct host_entry entry;
	struct bytes bytes;
	bool exists;
	const char *path = planner->plan->dropin;
	if (!host_inspect(planner->snapshot->host, path, &entry, planner->diags) ||
		!host_read_file(planner->snapshot->host, path, planner->arena, &exists, &bytes,
			planner->diags))
		return false;
	*ret_text = exists ? arena_strndup(planner->arena, bytes.data, bytes.size) : NULL;
	*ret_owner =
		(struct host_owner){ entry.st.st_uid, entry.st.st_gid, entry.st.st_mode & 07777 };
	return true;
}

static bool
has_members(const struct planner *planner, const char *group)
{
	const struct accountdb *db = &planner->snapshot->db;
	const struct accountdb_line *line = accountdb_find(db, ACCOUNTDB_GROUP, group);
	struct accountdb_line *login;
	size_t cursor = 0;
	uint32_t gid, primary;
	if (!line || !accountdb_line_id(line, GROUP_GID, &gid))
		return false;
	while ((login = accountdb_next(&planner->snapshot->db, ACCOUNTDB_PASSWD, &cursor))) {
		if (accountdb_line_id(login, PASSWD_GID, &primary) && primary == gid)
			return true;
	}
	return accountdb_members(line)->count;
}

/*
 * The accounts that are there rely on what the drop-in says now: with another group they would be
 * in no jail any more, with another key directory their keys would be gone. Who is in the group
 * without us relies on it no less.
 */
static bool
keeps_what_others_need(
	struct planner *planner, const struct sshd_dropin *before, const struct sshd_dropin *wanted)
{
	const struct {
		const char *keyword, *now, *then;
	} settings[] = {
		{ "Match Group", before->group, wanted->group },
		{ "AuthorizedKeysFile", before->keys_dir, wanted->keys_dir },
	};
	bool is_needed =
		planner->snapshot->managed->accounts.count || has_members(planner, before->group);
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		if (!*settings[i].now || strcmp(settings[i].now, settings[i].then) == 0 ||
			!is_needed)
			continue;
		return fault(planner, planner->plan->dropin, "dropin-settings",
			arena_printf(planner->arena,
				"accounts that exist rely on '%s %s'; the configuration asks for "
				"'%s' instead",
				settings[i].keyword, settings[i].now, settings[i].then),
			"Set jail.group and jail.keys_dir to what they were.");
	}
	return true;
}

/* A hash that some password fits: neither none nor locked. */
static bool
has_password(const struct planner *planner, const char *login)
{
	const struct accountdb_line *shadow =
		accountdb_find(&planner->snapshot->db, ACCOUNTDB_SHADOW, login);
	const char *hash = shadow ? accountdb_field(shadow, SHADOW_HASH) : "";
	return *hash && *hash != '*' && *hash != '!';
}

/* True when somebody in the jail can use a password, from this plan or from before. */
static bool
uses_passwords(const struct planner *planner)
{
	ARRAY_FOREACH (change, &planner->plan->changes) {
		enum password_kind kind = (*change)->after.password;
		if (!change_is_work(*change))
			continue;
		if (kind == PASSWORD_KEPT ? has_password(planner, (*change)->login)
					  : kind != PASSWORD_NONE)
			return true;
	}
	ARRAY_FOREACH (account, &planner->snapshot->managed->accounts) {
		if (has_password(planner, (*account)->login))
			return true;
	}
	return false;
}

static bool
is_dropin_good(struct planner *planner, const char *before, const struct sshd_dropin *wanted)
{
	bool intact;
	if (!before)
		return true;
	if (!sshd_dropin_is_ours(before))
		return fault(planner, planner->plan->dropin, "dropin-foreign",
			"exists and was not written by rehome",
			"Move it away, or set jail.sshd_dropin to another file.");
	struct sshd_dropin now = sshd_dropin_read(before, planner->arena, &intact);
	return keeps_what_others_need(planner, &now, wanted);
}

/* The drop-in may be in its place and yet unknown to an sshd that runs: then who joins the group
 * would not be jailed, whatever the files say. */
static void
share_reload(struct planner *planner, bool is_written)
{
	struct step step = { .kind = STEP_SSHD_RELOAD };
	bool needed = is_written;
	ARRAY_FOREACH (edit, &planner->plan->edits)
		needed = needed ||
			(edit->kind == EDIT_ADD_MEMBER &&
				(strcmp(edit->name, planner->plan->jail_group) == 0 ||
					planner_group_is_profile(planner, edit->name)));
	if (needed && host_is_live(planner->snapshot->host))
		ARRAY_PUSH(planner->arena, &planner->plan->steps, step);
}

static bool
share_dropin(struct planner *planner)
{
	const char *before;
	struct step step = {
		.kind = STEP_DROPIN_WRITE,
		.path = planner->plan->dropin,
		.owner = { .uid = 0, .gid = 0, .mode = 0644 },
	};
	struct sshd_dropin dropin = {
		.group = planner->plan->jail_group,
		.keys_dir = planner->plan->keys_dir,
		.passwords = uses_passwords(planner),
	};
	if (!read_dropin(planner, &before, &step.before_owner))
		return false;
	/* Others than ours may rely on it: what is allowed stays allowed. */
	if (before && strstr(before, "\n\tPasswordAuthentication yes\n"))
		dropin.passwords = true;
	planner_list_profiles(planner, &dropin);
	const char *wanted = sshd_dropin_text(&dropin, planner->arena);
	if (before && strcmp(before, wanted) == 0) {
		share_reload(planner, false);
		return true;
	}
	if (!is_dropin_good(planner, before, &dropin))
		return true;
	step.content = wanted;
	step.before = before;
	if (!make_dirs(planner, planner_parent(step.path, planner->arena)))
		return false;
	ARRAY_PUSH(planner->arena, &planner->plan->steps, step);
	share_reload(planner, true);
	return true;
}

/* ---- the account files ---- */

static void
add_step(struct planner *planner, enum step_kind kind)
{
	struct step step = { .kind = kind };
	ARRAY_PUSH(planner->arena, &planner->plan->steps, step);
}

/* Of accounts that no gate closes, and that are jailed now or shut out. */
static bool
ends_sessions(const struct planner *planner)
{
	ARRAY_FOREACH (change, &planner->plan->changes) {
		if (change_ends_sessions(planner->plan, *change))
			return true;
	}
	return false;
}

static void
share_account_files(struct planner *planner)
{
	bool has_edits[ACCOUNTDB_FILES] = { 0 }, any = false, opens = false, gates = false;
	ARRAY_FOREACH (edit, &planner->plan->edits) {
		gates |= edit->kind == EDIT_GATE;
		opens |= edit->kind == EDIT_GATE ||
			(edit->kind == EDIT_ADD_LINE && edit->file == ACCOUNTDB_SHADOW);
		/* A gate is opened and closed by steps of its own. */
		any = true;
		has_edits[edit->file] |= edit->kind != EDIT_GATE;
	}
	if (gates)
		add_step(planner, STEP_GATE);
	for (int file = 0; file < ACCOUNTDB_FILES; file++) {
		struct step step = {
			.kind = STEP_ACCOUNT_FILE,
			.path = accountdb_path((enum accountdb_file)file),
			.file = (enum accountdb_file)file,
		};
		if (has_edits[file])
			ARRAY_PUSH(planner->arena, &planner->plan->steps, step);
	}
	if (any) {
		add_step(planner, STEP_CACHES_FLUSH);
		add_step(planner, STEP_ACCOUNTS_CHECK);
	}
	if (ends_sessions(planner))
		add_step(planner, STEP_SESSIONS_END);
	if (opens)
		add_step(planner, STEP_ACTIVATE);
}

/* Stable by kind; within a kind in the order in which they were planned. */
static void
sort_steps(struct planner *planner)
{
	struct plan *plan = planner->plan;
	struct step *sorted = arena_alloc(planner->arena, plan->steps.count * sizeof(*sorted));
	size_t count = 0;
	for (int kind = 0; kind < STEP_KINDS; kind++) {
		ARRAY_FOREACH (step, &plan->steps) {
			if (step->kind == (enum step_kind)kind)
				sorted[count++] = *step;
		}
	}
	plan->steps.items = sorted;
	plan->steps.count = plan->steps.room = count;
}

bool
planner_has_accounts(const struct plan *plan)
{
	ARRAY_FOREACH (change, &plan->changes) {
		if ((*change)->action != CHANGE_BLOCKED && (*change)->action != CHANGE_LEAVE &&
			(*change)->has_after)
			return true;
	}
	return false;
}

bool
planner_share(struct planner *planner)
{
	bool jails = planner_has_accounts(planner->plan);
	if (!jails && !planner->plan->edits.count && !ends_sessions(planner))
		return true;
	/* Who only leaves needs no jail to be made ready. */
	if (jails) {
		planner_share_groups(planner);
		planner_drop_profiles(planner);
		if (!share_dirs(planner) || !share_dropin(planner))
			return false;
	}
	share_account_files(planner);
	sort_steps(planner);
	edits_remember(&planner->plan->edits, &planner->snapshot->db, planner->arena);
	return true;
}
