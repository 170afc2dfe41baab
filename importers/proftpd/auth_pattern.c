/*
 * auth_pattern.c - regular expressions through regcomp(3), as far as it and PCRE2 agree.
 */
#include "importers/proftpd/auth_pattern.h"

#include <ctype.h>
#include <regex.h>
#include <string.h>

enum { PATTERN_LIMIT = 1024 }; /* regcomp(3) needs memory by the square of some patterns */

struct pro_pattern {
	regex_t compiled;
};

/* The same pattern for regcomp(3); false when it has what only PCRE knows. */
static bool
translate(const char *text, struct buffer *out)
{
	bool in_brackets = false;
	for (const char *at = text; *at; at++) {
		if (in_brackets) {
			if (*at == '\\')
				return false; /* an escape for PCRE, a backslash for POSIX */
			in_brackets = *at != ']';
		} else if (*at == '(' && at[1] == '?') {
			return false;
		} else if (strchr("*+?}", *at) && (at[1] == '+' || at[1] == '?')) {
			/* Lazy means the same to a search for a match; possessive does not. */
			if (at[1] == '+')
				return false;
			buffer_add_char(out, *at++);
			continue;
		} else if (*at == '[') {
			in_brackets = true;
			buffer_add_char(out, *at);
			if (at[1] == '^')
				buffer_add_char(out, *++at);
			if (at[1] == ']')
				buffer_add_char(out, *++at);
			continue;
		} else if (*at == '\\' && at[1]) {
			at++;
			if (*at == 'd' || *at == 'D') {
				buffer_add_text(out, *at == 'd' ? "[0-9]" : "[^0-9]");
				continue;
			}
			if (isalnum((unsigned char)*at) && !strchr("wWsSbB", *at))
				return false;
			buffer_add_char(out, '\\');
		}
		buffer_add_char(out, *at);
	}
	return true;
}

enum pro_pattern_kind
pro_pattern_compile(const char *text, struct arena *arena, struct pro_pattern **ret_pattern)
{
	AUTO_BUFFER struct buffer posix = { 0 };
	if (strlen(text) > PATTERN_LIMIT || !translate(text, &posix))
		return PRO_PATTERN_FOREIGN;

	struct pro_pattern *pattern = ARENA_NEW(arena, struct pro_pattern);
	if (regcomp(&pattern->compiled, buffer_text(&posix), REG_EXTENDED | REG_NOSUB) != 0)
		return PRO_PATTERN_INVALID;
	*ret_pattern = pattern;
	return PRO_PATTERN_USABLE;
}

bool
pro_pattern_matches(const struct pro_pattern *pattern, const char *text)
{
	return regexec(&pattern->compiled, text, 0, NULL, 0) == 0;
}

void
pro_pattern_free(struct pro_pattern *pattern)
{
	if (pattern)
		regfree(&pattern->compiled);
}
