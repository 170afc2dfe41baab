/*
 * managed.h - which accounts rehome manages, as the planner sees them.
 *
 * The registry (core/run/registry.h) fills this from its database; the planner only looks. Accounts
 * that are not in here are nobody's business but their administrator's.
 */
#ifndef REHOME_PLAN_MANAGED_H
#define REHOME_PLAN_MANAGED_H

#include <stdint.h>
#include <sys/types.h>

#include "core/base/arena.h"
#include "core/base/table.h"

struct managed_account {
	const char *login;
	const char *source; /* name of the source that it came from */
	const char *key;    /* origin key within that source */
	uid_t uid;
	gid_t gid;
	const char *home;
	const char *layout;	   /* name, or NULL when its folders were listed */
	const char *folders;	   /* folder_list_text() of what it was given */
	struct string_list groups; /* supplementary groups that rehome gave it */
	const char *keys_sha256;   /* of the managed key file, NULL = none */
	const char *expires;	   /* shadow(5) field 8 as rehome last set it, "" = never; NULL =
				      not known */
	const char *run;	   /* the newest run that changed it */
};

/* A uid that was used and must not be given to anybody but the same person again. */
struct tombstone {
	uid_t uid;
	gid_t gid;
	const char *login, *source, *key;
};

struct managed {
	struct arena *arena;
	struct {
		struct managed_account **items;
		size_t count, room;
	} accounts;			/* by login */
	struct table by_login;		/* -> struct managed_account */
	struct table by_key;		/* managed_key() -> struct managed_account */
	struct id_table tombstones;	/* uid -> struct tombstone */
	struct table tombstones_by_key; /* managed_key() -> struct tombstone */
	struct table generated; /* managed_key() -> const char *login, once made from a name */
	struct table generated_logins; /* login -> managed_key() it is reserved for */
};

/* "source\x1fkey": one string for a table. */
char *managed_key(struct arena *arena, const char *source, const char *key);

void managed_init(struct managed *managed, struct arena *arena);
void managed_add(struct managed *managed, struct managed_account *account);
void managed_add_tombstone(struct managed *managed, struct tombstone *tombstone);
void managed_add_generated(
	struct managed *managed, const char *source, const char *key, const char *login);

#endif
