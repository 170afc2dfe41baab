/*
 * saved_plan.h - a plan in a file, and its secrets in another: `plan -o FILE`, `apply FILE`.
 *
 * FILE is the plan (codec.h). FILE.secrets holds the hashes it needs, and only exists when it needs
 * some. Both are 0600 and bound to each other by the plan's id.
 */
#ifndef REHOME_CLI_SAVED_PLAN_H
#define REHOME_CLI_SAVED_PLAN_H

#include "cli/session.h"
#include "core/base/digest.h"
#include "core/plan/plan.h"

struct saved_plan {
	const char *path;
	char sha256[65]; /* of FILE */
	struct plan *plan;
	struct plan_secrets secrets;
};

/* True for an existing file whose name ends in .json and that holds a plan of ours. */
bool saved_plan_is(const char *argument, struct arena *arena);

/*
 * Replaces FILE only when it is a plan of ours; its secrets go with it. False with EXIT_FAILED.
 */
NODISCARD bool saved_plan_write(struct session *session, const char *path, const struct plan *plan,
	const struct plan_secrets *secrets);

/* Reads FILE alone, for showing. ret_sha256: DIGEST_HEX_SIZE bytes, or NULL. */
NODISCARD bool saved_plan_show(
	struct session *session, const char *path, struct plan **ret_plan, char *ret_sha256);

/*
 * Reads both, for applying. The files must be private to root or the caller (EXIT_NOT_PERMITTED),
 * FILE must have the digest `expected` unless that is NULL, and what the plan was made from must
 * still be the same: configuration and sources (EXIT_STALE).
 */
NODISCARD bool saved_plan_read(struct session *session, const char *path, const char *expected,
	struct saved_plan *ret_saved);

#endif
