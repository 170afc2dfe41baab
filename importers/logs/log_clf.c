/*
 * log_clf.c - the common log format (CLF).
 *
 *	10.0.0.9 - anna [02/Sep/2004:09:52:00 +0200] "STOR a.tgz" 226 8962        ProFTPD
 *	10.0.0.9 - anna [02/Sep/2004:09:52:00 -0200] "PUT /srv/a.tgz" 200 8962    Pure-FTPd
 *
 * ProFTPD writes commands as they were typed, Pure-FTPd paths on ROOT with %XX, and the zone with
 * the sign turned round.
 */
#include "importers/logs/log_format.h"

#include <string.h>

enum verb_kind {
	VERB_FTP,
	VERB_WEB, /* Pure-FTPd */
};

static bool
verb_of(struct bytes word, enum log_deed *ret_deed, enum verb_kind *ret_kind)
{
	static const struct {
		const char *word;
		enum log_deed deed;
		enum verb_kind kind;
	} verbs[] = {
		{ "STOR", LOG_UPLOAD, VERB_FTP },
		{ "RETR", LOG_DOWNLOAD, VERB_FTP },
		{ "PUT", LOG_UPLOAD, VERB_WEB },
		{ "GET", LOG_DOWNLOAD, VERB_WEB },
		{ "CWD", LOG_ENTER, VERB_FTP },
		{ "XCWD", LOG_ENTER, VERB_FTP },
		{ "APPE", LOG_UPLOAD, VERB_FTP },
		{ "MKD", LOG_CHANGE, VERB_FTP },
		{ "XMKD", LOG_CHANGE, VERB_FTP },
		{ "DELE", LOG_CHANGE, VERB_FTP },
		{ "RMD", LOG_CHANGE, VERB_FTP },
		{ "XRMD", LOG_CHANGE, VERB_FTP },
		{ "RNTO", LOG_CHANGE, VERB_FTP },
		{ "PASS", LOG_LOGIN, VERB_FTP },
	};
	for (unsigned i = 0; i < ARRAY_LEN(verbs); i++) {
		if (!log_is(word, verbs[i].word))
			continue;
		*ret_deed = verbs[i].deed;
		*ret_kind = verbs[i].kind;
		return true;
	}
	return false;
}

enum { STAMP = 26 }; /* "02/Sep/2004:09:52:00 +0200" */

/* The time that the clock showed, and the seconds that it was ahead of UTC. */
static bool
parse_stamp(const char *t, int64_t *ret_time, int64_t *ret_zone)
{
	unsigned year, month, day, hour, minute, second, hours, minutes;
	if (t[2] != '/' || t[6] != '/' || t[11] != ':' || t[14] != ':' || t[17] != ':' ||
		t[20] != ' ' || (t[21] != '+' && t[21] != '-'))
		return false;
	if (!log_digits(t, 2, &day) || !log_month(t + 3, &month) || !log_digits(t + 7, 4, &year) ||
		!log_digits(t + 12, 2, &hour) || !log_digits(t + 15, 2, &minute) ||
		!log_digits(t + 18, 2, &second) || !log_digits(t + 22, 2, &hours) ||
		!log_digits(t + 24, 2, &minutes) ||
		!log_time(year, month, day, hour, minute, second, ret_time))
		return false;
	*ret_zone = (int64_t)(60 * hours + minutes) * 60;
	if (t[21] == '-')
		*ret_zone = -*ret_zone;
	return true;
}

/* "host ident user", where only the user may have blanks. */
static bool
take_user(struct bytes head, struct bytes *ret_user)
{
	struct bytes word;
	if (!log_take_word(&head, &word) || !log_take_word(&head, &word) || !head.size)
		return false;
	*ret_user = head;
	return true;
}

/* `"STOR a b" 226 8962` */
static bool
take_request(struct bytes *rest, struct bytes *ret_request)
{
	if (!rest->size || rest->data[0] != '"')
		return false;
	const char *end = memrchr(rest->data, '"', rest->size);
	if (!end || end == rest->data)
		return false;
	size_t size = (size_t)(end - rest->data);
	*ret_request = (struct bytes){ rest->data + 1, size - 1 };
	*rest = (struct bytes){ end + 1, rest->size - size - 1 };
	return true;
}

static const char *
find_stamp(struct bytes line)
{
	const char *rest = line.data, *end = line.data + line.size;
	while ((rest = memmem(rest, (size_t)(end - rest), " [", 2))) {
		if (end - rest > STAMP + 4 && rest[STAMP + 2] == ']' && rest[STAMP + 3] == ' ')
			return rest + 2;
		rest += 2;
	}
	return NULL;
}

enum log_answer
log_parse_clf(struct log_reader *reader, struct bytes line, struct log_event *ret_event)
{
	struct log_event event = { .done = true };
	struct bytes request, verb, word, status;
	enum verb_kind kind;
	int64_t zone;
	const char *stamp = line.size ? find_stamp(line) : NULL;
	if (!stamp || !parse_stamp(stamp, &event.time, &zone) ||
		!take_user(
			(struct bytes){ line.data, (size_t)(stamp - 2 - line.data) }, &event.user))
		return LOG_BAD;
	struct bytes rest = { stamp + STAMP + 2,
		line.size - (size_t)(stamp + STAMP + 2 - line.data) };
	if (!take_request(&rest, &request) || !log_take_word(&rest, &word) ||
		!log_take_word(&rest, &status) || status.size != 3)
		return LOG_BAD;
	if (!log_take_word(&request, &verb) || !verb_of(verb, &event.deed, &kind) ||
		log_is(event.user, "-"))
		return LOG_SILENT;
	event.time += kind == VERB_WEB ? zone : -zone;
	event.view = kind == VERB_WEB ? LOG_ON_ROOT : LOG_IN_JAIL;
	event.done = status.data[0] == '2';
	event.path = kind == VERB_WEB ? log_decoded(reader, request) : request;
	if (log_take_word(&rest, &word))
		(void)log_number(word, &event.bytes);
	if (event.deed != LOG_LOGIN && !event.path.size)
		return LOG_SILENT;
	*ret_event = event;
	return LOG_EVENT;
}
