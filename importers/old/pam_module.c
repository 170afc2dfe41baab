/*
 * pam_module.c - the table of the modules, those among it that always answer the same, and what the
 * others share.
 *
 * The constant answers are those that Linux-PAM 1.5 gives to an FTP server's process, which is root
 * and has no terminal. A module that has no function for a type answers "module unknown" there.
 */
#include "importers/old/pam_module.h"

#include <crypt.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* ---- modules that are short ---- */

/* The file as the module reads it: whole lines that begin with "/", without comments. */
static bool
has_line(struct bytes content, const char *text)
{
	size_t length = strlen(text);
	struct bytes line;
	while (bytes_take_line(&content, &line)) {
		if (line.size == length && memcmp(line.data, text, length) == 0)
			return true;
	}
	return false;
}

static enum pam_code
ask_shells(struct pam_attempt *attempt, const struct pam_handler *handler)
{
	static const char path[] = "/etc/shells";
	(void)handler;
	const struct old_passwd *account = attempt->account;
	struct old_pam *pam = attempt->pam;
	if (!account)
		return pam->other_accounts ? PAM_NOT_EVALUATED
					   : pam_say_no(attempt, PAM_AUTH_ERR, at("/etc/passwd", 0),
						     "it is no account of the system");
	if (!pam->shells) {
		pam->shells = ARENA_NEW(pam->arena, struct old_file);
		pam->shells_status = old_root_read(pam->root, path, OLD_FILE_LIMIT, pam->shells);
	}
	if (pam->shells_status != OLD_OK || pam->shells->entry.mode & S_IWOTH)
		return pam_say_no(attempt, PAM_AUTH_ERR, at(path, 0), "%s %s", path,
			pam->shells_status == OLD_OK ? "is writable by everybody"
						     : old_status_text(pam->shells_status));
	const char *shell = account->shell[0] ? account->shell : "/bin/sh";
	if (shell[0] == '/' && has_line(pam->shells->content, shell))
		return PAM_SUCCESS;
	return pam_say_no(
		attempt, PAM_AUTH_ERR, account->where, "its shell %s is not in %s", shell, path);
}

static bool
nologin_exists(struct pam_attempt *attempt, const char **path)
{
	static const char *const usual[] = { "/var/run/nologin", "/etc/nologin" };
	struct old_entry entry;
	if (*path)
		return old_root_stat(attempt->pam->root, *path, &entry) == OLD_OK;
	for (unsigned i = 0; i < ARRAY_LEN(usual); i++) {
		*path = usual[i];
		if (old_root_stat(attempt->pam->root, *path, &entry) == OLD_OK)
			return true;
	}
	return false;
}

static enum pam_code
ask_nologin(struct pam_attempt *attempt, const struct pam_handler *handler)
{
	const char *path = pam_argument(handler, "file=");
	enum pam_code usual = pam_has_argument(handler, "successok") ? PAM_SUCCESS : PAM_IGNORE;
	if (!nologin_exists(attempt, &path))
		return usual;
	if (!attempt->account)
		return pam_unknown_user(attempt);
	if (attempt->account->uid == 0)
		return usual;
	return pam_say_no(
		attempt, PAM_AUTH_ERR, at(path, 0), "%s exists: only root may log in", path);
}

static enum pam_code
ask_localuser(struct pam_attempt *attempt, const struct pam_handler *handler)
{
	if (pam_argument(handler, "file="))
		return PAM_NOT_EVALUATED;
	if (attempt->account)
		return PAM_SUCCESS;
	return pam_say_no(attempt, PAM_PERM_DENIED, handler->where, "no account in /etc/passwd");
}

/* Only root is kept from terminals that are not listed, and an FTP session has none. */
static enum pam_code
ask_securetty(struct pam_attempt *attempt, const struct pam_handler *handler)
{
	(void)handler;
	return attempt->account && attempt->account->uid == 0 ? PAM_NOT_EVALUATED : PAM_SUCCESS;
}

/* The default of login.defs; below it are the accounts of the system. */
enum { FIRST_USER_UID = 1000, NOBODY_UID = 65534 };

static enum pam_code
ask_usertype(struct pam_attempt *attempt, const struct pam_handler *handler)
{
	if (pam_has_argument(handler, "use_uid"))
		return PAM_NOT_EVALUATED;
	if (!attempt->account)
		return pam_unknown_user(attempt);
	uid_t uid = attempt->account->uid;
	bool regular = uid >= FIRST_USER_UID && uid != NOBODY_UID;
	if (regular != pam_has_argument(handler, "issystem"))
		return PAM_SUCCESS;
	return pam_say_no(attempt, PAM_AUTH_ERR, attempt->account->where, "uid %u is %s",
		(unsigned)uid, regular ? "of a user" : "of the system");
}

/* Denies only when told to, or to somebody whom it has counted: that is not in the stack. */
static enum pam_code
ask_faillock(struct pam_attempt *attempt, const struct pam_handler *handler)
{
	if (!pam_has_argument(handler, "authfail"))
		return PAM_SUCCESS;
	return pam_say_no(attempt, PAM_AUTH_ERR, handler->where, "no module took the password");
}

/* Lets anonymous sessions in; of all others it only asks for the password. */
static enum pam_code
ask_ftp(struct pam_attempt *attempt, const struct pam_handler *handler)
{
	if (handler->arguments.count)
		return PAM_NOT_EVALUATED;
	if (strcmp(attempt->user, "ftp") == 0 || strcmp(attempt->user, "anonymous") == 0)
		return PAM_SUCCESS;
	attempt->has_password = true;
	return PAM_AUTH_ERR;
}

/* Whether a list of rules has none: then everybody may. */
static bool
has_no_rules(struct pam_attempt *attempt, const char *path)
{
	struct old_file file;
	if (old_root_read(attempt->pam->root, path, OLD_FILE_LIMIT, &file) != OLD_OK)
		return false;
	const char *end = file.content.data + file.content.size;
	for (const char *c = file.content.data; c < end;) {
		const char *line_end = memchr(c, '\n', (size_t)(end - c));
		while (c < end && (*c == ' ' || *c == '\t'))
			c++;
		if (c < end && *c != '#' && *c != '\n')
			return false;
		c = line_end ? line_end + 1 : end;
	}
	return true;
}

static enum pam_code
ask_access(struct pam_attempt *attempt, const struct pam_handler *handler)
{
	const char *path = pam_argument(handler, "accessfile=");
	return has_no_rules(attempt, path ? path : "/etc/security/access.conf") ? PAM_SUCCESS
										: PAM_NOT_EVALUATED;
}

static enum pam_code
ask_time(struct pam_attempt *attempt, const struct pam_handler *handler)
{
	(void)handler;
	return has_no_rules(attempt, "/etc/security/time.conf") ? PAM_SUCCESS : PAM_NOT_EVALUATED;
}

/* ---- the table ---- */

static const struct pam_module short_modules[] = {
	{ "pam_access", { ask_access, ask_access, ask_access }, .setcred = PAM_IGNORE },
	{ "pam_cap", .fixed = { PAM_IGNORE, PAM_NONE, PAM_NONE }, .setcred = PAM_IGNORE },
	{ "pam_ck_connector", .fixed = { PAM_NONE, PAM_NONE, PAM_SUCCESS }, .setcred = PAM_NONE },
	{ "pam_debug", .fixed = { PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS }, .setcred = PAM_SUCCESS },
	{ "pam_deny", .fixed = { PAM_AUTH_ERR, PAM_AUTH_ERR, PAM_SESSION_ERR },
		.setcred = PAM_CRED_ERR },
	{ "pam_echo", .fixed = { PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS }, .setcred = PAM_IGNORE },
	{ "pam_ecryptfs", .fixed = { PAM_SUCCESS, PAM_NONE, PAM_SUCCESS }, .setcred = PAM_SUCCESS },
	{ "pam_env", .fixed = { PAM_IGNORE, PAM_SERVICE_ERR, PAM_SUCCESS },
		.setcred = PAM_SUCCESS },
	{ "pam_faildelay", .fixed = { PAM_IGNORE, PAM_NONE, PAM_NONE }, .setcred = PAM_IGNORE },
	{ "pam_faillock", { ask_faillock }, .fixed = { 0, PAM_SUCCESS, PAM_NONE },
		.setcred = PAM_SUCCESS },
	{ "pam_ftp", { ask_ftp }, .fixed = { 0, PAM_NONE, PAM_NONE }, .setcred = PAM_IGNORE },
	{ "pam_group", .fixed = { PAM_IGNORE, PAM_NONE, PAM_NONE }, .setcred = PAM_IGNORE },
	{ "pam_issue", .fixed = { PAM_IGNORE, PAM_NONE, PAM_NONE }, .setcred = PAM_IGNORE },
	{ "pam_keyinit", .fixed = { PAM_IGNORE, PAM_NONE, PAM_SUCCESS }, .setcred = PAM_SUCCESS },
	{ "pam_lastlog", .fixed = { PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS },
		.setcred = PAM_SUCCESS },
	{ "pam_limits", .fixed = { PAM_NONE, PAM_NONE, PAM_SUCCESS }, .setcred = PAM_NONE },
	{ "pam_localuser", { ask_localuser, ask_localuser, ask_localuser },
		.setcred = PAM_SUCCESS },
	{ "pam_loginuid", .fixed = { PAM_NONE, PAM_SUCCESS, PAM_SUCCESS }, .setcred = PAM_NONE },
	{ "pam_mail", .fixed = { PAM_IGNORE, PAM_NONE, PAM_SUCCESS }, .setcred = PAM_IGNORE },
	{ "pam_mkhomedir", .fixed = { PAM_NONE, PAM_NONE, PAM_SUCCESS }, .setcred = PAM_NONE },
	{ "pam_motd", .fixed = { PAM_NONE, PAM_NONE, PAM_IGNORE }, .setcred = PAM_NONE },
	{ "pam_namespace", .fixed = { PAM_NONE, PAM_NONE, PAM_SUCCESS }, .setcred = PAM_NONE },
	{ "pam_nologin", { ask_nologin, ask_nologin }, .fixed = { 0, 0, PAM_NONE },
		.setcred = PAM_IGNORE },
	{ "pam_oddjob_mkhomedir", .fixed = { PAM_NONE, PAM_NONE, PAM_SUCCESS },
		.setcred = PAM_NONE },
	{ "pam_permit", .fixed = { PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS },
		.setcred = PAM_SUCCESS },
	{ "pam_pwhistory", .fixed = { PAM_NONE, PAM_NONE, PAM_NONE }, .setcred = PAM_NONE },
	{ "pam_rootok", .fixed = { PAM_SUCCESS, PAM_SUCCESS, PAM_NONE }, .setcred = PAM_SUCCESS },
	{ "pam_securetty", { ask_securetty, ask_securetty }, .fixed = { 0, 0, PAM_NONE },
		.setcred = PAM_SUCCESS },
	{ "pam_selinux", .fixed = { PAM_AUTH_ERR, PAM_NONE, PAM_SUCCESS }, .setcred = PAM_SUCCESS },
	{ "pam_sepermit", .fixed = { PAM_IGNORE, PAM_IGNORE, PAM_NONE }, .setcred = PAM_IGNORE },
	{ "pam_setquota", .fixed = { PAM_NONE, PAM_NONE, PAM_IGNORE }, .setcred = PAM_NONE },
	{ "pam_shells", { ask_shells, ask_shells }, .fixed = { 0, 0, PAM_NONE },
		.setcred = PAM_SUCCESS },
	{ "pam_systemd", .fixed = { PAM_NONE, PAM_NONE, PAM_SUCCESS }, .setcred = PAM_NONE },
	{ "pam_tally", .fixed = { PAM_SUCCESS, PAM_SUCCESS, PAM_NONE }, .setcred = PAM_SUCCESS },
	{ "pam_tally2", .fixed = { PAM_SUCCESS, PAM_SUCCESS, PAM_NONE }, .setcred = PAM_SUCCESS },
	{ "pam_time", { NULL, ask_time }, .fixed = { PAM_NONE, 0, PAM_NONE }, .setcred = PAM_NONE },
	{ "pam_timestamp", .fixed = { PAM_AUTH_ERR, PAM_NONE, PAM_SUCCESS },
		.setcred = PAM_SUCCESS },
	{ "pam_tty_audit", .fixed = { PAM_NONE, PAM_NONE, PAM_SUCCESS }, .setcred = PAM_NONE },
	{ "pam_umask", .fixed = { PAM_NONE, PAM_NONE, PAM_SUCCESS }, .setcred = PAM_NONE },
	{ "pam_usertype", { ask_usertype, ask_usertype, ask_usertype }, .setcred = PAM_IGNORE },
	{ "pam_warn", .fixed = { PAM_IGNORE, PAM_IGNORE, PAM_IGNORE }, .setcred = PAM_IGNORE },
	{ "pam_xauth", .fixed = { PAM_NONE, PAM_NONE, PAM_SUCCESS }, .setcred = PAM_NONE },
};

static const struct pam_module *const long_modules[] = {
	&pam_listfile_module,
	&pam_pwdfile_module,
	&pam_succeed_if_module,
	&pam_unix_module,
	&pam_userdb_module,
};

const struct pam_module *
pam_module_find(const char *name)
{
	for (unsigned i = 0; i < ARRAY_LEN(long_modules); i++)
		if (strcmp(name, long_modules[i]->name) == 0)
			return long_modules[i];
	for (unsigned i = 0; i < ARRAY_LEN(short_modules); i++)
		if (strcmp(name, short_modules[i].name) == 0)
			return &short_modules[i];
	return NULL;
}

/* ---- what they share ---- */

enum pam_code
pam_say_no(struct pam_attempt *attempt, enum pam_code code, struct place where, const char *format,
	...)
{
	va_list args;
	va_start(args, format);
	attempt->why = arena_vprintf(attempt->arena, format, args);
	va_end(args);
	attempt->why_place = where;
	return code;
}

enum pam_code
pam_unknown_user(struct pam_attempt *attempt)
{
	if (attempt->pam->other_accounts)
		return PAM_NOT_EVALUATED;
	return pam_say_no(
		attempt, PAM_USER_UNKNOWN, at("/etc/passwd", 0), "it is no account of the system");
}

bool
pam_is_in_group(const struct pam_attempt *attempt, const char *name)
{
	const struct old_group *group = old_unix_group(attempt->pam->accounts, name);
	if (!group || !attempt->account)
		return false;
	return attempt->account->gid == group->gid ||
		string_list_has(&group->members, attempt->user);
}

const char *
pam_argument(const struct pam_handler *handler, const char *prefix)
{
	const char *value = NULL;
	size_t length = strlen(prefix);
	ARRAY_FOREACH (argument, &handler->arguments)
		if (strncmp(*argument, prefix, length) == 0)
			value = *argument + length;
	return value;
}

bool
pam_has_argument(const struct pam_handler *handler, const char *word)
{
	return string_list_has(&handler->arguments, word);
}

bool
pam_text_has_hash(const char *text, const char *hash)
{
	struct crypt_data *work = calloc(1, sizeof(*work));
	if (!work)
		abort();
	const char *made = crypt_r(text, hash, work);
	bool same = made && strcmp(made, hash) == 0;
	explicit_bzero(work, sizeof(*work));
	free(work);
	return same;
}

bool
pam_fits_hash(const struct pam_attempt *attempt, const char *hash)
{
	if (!crypt_can_return(hash))
		return false;
	switch (attempt->typed) {
	case PAM_TYPED_ALL:
		return true;
	case PAM_TYPED_SECRET:
		if (attempt->secret->kind == OLD_PASSWORD_CRYPT)
			return strcmp(attempt->secret->secret, hash) == 0;
		return pam_text_has_hash(attempt->secret->secret, hash);
	case PAM_TYPED_EMPTY:
	case PAM_TYPED_NOBODYS:
		break;
	}
	return false;
}

bool
pam_fits_text(const struct pam_attempt *attempt, const char *text, bool any_case)
{
	const struct old_way *secret = attempt->secret;
	switch (attempt->typed) {
	case PAM_TYPED_ALL:
		return true;
	case PAM_TYPED_EMPTY:
		return text[0] == '\0';
	case PAM_TYPED_SECRET:
		if (secret->kind == OLD_PASSWORD_CRYPT)
			return pam_text_has_hash(text, secret->secret);
		return any_case ? strcasecmp(text, secret->secret) == 0
				: strcmp(text, secret->secret) == 0;
	case PAM_TYPED_NOBODYS:
		break;
	}
	return false;
}
