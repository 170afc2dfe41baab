/*
 * planning_limits.c - a plan against the policy's limits; see planning.h.
 */
#include <time.h>

#include "cli/planning.h"
#include "core/plan/limits.h"
#include "core/run/recent.h"

static bool
refuse(struct session *session, const struct limit_breaches *breaches, size_t users,
	unsigned allowed)
{
	struct diags *diags = &session->diags;
	ARRAY_FOREACH (breach, breaches) {
		diag_error(diags, at(breach->source, 0), "%s",
			limit_breach_text(breach, session->arena));
		diag_code(diags, breach->is_empty ? "limit-empty" : "limit");
	}
	if (allowed)
		diag_hint(diags, "--allow-leavers says %u, and it is %zu.", allowed, users);
	else
		diag_hint(diags,
			"Look into the source and its filter; if this is right, say how many: "
			"--allow-leavers %zu",
			users);
	return session_fail(session, EXIT_LIMIT);
}

bool
planning_check_limits(struct session *session, const struct plan *plan, unsigned allowed,
	unsigned *ret_over_limit)
{
	struct limit_history history;
	*ret_over_limit = 0;
	if (!plan->inputs.count || (!plan->counts[CHANGE_LEAVE] && !plan->counts[CHANGE_CHANGE]))
		return true;
	if (!session->managed.arena && !session_load_managed(session))
		return false;
	if (!recent_limits(&session->state, time(NULL) - RECENT_SECONDS, session->arena, &history,
		    &session->diags))
		return session_fail(session, EXIT_FAILED);
	const struct limit_breaches breaches =
		limits_check(plan, session->config, &session->managed, &history, session->arena);
	size_t users = limit_breaches_users(&breaches, session->arena);
	if (users && users != allowed)
		return refuse(session, &breaches, users, allowed);
	*ret_over_limit = (unsigned)users;
	return true;
}
