/*
 * planner_internal.h - what the parts of the planner share; internal to planner*.c.
 *
 *	planner.c          goes through the accounts, sorts, counts
 *	planner_login.c    who somebody is: key, login, ids
 *	planner_create.c   an account that does not exist
 *	planner_change.c   one that rehome manages already
 *	planner_folders.c  folders and homes as steps
 *	planner_shared.c   group, drop-in, directories, the account files' steps
 *	planner_sshd.c     what sshd will make of it
 */
#ifndef REHOME_PLAN_PLANNER_INTERNAL_H
#define REHOME_PLAN_PLANNER_INTERNAL_H

#include "core/plan/planner.h"

struct planner {
	const struct config *config;
	struct snapshot *snapshot;
	const struct planner_options *options;
	struct arena *arena;
	struct plan *plan;
	struct plan_secrets *secrets;
	struct diags *diags;

	struct table logins;	  /* login -> struct change of this plan */
	struct table homes;	  /* home -> login: people's homes now, and the planned ones */
	struct table above_homes; /* every directory above one of those -> login of the one below */
	struct id_table ids;	  /* ids that this plan gives away */
	uid_t next_id;		  /* where the search in uid_range goes on */
	gid_t next_group_id;	  /* the same for shared groups, downwards */
	struct table new_groups;  /* name -> gid as (void *)(uintptr_t): groups this plan makes */
	gid_t jail_gid;
	bool jail_group_is_new;
	bool has_passwords; /* some account of the plan can use a password */
	size_t accounts;    /* that are or will be jailed: creates, changes, unchanged */
	int64_t today;
	struct table made_dirs; /* DIR_CREATE steps there are, by path */
};

/* An error in the change: it is blocked, whatever else is planned for it. */
void planner_block(struct planner *planner, struct change *change, struct place place,
	const char *code, const char *format, ...) PRINTF_LIKE(5, 6);
void planner_warn(struct planner *planner, struct change *change, struct place place,
	const char *code, const char *format, ...) PRINTF_LIKE(5, 6);
/* A hint for the newest finding of the change. */
void planner_hint(struct change *change, const char *format, ...) PRINTF_LIKE(2, 3);
bool planner_is_blocked(const struct change *change);

/* Where an account said a field, or the account's own place. */
struct place planner_place(const struct account *account, enum account_field field);

/* planner.c */
struct plan *planner_new_plan(const struct config *config, struct snapshot *snapshot,
	const char *reason, struct arena *arena);

/* planner_login.c */

/*
 * The scope of an account's key in the registry: the configured source's name, or for one that was
 * named on the command line ("csv:staff.csv") only its importer ("csv:"), so that the same people
 * in a renamed file stay the same people.
 */
const char *planner_origin(const struct account *account, struct arena *arena);

/*
 * The login this account gets: the given one, or for a generated one what the registry remembers
 * for its key, or the first free of name, name2, name3, ... NULL when none can be had (blocked).
 */
const char *planner_choose_login(
	struct planner *planner, const struct account *account, struct change *change);
/* Policy, reserved words, names that other databases know. */
void planner_check_new_login(
	struct planner *planner, const struct account *account, struct change *change);
/* uid and gid of a new account, one number for both where it can be. */
void planner_choose_ids(
	struct planner *planner, const struct account *account, struct change *change);

/* planner_create.c, planner_change.c */
void planner_create(struct planner *planner, const struct account *account, struct change *change);
void planner_change(struct planner *planner, const struct account *account,
	const struct managed_account *managed, struct accountdb_line *passwd,
	struct change *change);

/* What both need. */

/* The full name as gecos can hold it; warns about what was replaced. */
const char *planner_gecos(
	struct planner *planner, const struct account *account, struct change *change);
/* Groups besides the jail's: exist, or are made; privileged ones block. */
void planner_check_groups(
	struct planner *planner, const struct account *account, struct change *change);
void planner_add_member(struct planner *planner, const char *login, const char *group);
/* The folders this account should have, and the name of the layout or NULL. */
const struct folder_list *planner_folders_of(struct planner *planner, const struct account *account,
	struct change *change, const char **ret_layout);
void planner_write_keys(struct planner *planner, struct change *change,
	const struct string_list *keys, const char *before, const struct host_owner *before_owner);
char *planner_keys_path(const struct planner *planner, const char *login);
void planner_add_edit(struct planner *planner, struct edit edit);
void planner_add_line(
	struct change *change, struct arena *arena, const char *label, const char *text);

/* planner_folders.c */

/* Owner and mode of a folder on the host; blocks when a name is not known. */
bool planner_folder_owner(struct planner *planner, const struct folder *folder,
	const struct account_facts *facts, struct change *change, struct host_owner *ret_owner);
/* A step that makes the whole jail, or one that adds a folder to it. */
void planner_make_home(
	struct planner *planner, struct change *change, const struct folder_list *folders);
void planner_make_missing_folders(
	struct planner *planner, struct change *change, const struct folder_list *folders);
/* Is this path fit for a new jail? Blocks when not. */
void planner_check_home(struct planner *planner, struct change *change, struct place place);
/* Remembers a home and what is above it, for finding nested ones. */
void planner_note_home(struct planner *planner, const char *home, const char *login);
/* DIR_CREATE steps for a directory and its parents, where they are missing. */
bool planner_make_dirs(struct planner *planner, const char *path);

/* planner_shared.c */
NODISCARD bool planner_share(struct planner *planner);
/* The gid of an existing or planned group; false when there is none. */
bool planner_group_id(struct planner *planner, const char *name, gid_t *ret_gid);
/* Plans a system group, once. */
bool planner_new_group(struct planner *planner, const char *name);

/* planner_sshd.c */
bool planner_ask_sshd(struct planner *planner);

/* planner_lines.c: the lines people read. */
void planner_describe_create(struct planner *planner, struct change *change);

#endif
