/*
 * planner_shared.c - what the accounts of a run share: groups, the drop-in, directories, and the
 * steps that write the account files.
 */
#include <grp.h>
#include <string.h>

#include "core/plan/planner_internal.h"

/* ---- groups ---- */

bool
planner_group_id(struct planner *planner, const char *name, gid_t *ret_gid)
{
	struct accountdb_line *line = accountdb_find(&planner->snapshot->db, ACCOUNTDB_GROUP, name);
	uint32_t gid;
	void *planned = table_get(&planner->new_groups, name);
	if (planned) {
		*ret_gid = (gid_t)(uintptr_t)planned;
		return true;
	}
	if (!line || !accountdb_line_id(line, GROUP_GID, &gid))
		return false;
	*ret_gid = gid;
	return true;
}

/* System groups are numbered downwards, as groupadd --system does. */
static bool
next_system_gid(struct planner *planner, gid_t *ret_gid)
{
	for (; planner->next_group_id >= planner->snapshot->sys_gid_min; planner->next_group_id--) {
		if (id_table_get(&planner->ids, planner->next_group_id) ||
			snapshot_id_is_taken(planner->snapshot, planner->next_group_id))
			continue;
		*ret_gid = planner->next_group_id--;
		return true;
	}
	return false;
}

bool
planner_new_group(struct planner *planner, const char *name)
{
	gid_t gid;
	if (table_get(&planner->new_groups, name))
		return true;
	if (!next_system_gid(planner, &gid))
		return false;
	table_set(&planner->new_groups, name, (void *)(uintptr_t)gid);
	return true;
}

static void
add_group(struct planner *planner, const char *name, gid_t gid)
{
	const char *group[GROUP_FIELDS] = { name, "x",
		arena_printf(planner->arena, "%u", (unsigned)gid), "" };
	const char *gshadow[GSHADOW_FIELDS] = { name, "!", "", "" };
	struct edit edit = {
		.kind = EDIT_ADD_LINE,
		.file = ACCOUNTDB_GROUP,
		.name = name,
		.fields = arena_copy(planner->arena, group, sizeof(group)),
	};
	planner_add_edit(planner, edit);
	if (!planner->snapshot->db.tables[ACCOUNTDB_GSHADOW].exists ||
		accountdb_find(&planner->snapshot->db, ACCOUNTDB_GSHADOW, name))
		return;
	edit.file = ACCOUNTDB_GSHADOW;
	edit.fields = arena_copy(planner->arena, gshadow, sizeof(gshadow));
	planner_add_edit(planner, edit);
}

/* New groups go in front of the edits that use them, in the order of their first member. */
static void
share_groups(struct planner *planner)
{
	struct edit_list users = planner->plan->edits;
	struct table added = { .arena = planner->arena };
	planner->plan->edits = (struct edit_list){ 0 };
	ARRAY_FOREACH (edit, &users) {
		void *gid = table_get(&planner->new_groups, edit->name);
		if (edit->kind != EDIT_ADD_MEMBER || !gid || table_get(&added, edit->name))
			continue;
		table_set(&added, edit->name, gid);
		add_group(planner, edit->name, (gid_t)(uintptr_t)gid);
	}
	ARRAY_FOREACH (edit, &users)
		planner_add_edit(planner, *edit);
}

/* ---- the drop-in ---- */

static bool
read_dropin(struct planner *planner, bool *ret_exists, const char **ret_text,
	struct host_owner *ret_owner)
{
	struct host_entry entry;
	struct bytes bytes;
	const char *path = planner->plan->dropin;
	if (!host_inspect(planner->snapshot->host, path, &entry, planner->diags) ||
		!host_read_file(planner->snapshot->host, path, planner->arena, ret_exists, &bytes,
			planner->diags))
		return false;
	*ret_text = *ret_exists ? arena_strndup(planner->arena, bytes.data, bytes.size) : NULL;
	*ret_owner =
		(struct host_owner){ entry.st.st_uid, entry.st.st_gid, entry.st.st_mode & 07777 };
	return true;
}

/* Ours begins with the comment that sshd_dropin_text() writes first. */
static bool
is_ours(const char *text, const char *wanted)
{
	size_t length = strcspn(wanted, "\n");
	return strncmp(text, wanted, length) == 0;
}

static bool
share_dropin(struct planner *planner)
{
	bool exists;
	const char *before;
	struct step step = {
		.kind = STEP_DROPIN_WRITE,
		.path = planner->plan->dropin,
		.owner = { .uid = 0, .gid = 0, .mode = 0644 },
	};
	struct sshd_dropin dropin = {
		.group = planner->plan->jail_group,
		.keys_dir = planner->plan->keys_dir,
		.passwords = planner->has_passwords,
	};
	if (!read_dropin(planner, &exists, &before, &step.before_owner))
		return false;
	/* Accounts that are there already may use passwords: what is allowed stays allowed. */
	if (exists && strstr(before, "\n\tPasswordAuthentication yes\n"))
		dropin.passwords = true;
	const char *wanted = sshd_dropin_text(&dropin, planner->arena);
	if (exists && strcmp(before, wanted) == 0)
		return true;
	if (exists && !is_ours(before, wanted)) {
		diag_error(&planner->plan->findings, at(step.path, 0),
			"exists and was not written by rehome");
		diag_code(&planner->plan->findings, "dropin-foreign");
		diag_hint(&planner->plan->findings,
			"Move it away, or set jail.sshd_dropin to another file.");
		return true;
	}
	step.content = wanted;
	step.before = before;
	char *dir = arena_strndup(
		planner->arena, step.path, (size_t)(strrchr(step.path, '/') - step.path));
	if (!planner_make_dirs(planner, dir))
		return false;
	ARRAY_PUSH(planner->arena, &planner->plan->steps, step);
	struct step reload = { .kind = STEP_SSHD_RELOAD };
	if (host_is_live(planner->snapshot->host))
		ARRAY_PUSH(planner->arena, &planner->plan->steps, reload);
	return true;
}

/* ---- directories ---- */

static bool
share_dirs(struct planner *planner)
{
	/* The steps array may grow while directories are added: walk by index. */
	struct plan *plan = planner->plan;
	for (size_t i = 0, count = plan->steps.count; i < count; i++) {
		const struct step step = plan->steps.items[i];
		if ((step.kind == STEP_HOME_CREATE ||
			    (step.kind == STEP_KEYS_WRITE && step.content)) &&
			!planner_make_dirs(planner, step.base))
			return false;
	}
	return true;
}

/* ---- the account files ---- */

static void
add_step(struct planner *planner, enum step_kind kind)
{
	struct step step = { .kind = kind };
	ARRAY_PUSH(planner->arena, &planner->plan->steps, step);
}

static void
share_account_files(struct planner *planner)
{
	bool has_edits[ACCOUNTDB_FILES] = { 0 }, any = false, opens = false;
	ARRAY_FOREACH (edit, &planner->plan->edits) {
		has_edits[edit->file] = any = true;
		if (edit->kind == EDIT_ADD_LINE && edit->file == ACCOUNTDB_SHADOW)
			opens = true;
	}
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
	plan->steps.room = count;
}

bool
planner_share(struct planner *planner)
{
	if (!planner->accounts)
		return true;
	share_groups(planner);
	if (!share_dirs(planner) || !share_dropin(planner))
		return false;
	share_account_files(planner);
	sort_steps(planner);
	edits_remember(&planner->plan->edits, &planner->snapshot->db, planner->arena);
	return true;
}
