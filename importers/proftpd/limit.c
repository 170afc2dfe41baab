/*
 * limit.c - the logic of <Limit>.
 *
 * Order allow,deny (which is the default) asks for an Allow first, then for a Deny, and lets pass
 * what neither names; deny,allow is the reverse. That is not what the same words mean elsewhere.
 */
#include <string.h>
#include <strings.h>

#include "importers/proftpd/limit.h"

enum limit {
	LIMIT_DENIED,
	LIMIT_PASSED, /* nothing names the visitor */
	LIMIT_ALLOWED,
};

/* All negated rules have to hold, and one of the others. */
static bool
negated_hold(const struct pro_line *line, const struct pro_client *client)
{
	ARRAY_FOREACH (rule, line->rules)
		if (rule->negated && pro_acl_match(rule, client) != 1)
			return false;
	return true;
}

static bool
one_holds(const struct pro_line *line, const struct pro_client *client)
{
	ARRAY_FOREACH (rule, line->rules) {
		int match = rule->negated ? 0 : pro_acl_match(rule, client);
		if (match)
			return match == 1;
	}
	return false;
}

static bool
address_holds(const struct pro_section *block, const char *name, const struct pro_client *client)
{
	bool holds = false;

	for (size_t i = 0; i < block->lines.count; i++) {
		const struct pro_line *line = block->lines.items[i];
		if (!line->rules || strcmp(line->name, name) != 0)
			continue;
		if (!negated_hold(line, client))
			return false;
		holds = holds || one_holds(line, client);
	}
	return holds;
}

static bool
names_hold(const struct pro_section *block, const char *name, enum pro_subject subject,
	const struct pro_visitor *visitor)
{
	for (size_t i = 0; i < block->lines.count; i++) {
		const struct pro_line *line = block->lines.items[i];
		if (!line->section && strcmp(line->name, name) == 0 &&
			pro_limit_holds(line, subject, visitor))
			return true;
	}
	return false;
}

/* AllowFilter and DenyFilter look at a command's argument. */
static bool
filter_holds(const struct pro_section *block, const char *name, const char *argument,
	const struct pro_visitor *visitor)
{
	struct pro_visitor named = *visitor;

	if (!argument)
		return false;
	named.user = argument;
	for (size_t i = 0; i < block->lines.count; i++) {
		const struct pro_line *line = block->lines.items[i];
		if (!line->section && strcmp(line->name, name) == 0 &&
			pro_regex_matches(line->words.items[0], PRO_USER, &named))
			return true;
	}
	return false;
}

static bool
allows(const struct pro_section *block, const char *argument, const struct pro_visitor *visitor)
{
	return names_hold(block, "AllowUser", PRO_USER, visitor) ||
		names_hold(block, "AllowGroup", PRO_GROUP, visitor) ||
		(visitor->class && names_hold(block, "AllowClass", PRO_CLASS_NAME, visitor)) ||
		address_holds(block, "Allow", &visitor->client) ||
		filter_holds(block, "AllowFilter", argument, visitor) ||
		pro_find(block, "AllowAll");
}

static bool
denies(const struct pro_section *block, const char *argument, const struct pro_visitor *visitor)
{
	return pro_find(block, "DenyAll") || names_hold(block, "DenyUser", PRO_USER, visitor) ||
		names_hold(block, "DenyGroup", PRO_GROUP, visitor) ||
		(visitor->class && names_hold(block, "DenyClass", PRO_CLASS_NAME, visitor)) ||
		address_holds(block, "Deny", &visitor->client) ||
		filter_holds(block, "DenyFilter", argument, visitor);
}

static bool
denies_first(const struct pro_section *block)
{
	const struct pro_line *order = pro_find(block, "Order");

	return order && strncasecmp(order->words.items[0], "deny", 4) == 0;
}

static enum limit
judge(const struct pro_section *block, const char *argument, const struct pro_visitor *visitor)
{
	if (denies_first(block)) {
		if (denies(block, argument, visitor))
			return LIMIT_DENIED;
		return allows(block, argument, visitor) ? LIMIT_ALLOWED : LIMIT_DENIED;
	}
	if (allows(block, argument, visitor))
		return LIMIT_ALLOWED;
	return denies(block, argument, visitor) ? LIMIT_DENIED : LIMIT_PASSED;
}

static const struct pro_section *
block_for(const struct pro_line *line, const char *command)
{
	const struct pro_section *block = line->section;

	if (!block || block->kind != PRO_LIMIT)
		return NULL;
	return string_list_has(&line->words, command) ? block : NULL;
}

bool
pro_limit_login(const struct pro_section *section, const struct pro_visitor *visitor,
	unsigned *ret_found, struct place *ret_where)
{
	*ret_found = 0;
	for (size_t i = 0; i < section->lines.count; i++) {
		const struct pro_section *block = block_for(section->lines.items[i], "LOGIN");
		enum limit limit = block ? judge(block, NULL, visitor) : LIMIT_PASSED;
		if (limit == LIMIT_PASSED)
			continue;
		++*ret_found;
		if (limit == LIMIT_DENIED) {
			*ret_where = block->opening->where;
			return false;
		}
	}
	return true;
}

/* The first block that says something counts. */
static enum limit
judge_section(const struct pro_section *section, const char *command, const char *argument,
	const struct pro_visitor *visitor, struct place *ret_where)
{
	for (size_t i = 0; i < section->lines.count; i++) {
		const struct pro_section *block = block_for(section->lines.items[i], command);
		enum limit limit = block ? judge(block, argument, visitor) : LIMIT_PASSED;
		if (limit == LIMIT_DENIED)
			*ret_where = block->opening->where;
		if (limit != LIMIT_PASSED)
			return limit;
	}
	return LIMIT_PASSED;
}

bool
pro_limit_command(const struct pro_section *server, const struct pro_section *directory,
	const char *command, const char *argument, const struct pro_visitor *visitor,
	struct place *ret_where)
{
	const char *const names[] = { command, "WRITE", "ALL" };

	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		enum limit limit = LIMIT_PASSED;
		const struct pro_section *section = directory;
		for (; section && limit == LIMIT_PASSED; section = section->parent)
			limit = judge_section(section, names[n], argument, visitor, ret_where);
		if (limit == LIMIT_PASSED)
			limit = judge_section(server, names[n], argument, visitor, ret_where);
		if (limit != LIMIT_PASSED)
			return limit == LIMIT_ALLOWED;
	}
	return true;
}
