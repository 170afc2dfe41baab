/* Tests of importers/old/start.c, start_inetd.c and start_words.c. */
#include "old_root_fixture.h"

#include "importers/old/start.h"

/* "NAME: WORD|WORD... @FILE:LINE, enabled, masked, by socket" for each. */
static void
assert_starts(struct fixture *f, const char *expected)
{
	AUTO_BUFFER struct buffer said = { 0 };
	struct old_starts starts = { 0 };
	open_root(f, f->path);
	old_starts_find(f->root, "vsftpd", &f->arena, &starts);
	ARRAY_FOREACH (start, &starts) {
		buffer_printf(&said, "%s: ", start->name);
		for (size_t i = 0; i < start->words.count; i++)
			buffer_printf(&said, "%s%s", i ? "|" : "", start->words.items[i]);
		buffer_printf(&said, " @%s:%u%s%s%s\n", start->where.file, start->where.line,
			start->enabled ? ", enabled" : "", start->masked ? ", masked" : "",
			start->by_socket ? ", by socket" : "");
	}
	assert_string_equal(buffer_text(&said), expected);
}

#define UNIT "/usr/lib/systemd/system/vsftpd.service"

static void
test_start_reads_a_unit(void **state)
{
	struct fixture *f = *state;
	make_file(f, UNIT,
		"[Unit]\nDescription=vsftpd\n[Service]\nType=simple\n"
		"ExecStart=/usr/sbin/vsftpd /etc/vsftpd.conf\n[Install]\nWantedBy=x\n");
	make_file(f, "/lib/systemd/system/other.service",
		"[Service]\nExecStart=/bin/other vsftpdx\n");
	make_link(f, "/etc/systemd/system/multi-user.target.wants/vsftpd.service", UNIT);
	assert_starts(f, "vsftpd: /usr/sbin/vsftpd|/etc/vsftpd.conf @" UNIT ":5, enabled\n");
}

static void
test_start_takes_drop_ins_variables_and_specifiers(void **state)
{
	struct fixture *f = *state;
	make_file(f, UNIT, "[Service]\nExecStart=/usr/sbin/vsftpd /old.conf\n");
	make_file(f, "/etc/default/vsftpd", "# x\nOPTIONS=\"-olisten=YES -oa=b\"\n");
	make_file(f, "/etc/systemd/system/vsftpd.service.d/10.conf",
		"[Service]\nEnvironmentFile=-/etc/default/vsftpd\nEnvironment=WHERE=/srv\n"
		"ExecStart=\nExecStart=-@/usr/sbin/vsftpd ftpd \\\n ${WHERE}/%p.conf $OPTIONS \"a "
		"b\" $NONE 5%%\n");
	make_file(f, "/usr/lib/systemd/system/vsftpd.service.d/10.conf",
		"[Service]\nExecStart=/usr/sbin/vsftpd /hidden.conf\n");
	assert_starts(f,
		"vsftpd: /usr/sbin/vsftpd|/srv/vsftpd.conf|-olisten=YES|-oa=b|a b|5%"
		" @/etc/systemd/system/vsftpd.service.d/10.conf:6\n");
}

static void
test_start_makes_instances_of_what_is_wanted(void **state)
{
	struct fixture *f = *state;
	static const char template[] = "/usr/lib/systemd/system/vsftpd@.service";
	make_file(f, template, "[Service]\nExecStart=/usr/sbin/vsftpd /etc/vsftpd/%i.conf\n");
	make_link(f, "/etc/systemd/system/vsftpd.target.wants/vsftpd@b.service", template);
	make_link(f, "/etc/systemd/system/vsftpd.target.wants/vsftpd@a-x.service", template);
	assert_starts(f,
		"vsftpd@a-x: /usr/sbin/vsftpd|/etc/vsftpd/a-x.conf"
		" @/usr/lib/systemd/system/vsftpd@.service:2, enabled\n"
		"vsftpd@b: /usr/sbin/vsftpd|/etc/vsftpd/b.conf"
		" @/usr/lib/systemd/system/vsftpd@.service:2, enabled\n");
}

static void
test_start_knows_masked_units_and_sockets(void **state)
{
	struct fixture *f = *state;
	make_file(f, UNIT, "[Service]\nExecStart=/bin/sh -c 'exec vsftpd /a.conf; true'\n");
	make_link(f, "/etc/systemd/system/vsftpd.service", "/dev/null");
	make_link(f, "/etc/systemd/system/x.wants/vsftpd.service", UNIT);
	make_link(f, "/etc/systemd/system/sockets.target.wants/ftp.socket", "x");
	make_file(f, "/etc/systemd/system/ftp@.service",
		"[Service]\nStandardInput=socket\nExecStart=/usr/sbin/vsftpd -olisten=NO\n");
	assert_starts(f,
		"ftp@: /usr/sbin/vsftpd|-olisten=NO @/etc/systemd/system/ftp@.service:3,"
		" enabled, by socket\n"
		"vsftpd: vsftpd|/a.conf @" UNIT ":2, masked\n");
}

static void
test_start_reads_xinetd_and_inetd(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/etc/xinetd.d/vsftpd",
		"# default: off\nservice ftp\n{\n\tserver\t= /usr/sbin/vsftpd\n"
		"\tserver_args\t= /etc/v/a.conf -ob=c\n\tdisable\t= yes\n}\n"
		"service ftp2\n{\n\tserver = /usr/sbin/tcpd\n\tserver_args = "
		"/usr/sbin/vsftpd\n}\n");
	make_file(f, "/etc/xinetd.d/old.conf", "service no\n{\nserver = /usr/sbin/vsftpd\n}\n");
	make_file(f, "/etc/inetd.conf",
		"#ftp stream tcp nowait root /usr/sbin/vsftpd vsftpd\n"
		"ftp stream tcp nowait root /usr/sbin/tcpd /usr/sbin/vsftpd /etc/v.conf\n"
		"#<off># ftps stream tcp nowait root /usr/sbin/vsftpd vsftpd /etc/s.conf\n");
	assert_starts(f,
		"inetd:ftp: /usr/sbin/vsftpd|/etc/v.conf @/etc/inetd.conf:2, enabled, by socket\n"
		"inetd:ftps: /usr/sbin/vsftpd|/etc/s.conf @/etc/inetd.conf:3, by socket\n"
		"xinetd:ftp: /usr/sbin/vsftpd|/etc/v/a.conf|-ob=c @/etc/xinetd.d/vsftpd:4, by "
		"socket\n"
		"xinetd:ftp2: /usr/sbin/vsftpd @/etc/xinetd.d/vsftpd:10, enabled, by socket\n");
}

static void
test_start_survives_what_is_no_unit(void **state)
{
	struct fixture *f = *state;
	make_parents(f, "/etc/systemd/system/x");
	assert_int_equal(mkfifo(real(f, "/etc/systemd/system/fifo.service"), 0644), 0);
	make_link(f, "/etc/systemd/system/loop.service", "loop.service");
	make_file(f, "/etc/systemd/system/half.service", "[Service]\nExecStart=\"/x/vsftpd \\");
	make_file(f, "/etc/systemd/system/vsftpd.service",
		"[Service]\nEnvironmentFile=/etc/systemd/system/fifo.service\n"
		"ExecStart=/usr/sbin/vsftpd ${X $\n");
	assert_starts(f,
		"half: /x/vsftpd @/etc/systemd/system/half.service:2\n"
		"vsftpd: /usr/sbin/vsftpd|${X|$ @/etc/systemd/system/vsftpd.service:3\n");
	assert_true(!old_unit_is_wanted(f->root, "vsftpd.target"));
	make_link(f, "/etc/systemd/system/multi-user.target.wants/vsftpd.target", "x");
	assert_true(old_unit_is_wanted(f->root, "vsftpd.target"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		root_test(test_start_reads_a_unit),
		root_test(test_start_takes_drop_ins_variables_and_specifiers),
		root_test(test_start_makes_instances_of_what_is_wanted),
		root_test(test_start_knows_masked_units_and_sockets),
		root_test(test_start_reads_xinetd_and_inetd),
		root_test(test_start_survives_what_is_no_unit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
