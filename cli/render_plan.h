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
	bool brief;   /* who is blocked and why, and the totals */
	bool all;     /* every user, even when there are very many */
	bool verbose; /* lines of detail and notes too, of unchanged users as well */
	bool news;    /* of unchanged users nothing that is no news (render_plan_is_news) */
};

/* Something is done to the user, or is to be told on every day: not what is so since an earlier
 * run, like a folder that stayed when the layout changed. */
bool render_plan_is_news(const struct change *change);

/*
 * The sources, the users with what changes for them, findings about the host, what was not checked,
 * and the totals. With more than 50 users to show, the first 10 of each action. Unchanged users are
 * only counted, unless there is a warning. out must be empty.
 */
void render_plan(
	const struct plan *plan, const struct render_plan_options *options, struct buffer *out);

#endif
