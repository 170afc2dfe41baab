/*
 * ldap_entry_fixture.h - entries of a directory as text, and the records that they become.
 *
 * An entry is its DN and lines "attribute: value", "attribute:: 00ff" for bytes. A record is
 * written as "column=value" lines. Include after cmocka.h.
 */
#ifndef REHOME_TESTS_LDAP_ENTRY_FIXTURE_H
#define REHOME_TESTS_LDAP_ENTRY_FIXTURE_H

#include "importers/ldap/entry.h"
#include "said_fixture.h"

static inline struct bytes
bytes_of(struct fixture *fixture, const char *text, size_t size, bool hex)
{
	if (!hex)
		return (struct bytes){ arena_strndup(&fixture->arena, text, size), size };
	char *data = arena_alloc(&fixture->arena, size / 2 + 1);
	for (size_t i = 0; i + 1 < size; i += 2)
		data[i / 2] = (char)(text_hex_digit(text[i]) << 4 | text_hex_digit(text[i + 1]));
	return (struct bytes){ data, size / 2 };
}

static inline struct directory_attribute *
attribute_of(struct fixture *fixture, struct directory_entry *entry, const char *name)
{
	ARRAY_FOREACH (attribute, &entry->attributes) {
		if (strcmp(attribute->name, name) == 0)
			return attribute;
	}
	ARRAY_PUSH(&fixture->arena, &entry->attributes, (struct directory_attribute){ name });
	return &entry->attributes.items[entry->attributes.count - 1];
}

static inline struct directory_entry
entry_of(struct fixture *fixture, const char *text)
{
	struct directory_entry entry = { 0 };
	entry.dn = arena_strndup(&fixture->arena, text, strcspn(text, "\n"));
	for (text = strchr(text, '\n'); text && *++text; text = strchr(text, '\n')) {
		size_t name = strcspn(text, ":");
		bool hex = text[name + 1] == ':';
		const char *value = text + name + (hex ? 3 : 2);
		struct directory_attribute *attribute =
			attribute_of(fixture, &entry, arena_strndup(&fixture->arena, text, name));
		struct bytes bytes = bytes_of(fixture, value, strcspn(value, "\n"), hex);
		ARRAY_PUSH(&fixture->arena, &attribute->values, bytes);
	}
	return entry;
}

/* The record without entry_dn, or what is wrong. */
static inline const char *
read_with(struct fixture *fixture, struct entry_reader *reader, const char *text)
{
	AUTO_BUFFER struct buffer out = { 0 };
	struct directory_entry entry = entry_of(fixture, text);
	struct record record;
	fixture_clear(fixture);
	enum entry_verdict verdict =
		entry_read(reader, &entry, 1, &fixture->arena, &record, &fixture->diags);
	if (verdict == ENTRY_NOBODY)
		return "nobody";
	assert_int_equal(verdict == ENTRY_BAD, fixture->diags.errors != 0);
	ARRAY_FOREACH (field, &record.fields) {
		if (strcmp(field->name, "entry_dn") != 0)
			buffer_printf(&out, "%s=%s%s%s\n", field->name, field->value,
				field->via ? " < " : "", field->via ? field->via : "");
	}
	return verdict == ENTRY_BAD ? said(fixture)
				    : arena_strdup(&fixture->arena, buffer_text(&out));
}

static inline const char *
read_entry(struct fixture *fixture, const struct entry_profile *profile, const char *text)
{
	struct entry_reader reader;
	entry_reader_init(&reader, profile, NULL, &fixture->arena);
	reader.now = 1800000000; /* 2027-01-15 08:00 */
	return read_with(fixture, &reader, text);
}

#endif
