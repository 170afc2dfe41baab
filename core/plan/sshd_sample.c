/*
 * sshd_sample.c - one login for each kind; see sshd_sample.h.
 */
#include "core/plan/sshd_sample.h"

#include <grp.h>

/* Whether the directory gives a password that may be used is not ours to say; nor was one promised
 * to an account that lives and keeps what it has. */
static bool
uses_password(const struct change *change)
{
	bool keeps = change->action == CHANGE_CHANGE && change->after.password == PASSWORD_KEPT;
	return change->after.password != PASSWORD_NONE && !keeps && !change->nss;
}

/* An account made here has a group of its name; one of the name service whatever that says. */
static const char *
own_group(const struct change *change, struct arena *arena)
{
	const struct group *group = change->nss ? getgrgid(change->after.gid) : NULL;
	if (!change->nss)
		return change->login;
	return group ? arena_strdup(arena, group->gr_name) : NULL;
}

static const char *
kind_of(const struct change *change, struct arena *arena)
{
	AUTO_BUFFER struct buffer kind = { 0 };
	ARRAY_FOREACH (group, &change->after.groups)
		buffer_printf(&kind, "%s,", *group);
	buffer_printf(&kind, "%d%d", uses_password(change), change->after.keys.count != 0);
	if (change->nss)
		buffer_printf(&kind, ",%u", (unsigned)change->after.gid);
	return arena_strdup(arena, buffer_text(&kind));
}

const struct jail_profile *
sshd_sample_profile(const char *text, struct arena *arena)
{
	struct jail_profile *profile = ARENA_NEW(arena, struct jail_profile);
	if (text && !profile_parse(text, arena, profile))
		*profile = (struct jail_profile){ 0 };
	return profile;
}

void
sshd_sample_add(struct sshd_sample *sample, struct change *change)
{
	const char *kind = kind_of(change, sample->arena);
	const char *inside = NULL;
	if (!sample->everybody && table_get(&sample->kinds, kind))
		return;
	table_set(&sample->kinds, kind, change);
	const struct jail_profile *profile =
		sshd_sample_profile(change->after.profile, sample->arena);
	if (profile->from.count) {
		inside = profile_inside(profile, sample->arena);
		const char *outside = profile_outside(profile, sample->arena);
		struct sshd_case item = { change, { change->login, outside }, true };
		if (outside)
			ARRAY_PUSH(sample->arena, sample, item);
		if (!inside)
			return;
	}
	struct sshd_case item = { change, { change->login, inside }, false };
	ARRAY_PUSH(sample->arena, sample, item);
}

const struct sshd_login *
sshd_sample_logins(const struct sshd_sample *sample)
{
	struct sshd_login *logins = arena_alloc(sample->arena, sample->count * sizeof(*logins));
	for (size_t i = 0; i < sample->count; i++)
		logins[i] = sample->items[i].login;
	return logins;
}

struct sshd_expectation
sshd_sample_expect(const struct sshd_case *item, const char *keys_dir, struct arena *arena)
{
	const struct change *change = item->change;
	struct sshd_expectation expectation = {
		.login = change->login,
		.home = change->after.home,
		.has_password = uses_password(change),
		.has_key = change->after.keys.count != 0,
		.keys_dir = keys_dir,
		.profile = sshd_sample_profile(change->after.profile, arena),
		.outside = item->outside ? item->login.address : NULL,
	};
	const char *own = own_group(change, arena);
	if (own)
		string_list_push(arena, &expectation.groups, own);
	ARRAY_FOREACH (group, &change->after.groups)
		string_list_push(arena, &expectation.groups, *group);
	return expectation;
}
