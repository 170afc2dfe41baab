/*
 * parse.h - reading proftpd.conf and what it includes into a struct pro_config.
 *
 * The daemon's own ways are kept, the odd ones too: a stack of files that an error in an included
 * one leaves behind, so that the rest of the including file is lost; unknown directives that keep
 * it from starting; sections that disappear when they are empty.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_PARSE_H
#define REHOME_IMPORTERS_PROFTPD_PARSE_H

#include "importers/old/unix.h"
#include "importers/proftpd/config.h"
#include "importers/proftpd/directives.h"
#include "importers/proftpd/lines.h"
#include "importers/proftpd/start.h"

/* Never fails: what kept the daemon from starting is in the result. lenient: directives that are
 * unknown or refused are passed over with a note. */
struct pro_config *pro_config_read(struct old_root *root, const struct old_unix *accounts,
	const struct pro_start *start, bool lenient);

/*
 * A .ftpaccess file as a section of directives; NULL when there is none or it is empty. Lines that
 * the daemon refused there are missing, as they were.
 */
struct pro_section *pro_access_read(
	const struct pro_config *config, const char *path, const struct pro_section *parent);

/* Shared by parse.c, sections.c, include.c, modules.c and checks.c from here on. */

enum pro_outcome {
	PRO_TAKEN,
	PRO_REFUSED, /* parser->refusal says why; the file that holds the line ends */
	PRO_MISSING, /* of a file: there is none */
	PRO_INVALID, /* of an Include: refused as such */
};

/* A file on the daemon's stack. */
struct pro_file {
	struct pro_lines lines;
	const char *path;
};

struct pro_parser {
	struct pro_config *config;
	struct old_root *root;
	const struct old_unix *accounts; /* NULL in .ftpaccess */
	struct arena *arena;
	bool lenient, dynamic;
	struct {
		struct pro_file **items;
		size_t count, room;
	} files;		    /* the top is read */
	struct pro_section *server; /* lines outside of sections go here */
	struct {
		struct pro_section **items;
		size_t count, room;
	} open;
	bool in_class;
	struct table environment, defines;
	struct table directories; /* of the current server, against a second one */
	const char *module_path;
	bool include_links, include_no_temporary, include_no_wildcards;
	bool file_insecure, file_syntax; /* AuthFileOptions so far */
	unsigned depth, files_read, sections;
	size_t bytes_read;
	struct place refused_at;
	const char *refusal;
};

/* Says why and returns PRO_REFUSED. */
enum pro_outcome pro_refuse(struct pro_parser *parser, struct place where, const char *format, ...)
	PRINTF_LIKE(3, 4);

enum pro_outcome pro_parse_file(struct pro_parser *parser, const char *path);
enum pro_outcome pro_include(struct pro_parser *parser, const struct pro_line *line);

/* Whether a line begins or ends a section, of which kind, and the same taken. */
bool pro_is_section_line(const char *name);
enum pro_outcome pro_take_section(struct pro_parser *parser, struct pro_line *line);
/* The letter of directives.h for where the parser is. */
char pro_context(const struct pro_parser *parser);
/* Appends a directive to the section that is open. */
void pro_add_line(struct pro_parser *parser, const struct pro_line *line);

/* LoadModule, ModulePath, ModuleOrder. */
enum pro_outcome pro_take_module(struct pro_parser *parser, const struct pro_line *line);
/* Whether the section of an <IfVersion> is read. */
enum pro_outcome pro_if_version(
	struct pro_parser *parser, const struct pro_line *line, bool *ret_holds);
/* What the directive itself demands of its words; NULL = nothing is wrong. */
const char *pro_complaint(struct pro_parser *parser, const struct pro_line *line);

#endif
