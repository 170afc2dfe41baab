/*
 * filter.h - whether a text is a search filter of RFC 4515, before a server is asked with it.
 */
#ifndef REHOME_LDAP_FILTER_H
#define REHOME_LDAP_FILTER_H

/*
 * NULL when it is one; otherwise what is wrong with it. Like libldap this takes blanks between the
 * parts, and a single comparison without parentheses around it.
 */
const char *filter_fault(const char *filter);

#endif
