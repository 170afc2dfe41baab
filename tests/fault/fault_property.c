/*
 * fault_property.c - apply and rollback are the identity, whatever the account files look like.
 *
 * Account files and people are drawn from fixed seeds: comments, NIS lines, ragged lines, missing
 * newlines and gshadow, odd ids, groups with members. Sometimes a second run changes the people,
 * and sometimes they go one by one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/stat.h>

#include "chapters.h"

enum { SEEDS = 50, PEOPLE_MAX = 6 };

#define HASH                                                                                       \
	"$6$abcdefgh$mtjCt3Dh9vsZV8JiCKbrAmn4w.xuVaeKtguTye7a4EiGXmK6HTzDQ3ZLMvOaMwv."             \
	"tv9uFI989420oTf92V2/V/"
#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAVDlAwkRZCFyR89KI0MHyO1UQAuugWFCdqjE7e8j7Sm anna"

/* ---- drawing ---- */

static uint32_t seed;

static uint32_t
draw(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)(((uint64_t)seed * below) >> 32);
}

static bool
often(void)
{
	return draw(3) > 0;
}

/* ---- account files ---- */

struct texts {
	struct buffer passwd, shadow, group, gshadow;
};

static void
add_oddity(struct buffer *text)
{
	static const char *const oddities[] = { "# a comment", "", "no fields at all", "x:y", ":",
		"\t", "#root:x:0:0", "half:x:" };
	buffer_printf(text, "%s\n", oddities[draw(ARRAY_LEN(oddities))]);
}

static void
add_someone(struct texts *texts, unsigned number)
{
	unsigned id = 1000 + 7 * number;
	buffer_printf(&texts->passwd, "old%u:x:%u:%u:Old %u%s:/home/old%u:/bin/sh\n", number, id,
		often() ? id : 100, number, often() ? ",,," : "", number);
	if (often())
		buffer_printf(&texts->shadow, "old%u:!:19000%s\n", number,
			often() ? ":0:99999:7:::" : "");
	buffer_printf(&texts->group, "old%u:x:%u:%s\n", number, id, often() ? "" : "old0,root");
	if (often())
		buffer_printf(&texts->gshadow, "old%u:!::%s\n", number, often() ? "" : "old0");
}

static void
cut_newline(struct buffer *text)
{
	if (!often() && text->size)
		text->data[--text->size] = '\0';
}

static void
build_texts(struct texts *texts)
{
	struct buffer *all[] = { &texts->passwd, &texts->shadow, &texts->group, &texts->gshadow };
	buffer_add_text(&texts->passwd, "root:x:0:0:root:/root:/bin/sh\n");
	buffer_add_text(&texts->shadow, "root:*:19000:0:99999:7:::\n");
	buffer_add_text(&texts->group, "root:x:0:\nusers:x:100:root\n");
	buffer_add_text(&texts->gshadow, "root:*::\nusers:!::root\n");
	if (often())
		buffer_add_text(&texts->group, "press:x:500:root\n");
	for (unsigned number = 0, count = draw(6); number < count; number++) {
		add_someone(texts, number);
		if (!often())
			add_oddity(all[draw(ARRAY_LEN(all))]);
	}
	if (!often()) {
		buffer_add_text(&texts->passwd, "+@staff::::::\n+::::::\n");
		buffer_add_text(&texts->shadow, "+::::::::\n");
		buffer_add_text(&texts->group, "+:::\n");
	}
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		cut_newline(all[i]);
}

static void
write_account_files(const char *root)
{
	struct texts texts = { 0 };
	build_texts(&texts);
	machine_write(root, "/etc/passwd", buffer_text(&texts.passwd), 0644);
	machine_write(root, "/etc/shadow", buffer_text(&texts.shadow), often() ? 0640 : 0600);
	machine_write(root, "/etc/group", buffer_text(&texts.group), 0644);
	machine_write(root, "/etc/gshadow", buffer_text(&texts.gshadow), 0640);
	if (!often())
		machine_remove_file(root, "/etc/gshadow");
	buffer_finish(&texts.passwd);
	buffer_finish(&texts.shadow);
	buffer_finish(&texts.group);
	buffer_finish(&texts.gshadow);
}

/* ---- people ---- */

static const char *
draw_sheet(unsigned people, bool later, struct arena *arena)
{
	static const char *const groups[] = { "", "press", "users", "users/press/new" };
	static const char *const folders[] = { "pics", "in out:ro", "a a/b a/b/c",
		"x:read-advisory" };
	AUTO_BUFFER struct buffer sheet = { 0 };
	buffer_add_text(&sheet, "username,full_name,password_hash,ssh_keys,groups,folders,home\n");
	for (unsigned i = 0; i < people; i++) {
		const char *base = i % 3 == 1 ? "/srv/deep/er" : "/home";
		buffer_printf(&sheet, "new%u,New %u%s,%s,%s,%s,%s,%s/new%u\n", i, i,
			later && often() ? " Later" : "", later || i == 4 ? "" : HASH,
			i != 4 && often() ? KEY : "", groups[draw(ARRAY_LEN(groups))],
			folders[later ? i % ARRAY_LEN(folders) : draw(ARRAY_LEN(folders))], base,
			i);
	}
	return arena_strdup(arena, buffer_text(&sheet));
}

/* ---- the property ---- */

static void
draw_machine(struct story *story, struct world *world)
{
	(void)story;
	write_account_files(world->root);
}

static const struct chapter chapter = {
	.name = "drawn",
	.kind = MACHINE_USUAL,
	.config = "version: 1\npolicy:\n  passwords: { new: generated }\nlayouts:\n  default: { "
		  "dirs: [ { path: up, access: write } ] }\n",
	.before = draw_machine,
};

static void
assert_machine(struct world *world, const char *expected, unsigned number, const char *when)
{
	const char *found = machine_fingerprint(world->root, &world->arena);
	const char *leftover = machine_leftover(world->root, &world->arena);
	if (strcmp(expected, found) != 0)
		fail_msg("seed %u, %s: %s%s", number, when,
			machine_difference(expected, found, &world->arena),
			world_complaints(world));
	assert_null(leftover);
}

static void
go_back(struct story *story, struct world *world, unsigned people)
{
	if (often()) {
		story_must_rollback(story, world, "1", NULL);
		return;
	}
	for (unsigned i = people; i-- > 0;)
		story_must_rollback(story, world, "1", arena_printf(&world->arena, "new%u", i));
}

static void
apply_and_go_back(unsigned number)
{
	struct story story;
	struct world world;
	seed = number * 7919;
	unsigned people = 1 + draw(PEOPLE_MAX);

	story_begin(&story, &chapter);
	world_open(&world, &story);
	const char *before = machine_fingerprint(world.root, &world.arena);
	story_plan(&story, &world, 0, draw_sheet(people, false, &story.arena));
	story_must_apply(&story, &world, 0);
	const char *applied = machine_fingerprint(world.root, &world.arena);
	assert_string_not_equal(before, applied);
	if (often()) {
		struct plan *change =
			story_plan(&story, &world, 1, draw_sheet(people, true, &story.arena));
		if (plan_has_work(change)) {
			story_must_apply(&story, &world, 1);
			story_must_rollback(&story, &world, "2", NULL);
		}
		assert_machine(&world, applied, number, "the change rolled back");
	}
	go_back(&story, &world, people);
	assert_machine(&world, before, number, "rolled back");
	world_close(&world);
	story_end(&story);
}

static void
test_rollback_of_any_run_gives_the_same_machine_back(void **state)
{
	(void)state;
	for (unsigned number = 1; number <= SEEDS; number++)
		apply_and_go_back(number);
}

int
main(int argc, char **argv)
{
	(void)argc;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rollback_of_any_run_gives_the_same_machine_back),
	};
	machine_prepare_place(argv);
	return cmocka_run_group_tests_name("fault_property", tests, NULL, NULL);
}
