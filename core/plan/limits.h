/*
 * limits.h - how much of what a source asks for may happen without anybody being asked.
 *
 * A filter that was mistyped, or half a directory, looks like many people who leave at once. So
 * what sources do to accounts is counted by source and kind: what this plan would do, and what runs
 * did in the last 24 hours. Over the limit nothing of the plan is done. A limit is the lower one of
 * a number and a share of the accounts that are managed for the source; the share is rounded down,
 * and is two at least, so that a small source can lose somebody; a zero means nobody. What a
 * command names (rehome disable) is not counted.
 */
#ifndef REHOME_PLAN_LIMITS_H
#define REHOME_PLAN_LIMITS_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/table.h"
#include "core/model/config.h"
#include "core/plan/managed.h"
#include "core/plan/plan.h"

/* How many accounts of one source went through what. */
struct limit_counts {
	size_t of[LIMIT_KINDS];
};

/* What was done lately, by source. */
struct limit_history {
	struct arena *arena;
	struct table sources; /* -> struct limit_counts */
};
void limit_history_init(struct limit_history *history, struct arena *arena);
/* What a run did; left_out: logins that it undid, or that were taken back since. Keeps nothing of
 * the plan. */
void limit_history_add(
	struct limit_history *history, const struct plan *plan, const struct table *left_out);

/* The kinds that a change of a plan counts for, as bits 1u << enum limit_kind. retired: logins
 * whose home goes into quarantine; day: of the plan, since 1970. */
unsigned limit_kinds_of(const struct change *change, const struct table *retired, int64_t day);

enum limit_rule {
	LIMIT_BY_COUNT,
	LIMIT_BY_PERCENT,
	LIMIT_AT_LEAST, /* the percentage is less than two accounts */
};

/* What a policy allows for a source with this many managed accounts. */
size_t limit_allows(const struct policy_limit *limit, size_t managed, enum limit_rule *ret_rule);

/* More than is allowed. */
struct limit_breach {
	const char *source;
	enum limit_kind kind;
	const struct policy_limit *policy;
	size_t managed, before, limit; /* before: in the last 24 hours */
	enum limit_rule rule;
	bool is_empty; /* the source lists nobody at all; the limit does not matter */
	struct string_list logins;
};
struct limit_breaches {
	struct limit_breach *items;
	size_t count, room;
};
struct limit_breaches limits_check(const struct plan *plan, const struct config *config,
	const struct managed *managed, const struct limit_history *history, struct arena *arena);

/* Over all of them, each account once: what --allow-leavers must say. */
size_t limit_breaches_users(const struct limit_breaches *breaches, struct arena *arena);

/* "60 of the 100 accounts that are managed for it would be disabled; ...: anna, ben, ..." */
const char *limit_breach_text(const struct limit_breach *breach, struct arena *arena);

#endif
