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

/* One question: what sshd would do with the login from an address. */
struct sshd_case {
	struct change *change;
	struct sshd_login login;
	bool outside; /* its profile refuses this address */
};

/* Set the arena (the table's too) and everybody. */
struct sshd_sample {
	struct arena *arena;
	bool everybody; /* sshd_config_depends_on_user() */
	struct sshd_case *items;
	size_t count, room;
	struct table kinds;
};

/* Adds the change unless one of its kind stands for it already; twice when its profile is about
 * addresses, of which one is allowed and one is not. */
void sshd_sample_add(struct sshd_sample *sample, struct change *change);

/* For sshd_ask(), in the order of the items. */
const struct sshd_login *sshd_sample_logins(const struct sshd_sample *sample);

/* What sshd must say to this question. */
struct sshd_expectation sshd_sample_expect(
	const struct sshd_case *item, const char *keys_dir, struct arena *arena);

/* The profile of this text, as plans and the registry have it; an empty one for NULL and for what
 * cannot be read. */
const struct jail_profile *sshd_sample_profile(const char *text, struct arena *arena);

#endif
