/*
 * auth_lines.h - AuthUserFile and AuthGroupFile, byte by byte as mod_auth_file reads them.
 *
 * Lines of the user file end after 1,024 bytes, and the last byte of each is dropped, which is its
 * newline unless the file has none at its end. A group needs its newline. A NUL ends a line, and
 * in the group file everything. Fields beyond the last are dropped, ids may have blanks and a
 * sign, and nothing is trimmed, so a CR belongs to the shell.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_AUTH_LINES_H
#define REHOME_IMPORTERS_PROFTPD_AUTH_LINES_H

#include "importers/proftpd/auth_module.h"
#include "importers/proftpd/auth_pattern.h"

/* What follows the path: "id 1000-2000 home !^/root name ^[a-z]+$". */
struct pro_file_filter {
	bool has_ids;
	uint32_t min, max;
	struct pro_pattern *name, *home;
	bool not_name, not_home; /* "!": those that do not match */
	const char *foreign;	 /* a pattern that cannot be matched here; NULL = none */
};

/* What the file has under one name. */
struct pro_file_user {
	const char *name;
	const struct pro_account *account; /* the first entry that counts; NULL = none */
	struct place refused;		   /* the first that does not, and why */
	const char *why;		   /* NULL = every entry counts */
	struct place repeated;		   /* the second that would count; line 0 = none */
};

struct pro_user_file {
	struct {
		struct pro_file_user **items;
		size_t count, room;
	} users; /* each name once, in the order of the file */
	struct table by_name;
	unsigned malformed; /* lines that AuthFileOptions SyntaxCheck refuses */
	bool cut;	    /* the file does not end with a newline */
};

void pro_user_file_parse(struct bytes content, const char *shown,
	const struct pro_file_filter *filter, struct arena *arena, struct pro_user_file *ret_file);

struct pro_file_group {
	const char *name;
	gid_t gid;
	struct place where;
};

struct pro_file_membership {
	struct {
		const struct pro_file_group **items;
		size_t count, room;
	} groups; /* in the order of the file, as often as they name the member */
};

struct pro_group_file {
	struct {
		struct pro_file_group **items;
		size_t count, room;
	} groups;
	struct table by_name, members; /* member -> struct pro_file_membership */
	struct id_table by_gid;
	unsigned malformed;
};

void pro_group_file_parse(struct bytes content, const char *shown,
	const struct pro_file_filter *filter, struct arena *arena, struct pro_group_file *ret_file);

#endif
