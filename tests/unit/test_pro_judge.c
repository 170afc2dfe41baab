/* test_pro_judge.c - logins of a ProFTPD through every step: account, jail, start, rights. */
#include "tests/unit/pro_fixture.h"

#include "core/model/option.h"

extern const struct importer proftpd_importer;

#define HASH                                                                                       \
	"$6$ab$Zs0c6p.wpaZLiPfkx96rgzI3FcR2czKAXcbAuyoL9lMWcVtWYmFRZ1xYhvKFYKhQuHgHrzQ9cHcXl/"     \
	"Ht0hPkt."

struct told {
	struct fixture *f;
	struct buffer text;
};

/* "anna allow crypt JAIL CWD GID UMASK/DIRS WRITE" or "anna deny: CODE". */
static bool
on_login(void *ctx, const struct old_login *login)
{
	struct told *told = ctx;
	struct buffer *out = &told->text;

	buffer_printf(
		out, "%s%s %s", out->size ? "\n" : "", login->user, old_verdict_name(login->login));
	if (login->login == OLD_DENY) {
		buffer_printf(out, ": %s", login->notes.items[0].code);
		return true;
	}
	buffer_printf(out, " %s %s %s %u %03o/%03o %s", old_password_name(login->password),
		login->jail, login->cwd, (unsigned)login->gid, (unsigned)login->umask,
		(unsigned)login->dir_umask, old_write_name(login->rights));
	for (size_t i = 0; i < login->from.count; i++)
		buffer_printf(out, " %s", login->from.items[i]);
	return true;
}

static const char *
logins_of(struct fixture *f, const char *conf)
{
	AUTO_BUFFER struct buffer text = { 0 };
	struct told told = { .f = f };
	struct sink sink = { .ctx = &told, .old_login = on_login, .diags = &f->diags };
	void *config = arena_alloc(&f->arena, proftpd_importer.config_size);

	buffer_printf(&text,
		"AuthOrder mod_auth_file.c\nAuthUserFile /etc/users\nAuthGroupFile /etc/groups\n%s",
		conf);
	make_file(f, "/etc/proftpd/proftpd.conf", buffer_text(&text));
	f->source = (struct source){ .name = "old",
		.importer = "proftpd",
		.location = f->path,
		.shown = f->path,
		.arena = &f->arena };
	option_defaults(proftpd_importer.options, config, &f->arena);
	assert_true(proftpd_importer.read(config, &f->source, &sink));
	assert_true(sink.complete);
	const char *shown = arena_strdup(&f->arena, buffer_text(&told.text));
	buffer_finish(&told.text);
	return shown;
}

/* anna of red and blue, ben of red; the machine has no other account. */
static int
judge_setup(void **state)
{
	struct fixture *f;

	fixture_setup(state);
	f = *state;
	make_file(f, "/etc/users",
		"anna:" HASH ":2001:2000::/srv/anna:/bin/sh\nben:" HASH
		":2002:2000::/srv/ben:/bin/sh\n");
	assert_int_equal(chmod(real(f, "/etc/users"), 0640), 0);
	make_file(f, "/etc/groups", "red:x:2000:\nblue:x:2100:anna\n");
	make_file(f, "/usr/lib/proftpd/mod_ifsession.so", "");
	make_dir(f, "/srv/anna/in");
	make_dir(f, "/srv/ben");
	make_dir(f, "/srv/pub");
	return 0;
}

static void
assert_logins(struct fixture *f, const char *conf, const char *expected)
{
	assert_string_equal(logins_of(f, conf), expected);
}

static void
test_jail_is_the_first_line_whose_groups_all_fit(void **state)
{
	struct fixture *f = *state;
	assert_logins(f, "DefaultRoot /srv red,blue\nDefaultRoot ~ !blue\n",
		"anna allow crypt /srv /srv/anna 2000 022/022 yes\n"
		"ben allow crypt /srv/ben /srv/ben 2000 022/022 yes");
	assert_logins(f, "DefaultRoot / blue\nDefaultRoot /srv/none\n",
		"anna allow crypt / /srv/anna 2000 022/022 yes\n"
		"ben deny: jail-missing");
	assert_logins(f, "DefaultRoot /srv/%u\nDefaultChdir /in\n",
		"anna allow crypt /srv/anna /srv/anna/in 2000 022/022 yes\n"
		"ben allow crypt /srv/ben /srv/ben 2000 022/022 yes");
}

static void
test_jail_may_be_a_link_unless_that_is_forbidden(void **state)
{
	struct fixture *f = *state;
	make_link(f, "/srv/link", "pub");
	assert_logins(f, "DefaultRoot /srv/link\n",
		"anna allow crypt /srv/pub /srv/pub 2000 022/022 yes\n"
		"ben allow crypt /srv/pub /srv/pub 2000 022/022 yes");
	assert_logins(f, "DefaultRoot /srv/link blue\nAllowChrootSymlinks off\n",
		"anna deny: jail-link\nben allow crypt / /srv/ben 2000 022/022 yes");
}

static void
test_home_that_is_missing_refuses_or_is_made(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(rmdir(real(f, "/srv/ben")), 0);
	assert_logins(
		f, "", "anna allow crypt / /srv/anna 2000 022/022 yes\nben deny: no-directory");
	assert_logins(f, "CreateHome on\nDefaultRoot ~\n",
		"anna allow crypt /srv/anna /srv/anna 2000 022/022 yes\n"
		"ben allow crypt /srv/ben /srv/ben 2000 022/022 yes");
}

static void
test_alias_is_a_login_of_its_own(void **state)
{
	struct fixture *f = *state;
	assert_logins(f, "UserAlias anni anna\n",
		"anna allow crypt / /srv/anna 2000 022/022 yes\n"
		"ben allow crypt / /srv/ben 2000 022/022 yes\n"
		"anni allow crypt / /srv/anna 2000 022/022 yes");
	assert_logins(f, "UserAlias anni anna\nAuthAliasOnly on\n",
		"anna deny: alias-only\nben deny: alias-only\n"
		"anni allow crypt / /srv/anna 2000 022/022 yes");
}

static void
test_anonymous_has_its_own_jail_group_and_password(void **state)
{
	struct fixture *f = *state;
	assert_logins(f,
		"<Anonymous /srv/pub>\nUser ben\nGroup blue\nUmask 077\n"
		"AnonRequirePassword on\n</Anonymous>\n",
		"anna allow crypt / /srv/anna 2000 022/022 yes\n"
		"ben allow crypt /srv/pub /srv/pub 2100 077/077 yes");
	assert_logins(f, "<Anonymous /srv/none>\nUser ben\n</Anonymous>\n",
		"anna allow crypt / /srv/anna 2000 022/022 yes\nben deny: jail-missing");
	assert_logins(f,
		"<Anonymous /srv/pub>\nUser ben\n<Limit WRITE>\nDenyAll\n</Limit>\n"
		"</Anonymous>\n",
		"anna allow crypt / /srv/anna 2000 022/022 yes\n"
		"ben allow any /srv/pub /srv/pub 2000 022/022 no");
}

static void
test_condition_on_the_user_changes_rights_not_the_jail(void **state)
{
	struct fixture *f = *state;
	assert_logins(f,
		"LoadModule mod_ifsession.c\nUmask 022\n<IfUser anna>\nDefaultRoot ~\nUmask 077\n"
		"<Limit STOR>\nDenyAll\n</Limit>\n</IfUser>\n"
		"<IfGroup !blue>\n<Limit LOGIN>\nDenyAll\n</Limit>\n</IfGroup>\n",
		"anna allow crypt / /srv/anna 2000 077/077 partial\nben deny: limit-login");
}

static void
test_access_file_changes_rights_of_its_directory(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/srv/anna/.ftpaccess", "Umask 027\n<Limit WRITE>\nDenyAll\n</Limit>\n");
	assert_logins(f, "DefaultRoot ~\n",
		"anna allow crypt /srv/anna /srv/anna 2000 027/027 no\n"
		"ben allow crypt /srv/ben /srv/ben 2000 022/022 yes");
	assert_logins(f, "DefaultRoot ~\nAllowOverride off\n",
		"anna allow crypt /srv/anna /srv/anna 2000 022/022 yes\n"
		"ben allow crypt /srv/ben /srv/ben 2000 022/022 yes");
}

static void
test_limits_by_address_are_told_as_networks(void **state)
{
	struct fixture *f = *state;
	assert_logins(f,
		"<Limit LOGIN>\nOrder deny,allow\nDeny from 10.1.0.0/16\nAllow from 10.0.0.0/8\n"
		"AllowUser ben\n</Limit>\n",
		"anna allow crypt / /srv/anna 2000 022/022 yes 10.0.0.0/8\n"
		"ben allow crypt / /srv/ben 2000 022/022 yes !10.1.0.0/16");
}

static void
test_limits_by_host_name_are_not_known(void **state)
{
	struct fixture *f = *state;
	assert_logins(f, "<Limit LOGIN>\nAllow from .example.com\nDenyUser anna\n</Limit>\n",
		"anna unknown crypt / /srv/anna 2000 022/022 yes\n"
		"ben allow crypt / /srv/ben 2000 022/022 yes");
	assert_logins(f, "<Limit LOGIN>\nDeny from host.example.com\nAllowUser ben\n</Limit>\n",
		"anna unknown crypt / /srv/anna 2000 022/022 yes\n"
		"ben allow crypt / /srv/ben 2000 022/022 yes");
}

static void
test_server_that_is_shut_refuses_everybody(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/etc/shutmsg", "");
	assert_logins(f, "", "anna deny: server-down\nben deny: server-down");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, judge_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_jail_is_the_first_line_whose_groups_all_fit),
		CASE(test_jail_may_be_a_link_unless_that_is_forbidden),
		CASE(test_home_that_is_missing_refuses_or_is_made),
		CASE(test_alias_is_a_login_of_its_own),
		CASE(test_anonymous_has_its_own_jail_group_and_password),
		CASE(test_condition_on_the_user_changes_rights_not_the_jail),
		CASE(test_access_file_changes_rights_of_its_directory),
		CASE(test_limits_by_address_are_told_as_networks),
		CASE(test_limits_by_host_name_are_not_known),
		CASE(test_server_that_is_shut_refuses_everybody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
