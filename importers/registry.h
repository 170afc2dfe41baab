/*
 * registry.h - the importers that are part of the program.
 */
#ifndef REHOME_IMPORTERS_REGISTRY_H
#define REHOME_IMPORTERS_REGISTRY_H

#include "core/model/importer.h"

/* Ends with NULL. */
extern const struct importer *const importers[];

#endif
