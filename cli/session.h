/*
 * session.h - what a command works with, opened in the order in which it is needed.
 *
 *	session_open()         configuration, host, state directory
 *	session_lock()         only for changes: the lock, and no unfinished run
 *	session_load_managed() the registry
 *
 * Each returns false with the exit status in session->exit.
 */
#ifndef REHOME_CLI_SESSION_H
#define REHOME_CLI_SESSION_H

#include <stdbool.h>

#include "cli/args.h"
#include "cli/exit.h"
#include "cli/output.h"
#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/base/host.h"
#include "core/model/config.h"
#include "core/model/importer_set.h"
#include "core/plan/managed.h"
#include "core/plan/snapshot.h"
#include "core/run/state.h"

struct session {
	struct arena *arena;
	struct diags diags;
	struct globals globals;
	struct output output;
	enum exit_code exit; /* why the last session_* function returned false */

	struct importer_set importers;
	struct config *config;
	struct host *host;
	struct state state;
	struct managed managed;
	struct snapshot snapshot;
};

/* Always returns false. */
bool session_fail(struct session *session, enum exit_code exit);

NODISCARD bool session_load_config(struct session *session);

/* The same for commands that need no configuration: where the machine's own may not be read the
 * defaults hold, with a warning. */
NODISCARD bool session_load_config_or_none(struct session *session);

/* HOST_READ_WRITE needs root on the live machine; reading needs it too where shadow is read. */
NODISCARD bool session_open(struct session *session, enum host_mode mode);
NODISCARD bool session_lock(struct session *session);
/* The status of a state_lock() that failed: EXIT_LOCKED while another rehome works. */
enum exit_code session_lock_exit(const struct session *session);
NODISCARD bool session_load_managed(struct session *session);

/* For commands that only look, and so need no lock: an unfinished run explains what they see. */
void session_warn_of_pending(struct session *session);

/* session_load_managed() and the snapshot. */
NODISCARD bool session_take_snapshot(struct session *session);

/* The logins as they are now: one that a run gave another name is found by the old name too, with a
 * note. After the snapshot. */
struct string_list session_present_logins(
	struct session *session, const struct string_list *logins);

void session_finish(struct session *session);

/*
 * Asks on the terminal. True for yes, and without asking with -y. False with EXIT_USAGE and an
 * error that names -y when nobody can be asked, with EXIT_FAILED for no.
 */
NODISCARD bool session_confirm(struct session *session, const char *question);

#endif
