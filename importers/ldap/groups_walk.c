/*
 * groups_walk.c - from somebody to groups, and from groups to the groups that they are in.
 *
 * A walk goes level by level, so that the shortest way is the one that is told. Each group is
 * entered once, so circles end.
 */
#include <stdlib.h>
#include <string.h>

#include "importers/ldap/dn.h"
#include "importers/ldap/groups_internal.h"

/* ---- who is in whom ---- */

static void
add_parent(struct groups *groups, struct group *group, unsigned parent)
{
	for (size_t i = 0; i < group->parents.count; i++) {
		if (group->parents.items[i] == parent)
			return;
	}
	ARRAY_PUSH(groups->arena, &group->parents, parent);
}

void
groups_complete(struct groups *groups)
{
	groups->seen = arena_alloc(groups->arena, groups->all.count * sizeof(*groups->seen));
	ARRAY_FOREACH (group, &groups->all) {
		const struct group_link *link = table_get(&groups->by_member, group->normal);
		for (; link; link = link->next)
			add_parent(groups, group, link->group);
		ARRAY_FOREACH (dn, &group->member_of) {
			link = table_get(&groups->by_dn, *dn);
			if (link)
				add_parent(groups, group, link->group);
		}
	}
}

/* ---- walks ---- */

enum way {
	WAY_MEMBER,
	WAY_MEMBER_OF,
	WAY_MEMBER_UID,
	WAY_PRIMARY,
	WAY_NESTED,
};

struct step_in {
	unsigned group;
	enum way way;
	size_t from; /* WAY_NESTED: the step of the group that is in it */
};

struct walk {
	struct groups *groups;
	struct arena *arena;
	struct {
		struct step_in *items;
		size_t count, room;
	} steps;
};

static void
enter(struct walk *walk, unsigned group, enum way way, size_t from)
{
	if (walk->groups->seen[group] == walk->groups->walk)
		return;
	walk->groups->seen[group] = walk->groups->walk;
	ARRAY_PUSH(walk->arena, &walk->steps, (struct step_in){ group, way, from });
}

static void
enter_all(struct walk *walk, const struct group_link *link, enum way way)
{
	for (; link; link = link->next)
		enter(walk, link->group, way, 0);
}

static void
enter_direct(struct walk *walk, const struct group_member *member)
{
	const struct groups *groups = walk->groups;
	struct bytes dn = { member->dn, strlen(member->dn) };
	enter_all(walk, table_get(&groups->by_member, dn_normal(walk->arena, dn)), WAY_MEMBER);
	ARRAY_FOREACH (value, &member->member_of) {
		const char *group = dn_normal(walk->arena, *value);
		enter_all(walk, group ? table_get(&groups->by_dn, group) : NULL, WAY_MEMBER_OF);
	}
	if (member->login)
		enter_all(walk, table_get(&groups->by_login, member->login), WAY_MEMBER_UID);
	if (member->has_gid)
		enter_all(walk, id_table_get(&groups->by_gid, member->gid), WAY_PRIMARY);
	if (member->primary_sid)
		enter_all(walk, table_get(&groups->by_sid, member->primary_sid), WAY_PRIMARY);
}

static void
enter_nested(struct walk *walk)
{
	for (size_t i = 0; i < walk->steps.count; i++) {
		const struct group *group = &walk->groups->all.items[walk->steps.items[i].group];
		ARRAY_FOREACH (parent, &group->parents)
			enter(walk, *parent, WAY_NESTED, i);
	}
}

/* "listed as a member by cn=freelance,..., which is in cn=press,..." */
static const char *
way_words(const struct walk *walk, size_t at_step)
{
	static const char *const words[] = {
		[WAY_MEMBER] = "listed as a member by",
		[WAY_MEMBER_OF] = "memberOf:",
		[WAY_MEMBER_UID] = "listed by login in",
		[WAY_PRIMARY] = "primary group:",
	};
	const char *text = "";
	size_t i = at_step;
	for (; walk->steps.items[i].way == WAY_NESTED; i = walk->steps.items[i].from)
		text = arena_printf(walk->arena, ", which is in %s%s",
			walk->groups->all.items[walk->steps.items[i].group].dn, text);
	const struct step_in *first = &walk->steps.items[i];
	return arena_printf(walk->arena, "%s %s%s", words[first->way],
		walk->groups->all.items[first->group].dn, text);
}

static int
compare_memberships(const void *a, const void *b)
{
	const struct membership *left = a, *right = b;
	int order = strcmp(left->group->name, right->group->name);
	return order ? order : strcmp(left->group->normal, right->group->normal);
}

struct memberships
groups_of(struct groups *groups, const struct group_member *member, bool nested, bool explain,
	struct arena *arena)
{
	struct walk walk = { .groups = groups, .arena = arena };
	struct memberships found = { 0 };
	groups->walk++;
	enter_direct(&walk, member);
	if (nested)
		enter_nested(&walk);
	for (size_t i = 0; i < walk.steps.count; i++)
		ARRAY_PUSH(arena, &found,
			(struct membership){ &groups->all.items[walk.steps.items[i].group],
				explain ? way_words(&walk, i) : NULL });
	if (found.count)
		qsort(found.items, found.count, sizeof(*found.items), compare_memberships);
	return found;
}
