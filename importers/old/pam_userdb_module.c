/*
 * pam_userdb_module.c - pam_userdb: passwords in a Berkeley DB or GDBM file.
 *
 * Linux-PAM built with Berkeley DB opens the path with ".db" behind it, built with GDBM the path
 * itself; what is there says which it was. Only values of crypt= that begin with "crypt" mean
 * hashes; all others, "crypt=hash" among them, mean plaintext.
 */
#include "importers/old/pam_module.h"

#include <string.h>
#include <strings.h>

/* Keys are split at a dash for key_only: at most at so many, in so long names. */
enum { MOST_DASHES = 16, LONGEST_NAME = 256 };

struct pam_database {
	const char *path;
	bool found;	 /* there is a file that the module would open */
	bool unreadable; /* it would, and we cannot read it */
	bool doubtful;	 /* one for each build of the module is there */
	const char *why; /* of either */
	struct passdb db;
	bool split;	      /* by_user is filled */
	struct table by_user; /* for key_only: name -> struct key_list */
};

struct key_list {
	struct {
		const struct passdb_record **items;
		size_t count, room;
	} records;
};

/* ---- arguments ---- */

/* Names and prefixes of arguments in any case. */
static const char *
argument(const struct pam_handler *handler, const char *prefix)
{
	const char *value = NULL;
	size_t length = strlen(prefix);
	ARRAY_FOREACH (text, &handler->arguments)
		if (strncasecmp(*text, prefix, length) == 0)
			value = *text + length;
	return value;
}

static bool
has_word(const struct pam_handler *handler, const char *word)
{
	ARRAY_FOREACH (text, &handler->arguments)
		if (strcasecmp(*text, word) == 0)
			return true;
	return false;
}

static bool
is_crypt(const struct pam_handler *handler)
{
	const char *mode = argument(handler, "crypt=");
	return mode && strncasecmp(mode, "crypt", 5) == 0;
}

/* ---- files ---- */

/* False when there is no such file. */
static bool
open_database(struct old_pam *pam, const char *path, bool wants_gdbm, struct pam_database *ret)
{
	struct old_file file;
	enum old_status status = old_root_read(pam->root, path, OLD_FILE_LIMIT, &file);
	if (status == OLD_ABSENT)
		return false;
	ret->path = path;
	if (status != OLD_OK) {
		ret->unreadable = status == OLD_TOO_LARGE || status == OLD_UNREADABLE;
		ret->why = old_status_text(status);
		return true;
	}
	struct diags diags = { .arena = pam->arena };
	bool read = passdb_parse(file.content, path, false, pam->arena, &ret->db, &diags);
	bool right_kind = ret->db.format == (wants_gdbm ? PASSDB_GDBM : PASSDB_BDB_HASH);
	ret->found = read && right_kind;
	ret->unreadable = !read && right_kind;
	ret->why = diags.errors ? diags.items[0].message : "is of the other kind of database";
	return !wants_gdbm || right_kind;
}

/* The database of a line, opened once; NULL when the line names none. */
static struct pam_database *
database_of(struct old_pam *pam, const struct pam_handler *handler)
{
	const char *path = argument(handler, "db=");
	if (!path || !*path)
		return NULL;
	struct pam_database *database = table_get(&pam->databases, path);
	if (database)
		return database;
	database = ARENA_NEW(pam->arena, struct pam_database);
	table_set(&pam->databases, path, database);
	if (open_database(pam, arena_printf(pam->arena, "%s.db", path), false, database)) {
		struct pam_database other = { 0 };
		database->doubtful =
			open_database(pam, path, true, &other) && other.found && database->found;
		return database;
	}
	if (!open_database(pam, path, true, database))
		*database = (struct pam_database){
			.path = arena_printf(pam->arena, "%s.db", path),
			.why = "does not exist",
		};
	return database;
}

/* ---- keys that hold names and passwords ---- */

static void
add_split(struct pam_database *database, const struct passdb_record *record, size_t length,
	struct arena *arena)
{
	const char *name = arena_strndup(arena, record->key.data, length);
	struct key_list *list = table_get(&database->by_user, name);
	if (!list) {
		list = ARENA_NEW(arena, struct key_list);
		table_set(&database->by_user, name, list);
	}
	ARRAY_PUSH(arena, &list->records, record);
}

/* "anna-secret" is anna's; "jean-luc-x" may be jean's or jean-luc's. */
static void
split_keys(struct pam_database *database, struct arena *arena)
{
	if (database->split)
		return;
	database->split = true;
	database->by_user.arena = arena;
	ARRAY_FOREACH (record, &database->db.records) {
		struct bytes key = record->key;
		unsigned dashes = 0;
		for (size_t i = 0; i < key.size && i < LONGEST_NAME && key.data[i]; i++) {
			if (key.data[i] != '-')
				continue;
			add_split(database, record, i, arena);
			if (++dashes == MOST_DASHES)
				break;
		}
	}
}

static const struct key_list *
keys_of(struct pam_database *database, const char *user, struct arena *arena)
{
	split_keys(database, arena);
	return table_get(&database->by_user, user);
}

/* ---- the module ---- */

static enum pam_code
unavailable(struct pam_attempt *attempt, const struct pam_database *database,
	const struct pam_handler *handler)
{
	if (!database)
		return pam_say_no(attempt, PAM_SERVICE_ERR, handler->where, "no db= is said");
	if (database->unreadable)
		return PAM_NOT_EVALUATED;
	return pam_say_no(attempt, PAM_SERVICE_ERR, at(database->path, 0), "%s: %s", database->path,
		database->why);
}

/* An empty value is as good as none, which is how the library answers. */
static const struct passdb_record *
record_of(struct pam_database *database, const char *user)
{
	const struct passdb_record *record = table_get(&database->db.by_key, user);
	return record && record->value.size ? record : NULL;
}

static bool
fits_key(struct pam_attempt *attempt, const struct key_list *keys, bool any_case)
{
	size_t skip = strlen(attempt->user) + 1;
	ARRAY_FOREACH (record, &keys->records) {
		struct bytes key = (*record)->key;
		const char *text = arena_strndup(attempt->arena, key.data + skip, key.size - skip);
		if (pam_fits_text(attempt, text, any_case))
			return true;
	}
	return false;
}

static bool
fits_value(struct pam_attempt *attempt, const struct pam_handler *handler, struct bytes value)
{
	const char *text = arena_strndup(attempt->arena, value.data, value.size);
	bool any_case = has_word(handler, "icase");
	if (strlen(text) != value.size)
		return false;
	if (!is_crypt(handler))
		return pam_fits_text(attempt, text, any_case);
	return !any_case && pam_fits_hash(attempt, text);
}

static enum pam_code
unknown(struct pam_attempt *attempt, const struct pam_database *database)
{
	return pam_say_no(attempt, PAM_USER_UNKNOWN, at(database->path, 0), "it is not in %s",
		database->path);
}

static enum pam_code
authenticate(struct pam_attempt *attempt, const struct pam_handler *handler)
{
	struct pam_database *database = database_of(attempt->pam, handler);
	if (!database)
		return unavailable(attempt, database, handler);
	if (has_word(handler, "use_first_pass") && !has_word(handler, "try_first_pass") &&
		!attempt->has_password)
		return pam_say_no(attempt, PAM_AUTHTOK_RECOVERY_ERR, handler->where,
			"use_first_pass, and no module before has asked for a password");
	attempt->has_password = true;
	if (!database->found)
		return unavailable(attempt, database, handler);

	bool fits;
	if (has_word(handler, "key_only")) {
		const struct key_list *keys = keys_of(database, attempt->user, attempt->pam->arena);
		if (!keys)
			return unknown(attempt, database);
		fits = fits_key(attempt, keys, has_word(handler, "icase"));
	} else {
		const struct passdb_record *record = record_of(database, attempt->user);
		if (!record)
			return unknown(attempt, database);
		fits = fits_value(attempt, handler, record->value);
	}
	if (fits)
		return PAM_SUCCESS;
	return pam_say_no(attempt, PAM_AUTH_ERR, at(database->path, 0), "no password fits in %s",
		database->path);
}

static enum pam_code
manage(struct pam_attempt *attempt, const struct pam_handler *handler)
{
	struct pam_database *database = database_of(attempt->pam, handler);
	if (!database || !database->found)
		return unavailable(attempt, database, handler);
	bool known = has_word(handler, "key_only")
		? keys_of(database, attempt->user, attempt->pam->arena) != NULL
		: record_of(database, attempt->user) != NULL;
	return known ? PAM_SUCCESS : unknown(attempt, database);
}

static void
add_secret(struct pam_attempt *attempt, struct old_login *login, enum old_password kind,
	struct bytes secret, const char *path)
{
	const char *text = arena_strndup(attempt->arena, secret.data, secret.size);
	if (strlen(text) != secret.size || (kind == OLD_PASSWORD_CRYPT && !crypt_can_return(text)))
		return;
	old_login_add_way(login, kind, text, at(path, 0), attempt->arena);
}

static void
add_key_secrets(
	struct pam_attempt *attempt, struct pam_database *database, struct old_login *ret_login)
{
	const struct key_list *keys = keys_of(database, attempt->user, attempt->pam->arena);
	size_t skip = strlen(attempt->user) + 1;
	for (size_t i = 0; keys && i < keys->records.count; i++) {
		struct bytes key = keys->records.items[i]->key;
		add_secret(attempt, ret_login, OLD_PASSWORD_PLAINTEXT,
			(struct bytes){ key.data + skip, key.size - skip }, database->path);
		if (memchr(key.data + skip, '-', key.size - skip))
			old_login_note(ret_login, at(database->path, 0), "ambiguous-key",
				"a key of %s with several dashes may be another login's",
				database->path);
	}
}

static void
add_secrets(
	struct pam_attempt *attempt, const struct pam_handler *handler, struct old_login *ret_login)
{
	struct pam_database *database = database_of(attempt->pam, handler);
	if (!database || !database->found)
		return;
	size_t count = ret_login->ways.count;
	const struct passdb_record *record = record_of(database, attempt->user);
	if (has_word(handler, "key_only"))
		add_key_secrets(attempt, database, ret_login);
	else if (record)
		add_secret(attempt, ret_login,
			is_crypt(handler) ? OLD_PASSWORD_CRYPT : OLD_PASSWORD_PLAINTEXT,
			record->value, database->path);
	if (ret_login->ways.count > count && database->doubtful)
		old_login_note(ret_login, handler->where, "two-databases",
			"there is a GDBM file without '.db' too; which one counted depends on "
			"how "
			"PAM was built");
	if (ret_login->ways.count > count && has_word(handler, "icase") && !is_crypt(handler))
		old_login_note(ret_login, handler->where, "password-any-case",
			"icase: the password was taken in any case of its letters");
}

static void
list_names(struct old_pam *pam, const struct pam_handler *handler,
	void (*found)(void *ctx, const char *name, struct place where), void *ctx)
{
	struct pam_database *database = database_of(pam, handler);
	bool key_only = has_word(handler, "key_only");
	if (!database || !database->found)
		return;
	ARRAY_FOREACH (record, &database->db.records) {
		/* Up to the first dash only: behind it the password may begin. */
		const char *dash = key_only && record->key.size
			? memchr(record->key.data, '-', record->key.size)
			: NULL;
		size_t length = dash ? (size_t)(dash - record->key.data) : record->key.size;
		if (!length || (key_only && !dash) || memchr(record->key.data, '\0', length))
			continue;
		found(ctx, arena_strndup(pam->arena, record->key.data, length),
			at(database->path, 0));
	}
}

const struct pam_module pam_userdb_module = {
	.name = "pam_userdb",
	.call = { authenticate, manage },
	.fixed = { 0, 0, PAM_MODULE_UNKNOWN },
	.setcred = PAM_SUCCESS,
	.secrets = add_secrets,
	.names = list_names,
};
