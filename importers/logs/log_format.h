/*
 * log_format.h - the formats behind log_event.h, and the words that they share.
 */
#ifndef REHOME_IMPORTERS_LOGS_LOG_FORMAT_H
#define REHOME_IMPORTERS_LOGS_LOG_FORMAT_H

#include "importers/logs/log_event.h"

enum log_answer log_parse_xferlog(struct bytes line, struct log_event *ret_event);
enum log_answer log_parse_vsftpd(struct bytes line, struct log_event *ret_event);
enum log_answer log_parse_clf(
	struct log_reader *reader, struct bytes line, struct log_event *ret_event);
enum log_answer log_parse_w3c(
	struct log_reader *reader, struct bytes line, struct log_event *ret_event);
enum log_answer log_parse_stats(struct bytes line, struct log_event *ret_event);

/* ---- words ---- */

/* The word up to the next blank, which is taken too; false at the end. */
bool log_take_word(struct bytes *rest, struct bytes *ret_word);
/* The same from the end. */
bool log_take_last_word(struct bytes *rest, struct bytes *ret_word);
bool log_is(struct bytes word, const char *text);
bool log_is_one_of(struct bytes word, const char *letters); /* a single letter of these */
bool log_number(struct bytes word, uint64_t *ret_number);
/* Without %XX; in the reader's scratch. */
struct bytes log_decoded(struct log_reader *reader, struct bytes path);

/* ---- times ---- */

enum { LOG_CTIME = 24 }; /* "Thu Sep  2 09:52:00 2004" */
bool log_ctime(struct bytes text, int64_t *ret_time);
/* year 1970 to 9999, month 1 to 12; false when one is out of its range. */
bool log_time(unsigned year, unsigned month, unsigned day, unsigned hour, unsigned minute,
	unsigned second, int64_t *ret_time);
bool log_month(const char *letters, unsigned *ret_month); /* "Sep" */
bool log_digits(const char *text, unsigned count, unsigned *ret_number);

#endif
