/*
 * list.h - a file of names, one a line, as vsftpd compares them: whole lines, byte by byte, with
 * blanks, carriage returns and what looks like comments; of the first 100,000 bytes.
 */
#ifndef REHOME_IMPORTERS_VSFTPD_LIST_H
#define REHOME_IMPORTERS_VSFTPD_LIST_H

#include "importers/old/root.h"

struct vsftpd_list_line {
	const char *text;
	struct place where;
};

struct vsftpd_list {
	const char *path;
	bool is_readable; /* vsftpd could read it; a directory or /dev/null is an empty list */
	struct {
		struct vsftpd_list_line *items;
		size_t count, room;
	} lines;
	struct table by_text; /* the first line of that text */
	struct table alike;   /* by what somebody meant who wrote blanks, "\r" or a comment */
};

/* path NULL: not readable. */
void vsftpd_list_read(
	struct old_root *root, const char *path, struct arena *arena, struct vsftpd_list *ret_list);

/* The line that is exactly the name; NULL = none. */
const struct vsftpd_list_line *vsftpd_list_find(const struct vsftpd_list *list, const char *name);
/* A line that is not the name and was meant to be it; NULL = none. */
const struct vsftpd_list_line *vsftpd_list_find_alike(
	const struct vsftpd_list *list, const char *name);

/* Whether a client can send it as a name at all: no blanks, no control characters. */
bool vsftpd_can_be_typed(const char *name);

#endif
