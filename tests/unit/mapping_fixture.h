/*
 * mapping_fixture.h - rules, and rows of a stranger's table, for tests of mapping.
 *
 * Tables are written as text: cells between '|', the header in line 1.
 */
#ifndef REHOME_TESTS_MAPPING_FIXTURE_H
#define REHOME_TESTS_MAPPING_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/model/importer.h"
#include "core/model/mapping.h"
#include "said_fixture.h"

static inline const char *
cell(struct fixture *fixture, const char **next)
{
	size_t length = strcspn(*next, "|");
	const char *text = arena_strndup(&fixture->arena, *next, length);
	*next = (*next)[length] ? *next + length + 1 : NULL;
	return text;
}

/* One row; names NULL: the header itself. */
static inline struct record *
row(struct fixture *fixture, const char *names, const char *values, unsigned line)
{
	struct record *record = ARENA_NEW(&fixture->arena, struct record);
	bool header = !names;
	record->place = at("staff.csv", line);
	record->number = line - 1;
	for (unsigned column = 1; values; column++) {
		const char *value = cell(fixture, &values);
		struct record_field field = { .name = value, .value = "" };
		if (!header) {
			field.name = cell(fixture, &names);
			field.value = value;
		}
		field.place = at_column("staff.csv", line, column, field.name);
		ARRAY_PUSH(&fixture->arena, &record->fields, field);
	}
	return record;
}

static inline struct template *template(struct fixture *fixture, const char *text)
{
	struct template *template;
	assert_true(template_parse(text, NOWHERE, &fixture->arena, &template, &fixture->diags));
	return template;
}

static inline struct mapping_rule *
rule(struct fixture *fixture, struct mapping *mapping, enum account_field field)
{
	mapping->rules[field] = ARENA_NEW(&fixture->arena, struct mapping_rule);
	mapping->rules[field]->place = at_column("rehome.yaml", 7, 12, NULL);
	return mapping->rules[field];
}

/* map: { FIELD: [ first, second ] } */
static inline void
map(struct fixture *fixture, struct mapping *mapping, enum account_field field, const char *first,
	const char *second)
{
	struct mapping_rule *made = rule(fixture, mapping, field);
	ARRAY_PUSH(&fixture->arena, &made->candidates, template(fixture, first));
	if (second)
		ARRAY_PUSH(&fixture->arena, &made->candidates, template(fixture, second));
}

static inline struct template *
filters(struct fixture *fixture, const char *text)
{
	struct template *parsed;
	assert_true(
		template_parse_filters(text, NOWHERE, &fixture->arena, &parsed, &fixture->diags));
	return parsed;
}

/* The account of one row, or "refused" and the diagnostics. Notes about columns are left out. */
static inline const char *
mapped(struct fixture *fixture, const struct mapping *configured, const char *names,
	const char *values)
{
	struct mapping *mapping;
	struct account account;
	fixture_clear(fixture);
	if (!mapping_bind(configured, NULL, row(fixture, NULL, names, 1), &fixture->arena, &mapping,
		    &fixture->diags))
		return arena_printf(&fixture->arena, "unbound\n%s", said(fixture));
	fixture_clear(fixture);
	if (!mapping_apply(mapping, row(fixture, names, values, 2), &fixture->arena, &account,
		    &fixture->diags))
		return arena_printf(&fixture->arena, "refused\n%s", said(fixture));
	assert_no_diags(fixture);
	return account_said(&account, &fixture->arena);
}

struct table_case {
	const char *names, *values, *expected;
};

static inline void
assert_tables(struct fixture *fixture, const struct mapping *configured,
	const struct table_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_string_equal(mapped(fixture, configured, cases[i].names, cases[i].values),
			cases[i].expected);
}

#endif
