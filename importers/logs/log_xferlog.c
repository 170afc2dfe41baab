/*
 * log_xferlog.c - wu-ftpd's xferlog.
 *
 *	Thu Sep  2 09:52:00 2004 1 10.0.0.9 8962 /srv/a.tgz b _ o r anna ftp 0 * c
 *
 * date, seconds, host, bytes, file, type, special action, direction, access, user, service,
 * authentication, its user, completion (which the oldest have not). Blanks in a file's name are "_"
 * with all who write it, so that a name with one cannot be told from another.
 */
#include "importers/logs/log_format.h"

/* What is behind the file, from the end. */
static bool
take_tail(struct bytes *rest, struct log_event *event)
{
	struct bytes word, direction, user;
	if (!log_take_last_word(rest, &word))
		return false;
	event->done = !log_is(word, "i");
	if (log_is_one_of(word, "ci") && !log_take_last_word(rest, &word))
		return false;
	if (!log_take_last_word(rest, &word) || !log_is_one_of(word, "01") ||
		!log_take_last_word(rest, &word) || !log_take_last_word(rest, &user) ||
		!log_take_last_word(rest, &word) || !log_is_one_of(word, "agr") ||
		!log_take_last_word(rest, &direction) || !log_is_one_of(direction, "iod") ||
		!log_take_last_word(rest, &word) || !log_take_last_word(rest, &word) ||
		!log_is_one_of(word, "ab"))
		return false;
	event->user = user;
	event->deed = direction.data[0] == 'i' ? LOG_UPLOAD
		: direction.data[0] == 'o'     ? LOG_DOWNLOAD
					       : LOG_CHANGE;
	return true;
}

enum log_answer
log_parse_xferlog(struct bytes line, struct log_event *ret_event)
{
	struct log_event event = { .view = LOG_AS_SERVER };
	struct bytes word, rest = line;
	if (line.size < LOG_CTIME + 1 || !log_ctime(line, &event.time))
		return LOG_BAD;
	rest.data += LOG_CTIME + 1;
	rest.size -= LOG_CTIME + 1;
	if (!log_take_word(&rest, &word) || !log_take_word(&rest, &word) ||
		!log_take_word(&rest, &word) || !log_number(word, &event.bytes) ||
		!take_tail(&rest, &event) || !rest.size || !event.user.size)
		return LOG_BAD;
	event.path = rest;
	/* Broken off, a part of the file is there. */
	event.done = event.done || event.bytes;
	*ret_event = event;
	return LOG_EVENT;
}
