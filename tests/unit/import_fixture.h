/*
 * import_fixture.h - an importer run over bytes, and all that it said written down as text.
 *
 * One line for each call of the sink and each diagnostic, so that a test compares the whole:
 *
 *	header 1: login@1:1 name@1:7
 *	record 1 2: login='anna'@2:1 name='Anna'@2:6
 *	reject 2 3: login='bert'@3:1
 *	3:1: error: 1 cells, expected 2 as in the header
 */
#ifndef REHOME_TESTS_IMPORT_FIXTURE_H
#define REHOME_TESTS_IMPORT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/model/importer.h"

struct import {
	struct arena arena;
	struct diags diags;
	struct source source;
	struct sink sink;
	struct buffer said; /* what the sink was told, then the diagnostics */
	bool read;	    /* what the importer returned */
	ARRAY(struct account) accounts;
};

#define AUTO_IMPORT AUTO(import_finish)

static inline void
import_finish(struct import *import)
{
	buffer_finish(&import->said);
	arena_finish(&import->arena);
}

static inline void
write_fields(struct import *import, const struct record *record, bool values)
{
	ARRAY_FOREACH (field, &record->fields) {
		buffer_printf(&import->said, " %s", field->name);
		if (values)
			buffer_printf(&import->said, "='%s'", field->value);
		buffer_printf(&import->said, "@%u:%u", field->place.line, field->place.column);
	}
	buffer_add_char(&import->said, '\n');
}

static inline bool
on_header(void *ctx, const struct record *record)
{
	struct import *import = ctx;
	buffer_printf(&import->said, "header %u:", record->place.line);
	write_fields(import, record, false);
	return true;
}

static inline bool
on_record(void *ctx, const struct record *record)
{
	struct import *import = ctx;
	buffer_printf(&import->said, "record %u %u:", record->number, record->place.line);
	write_fields(import, record, true);
	return true;
}

static inline void
on_reject(void *ctx, const struct record *record)
{
	struct import *import = ctx;
	buffer_printf(&import->said, "reject %u %u:", record->number, record->place.line);
	write_fields(import, record, true);
}

static inline void
on_present(void *ctx, const char *key)
{
	struct import *import = ctx;
	buffer_printf(&import->said, "present: %s\n", key);
}

static inline bool
on_account(void *ctx, const struct account *account)
{
	struct import *import = ctx;
	buffer_printf(&import->said, "account %u: %s\n", account->place.line, account->username);
	ARRAY_PUSH(&import->arena, &import->accounts, *account);
	return true;
}

static inline void
write_diags(struct import *import)
{
	static const char *const levels[] = { "note", "warning", "error" };
	ARRAY_FOREACH (diag, &import->diags) {
		buffer_printf(&import->said, "%u:%u: %s: %s\n", diag->place.line,
			diag->place.column, levels[diag->level], diag->message);
	}
}

/* settings are "name=value", ending with NULL; NULL for none. */
static inline void
import_bytes(struct import *import, const struct importer *importer, const void *data, size_t size,
	const char *const *settings)
{
	*import = (struct import){ 0 };
	import->diags.arena = &import->arena;
	import->source = (struct source){
		.name = "test",
		.importer = importer->name,
		.location = "test.file",
		.shown = "test.file",
		.arena = &import->arena,
		.read = true,
		.content = { arena_copy(&import->arena, data, size), size },
	};
	import->sink = (struct sink){ .ctx = import,
		.record = on_record,
		.account = on_account,
		.header = on_header,
		.reject = on_reject,
		.present = on_present,
		.diags = &import->diags };

	void *config = arena_alloc(&import->arena, importer->config_size + 1);
	option_defaults(importer->options, config, &import->arena);
	for (; settings && *settings; settings++) {
		const char *value = strchr(*settings, '=') + 1;
		const char *name =
			arena_strndup(&import->arena, *settings, (size_t)(value - 1 - *settings));
		assert_true(option_set(importer->options, config, name, value, NOWHERE,
			&import->arena, &import->diags));
	}
	import->read = importer->read(config, &import->source, &import->sink);
	write_diags(import);
}

#endif
