/*
 * test_ldap_configuring.c - what is wrong with the configuration of a directory is found without a
 * server, and told at the key that says so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "importers/ldap/configuring.h"
#include "importers/ldap/filter.h"
#include "importers/ldap/options.h"
#include "said_fixture.h"

/* ---- filters: RFC 4515, section 4, and what is none ---- */

static void
test_filters_of_the_rfc_are_filters(void **state)
{
	(void)state;
	static const char *const filters[] = {
		"(cn=Babs Jensen)",
		"(!(cn=Tim Howes))",
		"(&(objectClass=Person)(|(sn=Jensen)(cn=Babs J*)))",
		"(o=univ*of*mich*)",
		"(seeAlso=)",
		"(cn:caseExactMatch:=Fred Flintstone)",
		"(cn:=Betty Rubble)",
		"(sn:dn:2.4.6.8.10:=Barney Rubble)",
		"(:1.2.3:=Wilma Flintstone)",
		"(:DN:2.4.6.8.10:=Dino)",
		"(o=Parens R Us \\28for all your parenthetical needs\\29)",
		"(cn=*\\2A*)",
		"(filename=C:\\5cMyFile)",
		"(bin=\\00\\00\\00\\04)",
		"(sn=Lu\\c4\\8di\\c4\\87)",
		"(uidNumber>=1000)",
		"(memberOf:1.2.840.113556.1.4.1941:=cn=sftp,dc=example,dc=org)",
		"(&)",
		"( & (a=b) (c~=d) )",
		"uid=anna",
	};
	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		const char *fault = filter_fault(filters[i]);
		if (fault)
			fail_msg("%s: %s", filters[i], fault);
	}
}

static void
test_what_is_no_filter_is_told(void **state)
{
	(void)state;
	static const char unclosed[] = "a parenthesis is not closed";
	static const struct {
		const char *filter, *fault;
	} cases[] = {
		{ "", "it is empty" },
		{ " ", "it is empty" },
		{ "(", "a comparison begins with the name of an attribute" },
		{ "(uid=anna", unclosed },
		{ "(&(uid=anna)", unclosed },
		{ "(uid=anna))", "something stands behind its last parenthesis" },
		{ "(uid=anna)(uid=bert)", "something stands behind its last parenthesis" },
		{ "(!(a=b)(c=d))", "! takes one filter in parentheses" },
		{ "(!)", "! takes one filter in parentheses" },
		{ "(&(a=b)c=d)", "a parenthesis is missing, or one is too many" },
		{ "(=x)", "a comparison begins with the name of an attribute" },
		{ "(uid)", "behind an attribute stands =, >=, <= or ~=" },
		{ "(uid>1)", "behind an attribute stands =, >=, <= or ~=" },
		{ "(cn=a(b)", "a parenthesis in a value is written \\28 or \\29" },
		{ "(cn=a\\b)", "a backslash needs two hexadecimal digits, such as \\2a for *" },
		{ "(cn=a\\2", "a backslash needs two hexadecimal digits, such as \\2a for *" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *fault = filter_fault(cases[i].filter);
		if (!fault || strcmp(fault, cases[i].fault) != 0)
			fail_msg("%s: %s", cases[i].filter, fault ? fault : "no fault");
	}
}

static void
test_a_filter_without_end_of_nesting_is_refused(void **state)
{
	(void)state;
	static char deep[200001];
	memset(deep, '(', sizeof(deep) - 1);
	for (size_t i = 1; i < sizeof(deep) - 1; i += 2)
		deep[i] = '!';
	assert_string_equal(filter_fault(deep), "it is nested too deeply");
}

/* ---- check ---- */

static struct place
place_of(void *ctx, const char *option)
{
	(void)ctx;
	return at(option ? option : "location", 1);
}

static const char *
checked(struct fixture *fixture, const char *location, struct ldap_config changes)
{
	struct ldap_config config;
	struct importer_check check = { NULL, place_of, &fixture->arena, &fixture->diags };
	struct source source = { .name = "hr", .location = location };
	fixture_clear(fixture);
	option_defaults(ldap_options, &config, &fixture->arena);
	config.base = changes.base;
	config.filter = changes.filter;
	config.groups_filter = changes.groups_filter;
	config.bind_dn = changes.bind_dn;
	config.password_file = changes.password_file;
	config.ca_file = changes.ca_file;
	config.cert_file = changes.cert_file;
	bool good = ldap_check(&config, &source, &check);
	assert_int_equal(good, fixture->diags.errors == 0);
	return said(fixture);
}

static void
test_check_tells_each_fault_at_its_key(void **state)
{
	struct fixture *fixture = *state;
	struct ldap_config good = { .base = "dc=example,dc=org" };
	assert_string_equal(checked(fixture, "ldaps://ldap.example.org", good), "");
	assert_string_equal(checked(fixture, "http://ldap.example.org", good),
		"location:1: error: http://ldap.example.org: no URI of a directory server | Write "
		"ldaps://HOST, ldap://HOST:PORT or ldapi://%2Fpath%2Fof%2Fsocket; the base is an "
		"option.\n");
	assert_string_equal(checked(fixture, "ldaps://ldap.example.org",
				    (struct ldap_config){ .filter = "(uid=*" }),
		"base:1: error: base is not set | Say where people are, such as base: "
		"ou=people,dc=example,dc=org.\n"
		"filter:1: error: '(uid=*' is no search filter: a parenthesis is not closed | "
		"Write "
		"it like (&(objectClass=person)(!(mail=*@example.org))).\n");
	good.ca_file = "/nowhere/ca.pem";
	assert_string_equal(checked(fixture, "ldaps://a.example.org ldaps://b.example.org", good),
		"location:1: error: ldaps://a.example.org: option 'ca_file': cannot read "
		"'/nowhere/ca.pem': No such file or directory\n"
		"location:1: error: ldaps://b.example.org: option 'ca_file': cannot read "
		"'/nowhere/ca.pem': No such file or directory\n");
}

static const char *
password_file(struct fixture *fixture, const char *directory, const char *text, mode_t mode)
{
	const char *path = arena_printf(&fixture->arena, "%s/password", directory);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

static void
test_check_looks_at_the_password_file(void **state)
{
	struct fixture *fixture = *state;
	char directory[] = "/tmp/test_ldap_configuring.XXXXXX";
	assert_non_null(mkdtemp(directory));
	struct ldap_config config = { .base = "dc=example,dc=org",
		.bind_dn = "cn=rehome,dc=example,dc=org" };
	config.password_file = password_file(fixture, directory, "secret\n", 0600);
	assert_string_equal(checked(fixture, "ldaps://ldap.example.org", config), "");

	password_file(fixture, directory, "secret\n", 0644);
	const char *text = checked(fixture, "ldaps://ldap.example.org", config);
	const char *expected = arena_printf(&fixture->arena,
		"password_file:1: error: %s: mode 0644 lets others read it, or run it | Run: chmod "
		"0600 "
		"%s\n",
		config.password_file, config.password_file);
	assert_string_equal(text, expected);

	password_file(fixture, directory, "", 0600);
	text = checked(fixture, "ldaps://ldap.example.org", config);
	assert_int_equal(strncmp(text, "password_file:1: error: ", 24), 0);
	assert_int_equal(fixture->diags.errors, 1);

	assert_int_equal(unlink(config.password_file), 0);
	text = checked(fixture, "ldaps://ldap.example.org", config);
	assert_non_null(strstr(text, "/password: is not there"));
	assert_int_equal(rmdir(directory), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filters_of_the_rfc_are_filters),
		cmocka_unit_test(test_what_is_no_filter_is_told),
		cmocka_unit_test(test_a_filter_without_end_of_nesting_is_refused),
		fixture_test(test_check_tells_each_fault_at_its_key),
		fixture_test(test_check_looks_at_the_password_file),
	};
	return cmocka_run_group_tests_name("ldap_configuring", tests, NULL, NULL);
}
