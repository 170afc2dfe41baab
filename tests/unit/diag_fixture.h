/*
 * diag_fixture.h - an arena and a list of diagnostics for each test, and what is asserted of them.
 *
 * Include after cmocka.h.
 */
#ifndef REHOME_TESTS_DIAG_FIXTURE_H
#define REHOME_TESTS_DIAG_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/diag.h"

struct fixture {
	struct arena arena;
	struct diags diags;
	struct place place; /* a cell, to be found again in every diagnostic */
};

static int
fixture_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	if (!fixture)
		return -1;
	fixture->diags.arena = &fixture->arena;
	fixture->place = at_column("staff.csv", 14, 9, "cell");
	*state = fixture;
	return 0;
}

static int
fixture_teardown(void **state)
{
	struct fixture *fixture = *state;
	arena_finish(&fixture->arena);
	free(fixture);
	return 0;
}

/* Forgets the diagnostics, for the next row of a table of cases. */
static inline void
fixture_clear(struct fixture *fixture)
{
	fixture->diags = (struct diags){ .arena = &fixture->arena };
}

#define assert_no_diags(fixture)                                                                   \
	do {                                                                                       \
		if ((fixture)->diags.count)                                                        \
			print_error("unexpected: %s\n", (fixture)->diags.items[0].message);        \
		assert_int_equal((fixture)->diags.count, 0);                                       \
	} while (0)

#define assert_diag(fixture, index, expected_level, expected_message, expected_hint)               \
	do {                                                                                       \
		assert_true((index) < (fixture)->diags.count);                                     \
		const struct diag *diag_ = &(fixture)->diags.items[index];                         \
		assert_int_equal(diag_->level, expected_level);                                    \
		assert_string_equal(diag_->message, expected_message);                             \
		assert_string_equal(diag_->hint ? diag_->hint : "", expected_hint);                \
		assert_string_equal(diag_->place.file, (fixture)->place.file);                     \
		assert_int_equal(diag_->place.line, (fixture)->place.line);                        \
		assert_int_equal(diag_->place.column, (fixture)->place.column);                    \
	} while (0)

/* Exactly one diagnostic, and it is this error. */
#define assert_only_error(fixture, expected_message, expected_hint)                                \
	do {                                                                                       \
		if ((fixture)->diags.count)                                                        \
			assert_diag(fixture, 0, DIAG_ERROR, expected_message, expected_hint);      \
		assert_int_equal((fixture)->diags.count, 1);                                       \
		assert_int_equal((fixture)->diags.errors, 1);                                      \
	} while (0)

#define fixture_test(function)                                                                     \
	cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

#endif
