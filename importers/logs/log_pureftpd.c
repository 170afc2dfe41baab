/*
 * log_pureftpd.c - Pure-FTPd's W3C and stats formats. Both have whole paths on ROOT.
 *
 *	#Fields: date time c-ip cs-method cs-uri-stem sc-status cs-username sc-bytes
 *	2004-09-02 09:52:00 10.0.0.9 []created /srv/a%20b 226 anna 8962
 *
 *	1094118720 41370000.1f anna 10.0.0.9 U 8962 1 /srv/a b
 */
#include "importers/logs/log_format.h"

#include <string.h>

enum log_column {
	COLUMN_DATE,
	COLUMN_TIME,
	COLUMN_METHOD,
	COLUMN_PATH,
	COLUMN_USER,
	COLUMN_BYTES,
	COLUMNS,
};

static const char *const column_names[COLUMNS] = { "date", "time", "cs-method", "cs-uri-stem",
	"cs-username", "sc-bytes" };

/* Of the year 9999, as in the other formats. */
#define LAST_SECOND UINT64_C(253402300799)

/* The order that Pure-FTPd writes, for a file whose head is lost. */
static const unsigned char usual_columns[COLUMNS] = { 1, 2, 4, 5, 7, 8 };

static void
read_fields(struct log_reader *reader, struct bytes names)
{
	struct bytes word;
	memset(reader->columns, 0, sizeof(reader->columns));
	for (unsigned char number = 1; number < 255 && log_take_word(&names, &word); number++)
		for (unsigned column = 0; column < COLUMNS; column++)
			if (log_is(word, column_names[column]))
				reader->columns[column] = number;
}

static bool
parse_time(struct bytes date, struct bytes time, int64_t *ret_time)
{
	unsigned year, month, day, hour, minute, second;
	if (date.size != 10 || time.size != 8 || date.data[4] != '-' || date.data[7] != '-' ||
		time.data[2] != ':' || time.data[5] != ':')
		return false;
	return log_digits(date.data, 4, &year) && log_digits(date.data + 5, 2, &month) &&
		log_digits(date.data + 8, 2, &day) && log_digits(time.data, 2, &hour) &&
		log_digits(time.data + 3, 2, &minute) && log_digits(time.data + 6, 2, &second) &&
		log_time(year, month, day, hour, minute, second, ret_time);
}

static bool
ends_with(struct bytes word, const char *text)
{
	size_t length = strlen(text);
	return word.size >= length && memcmp(word.data + word.size - length, text, length) == 0;
}

enum log_answer
log_parse_w3c(struct log_reader *reader, struct bytes line, struct log_event *ret_event)
{
	static const char fields[] = "#Fields: ";
	struct log_event event = { .view = LOG_ON_ROOT, .done = true };
	struct bytes word, cells[COLUMNS] = { 0 }, rest = line;
	if (line.size > sizeof(fields) - 1 && memcmp(line.data, fields, sizeof(fields) - 1) == 0)
		read_fields(reader,
			(struct bytes){
				line.data + sizeof(fields) - 1, line.size - (sizeof(fields) - 1) });
	if (line.data[0] == '#')
		return LOG_SILENT;
	if (!reader->columns[COLUMN_PATH])
		memcpy(reader->columns, usual_columns, sizeof(usual_columns));
	for (unsigned number = 1; log_take_word(&rest, &word); number++)
		for (unsigned column = 0; column < COLUMNS; column++)
			if (reader->columns[column] == number)
				cells[column] = word;
	if (!parse_time(cells[COLUMN_DATE], cells[COLUMN_TIME], &event.time) ||
		!cells[COLUMN_PATH].size || !cells[COLUMN_USER].size)
		return LOG_BAD;
	if (ends_with(cells[COLUMN_METHOD], "created"))
		event.deed = LOG_UPLOAD;
	else if (ends_with(cells[COLUMN_METHOD], "sent"))
		event.deed = LOG_DOWNLOAD;
	else
		return LOG_SILENT;
	(void)log_number(cells[COLUMN_BYTES], &event.bytes);
	event.user = cells[COLUMN_USER];
	event.path = log_decoded(reader, cells[COLUMN_PATH]);
	*ret_event = event;
	return LOG_EVENT;
}

enum log_answer
log_parse_stats(struct bytes line, struct log_event *ret_event)
{
	struct log_event event = { .view = LOG_ON_ROOT, .done = true };
	struct bytes time, session, user, host, direction, size, duration, rest = line;
	uint64_t seconds;
	if (!log_take_word(&rest, &time) || !log_number(time, &seconds) ||
		!log_take_word(&rest, &session) || !log_take_word(&rest, &user) ||
		!log_take_word(&rest, &host) || !log_take_word(&rest, &direction) ||
		!log_is_one_of(direction, "UD") || !log_take_word(&rest, &size) ||
		!log_number(size, &event.bytes) || !log_take_word(&rest, &duration) || !rest.size ||
		!user.size || seconds > LAST_SECOND)
		return LOG_BAD;
	event.time = (int64_t)seconds;
	event.deed = direction.data[0] == 'U' ? LOG_UPLOAD : LOG_DOWNLOAD;
	event.user = user;
	event.path = rest;
	*ret_event = event;
	return LOG_EVENT;
}
