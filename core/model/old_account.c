/*
 * old_account.c - accounts of the logins that an old server let in; see old_account.h.
 *
 * Secrets are copied and never quoted. What is left out of an account is said in its notes.
 */
#include "core/model/old_account.h"

#include <stddef.h>
#include <string.h>

#include "core/base/table.h"
#include "core/base/text.h"
#include "core/model/password.h"
#include "core/model/ssh_key.h"

enum {
	LOGIN_MAX = 32,
	PROPOSED_MAX = 31, /* what the policy takes unless it was changed */
	DES_LENGTH = 13,
	SSHD_UMASK = 022, /* what sshd's sessions have unless they are told another one */
};

static const char first_letters[] = "abcdefghijklmnopqrstuvwxyz_";
static const char letters[] = "abcdefghijklmnopqrstuvwxyz_0123456789-";

const struct option_spec old_account_options[] = {
	{ .name = "layout",
		.type = OPTION_TEXT,
		.offset = offsetof(struct old_account_config, layout),
		.argument = "NAME",
		.help = "layout of the new jails, besides the folders that the homes have" },
	{ .name = "join_groups",
		.type = OPTION_TEXT,
		.offset = offsetof(struct old_account_config, groups),
		.argument = "GROUPS",
		.help = "groups that every account joins, besides the jail's" },
	{ .name = NULL },
};

/* One login on its way to an account. */
struct making {
	const struct old_login *login;
	struct account *account;
	struct old_account *old;
	struct arena *arena;
};

static void
give(struct making *making, enum account_field field, struct place place)
{
	making->account->given |= 1u << field;
	making->account->places[field] = place;
}

static void PRINTF_LIKE(4, 5)
	note(struct making *making, struct place place, const char *code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	diag_warning(&making->old->notes, place, "%s", arena_vprintf(making->arena, format, args));
	va_end(args);
	diag_code(&making->old->notes, code);
}

/* ---- the name ---- */

static bool
is_legal(const char *name)
{
	size_t size = strlen(name);
	return size && size <= LOGIN_MAX && strchr(first_letters, *name) &&
		strspn(name, letters) == size;
}

char *
old_account_name(const char *user, struct arena *arena)
{
	const char *ascii = text_is_utf8(user, strlen(user))
		? text_ascii(arena, user, TEXT_LANGUAGE_DEFAULT, NULL)
		: user;
	const char *lower = text_is_utf8(ascii, strlen(ascii)) ? text_lower(arena, ascii) : ascii;
	char *name = arena_alloc(arena, LOGIN_MAX + 1);
	size_t size = 0;
	bool has_letter = false;
	for (; *lower && size < PROPOSED_MAX; lower++) {
		if (size == 0 && *lower >= '0' && *lower <= '9')
			name[size++] = 'u';
		bool is_kept = strchr(size ? letters : first_letters, *lower);
		name[size++] = is_kept ? *lower : '_';
		has_letter = has_letter || (is_kept && *lower != '_' && *lower != '-');
	}
	name[size < PROPOSED_MAX ? size : PROPOSED_MAX] = '\0';
	return has_letter ? name : arena_strdup(arena, "user");
}

static void
name_account(struct making *making)
{
	const struct old_login *login = making->login;
	struct account *account = making->account;
	account->key = login->user;
	give(making, ACCOUNT_KEY, login->where);
	give(making, ACCOUNT_USERNAME, login->where);
	making->old->is_renamed = account->username_generated = !is_legal(login->user);
	account->username = making->old->is_renamed ? old_account_name(login->user, making->arena)
						    : login->user;
}

/* Who else would get a name; one whose own it is keeps it. Nobody gets the name of a login that was
 * refused without being asked for: whoever knows it would take it for that one. */
static void
find_rivals(struct account *const *accounts, size_t count, const struct table *refused,
	struct arena *arena)
{
	struct table names = { .arena = arena };
	for (size_t i = 0; i < count; i++) {
		struct old_account *old = (struct old_account *)accounts[i]->old;
		if (old->is_renamed)
			old->name_rival = table_get(refused, accounts[i]->username);
	}
	for (size_t i = 0; i < count; i++) {
		struct old_account *old = (struct old_account *)accounts[i]->old;
		struct old_account *other = table_get(&names, accounts[i]->username);
		if (!other) {
			table_set(&names, accounts[i]->username, old);
			continue;
		}
		if (!other->name_rival)
			other->name_rival = old->login->user;
		old->name_rival = other->login->user;
	}
}

/* ---- the password ---- */

/* It was verified as a hash, so 13 letters are DES and no plaintext. */
static bool
check_hash(const char *secret, struct place where, struct arena *arena, const char **ret_hash,
	struct diags *said)
{
	const char *marked = strlen(secret) == DES_LENGTH && *secret != '$'
		? arena_printf(arena, "{CRYPT}%s", secret)
		: secret;
	return password_hash_check(marked, where, arena, ret_hash, said);
}

static bool
is_carried(const struct old_way *way, struct arena *arena)
{
	struct diags ignored = { .arena = arena };
	const char *hash;
	return way->kind != OLD_PASSWORD_CRYPT ||
		(way->secret && check_hash(way->secret, way->where, arena, &hash, &ignored));
}

/* Of several ways of the kind that the claim names the first that can be carried. */
static const struct old_way *
kept_way(const struct making *making)
{
	const struct old_way *first = NULL;
	ARRAY_FOREACH (way, &making->login->ways) {
		if (way->kind != making->login->password)
			continue;
		if (is_carried(way, making->arena))
			return way;
		first = first ? first : way;
	}
	return first;
}

static void
set_foreign(struct making *making, const char *scheme)
{
	making->old->secret = OLD_SECRET_FOREIGN;
	making->old->scheme = scheme;
}

static void
take_hash(struct making *making, const struct old_way *way)
{
	struct diags said = { .arena = making->arena };
	const char *hash;
	if (!way->secret || !check_hash(way->secret, way->where, making->arena, &hash, &said)) {
		set_foreign(making, password_scheme(way->secret));
		return;
	}
	making->old->secret = OLD_SECRET_CARRIED;
	making->account->password_hash = hash;
	give(making, ACCOUNT_PASSWORD_HASH, way->where);
	ARRAY_FOREACH (diag, &said)
		diag_append(&making->old->notes, diag);
}

static void
take_plaintext(struct making *making, const struct old_way *way)
{
	struct diags said = { .arena = making->arena };
	if (!way->secret || !password_check(way->secret, way->where, &said)) {
		set_foreign(making, "a plaintext that no login program takes");
		return;
	}
	making->old->secret = OLD_SECRET_PLAIN;
	making->account->password = way->secret;
	give(making, ACCOUNT_PASSWORD, way->where);
}

static void
warn_of_other_ways(struct making *making, const struct old_way *kept)
{
	size_t closed = 0;
	ARRAY_FOREACH (way, &making->login->ways) {
		if (way == kept)
			continue;
		if (way->kind == OLD_PASSWORD_EMPTY || way->kind == OLD_PASSWORD_ANY)
			making->old->is_open = true;
		else if (way->kind != OLD_PASSWORD_NONE)
			closed++;
	}
	if (closed && making->old->secret == OLD_SECRET_OPEN)
		note(making, making->login->where, "old-passwords-dropped",
			"%zu %s opened the login too, and %s not carried", closed,
			closed == 1 ? "password" : "passwords", closed == 1 ? "is" : "are");
	else if (closed)
		note(making, kept ? kept->where : making->login->where, "old-two-passwords",
			"%zu passwords opened the login; this one is kept", closed + 1);
	if (making->old->is_open && making->old->secret != OLD_SECRET_OPEN)
		note(making, making->login->where, "old-open-too",
			"the empty password, or any, opened the login too; it no longer does");
}

static void
take_password(struct making *making)
{
	const struct old_way *way = kept_way(making);
	switch (making->login->password) {
	case OLD_PASSWORD_NONE:
		break;
	case OLD_PASSWORD_CRYPT:
		if (way)
			take_hash(making, way);
		else
			set_foreign(making, "a hash that cannot be seen here");
		break;
	case OLD_PASSWORD_PLAINTEXT:
		if (way)
			take_plaintext(making, way);
		else
			set_foreign(making, "a plaintext that cannot be seen here");
		break;
	case OLD_PASSWORD_EMPTY:
	case OLD_PASSWORD_ANY:
		making->old->secret = OLD_SECRET_OPEN;
		making->old->is_open = true;
		break;
	case OLD_PASSWORD_UNKNOWN:
		set_foreign(making, "a password that cannot be seen here");
		break;
	}
	warn_of_other_ways(making, way);
}

/* ---- what else is carried ---- */

static void
take_full_name(struct making *making)
{
	const char *gecos = making->login->full_name;
	/* gecos is "full name,room,phone,...". */
	const char *name = gecos ? arena_strndup(making->arena, gecos, strcspn(gecos, ",")) : NULL;
	struct diags ignored = { .arena = making->arena };
	if (!name || !*name)
		return;
	if (!account_check_text(name, "name", making->login->where, &ignored)) {
		note(making, making->login->where, "old-name-dropped",
			"its full name is not UTF-8 without control characters, and is left out");
		return;
	}
	making->account->full_name = name;
	give(making, ACCOUNT_FULL_NAME, making->login->where);
}

/* A guest's uid is somebody else's. */
static void
take_uid(struct making *making)
{
	const struct old_login *login = making->login;
	making->old->has_own_uid = login->has_ids && !login->is_guest &&
		(!login->unix_user || strcmp(login->unix_user, login->user) == 0);
	if (!making->old->has_own_uid || login->uid == 0)
		return;
	making->account->uid = login->uid;
	give(making, ACCOUNT_UID, login->where);
}

static void
take_keys(struct making *making)
{
	const struct old_login *login = making->login;
	ARRAY_FOREACH (line, &login->ssh_keys) {
		struct diags said = { .arena = making->arena };
		const char *key;
		bool has_options;
		if (ssh_key_parse_installed(
			    *line, login->where, making->arena, &key, &has_options, &said))
			string_list_push(making->arena, &making->account->ssh_keys, key);
		else
			note(making, login->where, "old-key-dropped", "a key is left out: %s",
				said.items[0].message);
	}
	if (making->account->ssh_keys.count)
		give(making, ACCOUNT_SSH_KEYS, login->where);
}

static void
take_addresses(struct making *making)
{
	const struct old_login *login = making->login;
	struct old_account *old = making->old;
	struct diags ignored = { .arena = making->arena };
	bool allows = false;
	ARRAY_FOREACH (from, &login->from) {
		const char *address;
		allows |= **from != '!';
		if (profile_check_address(*from, login->where, making->arena, &address, &ignored))
			string_list_push(making->arena, &old->from, address);
	}
	old->limit_is_lost = login->from_names || old->from.count != login->from.count;
	/* A server that only refused some let in everybody else. */
	if (old->from.count && !allows)
		string_list_push(making->arena, &old->from, "*");
	if (!profile_complete_from(&old->from, login->where, making->arena, &ignored)) {
		old->limit_is_lost = true;
		old->from.count = 0;
	}
	making->account->profile.from = old->from;
}

/*
 * sshd has one umask for files and directories. FTP servers take it from 0666 for files, and often
 * name one that would leave directories without their x (133 of Pure-FTPd): for those the other one
 * counts. Where the two differ in what they leave to others, sshd's takes away what either did.
 */
static mode_t
one_umask(const struct old_login *login)
{
	mode_t for_rw = (login->umask | login->dir_umask) & 0666;
	return for_rw | (login->dir_umask & 0111);
}

static void
take_profile(struct making *making)
{
	const struct old_login *login = making->login;
	struct jail_profile *profile = &making->account->profile;
	mode_t umask = one_umask(login);
	profile->has_umask = login->has_umask && umask != SSHD_UMASK;
	profile->umask = profile->has_umask ? umask : 0;
	/* Until somebody says what is to become of rights that no jail has, the safe side. */
	profile->read_only = login->rights != OLD_WRITE_YES;
	take_addresses(making);
}

static void
warn_of_lost_limits(struct making *making)
{
	const struct old_login *login = making->login;
	if (login->quota.files || login->quota.bytes)
		note(making, login->where, "old-quota",
			"had a quota of %s, which is not carried: see edquota(8)",
			login->quota.bytes ? text_size(making->arena, login->quota.bytes)
					   : arena_printf(making->arena, "%llu files",
						     (unsigned long long)login->quota.files));
	if (login->sees_hidden_limits)
		note(making, login->where, "old-hidden-names",
			"some names were hidden or refused by a pattern, which sshd has not");
}

/* ---- the whole ---- */

/* What the source's options say of all; checked as the cells of a sheet are. */
static bool
read_config(const struct old_account_config *config, const char *source, struct arena *arena,
	struct account *ret_common, struct diags *diags)
{
	struct place place = { .file = source };
	*ret_common = (struct account){ 0 };
	return (!config->layout ||
		       account_set(
			       ret_common, ACCOUNT_LAYOUT, config->layout, place, arena, diags)) &&
		(!config->groups ||
			account_set(
				ret_common, ACCOUNT_GROUPS, config->groups, place, arena, diags));
}

static struct account *
make_account(const struct old_login *login, const struct intake *intake,
	const struct account *common, const char *root, struct arena *arena)
{
	struct making making = {
		.login = login,
		.account = ARENA_NEW(arena, struct account),
		.old = ARENA_NEW(arena, struct old_account),
		.arena = arena,
	};
	*making.old = (struct old_account){
		.login = login,
		.importer = intake->importer,
		.root = root,
		.notes = { .arena = arena },
	};
	*making.account = *common;
	making.account->source = intake->name;
	making.account->place = login->where;
	making.account->old = making.old;
	ARRAY_FOREACH (diag, &login->notes)
		diag_append(&making.old->notes, diag);
	name_account(&making);
	take_password(&making);
	take_full_name(&making);
	take_uid(&making);
	take_keys(&making);
	take_profile(&making);
	warn_of_lost_limits(&making);
	if (login->has_expires) {
		making.account->expires = login->expires;
		give(&making, ACCOUNT_EXPIRES, login->where);
	}
	return making.account;
}

/* Anonymous access is nobody's, so there is no account to make; one line says so for all of it. */
static void
warn_of_anonymous(const struct intake *intake, struct arena *arena, struct diags *diags)
{
	enum { NAMED = 5 };
	AUTO_BUFFER struct buffer names = { 0 };
	struct place where = NOWHERE;
	size_t count = 0;
	ARRAY_FOREACH (login, &intake->old_logins) {
		if (!(*login)->is_anonymous || (*login)->login == OLD_DENY)
			continue;
		if (!count++)
			where = (*login)->where;
		if (count <= NAMED)
			buffer_printf(&names, "%s%s", count > 1 ? ", " : "", (*login)->user);
	}
	if (!count)
		return;
	diag_warning(diags, where, "anonymous access is not imported: %s%s",
		arena_strdup(arena, buffer_text(&names)),
		count > NAMED ? arena_printf(arena, " and %zu more", count - NAMED) : "");
	diag_code(diags, "anonymous-not-imported");
}

void
old_accounts_make(struct intake *intake, const struct old_account_config *config, const char *root,
	struct arena *arena, struct diags *diags)
{
	struct account common;
	struct table refused = { .arena = arena };
	if (!read_config(config, intake->name, arena, &common, diags))
		return;
	ARRAY_FOREACH (login, &intake->old_logins) {
		if ((*login)->login == OLD_DENY)
			table_set(&refused, (*login)->user, (void *)(uintptr_t)(*login)->user);
		else if (!(*login)->is_anonymous)
			ARRAY_PUSH(arena, &intake->accounts,
				make_account(*login, intake, &common, root, arena));
	}
	find_rivals(intake->accounts.items, intake->accounts.count, &refused, arena);
	warn_of_anonymous(intake, arena, diags);
}
