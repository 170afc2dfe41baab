/*
 * unix_lines.h - the lines and fields of account files, taken apart as glibc takes them.
 */
#ifndef REHOME_IMPORTERS_OLD_UNIX_LINES_H
#define REHOME_IMPORTERS_OLD_UNIX_LINES_H

#include "importers/old/unix.h"

/* isspace(3) of the C locale. */
bool unix_is_space(char c);
const char *unix_skip_space(const char *text);

struct unix_lines {
	struct bytes rest;
	unsigned number; /* of the line that was given last */
};

/* A copy in the arena without its end; a NUL in it ends it, as for a C program. NULL = no more. */
char *unix_next_line(struct unix_lines *lines, struct arena *arena);

/* The lines of passwd, group and shadow. False: glibc skips the line. Fields are cut in the line.
 */
bool unix_parse_passwd(char *line, struct old_passwd *ret_user);
bool unix_parse_group(char *line, struct arena *arena, struct old_group *ret_group);
bool unix_parse_shadow(char *line, struct old_shadow *ret_shadow);

/* getusershell(3)'s list of a file's bytes. */
void unix_parse_shells(struct bytes content, struct arena *arena, struct string_list *ret_shells);

/* nsswitch.conf's services of one database; files, where the file does not name it. */
struct string_list unix_services(struct bytes content, const char *database, struct arena *arena);

#endif
