/*
 * plan_records.h - a plan for grep, cut and awk: the text of --plain.
 *
 * One record for each user, unchanged ones too, and for each finding about the host as `host`:
 *
 *	action  login  name  place  what was found  the login until now
 *
 * What was found are the errors of a user who is blocked, the warnings of others, with "; " between
 * them. options->brief: blocked users and errors of the host only; options->news:
 * no unchanged users without news.
 */
#ifndef REHOME_CLI_PLAN_RECORDS_H
#define REHOME_CLI_PLAN_RECORDS_H

#include "cli/paint.h"
#include "cli/render_plan.h"

void plan_records(const struct paint *paint, const struct plan *plan,
	const struct render_plan_options *options);

#endif
