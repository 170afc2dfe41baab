/*
 * importer_module.h - importers that are no part of the program: files NAME.so of one directory,
 * loaded into it.
 *
 * What is loaded runs as root, so only root can have put it there: the file, its directory and
 * every directory above belong to root and can be changed by nobody else, and none of them is a
 * symbolic link. When the caller is not root, what is his own will do as well.
 */
#ifndef REHOME_MODEL_IMPORTER_MODULE_H
#define REHOME_MODEL_IMPORTER_MODULE_H

#include "core/model/importer.h"

/* Lower-case letters, digits, '_' and '-': nothing that could lead out of the directory. */
bool importer_module_is_name(const char *name);

const char *importer_module_file(const char *directory, const char *name, struct arena *arena);

/*
 * directory is an absolute path without "." and "..". The names in byte order, of modules that may
 * turn out to be none; empty when the directory does not exist. False when it cannot be trusted or
 * read.
 */
NODISCARD bool importer_module_list(const char *directory, struct arena *arena,
	struct string_list *ret_names, struct diags *diags);

/*
 * *ret_importer is NULL, without an error, when there is no such file. False with an error whose
 * place is the file (or the directory) and whose code is "module-refused".
 */
NODISCARD bool importer_module_load(const char *directory, const char *name, struct arena *arena,
	const struct importer **ret_importer, struct diags *diags);

#endif
