/*
 * sshd_sample.c - one login for each kind; see sshd_sample.h.
 */
#include "core/plan/sshd_sample.h"

static const char *
kind_of(const struct change *change, struct arena *arena)
{
	AUTO_BUFFER struct buffer kind = { 0 };
	ARRAY_FOREACH (group, &change->after.groups)
		buffer_printf(&kind, "%s,", *group);
	buffer_printf(&kind, "%d%d", change->after.password != PASSWORD_NONE,
		change->after.keys.count != 0);
	return arena_strdup(arena, buffer_text(&kind));
}

void
sshd_sample_add(struct sshd_sample *sample, struct change *change)
{
	const char *kind = kind_of(change, sample->arena);
	if (!sample->everybody && table_get(&sample->kinds, kind))
		return;
	table_set(&sample->kinds, kind, change);
	ARRAY_PUSH(sample->arena, sample, change);
}

const char **
sshd_sample_logins(const struct sshd_sample *sample)
{
	const char **logins = arena_alloc(sample->arena, sample->count * sizeof(*logins));
	for (size_t i = 0; i < sample->count; i++)
		logins[i] = sample->items[i]->login;
	return logins;
}

struct sshd_expectation
sshd_sample_expect(const struct change *change, const char *keys_dir, struct arena *arena)
{
	struct sshd_expectation expectation = {
		.login = change->login,
		.home = change->after.home,
		.has_password = change->after.password != PASSWORD_NONE,
		.has_key = change->after.keys.count != 0,
		.keys_dir = keys_dir,
	};
	/* The account's own group has its name. */
	string_list_push(arena, &expectation.groups, change->login);
	ARRAY_FOREACH (group, &change->after.groups)
		string_list_push(arena, &expectation.groups, *group);
	return expectation;
}
