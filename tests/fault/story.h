/*
 * story.h - what is tried on a machine: what happened before, and the action that is to be stopped.
 *
 * Plans are made once, on the first machine, through the real importer and planner, and applied to
 * every other machine of the same kind: they are equal byte for byte.
 */
#ifndef REHOME_TESTS_FAULT_STORY_H
#define REHOME_TESTS_FAULT_STORY_H

#include "core/model/config.h"
#include "core/plan/planner.h"
#include "core/run/run.h"
#include "machine.h"
#include "watch.h"

enum { PLANS_MAX = 4 };

/* One machine and what works on it. */
struct world {
	struct arena arena;
	struct diags diags;
	const char *root;
	struct host *host;
	struct state state;
};

struct story;

struct chapter {
	const char *name;
	enum machine_kind kind;
	const char *config; /* YAML */
	const char *adopt;  /* a login that is adopted; NULL = nobody is */
	bool nss;	    /* its sheets are of the name service, which knows anna as uid 70001 */
	/* Brings a fresh machine to where the action begins, and has its plan made. */
	void (*before)(struct story *story, struct world *world);
	/* What is to be stopped. */
	bool (*act)(struct story *story, struct world *world, struct run_result *ret_result);
	const char *changing; /* logins that it creates or removes, separated by blanks */
	const char *leaving;  /* those that somebody used until it takes them away; or NULL */
	const char *profiled; /* those that are never open without a profile; or NULL */
	/* Recovery can only go on: a rollback is not undone. */
	bool only_forward;
	/* Applying may end with this instead of DONE. */
	enum run_outcome good;
};

struct story {
	struct arena arena;
	const struct chapter *chapter;
	struct config *config;
	const char *contents; /* what new homes begin with, or NULL */
	struct plan *plans[PLANS_MAX];
	struct plan_secrets secrets[PLANS_MAX];
	struct side {
		char *machine;	/* fingerprint */
		char *registry; /* the accounts in it */
	} before, after;	/* the action */
	unsigned effects;	/* that the action has */
	struct watched_login watched[16];
	size_t watched_count;
};

void story_begin(struct story *story, const struct chapter *chapter);
void story_end(struct story *story);

/* A fresh machine on which everything before the action has happened. */
void world_open(struct world *world, struct story *story);
void world_close(struct world *world);

/* What is on the machine and in the registry now. */
void world_look(struct world *world, struct side *ret_side, struct arena *arena);

/* The diagnostics so far as text, for failures. */
const char *world_complaints(struct world *world);
/* Stops the program with the diagnostics unless good. */
void world_must(struct world *world, bool good, const char *what);

/* The index-th plan of the story, made from this sheet when it is asked for first. */
struct plan *story_plan(struct story *story, struct world *world, size_t index, const char *sheet);
/* The same for new credentials. */
struct plan *story_credentials(
	struct story *story, struct world *world, size_t index, const char *login, const char *key);
/* The same for an account that leaves or comes back; without the time of grace. */
struct plan *story_leave(struct story *story, struct world *world, size_t index, enum leave_act act,
	const char *login);

bool story_apply(
	struct story *story, struct world *world, size_t index, struct run_result *ret_result);
bool story_rollback(struct story *story, struct world *world, const char *run_id, const char *login,
	struct run_result *ret_result);
bool story_recover(
	struct story *story, struct world *world, bool undo, struct run_result *ret_result);

/* The same where nothing may go wrong. */
void story_must_apply(struct story *story, struct world *world, size_t index);
void story_must_rollback(
	struct story *story, struct world *world, const char *run_id, const char *login);
/* What chapters do: the n-th plan is applied, the n-th run rolled back. */
bool story_apply_first(struct story *story, struct world *world, struct run_result *ret_result);
bool story_apply_second(struct story *story, struct world *world, struct run_result *ret_result);
bool story_apply_third(struct story *story, struct world *world, struct run_result *ret_result);
bool story_roll_back_first(struct story *story, struct world *world, struct run_result *ret_result);
bool story_roll_back_second(
	struct story *story, struct world *world, struct run_result *ret_result);
bool story_roll_back_third(struct story *story, struct world *world, struct run_result *ret_result);

#endif
