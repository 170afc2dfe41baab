/*
 * alias.c - from the name that was typed to the account and the <Anonymous> it belongs to.
 *
 * The daemon looks for UserAlias everywhere, inner sections first, and since a server's aliases go
 * down into every <Anonymous>, one of those may take an alias that was meant for the server. Kept
 * as it is, with the walk over AuthAliasOnly that ends at whatever alias comes next.
 */
#include <string.h>

#include "importers/proftpd/session.h"

/* An alias and the section it was found in; NULL = the server. */
struct alias {
	const char *name, *target;
	struct pro_section *section;
};

struct alias_list {
	struct alias *items;
	size_t count, room;
};

static void
add_alias(struct alias_list *list, const struct pro_line *line, struct pro_section *section,
	struct arena *arena)
{
	if (!line->section && strcmp(line->name, "UserAlias") == 0)
		ARRAY_PUSH(arena, list,
			(struct alias){ line->words.items[0], line->words.items[1], section });
}

static void
add_inner(struct alias_list *list, struct pro_section *section, struct arena *arena)
{
	for (size_t i = 0; i < section->lines.count; i++) {
		struct pro_line *line = section->lines.items[i];
		bool skipped = line->section &&
			(line->section->kind == PRO_DIRECTORY || line->section->kind == PRO_LIMIT ||
				line->section->kind == PRO_ACCESS);
		if (line->section && !skipped)
			add_inner(list, line->section, arena);
		add_alias(list, line, section, arena);
	}
}

/* In the daemon's order: everything inside of sections, then the server's own. */
static struct alias_list
all_aliases(struct pro_section *server, struct arena *arena)
{
	struct alias_list list = { 0 };

	for (size_t i = 0; i < server->lines.count; i++)
		if (server->lines.items[i]->section)
			add_inner(&list, server->lines.items[i]->section, arena);
	for (size_t i = 0; i < server->lines.count; i++)
		add_alias(&list, server->lines.items[i], NULL, arena);
	return list;
}

static bool
is_for(const struct alias *alias, const char *typed)
{
	return strcmp(alias->name, "*") == 0 || strcmp(alias->name, typed) == 0;
}

static const struct pro_line *
only_aliases(const struct pro_section *section)
{
	return section ? pro_find(section, "AuthAliasOnly") : NULL;
}

static bool
is_on(const struct pro_line *line)
{
	return line && pro_boolean(line->words.items[0]) == 1;
}

/*
 * Which alias is used, from the first that fits; list->count = none. Where its section has an
 * AuthAliasOnly, be it on or off, the daemon goes on to the next alias of the section until there
 * is none, so that the name is not replaced at all; off, it only is an alias if the last one fits.
 */
static size_t
choose_alias(const struct alias_list *list, size_t start, const char *typed, bool *is_alias)
{
	if (start == list->count)
		return start;

	const struct pro_section *section = list->items[start].section;
	const struct pro_line *only = only_aliases(section);
	if (!only)
		return start;
	if (is_on(only))
		return list->count;
	*is_alias = false;
	for (size_t i = start + 1; i < list->count; i++)
		if (list->items[i].section == section)
			*is_alias = is_for(&list->items[i], typed);
	return list->count;
}

static struct pro_section *
next_anonymous(struct pro_section *server, struct pro_section *after)
{
	bool passed = !after;

	for (size_t i = 0; i < server->lines.count; i++) {
		struct pro_section *section = server->lines.items[i]->section;
		if (section && section->kind == PRO_ANONYMOUS && passed)
			return section;
		passed = passed || section == after;
	}
	return NULL;
}

static const char *
account_of(const struct pro_section *section, const struct pro_section *server)
{
	const struct pro_line *line = section ? pro_find(section, "User") : NULL;

	if (!line)
		line = pro_find(server, "User");
	return line ? line->words.items[0] : NULL;
}

/* The first <Anonymous> from `start` whose User is the name. */
static struct pro_section *
anonymous_of(struct pro_session *session, struct pro_section *start)
{
	for (; start; start = next_anonymous(session->server, start)) {
		const char *account = account_of(start, session->server);
		if (account && strcmp(account, session->user) == 0)
			return start;
	}
	return NULL;
}

/* A name that is no alias: the daemon looks for AuthAliasOnly in the <Anonymous> that its search
 * began with, be it the right one or not. */
static bool
is_plain_refused(const struct pro_session *session, const struct pro_section *first)
{
	return is_on(pro_find(first ? first : session->server, "AuthAliasOnly"));
}

static void
find_names(struct pro_session *session)
{
	struct alias_list list = all_aliases(session->server, session->scratch);
	struct pro_section *found = NULL, *start;
	bool is_alias = false;
	size_t first = 0, chosen;

	while (first < list.count && !is_for(&list.items[first], session->typed))
		first++;
	is_alias = first < list.count;
	chosen = choose_alias(&list, first, session->typed, &is_alias);
	if (chosen < list.count) {
		session->user = list.items[chosen].target;
		if (list.items[chosen].section && list.items[chosen].section->kind == PRO_ANONYMOUS)
			found = list.items[chosen].section;
	}

	start = found ? found : next_anonymous(session->server, NULL);
	struct pro_section *mine = anonymous_of(session, start);
	if (mine)
		found = mine;
	if (!is_alias) {
		if (is_plain_refused(session, start))
			session->user = NULL;
	} else if (first < list.count) {
		struct pro_section *section = list.items[first].section;
		if (section && section->kind == PRO_ANONYMOUS && is_on(only_aliases(section)))
			found = section;
	}
	session->anonymous = found;
}

bool
pro_session_find_account(struct pro_session *session)
{
	struct place nowhere = session->where;

	session->user = session->typed;
	if (strlen(session->typed) > 256)
		return pro_session_deny(
			session, nowhere, "name-too-long", "the name is too long for the server");
	find_names(session);
	if (!session->user) {
		const struct pro_line *only = pro_find(session->server, "AuthAliasOnly");
		return pro_session_deny(session, only ? only->where : nowhere, "alias-only",
			"only aliases could log in");
	}

	pro_auth_identify(
		session->judge->auth, session->user, session->judge->arena, &session->identity);
	if (session->identity.exists == OLD_DENY && session->anonymous) {
		const char *account = account_of(session->anonymous, session->server);
		if (account)
			pro_auth_identify(session->judge->auth, account, session->judge->arena,
				&session->identity);
	}
	if (session->identity.where.file)
		session->where = session->identity.where;
	if (session->identity.exists == OLD_UNKNOWN)
		return false; /* not known: the notes say why */
	if (session->identity.exists == OLD_DENY)
		return pro_session_deny(session, session->where, "no-account",
			"no database of the server had this account");
	return true;
}
