/*
 * plan_page.h - a plan as a page of HTML, for whoever has to agree to it, and as a record
 * afterwards.
 *
 * One file by itself: no script, nothing that is loaded, to be read in a browser and printed. Names
 * come from strangers: whatever is not ours is escaped for terminals (text.h) and then for HTML,
 * and the page forbids the browser everything but its own style. It holds no secret, since a plan
 * has none.
 */
#ifndef REHOME_CLI_PLAN_PAGE_H
#define REHOME_CLI_PLAN_PAGE_H

#include "core/base/buffer.h"
#include "core/plan/plan.h"

struct plan_page_subject {
	const struct plan *plan;
	const char *file;   /* the saved plan, for the command that applies it; NULL = of a run */
	const char *sha256; /* of that file */
	/* "Run 7: done, started ... by ...": what became of it; NULL = nothing yet */
	const char *run;
	const char *run_id;
};

void plan_page_write(const struct plan_page_subject *subject, struct buffer *out);

#endif
