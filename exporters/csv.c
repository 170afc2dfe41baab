/*
 * csv.c - accounts as a spreadsheet that the csv importer reads back.
 *
 * UTF-8 with a byte order mark and CRLF, since Excel takes anything else for its own code page.
 *
 * A sheet cannot say everything: an empty cell is "not given" and never "none", and a folder has no
 * owner, group or mode of its own. What is lost is reported; `export json` loses nothing.
 */
#include <string.h>

#include "exporters/cell.h"
#include "exporters/field.h"

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

static bool
has_own_rights(const struct account *account)
{
	if (!account_has(account, ACCOUNT_FOLDERS))
		return false;
	ARRAY_FOREACH (folder, &account->folders) {
		if (folder->owner || folder->group || folder->has_mode)
			return true;
	}
	return false;
}

static bool
is_none(const struct account *account, enum account_field field)
{
	if (!account_has(account, field))
		return false;
	switch (field) {
	case ACCOUNT_SSH_KEYS:
		return !account->ssh_keys.count;
	case ACCOUNT_GROUPS:
		return !account->groups.count;
	case ACCOUNT_FOLDERS:
		return !account->folders.count;
	default:
		return false;
	}
}

static void
warn_of_losses(const struct export_job *job, const struct account *account)
{
	for (unsigned field = 0; field < ACCOUNT_FIELDS; field++) {
		if (!is_none(account, field))
			continue;
		diag_warning(job->diags, account->place,
			"a sheet cannot say that '%s' is none: the cell is left empty",
			account_field_name(field));
		diag_user(job->diags, account->username);
		diag_hint(job->diags, "Use export json to keep it.");
	}
	if (!profile_is_empty(&account->profile)) {
		diag_warning(job->diags, account->place,
			"a sheet cannot hold a profile, which is: %s",
			profile_words(&account->profile, job->arena));
		diag_user(job->diags, account->username);
		diag_hint(job->diags, "Use export json to keep it, or give it a layout.");
	}
	if (!has_own_rights(account))
		return;
	diag_warning(job->diags, account->place,
		"a sheet cannot hold the owner, group or mode of a folder");
	diag_user(job->diags, account->username);
	diag_hint(job->diags, "Use export json to keep them, or a layout.");
}

/* ---- the sheet ---- */

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
			cell_add(job->out, account_field_name(field), delimiter);
		else if (field_is_written(job, account, field))
			cell_add(job->out, field_text(account, field, job->arena), delimiter);
	}
	buffer_add_text(job->out, "\r\n");
}

static bool
csv_write_accounts(const void *config, const struct export_job *job)
{
	const struct csv_config *csv = config;
	char delimiter = delimiter_char(csv->delimiter);
	bool columns[ACCOUNT_FIELDS];
	for (unsigned field = 0; field < ACCOUNT_FIELDS; field++)
		columns[field] = has_column(job, field);

	buffer_add_text(job->out, "\xEF\xBB\xBF");
	write_row(job, NULL, columns, delimiter);
	for (size_t i = 0; i < job->count; i++) {
		warn_of_losses(job, job->accounts[i]);
		write_row(job, job->accounts[i], columns, delimiter);
	}
	return true;
}

const struct exporter csv_exporter = {
	.abi = EXPORTER_ABI,
	.name = "csv",
	.summary = "accounts as a spreadsheet, which the csv importer reads",
	.options = csv_options,
	.config_size = sizeof(struct csv_config),
	.write = csv_write_accounts,
};
