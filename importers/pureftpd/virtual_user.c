/*
 * virtual_user.c - the fields of a virtual user's line.
 */
#include "importers/pureftpd/virtual_user.h"

#include <stdlib.h>
#include <string.h>

/* The next field, or NULL behind the last one. */
static const char *
next_field(char **rest)
{
	if (!*rest)
		return NULL;
	char *field = *rest, *colon = strchr(field, ':');
	*rest = colon ? colon + 1 : NULL;
	if (colon)
		*colon = '\0';
	return field;
}

/* A whole number as strtoul(3) takes it, cut to the 32 bits that ids have. */
static bool
parse_id(const char *text, uint32_t *ret_id)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);
	*ret_id = (uint32_t)number;
	return end != text && !*end;
}

static const char *
parse_identity(char **rest, struct virtual_user *user)
{
	const char *hash = next_field(rest);
	if (!hash || !*hash)
		return "the password field is empty";
	user->hash = hash;
	const char *uid = next_field(rest);
	if (!uid || !parse_id(uid, &user->uid))
		return "the uid is not a number";
	const char *gid = next_field(rest);
	if (!gid || !parse_id(gid, &user->gid))
		return "the gid is not a number";
	if (!user->uid || !user->gid)
		return user->uid ? "gid 0 is always refused" : "uid 0 is always refused";
	const char *gecos = next_field(rest);
	const char *home = gecos ? next_field(rest) : NULL;
	if (!home || *home != '/')
		return home && *home ? "the home is not an absolute path" : "there is no home";
	user->gecos = gecos;
	user->home = home;
	return NULL;
}

static void
parse_limits(char **rest, struct virtual_user *user)
{
	const char *fields[7] = { 0 }; /* bandwidth, ratios up and down, sessions, quota */
	for (size_t i = 0; i < ARRAY_LEN(fields) && (fields[i] = next_field(rest)); i++)
		;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (!fields[i])
			fields[i] = "";
	user->has_bandwidth = *fields[0] || *fields[1];
	user->has_ratio = strtoul(fields[2], NULL, 10) || strtoul(fields[3], NULL, 10);
	user->sessions = (unsigned)strtoull(fields[4], NULL, 10);
	user->has_files = *fields[5];
	user->files = strtoull(fields[5], NULL, 10);
	user->has_bytes = *fields[6];
	user->bytes = strtoull(fields[6], NULL, 10);
}

/* Addresses count only when all four lists are there. */
static void
parse_rules(char **rest, struct virtual_user *user)
{
	const char *lists[4];
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (!(lists[i] = next_field(rest)))
			return;
	user->allow_local = lists[0];
	user->deny_local = lists[1];
	user->allow_client = lists[2];
	user->deny_client = lists[3];
	const char *hours = next_field(rest);
	if (hours)
		user->hours = hours;
}

void
virtual_user_parse(struct bytes line, struct arena *arena, struct virtual_user *ret_user)
{
	char *rest = arena_strndup(arena, line.data, line.size);
	struct virtual_user user = { .hash = "",
		.gecos = "",
		.home = "",
		.allow_local = "",
		.deny_local = "",
		.allow_client = "",
		.deny_client = "",
		.hours = "" };
	user.fault = parse_identity(&rest, &user);
	if (!user.fault) {
		parse_limits(&rest, &user);
		parse_rules(&rest, &user);
	}
	*ret_user = user;
}
