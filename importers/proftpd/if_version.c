/*
 * if_version.c - <IfVersion>: the version of the old daemon against one that is asked for.
 *
 * A release candidate is before its release, a letter behind it. Where the machine does not tell
 * the version, it is taken for the one whose directives are known here.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "importers/proftpd/auth_pattern.h"
#include "importers/proftpd/auth_version.h"
#include "importers/proftpd/parse.h"

struct version {
	unsigned long numbers[3];
	unsigned long status; /* rc1 = 101, none = 300, a = 301 */
};

/* "1", "1.3", "1.3.8", "1.3.8rc2", "1.3.8c". */
static bool
parse(const char *text, struct version *ret_version)
{
	struct version version = { .status = 300 };
	char *end = NULL;

	for (unsigned i = 0; i < 3; i++) {
		if (*text < '0' || *text > '9')
			return false;
		version.numbers[i] = strtoul(text, &end, 10);
		text = end;
		if (*text != '.' || i == 2)
			break;
		text++;
	}
	if (strncmp(text, "rc", 2) == 0) {
		version.status = 100 + strtoul(text + 2, &end, 10);
		text = end;
	} else if (*text >= 'a' && *text <= 'z') {
		version.status += (unsigned long)(*text++ - 'a') + 1;
	}
	*ret_version = version;
	return *text == '\0';
}

static int
compare(const struct version *a, const struct version *b)
{
	for (unsigned i = 0; i < 3; i++)
		if (a->numbers[i] != b->numbers[i])
			return a->numbers[i] < b->numbers[i] ? -1 : 1;
	return a->status == b->status ? 0 : a->status < b->status ? -1 : 1;
}

/* Without what a distribution adds: "1.3.8+dfsg-4" is 1.3.8. */
static const char *
running(struct pro_parser *parser, struct place where)
{
	struct pro_version version = pro_version_detect(parser->root, parser->arena);

	if (version.text) {
		const char *text =
			strchr(version.text, ':') ? strchr(version.text, ':') + 1 : version.text;
		return arena_strndup(parser->arena, text, strcspn(text, "+-~"));
	}
	diag_warning(&parser->config->notes, where,
		"the server's version is not known here and taken for 1.3.8");
	diag_code(&parser->config->notes, "version-assumed");
	return "1.3.8";
}

static bool
matches(struct pro_parser *parser, const char *regex, const char *version, bool *ret_holds)
{
	struct pro_pattern *pattern;

	if (pro_pattern_compile(regex, parser->arena, &pattern) != PRO_PATTERN_USABLE)
		return false;
	*ret_holds = pro_pattern_matches(pattern, version);
	pro_pattern_free(pattern);
	return true;
}

static bool
is_pattern(const char *relation, const char *asked)
{
	size_t size = strlen(asked);

	return *relation == '~' ||
		(*relation == '=' && size >= 2 && *asked == '/' && asked[size - 1] == '/');
}

static bool
compares(const char *relation, const char *asked, const char *version, bool *ret_holds)
{
	struct version ours, theirs;

	if (!*relation || !strchr("=<>", *relation) || !parse(asked, &theirs) ||
		!parse(version, &ours))
		return false;
	int order = compare(&ours, &theirs);
	bool or_equal = *relation == '=' || relation[1] == '=';
	*ret_holds = (order == 0 && or_equal) || (order < 0 && *relation == '<') ||
		(order > 0 && *relation == '>');
	return true;
}

enum pro_outcome
pro_if_version(struct pro_parser *parser, const struct pro_line *line, bool *ret_holds)
{
	bool two = line->words.count == 2;
	const char *relation = two ? line->words.items[0] : "=";
	const char *asked = pro_word(line, two), *version = running(parser, line->where);
	bool negated = *relation == '!' && relation[1], holds = false;

	if (!asked || line->words.count > 2)
		return pro_refuse(parser, line->where, "<IfVersion> has the wrong number of words");
	relation += negated;
	if (!is_pattern(relation, asked)) {
		if (!compares(relation, asked, version, &holds))
			return pro_refuse(
				parser, line->where, "'%s %s' is no comparison", relation, asked);
	} else {
		if (*relation == '=')
			asked = arena_strndup(parser->arena, asked + 1, strlen(asked) - 2);
		if (!matches(parser, asked, version, &holds))
			return pro_refuse(parser, line->where, "'%s' is no pattern", asked);
	}
	*ret_holds = holds != negated;
	return PRO_TAKEN;
}
