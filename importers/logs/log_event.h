/*
 * log_event.h - a line of an FTP server's log as one deed of one user.
 *
 * The format is found for each line: wu-ftpd's xferlog (vsftpd, ProFTPD, Pure-FTPd), vsftpd's own
 * log, the common log format (ProFTPD's ExtendedLog, Pure-FTPd's clf), Pure-FTPd's W3C and stats.
 * Times without a zone are taken for UTC: nobody knows what the old machine's was.
 */
#ifndef REHOME_IMPORTERS_LOGS_LOG_EVENT_H
#define REHOME_IMPORTERS_LOGS_LOG_EVENT_H

#include "core/model/importer.h"

enum log_deed {
	LOG_LOGIN,
	LOG_DOWNLOAD,
	LOG_UPLOAD,
	LOG_CHANGE, /* made, deleted or renamed something */
	LOG_ENTER,  /* changed the directory */
};

enum log_view {
	LOG_AS_SERVER, /* an xferlog's: on ROOT, or with vsftpd in the jail */
	LOG_ON_ROOT,
	LOG_IN_JAIL, /* "/" is the jail; without a slash it is from the working directory */
};

struct log_event {
	int64_t time; /* seconds since 1970 */
	enum log_deed deed;
	enum log_view view;
	bool done; /* false: the server refused */
	uint64_t bytes;
	struct bytes user, path; /* in the line, or in the reader's scratch */
};

enum log_answer {
	LOG_EVENT,
	LOG_SILENT, /* a line that is right, and about nothing that we ask for */
	LOG_BAD,    /* in no format that is known */
};

enum { LOG_FIELDS = 16 };

/* What is remembered of a file between its lines. A zeroed one is a new file. */
struct log_reader {
	/* W3C: which column is what, by enum log_column; 0 = not there, else its number + 1. */
	unsigned char columns[LOG_FIELDS];
	struct buffer scratch; /* a path whose %XX are decoded */
};

void log_reader_finish(struct log_reader *reader);
#define AUTO_LOG_READER AUTO(log_reader_finish)

/* One line without its end. */
enum log_answer log_line_parse(
	struct log_reader *reader, struct bytes line, struct log_event *ret_event);

#endif
