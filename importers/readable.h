/*
 * readable.h - whether the place of a source could be read, for `rehome config check`.
 */
#ifndef REHOME_IMPORTERS_READABLE_H
#define REHOME_IMPORTERS_READABLE_H

#include "core/model/importer.h"

/* A regular file that can be opened, or standard input. A struct importer's check. One that is not
 * there is a warning: it may come. */
bool readable_file(
	const void *config, const struct source *source, const struct importer_check *check);

/* The same for an old machine's root: a directory, or a tar. */
bool readable_root(
	const void *config, const struct source *source, const struct importer_check *check);

#endif
