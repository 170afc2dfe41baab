/*
 * codec.h - plan <-> JSON (format "rehome-plan").
 *
 * format_version is "MAJOR.MINOR": a higher minor only adds members, another major is refused.
 * Bytes that are not UTF-8 are written as "NAME_b64". The same plan gives the same bytes. Parsing
 * trusts nothing: every member's type and range is checked, unknown verbs are refused, paths must
 * be normal.
 */
#ifndef REHOME_PLAN_CODEC_H
#define REHOME_PLAN_CODEC_H

#include "core/base/buffer.h"
#include "core/base/diag.h"
#include "core/plan/plan.h"

#define PLAN_FORMAT_VERSION "1.0"

void plan_encode(const struct plan *plan, struct buffer *out);
NODISCARD bool plan_decode(struct bytes json, const char *shown, struct arena *arena,
	struct plan **ret_plan, struct diags *diags);

/* The secrets file: hashes only, and the plan's id. */
void plan_secrets_encode(const struct plan_secrets *secrets, struct buffer *out);
NODISCARD bool plan_secrets_decode(struct bytes json, const char *shown, struct arena *arena,
	struct plan_secrets *ret_secrets, struct diags *diags);

/* What `plan --json` and `show --json` print: the plan without steps' contents and edits. Has the
 * saved plan's head and "changed", "applicable", "summary", "users" (action, origin, before, after,
 * lines, findings, steps), "findings", "not_checked". */
void plan_report(const struct plan *plan, struct buffer *out);

#endif
