/*
 * pam_walk.c - how libpam makes one answer of those of the modules.
 *
 * The impression is undecided, positive or negative; the status is the code that goes with it. A
 * substack that says "done" or "die" ends itself only, and "reset" takes back what was found since
 * it began.
 */
#include "importers/old/pam_stack.h"

enum impression {
	UNDECIDED,
	POSITIVE,
	NEGATIVE,
};

enum { DEEPEST_STACK = 17 };

struct opinion {
	enum impression impression;
	enum pam_code status;
};

struct walking {
	const struct pam_stack *stack;
	struct pam_walk *walk;
	const enum pam_code *first;
	size_t index;
	struct opinion now;
	struct opinion before[DEEPEST_STACK]; /* when the substack of that level was entered */
};

static const struct pam_handler *
handler_at(const struct walking *walking, size_t index)
{
	return index < walking->stack->count ? &walking->stack->items[index] : NULL;
}

static bool
next_is_at_least(const struct walking *walking, int level)
{
	const struct pam_handler *next = handler_at(walking, walking->index + 1);
	return next && next->level >= level;
}

static void
refuse(struct walking *walking, const struct pam_handler *handler, enum pam_code status)
{
	if (walking->now.impression == NEGATIVE)
		return;
	walking->now =
		(struct opinion){ NEGATIVE, status == PAM_IGNORE ? PAM_PERM_DENIED : status };
	walking->walk->refused = handler;
}

/* `chosen` is what chooses the way, in pam_setcred() the answer of pam_authenticate(). */
static void
accept(struct walking *walking, enum pam_code answer, enum pam_code chosen)
{
	struct opinion *now = &walking->now;
	bool open = now->impression == UNDECIDED ||
		(now->impression == POSITIVE && now->status == PAM_SUCCESS);
	if (open && (answer != PAM_IGNORE || chosen == answer))
		*now = (struct opinion){ POSITIVE, answer };
}

/* Over so many lines, where a substack is one. */
static void
jump(struct walking *walking, const struct pam_handler *handler, int lines)
{
	while (lines > 0 && next_is_at_least(walking, handler->level)) {
		do {
			walking->index++;
		} while (next_is_at_least(walking, handler->level + 1));
		lines--;
	}
	if (lines) {
		walking->now = (struct opinion){ NEGATIVE, PAM_PERM_DENIED };
		walking->walk->refused = handler;
	}
}

static void
leave_stack(struct walking *walking, int level)
{
	while (next_is_at_least(walking, level))
		walking->index++;
}

static void
take(struct walking *walking, const struct pam_handler *handler, enum pam_code answer)
{
	enum pam_code chosen = answer;
	if (walking->first && walking->first[walking->index] != PAM_NOT_EVALUATED)
		chosen = walking->first[walking->index];
	int action = handler->actions[chosen];
	switch (action) {
	case PAM_DO_IGNORE:
		break;
	case PAM_DO_RESET:
		walking->now = walking->before[handler->level];
		break;
	case PAM_DO_OK:
	case PAM_DO_DONE:
		accept(walking, answer, chosen);
		if (walking->now.impression == POSITIVE && action == PAM_DO_DONE)
			leave_stack(walking, handler->level);
		break;
	case PAM_DO_BAD:
	case PAM_DO_DIE:
		refuse(walking, handler, answer);
		if (action == PAM_DO_DIE)
			leave_stack(walking, handler->level);
		break;
	default:
		if (walking->first && !walking->walk->jump_is_ignored)
			accept(walking, answer, chosen);
		jump(walking, handler, action);
		break;
	}
}

enum pam_code
pam_stack_walk(const struct pam_stack *stack, struct pam_walk *walk, const enum pam_code *first)
{
	struct walking walking = { .stack = stack, .walk = walk, .first = first };
	int level = 0;
	walking.now.status = PAM_PERM_DENIED;
	walking.before[0] = walking.now;
	walk->refused = NULL;
	for (; walking.index < stack->count; walking.index++) {
		const struct pam_handler *handler = &stack->items[walking.index];
		if (handler->level > level)
			walking.before[handler->level] = walking.now;
		level = handler->level;
		if (handler->substack)
			continue;
		enum pam_code answer = handler->must_fail
			? PAM_PERM_DENIED
			: walk->call(walk->ctx, handler, walking.index);
		if (answer == PAM_NOT_EVALUATED)
			return answer;
		take(&walking, handler, answer);
	}
	if (walking.now.status == PAM_SUCCESS && walking.now.impression != POSITIVE)
		return PAM_PERM_DENIED;
	return walking.now.status;
}
