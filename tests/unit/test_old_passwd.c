/* test_old_passwd.c - the Unix accounts of an old machine: which, and what their logins did. */
#include "tests/unit/old_root_fixture.h"

#include <time.h>

#include "core/model/importer.h"

extern const struct importer passwd_importer;

static bool
on_login(void *ctx, const struct old_login *login)
{
	struct buffer *said = ctx;
	buffer_printf(said, "%s %s %s %s %s\n", login->user, old_verdict_name(login->login),
		old_password_name(login->password), login->cwd, old_write_name(login->write));
	return true;
}

/* What is said of every login, a line each; then the diagnostics. Settings as "name=value". */
static const char *
read_old(struct fixture *f, const char *const *settings)
{
	AUTO_BUFFER struct buffer said = { 0 };
	struct sink sink = { .ctx = &said, .old_login = on_login, .diags = &f->diags };
	void *config = arena_alloc(&f->arena, passwd_importer.config_size);
	f->source = (struct source){ .location = f->path, .arena = &f->arena };
	option_defaults(passwd_importer.options, config, &f->arena);
	for (; settings && *settings; settings += 2)
		assert_true(option_set(passwd_importer.options, config, settings[0], settings[1],
			NOWHERE, &f->arena, &f->diags));
	bool alive = passwd_importer.read(config, &f->source, &sink);
	assert_int_equal(alive, f->diags.errors == 0);
	ARRAY_FOREACH (diag, &f->diags)
		buffer_printf(&said, "%s: %s\n", diag->place.file, diag->message);
	f->diags = (struct diags){ .arena = &f->arena };
	return arena_strdup(&f->arena, buffer_text(&said));
}

#define assert_old(f, expected, ...)                                                               \
	assert_string_equal(                                                                       \
		read_old(f, (const char *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL }), expected)

static void
test_passwd_takes_the_accounts_that_are_meant(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/etc/passwd",
		"daemon:!:1:1::/:/bin/sh\n"
		"anna:!:1000:1::/:/bin/bash\n"
		"bert:!:2000:2::/:/usr/sbin/nologin\n"
		"cleo:!:60001:1::/:/bin/bash\n"
		"anna:!:1500:2::/:/bin/sh\n");
	make_file(f, "/etc/group", "one:x:1:\ntwo:x:2:cleo\n");
	assert_old(f, "anna deny none / no\nbert deny none / no\n");
	assert_old(f, "bert deny none / no\ncleo deny none / no\n", "uid_min", "2000", "uid_max",
		"70000");
	assert_old(f, "bert deny none / no\n", "groups", "two");
	assert_old(
		f, "anna deny none / no\nbert deny none / no\n", "groups", "two", "groups", "one");
	assert_old(f, "anna deny none / no\n", "shells", "/bin/*");
	assert_old(f, "bert deny none / no\n", "users", "[b-c]*");
	assert_old(f, "/etc/group: has no group 'three'\n", "groups", "three");
	make_file(f, "/etc/login.defs", "# UID_MIN 1\nUID_MIN 2000 \nUID_MAX\t99999\nUID_MAX x\n");
	assert_old(f, "bert deny none / no\ncleo deny none / no\n");
}

static void
test_passwd_homes_are_looked_up_below_root(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/etc/passwd",
		"anna::1000:1::/home/anna:\n"
		"bert::1001:1::/home/bert:\n"
		"cleo::1002:1::/home/loop:\n"
		"dora::1003:1::/home/fifo:\n"
		"emil::1004:1::/home/closed/in:\n"
		"fred::1005:1:::\n");
	make_dir(f, "/srv/anna");
	make_link(f, "/home/anna", "/srv/anna");
	assert_int_equal(chmod(real(f, "/srv/anna"), 0777), 0);
	make_link(f, "/home/bert", f->top);
	make_link(f, "/home/loop", "loop");
	assert_int_equal(mkfifo(real(f, "/home/fifo"), 0666), 0);
	make_dir(f, "/home/closed/in");
	assert_int_equal(chmod(real(f, "/home/closed"), 0700), 0);
	assert_old(f,
		"anna allow empty /srv/anna yes\n"
		"bert allow empty / no\n"
		"cleo allow empty / no\n"
		"dora allow empty / no\n"
		"emil allow empty / no\n"
		"fred allow empty / no\n");
}

static void
test_passwd_that_cannot_be_read_says_so(void **state)
{
	struct fixture *f = *state;
	make_parents(f, "/etc/x");
	assert_int_equal(mkfifo(real(f, "/etc/passwd"), 0666), 0);
	assert_old(f, "/etc/passwd: is of another type than expected\n");
	assert_int_equal(remove(real(f, "/etc/passwd")), 0);
	assert_old(f, "");
	make_file(f, "/etc/passwd", "");
	assert_int_equal(truncate(real(f, "/etc/passwd"), (off_t)1 << 40), 0);
	assert_old(f, "/etc/passwd: is too large\n");
}

static void
test_passwd_ages_as_pam_unix_does(void **state)
{
	struct fixture *f = *state;
	static const char hash[] = "$1$abcdefgh$G//4keteveJp0qb8z2DxG/";
	long today = time(NULL) / 86400;
	const struct {
		long changed, max, inactive, expires;
		const char *verdict;
	} cases[] = {
		{ today - 10, 99999, -1, -1, "allow crypt" },
		{ today - 10, 10, -1, -1, "allow crypt" },
		{ today - 11, 10, -1, -1, "unknown crypt" },
		{ today - 11, 10, 5, -1, "unknown crypt" },
		{ today - 16, 10, 5, -1, "deny none" },
		{ 0, 99999, -1, -1, "unknown crypt" },
		{ today + 10, 1, 1, -1, "allow crypt" },
		{ today - 10, 99999, -1, today + 1, "allow crypt" },
		{ today - 10, 99999, -1, today, "deny none" },
		{ -1, 5, 5, -1, "deny none" },
		{ -1, 99999, 5, -1, "allow crypt" },
		{ -1, -1, 5, -1, "allow crypt" },
	};
	make_file(f, "/etc/passwd", "anna:x:1000:1::/:\n");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_BUFFER struct buffer line = { 0 };
		const long days[] = { cases[i].changed, 0, cases[i].max, 7, cases[i].inactive,
			cases[i].expires };
		buffer_printf(&line, "anna:%s", hash);
		for (size_t d = 0; d < ARRAY_LEN(days); d++) {
			buffer_add_char(&line, ':');
			if (days[d] != -1)
				buffer_printf(&line, "%ld", days[d]);
		}
		buffer_add_text(&line, ":\n");
		make_file(f, "/etc/shadow", buffer_text(&line));
		assert_old(f, arena_printf(&f->arena, "anna %s / no\n", cases[i].verdict));
	}
}

static void
test_passwd_names_who_else_knew_users(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/etc/nsswitch.conf", "passwd: files sss\ngroup: files\n");
	assert_old(f, "/etc/nsswitch.conf: users that only 'sss' knew are in no file here\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		root_test(test_passwd_takes_the_accounts_that_are_meant),
		root_test(test_passwd_homes_are_looked_up_below_root),
		root_test(test_passwd_that_cannot_be_read_says_so),
		root_test(test_passwd_ages_as_pam_unix_does),
		root_test(test_passwd_names_who_else_knew_users),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
