/*
 * intake_fixture.h - importers that read lines of cells between '|' from a real file, so that the
 * intake is tested against its contract and not against the syntax of some format.
 *
 * Include after cmocka.h.
 */
#ifndef REHOME_TESTS_INTAKE_FIXTURE_H
#define REHOME_TESTS_INTAKE_FIXTURE_H

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/model/intake.h"
#include "said_fixture.h"

/* ---- importers ---- */

struct lines_config {
	const char *separator;
	struct string_list ignore;
};

static const struct option_spec lines_options[] = {
	{ .name = "separator",
		.type = OPTION_TEXT,
		.offset = offsetof(struct lines_config, separator),
		.initial = "|" },
	{ .name = "ignore", .type = OPTION_LIST, .offset = offsetof(struct lines_config, ignore) },
	{ .name = NULL },
};

struct lines_reading {
	const struct lines_config *config;
	struct source *source;
	struct sink *sink;
	struct record header;
	unsigned number;
};

/* A record in memory of its own, wiped by the caller: the intake must copy what it keeps. */
static inline void
split_line(struct lines_reading *reading, char *line, unsigned number, struct record *ret_record)
{
	struct arena *arena = reading->source->arena;
	*ret_record = (struct record){ .place = at(reading->source->shown, number),
		.number = reading->number++ };
	for (char *cell; (cell = strsep(&line, reading->config->separator));) {
		size_t i = ret_record->fields.count;
		const char *name = i < reading->header.fields.count
			? reading->header.fields.items[i].name
			: reading->number == 1 ? arena_strdup(arena, cell)
					       : "";
		ARRAY_PUSH(arena, &ret_record->fields,
			(struct record_field){ name, arena_strdup(arena, cell),
				at_column(reading->source->shown, number, (unsigned)i + 1, name) });
	}
}

static inline bool
table_line(struct lines_reading *reading, char *line, unsigned number)
{
	struct sink *sink = reading->sink;
	struct record record;
	if (strcmp(line, "dead") == 0)
		return diag_error(sink->diags, at(reading->source->shown, number), "is dead");
	split_line(reading, line, number, &record);
	if (!reading->header.fields.count) {
		reading->header = record;
		return sink->header(sink->ctx, &record);
	}
	if (strcmp(record.fields.items[0].value, "damaged") == 0)
		diag_error(sink->diags, record.place, "cell is damaged");
	if (record.fields.count == reading->header.fields.count)
		return sink->record(sink->ctx, &record);
	diag_warning(sink->diags, record.place, "odd row");
	diag_error(sink->diags, record.place, "%zu cells", record.fields.count);
	sink->reject(sink->ctx, &record);
	return true;
}

/* A place that outlives its entry. */
static inline struct place
place_in(struct arena *arena, struct place place)
{
	place.file = arena_strdup(arena, place.file);
	place.field = arena_strdup(arena, place.field);
	return place;
}

/* name=value cells and no header. */
static inline bool
pairs_line(struct lines_reading *reading, char *line, unsigned number)
{
	struct record record;
	reading->header.fields.count = 0;
	reading->number = reading->number ? reading->number : 1;
	split_line(reading, line, number, &record);
	ARRAY_FOREACH (field, &record.fields) {
		const char *equals = strchr(field->value, '=');
		field->name = arena_strndup(
			reading->source->arena, field->value, (size_t)(equals - field->value));
		field->value = equals + 1;
		field->place.field = field->name;
	}
	return reading->sink->record(reading->sink->ctx, &record);
}

/*
 * name=value cells of an entry of a directory; "cn=a, cn=b" are two values. The entry is gone
 * after the call, and its memory is another one's.
 */
static inline bool
directory_line(struct lines_reading *reading, char *line, unsigned number)
{
	static const struct importer_default defaults[] = { { ACCOUNT_USERNAME, "${uid}" },
		{ ACCOUNT_GROUPS, "${group}" }, { ACCOUNT_KEY, "${key}" },
		{ ACCOUNT_FIELDS, NULL } };
	static const char *const asked[] = { "dn", "uid", "group", "key" };
	AUTO_ARENA struct arena arena = { 0 };
	struct sink *sink = reading->sink;
	struct record record = { .place.kind = "attribute", .number = number };
	if (number == 1) {
		struct record header = { .place = at(reading->source->shown, 0) };
		for (size_t i = 0; i < ARRAY_LEN(asked); i++)
			ARRAY_PUSH(reading->source->arena, &header.fields,
				(struct record_field){ asked[i], "", header.place });
		for (size_t i = 0; sink->columns && i < sink->columns->count; i++)
			ARRAY_PUSH(reading->source->arena, &header.fields,
				(struct record_field){ sink->columns->items[i], "", header.place });
		sink->entries = true;
		sink->defaults = defaults;
		if (!sink->header(sink->ctx, &header))
			return false;
	}
	for (char *cell; (cell = strsep(&line, reading->config->separator));) {
		char *value = strchr(cell, '=');
		struct record_field field = { .name = arena_strndup(
						      &arena, cell, (size_t)(value - cell)),
			.value = arena_strdup(&arena, value + 1) };
		if (!record.place.file)
			record.place.file = field.value;
		field.place = record.place;
		field.place.field = field.name;
		if (sink->explain && strcmp(field.name, "group") == 0)
			field.via = arena_printf(&arena, "by line %u", number);
		ARRAY_PUSH(&arena, &record.fields, field);
	}
	if (strcmp(record.fields.items[1].value, "two") != 0)
		return sink->record(sink->ctx, &record);
	diag_error(sink->diags, place_in(reading->source->arena, record.fields.items[1].place),
		"two values");
	sink->reject(sink->ctx, &record);
	sink->present(sink->ctx, record.fields.items[0].value);
	return true;
}

static inline bool
account_line(struct lines_reading *reading, char *line, unsigned number)
{
	struct account account = { .place = at(reading->source->shown, number) };
	if (*line &&
		!account_set(&account, ACCOUNT_USERNAME, line, account.place,
			reading->source->arena, reading->sink->diags))
		return true;
	return reading->sink->account(reading->sink->ctx, &account);
}

static inline bool
each_line(const void *config, struct source *source, struct sink *sink,
	bool (*take)(struct lines_reading *reading, char *line, unsigned number))
{
	struct lines_reading reading = { .config = config, .source = source, .sink = sink };
	struct bytes content;
	if (!source_read(source, &content, sink->diags))
		return false;
	char *rest = arena_strndup(source->arena, content.data, content.size);
	unsigned number = 1;
	for (char *line; *rest && (line = strsep(&rest, "\n")); number++) {
		if (!take(&reading, line, number))
			return false;
	}
	sink->detected = "lines";
	sink->complete = true;
	return true;
}

static inline bool
read_table(const void *config, struct source *source, struct sink *sink)
{
	return each_line(config, source, sink, table_line);
}

static inline bool
read_pairs(const void *config, struct source *source, struct sink *sink)
{
	return each_line(config, source, sink, pairs_line);
}

static inline bool
read_directory(const void *config, struct source *source, struct sink *sink)
{
	return each_line(config, source, sink, directory_line);
}

static inline bool
read_accounts(const void *config, struct source *source, struct sink *sink)
{
	return each_line(config, source, sink, account_line);
}

static const struct importer table_importer = { .abi = IMPORTER_ABI,
	.name = "table",
	.options = lines_options,
	.config_size = sizeof(struct lines_config),
	.read = read_table };
static const struct importer pairs_importer = { .abi = IMPORTER_ABI,
	.name = "pairs",
	.options = lines_options,
	.config_size = sizeof(struct lines_config),
	.read = read_pairs };
static const struct importer directory_importer = { .abi = IMPORTER_ABI,
	.name = "directory",
	.options = lines_options,
	.config_size = sizeof(struct lines_config),
	.read = read_directory };
static const struct importer accounts_importer = {
	.abi = IMPORTER_ABI, .name = "accounts", .read = read_accounts
};

static const struct importer *const known[] = { &table_importer, &pairs_importer,
	&directory_importer, &accounts_importer, NULL };

/* ---- a file for each test ---- */

static inline const char *
write_source(struct fixture *fixture, const char *text, mode_t mode)
{
	char *path = arena_strdup(&fixture->arena, "/tmp/rehome-intake-XXXXXX");
	AUTO_CLOSE int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	return path;
}

/* Reads text through an importer; the file is called "source" in what is said. */
static inline bool
take_in(struct fixture *fixture, struct source_config *config, const char *text,
	struct intake *intake)
{
	const char *path = write_source(fixture, text, 0600);
	config->name = "staff";
	config->importer = config->importer ? config->importer : "table";
	config->location = path;
	fixture_clear(fixture);
	struct importer_set set = { .built_in = known, .arena = &fixture->arena };
	bool ok = intake_read(config, &set, &fixture->arena, intake, &fixture->diags);
	assert_int_equal(unlink(path), 0);
	ARRAY_FOREACH (diag, &fixture->diags) {
		if (diag->place.file && strstr(diag->place.file, "rehome-intake-"))
			diag->place.file = "source";
	}
	return ok;
}

/* "jmueller<key> ..." of all accounts, then "/ errors" of each refused row by its number. */
static inline const char *
taken(struct fixture *fixture, const struct intake *intake)
{
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (account, &intake->accounts)
		buffer_printf(&out, "%s<%s> ", (*account)->username, (*account)->key);
	ARRAY_FOREACH (row, &intake->rejected)
		buffer_printf(&out, "/ %u: %s ", row->record->number, row->errors);
	return arena_strdup(&fixture->arena, buffer_text(&out));
}

#endif
