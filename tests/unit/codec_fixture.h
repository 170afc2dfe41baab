/*
 * codec_fixture.h - plans to JSON and back, and JSON with one thing changed.
 *
 * Include after cmocka.h.
 */
#ifndef REHOME_TESTS_CODEC_FIXTURE_H
#define REHOME_TESTS_CODEC_FIXTURE_H

#include "core/plan/codec.h"
#include "plan_fixture.h"

static inline const char *
encoded(struct fixture *fixture, const struct plan *plan)
{
	AUTO_BUFFER struct buffer out = { 0 };
	plan_encode(plan, &out);
	return arena_strdup(&fixture->arena, buffer_text(&out));
}

static inline bool
decodes(struct fixture *fixture, const char *json, struct plan **ret_plan)
{
	struct bytes bytes = { json, strlen(json) };
	return plan_decode(bytes, "p.json", &fixture->arena, ret_plan, &fixture->diags);
}

static inline struct plan *
decoded(struct fixture *fixture, const char *json)
{
	struct plan *plan = NULL;
	bool good = decodes(fixture, json, &plan);
	assert_no_diags(fixture);
	assert_true(good);
	return plan;
}

/* What stands in the JSON, what takes its place, and what is said to that. */
struct fault {
	const char *old, *new, *error;
};

/* The text with its only occurrence of `old` replaced. */
static inline const char *
replaced(struct fixture *fixture, const char *text, const char *old, const char *new)
{
	const char *found = strstr(text, old);
	if (!found || strstr(found + 1, old))
		fail_msg("'%s' is there %s", old, found ? "more than once" : "not at all");
	return arena_printf(
		&fixture->arena, "%.*s%s%s", (int)(found - text), text, new, found + strlen(old));
}

static inline const char *
line_of(struct fixture *fixture, const char *text, const char *part)
{
	const char *found = strstr(text, part);
	assert_non_null(found);
	while (found > text && found[-1] != '\n')
		found--;
	return arena_strndup(&fixture->arena, found, strcspn(found, "\n"));
}

#endif
