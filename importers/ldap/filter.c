/*
 * filter.c - the grammar of RFC 4515; see filter.h.
 */
#include "importers/ldap/filter.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* As deep as a filter of a person is ever; a server has a limit, too. */
enum { MAX_DEPTH = 64 };

static const char *read_filter(const char **at, unsigned depth);

static void
skip_blanks(const char **at)
{
	*at += strspn(*at, " \t\n");
}

/* cn, 2.5.4.3, cn;lang-de, memberOf:1.2.840.113556.1.4.1941: and the sign behind it. */
static const char *
read_attribute(const char **at)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-.;:_";
	size_t length = strspn(*at, letters);
	if (!length)
		return "a comparison begins with the name of an attribute";
	*at += length;
	skip_blanks(at);
	if (strchr("<>~", **at) && **at)
		(*at)++;
	if (**at != '=')
		return "behind an attribute stands =, >=, <= or ~=";
	(*at)++;
	return NULL;
}

static const char *
read_value(const char **at)
{
	for (; **at && **at != '(' && **at != ')'; (*at)++) {
		if (**at != '\\')
			continue;
		if (!isxdigit((unsigned char)(*at)[1]) || !isxdigit((unsigned char)(*at)[2]))
			return "a backslash needs two hexadecimal digits, such as \\2a for *";
		*at += 2;
	}
	return **at == '(' ? "a parenthesis in a value is written \\28 or \\29" : NULL;
}

static const char *
read_comparison(const char **at)
{
	const char *fault = read_attribute(at);
	return fault ? fault : read_value(at);
}

/* What stands between two parentheses. */
static const char *
read_inner(const char **at, unsigned depth)
{
	if (!strchr("&|!", **at) || !**at)
		return read_comparison(at);
	bool is_not = **at == '!';
	size_t count = 0;
	(*at)++;
	for (skip_blanks(at); **at == '('; skip_blanks(at), count++) {
		const char *fault = read_filter(at, depth + 1);
		if (fault)
			return fault;
	}
	if (is_not && count != 1)
		return "! takes one filter in parentheses";
	return NULL;
}

static const char *
read_filter(const char **at, unsigned depth)
{
	if (depth > MAX_DEPTH)
		return "it is nested too deeply";
	(*at)++;
	skip_blanks(at);
	const char *fault = read_inner(at, depth);
	if (fault)
		return fault;
	skip_blanks(at);
	if (**at != ')')
		return **at ? "a parenthesis is missing, or one is too many"
			    : "a parenthesis is not closed";
	(*at)++;
	return NULL;
}

const char *
filter_fault(const char *filter)
{
	skip_blanks(&filter);
	if (!*filter)
		return "it is empty";
	const char *fault = *filter == '(' ? read_filter(&filter, 0) : read_comparison(&filter);
	if (fault)
		return fault;
	skip_blanks(&filter);
	return *filter ? "something stands behind its last parenthesis" : NULL;
}
