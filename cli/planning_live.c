/*
 * planning_live.c - who is at work in the homes of a plan at the moment when it is made.
 *
 * A look, no promise: the run looks again, when it can act on what it finds.
 */
#include <string.h>
#include <unistd.h>

#include "cli/planning.h"
#include "core/run/daemon.h"

struct scene {
	struct plan *plan;
	struct arena *arena;
	struct table homes, changes; /* -> login; login -> struct change */
	struct id_table uids;
};

static bool
is_closed(const struct change *change)
{
	return change->action == CHANGE_ADOPT || (change->nss && change->action == CHANGE_CREATE) ||
		change->action == CHANGE_LEAVE || change->old_login ||
		(change->action == CHANGE_CHANGE && change->after.disabled &&
			!change->before.disabled);
}

/* Whose processes a run ends, and whose home it freezes. */
static void
collect(struct scene *scene)
{
	ARRAY_FOREACH (item, &scene->plan->changes) {
		struct change *change = *item;
		if (!is_closed(change) || !change->has_before || !change->before.uid)
			continue;
		table_set(&scene->changes, change->login, change);
		id_table_set(&scene->uids, change->before.uid, (void *)(uintptr_t)change->login);
		if (change->before.home && change->before.home[0] == '/' && change->before.home[1])
			table_set(&scene->homes, change->before.home,
				(void *)(uintptr_t)change->login);
	}
}

/* ---- the users themselves ---- */

static void
tell_at_work(
	const struct scene *scene, struct change *change, const struct user_processes *processes)
{
	enum { ENOUGH = 3 };
	AUTO_BUFFER struct buffer text = { 0 };
	size_t count = 0;
	ARRAY_FOREACH (process, processes) {
		if (strcmp(process->login, change->login) == 0 && count++ < ENOUGH)
			buffer_printf(&text, "%s%s (process %d)", text.size ? ", " : "",
				process->command, (int)process->pid);
	}
	if (!count)
		return;
	if (count > ENOUGH)
		buffer_printf(&text, " and %zu more", count - ENOUGH);
	diag_warning(&change->findings, NOWHERE, "at work now: %s",
		arena_strdup(scene->arena, buffer_text(&text)));
	diag_code(&change->findings, "user-active");
	diag_user(&change->findings, change->login);
	diag_hint(&change->findings, "What runs as the user is ended when the plan is applied.");
}

/* ---- others ---- */

static void
tell_use(const struct scene *scene, const struct home_use *use)
{
	struct change *change = table_get(&scene->changes, use->login);
	diag_warning(&change->findings, at(use->path, 0), "in use now by %s (process %d)",
		use->command, (int)use->pid);
	diag_code(&change->findings, "home-in-use");
	diag_user(&change->findings, use->login);
	if (daemon_use_is_in_the_way(use))
		diag_hint(&change->findings,
			"It has to be out of the home when the plan is applied.");
}

/* Logins of an old server that become accounts: does it run on this very machine? */
static bool
look_for_old_server(struct session *session, struct plan *plan)
{
	struct id_table nobody = { .arena = session->arena };
	bool is_old = false;
	ARRAY_FOREACH (input, &plan->inputs)
		is_old |= input->is_old_server;
	return !is_old || !plan_has_work(plan) ||
		daemon_warn_of_ftp_servers(&nobody, session->arena, &plan->findings);
}

bool
planning_look_around(struct session *session, struct plan *plan)
{
	struct scene scene = {
		.plan = plan,
		.arena = session->arena,
		.homes = { .arena = session->arena },
		.changes = { .arena = session->arena },
		.uids = { .arena = session->arena },
	};
	struct user_processes processes;
	struct home_uses uses;
	collect(&scene);
	if (!host_is_live(session->host))
		return true;
	if (!scene.changes.count)
		return geteuid() != 0 || look_for_old_server(session, plan);
	if (geteuid() != 0) {
		string_list_push(session->arena, &plan->not_checked,
			"who works in the homes now (only root sees that)");
		return true;
	}
	if (!daemon_find_processes(&scene.uids, session->arena, &processes, &session->diags) ||
		!daemon_find_home_uses(
			&scene.homes, &scene.uids, session->arena, &uses, &plan->findings) ||
		!daemon_warn_of_ftp_servers(&scene.uids, session->arena, &plan->findings))
		return false;
	ARRAY_FOREACH (item, &plan->changes) {
		if (table_get(&scene.changes, (*item)->login ? (*item)->login : ""))
			tell_at_work(&scene, *item, &processes);
	}
	ARRAY_FOREACH (use, &uses)
		tell_use(&scene, use);
	return true;
}
