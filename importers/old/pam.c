/*
 * pam.c - who gets through a PAM service, and with which passwords.
 *
 * The stacks are walked once for each password that could matter (pam_trial.c); what the walks say
 * together is the answer.
 */
#include "importers/old/pam_trial.h"

#include <string.h>

/*
 * Up to Debian 10 and Ubuntu 20.04 pam_unix had "nullok_secure": an empty password only from a
 * terminal in /etc/securetty. Since then it is "nullok".
 */
static bool
secure_needs_tty(struct old_root *root)
{
	static const char *const names[] = { "bullseye/", "buster/", "stretch/", "jessie/",
		"wheezy/", "squeeze/" };
	struct old_file file;
	if (!old_root_is_debian(root) ||
		old_root_read(root, "/etc/debian_version", 256, &file) != OLD_OK)
		return false;
	const char *version = file.content.data;
	for (unsigned i = 0; i < ARRAY_LEN(names); i++)
		if (strncmp(version, names[i], strlen(names[i])) == 0)
			return true;
	char *end;
	unsigned long major = strtoul(version, &end, 10);
	return end != version && major < 11;
}

struct old_pam *
old_pam_read(struct old_root *root, const struct old_unix *accounts, const char *service)
{
	struct arena *arena = old_root_arena(root);
	struct old_pam *pam = ARENA_NEW(arena, struct old_pam);
	*pam = (struct old_pam){
		.root = root,
		.accounts = accounts,
		.arena = arena,
		.service = pam_service_read(root, service, arena),
		.is_debian = old_root_is_debian(root),
		.secure_needs_tty = secure_needs_tty(root),
		.other_accounts = accounts->other_databases.count > 0,
		.databases.arena = arena,
		.lists.arena = arena,
		.modules.arena = arena,
	};
	return pam;
}

void
old_pam_set_caller(struct old_pam *pam, unsigned caller)
{
	pam->caller = caller;
}

/* ---- names ---- */

/* Once each, and only what could be typed: no control characters. */
struct names {
	struct table seen;
	void (*found)(void *ctx, const char *name, struct place where);
	void *ctx;
};

static void
pass_name(void *ctx, const char *name, struct place where)
{
	struct names *names = ctx;
	for (const unsigned char *c = (const unsigned char *)name; *c; c++)
		if (*c < ' ' || *c == 0x7f)
			return;
	if (!*name || table_get(&names->seen, name))
		return;
	table_set(&names->seen, name, names);
	names->found(names->ctx, name, where);
}

void
old_pam_names(struct old_pam *pam, void (*found)(void *ctx, const char *name, struct place where),
	void *ctx)
{
	struct names names = { .seen.arena = pam->arena, .found = found, .ctx = ctx };
	for (unsigned type = 0; type < PAM_PASSWORD; type++) {
		ARRAY_FOREACH (handler, &pam->service->stacks[type]) {
			const struct pam_module *module =
				handler->module ? pam_module_find(handler->module) : NULL;
			if (module && module->names)
				module->names(pam, handler, pass_name, &names);
		}
	}
}

/* ---- the answer ---- */

struct asking {
	struct pam_trial trial;
	struct old_pam_answer *answer;
	struct pam_outcome best; /* that which came farthest of those that were refused */
	const struct pam_handler *not_evaluated;
};

static void
add_way(struct asking *asking, enum old_password kind, const char *secret, struct place where)
{
	ARRAY_PUSH(asking->trial.attempt.arena, &asking->answer->ways,
		(struct old_way){ .kind = kind, .secret = secret, .where = where });
}

static void
note(struct asking *asking, struct place where, const char *code, const char *text)
{
	diag_warning(&asking->answer->notes, where, "%s", text);
	diag_code(&asking->answer->notes, code);
	diag_user(&asking->answer->notes, asking->trial.attempt.user);
}

static struct pam_outcome
try_password(struct asking *asking, enum pam_typed typed, const struct old_way *secret)
{
	struct pam_outcome outcome;
	asking->trial.attempt.typed = typed;
	asking->trial.attempt.secret = secret;
	pam_trial_run(&asking->trial, &outcome);
	if (outcome.must != outcome.may)
		asking->not_evaluated = outcome.not_evaluated;
	if (!outcome.must && outcome.depth >= asking->best.depth)
		asking->best = outcome;
	enum old_verdict verdict = outcome.must ? OLD_ALLOW : outcome.may ? OLD_UNKNOWN : OLD_DENY;
	if (verdict == OLD_ALLOW || asking->answer->login == OLD_DENY)
		asking->answer->login = verdict;
	return outcome;
}

static void
gather_secrets(struct asking *asking, struct old_login *secrets)
{
	const struct pam_stack *stack = &asking->trial.attempt.pam->service->stacks[PAM_AUTH];
	ARRAY_FOREACH (handler, stack) {
		const struct pam_module *module =
			handler->module ? pam_module_find(handler->module) : NULL;
		if (module && module->secrets)
			module->secrets(&asking->trial.attempt, handler, secrets);
	}
}

static bool
is_repeated(const struct old_login *secrets, size_t index)
{
	const struct old_way *way = &secrets->ways.items[index];
	for (size_t i = 0; i < index; i++)
		if (secrets->ways.items[i].kind == way->kind &&
			strcmp(secrets->ways.items[i].secret, way->secret) == 0)
			return true;
	return false;
}

/* Several hashes may be of one password; that cannot be seen. A plaintext would have fitted. */
static void
try_all_secrets(struct asking *asking, const struct old_login *secrets)
{
	const struct old_way *first = &secrets->ways.items[0];
	ARRAY_FOREACH (way, &secrets->ways)
		if (way->kind == OLD_PASSWORD_PLAINTEXT)
			return;
	enum old_verdict verdict = asking->answer->login;
	bool opens = try_password(asking, PAM_TYPED_ALL, NULL).may;
	asking->answer->login = opens && verdict == OLD_DENY ? OLD_UNKNOWN : verdict;
	if (!opens)
		return;
	add_way(asking, first->kind, first->secret, first->where);
	note(asking, first->where, "several-passwords",
		"several databases had to have the same password for this login");
}

/* Each known password by itself; where none is enough, one that fits them all. */
static void
try_secrets(struct asking *asking, const struct old_login *secrets)
{
	bool opened = false;
	for (size_t i = 0; i < secrets->ways.count; i++) {
		const struct old_way *way = &secrets->ways.items[i];
		if (is_repeated(secrets, i))
			continue;
		if (!try_password(asking, PAM_TYPED_SECRET, way).may)
			continue;
		opened = true;
		add_way(asking, way->kind, way->secret, way->where);
	}
	if (!opened && secrets->ways.count > 1)
		try_all_secrets(asking, secrets);
}

static void
try_passwords(struct asking *asking)
{
	struct old_login secrets = { .notes.arena = asking->trial.attempt.arena };
	struct pam_outcome any = try_password(asking, PAM_TYPED_NOBODYS, NULL);
	struct pam_outcome empty = try_password(asking, PAM_TYPED_EMPTY, NULL);
	if (any.must)
		add_way(asking, OLD_PASSWORD_ANY, NULL, asking->trial.attempt.pam->service->where);
	if (empty.must)
		add_way(asking, OLD_PASSWORD_EMPTY, NULL,
			asking->trial.attempt.pam->service->where);
	gather_secrets(asking, &secrets);
	if (!any.must)
		try_secrets(asking, &secrets);
	ARRAY_FOREACH (note, &secrets.notes)
		if (asking->answer->login != OLD_DENY)
			diag_append(&asking->answer->notes, note);
	if (!any.must && any.may)
		add_way(asking, OLD_PASSWORD_UNKNOWN, NULL, any.not_evaluated->where);
}

/* Who of the stack took the password, or refused it. */
static void
say_where(struct asking *asking)
{
	struct old_pam_answer *answer = asking->answer;
	if (answer->login != OLD_DENY && answer->ways.count) {
		answer->where = answer->ways.items[0].where;
		return;
	}
	const struct pam_outcome *best = &asking->best;
	const char *module = best->refused && best->refused->module ? best->refused->module : "PAM";
	answer->where = best->where;
	note(asking, best->where, "pam-refused",
		arena_printf(asking->trial.attempt.arena, "%s refused: %s", module,
			best->why ? best->why : "no module of the stack says yes"));
}

static void
find_umask(struct asking *asking)
{
	const struct pam_stack *stack = &asking->trial.attempt.pam->service->stacks[PAM_SESSION];
	if (asking->trial.attempt.pam->caller & OLD_PAM_NO_SESSION)
		return;
	ARRAY_FOREACH (handler, stack) {
		const char *text = handler->module && strcmp(handler->module, "pam_umask") == 0
			? pam_argument(handler, "umask=")
			: NULL;
		unsigned umask;
		if (!text || sscanf(text, "%o", &umask) != 1)
			continue;
		asking->answer->has_umask = true;
		asking->answer->umask = umask & 0777;
	}
}

void
old_pam_ask(struct old_pam *pam, const char *user, int64_t today, struct arena *arena,
	struct old_pam_answer *ret_answer)
{
	struct asking asking = { .answer = ret_answer };
	*ret_answer = (struct old_pam_answer){ .login = OLD_DENY, .notes.arena = arena };
	pam_trial_init(&asking.trial, pam, user, today, arena);
	try_passwords(&asking);
	say_where(&asking);
	find_umask(&asking);
	if (asking.not_evaluated)
		note(&asking, asking.not_evaluated->where, "not-evaluated",
			arena_printf(arena, "not evaluated: %s", asking.not_evaluated->path));
}
