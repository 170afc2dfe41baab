/*
 * intake.c - from a configured source to accounts and refused rows.
 *
 * With a header a row is mapped when it comes, so that of an entry of a directory only the account
 * stays. Without one rows are collected and mapped afterwards, because only then all columns are
 * known. What the importer said about rows and what is wrong with them is merged, so that
 * diagnostics come in the order of the rows. What mapping needs beside the account is forgotten
 * after each row.
 */
#include "core/model/intake.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/watcher.h"
#include "core/model/account_copy.h"
#include "core/model/intake_rows.h"
#include "core/model/old_account.h"

struct reading {
	const struct source_config *config;
	const struct importer *importer;
	struct intake *intake;
	struct source source;
	struct sink sink;
	struct intake_rows rows;
	struct diags said;	  /* by the importer, and about rows that were mapped at once */
	struct diags binding;	  /* about the mapping as a whole */
	size_t before_binding;	  /* how many of said come before that */
	size_t attributed;	  /* how many of these belong to rows that were seen */
	size_t merged;		  /* how many of these are in diags */
	bool alive;		  /* the importer came to the end */
	bool unbound;		  /* there can be no mapping */
	const struct diag *stray; /* the first of its errors that is no row's */
	struct mapping *mapping;
	struct arena row;	    /* what lives as long as one row */
	struct place_keeper keeper; /* of entries */
	struct old_account_config old_accounts;
	struct arena *arena;
	struct diags *diags;
};

/* ---- rows ---- */

static struct record *
copy_record(struct arena *arena, const struct record *record)
{
	struct record *copy = arena_copy(arena, record, sizeof(*record));
	copy->fields.items = arena_copy(
		arena, record->fields.items, record->fields.count * sizeof(*record->fields.items));
	copy->fields.room = record->fields.count;
	return copy;
}

/* With its strings, of the first fields. */
static struct record *
copy_entry(struct reading *reading, const struct record *record, size_t fields)
{
	struct record *copy = copy_record(reading->arena, record);
	copy->fields.count = fields < record->fields.count ? fields : record->fields.count;
	copy->place = place_keep(&reading->keeper, record->place);
	ARRAY_FOREACH (field, &copy->fields) {
		field->name = place_keep_name(&reading->keeper, field->name);
		field->value = arena_strdup(reading->arena, field->value);
		field->place = place_keep(&reading->keeper, field->place);
	}
	return copy;
}

/* Of a good entry only the first field stays, by which people know it. */
static struct record *
keep_record(struct reading *reading, const struct record *record)
{
	place_keeper_next_row(&reading->keeper);
	return reading->sink.entries ? copy_entry(reading, record, 1)
				     : copy_record(reading->arena, record);
}

/* ---- diagnostics in the order of the rows ---- */

/* With on_bad_row skip, a fault in a row of a source that is otherwise whole is a warning. */
static void
pass_on(struct reading *reading, const struct diag *diag)
{
	struct diag copy = *diag;
	if (copy.level == DIAG_ERROR && reading->alive &&
		reading->config->on_bad_row == BAD_ROW_SKIP)
		copy.level = DIAG_WARNING;
	diag_append(reading->diags, &copy);
}

static void
merge_first(struct reading *reading, size_t count)
{
	for (; reading->merged < count; reading->merged++)
		pass_on(reading, &reading->said.items[reading->merged]);
}

/* What the importer said up to a line. */
static void
merge_said(struct reading *reading, unsigned line)
{
	for (; reading->merged < reading->said.count; reading->merged++) {
		const struct diag *diag = &reading->said.items[reading->merged];
		if (diag->place.line > line)
			return;
		pass_on(reading, diag);
	}
}

/* ---- mapping ---- */

/* All names that records have, in the order of their first appearance. */
static struct record *
header_of_rows(const struct reading *reading)
{
	struct record *header = ARENA_NEW(reading->arena, struct record);
	struct table seen = { .arena = reading->arena };
	header->place = at(reading->source.shown, 0);
	ARRAY_FOREACH (row, &reading->rows) {
		ARRAY_FOREACH (field, &row->record->fields) {
			if (table_get(&seen, field->name))
				continue;
			table_set(&seen, field->name, field);
			ARRAY_PUSH(reading->arena, &header->fields, *field);
		}
	}
	mapping_add_columns(reading->config->mapping, header, reading->arena, reading->diags);
	return header;
}

static bool
has_records(const struct intake_rows *rows)
{
	ARRAY_FOREACH (row, rows) {
		if (!row->account && !row->unreadable)
			return true;
	}
	return false;
}

static void
bind(struct reading *reading, const struct record *header)
{
	reading->unbound = !mapping_bind(reading->config->mapping, reading->sink.defaults, header,
		reading->arena, &reading->mapping, &reading->binding);
	if (reading->unbound)
		return;
	reading->mapping->sets = reading->sink.entries;
	reading->mapping->explain = reading->sink.explain;
	reading->intake->mapping = reading->mapping;
}

static bool
is_explained(const struct reading *reading, const char *login)
{
	const struct string_list *asked = reading->config->explain;
	return !asked->count || string_list_has(asked, login);
}

/* Into row->account, and what is wrong with it, by which the row is refused. */
static void
map_row(struct reading *reading, const struct record *record, struct intake_row *row,
	struct diags *said)
{
	struct place_keeper *keeper = reading->sink.entries ? &reading->keeper : NULL;
	struct account account;
	bool ok = mapping_apply(reading->mapping, record, &reading->row, &account, said);
	assert(ok || said->errors);
	account.source = reading->config->name;
	if (account.reasons && !is_explained(reading, account.username))
		account.reasons = NULL;
	row->account = account_copy(&account, keeper, reading->arena);
	ARRAY_FOREACH (diag, said) {
		if (keeper)
			diag->place = place_keep(keeper, diag->place);
		if (!diag->user)
			diag->user = row->account->username;
		if (diag->level == DIAG_ERROR)
			intake_row_refuse(row, diag, reading->arena);
	}
	if (row->errors && reading->sink.entries)
		row->record = copy_entry(reading, record, record->fields.count);
	arena_clear(&reading->row);
}

/* Those of a source without header. */
static void
map_collected(struct reading *reading)
{
	ARRAY_FOREACH (row, &reading->rows) {
		struct diags said = { .arena = reading->diags->arena };
		merge_said(reading, row->record->place.line);
		if (!row->account && !row->unreadable && reading->mapping)
			map_row(reading, row->record, row, &said);
		ARRAY_FOREACH (diag, &said)
			pass_on(reading, diag);
	}
}

static void
map_at_once(struct reading *reading, const struct record *record, struct intake_row *row)
{
	struct diags said = { .arena = reading->diags->arena };
	map_row(reading, record, row, &said);
	ARRAY_FOREACH (diag, &said)
		diag_append(&reading->said, diag);
	reading->attributed = reading->said.count;
}

/*
 * An entry without keys or groups has none, and those that were taken from it must go. Where no
 * entry at all has any, they are as likely not to be readable, and nothing follows.
 */
static void
settle_lists(struct reading *reading)
{
	static const enum account_field lists[] = { ACCOUNT_SSH_KEYS, ACCOUNT_GROUPS };
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		if (!mapping_found(reading->mapping, lists[i], reading->arena))
			continue;
		ARRAY_FOREACH (row, &reading->rows) {
			if (row->account && !account_has(row->account, lists[i]))
				account_set_none(row->account, lists[i], row->account->place);
		}
	}
}

/* Rows into accounts, and all that was said in the order of the rows. */
static void
map_rows(struct reading *reading)
{
	bool has_header = reading->intake->header;
	if (has_header)
		merge_first(reading, reading->before_binding);
	else
		merge_said(reading, 0);
	if (!has_header && has_records(&reading->rows))
		bind(reading, header_of_rows(reading));
	ARRAY_FOREACH (diag, &reading->binding)
		diag_append(reading->diags, diag);
	if (!has_header)
		map_collected(reading);
	merge_said(reading, UINT_MAX);
	if (!reading->sink.entries || !reading->mapping || !reading->rows.count)
		return;
	settle_lists(reading);
	mapping_warn_missing(
		reading->config->mapping, reading->mapping, reading->arena, reading->diags);
}

/* ---- what the importer delivers ---- */

/* An entry's attributes were asked for by now, so a mapping that cannot be is the end. */
static bool
take_header(void *ctx, const struct record *header)
{
	struct reading *reading = ctx;
	reading->intake->header = copy_record(reading->arena, header);
	reading->before_binding = reading->said.count;
	bind(reading, header);
	return !reading->unbound || !reading->sink.entries;
}

/* Errors since the last row: about this row if it was refused or if they name its line. NULL =
 * there are no more rows. */
static void
attribute_errors(struct reading *reading, struct intake_row *row)
{
	for (; reading->attributed < reading->said.count; reading->attributed++) {
		const struct diag *diag = &reading->said.items[reading->attributed];
		if (diag->level != DIAG_ERROR)
			continue;
		bool same_line =
			row && diag->place.line && diag->place.line == row->record->place.line;
		if (row && (row->unreadable || same_line))
			intake_row_refuse(row, diag, reading->arena);
		else if (!reading->stray)
			reading->stray = arena_copy(reading->arena, diag, sizeof(*diag));
		if (row && same_line)
			row->is_damaged = true;
	}
}

static void
tell_watcher(const struct reading *reading)
{
	watcher_tell(reading->config->watcher, "rows",
		reading->rows.count + reading->intake->old_logins.count, 0);
}

static bool
take_record(void *ctx, const struct record *record)
{
	struct reading *reading = ctx;
	struct intake_row row = { .record = keep_record(reading, record) };
	attribute_errors(reading, &row);
	if (reading->mapping)
		map_at_once(reading, record, &row);
	ARRAY_PUSH(reading->arena, &reading->rows, row);
	tell_watcher(reading);
	return true;
}

static void
take_reject(void *ctx, const struct record *record)
{
	struct reading *reading = ctx;
	struct intake_row row = { .unreadable = true };
	place_keeper_next_row(&reading->keeper);
	row.record = reading->sink.entries ? copy_entry(reading, record, record->fields.count)
					   : copy_record(reading->arena, record);
	if (reading->sink.entries && reading->mapping) {
		row.key = mapping_key(reading->mapping, row.record, reading->arena);
		row.is_closed = mapping_is_closed(reading->mapping, row.record, reading->arena);
	}
	attribute_errors(reading, &row);
	ARRAY_PUSH(reading->arena, &reading->rows, row);
}

/* Of what was just rejected, or of an entry of which there is only what was said about it. */
static void
take_present(void *ctx, const char *key)
{
	struct reading *reading = ctx;
	struct record record = { .number = (unsigned)reading->rows.count + 1 };
	struct intake_row row = { .record = &record, .unreadable = true };
	struct intake_row *last =
		reading->rows.count ? &reading->rows.items[reading->rows.count - 1] : NULL;
	key = arena_strdup(reading->arena, key);
	table_set(&reading->intake->present, key, reading);
	attribute_errors(reading, &row);
	if (row.errors) {
		record.place = reading->said.items[reading->said.count - 1].place;
		row.record = arena_copy(reading->arena, &record, sizeof(record));
		row.key = key;
		ARRAY_PUSH(reading->arena, &reading->rows, row);
	} else if (last && last->unreadable) {
		last->key = key;
	}
}

static bool
take_account(void *ctx, const struct account *account)
{
	struct reading *reading = ctx;
	struct record record = { .place = account->place,
		.number = (unsigned)reading->rows.count + 1 };
	struct intake_row row = {
		.record = arena_copy(reading->arena, &record, sizeof(record)),
		.account = arena_copy(reading->arena, account, sizeof(*account)),
	};
	if (!row.account->source)
		row.account->source = reading->config->name;
	attribute_errors(reading, &row);
	ARRAY_PUSH(reading->arena, &reading->rows, row);
	tell_watcher(reading);
	return true;
}

static bool
take_old_login(void *ctx, const struct old_login *login)
{
	struct reading *reading = ctx;
	ARRAY_PUSH(reading->arena, &reading->intake->old_logins,
		arena_copy(reading->arena, login, sizeof(*login)));
	tell_watcher(reading);
	return true;
}

/* ---- findings over all rows ---- */

static void
check_rows(struct reading *reading)
{
	struct diags said = { .arena = reading->diags->arena };
	intake_refuse_nameless(&reading->rows, reading->arena, &said);
	intake_refuse_duplicates(&reading->rows, ACCOUNT_USERNAME, reading->arena, &said);
	intake_refuse_duplicates(&reading->rows, ACCOUNT_KEY, reading->arena, &said);
	intake_warn_lost_zeros(&reading->rows, &said);
	intake_name_keys(&reading->rows, reading->arena, &said);
	ARRAY_FOREACH (diag, &said)
		pass_on(reading, diag);
}

static void
warn_readable_secrets(struct reading *reading)
{
	if (!reading->source.world_readable || !intake_rows_hold_secrets(&reading->rows))
		return;
	reading->intake->world_readable_secrets = true;
	diag_warning(reading->diags, at(reading->source.location, 0),
		"holds passwords or password hashes, and every user of this machine may read it");
	diag_code(reading->diags, "world-readable-secrets");
	diag_hint(reading->diags, "Run chmod 600 %s, and remove it when the accounts are made.",
		reading->source.location);
}

static void
warn_empty(struct reading *reading)
{
	if (!reading->alive || reading->rows.count || reading->intake->old_logins.count)
		return;
	diag_warning(reading->diags, at(reading->source.shown, 0), "has no rows");
	diag_code(reading->diags, "empty-source");
}

/* ---- the whole ---- */

bool
intake_set_option(const struct importer *importer, const struct source_setting *setting,
	void *options, struct old_account_config *old, struct arena *arena, struct diags *diags)
{
	bool is_old = importer->old_server && option_find(old_account_options, setting->name);
	return option_set(is_old ? old_account_options : importer->options,
		is_old ? (void *)old : options, setting->name, setting->value, setting->place,
		arena, diags);
}

/* Defaults, then the configuration's settings, then those of --set: in this order in config. */
static bool
set_options(struct reading *reading, void *options)
{
	bool ok = true;
	option_defaults(reading->importer->options, options, reading->arena);
	ARRAY_FOREACH (setting, &reading->config->settings)
		ok = intake_set_option(reading->importer, setting, options, &reading->old_accounts,
			     reading->arena, reading->diags) &&
			ok;
	return ok;
}

/* How diagnostics call it: a path by its last part, anything else as it is. */
static const char *
shown_location(const char *location)
{
	if (strcmp(location, "-") == 0)
		return "<stdin>";
	const char *slash = strrchr(location, '/');
	return slash && slash[1] && !strstr(location, "://") ? slash + 1 : location;
}

static bool
prepare(struct reading *reading, struct importer_set *known, void **ret_options)
{
	const struct source_config *config = reading->config;
	reading->importer =
		importer_set_find(known, config->importer, config->place, reading->diags);
	if (!reading->importer)
		return false;
	if (!config->location) {
		diag_error(reading->diags, config->place, "source '%s' does not say where it is",
			config->name);
		diag_hint(reading->diags, "Give it a file:, uri: or root:.");
		return false;
	}
	reading->source = (struct source){ .name = config->name,
		.importer = config->importer,
		.location = config->location,
		.shown = shown_location(config->location),
		.arena = reading->arena };
	*ret_options = arena_alloc(reading->arena, reading->importer->config_size);
	return set_options(reading, *ret_options);
}

/* *ret_complete as the importer says. */
static void
run_importer(struct reading *reading, const void *options, bool *ret_complete)
{
	struct sink *sink = &reading->sink;
	*sink = (struct sink){ .ctx = reading,
		.columns = reading->config->mapping
			? mapping_columns(reading->config->mapping, reading->arena)
			: NULL,
		.record = take_record,
		.account = take_account,
		.old_login = take_old_login,
		.header = take_header,
		.reject = take_reject,
		.explain = reading->config->explain != NULL,
		.present = take_present,
		.diags = &reading->said };
	reading->alive = reading->importer->read(options, &reading->source, sink);
	assert(reading->alive || reading->said.errors || reading->unbound);
	attribute_errors(reading, NULL);
	reading->intake->detected = sink->detected;
	reading->intake->incomplete = sink->incomplete;
	*ret_complete = reading->alive && sink->complete && !sink->incomplete;
}

static int
compare_old_logins(const void *a, const void *b)
{
	const struct old_login *const *left = a, *const *right = b;
	return strcmp((*left)->user, (*right)->user);
}

static void
sort_old_logins(struct intake *intake)
{
	if (intake->old_logins.count)
		qsort(intake->old_logins.items, intake->old_logins.count,
			sizeof(*intake->old_logins.items), compare_old_logins);
}

/* Where an old machine's files are on this one, without a slash at the end; NULL for an archive. */
static const char *
root_directory(const char *location, struct arena *arena)
{
	struct stat st;
	char path[PATH_MAX];
	if (!realpath(location, path) || stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return NULL;
	return strcmp(path, "/") == 0 ? "" : arena_strdup(arena, path);
}

static void
fill_old_logins(struct reading *reading)
{
	struct intake *intake = reading->intake;
	intake->is_old_server = reading->importer->old_server;
	if (!intake->is_old_server)
		return;
	if (reading->config->mapping) {
		diag_warning(reading->diags, reading->config->place,
			"what map: and its like say is for rows, and an old server has logins");
		diag_code(reading->diags, "map-unused");
		diag_hint(reading->diags,
			"Take it out; layout: and join_groups: are for all of them.");
	}
	sort_old_logins(intake);
	intake->rows = intake->old_logins.count;
	old_accounts_make(intake, &reading->old_accounts,
		root_directory(reading->config->location, reading->arena), reading->arena,
		reading->diags);
}

static void
fill_intake(struct reading *reading, bool complete)
{
	struct intake *intake = reading->intake;
	memcpy(intake->sha256, reading->source.sha256, sizeof(intake->sha256));
	intake->rows = reading->rows.count;
	ARRAY_FOREACH (row, &reading->rows) {
		if (row->errors)
			ARRAY_PUSH(reading->arena, &intake->rejected,
				(struct rejected_row){ row->record, row->errors });
		else if (row->account)
			ARRAY_PUSH(reading->arena, &intake->accounts, row->account);
	}
	fill_old_logins(reading);
	intake_find_present(&reading->rows,
		reading->mapping && reading->mapping->rules[ACCOUNT_KEY], reading->arena, intake);
	if (reading->stray && !intake->incomplete)
		intake->incomplete = reading->stray->message;
	intake->complete = complete && !intake->incomplete;
}

bool
intake_read(const struct source_config *source, struct importer_set *known, struct arena *arena,
	struct intake *ret_intake, struct diags *diags)
{
	size_t errors_before = diags->errors;
	*ret_intake = (struct intake){
		.name = source->name,
		.importer = source->importer,
		.location = source->location,
		.nss = source->nss,
		.present = { .arena = arena },
		.closed = { .arena = arena },
	};
	struct reading reading = { .config = source,
		.intake = ret_intake,
		.said = { .arena = diags->arena },
		.binding = { .arena = diags->arena },
		.keeper = { .names = { .arena = arena } },
		.arena = arena,
		.diags = diags };
	void *options;
	bool complete;
	if (!prepare(&reading, known, &options))
		return false;

	run_importer(&reading, options, &complete);
	map_rows(&reading);
	arena_finish(&reading.row);
	if (!reading.unbound)
		check_rows(&reading);
	warn_readable_secrets(&reading);
	warn_empty(&reading);
	fill_intake(&reading, complete && !reading.unbound);
	return diags->errors == errors_before;
}
