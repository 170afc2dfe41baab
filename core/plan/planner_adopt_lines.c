/*
 * planner_adopt_lines.c - an adoption in words: what people read before they say yes.
 *
 * Whatever a user could miss afterwards is a line; the paths behind a number are lines of detail,
 * shown with -v.
 */
#include "core/plan/planner_adopt.h"

#include <string.h>

/* "uid 1007 kept; shell /bin/bash -> nologin; + sftponly press" */
void
adoption_describe_account(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	struct change *change = adoption->change;
	const struct account_facts *before = &change->before, *after = &change->after;
	const char *slash = strrchr(after->shell, '/'), *sign = "; +";
	AUTO_BUFFER struct buffer text = { 0 };
	if (before->uid == after->uid)
		buffer_printf(&text, "uid %u kept", (unsigned)after->uid);
	else
		buffer_printf(&text, "uid %u -> %u, in the home too", (unsigned)before->uid,
			(unsigned)after->uid);
	if (strcmp(before->shell, after->shell) != 0)
		buffer_printf(&text, "; shell %s -> %s", *before->shell ? before->shell : "/bin/sh",
			slash ? slash + 1 : after->shell);
	ARRAY_FOREACH (group, &after->groups) {
		if (string_list_has(&before->groups, *group))
			continue;
		buffer_printf(&text, "%s %s%s", sign, *group,
			table_get(&planner->new_groups, *group) ? " (new)" : "");
		sign = "";
	}
	planner_add_line(change, planner->arena, "account",
		arena_strdup(planner->arena, buffer_text(&text)));
	if (adoption->left_group)
		planner_add_line(change, planner->arena, "group",
			arena_printf(planner->arena, "%s -> %s (its own%s, gid %u)",
				adoption->left_group, change->login,
				adoption->own_group_is_new ? ", new" : "", (unsigned)after->gid));
}

/* "4,812" */
static char *
number_words(uint64_t number, struct arena *arena)
{
	char digits[24], text[32];
	int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);
	size_t size = 0;
	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			text[size++] = ',';
		text[size++] = digits[i];
	}
	return arena_strndup(arena, text, size);
}

static char *
count_words(uint64_t count, const char *one, const char *many, struct arena *arena)
{
	return arena_printf(arena, "%s %s", number_words(count, arena), count == 1 ? one : many);
}

static const char *
name_of(const struct planner *planner, enum accountdb_file file, uint32_t id)
{
	const struct accountdb_line *line = accountdb_find_id(&planner->snapshot->db, file, id);
	return line ? accountdb_name(line) : arena_printf(planner->arena, "%u", (unsigned)id);
}

void
adoption_describe_jail(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	const struct stat *st = &adoption->entry.st;
	const char *home = adoption->change->after.home;
	const char *text = adoption->is_jail
		? arena_printf(planner->arena, "%s\ta jail already, and stays as it is", home)
		: adoption->elsewhere != ADOPT_IN_PLACE
		? arena_printf(planner->arena, "%s\ta new one, root:root 0755", home)
		: adoption->home_is_missing
		? arena_printf(planner->arena, "%s\t%s: a new one, root:root 0755", home,
			  adoption->is_new_place ? arena_printf(planner->arena, "instead of %s",
							   *adoption->change->before.home
								   ? adoption->change->before.home
								   : "none")
						 : "missing")
		: arena_printf(planner->arena, "%s\t%s:%s %04o -> root:root 0755", home,
			  name_of(planner, ACCOUNTDB_PASSWD, st->st_uid),
			  name_of(planner, ACCOUNTDB_GROUP, st->st_gid),
			  (unsigned)(st->st_mode & 07777));
	planner_add_line(adoption->change, planner->arena, "jail", text);
}

/* A tab would begin a column of its own. */
static const char *
without_tabs(const char *name, struct arena *arena)
{
	char *copy = arena_strdup(arena, name);
	for (char *tab = strchr(copy, '\t'); tab; tab = strchr(tab, '\t'))
		*tab = ' ';
	return copy;
}

/* A kind of thing: what it is called in the sum, for one and for several, and with its paths. */
struct kind_words {
	enum home_kind kind;
	const char *one, *many;
};

static const struct kind_words link_words[] = {
	{ HOME_LINK_INTO, "by its full path", "by their full path" },
	{ HOME_LINK_OUT, "out of the home", "out of the home" },
	{ HOME_LINK_MOVED, "to what moves elsewhere", "to what moves elsewhere" },
};

static const struct kind_words thing_words[] = {
	{ HOME_FOREIGN, "entry of another owner", "entries of other owners" },
	{ HOME_LINKED, "file with names outside the home", "files with names outside the home" },
	{ HOME_SPECIAL, "FIFO, socket or device", "FIFOs, sockets or devices" },
	{ HOME_SET_ID, "set-ID file", "set-ID files" },
	{ HOME_ACL, "ACL", "ACLs" },
	{ HOME_CAPABILITY, "file with capabilities", "files with capabilities" },
};

/* "3 by their full path, 1 out of the home": what there is none of is left out. */
static void
sum_up(const struct adoption *adoption, const struct kind_words *words, size_t count,
	struct buffer *out)
{
	struct arena *arena = adoption->planner->arena;
	for (size_t i = 0; i < count; i++) {
		uint64_t number = adoption->inventory.found[words[i].kind].count;
		if (number)
			buffer_printf(out, "%s%s", out->size ? ", " : "",
				count_words(number, words[i].one, words[i].many, arena));
	}
}

static void
list_paths(struct adoption *adoption, const char *label, const struct kind_words *words)
{
	struct arena *arena = adoption->planner->arena;
	const struct home_finding *found = &adoption->inventory.found[words->kind];
	uint64_t rest = found->count - found->paths.count;
	ARRAY_FOREACH (path, &found->paths)
		planner_add_detail(adoption->change, arena, label,
			arena_printf(arena, "%s: %s", **path ? without_tabs(*path, arena) : ".",
				words->one));
	if (rest)
		planner_add_detail(adoption->change, arena, label,
			arena_printf(arena, "and %s more", number_words(rest, arena)));
}

static void
describe_kinds(struct adoption *adoption, const char *label, const char *beginning,
	const struct kind_words *words, size_t count)
{
	struct arena *arena = adoption->planner->arena;
	AUTO_BUFFER struct buffer text = { 0 };
	sum_up(adoption, words, count, &text);
	if (!text.size)
		return;
	planner_add_line(adoption->change, arena, label,
		arena_printf(arena, "%s%s", beginning, buffer_text(&text)));
	for (size_t i = 0; i < count; i++)
		list_paths(adoption, label, &words[i]);
}

/* Those by their full path are first in link_words. */
static void
describe_links(struct adoption *adoption)
{
	const size_t rewritten = adoption->planner->config->policy.adopt_relink ? 1 : 0;
	static const struct kind_words words[] = {
		{ HOME_LINK_INTO, "by its full path, rewritten", "by their full path, rewritten" },
	};
	describe_kinds(adoption, "links", "", words, rewritten);
	describe_kinds(adoption, "links", "in the jail lead nowhere: ", link_words + rewritten,
		ARRAY_LEN(link_words) - rewritten);
}

/* Names that begin with a dot are few, and people look for theirs. */
static void
describe_hidden(struct adoption *adoption)
{
	struct arena *arena = adoption->planner->arena;
	const struct home_inventory *inventory = &adoption->inventory;
	if (!inventory->hidden)
		return;
	planner_add_line(adoption->change, arena, "hidden",
		arena_printf(arena, "%s -> %s/",
			count_words(inventory->hidden, "entry", "entries", arena),
			adoption->loose));
}

void
adoption_describe_contents(struct adoption *adoption)
{
	struct arena *arena = adoption->planner->arena;
	const struct home_inventory *inventory = &adoption->inventory;
	planner_add_line(adoption->change, arena, "keep",
		arena_printf(arena, "%s, %s, %s; %s -> %s/",
			count_words(inventory->folders.count, "folder", "folders", arena),
			count_words(inventory->files, "file", "files", arena),
			planner_size_words(inventory->bytes, arena),
			count_words(inventory->loose, "loose file", "loose files", arena),
			adoption->loose));
	for (size_t i = 0; i < inventory->folders.count && i < HOME_SAMPLES; i++)
		planner_add_detail(adoption->change, arena, "folder",
			arena_printf(arena, "%s/",
				without_tabs(inventory->folders.items[i].name, arena)));
	describe_hidden(adoption);
	if (inventory->sealed)
		planner_add_line(adoption->change, arena, "seal",
			arena_printf(arena, "%s in read-only folders: root's from then on",
				count_words(inventory->sealed, "entry", "entries", arena)));
	describe_links(adoption);
	describe_kinds(adoption, "holds", "", thing_words, ARRAY_LEN(thing_words));
}
