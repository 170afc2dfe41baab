/*
 * planner_internal.h - what the parts of the planner share; internal to planner*.c, and to link.c,
 * which has to tell people apart as they do.
 *
 *	planner.c              goes through the accounts, sorts, counts
 *	planner_rows.c         all rows at once: logins, and what else only one may have
 *	planner_login.c        who somebody is: key, login
 *	planner_ids.c          uid and gid
 *	planner_groups.c       the groups besides the own one
 *	planner_profile.c      what sshd does for it besides, and the group that stands for that
 *	planner_create.c       an account that does not exist
 *	planner_change*.c      one that rehome manages already
 *	planner_rename.c       one whose person has another login now
 *	planner_adopt*.c       one that it does not: account and home become a jail
 *	planner_nss.c          one that the name service has: only the jail is ours
 *	planner_leave*.c       accounts that leave, or come back
 *	planner_absent.c       managed accounts that their source no longer lists
 *	planner_tenants.c      who lives in whose home
 *	planner_protect.c      accounts that are more than a person's
 *	planner_keys.c         the key files
 *	planner_secrets.c      passwords become hashes
 *	planner_folders.c      folders and homes as steps
 *	planner_contents*.c    what a jail begins with, and what changed there since
 *	planner_archive.c      which homes are archived first, and whether that fits
 *	planner_outlives.c     what goes on without an account, or points into its home
 *	planner_old*.c         logins of an old server: what a person has to decide first
 *	planner_cut.c          who is taken out of the plan again
 *	planner_shared.c       drop-in, directories, the account files' steps
 *	planner_sshd.c         what sshd will make of it
 *	planner_lines.c        the lines that people read
 *	planner_credentials.c  a plan of another kind: new passwords and keys
 *	planner_link.c         another one: accounts get another origin
 *
 * Nothing depends on the order of the rows: what two of them ask for, neither gets.
 */
#ifndef REHOME_PLAN_PLANNER_INTERNAL_H
#define REHOME_PLAN_PLANNER_INTERNAL_H

#include <regex.h>

#include "core/plan/decision.h"
#include "core/plan/planner.h"
#include "core/plan/sshd.h"

struct key_file; /* below */

struct planner_row {
	const struct account *account;
	struct change *change;
	struct account *mine; /* of an old server: `account`, which decisions may still change */
};

/* Who wants something that only one may have. */
struct claim {
	const char *login;
	const char *other; /* somebody else who wants it too, or NULL */
};

/* A managed account that a whole listing of its source does not have; or that is in none of the
 * good rows, and in a refused one that says it is to be closed. */
struct absentee {
	const struct managed_account *managed;
	struct change *change;
	bool is_closed;
};

struct planner {
	const struct config *config;
	struct snapshot *snapshot;
	const struct planner_options *options;
	struct arena *arena;
	struct plan *plan;
	struct plan_secrets *secrets;
	struct diags *diags;

	struct {
		struct planner_row *items;
		size_t count, room;
	} rows;
	struct {
		struct absentee *items;
		size_t count, room;
	} absent;
	struct table logins;	   /* login -> struct change: everybody in the sources, and who is
				      absent from them */
	struct table persons;	   /* planner_person() -> struct change */
	struct table old_logins;   /* login -> struct change of who is renamed and has it now */
	struct table asked_groups; /* names of groups that some row asks for */
	struct table suffixes;	   /* name -> the number to try next for it */
	struct table homes;	   /* home -> struct claim: people's homes, and the planned ones */
	struct table above_homes;  /* every directory above one of those -> login of one below */
	struct id_table asked_ids; /* uid -> struct claim: uids that new rows ask for */
	struct id_table primary_gids;  /* gid -> struct claim: whose primary group; see
					  planner_choose_own_group() */
	struct id_table uids;	       /* uid -> struct claim: the same of uids */
	struct id_table ids;	       /* ids that this plan gives away -> login or group */
	uid_t next_id;		       /* where the search in uid_range goes on */
	gid_t next_group_id;	       /* the same for shared groups, downwards */
	struct id_table old_uids;      /* uid -> struct claim: own uids of old logins */
	struct table old_places;       /* path -> struct place_claim; planner_old_place.c */
	struct table above_old_places; /* every directory above one of those -> a login below */
	bool has_old_archive;	       /* contents that cannot be copied were met */
	uint64_t contents_bytes;       /* that new homes begin with */
	struct table new_groups; /* name -> gid as (void *)(uintptr_t): groups this plan makes */
	gid_t jail_gid;		 /* (gid_t)-1 when it can be none; the plan is blocked then */
	regex_t login_pattern;	 /* policy.username.pattern */
	bool has_login_pattern;
	int64_t today;
	struct known_profiles *profiles; /* planner_profile.c; NULL until they are asked for */
	struct protection *protection;	 /* planner_protect.c; NULL until it is asked for */
	struct table *tenants;		 /* planner_tenants.c; NULL until it is asked for */
	struct table made_dirs; /* directories that exist or that there is a DIR_CREATE for */
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
/* It comes from an entry of a directory, and not from cells that one could edit. */
bool planner_is_of_entry(const struct account *account);

/* planner.c */

/* All but the parts that only planner_make() needs. */
void planner_init(struct planner *planner, const struct config *config, struct snapshot *snapshot,
	const char *reason, struct arena *arena, struct plan_secrets *secrets, struct diags *diags);
void planner_finish(struct planner *planner);
/* What a source was, into the plan's head. */
void planner_add_input(struct planner *planner, const struct intake *intake);
/* By action, then login. */
void planner_sort_changes(struct plan *plan);
/* --user and --users name it, or nobody. */
bool planner_is_wanted(const struct planner *planner, const struct change *change);

/* planner_rows.c */

/* Makes a row of every account: logins are chosen, claims are known. */
NODISCARD bool planner_collect(
	struct planner *planner, const struct intake *intakes, size_t intake_count);
/* Remembers a home and what is above it, for finding shared and nested ones. */
void planner_claim_home(struct planner *planner, const char *home, const char *login);
/* Notes in a table that a login wants a uid. */
void planner_claim_id(
	struct planner *planner, struct id_table *table, uid_t uid, const char *login);
/* Somebody else who has or wants it, or NULL. */
const char *planner_rival(const struct claim *claim, const char *login);

/* planner_login.c */

/*
 * The scope of an account's key in the registry: the configured source's name, or for one that was
 * named on the command line ("csv:staff.csv") only its importer ("csv:"), so that the same people
 * in a renamed file stay the same people.
 */
const char *planner_origin(const struct account *account, struct arena *arena);
/* The person, as the registry's tables name it. */
char *planner_person(struct planner *planner, const struct change *change);
/* The account that the person has, or had until it was handed over to another source; NULL = none.
 */
const struct managed_account *planner_account_of(
	struct planner *planner, const struct change *change);

/*
 * The login for a name: what the registry remembers for the person, or the first free of name,
 * name2, name3, ... NULL when none can be had (blocked).
 */
const char *planner_choose_login(
	struct planner *planner, const struct account *account, struct change *change);
/* The policy's pattern and reserved words. */
bool planner_policy_allows(const struct planner *planner, const char *login);
/* Policy, reserved words, names that other databases know. */
void planner_check_new_login(
	struct planner *planner, const struct account *account, struct change *change);

/* planner_old*.c */

/*
 * Meets a case: what was decided for this person, else `initial`; NULL when neither is there, which
 * blocks the change. "leave" takes the login out of the plan. The words behind are what is special
 * about this one, for people: "shares /srv/www with 'ben'".
 */
const char *planner_decide(struct planner *planner, struct change *change, enum decision_case kind,
	const char *initial, struct place place, const char *format, ...) PRINTF_LIKE(6, 7);
/* Likewise, where no other choice of the kind is possible: any other one decides nothing. */
void planner_decide_to_leave(struct planner *planner, struct change *change,
	enum decision_case kind, struct place place, const char *detail);
/* It stays in the plan as unchanged, with a warning. */
void planner_leave_out(struct planner *planner, struct change *change, struct place place);
/* Of one row, before logins are chosen: false when it gets none, and is in nobody's way. */
bool planner_old_begin(struct planner *planner, struct planner_row *row);
/* Of all rows, before claims are made. */
void planner_old_decide(struct planner *planner);
/* What the login was, in lines; nothing for other accounts. */
void planner_describe_old(
	struct planner *planner, const struct account *account, struct change *change);
/* Who was refused there, and findings about all logins of an old server. */
void planner_count_old(
	struct planner *planner, const struct intake *intake, struct plan_input *input);
void planner_warn_of_old_archive(struct planner *planner);

/* planner_ids.c */

/* Nobody else has it, had it, or asks for it. */
bool planner_uid_is_free(struct planner *planner, const struct change *change, uid_t uid);

/* uid and gid of a new account: one number for both. */
void planner_choose_ids(
	struct planner *planner, const struct account *account, struct change *change);
/* The next id for a system group, downwards as groupadd --system does it. */
bool planner_next_group_id(struct planner *planner, const char *name, gid_t *ret_gid);

/* The uid that a source gives: for a person, free, and asked for by nobody else. Blocks when not.
 */
bool planner_check_given_id(
	struct planner *planner, const struct account *account, struct change *change);
void planner_take_uid(struct planner *planner, const char *login, uid_t uid);
/* The next free uid, that no group has either. */
bool planner_next_id(struct planner *planner, const char *login, uint32_t *ret_id);
/* Gives the gid to the login's own group; false when somebody has it. */
bool planner_take_gid(struct planner *planner, const char *login, gid_t gid);

/* planner_groups.c */

/* The jail's group, with the gid that folders will carry; faults are findings of the plan. */
void planner_find_jail_group(struct planner *planner);
/* As good as root, or a reader of other people's secrets. */
bool planner_group_is_privileged(const struct planner *planner, const char *group);
/* The gid of an existing or planned group; false when there is none. */
bool planner_group_id(struct planner *planner, const char *name, gid_t *ret_gid);
/* Groups besides the jail's: exist, or are made; privileged ones block. */
void planner_check_groups(
	struct planner *planner, const struct account *account, struct change *change);
/* Somebody else who has this uid, or NULL. */
const char *planner_uid_twin(struct planner *planner, uid_t uid, const char *login);
/* The group of an existing account's own: one of its name, or a new one. False when it can have
 * none (blocked). */
bool planner_choose_own_group(struct planner *planner, const struct account *account,
	struct change *change, gid_t *ret_gid, bool *ret_is_new);
void planner_add_member(struct planner *planner, const char *login, const char *group);
/* The new groups that somebody is a member of, in front of all other edits. */
void planner_share_groups(struct planner *planner);

/* Plans a system group, once; false when no gid is free. */
bool planner_new_group(struct planner *planner, const char *name);

/* planner_profile.c */

/* The group of a profile that rehome made. */
bool planner_group_is_profile(struct planner *planner, const char *group);
/* The profile of the layout that the source names, or of the default one, where it lists the
 * folders too; NULL = there is no such layout. */
const struct jail_profile *planner_layout_profile(
	struct planner *planner, const struct account *account);
/* Sets change->after.profile; the group that stands for it, or NULL (none, or blocked). */
const char *planner_choose_profile(struct planner *planner, const struct account *account,
	const struct jail_profile *of_layout, struct change *change);
/* The line for people, when there is news, and what will not be as it says. */
void planner_describe_profile(
	struct planner *planner, const struct account *account, struct change *change);
/* Takes away the groups of ours that nobody is in any more, when there is other work. */
void planner_drop_profiles(struct planner *planner);
/* Those that somebody has or will have. */
void planner_list_profiles(struct planner *planner, struct sshd_dropin *dropin);
/* The lines of a key file for another profile (both as text, or NULL). */
struct string_list planner_keys_from(struct planner *planner, const struct string_list *keys,
	const char *before, const char *after);

/* planner_create.c, planner_change.c */
/*
 * A password of the source that nothing here verifies: what policy.passwords.foreign_hash or a
 * person says, "key-only", "handout", "expire", or NULL when it is still to be decided.
 */
const char *planner_decide_foreign_hash(
	struct planner *planner, struct change *change, struct place place, const char *scheme);
void planner_create(struct planner *planner, const struct account *account, struct change *change);
void planner_change(struct planner *planner, const struct account *account,
	const struct managed_account *managed, struct accountdb_line *passwd,
	struct change *change);

/* An account that exists, and what the source says of it. */
struct update {
	struct planner *planner;
	const struct account *account;
	const struct managed_account *managed; /* NULL = rehome does not manage it yet */
	struct accountdb_line *passwd, *shadow;
	struct change *change;
	bool gated; /* the run closes the account while it works: its expiry is an EDIT_GATE */
	const char *profile_group; /* that it is to be in; NULL = none */
};
/* Name, expiry, groups, password, uid and state: before and after, with the edits between them. */
void planner_update_present(const struct update *update);
void planner_set_field(const struct update *update, enum accountdb_file file, size_t field,
	const char *before, const char *after);

/* planner_change_keys.c */
void planner_update_keys(const struct update *update);

/* planner_rename.c */

/* The login that the account has until the plan is applied. */
const char *planner_present_login(const struct change *change);
/* Whether change->login may be the account's new one. False, and blocked, when not. */
bool planner_check_rename(
	struct planner *planner, const struct account *account, struct change *change);
/* Blocks whoever asks for a login that another one gives up in the same plan. */
void planner_block_pending(struct planner *planner, struct place place, struct change *change,
	const struct change *pending);
/* The account's lines and memberships; in front of all its other edits. */
void planner_rename_lines(const struct update *update);
/* The file of the old login goes, one of the new login has these lines. */
void planner_rename_keys(
	const struct update *update, const struct string_list *keys, const struct key_file *file);
/* The home, when it is where the old login put it. entry: what is there. */
void planner_rename_home(
	const struct update *update, const char *home, const struct host_entry *entry);
/* All of it for one who was disabled or retired, and stays so. */
void planner_rename_closed(const struct update *update);

/* planner_adopt*.c */
/* As fstab(5) writes a path. */
char *planner_fstab_word(const char *path, struct arena *arena);
void planner_adopt(struct planner *planner, const struct account *account,
	struct accountdb_line *passwd, struct change *change);

/* What they need. */

/* The home that the account is to have; may be no fit path. */
const char *planner_home_of(
	struct planner *planner, const struct account *account, const struct change *change);
/* The full name as gecos can hold it; warns about what was replaced. */
const char *planner_gecos(
	struct planner *planner, const struct account *account, struct change *change);
/* Neither nologin nor false. */
bool planner_is_login_shell(const char *shell);
/* Refuses a shell that would let somebody in if the jail were not, unless it is the configured one.
 */
void planner_check_shell(
	struct planner *planner, const struct account *account, struct change *change);
/* The shell of a new jail's account: the source's, or the configured one. */
void planner_choose_shell(
	struct planner *planner, const struct account *account, struct change *change);
/* The lines of a group of its own. */
void planner_add_own_group(struct planner *planner, const char *login, gid_t own);
/* The folders this account should have, and the name of the layout or NULL. */
const struct folder_list *planner_folders_of(struct planner *planner, const struct account *account,
	struct change *change, const char **ret_layout);
/* As struct account_facts holds them: "pics:rw". */
struct string_list planner_folder_texts(struct planner *planner, const struct folder_list *folders);
void planner_warn_no_login(
	struct planner *planner, const struct account *account, struct change *change);
void planner_add_edit(struct planner *planner, struct edit edit);
void planner_add_line(
	struct change *change, struct arena *arena, const char *label, const char *text);
/* The same for who wants to know exactly. */
void planner_add_detail(
	struct change *change, struct arena *arena, const char *label, const char *text);

/* planner_nss.c */

/* Of a source that says account: nss; managed may be NULL. */
void planner_nss(struct planner *planner, const struct account *account,
	const struct managed_account *managed, struct change *change);
/* The line in passwd of a managed account, or what the name service says of it, or said when its
 * jail was made; NULL when the line is gone. */
struct accountdb_line *planner_passwd_line(
	const struct planner *planner, const struct managed_account *managed);

/* planner_credentials.c */

/* The account as rehome made it; NULL, with an error, when it is not there as such. */
const struct managed_account *planner_find_managed(struct planner *planner, const char *login);
struct account_facts planner_present_facts(
	struct planner *planner, const struct managed_account *managed);
/* Expiry and what it means, of the text in shadow; managed = NULL where rehome does not manage the
 * account. */
void planner_read_expiry(
	const char *expires, const struct managed_account *managed, struct account_facts *facts);
/* Of a managed account that no row is about; before and after are equal. Not in the plan yet. */
struct change *planner_no_change_of(struct planner *planner, const struct managed_account *managed);
/* The same of one that a command names, in the plan. */
struct change *planner_change_of_managed(
	struct planner *planner, const struct managed_account *managed);

/* planner_tenants.c */

/* Somebody else than the line's account who lives in the home or below it, or NULL. */
const char *planner_home_tenant(
	struct planner *planner, const struct accountdb_line *passwd, const char *home);

/* planner_leave*.c */

/* What the source says of the account's state, and what rehome did to it: true when that is all
 * that there is to be planned. */
bool planner_compare_state(struct planner *planner, const struct account *account,
	const struct managed_account *managed, const struct accountdb_line *passwd,
	const struct accountdb_line *shadow, struct change *change);

/* Blocks who would be opened and have another home than the jail that rehome made. */
bool planner_check_jail_is_home(struct planner *planner, const struct managed_account *managed,
	struct place place, struct change *change);

/* Takes the step that is due for somebody whom the source no longer lists. */
void planner_leave_absent(
	struct planner *planner, const struct managed_account *managed, struct change *change);
/* Disables somebody of whom only that is known, since the rest of the row was refused. */
void planner_leave_closed(
	struct planner *planner, const struct managed_account *managed, struct change *change);

/* planner_absent.c */

/* Who is absent: after all rows are collected, whatever part of them is wanted today. */
void planner_find_absent(
	struct planner *planner, const struct intake *intakes, size_t intake_count);
/* What becomes of those among them that are wanted. */
void planner_plan_absent(struct planner *planner);

/* planner_keys.c */

/* A login's file in the key directory. */
struct key_file {
	const char *path;
	const char *text; /* NULL when there is no file */
	struct string_list lines;
	struct host_owner owner;
};
NODISCARD bool planner_read_keys(
	struct planner *planner, const char *login, struct key_file *ret_file, struct diags *diags);
/* The step that replaces it by these lines; none = removes it. */
void planner_write_keys(struct planner *planner, const char *login, const struct string_list *keys,
	const struct key_file *before);
struct string_list planner_fingerprints(struct planner *planner, const struct string_list *keys);
struct string_list planner_fingerprints_of(struct planner *planner, const struct key_file *file);

/* planner_folders.c */

char *planner_parent(const char *path, struct arena *arena);
/* A step that makes the whole jail, or one that adds a folder to it. */
void planner_make_home(
	struct planner *planner, struct change *change, const struct folder_list *folders);
void planner_make_missing_folders(
	struct planner *planner, struct change *change, const struct folder_list *folders);
/* Warns of what the account was given, the source no longer lists, and still exists. */
void planner_keep_dropped_folders(struct planner *planner, struct change *change,
	struct place place, const struct folder_list *known, const struct folder_list *asked);
/* What a layout's folder gets; false, and blocked, when its owner or group does not exist, or when
 * they let the account write where it may only read. */
bool planner_folder_owner(struct planner *planner, const struct folder *folder,
	struct change *change, struct host_owner *ret_owner);
/* False, and blocked, when folders that a source lists would hand on a privileged group. */
bool planner_check_own_folders(
	struct planner *planner, const struct account *account, struct change *change);
void planner_make_folder(struct planner *planner, struct change *change,
	const struct folder *folder, const struct host_owner *owner);
/* Is change->after.home a path for a jail, beside other people's, below safe parents? And what is
 * there? False, and blocked, when not. */
bool planner_inspect_home(struct planner *planner, struct change *change, struct place place,
	struct host_entry *ret_entry);
/* Says whose home change->after.home also is, contains or lies in; NULL when nobody's. */
const char *planner_home_neighbour(
	const struct planner *planner, const struct change *change, bool *ret_is_shared);
/* Is this path fit for a new jail? Blocks when not. */
void planner_check_home(struct planner *planner, struct change *change, struct place place);

/* planner_archive.c */

/*
 * Archives a home that people live in before the change: the steps, and a line for people that says
 * what is archived, how large and about how long, or why there is no archive (--no-archive, or
 * archives.before). Call it once for each such home, when change->action is known. `home` says what
 * the home is now (dev, ino, owner, files, bytes; the rest is not looked at); path is its host
 * path. content: the contents too, not only names and rights: wherever something is copied, changes
 * its owner, or goes away, and for any change with archives.content: full.
 */
void planner_archive_home(struct planner *planner, struct change *change,
	const struct step_home *home, const char *path, bool content);
/* A finding of the plan when the archives of all of them may not fit beside the journal. */
NODISCARD bool planner_check_archive_space(struct planner *planner);
/* "1.2 GiB" */
char *planner_size_words(uint64_t bytes, struct arena *arena);

/* planner_cut.c */

/* Blocked users keep their lines for people, and lose their steps and edits. */
void planner_take_out_blocked(struct planner *planner);
/* Only the first N that would change something; the rest is for another day. */
void planner_keep_canaries(struct planner *planner);
/* Nobody's secrets stay but those that the plan is about to use. */
void planner_forget_secrets(struct planner *planner);

/* planner_shared.c */

/* Some account of the plan is or will be jailed. */
bool planner_has_accounts(const struct plan *plan);
NODISCARD bool planner_share(struct planner *planner);

/* planner_outlives.c */
void planner_find_outliving(struct planner *planner);

/* planner_sshd.c */
bool planner_ask_sshd(struct planner *planner);

/* planner_lines.c */

/* "2027-03-31" or "never". */
const char *planner_day_words(int64_t day, struct arena *arena);
void planner_describe_folders(
	struct planner *planner, struct change *change, const struct folder_list *folders);
void planner_describe_create(
	struct planner *planner, struct change *change, const struct folder_list *folders);

/* planner_contents_again.c */

/* Of an account whose home began with its contents: the step that carries over what changed there
 * since, and what changed on both sides. */
void planner_look_at_contents_again(struct planner *planner, const struct account *account,
	const struct managed_account *managed, struct change *change);

/* ---- whose account it is: planner_origin.c ---- */

/* An id that another source's or another person's account carries must not take this one over. */
bool planner_is_same_person(const struct account *account, const struct change *change,
	const struct managed_account *managed);
/* Says that the login is managed for somebody else, and what can be done about it. */
void planner_block_other_origin(struct planner *planner, const struct account *account,
	struct change *change, const struct managed_account *managed);
/* True when another source has the account by now: made anew, the person would have two. */
bool planner_block_handed_over(
	struct planner *planner, const struct account *account, struct change *change);
/* True when the name service gives the person another login than the one that has the jail. */
bool planner_block_nss_rename(
	struct planner *planner, const struct account *account, struct change *change);

#endif
