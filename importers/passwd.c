/*
 * passwd.c - the plain Unix accounts of an old machine, by what a login with a password through its
 * pam_unix said.
 *
 * Owns which accounts of /etc/passwd are meant, and the verdict that passwd and shadow give. Whom
 * other services of nsswitch.conf knew is not seen here, which is said once. A login that was not
 * jailed has "/" as its jail.
 */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "importers/old/crypt_shape.h"
#include "importers/old/root.h"
#include "importers/old/unix.h"
#include "importers/readable.h"

struct passwd_config {
	unsigned uid_min, uid_max;
	struct string_list users, groups, shells;
};

static const struct option_spec passwd_options[] = {
	{ .name = "uid_min",
		.type = OPTION_NUMBER,
		.offset = offsetof(struct passwd_config, uid_min),
		.argument = "UID",
		.help = "only accounts from this uid on; 0 is UID_MIN of /etc/login.defs, or "
			"1000" },
	{ .name = "uid_max",
		.type = OPTION_NUMBER,
		.offset = offsetof(struct passwd_config, uid_max),
		.argument = "UID",
		.help = "only accounts up to this uid; 0 is UID_MAX of /etc/login.defs, or 60000" },
	{ .name = "users",
		.type = OPTION_LIST,
		.offset = offsetof(struct passwd_config, users),
		.argument = "PATTERN",
		.help = "only accounts of such names: * ? [a-z]" },
	{ .name = "groups",
		.type = OPTION_LIST,
		.offset = offsetof(struct passwd_config, groups),
		.argument = "GROUP",
		.help = "only members of at least one of these groups, primary or not" },
	{ .name = "shells",
		.type = OPTION_LIST,
		.offset = offsetof(struct passwd_config, shells),
		.argument = "PATTERN",
		.help = "only accounts with such a shell: /bin/bash, */nologin" },
	{ .name = NULL },
};

/* What holds for every account of the machine. */
struct passwd_reading {
	const struct passwd_config *config;
	struct old_root *root;
	const struct old_unix *accounts;
	struct arena *arena;
	struct sink *sink;
	uint64_t uid_min, uid_max;
	mode_t umask;
	struct id_table groups; /* of the option, by gid */
	int64_t today;		/* days since 1970 */
};

/* ---- login.defs ---- */

enum { LOGIN_DEFS_LIMIT = 1 << 20 };
static const char login_defs[] = "/etc/login.defs";

/* "NAME value", the last one; the default where there is none or no such number. */
static uint64_t
login_def(const char *text, const char *name, int base, uint64_t initial)
{
	size_t length = strlen(name);
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		const char *word = text + strspn(text, " \t");
		if (strncmp(word, name, length) != 0 || !strchr(" \t", word[length]))
			continue;
		char *end;
		uint64_t number = strtoull(word + length, &end, base);
		if (end > word + length && strchr(" \t\r\n", *end))
			initial = number;
	}
	return initial;
}

static void
read_login_defs(struct passwd_reading *reading)
{
	struct old_file file;
	enum old_status status = old_root_read(reading->root, login_defs, LOGIN_DEFS_LIMIT, &file);
	const char *text = status == OLD_OK ? file.content.data : "";
	const struct passwd_config *config = reading->config;
	reading->uid_min = config->uid_min ? config->uid_min : login_def(text, "UID_MIN", 0, 1000);
	reading->uid_max = config->uid_max ? config->uid_max : login_def(text, "UID_MAX", 0, 60000);
	reading->umask = (mode_t)login_def(text, "UMASK", 8, 022) & 0777;
}

/* ---- which accounts ---- */

static bool
matches_any(const struct string_list *patterns, const char *text)
{
	for (size_t i = 0; i < patterns->count; i++) {
		if (text_glob(patterns->items[i], text))
			return true;
	}
	return !patterns->count;
}

static bool
is_member(const struct passwd_reading *reading, const struct old_passwd *user)
{
	gid_t *groups;
	size_t count;
	if (!reading->config->groups.count)
		return true;
	old_unix_groups(reading->accounts, user->name, user->gid, reading->arena, &groups, &count);
	for (size_t i = 0; i < count; i++) {
		if (id_table_get(&reading->groups, groups[i]))
			return true;
	}
	return false;
}

/* The first line of a name is the account; another one was never asked. */
static bool
is_meant(const struct passwd_reading *reading, const struct old_passwd *user)
{
	return user->uid >= reading->uid_min && user->uid <= reading->uid_max &&
		old_unix_user(reading->accounts, user->name) == user &&
		matches_any(&reading->config->users, user->name) &&
		matches_any(&reading->config->shells, user->shell) && is_member(reading, user);
}

static bool
find_groups(struct passwd_reading *reading)
{
	const struct string_list *names = &reading->config->groups;
	bool found = true;
	for (size_t i = 0; i < names->count; i++) {
		const struct old_group *group = old_unix_group(reading->accounts, names->items[i]);
		if (group)
			id_table_set(&reading->groups, group->gid, (void *)group);
		else
			found = diag_error(reading->sink->diags, at("/etc/group", 0),
				"has no group '%s'", names->items[i]);
	}
	return found;
}

/* ---- the password ---- */

static struct place
hash_place(const struct passwd_reading *reading, const struct old_passwd *user)
{
	const struct old_shadow *shadow = old_unix_shadow(reading->accounts, user->name);
	return strcmp(user->password, "x") == 0 && shadow ? shadow->where : user->where;
}

static void
refuse(struct old_login *login, struct place where, const char *code, const char *why)
{
	login->login = OLD_DENY;
	login->where = where;
	old_login_note(login, where, code, "%s", why);
}

static void
judge_password(
	struct passwd_reading *reading, const struct old_passwd *user, struct old_login *login)
{
	const char *hash = old_unix_hash(reading->accounts, user);
	struct place where = hash_place(reading, user);
	if (!hash) {
		refuse(login, where, "no-shadow-line", "no line in /etc/shadow is theirs");
	} else if (!*hash) {
		old_login_add_way(login, OLD_PASSWORD_EMPTY, NULL, where, reading->arena);
		old_login_note(login, where, "empty-password",
			"no password was needed where PAM has nullok");
	} else if (crypt_can_return(hash)) {
		old_login_add_way(login, OLD_PASSWORD_CRYPT, hash, where, reading->arena);
	} else if (*hash == '!' || *hash == '*') {
		refuse(login, where, "locked", "the password is locked");
	} else {
		refuse(login, where, "bad-hash", "no password has this hash");
	}
}

/* What pam_unix says of the dates, in its order. */
static void
judge_dates(const struct passwd_reading *reading, struct old_login *login)
{
	const struct old_shadow *shadow = old_unix_shadow(reading->accounts, login->user);
	if (!shadow || login->login == OLD_DENY)
		return;
	int64_t age = reading->today - shadow->changed;
	/* No date of the last change counts as the day before 1970. */
	bool is_old = shadow->changed && shadow->max != -1 && age >= 0 && age > shadow->max;
	if (shadow->expires != -1 && reading->today >= shadow->expires) {
		refuse(login, shadow->where, "expired", "the account is expired");
	} else if (is_old && shadow->inactive != -1 && age > shadow->inactive &&
		age > shadow->max + shadow->inactive) {
		refuse(login, shadow->where, "password-expired",
			"the password is too old, and no longer to be changed");
	} else if (is_old || shadow->changed == 0) {
		login->login = OLD_UNKNOWN;
		login->where = shadow->where;
		old_login_note(login, shadow->where, "password-aged",
			"a new password had to be set, which not every program could ask for");
	}
}

/* ---- the session ---- */

static void
set_ids(const struct passwd_reading *reading, const struct old_passwd *user,
	struct old_login *login)
{
	gid_t *groups;
	size_t count;
	login->has_ids = true;
	login->uid = user->uid;
	login->gid = user->gid;
	old_unix_groups(reading->accounts, user->name, user->gid, reading->arena, &groups, &count);
	login->groups.items = groups;
	login->groups.count = login->groups.room = count;
	login->has_umask = true;
	login->umask = login->dir_umask = reading->umask;
}

static void
set_directory(const struct passwd_reading *reading, const struct old_passwd *user,
	struct old_login *login)
{
	struct old_ids ids = {
		.uid = login->uid,
		.gid = login->gid,
		.groups = login->groups.items,
		.group_count = login->groups.count,
	};
	struct old_entry entry;
	enum old_status status = old_root_stat(reading->root, user->home, &entry);
	bool entered = status == OLD_OK && S_ISDIR(entry.mode) &&
		old_root_may(reading->root, user->home, &ids, X_OK);
	login->jail = "/";
	login->cwd = entered ? entry.real : "/";
	login->rights = OLD_WRITE_YES;
	login->write = old_root_may(reading->root, login->cwd, &ids, W_OK | X_OK) ? OLD_WRITE_YES
										  : OLD_WRITE_NO;
	if (status != OLD_OK)
		old_login_note(login, user->where, "no-home", "the home '%s' %s", user->home,
			old_status_text(status));
	else if (!entered)
		old_login_note(login, user->where, "no-home", "the home '%s' %s", user->home,
			S_ISDIR(entry.mode) ? "may not be entered" : "is no directory");
}

/* Up to the first comma, "&" being the login with a capital. */
static const char *
full_name(const struct passwd_reading *reading, const struct old_passwd *user)
{
	AUTO_BUFFER struct buffer name = { 0 };
	for (const char *c = user->gecos; *c && *c != ','; c++) {
		if (*c != '&') {
			buffer_add_char(&name, *c);
			continue;
		}
		bool lower = user->name[0] >= 'a' && user->name[0] <= 'z';
		buffer_add_char(&name, lower ? (char)(user->name[0] - 'a' + 'A') : user->name[0]);
		buffer_add_text(&name, user->name + (user->name[0] != '\0'));
	}
	return name.size ? arena_strdup(reading->arena, buffer_text(&name)) : NULL;
}

static struct old_login *
login_of(struct passwd_reading *reading, const struct old_passwd *user)
{
	struct old_login *login = old_login_create(reading->arena, user->name, user->where);
	const struct old_shadow *shadow = old_unix_shadow(reading->accounts, user->name);
	login->login = OLD_ALLOW;
	login->unix_user = user->name;
	login->home = user->home;
	login->full_name = full_name(reading, user);
	login->shell = *user->shell ? user->shell : "/bin/sh";
	if (shadow && shadow->expires != -1) {
		login->has_expires = true;
		login->expires = shadow->expires;
	}
	judge_password(reading, user, login);
	judge_dates(reading, login);
	if (login->login != OLD_DENY)
		login->password = login->ways.items[0].kind;
	set_ids(reading, user, login);
	set_directory(reading, user, login);
	return login;
}

/* ---- the whole ---- */

static void
warn_about_others(const struct passwd_reading *reading)
{
	const struct string_list *others = &reading->accounts->other_databases;
	for (size_t i = 0; i < others->count; i++) {
		diag_warning(reading->sink->diags, at("/etc/nsswitch.conf", 0),
			"users that only '%s' knew are in no file here", others->items[i]);
		diag_code(reading->sink->diags, "other-database");
	}
}

static bool
read_accounts(struct passwd_reading *reading)
{
	read_login_defs(reading);
	if (!find_groups(reading))
		return false;
	warn_about_others(reading);
	ARRAY_FOREACH (user, &reading->accounts->passwd) {
		if (is_meant(reading, user) &&
			!reading->sink->old_login(reading->sink->ctx, login_of(reading, user)))
			return false;
	}
	reading->sink->detected = arena_printf(reading->arena,
		"/etc/passwd, uid %" PRIu64 " to %" PRIu64, reading->uid_min, reading->uid_max);
	reading->sink->complete = !reading->accounts->other_databases.count;
	return true;
}

static bool
passwd_read(const void *config, struct source *source, struct sink *sink)
{
	AUTO_OLD_ROOT struct old_root *root = NULL;
	struct old_unix *accounts;
	if (!old_root_open(source, &root, sink->diags) ||
		!old_unix_read(root, &accounts, sink->diags))
		return false;
	struct passwd_reading reading = {
		.config = config,
		.root = root,
		.accounts = accounts,
		.arena = source->arena,
		.sink = sink,
		.groups.arena = source->arena,
		.today = time(NULL) / 86400,
	};
	return read_accounts(&reading);
}

const struct importer passwd_importer = {
	.abi = IMPORTER_ABI,
	.name = "passwd",
	.summary = "the Unix accounts of an old machine: a directory or tar archive of its root",
	.options = passwd_options,
	.config_size = sizeof(struct passwd_config),
	.old_server = true,
	.read = passwd_read,
	.check = readable_root,
};
