/*
 * table.c - open addressing with linear probing, at most three quarters full.
 */
#include "core/base/table.h"

#include <string.h>
#include <sys/random.h>

static uint64_t
seed(void)
{
	static uint64_t value;
	if (!value) {
		if (getrandom(&value, sizeof(value), GRND_NONBLOCK) != (ssize_t)sizeof(value))
			value = (uint64_t)(uintptr_t)&value;
		value |= 1;
	}
	return value;
}

static uint64_t
mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93u;
	x ^= x >> 32;
	return x;
}

static uint64_t
hash_text(const char *text)
{
	uint64_t hash = seed();
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		hash = (hash ^ *c) * 0x100000001b3u;
	return mix(hash);
}

static struct table_slot *
find(const struct table *table, const char *key)
{
	size_t i = hash_text(key) & (table->room - 1);
	while (table->slots[i].key && strcmp(table->slots[i].key, key) != 0)
		i = (i + 1) & (table->room - 1);
	return &table->slots[i];
}

void
table_set(struct table *table, const char *key, void *value)
{
	if (table->count * 4 >= table->room * 3) {
		struct table grown = { .arena = table->arena };
		grown.room = table->room ? table->room * 2 : 8;
		grown.slots = arena_alloc(table->arena, grown.room * sizeof(*grown.slots));
		for (size_t i = 0; i < table->room; i++) {
			if (table->slots[i].key)
				*find(&grown, table->slots[i].key) = table->slots[i];
		}
		grown.count = table->count;
		*table = grown;
	}
	struct table_slot *slot = find(table, key);
	if (!slot->key) {
		slot->key = key;
		table->count++;
	}
	slot->value = value;
}

void *
table_get(const struct table *table, const char *key)
{
	return table->room ? find(table, key)->value : NULL;
}

void *
table_get_above(const struct table *table, const char *path, size_t *ret_length)
{
	enum { LONGEST_PATH = 2 * 4096 + 256 }; /* one path below another, and a device's name */
	char prefix[LONGEST_PATH];
	size_t length = strlen(path);
	if (length >= sizeof(prefix))
		return NULL;
	memcpy(prefix, path, length + 1);
	for (;;) {
		void *value = table_get(table, prefix);
		if (value) {
			*ret_length = length;
			return value;
		}
		char *slash = strrchr(prefix, '/');
		if (!slash)
			return NULL;
		*slash = '\0';
		length = (size_t)(slash - prefix);
	}
}

static struct id_slot *
find_id(const struct id_table *table, uint64_t id)
{
	size_t i = mix(id + seed()) & (table->room - 1);
	while (table->slots[i].value && table->slots[i].id != id)
		i = (i + 1) & (table->room - 1);
	return &table->slots[i];
}

void
id_table_set(struct id_table *table, uint64_t id, void *value)
{
	if (table->count * 4 >= table->room * 3) {
		struct id_table grown = { .arena = table->arena };
		grown.room = table->room ? table->room * 2 : 8;
		grown.slots = arena_alloc(table->arena, grown.room * sizeof(*grown.slots));
		for (size_t i = 0; i < table->room; i++) {
			if (table->slots[i].value)
				*find_id(&grown, table->slots[i].id) = table->slots[i];
		}
		grown.count = table->count;
		*table = grown;
	}
	struct id_slot *slot = find_id(table, id);
	if (!slot->value)
		table->count++;
	*slot = (struct id_slot){ id, value };
}

void *
id_table_get(const struct id_table *table, uint64_t id)
{
	return table->room ? find_id(table, id)->value : NULL;
}
