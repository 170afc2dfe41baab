/*
 * session.c - configuration, host, state and registry for a command; see session.h.
 */
#include "cli/session.h"

#include <string.h>
#include <unistd.h>

#include "core/run/registry.h"
#include "core/run/run.h"

bool
session_fail(struct session *session, enum exit_code exit)
{
	session->exit = exit;
	return false;
}

static const char *
root_of(const struct session *session)
{
	return session->globals.root ? session->globals.root : "/";
}

bool
session_load_config(struct session *session)
{
	if (!config_load(session->globals.config, root_of(session), session->arena,
		    &session->config, &session->diags))
		return session_fail(session, EXIT_BAD_CONFIG);
	return true;
}

static bool
is_forbidden(const struct diags *diags)
{
	size_t forbidden = 0;
	ARRAY_FOREACH (diag, diags)
		forbidden += diag->code && strcmp(diag->code, "config-forbidden") == 0;
	return forbidden && forbidden == diags->errors;
}

bool
session_load_config_or_none(struct session *session)
{
	static const char empty[] = "version: 1\n";
	const struct bytes none = { empty, sizeof(empty) - 1 };
	struct diags said = { .arena = session->arena };
	bool loaded = config_load(
		session->globals.config, root_of(session), session->arena, &session->config, &said);
	if (!loaded && !session->globals.config && is_forbidden(&said) &&
		config_parse(none, "", session->arena, &session->config, &session->diags)) {
		session->config->file = NULL;
		diag_warning(&session->diags, said.items[0].place,
			"is not for you to read: the sources and layouts of this machine are not "
			"known");
		return true;
	}
	ARRAY_FOREACH (diag, &said)
		diag_append(&session->diags, diag);
	return loaded || session_fail(session, EXIT_BAD_CONFIG);
}

/* Below --root the administrator may be anybody who owns the files there. */
static bool
check_permitted(struct session *session)
{
	if (geteuid() == 0 || !host_is_live(session->host))
		return true;
	diag_error(&session->diags, NOWHERE,
		"only root may read the accounts of this machine, let alone change them");
	diag_code(&session->diags, "not-root");
	diag_hint(&session->diags, "Run it with sudo, or try it out with --root DIR.");
	return session_fail(session, EXIT_NOT_PERMITTED);
}

bool
session_open(struct session *session, enum host_mode mode)
{
	bool exists;
	session->host = host_create(root_of(session), mode, &session->diags);
	if (!session->host)
		return session_fail(session, EXIT_FAILED);
	/* Who may not read the accounts may not read the configuration either, most often. */
	if (!check_permitted(session) || !session_load_config(session))
		return false;
	state_init(&session->state, session->host, session->globals.state_dir, session->arena);
	if (!state_check(&session->state, &exists, &session->diags))
		return session_fail(session, EXIT_NOT_PERMITTED);
	return true;
}

static bool
refuse_pending(struct session *session, const char *run_id)
{
	diag_error(&session->diags, NOWHERE, "run %s was interrupted", run_id);
	diag_code(&session->diags, "interrupted-run");
	diag_hint(&session->diags, "Finish it, or undo it, with: rehome recover");
	return session_fail(session, EXIT_LOCKED);
}

enum exit_code
session_lock_exit(const struct session *session)
{
	const struct diag *last = &session->diags.items[session->diags.count - 1];
	return last->code && strcmp(last->code, "locked") == 0 ? EXIT_LOCKED : EXIT_FAILED;
}

bool
session_lock(struct session *session)
{
	bool locked = false;
	const char *run_id;
	if (!state_lock(&session->state, &locked, &session->diags))
		return session_fail(session, session_lock_exit(session));
	if (!run_pending(&session->state, session->arena, &run_id, &session->diags))
		return session_fail(session, EXIT_LOCKED);
	return !run_id || refuse_pending(session, run_id);
}

void
session_warn_of_pending(struct session *session)
{
	const char *run_id;
	if (!run_pending(&session->state, session->arena, &run_id, &session->diags) || !run_id)
		return;
	diag_warning(&session->diags, NOWHERE,
		"run %s is not finished: what is seen here is neither old nor new", run_id);
	diag_code(&session->diags, "interrupted-run");
	diag_hint(&session->diags, "If no rehome is at work on it, run: rehome recover");
}

bool
session_load_managed(struct session *session)
{
	managed_init(&session->managed, session->arena);
	if (!registry_load(&session->state, session->arena, &session->managed, &session->diags))
		return session_fail(session, EXIT_FAILED);
	return true;
}

bool
session_take_snapshot(struct session *session)
{
	if (!session_load_managed(session))
		return false;
	if (!snapshot_take(session->host, session->config, &session->managed, session->arena,
		    &session->snapshot, &session->diags))
		return session_fail(session, EXIT_FAILED);
	return true;
}

struct string_list
session_present_logins(struct session *session, const struct string_list *logins)
{
	struct string_list present = { 0 };
	ARRAY_FOREACH (login, logins) {
		const struct managed_account *account = managed_find(&session->managed, *login);
		bool is_former = account && strcmp(account->login, *login) != 0 &&
			!accountdb_find(&session->snapshot.db, ACCOUNTDB_PASSWD, *login);
		string_list_push(session->arena, &present, is_former ? account->login : *login);
		if (is_former)
			diag_note(&session->diags, NOWHERE, "'%s' is called '%s' now", *login,
				account->login);
	}
	return present;
}

void
session_finish(struct session *session)
{
	if (session->host)
		state_finish(&session->state);
	host_destroy(session->host);
	session->host = NULL;
}

/* ---- asking ---- */

static bool
nobody_to_ask(struct session *session)
{
	diag_error(&session->diags, NOWHERE, "cannot ask before changing the machine: %s",
		session->globals.no_input	? "--no-input was given"
			: session->globals.json ? "--json was given"
						: "standard input is no terminal");
	diag_code(&session->diags, "not-confirmed");
	diag_hint(&session->diags, "Add -y to change it without being asked.");
	return session_fail(session, EXIT_USAGE);
}

bool
session_confirm(struct session *session, const char *question)
{
	if (session->globals.yes)
		return true;
	if (session->globals.no_input || session->globals.json || !isatty(STDIN_FILENO) ||
		!isatty(STDERR_FILENO))
		return nobody_to_ask(session);
	if (output_ask(&session->output, question))
		return true;
	diag_error(&session->diags, NOWHERE, "nothing was changed");
	return session_fail(session, EXIT_FAILED);
}
