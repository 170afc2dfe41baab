/*
 * planner_secrets.c - passwords become hashes, in parallel, and are forgotten.
 */
#include <string.h>

#include "core/model/password.h"
#include "core/plan/planner.h"

bool
planner_hash_secrets(struct plan *plan, struct plan_secrets *secrets, bool generate,
	unsigned threads, void (*progress)(void *ctx, size_t done, size_t count), void *ctx,
	struct arena *arena, struct diags *diags)
{
	size_t count = 0;
	struct plan_secret **waiting =
		arena_alloc(arena, secrets->items.count * sizeof(struct plan_secret *));
	struct table logins = { .arena = arena };

	/* Only whom the plan still has: the others' passwords stay unhashed and are never saved. */
	ARRAY_FOREACH (change, &plan->changes) {
		if (change_is_work(*change))
			table_set(&logins, (*change)->login, *change);
	}
	ARRAY_FOREACH (secret, &secrets->items) {
		if ((*secret)->hash || !table_get(&logins, (*secret)->login))
			continue;
		if ((*secret)->generated && generate)
			(*secret)->password = password_generate(arena);
		if ((*secret)->password)
			waiting[count++] = *secret;
	}
	const char **passwords = arena_alloc(arena, count * sizeof(*passwords));
	struct password_batch batch = {
		.passwords = passwords,
		.hashes = arena_alloc(arena, count * sizeof(*batch.hashes)),
		.count = count,
		.threads = threads,
		.progress = progress,
		.ctx = ctx,
	};
	for (size_t i = 0; i < count; i++)
		passwords[i] = waiting[i]->password;
	if (!password_hash_all(&batch, arena, diags))
		return false;
	for (size_t i = 0; i < count; i++) {
		waiting[i]->hash = batch.hashes[i];
		/* Only the handout still needs to say one. */
		if (!waiting[i]->generated)
			waiting[i]->password = NULL;
	}
	return true;
}
