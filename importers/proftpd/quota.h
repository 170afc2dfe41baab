/*
 * quota.h - limits of mod_quotatab's file tables.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_QUOTA_H
#define REHOME_IMPORTERS_PROFTPD_QUOTA_H

#include "importers/proftpd/auth_module.h"

enum pro_quota_kind { PRO_QUOTA_ALL = 10, PRO_QUOTA_USER = 20, PRO_QUOTA_GROUP = 30 };

struct pro_quota_table {
	struct table users, groups; /* name -> struct old_quota; the first record counts */
	struct old_quota *everyone; /* NULL = no such record */
};

/* A ".tab" file of `ftpquota`, in this machine's byte order as the server wrote it in its own:
 * 4 bytes of magic, then records of 126. False when it is none. A record that is cut is left out.
 */
bool pro_quota_parse(struct bytes file, struct arena *arena, struct pro_quota_table *ret_table);

struct pro_quotas;
/* NULL when QuotaEngine is off or its limits are not in a file; a note says the latter. */
struct pro_quotas *pro_quotas_open(const struct pro_auth_input *input, struct diags *diags);
/* The limit for uploads of a session, with a note that it is not carried. */
void pro_quotas_add(const struct pro_quotas *quotas, const char *name,
	const struct pro_identity *identity, struct arena *arena,
	struct pro_credentials *credentials);

#endif
