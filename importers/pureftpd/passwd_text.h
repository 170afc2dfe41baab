/*
 * passwd_text.h - pureftpd.passwd, the text that the database is made of. The daemon never reads
 * it; what differs from the database was edited after the last `pure-pw mkdb`.
 */
#ifndef REHOME_IMPORTERS_PUREFTPD_PASSWD_TEXT_H
#define REHOME_IMPORTERS_PUREFTPD_PASSWD_TEXT_H

#include "core/model/importer.h"

struct text_user {
	const char *name, *line; /* the line behind the name's colon */
	struct place where;
	bool is_repeated; /* a later line of a name: never found */
};
struct passwd_text {
	struct {
		struct text_user *items;
		size_t count, room;
	} users;
	struct table by_name; /* the first of each */
};

/* As pure-pw reads it: "#" begins a comment line, lines without a field are passed over. */
void passwd_text_parse(
	struct bytes content, const char *shown, struct arena *arena, struct passwd_text *ret_text);

#endif
