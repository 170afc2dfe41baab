/*
 * importer_set.h - the importers that a name can mean: those of the program, and those of a
 * directory, which are loaded when somebody names them.
 *
 *	struct importer_set set = { .built_in = importers, .directory = dir, .arena = &arena };
 *	const struct importer *importer = importer_set_find(&set, "ldap", NOWHERE, &diags);
 *
 * A module that cannot be used is an error for whoever needs it, and for nobody else.
 */
#ifndef REHOME_MODEL_IMPORTER_SET_H
#define REHOME_MODEL_IMPORTER_SET_H

#include "core/model/importer.h"

struct importer_set {
	const struct importer *const *built_in; /* ends with NULL */
	const char *directory;			/* of modules, an absolute path; NULL = none */
	struct arena *arena;
	/* Modules that are loaded; they stay so until the process ends. */
	struct {
		const struct importer **items;
		size_t count, room;
	} loaded;
};

/*
 * NULL with an error: there is none of that name ("did you mean"; place is where it was named), or
 * its module is refused (place is the file, code "module-refused").
 */
const struct importer *importer_set_find(
	struct importer_set *set, const char *name, struct place place, struct diags *diags);

/*
 * Every name there is, nothing being loaded: those of the program in their order, then those of the
 * modules by byte order; one that the program has itself is left out. A directory that cannot be
 * used is an error in diags, and the names of the program are there all the same.
 */
struct string_list importer_set_names(const struct importer_set *set, struct diags *diags);

/* The file that an importer was, or would be, loaded from; NULL for those of the program. */
const char *importer_set_file(const struct importer_set *set, const char *name);

#endif
