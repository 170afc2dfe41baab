/*
 * log_line.c - which format a line is in.
 */
#include "importers/logs/log_format.h"

#include <string.h>

void
log_reader_finish(struct log_reader *reader)
{
	buffer_finish(&reader->scratch);
}

/* "Thu Sep ": both formats of vsftpd begin so; "[pid " is behind the date of its own. */
static bool
begins_with_weekday(struct bytes line)
{
	unsigned month;
	return line.size > LOG_CTIME && line.data[3] == ' ' && line.data[7] == ' ' &&
		line.data[19] == ' ' && log_month(line.data + 4, &month);
}

static bool
begins_with_date(struct bytes line)
{
	return line.size > 10 && line.data[4] == '-' && line.data[7] == '-' && line.data[10] == ' ';
}

static bool
begins_with_number(struct bytes line)
{
	size_t digits = 0;
	while (digits < line.size && line.data[digits] >= '0' && line.data[digits] <= '9')
		digits++;
	return digits && digits < line.size && line.data[digits] == ' ';
}

enum log_answer
log_line_parse(struct log_reader *reader, struct bytes line, struct log_event *ret_event)
{
	if (line.size && line.data[line.size - 1] == '\r')
		line.size--;
	if (!line.size)
		return LOG_SILENT;
	if (begins_with_weekday(line)) {
		bool own = line.size > LOG_CTIME + 6 &&
			memcmp(line.data + LOG_CTIME, " [pid ", 6) == 0;
		return own ? log_parse_vsftpd(line, ret_event) : log_parse_xferlog(line, ret_event);
	}
	if (line.data[0] == '#' || begins_with_date(line))
		return log_parse_w3c(reader, line, ret_event);
	if (begins_with_number(line))
		return log_parse_stats(line, ret_event);
	return log_parse_clf(reader, line, ret_event);
}
