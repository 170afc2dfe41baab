/*
 * networks.h - a profile's addresses as networks that are simply allowed, one beside the other.
 *
 * In a profile one that is excluded wins over all that are allowed. Other programs see it the other
 * way round, or say both; a list without exclusions is the same everywhere.
 */
#ifndef REHOME_EXPORTERS_NETWORKS_H
#define REHOME_EXPORTERS_NETWORKS_H

#include "core/model/exporter.h"

/*
 * "10.0.0.0/8", "!10.1.0.0/16" become "10.0.0.0/16", "10.2.0.0/15", ... in CIDR notation, hosts
 * too; "*" is both families. from is a list of profile.h; an empty one is everywhere and gives an
 * empty list. Linear in the bits of an address times what is excluded. False when nothing remains.
 */
NODISCARD bool networks_allowed(
	const struct string_list *from, struct arena *arena, struct string_list *ret_networks);

#endif
