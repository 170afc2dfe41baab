/*
 * auth_pattern.c - regular expressions through regcomp(3), as far as it and PCRE2 agree.
 */
#include "importers/proftpd/auth_pattern.h"

#include <ctype.h>
#include <regex.h>
#include <string.h>

/* regcomp(3) needs memory by the square of some patterns, and copies what is repeated, at each
 * level anew: "((a{200}){200}){200}" is eight million parts, and may be in an enemy's .ftpaccess.
 */
enum { PATTERN_LIMIT = 1024, PARTS_LIMIT = 10000 };

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
			if (*at == '[' && (at[1] == '.' || at[1] == '='))
				return false;
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

/* Behind a bracket expression that begins here; the end of the text when it is never closed. */
static const char *
behind_brackets(const char *at)
{
	at += 1 + (at[1] == '^');
	at += *at == ']';
	while (*at && *at != ']') {
		const char *close = at[0] == '[' && at[1] == ':' ? strstr(at + 2, ":]") : NULL;
		at = close ? close + 2 : at + 1;
	}
	return at + (*at == ']');
}

/* "{3,7}": 7, and what stands behind it; 0 when it is no interval. */
static size_t
take_interval(const char *at, const char **ret_behind)
{
	size_t span = strspn(at + 1, "0123456789,"), number = 0, most = 1;
	if (*at != '{' || !span || at[span + 1] != '}')
		return 0;
	*ret_behind = at + span + 2;
	for (at++; *at != '}'; at++) {
		number = *at == ',' ? 0 : number * 10 + (size_t)(*at - '0');
		if (number > PARTS_LIMIT)
			return number;
		most = number > most ? number : most;
	}
	return most;
}

/* Whether all that is repeated, written out, has more than PARTS_LIMIT parts. */
static bool
is_too_large(const char *posix)
{
	size_t sums[PATTERN_LIMIT + 1] = { 0 }, depth = 0, last = 0;
	for (const char *at = posix; *at && sums[depth] <= PARTS_LIMIT;) {
		const char *next = *at == '[' ? behind_brackets(at) : at + 1;
		size_t times = *at == '+' ? 2 : take_interval(at, &next);
		if (*at == '\\' && at[1])
			next++;
		if (times) {
			sums[depth] += last * (times - 1);
			last *= times;
		} else if (*at == '(') {
			sums[++depth] = last = 0;
		} else if (*at == ')' && depth) {
			last = sums[depth--] + 1;
			sums[depth] += last;
		} else if (*at != '*' && *at != '?') {
			last = 1;
			sums[depth]++;
		}
		at = next;
	}
	return sums[depth] > PARTS_LIMIT;
}

enum pro_pattern_kind
pro_pattern_compile(const char *text, struct arena *arena, struct pro_pattern **ret_pattern)
{
	AUTO_BUFFER struct buffer posix = { 0 };
	if (strlen(text) > PATTERN_LIMIT || !translate(text, &posix) ||
		is_too_large(buffer_text(&posix)))
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
