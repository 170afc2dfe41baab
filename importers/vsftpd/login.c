/*
 * login.c - whether a name could log in, and into what; see login.h.
 */
#include "importers/vsftpd/login.h"

#include <string.h>
#include <sys/stat.h>

#include "importers/vsftpd/session.h"

enum {
	LONGEST_USER = 128,
	LONGEST_PASSWORD = 128,
};

struct judging {
	const struct vsftpd_server *server;
	struct vsftpd_settings settings; /* the server's, then with the user's own file */
	struct old_login *login;
	struct place named; /* the line that has the name */
	bool is_anonymous;
};

/* ---- saying no ---- */

static bool PRINTF_LIKE(4, 5)
	deny(struct judging *judging, struct place where, const char *code, const char *format, ...)
{
	struct old_login *login = judging->login;
	va_list args;
	va_start(args, format);
	const char *why = arena_vprintf(judging->server->arena, format, args);
	va_end(args);
	login->login = OLD_DENY;
	login->password = OLD_PASSWORD_NONE;
	login->ways.count = 0;
	login->where = where;
	old_login_note(login, where, code, "%s", why);
	return false;
}

static bool
deny_for(struct judging *judging, const struct vsftpd_fault *fault, const char *code)
{
	return deny(judging, fault->where, code, "%s", fault->why);
}

static struct place
decided(const struct judging *judging, enum vsftpd_setting setting)
{
	return vsftpd_decided(judging->server, &judging->settings, setting);
}

static bool
is_on(const struct judging *judging, enum vsftpd_setting setting)
{
	return vsftpd_flag(&judging->settings, setting);
}

/* ---- before the password ---- */

bool
vsftpd_is_anonymous_name(const char *user)
{
	return strcasecmp(user, "ftp") == 0 || strcasecmp(user, "anonymous") == 0;
}

static bool
check_kind(struct judging *judging)
{
	const char *user = judging->login->user;
	if (!is_on(judging, VSFTPD_LOCAL_ENABLE) && !vsftpd_is_anonymous_name(user))
		return deny(judging, decided(judging, VSFTPD_LOCAL_ENABLE), "vsftpd-anonymous-only",
			"'local_enable' is off: anonymous logins only");
	return true;
}

static void
note_alike(struct judging *judging, const struct vsftpd_list *list)
{
	const struct vsftpd_list_line *alike = vsftpd_list_find_alike(list, judging->login->user);
	if (alike)
		old_login_note(judging->login, alike->where, "vsftpd-look-alike",
			"this line is not the name: blanks, carriage returns and comment marks "
			"count");
}

static bool
check_user_list(struct judging *judging)
{
	const struct vsftpd_list *list = &judging->server->user_list;
	bool denies = is_on(judging, VSFTPD_USERLIST_DENY);
	if (!is_on(judging, VSFTPD_USERLIST_ENABLE))
		return true;
	const struct vsftpd_list_line *line = vsftpd_list_find(list, judging->login->user);
	if (!line)
		note_alike(judging, list);
	if (denies == (line != NULL))
		return line
			? deny(judging, line->where, "vsftpd-user-list", "the user list denies it")
			: deny(judging, decided(judging, VSFTPD_USERLIST_DENY), "vsftpd-user-list",
				  "'userlist_deny' is off, and the user list has no such line");
	return true;
}

static bool
is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool
check_name(struct judging *judging)
{
	const char *user = judging->login->user;
	bool starts_well = is_letter_or_digit(*user) || *user == '_' || *user == '.';
	bool is_printable = true;
	for (const char *c = user; *c; c++)
		is_printable &= *c > ' ' && *c < 0x7f;
	if (starts_well && is_printable && strlen(user) <= LONGEST_USER)
		return true;
	return deny(judging, judging->login->where, "vsftpd-name",
		!starts_well
			? "vsftpd refuses names that begin so"
			: "vsftpd refuses names that are not 1 to 128 printable ASCII characters");
}

/* ---- the password ---- */

static void
take_way(struct judging *judging, const struct old_way *way)
{
	struct old_login *login = judging->login;
	if (way->kind == OLD_PASSWORD_PLAINTEXT && strlen(way->secret) > LONGEST_PASSWORD) {
		old_login_note(login, way->where, "vsftpd-long-password",
			"vsftpd takes no password that is longer than 128 bytes");
		return;
	}
	old_login_add_way(login, way->kind, way->secret, way->where, judging->server->arena);
}

/* The claim is the way that lets most people in. */
static void
claim_password(struct old_login *login)
{
	static const enum old_password worst[] = { OLD_PASSWORD_ANY, OLD_PASSWORD_EMPTY };
	login->password = login->ways.count ? login->ways.items[0].kind : OLD_PASSWORD_UNKNOWN;
	for (size_t i = ARRAY_LEN(worst); i-- > 0;) {
		ARRAY_FOREACH (way, &login->ways) {
			if (way->kind == worst[i])
				login->password = worst[i];
		}
	}
}

static bool
check_password(struct judging *judging)
{
	const struct vsftpd_server *server = judging->server;
	struct old_login *login = judging->login;
	struct old_pam_answer answer = { 0 };
	if (!server->pam)
		return deny(judging, decided(judging, VSFTPD_PAM_SERVICE_NAME), "vsftpd-no-pam",
			"'pam_service_name' is empty: no password is right");
	old_pam_ask(server->pam, login->user, server->today, server->arena, &answer);
	ARRAY_FOREACH (note, &answer.notes)
		diag_append(&login->notes, note);
	ARRAY_FOREACH (way, &answer.ways)
		take_way(judging, way);
	login->login = answer.login;
	login->where = answer.where;
	if (answer.login == OLD_DENY)
		return false;
	if (answer.login == OLD_ALLOW && !login->ways.count)
		return deny(judging, answer.where, "vsftpd-long-password",
			"its only password is too long for vsftpd");
	claim_password(login);
	return true;
}

/* Everybody who is anonymous gets in, unless there is a list of their "e-mail addresses". */
static bool
take_any_password(struct judging *judging)
{
	const struct vsftpd_server *server = judging->server;
	struct old_login *login = judging->login;
	struct place where = decided(judging, VSFTPD_ANONYMOUS_ENABLE);
	struct vsftpd_list passwords = { 0 };
	if (is_on(judging, VSFTPD_SECURE_EMAIL_LIST_ENABLE))
		vsftpd_list_read(server->root,
			vsftpd_text(&judging->settings, VSFTPD_EMAIL_PASSWORD_FILE), server->arena,
			&passwords);
	ARRAY_FOREACH (line, &passwords.lines)
		old_login_add_way(
			login, OLD_PASSWORD_PLAINTEXT, line->text, line->where, server->arena);
	if (!passwords.lines.count)
		old_login_add_way(login, OLD_PASSWORD_ANY, NULL, where, server->arena);
	login->login = OLD_ALLOW;
	login->where = where;
	claim_password(login);
	login->is_anonymous = true;
	old_login_note(login, where, "vsftpd-anonymous",
		"anonymous FTP, for which sshd has no equivalent");
	return true;
}

/* ---- the user's own file ---- */

/* What the session would trip over later is said here, where the line is known. */
static bool
check_own_settings(struct judging *judging)
{
	const struct vsftpd_server *server = judging->server;
	struct vsftpd_fault fault = { 0 };
	if (is_on(judging, VSFTPD_SSL_ENABLE) && !vsftpd_flag(&server->settings, VSFTPD_SSL_ENABLE))
		return deny(judging, decided(judging, VSFTPD_SSL_ENABLE), "vsftpd-own-file",
			"'ssl_enable' in a user's own file alone ends every session");
	/* With session_support the helper keeps being root. */
	if (is_on(judging, VSFTPD_SESSION_SUPPORT) && !judging->is_anonymous)
		return true;
	return vsftpd_helper_fits(server, &judging->settings, &fault) ||
		deny_for(judging, &fault, "vsftpd-own-file");
}

static bool
read_own_file(struct judging *judging, const char *path)
{
	struct vsftpd_reader reader = {
		.root = judging->server->root,
		.arena = judging->server->arena,
		.settings = &judging->settings,
		.lenient = judging->server->lenient,
		.own_file = true,
		.owners_unknown = judging->server->owners_unknown,
		.said = &judging->login->notes,
	};
	return vsftpd_read_config(&reader, path)
		? check_own_settings(judging)
		: deny_for(judging, &reader.fault, "vsftpd-own-file");
}

/* Its name is that of the session: the typed one, or ftp_username. */
static bool
check_own_file(struct judging *judging, const char *name)
{
	const struct vsftpd_server *server = judging->server;
	const char *folder = vsftpd_text(&server->settings, VSFTPD_USER_CONFIG_DIR);
	struct old_entry entry;
	if (!folder || strchr(name, '/'))
		return true;
	const char *path = arena_printf(server->arena, "%s/%s", folder, name);
	enum old_status status = old_root_stat(server->root, path, &entry);
	if (status == OLD_OK)
		return read_own_file(judging, path);
	/* Only what does not exist is passed over. */
	bool is_below_file =
		old_root_stat(server->root, folder, &entry) == OLD_OK && !S_ISDIR(entry.mode);
	if (status == OLD_ABSENT && !is_below_file)
		return true;
	return deny(judging, at(path, 0), "vsftpd-own-file", "the user's own file %s",
		is_below_file ? "is below what is no directory" : old_status_text(status));
}

/* ---- the session ---- */

/* Before the user's own file, which is why that cannot change it. */
static bool
is_locked_in(const struct judging *judging)
{
	bool listed = is_on(judging, VSFTPD_CHROOT_LIST_ENABLE) &&
		vsftpd_list_find(&judging->server->chroot_list, judging->login->user);
	return is_on(judging, VSFTPD_CHROOT_LOCAL_USER) != listed;
}

static bool
find_account(struct judging *judging, struct vsftpd_session *session)
{
	const struct vsftpd_server *server = judging->server;
	enum vsftpd_setting setting =
		session->is_anonymous ? VSFTPD_FTP_USERNAME : VSFTPD_GUEST_USERNAME;
	const char *name =
		session->is_guest ? vsftpd_text(&judging->settings, setting) : session->user;
	session->account = name ? old_unix_user(server->accounts, name) : NULL;
	if (session->account)
		return true;
	struct place where = session->is_guest ? decided(judging, setting) : judging->named;
	if (name && vsftpd_may_be_elsewhere(server, name)) {
		judging->login->login = OLD_UNKNOWN;
		old_login_note(judging->login, where, "old-other-accounts",
			"the account '%s' is not in /etc/passwd but may be in '%s'", name,
			server->accounts->other_databases.items[0]);
		return false;
	}
	return deny(judging, where, "vsftpd-no-account", "there is no account '%s' to run as",
		name ? name : "");
}

static void
note_wrappers(struct judging *judging)
{
	const struct vsftpd_wrappers *wrappers = &judging->server->wrappers;
	judging->login->from = wrappers->from;
	if (wrappers->verdict == WRAPPERS_LIMITED)
		old_login_note(judging->login, wrappers->where, "ip-limit",
			"could log in only from what /etc/hosts.allow lists");
	else if (wrappers->verdict == WRAPPERS_UNCLEAR)
		old_login_note(judging->login, wrappers->where, "vsftpd-tcp-wrappers",
			"'tcp_wrappers' is on, and this rule, which is not evaluated, may have "
			"refused addresses or read another configuration for them");
}

static void
note_session(struct judging *judging, const struct vsftpd_session *session)
{
	struct old_login *login = judging->login;
	if (!session->is_jailed && !session->is_anonymous)
		old_login_note(login, decided(judging, VSFTPD_CHROOT_LOCAL_USER), "not-jailed",
			"was not locked in: saw the whole machine");
	if (strcmp(login->jail, "/") == 0 && session->is_jailed)
		old_login_note(login, login->where, "jail-is-root",
			"its jail was the root directory of the machine");
	note_wrappers(judging);
	if (!session->is_anonymous && is_on(judging, VSFTPD_SSL_ENABLE) &&
		is_on(judging, VSFTPD_FORCE_LOCAL_LOGINS_SSL))
		old_login_note(login, decided(judging, VSFTPD_SSL_ENABLE), "vsftpd-tls",
			"logins without TLS were refused; SFTP has no others");
	if (is_on(judging, VSFTPD_SSL_ENABLE) && is_on(judging, VSFTPD_REQUIRE_CERT))
		old_login_note(login, decided(judging, VSFTPD_REQUIRE_CERT),
			"vsftpd-client-certificate", "needed a certificate of its own as well");
}

static void
land(struct judging *judging, struct vsftpd_session *session)
{
	struct vsftpd_fault fault = { 0 };
	if (!find_account(judging, session))
		return;
	if (!vsftpd_session_land(session, judging->login, &fault)) {
		deny_for(judging, &fault, "vsftpd-landing");
		return;
	}
	vsftpd_session_rights(session, judging->login);
	note_session(judging, session);
}

static void
judge_anonymous(struct judging *judging)
{
	const struct vsftpd_server *server = judging->server;
	struct vsftpd_session session = {
		.server = server,
		.settings = &judging->settings,
		.user = judging->login->user,
		.is_anonymous = true,
		.is_guest = true,
		.has_anon_rights = true,
		.is_jailed = true,
	};
	const char *name = vsftpd_text(&server->settings, VSFTPD_FTP_USERNAME);
	take_any_password(judging);
	if (is_on(judging, VSFTPD_RUN_AS_LAUNCHING_USER)) {
		judging->login->login = OLD_UNKNOWN;
		old_login_note(judging->login, decided(judging, VSFTPD_RUN_AS_LAUNCHING_USER),
			"vsftpd-launching-user",
			"ran as whoever started vsftpd, and not locked in");
		return;
	}
	if (is_on(judging, VSFTPD_ONE_PROCESS_MODEL) || check_own_file(judging, name))
		land(judging, &session);
}

static void
judge_local(struct judging *judging)
{
	const struct vsftpd_server *server = judging->server;
	struct vsftpd_session session = {
		.server = server,
		.settings = &judging->settings,
		.user = judging->login->user,
	};
	if (is_on(judging, VSFTPD_RUN_AS_LAUNCHING_USER)) {
		deny(judging, decided(judging, VSFTPD_RUN_AS_LAUNCHING_USER),
			"vsftpd-launching-user",
			"'run_as_launching_user' leaves only anonymous logins");
		return;
	}
	if (!check_password(judging))
		return;
	if (!server->chroot_list.is_readable) {
		deny(judging, decided(judging, VSFTPD_CHROOT_LIST_FILE), "vsftpd-chroot-list",
			"the list of 'chroot_list_file' cannot be read");
		return;
	}
	session.is_jailed = is_locked_in(judging);
	if (is_on(judging, VSFTPD_CHROOT_LIST_ENABLE) &&
		!vsftpd_list_find(&server->chroot_list, session.user))
		note_alike(judging, &server->chroot_list);
	if (!check_own_file(judging, session.user))
		return;
	session.is_guest = is_on(judging, VSFTPD_GUEST_ENABLE);
	session.has_anon_rights =
		session.is_guest && !is_on(judging, VSFTPD_VIRTUAL_USE_LOCAL_PRIVS);
	session.is_jailed |= session.has_anon_rights;
	land(judging, &session);
}

struct old_login *
vsftpd_judge(const struct vsftpd_server *server, const char *user, struct place where)
{
	struct judging judging = {
		.server = server,
		.settings = server->settings,
		.login = old_login_create(server->arena, user, where),
		.named = where,
	};
	if (server->down.why) {
		deny_for(&judging, &server->down, "vsftpd-down");
		return judging.login;
	}
	judging.is_anonymous =
		is_on(&judging, VSFTPD_ANONYMOUS_ENABLE) && vsftpd_is_anonymous_name(user);
	if (!check_kind(&judging) || !check_user_list(&judging) || !check_name(&judging))
		return judging.login;
	if (judging.is_anonymous)
		judge_anonymous(&judging);
	else if (is_on(&judging, VSFTPD_LOCAL_ENABLE))
		judge_local(&judging);
	else
		deny(&judging, decided(&judging, VSFTPD_ANONYMOUS_ENABLE), "vsftpd-no-anonymous",
			"'local_enable' and 'anonymous_enable' are off");
	return judging.login;
}
