/*
 * step_sessions.c - sessions of accounts that nothing here can close: those of the name service.
 *
 * Such an account is jailed from the moment in which it is in the jail's group; a session that is
 * older than that is not, and one whose keys are gone goes on. So they end, last of all. Whoever
 * logs in after that is in the jail. Backwards they end before anything is taken away.
 */
#include "core/run/daemon.h"
#include "core/run/step.h"

/* A uid that is somebody's in passwd by now is left alone. */
static bool
end_sessions(struct run *run, bool undo)
{
	struct id_table uids = { .arena = run->arena };
	struct accountdb db;
	size_t ended;
	if (!host_is_live(run->host))
		return true;
	if (!accountdb_load(run->host, run->arena, &db, run->diags))
		return false;
	ARRAY_FOREACH (item, &run->plan->changes) {
		const struct change *change = *item;
		if (!change_ends_sessions(run->plan, change) || !change->after.uid ||
			(undo && change->action != CHANGE_CREATE) ||
			table_get(&run->dropped, change->login) ||
			(run->users && !table_get(run->users, change->login)) ||
			accountdb_find_id(&db, ACCOUNTDB_PASSWD, change->after.uid))
			continue;
		id_table_set(&uids, change->after.uid, (void *)(uintptr_t)change->login);
	}
	return !uids.count || daemon_end_processes(&uids, &ended, run->arena, run->diags);
}

static bool
sessions_apply(const struct step *step, struct run *run)
{
	(void)step;
	return end_sessions(run, false);
}

static bool
sessions_undo(const struct step *step, struct run *run)
{
	(void)step;
	return end_sessions(run, true);
}

const struct step_ops step_sessions_end = {
	.apply = sessions_apply,
	.undo = sessions_undo,
};
