/*
 * export_output.h - where an export goes: standard output, a file, or a directory of files.
 *
 * A file or a directory is its owner's alone, whatever the umask is and whatever stood there. On
 * standard output secrets are written only where they are not shown or left lying about for others:
 * into a pipe, or into a file that is its owner's alone.
 */
#ifndef REHOME_CLI_EXPORT_OUTPUT_H
#define REHOME_CLI_EXPORT_OUTPUT_H

#include "cli/session.h"
#include "core/model/exporter.h"

struct export_output {
	const char *path; /* NULL = standard output */
	const char *part; /* the one that is wanted; NULL = all of them, or the exporter has none */
};

/* Before anything is read: that the exporter can write there. False with EXIT_USAGE. */
NODISCARD bool export_output_check(struct session *session, const struct exporter *exporter,
	const struct export_output *output, bool with_secrets);

/* Lets the exporter write, and puts in place what it wrote. False with EXIT_FAILED. */
NODISCARD bool export_output_write(struct session *session, const struct exporter *exporter,
	const void *config, const struct export_job *job, const struct export_output *output);

#endif
