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
	uid_t sys_gid_min, sys_gid_max; /* login.defs(5), for the jail's group; 100..999 */
	struct id_table
		ids_taken; /* ids that no new account may get besides those in db: NSS,
			      subordinate ranges are kept apart, owners seen in homes' bases */
	struct {
		struct id_range {
			uint32_t first, last;
		} * items;
		size_t count, room;
	} ranges_taken; /* /etc/subuid and /etc/subgid */
	bool ask_nss;	/* nsswitch.conf names more than files: lookups may find more users */
	struct string_list not_checked;
};

NODISCARD bool snapshot_take(struct host *host, const struct config *config,
	const struct managed *managed, struct arena *arena, struct snapshot *ret_snapshot,
	struct diags *diags);

/* True when the id is used as uid or gid by anybody known. Asks NSS only when ask_nss. */
bool snapshot_id_is_taken(struct snapshot *snapshot, uint32_t id);
/* True when NSS knows a login that the files do not. */
bool snapshot_nss_has_user(struct snapshot *snapshot, const char *login);
bool snapshot_nss_has_group(struct snapshot *snapshot, const char *name);

#endif
