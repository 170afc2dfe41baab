/*
 * snapshot.h - what the host has now, read once before planning.
 */
#ifndef REHOME_PLAN_SNAPSHOT_H
#define REHOME_PLAN_SNAPSHOT_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/base/host.h"
#include "core/model/config.h"
#include "core/plan/accountdb.h"
#include "core/plan/jail.h"
#include "core/plan/managed.h"
#include "core/plan/sshd.h"

struct snapshot {
	struct host *host;
	struct arena *arena;
	struct accountdb db;
	struct jail_cache jails;
	struct sshd_config sshd;
	const struct managed *managed;
	gid_t sys_gid_min, sys_gid_max; /* login.defs(5), for new groups; 100..999 */
	struct table bases_seen;	/* directories that snapshot_see_base() looked at */
	struct id_table ids_seen;	/* owner or group of files there -> path of one */
	struct id_table ids_managed;	/* uid or gid -> struct managed_account, present or gone */
	struct {
		struct id_range {
			uint32_t first, last;
		} * items;
		size_t count, room;
	} ranges_taken;	      /* /etc/subuid and /etc/subgid: sorted, none touching the next */
	bool has_file_groups; /* initgroups(3) asks /etc/group, as far as nsswitch.conf says */
	bool has_nss;	      /* the host is this machine: its name service is ours */
	struct table
		nss_users; /* login -> its struct accountdb_line, as the name service told it */
	bool ask_nss;	   /* nsswitch.conf names more than files: lookups may find more users */
	const char *nss_problem; /* why such a lookup failed, NULL = none did */
	struct string_list not_checked;
};

NODISCARD bool snapshot_take(struct host *host, const struct config *config,
	const struct managed *managed, struct arena *arena, struct snapshot *ret_snapshot,
	struct diags *diags);

/*
 * Where homes are made, somebody's left-over files may carry an id that is free in the account
 * files: a new account must not inherit them. Looks at what is in the directory, and in those of
 * its directories that are root's, which may be jails. Once for each directory; a missing one is
 * empty.
 */
NODISCARD bool snapshot_see_base(struct snapshot *snapshot, const char *base, struct diags *diags);

/* True when the id is used as uid or gid by anybody known. Asks NSS only when ask_nss. */
bool snapshot_id_is_taken(struct snapshot *snapshot, uint32_t id);
/* Who uses an id that is taken, as a message: "uid 1012 belongs to 'kmeier'". */
char *snapshot_explain_id(struct snapshot *snapshot, uint32_t id, struct arena *arena);
/* True when NSS knows a name. */
bool snapshot_nss_has_user(struct snapshot *snapshot, const char *login);
bool snapshot_nss_has_group(struct snapshot *snapshot, const char *name);
/* What NSS says of a login, as a line of passwd that is in no file; NULL when it knows none. */
struct accountdb_line *snapshot_nss_user(struct snapshot *snapshot, const char *login);
/* The name of a group by its number, wherever it is kept; NULL when there is none. */
const char *snapshot_nss_group(struct snapshot *snapshot, gid_t gid, struct arena *arena);

#endif
