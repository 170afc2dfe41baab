/*
 * render_plan.h - a plan as people read it.
 */
#ifndef REHOME_CLI_RENDER_PLAN_H
#define REHOME_CLI_RENDER_PLAN_H

#include <stdbool.h>

#include "core/base/buffer.h"
#include "core/plan/plan.h"

struct render_plan_options {
	bool color;
	bool brief;   /* the totals only */
	bool all;     /* every user, even when there are very many */
	bool verbose; /* lines of detail and notes too */
};

/*
 * The sources, the users with what changes for them, findings about the host, what was not checked,
 * and the totals. With more than 50 users to show, the first 10 of each action. Unchanged users are
 * only counted. out must be empty.
 */
void render_plan(
	const struct plan *plan, const struct render_plan_options *options, struct buffer *out);

#endif
