/*
 * configuring.h - a configuration of a directory: is it right, and what would be one.
 */
#ifndef REHOME_LDAP_CONFIGURING_H
#define REHOME_LDAP_CONFIGURING_H

#include "core/model/importer.h"

/* The importer's check and suggest. */
NODISCARD bool ldap_check(
	const void *config, const struct source *source, const struct importer_check *check);
NODISCARD bool ldap_suggest(const void *config, struct source *source,
	struct importer_suggestions *suggestions, struct diags *diags);

#endif
