/*
 * auth.c - questions to the authentication modules of a server context, in their order.
 *
 * The first module that knows a name says who it is, and stays the one that judges its password;
 * PAM is asked for passwords before it. Groups and names of groups are other questions, and another
 * module may answer them.
 */
#include "importers/proftpd/auth.h"

#include <stdlib.h>
#include <string.h>

#include "importers/proftpd/auth_module.h"
#include "importers/proftpd/keys.h"
#include "importers/proftpd/quota.h"

struct pro_auth {
	struct pro_auth_input input;
	struct pro_order order;
	struct old_pam *pam; /* NULL = not asked */
	struct pro_sftp sftp;
	struct pro_quotas *quotas; /* NULL = none */
};

void
pro_note(struct diags *notes, struct place where, const char *code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	diag_warning(notes, where, "%s", arena_vprintf(notes->arena, format, args));
	va_end(args);
	diag_code(notes, code);
}

void
pro_add_way(struct pro_credentials *credentials, enum old_password kind, const char *secret,
	struct place where, struct arena *arena)
{
	ARRAY_FOREACH (way, &credentials->ways)
		if (way->kind == kind && (!secret || strcmp(way->secret, secret) == 0))
			return;
	const struct old_way way = { kind, arena_strdup(arena, secret), where };
	ARRAY_PUSH(arena, &credentials->ways, way);
}

struct pro_auth *
pro_auth_open(const struct pro_auth_input *input, struct diags *diags)
{
	struct pro_auth *auth = ARENA_NEW(input->arena, struct pro_auth);
	auth->input = *input;
	pro_order_read(&auth->input, &auth->order, diags);
	if (auth->order.pam)
		auth->pam = old_pam_read(input->root, input->accounts, auth->order.pam_service);
	auth->sftp = pro_sftp_read(&auth->input);
	auth->quotas = pro_quotas_open(&auth->input, diags);
	return auth;
}

void
pro_auth_close(struct pro_auth **auth)
{
	if (!*auth)
		return;
	ARRAY_FOREACH (module, &(*auth)->order.asked)
		if (module->close)
			module->close(module->state);
	ARRAY_FOREACH (module, &(*auth)->order.ignored)
		if (module->close)
			module->close(module->state);
	*auth = NULL;
}

void
pro_auth_names(struct pro_auth *auth,
	void (*found)(void *ctx, const char *name, struct place where), void *ctx)
{
	ARRAY_FOREACH (module, &auth->order.asked)
		if (module->names)
			module->names(module->state, found, ctx);
	ARRAY_FOREACH (module, &auth->order.ignored)
		if (module->names)
			module->names(module->state, found, ctx);
	if (auth->pam)
		old_pam_names(auth->pam, found, ctx);
}

/*
 * The account, and the module that knows it. DECLINED: nobody does. CANNOT_TELL: somebody might
 * who cannot be asked; the account is then that of who comes after him, and module NULL if there is
 * none either.
 */
static enum pro_answer
find_account(struct pro_auth *auth, const char *name, struct arena *arena,
	struct pro_account *ret_account, const struct pro_module **ret_module, struct diags *notes)
{
	bool cannot_tell = false;
	ARRAY_FOREACH (module, &auth->order.asked) {
		if (!module->user)
			continue;
		const enum pro_answer answer =
			module->user(module->state, name, arena, ret_account, notes);
		cannot_tell |= answer == PRO_CANNOT_TELL;
		if (answer == PRO_HANDLED)
			*ret_module = module;
		if (answer == PRO_HANDLED || answer == PRO_DISCONNECT || module->authoritative)
			return cannot_tell ? PRO_CANNOT_TELL : answer;
	}
	return cannot_tell ? PRO_CANNOT_TELL : PRO_DECLINED;
}

/* Where a name that nobody answers for is written down all the same. */
static void
explain_unknown(
	struct pro_auth *auth, const char *name, struct arena *arena, struct pro_identity *identity)
{
	ARRAY_FOREACH (module, &auth->order.ignored) {
		struct pro_account account;
		struct diags ignored = { .arena = arena };
		if (!module->user ||
			module->user(module->state, name, arena, &account, &ignored) != PRO_HANDLED)
			continue;
		identity->where = account.where;
		pro_note(&identity->notes, account.where, "module-not-asked",
			"only %s knows it, which AuthOrder does not list", module->name);
		return;
	}
	if (identity->notes.count > 0)
		identity->where = identity->notes.items[0].place;
}

static enum pro_answer
find_group_name(struct pro_auth *auth, gid_t gid, struct arena *arena, const char **ret_name)
{
	bool cannot_tell = false;
	ARRAY_FOREACH (module, &auth->order.asked) {
		if (!module->group_name)
			continue;
		const enum pro_answer answer =
			module->group_name(module->state, gid, arena, ret_name);
		cannot_tell |= answer == PRO_CANNOT_TELL;
		if (answer == PRO_HANDLED || answer == PRO_DISCONNECT || module->authoritative)
			return answer;
	}
	return cannot_tell ? PRO_CANNOT_TELL : PRO_DECLINED;
}

static enum pro_answer
find_groups(struct pro_auth *auth, struct arena *arena, struct pro_identity *identity,
	bool *ret_numberless)
{
	struct pro_groups groups = { 0 };
	enum pro_answer answer = PRO_DECLINED;
	bool cannot_tell = false;
	ARRAY_FOREACH (module, &auth->order.asked) {
		if (!module->groups)
			continue;
		answer = module->groups(module->state, identity->name, arena, &groups);
		cannot_tell |= answer == PRO_CANNOT_TELL;
		if (answer == PRO_HANDLED || answer == PRO_DISCONNECT || module->authoritative)
			break;
	}
	if (cannot_tell && answer != PRO_DISCONNECT)
		answer = PRO_CANNOT_TELL;
	identity->group_names = groups.names;
	if (groups.gids.count == 0)
		ARRAY_PUSH(arena, &groups.gids, identity->gid);
	ARRAY_FOREACH (gid, &groups.gids) {
		if (*gid == (gid_t)-1) {
			/* setgroups(2) takes all of them or none. */
			pro_note(&identity->notes, identity->where, "no-groups",
				"one of its groups has no number, so the session had none at all");
			identity->gids.count = 0;
			*ret_numberless = true;
			break;
		}
		ARRAY_PUSH(arena, &identity->gids, *gid);
	}
	return answer;
}

/* Whether a session gets past the lists of users and groups that the modules open for it. */
static bool
session_goes_on(struct pro_auth *auth, bool numberless)
{
	ARRAY_FOREACH (module, &auth->order.asked) {
		if (module->session && module->session(module->state, numberless) == PRO_DISCONNECT)
			return false;
		if (module->user && module->authoritative)
			break;
	}
	return true;
}

/* The groups of an account that was found; an error on the way may have ended the session. */
static void
identify_groups(struct pro_auth *auth, struct arena *arena, struct pro_identity *identity)
{
	const enum pro_answer name = find_group_name(auth, identity->gid, arena, &identity->group);
	if (!identity->group)
		identity->group = arena_printf(arena, "%lu", (unsigned long)identity->gid);
	bool numberless = false;
	const enum pro_answer groups = find_groups(auth, arena, identity, &numberless);
	identity->gids.count = old_unix_sort_gids(identity->gids.items, identity->gids.count);
	if (name == PRO_DISCONNECT || groups == PRO_DISCONNECT ||
		!session_goes_on(auth, numberless)) {
		identity->exists = OLD_DENY;
		pro_note(&identity->notes, identity->where, "sql-error",
			"a question of mod_sql's about groups or all users failed, which ended the "
			"session");
	} else if (name == PRO_CANNOT_TELL || groups == PRO_CANNOT_TELL) {
		pro_note(&identity->notes, identity->where, "not-evaluated",
			"its groups may come from a database that is not read here");
	}
}

void
pro_auth_identify(struct pro_auth *auth, const char *name, struct arena *arena,
	struct pro_identity *ret_identity)
{
	struct pro_identity identity = { .notes = { .arena = arena } };
	struct pro_account account = { 0 };
	const struct pro_module *module = NULL;
	const enum pro_answer answer =
		find_account(auth, name, arena, &account, &module, &identity.notes);
	/* Ids of -1 are refused behind the module that has them. */
	const bool usable = module && account.uid != (uid_t)-1 && account.gid != (gid_t)-1;
	identity.exists = answer == PRO_CANNOT_TELL ? OLD_UNKNOWN
		: usable && answer == PRO_HANDLED   ? OLD_ALLOW
						    : OLD_DENY;
	if (!usable) {
		explain_unknown(auth, name, arena, &identity);
		*ret_identity = identity;
		return;
	}

	identity.module = module->name;
	identity.name = account.name;
	identity.uid = account.uid;
	identity.gid = account.gid;
	identity.home = account.home;
	identity.shell = account.shell;
	identity.gecos = account.gecos;
	identity.where = account.where;
	identify_groups(auth, arena, &identity);
	*ret_identity = identity;
}

bool
pro_auth_group_gid(struct pro_auth *auth, const char *name, gid_t *ret_gid)
{
	ARRAY_FOREACH (module, &auth->order.asked) {
		if (!module->group_gid)
			continue;
		const enum pro_answer answer = module->group_gid(module->state, name, ret_gid);
		if (answer != PRO_DECLINED || module->authoritative)
			return answer == PRO_HANDLED;
	}
	return false;
}

static void
append_notes(struct diags *notes, const struct diags *more)
{
	for (size_t i = 0; i < more->count; i++)
		diag_append(notes, &more->items[i]);
}

/* What opens the name at PAM; true when it may be something that cannot be seen. */
static bool
ask_pam(struct pro_auth *auth, const char *name, struct arena *arena,
	struct pro_credentials *credentials)
{
	struct old_pam_answer answer = { 0 };
	old_pam_ask(auth->pam, name, auth->input.today, arena, &answer);
	if (answer.login != OLD_DENY) {
		ARRAY_FOREACH (way, &answer.ways)
			pro_add_way(credentials, way->kind, way->secret, way->where, arena);
		append_notes(&credentials->notes, &answer.notes);
	}
	credentials->where = answer.where;
	return answer.login == OLD_UNKNOWN;
}

static void
ask_module(const struct pro_module *module, const struct pro_account *account, const char *hash,
	struct place where, struct arena *arena, struct pro_credentials *credentials)
{
	if (!module->check || !hash)
		return;
	if (module->authorized && !module->authorized(module->state, account, arena, credentials))
		return;
	module->check(module->state, account, hash, where, arena, credentials);
}

/* Passwords: that of UserPassword alone, else PAM's and the module's own. True when there may be
 * some that cannot be seen. */
static bool
add_passwords(struct pro_auth *auth, const char *name, const struct pro_module *module,
	const struct pro_account *account, const char *user_password, struct place where,
	struct arena *arena, struct pro_credentials *credentials)
{
	if (user_password) {
		credentials->where = where;
		if (module)
			ask_module(module, account, user_password, where, arena, credentials);
		return false;
	}
	bool unknown = auth->pam && ask_pam(auth, name, arena, credentials);
	if (module && !auth->order.pam_authoritative)
		ask_module(module, account, account->hash, account->hash_where, arena, credentials);
	if (auth->order.one_time) {
		unknown = true;
		pro_note(&credentials->notes, auth->order.one_time->where, "not-evaluated",
			"not evaluated: mod_auth_otp.c");
	}
	return unknown;
}

static void
add_keys(struct pro_auth *auth, const char *name, const struct pro_module *module,
	const struct pro_account *account, struct arena *arena, struct pro_credentials *credentials)
{
	if (module->authorized && !module->authorized(module->state, account, arena, credentials))
		return;
	pro_keys_add(&auth->input, name, account->home, arena, credentials);
	if (auth->sftp.together)
		pro_note(&credentials->notes, auth->sftp.where, "two-proofs",
			"SFTPAuthMethods wanted more than one proof at once, which is not carried");
}

void
pro_auth_ask(struct pro_auth *auth, const char *name, const struct pro_identity *identity,
	const char *user_password, struct place user_password_where, struct arena *arena,
	struct pro_credentials *ret_credentials)
{
	struct pro_credentials credentials = { .notes = { .arena = arena } };
	struct pro_account account = { 0 };
	const struct pro_module *module = NULL;
	struct diags known = { .arena = arena };
	bool unknown = false;

	find_account(auth, name, arena, &account, &module, &known);
	if (auth->sftp.passwords)
		unknown = add_passwords(auth, name, module, &account, user_password,
			user_password_where, arena, &credentials);
	if (auth->sftp.keys && module)
		add_keys(auth, name, module, &account, arena, &credentials);
	if (auth->quotas)
		pro_quotas_add(auth->quotas, name, identity, arena, &credentials);

	bool opened = credentials.ssh_keys.count > 0;
	ARRAY_FOREACH (way, &credentials.ways) {
		opened |= way->kind != OLD_PASSWORD_UNKNOWN;
		unknown |= way->kind == OLD_PASSWORD_UNKNOWN;
	}
	if (credentials.ways.count > 0)
		credentials.where = credentials.ways.items[0].where;
	else if (module && !credentials.where.file)
		credentials.where = account.hash_where;
	credentials.login = opened ? OLD_ALLOW : unknown ? OLD_UNKNOWN : OLD_DENY;
	if (identity->exists == OLD_UNKNOWN)
		credentials.login = OLD_UNKNOWN;
	*ret_credentials = credentials;
}
