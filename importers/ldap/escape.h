/*
 * escape.h - text of strangers inside of filters and distinguished names.
 *
 * What a directory or an administrator calls somebody must never become syntax: everything that
 * goes into a filter or a DN by the program goes through here.
 */
#ifndef REHOME_LDAP_ESCAPE_H
#define REHOME_LDAP_ESCAPE_H

#include "core/model/importer.h"

/* An assertion value of a filter (RFC 4515, 3): any bytes. */
void escape_filter(struct buffer *out, struct bytes value);
char *escaped_filter(struct arena *arena, const char *value);

/* An attribute value of a relative distinguished name (RFC 4514, 2.4): any bytes but none at all.
 */
void escape_dn(struct buffer *out, struct bytes value);
char *escaped_dn(struct arena *arena, const char *value);

#endif
