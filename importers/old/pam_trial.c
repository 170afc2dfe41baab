/*
 * pam_trial.c - the order in which a server asks PAM, and guessing what cannot be evaluated.
 */
#include "importers/old/pam_trial.h"

#include <string.h>

static const enum pam_code guesses[] = { PAM_SUCCESS, PAM_AUTH_ERR, PAM_USER_UNKNOWN, PAM_IGNORE };
enum { GUESSES = ARRAY_LEN(guesses), MOST_TRIES = 256 };

/* Where the distributions have modules. */
static const char *const module_folders[] = { "/usr/lib64/security",
	"/usr/lib/x86_64-linux-gnu/security", "/usr/lib/aarch64-linux-gnu/security",
	"/usr/lib/i386-linux-gnu/security", "/usr/lib/arm-linux-gnueabihf/security",
	"/usr/lib/security", "/lib64/security", "/lib/x86_64-linux-gnu/security",
	"/lib/aarch64-linux-gnu/security", "/lib/i386-linux-gnu/security",
	"/lib/arm-linux-gnueabihf/security", "/lib/security" };

/* ---- which modules there are ---- */

/* "$ISA" in a path is "." where it is nothing else. */
static const char *
without_isa(struct arena *arena, const char *path)
{
	const char *isa = strstr(path, "$ISA");
	if (!isa)
		return path;
	return arena_printf(arena, "%.*s.%s", (int)(isa - path), path, isa + 4);
}

static bool
look_in_folders(struct old_pam *pam, const char *path)
{
	struct old_entry entry;
	if (path[0] == '/')
		return old_root_stat(pam->root, path, &entry) == OLD_OK;
	for (unsigned i = 0; i < ARRAY_LEN(module_folders); i++)
		if (old_root_stat(pam->root,
			    arena_printf(pam->arena, "%s/%s", module_folders[i], path),
			    &entry) == OLD_OK)
			return true;
	return false;
}

/* Looked for once; where ROOT has no modules at all, it is a copy without them. */
static bool
module_exists(struct old_pam *pam, const struct pam_handler *handler)
{
	static char yes, no, unlooked;
	static const char probe[] = "pam_permit.so";
	size_t length = strlen(handler->path);
	if (length < 3 || strcmp(handler->path + length - 3, ".so") != 0)
		return false;
	char *known = table_get(&pam->modules, handler->path);
	if (known)
		return known != &no;
	if (!table_get(&pam->modules, probe))
		table_set(&pam->modules, probe, look_in_folders(pam, probe) ? &yes : &unlooked);
	bool exists = table_get(&pam->modules, probe) == &unlooked ||
		look_in_folders(pam, without_isa(pam->arena, handler->path));
	if (strcmp(handler->path, probe) != 0)
		table_set(&pam->modules, handler->path, exists ? &yes : &no);
	return exists;
}

/* ---- asking them ---- */

static enum pam_code
guess(struct pam_trial *trial, const struct pam_handler *handler)
{
	unsigned index = trial->asked++;
	if (!index)
		trial->not_evaluated = handler;
	if (index >= PAM_MOST_GUESSED)
		return PAM_NOT_EVALUATED;
	if (index >= trial->guess_count) {
		trial->guessed[index] = 0;
		trial->guess_count = index + 1;
	}
	return guesses[trial->guessed[index]];
}

static enum pam_code
evaluate(struct pam_trial *trial, const struct pam_handler *handler)
{
	const struct pam_module *module = pam_module_find(handler->module);
	if (!module_exists(trial->attempt.pam, handler))
		return pam_say_no(&trial->attempt, PAM_MODULE_UNKNOWN, handler->where,
			"there is no module %s", handler->path);
	if (!module)
		return PAM_NOT_EVALUATED;
	if (!module->call[trial->type])
		return module->fixed[trial->type];
	return module->call[trial->type](&trial->attempt, handler);
}

static enum pam_code
call_module(void *ctx, const struct pam_handler *handler, size_t index)
{
	struct pam_trial *trial = ctx;
	trial->attempt.why = NULL;
	enum pam_code code = evaluate(trial, handler);
	if (code == PAM_NOT_EVALUATED)
		code = guess(trial, handler);
	if (code != PAM_SUCCESS && trial->attempt.why)
		trial->reasons[index] =
			(struct pam_reason){ trial->attempt.why, trial->attempt.why_place };
	if (trial->type == PAM_AUTH && code != PAM_NOT_EVALUATED)
		trial->first[index] = code;
	return code;
}

static enum pam_code
call_setcred(void *ctx, const struct pam_handler *handler, size_t index)
{
	(void)index;
	struct pam_trial *trial = ctx;
	const struct pam_module *module = pam_module_find(handler->module);
	if (!module_exists(trial->attempt.pam, handler))
		return PAM_MODULE_UNKNOWN;
	return module ? module->setcred : PAM_SUCCESS;
}

/* ---- one try ---- */

/* The reason of the module that refused, or of the one before it that had one: where all are
 * "sufficient", pam_deny at the end knows nothing. */
static void
remember_refusal(
	struct pam_trial *trial, const struct pam_stack *stack, const struct pam_handler *refused)
{
	trial->refused = refused;
	trial->why = NULL;
	trial->where = refused ? refused->where : trial->attempt.pam->service->where;
	size_t index = refused ? (size_t)(refused - stack->items) + 1 : stack->count;
	while (index && !trial->reasons[index - 1].why)
		index--;
	if (!index)
		return;
	trial->refused = &stack->items[index - 1];
	trial->why = trial->reasons[index - 1].why;
	trial->where = trial->reasons[index - 1].where;
}

static bool
agrees(struct pam_trial *trial, enum pam_type type, bool setcred)
{
	const struct pam_stack *stack = &trial->attempt.pam->service->stacks[type];
	struct pam_walk walk = {
		.ctx = trial,
		.call = setcred ? call_setcred : call_module,
		.jump_is_ignored = trial->attempt.pam->is_debian,
	};
	trial->type = type;
	if (stack->count)
		memset(trial->reasons, 0, stack->count * sizeof(*trial->reasons));
	enum pam_code code = pam_stack_walk(stack, &walk, setcred ? trial->first : NULL);
	trial->depth += code == PAM_SUCCESS;
	if (code != PAM_SUCCESS)
		remember_refusal(trial, stack, walk.refused);
	return code == PAM_SUCCESS;
}

static bool
log_in(struct pam_trial *trial)
{
	const struct pam_service *service = trial->attempt.pam->service;
	unsigned caller = trial->attempt.pam->caller;
	trial->asked = trial->depth = 0;
	trial->attempt.has_password = trial->attempt.unix_verified = false;
	for (size_t i = 0; i < service->stacks[PAM_AUTH].count; i++)
		trial->first[i] = PAM_NOT_EVALUATED;
	if (service->broken) {
		trial->refused = NULL;
		trial->why = service->why;
		trial->where = service->where;
		return false;
	}
	return agrees(trial, PAM_AUTH, false) &&
		(caller & OLD_PAM_NO_ACCOUNT || agrees(trial, PAM_ACCOUNT, false)) &&
		(caller & OLD_PAM_NO_SETCRED || agrees(trial, PAM_AUTH, true)) &&
		(caller & OLD_PAM_NO_SESSION || agrees(trial, PAM_SESSION, false));
}

/* The next combination of guesses, the last one turning fastest; false behind the last one. */
static bool
guess_on(struct pam_trial *trial)
{
	trial->guess_count = trial->asked;
	while (trial->guess_count && trial->guessed[trial->guess_count - 1] + 1 == GUESSES)
		trial->guess_count--;
	if (!trial->guess_count)
		return false;
	trial->guessed[trial->guess_count - 1]++;
	return true;
}

void
pam_trial_init(struct pam_trial *trial, struct old_pam *pam, const char *user, int64_t today,
	struct arena *arena)
{
	size_t most = 1;
	for (unsigned type = 0; type < PAM_TYPES; type++)
		if (pam->service->stacks[type].count > most)
			most = pam->service->stacks[type].count;
	*trial = (struct pam_trial){
		.attempt = {
			.pam = pam,
			.user = user,
			.account = old_unix_user(pam->accounts, user),
			.today = today,
			.arena = arena,
		},
		.reasons = arena_alloc(arena, most * sizeof(struct pam_reason)),
		.first = arena_alloc(arena, most * sizeof(enum pam_code)),
	};
}

void
pam_trial_run(struct pam_trial *trial, struct pam_outcome *ret_outcome)
{
	struct pam_outcome outcome = { .must = true };
	bool more = true;
	trial->guess_count = 0;
	for (unsigned tries = 0; more; tries++) {
		bool opened = log_in(trial);
		if (trial->asked)
			outcome.not_evaluated = trial->not_evaluated;
		if (trial->asked > PAM_MOST_GUESSED || tries == MOST_TRIES) {
			outcome.must = false;
			outcome.may = true;
			break;
		}
		outcome.may |= opened;
		outcome.must &= opened;
		if (!opened && (!outcome.refused || trial->depth >= outcome.depth)) {
			outcome.refused = trial->refused;
			outcome.why = trial->why;
			outcome.where = trial->where;
			outcome.depth = trial->depth;
		}
		more = guess_on(trial);
	}
	*ret_outcome = outcome;
}
