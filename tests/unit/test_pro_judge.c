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

/* "anna allow crypt JAIL CWD GID UMASK/DIRS WRITE FROM by-name" or "anna deny: CODE". */
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
	if (login->from_names) {
		assert_int_equal(old_login_claim(login), OLD_UNKNOWN);
		buffer_add_text(out, " by-name");
	}
	return true;
}

/* "anna unknown @FILE:LINE CODE ...", the codes of all notes. */
static bool
on_notes(void *ctx, const struct old_login *login)
{
	struct told *told = ctx;
	struct buffer *out = &told->text;

	buffer_printf(out, "%s%s %s @%s:%u", out->size ? "\n" : "", login->user,
		old_verdict_name(login->login), login->where.file, login->where.line);
	ARRAY_FOREACH (note, &login->notes)
		buffer_printf(out, " %s:%u", note->code, note->place.line);
	return true;
}

static const char *
read_logins(struct fixture *f, const char *conf, bool (*take)(void *, const struct old_login *))
{
	AUTO_BUFFER struct buffer text = { 0 };
	struct told told = { .f = f };
	struct sink sink = { .ctx = &told, .old_login = take, .diags = &f->diags };
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
	assert_string_equal(read_logins(f, conf, on_login), expected);
}

/* The first line of conf is the fourth of the file. */
static void
assert_notes(struct fixture *f, const char *conf, const char *expected)
{
	assert_string_equal(read_logins(f, conf, on_notes), expected);
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
test_limits_by_host_name_are_limits_that_are_not_known(void **state)
{
	struct fixture *f = *state;
	assert_logins(f, "<Limit LOGIN>\nAllow from .example.com\nDenyUser anna\n</Limit>\n",
		"anna allow crypt / /srv/anna 2000 022/022 yes by-name\n"
		"ben allow crypt / /srv/ben 2000 022/022 yes");
	assert_logins(f, "<Limit LOGIN>\nDeny from host.example.com\nAllowUser ben\n</Limit>\n",
		"anna allow crypt / /srv/anna 2000 022/022 yes by-name\n"
		"ben allow crypt / /srv/ben 2000 022/022 yes");
}

static void
test_server_that_is_shut_refuses_everybody(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/etc/shutmsg", "");
	assert_logins(f, "", "anna deny: server-down\nben deny: server-down");
}

#define CONF "/etc/proftpd/proftpd.conf"
#define BOTH_ALLOWED "anna allow @/etc/users:1\nben allow @/etc/users:2"
#define NOTED(note) "anna allow @/etc/users:1" note "\nben allow @/etc/users:2" note

static void
make_module(struct fixture *f, const char *name)
{
	make_file(f, arena_printf(&f->arena, "/usr/lib/proftpd/mod_%s.so", name), "");
}

static void
test_module_that_refuses_by_what_is_not_evaluated_makes_unknown(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *module, *engine, *rule, *code;
	} gates[] = {
		{ "wrap2", "WrapEngine", "WrapTables file:/a file:/b", "wrap-tables" },
		{ "wrap2", "WrapEngine", "WrapUserTables * file:/a file:/b", "wrap-tables" },
		{ "wrap2", "WrapEngine", "WrapGroupTables * file:/a file:/b", "wrap-tables" },
		{ "geoip", "GeoIPEngine", "GeoIPDenyFilter CountryCode CN", "geoip" },
		{ "geoip", "GeoIPEngine", "GeoIPPolicy deny,allow", "geoip" },
		{ "dnsbl", "DNSBLEngine", "DNSBLDomain bl.example.org", "dnsbl" },
	};
	for (size_t i = 0; i < ARRAY_LEN(gates); i++) {
		const char *code = gates[i].code;
		make_module(f, gates[i].module);
		const char *load = arena_printf(
			&f->arena, "LoadModule mod_%s.c\n%s ", gates[i].module, gates[i].engine);
		assert_notes(f, arena_printf(&f->arena, "%son\n%s\n", load, gates[i].rule),
			arena_printf(&f->arena,
				"anna unknown @" CONF ":6 %s:6\nben unknown @" CONF ":6 %s:6", code,
				code));
		assert_notes(f, arena_printf(&f->arena, "%soff\n%s\n", load, gates[i].rule),
			BOTH_ALLOWED);
		assert_notes(f, arena_printf(&f->arena, "%son\n", load), BOTH_ALLOWED);
	}
}

static void
test_module_makes_nothing_of_a_login_that_is_refused_anyway(void **state)
{
	struct fixture *f = *state;
	make_module(f, "wrap2");
	assert_notes(f,
		"LoadModule mod_wrap2.c\nWrapEngine on\nWrapTables file:/a file:/b\n"
		"<Limit LOGIN>\nDenyUser ben\n</Limit>\n",
		"anna unknown @" CONF ":6 wrap-tables:6\nben deny @" CONF ":7 limit-login:7");
}

static void
test_module_without_an_engine_counts_when_it_has_files(void **state)
{
	struct fixture *f = *state;
	make_module(f, "wrap");
	assert_notes(f, "LoadModule mod_wrap.c\n", BOTH_ALLOWED);
	assert_notes(f, "LoadModule mod_wrap.c\nTCPAccessFiles /a /b\n",
		"anna unknown @" CONF ":5 wrap-tables:5\nben unknown @" CONF ":5 wrap-tables:5");
}

static void
test_bans_and_virtual_jails_are_told(void **state)
{
	struct fixture *f = *state;
	make_module(f, "ban");
	make_module(f, "vroot");
	assert_notes(
		f, "LoadModule mod_ban.c\nBanEngine on\nBanTable /run/ban\n", NOTED(" bans:6"));
	assert_notes(f, "LoadModule mod_vroot.c\nVRootEngine on\nDefaultRoot ~ blue\n",
		"anna allow @/etc/users:1 virtual-jail:5\nben allow @/etc/users:2");
	assert_logins(f, "LoadModule mod_vroot.c\nVRootEngine on\nDefaultRoot ~ blue\n",
		"anna allow crypt / /srv/anna 2000 022/022 yes\n"
		"ben allow crypt / /srv/ben 2000 022/022 yes");
	assert_notes(f, "LoadModule mod_vroot.c\nVRootEngine off\nDefaultRoot ~\n", BOTH_ALLOWED);
}

static void
test_tls_that_was_required_for_logins_is_told(void **state)
{
	struct fixture *f = *state;
	static const char *const words[] = { "on", "ctrl", "auth", "auth+data", "ctrl+!data",
		"control", "both" };
	static const char *const others[] = { "off", "data", "!data" };
	make_module(f, "tls");
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		assert_notes(f,
			arena_printf(&f->arena,
				"LoadModule mod_tls.c\nTLSEngine on\nTLSRequired %s\n", words[i]),
			NOTED(" tls-required:6"));
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_notes(f,
			arena_printf(&f->arena,
				"LoadModule mod_tls.c\nTLSEngine on\nTLSRequired %s\n", others[i]),
			BOTH_ALLOWED);
	assert_notes(f, "LoadModule mod_tls.c\nTLSRequired on\n", BOTH_ALLOWED);
}

#define REWRITE "LoadModule mod_rewrite.c\nRewriteEngine on\n"

static void
test_rule_that_rewrites_names_makes_those_unknown(void **state)
{
	struct fixture *f = *state;
	make_module(f, "rewrite");
	assert_notes(f, REWRITE "RewriteRule ^anna$ ben\n",
		"anna unknown @" CONF ":6 rewritten:6\n"
		"ben allow @/etc/users:2 rewrite-rules:6");
	assert_notes(f, REWRITE "RewriteRule !^anna$ anna\n",
		"anna allow @/etc/users:1 rewrite-rules:6\n"
		"ben unknown @" CONF ":6 rewritten:6");
	/* A refused one may become another. */
	assert_notes(f, REWRITE "RewriteRule ^ben$ anna\n<Limit LOGIN>\nDenyUser ben\n</Limit>\n",
		"anna allow @/etc/users:1 rewrite-rules:6\n"
		"ben unknown @" CONF ":6 limit-login:7 rewritten:6");
	assert_notes(f, "LoadModule mod_rewrite.c\nRewriteEngine off\nRewriteRule ^anna$ ben\n",
		BOTH_ALLOWED);
}

static void
test_condition_on_the_command_is_for_the_next_rule_alone(void **state)
{
	struct fixture *f = *state;
	make_module(f, "rewrite");
	assert_notes(f, REWRITE "RewriteCondition %m ^STOR$\nRewriteRule .* x\n",
		NOTED(" rewrite-rules:7"));
	assert_notes(f, REWRITE "RewriteCondition %m ^STOR$ [OR]\nRewriteRule ^anna$ x\n",
		"anna unknown @" CONF ":7 rewritten:7\n"
		"ben allow @/etc/users:2 rewrite-rules:7");
	assert_notes(f,
		REWRITE "RewriteCondition %m ^STOR$\nRewriteRule .* x\nRewriteRule ^ben$ x\n",
		"anna allow @/etc/users:1 rewrite-rules:7\nben unknown @" CONF ":8 rewritten:8");
	assert_notes(f, REWRITE "RewriteCondition %m =USER\nRewriteRule ^anna$ x\n",
		"anna unknown @" CONF ":7 rewritten:7\n"
		"ben allow @/etc/users:2 rewrite-rules:7");
	assert_notes(f, REWRITE "RewriteCondition %m PASS\nRewriteRule ^x$ y\n",
		"anna unknown @" CONF ":7 rewritten:7\nben unknown @" CONF ":7 rewritten:7");
}

static void
test_rule_that_rewrites_homes_counts_with_rewrite_home(void **state)
{
	struct fixture *f = *state;
	make_module(f, "rewrite");
	assert_notes(f, REWRITE "RewriteHome on\nRewriteRule ^/srv/anna$ /srv/ben\n",
		"anna unknown @" CONF ":7 rewritten:7\n"
		"ben allow @/etc/users:2 rewrite-rules:7");
	assert_notes(f, REWRITE "RewriteRule ^/srv/anna$ /srv/ben\n", NOTED(" rewrite-rules:6"));
}

static void
test_words_beside_on_and_off_keep_no_server_down(void **state)
{
	struct fixture *f = *state;
	static const char *const lines[] = { "WtmpLog NONE", "AllowForeignAddress partners",
		"TLSVerifyClient optional", "TLSStaplingCache shm:/file=/run/x" };
	static const char *const faults[] = { "WtmpLog bogus", "TLSVerifyClient bogus",
		"TLSRequired CTRL" };
	make_module(f, "tls");
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		assert_notes(f, arena_printf(&f->arena, "LoadModule mod_tls.c\n%s\n", lines[i]),
			BOTH_ALLOWED);
	for (size_t i = 0; i < ARRAY_LEN(faults); i++)
		assert_notes(f, arena_printf(&f->arena, "LoadModule mod_tls.c\n%s\n", faults[i]),
			"anna deny @" CONF ":5 server-down:5\nben deny @" CONF ":5 server-down:5");
	make_module(f, "rewrite");
	assert_notes(f, "LoadModule mod_rewrite.c\nRewriteRule ( x\n",
		"anna deny @" CONF ":5 server-down:5\nben deny @" CONF ":5 server-down:5");
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
		CASE(test_limits_by_host_name_are_limits_that_are_not_known),
		CASE(test_server_that_is_shut_refuses_everybody),
		CASE(test_module_that_refuses_by_what_is_not_evaluated_makes_unknown),
		CASE(test_module_makes_nothing_of_a_login_that_is_refused_anyway),
		CASE(test_module_without_an_engine_counts_when_it_has_files),
		CASE(test_bans_and_virtual_jails_are_told),
		CASE(test_tls_that_was_required_for_logins_is_told),
		CASE(test_rule_that_rewrites_names_makes_those_unknown),
		CASE(test_condition_on_the_command_is_for_the_next_rule_alone),
		CASE(test_words_beside_on_and_off_keep_no_server_down),
		CASE(test_rule_that_rewrites_homes_counts_with_rewrite_home),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
