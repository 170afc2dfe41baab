/*
 * certificate.h - what a server's certificate says of itself, for words about why it was refused.
 *
 * Nothing is decided here: libldap verifies, and says no more than no.
 */
#ifndef REHOME_LDAP_CERTIFICATE_H
#define REHOME_LDAP_CERTIFICATE_H

#include "core/model/importer.h"

struct certificate {
	const char *subject;	  /* common name, or "" */
	const char *issuer;	  /* common name, else organisation, or "" */
	const char *from, *until; /* YYYYMMDDHHMMSSZ, UTC */
	struct string_list names; /* DNS names and addresses that it is for */
};

/* X.509 in DER form (RFC 5280, 4.1). False when it is none. */
NODISCARD bool certificate_read(
	struct bytes der, struct arena *arena, struct certificate *ret_certificate);

/* Whether one of its names is that host; the subject counts where it has no names. */
bool certificate_is_for(const struct certificate *certificate, const char *host);

#endif
