/*
 * log_file.h - logs on this host, packed or not, line by line.
 *
 * gzip, bzip2, xz, zstd, lz4 and compress are found by their content. Lines of more than a limit
 * are given cut, and marked.
 */
#ifndef REHOME_IMPORTERS_LOGS_LOG_FILE_H
#define REHOME_IMPORTERS_LOGS_LOG_FILE_H

#include "core/model/importer.h"

enum { LOG_LINE_LIMIT = 64 << 10 };

/* Called for each line, without its end; false stops. */
typedef bool log_line_function(void *ctx, struct bytes line, unsigned number, bool cut);

/* False, with an error, when the file cannot be read to its end. */
NODISCARD bool log_file_read(
	const char *path, log_line_function *on_line, void *ctx, struct diags *diags);

/*
 * The files that the glob patterns name, each once however many patterns and links do. A pattern
 * that names none is an error.
 */
NODISCARD bool log_files_find(const struct string_list *patterns, struct arena *arena,
	struct string_list *ret_paths, struct diags *diags);

#endif
