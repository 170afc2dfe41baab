/*
 * ldif_group.c - the entries of groups; ldif.c tells what is in them.
 */
#include <string.h>

#include "exporters/ldif_internal.h"
#include "exporters/ldif_text.h"

static bool
lists_entries(const struct ldif_writing *writing)
{
	return strcmp(writing->config->schema, "rfc2307bis") == 0;
}

static struct ldif_group *
find_group(struct ldif_writing *writing, const char *name)
{
	struct arena *arena = writing->job->arena;
	struct ldif_group *group = table_get(&writing->groups_by_name, name);
	if (group)
		return group;
	group = ARENA_NEW(arena, struct ldif_group);
	group->name = name;
	table_set(&writing->groups_by_name, name, group);
	ARRAY_PUSH(arena, &writing->groups, group);
	return group;
}

/* Once, though it may be his primary group, too. */
static void
add_member(struct ldif_writing *writing, struct ldif_group *group, const struct account *account)
{
	struct string_list *members = &group->members;
	if (!members->count || members->items[members->count - 1] != account->username)
		string_list_push(writing->job->arena, members, account->username);
}

static void
join(struct ldif_writing *writing, const struct account *account, const struct export_host *host,
	const char *name)
{
	struct ldif_group *group = find_group(writing, name);
	add_member(writing, group, account);
	group->is_given = true;
	if (!host)
		return;
	ARRAY_FOREACH (known, &host->groups) {
		if (!known->has_gid || strcmp(known->name, name) != 0)
			continue;
		group->has_gid = true;
		group->gid = known->gid;
	}
}

/* The primary one lists nobody: the account has its number. */
void
ldif_collect_groups(
	struct ldif_writing *writing, const struct account *account, const struct export_host *host)
{
	for (size_t i = 0; account_has(account, ACCOUNT_GROUPS) && i < account->groups.count; i++)
		join(writing, account, host, account->groups.items[i]);
	if (!host || !host->group)
		return;
	struct ldif_group *group = find_group(writing, host->group);
	group->has_gid = true;
	group->gid = host->gid;
	if (lists_entries(writing))
		add_member(writing, group, account);
}

static void
write_group(const struct ldif_writing *writing, const struct ldif_group *group)
{
	const struct ldif_config *config = writing->config;
	struct buffer *out = writing->job->out;
	bool by_entry = !group->has_gid || lists_entries(writing);
	buffer_add_char(out, '\n');
	ldif_add(out, "dn", ldif_dn(writing, "cn", group->name, config->groups));
	if (by_entry)
		ldif_add(out, "objectClass", "groupOfNames");
	if (group->has_gid)
		ldif_add(out, "objectClass", "posixGroup");
	ldif_add(out, "cn", group->name);
	if (group->has_gid)
		ldif_add_number(out, "gidNumber", (long long)group->gid);
	for (size_t i = 0; i < group->members.count; i++) {
		const char *login = group->members.items[i];
		ldif_add(out, by_entry ? "member" : "memberUid",
			by_entry ? ldif_dn(writing, "uid", login, config->people) : login);
	}
}

void
ldif_write_groups(const struct ldif_writing *writing)
{
	ARRAY_FOREACH (group, &writing->groups)
		write_group(writing, *group);
}
