/*
 * archive_manifest.c - the lines of a manifest, written and read.
 *
 * The reader trusts nothing: a manifest decides what root creates where.
 */
#include "core/run/archive_manifest.h"

#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <nettle/base64.h>
#include <stdio.h>
#include <string.h>

#include "core/base/json_writer.h"
#include "core/base/state_text.h"
#include "core/base/text.h"
#include "core/plan/json_scope.h"
#include "core/run/archive_scan.h"

#define FORMAT "rehome-manifest"
enum { VERSION = 1 };

/* ---- words ---- */

static const struct {
	const char *name;
	mode_t mode;
} types[MANIFEST_TYPES] = {
	[MANIFEST_FILE] = { "file", S_IFREG },
	[MANIFEST_DIRECTORY] = { "directory", S_IFDIR },
	[MANIFEST_SYMLINK] = { "symlink", S_IFLNK },
	[MANIFEST_FIFO] = { "fifo", S_IFIFO },
	[MANIFEST_SOCKET] = { "socket", S_IFSOCK },
	[MANIFEST_CHAR_DEVICE] = { "char-device", S_IFCHR },
	[MANIFEST_BLOCK_DEVICE] = { "block-device", S_IFBLK },
};

bool
manifest_type_of(mode_t mode, enum manifest_type *ret_type)
{
	for (int type = 0; type < MANIFEST_TYPES; type++) {
		if ((mode & S_IFMT) == types[type].mode) {
			*ret_type = (enum manifest_type)type;
			return true;
		}
	}
	return false;
}

const char *
manifest_type_name(enum manifest_type type)
{
	return types[type].name;
}

mode_t
manifest_type_mode(enum manifest_type type)
{
	return types[type].mode;
}

void
manifest_copy_entry(
	const struct manifest_entry *from, struct arena *arena, struct manifest_entry *to)
{
	*to = *from;
	to->path = arena_strdup(arena, from->path);
	to->target = arena_strdup(arena, from->target);
	to->same_as = arena_strdup(arena, from->same_as);
	to->xattrs = (struct host_xattrs){ 0 };
	ARRAY_FOREACH (xattr, &from->xattrs) {
		struct host_xattr copy = { arena_strdup(arena, xattr->name),
			{ arena_copy(arena, xattr->value.data, xattr->value.size),
				xattr->value.size } };
		ARRAY_PUSH(arena, &to->xattrs, copy);
	}
}

/* ---- paths ---- */

/* As if '/' were the lowest of all bytes: what is in "a" stands before "a-b". */
static int
rank(char c)
{
	return c == '\0' ? 0 : c == '/' ? 1 : 1 + (unsigned char)c;
}

int
manifest_order(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return rank(*a) - rank(*b);
}

bool
manifest_path_is_safe(const char *path)
{
	for (const char *part = path;;) {
		size_t length = strcspn(part, "/");
		if (length == 0 || length > NAME_MAX || (length == 1 && part[0] == '.') ||
			(length == 2 && part[0] == '.' && part[1] == '.'))
			return false;
		if (!part[length])
			return true;
		part += length + 1;
	}
}

/* ---- writing ---- */

static void
write_time(struct json_writer *json, const char *name, const struct timespec *time)
{
	char text[48];
	snprintf(text, sizeof(text), "%jd.%09ld", (intmax_t)time->tv_sec, time->tv_nsec);
	json_write_text(json, name, text);
}

static void
write_hex(struct json_writer *json, const char *name, const uint8_t *data, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * MANIFEST_SHA256 + 1];
	for (size_t i = 0; i < size; i++) {
		text[2 * i] = digits[data[i] >> 4];
		text[2 * i + 1] = digits[data[i] & 15];
	}
	text[2 * size] = '\0';
	json_write_text(json, name, text);
}

static void
write_xattrs(struct json_writer *json, const struct host_xattrs *xattrs)
{
	json_write_open(json, "xattrs", '[');
	ARRAY_FOREACH (xattr, xattrs) {
		AUTO_FREE char *value = malloc(BASE64_ENCODE_RAW_LENGTH(xattr->value.size) + 1);
		if (!value)
			abort();
		base64_encode_raw(value, xattr->value.size, (const uint8_t *)xattr->value.data);
		value[BASE64_ENCODE_RAW_LENGTH(xattr->value.size)] = '\0';
		json_write_open(json, NULL, '{');
		json_write_text(json, "name", xattr->name);
		json_write_text(json, "base64", value);
		json_write_close(json);
	}
	json_write_close(json);
}

void
manifest_encode_header(const struct manifest_header *header, struct buffer *out)
{
	struct json_writer json = { .out = out, .one_line = true };
	json_write_open(&json, NULL, '{');
	json_write_text(&json, "format", FORMAT);
	json_write_number(&json, "version", VERSION);
	json_write_text(&json, "login", header->login);
	json_write_text(&json, "home", header->home);
	json_write_text(&json, "run", header->run);
	json_write_text(&json, "kind", header->content ? "full" : "manifest");
	json_write_text(&json, "why", header->why);
	json_write_text(&json, "created", header->created);
	json_write_close(&json);
}

/* What only archives with contents say of an entry. */
static void
write_content(struct json_writer *json, const struct manifest_entry *entry)
{
	if (entry->has_sha256)
		write_hex(json, "sha256", entry->sha256, sizeof(entry->sha256));
	if (entry->archive)
		json_write_number(json, "archive", entry->archive);
	if (entry->attempt)
		json_write_number(json, "attempt", entry->attempt);
}

void
manifest_encode_entry(const struct manifest_entry *entry, struct buffer *out)
{
	struct json_writer json = { .out = out, .one_line = true };
	char mode[8];
	snprintf(mode, sizeof(mode), "%04o", (unsigned)entry->mode & 07777);
	json_write_open(&json, NULL, '{');
	json_write_text(&json, "path", entry->path);
	json_write_text(&json, "type", types[entry->type].name);
	json_write_text(&json, "mode", mode);
	json_write_number(&json, "uid", entry->uid);
	json_write_number(&json, "gid", entry->gid);
	if (entry->type == MANIFEST_FILE)
		json_write_number(&json, "size", (long long)entry->size);
	write_time(&json, "mtime", &entry->mtime);
	write_time(&json, "ctime", &entry->ctime);
	json_write_number(&json, "ino", (long long)entry->ino);
	json_write_number(&json, "nlink", (long long)entry->nlink);
	if (entry->target)
		json_write_text(&json, "target", entry->target);
	if (entry->same_as)
		json_write_text(&json, "same_as", entry->same_as);
	if (entry->is_mount)
		json_write_flag(&json, "mount", true);
	if (entry->xattrs.count)
		write_xattrs(&json, &entry->xattrs);
	write_content(&json, entry);
	json_write_close(&json);
}

void
manifest_encode_end(const struct manifest_totals *totals, struct buffer *out)
{
	struct json_writer json = { .out = out, .one_line = true };
	json_write_open(&json, NULL, '{');
	json_write_flag(&json, "end", true);
	json_write_number(&json, "entries", (long long)totals->entries);
	json_write_number(&json, "files", (long long)totals->files);
	json_write_number(&json, "bytes", (long long)totals->bytes);
	json_write_number(&json, "archive1", (long long)totals->archived[0]);
	json_write_number(&json, "archive2", (long long)totals->archived[1]);
	json_write_close(&json);
}

/* ---- reading: a member that is not what it must be is not a manifest's ---- */

struct reading {
	const json_t *object;
	struct arena *arena;
	const char *fault; /* the member that is to blame */
};

static bool
fault(struct reading *reading, const char *name)
{
	if (!reading->fault)
		reading->fault = name;
	return false;
}

static bool
decode_base64(struct reading *reading, const char *encoded, struct bytes *ret_bytes)
{
	struct base64_decode_ctx decoder;
	size_t length = strlen(encoded), size = BASE64_DECODE_LENGTH(length);
	uint8_t *data = arena_alloc(reading->arena, size + 1);
	base64_decode_init(&decoder);
	if (!base64_decode_update(&decoder, &size, data, length, encoded) ||
		!base64_decode_final(&decoder))
		return false;
	data[size] = '\0';
	*ret_bytes = (struct bytes){ (const char *)data, size };
	return true;
}

/* NULL when it is absent: neither as UTF-8 nor as other bytes. */
static bool
read_text(struct reading *reading, const char *name, const char **ret_text)
{
	char other[32];
	struct bytes bytes;
	const json_t *value = json_object_get(reading->object, name);
	if (value) {
		*ret_text = arena_strdup(reading->arena, json_string_value(value));
		return *ret_text || fault(reading, name);
	}
	snprintf(other, sizeof(other), "%s" JSON_BASE64_SUFFIX, name);
	value = json_object_get(reading->object, other);
	*ret_text = NULL;
	if (!value)
		return true;
	if (!json_is_string(value) || !decode_base64(reading, json_string_value(value), &bytes) ||
		memchr(bytes.data, '\0', bytes.size))
		return fault(reading, name);
	*ret_text = bytes.data;
	return true;
}

static bool
need_text(struct reading *reading, const char *name, const char **ret_text)
{
	return read_text(reading, name, ret_text) && (*ret_text || fault(reading, name));
}

static bool
read_number(struct reading *reading, const char *name, uint64_t max, uint64_t *ret_number)
{
	const json_t *value = json_object_get(reading->object, name);
	*ret_number = 0;
	if (!value)
		return true;
	json_int_t number = json_integer_value(value);
	if (!json_is_integer(value) || number < 0 || (uint64_t)number > max)
		return fault(reading, name);
	*ret_number = (uint64_t)number;
	return true;
}

static bool
need_number(struct reading *reading, const char *name, uint64_t max, uint64_t *ret_number)
{
	return json_object_get(reading->object, name) ? read_number(reading, name, max, ret_number)
						      : fault(reading, name);
}

static bool
read_id(struct reading *reading, const char *name, uint32_t *ret_id)
{
	uint64_t number;
	if (!need_number(reading, name, UINT32_MAX - 1, &number))
		return false;
	*ret_id = (uint32_t)number;
	return true;
}

static bool
read_time(struct reading *reading, const char *name, struct timespec *ret_time)
{
	const char *text;
	intmax_t seconds;
	long nanoseconds;
	int end = 0;
	if (!need_text(reading, name, &text))
		return false;
	if (sscanf(text, "%jd.%9ld%n", &seconds, &nanoseconds, &end) != 2 || text[end] ||
		nanoseconds < 0)
		return fault(reading, name);
	*ret_time = (struct timespec){ .tv_sec = seconds, .tv_nsec = nanoseconds };
	return true;
}

static bool
read_mode(struct reading *reading, mode_t *ret_mode)
{
	const char *text;
	if (!need_text(reading, "mode", &text))
		return false;
	if (strlen(text) != 4 || strspn(text, "01234567") != 4)
		return fault(reading, "mode");
	*ret_mode = (mode_t)strtoul(text, NULL, 8);
	return true;
}

bool
manifest_read_hex(const char *text, uint8_t ret_sha256[static MANIFEST_SHA256])
{
	for (size_t i = 0; i < MANIFEST_SHA256; i++) {
		int high = state_text_digit(text[2 * i]), low = state_text_digit(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		ret_sha256[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool
read_sha256(struct reading *reading, struct manifest_entry *entry)
{
	const char *text;
	if (!read_text(reading, "sha256", &text))
		return false;
	entry->has_sha256 = text;
	return !text ||
		(strlen(text) == 2 * (size_t)MANIFEST_SHA256 &&
			manifest_read_hex(text, entry->sha256)) ||
		fault(reading, "sha256");
}

static bool
read_xattrs(struct reading *reading, struct host_xattrs *ret_xattrs)
{
	size_t i;
	json_t *item;
	const json_t *list = json_object_get(reading->object, "xattrs");
	*ret_xattrs = (struct host_xattrs){ 0 };
	if (list && !json_is_array(list))
		return fault(reading, "xattrs");
	json_array_foreach (list, i, item) {
		struct reading inner = { .object = item, .arena = reading->arena };
		struct host_xattr xattr;
		const char *value = json_string_value(json_object_get(item, "base64"));
		if (!json_is_object(item) || !need_text(&inner, "name", &xattr.name) || !value ||
			!decode_base64(reading, value, &xattr.value))
			return fault(reading, "xattrs");
		ARRAY_PUSH(reading->arena, ret_xattrs, xattr);
	}
	return true;
}

static bool
read_type(struct reading *reading, enum manifest_type *ret_type)
{
	const char *text;
	if (!need_text(reading, "type", &text))
		return false;
	for (int type = 0; type < MANIFEST_TYPES; type++) {
		if (strcmp(text, types[type].name) == 0) {
			*ret_type = (enum manifest_type)type;
			return true;
		}
	}
	return fault(reading, "type");
}

const char *
manifest_path_fault(const struct manifest_entry *entry)
{
	if (entry->path[0] ? !manifest_path_is_safe(entry->path)
			   : entry->type != MANIFEST_DIRECTORY)
		return "path";
	if ((entry->type == MANIFEST_SYMLINK) != (entry->target && entry->target[0]))
		return "target";
	/* The first one of an inode stands before the others. */
	if (entry->same_as &&
		(entry->type == MANIFEST_DIRECTORY || !manifest_path_is_safe(entry->same_as) ||
			manifest_order(entry->same_as, entry->path) >= 0))
		return "same_as";
	return NULL;
}

static bool
read_paths(struct reading *reading, struct manifest_entry *entry)
{
	if (!need_text(reading, "path", &entry->path) ||
		!read_text(reading, "target", &entry->target) ||
		!read_text(reading, "same_as", &entry->same_as))
		return false;
	const char *to_blame = manifest_path_fault(entry);
	return !to_blame || fault(reading, to_blame);
}

static bool
read_entry(struct reading *reading, struct manifest_entry *entry)
{
	uint64_t archive, attempt;
	if (!read_type(reading, &entry->type) || !read_paths(reading, entry) ||
		!read_mode(reading, &entry->mode) || !read_id(reading, "uid", &entry->uid) ||
		!read_id(reading, "gid", &entry->gid) ||
		!read_number(reading, "size", INT64_MAX, &entry->size) ||
		!read_time(reading, "mtime", &entry->mtime) ||
		!read_time(reading, "ctime", &entry->ctime) ||
		!read_number(reading, "ino", INT64_MAX, &entry->ino) ||
		!read_number(reading, "nlink", INT64_MAX, &entry->nlink) ||
		!read_xattrs(reading, &entry->xattrs) || !read_sha256(reading, entry) ||
		!read_number(reading, "archive", 2, &archive) ||
		!read_number(reading, "attempt", UINT_MAX, &attempt))
		return false;
	entry->is_mount = json_is_true(json_object_get(reading->object, "mount"));
	entry->archive = (unsigned)archive;
	entry->attempt = (unsigned)attempt;
	return true;
}

static bool
read_header(struct reading *reading, struct manifest_header *header)
{
	const char *format, *kind;
	uint64_t version;
	if (!need_text(reading, "format", &format) || strcmp(format, FORMAT) != 0)
		return fault(reading, "format");
	if (!need_number(reading, "version", INT_MAX, &version) || version != VERSION)
		return fault(reading, "version");
	if (!need_text(reading, "login", &header->login) ||
		!need_text(reading, "home", &header->home) ||
		!need_text(reading, "run", &header->run) ||
		!need_text(reading, "why", &header->why) ||
		!need_text(reading, "created", &header->created) ||
		!need_text(reading, "kind", &kind))
		return false;
	header->content = strcmp(kind, "full") == 0;
	return header->content || strcmp(kind, "manifest") == 0 || fault(reading, "kind");
}

static bool
read_end(struct reading *reading, struct manifest_totals *totals)
{
	return need_number(reading, "entries", INT64_MAX, &totals->entries) &&
		need_number(reading, "files", INT64_MAX, &totals->files) &&
		need_number(reading, "bytes", INT64_MAX, &totals->bytes) &&
		need_number(reading, "archive1", INT64_MAX, &totals->archived[0]) &&
		need_number(reading, "archive2", INT64_MAX, &totals->archived[1]);
}

static bool
read_line(struct reading *reading, struct manifest_line *line)
{
	if (json_object_get(reading->object, "format")) {
		line->kind = MANIFEST_HEADER;
		return read_header(reading, &line->header);
	}
	if (json_object_get(reading->object, "end")) {
		line->kind = MANIFEST_END;
		return read_end(reading, &line->totals);
	}
	line->kind = MANIFEST_ENTRY;
	return read_entry(reading, &line->entry);
}

bool
manifest_decode(struct bytes text, struct place place, struct arena *arena,
	struct manifest_line *ret_line, struct diags *diags)
{
	struct manifest_entry plain;
	if (manifest_scan(text, arena, &plain)) {
		*ret_line = (struct manifest_line){ .kind = MANIFEST_ENTRY, .entry = plain };
		return true;
	}
	AUTO_JSON json_t *object =
		json_loadb(text.data ? text.data : "", text.size, JSON_REJECT_DUPLICATES, NULL);
	struct reading reading = { .object = object, .arena = arena };
	struct manifest_line line = { 0 };
	if (!json_is_object(object))
		return diag_error(diags, place, "not a line of a manifest");
	if (!read_line(&reading, &line))
		return diag_error(diags, place,
			"'%s' is missing or not what a manifest of this version has",
			reading.fault);
	*ret_line = line;
	return true;
}
