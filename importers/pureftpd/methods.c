/*
 * methods.c - asking the methods of authentication about one name.
 */
#include "importers/pureftpd/methods.h"

#include <string.h>

#include "importers/old/crypt_shape.h"

enum { DATABASE_LIMIT = 1 << 30 };

static void
open_database(struct methods *methods)
{
	struct old_file file;
	if (old_root_read(methods->root, methods->database, DATABASE_LIMIT, &file) != OLD_OK ||
		!pdb_open(file.content, &methods->pdb))
		return;
	methods->database_opens = true;
	methods->names_are_whole =
		pdb_list(&methods->pdb, methods->arena, &methods->names, &methods->long_names);
	methods->records.arena = methods->arena;
	ARRAY_FOREACH (item, &methods->names) {
		const char *name = arena_strndup(methods->arena, item->name.data, item->name.size);
		if (!table_get(&methods->records, name))
			table_set(&methods->records, name, item);
	}
}

struct place
methods_record(const struct methods *methods, const char *name)
{
	const struct pdb_name *item = table_get(&methods->records, name);
	return at(methods->database, item ? (unsigned)(item - methods->names.items) + 1 : 0);
}

void
methods_open(struct methods *methods, struct old_root *root, const struct old_unix *accounts,
	const struct pure_options *options, int64_t today)
{
	*methods = (struct methods){ .root = root,
		.arena = old_root_arena(root),
		.options = options,
		.accounts = accounts,
		.today = today };
	ARRAY_FOREACH (method, &options->methods) {
		methods->uses_accounts |= method->kind == AUTH_UNIX || method->kind == AUTH_PAM;
		if (method->kind == AUTH_PAM && !methods->pam)
			methods->pam = old_pam_read(root, accounts, "pure-ftpd");
		if (method->kind == AUTH_PUREDB)
			methods->database = method->file;
	}
	methods->uses_database = methods->database;
	if (methods->database)
		open_database(methods);
}

/* Where the answer goes on, or that it ends here. */
enum next { NEXT_METHOD, STOP };

struct asking {
	const struct methods *methods;
	const char *name;
	const struct auth_method *method;
	struct answer *answer;
};

static struct candidate
new_candidate(const struct asking *asking, struct place where)
{
	return (struct candidate){ .kind = asking->method->kind,
		.identity.where = where,
		.expires = ACCOUNT_NEVER,
		.notes.arena = asking->methods->arena };
}

/* Whoever refuses first is named, unless somebody lets in. */
static enum next
refuse(struct asking *asking, struct place where, const char *code, const char *message)
{
	struct answer *answer = asking->answer;
	if (!answer->where.file)
		answer->where = where;
	diag_warning(&answer->notes, where, "%s", message);
	diag_code(&answer->notes, code);
	diag_user(&answer->notes, asking->name);
	return STOP;
}

/* ---- the database ---- */

/* libsodium's argon2 strings; scrypt's "$7$" is one of crypt(3) too. */
static bool
is_argon2(const char *hash)
{
	return strncmp(hash, "$argon2id$v=", 12) == 0 || strncmp(hash, "$argon2i$v=", 11) == 0;
}

static const char *
hash_fault(const char *hash)
{
	if (is_argon2(hash) || crypt_can_return(hash))
		return NULL;
	return *hash == '*' || *hash == '!' ? "the password is locked"
					    : "no password has this hash";
}

static enum next
let_in_virtual(struct asking *asking, struct place where, const struct virtual_user *user)
{
	struct arena *arena = asking->methods->arena;
	struct candidate candidate = new_candidate(asking, where);
	struct old_way way = { OLD_PASSWORD_CRYPT, user->hash, where };
	ARRAY_PUSH(arena, &candidate.ways, way);
	candidate.user = user;
	candidate.identity = (struct identity){ .uid = user->uid,
		.gid = user->gid,
		.home = user->home,
		.where = where,
		.has_files = user->has_files,
		.has_bytes = user->has_bytes,
		.files = user->files,
		.bytes = user->bytes };
	if (is_argon2(user->hash)) {
		diag_warning(&candidate.notes, where,
			"the password's hash is argon2, which libcrypt does not verify");
		diag_code(&candidate.notes, "hash-not-carried");
	}
	ARRAY_PUSH(arena, &asking->answer->candidates, candidate);
	return STOP;
}

static enum next
ask_database(struct asking *asking)
{
	const struct methods *methods = asking->methods;
	struct place where = methods_record(methods, asking->name);
	if (!methods->database_opens)
		return refuse(asking, asking->method->where, "database-unreadable",
			"the user database cannot be opened, which ended every session that "
			"asked it");
	struct bytes line, name = { asking->name, strlen(asking->name) };
	switch (pdb_find(&methods->pdb, name, &line)) {
	case PDB_UNKNOWN:
		return NEXT_METHOD;
	case PDB_DAMAGED:
		return refuse(asking, where, "database-damaged",
			"the user's record reaches out of the database");
	case PDB_FOUND:
		break;
	}
	struct virtual_user *user = ARENA_NEW(methods->arena, struct virtual_user);
	virtual_user_parse(line, methods->arena, user);
	const char *fault = user->fault ? user->fault : hash_fault(user->hash);
	if (fault)
		return refuse(asking, where, "virtual-user-refused", fault);
	return let_in_virtual(asking, where, user);
}

/* ---- the system's accounts ---- */

static struct candidate
system_candidate(const struct asking *asking, const struct old_passwd *account)
{
	struct candidate candidate = new_candidate(asking, account->where);
	const struct old_shadow *shadow = old_unix_shadow(asking->methods->accounts, account->name);
	candidate.account = account;
	candidate.identity.uid = account->uid;
	candidate.identity.gid = account->gid;
	candidate.identity.home = account->home;
	if (shadow && shadow->expires > 0)
		candidate.expires = shadow->expires;
	return candidate;
}

static bool
has_valid_shell(const struct old_unix *accounts, const struct old_passwd *account)
{
	return strcasecmp(account->shell, "ftp") == 0 ||
		string_list_has(&accounts->shells, account->shell);
}

static bool
has_expired(const struct old_shadow *shadow, int64_t today)
{
	return (shadow->expires > 0 && shadow->expires < today) ||
		(shadow->max > 0 && shadow->changed > 0 && shadow->changed + shadow->max < today);
}

/* Pure-FTPd's own look at passwd and shadow. */
static enum next
ask_accounts(struct asking *asking)
{
	const struct methods *methods = asking->methods;
	const struct old_passwd *account = old_unix_user(methods->accounts, asking->name);
	if (!account)
		return NEXT_METHOD;
	if (!has_valid_shell(methods->accounts, account))
		return refuse(
			asking, account->where, "shell-invalid", "the shell is not in /etc/shells");
	const struct old_shadow *shadow = old_unix_shadow(methods->accounts, account->name);
	bool is_shadowed = strcmp(account->password, "x") == 0 && shadow;
	const char *hash = is_shadowed ? shadow->hash : account->password;
	struct place where = is_shadowed ? shadow->where : account->where;
	if (is_shadowed && has_expired(shadow, methods->today))
		return refuse(asking, where, "expired", "the account or its password has expired");
	if (!crypt_can_return(hash))
		return refuse(asking, where, "password-unusable",
			*hash ? "no password has this hash" : "the empty password is refused here");
	struct candidate candidate = system_candidate(asking, account);
	struct old_way way = { OLD_PASSWORD_CRYPT, hash, where };
	ARRAY_PUSH(methods->arena, &candidate.ways, way);
	ARRAY_PUSH(methods->arena, &asking->answer->candidates, candidate);
	return STOP;
}

/* ---- PAM ---- */

/* Whom PAM lets in, or may: who has no account of the system is sent on. */
static enum next
let_in_by_pam(struct asking *asking, const struct old_pam_answer *pam)
{
	const struct methods *methods = asking->methods;
	const struct old_passwd *account = old_unix_user(methods->accounts, asking->name);
	if (!account) {
		refuse(asking, pam->where, "no-account",
			"PAM lets it in, but no account of the system has this name");
		return NEXT_METHOD;
	}
	struct candidate candidate = system_candidate(asking, account);
	candidate.umask = pam->has_umask ? pam->umask : 0;
	candidate.is_doubtful = pam->login == OLD_UNKNOWN;
	bool takes_any = false;
	ARRAY_FOREACH (way, &pam->ways) {
		takes_any |= way->kind == OLD_PASSWORD_ANY;
		ARRAY_PUSH(methods->arena, &candidate.ways, *way);
	}
	ARRAY_FOREACH (note, &pam->notes)
		diag_append(&candidate.notes, note);
	ARRAY_PUSH(methods->arena, &asking->answer->candidates, candidate);
	return takes_any ? STOP : NEXT_METHOD;
}

static enum next
ask_pam(struct asking *asking)
{
	struct old_pam_answer pam = { 0 };
	struct answer *answer = asking->answer;
	old_pam_ask(asking->methods->pam, asking->name, asking->methods->today,
		asking->methods->arena, &pam);
	if (pam.login != OLD_DENY)
		return let_in_by_pam(asking, &pam);
	if (!answer->where.file)
		answer->where = pam.where;
	ARRAY_FOREACH (note, &pam.notes)
		diag_append(&answer->notes, note);
	return NEXT_METHOD;
}

/* ---- all of them ---- */

static enum next
pass_over(struct asking *asking)
{
	const struct auth_method *method = asking->method;
	struct answer *answer = asking->answer;
	answer->is_unknown = true;
	answer->is_preempted |= !answer->candidates.count;
	if (!answer->where.file)
		answer->where = method->where;
	diag_warning(&answer->notes, method->where, "not evaluated: %s (%s) may know this name",
		auth_kind_name(method->kind), method->file);
	diag_code(&answer->notes, "method-not-evaluated");
	diag_user(&answer->notes, asking->name);
	return NEXT_METHOD;
}

static enum next
ask_method(struct asking *asking)
{
	switch (asking->method->kind) {
	case AUTH_PUREDB:
		return ask_database(asking);
	case AUTH_UNIX:
		return ask_accounts(asking);
	case AUTH_PAM:
		return ask_pam(asking);
	default:
		return pass_over(asking);
	}
}

void
methods_ask(const struct methods *methods, const char *name, struct answer *ret_answer)
{
	struct answer answer = { .notes.arena = methods->arena };
	struct asking asking = { .methods = methods, .name = name, .answer = &answer };
	ARRAY_FOREACH (method, &methods->options->methods) {
		asking.method = method;
		if (ask_method(&asking) == STOP)
			break;
	}
	*ret_answer = answer;
}
