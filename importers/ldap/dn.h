/*
 * dn.h - distinguished names, so far that two spellings of one can be told to be the same.
 */
#ifndef REHOME_LDAP_DN_H
#define REHOME_LDAP_DN_H

#include "core/model/importer.h"

/*
 * One spelling for all of a name: RFC 4514 read (and RFC 2253's ';'), types in lower case, values
 * without escapes, folded (Unicode case), blanks at their ends dropped and others counted once,
 * parts of a multi-valued RDN in byte order; then written again with the least escapes. This is
 * caseIgnoreMatch (RFC 4517, 4.2.11) for all types, which is what servers have for those that
 * name people and groups. "#hex" values and types as numbers ("2.5.4.3" for "cn") are not
 * translated. What is no DN is only folded. NULL when it holds a NUL.
 */
char *dn_normal(struct arena *arena, struct bytes dn);

#endif
