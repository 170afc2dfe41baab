/*
 * codec_report.c - a plan for scripts that only look: each user with what would be done to them.
 */
#include "core/plan/codec_table.h"

/* The steps of each user, in their order, without searching: a chain through `next`. */
struct chains {
	const struct plan *plan;
	struct table first; /* login -> index + 1 of the user's first step */
	size_t *next;	    /* index + 1; 0 ends the chain */
};

static void
chain_steps(const struct plan *plan, struct arena *arena, struct chains *ret_chains)
{
	*ret_chains = (struct chains){
		.plan = plan,
		.first = { .arena = arena },
		.next = arena_alloc(arena, plan->steps.count * sizeof(size_t)),
	};
	for (size_t i = plan->steps.count; i-- > 0;) {
		const char *user = plan->steps.items[i].user;
		if (!user)
			continue;
		ret_chains->next[i] = (uintptr_t)table_get(&ret_chains->first, user);
		table_set(&ret_chains->first, user, (void *)(uintptr_t)(i + 1));
	}
}

static void
write_step(struct json_writer *json, const struct step *step)
{
	json_write_open(json, NULL, '{');
	json_write_text(json, "verb", step_verb(step->kind));
	json_write_text(json, "path", step->path);
	json_write_close(json);
}

/* What no user alone is the reason for: directories, the drop-in, the account files. */
static void
write_shared_steps(struct json_writer *json, const struct plan *plan)
{
	json_write_open(json, "steps", '[');
	ARRAY_FOREACH (step, &plan->steps) {
		if (!step->user)
			write_step(json, step);
	}
	json_write_close(json);
}

static void
write_steps(struct json_writer *json, const struct chains *chains, const struct change *change)
{
	/* A blocked row may name somebody else's login. */
	size_t at = 0;
	if (change_is_work(change))
		at = (uintptr_t)table_get(&chains->first, change->login);
	json_write_open(json, "steps", '[');
	for (; at; at = chains->next[at - 1])
		write_step(json, &chains->plan->steps.items[at - 1]);
	json_write_close(json);
}

void
plan_report(const struct plan *plan, struct buffer *out)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct codec_document document;
	struct chains chains;
	struct json_writer json = { .out = out };

	codec_describe(plan, &document);
	document.kind = CODEC_REPORT;
	chain_steps(plan, &arena, &chains);

	json_write_open(&json, NULL, '{');
	codec_write_members(&json, &codec_document, &document);
	json_write_open(&json, "users", '[');
	ARRAY_FOREACH (change, &plan->changes) {
		json_write_open(&json, NULL, '{');
		codec_write_members(&json, &codec_change, *change);
		write_steps(&json, &chains, *change);
		json_write_close(&json);
	}
	json_write_close(&json);
	write_shared_steps(&json, plan);
	json_write_close(&json);
}
