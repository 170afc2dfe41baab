/*
 * json.c - accounts in our own exchange format, as `export json` writes it.
 *
 * An object is one account; its members are named like the account's fields. Texts go through
 * account_set(), so that a value means the same as in a spreadsheet. What text cannot say has a
 * typed form: empty lists ("none", where absence is "not said") and folders with owner, group and
 * mode. A member set to null is not said.
 *
 *	{"format":"rehome-accounts","format_version":1}                       optional, first
 *	{"username":"anna","ssh_keys":["ssh-ed25519 ..."],"expires":"2027-12-31",
 *	 "folders":[{"path":"pics","access":"write"},{"path":"in","mode":"2770","group":"press"}],
 *	 "profile":"read-only umask=027"}
 */
#include <string.h>

#include "importers/json_text.h"
#include "importers/readable.h"

static const char format_name[] = "rehome-accounts";
enum { FORMAT_MAJOR = 1 };

/* One object on its way to an account. */
struct account_reading {
	struct source *source;
	struct arena *arena;
	struct diags *diags;
	struct account *account;
};

/* ---- values ---- */

/* Which list fields there are, and what separates their items in account_set()'s text. */
static const char *
list_separator(enum account_field field)
{
	switch (field) {
	case ACCOUNT_SSH_KEYS:
		return "\n";
	case ACCOUNT_GROUPS:
	case ACCOUNT_FOLDERS:
		return " ";
	default:
		return NULL;
	}
}

static bool
refuse_type(struct account_reading *reading, struct place place, const char *expected)
{
	return diag_error(reading->diags, place, "member '%s': %s expected", place.field, expected);
}

/* Text as account_set() takes it; whole numbers are as good as their digits. */
static bool
scalar_text(struct account_reading *reading, const json_t *value, struct place place,
	const char **ret_text)
{
	if (json_is_integer(value)) {
		*ret_text = arena_printf(
			reading->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		return true;
	}
	if (!json_is_string(value))
		return refuse_type(reading, place, "text");
	*ret_text = arena_strdup(reading->arena, json_string_value(value));
	return true;
}

static bool
list_text(struct account_reading *reading, const json_t *list, const char *separator,
	struct place place, const char **ret_text)
{
	AUTO_BUFFER struct buffer joined = { 0 };
	size_t i;
	json_t *item;
	json_array_foreach (list, i, item) {
		if (!json_is_string(item))
			return refuse_type(reading, place, "a list of texts");
		if (i)
			buffer_add_text(&joined, separator);
		buffer_add_text(&joined, json_string_value(item));
	}
	*ret_text = arena_strdup(reading->arena, buffer_text(&joined));
	return true;
}

/* ---- folders ---- */

static bool
folder_text(struct account_reading *reading, const json_t *members, const char *name,
	struct place place, const char **ret_text)
{
	const json_t *value = json_object_get(members, name);
	*ret_text = NULL;
	if (!value)
		return true;
	if (!json_is_string(value))
		return diag_error(
			reading->diags, place, "member 'folders': '%s' must be text", name);
	*ret_text = arena_strdup(reading->arena, json_string_value(value));
	return true;
}

static bool
check_folder_members(struct account_reading *reading, json_t *members, struct place place)
{
	static const char *const known[] = { "path", "access", "owner", "group", "mode", NULL };
	const char *name;
	json_t *value;
	json_object_foreach (members, name, value) {
		bool is_known = false;
		for (size_t i = 0; known[i]; i++)
			is_known |= strcmp(known[i], name) == 0;
		if (is_known)
			continue;
		diag_error(reading->diags, place, "member 'folders': unknown member '%s'", name);
		const char *near = text_nearest(name, known);
		if (near)
			diag_hint(reading->diags, "Did you mean '%s'?", near);
		return false;
	}
	return true;
}

static bool
parse_mode(const char *text, mode_t *ret_mode)
{
	char *end;
	unsigned long mode = strtoul(text, &end, 8);
	if (strspn(text, "01234567") != strlen(text) || !*text || mode > 07777)
		return false;
	*ret_mode = (mode_t)mode;
	return true;
}

/* "user" and "root" have a meaning of their own; others are names of accounts and groups. */
static bool
check_owner(struct account_reading *reading, const char *name, struct place place)
{
	return !name || strcmp(name, "user") == 0 ||
		account_check_username(name, place, reading->arena, reading->diags);
}

static bool
read_folder(struct account_reading *reading, json_t *members, struct place place,
	struct folder *ret_folder)
{
	struct folder folder = { .place = place };
	const char *path, *access, *mode;
	if (!json_is_object(members))
		return refuse_type(reading, place, "a list of texts, or of objects with 'path',");
	if (!check_folder_members(reading, members, place) ||
		!folder_text(reading, members, "path", place, &path) ||
		!folder_text(reading, members, "access", place, &access) ||
		!folder_text(reading, members, "owner", place, &folder.owner) ||
		!folder_text(reading, members, "group", place, &folder.group) ||
		!folder_text(reading, members, "mode", place, &mode))
		return false;
	if (!path)
		return diag_error(reading->diags, place, "member 'folders': 'path' is missing");
	if (!folder_path_check(path, place, reading->arena, &folder.path, reading->diags) ||
		!check_owner(reading, folder.owner, place) ||
		!check_owner(reading, folder.group, place))
		return false;
	if (access &&
		(!folder_access_parse(access, &folder.access) || folder.access == FOLDER_KEPT))
		return diag_error(reading->diags, place,
			"folder '%s': access is '%s', expected write, read or read-advisory", path,
			access);
	folder.has_mode = mode;
	if (mode && !parse_mode(mode, &folder.mode))
		return diag_error(reading->diags, place,
			"folder '%s': mode is '%s', expected octal digits such as \"2770\"", path,
			mode);
	*ret_folder = folder;
	return true;
}

static bool
set_folders(struct account_reading *reading, const json_t *list, struct place place)
{
	struct folder_list folders = { 0 };
	size_t i;
	json_t *item;
	json_array_foreach (list, i, item) {
		struct folder folder;
		if (!read_folder(reading, item, place, &folder))
			return false;
		ARRAY_PUSH(reading->arena, &folders, folder);
	}
	if (!folder_list_complete(&folders, reading->arena, reading->diags))
		return false;
	reading->account->folders = folders;
	reading->account->given |= 1u << ACCOUNT_FOLDERS;
	reading->account->places[ACCOUNT_FOLDERS] = place;
	return true;
}

/* ---- members ---- */

static bool
refuse_member(struct account_reading *reading, const char *name, struct place place)
{
	const char *known[ACCOUNT_FIELDS + 3];
	for (unsigned field = 0; field < ACCOUNT_FIELDS; field++)
		known[field] = account_field_name(field);
	known[ACCOUNT_FIELDS] = "username_generated";
	known[ACCOUNT_FIELDS + 1] = "foreign_hash";
	known[ACCOUNT_FIELDS + 2] = NULL;

	place.field = NULL;
	diag_error(reading->diags, place, "unknown member '%s'", name);
	const char *near = text_nearest(name, known);
	if (near)
		diag_hint(reading->diags, "Did you mean '%s'?", near);
	else
		diag_hint(reading->diags,
			"Members are named like the columns of a sheet: "
			"username, full_name, ssh_keys, groups, folders, ...");
	return false;
}

static bool
set_list(struct account_reading *reading, enum account_field field, const json_t *list,
	struct place place)
{
	const char *separator = list_separator(field);
	if (!separator)
		return refuse_type(reading, place, "one text, not a list,");
	if (field == ACCOUNT_FOLDERS && !json_is_string(json_array_get(list, 0)))
		return set_folders(reading, list, place);
	if (!json_array_size(list)) {
		account_set_none(reading->account, field, place);
		return true;
	}
	const char *text = NULL;
	return list_text(reading, list, separator, place, &text) &&
		account_set(reading->account, field, text, place, reading->arena, reading->diags);
}

/* What the password is that nothing here verifies: words for people, and for the policy a sign. */
static bool
set_foreign_hash(struct account_reading *reading, const json_t *value, struct place place)
{
	const char *text = json_string_value(value);
	if (!text || !*text)
		return refuse_type(reading, place, "one text");
	if (!account_check_text(text, "foreign_hash", place, reading->diags))
		return false;
	reading->account->foreign_hash = arena_strdup(reading->arena, text);
	reading->account->places[ACCOUNT_PASSWORD_HASH] = place;
	return true;
}

static bool
set_member(
	struct account_reading *reading, const char *name, const json_t *value, struct place place)
{
	if (json_is_null(value))
		return true;
	if (strcmp(name, "username_generated") == 0) {
		reading->account->username_generated = json_is_true(value);
		return json_is_boolean(value) || refuse_type(reading, place, "true or false");
	}
	if (strcmp(name, "foreign_hash") == 0)
		return set_foreign_hash(reading, value, place);
	enum account_field field = account_field_parse(name);
	if (field == ACCOUNT_FIELDS)
		return refuse_member(reading, name, place);
	if (json_is_array(value))
		return set_list(reading, field, value, place);

	const char *text = NULL;
	return scalar_text(reading, value, place, &text) &&
		account_set(reading->account, field, text, place, reading->arena, reading->diags);
}

/* ---- objects ---- */

/* What stands in an object that gave no account, for the sheet of refused rows. */
static void
reject(const struct json_object *object, unsigned number, struct arena *arena, struct sink *sink)
{
	struct record *record = ARENA_NEW(arena, struct record);
	record->place = object->place;
	record->number = number;
	size_t i = 0;
	const char *name;
	json_t *value;
	json_object_foreach (object->members, name, value) {
		AUTO_FREE char *dump = json_is_string(value)
			? NULL
			: json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
		struct record_field field = {
			.name = arena_strdup(arena, name),
			.value = arena_strdup(arena, dump ? dump : json_string_value(value)),
			.place = object->places.items[i++],
		};
		ARRAY_PUSH(arena, &record->fields, field);
	}
	sink->reject(sink->ctx, record);
}

/* Whose object that was, where both the key and the login can be read. */
static void
say_present(const struct account *account, const struct json_object *object, struct sink *sink)
{
	const char *member = account_field_name(ACCOUNT_KEY);
	bool has_key = account_has(account, ACCOUNT_KEY);
	if (!account_has(account, ACCOUNT_USERNAME) ||
		(!has_key && json_object_get(object->members, member)))
		return;
	sink->present(sink->ctx, account->username);
	if (has_key)
		sink->present(sink->ctx, account->key);
}

static bool
read_account(struct account_reading *reading, const struct json_object *object)
{
	struct account *account = reading->account;
	account->source = reading->source->name;
	account->place = object->place;

	bool good = true;
	size_t i = 0;
	const char *name;
	json_t *value;
	json_object_foreach (object->members, name, value) {
		struct place place = object->places.items[i++];
		place.field = arena_strdup(reading->arena, name);
		place.kind = "member";
		good &= set_member(reading, place.field, value, place);
	}
	if (good && !account_has(account, ACCOUNT_USERNAME))
		return diag_error(reading->diags, object->place, "no 'username'");
	if (!account_has(account, ACCOUNT_KEY))
		account->key = account->username;
	return good;
}

static bool
is_format_line(const struct json_object *object)
{
	return json_object_get(object->members, "format");
}

/* Minor versions only add members, and unknown members are refused one by one. */
static bool
check_format(const struct json_object *object, struct diags *diags)
{
	const char *format = json_string_value(json_object_get(object->members, "format"));
	const json_t *version = json_object_get(object->members, "format_version");
	if (!format || strcmp(format, format_name) != 0) {
		diag_error(diags, object->place, "format is '%s', expected '%s'",
			format ? format : "not text", format_name);
		diag_hint(diags, "Use the importer that belongs to this format.");
		return false;
	}
	if (!json_is_integer(version) || json_integer_value(version) != FORMAT_MAJOR) {
		diag_error(diags, object->place, "format_version is not %d", FORMAT_MAJOR);
		diag_hint(diags, "Write the file with a rehome of the same major version.");
		return false;
	}
	return true;
}

static bool
read_objects(struct json_text *text, struct source *source, struct sink *sink)
{
	AUTO(json_object_finish) struct json_object object = { 0 };
	unsigned number = 0;
	enum json_found found;
	while ((found = json_text_next(text, &object)) == JSON_FOUND_OBJECT) {
		if (text->objects == 1 && is_format_line(&object)) {
			if (!check_format(&object, sink->diags))
				return false;
			continue;
		}
		struct account_reading reading = {
			.source = source,
			.arena = source->arena,
			.diags = sink->diags,
			.account = ARENA_NEW(source->arena, struct account),
		};
		number++;
		if (!read_account(&reading, &object)) {
			reject(&object, number, source->arena, sink);
			say_present(reading.account, &object, sink);
		} else if (!sink->account(sink->ctx, reading.account)) {
			return false;
		}
	}
	return found == JSON_FOUND_END;
}

static bool
refuse_bytes(const struct source *source, struct bytes content, size_t offset, const char *encoding,
	struct diags *diags)
{
	unsigned line = 1;
	for (size_t i = 0; i < offset && i < content.size; i++)
		line += content.data[i] == '\n';
	diag_error(diags, at(source->shown, line), "the bytes here are not valid %s", encoding);
	diag_hint(diags, "JSON is always UTF-8: convert the file.");
	return false;
}

/* JSON is UTF-8; UTF-16 is what some shells make of a redirected output. */
static bool
decode(const struct source *source, struct bytes content, struct bytes *ret_text,
	const char **ret_name, struct diags *diags)
{
	enum text_encoding used;
	size_t offset = 0;
	/* Only UTF-16 can fail when the encoding is judged. */
	if (!text_decode(source->arena, content, TEXT_ENCODING_AUTO, ret_text, &used, &offset))
		return refuse_bytes(source, content, offset, "utf-16", diags);
	*ret_name = text_encoding_name(used);
	if (used != TEXT_ENCODING_WINDOWS_1252)
		return true;
	/* Once more, for the offset. */
	(void)text_decode(source->arena, content, TEXT_ENCODING_UTF8, ret_text, &used, &offset);
	return refuse_bytes(source, content, offset, "utf-8", diags);
}

static bool
json_read(const void *config, struct source *source, struct sink *sink)
{
	(void)config;
	struct bytes content, utf8;
	if (!source_read(source, &content, sink->diags) ||
		!decode(source, content, &utf8, &sink->detected, sink->diags))
		return false;

	struct json_text text;
	json_text_init(&text, utf8, source->shown, source->arena, sink->diags);
	if (!read_objects(&text, source, sink))
		return false;

	sink->complete = true;
	return true;
}

static int
json_probe(struct source *source)
{
	const char *end = strrchr(source->location, '.');
	return end &&
			(strcmp(end, ".json") == 0 || strcmp(end, ".jsonl") == 0 ||
				strcmp(end, ".ndjson") == 0)
		? 90
		: 0;
}

const struct importer json_importer = {
	.abi = IMPORTER_ABI,
	.name = "json",
	.summary = "accounts as JSON Lines, the format that export json writes",
	.probe = json_probe,
	.read = json_read,
	.check = readable_file,
};
