/*
 * log_words.c - words and times in lines of logs.
 *
 * Lines come by the million: nothing here allocates, but for a path that has to be decoded.
 */
#include "importers/logs/log_format.h"

#include <string.h>

bool
log_take_word(struct bytes *rest, struct bytes *ret_word)
{
	if (!rest->size)
		return false;
	const char *blank = memchr(rest->data, ' ', rest->size);
	size_t size = blank ? (size_t)(blank - rest->data) : rest->size;
	*ret_word = (struct bytes){ rest->data, size };
	size += blank != NULL;
	*rest = (struct bytes){ rest->data + size, rest->size - size };
	return true;
}

bool
log_take_last_word(struct bytes *rest, struct bytes *ret_word)
{
	if (!rest->size)
		return false;
	const char *blank = memrchr(rest->data, ' ', rest->size);
	size_t before = blank ? (size_t)(blank - rest->data) : 0;
	size_t start = blank ? before + 1 : 0;
	*ret_word = (struct bytes){ rest->data + start, rest->size - start };
	rest->size = before;
	return true;
}

bool
log_is(struct bytes word, const char *text)
{
	return word.size == strlen(text) && memcmp(word.data, text, word.size) == 0;
}

bool
log_is_one_of(struct bytes word, const char *letters)
{
	return word.size == 1 && word.data[0] && strchr(letters, word.data[0]);
}

bool
log_number(struct bytes word, uint64_t *ret_number)
{
	uint64_t number = 0;
	if (!word.size || word.size > 19)
		return false;
	for (size_t i = 0; i < word.size; i++) {
		unsigned digit = (unsigned char)word.data[i] - '0';
		if (digit > 9)
			return false;
		number = 10 * number + digit;
	}
	*ret_number = number;
	return true;
}

struct bytes
log_decoded(struct log_reader *reader, struct bytes path)
{
	if (!path.size || !memchr(path.data, '%', path.size))
		return path;
	buffer_clear(&reader->scratch);
	for (size_t i = 0; i < path.size; i++) {
		char c = path.data[i];
		int high = c == '%' && i + 2 < path.size ? text_hex_digit(path.data[i + 1]) : -1;
		int low = high >= 0 ? text_hex_digit(path.data[i + 2]) : -1;
		if (low >= 0) {
			c = (char)(high << 4 | low);
			i += 2;
		}
		buffer_add_char(&reader->scratch, c);
	}
	return buffer_bytes(&reader->scratch);
}

/* ---- times ---- */

bool
log_digits(const char *text, unsigned count, unsigned *ret_number)
{
	unsigned number = 0;
	for (unsigned i = 0; i < count; i++) {
		unsigned digit = (unsigned char)text[i] - '0';
		if (digit > 9)
			return false;
		number = 10 * number + digit;
	}
	*ret_number = number;
	return true;
}

bool
log_month(const char *letters, unsigned *ret_month)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (unsigned month = 0; month < 12; month++) {
		if (memcmp(letters, names + 3 * month, 3) != 0)
			continue;
		*ret_month = month + 1;
		return true;
	}
	return false;
}

bool
log_time(unsigned year, unsigned month, unsigned day, unsigned hour, unsigned minute,
	unsigned second, int64_t *ret_time)
{
	/* Days before a month in a year that begins in March, so that February is the last. */
	static const unsigned before[] = { 306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275 };
	if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 ||
		hour > 23 || minute > 59 || second > 60)
		return false;
	unsigned y = year - (month < 3);
	int64_t days =
		365 * (int64_t)y + y / 4 - y / 100 + y / 400 + before[month - 1] + day - 719469;
	*ret_time = ((days * 24 + hour) * 60 + minute) * 60 + second;
	return true;
}

bool
log_ctime(struct bytes text, int64_t *ret_time)
{
	const char *t = text.data;
	unsigned year, month, day, tens = 0, hour, minute, second;
	if (text.size < LOG_CTIME || t[3] != ' ' || t[7] != ' ' || t[10] != ' ' || t[13] != ':' ||
		t[16] != ':' || t[19] != ' ')
		return false;
	return log_month(t + 4, &month) && (t[8] == ' ' || log_digits(t + 8, 1, &tens)) &&
		log_digits(t + 9, 1, &day) && log_digits(t + 11, 2, &hour) &&
		log_digits(t + 14, 2, &minute) && log_digits(t + 17, 2, &second) &&
		log_digits(t + 20, 4, &year) &&
		log_time(year, month, 10 * tens + day, hour, minute, second, ret_time);
}
