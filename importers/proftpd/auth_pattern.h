/*
 * auth_pattern.h - the regular expressions of the server's configuration.
 *
 * Debian's and most other builds use PCRE2, older ones POSIX. What both take is matched by
 * regcomp(3); \d and \D outside brackets are translated. Anything that only PCRE has (look-around,
 * named groups, \Q, ...) is foreign: it is not known here whom it matches.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_AUTH_PATTERN_H
#define REHOME_IMPORTERS_PROFTPD_AUTH_PATTERN_H

#include "core/model/importer.h"

enum pro_pattern_kind {
	PRO_PATTERN_USABLE,
	PRO_PATTERN_INVALID, /* the server refuses it as well */
	PRO_PATTERN_FOREIGN,
};

struct pro_pattern;

/* *ret_pattern is set only when USABLE. */
enum pro_pattern_kind pro_pattern_compile(
	const char *text, struct arena *arena, struct pro_pattern **ret_pattern);
bool pro_pattern_matches(const struct pro_pattern *pattern, const char *text);
void pro_pattern_free(struct pro_pattern *pattern); /* takes NULL */

#endif
