/*
 * limits.c - see limits.h.
 */
#include "core/plan/limits.h"

#include <string.h>
#include <time.h>

#include "core/base/buffer.h"
#include "core/model/account.h"

enum { AT_LEAST = 2, NAMED = 20 };

static const struct {
	const char *key, *done; /* of the configuration; "would be ..." */
} kinds[LIMIT_KINDS] = {
	[LIMIT_DISABLE] = { "policy.leavers", "disabled" },
	[LIMIT_RETIRE] = { "policy.limits.retire", "retired" },
	[LIMIT_REMOVE] = { "policy.limits.remove", "removed" },
	[LIMIT_RENAME] = { "policy.limits.rename", "renamed" },
};

/* ---- what is counted ---- */

static bool
is_open(const struct account_facts *facts, int64_t day)
{
	return !facts->disabled && (facts->expires == ACCOUNT_NEVER || facts->expires > day);
}

/* Today, or tomorrow: an end that a source writes for tomorrow would come without being counted. */
static bool
is_shut(const struct change *change, int64_t day)
{
	const struct account_facts *before = &change->before, *after = &change->after;
	return (is_open(before, day) && !is_open(after, day)) ||
		(is_open(before, day + 1) && !is_open(after, day + 1));
}

static bool
loses_keys(const struct change *change)
{
	return change->before.keys.count && !change->after.keys.count;
}

unsigned
limit_kinds_of(const struct change *change, const struct table *retired, int64_t day)
{
	unsigned counted = 0;
	if (change->action != CHANGE_CHANGE && change->action != CHANGE_LEAVE)
		return 0;
	if (!change->has_after)
		return 1u << LIMIT_REMOVE;
	/* An expiry that has come, or comes within a day, shuts somebody out just as well, and so
	 * does the last key. */
	if (is_shut(change, day) || (is_open(&change->before, day) && loses_keys(change)))
		counted |= 1u << LIMIT_DISABLE;
	if (table_get(retired, change->login))
		counted |= 1u << LIMIT_RETIRE;
	if (change->old_login)
		counted |= 1u << LIMIT_RENAME;
	return counted;
}

static struct table
retired_by(const struct plan *plan, struct arena *arena)
{
	struct table retired = { .arena = arena };
	ARRAY_FOREACH (step, &plan->steps) {
		if (step->kind == STEP_HOME_RETIRE)
			table_set(&retired, step->user, step);
	}
	return retired;
}

/* "2026-11-28T..." of the plan's head, as a day. */
static int64_t
day_of(const struct plan *plan)
{
	struct tm utc = { 0 };
	return strptime(plan->created, "%Y-%m-%d", &utc) ? timegm(&utc) / 86400
							 : time(NULL) / 86400;
}

/* ---- what was done ---- */

void
limit_history_init(struct limit_history *history, struct arena *arena)
{
	*history = (struct limit_history){ .arena = arena, .sources = { .arena = arena } };
}

static struct limit_counts *
counts_of(struct limit_history *history, const char *source)
{
	struct limit_counts *counts = table_get(&history->sources, source);
	if (counts)
		return counts;
	counts = ARENA_NEW(history->arena, struct limit_counts);
	table_set(&history->sources, arena_strdup(history->arena, source), counts);
	return counts;
}

void
limit_history_add(
	struct limit_history *history, const struct plan *plan, const struct table *left_out)
{
	AUTO_ARENA struct arena arena = { 0 };
	const struct table retired = retired_by(plan, &arena);
	int64_t day = day_of(plan);
	ARRAY_FOREACH (item, &plan->changes) {
		const struct change *change = *item;
		unsigned counted = limit_kinds_of(change, &retired, day);
		if (!counted || !change->source || table_get(left_out, change->login))
			continue;
		struct limit_counts *counts = counts_of(history, change->source);
		for (int kind = 0; kind < LIMIT_KINDS; kind++)
			counts->of[kind] += (counted >> kind) & 1;
	}
}

/* ---- what is allowed ---- */

size_t
limit_allows(const struct policy_limit *limit, size_t managed, enum limit_rule *ret_rule)
{
	size_t share = managed * limit->percent / 100;
	*ret_rule = LIMIT_BY_PERCENT;
	if (share < AT_LEAST && limit->percent) {
		share = AT_LEAST;
		*ret_rule = LIMIT_AT_LEAST;
	}
	if (limit->count >= share)
		return share;
	*ret_rule = LIMIT_BY_COUNT;
	return limit->count;
}

static size_t
managed_for(const struct managed *managed, const char *source)
{
	size_t count = 0;
	ARRAY_FOREACH (account, &managed->accounts)
		count += strcmp((*account)->source, source) == 0;
	return count;
}

static bool
lists_nobody(const struct plan *plan, const char *source)
{
	ARRAY_FOREACH (input, &plan->inputs) {
		if (strcmp(input->source, source) == 0)
			return input->rows == 0;
	}
	return false;
}

/* Logins of one kind and source. */
static struct limit_breach *
breach_of(struct limit_breaches *breaches, const char *source, enum limit_kind kind,
	struct arena *arena)
{
	ARRAY_FOREACH (breach, breaches) {
		if (breach->kind == kind && strcmp(breach->source, source) == 0)
			return breach;
	}
	ARRAY_PUSH(arena, breaches, (struct limit_breach){ .source = source, .kind = kind });
	return &breaches->items[breaches->count - 1];
}

static struct limit_breaches
what_is_planned(const struct plan *plan, struct arena *arena)
{
	const struct table retired = retired_by(plan, arena);
	struct limit_breaches planned = { 0 };
	int64_t day = day_of(plan);
	ARRAY_FOREACH (item, &plan->changes) {
		const struct change *change = *item;
		unsigned counted = limit_kinds_of(change, &retired, day);
		for (int kind = 0; change->source && kind < LIMIT_KINDS; kind++) {
			if (counted & (1u << kind))
				string_list_push(arena,
					&breach_of(&planned, change->source, (enum limit_kind)kind,
						arena)
						 ->logins,
					change->login);
		}
	}
	return planned;
}

static bool
is_over(struct limit_breach *breach, const struct plan *plan, const struct config *config,
	const struct managed *managed, const struct limit_history *history)
{
	const struct limit_counts *before = table_get(&history->sources, breach->source);
	breach->policy = &config->policy.limits[breach->kind];
	breach->managed = managed_for(managed, breach->source);
	breach->before = before ? before->of[breach->kind] : 0;
	breach->limit = limit_allows(breach->policy, breach->managed, &breach->rule);
	breach->is_empty = lists_nobody(plan, breach->source);
	return breach->is_empty || breach->before + breach->logins.count > breach->limit;
}

struct limit_breaches
limits_check(const struct plan *plan, const struct config *config, const struct managed *managed,
	const struct limit_history *history, struct arena *arena)
{
	struct limit_breaches breaches = { 0 };
	if (!plan->inputs.count)
		return breaches;
	const struct limit_breaches planned = what_is_planned(plan, arena);
	ARRAY_FOREACH (breach, &planned) {
		if (is_over(breach, plan, config, managed, history))
			ARRAY_PUSH(arena, &breaches, *breach);
	}
	return breaches;
}

/* ---- in words ---- */

size_t
limit_breaches_users(const struct limit_breaches *breaches, struct arena *arena)
{
	struct table users = { .arena = arena };
	size_t count = 0;
	ARRAY_FOREACH (breach, breaches) {
		ARRAY_FOREACH (login, &breach->logins) {
			count += !table_get(&users, *login);
			table_set(&users, *login, breach);
		}
	}
	return count;
}

static void
add_rule(struct buffer *text, const struct limit_breach *breach)
{
	const char *key = kinds[breach->kind].key;
	buffer_printf(text, "; at most %zu may in 24 hours (%s.", breach->limit, key);
	if (breach->rule == LIMIT_BY_COUNT)
		buffer_printf(text, "max_count: %u)", breach->policy->count);
	else
		buffer_printf(text, "max_percent: %u%s)", breach->policy->percent,
			breach->rule == LIMIT_AT_LEAST ? ", but at least 2" : "");
}

static void
add_names(struct buffer *text, const struct string_list *logins)
{
	size_t named = logins->count > NAMED ? NAMED : logins->count;
	for (size_t i = 0; i < named; i++)
		buffer_printf(text, "%s%s", i ? ", " : ": ", logins->items[i]);
	if (logins->count > named)
		buffer_printf(text, " and %zu more", logins->count - named);
}

const char *
limit_breach_text(const struct limit_breach *breach, struct arena *arena)
{
	AUTO_BUFFER struct buffer text = { 0 };
	if (breach->is_empty)
		buffer_add_text(&text, "lists nobody at all: ");
	buffer_printf(&text, "%zu of the %zu accounts that are managed for it would be %s",
		breach->logins.count, breach->managed, kinds[breach->kind].done);
	if (breach->before)
		buffer_printf(&text, ", after %zu in the last 24 hours", breach->before);
	if (!breach->is_empty)
		add_rule(&text, breach);
	add_names(&text, &breach->logins);
	return arena_strdup(arena, buffer_text(&text));
}
