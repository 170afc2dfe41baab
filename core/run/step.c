/*
 * step.c - the kinds of steps and their phases, and what all kinds do alike.
 */
#include "core/run/step.h"

#include <inttypes.h>
#include <string.h>

#include "core/plan/jail.h"

/* ---- names ---- */

static const char *const phase_names[PHASES] = {
	[PHASE_AHEAD] = "ahead",
	[PHASE_GATE] = "gate",
	[PHASE_ARCHIVE] = "archive",
	[PHASE_FOLDERS] = "folders",
	[PHASE_KEYS] = "keys",
	[PHASE_SSHD] = "sshd",
	[PHASE_ACCOUNTS] = "accounts",
	[PHASE_CHECK] = "check",
	[PHASE_ACTIVATE] = "activate",
};

static const struct {
	const struct step_ops *ops;
	enum phase phase;
} kinds[STEP_KINDS] = {
	[STEP_ARCHIVE_AHEAD] = { &step_archive_ahead, PHASE_AHEAD },
	[STEP_GATE] = { &step_gate, PHASE_GATE },
	[STEP_HOME_FREEZE] = { &step_home_freeze, PHASE_GATE },
	[STEP_ARCHIVE] = { &step_archive, PHASE_ARCHIVE },
	[STEP_DIR_CREATE] = { &step_dir_create, PHASE_FOLDERS },
	[STEP_HOME_CREATE] = { &step_tree_create, PHASE_FOLDERS },
	[STEP_HOME_ADOPT] = { &step_home_adopt, PHASE_FOLDERS },
	[STEP_HOME_COPY] = { &step_home_copy, PHASE_FOLDERS },
	[STEP_HOME_FILL] = { &step_home_fill, PHASE_FOLDERS },
	[STEP_HOME_RETIRE] = { &step_home_retire, PHASE_FOLDERS },
	[STEP_HOME_RENAME] = { &step_home_rename, PHASE_FOLDERS },
	[STEP_FSTAB_LINE] = { &step_fstab_line, PHASE_FOLDERS },
	[STEP_HOME_BIND] = { &step_home_bind, PHASE_FOLDERS },
	[STEP_FOLDER_CREATE] = { &step_tree_create, PHASE_FOLDERS },
	[STEP_CONTENTS_CARRY] = { &step_contents_carry, PHASE_FOLDERS },
	[STEP_KEYS_WRITE] = { &step_keys_write, PHASE_KEYS },
	[STEP_DROPIN_WRITE] = { &step_dropin_write, PHASE_SSHD },
	[STEP_SSHD_RELOAD] = { &step_sshd_reload, PHASE_SSHD },
	[STEP_ACCOUNT_FILE] = { &step_account_file, PHASE_ACCOUNTS },
	[STEP_CACHES_FLUSH] = { &step_caches_flush, PHASE_CHECK },
	[STEP_ACCOUNTS_CHECK] = { &step_accounts_check, PHASE_CHECK },
	[STEP_SESSIONS_END] = { &step_sessions_end, PHASE_ACTIVATE },
	[STEP_ACTIVATE] = { &step_activate, PHASE_ACTIVATE },
};

const char *
phase_name(enum phase phase)
{
	return phase_names[phase];
}

bool
phase_parse(const char *name, enum phase *ret_phase)
{
	for (int phase = 0; phase < PHASES; phase++) {
		if (strcmp(phase_names[phase], name) == 0) {
			*ret_phase = (enum phase)phase;
			return true;
		}
	}
	return false;
}

enum phase
step_phase(enum step_kind kind)
{
	return kinds[kind].phase;
}

const struct step_ops *
step_ops(enum step_kind kind)
{
	return kinds[kind].ops;
}

/* ---- a step of the plan ---- */

size_t
step_index(const struct step *step, const struct run *run)
{
	return (size_t)(step - run->plan->steps.items);
}

void
step_note(const struct step *step, struct run *run, const struct step_fact *fact)
{
	size_t index = step_index(step, run);
	run->facts[index] = *fact;
	if (fact->has_owner)
		journal_add(&run->journal, JOURNAL_NOTE, "%zu %" PRIu64 " %" PRIu64 " %u %u %o",
			index, (uint64_t)fact->dev, (uint64_t)fact->ino, (unsigned)fact->owner.uid,
			(unsigned)fact->owner.gid, (unsigned)fact->owner.mode);
	else if (fact->has_print)
		journal_add(&run->journal, JOURNAL_NOTE,
			"%zu %" PRIu64 " %" PRIu64 " print %016" PRIx64, index, (uint64_t)fact->dev,
			(uint64_t)fact->ino, fact->print);
	else
		journal_add(&run->journal, JOURNAL_NOTE, "%zu %" PRIu64 " %" PRIu64, index,
			(uint64_t)fact->dev, (uint64_t)fact->ino);
}

bool
step_note_inode(const struct step *step, struct run *run, const char *path)
{
	struct host_entry entry;
	if (!host_inspect(run->host, path, &entry, run->diags))
		return false;
	const struct step_fact fact = {
		.known = true,
		.dev = entry.st.st_dev,
		.ino = entry.st.st_ino,
	};
	step_note(step, run, &fact);
	return true;
}

bool
step_open_parent(const char *path, struct run *run, int *ret_fd, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	char *parent = slash == path ? arena_strdup(run->arena, "/")
				     : arena_strndup(run->arena, path, (size_t)(slash - path));
	*ret_name = slash + 1;
	return host_open_dir(run->host, parent, ret_fd, run->diags);
}

bool
step_is_left_out(const struct step *step, const struct run *run)
{
	if (!step->user)
		return false;
	return table_get(&run->dropped, step->user) ||
		(run->users && !table_get(run->users, step->user));
}

/* ---- what they look at ---- */

bool
step_fault(const struct step *step, struct run *run, const char *path, const char *message)
{
	diag_error(run->diags, at(path, 0), "%s", message);
	diag_user(run->diags, step->user);
	return false;
}

bool
step_base_is_safe(const struct step *step, struct run *run, bool may_be_missing)
{
	const char *message, *hint;
	const struct jail_component *fault =
		jail_base_fault(&run->jails, step->base, may_be_missing);
	if (!fault)
		return true;
	jail_explain(fault, run->arena, &message, &hint);
	(void)step_fault(step, run, fault->path, message);
	if (hint)
		diag_hint(run->diags, "%s", hint);
	return false;
}

bool
step_found_dir(const struct host_entry *entry, uint64_t ino)
{
	return entry->exists && S_ISDIR(entry->st.st_mode) && entry->st.st_ino == ino;
}

struct host *
step_source_host(const struct step *step, struct run *run)
{
	bool is_elsewhere = step->kind == STEP_HOME_FILL || step->kind == STEP_CONTENTS_CARRY;
	return is_elsewhere ? run_machine(run) : run->host;
}

bool
step_home_is_planned(const struct step *step, struct run *run, const char *path)
{
	struct host_entry entry;
	struct host *host = step_source_host(step, run);
	return host && host_inspect(host, path, &entry, run->diags) &&
		(step_found_dir(&entry, step->home.ino) ||
			step_fault(step, run, path, "is not the directory that the plan found"));
}
