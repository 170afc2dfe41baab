/*
 * planner_adopt.h - what the parts of an adoption share; internal to planner_adopt*.c.
 *
 *	planner_adopt.c        may it be adopted, and what is done to the account
 *	planner_adopt_home.c   what state its home is in, and what becomes of what is in it
 *	planner_adopt_elsewhere.c  a jail at another place than the home
 *	planner_adopt_keys.c   the keys in it
 *	planner_adopt_lines.c  in words
 *	planner_contents.c     a new jail that begins with what was one elsewhere
 *	planner_protect.c      administrators, services, the one at the keyboard
 */
#ifndef REHOME_PLAN_PLANNER_ADOPT_H
#define REHOME_PLAN_PLANNER_ADOPT_H

#include "core/plan/home_inventory.h"
#include "core/plan/planner_internal.h"

struct adoption {
	struct update update;
	struct planner *planner; /* those of update, for short */
	const struct account *account;
	struct change *change;

	const char *home; /* as it stands; after.home is where it is to be */
	enum adopt_elsewhere elsewhere;
	bool home_is_missing;
	bool is_new_place;	 /* after.home is the source's: the account had none to be kept */
	bool is_jail;		 /* made by hand: it stays as it is */
	struct host_entry entry; /* of the home */
	struct home_inventory inventory;
	const struct folder_list *folders; /* the layout's, or those that were listed */
	const char *loose;		   /* the folder that the old home becomes */

	const char *left_group; /* the shared primary group that it had, or NULL */
	bool own_group_is_new;
};

/* planner_protect.c */

/* uids below are the system's. */
enum { LOWEST_PERSON = 1000 };

/* Why this account is not one person's alone ("a member of 'sudo', named in sudoers"), or NULL.
 * Wants before.uid and before.gid. */
const char *planner_protection(struct planner *planner, const struct change *change);

/* planner_adopt_home.c */

/* Sets after.home and everything about the home above; false, and blocked, when it cannot become a
 * jail where it stands. */
bool adoption_look_at_home(struct adoption *adoption);
/* Whose folders these are from now on: after.folders. */
void adoption_list_folders(struct adoption *adoption);
/* The steps that do it, and the lines about them. */
void adoption_make_jail(struct adoption *adoption);

/* planner_adopt_elsewhere.c */

/* Whether the home may be copied or shown elsewhere at all. */
bool adoption_check_source(struct adoption *adoption);
/* Whether the jail can be made there. */
bool adoption_check_elsewhere(struct adoption *adoption);
/* The steps that do it, and the lines about them. */
void adoption_add_elsewhere(struct adoption *adoption, const struct step_home *home);

/* planner_adopt_keys.c */

/* The managed key file: the source's keys, or those of the home. Wants what else the account is
 * before. */
void adoption_update_keys(struct adoption *adoption);

/* planner_contents.c; home is the directory, and the account is not there yet */

/* That it can be copied, and what is in it: after.folders. Wants after.home. */
bool planner_look_at_contents(struct adoption *filling);
/* The step that makes the jail of it; wants all of after. */
void planner_fill_home(struct adoption *filling);
void planner_describe_contents(struct adoption *filling);

/* planner_adopt_lines.c */

void adoption_describe_account(struct adoption *adoption);
void adoption_describe_jail(struct adoption *adoption);
void adoption_describe_contents(struct adoption *adoption);

#endif
