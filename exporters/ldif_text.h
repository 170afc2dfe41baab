/*
 * ldif_text.h - lines of LDIF (RFC 2849), values of names in a DN (RFC 4514).
 */
#ifndef REHOME_EXPORTERS_LDIF_TEXT_H
#define REHOME_EXPORTERS_LDIF_TEXT_H

#include <stdbool.h>

#include "core/model/exporter.h"

/*
 * "attribute: value", folded at 76 columns. What is no SAFE-STRING, ends in a blank or has a
 * control character is "attribute:: " in base64.
 */
void ldif_add(struct buffer *out, const char *attribute, const char *value);

/* The value of a name in a DN, escaped. */
void ldif_add_name(struct buffer *out, const char *value);

/* Whether this can be a DN as far as a string tells: names "type=value" with nothing missing. */
bool ldif_is_dn(const char *dn);
/* A name of an attribute, without options. */
bool ldif_is_attribute(const char *name);

#endif
