/*
 * settings.c - the option table of vsftpd 3.0.5 with what distributions changed; see settings.h.
 */
#include "importers/vsftpd/settings.h"

#include <stdlib.h>
#include <string.h>

#define DEBIAN (1u << VSFTPD_DEBIAN)
#define RED_HAT (1u << VSFTPD_RED_HAT)

/* In the order of their names. */
/* clang-format off: a row each */
static const struct vsftpd_option options[] = {
	{ "accept_timeout", VSFTPD_NUMBER },
	{ "allow_anon_ssl", VSFTPD_FLAG },
	{ "allow_writeable_chroot", VSFTPD_FLAG, VSFTPD_ALLOW_WRITEABLE_CHROOT },
	{ "anon_max_rate", VSFTPD_NUMBER },
	{ "anon_mkdir_write_enable", VSFTPD_FLAG, VSFTPD_ANON_MKDIR_WRITE_ENABLE },
	{ "anon_other_write_enable", VSFTPD_FLAG, VSFTPD_ANON_OTHER_WRITE_ENABLE },
	{ "anon_root", VSFTPD_TEXT, VSFTPD_ANON_ROOT },
	{ "anon_umask", VSFTPD_NUMBER, VSFTPD_ANON_UMASK, "077" },
	{ "anon_upload_enable", VSFTPD_FLAG, VSFTPD_ANON_UPLOAD_ENABLE },
	{ "anon_world_readable_only", VSFTPD_FLAG, VSFTPD_ANON_WORLD_READABLE_ONLY, "YES" },
	{ "anonymous_enable", VSFTPD_FLAG, VSFTPD_ANONYMOUS_ENABLE, "YES", .whole_server = true },
	{ "ascii_download_enable", VSFTPD_FLAG },
	{ "ascii_upload_enable", VSFTPD_FLAG },
	{ "async_abor_enable", VSFTPD_FLAG },
	{ "background", VSFTPD_FLAG, .whole_server = true },
	{ "banned_email_file", VSFTPD_TEXT, VSFTPD_BANNED_EMAIL_FILE, "/etc/vsftpd.banned_emails",
		.red_hat = "/etc/vsftpd/banned_emails", .whole_server = true },
	{ "banner_file", VSFTPD_TEXT, VSFTPD_BANNER_FILE, .whole_server = true },
	{ "better_stou", VSFTPD_FLAG, .only = RED_HAT },
	{ "bind_retries", VSFTPD_NUMBER, .only = RED_HAT },
	{ "ca_certs_file", VSFTPD_TEXT },
	{ "check_shell", VSFTPD_FLAG, .whole_server = true },
	{ "chmod_enable", VSFTPD_FLAG },
	{ "chown_upload_mode", VSFTPD_NUMBER, VSFTPD_CHOWN_UPLOAD_MODE, "0600" },
	{ "chown_uploads", VSFTPD_FLAG, VSFTPD_CHOWN_UPLOADS },
	{ "chown_username", VSFTPD_TEXT, VSFTPD_CHOWN_USERNAME, "root", .whole_server = true },
	{ "chroot_list_enable", VSFTPD_FLAG, VSFTPD_CHROOT_LIST_ENABLE, .whole_server = true },
	{ "chroot_list_file", VSFTPD_TEXT, VSFTPD_CHROOT_LIST_FILE, "/etc/vsftpd.chroot_list",
		.red_hat = "/etc/vsftpd/chroot_list", .whole_server = true },
	{ "chroot_local_user", VSFTPD_FLAG, VSFTPD_CHROOT_LOCAL_USER, .whole_server = true },
	{ "cmds_allowed", VSFTPD_TEXT, VSFTPD_CMDS_ALLOWED },
	{ "cmds_denied", VSFTPD_TEXT, VSFTPD_CMDS_DENIED },
	{ "connect_from_port_20", VSFTPD_FLAG },
	{ "connect_timeout", VSFTPD_NUMBER },
	{ "data_connection_timeout", VSFTPD_NUMBER },
	{ "debug_ssl", VSFTPD_FLAG },
	{ "delay_failed_login", VSFTPD_NUMBER, .whole_server = true },
	{ "delay_successful_login", VSFTPD_NUMBER, .whole_server = true },
	{ "delete_failed_uploads", VSFTPD_FLAG },
	{ "deny_email_enable", VSFTPD_FLAG, VSFTPD_DENY_EMAIL_ENABLE, .whole_server = true },
	{ "deny_file", VSFTPD_TEXT, VSFTPD_DENY_FILE },
	{ "dh_param_file", VSFTPD_TEXT, .only = RED_HAT },
	{ "dirlist_enable", VSFTPD_FLAG, VSFTPD_DIRLIST_ENABLE, "YES" },
	{ "dirmessage_enable", VSFTPD_FLAG },
	{ "download_enable", VSFTPD_FLAG, VSFTPD_DOWNLOAD_ENABLE, "YES" },
	{ "download_file", VSFTPD_TEXT, VSFTPD_DOWNLOAD_FILE, .only = DEBIAN },
	{ "dsa_cert_file", VSFTPD_TEXT, VSFTPD_DSA_CERT_FILE },
	{ "dsa_private_key_file", VSFTPD_TEXT },
	{ "dual_log_enable", VSFTPD_FLAG, VSFTPD_DUAL_LOG_ENABLE, .whole_server = true },
	{ "ecdh_param_file", VSFTPD_TEXT, .only = RED_HAT },
	{ "email_password_file", VSFTPD_TEXT, VSFTPD_EMAIL_PASSWORD_FILE,
		"/etc/vsftpd.email_passwords", .red_hat = "/etc/vsftpd/email_passwords",
		.whole_server = true },
	{ "file_open_mode", VSFTPD_NUMBER, VSFTPD_FILE_OPEN_MODE, "0666" },
	{ "force_anon_data_ssl", VSFTPD_FLAG },
	{ "force_anon_logins_ssl", VSFTPD_FLAG },
	{ "force_dot_files", VSFTPD_FLAG },
	{ "force_local_data_ssl", VSFTPD_FLAG },
	{ "force_local_logins_ssl", VSFTPD_FLAG, VSFTPD_FORCE_LOCAL_LOGINS_SSL, "YES",
		.whole_server = true },
	{ "ftp_data_port", VSFTPD_NUMBER },
	{ "ftp_enable", VSFTPD_FLAG, VSFTPD_FTP_ENABLE, "YES", .whole_server = true },
	{ "ftp_username", VSFTPD_TEXT, VSFTPD_FTP_USERNAME, "ftp", .whole_server = true },
	{ "ftpd_banner", VSFTPD_TEXT, .whole_server = true },
	{ "guest_enable", VSFTPD_FLAG, VSFTPD_GUEST_ENABLE },
	{ "guest_username", VSFTPD_TEXT, VSFTPD_GUEST_USERNAME, "ftp" },
	{ "hide_file", VSFTPD_TEXT, VSFTPD_HIDE_FILE },
	{ "hide_ids", VSFTPD_FLAG },
	{ "http_enable", VSFTPD_FLAG, VSFTPD_HTTP_ENABLE, .whole_server = true },
	{ "idle_session_timeout", VSFTPD_NUMBER },
	{ "implicit_ssl", VSFTPD_FLAG },
	{ "isolate", VSFTPD_FLAG },
	{ "isolate_network", VSFTPD_FLAG },
	{ "listen", VSFTPD_FLAG, VSFTPD_LISTEN, "YES", .debian = "NO", .whole_server = true },
	{ "listen_address", VSFTPD_TEXT, .whole_server = true },
	{ "listen_address6", VSFTPD_TEXT, .whole_server = true },
	{ "listen_ipv6", VSFTPD_FLAG, VSFTPD_LISTEN_IPV6, .whole_server = true },
	{ "listen_port", VSFTPD_NUMBER, .whole_server = true },
	{ "local_enable", VSFTPD_FLAG, VSFTPD_LOCAL_ENABLE, .whole_server = true },
	{ "local_max_rate", VSFTPD_NUMBER },
	{ "local_root", VSFTPD_TEXT, VSFTPD_LOCAL_ROOT },
	{ "local_umask", VSFTPD_NUMBER, VSFTPD_LOCAL_UMASK, "077" },
	{ "lock_upload_files", VSFTPD_FLAG },
	{ "log_die", VSFTPD_FLAG, .only = RED_HAT },
	{ "log_ftp_protocol", VSFTPD_FLAG },
	{ "ls_recurse_enable", VSFTPD_FLAG },
	{ "max_clients", VSFTPD_NUMBER, .whole_server = true },
	{ "max_login_fails", VSFTPD_NUMBER, .whole_server = true },
	{ "max_per_ip", VSFTPD_NUMBER, .whole_server = true },
	{ "mdtm_write", VSFTPD_FLAG },
	{ "message_file", VSFTPD_TEXT },
	{ "no_anon_password", VSFTPD_FLAG, .whole_server = true },
	{ "no_log_lock", VSFTPD_FLAG },
	{ "nopriv_user", VSFTPD_TEXT, VSFTPD_NOPRIV_USER, "nobody" },
	{ "one_process_model", VSFTPD_FLAG, VSFTPD_ONE_PROCESS_MODEL },
	{ "pam_service_name", VSFTPD_TEXT, VSFTPD_PAM_SERVICE_NAME, "ftp", .debian = "vsftpd",
		.whole_server = true },
	{ "passwd_chroot_enable", VSFTPD_FLAG, VSFTPD_PASSWD_CHROOT_ENABLE },
	{ "pasv_addr_resolve", VSFTPD_FLAG },
	{ "pasv_address", VSFTPD_TEXT },
	{ "pasv_enable", VSFTPD_FLAG, VSFTPD_PASV_ENABLE, "YES" },
	{ "pasv_max_port", VSFTPD_NUMBER },
	{ "pasv_min_port", VSFTPD_NUMBER },
	{ "pasv_promiscuous", VSFTPD_FLAG },
	{ "port_enable", VSFTPD_FLAG, VSFTPD_PORT_ENABLE, "YES" },
	{ "port_promiscuous", VSFTPD_FLAG },
	{ "ptrace_sandbox", VSFTPD_FLAG },
	{ "require_cert", VSFTPD_FLAG, VSFTPD_REQUIRE_CERT },
	{ "require_ssl_reuse", VSFTPD_FLAG },
	{ "reverse_lookup_enable", VSFTPD_FLAG, .only = RED_HAT },
	{ "rsa_cert_file", VSFTPD_TEXT, VSFTPD_RSA_CERT_FILE, "/usr/share/ssl/certs/vsftpd.pem" },
	{ "rsa_private_key_file", VSFTPD_TEXT, VSFTPD_RSA_PRIVATE_KEY_FILE },
	{ "run_as_launching_user", VSFTPD_FLAG, VSFTPD_RUN_AS_LAUNCHING_USER,
		.whole_server = true },
	{ "seccomp_sandbox", VSFTPD_FLAG },
	{ "secure_chroot_dir", VSFTPD_TEXT, VSFTPD_SECURE_CHROOT_DIR, "/usr/share/empty",
		.debian = "/var/run/vsftpd/empty" },
	{ "secure_email_list_enable", VSFTPD_FLAG, VSFTPD_SECURE_EMAIL_LIST_ENABLE,
		.whole_server = true },
	{ "session_support", VSFTPD_FLAG, VSFTPD_SESSION_SUPPORT },
	{ "setproctitle_enable", VSFTPD_FLAG },
	{ "ssl_ciphers", VSFTPD_TEXT },
	{ "ssl_enable", VSFTPD_FLAG, VSFTPD_SSL_ENABLE },
	{ "ssl_request_cert", VSFTPD_FLAG },
	{ "ssl_sni_hostname", VSFTPD_TEXT },
	{ "ssl_sslv2", VSFTPD_FLAG },
	{ "ssl_sslv3", VSFTPD_FLAG },
	{ "ssl_tlsv1", VSFTPD_FLAG },
	{ "ssl_tlsv11", VSFTPD_FLAG },
	{ "ssl_tlsv12", VSFTPD_FLAG },
	{ "ssl_tlsv13", VSFTPD_FLAG },
	{ "strict_ssl_read_eof", VSFTPD_FLAG },
	{ "strict_ssl_write_shutdown", VSFTPD_FLAG },
	{ "syslog_enable", VSFTPD_FLAG, VSFTPD_SYSLOG_ENABLE, .whole_server = true },
	{ "tcp_wrappers", VSFTPD_FLAG, VSFTPD_TCP_WRAPPERS, .whole_server = true },
	{ "text_userdb_names", VSFTPD_FLAG },
	{ "tilde_user_enable", VSFTPD_FLAG },
	{ "trans_chunk_size", VSFTPD_NUMBER },
	{ "upload_file", VSFTPD_TEXT, VSFTPD_UPLOAD_FILE, .only = DEBIAN },
	{ "use_localtime", VSFTPD_FLAG },
	{ "use_sendfile", VSFTPD_FLAG },
	{ "user_config_dir", VSFTPD_TEXT, VSFTPD_USER_CONFIG_DIR, .whole_server = true },
	{ "user_sub_token", VSFTPD_TEXT, VSFTPD_USER_SUB_TOKEN },
	{ "userlist_deny", VSFTPD_FLAG, VSFTPD_USERLIST_DENY, "YES", .whole_server = true },
	{ "userlist_enable", VSFTPD_FLAG, VSFTPD_USERLIST_ENABLE, .whole_server = true },
	{ "userlist_file", VSFTPD_TEXT, VSFTPD_USERLIST_FILE, "/etc/vsftpd.user_list",
		.red_hat = "/etc/vsftpd/user_list", .whole_server = true },
	{ "userlist_log", VSFTPD_FLAG, .only = RED_HAT },
	{ "validate_cert", VSFTPD_FLAG },
	{ "virtual_use_local_privs", VSFTPD_FLAG, VSFTPD_VIRTUAL_USE_LOCAL_PRIVS },
	{ "vsftpd_log_file", VSFTPD_TEXT, VSFTPD_VSFTPD_LOG_FILE, "/var/log/vsftpd.log" },
	{ "wc_logs_enable", VSFTPD_FLAG, .only = RED_HAT },
	{ "write_enable", VSFTPD_FLAG, VSFTPD_WRITE_ENABLE },
	{ "xferlog_enable", VSFTPD_FLAG, VSFTPD_XFERLOG_ENABLE },
	{ "xferlog_file", VSFTPD_TEXT, VSFTPD_XFERLOG_FILE, "/var/log/xferlog" },
	{ "xferlog_std_format", VSFTPD_FLAG, VSFTPD_XFERLOG_STD_FORMAT },
};
/* clang-format on */

enum { OPTIONS = ARRAY_LEN(options) };

static const char *
initial_text(const struct vsftpd_option *option, enum vsftpd_distribution distribution)
{
	if (distribution == VSFTPD_DEBIAN && option->debian)
		return option->debian;
	if (distribution == VSFTPD_RED_HAT && option->red_hat)
		return option->red_hat;
	return option->initial;
}

static struct vsftpd_value
initial_value(const struct vsftpd_option *option, const struct vsftpd_build *build)
{
	const char *text = initial_text(option, build->distribution);
	struct vsftpd_value value = { 0 };
	if (option->type == VSFTPD_TEXT)
		value.text = text;
	else if (option->type == VSFTPD_NUMBER)
		value.number = text ? vsftpd_parse_number(text) : 0;
	else
		value.number = text && strcmp(text, "YES") == 0;
	return value;
}

void
vsftpd_settings_init(struct vsftpd_settings *settings, const struct vsftpd_build *build)
{
	*settings = (struct vsftpd_settings){ .build = build };
	for (const struct vsftpd_option *option = options; option < options + OPTIONS; option++) {
		if (option->setting)
			settings->values[option->setting] = initial_value(option, build);
	}
}

/* ---- which options there are ---- */

static int
compare_names(const void *name, const void *option)
{
	return strcmp(name, ((const struct vsftpd_option *)option)->name);
}

const struct vsftpd_option *
vsftpd_option_anywhere(const char *name)
{
	return bsearch(name, options, OPTIONS, sizeof(*options), compare_names);
}

/* Names are strings of the program; a linker lets one be the end of another. */
static bool
is_in_program(struct bytes program, const char *name)
{
	return memmem(program.data, program.size, name, strlen(name) + 1) != NULL;
}

const struct vsftpd_option *
vsftpd_option_find(const struct vsftpd_build *build, const char *name)
{
	const struct vsftpd_option *option = vsftpd_option_anywhere(name);
	if (!option)
		return NULL;
	if (build->program.size)
		return is_in_program(build->program, name) ? option : NULL;
	return !option->only || option->only & 1u << build->distribution ? option : NULL;
}

const char *
vsftpd_setting_name(enum vsftpd_setting setting)
{
	for (const struct vsftpd_option *option = options; option < options + OPTIONS; option++) {
		if (option->setting == setting)
			return option->name;
	}
	return "";
}

/* ---- values ---- */

bool
vsftpd_flag(const struct vsftpd_settings *settings, enum vsftpd_setting setting)
{
	return settings->values[setting].number;
}

unsigned
vsftpd_number(const struct vsftpd_settings *settings, enum vsftpd_setting setting)
{
	return settings->values[setting].number;
}

const char *
vsftpd_text(const struct vsftpd_settings *settings, enum vsftpd_setting setting)
{
	return settings->values[setting].text;
}

struct place
vsftpd_where(const struct vsftpd_settings *settings, enum vsftpd_setting setting)
{
	return settings->values[setting].where;
}

static unsigned
parse_octal(const char *text)
{
	unsigned number = 0;
	for (; *text >= '0' && *text <= '7'; text++)
		number = number * 8 + (unsigned)(*text - '0');
	return number;
}

unsigned
vsftpd_parse_number(const char *text)
{
	/* glibc's atoi(3) is strtol(3) cut to an int, what does not fit included. */
	return *text == '0' ? parse_octal(text) : (unsigned)(int)strtol(text, NULL, 10);
}
