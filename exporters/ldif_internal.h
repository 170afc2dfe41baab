/*
 * ldif_internal.h - what the files of the ldif exporter share.
 */
#ifndef REHOME_EXPORTERS_LDIF_INTERNAL_H
#define REHOME_EXPORTERS_LDIF_INTERNAL_H

#include "exporters/loss.h"

struct ldif_config {
	const char *base, *people, *groups, *schema, *lock;
	const char *key, *layout, *folders; /* attributes */
	bool containers;
};

struct ldif_group {
	const char *name;
	bool is_given; /* somebody is in it by what his account says */
	bool has_gid;
	gid_t gid;
	struct string_list members;
};

/* All of one export. */
struct ldif_writing {
	const struct ldif_config *config;
	const struct export_job *job;
	struct losses losses;
	int64_t today; /* days since 1970 */
	struct {
		struct ldif_group **items;
		size_t count, room;
	} groups;
	struct table groups_by_name;
	struct table keys; /* origin key -> struct account */
};

/* "uid=anna,ou=people,dc=example,dc=org"; without type the unit itself. */
const char *ldif_dn(
	const struct ldif_writing *writing, const char *type, const char *name, const char *unit);
void ldif_add_number(struct buffer *out, const char *attribute, long long number);

/* The groups of an account; host NULL = of a source. */
void ldif_collect_groups(struct ldif_writing *writing, const struct account *account,
	const struct export_host *host);
void ldif_write_groups(const struct ldif_writing *writing);

/* The entry. False with an error when no directory takes it. */
NODISCARD bool ldif_write_person(struct ldif_writing *writing, const struct account *account,
	const struct export_host *host);

#endif
