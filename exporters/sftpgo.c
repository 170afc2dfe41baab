/*
 * sftpgo.c - users for SFTPGo: the JSON that its `loaddata` and `initprovider` restore.
 *
 * Source of the rules: openapi.yaml (BackupData, User, BaseUserFilters) and dataprovider.go of
 * SFTPGo 2.6 and later; the dump's version is 17. One object:
 *
 *	{"version": 17, "users": [
 *	  {"username": "anna", "status": 1, "description": "Anna Vogel", "email": ...,
 *	   "expiration_date": 1830211200000, "password": "$6$...",
 *	   "public_keys": ["ssh-ed25519 ..."], "home_dir": "/home/anna", "uid": 20001,
 *	   "gid": 20001, "permissions": {"/": ["list","download"], "/pics": ["*"],
 *	   "/logs": ["list","download"]}, "filesystem": {"provider": 0},
 *	   "filters": {"allowed_ip": [...], "denied_protocols": [...],
 *		       "start_directory": "/pics"}}]}
 *
 *   status         1, or 0 for an account that is disabled, staged or has left
 *   expiration_date  milliseconds since 1970; 0 = never, and where nothing is said
 *   password       with secrets only. SFTPGo takes text whose prefix it does not know for a
 *                  plaintext: the hash itself would become the password. So only $1$, $5$, $6$ and
 *                  bcrypt are written ($2b$ and $2y$ as $2a$, the one prefix it knows; it computes
 *                  all three alike), $y$ when asked for, as only a build with "unixcrypt" verifies
 *                  it, and of plaintexts only those that do not begin like a hash
 *   public_keys    only keys without options: SFTPGo reads over "from=" and the like, and would
 *                  let the key in from everywhere
 *   home_dir       required; of an account without a home a folder of its name below `homes`
 *   uid, gid       owner of what is uploaded, where SFTPGo runs as root; gid of managed accounts
 *   permissions    "/" and each folder, by the rights that the account has in it; the nearest
 *                  folder above decides elsewhere. Keys are patterns (path.Match), so *?[\ in a
 *                  name get a backslash
 *   allowed_ip     the profile's addresses, exclusions cut out of them: SFTPGo lets in who is both
 *                  allowed and denied
 *   denied_protocols  FTP, DAV and HTTP: the account was one for SFTP
 *
 * Not carried, and warned of: groups (SFTPGo's are templates of settings), umask and log level of a
 * profile, owners and modes beyond what the account itself may do.
 */
#include <string.h>

#include "core/base/json_writer.h"
#include "exporters/field.h"
#include "exporters/loss.h"
#include "exporters/networks.h"
#include "exporters/rights.h"

#define DUMP_VERSION 17
#define UID_LIMIT 2147483647u
#define MILLISECONDS_PER_DAY 86400000ll

struct sftpgo_config {
	const char *homes;
	bool yescrypt;
};

static const struct option_spec sftpgo_options[] = {
	{ .name = "homes",
		.type = OPTION_TEXT,
		.offset = offsetof(struct sftpgo_config, homes),
		.initial = "/srv/sftpgo/data",
		.argument = "DIR",
		.help = "where the home of an account is that has none in the source" },
	{ .name = "yescrypt",
		.type = OPTION_FLAG,
		.offset = offsetof(struct sftpgo_config, yescrypt),
		.initial = "no",
		.help = "write $y$ hashes too: this SFTPGo is built with unixcrypt" },
	{ .name = NULL },
};

/* One user while it is written. */
struct user {
	const struct sftpgo_config *config;
	const struct export_job *job;
	const struct account *account;
	const struct export_host *host; /* NULL = of a source */
	struct rights rights;
	struct json_writer *json;
	struct losses *losses;
};

static void
lose(const struct user *user, const char *what, const char *hint)
{
	loss_add(user->losses, user->account, what, hint);
}

/* ---- how somebody gets in ---- */

/* What SFTPGo takes for a hash, and what is written for it; NULL = it is never written. */
static const struct scheme {
	const char *prefix, *written;
} schemes[] = {
	{ "$2a$", "$2a$" },
	{ "$2b$", "$2a$" },
	{ "$2y$", "$2a$" },
	{ "$1$", "$1$" },
	{ "$5$", "$5$" },
	{ "$6$", "$6$" },
	{ "$y$", "$y$" },
	{ "$argon2id$", NULL },
	{ "$pbkdf2-", NULL },
	{ "$apr1$", NULL },
	{ "{MD5}", NULL },
	{ "{SHA256}", NULL },
	{ "{SHA512}", NULL },
};

static const struct scheme *
scheme_of(const char *secret)
{
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		if (strncmp(secret, schemes[i].prefix, strlen(schemes[i].prefix)) == 0)
			return &schemes[i];
	}
	return NULL;
}

static void
add_hash(const struct user *user)
{
	const char *hash = user->account->password_hash;
	const struct scheme *scheme = scheme_of(hash);
	if (scheme && strcmp(scheme->prefix, "$y$") == 0 && !user->config->yescrypt)
		lose(user,
			"SFTPGo verifies yescrypt only in some builds, so no password is written",
			"Add --option yescrypt=yes where `sftpgo -v` says +unixcrypt.");
	else if (!scheme || !scheme->written)
		lose(user, "SFTPGo does not know this kind of hash, so no password is written",
			"Give the account a new password there, or a key.");
	else
		json_write_text(user->json, "password",
			arena_printf(user->job->arena, "%s%s", scheme->written,
				hash + strlen(scheme->prefix)));
}

/* As in the planner, a plaintext comes before a hash. */
static void
add_password(const struct user *user)
{
	const struct account *account = user->account;
	if (field_is_written(user->job, account, ACCOUNT_PASSWORD)) {
		if (!scheme_of(account->password))
			json_write_text(user->json, "password", account->password);
		else
			lose(user, "SFTPGo would take the password for a hash, so none is written",
				"Give the account a new password there.");
	} else if (field_is_written(user->job, account, ACCOUNT_PASSWORD_HASH)) {
		add_hash(user);
	}
}

/* Lines are normalised: without options the type comes first. */
static bool
has_options(const char *key)
{
	static const char *const types[] = { "ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-" };
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (strncmp(key, types[i], strlen(types[i])) == 0)
			return false;
	}
	return true;
}

static void
add_keys(const struct user *user)
{
	struct string_list keys = { 0 };
	if (!account_has(user->account, ACCOUNT_SSH_KEYS))
		return;
	ARRAY_FOREACH (key, &user->account->ssh_keys) {
		if (!has_options(*key))
			string_list_push(user->job->arena, &keys, *key);
	}
	if (keys.count < user->account->ssh_keys.count)
		lose(user,
			"SFTPGo ignores the options of a key, so those with options are left out",
			"Limit the account by the profile's from: instead.");
	json_write_texts(user->json, "public_keys", &keys);
}

/* ---- what somebody may do ---- */

static const char *
pattern(const char *path, struct arena *arena)
{
	char *escaped = arena_alloc(arena, 2 * strlen(path) + 2), *end = escaped;
	for (*end++ = '/'; *path; *end++ = *path++) {
		if (strchr("*?[\\", *path))
			*end++ = '\\';
	}
	return escaped;
}

static void
add_rights(const struct user *user, const char *path, unsigned rights)
{
	struct string_list words = { 0 };
	struct arena *arena = user->job->arena;
	bool may_enter = rights & RIGHT_ENTER;
	bool may_list = rights & RIGHT_READ, may_write = rights & RIGHT_WRITE;
	if (may_enter && may_list && may_write) {
		string_list_push(arena, &words, "*");
	} else if (may_enter) {
		if (may_list)
			string_list_push(arena, &words, "list");
		if (may_list || !may_write)
			string_list_push(arena, &words, "download");
		if (may_write) {
			string_list_push(arena, &words, "upload");
			string_list_push(arena, &words, "create_dirs");
		}
	}
	json_write_texts(user->json, path, &words);
}

static void
add_permissions(const struct user *user)
{
	json_write_open(user->json, "permissions", '{');
	add_rights(user, "/", RIGHT_READ | RIGHT_ENTER);
	ARRAY_FOREACH (folder, user->rights.folders)
		add_rights(user, pattern(folder->path, user->job->arena),
			rights_in(&user->rights, folder, user->account));
	json_write_close(user->json);
}

static void
add_filters(const struct user *user, const struct string_list *allowed)
{
	static const char *denied[] = { "FTP", "DAV", "HTTP" };
	const struct string_list protocols = { denied, ARRAY_LEN(denied), ARRAY_LEN(denied) };
	struct arena *arena = user->job->arena;
	const char *start = profile_start_of(&user->rights.profile, user->account->username, arena);
	json_write_open(user->json, "filters", '{');
	if (allowed->count)
		json_write_texts(user->json, "allowed_ip", allowed);
	json_write_texts(user->json, "denied_protocols", &protocols);
	if (start)
		json_write_text(user->json, "start_directory", arena_printf(arena, "/%s", start));
	json_write_close(user->json);
}

static void
warn_of_losses(const struct user *user)
{
	const struct jail_profile *profile = &user->rights.profile;
	if (user->account->groups.count)
		lose(user, "groups are not carried, as those of SFTPGo are templates of settings",
			NULL);
	if (profile->has_umask)
		lose(user, "SFTPGo has no umask for one user, so it is not carried",
			"Set \"umask\" of its sftpd in its configuration.");
	if (profile->log_level)
		lose(user, "SFTPGo has no log level for one user, so it is not carried", NULL);
}

/* ---- who it is ---- */

static void
add_ids(const struct user *user)
{
	if (account_has(user->account, ACCOUNT_UID)) {
		if (user->account->uid > UID_LIMIT)
			lose(user, "SFTPGo knows no uid beyond 2147483647, so it is left out",
				NULL);
		else
			json_write_number(user->json, "uid", user->account->uid);
	}
	if (user->host && user->host->gid <= UID_LIMIT)
		json_write_number(user->json, "gid", user->host->gid);
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* One that SFTPGo refuses makes it refuse the whole dump. */
static bool
is_plain_email(const char *email)
{
	static const char local[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_+-";
	static const char domain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789-";
	const char *sets[] = { local, domain };
	bool is_domain = false, has_dot = false;
	for (;;) {
		size_t size = strspn(email, sets[is_domain]);
		if (!size || (is_domain && (*email == '-' || email[size - 1] == '-')))
			return false;
		email += size;
		if (!*email)
			return is_domain && has_dot && is_letter(email[-1]) &&
				is_letter(email[-(long)size]);
		if (*email == '@' && !is_domain)
			is_domain = true;
		else if (*email != '.')
			return false;
		else
			has_dot = is_domain;
		email++;
	}
}

static void
add_email(const struct user *user)
{
	if (!account_has(user->account, ACCOUNT_EMAIL))
		return;
	if (is_plain_email(user->account->email))
		json_write_text(user->json, "email", user->account->email);
	else
		lose(user, "SFTPGo may refuse the email address, so it is left out", NULL);
}

static const char *
home_of(const struct user *user)
{
	const struct account *account = user->account;
	return account_has(account, ACCOUNT_HOME)
		? account->home
		: arena_printf(user->job->arena, "%s/%s", user->config->homes, account->username);
}

static long long
expiry_of(const struct account *account)
{
	if (!account_has(account, ACCOUNT_EXPIRES) || account->expires == ACCOUNT_NEVER)
		return 0;
	return account->expires * MILLISECONDS_PER_DAY;
}

static void
write_user(const struct user *user)
{
	const struct account *account = user->account;
	struct json_writer *json = user->json;
	struct string_list allowed;
	bool is_open = !account_is_closed(account);
	if (!networks_allowed(&user->rights.profile.from, user->job->arena, &allowed)) {
		lose(user, "the profile lets nobody in, so the user is disabled", NULL);
		is_open = false;
	}
	json_write_open(json, NULL, '{');
	json_write_text(json, "username", account->username);
	json_write_number(json, "status", is_open);
	if (account_has(account, ACCOUNT_FULL_NAME))
		json_write_text(json, "description", account->full_name);
	add_email(user);
	json_write_number(json, "expiration_date", expiry_of(account));
	add_password(user);
	add_keys(user);
	json_write_text(json, "home_dir", home_of(user));
	add_ids(user);
	add_permissions(user);
	json_write_open(json, "filesystem", '{');
	json_write_number(json, "provider", 0);
	json_write_close(json);
	add_filters(user, &allowed);
	json_write_close(json);
	warn_of_losses(user);
}

static bool
check_user(const struct user *user)
{
	const char *login = user->account->username;
	if (!field_check_utf8(user->job, user->account))
		return false;
	if (strcmp(login, "__self__") == 0 || strcmp(login, "__system__") == 0) {
		diag_error(user->job->diags, user->account->place,
			"SFTPGo reserves the login '%s' for itself", login);
		diag_user(user->job->diags, login);
		return false;
	}
	return true;
}

static bool
sftpgo_write(const void *config, const struct export_job *job)
{
	struct json_writer json = { .out = job->out };
	struct losses losses = { .job = job };
	bool good = true;
	json_write_open(&json, NULL, '{');
	json_write_number(&json, "version", DUMP_VERSION);
	json_write_open(&json, "users", '[');
	for (size_t i = 0; i < job->count; i++) {
		const struct user user = {
			.config = config,
			.job = job,
			.account = job->accounts[i],
			.host = export_host_of(job, i),
			.rights = rights_of(job, i, &losses),
			.json = &json,
			.losses = &losses,
		};
		if (check_user(&user))
			write_user(&user);
		else
			good = false;
	}
	json_write_close(&json);
	json_write_close(&json);
	losses_tell(&losses);
	return good;
}

const struct exporter sftpgo_exporter = {
	.abi = EXPORTER_ABI,
	.name = "sftpgo",
	.summary = "users for SFTPGo, which its loaddata reads",
	.options = sftpgo_options,
	.config_size = sizeof(struct sftpgo_config),
	.is_obeyed = true,
	.write = sftpgo_write,
};
