/*
 * groups.c - the table of groups while it is filled; see groups.h. Walks are in groups_walk.c.
 */
#include "importers/ldap/groups_internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "importers/ldap/dn.h"
#include "importers/ldap/value.h"

const char *const group_attributes[] = { "cn", "member", "uniqueMember", "memberUid", "memberOf",
	"gidNumber", "objectSid", NULL };

void
groups_init(struct groups *groups, struct arena *arena)
{
	*groups = (struct groups){
		.arena = arena,
		.by_dn.arena = arena,
		.by_member.arena = arena,
		.by_login.arena = arena,
		.by_sid.arena = arena,
		.by_gid.arena = arena,
	};
}

/* ---- tables of groups ---- */

static struct group_link *
linked(struct groups *groups, unsigned group, struct group_link *next)
{
	struct group_link *link = ARENA_NEW(groups->arena, struct group_link);
	*link = (struct group_link){ group, next };
	return link;
}

static void
link_name(struct groups *groups, struct table *table, const char *name, unsigned group)
{
	struct group_link *first = table_get(table, name);
	if (!first)
		name = arena_strdup(groups->arena, name);
	if (!first)
		table_set(table, name, linked(groups, group, NULL));
	else if (first->group != group)
		first->next = linked(groups, group, first->next);
}

static void
link_number(struct groups *groups, uint64_t number, unsigned group)
{
	id_table_set(&groups->by_gid, number,
		linked(groups, group, id_table_get(&groups->by_gid, number)));
}

/* ---- values ---- */

/* "cn=x,...#'0101'B": Name and Optional UID (RFC 4517, 3.3.21). */
static struct bytes
without_uid(struct bytes value)
{
	if (value.size < 4 || memcmp(value.data + value.size - 2, "'B", 2) != 0)
		return value;
	for (size_t i = value.size - 2; i-- > 1;) {
		if (value.data[i] == '\'' && value.data[i - 1] == '#')
			return (struct bytes){ value.data, i - 1 };
		if (value.data[i] != '0' && value.data[i] != '1')
			break;
	}
	return value;
}

static void
add_members(struct groups *groups, unsigned group, const struct directory_attribute *attribute,
	bool unique, struct arena *row)
{
	ARRAY_FOREACH (value, &attribute->values) {
		const char *dn = dn_normal(row, unique ? without_uid(*value) : *value);
		if (dn && *dn)
			link_name(groups, &groups->by_member, dn, group);
	}
}

static void
add_logins(struct groups *groups, unsigned group, const struct directory_attribute *attribute,
	struct arena *row)
{
	ARRAY_FOREACH (value, &attribute->values) {
		if (!value_fault(*value))
			link_name(groups, &groups->by_login, value_text(row, *value), group);
	}
}

static void
add_member_of(
	struct groups *groups, struct group *group, const struct directory_attribute *attribute)
{
	ARRAY_FOREACH (value, &attribute->values) {
		const char *dn = dn_normal(groups->arena, *value);
		if (dn && *dn)
			string_list_push(groups->arena, &group->member_of, dn);
	}
}

/* ---- ranges ---- */

/* "member;range=0-1499" of "member": the number behind the last, 0 when it was the last of all. */
static bool
parse_range(const char *name, const char *attribute, unsigned long long *ret_next)
{
	static const char option[] = ";range=";
	size_t length = strlen(attribute);
	if (strncasecmp(name, attribute, length) != 0 ||
		strncasecmp(name + length, option, strlen(option)) != 0)
		return false;
	const char *last = strchr(name + length, '-');
	unsigned long long number;
	if (!last)
		return false;
	if (strcmp(last + 1, "*") == 0) {
		*ret_next = 0;
		return true;
	}
	if (!text_number(last + 1, UINT32_MAX, &number))
		return false;
	*ret_next = number + 1;
	return true;
}

/* The attribute, whole or a part of it. */
static const struct directory_attribute *
find_part(const struct directory_entry *entry, const char *name, unsigned long long *ret_next)
{
	const struct directory_attribute *whole = directory_entry_find(entry, name);
	*ret_next = 0;
	if (whole && whole->values.count)
		return whole;
	ARRAY_FOREACH (attribute, &entry->attributes) {
		if (parse_range(attribute->name, name, ret_next))
			return attribute;
	}
	return whole;
}

const char *
group_rest_attribute(const struct group_rest *rest, struct arena *arena)
{
	return arena_printf(arena, "%s;range=%llu-*", rest->attribute, rest->next);
}

/* ---- entries ---- */

static struct place
place_of(const struct groups *groups, const struct directory_entry *entry, const char *attribute)
{
	return (struct place){ .file = arena_strdup(groups->arena, entry->dn),
		.field = attribute,
		.kind = "attribute" };
}

/* Of several names the first in byte order: a server may send them in any. */
static const char *
group_name(struct groups *groups, const struct directory_entry *entry, struct diags *diags)
{
	const struct directory_attribute *cn = directory_entry_find(entry, "cn");
	const char *name = NULL;
	const char *fault = "is missing or not readable";
	for (size_t i = 0; cn && i < cn->values.count; i++) {
		const char *value_is = value_fault(cn->values.items[i]);
		if (value_is) {
			fault = value_is;
			continue;
		}
		const char *text = value_text(groups->arena, cn->values.items[i]);
		if (!name || strcmp(text, name) < 0)
			name = text;
	}
	if (name)
		return name;
	diag_warning(diags, place_of(groups, entry, "cn"),
		"attribute 'cn' %s; the group is left out", fault);
	diag_code(diags, "bad-group");
	diag_hint(diags, "Give the group a name of one line, or exclude it with groups_filter.");
	return NULL;
}

static void
add_numbers(struct groups *groups, unsigned group, const struct directory_entry *entry)
{
	const struct directory_attribute *gid = directory_entry_find(entry, "gidNumber");
	const struct directory_attribute *sid = directory_entry_find(entry, "objectSid");
	int64_t number;
	if (gid && gid->values.count == 1 && value_integer(gid->values.items[0], &number) &&
		number >= 0)
		link_number(groups, (uint64_t)number, group);
	const char *text = sid && sid->values.count == 1
		? value_sid(groups->arena, sid->values.items[0])
		: NULL;
	if (text)
		link_name(groups, &groups->by_sid, text, group);
}

static void
add_lists(struct groups *groups, unsigned group, const struct directory_entry *entry,
	struct group_rest *ret_rest)
{
	AUTO_ARENA struct arena row = { 0 };
	const struct directory_attribute *unique = directory_entry_find(entry, "uniqueMember");
	const struct directory_attribute *logins = directory_entry_find(entry, "memberUid");
	const struct directory_attribute *member_of = directory_entry_find(entry, "memberOf");
	unsigned long long next;
	const struct directory_attribute *member = find_part(entry, "member", &next);
	if (member)
		add_members(groups, group, member, false, &row);
	if (unique)
		add_members(groups, group, unique, true, &row);
	if (logins)
		add_logins(groups, group, logins, &row);
	if (member_of)
		add_member_of(groups, &groups->all.items[group], member_of);
	if (next)
		*ret_rest = (struct group_rest){ group, "member", next };
}

void
groups_add(struct groups *groups, const struct directory_entry *entry, struct group_rest *ret_rest,
	struct diags *diags)
{
	*ret_rest = (struct group_rest){ 0 };
	const char *name = group_name(groups, entry, diags);
	struct bytes dn = { entry->dn, strlen(entry->dn) };
	if (!name)
		return;
	struct group group = {
		.dn = arena_strdup(groups->arena, entry->dn),
		.normal = dn_normal(groups->arena, dn),
		.name = name,
	};
	if (table_get(&groups->by_dn, group.normal))
		return; /* listed twice: it was moved while we read */
	unsigned position = (unsigned)groups->all.count;
	ARRAY_PUSH(groups->arena, &groups->all, group);
	link_name(groups, &groups->by_dn, group.normal, position);
	add_numbers(groups, position, entry);
	add_lists(groups, position, entry, ret_rest);
}

bool
groups_add_rest(struct groups *groups, const struct directory_entry *entry, struct group_rest *rest)
{
	AUTO_ARENA struct arena row = { 0 };
	unsigned long long next;
	const struct directory_attribute *part = find_part(entry, rest->attribute, &next);
	/* A server that gives the same again and again would never end. */
	if (!part || (next && next <= rest->next))
		return false;
	add_members(groups, rest->group, part, false, &row);
	rest->next = next;
	if (!next)
		rest->attribute = NULL;
	return true;
}
