/*
 * planner.h - what should exist, minus what exists: the plan.
 *
 * Pure: reads the snapshot, writes nothing. The same input gives the same plan except for its id
 * and time. Linear in the number of accounts. The order of the rows decides nothing: what two of
 * them ask for, neither gets.
 */
#ifndef REHOME_PLAN_PLANNER_H
#define REHOME_PLAN_PLANNER_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/model/config.h"
#include "core/model/intake.h"
#include "core/plan/plan.h"
#include "core/plan/snapshot.h"

struct decision_book;
struct watcher;

struct planner_options {
	const char *reason;
	struct string_list users; /* --user globs; empty = all */
	const struct table *only; /* --users FILE: logins; NULL = all */
	unsigned canary;	  /* the first N changes only; 0 = all */
	struct string_list adopt; /* --adopt logins or "all" */
	struct string_list
		adopt_protected;    /* logins that are adopted although they are protected */
	enum adopt_keys adopt_keys; /* --adopt-keys; ASK = as the policy says */
	enum adopt_elsewhere adopt_elsewhere;  /* IN_PLACE = as the policy says */
	const char *invoker;		       /* SUDO_USER on the live machine, or NULL */
	const struct decision_book *decisions; /* NULL = nobody decided anything */
	bool skip_blocked;
	bool no_archive;       /* --no-archive: homes change without one */
	bool stage;	       /* --stage: new accounts stay closed; false = as the policy says */
	const char *state_dir; /* where archives go; NULL = the default */
	const struct watcher *watcher; /* is told the users that were planned */
};

/*
 * Never fails for what is in the accounts: what cannot be done is a blocked change or a finding in
 * the plan. False only when the host could not be read. Secrets (passwords, carried hashes) go to
 * ret_secrets; nothing is hashed here.
 */
NODISCARD bool planner_make(const struct config *config, const struct intake *intakes,
	size_t intake_count, struct snapshot *snapshot, const struct planner_options *options,
	struct arena *arena, struct plan **ret_plan, struct plan_secrets *ret_secrets,
	struct diags *diags);

/* A group that no source puts anybody into, by its name alone. */
bool planner_is_privileged_name(const char *group);

/* New credentials for managed accounts: `rehome credentials`. */
struct credentials_request {
	struct string_list logins;
	bool new_password; /* generate one */
	struct string_list
		keys; /* checked lines that replace the present ones; empty = untouched */
};
NODISCARD bool planner_make_credentials(const struct config *config,
	const struct credentials_request *request, struct snapshot *snapshot, const char *reason,
	struct arena *arena, struct plan **ret_plan, struct plan_secrets *ret_secrets,
	struct diags *diags);

/* Managed accounts that get another origin: `rehome link`. Logins and keys as text_escaped() shows
 * them; each with its place in the sheet. */
struct link_binding {
	const char *login, *old_key, *new_key;
	struct place place, login_place, old_key_place, new_key_place;
};
struct link_request {
	const char *old_scope; /* whose accounts they are until now */
	const struct intake *source;
	struct {
		struct link_binding *items;
		size_t count, room;
	} bindings;
};
/* False, with an error for each binding that does not fit what is there now. */
NODISCARD bool planner_make_link(const struct config *config, const struct link_request *request,
	struct snapshot *snapshot, const char *reason, struct arena *arena, struct plan **ret_plan,
	struct plan_secrets *ret_secrets, struct diags *diags);

/* Accounts that leave, or come: `rehome disable`, `enable`, `retire`, `remove`, `activate`. */
enum leave_act {
	LEAVE_DISABLE,	/* nobody logs in: expiry, password, keys, sessions */
	LEAVE_ENABLE,	/* what disabling took is given back */
	LEAVE_RETIRE,	/* disabled, and the home into archive and quarantine */
	LEAVE_REMOVE,	/* after a time of grace the account itself */
	LEAVE_ACTIVATE, /* a staged account is opened */
};
struct leave_request {
	enum leave_act act;
	struct string_list logins;
	bool all; /* ACTIVATE: whoever is staged, instead of logins */
	bool now; /* REMOVE: without the grace */
};
NODISCARD bool planner_make_leave(const struct config *config, const struct leave_request *request,
	struct snapshot *snapshot, const struct planner_options *options, struct arena *arena,
	struct plan **ret_plan, struct plan_secrets *ret_secrets, struct diags *diags);

/*
 * Hashes what is still plaintext and makes the passwords that are to be generated
 * (when `generate`: at apply only).
 */
NODISCARD bool planner_hash_secrets(struct plan *plan, struct plan_secrets *secrets, bool generate,
	unsigned threads, void (*progress)(void *ctx, size_t done, size_t count), void *ctx,
	struct arena *arena, struct diags *diags);

#endif
