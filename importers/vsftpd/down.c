/*
 * down.c - what ended every session of a vsftpd before anybody's name was looked at.
 *
 * In the order in which main() and its first child look. Files below /run and other places that are
 * made when a machine starts are taken as there, and so is what lies in a top-level folder that
 * this copy of the old machine has not got.
 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "importers/vsftpd/server.h"

struct examination {
	const struct vsftpd_server *server;
	const struct vsftpd_settings *settings;
	struct vsftpd_fault *fault;
};

static bool PRINTF_LIKE(3, 4)
	finds(struct examination *examination, enum vsftpd_setting setting, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	*examination->fault = (struct vsftpd_fault){
		.why = arena_vprintf(examination->server->arena, format, args),
		.where = vsftpd_decided(examination->server, examination->settings, setting),
	};
	va_end(args);
	return true;
}

static bool
is_on(const struct examination *examination, enum vsftpd_setting setting)
{
	return vsftpd_flag(examination->settings, setting);
}

/* ---- paths ---- */

static bool
is_made_at_start(const char *path)
{
	static const char *const folders[] = { "/run/", "/var/run/", "/dev/", "/proc/", "/sys/",
		"/tmp/", "/var/tmp/" };
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		if (strncmp(path, folders[i], strlen(folders[i])) == 0)
			return true;
	}
	return false;
}

static bool
exists(struct old_root *root, const char *path)
{
	struct old_entry entry;
	return old_root_stat(root, path, &entry) == OLD_OK;
}

/* Missing for certain, and not only from a copy of some folders of the old machine. */
static bool
was_missing(const struct examination *examination, const char *path)
{
	struct old_root *root = examination->server->root;
	struct old_entry entry;
	enum old_status status = old_root_lstat(root, path, &entry);
	if (status == OLD_OK || status == OLD_UNREADABLE || is_made_at_start(path))
		return false;
	const char *top = arena_strndup(
		examination->server->arena, path, 1 + strcspn(path + (*path == '/'), "/"));
	return exists(root, top) || (exists(root, "/usr") && exists(root, "/var"));
}

/* The file of a setting, which has to be there. */
static bool
lacks_file(struct examination *examination, enum vsftpd_setting setting)
{
	const char *path = vsftpd_text(examination->settings, setting);
	if (!path)
		return finds(
			examination, setting, "'%s' names no file", vsftpd_setting_name(setting));
	return was_missing(examination, path) &&
		finds(examination, setting, "'%s': %s does not exist", vsftpd_setting_name(setting),
			path);
}

static bool
lacks_account(struct examination *examination, enum vsftpd_setting setting)
{
	const struct vsftpd_server *server = examination->server;
	const char *user = vsftpd_text(examination->settings, setting);
	if (user &&
		(old_unix_user(server->accounts, user) || server->accounts->other_databases.count))
		return false;
	return finds(examination, setting, "'%s': there is no account '%s'",
		vsftpd_setting_name(setting), user ? user : "");
}

/* ---- the reasons ---- */

static bool
cannot_listen(struct examination *examination)
{
	const struct vsftpd_daemon *daemon = &examination->server->daemon;
	bool ipv4 = is_on(examination, VSFTPD_LISTEN),
	     ipv6 = is_on(examination, VSFTPD_LISTEN_IPV6);
	if (ipv4 && ipv6)
		return finds(examination, VSFTPD_LISTEN_IPV6,
			"'listen' and 'listen_ipv6' exclude each other");
	if (daemon->is_start_unknown)
		return false;
	if (daemon->is_by_socket && (ipv4 || ipv6))
		return finds(examination, ipv4 ? VSFTPD_LISTEN : VSFTPD_LISTEN_IPV6,
			"it is started for each connection and must not listen itself");
	return !daemon->is_by_socket && !ipv4 && !ipv6 &&
		finds(examination, VSFTPD_LISTEN,
			"neither 'listen' nor 'listen_ipv6' is on, and nothing else listens for "
			"it");
}

static bool
lacks_wrappers(struct examination *examination)
{
	struct bytes program = examination->server->build.program;
	return is_on(examination, VSFTPD_TCP_WRAPPERS) && program.size &&
		!memmem(program.data, program.size, "libwrap", strlen("libwrap")) &&
		finds(examination, VSFTPD_TCP_WRAPPERS,
			"'tcp_wrappers' is on, and this vsftpd was built without them");
}

static bool
is_shut_off(struct examination *examination)
{
	const struct vsftpd_wrappers *wrappers = &examination->server->wrappers;
	if (wrappers->verdict != WRAPPERS_CLOSED)
		return false;
	*examination->fault = (struct vsftpd_fault){
		.why = "'tcp_wrappers' is on, and this rule is for everybody",
		.where = wrappers->where,
	};
	return true;
}

static bool
contradicts_itself(struct examination *examination)
{
	bool local = is_on(examination, VSFTPD_LOCAL_ENABLE);
	bool one_process = is_on(examination, VSFTPD_ONE_PROCESS_MODEL);
	if (one_process && local)
		return finds(examination, VSFTPD_ONE_PROCESS_MODEL,
			"'one_process_model' is for anonymous logins only");
	if (!local && !is_on(examination, VSFTPD_ANONYMOUS_ENABLE))
		return finds(examination, VSFTPD_LOCAL_ENABLE,
			"'local_enable' and 'anonymous_enable' are both off");
	if (is_on(examination, VSFTPD_HTTP_ENABLE) && !one_process)
		return finds(
			examination, VSFTPD_HTTP_ENABLE, "'http_enable' needs 'one_process_model'");
	return !is_on(examination, VSFTPD_FTP_ENABLE) &&
		finds(examination, VSFTPD_FTP_ENABLE, "'ftp_enable' is off");
}

static bool
lacks_accounts(struct examination *examination)
{
	return (is_on(examination, VSFTPD_ANONYMOUS_ENABLE) &&
		       lacks_account(examination, VSFTPD_FTP_USERNAME)) ||
		(is_on(examination, VSFTPD_GUEST_ENABLE) &&
			lacks_account(examination, VSFTPD_GUEST_USERNAME)) ||
		(is_on(examination, VSFTPD_CHOWN_UPLOADS) &&
			lacks_account(examination, VSFTPD_CHOWN_USERNAME));
}

/* It is made when it is missing; its folder is not. */
static bool
cannot_log_to(struct examination *examination, enum vsftpd_setting setting)
{
	struct arena *arena = examination->server->arena;
	const char *path = vsftpd_text(examination->settings, setting);
	struct old_entry entry;
	if (!path)
		return lacks_file(examination, setting);
	const char *slash = strrchr(path, '/');
	const char *folder =
		slash && slash > path ? arena_strndup(arena, path, (size_t)(slash - path)) : "/";
	if (was_missing(examination, folder))
		return finds(examination, setting, "'%s': there is no folder for %s",
			vsftpd_setting_name(setting), path);
	return old_root_stat(examination->server->root, path, &entry) == OLD_OK &&
		S_ISDIR(entry.mode) &&
		finds(examination, setting, "'%s': %s is a directory", vsftpd_setting_name(setting),
			path);
}

static bool
cannot_log(struct examination *examination)
{
	bool both = is_on(examination, VSFTPD_DUAL_LOG_ENABLE);
	bool standard = is_on(examination, VSFTPD_XFERLOG_STD_FORMAT);
	if (!both && !is_on(examination, VSFTPD_XFERLOG_ENABLE))
		return false;
	return ((both || standard) && cannot_log_to(examination, VSFTPD_XFERLOG_FILE)) ||
		((both || !standard) && !is_on(examination, VSFTPD_SYSLOG_ENABLE) &&
			cannot_log_to(examination, VSFTPD_VSFTPD_LOG_FILE));
}

static bool
lacks_certificate(struct examination *examination)
{
	static const enum vsftpd_setting files[] = { VSFTPD_RSA_CERT_FILE,
		VSFTPD_RSA_PRIVATE_KEY_FILE, VSFTPD_DSA_CERT_FILE };
	if (!is_on(examination, VSFTPD_SSL_ENABLE))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		if (vsftpd_text(examination->settings, files[i]) &&
			lacks_file(examination, files[i]))
			return true;
	}
	return false;
}

static bool
lacks_files(struct examination *examination)
{
	return (is_on(examination, VSFTPD_DENY_EMAIL_ENABLE) &&
		       lacks_file(examination, VSFTPD_BANNED_EMAIL_FILE)) ||
		(vsftpd_text(examination->settings, VSFTPD_BANNER_FILE) &&
			lacks_file(examination, VSFTPD_BANNER_FILE)) ||
		(is_on(examination, VSFTPD_SECURE_EMAIL_LIST_ENABLE) &&
			lacks_file(examination, VSFTPD_EMAIL_PASSWORD_FILE));
}

static bool
lacks_user_list(struct examination *examination)
{
	return !examination->server->user_list.is_readable &&
		finds(examination, VSFTPD_USERLIST_FILE, "the user list %s cannot be read",
			examination->server->user_list.path ? examination->server->user_list.path
							    : "is not named, and");
}

static bool
helper_cannot_run(struct examination *examination)
{
	const struct vsftpd_server *server = examination->server;
	const char *path = vsftpd_text(examination->settings, VSFTPD_SECURE_CHROOT_DIR);
	const char *name = vsftpd_text(examination->settings, VSFTPD_NOPRIV_USER);
	const struct old_passwd *user = name ? old_unix_user(server->accounts, name) : NULL;
	struct old_entry entry;
	/* One process has no helper. */
	if (is_on(examination, VSFTPD_ONE_PROCESS_MODEL))
		return false;
	if (lacks_account(examination, VSFTPD_NOPRIV_USER) ||
		lacks_file(examination, VSFTPD_SECURE_CHROOT_DIR))
		return true;
	if (old_root_stat(server->root, path, &entry) != OLD_OK)
		return false;
	if (!S_ISDIR(entry.mode))
		return finds(examination, VSFTPD_SECURE_CHROOT_DIR,
			"'secure_chroot_dir': %s is not a directory", path);
	if (!user)
		return false;
	const struct old_ids ids = { .uid = user->uid, .gid = user->gid };
	return old_root_may_here(server->root, path, &ids, W_OK) &&
		finds(examination, VSFTPD_SECURE_CHROOT_DIR,
			"'secure_chroot_dir': '%s' may write to %s", name, path);
}

bool
vsftpd_helper_fits(const struct vsftpd_server *server, const struct vsftpd_settings *settings,
	struct vsftpd_fault *ret_fault)
{
	struct examination examination = {
		.server = server, .settings = settings, .fault = ret_fault
	};
	return !helper_cannot_run(&examination);
}

void
vsftpd_find_fault(const struct vsftpd_server *server, struct vsftpd_fault *ret_fault)
{
	static bool (*const reasons[])(struct examination *) = {
		lacks_certificate,
		cannot_listen,
		lacks_wrappers,
		is_shut_off,
		contradicts_itself,
		lacks_accounts,
		cannot_log,
		lacks_files,
		lacks_user_list,
		helper_cannot_run,
	};
	struct examination examination = {
		.server = server, .settings = &server->settings, .fault = ret_fault
	};
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		if (reasons[i](&examination))
			return;
	}
}
