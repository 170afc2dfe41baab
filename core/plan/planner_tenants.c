/*
 * planner_tenants.c - who lives in a home, or below it, by the account files.
 *
 * All homes are entered once: a plan may ask for tens of thousands of them.
 */
#include <string.h>

#include "core/plan/planner_internal.h"

/* The first two of passwd: whoever asks is one of them at most. */
struct tenants {
	const struct accountdb_line *first, *second;
};

static void
enter(struct table *homes, const char *directory, const struct accountdb_line *line)
{
	struct tenants *tenants = table_get(homes, directory);
	if (!tenants) {
		tenants = ARENA_NEW(homes->arena, struct tenants);
		tenants->first = line;
		table_set(homes, directory, tenants);
	} else if (!tenants->second && tenants->first != line) {
		tenants->second = line;
	}
}

/* A home, and every directory above it. */
static void
enter_home(struct table *homes, const char *home, const struct accountdb_line *line)
{
	enter(homes, "/", line);
	for (const char *end = strchr(home + 1, '/'); end; end = strchr(end + 1, '/'))
		enter(homes, arena_strndup(homes->arena, home, (size_t)(end - home)), line);
	enter(homes, arena_strdup(homes->arena, home), line);
}

static struct table *
read_homes(const struct planner *planner)
{
	struct table *homes = ARENA_NEW(planner->arena, struct table);
	struct accountdb_line *line;
	size_t cursor = 0;
	homes->arena = planner->arena;
	while ((line = accountdb_next(&planner->snapshot->db, ACCOUNTDB_PASSWD, &cursor))) {
		const char *home = accountdb_field(line, PASSWD_HOME);
		if (*home == '/')
			enter_home(homes, home, line);
	}
	return homes;
}

const char *
planner_home_tenant(struct planner *planner, const struct accountdb_line *passwd, const char *home)
{
	if (!planner->tenants)
		planner->tenants = read_homes(planner);
	const struct tenants *tenants = table_get(planner->tenants, home);
	if (!tenants)
		return NULL;
	const struct accountdb_line *other =
		tenants->first != passwd ? tenants->first : tenants->second;
	return other ? accountdb_name(other) : NULL;
}
