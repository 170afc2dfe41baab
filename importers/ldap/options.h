/*
 * options.h - what the importer of directories can be told, as its option table fills it.
 *
 * The URIs are not here: they are the source's location.
 */
#ifndef REHOME_LDAP_OPTIONS_H
#define REHOME_LDAP_OPTIONS_H

#include <stdbool.h>

#include "core/model/importer.h"

/* Texts are NULL, and numbers zero, where nothing was said and the table has no default. */
struct ldap_config {
	/* what is listed */
	const char *base;
	const char *scope;  /* sub|one|base */
	const char *filter; /* NULL = what the profile looks for */
	const char *profile;
	const char *groups_base; /* NULL = base */
	const char *groups_filter;
	bool nested_groups;
	const char *key_attribute; /* "auto" = the profile's first that entries have */
	unsigned lockout_seconds;  /* 0 = a lock after wrong passwords lasts until it is lifted */

	/* who asks */
	const char *auth;
	const char *bind_dn;
	const char *password_file;
	bool allow_plaintext;

	/* how it is protected on the way */
	bool starttls;
	bool verify_certificate;
	const char *ca_file;
	const char *cert_file;
	const char *key_file;

	/* how much, and how long */
	unsigned page_size;
	unsigned connect_timeout; /* seconds */
	unsigned search_timeout;  /* seconds */
	unsigned size_limit;	  /* entries; 0 = none */
	const char *references;	  /* incomplete|ignore */
};

extern const struct option_spec ldap_options[];

#endif
