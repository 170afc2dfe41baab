/*
 * value.c - see value.h.
 */
#include "importers/ldap/value.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <time.h>

const char *
value_fault(struct bytes value)
{
	if (!value.size)
		return "has an empty value";
	if (memchr(value.data, '\0', value.size))
		return "holds a NUL";
	if (!text_is_utf8(value.data, value.size))
		return "is not valid UTF-8";
	if (memchr(value.data, '\n', value.size) || memchr(value.data, '\r', value.size))
		return "holds a line break";
	if (text_has_control(value.data, value.size))
		return "holds a control character";
	return NULL;
}

const char *
value_text(struct arena *arena, struct bytes value)
{
	return arena_strndup(arena, value.data, value.size);
}

/* ---- numbers and words ---- */

bool
value_integer(struct bytes value, int64_t *ret_number)
{
	bool negative = value.size && *value.data == '-';
	size_t i = negative;
	int64_t number = 0;
	if (i == value.size || value.size > 20)
		return false;
	for (; i < value.size; i++) {
		int digit = value.data[i] - '0';
		if (digit < 0 || digit > 9 || __builtin_mul_overflow(number, 10, &number) ||
			__builtin_sub_overflow(number, digit, &number))
			return false;
	}
	/* Counted downwards, since the least number has no positive one. */
	if (!negative && number == INT64_MIN)
		return false;
	*ret_number = negative ? number : -number;
	return true;
}

static bool
is_word(struct bytes value, const char *word)
{
	return value.size == strlen(word) && strncasecmp(value.data, word, value.size) == 0;
}

bool
value_boolean(struct bytes value, bool *ret_true)
{
	*ret_true = is_word(value, "TRUE");
	return *ret_true || is_word(value, "FALSE");
}

/* ---- times ---- */

/* That many digits, taken off. */
static bool
take_digits(struct bytes *rest, size_t count, int *ret_number)
{
	int number = 0;
	if (rest->size < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		int digit = rest->data[i] - '0';
		if (digit < 0 || digit > 9)
			return false;
		number = number * 10 + digit;
	}
	rest->data += count;
	rest->size -= count;
	*ret_number = number;
	return true;
}

static bool
starts_with_digit(struct bytes rest)
{
	return rest.size && *rest.data >= '0' && *rest.data <= '9';
}

/* A fraction of the last part is forgotten: nothing here needs less than what is written. */
static bool
skip_fraction(struct bytes *rest)
{
	if (!rest->size || (*rest->data != '.' && *rest->data != ','))
		return true;
	rest->data++;
	rest->size--;
	if (!starts_with_digit(*rest))
		return false;
	while (starts_with_digit(*rest)) {
		rest->data++;
		rest->size--;
	}
	return true;
}

/* "Z", "+0100", "-05". */
static bool
take_zone(struct bytes *rest, int64_t *ret_seconds)
{
	int hours, minutes = 0;
	*ret_seconds = 0;
	if (!rest->size)
		return false;
	char sign = *rest->data++;
	rest->size--;
	if (sign == 'Z')
		return !rest->size;
	if ((sign != '+' && sign != '-') || !take_digits(rest, 2, &hours) || hours > 23)
		return false;
	if (rest->size && (!take_digits(rest, 2, &minutes) || minutes > 59))
		return false;
	*ret_seconds = (hours * 60 + minutes) * (sign == '+' ? 60 : -60);
	return !rest->size;
}

static bool
is_date(const struct tm *date, int64_t seconds)
{
	time_t when = seconds;
	struct tm again;
	return gmtime_r(&when, &again) && again.tm_mday == date->tm_mday &&
		again.tm_mon == date->tm_mon && again.tm_hour == date->tm_hour;
}

bool
value_time(struct bytes value, int64_t *ret_seconds)
{
	struct tm date = { 0 };
	int year;
	int64_t zone;
	if (!take_digits(&value, 4, &year) || !take_digits(&value, 2, &date.tm_mon) ||
		!take_digits(&value, 2, &date.tm_mday) || !take_digits(&value, 2, &date.tm_hour))
		return false;
	if (starts_with_digit(value) && !take_digits(&value, 2, &date.tm_min))
		return false;
	if (starts_with_digit(value) && !take_digits(&value, 2, &date.tm_sec))
		return false;
	if (!skip_fraction(&value) || !take_zone(&value, &zone) || date.tm_mon < 1 ||
		date.tm_mon > 12 || date.tm_hour > 23 || date.tm_min > 59 || date.tm_sec > 60)
		return false;
	date.tm_year = year - 1900;
	date.tm_mon--;
	struct tm wanted = date;
	int64_t seconds = timegm(&date);
	/* Not the 31st of a month that has 30 days; a leap second is the next minute. */
	if (wanted.tm_sec != 60 && !is_date(&wanted, seconds))
		return false;
	*ret_seconds = seconds - zone;
	return true;
}

/* ---- identities ---- */

char *
value_uuid(struct arena *arena, struct bytes value)
{
	if (value.size != 36)
		return NULL;
	char *text = arena_strndup(arena, value.data, value.size);
	for (size_t i = 0; i < value.size; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? text[i] != '-' : text_hex_digit(text[i]) < 0)
			return NULL;
		if (text[i] >= 'A' && text[i] <= 'F')
			text[i] += 'a' - 'A';
	}
	return text;
}

char *
value_guid(struct arena *arena, struct bytes value)
{
	const unsigned char *b = (const unsigned char *)value.data;
	if (value.size != 16)
		return NULL;
	return arena_printf(arena,
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[3], b[2],
		b[1], b[0], b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		b[15]);
}

char *
value_sid(struct arena *arena, struct bytes value)
{
	enum { HEAD = 8, MOST_PARTS = 15 };
	const unsigned char *b = (const unsigned char *)value.data;
	if (value.size < HEAD || b[0] != 1 || b[1] > MOST_PARTS || value.size != HEAD + 4u * b[1])
		return NULL;
	uint64_t authority = 0;
	for (size_t i = 2; i < HEAD; i++)
		authority = authority << 8 | b[i];
	AUTO_BUFFER struct buffer text = { 0 };
	buffer_printf(&text, "S-1-%" PRIu64, authority);
	for (b += HEAD; b < (const unsigned char *)value.data + value.size; b += 4)
		buffer_printf(&text, "-%" PRIu32,
			(uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
				(uint32_t)b[3] << 24);
	return arena_strdup(arena, buffer_text(&text));
}
