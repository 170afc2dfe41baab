/*
 * test_intake.c - a source read end to end: what is taken, what is refused, and what is said.
 *
 * The importers here read lines of cells between '|' from a real file, so that the intake is
 * tested against its contract and not against the syntax of some format.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

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
static void
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

static bool
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

/* name=value cells and no header. */
static bool
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

static bool
account_line(struct lines_reading *reading, char *line, unsigned number)
{
	struct account account = { .place = at(reading->source->shown, number) };
	if (*line &&
		!account_set(&account, ACCOUNT_USERNAME, line, account.place,
			reading->source->arena, reading->sink->diags))
		return true;
	return reading->sink->account(reading->sink->ctx, &account);
}

static bool
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

static bool
read_table(const void *config, struct source *source, struct sink *sink)
{
	return each_line(config, source, sink, table_line);
}

static bool
read_pairs(const void *config, struct source *source, struct sink *sink)
{
	return each_line(config, source, sink, pairs_line);
}

static bool
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
static const struct importer accounts_importer = {
	.abi = IMPORTER_ABI, .name = "accounts", .read = read_accounts
};
static const struct importer foreign_importer = { .abi = IMPORTER_ABI + 1, .name = "foreign" };

static const struct importer *const known[] = { &table_importer, &pairs_importer,
	&accounts_importer, &foreign_importer, NULL };

/* ---- a file for each test ---- */

static const char *
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
static bool
take_in(struct fixture *fixture, struct source_config *config, const char *text,
	struct intake *intake)
{
	const char *path = write_source(fixture, text, 0600);
	config->name = "staff";
	config->importer = config->importer ? config->importer : "table";
	config->location = path;
	fixture_clear(fixture);
	bool ok = intake_read(config, known, &fixture->arena, intake, &fixture->diags);
	assert_int_equal(unlink(path), 0);
	ARRAY_FOREACH (diag, &fixture->diags) {
		if (diag->place.file && strstr(diag->place.file, "rehome-intake-"))
			diag->place.file = "source";
	}
	return ok;
}

/* "jmueller<key> ..." of all accounts, then "/ errors" of each refused row by its number. */
static const char *
taken(struct fixture *fixture, const struct intake *intake)
{
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (account, &intake->accounts)
		buffer_printf(&out, "%s<%s> ", (*account)->username, (*account)->key);
	ARRAY_FOREACH (row, &intake->rejected)
		buffer_printf(&out, "/ %u: %s ", row->record->number, row->errors);
	return arena_strdup(&fixture->arena, buffer_text(&out));
}

/* ---- reading ---- */

static void
test_good_rows_become_accounts(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { 0 };
	struct intake intake;
	assert_true(take_in(fixture, &config, "login|id\nanna|e1\nbert|\n", &intake));
	assert_no_diags(fixture);
	assert_string_equal(taken(fixture, &intake), "anna<e1> bert<bert> ");
	assert_string_equal(intake.name, "staff");
	assert_string_equal(intake.importer, "table");
	assert_string_equal(intake.detected, "lines");
	assert_int_equal(intake.rows, 2);
	assert_true(intake.complete);
	assert_int_equal(intake.header->fields.count, 2);
	assert_string_equal(intake.accounts.items[0]->source, "staff");
	assert_int_equal(intake.accounts.items[1]->place.line, 3);
	assert_false(account_has(intake.accounts.items[1], ACCOUNT_KEY));
	assert_string_equal(
		intake.sha256, "22148aff875e77af156ee7c0cdf1c6e0eab3a02442367478b1ee1a266db2bb0a");
}

static void
test_bad_rows_stop_the_plan_and_are_kept_in_their_order(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { 0 };
	struct intake intake;
	assert_false(take_in(fixture, &config,
		"login|mail\nAnna|x\nbert|b@example.org\ncarl\ndora|d\n", &intake));
	assert_string_equal(said(fixture),
		"source:2:1: error: 'Anna' is not a login name | "
		"Use anna, or let username_filter: make names legal.\n"
		"source:2:2: error: 'x' is not an email address | "
		"Write one address, like anna@example.org.\n"
		"source:4: warning: odd row\n"
		"source:4: error: 1 cells\n"
		"source:5:2: error: 'd' is not an email address | "
		"Write one address, like anna@example.org.\n");
	assert_string_equal(taken(fixture, &intake),
		"bert<bert> "
		"/ 1: login: 'Anna' is not a login name; mail: 'x' is not an email address "
		"/ 3: 1 cells "
		"/ 4: mail: 'd' is not an email address ");
	assert_int_equal(intake.rows, 4);
	assert_false(intake.complete);
	assert_string_equal(fixture->diags.items[4].user, "dora");
}

static void
test_bad_rows_are_warnings_when_they_are_skipped(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .on_bad_row = BAD_ROW_SKIP };
	struct intake intake;
	assert_true(take_in(fixture, &config, "login|mail\nAnna|\nbert|\ncarl\n", &intake));
	assert_string_equal(said(fixture),
		"source:2:1: warning: 'Anna' is not a login name | "
		"Use anna, or let username_filter: make names legal.\n"
		"source:4: warning: odd row\n"
		"source:4: warning: 1 cells\n");
	assert_string_equal(taken(fixture, &intake),
		"bert<bert> / 1: login: 'Anna' is not a login name / 3: 1 cells ");
}

static void
test_a_record_that_the_importer_found_fault_with_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .on_bad_row = BAD_ROW_SKIP };
	struct intake intake;
	assert_true(take_in(fixture, &config, "login\nanna\ndamaged\nbert\n", &intake));
	assert_string_equal(said(fixture), "source:3: warning: cell is damaged\n");
	assert_string_equal(taken(fixture, &intake), "anna<anna> bert<bert> / 2: cell is damaged ");
}

/* Whoever is refused, or was never delivered, has not left. */
static void
test_a_listing_with_faults_is_not_complete(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .on_bad_row = BAD_ROW_SKIP };
	struct intake intake;
	assert_true(take_in(fixture, &config, "login\nanna\nBert\n", &intake));
	assert_int_equal(intake.rejected.count, 1);
	assert_false(intake.complete);

	config.importer = "accounts";
	assert_true(take_in(fixture, &config, "anna\nBert\n", &intake));
	assert_int_equal(intake.rejected.count, 0);
	assert_false(intake.complete);
}

static void
test_a_dead_source_is_an_error_even_when_bad_rows_are_skipped(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .on_bad_row = BAD_ROW_SKIP };
	struct intake intake;
	assert_false(take_in(fixture, &config, "login\nanna\ndead\nbert\n", &intake));
	assert_string_equal(said(fixture), "source:3: error: is dead\n");
	assert_string_equal(taken(fixture, &intake), "anna<anna> ");
	assert_false(intake.complete);
}

static void
test_a_header_that_gives_no_username_stops_the_plan(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .on_bad_row = BAD_ROW_SKIP };
	struct intake intake;
	assert_false(take_in(fixture, &config, "mail\na@example.org\n", &intake));
	assert_int_equal(fixture->diags.errors, 1);
	assert_string_equal(fixture->diags.items[0].code, "no-username-column");
	assert_string_equal(taken(fixture, &intake), "");
	assert_false(intake.complete);
}

static void
test_an_empty_source_is_a_warning(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { 0 };
	struct intake intake;
	assert_true(take_in(fixture, &config, "login|mail\n", &intake));
	assert_string_equal(fixture->diags.items[0].code, "empty-source");
	assert_int_equal(fixture->diags.items[0].level, DIAG_WARNING);
	assert_int_equal(fixture->diags.count, 1);
	assert_true(intake.complete);
}

static void
test_records_without_header_are_mapped_by_all_their_names(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .importer = "pairs" };
	struct intake intake;
	assert_true(take_in(fixture, &config,
			    "login=anna\nlogin=bert|groups=a|groups=b\nname=Carl Cox|login=\n",
			    &intake) == false);
	assert_string_equal(said(fixture),
		"source:3:2: error: the username is empty | "
		"Fill in the username, or what it is made from.\n");
	assert_string_equal(taken(fixture, &intake),
		"anna<anna> bert<bert> / 3: login: the username is empty ");
	assert_null(intake.header);
	assert_string_equal(account_said(intake.accounts.items[1], &fixture->arena),
		"username=bert groups=a+b");
}

static void
test_accounts_that_an_importer_makes_pass_through(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .importer = "accounts" };
	struct intake intake;
	assert_false(take_in(fixture, &config, "anna\n\nbert\nanna\n", &intake));
	const char *file = intake.accounts.items[0]->place.file;
	assert_string_equal(said(fixture),
		arena_printf(&fixture->arena,
			"source:2: error: has no username\n"
			"source:4: error: username 'anna' is also in %s:1 | "
			"Keep one of the two rows, or correct the username of one.\n",
			file));
	assert_string_equal(taken(fixture, &intake),
		arena_printf(&fixture->arena,
			"bert<bert> / 1: username 'anna' is also in %s:4 / 2: has no username "
			"/ 4: username 'anna' is also in %s:1 ",
			file, file));
	assert_string_equal(intake.accounts.items[0]->source, "staff");
}

/* ---- duplicates and keys ---- */

static void
test_duplicate_usernames_and_keys_name_both_places(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .on_bad_row = BAD_ROW_SKIP };
	struct intake intake;
	assert_true(take_in(
		fixture, &config, "login|id\nanna|1\nbert|2\nanna|3\ncarl|2\ndora|5\n", &intake));
	assert_int_equal(fixture->diags.count, 2);
	assert_string_equal(fixture->diags.items[0].code, "duplicate-username");
	assert_string_equal(fixture->diags.items[0].user, "anna");
	assert_int_equal(fixture->diags.items[0].place.line, 4);
	assert_int_equal(fixture->diags.items[0].place.column, 1);
	assert_string_equal(fixture->diags.items[1].code, "duplicate-key");
	assert_int_equal(fixture->diags.items[1].place.line, 5);
	assert_int_equal(fixture->diags.items[1].place.column, 2);

	/* All of them are refused: nobody knows which one is right. */
	assert_int_equal(intake.accounts.count, 1);
	assert_string_equal(intake.accounts.items[0]->username, "dora");
	assert_int_equal(intake.rejected.count, 4);
	const char *shown = fixture->diags.items[0].place.file;
	const char *file = intake.rejected.items[0].record->place.file;
	assert_string_equal(shown, "source");
	assert_string_equal(intake.rejected.items[0].errors,
		arena_printf(&fixture->arena, "username 'anna' is also in %s:4", file));
	assert_string_equal(intake.rejected.items[2].errors,
		arena_printf(&fixture->arena, "login: username 'anna' is also in %s:2", file));
}

/* A column that was mapped wrongly gives every row the same one. */
static void
test_of_many_equal_usernames_each_row_names_one_other(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .on_bad_row = BAD_ROW_SKIP };
	struct intake intake;
	assert_true(take_in(fixture, &config, "login\nanna\nanna\nanna\nanna\n", &intake));
	assert_int_equal(intake.accounts.count, 0);
	assert_int_equal(intake.rejected.count, 4);
	const char *file = intake.rejected.items[0].record->place.file;
	assert_string_equal(intake.rejected.items[0].errors,
		arena_printf(&fixture->arena, "username 'anna' is also in %s:3", file));
	for (size_t i = 1; i < intake.rejected.count; i++)
		assert_string_equal(intake.rejected.items[i].errors,
			arena_printf(
				&fixture->arena, "login: username 'anna' is also in %s:2", file));
}

static void
test_people_of_one_name_get_generated_usernames_and_keys_of_their_own(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { 0 };
	struct intake intake;
	assert_true(take_in(
		fixture, &config, "name\nJörg Müller\nJens Muller\nJÖRG MÜLLER\n", &intake));
	assert_string_equal(taken(fixture, &intake),
		"jmuller<name:jörg müller> jmuller<name:jens muller> "
		"jmuller<name:jörg müller#2> ");
	assert_int_equal(fixture->diags.count, 1);
	assert_string_equal(fixture->diags.items[0].code, "same-person");
	assert_int_equal(fixture->diags.items[0].place.line, 4);

	assert_true(take_in(fixture, &config,
		"name|id\nJörg Müller|1\nJens Muller|2\nJÖRG MÜLLER|3\n", &intake));
	assert_no_diags(fixture);
	assert_string_equal(taken(fixture, &intake), "jmuller<1> jmuller<2> jmuller<3> ");
}

/* ---- findings ---- */

static void
test_lost_leading_zeros_are_one_warning_that_names_lines(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { 0 };
	struct intake intake;
	assert_true(take_in(fixture, &config,
		"login|id\nanna|10456\nbert|123\ncarl|20001\ndora|77\n", &intake));
	assert_string_equal(said(fixture),
		"source:3:2: warning: some numbers have fewer than 5 digits (lines 3, 5): leading "
		"zeros may be lost | Where zeros are missing, format the column as text in the "
		"spreadsheet and enter them again.\n");
	assert_string_equal(fixture->diags.items[0].code, "leading-zeros");
}

static void
test_numbers_that_are_no_cut_digits_are_not_suspected(void **state)
{
	struct fixture *fixture = *state;
	static const char *const sources[] = {
		"login|id\na|1\nb|2\nc|3\nd|4\ne|12\n",
		"login|id\na|10001\nb|20002\n",
		"login|id\na|10001\nb|x2\n",
		"login|uid\na|2001\nb|20002\n",
	};
	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		struct source_config config = { 0 };
		struct intake intake;
		assert_true(take_in(fixture, &config, sources[i], &intake));
		assert_no_diags(fixture);
	}
}

static void
test_many_lost_zeros_are_counted_not_listed(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { 0 };
	struct intake intake;
	AUTO_BUFFER struct buffer text = { 0 };
	buffer_add_text(&text, "login|id\nanna|90000\n");
	for (unsigned i = 0; i < 13; i++)
		buffer_printf(&text, "u%u|%u\n", i, i + 10);
	assert_true(take_in(fixture, &config, buffer_text(&text), &intake));
	assert_string_equal(fixture->diags.items[0].message,
		"some numbers have fewer than 5 digits (lines 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and "
		"3 more): leading zeros may be lost");
}

static struct intake
read_with_mode(struct fixture *fixture, const char *text, mode_t mode)
{
	struct source_config config = { .name = "staff", .importer = "table" };
	struct intake intake;
	config.location = write_source(fixture, text, mode);
	fixture_clear(fixture);
	assert_true(intake_read(&config, known, &fixture->arena, &intake, &fixture->diags));
	assert_int_equal(unlink(config.location), 0);
	return intake;
}

static void
test_passwords_in_a_file_for_all_eyes_are_warned_about(void **state)
{
	struct fixture *fixture = *state;
	const char *secret = "login|password\nanna|correct horse\n";
	struct intake intake = read_with_mode(fixture, secret, 0644);
	assert_true(intake.world_readable_secrets);
	assert_int_equal(fixture->diags.count, 1);
	assert_string_equal(fixture->diags.items[0].code, "world-readable-secrets");
	assert_string_equal(fixture->diags.items[0].place.file, intake.location);
	assert_string_equal(fixture->diags.items[0].hint,
		arena_printf(&fixture->arena,
			"Run chmod 600 %s, and remove it when the accounts are made.",
			intake.location));

	intake = read_with_mode(fixture, secret, 0640);
	assert_false(intake.world_readable_secrets);
	assert_no_diags(fixture);
	intake = read_with_mode(fixture, "login|password\nanna|\n", 0644);
	assert_false(intake.world_readable_secrets);
	assert_no_diags(fixture);
}

/* ---- sources ---- */

static void
test_only_regular_files_are_read(void **state)
{
	struct fixture *fixture = *state;
	char *directory = arena_strdup(&fixture->arena, "/tmp/rehome-intake-XXXXXX");
	assert_non_null(mkdtemp(directory));
	const char *fifo = arena_printf(&fixture->arena, "%s/fifo", directory);
	const char *missing = arena_printf(&fixture->arena, "%s/missing", directory);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	const struct {
		const char *location, *message, *hint;
	} cases[] = {
		{ directory, "is a directory, not a regular file",
			"Name a file, or '-' for standard input." },
		{ fifo, "is a pipe, not a regular file", "Pipe it into table:- instead." },
		{ missing, "cannot open: No such file or directory", "" },
		{ "/dev/null", "is a device or socket, not a regular file",
			"Name a file, or '-' for standard input." },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct source source = { .importer = "table",
			.location = cases[i].location,
			.shown = "x",
			.arena = &fixture->arena };
		struct bytes content;
		fixture->place = at(cases[i].location, 0);
		assert_false(source_read(&source, &content, &fixture->diags));
		assert_only_error(fixture, cases[i].message, cases[i].hint);
		fixture_clear(fixture);
	}
	assert_int_equal(unlink(fifo), 0);
	assert_int_equal(rmdir(directory), 0);
}

static void
test_standard_input_is_read_once(void **state)
{
	struct fixture *fixture = *state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "login\nanna\n", 11), 11);
	assert_int_equal(close(ends[1]), 0);
	int saved = dup(STDIN_FILENO);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);

	struct source source = {
		.importer = "table", .location = "-", .shown = "<stdin>", .arena = &fixture->arena
	};
	struct bytes first, second;
	assert_true(source_read(&source, &first, &fixture->diags));
	assert_true(source_read(&source, &second, &fixture->diags));
	assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
	close(saved);
	close(ends[0]);

	assert_int_equal(first.size, 11);
	assert_memory_equal(first.data, "login\nanna\n", 11);
	assert_ptr_equal(second.data, first.data);
	assert_false(source.world_readable);
}

/* ---- options ---- */

static struct source_setting
setting(const char *name, const char *value)
{
	return (struct source_setting){ name, value, at_column("rehome.yaml", 4, 5, NULL) };
}

static void
test_options_come_from_the_table_then_the_configuration(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { 0 };
	struct intake intake;
	ARRAY_PUSH(&fixture->arena, &config.settings, setting("separator", ";"));
	assert_true(take_in(fixture, &config, "login;id\nanna;1\n", &intake));
	assert_string_equal(taken(fixture, &intake), "anna<1> ");

	ARRAY_PUSH(&fixture->arena, &config.settings, setting("seperator", ";"));
	assert_false(take_in(fixture, &config, "login;id\nanna;1\n", &intake));
	assert_string_equal(said(fixture),
		"rehome.yaml:4:5: error: unknown option 'seperator' | "
		"Did you mean 'separator'?\n");
}

static void
test_importers_of_another_abi_are_refused(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .importer = "foreign" };
	struct intake intake;
	assert_false(take_in(fixture, &config, "", &intake));
	assert_string_equal(said(fixture),
		"error: importer 'foreign' was built for another rehome | "
		"Install the version of it that belongs to this rehome.\n");
}

/* ---- what a SOURCE argument means ---- */

static struct config *
configuration(struct fixture *fixture)
{
	struct config *config = ARENA_NEW(&fixture->arena, struct config);
	struct source_config *partners = ARENA_NEW(&fixture->arena, struct source_config);
	partners->name = "partners";
	partners->importer = "table";
	partners->location = "/root/partners";
	ARRAY_PUSH(&fixture->arena, &partners->settings, setting("separator", ";"));
	ARRAY_PUSH(&fixture->arena, &partners->settings, setting("ignore", "a"));
	ARRAY_PUSH(&fixture->arena, &partners->settings, setting("ignore", "b"));
	ARRAY_PUSH(&fixture->arena, &config->sources, partners);
	return config;
}

/* "name importer location key=value ...", or what was said. */
static const char *
resolved(struct fixture *fixture, const char *argument, const char *first, const char *second)
{
	struct string_list settings = { 0 };
	struct source_config *source;
	if (first)
		string_list_push(&fixture->arena, &settings, first);
	if (second)
		string_list_push(&fixture->arena, &settings, second);
	fixture_clear(fixture);
	if (!intake_resolve(argument, configuration(fixture), known, &settings, &fixture->arena,
		    &source, &fixture->diags))
		return said(fixture);
	AUTO_BUFFER struct buffer out = { 0 };
	buffer_printf(&out, "%s %s %s", source->name, source->importer, source->location);
	ARRAY_FOREACH (item, &source->settings)
		buffer_printf(&out, " %s=%s", item->name, item->value);
	return arena_strdup(&fixture->arena, buffer_text(&out));
}

static void
test_source_arguments_are_names_or_importer_and_place(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *argument, *expected;
	} cases[] = {
		{ "partners", "partners table /root/partners separator=; ignore=a ignore=b" },
		{ "table:-", "table:- table -" },
		{ "table:/path/with:colon.csv",
			"table:/path/with:colon.csv table "
			"/path/with:colon.csv" },
		{ "pairs:pairs://host:389/", "pairs:pairs://host:389/ pairs pairs://host:389/" },
		{ "partner", "error: unknown source 'partner' | Did you mean 'partners'?\n" },
		{ "staff.table",
			"error: unknown source 'staff.table' | Did you mean "
			"'table:staff.table'?\n" },
		{ "xyz",
			"error: unknown source 'xyz' | Name a source of the configuration, or "
			"write "
			"IMPORTER:PLACE such as csv:staff.csv.\n" },
		{ "tabel:x", "error: unknown importer 'tabel' | Did you mean 'table'?\n" },
		{ "zzzzz:x",
			"error: unknown importer 'zzzzz' | Run rehome importers for the list.\n" },
		{ "table:",
			"error: 'table:' names no place to read | "
			"Write table:FILE, or table:- for standard input.\n" },
		{ ":x", "error: unknown importer '' | Run rehome importers for the list.\n" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(
			resolved(fixture, cases[i].argument, NULL, NULL), cases[i].expected);
}

static void
test_set_replaces_settings_of_the_configuration(void **state)
{
	struct fixture *fixture = *state;
	assert_string_equal(resolved(fixture, "partners", "ignore=c", "ignore=d=e"),
		"partners table /root/partners separator=; ignore=c ignore=d=e");
	assert_string_equal(
		resolved(fixture, "table:x", "separator=", NULL), "table:x table x separator=");
	assert_string_equal(resolved(fixture, "table:x", "separator", NULL),
		"--set: error: 'separator' is not key=value | "
		"Write --set delimiter=tab, for example.\n");
	assert_string_equal(resolved(fixture, "table:x", "=y", NULL),
		"--set: error: '=y' is not key=value | "
		"Write --set delimiter=tab, for example.\n");
}

/* ---- rejects ---- */

static void
test_rejects_have_the_same_columns_and_the_reason(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { 0 };
	struct intake intake;
	AUTO_BUFFER struct buffer out = { 0 };
	assert_false(take_in(fixture, &config,
		"login|mail|phone|error|note\n"
		"Anna|=cmd()|+49 1|old reason|a, \"b\"\n"
		"Bert|b@example.org| 1|| x \n"
		"bert|b@example.org|||\n"
		"@carl|-x|\tt||x|too|much\n",
		&intake));
	intake_write_rejects(&intake, &out);
	assert_string_equal(buffer_text(&out),
		"\xef\xbb\xbf"
		"login,mail,phone,note,,error\r\n"
		"Anna,'=cmd(),'+49 1,\"a, \"\"b\"\"\",,"
		"login: 'Anna' is not a login name; mail: '=cmd()' is not an email address\r\n"
		"Bert,b@example.org,\" 1\",\" x \",,login: 'Bert' is not a login name\r\n"
		"'@carl,'-x,\"'\tt\",x,too;much,7 cells\r\n");
}

static void
test_rejects_of_a_source_without_header_name_what_its_rows_have(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .importer = "pairs" };
	struct intake intake;
	AUTO_BUFFER struct buffer out = { 0 };
	assert_false(take_in(fixture, &config,
		"login=Anna|groups=a|groups=b\nlogin=bert|mail=b@example.org\nlogin=Carl|uid=7\n",
		&intake));
	intake_write_rejects(&intake, &out);
	assert_string_equal(buffer_text(&out),
		"\xef\xbb\xbf"
		"login,groups,uid,error\r\n"
		"Anna,a;b,,login: 'Anna' is not a login name\r\n"
		"Carl,,7,login: 'Carl' is not a login name\r\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_good_rows_become_accounts),
		fixture_test(test_bad_rows_stop_the_plan_and_are_kept_in_their_order),
		fixture_test(test_bad_rows_are_warnings_when_they_are_skipped),
		fixture_test(test_a_record_that_the_importer_found_fault_with_is_refused),
		fixture_test(test_a_listing_with_faults_is_not_complete),
		fixture_test(test_a_dead_source_is_an_error_even_when_bad_rows_are_skipped),
		fixture_test(test_a_header_that_gives_no_username_stops_the_plan),
		fixture_test(test_an_empty_source_is_a_warning),
		fixture_test(test_records_without_header_are_mapped_by_all_their_names),
		fixture_test(test_accounts_that_an_importer_makes_pass_through),
		fixture_test(test_duplicate_usernames_and_keys_name_both_places),
		fixture_test(test_of_many_equal_usernames_each_row_names_one_other),
		fixture_test(test_people_of_one_name_get_generated_usernames_and_keys_of_their_own),
		fixture_test(test_lost_leading_zeros_are_one_warning_that_names_lines),
		fixture_test(test_numbers_that_are_no_cut_digits_are_not_suspected),
		fixture_test(test_many_lost_zeros_are_counted_not_listed),
		fixture_test(test_passwords_in_a_file_for_all_eyes_are_warned_about),
		fixture_test(test_only_regular_files_are_read),
		fixture_test(test_standard_input_is_read_once),
		fixture_test(test_options_come_from_the_table_then_the_configuration),
		fixture_test(test_importers_of_another_abi_are_refused),
		fixture_test(test_source_arguments_are_names_or_importer_and_place),
		fixture_test(test_set_replaces_settings_of_the_configuration),
		fixture_test(test_rejects_have_the_same_columns_and_the_reason),
		fixture_test(test_rejects_of_a_source_without_header_name_what_its_rows_have),
	};
	return cmocka_run_group_tests_name("intake", tests, NULL, NULL);
}
