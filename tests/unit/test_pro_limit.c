/* test_pro_limit.c - <Limit>, lists of names and addresses, and the <Directory> that counts. */
#include "tests/unit/pro_fixture.h"

#include <arpa/inet.h>

#include "importers/proftpd/limit.h"
#include "importers/proftpd/tree.h"

/* anna of the groups red and blue, ben of red, cleo of nothing that has a name. */
static const struct person {
	const char *user, *group, *other;
} people[] = { { "anna", "red", "blue" }, { "ben", "red", NULL }, { "cleo", "3000", NULL } };

static struct pro_visitor
visitor_of(struct fixture *f, const struct person *person, const char *address,
	struct pro_patterns *patterns)
{
	struct string_list *groups = ARENA_NEW(&f->arena, struct string_list);
	struct pro_visitor visitor = {
		.user = person->user, .group = person->group, .groups = groups, .patterns = patterns
	};

	if (person->other)
		string_list_push(&f->arena, groups, person->other);
	visitor.client.six = strchr(address, ':') != NULL;
	inet_pton(visitor.client.six ? AF_INET6 : AF_INET, address, visitor.client.address);
	return visitor;
}

/* Who may log in from an address: "anna ben". */
static const char *
admitted(struct fixture *f, const char *text, const char *address)
{
	const struct pro_config *config = read_config(f, text, false);
	AUTO_PRO_PATTERNS struct pro_patterns patterns = { .arena = &f->arena };
	AUTO_BUFFER struct buffer out = { 0 };

	if (!config->starts)
		return config_shown(f, config);
	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		struct pro_visitor visitor = visitor_of(f, &people[i], address, &patterns);
		struct place where = { 0 };
		unsigned found;
		visitor.class = pro_class_of(config, &visitor.client);
		if (pro_limit_login(config->servers.items[0], &visitor, &found, &where))
			buffer_printf(&out, "%s%s", out.size ? " " : "", people[i].user);
		else
			assert_int_not_equal(where.line, 0);
	}
	return arena_strdup(&f->arena, buffer_text(&out));
}

#define LOGIN(body, expected)                                                                      \
	assert_string_equal(                                                                       \
		admitted(f, "<Limit LOGIN>\n" body "</Limit>\n", "203.0.113.5"), expected)

static void
test_limit_allow_deny_lets_pass_what_nothing_names(void **state)
{
	struct fixture *f = *state;
	LOGIN("DenyUser anna\n", "ben cleo");
	LOGIN("AllowUser anna\nDenyUser anna,ben\n", "anna cleo");
	LOGIN("AllowUser anna\nDenyAll\n", "anna");
	LOGIN("Order allow, deny\nDenyAll\nAllowAll\n", "anna ben cleo");
}

static void
test_limit_deny_allow_refuses_what_nothing_names(void **state)
{
	struct fixture *f = *state;
	LOGIN("Order deny,allow\nAllowUser anna\n", "anna");
	LOGIN("Order DENY,allow\nAllowAll\nDenyUser ben\n", "anna cleo");
	LOGIN("Order deny, allow\nAllowUser anna\nDenyAll\n", "");
}

static void
test_limit_lists_of_users_are_or_and_of_groups_are_and(void **state)
{
	struct fixture *f = *state;
	LOGIN("DenyUser !anna,!ben\n", "");
	LOGIN("DenyUser !anna\n", "anna");
	LOGIN("AllowGroup red,blue\nDenyAll\n", "anna");
	LOGIN("AllowGroup OR red,blue\nDenyAll\n", "anna ben");
	LOGIN("AllowGroup blue\nAllowGroup 3000\nDenyAll\n", "anna cleo");
	LOGIN("AllowGroup red,!blue\nDenyAll\n", "ben");
}

static void
test_limit_and_is_a_name_and_loses_the_last_word(void **state)
{
	struct fixture *f = *state;
	LOGIN("AllowGroup AND red blue\nDenyAll\n", "");
	LOGIN("DenyUser and anna\n", "anna ben cleo");
	LOGIN("DenyUser AND !ben ben\n", "anna ben cleo");
	LOGIN("DenyUser OR anna ben\n", "cleo");
	LOGIN("DenyUser or\n", "anna ben cleo");
}

static void
test_limit_takes_regular_expressions(void **state)
{
	struct fixture *f = *state;
	LOGIN("AllowUser regex ^(anna|cle.)$\nDenyAll\n", "anna cleo");
	LOGIN("DenyGroup REGEX ^bl\n", "ben cleo");
}

static void
test_limit_login_blocks_are_anded(void **state)
{
	struct fixture *f = *state;
	assert_string_equal(admitted(f,
				    "<Limit LOGIN>\nAllowUser anna,ben\nDenyAll\n</Limit>\n"
				    "<Limit SITE,login>\nDenyUser ben\n</Limit>\n"
				    "<Limit ALL>\nDenyAll\n</Limit>\n",
				    "203.0.113.5"),
		"anna");
}

static void
test_limit_takes_networks_and_single_addresses(void **state)
{
	struct fixture *f = *state;
	const char *text = "<Limit LOGIN>\nAllow from 10.0.0.0/8 192.168.,!10.1.*\nAllow fd00::/8\n"
			   "DenyAll\n</Limit>\n";
	assert_string_equal(admitted(f, text, "10.2.3.4"), "anna ben cleo");
	assert_string_equal(admitted(f, text, "10.1.3.4"), "");
	assert_string_equal(admitted(f, text, "192.168.7.1"), "anna ben cleo");
	assert_string_equal(admitted(f, text, "192.169.7.1"), "");
	assert_string_equal(admitted(f, text, "fd12::1"), "anna ben cleo");
	text = "<Limit LOGIN>\nDeny from none\nAllow none\nOrder deny,allow\n</Limit>\n";
	assert_string_equal(admitted(f, text, "10.2.3.4"), "");
}

static void
test_limit_takes_the_first_class_that_fits(void **state)
{
	struct fixture *f = *state;
	const char *text = "<Class near>\nFrom 10.0.0.0/8\n</Class>\n"
			   "<Class all>\nFrom 0.0.0.0/0\n</Class>\n"
			   "<Class never>\nSatisfy all\nFrom 10.0.0.0/8 !10.1.0.0/16\n</Class>\n"
			   "<Limit LOGIN>\nAllowClass near\nDenyClass all\n</Limit>\n";
	assert_string_equal(admitted(f, text, "10.2.3.4"), "anna ben cleo");
	assert_string_equal(admitted(f, text, "11.2.3.4"), "");
}

/* Clients that have to be told apart: "- 10.0.0.0/8=10.128.0.0". */
static const char *
clients_shown(struct fixture *f, const char *text)
{
	const struct pro_config *config = read_config(f, text, false);
	AUTO_BUFFER struct buffer out = { 0 };
	struct pro_clients clients;
	char address[INET6_ADDRSTRLEN];

	pro_clients_find(config, config->servers.items[0], &f->arena, &clients);
	for (size_t i = 0; i < clients.count; i++) {
		inet_ntop(clients.items[i].six ? AF_INET6 : AF_INET, clients.items[i].address,
			address, sizeof(address));
		buffer_printf(&out, "%s%s=%s", i ? " " : "", clients.networks.items[i], address);
	}
	return arena_printf(&f->arena, "%s%s", buffer_text(&out), clients.names ? " names" : "");
}

static void
test_clients_are_one_for_each_network_and_one_for_the_rest(void **state)
{
	struct fixture *f = *state;
	assert_string_equal(clients_shown(f, "Umask 022\n"), "=203.0.113.77");
	assert_string_equal(clients_shown(f,
				    "<Limit LOGIN>\nAllow 10.0.0.0/8 203.0.113.0/24 ::1\n"
				    "Deny 10.0.0.0/16 .example.com\n</Limit>\n"),
		"=198.51.100.77 10.0.0.0/8=10.128.0.0 203.0.113.0/24=203.0.113.0 ::1=::1 "
		"10.0.0.0/16=10.0.0.0 names");
}

/* Which of STOR, MKD and DELE anna has in a directory. */
static void
assert_rights(struct fixture *f, const char *path, const char *text, const char *expected)
{
	static const char *const commands[] = { "STOR", "MKD", "DELE" };
	const struct pro_config *config = read_config(f, text, false);
	const struct pro_section *server = config->servers.items[0];
	AUTO_PRO_PATTERNS struct pro_patterns patterns = { .arena = &f->arena };
	struct pro_visitor visitor = visitor_of(f, &people[0], "203.0.113.5", &patterns);
	AUTO_BUFFER struct buffer out = { 0 };
	struct place where = { 0 };

	for (size_t i = 0; i < 3; i++)
		if (pro_limit_command(server, pro_tree_match(server, NULL, path, &f->arena),
			    commands[i], "file", &visitor, &where))
			buffer_printf(&out, "%s%s", out.size ? " " : "", commands[i]);
	assert_string_equal(buffer_text(&out), expected);
}

static void
test_limit_command_goes_before_its_group_and_inner_before_outer(void **state)
{
	struct fixture *f = *state;
	assert_rights(f, "/srv/x", "<Limit WRITE>\nDenyAll\n</Limit>\n", "");
	assert_rights(f, "/srv/x",
		"<Limit ALL>\nDenyAll\n</Limit>\n<Limit WRITE>\nAllowUser anna\n</Limit>\n",
		"STOR MKD DELE");
	assert_rights(f, "/srv/x",
		"<Limit WRITE>\nDenyAll\n</Limit>\n<Limit stor>\nAllowAll\n</Limit>\n", "STOR");
	assert_rights(f, "/srv/x",
		"<Limit STOR>\nDenyAll\n</Limit>\n"
		"<Directory /srv>\n<Limit WRITE>\nAllowAll\n</Limit>\n</Directory>\n",
		"MKD DELE");
	assert_rights(f, "/srv/x",
		"<Limit MKD>\nDenyAll\n</Limit>\n"
		"<Directory /srv>\n<Limit MKD>\nAllowAll\n</Limit>\n</Directory>\n",
		"STOR MKD DELE");
	assert_rights(f, "/srv/x", "<Limit STOR>\nDenyFilter ^file$\n</Limit>\n", "MKD DELE");
}

static void
test_limit_takes_the_last_of_two_blocks_that_contradict(void **state)
{
	struct fixture *f = *state;
	assert_rights(f, "/srv/x",
		"<Limit STOR>\nDenyAll\n</Limit>\n<Limit STOR>\nAllowAll\n</Limit>\n"
		"<Limit MKD>\nAllowAll\n</Limit>\n<Limit MKD>\nDenyAll\n</Limit>\n",
		"STOR DELE");
}

/* The path of the <Directory> that counts; "" = none. */
static void
assert_match(struct fixture *f, const char *path, const char *text, const char *expected)
{
	const struct pro_config *config = read_config(f, text, false);
	const struct pro_section *match =
		pro_tree_match(config->servers.items[0], NULL, path, &f->arena);
	assert_string_equal(match ? match->path : "", expected);
}

static void
test_directory_that_counts_is_the_first_that_fits_and_its_deepest(void **state)
{
	struct fixture *f = *state;
	const char *nested = "<Directory /srv/a/b>\nUmask 1\n</Directory>\n"
			     "<Directory /srv>\nUmask 2\n</Directory>\n"
			     "<Directory /srv/a>\nUmask 3\n</Directory>\n";
	assert_match(f, "/srv/a/b/c", nested, "/srv/a/b");
	assert_match(f, "/srv/a/b", nested, "/srv/a/b");
	assert_match(f, "/srv/a/bc", nested, "/srv/a");
	assert_match(f, "/srv", nested, "/srv");
	assert_match(f, "/srvx", nested, "");
	assert_match(f, "/etc", "<Directory />\nUmask 1\n</Directory>\n", "/");
	assert_match(f, "/srv/x/y", "<Directory /srv/*/y>\nUmask 1\n</Directory>\n", "/srv/*/y");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_limit_allow_deny_lets_pass_what_nothing_names),
		CASE(test_limit_deny_allow_refuses_what_nothing_names),
		CASE(test_limit_lists_of_users_are_or_and_of_groups_are_and),
		CASE(test_limit_and_is_a_name_and_loses_the_last_word),
		CASE(test_limit_takes_regular_expressions),
		CASE(test_limit_login_blocks_are_anded),
		CASE(test_limit_takes_networks_and_single_addresses),
		CASE(test_limit_takes_the_first_class_that_fits),
		CASE(test_clients_are_one_for_each_network_and_one_for_the_rest),
		CASE(test_limit_command_goes_before_its_group_and_inner_before_outer),
		CASE(test_limit_takes_the_last_of_two_blocks_that_contradict),
		CASE(test_directory_that_counts_is_the_first_that_fits_and_its_deepest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
