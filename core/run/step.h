/*
 * step.h - the kinds of steps, and what a run carries from one to the next.
 *
 * Adding a kind is one row in enum step_kind (core/plan/plan.h) and one step_ops table. A step has
 * one visible effect; its state is decidable from the host alone: before, after, or foreign.
 *
 *	check ──▶ PHASE marked ──▶ prepare ──▶ notes on disk ──▶ apply ──▶ synced ──▶ DONE
 *	                              │                            │
 *	                              └──────────── undo ◀─────────┘   (backwards, repeatable)
 */
#ifndef REHOME_RUN_STEP_H
#define REHOME_RUN_STEP_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/base/host.h"
#include "core/base/table.h"
#include "core/plan/accountdb.h"
#include "core/plan/jail.h"
#include "core/plan/plan.h"
#include "core/run/journal.h"
#include "core/run/run.h"
#include "core/run/state.h"

/* Steps of a phase are announced by one journal mark and one fdatasync. */
enum phase {
	PHASE_AHEAD, /* contents of homes in use: read, while everybody works on */
	PHASE_GATE,  /* accounts that live are closed, their processes ended, their homes frozen */
	PHASE_ARCHIVE, /* archives complete; nothing is changed before */
	PHASE_FOLDERS, /* shared directories, homes, folders */
	PHASE_KEYS,
	PHASE_SSHD,	/* drop-in, reload */
	PHASE_ACCOUNTS, /* the four files; commits */
	PHASE_CHECK,	/* caches, fresh process, sshd's answer */
	PHASE_ACTIVATE,
	PHASES,
};

const char *phase_name(enum phase phase);
bool phase_parse(const char *name, enum phase *ret_phase);
enum phase step_phase(enum step_kind kind);

/* What a JOURNAL_NOTE of a step recorded: the inode that the run made, or found. */
struct step_fact {
	bool known;
	dev_t dev;
	ino_t ino;
	bool has_owner; /* HOME_FREEZE: as the home was before */
	struct host_owner owner;
	bool has_print; /* HOME_COPY: of all inodes of the copy; see step_copy.c */
	uint64_t print;
};

/* A directory of ours beside the homes, root 0700, named after the run. */
struct staging {
	const char *base, *path;
	int fd;
};

struct run {
	const char *id;
	struct state *state;
	struct host *host;
	struct host *machine;	  /* run_machine() */
	uint64_t copied, to_copy; /* bytes of homes that are filled, for progress */
	struct arena *arena;
	const struct run_options *options;
	struct plan *plan;
	struct plan_secrets *secrets;
	struct journal journal;
	struct diags *diags;
	struct run_result *result;

	bool announced[PHASES]; /* effects of the phase may have happened */
	bool committed;
	struct step_fact *facts; /* one per step of the plan */
	struct table changes;	 /* login -> struct change */
	struct table created;	 /* logins whose accounts the plan creates */
	struct table dropped;	 /* logins left out after they failed (failure: user) */
	struct jail_cache jails;
	struct table
		*at_work;    /* login -> struct user_process, before the gate; NULL = not looked */
	struct diags *quiet; /* who works in the homes that are frozen; NULL = not looked yet */

	struct table stagings; /* base -> struct staging, opened once */
	struct {
		struct staging **items;
		size_t count, room;
	} staging_list;

	/* Of the phases that archive homes (step_archive.c). */
	struct archiving *archiving[2];
	bool archive_space_checked;

	/* Within the accounts phase. */
	int account_lock_fd; /* -1 */
	struct accountdb db;
	bool staged[ACCOUNTDB_FILES];
	struct host_staged_file staged_files[ACCOUNTDB_FILES];

	/* While undoing. */
	const struct table *users; /* only these; NULL = everybody of the run */
	bool undo_is_new;	   /* no earlier attempt closed anybody */
	bool last_users;	   /* nobody of the run is left after these */
	bool accounts_undone;
	struct accountdb *renamed_back; /* the account files, for accounts_keep_name() */
	struct table expiries; /* login -> value: set by somebody since, and to be given back */
	bool others_followed;  /* later runs may rely on what this one shares */
	bool shared_kept;      /* something shared stays because others depend on it */
	size_t conflicts;
};

/* Each may be NULL. False = an error is in run->diags. */
struct step_ops {
	bool (*check)(const struct step *step, struct run *run); /* still as planned? reads only */
	bool (*prepare)(const struct step *step, struct run *run); /* built aside, not visible */
	bool (*apply)(const struct step *step, struct run *run);   /* the one visible effect */
	bool (*verify)(const struct step *step, struct run *run);  /* as meant? after the last
								      effect of the phase */
	bool (*undo)(const struct step *step, struct run *run);	   /* repeatable; see run.h */
};

const struct step_ops *step_ops(enum step_kind kind);

extern const struct step_ops step_archive_ahead;
extern const struct step_ops step_gate;
extern const struct step_ops step_home_freeze;
extern const struct step_ops step_archive;
extern const struct step_ops step_dir_create;
extern const struct step_ops step_home_adopt;
extern const struct step_ops step_home_copy;
extern const struct step_ops step_home_fill;
extern const struct step_ops step_contents_carry;
extern const struct step_ops step_home_retire;
extern const struct step_ops step_home_rename;
extern const struct step_ops step_fstab_line;
extern const struct step_ops step_home_bind;
extern const struct step_ops step_tree_create; /* HOME_CREATE, FOLDER_CREATE */
extern const struct step_ops step_keys_write;
extern const struct step_ops step_dropin_write;
extern const struct step_ops step_sshd_reload;
extern const struct step_ops step_account_file;
extern const struct step_ops step_caches_flush;
extern const struct step_ops step_accounts_check;
extern const struct step_ops step_sessions_end;
extern const struct step_ops step_activate;

/* Position in the plan: the index of run->facts, and what JOURNAL_NOTE names. */
size_t step_index(const struct step *step, const struct run *run);

/* True when the step is none of the users' that are being undone, or its user was dropped. */
bool step_is_left_out(const struct step *step, const struct run *run);

/* "/" of this machine, read only, whatever the root of the run is; NULL with an error. */
struct host *run_machine(struct run *run);

/* True when a signal asked the run to end. */
bool run_stop_asked(const struct run *run);

/* True when the account itself is this run's: undoing removes it as a whole. */
bool run_creates(const struct run *run, const char *login);

/* ---- what the kinds share ---- */

/* Writes down the inode of a step in the journal, and in run->facts. */
void step_note(const struct step *step, struct run *run, const struct step_fact *fact);
/* The same of what is at a path now. */
NODISCARD bool step_note_inode(const struct step *step, struct run *run, const char *path);

/* An error that names the step's user. Always returns false. */
bool step_fault(const struct step *step, struct run *run, const char *path, const char *message);
/* That root alone may write in the step's base and above it; an error otherwise. */
NODISCARD bool step_base_is_safe(const struct step *step, struct run *run, bool may_be_missing);
/* True when a directory of this inode was found. The number of a device may change with a boot. */
bool step_found_dir(const struct host_entry *entry, uint64_t ino);
/* That the home that the step knows is still at this path; an error otherwise. */
NODISCARD bool step_home_is_planned(const struct step *step, struct run *run, const char *path);
/* The host that home.source is a path of: for HOME_FILL and CONTENTS_CARRY
 * run_machine(). */
struct host *step_source_host(const struct step *step, struct run *run);

/* Opens the directory that holds a path's last component, and names that. */
NODISCARD bool step_open_parent(
	const char *path, struct run *run, int *ret_fd, const char **ret_name);

/* Makes a folder of a tree below its open root; "a/b" is made inside "a", which is there. Only in
 * directories that nobody but root may write. */
NODISCARD bool step_make_folder(int root_fd, const struct step_folder *folder, struct run *run);
/* The directory that holds the folder, links not followed; -1 when that is the root itself. */
NODISCARD bool step_open_folder_parent(int root_fd, const struct step_folder *folder,
	struct run *run, int *ret_fd, const char **ret_name);

/* The staging directory below base, created on first use. */
NODISCARD bool staging_open(struct run *run, const char *base, int *ret_fd);
/*
 * Another one, "<base>/.rehome-homes-<run>", through which homes with people's files pass. Nothing
 * in it is ever deleted but directories that are empty; while it is not, nothing is complete.
 */
NODISCARD bool staging_open_homes(struct run *run, const char *base, int *ret_fd);
/*
 * And "<base>/.rehome-copies-<run>", for copies of homes. Everything in it is deleted whosever it
 * is: what it was copied from is elsewhere.
 */
NODISCARD bool staging_open_copies(struct run *run, const char *base, int *ret_fd);
/* Empties and removes those of this run, the ones of an earlier process included. */
NODISCARD bool staging_remove_all(struct run *run);
/* The one below a directory that is about to go itself. */
NODISCARD bool staging_remove(struct run *run, const char *base);
/* Syncs the filesystems of all that were opened, removed ones included. */
NODISCARD bool staging_sync(struct run *run);
void staging_close(struct run *run);
/* Removes the temporary files that a killed process left where this run stages single files. */
NODISCARD bool staging_sweep(struct run *run);
/* "/home/.rehome-stage-7", "/home/.rehome-homes-7" */
char *staging_path(const struct run *run, const char *base);
char *staging_homes_path(const struct run *run, const char *base);
char *staging_copies_path(const struct run *run, const char *base);

/* ---- quarantine.c ---- */

/*
 * Ends a tree of a run's that was renamed out of its place: empty folders of the step's are
 * removed; anything else is somebody's, and goes into quarantine as it is, under `as`.
 */
NODISCARD bool quarantine_or_remove(
	const struct step *step, int dir_fd, const char *name, const char *as, struct run *run);
/* "<base>/.rehome-quarantine/<run>/<as>", or with a number behind it; what it is is said. */
NODISCARD bool quarantine_keep(const struct step *step, int dir_fd, const char *name,
	const char *as, const char *what, struct run *run);
/* The run's own directory there, made where it is missing; and its end, when nothing is in it. */
NODISCARD bool quarantine_open(const struct step *step, struct run *run, int *ret_fd);
NODISCARD bool quarantine_close(const struct step *step, struct run *run);
/* The name, or with a number behind it. */
NODISCARD bool quarantine_free_name(
	int dir_fd, const char *wanted, struct run *run, const char **ret_name);
/* Removes a directory of which all that is left are directories without files. */
NODISCARD bool quarantine_remove_empty(int parent_fd, const char *name, struct run *run);

/* ---- removed_lines.c ---- */

/* What takes lines out of run->db. */
enum removal {
	REMOVAL_UNDOES,	     /* lines that the run added */
	REMOVAL_OF_LOGINS,   /* the edits of passwd */
	REMOVAL_OF_THE_REST, /* those of the other files, which are late (edit.h) */
};
/* Has these lines on disk as they are in run->db, before they go. */
NODISCARD bool removed_lines_keep(
	struct run *run, const struct edit_list *edits, enum removal removal);
/* Gives the edits that remove lines the lines as they were. */
NODISCARD bool removed_lines_find(struct run *run, struct edit_list *edits);

/* ---- step_accounts.c, step_gate.c ---- */

/* The edits of everybody who is still in the run. */
struct edit_list accounts_edits(struct run *run);
/* Takes the lock and reads the files; accounts_finish() or accounts_abandon() ends it. */
NODISCARD bool accounts_load(struct run *run);
/* Writes shadow as run->db has it now, and gives the lock back. */
NODISCARD bool accounts_rewrite_shadow(struct run *run);

/* One temporary beside a file that run->db changed, and its rename; nothing where it did not. */
NODISCARD bool accounts_stage(struct run *run, enum accountdb_file file);
NODISCARD bool accounts_commit(struct run *run, enum accountdb_file file);

/* Ends the accounts phase: syncs /etc and gives the lock back. Safe to call at any time. */
NODISCARD bool accounts_finish(struct run *run);
/* The same after a failure: temporaries are removed. */
void accounts_abandon(struct run *run);

/* What others set since, for the journal and for reopening; before a new undo closes anybody: later
 * nobody can tell who closed an account. */
NODISCARD bool accounts_note_expiries(struct run *run);
/* Closes all that are being undone, and ends their processes. */
NODISCARD bool accounts_close(struct run *run);
/* Opens the accounts that the run closed and did not make: all that are being undone, or only
 * this one. */
NODISCARD bool accounts_reopen(struct run *run, const char *only);

/*
 * While undoing what is not in the account files, which come first: whether a renamed account could
 * not get its old name back. Its home, its keys and what the registry knows then stay as they are.
 */
NODISCARD bool accounts_keep_name(struct run *run, const char *login, bool *ret_keeps);
/* The users that are being undone, without those that keep their names; NULL = everybody. */
NODISCARD bool accounts_undone_users(struct run *run, const struct table **ret_users);

/* True when some account that is not being undone is jailed by the plan's group. */
NODISCARD bool accounts_depend_on_group(struct run *run, bool *ret_depend);

/* Gives back the memory of the phases that archived homes. */
void archives_finish(struct run *run);

/* The handout of generated passwords: written and synced before COMMIT, taken back by an undo. */
NODISCARD bool handout_write(struct run *run);
NODISCARD bool handout_remove(struct run *run);

/* Says what undoing kept, in the journal and in the result. */
void run_kept(struct run *run, const char *user, const char *format, ...) PRINTF_LIKE(3, 4);
void run_conflict(struct run *run, const char *user, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
