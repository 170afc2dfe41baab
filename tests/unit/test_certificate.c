/*
 * What a server's certificate says of itself. The certificates are openssl's, and inputs of the
 * fuzzer too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "importers/ldap/certificate.h"

#include "diag_fixture.h"

static struct bytes
sample(struct fixture *fixture, const char *name)
{
	char content[4096];
	FILE *file = fopen(
		arena_printf(&fixture->arena, SOURCE_ROOT "/tests/fuzz/corpus-directory/%s", name),
		"r");
	assert_non_null(file);
	size_t size = fread(content, 1, sizeof(content), file);
	fclose(file);
	return (struct bytes){ arena_copy(&fixture->arena, content, size), size };
}

static void
test_certificate_names_its_holder_its_authority_and_its_time(void **state)
{
	struct fixture *fixture = *state;
	struct certificate certificate;
	assert_true(
		certificate_read(sample(fixture, "certificate"), &fixture->arena, &certificate));
	assert_string_equal(certificate.subject, "localhost");
	assert_string_equal(certificate.issuer, "ca of test");
	assert_string_equal(certificate.from, "20261128195340Z");
	assert_string_equal(certificate.until, "20261130195340Z");
	assert_int_equal(certificate.names.count, 2);
	assert_string_equal(certificate.names.items[0], "localhost");
	assert_string_equal(certificate.names.items[1], "127.0.0.1");
}

static void
test_certificate_without_names_has_its_subject(void **state)
{
	struct fixture *fixture = *state;
	struct certificate certificate;
	assert_true(certificate_read(
		sample(fixture, "certificate-of-an-authority"), &fixture->arena, &certificate));
	assert_int_equal(certificate.names.count, 0);
	assert_string_equal(certificate.subject, "ca of test");
	assert_true(certificate_is_for(&certificate, "CA of test"));
	assert_false(certificate_is_for(&certificate, "localhost"));
}

static void
test_certificate_of_a_domain_is_for_one_label(void **state)
{
	struct fixture *fixture = *state;
	struct certificate certificate = { .subject = "ldap.example.net", .issuer = "" };
	string_list_push(&fixture->arena, &certificate.names, "*.example.org");
	assert_true(certificate_is_for(&certificate, "ldap.Example.org"));
	assert_false(certificate_is_for(&certificate, "example.org"));
	assert_false(certificate_is_for(&certificate, "a.b.example.org"));
	assert_false(certificate_is_for(&certificate, "ldap.example.net"));
}

static void
test_certificate_that_is_cut_is_none(void **state)
{
	struct fixture *fixture = *state;
	struct bytes whole = sample(fixture, "certificate");
	struct certificate certificate;
	for (size_t size = 0; size < whole.size; size++)
		assert_false(certificate_read(
			(struct bytes){ whole.data, size }, &fixture->arena, &certificate));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_certificate_names_its_holder_its_authority_and_its_time),
		fixture_test(test_certificate_without_names_has_its_subject),
		fixture_test(test_certificate_of_a_domain_is_for_one_label),
		fixture_test(test_certificate_that_is_cut_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
