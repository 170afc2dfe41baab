/*
 * value.h - values of attributes, which are bytes, as what their syntaxes mean.
 *
 * A server may send anything: what is no value of the syntax is refused, never repaired.
 */
#ifndef REHOME_LDAP_VALUE_H
#define REHOME_LDAP_VALUE_H

#include "core/model/importer.h"

/*
 * Why bytes are no single line of text, in words that follow the attribute's name ("holds a NUL");
 * NULL when they are one. A NUL is found by the length that the server gave.
 */
const char *value_fault(struct bytes value);

/* Only the bytes as text; value_fault() comes first. */
const char *value_text(struct arena *arena, struct bytes value);

/* Integer (RFC 4517, 3.3.16) within 64 bits. */
bool value_integer(struct bytes value, int64_t *ret_number);

/* Boolean (RFC 4517, 3.3.3), in any case: nsAccountLock is a text in some servers. */
bool value_boolean(struct bytes value, bool *ret_true);

/* Generalized Time (RFC 4517, 3.3.13) in seconds since 1970; without a zone it is refused. */
bool value_time(struct bytes value, int64_t *ret_seconds);

/* UUID (RFC 4530): 36 characters, in lower case then. */
char *value_uuid(struct arena *arena, struct bytes value);

/*
 * objectGUID (MS-DTYP 2.3.4.2): 16 bytes, the first three parts little-endian, as
 * "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", which is how Windows shows it. NULL for other lengths.
 */
char *value_guid(struct arena *arena, struct bytes value);

/* objectSid (MS-DTYP 2.4.2.2): "S-1-5-21-1004336348-1177238915-682003330-512", or NULL. */
char *value_sid(struct arena *arena, struct bytes value);

#endif
