/*
 * archive_scan.c - the plain lines of a manifest, read from left to right; see archive_scan.h.
 *
 * It trusts nothing either: a line is taken only when each byte of it is one that the writer puts
 * there, numbers are within the same bounds, and what is an entry's is checked by the same
 * function.
 */
#include "core/run/archive_scan.h"

#include <limits.h>
#include <string.h>

enum { DIGITS_MAX = 18, NANOSECOND_DIGITS = 9, MODE_DIGITS = 4 };

struct scan {
	const char *at, *end;
	struct arena *arena;
};

#define TAKE(scan, word) take(scan, word, sizeof(word) - 1)

static bool
take(struct scan *scan, const char *word, size_t length)
{
	if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, word, length) != 0)
		return false;
	scan->at += length;
	return true;
}

/* ---- values ---- */

/* Up to its quote, which is taken: ASCII that stands for itself. */
static bool
take_plain(struct scan *scan, struct bytes *ret_text)
{
	const char *from = scan->at, *at = from;
	while (at < scan->end && *at >= 0x20 && *at < 0x7f && *at != '"' && *at != '\\')
		at++;
	scan->at = at;
	*ret_text = (struct bytes){ from, (size_t)(at - from) };
	return TAKE(scan, "\"");
}

static bool
take_text(struct scan *scan, const char **ret_text)
{
	struct bytes text;
	if (!take_plain(scan, &text))
		return false;
	*ret_text = arena_strndup(scan->arena, text.data, text.size);
	return true;
}

static bool
take_digits(struct scan *scan, size_t most, uint64_t *ret_number, size_t *ret_digits)
{
	const char *from = scan->at;
	uint64_t number = 0;
	while (scan->at < scan->end && (size_t)(scan->at - from) < most && *scan->at >= '0' &&
		*scan->at <= '9')
		number = number * 10 + (uint64_t)(*scan->at++ - '0');
	*ret_number = number;
	*ret_digits = (size_t)(scan->at - from);
	return *ret_digits;
}

/* As JSON has it: no zero in front. */
static bool
take_number(struct scan *scan, uint64_t max, uint64_t *ret_number)
{
	size_t digits;
	const char *from = scan->at;
	return take_digits(scan, DIGITS_MAX, ret_number, &digits) && *ret_number <= max &&
		(digits == 1 || *from != '0');
}

static bool
take_id(struct scan *scan, uint32_t *ret_id)
{
	uint64_t number;
	if (!take_number(scan, UINT32_MAX - 1, &number))
		return false;
	*ret_id = (uint32_t)number;
	return true;
}

static bool
take_time(struct scan *scan, struct timespec *ret_time)
{
	uint64_t seconds, nanoseconds;
	size_t digits;
	if (!take_digits(scan, DIGITS_MAX, &seconds, &digits) || !TAKE(scan, ".") ||
		!take_digits(scan, NANOSECOND_DIGITS, &nanoseconds, &digits) ||
		digits != NANOSECOND_DIGITS || !TAKE(scan, "\""))
		return false;
	*ret_time = (struct timespec){ .tv_sec = (time_t)seconds, .tv_nsec = (long)nanoseconds };
	return true;
}

static bool
take_type(struct scan *scan, enum manifest_type *ret_type)
{
	struct bytes text;
	if (!take_plain(scan, &text))
		return false;
	for (int type = 0; type < MANIFEST_TYPES; type++) {
		const char *name = manifest_type_name((enum manifest_type)type);
		if (strlen(name) == text.size && memcmp(name, text.data, text.size) == 0) {
			*ret_type = (enum manifest_type)type;
			return true;
		}
	}
	return false;
}

static bool
take_mode(struct scan *scan, mode_t *ret_mode)
{
	mode_t mode = 0;
	if (scan->end - scan->at < MODE_DIGITS)
		return false;
	for (int i = 0; i < MODE_DIGITS; i++, scan->at++) {
		if (*scan->at < '0' || *scan->at > '7')
			return false;
		mode = mode << 3 | (mode_t)(*scan->at - '0');
	}
	*ret_mode = mode;
	return TAKE(scan, "\"");
}

static bool
take_sha256(struct scan *scan, struct manifest_entry *entry)
{
	struct bytes text;
	entry->has_sha256 = true;
	return take_plain(scan, &text) && text.size == 2 * (size_t)MANIFEST_SHA256 &&
		manifest_read_hex(text.data, entry->sha256);
}

/* ---- the line ---- */

static bool
take_first_members(struct scan *scan, struct manifest_entry *entry)
{
	return TAKE(scan, "{\"path\":\"") && take_text(scan, &entry->path) &&
		TAKE(scan, ",\"type\":\"") && take_type(scan, &entry->type) &&
		TAKE(scan, ",\"mode\":\"") && take_mode(scan, &entry->mode) &&
		TAKE(scan, ",\"uid\":") && take_id(scan, &entry->uid) && TAKE(scan, ",\"gid\":") &&
		take_id(scan, &entry->gid) &&
		(!TAKE(scan, ",\"size\":") || take_number(scan, INT64_MAX, &entry->size)) &&
		TAKE(scan, ",\"mtime\":\"") && take_time(scan, &entry->mtime) &&
		TAKE(scan, ",\"ctime\":\"") && take_time(scan, &entry->ctime) &&
		TAKE(scan, ",\"ino\":") && take_number(scan, INT64_MAX, &entry->ino) &&
		TAKE(scan, ",\"nlink\":") && take_number(scan, INT64_MAX, &entry->nlink);
}

static bool
take_last_members(struct scan *scan, struct manifest_entry *entry)
{
	uint64_t archive = 0, attempt = 0;
	if ((TAKE(scan, ",\"target\":\"") && !take_text(scan, &entry->target)) ||
		(TAKE(scan, ",\"same_as\":\"") && !take_text(scan, &entry->same_as)) ||
		(TAKE(scan, ",\"sha256\":\"") && !take_sha256(scan, entry)) ||
		(TAKE(scan, ",\"archive\":") && !take_number(scan, 2, &archive)) ||
		(TAKE(scan, ",\"attempt\":") && !take_number(scan, UINT_MAX, &attempt)))
		return false;
	entry->archive = (unsigned)archive;
	entry->attempt = (unsigned)attempt;
	return TAKE(scan, "}") && scan->at == scan->end;
}

bool
manifest_scan(struct bytes line, struct arena *arena, struct manifest_entry *ret_entry)
{
	struct scan scan = { line.data, line.data + line.size, arena };
	struct manifest_entry entry = { 0 };
	if (!line.size || !take_first_members(&scan, &entry) || !take_last_members(&scan, &entry) ||
		manifest_path_fault(&entry))
		return false;
	*ret_entry = entry;
	return true;
}
