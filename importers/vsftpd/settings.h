/*
 * settings.h - every option that vsftpd 3.0.x knows, its type, and what holds without a line.
 *
 * Which options exist and what they start as differs between upstream, Debian and Red Hat, so a
 * set of settings begins as the defaults of one build. A value remembers the line that set it.
 */
#ifndef REHOME_IMPORTERS_VSFTPD_SETTINGS_H
#define REHOME_IMPORTERS_VSFTPD_SETTINGS_H

#include "importers/old/root.h"

enum vsftpd_distribution {
	VSFTPD_UPSTREAM,
	VSFTPD_DEBIAN,
	VSFTPD_RED_HAT,
};

/* The program whose configuration is read. */
struct vsftpd_build {
	enum vsftpd_distribution distribution;
	struct bytes program; /* the executable's bytes; empty = not on ROOT. An option whose name
				 in it does not exist for it */
	bool accepts_writable_jails; /* before 2.3.5 it did not look */
};

/* Options that decide something about a login; all others are checked and forgotten. */
enum vsftpd_setting {
	VSFTPD_NO_SETTING,
	VSFTPD_ALLOW_WRITEABLE_CHROOT,
	VSFTPD_ANON_MKDIR_WRITE_ENABLE,
	VSFTPD_ANON_OTHER_WRITE_ENABLE,
	VSFTPD_ANON_UPLOAD_ENABLE,
	VSFTPD_ANON_WORLD_READABLE_ONLY,
	VSFTPD_ANONYMOUS_ENABLE,
	VSFTPD_CHOWN_UPLOADS,
	VSFTPD_CHROOT_LIST_ENABLE,
	VSFTPD_CHROOT_LOCAL_USER,
	VSFTPD_DENY_EMAIL_ENABLE,
	VSFTPD_DIRLIST_ENABLE,
	VSFTPD_DOWNLOAD_ENABLE,
	VSFTPD_DUAL_LOG_ENABLE,
	VSFTPD_FORCE_LOCAL_LOGINS_SSL,
	VSFTPD_FTP_ENABLE,
	VSFTPD_GUEST_ENABLE,
	VSFTPD_HTTP_ENABLE,
	VSFTPD_LISTEN,
	VSFTPD_LISTEN_IPV6,
	VSFTPD_LOCAL_ENABLE,
	VSFTPD_ONE_PROCESS_MODEL,
	VSFTPD_PASSWD_CHROOT_ENABLE,
	VSFTPD_PASV_ENABLE,
	VSFTPD_PORT_ENABLE,
	VSFTPD_REQUIRE_CERT,
	VSFTPD_RUN_AS_LAUNCHING_USER,
	VSFTPD_SECURE_EMAIL_LIST_ENABLE,
	VSFTPD_SESSION_SUPPORT,
	VSFTPD_SSL_ENABLE,
	VSFTPD_SYSLOG_ENABLE,
	VSFTPD_TCP_WRAPPERS,
	VSFTPD_USERLIST_DENY,
	VSFTPD_USERLIST_ENABLE,
	VSFTPD_VIRTUAL_USE_LOCAL_PRIVS,
	VSFTPD_WRITE_ENABLE,
	VSFTPD_XFERLOG_ENABLE,
	VSFTPD_XFERLOG_STD_FORMAT,
	VSFTPD_ANON_UMASK,
	VSFTPD_CHOWN_UPLOAD_MODE,
	VSFTPD_FILE_OPEN_MODE,
	VSFTPD_LOCAL_UMASK,
	VSFTPD_ANON_ROOT,
	VSFTPD_BANNED_EMAIL_FILE,
	VSFTPD_BANNER_FILE,
	VSFTPD_CHOWN_USERNAME,
	VSFTPD_CHROOT_LIST_FILE,
	VSFTPD_CMDS_ALLOWED,
	VSFTPD_CMDS_DENIED,
	VSFTPD_DENY_FILE,
	VSFTPD_DOWNLOAD_FILE,
	VSFTPD_DSA_CERT_FILE,
	VSFTPD_EMAIL_PASSWORD_FILE,
	VSFTPD_FTP_USERNAME,
	VSFTPD_GUEST_USERNAME,
	VSFTPD_HIDE_FILE,
	VSFTPD_LOCAL_ROOT,
	VSFTPD_NOPRIV_USER,
	VSFTPD_PAM_SERVICE_NAME,
	VSFTPD_RSA_CERT_FILE,
	VSFTPD_RSA_PRIVATE_KEY_FILE,
	VSFTPD_SECURE_CHROOT_DIR,
	VSFTPD_UPLOAD_FILE,
	VSFTPD_USER_CONFIG_DIR,
	VSFTPD_USER_SUB_TOKEN,
	VSFTPD_USERLIST_FILE,
	VSFTPD_VSFTPD_LOG_FILE,
	VSFTPD_XFERLOG_FILE,
	VSFTPD_SETTINGS, /* how many there are */
};

enum vsftpd_type {
	VSFTPD_FLAG,
	VSFTPD_NUMBER,
	VSFTPD_TEXT,
};

struct vsftpd_value {
	const char *text;   /* VSFTPD_TEXT; NULL = unset */
	unsigned number;    /* VSFTPD_NUMBER; VSFTPD_FLAG: 0 or 1 */
	struct place where; /* no file: the default */
};

struct vsftpd_settings {
	const struct vsftpd_build *build;
	struct vsftpd_value values[VSFTPD_SETTINGS];
};

struct vsftpd_option {
	const char *name;
	enum vsftpd_type type;
	enum vsftpd_setting setting;  /* VSFTPD_NO_SETTING: decides nothing here */
	const char *initial;	      /* as a line would say it; NULL = 0, NO or unset */
	const char *debian, *red_hat; /* where they start differently; NULL = as initial */
	unsigned only;		      /* bits 1 << distribution; 0 = everywhere */
	bool whole_server; /* read before a login is known: without effect in a user's own file */
};

void vsftpd_settings_init(struct vsftpd_settings *settings, const struct vsftpd_build *build);

/* The option of that name in this build; NULL = it does not know it. */
const struct vsftpd_option *vsftpd_option_find(const struct vsftpd_build *build, const char *name);

/* The option in whichever build; for messages. */
const struct vsftpd_option *vsftpd_option_anywhere(const char *name);

/* "local_root" */
const char *vsftpd_setting_name(enum vsftpd_setting setting);

bool vsftpd_flag(const struct vsftpd_settings *settings, enum vsftpd_setting setting);
unsigned vsftpd_number(const struct vsftpd_settings *settings, enum vsftpd_setting setting);
const char *vsftpd_text(const struct vsftpd_settings *settings, enum vsftpd_setting setting);
/* The line that set it; of a default, no place. */
struct place vsftpd_where(const struct vsftpd_settings *settings, enum vsftpd_setting setting);

/* The text as vsftpd takes a number: octal behind a leading 0, else like atoi(3). */
unsigned vsftpd_parse_number(const char *text);

#endif
