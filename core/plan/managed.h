/*
 * managed.h - which accounts rehome manages, as the planner sees them.
 *
 * The registry (core/run/registry.h) fills this from its database; the planner only looks. Accounts
 * that are not in here are nobody's business but their administrator's.
 */
#ifndef REHOME_PLAN_MANAGED_H
#define REHOME_PLAN_MANAGED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/arena.h"
#include "core/base/table.h"

enum managed_state {
	MANAGED_ACTIVE,
	MANAGED_STAGED, /* made, and not opened yet */
	MANAGED_DISABLED,
	MANAGED_RETIRED, /* disabled, and its home is in quarantine */
	MANAGED_REMOVED, /* not among the managed accounts any more */
};

/* How an account stands, and since which run. What a disabling took is here for the enabling. */
struct managed_standing {
	enum managed_state state;
	const char *run;     /* NULL = always was active */
	int64_t day;	     /* since 1970 */
	bool by_hand;	     /* by a command, not by what a source said: no source undoes it */
	bool locked;	     /* the run locked the password */
	bool staged;	     /* never was opened: enabling leads to MANAGED_STAGED */
	const char *expires; /* shadow(5) field 8 as it was before, or is to be once it is opened */
	const char *keys;    /* text of the key file that was taken away, NULL = none */
};

/* It was bound to another origin (rehome link). */
struct managed_link {
	const char *run;	  /* that did so */
	const char *source, *key; /* the origin until then */
};

struct managed_account {
	const char *login;
	const char *source; /* name of the source that it came from */
	const char *key;    /* origin key within that source */
	uid_t uid;
	gid_t gid;
	const char *home;
	const char *layout;	   /* name, or NULL when its folders were listed */
	const char *folders;	   /* folder_list_text() of what it was given */
	const char *profile;	   /* profile_text(), or NULL */
	bool nss;		   /* the name service's: no line in passwd or shadow is ours */
	struct string_list groups; /* supplementary groups that rehome gave it */
	const char *keys_sha256;   /* of the managed key file, NULL = none */
	const char *expires;	   /* shadow(5) field 8 as rehome last set it, "" = never; NULL =
				      not known */
	const char *run;	   /* the newest run that changed it */
	const char *contents;	   /* host path of the newest list of what its home was copied from
				      (contents.h), or NULL */
	struct managed_standing standing;
	const struct managed_link
		*link; /* the newest; NULL = it has the origin that it began with */
};

/* What an account was called until a run gave it another login. */
struct former_login {
	const char *login;
	uid_t uid; /* the account's; it never changes */
	int64_t run;
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
	struct table by_former_key;	/* the same of origins that it does not have any more */
	struct id_table tombstones;	/* uid or gid -> struct tombstone */
	struct table tombstones_by_key; /* managed_key() -> struct tombstone */
	struct table generated; /* managed_key() -> const char *login, once made from a name */
	struct table generated_logins; /* login -> managed_key() it is reserved for */
	struct {
		struct former_login *items;
		size_t count, room;
	} former; /* oldest run first */
};

/* "active", "disabled", ... */
const char *managed_state_name(enum managed_state state);
bool managed_state_parse(const char *name, enum managed_state *ret_state);
/* "2026-11-28", and "disabled since 2026-11-28 (run 7)" */
char *managed_day_text(int64_t day, struct arena *arena);
char *managed_standing_text(const struct managed_standing *standing, struct arena *arena);

/* The scope of a source's keys: a configured name as it is, "csv:" of "csv:staff.csv". */
const char *managed_scope(const char *source, struct arena *arena);
/* "source\x1fkey": one string for a table. */
char *managed_key(struct arena *arena, const char *source, const char *key);

/* The account of this login, or the one that was last called so; NULL when there is none. */
struct managed_account *managed_find(const struct managed *managed, const char *login);
/* What the account of this uid, now called login, was called when that run ended. */
const char *managed_login_then(
	const struct managed *managed, const char *login, uid_t uid, int64_t run);
/* The account that had this login when that run ended. */
struct managed_account *managed_find_then(
	const struct managed *managed, const char *login, int64_t run);

void managed_init(struct managed *managed, struct arena *arena);
void managed_add(struct managed *managed, struct managed_account *account);
/* Those of one account in the order of their runs. */
void managed_add_link(
	struct managed *managed, struct managed_account *account, const struct managed_link *link);
void managed_add_tombstone(struct managed *managed, struct tombstone *tombstone);
void managed_add_generated(
	struct managed *managed, const char *source, const char *key, const char *login);

#endif
