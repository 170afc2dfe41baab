/*
 * export_fixture.h - accounts out through an exporter and in again through an importer.
 */
#ifndef REHOME_TESTS_EXPORT_FIXTURE_H
#define REHOME_TESTS_EXPORT_FIXTURE_H

#include "import_fixture.h"

#include "core/model/exporter.h"
#include "core/model/mapping.h"

extern const struct importer csv_importer;

#define KEY_ANNA                                                                                   \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAVDlAwkRZCFyR89KI0MHyO1UQAuugWFCdqjE7e8j7Sm "        \
	"anna@example.org"
#define KEY_JM                                                                                     \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH77FT9jpSYsAVeJ76ZZhGgY2js4V2PzlVxlo2DE2shT "        \
	"jmueller@verlag-mueller.example"

#define HASH                                                                                       \
	"$6$saltstring$q2.778Y7vt0Ij2OIl01VlxEE6SEh8ZCtgFbyJX8fYkl5S7gx32QO24FV"                   \
	"g.rs4DkoAs9t6R19x4z8g69teXFxA0"

/* What goes in and out of one round trip. */
struct trip {
	struct arena arena;
	struct diags diags;
	ARRAY(const struct account *) accounts;
	const struct export_host *const *hosts;
	const struct layout *const *layouts;
	struct buffer out;
	bool written;
};

#define AUTO_TRIP AUTO(trip_finish)

static inline void
trip_finish(struct trip *trip)
{
	buffer_finish(&trip->out);
	arena_finish(&trip->arena);
}

static inline void
trip_init(struct trip *trip)
{
	*trip = (struct trip){ 0 };
	trip->diags.arena = &trip->arena;
}

/* An account with fields set from text: name, value, name, value, ..., NULL. */
static inline struct account *
add_account(struct trip *trip, const char *const *fields)
{
	struct account *account = ARENA_NEW(&trip->arena, struct account);
	for (; *fields; fields += 2)
		assert_true(account_set(account, account_field_parse(fields[0]), fields[1], NOWHERE,
			&trip->arena, &trip->diags));
	if (!account_has(account, ACCOUNT_KEY))
		account->key = account->username;
	ARRAY_PUSH(&trip->arena, &trip->accounts, account);
	return account;
}

#define FIELDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* option: "delimiter=tab", or NULL. */
static inline void
write_trip(struct trip *trip, const struct exporter *exporter, const char *option, bool secrets)
{
	void *config = arena_alloc(&trip->arena, exporter->config_size + 1);
	if (exporter->options)
		option_defaults(exporter->options, config, &trip->arena);
	if (option) {
		size_t size = strcspn(option, "=");
		assert_true(option_set(exporter->options, config,
			arena_strndup(&trip->arena, option, size), option + size + 1, NOWHERE,
			&trip->arena, &trip->diags));
	}
	const struct export_job job = {
		.accounts = trip->accounts.items,
		.count = trip->accounts.count,
		.hosts = trip->hosts,
		.layouts = trip->layouts,
		.with_secrets = secrets,
		.out = &trip->out,
		.arena = &trip->arena,
		.diags = &trip->diags,
	};
	trip->written = exporter->write(config, &job);
}

static inline void
assert_same_text(const char *a, const char *b)
{
	assert_string_equal(a ? a : "(null)", b ? b : "(null)");
}

static inline void
assert_same_list(const struct string_list *a, const struct string_list *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++)
		assert_string_equal(a->items[i], b->items[i]);
}

static inline void
assert_same_folders(const struct folder_list *a, const struct folder_list *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_string_equal(a->items[i].path, b->items[i].path);
		assert_int_equal(a->items[i].access, b->items[i].access);
		assert_same_text(a->items[i].owner, b->items[i].owner);
		assert_same_text(a->items[i].group, b->items[i].group);
		assert_int_equal(a->items[i].has_mode, b->items[i].has_mode);
		assert_int_equal(a->items[i].mode, b->items[i].mode);
	}
}

static inline void
assert_same_account(const struct account *a, const struct account *b)
{
	assert_int_equal(a->given, b->given);
	assert_same_text(a->key, b->key);
	assert_same_text(a->username, b->username);
	assert_same_text(a->full_name, b->full_name);
	assert_same_text(a->email, b->email);
	assert_int_equal(a->uid, b->uid);
	assert_same_text(a->password, b->password);
	assert_same_text(a->password_hash, b->password_hash);
	assert_same_list(&a->ssh_keys, &b->ssh_keys);
	assert_same_list(&a->groups, &b->groups);
	assert_same_text(a->layout, b->layout);
	assert_same_folders(&a->folders, &b->folders);
	assert_same_text(a->home, b->home);
	assert_same_text(a->shell, b->shell);
	assert_int_equal(a->expires, b->expires);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->username_generated, b->username_generated);
	AUTO_ARENA struct arena arena = { 0 };
	assert_string_equal(profile_text(&a->profile, &arena), profile_text(&b->profile, &arena));
	assert_same_text(a->foreign_hash, b->foreign_hash);
}

static inline void
assert_comes_back(const struct trip *trip, const struct import *import)
{
	assert_true(trip->written);
	assert_true(import->sink.complete);
	assert_int_equal(import->diags.errors, 0);
	assert_int_equal(import->accounts.count, trip->accounts.count);
	for (size_t i = 0; i < trip->accounts.count; i++)
		assert_same_account(trip->accounts.items[i], &import->accounts.items[i]);
}

/* ---- a sink that maps records, as the core's does ---- */

struct mapped {
	struct import *import;
	struct mapping *mapping;
};

static inline bool
bind_header(void *ctx, const struct record *header)
{
	struct mapped *mapped = ctx;
	return mapping_bind(NULL, NULL, header, &mapped->import->arena, &mapped->mapping,
		&mapped->import->diags);
}

static inline bool
map_record(void *ctx, const struct record *record)
{
	struct mapped *mapped = ctx;
	struct account account = { 0 };
	if (!mapping_apply(mapped->mapping, record, &mapped->import->arena, &account,
		    &mapped->import->diags))
		return true;
	if (!account_has(&account, ACCOUNT_KEY))
		account.key = account.username;
	ARRAY_PUSH(&mapped->import->arena, &mapped->import->accounts, account);
	return true;
}

/* The sheet through the importer and the default mapping. */
static inline void
import_sheet(struct import *import, const struct buffer *sheet)
{
	*import = (struct import){ 0 };
	import->diags.arena = &import->arena;
	import->source = (struct source){ .name = "test",
		.location = "test.csv",
		.shown = "test.csv",
		.arena = &import->arena,
		.read = true,
		.content = buffer_bytes(sheet) };
	struct mapped mapped = { .import = import };
	import->sink = (struct sink){
		.ctx = &mapped, .header = bind_header, .record = map_record, .diags = &import->diags
	};
	void *config = arena_alloc(&import->arena, csv_importer.config_size);
	option_defaults(csv_importer.options, config, &import->arena);
	import->read = csv_importer.read(config, &import->source, &import->sink);
}

#endif
