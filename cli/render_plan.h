/*
 * render_plan.h - a plan as people read it.
 */
#ifndef REHOME_CLI_RENDER_PLAN_H
#define REHOME_CLI_RENDER_PLAN_H

#include <stdbool.h>

#include "cli/paint.h"
#include "core/plan/plan.h"

struct render_plan_options {
	bool brief;	/* who is blocked and why, and the totals */
	bool all;	/* every user, even when there are very many */
	bool verbose;	/* lines of detail and notes too, of unchanged users as well */
	bool everybody; /* unchanged users too */
	bool news;	/* of unchanged users nothing that is no news (render_plan_is_news) */
};

/* Something is done to the user, or is to be told on every day: not what is so since an earlier
 * run, like a folder that stayed when the layout changed. */
bool render_plan_is_news(const struct change *change);

/*
 * The sources, the users with what changes for them, findings about the host, what was not checked,
 * and the totals. With more than 50 users to show, a few of each action and kind (alike.h), how
 * many more are like these, and what is in their homes. Unchanged users are only counted, unless
 * there is a warning. paint->out must be empty. With paint->plain records instead (plan_records.h).
 */
void render_plan(const struct paint *paint, const struct plan *plan,
	const struct render_plan_options *options);

/* "partners.csv:2", of a user who is blocked with the column; nothing where there is none. */
void render_plan_place(const struct change *change, struct buffer *out);

#endif
