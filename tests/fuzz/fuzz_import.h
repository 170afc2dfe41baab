/*
 * fuzz_import.h - any bytes through an importer, and what must be true of what it says.
 */
#ifndef REHOME_TESTS_FUZZ_IMPORT_H
#define REHOME_TESTS_FUZZ_IMPORT_H

#include "core/model/importer.h"
#include "tests/fuzz/must.h"

struct fuzzed {
	size_t columns, rows, rejected;
	bool header;
};

static inline void
check_place(const struct place *place)
{
	MUST(place->file && place->line);
}

static inline bool
on_fuzzed_header(void *ctx, const struct record *header)
{
	struct fuzzed *fuzzed = ctx;
	MUST(!fuzzed->header && !fuzzed->rows);
	fuzzed->header = true;
	fuzzed->columns = header->fields.count;
	ARRAY_FOREACH (field, &header->fields) {
		check_place(&field->place);
		MUST(*field->name && !*field->value);
	}
	return true;
}

static inline bool
on_fuzzed_record(void *ctx, const struct record *record)
{
	struct fuzzed *fuzzed = ctx;
	MUST(fuzzed->header);
	MUST(record->number == ++fuzzed->rows);
	MUST(record->fields.count == fuzzed->columns);
	ARRAY_FOREACH (field, &record->fields) {
		check_place(&field->place);
		MUST(text_is_utf8(field->value, strlen(field->value)));
		for (const char *c = field->value; *c; c++)
			MUST((unsigned char)*c >= 0x20 || strchr("\t\r\n", *c));
	}
	return true;
}

static inline void
on_fuzzed_reject(void *ctx, const struct record *record)
{
	struct fuzzed *fuzzed = ctx;
	fuzzed->rejected++;
	MUST(record->number == ++fuzzed->rows);
	check_place(&record->place);
}

static inline void
on_fuzzed_present(void *ctx, const char *key)
{
	const struct fuzzed *fuzzed = ctx;
	MUST(fuzzed->rejected && key);
}

static inline bool
on_fuzzed_account(void *ctx, const struct account *account)
{
	struct fuzzed *fuzzed = ctx;
	fuzzed->rows++;
	check_place(&account->place);
	MUST(account->username && account->key && account->source);
	for (unsigned field = 0; field < ACCOUNT_FIELDS; field++)
		if (account_has(account, field))
			check_place(&account->places[field]);
	return true;
}

/* settings are "name", "value", ..., NULL. */
static inline void
fuzz_import(
	const struct importer *importer, const void *data, size_t size, const char *const *settings)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct source source = {
		.name = "fuzz",
		.importer = importer->name,
		.location = "fuzz",
		.shown = "fuzz",
		.arena = &arena,
		.read = true,
		.content = { size ? arena_copy(&arena, data, size) : NULL, size },
	};
	struct fuzzed fuzzed = { 0 };
	struct sink sink = { .ctx = &fuzzed,
		.record = on_fuzzed_record,
		.account = on_fuzzed_account,
		.header = on_fuzzed_header,
		.reject = on_fuzzed_reject,
		.present = on_fuzzed_present,
		.diags = &diags };

	void *config = arena_alloc(&arena, importer->config_size + 1);
	option_defaults(importer->options, config, &arena);
	for (; settings && settings[0]; settings += 2)
		MUST(option_set(importer->options, config, settings[0], settings[1], NOWHERE,
			&arena, &diags));

	bool alive = importer->read(config, &source, &sink);
	MUST(alive || diags.errors);
	MUST(!sink.complete || (alive && (!diags.errors || fuzzed.rejected)));
	MUST(!fuzzed.rejected || diags.errors >= fuzzed.rejected);
}

#endif
