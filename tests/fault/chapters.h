/*
 * chapters.h - the runs that are stopped at every effect.
 */
#ifndef REHOME_TESTS_FAULT_CHAPTERS_H
#define REHOME_TESTS_FAULT_CHAPTERS_H

#include "story.h"

extern const struct chapter chapter_create_usual, chapter_create_nis, chapter_create_ragged,
	chapter_change, chapter_credentials, chapter_wave, chapter_failing_user, chapter_rollback,
	chapter_rollback_one, chapter_rollback_last, chapter_rollback_change;

/* What sshd does for some of the jailed. */
extern const struct chapter chapter_profile, chapter_profile_change, chapter_profile_rollback,
	chapter_profile_tidy, chapter_profile_untidy;

/* Homes that people live in. */
extern const struct chapter chapter_adopt, chapter_adopt_remap, chapter_unadopt,
	chapter_unadopt_remap;
/* heinz, whose home is furnished, and anna, as the sheet says: the first plan of the story, for the
 * machine as it is now. */
void chapter_plan_adoption(struct story *story, struct world *world, const char *sheet);

/* The same into another place. */
extern const struct chapter chapter_copy, chapter_bind, chapter_unbind, chapter_uncopy,
	chapter_uncopy_lived, chapter_fill, chapter_unfill, chapter_carry, chapter_uncarry;

/* Accounts that leave, and come back. */
extern const struct chapter chapter_disable, chapter_enable, chapter_retire, chapter_unretire,
	chapter_remove, chapter_remove_nis, chapter_unremove;

/* Accounts that get other logins. */
extern const struct chapter chapter_rename, chapter_rename_nis, chapter_unrename;

/* Accounts that are made closed, and opened later. */
extern const struct chapter chapter_stage, chapter_activate, chapter_unactivate;

/* An account of the name service. */
extern const struct chapter chapter_nss, chapter_unnss, chapter_nss_disable;

#endif
