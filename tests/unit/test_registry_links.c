/*
 * test_registry_links.c - accounts that a run bound to another origin.
 */
#include "registry_fixture.h"

/* anna, whose login was made from her name, goes from hr 1001 to ldap 0a-1b. */
static struct plan *
one_link(struct fixture *f)
{
	struct plan *plan = new_plan(f);
	struct change *anna = new_change(plan, CHANGE_CHANGE, "anna", "0a-1b");
	anna->source = "ldap";
	anna->old_source = "hr";
	anna->old_key = "1001";
	anna->has_before = true;
	anna->before = facts(f, "/home/anna", 20000, NULL, "pics:rw");
	string_list_push(&f->arena, &anna->before.groups, "press");
	string_list_push(&f->arena, &anna->before.groups, "web");
	anna->after = anna->before;
	return plan;
}

/* "linked from hr/1001 by run 2", or "not linked". */
static const char *
link_of_anna(struct fixture *f, struct state *state)
{
	struct managed managed;
	assert_ok(f, registry_load(state, &f->arena, &managed, &f->diags));
	const struct managed_account *anna = table_get(&managed.by_login, "anna");
	const struct managed_link *link = anna->link;
	return link ? arena_printf(&f->arena, "linked from %s/%s by run %s", link->source,
			      link->key, link->run)
		    : "not linked";
}

#define LINKED                                                                                     \
	"anna ldap/0a-1b 20000:20000 /home/anna media [pics:rw 'my logs':ro] (press "              \
	"web) " ANNA_SHA256 " run 2\n"

static void
test_link_gives_the_account_its_new_origin_and_keeps_the_rest(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	assert_string_equal(link_of_anna(f, &state), "not linked");
	record(f, &state, one_link(f), "2");
	assert_string_equal(remembered(f, &state), LINKED BERT "run 1\nreserved anna\n");
	assert_string_equal(link_of_anna(f, &state), "linked from hr/1001 by run 2");
	record(f, &state, one_link(f), "2");
	assert_string_equal(remembered(f, &state), LINKED BERT "run 1\nreserved anna\n");
	state_finish(&state);
}

/* A login made from a name stays with its person, whose key is another one now. */
static void
test_link_takes_the_memory_of_the_login_with_it(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	struct managed managed;
	record(f, &state, two_creates(f), "1");
	record(f, &state, one_link(f), "2");
	assert_ok(f, registry_load(&state, &f->arena, &managed, &f->diags));
	assert_string_equal(
		table_get(&managed.generated, managed_key(&f->arena, "ldap", "0a-1b")), "anna");
	assert_null(table_get(&managed.generated, managed_key(&f->arena, "hr", "1001")));
	state_finish(&state);
}

static void
test_rollback_of_a_link_gives_the_old_origin_back(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	record(f, &state, one_link(f), "2");
	for (int twice = 0; twice < 2; twice++) {
		assert_ok(f, registry_record_rollback(&state, one_link(f), "2", NULL, &f->diags));
		assert_string_equal(remembered(f, &state),
			ANNA ANNA_SHA256 " run 2\n" BERT "run 1\nreserved anna\n");
		assert_string_equal(link_of_anna(f, &state), "not linked");
	}
	struct managed managed;
	assert_ok(f, registry_load(&state, &f->arena, &managed, &f->diags));
	assert_string_equal(
		table_get(&managed.generated, managed_key(&f->arena, "hr", "1001")), "anna");
	state_finish(&state);
}

/* An interrupted link is undone, whether the registry had heard of it or not. */
static void
test_rollback_of_a_link_never_told_changes_nothing(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	const char *before = remembered(f, &state);
	assert_ok(f, registry_record_rollback(&state, one_link(f), "2", NULL, &f->diags));
	assert_string_equal(remembered(f, &state), before);
	state_finish(&state);
}

int
main(void)
{
	if (geteuid() != 0) {
		print_message("needs root: the files must be root's\n");
		return NEEDS_ROOT;
	}
	const struct CMUnitTest tests[] = {
		host_test(test_link_gives_the_account_its_new_origin_and_keeps_the_rest),
		host_test(test_link_takes_the_memory_of_the_login_with_it),
		host_test(test_rollback_of_a_link_gives_the_old_origin_back),
		host_test(test_rollback_of_a_link_never_told_changes_nothing),
	};
	return cmocka_run_group_tests_name("registry_links", tests, NULL, NULL);
}
