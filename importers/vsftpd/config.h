/*
 * config.h - a configuration file into settings, exactly as vsftpd reads one.
 *
 * "#" begins a comment only in the first column, nothing may follow a value, blanks may precede a
 * key but not follow it, the last line for a key wins, and "key=" unsets a text. Whatever else ends
 * the program, which is reported as a fault: the main file's stops the server, a user's own file
 * stops that user's sessions. Only the first 100,000 bytes are read.
 */
#ifndef REHOME_IMPORTERS_VSFTPD_CONFIG_H
#define REHOME_IMPORTERS_VSFTPD_CONFIG_H

#include "importers/vsftpd/settings.h"

enum { VSFTPD_FILE_LIMIT = 100000 }; /* bytes of configurations and lists */

/* Why a server or a session ended. */
struct vsftpd_fault {
	const char *why; /* "unknown option 'x'"; NULL = none */
	struct place where;
};

struct vsftpd_reader {
	struct old_root *root;
	struct arena *arena;
	struct vsftpd_settings *settings;
	bool lenient;	     /* mend or skip what would have ended vsftpd, with a warning */
	bool own_file;	     /* a user's own: options of the whole server do nothing there */
	bool owners_unknown; /* the copy has lost them: nobody's files are refused for theirs */
	struct diags *said;  /* warnings: what was mended, and what does not do what it seems to */
	struct vsftpd_fault fault;
};

/* False when vsftpd would have ended; then reader->fault says why. */
NODISCARD bool vsftpd_read_config(struct vsftpd_reader *reader, const char *path);
NODISCARD bool vsftpd_read_text(
	struct vsftpd_reader *reader, struct bytes content, const char *shown);
/* One "key=value", as a line or behind -o. */
NODISCARD bool vsftpd_read_setting(
	struct vsftpd_reader *reader, const char *text, struct place where);

/* isspace(3) in the C locale. */
bool vsftpd_is_blank(char c);

#endif
