/*
 * log_vsftpd.c - vsftpd's own log.
 *
 *	Thu Sep  2 09:52:00 2004 [pid 7] [anna] OK UPLOAD: Client "10.0.0.9", "/a b", 12 bytes,
 *1Kbyte/sec
 *
 * Paths are as the user sees them, and whole.
 */
#include "importers/logs/log_format.h"

#include <string.h>

/* Up to and with the text; false when it is not there. */
static bool
skip_to(struct bytes *rest, const char *text)
{
	const char *found = memmem(rest->data, rest->size, text, strlen(text));
	if (!found)
		return false;
	size_t skip = (size_t)(found - rest->data) + strlen(text);
	*rest = (struct bytes){ rest->data + skip, rest->size - skip };
	return true;
}

static bool
take_user(struct bytes *rest, struct bytes *ret_user)
{
	static const char *const ends[] = { "] OK ", "] FAIL " };
	if (!rest->size || rest->data[0] != '[')
		return false;
	for (unsigned i = 0; i < ARRAY_LEN(ends); i++) {
		const char *end = memmem(rest->data, rest->size, ends[i], strlen(ends[i]));
		if (!end)
			continue;
		size_t size = (size_t)(end - rest->data);
		if (size < 2)
			return false;
		*ret_user = (struct bytes){ rest->data + 1, size - 1 };
		*rest = (struct bytes){ end + 2, rest->size - size - 2 };
		return true;
	}
	return false;
}

static bool
deed_of(struct bytes word, enum log_deed *ret_deed)
{
	static const struct {
		const char *word;
		enum log_deed deed;
	} deeds[] = { { "LOGIN:", LOG_LOGIN }, { "UPLOAD:", LOG_UPLOAD },
		{ "DOWNLOAD:", LOG_DOWNLOAD }, { "MKDIR:", LOG_CHANGE }, { "DELETE:", LOG_CHANGE },
		{ "RENAME:", LOG_CHANGE }, { "RMDIR:", LOG_CHANGE } };
	for (unsigned i = 0; i < ARRAY_LEN(deeds); i++) {
		if (!log_is(word, deeds[i].word))
			continue;
		*ret_deed = deeds[i].deed;
		return true;
	}
	return false;
}

/* Of "/from /to" the second one. */
static struct bytes
renamed_to(struct bytes path)
{
	for (size_t i = path.size; i > 1; i--)
		if (path.data[i - 1] == '/' && path.data[i - 2] == ' ')
			return (struct bytes){ path.data + i - 1, path.size - i + 1 };
	return path;
}

/* `"10.0.0.9", "/a b", 12 bytes, ...`: the path may have quotes, what is behind it has none. */
static void
take_path(struct bytes rest, struct log_event *event)
{
	if (!skip_to(&rest, "\", \""))
		return;
	const char *end = rest.size ? memrchr(rest.data, '"', rest.size) : NULL;
	if (!end)
		return;
	event->path = (struct bytes){ rest.data, (size_t)(end - rest.data) };
	struct bytes word;
	rest = (struct bytes){ end + 1, rest.size - event->path.size - 1 };
	if (log_take_word(&rest, &word) && log_take_word(&rest, &word))
		(void)log_number(word, &event->bytes);
}

enum log_answer
log_parse_vsftpd(struct bytes line, struct log_event *ret_event)
{
	struct log_event event = { .view = LOG_IN_JAIL };
	struct bytes status, verb, rest = line;
	if (!log_ctime(line, &event.time) || !skip_to(&rest, " [pid ") || !skip_to(&rest, "] "))
		return LOG_BAD;
	/* Connections, commands and answers are not deeds. */
	if (!take_user(&rest, &event.user) || !log_take_word(&rest, &status) ||
		!log_take_word(&rest, &verb) || !deed_of(verb, &event.deed))
		return LOG_SILENT;
	event.done = log_is(status, "OK");
	if (event.deed != LOG_LOGIN)
		take_path(rest, &event);
	if (log_is(verb, "RENAME:"))
		event.path = renamed_to(event.path);
	if (event.deed != LOG_LOGIN && !event.path.size)
		return LOG_SILENT;
	*ret_event = event;
	return LOG_EVENT;
}
