/*
 * csv.c - accounts as a spreadsheet that the csv importer reads back.
 *
 * UTF-8 with a byte order mark and CRLF, since Excel takes anything else for its own code page.
 * Columns are the fields of account.h in their order, those that some account has: key, username,
 * full_name, email, uid, password and password_hash with secrets, ssh_keys (one a line of the
 * cell), groups, layout, folders (core/model/layout.h has the grammar), home, shell, expires
 * (2027-12-31, never), state, jail_profile (read-only umask=027 start=www log=INFO
 * from=10.0.0.0/8). An empty cell is not given; a list that is given as none is "(none)". A cell
 * that a spreadsheet would run as a formula has an apostrophe in front (cell.h).
 *
 * A sheet is UTF-8: a name that is not is an error. It loses what `export json` keeps: that a login
 * was made from a name, so that a taken one is an error instead of getting a suffix; and, with a
 * warning, what a password is that nothing here verifies, and one of blanks only.
 */
#include <string.h>

#include "exporters/cell.h"
#include "exporters/field.h"
#include "exporters/loss.h"

struct csv_config {
	const char *delimiter;
};

static const struct option_spec csv_options[] = {
	{ .name = "delimiter",
		.type = OPTION_CHOICE,
		.offset = offsetof(struct csv_config, delimiter),
		.initial = "comma",
		.choices = "comma|semicolon|tab",
		.help = "what stands between cells; Excel in many languages expects semicolon" },
	{ .name = NULL },
};

static char
delimiter_char(const char *word)
{
	if (strcmp(word, "tab") == 0)
		return '\t';
	return strcmp(word, "semicolon") == 0 ? ';' : ',';
}

/* ---- what a sheet cannot say ---- */

static void
note_losses(struct losses *losses, const struct account *account)
{
	if (field_is_written(losses->job, account, ACCOUNT_PASSWORD) &&
		!*text_trimmed(losses->job->arena, account->password))
		loss_add(losses, account,
			"a sheet cannot hold a password that cannot be seen, so it is left out",
			NULL);
	if (account->foreign_hash)
		loss_add(losses, account,
			"a sheet cannot say that nothing here verifies the password, so none is "
			"told",
			"Use export json to keep that.");
}

/* ---- the sheet ---- */

/* "profile" alone is not taken for ours, as it is a person's in the sheets of others. */
static const char *
column_name(enum account_field field)
{
	return field == ACCOUNT_PROFILE ? "jail_profile" : account_field_name(field);
}

static const char *
cell_text(const struct account *account, enum account_field field, struct arena *arena)
{
	const char *text = field_text(account, field, arena);
	return *text ? text : "(none)";
}

/* A column that no account has would only be something to fill in wrongly. */
static bool
has_column(const struct export_job *job, enum account_field field)
{
	if (field == ACCOUNT_USERNAME)
		return true;
	for (size_t i = 0; i < job->count; i++) {
		if (field_is_written(job, job->accounts[i], field))
			return true;
	}
	return false;
}

static void
write_row(const struct export_job *job, const struct account *account, const bool *columns,
	char delimiter)
{
	bool first = true;
	for (unsigned field = 0; field < ACCOUNT_FIELDS; field++) {
		if (!columns[field])
			continue;
		if (!first)
			buffer_add_char(job->out, delimiter);
		first = false;
		if (!account)
			cell_add(job->out, column_name(field), delimiter);
		else if (field_is_written(job, account, field))
			cell_add(job->out, cell_text(account, field, job->arena), delimiter);
	}
	buffer_add_text(job->out, "\r\n");
}

static bool
csv_write_accounts(const void *config, const struct export_job *job)
{
	const struct csv_config *csv = config;
	char delimiter = delimiter_char(csv->delimiter);
	bool columns[ACCOUNT_FIELDS], good = true;
	struct losses losses = { .job = job };
	for (unsigned field = 0; field < ACCOUNT_FIELDS; field++)
		columns[field] = has_column(job, field);

	buffer_add_text(job->out, "\xEF\xBB\xBF");
	write_row(job, NULL, columns, delimiter);
	for (size_t i = 0; i < job->count; i++) {
		good &= field_check_utf8(job, job->accounts[i]);
		note_losses(&losses, job->accounts[i]);
		write_row(job, job->accounts[i], columns, delimiter);
	}
	losses_tell(&losses);
	return good;
}

const struct exporter csv_exporter = {
	.abi = EXPORTER_ABI,
	.name = "csv",
	.summary = "accounts as a spreadsheet, which the csv importer reads",
	.options = csv_options,
	.config_size = sizeof(struct csv_config),
	.write = csv_write_accounts,
};
