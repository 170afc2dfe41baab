/*
 * loss.c - see loss.h.
 */
#include "exporters/loss.h"

#include <string.h>

void
loss_add(struct losses *losses, const struct account *account, const char *what, const char *hint)
{
	struct arena *arena = losses->job->arena;
	ARRAY_FOREACH (loss, losses) {
		if (strcmp(loss->what, what) != 0)
			continue;
		string_list_push(arena, &loss->logins, account->username);
		return;
	}
	struct loss loss = { .what = what, .hint = hint };
	string_list_push(arena, &loss.logins, account->username);
	ARRAY_PUSH(arena, losses, loss);
}

static const char *
names_of(const struct string_list *logins, struct arena *arena)
{
	enum { NAMED = 10 };
	AUTO_BUFFER struct buffer names = { 0 };
	for (size_t i = 0; i < logins->count && i < NAMED; i++)
		buffer_printf(&names, "%s%s", i ? ", " : "", logins->items[i]);
	if (logins->count > NAMED)
		buffer_printf(&names, " and %zu more", logins->count - NAMED);
	return arena_strdup(arena, buffer_text(&names));
}

void
losses_tell(const struct losses *losses)
{
	const struct export_job *job = losses->job;
	ARRAY_FOREACH (loss, losses) {
		diag_warning(job->diags, NOWHERE, "%s: %s", loss->what,
			names_of(&loss->logins, job->arena));
		diag_code(job->diags, "not-exported");
		if (loss->logins.count == 1)
			diag_user(job->diags, loss->logins.items[0]);
		if (loss->hint)
			diag_hint(job->diags, "%s", loss->hint);
	}
}
