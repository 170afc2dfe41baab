/*
 * When a listing counts as whole: never while anything is doubtful, and nothing makes it endless.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/model/option.h"
#include "importers/ldap/directory.h"
#include "importers/ldap/options.h"

#include "diag_fixture.h"
#include "fake_directory.h"

struct listed {
	size_t entries;
	bool opened, listed;
	struct directory_listing listing;
	size_t stop_after; /* 0 = never */
};

static bool
count_entry(void *ctx, const struct directory_entry *entry)
{
	struct listed *listed = ctx;
	const struct directory_attribute *cn = directory_entry_find(entry, "CN");
	assert_non_null(cn);
	assert_int_equal(cn->values.count, 2);
	assert_memory_equal(cn->values.items[1].data, "two", 3);
	listed->entries++;
	return listed->entries != listed->stop_after;
}

static struct listed
list_with(struct fixture *fixture, struct fake_directory *fake, struct ldap_config *config,
	size_t stop_after)
{
	struct listed listed = { .stop_after = stop_after };
	struct string_list attributes = { 0 };
	struct directory *directory = NULL;
	struct directory_search search = {
		.base = "dc=x",
		.scope = DIRECTORY_SUBTREE,
		.filter = "(objectClass=*)",
		.attributes = &attributes,
		.entry = count_entry,
		.ctx = &listed,
	};
	fake_start(fake);
	listed.opened =
		directory_open(config, fake->uri, &fixture->arena, &directory, &fixture->diags);
	if (listed.opened)
		listed.listed =
			directory_list(directory, &search, &listed.listing, &fixture->diags);
	directory_close(directory);
	fake_stop(fake);
	return listed;
}

static struct ldap_config
plain_config(struct fixture *fixture)
{
	struct ldap_config config = { 0 };
	option_defaults(ldap_options, &config, &fixture->arena);
	config.starttls = false;
	config.search_timeout = 1;
	return config;
}

static struct listed
list(struct fixture *fixture, const struct fake_page *pages, size_t count)
{
	struct fake_directory fake = { .pages = pages, .count = count };
	struct ldap_config config = plain_config(fixture);
	return list_with(fixture, &fake, &config, 0);
}

#define LIST(fixture, ...)                                                                         \
	list(fixture, (const struct fake_page[]){ __VA_ARGS__ },                                   \
		sizeof((const struct fake_page[]){ __VA_ARGS__ }) / sizeof(struct fake_page))

static void
assert_complete(const struct listed *listed, size_t entries, size_t pages)
{
	assert_true(listed->listed);
	if (listed->listing.why)
		print_error("unexpected: %s\n", listed->listing.why);
	assert_true(listed->listing.complete);
	assert_null(listed->listing.why);
	assert_int_equal(listed->entries, entries);
	assert_int_equal(listed->listing.entries, entries);
	assert_int_equal(listed->listing.pages, pages);
}

static void
assert_cut(const struct listed *listed, size_t entries, const char *why)
{
	assert_true(listed->listed);
	assert_false(listed->listing.complete);
	assert_string_equal(listed->listing.why, why);
	assert_int_equal(listed->entries, entries);
}

/* ---- whole ---- */

static void
test_directory_is_complete_after_its_last_page(void **state)
{
	struct listed listed = LIST(*state, { .first = 1, .entries = 3, .cookie = "a" },
		{ .first = 4, .entries = 2, .cookie = "b" }, { .cookie = "" });
	assert_complete(&listed, 5, 3);
	assert_no_diags((struct fixture *)*state);
}

static void
test_directory_without_anybody_is_complete(void **state)
{
	struct listed listed = LIST(*state, { .cookie = "" });
	assert_complete(&listed, 0, 1);
}

static void
test_directory_may_send_empty_pages_in_between(void **state)
{
	struct listed listed = LIST(*state, { .cookie = "a" }, { .cookie = "b" },
		{ .first = 1, .entries = 1, .cookie = "b" }, { .first = 2, .entries = 1 });
	assert_complete(&listed, 2, 4);
}

static void
test_directory_that_hides_its_root_is_listed_all_the_same(void **state)
{
	const struct fake_page pages[] = { { .first = 1, .entries = 2, .cookie = "" } };
	struct fake_directory fake = { .pages = pages, .count = 1, .hides_root = true };
	struct ldap_config config = plain_config(*state);
	struct listed listed = list_with(*state, &fake, &config, 0);
	assert_complete(&listed, 2, 1);
	assert_int_equal(fake.unpaged, 0);
}

/* ---- cut short ---- */

static void
test_directory_is_incomplete_after_a_limit(void **state)
{
	struct listed listed = LIST(*state, { .first = 1, .entries = 3, .cookie = "a" },
		{ .first = 4, .entries = 1, .code = LDAP_SIZELIMIT_EXCEEDED });
	assert_cut(&listed, 4, "size limit exceeded (LDAP result 4) after 4 entries");

	listed = LIST(*state, { .code = LDAP_TIMELIMIT_EXCEEDED });
	assert_cut(&listed, 0, "time limit exceeded (LDAP result 3) after 0 entries");

	listed = LIST(*state,
		{ .first = 1, .entries = 1, .code = LDAP_ADMINLIMIT_EXCEEDED, .text = "too many" });
	assert_cut(&listed, 1,
		"administrative limit exceeded (LDAP result 11): too many after 1 entry");
}

static void
test_directory_is_incomplete_when_the_connection_ends(void **state)
{
	struct listed listed = LIST(*state, { .first = 1, .entries = 3, .oddity = FAKE_CLOSES });
	assert_cut(
		&listed, 3, "can't contact LDAP server: the connection was lost after 3 entries");
}

static void
test_directory_is_incomplete_when_the_server_falls_silent(void **state)
{
	struct listed listed = LIST(*state, { .first = 1, .entries = 2, .oddity = FAKE_HANGS });
	assert_cut(&listed, 2, "timed out after 2 entries");
	listed = LIST(*state, { .first = 1, .entries = 2, .oddity = FAKE_HALF });
	assert_cut(&listed, 2, "timed out after 2 entries");
}

static void
test_directory_is_incomplete_after_bytes_that_are_no_message(void **state)
{
	struct listed listed = LIST(*state, { .first = 1, .entries = 2, .oddity = FAKE_GARBAGE });
	assert_cut(
		&listed, 2, "can't contact LDAP server: the connection was lost after 2 entries");
	/* No memory is given for it, and nobody waits for the rest. */
	listed = LIST(*state, { .first = 1, .entries = 2, .oddity = FAKE_HUGE });
	assert_cut(
		&listed, 2, "can't contact LDAP server: the connection was lost after 2 entries");
}

static void
test_directory_is_incomplete_when_the_place_in_the_pages_is_lost(void **state)
{
	struct listed listed =
		LIST(*state, { .first = 1, .entries = 2, .oddity = FAKE_NO_CONTROL });
	assert_cut(&listed, 2, "the server did not say whether more pages follow after 2 entries");

	listed = LIST(*state, { .first = 1, .entries = 2, .oddity = FAKE_BAD_COOKIE });
	assert_cut(&listed, 2, "the server's place in the pages cannot be read after 2 entries");
}

static void
test_directory_that_goes_in_circles_is_left(void **state)
{
	static const char circles[] = "the server's pages go round in circles after %s";
	char why[80];
	/* The same nothing. */
	struct listed listed =
		LIST(*state, { .first = 1, .entries = 1, .cookie = "a" }, { .cookie = "a" });
	snprintf(why, sizeof(why), circles, "1 entry");
	assert_cut(&listed, 1, why);
	/* Ever the same page. */
	listed = LIST(*state, { .first = 1, .entries = 2, .cookie = "a" });
	snprintf(why, sizeof(why), circles, "4 entries");
	assert_cut(&listed, 4, why);
	/* From the beginning again. */
	listed = LIST(*state, { .first = 1, .entries = 1, .cookie = "a" },
		{ .first = 2, .entries = 1, .cookie = "b" },
		{ .first = 1, .entries = 1, .cookie = "c" });
	snprintf(why, sizeof(why), circles, "3 entries");
	assert_cut(&listed, 3, why);
}

static void
test_directory_listing_can_be_stopped(void **state)
{
	const struct fake_page pages[] = { { .first = 1, .entries = 9, .cookie = "" } };
	struct fake_directory fake = { .pages = pages, .count = 1 };
	struct ldap_config config = plain_config(*state);
	struct listed listed = list_with(*state, &fake, &config, 4);
	assert_cut(&listed, 4, "stopped after 4 entries");
}

static void
test_directory_size_limit_counts_only_what_is_beyond(void **state)
{
	const struct fake_page pages[] = { { .first = 1, .entries = 3, .cookie = "" } };
	struct fake_directory fake = { .pages = pages, .count = 1 };
	struct ldap_config config = plain_config(*state);
	config.size_limit = 3;
	struct listed listed = list_with(*state, &fake, &config, 0);
	assert_complete(&listed, 3, 1);

	fake = (struct fake_directory){ .pages = pages, .count = 1 };
	config.size_limit = 2;
	listed = list_with(*state, &fake, &config, 0);
	assert_cut(&listed, 2, "the configured size_limit was reached after 2 entries");
}

/* ---- with holes ---- */

static void
test_directory_is_incomplete_when_an_entry_cannot_be_read(void **state)
{
	struct listed listed = LIST(*state, { .first = 1, .entries = 2, .oddity = FAKE_BAD_ENTRY });
	assert_cut(&listed, 2, "1 entry could not be read, the first at uid=odd,dc=x");

	listed = LIST(*state, { .first = 1, .entries = 2, .oddity = FAKE_NUL_IN_TYPE });
	assert_cut(&listed, 2, "1 entry could not be read, the first at uid=odd");

	listed = LIST(*state, { .first = 1, .entries = 2, .oddity = FAKE_NUL_IN_DN });
	assert_cut(&listed, 2, "1 entry could not be read");
}

static const struct fake_page with_reference[] = {
	{ .first = 1, .entries = 2, .reference = "ldap://b/DC=DomainDnsZones,DC=x", .cookie = "" },
};

static void
test_directory_is_incomplete_with_references(void **state)
{
	struct fake_directory fake = { .pages = with_reference, .count = 1 };
	struct ldap_config config = plain_config(*state);
	struct listed listed = list_with(*state, &fake, &config, 0);
	assert_cut(&listed, 2,
		"1 reference to other servers, such as ldap://b/DC=DomainDnsZones,DC=x");

	fake = (struct fake_directory){ .pages = with_reference, .count = 1 };
	config.references = "ignore";
	listed = list_with(*state, &fake, &config, 0);
	assert_complete(&listed, 2, 1);
}

static void
test_directory_of_active_directory_refers_to_parts_without_people(void **state)
{
	struct fake_directory fake = { .pages = with_reference, .count = 1, .is_ad = true };
	struct ldap_config config = plain_config(*state);
	struct listed listed = list_with(*state, &fake, &config, 0);
	assert_complete(&listed, 2, 1);

	const struct fake_page child[] = {
		{ .first = 1, .entries = 2, .reference = "ldap://b/DC=eu,DC=x", .cookie = "" }
	};
	fake = (struct fake_directory){ .pages = child, .count = 1, .is_ad = true };
	listed = list_with(*state, &fake, &config, 0);
	assert_cut(&listed, 2, "1 reference to other servers, such as ldap://b/DC=eu,DC=x");
}

/* ---- without pages ---- */

static void
test_directory_without_pages_is_asked_once_and_doubted_at_round_numbers(void **state)
{
	struct fixture *fixture = *state;
	const struct fake_page pages[] = { { .first = 1, .entries = 500 } };
	struct fake_directory fake = { .pages = pages, .count = 1, .without_pages = true };
	struct ldap_config config = plain_config(fixture);
	struct listed listed = list_with(fixture, &fake, &config, 0);
	assert_complete(&listed, 500, 1);
	assert_int_equal(fake.unpaged, 1);
	fixture->place = at(fake.uri, 0);
	assert_int_equal(fixture->diags.count, 2);
	assert_diag(fixture, 0, DIAG_WARNING,
		"the server does not offer paged results: everything comes at once or is cut", "");
	assert_diag(fixture, 1, DIAG_WARNING, "exactly 500 entries came, a usual limit of servers",
		"Compare it with the directory before anybody is removed.");
}

static void
test_directory_that_refuses_the_control_is_asked_without(void **state)
{
	struct fixture *fixture = *state;
	const struct fake_page pages[] = { { .first = 1, .entries = 3 } };
	struct fake_directory fake = {
		.pages = pages, .count = 1, .without_pages = true, .hides_root = true
	};
	struct ldap_config config = plain_config(fixture);
	struct listed listed = list_with(fixture, &fake, &config, 0);
	assert_complete(&listed, 3, 1);
	assert_int_equal(fake.unpaged, 1);
	assert_int_equal(fixture->diags.count, 1);
}

/* ---- nothing at all ---- */

static void
assert_refused(
	struct fixture *fixture, int code, const char *text, const char *message, const char *hint)
{
	const struct fake_page pages[] = { { .code = code, .text = text } };
	struct fake_directory fake = { .pages = pages, .count = 1 };
	struct ldap_config config = plain_config(fixture);
	fixture_clear(fixture);
	struct listed listed = list_with(fixture, &fake, &config, 0);
	assert_false(listed.listed);
	fixture->place = at(fake.uri, 0);
	assert_only_error(fixture, message, hint);
}

static void
test_directory_that_lists_nothing_is_an_error(void **state)
{
	assert_refused(*state, LDAP_NO_SUCH_OBJECT, NULL,
		"cannot list everything below 'dc=x' (filter (objectClass=*)): no such object "
		"(LDAP "
		"result 32)",
		"Correct the base; this server has dc=real.");
	assert_refused(*state, LDAP_OPERATIONS_ERROR, "a successful bind must be completed",
		"cannot list everything below 'dc=x' (filter (objectClass=*)): operations error "
		"(LDAP result 1): a successful bind must be completed",
		"Whoever is bound must be allowed to read there: set bind_dn and password_file, or "
		"ask the directory's administrator.");
	assert_refused(*state, LDAP_REFERRAL, NULL,
		"cannot list everything below 'dc=x' (filter (objectClass=*)): referral (LDAP "
		"result 10)",
		"Referrals are not followed: name the server that has the base.");
}

static void
test_directory_without_starttls_is_refused_unless_said(void **state)
{
	struct fixture *fixture = *state;
	const struct fake_page pages[] = { { .cookie = "" } };
	struct fake_directory fake = { .pages = pages, .count = 1 };
	struct ldap_config config = plain_config(fixture);
	config.starttls = true;
	struct listed listed = list_with(fixture, &fake, &config, 0);
	assert_false(listed.opened);
	fixture->place = at(fake.uri, 0);
	assert_only_error(fixture, "cannot start TLS: protocol error (LDAP result 2)",
		"The server does not offer StartTLS: use ldaps://, or say starttls: no if this "
		"network can be trusted.");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_directory_is_complete_after_its_last_page),
		fixture_test(test_directory_without_anybody_is_complete),
		fixture_test(test_directory_may_send_empty_pages_in_between),
		fixture_test(test_directory_that_hides_its_root_is_listed_all_the_same),
		fixture_test(test_directory_is_incomplete_after_a_limit),
		fixture_test(test_directory_is_incomplete_when_the_connection_ends),
		fixture_test(test_directory_is_incomplete_when_the_server_falls_silent),
		fixture_test(test_directory_is_incomplete_after_bytes_that_are_no_message),
		fixture_test(test_directory_is_incomplete_when_the_place_in_the_pages_is_lost),
		fixture_test(test_directory_that_goes_in_circles_is_left),
		fixture_test(test_directory_listing_can_be_stopped),
		fixture_test(test_directory_size_limit_counts_only_what_is_beyond),
		fixture_test(test_directory_is_incomplete_when_an_entry_cannot_be_read),
		fixture_test(test_directory_is_incomplete_with_references),
		fixture_test(test_directory_of_active_directory_refers_to_parts_without_people),
		fixture_test(
			test_directory_without_pages_is_asked_once_and_doubted_at_round_numbers),
		fixture_test(test_directory_that_refuses_the_control_is_asked_without),
		fixture_test(test_directory_that_lists_nothing_is_an_error),
		fixture_test(test_directory_without_starttls_is_refused_unless_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
