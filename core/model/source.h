/*
 * source.h - a named input: a file, standard input, a directory server, an old server's tree.
 */
#ifndef REHOME_MODEL_SOURCE_H
#define REHOME_MODEL_SOURCE_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/diag.h"

struct source {
	const char *name;     /* "partners", or "csv:partners.csv" when given on the command line */
	const char *importer; /* "csv" */
	const char *location; /* path, "-" for standard input, or URI; as given */
	const char *shown;    /* how places name it: the file's base name, "<stdin>" */
	struct arena *arena;
	/* Filled by source_read(): */
	bool read;
	struct bytes content;
	char sha256[65];     /* of content, hex */
	bool world_readable; /* others may read the file: a finding when it holds passwords */
};

/*
 * Reads the whole file or standard input once (later calls return the same bytes). Regular files
 * only, opened without blocking; up to 1 GiB. The location is the administrator's word: it may go
 * through symbolic links and is not below --root.
 */
NODISCARD bool source_read(struct source *source, struct bytes *ret_content, struct diags *diags);

#endif
