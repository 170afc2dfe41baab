/*
 * outlives_configs.c - the configuration files in which homes and logins stand, each read once.
 *
 * Where a directory "available" is switched on by links in a directory "enabled", what counts are
 * the files of the first that have a link of the same name in the second. Other links are noted as
 * not read, except where every machine has many (systemd's aliases).
 */
#include <string.h>

#include "core/plan/outlives_internal.h"

static const struct config_kind web = { "web-config", "the web server's configuration",
	NAMES_OF_KEYS };
static const struct config_kind php = { "php-pool", "PHP-FPM", NAMES_OF_KEYS };
static const struct config_kind samba = { "samba", "Samba", NAMES_OF_KEYS };
static const struct config_kind rsync = { "rsync", "the rsync server", NAMES_OF_KEYS };
static const struct config_kind nfs = { "nfs-export", "an NFS export", NAMES_NOWHERE };
static const struct config_kind ftp = { "ftp-config", "the FTP server's configuration",
	NAMES_OF_KEYS };
static const struct config_kind ftp_users = { "ftp-config", "the FTP server's list of users",
	NAMES_FIRST };
static const struct config_kind mounts = { "mount", "a mount", NAMES_NOWHERE };
static const struct config_kind units = { "unit", "a systemd unit", NAMES_OF_KEYS };
static const struct config_kind supervisor = { "unit", "supervisord", NAMES_OF_KEYS };
static const struct config_kind cron = { "cron-job", "a job of cron", NAMES_OF_CRON };
static const struct config_kind scripts = { "cron-job", "a script of cron", NAMES_NOWHERE };
static const struct config_kind rotation = { "log-rotation", "logrotate", NAMES_OF_KEYS };
static const struct config_kind mail = { "mail-config", "the mail server's configuration",
	NAMES_NOWHERE };
static const struct config_kind aliases = { "mail-config", "an alias of mail", NAMES_ANYWHERE };
static const struct config_kind rights = { "privilege", "a rule of privileges", NAMES_ANYWHERE };
static const struct config_kind ids = { "subid", "a range of subordinate ids", NAMES_FIRST };
static const struct config_kind backup = { "backup-config", "a backup's configuration",
	NAMES_NOWHERE };
static const struct config_kind certificates = { "web-config", "the renewal of a certificate",
	NAMES_NOWHERE };

struct config_place {
	const char *path;    /* a file, or a directory */
	unsigned depth;	     /* of a directory; 0 = a file */
	const char *suffix;  /* of the files in it; NULL = all */
	const char *enabled; /* the directory whose links say which of them count */
	bool skips_links;    /* without a word */
	const struct config_kind *kind;
};

#define FILE_AT(path_, kind_)                                                                      \
	{                                                                                          \
		.path = (path_), .kind = &(kind_)                                                  \
	}
#define TREE_AT(path_, depth_, suffix_, kind_)                                                     \
	{                                                                                          \
		.path = (path_), .depth = (depth_), .suffix = (suffix_), .kind = &(kind_)          \
	}
#define ENABLED(path_, enabled_, suffix_, kind_)                                                   \
	{                                                                                          \
		.path = (path_), .depth = 1, .suffix = (suffix_), .enabled = (enabled_),           \
		.kind = &(kind_)                                                                   \
	}

static const struct config_place places[] = {
	FILE_AT("/etc/apache2/apache2.conf", web),
	ENABLED("/etc/apache2/sites-available", "/etc/apache2/sites-enabled", NULL, web),
	ENABLED("/etc/apache2/conf-available", "/etc/apache2/conf-enabled", NULL, web),
	ENABLED("/etc/apache2/mods-available", "/etc/apache2/mods-enabled", ".conf", web),
	TREE_AT("/etc/httpd/conf", 1, ".conf", web),
	TREE_AT("/etc/httpd/conf.d", 1, ".conf", web),
	FILE_AT("/etc/nginx/nginx.conf", web),
	TREE_AT("/etc/nginx/conf.d", 1, ".conf", web),
	TREE_AT("/etc/nginx/snippets", 1, NULL, web),
	ENABLED("/etc/nginx/sites-available", "/etc/nginx/sites-enabled", NULL, web),
	FILE_AT("/etc/lighttpd/lighttpd.conf", web),
	ENABLED("/etc/lighttpd/conf-available", "/etc/lighttpd/conf-enabled", NULL, web),
	TREE_AT("/etc/caddy", 2, NULL, web),
	TREE_AT("/etc/letsencrypt/renewal", 1, ".conf", certificates),
	TREE_AT("/etc/php", 4, ".conf", php),
	TREE_AT("/etc/php-fpm.d", 1, ".conf", php),
	FILE_AT("/etc/samba/smb.conf", samba),
	TREE_AT("/var/lib/samba/usershares", 1, NULL, samba),
	FILE_AT("/etc/rsyncd.conf", rsync),
	FILE_AT("/etc/exports", nfs),
	TREE_AT("/etc/exports.d", 1, ".exports", nfs),
	FILE_AT("/etc/vsftpd.conf", ftp),
	TREE_AT("/etc/vsftpd", 2, NULL, ftp),
	FILE_AT("/etc/vsftpd.user_list", ftp_users),
	FILE_AT("/etc/vsftpd.userlist", ftp_users),
	FILE_AT("/etc/vsftpd.chroot_list", ftp_users),
	FILE_AT("/etc/proftpd.conf", ftp),
	TREE_AT("/etc/proftpd", 3, NULL, ftp),
	TREE_AT("/etc/pure-ftpd", 3, NULL, ftp),
	FILE_AT("/etc/pureftpd.passwd", ftp_users),
	FILE_AT("/etc/fstab", mounts),
	TREE_AT("/etc/auto.master.d", 1, NULL, mounts),
	{ .path = "/etc/systemd/system", .depth = 2, .skips_links = true, .kind = &units },
	TREE_AT("/etc/supervisor", 2, ".conf", supervisor),
	FILE_AT("/etc/crontab", cron),
	TREE_AT("/etc/cron.d", 1, NULL, cron),
	TREE_AT("/etc/cron.hourly", 1, NULL, scripts),
	TREE_AT("/etc/cron.daily", 1, NULL, scripts),
	TREE_AT("/etc/cron.weekly", 1, NULL, scripts),
	TREE_AT("/etc/cron.monthly", 1, NULL, scripts),
	/* Those of other users, root's above all; the own one is counted elsewhere. */
	TREE_AT("/var/spool/cron", 2, NULL, scripts),
	FILE_AT("/etc/logrotate.conf", rotation),
	TREE_AT("/etc/logrotate.d", 1, NULL, rotation),
	FILE_AT("/etc/aliases", aliases),
	TREE_AT("/etc/dovecot", 2, NULL, mail),
	TREE_AT("/etc/postfix", 1, NULL, mail),
	TREE_AT("/etc/exim4", 2, NULL, mail),
	FILE_AT("/etc/sudoers", rights),
	TREE_AT("/etc/sudoers.d", 1, NULL, rights),
	FILE_AT("/etc/doas.conf", rights),
	TREE_AT("/etc/polkit-1", 3, NULL, rights),
	FILE_AT("/etc/subuid", ids),
	FILE_AT("/etc/subgid", ids),
	FILE_AT("/etc/rsnapshot.conf", backup),
	TREE_AT("/etc/borgmatic", 1, NULL, backup),
	TREE_AT("/etc/borgmatic.d", 1, NULL, backup),
};

static bool
ends_with(const char *name, const char *suffix)
{
	size_t length = strlen(name), end = strlen(suffix);
	return length >= end && strcmp(name + length - end, suffix) == 0;
}

/* What editors and package managers leave behind is read by nobody. */
static bool
is_left_over(const char *name)
{
	static const char *const ends[] = { "~", ".bak", ".swp", ".dpkg-old", ".dpkg-dist",
		".dpkg-new", ".rpmsave", ".rpmnew" };
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		if (ends_with(name, ends[i]))
			return true;
	}
	return name[0] == '.';
}

/* A job or a crontab names its user by its own name. */
static bool
is_own_crontab(const struct outlives_search *search, const char *directory, const char *name)
{
	return strncmp(directory, "/var/spool/cron", strlen("/var/spool/cron")) == 0 &&
		(table_get(&search->logins, name) || strstr(directory, "/at"));
}

static void
see_file(struct outlives_search *search, const struct config_kind *kind, const char *path)
{
	struct bytes text;
	if (outlives_read(search, path, &text))
		outlives_scan_text(search, kind, path, text);
}

static void see_tree(struct outlives_search *search, const struct config_place *place,
	const char *directory, unsigned depth);

static void
see_entry(struct outlives_search *search, const struct config_place *place, const char *directory,
	const char *name, unsigned depth)
{
	const char *path = arena_printf(search->scratch, "%s/%s", directory, name);
	struct stat st;
	if (is_left_over(name) || is_own_crontab(search, directory, name))
		return;
	if (depth > 1 && outlives_exists(search, path, S_IFDIR, &st))
		see_tree(search, place, path, depth - 1);
	else if (place->suffix && !ends_with(name, place->suffix))
		return;
	else if (!place->skips_links && outlives_exists(search, path, S_IFLNK, &st))
		outlives_not_read(search, path, "a symbolic link");
	else
		see_file(search, place->kind, path);
}

static void
see_tree(struct outlives_search *search, const struct config_place *place, const char *directory,
	unsigned depth)
{
	struct string_list names = outlives_names(search, directory);
	ARRAY_FOREACH (name, &names)
		see_entry(search, place, directory, *name, depth);
}

/* A file that stands in "enabled" itself is as good as one that is linked to. */
static void
see_enabled(struct outlives_search *search, const struct config_place *place)
{
	struct string_list names = outlives_names(search, place->enabled);
	struct stat st;
	ARRAY_FOREACH (name, &names) {
		const char *path = arena_printf(search->scratch, "%s/%s", place->path, *name);
		const char *link = arena_printf(search->scratch, "%s/%s", place->enabled, *name);
		if (place->suffix && !ends_with(*name, place->suffix))
			continue;
		if (!outlives_exists(search, link, S_IFLNK, &st))
			see_file(search, place->kind, link);
		else if (outlives_exists(search, path, S_IFREG, &st))
			see_file(search, place->kind, path);
		else
			outlives_not_read(search, link, "a symbolic link");
	}
}

void
outlives_scan_configs(struct outlives_search *search)
{
	struct stat st;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		const struct config_place *place = &places[i];
		if (place->enabled)
			see_enabled(search, place);
		else if (outlives_exists(search, place->path, S_IFLNK, &st))
			outlives_not_read(search, place->path, "a symbolic link");
		else if (place->depth)
			see_tree(search, place, place->path, place->depth);
		else
			see_file(search, place->kind, place->path);
	}
}
