/*
 * test_outlives.c - everything that points into a home or goes on without it is found, with its
 * place, and nothing of other people's.
 */
#include "host_fixture.h"

#include "core/plan/outlives.h"

/* ---- the stage ---- */

enum { ANNA = 1007, BERT = 1008 };

struct people {
	struct outlives_subject anna, bert;
	struct outlives outlives;
};

static void
make_parents(struct fixture *f, const char *path)
{
	char *parent = arena_strdup(&f->arena, path);
	for (char *slash = parent; (slash = strchr(slash + 1, '/'));) {
		*slash = '\0';
		if (mkdir(real(f, parent), 0755) != 0)
			assert_int_equal(errno, EEXIST);
		*slash = '/';
	}
}

static void
put(struct fixture *f, const char *path, const char *text)
{
	make_parents(f, path);
	make_file(f, path, text);
}

static void
put_link(struct fixture *f, const char *path, const char *target)
{
	make_parents(f, path);
	assert_int_equal(symlink(target, real(f, path)), 0);
}

static void
put_homes(struct fixture *f)
{
	put(f, "/home/anna/notes.txt", "");
	put(f, "/home/anna/www/index.html", "");
	put(f, "/home/anna/.profile", "");
	put(f, "/home/bert/www/index.html", "");
}

static struct people *
scan(struct fixture *f, const char *loose)
{
	struct people *people = ARENA_NEW(&f->arena, struct people);
	people->anna = (struct outlives_subject){
		.login = "anna", .uid = ANNA, .home = "/home/anna", .loose = loose
	};
	people->bert = (struct outlives_subject){
		.login = "bert", .uid = BERT, .home = "/home/bert", .loose = loose
	};
	struct outlives_subject *subjects[] = { &people->anna, &people->bert };
	outlives_scan(f->host, subjects, 2, &f->arena, &people->outlives);
	return people;
}

/* "CODE FILE:LINE: TEXT -> BECOMES" a line. */
static void
say(struct buffer *out, const char *who, const struct outlives_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		buffer_printf(out, "%s %s %s", who, items[i].code, items[i].place.file);
		if (items[i].place.line)
			buffer_printf(out, ":%u", items[i].place.line);
		buffer_printf(out, ": %s", items[i].text);
		if (items[i].becomes)
			buffer_printf(out, " -> %s", items[i].becomes);
		buffer_add_char(out, '\n');
	}
}

static const char *
said(struct fixture *f, const char *loose)
{
	AUTO_BUFFER struct buffer out = { 0 };
	struct people *people = scan(f, loose);
	say(&out, "anna", people->anna.items.items, people->anna.items.count);
	say(&out, "bert", people->bert.items.items, people->bert.items.count);
	say(&out, "all", people->outlives.patterns.items, people->outlives.patterns.count);
	ARRAY_FOREACH (words, &people->outlives.not_read)
		buffer_printf(&out, "not read: %s\n", *words);
	return arena_strdup(&f->arena, buffer_text(&out));
}

/* ---- each kind of file ---- */

static const struct sample {
	const char *path, *text, *expected;
} samples[] = {
	{ "/etc/apache2/apache2.conf", "# /home/anna\n<Directory \"/home/anna/www\">\n",
		"anna web-config /etc/apache2/apache2.conf:2: the web server's configuration names "
		"/home/anna/www\n" },
	{ "/etc/apache2/sites-enabled/own.conf", "AssignUserID anna anna\nUse anna\n",
		"anna web-config /etc/apache2/sites-enabled/own.conf:1: the web server's "
		"configuration names 'anna'\n" },
	{ "/etc/nginx/conf.d/a.conf", "server {\n root /home/bert/www;\n}\n",
		"bert web-config /etc/nginx/conf.d/a.conf:2: the web server's configuration names "
		"/home/bert/www\n" },
	{ "/etc/nginx/nginx.conf", "root /home/$user/www;\n",
		"all web-config /etc/nginx/nginx.conf:1: the web server's configuration names all "
		"homes: /home/$user/www\n" },
	{ "/etc/lighttpd/lighttpd.conf", "server.document-root=\"/home/anna/my pages\"\n",
		"anna web-config /etc/lighttpd/lighttpd.conf:1: the web server's configuration "
		"names /home/anna/my pages\n" },
	{ "/etc/letsencrypt/renewal/x.conf", "example.org = /home/anna/www\n",
		"anna web-config /etc/letsencrypt/renewal/x.conf:1: the renewal of a certificate "
		"names /home/anna/www\n" },
	{ "/etc/php/8.2/fpm/pool.d/anna.conf",
		"[anna]\nuser = anna\nlisten.owner = www-data\nphp_admin_value[open_basedir] = "
		"/tmp:/home/anna/www:/home/bert\n",
		"anna php-pool /etc/php/8.2/fpm/pool.d/anna.conf:2: PHP-FPM names 'anna'\n"
		"anna php-pool /etc/php/8.2/fpm/pool.d/anna.conf:4: PHP-FPM names /home/anna/www\n"
		"bert php-pool /etc/php/8.2/fpm/pool.d/anna.conf:4: PHP-FPM names /home/bert\n" },
	{ "/etc/samba/smb.conf",
		"; path = /home/bert\n[x]\n path = /home/anna/www\n"
		" valid users = bert, carl\n",
		"anna samba /etc/samba/smb.conf:3: Samba names /home/anna/www\n"
		"bert samba /etc/samba/smb.conf:4: Samba names 'bert'\n" },
	{ "/etc/exports", "/home/anna/www 10.0.0.0/8(ro)\n/home/annabel *(rw)\n",
		"anna nfs-export /etc/exports:1: an NFS export names /home/anna/www\n" },
	{ "/etc/vsftpd.conf", "local_root=/home/anna/www/\nanon_root=/srv/ftp\n",
		"anna ftp-config /etc/vsftpd.conf:1: the FTP server's configuration names "
		"/home/anna/www\n" },
	{ "/etc/vsftpd.user_list", "carl\nanna\nannabel\n",
		"anna ftp-config /etc/vsftpd.user_list:2: the FTP server's list of users names "
		"'anna'\n" },
	{ "/etc/proftpd/conf.d/own.conf", "DefaultRoot ~ !staff\nDefaultRoot ~bert/www bert\n",
		"bert ftp-config /etc/proftpd/conf.d/own.conf:2: the FTP server's configuration "
		"names /home/bert/www\n" },
	{ "/etc/proftpd/ftpd.passwd", "web:$1$secret$hash:1007:1007::/home/anna/www:/bin/false\n",
		"anna ftp-config /etc/proftpd/ftpd.passwd:1: the FTP server's configuration names "
		"/home/anna/www\n" },
	{ "/etc/fstab", "/srv/pics /home/anna/www none bind 0 0\n",
		"anna mount /etc/fstab:1: a mount names /home/anna/www\n" },
	{ "/etc/systemd/system/home-anna.mount", "[Mount]\nWhere=/home/anna/www\n",
		"anna unit /etc/systemd/system/home-anna.mount:2: a systemd unit names "
		"/home/anna/www\n" },
	{ "/etc/systemd/system/app.service.d/user.conf",
		"[Service]\nUser=bert\nDescription=anna\nWorkingDirectory=-/home/anna/www\n",
		"anna unit /etc/systemd/system/app.service.d/user.conf:4: a systemd unit names "
		"/home/anna/www\n"
		"bert unit /etc/systemd/system/app.service.d/user.conf:2: a systemd unit names "
		"'bert'\n" },
	{ "/etc/cron.d/jobs",
		"MAILTO=anna\n5 4 * * * bert /usr/bin/anna\n@daily anna x\n"
		"5 4 * * * root cp /etc/x /home/bert/x >>/home/bert/log\n",
		"anna cron-job /etc/cron.d/jobs:3: a job of cron names 'anna'\n"
		"bert cron-job /etc/cron.d/jobs:2: a job of cron names 'bert'\n"
		"bert cron-job /etc/cron.d/jobs:4: a job of cron names /home/bert/x\n"
		"bert cron-job /etc/cron.d/jobs:4: a job of cron names /home/bert/log\n" },
	{ "/etc/cron.daily/save", "#!/bin/sh\ntar cf /srv/x.tar '/home/anna/www'\n",
		"anna cron-job /etc/cron.daily/save:2: a script of cron names /home/anna/www\n" },
	{ "/var/spool/cron/crontabs/root", "0 5 * * * du -s /home/*\n",
		"all cron-job /var/spool/cron/crontabs/root:1: a script of cron names all homes: "
		"/home/*\n" },
	{ "/etc/logrotate.d/own", "/home/anna/www/*.log {\n su bert bert\n}\n",
		"anna log-rotation /etc/logrotate.d/own:1: logrotate names /home/anna/www\n"
		"bert log-rotation /etc/logrotate.d/own:2: logrotate names 'bert'\n" },
	{ "/etc/aliases", "postmaster: anna, bert@example.org\n",
		"anna mail-config /etc/aliases:1: an alias of mail names 'anna'\n" },
	{ "/etc/sudoers.d/own", "%sudo ALL=(ALL) ALL\nbert ALL=(anna) /home/anna/www/run\n",
		"anna privilege /etc/sudoers.d/own:2: a rule of privileges names "
		"/home/anna/www/run\n"
		"anna privilege /etc/sudoers.d/own:2: a rule of privileges names 'anna'\n"
		"bert privilege /etc/sudoers.d/own:2: a rule of privileges names 'bert'\n" },
	{ "/etc/polkit-1/rules.d/50.rules", "// bert\nif (subject.user == \"anna\")\n",
		"anna privilege /etc/polkit-1/rules.d/50.rules:2: a rule of privileges names "
		"'anna'\n" },
	{ "/etc/subuid", "carl:100000:65536\nanna:165536:65536\n",
		"anna subid /etc/subuid:2: a range of subordinate ids names 'anna'\n" },
	{ "/etc/rsyncd.conf", "[a]\npath = /home/anna\nauth users = bert\n",
		"anna rsync /etc/rsyncd.conf:2: the rsync server names /home/anna\n"
		"bert rsync /etc/rsyncd.conf:3: the rsync server names 'bert'\n" },
	{ "/etc/supervisor/conf.d/a.conf", "user=anna\n",
		"anna unit /etc/supervisor/conf.d/a.conf:1: supervisord names 'anna'\n" },
	{ "/etc/rsnapshot.conf", "backup\t/home//bert/./www/\tlocal/\n",
		"bert backup-config /etc/rsnapshot.conf:1: a backup's configuration names "
		"/home/bert/www\n" },
	{ "/var/spool/cron/crontabs/anna", "# m h\nMAILTO=x\n\n5 4 * * * a\n@reboot b\n",
		"anna crontab /var/spool/cron/crontabs/anna: crontab with 2 jobs\n" },
	{ "/var/spool/cron/bert", "* * * * * a\n",
		"bert crontab /var/spool/cron/bert: crontab with 1 job\n" },
	{ "/var/spool/cron/crontabs/bert", "# nothing\n", "" },
	{ "/var/lib/systemd/linger/anna", "",
		"anna linger /var/lib/systemd/linger/anna: services of the user run without a "
		"login "
		"(lingering)\n" },
	{ "/home/bert/.config/systemd/user/sync.timer", "",
		"bert user-unit /home/bert/.config/systemd/user: 1 systemd unit of the user\n" },
	{ "/home/bert/.forward", "bert@example.org\n",
		"bert mail-forward /home/bert/.forward: mail is forwarded by it\n" },
	{ "/home/bert/Maildir/new/1", "",
		"bert mailbox /home/bert/Maildir: mail is delivered into it\n" },
	{ "/var/mail/anna", "From x\n", "anna mailbox /var/mail/anna: mailbox of 1 KiB\n" },
	{ "/var/mail/bert", "", "" },
	{ "/etc/motd", "anna /home/anna\n", "" },
	{ "/etc/nginx/conf.d/a.conf", "proxy_pass https://x/home/anna/;\nroot /var/home/anna;\n",
		"" },
	{ "/etc/nginx/conf.d/a.conf.dpkg-old", "root /home/anna;\n", "" },
};

static void
test_every_kind_of_file_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		void *own = NULL;
		assert_int_equal(fixture_setup(&own), 0);
		struct fixture *f = own;
		put_homes(f);
		put(f, samples[i].path, samples[i].text);
		assert_string_equal(said(f, NULL), samples[i].expected);
		fixture_teardown(&own);
	}
}

/* ---- what needs more than one file ---- */

static void
test_bare_machine_has_nothing(void **state)
{
	struct fixture *f = *state;
	put_homes(f);
	assert_string_equal(said(f, "files"), "");
}

static void
test_only_enabled_sites_count(void **state)
{
	struct fixture *f = *state;
	put_homes(f);
	put(f, "/etc/nginx/sites-available/on", "root /home/anna/www;\n");
	put(f, "/etc/nginx/sites-available/off", "root /home/bert/www;\n");
	put_link(f, "/etc/nginx/sites-enabled/on", "../sites-available/on");
	put_link(f, "/etc/nginx/sites-enabled/elsewhere", "/opt/site.conf");
	assert_string_equal(said(f, NULL),
		"anna web-config /etc/nginx/sites-available/on:1: the web server's configuration "
		"names /home/anna/www\n"
		"not read: /etc/nginx/sites-enabled/elsewhere (a symbolic link)\n");
}

static void
test_paths_to_what_is_loose_or_hidden_move(void **state)
{
	struct fixture *f = *state;
	put_homes(f);
	put_link(f, "/home/anna/link", "www");
	put(f, "/etc/cron.d/x",
		"1 1 * * * root cat /home/anna/notes.txt /home/anna/www/index.html "
		"/home/anna/.profile /home/anna/link/x /home/anna /home/anna/new\n");
	assert_string_equal(said(f, "files"),
		"anna cron-job /etc/cron.d/x:1: a job of cron names /home/anna/notes.txt -> "
		"/home/anna/files/notes.txt\n"
		"anna cron-job /etc/cron.d/x:1: a job of cron names /home/anna/www/index.html\n"
		"anna cron-job /etc/cron.d/x:1: a job of cron names /home/anna/.profile -> "
		"/home/anna/files/.profile\n"
		"anna cron-job /etc/cron.d/x:1: a job of cron names /home/anna/link/x -> "
		"/home/anna/files/link/x\n"
		"anna cron-job /etc/cron.d/x:1: a job of cron names /home/anna\n"
		"anna cron-job /etc/cron.d/x:1: a job of cron names /home/anna/new -> "
		"/home/anna/files/new\n");
}

static void
test_path_is_told_once_a_file(void **state)
{
	struct fixture *f = *state;
	put_homes(f);
	put(f, "/etc/fstab",
		"a /home/anna/www x\nb /home/anna/www x\nc /home/*/m x\nd /home/*/m x\n");
	assert_string_equal(said(f, NULL),
		"anna mount /etc/fstab:1: a mount names /home/anna/www\n"
		"all mount /etc/fstab:3: a mount names all homes: /home/*/m\n");
}

static void
test_user_directories_count_when_the_server_shows_them(void **state)
{
	struct fixture *f = *state;
	put_homes(f);
	put(f, "/home/anna/public_html/index.html", "");
	assert_string_equal(said(f, NULL), "");
	put_link(f, "/etc/apache2/mods-enabled/userdir.load", "../mods-available/userdir.load");
	assert_string_equal(said(f, NULL),
		"anna userdir /home/anna/public_html: the web server shows it as /~anna/\n");
}

static void
test_jobs_of_at_count_by_their_owner(void **state)
{
	struct fixture *f = *state;
	static const char *const jobs[] = { "/var/spool/cron/atjobs/a00001",
		"/var/spool/cron/atjobs/a00002", "/var/spool/cron/atjobs/a00003",
		"/var/spool/cron/atjobs/.SEQ" };
	static const uid_t owners[] = { ANNA, BERT, ANNA, 0 };
	put_homes(f);
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
		put(f, jobs[i], "#!/bin/sh\ncd /home/bert\n");
		assert_int_equal(chown(real(f, jobs[i]), owners[i], 0), 0);
	}
	assert_string_equal(said(f, NULL),
		"anna at-job /var/spool/cron/atjobs: 2 jobs of at(1)\n"
		"bert at-job /var/spool/cron/atjobs: 1 job of at(1)\n");
}

static void
test_large_files_are_named_and_not_read(void **state)
{
	struct fixture *f = *state;
	put_homes(f);
	put(f, "/etc/fstab", "a /home/anna/www x\n");
	assert_int_equal(truncate(real(f, "/etc/fstab"), 1024 * 1024 + 1), 0);
	assert_string_equal(said(f, NULL), "not read: /etc/fstab (more than a megabyte)\n");
}

static void
test_programs_are_not_read(void **state)
{
	struct fixture *f = *state;
	put_homes(f);
	put(f, "/etc/cron.daily/program", "\177ELF\n/home/anna/www\n");
	assert_int_equal(truncate(real(f, "/etc/cron.daily/program"), 100), 0); /* NULs */
	assert_string_equal(said(f, NULL), "");
}

static void
test_links_are_not_followed(void **state)
{
	struct fixture *f = *state;
	put_homes(f);
	put(f, "/opt/fstab", "a /home/anna/www x\n");
	put_link(f, "/etc/fstab", "/opt/fstab");
	put_link(f, "/etc/cron.d/x", "/opt/fstab");
	put_link(f, "/etc/systemd/system/alias.service", "/opt/fstab");
	put_link(f, "/home/anna/.forward", "/etc/shadow");
	assert_string_equal(said(f, NULL),
		"not read: /etc/fstab (a symbolic link)\n"
		"not read: /etc/cron.d/x (a symbolic link)\n");
}

static void
test_home_may_be_missing_or_the_root(void **state)
{
	struct fixture *f = *state;
	put(f, "/etc/fstab", "UUID=x / ext4 rw 0 1\n");
	put(f, "/etc/sudoers", "anna ALL=ALL\n");
	struct outlives_subject none = { .login = "anna", .uid = ANNA };
	struct outlives_subject root = { .login = "bert", .uid = BERT, .home = "/" };
	struct outlives_subject *subjects[] = { &none, &root };
	struct outlives outlives;
	outlives_scan(f->host, subjects, 2, &f->arena, &outlives);
	assert_int_equal(none.items.count, 1);
	assert_string_equal(none.items.items[0].code, "privilege");
	assert_int_equal(root.items.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind_of_file_is_read),
		host_test(test_bare_machine_has_nothing),
		host_test(test_only_enabled_sites_count),
		host_test(test_paths_to_what_is_loose_or_hidden_move),
		host_test(test_path_is_told_once_a_file),
		host_test(test_user_directories_count_when_the_server_shows_them),
		host_test(test_jobs_of_at_count_by_their_owner),
		host_test(test_large_files_are_named_and_not_read),
		host_test(test_programs_are_not_read),
		host_test(test_links_are_not_followed),
		host_test(test_home_may_be_missing_or_the_root),
	};
	if (geteuid() != 0) {
		print_message("needs root (or fakeroot): jobs belong to others\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
