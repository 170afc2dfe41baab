/*
 * fuzz_ldap_entry.c - any bytes as the groups and people of a directory.
 *
 * Input: blocks behind blank lines; a block is a DN and lines "attribute: value", where \xHH is a
 * byte. A block whose DN begins with '*' is a group, the first with '!' makes it an Active
 * Directory.
 *
 * What must hold: a good entry has a key and lines of text only; a bad one has an error for it; the
 * order of values makes no difference; nobody is in a group twice, nor, without nesting, in more
 * groups than with; a normal name is normal.
 */
#include <string.h>

#include "importers/ldap/dn.h"
#include "importers/ldap/entry.h"
#include "importers/ldap/value.h"
#include "tests/fuzz/must.h"

enum { MOST_BLOCKS = 64, MOST_LINES = 200 };

struct blocks {
	struct {
		struct directory_entry *items;
		size_t count, room;
	} people, groups;
	bool is_ad;
	struct arena *arena;
};

/* ---- input ---- */

static struct bytes
unescaped(struct arena *arena, struct bytes text)
{
	char *data = arena_alloc(arena, text.size + 1);
	size_t size = 0;
	for (size_t i = 0; i < text.size; i++) {
		bool pair = text.data[i] == '\\' && i + 3 < text.size && text.data[i + 1] == 'x' &&
			text_hex_digit(text.data[i + 2]) >= 0 &&
			text_hex_digit(text.data[i + 3]) >= 0;
		data[size++] = pair ? (char)(text_hex_digit(text.data[i + 2]) << 4 |
					      text_hex_digit(text.data[i + 3]))
				    : text.data[i];
		i += pair ? 3 : 0;
	}
	return (struct bytes){ data, size };
}

/* directory.h promises names without NUL. */
static const char *
name_of(struct arena *arena, const char *data, size_t size)
{
	return arena_strndup(arena, data, strnlen(data, size));
}

static void
add_line(struct arena *arena, struct directory_entry *entry, struct bytes line)
{
	const char *colon = memchr(line.data, ':', line.size);
	size_t length = colon ? (size_t)(colon - line.data) : 0;
	if (!length || length + 2 > line.size || !*line.data)
		return;
	const char *name = name_of(arena, line.data, length);
	struct bytes value = { colon + 2, line.size - length - 2 };
	struct directory_attribute *into = NULL;
	ARRAY_FOREACH (attribute, &entry->attributes) {
		if (strcmp(attribute->name, name) == 0)
			into = attribute;
	}
	if (!into) {
		ARRAY_PUSH(arena, &entry->attributes, (struct directory_attribute){ name });
		into = &entry->attributes.items[entry->attributes.count - 1];
	}
	ARRAY_PUSH(arena, &into->values, unescaped(arena, value));
}

static void
add_block(struct blocks *blocks, struct directory_entry *entry)
{
	if (!entry->dn)
		return;
	if (*entry->dn == '!') {
		blocks->is_ad = true;
		entry->dn++;
	}
	if (*entry->dn == '*') {
		entry->dn++;
		ARRAY_PUSH(blocks->arena, &blocks->groups, *entry);
	} else {
		ARRAY_PUSH(blocks->arena, &blocks->people, *entry);
	}
	*entry = (struct directory_entry){ 0 };
}

static void
read_blocks(struct blocks *blocks, struct bytes rest)
{
	struct directory_entry entry = { 0 };
	struct bytes line;
	size_t count = 0, lines = 0;
	while (bytes_take_line(&rest, &line) && count < MOST_BLOCKS && lines++ < MOST_LINES) {
		if (!line.size) {
			add_block(blocks, &entry);
			count++;
		} else if (!entry.dn) {
			entry.dn = name_of(blocks->arena, line.data, line.size);
		} else {
			add_line(blocks->arena, &entry, line);
		}
	}
	add_block(blocks, &entry);
}

/* ---- properties ---- */

static void
turn_round(struct directory_entry *entry)
{
	ARRAY_FOREACH (attribute, &entry->attributes) {
		size_t count = attribute->values.count;
		for (size_t i = 0; i < count / 2; i++) {
			struct bytes swapped = attribute->values.items[i];
			attribute->values.items[i] = attribute->values.items[count - 1 - i];
			attribute->values.items[count - 1 - i] = swapped;
		}
	}
}

static void
check_record(const struct record *record)
{
	size_t keys = 0;
	ARRAY_FOREACH (field, &record->fields) {
		bool is_name = strcmp(field->name, "entry_dn") == 0 ||
			strcmp(field->name, "group_dn") == 0;
		MUST(field->place.file && field->place.field);
		MUST(is_name || !value_fault((struct bytes){ field->value, strlen(field->value) }));
		keys += strcmp(field->name, "entry_key") == 0;
	}
	MUST(keys == 1);
}

static void
must_be_equal(const struct record *one, const struct record *other)
{
	MUST(one->fields.count == other->fields.count);
	for (size_t i = 0; i < one->fields.count; i++) {
		MUST(strcmp(one->fields.items[i].name, other->fields.items[i].name) == 0);
		MUST(strcmp(one->fields.items[i].value, other->fields.items[i].value) == 0);
	}
}

static void
check_groups(struct groups *groups, const struct directory_entry *entry, struct arena *arena)
{
	struct group_member member = { .dn = entry->dn };
	struct memberships all = groups_of(groups, &member, true, true, arena);
	struct memberships direct = groups_of(groups, &member, false, false, arena);
	MUST(direct.count <= all.count && all.count <= groups->all.count);
	for (size_t i = 0; i < all.count; i++) {
		MUST(*all.items[i].via);
		MUST(i == 0 || all.items[i].group != all.items[i - 1].group);
	}
	char *normal = dn_normal(arena, (struct bytes){ entry->dn, strlen(entry->dn) });
	char *again = dn_normal(arena, (struct bytes){ normal, strlen(normal) });
	MUST(strcmp(normal, again) == 0);
}

static void
check_person(struct entry_reader *reader, struct directory_entry *entry, struct arena *arena)
{
	struct diags diags = { .arena = arena };
	struct record record, again;
	enum entry_verdict verdict = entry_read(reader, entry, 1, arena, &record, &diags);
	MUST((verdict == ENTRY_BAD) == (diags.errors != 0));
	if (verdict == ENTRY_GOOD)
		check_record(&record);
	turn_round(entry);
	MUST(entry_read(reader, entry, 1, arena, &again, &diags) == verdict);
	must_be_equal(&record, &again);
	check_groups(reader->groups, entry, arena);
}

static void
load_groups(struct groups *groups, const struct blocks *blocks, struct diags *diags)
{
	groups_init(groups, blocks->arena);
	ARRAY_FOREACH (entry, &blocks->groups) {
		struct group_rest rest;
		groups_add(groups, entry, &rest, diags);
		if (rest.attribute) {
			MUST(group_rest_attribute(&rest, blocks->arena));
			(void)groups_add_rest(groups, entry, &rest);
		}
	}
	MUST(!diags->errors);
	groups_complete(groups);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct blocks blocks = { .arena = &arena };
	struct groups groups;
	struct entry_reader reader;
	read_blocks(&blocks, (struct bytes){ (const char *)data, size });
	load_groups(&groups, &blocks, &diags);
	entry_reader_init(&reader, blocks.is_ad ? &entry_ad : &entry_posix, NULL, &arena);
	reader.groups = &groups;
	reader.explain = true;
	reader.now = 1800000000;
	ARRAY_FOREACH (entry, &blocks.people)
		check_person(&reader, entry, &arena);
	return 0;
}
