/* Tests of importers/vsftpd/wrappers.c: hosts.allow and hosts.deny. */
#include "old_root_fixture.h"

#include "importers/vsftpd/wrappers.h"

/* "VERDICT FILE:LINE NETWORK NETWORK..." */
static void
assert_wrappers(struct fixture *f, const char *allow, const char *deny, const char *expected)
{
	static const char *const verdicts[] = {
		[WRAPPERS_OPEN] = "open",
		[WRAPPERS_LIMITED] = "limited",
		[WRAPPERS_CLOSED] = "closed",
		[WRAPPERS_UNCLEAR] = "unclear",
	};
	struct vsftpd_wrappers wrappers;
	AUTO_BUFFER struct buffer said = { 0 };
	make_file(f, "/etc/hosts.allow", allow);
	make_file(f, "/etc/hosts.deny", deny);
	old_root_close(&f->root);
	open_root(f, f->path);
	vsftpd_wrappers_read(f->root, &f->arena, &wrappers);
	buffer_add_text(&said, verdicts[wrappers.verdict]);
	if (wrappers.where.file)
		buffer_printf(&said, " %s:%u", wrappers.where.file, wrappers.where.line);
	if (wrappers.from.count)
		buffer_printf(&said, " %s", joined(f, &wrappers.from));
	assert_string_equal(buffer_text(&said), expected);
}

static void
test_wrappers_without_a_rule_are_open(void **state)
{
	struct fixture *f = *state;
	assert_wrappers(f, "", "", "open");
	assert_wrappers(f, "sshd: ALL\n", "# ALL: ALL\nsshd: ALL\nALL ALL\n", "open");
	assert_wrappers(f, "vsftpd: 10.0.0.1\n", "", "open");
}

static void
test_wrappers_allow_before_they_deny(void **state)
{
	struct fixture *f = *state;
	assert_wrappers(f, "", "x, vsftpd\t: ALL\n", "closed /etc/hosts.deny:1");
	assert_wrappers(f, "VSFTPD: all\n", "ALL: ALL\n", "open");
	assert_wrappers(
		f, "vsftpd: 10.0.0.1\n", "\nALL: ALL\n", "limited /etc/hosts.deny:2 10.0.0.1/32");
	assert_wrappers(f, "vsftpd: 10.0.0.1\nALL: ALL\n", "ALL: ALL\n", "open");
}

static void
test_wrappers_networks_become_cidr(void **state)
{
	struct fixture *f = *state;
	assert_wrappers(f,
		"vsftpd: 10. 172.16., 192.168.1. \\\n 10.1.0.0/255.255.0.0 [2001:db8::]/32\n"
		"ALL: 1.2.3.4 5.6.0.0/16\n",
		"ALL: ALL\n",
		"limited /etc/hosts.deny:1 10.0.0.0/8 172.16.0.0/16 192.168.1.0/24 10.1.0.0/16 "
		"2001:db8::/32 1.2.3.4/32 5.6.0.0/16");
}

static void
test_wrappers_that_only_the_old_machine_could_judge_are_unclear(void **state)
{
	struct fixture *f = *state;
	static const char unclear[] = "unclear /etc/hosts.allow:1";
	assert_wrappers(f, "vsftpd: .example.com\n", "ALL: ALL\n", unclear);
	assert_wrappers(f, "vsftpd: ALL EXCEPT 10.0.0.1\n", "ALL: ALL\n", unclear);
	assert_wrappers(f, "ALL EXCEPT sshd: 10.0.0.1\n", "ALL: ALL\n", unclear);
	assert_wrappers(f, "vsftpd: 10.0.0.1: setenv VSFTPD_LOAD_CONF /x\n", "ALL: ALL\n", unclear);
	assert_wrappers(f, "vsftpd: 10.0.0.0/255.0.255.0\n", "ALL: ALL\n", unclear);
	assert_wrappers(f, "", "vsftpd: 10.0.0.1\n", "unclear /etc/hosts.deny:1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		root_test(test_wrappers_without_a_rule_are_open),
		root_test(test_wrappers_allow_before_they_deny),
		root_test(test_wrappers_networks_become_cidr),
		root_test(test_wrappers_that_only_the_old_machine_could_judge_are_unclear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
