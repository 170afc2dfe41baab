/*
 * verify_accounts_fixture.h - breaks one thing of the host at a time and asks for everything that
 * is found about anna.
 *
 * Include after cmocka.h.
 */
#ifndef REHOME_TESTS_VERIFY_ACCOUNTS_FIXTURE_H
#define REHOME_TESTS_VERIFY_ACCOUNTS_FIXTURE_H

#include "verify_fixture.h"

#define DEFAULT_CONFIG "version: 1\n"

/* "LOGIN [open]" and its findings, for every account. */
static inline const char *
verified(struct world *world, const char *login)
{
	struct string_list logins = { 0 };
	struct verification verification;
	AUTO_BUFFER struct buffer out = { 0 };
	world_open(world);
	if (login)
		string_list_push(&world->arena, &logins, login);
	if (!verify_accounts(world->config, &world->snapshot, &logins, NULL, &world->arena,
		    &verification, &world->diags))
		fail_msg("%s", world->diags.items[0].message);
	ARRAY_FOREACH (account, &verification.accounts) {
		buffer_printf(&out, "%s%s%s\n", account->login, account->managed ? " managed" : "",
			account->open ? " open" : "");
		say_findings(world, &out, &account->findings);
		ARRAY_FOREACH (finding, &account->findings)
			assert_string_equal(finding->user, account->login);
	}
	return arena_strdup(&world->arena, buffer_text(&out));
}

struct breakage {
	const char *command; /* run in the root */
	const char *found;   /* behind anna's own line */
};

static inline void
check_breakages(const char *configuration, const struct breakage *cases, size_t count)
{
	bool failed = false;
	for (size_t i = 0; i < count; i++) {
		struct world *world = world_create(configuration);
		in_root(world, cases[i].command);
		const char *found = verified(world, "anna");
		if (strcmp(found, cases[i].found) != 0) {
			print_error("%s\n--- found\n%s--- expected\n%s\n", cases[i].command, found,
				cases[i].found);
			failed = true;
		}
		world_destroy(world);
	}
	assert_false(failed);
}

#define CHECK_BREAKAGES(cases) check_breakages(DEFAULT_CONFIG, cases, ARRAY_LEN(cases))

#endif
