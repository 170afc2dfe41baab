/*
 * sshd_sample.h - of thousands of new logins, the few that sshd has to be asked about.
 *
 * sshd's answer depends on a login's groups and on what it can use, unless a rule names users: then
 * everybody is asked. Used by the planner and again by the run, after the accounts exist.
 */
#ifndef REHOME_PLAN_SSHD_SAMPLE_H
#define REHOME_PLAN_SSHD_SAMPLE_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/table.h"
#include "core/plan/plan.h"
#include "core/plan/sshd.h"

/* Set the arena (the table's too) and everybody. */
struct sshd_sample {
	struct arena *arena;
	bool everybody; /* sshd_config_depends_on_user() */
	struct change **items;
	size_t count, room;
	struct table kinds;
};

/* Adds the change unless one of its kind stands for it already. */
void sshd_sample_add(struct sshd_sample *sample, struct change *change);

/* The logins, in the order of the items. */
const char **sshd_sample_logins(const struct sshd_sample *sample);

/* What sshd must say of a new account. */
struct sshd_expectation sshd_sample_expect(
	const struct change *change, const char *keys_dir, struct arena *arena);

#endif
