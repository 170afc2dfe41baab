/*
 * verify.h - does every jail keep every promise, as the host stands now? Reads only.
 *
 * Rules have stable codes ("jail-owner", "shell", "folder-mode", "keys-mode", "sshd-chroot", ...);
 * each fault names its place and the fix.
 */
#ifndef REHOME_PLAN_VERIFY_H
#define REHOME_PLAN_VERIFY_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/model/config.h"
#include "core/plan/snapshot.h"

/* The comment of the key that a test login lays down for a moment: one found later was left over.
 */
#define VERIFY_KEY_COMMENT "rehome-verify"

struct verified_account {
	const char *login;
	const char *home;
	bool managed;
	bool open;	       /* could log in: unexpired, with password or key */
	struct diags findings; /* errors = faults; warnings */
};

struct watcher;

struct verification {
	struct {
		struct verified_account *items;
		size_t count, room;
	} accounts;
	struct string_list not_checked;
};

/*
 * logins empty: all managed accounts and, besides, all other members of the jail's group (whose
 * faults are reported too: they are jailed by the same rule). watcher may be NULL.
 */
NODISCARD bool verify_accounts(const struct config *config, struct snapshot *snapshot,
	const struct string_list *logins, const struct watcher *watcher, struct arena *arena,
	struct verification *ret_verification, struct diags *diags);

/*
 * The host as a whole: sshd's configuration and listeners, drop-in present and as written, jail
 * group, account files consistent (a passwd line without shadow line, duplicate ids of managed
 * users), PAM (pam_access, pam_listfile, PASS_MAX_DAYS), leftovers (staging directories, temporary
 * files, handouts), state directory's owner and mode, free space.
 */
NODISCARD bool verify_host(const struct config *config, struct snapshot *snapshot,
	const char *state_dir, struct arena *arena, struct diags *ret_findings,
	struct string_list *ret_not_checked, struct diags *diags);

#endif
