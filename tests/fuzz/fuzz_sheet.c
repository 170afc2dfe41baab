/*
 * fuzz_sheet.c - accounts and refused rows as spreadsheets: any text in their cells.
 *
 * The input is the texts of fields in turn. What must hold: no cell of a sheet that we write begins
 * like a formula; and an exported sheet is read back as the same accounts.
 */
#include "core/model/exporter.h"
#include "core/model/importer.h"
#include "core/model/intake.h"
#include "tests/fuzz/must.h"

extern const struct importer csv_importer;
extern const struct exporter csv_exporter;

enum { ACCOUNTS_MAX = 3 };

struct reading {
	struct arena *arena;
	size_t rows, columns;
	const struct account *accounts; /* what the rows must say; NULL = only counted */
	bool raw;			/* cells as they stand in the file */
};

/* ---- reading a sheet back ---- */

static bool
on_header(void *ctx, const struct record *header)
{
	struct reading *reading = ctx;
	reading->columns = header->fields.count;
	return true;
}

static const char *
text_of(const struct account *account, const char *name)
{
	enum account_field field = account_field_parse(name);
	const char *const texts[ACCOUNT_FIELDS] = {
		[ACCOUNT_KEY] = account->key,
		[ACCOUNT_USERNAME] = account->username,
		[ACCOUNT_FULL_NAME] = account->full_name,
		[ACCOUNT_EMAIL] = account->email,
		[ACCOUNT_LAYOUT] = account->layout,
		[ACCOUNT_PASSWORD] = account->password,
	};
	MUST(field < ACCOUNT_FIELDS);
	return texts[field] ? texts[field] : "";
}

static bool
on_record(void *ctx, const struct record *record)
{
	struct reading *reading = ctx;
	MUST(record->fields.count == reading->columns);
	ARRAY_FOREACH (field, &record->fields) {
		if (reading->raw)
			MUST(!*field->value || !strchr("=+-@\t\r", *field->value));
		if (reading->accounts)
			MUST(strcmp(field->value,
				     text_of(&reading->accounts[reading->rows], field->name)) == 0);
	}
	reading->rows++;
	return true;
}

static void
on_reject(void *ctx, const struct record *record)
{
	(void)ctx, (void)record;
	abort(); /* a row that we wrote ourselves */
}

static void
read_back(struct bytes sheet, struct reading *reading)
{
	struct diags diags = { .arena = reading->arena };
	struct source source = { .name = "fuzz",
		.importer = "csv",
		.location = "fuzz",
		.shown = "fuzz",
		.arena = reading->arena,
		.read = true,
		.content = sheet };
	struct sink sink = { .ctx = reading,
		.record = on_record,
		.header = on_header,
		.reject = on_reject,
		.diags = &diags };
	const struct option_spec *options = csv_importer.options;
	void *config = arena_alloc(reading->arena, csv_importer.config_size);
	option_defaults(options, config, reading->arena);
	MUST(option_set(options, config, "delimiter", ",", NOWHERE, reading->arena, &diags));
	MUST(option_set(options, config, "unescape", reading->raw ? "no" : "yes", NOWHERE,
		reading->arena, &diags));
	MUST(csv_importer.read(config, &source, &sink) && !diags.errors);
}

/* ---- accounts ---- */

static size_t
make_accounts(struct bytes input, struct arena *arena, struct account accounts[ACCOUNTS_MAX])
{
	static const enum account_field fields[] = { ACCOUNT_FULL_NAME, ACCOUNT_KEY, ACCOUNT_EMAIL,
		ACCOUNT_LAYOUT, ACCOUNT_PASSWORD };
	size_t count = 0;
	for (; input.size && count < ACCOUNTS_MAX; count++) {
		struct account *account = &accounts[count];
		struct diags diags = { .arena = arena };
		MUST(account_set(account, ACCOUNT_USERNAME, arena_printf(arena, "u%zu", count),
			NOWHERE, arena, &diags));
		for (size_t i = 0; i < ARRAY_LEN(fields) && input.size; i++) {
			const char *text = next_part(&input, arena);
			if (!is_cell(text))
				continue;
			bool good = account_set(account, fields[i], text, NOWHERE, arena, &diags);
			must_be_told(good, &diags);
			diags.errors = 0;
		}
	}
	return count;
}

static void
try_export(struct bytes input, struct arena *arena)
{
	AUTO_BUFFER struct buffer sheet = { 0 };
	struct diags diags = { .arena = arena };
	struct account accounts[ACCOUNTS_MAX] = { 0 };
	const struct account *list[ACCOUNTS_MAX];
	size_t count = make_accounts(input, arena, accounts);
	for (size_t i = 0; i < count; i++)
		list[i] = &accounts[i];
	struct export_job job = { .accounts = list,
		.count = count,
		.with_secrets = true,
		.out = &sheet,
		.arena = arena,
		.diags = &diags };
	void *config = arena_alloc(arena, csv_exporter.config_size);
	option_defaults(csv_exporter.options, config, arena);
	MUST(csv_exporter.write(config, &job));
	if (!count)
		return;
	struct reading raw = { .arena = arena, .raw = true };
	struct reading same = { .arena = arena, .accounts = accounts };
	read_back(buffer_bytes(&sheet), &raw);
	read_back(buffer_bytes(&sheet), &same);
	MUST(raw.rows == count && same.rows == count);
}

/* ---- refused rows ---- */

static void
try_rejects(struct bytes input, struct arena *arena)
{
	AUTO_BUFFER struct buffer sheet = { 0 };
	struct record header = { 0 }, row = { 0 };
	static const char *const columns[] = { "login", "name", "mail" };
	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		const char *cell = next_part(&input, arena);
		if (!is_cell(cell))
			return;
		ARRAY_PUSH(arena, &header.fields, (struct record_field){ columns[i], "", NOWHERE });
		ARRAY_PUSH(arena, &row.fields, (struct record_field){ columns[i], cell, NOWHERE });
	}
	const char *errors = next_part(&input, arena);
	/* Nothing is refused without a reason. */
	if (!is_cell(errors) || !*text_trimmed(arena, errors))
		return;
	struct rejected_row rejected = { &row, errors };
	struct intake intake = { .header = &header, .rejected = { &rejected, 1, 1 } };
	intake_write_rejects(&intake, &sheet);

	struct reading reading = { .arena = arena, .raw = true };
	read_back(buffer_bytes(&sheet), &reading);
	MUST(reading.columns == ARRAY_LEN(columns) + 1 && reading.rows == 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct bytes input = { (const char *)data, size };
	try_export(input, &arena);
	try_rejects(input, &arena);
	return 0;
}
