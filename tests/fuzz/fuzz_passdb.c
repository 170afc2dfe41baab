/*
 * fuzz_passdb.c - any bytes as a database of passwords: Berkeley DB, GDBM, dump or text.
 *
 * What must hold: it ends, with an error or without; every key and value can be read; a key that
 * has no NUL is found again.
 */
#include "importers/old/passdb.h"
#include "tests/fuzz/must.h"

static unsigned
sum_of(struct bytes bytes)
{
	unsigned sum = 0;
	for (size_t i = 0; i < bytes.size; i++)
		sum += (unsigned char)bytes.data[i];
	return sum;
}

static void
check(struct bytes content, bool text_allowed)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct passdb db;
	must_be_told(passdb_parse(content, "fuzz", text_allowed, &arena, &db, &diags), &diags);
	MUST(text_allowed || (db.format != PASSDB_DUMP && db.format != PASSDB_ALTERNATING));
	unsigned sum = 0;
	ARRAY_FOREACH (record, &db.records) {
		sum += sum_of(record->key) + sum_of(record->value);
		MUST(record->number);
		if (record->key.size && memchr(record->key.data, '\0', record->key.size))
			continue;
		const char *key = record->key.size
			? arena_strndup(&arena, record->key.data, record->key.size)
			: "";
		MUST(table_get(&db.by_key, key));
	}
	/* So that reading them is not left out. */
	MUST(sum < ~0u);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes content = { (const char *)data, size };
	check(content, false);
	check(content, true);
	return 0;
}
