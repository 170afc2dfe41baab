/* test_old_unix.c - the accounts of an old machine, as its C library saw them. */
#include "tests/unit/old_root_fixture.h"

#include <time.h>

#include "importers/old/unix.h"

static const struct old_unix *
unix_of(struct fixture *f, const char *passwd, const char *group, const char *shadow)
{
	struct old_unix *accounts;
	if (passwd)
		make_file(f, "/etc/passwd", passwd);
	if (group)
		make_file(f, "/etc/group", group);
	if (shadow)
		make_file(f, "/etc/shadow", shadow);
	open_root(f, f->path);
	assert_true(old_unix_read(f->root, &accounts, &f->diags));
	assert_int_equal(f->diags.count, 0);
	return accounts;
}

/* Every line that was taken: "line:name:password:uid:gid:gecos:home:shell" */
static const char *
users_shown(struct fixture *f, const struct old_unix *accounts)
{
	AUTO_BUFFER struct buffer text = { 0 };
	ARRAY_FOREACH (user, &accounts->passwd) {
		assert_string_equal(user->where.file, "/etc/passwd");
		buffer_printf(&text, "%u:%s:%s:%u:%u:%s:%s:%s\n", user->where.line, user->name,
			user->password, user->uid, user->gid, user->gecos, user->home, user->shell);
	}
	return arena_strdup(&f->arena, buffer_text(&text));
}

static void
test_unix_takes_the_lines_that_libc_takes(void **state)
{
	struct fixture *f = *state;
	const struct old_unix *accounts = unix_of(f,
		"root:x:0:0:root:/root:/bin/bash\n"
		"# comment\n"
		"\n"
		"  \tanna:x:1000:100:Anna:/home/anna:/bin/sh:odd\n"
		"short:x:1:2\n"
		"noid:x::2:::\n"
		"nogid:x:1:\n"
		"word:x:one:2:::\n"
		"+nis::::::\n"
		"-anna\n"
		"huge:x:99999999999:7:::\n"
		"minus:x:-1:5:::\n"
		"plus:x:4294967295: +5:::\n"
		"anna:x:2000:100:second:/:/bin/sh\n"
		"last:x:3:3:::/bin/bash\r",
		NULL, NULL);
	assert_string_equal(users_shown(f, accounts),
		"1:root:x:0:0:root:/root:/bin/bash\n"
		"4:anna:x:1000:100:Anna:/home/anna:/bin/sh:odd\n"
		"5:short:x:1:2:::\n"
		"13:plus:x:4294967295:5:::\n"
		"14:anna:x:2000:100:second:/:/bin/sh\n"
		"15:last:x:3:3:::/bin/bash\r\n");
	assert_int_equal(old_unix_user(accounts, "anna")->uid, 1000);
	assert_string_equal(old_unix_user_by_uid(accounts, 2000)->gecos, "second");
	assert_null(old_unix_user(accounts, "nis"));
	assert_null(old_unix_user(accounts, ""));
}

static void
test_unix_cuts_lines_at_a_nul(void **state)
{
	struct fixture *f = *state;
	static const char passwd[] = "anna:x:1:1:::\0junk\nbert:x:2:2:::\n";
	struct old_unix_files files = { .passwd = { passwd, sizeof(passwd) - 1 } };
	const struct old_unix *accounts = old_unix_parse(&files, &f->arena);
	assert_string_equal(users_shown(f, accounts), "1:anna:x:1:1:::\n2:bert:x:2:2:::\n");
}

static void
test_unix_groups_of_a_user_are_initgroups(void **state)
{
	struct fixture *f = *state;
	const struct old_unix *accounts = unix_of(f, NULL,
		"ftp:x:50: anna,,bert \n"
		"staff:x:20:anna,anna\n"
		"#old:x:30:anna\n"
		"staff:x:21:anna\n"
		"none:x::anna\n"
		"users:x:100:\n",
		NULL);
	gid_t *groups;
	size_t count;
	old_unix_groups(accounts, "anna", 100, &f->arena, &groups, &count);
	const gid_t expected[] = { 20, 21, 30, 50, 100 };
	assert_int_equal(count, ARRAY_LEN(expected));
	assert_memory_equal(groups, expected, sizeof(expected));

	assert_int_equal(old_unix_group(accounts, "staff")->gid, 20);
	assert_null(old_unix_group(accounts, "#old"));
	assert_null(old_unix_group_by_gid(accounts, 30));
	assert_string_equal(old_unix_group_by_gid(accounts, 50)->members.items[1], "bert ");
}

static void
test_unix_shadow_fields_that_are_empty_are_not_set(void **state)
{
	struct fixture *f = *state;
	const struct old_unix *accounts = unix_of(f,
		"anna:x:1:1:::\nbert:x:2:2:::\ncleo:x:3:3:::\ndora::4:4:::\nemil:$1$a:5:5:::\n",
		NULL,
		"anna:$6$a:19000:0:99999:7:14:20000:\n"
		"bert:!:::::::\n"
		"cleo:*\n");
	const struct old_shadow *anna = old_unix_shadow(accounts, "anna");
	const struct old_shadow *bert = old_unix_shadow(accounts, "bert");
	assert_int_equal(anna->changed, 19000);
	assert_int_equal(anna->inactive, 14);
	assert_int_equal(anna->expires, 20000);
	assert_int_equal(bert->changed, -1);
	assert_int_equal(bert->expires, -1);
	assert_int_equal(bert->where.line, 2);
	assert_null(old_unix_shadow(accounts, "cleo"));

	assert_string_equal(old_unix_hash(accounts, old_unix_user(accounts, "anna")), "$6$a");
	assert_string_equal(old_unix_hash(accounts, old_unix_user(accounts, "bert")), "!");
	assert_null(old_unix_hash(accounts, old_unix_user(accounts, "cleo")));
	assert_string_equal(old_unix_hash(accounts, old_unix_user(accounts, "dora")), "");
	assert_string_equal(old_unix_hash(accounts, old_unix_user(accounts, "emil")), "$1$a");
	assert_true(accounts->has_shadow);
}

static void
test_unix_shells_have_defaults(void **state)
{
	struct fixture *f = *state;
	const struct old_unix *accounts = unix_of(f, NULL, NULL, NULL);
	assert_string_equal(joined(f, &accounts->shells), "/bin/sh /bin/csh");
	assert_false(accounts->has_shells_file);
	assert_false(accounts->has_shadow);
	old_root_close(&f->root);

	make_file(f, "/etc/shells",
		"# /etc/shells\n/bin/sh\n  /bin/bash # good\nx /bin/zsh y\n/ a\n"
		"bash\n/bin/last");
	accounts = unix_of(f, NULL, NULL, NULL);
	assert_string_equal(joined(f, &accounts->shells), "/bin/sh /bin/bash /bin/zsh / /bin/last");
}

static void
test_unix_names_the_other_databases(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *nsswitch, *passwd, *others;
	} cases[] = {
		{ "passwd: files systemd\ngroup: files [NOTFOUND=return] sss # ldap\nshadow: "
		  "files\n",
			"anna:x:1:1:::\n", "sss" },
		{ "passwd: compat\n", "anna:x:1:1:::\n", "" },
		{ "passwd:compat ldap\n", "anna:x:1:1:::\n+\n", "compat ldap" },
		{ "hosts: dns\n passwd: files\n passwd: files nis\n", "anna:x:1:1:::\n", "nis" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		make_file(f, "/etc/nsswitch.conf", cases[i].nsswitch);
		const struct old_unix *accounts = unix_of(f, cases[i].passwd, NULL, NULL);
		assert_string_equal(joined(f, &accounts->other_databases), cases[i].others);
		assert_non_null(old_unix_user(accounts, "anna"));
		old_root_close(&f->root);
	}
	make_file(f, "/etc/nsswitch.conf", "passwd: files systemd\n");
	make_file(f, "/etc/userdb/x.user", "{}");
	assert_string_equal(joined(f, &unix_of(f, NULL, NULL, NULL)->other_databases), "systemd");
	old_root_close(&f->root);

	make_file(f, "/etc/nsswitch.conf", "passwd: ldap\n");
	assert_null(old_unix_user(unix_of(f, NULL, NULL, NULL), "anna"));
}

static void
test_unix_compat_lines_hide_users(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/etc/nsswitch.conf", "passwd: compat\n");
	const struct old_unix *accounts =
		unix_of(f, "-anna\nanna:x:1:1:::\nbert:x:2:2:::\n-bert\n-@group\n", NULL, NULL);
	assert_null(old_unix_user(accounts, "anna"));
	assert_int_equal(old_unix_user(accounts, "bert")->uid, 2);
}

static void
test_unix_that_cannot_be_read_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct old_unix *accounts;
	make_dir(f, "/etc/passwd");
	open_root(f, f->path);
	assert_false(old_unix_read(f->root, &accounts, &f->diags));
	assert_int_equal(f->diags.errors, 1);
	assert_string_equal(f->diags.items[0].place.file, "/etc/passwd");
	assert_string_equal(f->diags.items[0].message, "is of another type than expected");
}

/* A quadratic index would take minutes for these. */
static void
test_unix_is_linear_in_its_users(void **state)
{
	struct fixture *f = *state;
	enum { USERS = 50000 };
	AUTO_BUFFER struct buffer passwd = { 0 }, group = { 0 };
	buffer_add_text(&group, "ftp:x:50:");
	for (unsigned i = 0; i < USERS; i++) {
		buffer_printf(&passwd, "user%u:x:%u:50::/home/user%u:/bin/sh\n", i, 1000 + i, i);
		buffer_printf(&group, "user%u,", i);
	}
	struct old_unix_files files = { buffer_bytes(&passwd), buffer_bytes(&group) };
	clock_t start = clock();
	const struct old_unix *accounts = old_unix_parse(&files, &f->arena);
	for (unsigned i = 0; i < USERS; i++) {
		gid_t *groups;
		size_t count;
		const char *name = accounts->passwd.items[i].name;
		assert_int_equal(old_unix_user(accounts, name)->uid, 1000 + i);
		old_unix_groups(accounts, name, 1, &f->arena, &groups, &count);
		assert_int_equal(count, 2);
	}
	assert_true(clock() - start < 20 * CLOCKS_PER_SEC);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		root_test(test_unix_takes_the_lines_that_libc_takes),
		root_test(test_unix_cuts_lines_at_a_nul),
		root_test(test_unix_groups_of_a_user_are_initgroups),
		root_test(test_unix_shadow_fields_that_are_empty_are_not_set),
		root_test(test_unix_shells_have_defaults),
		root_test(test_unix_names_the_other_databases),
		root_test(test_unix_compat_lines_hide_users),
		root_test(test_unix_that_cannot_be_read_is_an_error),
		root_test(test_unix_is_linear_in_its_users),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
