/*
 * sections.c - lines that open and close sections, and where the parser is between them.
 *
 * An open section is on a stack; a <VirtualHost> is a server and not on it. What ends empty goes.
 */
#include <string.h>
#include <strings.h>

#include "importers/proftpd/address.h"
#include "importers/proftpd/parse.h"

enum { NESTING_LIMIT = 64, SECTION_LIMIT = 200000, SKIPPED_LINE_ROOM = 1023 };

bool
pro_is_section_line(const char *name)
{
	static const char *const names[] = { "Anonymous", "Class", "Directory", "Global",
		"IfAuthenticated", "IfClass", "IfDefine", "IfGroup", "IfModule", "IfUser",
		"IfVersion", "Limit", "VirtualHost" };

	if (*name++ != '<')
		return false;
	if (*name == '/')
		name++;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t size = strlen(names[i]);
		if (strncasecmp(name, names[i], size) == 0 && strcmp(name + size, ">") == 0)
			return true;
	}
	return false;
}

static struct pro_section *
innermost(const struct pro_parser *parser)
{
	return parser->open.count ? parser->open.items[parser->open.count - 1] : NULL;
}

char
pro_context(const struct pro_parser *parser)
{
	for (size_t i = parser->open.count; i-- > 0;) {
		switch (parser->open.items[i]->kind) {
		case PRO_GLOBAL:
			return 'g';
		case PRO_ANONYMOUS:
			return 'a';
		case PRO_DIRECTORY:
			return 'd';
		case PRO_LIMIT:
			return 'l';
		default: /* mod_ifsession's are of the kind that they stand in */
			break;
		}
	}
	if (parser->dynamic)
		return 'f';
	if (parser->in_class)
		return 'c';
	return parser->server->kind == PRO_VIRTUAL_HOST ? 'v' : 's';
}

static struct pro_section *
receiver(const struct pro_parser *parser)
{
	struct pro_section *section = innermost(parser);

	return section ? section : parser->server;
}

static const struct pro_acl_list *
rules_of(struct pro_parser *parser, const struct pro_line *line)
{
	bool has_rules = strcmp(line->name, "Allow") == 0 || strcmp(line->name, "Deny") == 0 ||
		strcmp(line->name, "From") == 0;
	struct pro_acl_list *rules =
		has_rules ? ARENA_NEW(parser->arena, struct pro_acl_list) : NULL;

	return rules && pro_acl_split(line, parser->arena, rules) ? rules : NULL;
}

void
pro_add_line(struct pro_parser *parser, const struct pro_line *line)
{
	struct pro_section *section = receiver(parser);
	struct pro_line *copy = ARENA_NEW(parser->arena, struct pro_line);

	*copy = *line;
	copy->rules = rules_of(parser, line);
	ARRAY_PUSH(parser->arena, &section->lines, copy);
	if (strcmp(line->name, "Umask") == 0 && line->words.count == 2) {
		struct pro_line *second = ARENA_NEW(parser->arena, struct pro_line);
		*second = *line;
		second->name = "DirUmask";
		second->words =
			(struct string_list){ line->words.items + 1, 1, line->words.room - 1 };
		copy->words.count = 1;
		ARRAY_PUSH(parser->arena, &section->lines, second);
	}
}

static struct pro_section *
new_section(struct pro_parser *parser, enum pro_section_kind kind, struct pro_line *line)
{
	struct pro_section *section = ARENA_NEW(parser->arena, struct pro_section);
	struct pro_line *opening = ARENA_NEW(parser->arena, struct pro_line);

	*opening = *line;
	opening->section = section;
	section->kind = kind;
	section->opening = opening;
	section->parent = innermost(parser);
	return section;
}

static enum pro_outcome
open_section(struct pro_parser *parser, enum pro_section_kind kind, struct pro_line *line)
{
	if (parser->open.count >= NESTING_LIMIT || ++parser->sections > SECTION_LIMIT)
		return pro_refuse(parser, line->where, "%s: too many sections", line->name);

	struct pro_section *section = new_section(parser, kind, line);
	struct pro_section *around = receiver(parser);
	ARRAY_PUSH(parser->arena, &around->opened, (struct pro_line *)section->opening);
	ARRAY_PUSH(parser->arena, &parser->open, section);
	return PRO_TAKEN;
}

static void
close_section(struct pro_parser *parser)
{
	struct pro_section *section = innermost(parser);

	if (!section)
		return;
	parser->open.count--;
	bool mine = section->kind == PRO_IF_USER || section->kind == PRO_IF_GROUP ||
		section->kind == PRO_IF_CLASS || section->kind == PRO_IF_AUTHENTICATED;
	if (section->lines.count || section->opened.count || mine)
		return;
	/* It is the newest of its parent: nothing was opened since that is still there. */
	struct pro_section *around = receiver(parser);
	around->opened.count--;
}

/* Lines up to the closing one are not even words. */
static enum pro_outcome
skip_section(struct pro_parser *parser, const struct pro_line *line, const char *name)
{
	AUTO_BUFFER struct buffer text = { 0 };
	AUTO_BUFFER struct buffer opening = { 0 }, closing = { 0 };
	unsigned depth = 1, number;
	struct pro_lines *lines = &parser->files.items[parser->files.count - 1]->lines;

	buffer_printf(&opening, "<%s", name);
	buffer_printf(&closing, "</%s>", name);
	while (depth && pro_lines_next(lines, &text, &number)) {
		const char *found = buffer_text(&text);
		if (strncasecmp(found, opening.data, opening.size) == 0)
			depth++;
		else if (strcasecmp(found, closing.data) == 0)
			depth--;
	}
	if (depth)
		return pro_refuse(parser, line->where, "%s is never closed", line->name);
	return PRO_TAKEN;
}

static enum pro_outcome
take_condition(struct pro_parser *parser, const struct pro_line *line, const char *name)
{
	const char *what = pro_word(line, 0);
	bool negated = what && *what == '!', holds = false;

	if (!what)
		return pro_refuse(parser, line->where, "%s has no condition", line->name);
	if (strcmp(name, "IfVersion") == 0) {
		negated = false;
		if (pro_if_version(parser, line, &holds) != PRO_TAKEN)
			return PRO_REFUSED;
	} else if (strcmp(name, "IfModule") == 0) {
		holds = string_list_has(&parser->config->modules, what + negated);
	} else {
		holds = table_get(&parser->defines, what + negated) != NULL;
	}
	return holds != negated ? PRO_TAKEN : skip_section(parser, line, name);
}

static enum pro_outcome
open_directory(struct pro_parser *parser, struct pro_line *line)
{
	struct pro_section *around = innermost(parser);
	bool anonymous = pro_context(parser) == 'a';
	const char *path = line->words.items[0];
	bool relative = *path != '/' && *path != '~';
	bool below = anonymous && relative;

	if (!anonymous && relative)
		return pro_refuse(parser, line->where, "'%s' is not an absolute path", path);
	if (below && strcmp(path, "*") != 0)
		path = arena_printf(parser->arena, "/%s", path);
	if (!anonymous && table_get(&parser->directories, path))
		return pro_refuse(
			parser, line->where, "there is already a <Directory> for '%s'", path);
	if (!around)
		table_set(&parser->directories, path, line);
	if (open_section(parser, PRO_DIRECTORY, line) != PRO_TAKEN)
		return PRO_REFUSED;

	struct pro_section *section = innermost(parser);
	section->path = path;
	section->below = below ? around->path : NULL;
	section->deferred = (!below && *path != '/') || strstr(path, "%u");
	return PRO_TAKEN;
}

static enum pro_outcome
open_anonymous(struct pro_parser *parser, struct pro_line *line)
{
	const char *path = line->words.items[0];
	size_t size = strlen(path);

	if (*path != '/' && *path != '~')
		return pro_refuse(parser, line->where, "'%s' is not an absolute path", path);
	if (strchr(path, '*') || strcmp(path, "/") == 0)
		return pro_refuse(parser, line->where, "'%s' is not allowed as its root", path);
	if (open_section(parser, PRO_ANONYMOUS, line) != PRO_TAKEN)
		return PRO_REFUSED;
	innermost(parser)->path =
		path[size - 1] == '/' ? path : arena_printf(parser->arena, "%s/", path);
	return PRO_TAKEN;
}

/* Commands are split at commas, and come in pairs. */
static void
split_commands(struct pro_parser *parser, struct pro_line *line)
{
	static const char *const pairs[][2] = { { "CDUP", "XCUP" }, { "MKD", "XMKD" },
		{ "PWD", "XPWD" }, { "RMD", "XRMD" } };
	struct string_list commands = { 0 };

	for (size_t i = 0; i < line->words.count; i++) {
		char *rest = arena_strdup(parser->arena, line->words.items[i]), *comma;
		for (char *word = rest; word; word = comma) {
			comma = strchr(word, ',');
			if (comma)
				*comma++ = '\0';
			if (*word)
				string_list_push(
					parser->arena, &commands, text_upper(parser->arena, word));
		}
	}
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		bool first = string_list_has(&commands, pairs[i][0]);
		bool second = string_list_has(&commands, pairs[i][1]);
		if (first != second)
			string_list_push(parser->arena, &commands, pairs[i][first ? 1 : 0]);
	}
	line->words = commands;
}

static enum pro_outcome
open_server(struct pro_parser *parser, struct pro_line *line)
{
	struct pro_section *server = new_section(parser, PRO_VIRTUAL_HOST, line);

	ARRAY_PUSH(parser->arena, &parser->config->servers, server);
	parser->server = server;
	parser->directories = (struct table){ .arena = parser->arena };
	return PRO_TAKEN;
}

static enum pro_outcome
close_server(struct pro_parser *parser)
{
	parser->server = parser->config->servers.items[0];
	return PRO_TAKEN;
}

/* Every section: where it may stand (directives.h), how many words it takes. */
static const struct section_row {
	const char *name, *contexts;
	enum pro_section_kind kind;
	unsigned min, max;
	char own; /* the context that its closing line needs; 0 = any */
	const char *module;
} rows[] = {
	{ "Anonymous", "svg", PRO_ANONYMOUS, 1, PRO_ANY, 'a', NULL },
	{ "Class", "sg", PRO_CLASS, 1, PRO_ANY, 'c', NULL },
	{ "Directory", "svga", PRO_DIRECTORY, 1, PRO_ANY, 'd', NULL },
	{ "Global", "sv", PRO_GLOBAL, 0, 0, 'g', NULL },
	{ "IfAuthenticated", "svg", PRO_IF_AUTHENTICATED, 0, 0, 0, "mod_ifsession.c" },
	{ "IfClass", "svg", PRO_IF_CLASS, 1, PRO_ANY, 0, "mod_ifsession.c" },
	{ "IfGroup", "svg", PRO_IF_GROUP, 1, PRO_ANY, 0, "mod_ifsession.c" },
	{ "IfUser", "svg", PRO_IF_USER, 1, PRO_ANY, 0, "mod_ifsession.c" },
	{ "Limit", "svgadf", PRO_LIMIT, 1, PRO_ANY, 'l', NULL },
	{ "VirtualHost", "s", PRO_VIRTUAL_HOST, 1, PRO_ANY, 'v', NULL },
};

static enum pro_outcome
open_row(struct pro_parser *parser, const struct section_row *row, struct pro_line *line)
{
	if (!strchr(row->contexts, pro_context(parser)))
		return pro_refuse(parser, line->where, "%s is not allowed here", line->name);
	if (line->words.count < row->min || line->words.count > row->max)
		return pro_refuse(
			parser, line->where, "%s has the wrong number of words", line->name);
	switch (row->kind) {
	case PRO_DIRECTORY:
		return open_directory(parser, line);
	case PRO_ANONYMOUS:
		return open_anonymous(parser, line);
	case PRO_VIRTUAL_HOST:
		return open_server(parser, line);
	case PRO_CLASS:
		parser->in_class = true;
		return open_section(parser, row->kind, line);
	case PRO_LIMIT:
		split_commands(parser, line);
		return open_section(parser, row->kind, line);
	default:
		return open_section(parser, row->kind, line);
	}
}

static enum pro_outcome
close_row(struct pro_parser *parser, const struct section_row *row, const struct pro_line *line)
{
	if (row->own && (line->words.count || pro_context(parser) != row->own))
		return pro_refuse(parser, line->where, "%s closes nothing", line->name);
	if (row->kind == PRO_VIRTUAL_HOST)
		return close_server(parser);
	if (row->kind == PRO_CLASS)
		parser->in_class = false;
	close_section(parser);
	return PRO_TAKEN;
}

/* <IfModule>, <IfDefine> and <IfVersion> leave nothing; their ends say nothing. */
static enum pro_outcome
take_condition_line(
	struct pro_parser *parser, const struct pro_line *line, const char *name, bool closes)
{
	static const char *const names[] = { "IfModule", "IfDefine", "IfVersion" };
	size_t i = 0;

	while (strcasecmp(name, names[i]) != 0)
		i++;
	if (i == 2 && !string_list_has(&parser->config->modules, "mod_ifversion.c"))
		return pro_refuse(parser, line->where,
			"directive '%s' is unknown, because mod_ifversion.c is not loaded",
			line->name);
	return closes ? PRO_TAKEN : take_condition(parser, line, names[i]);
}

enum pro_outcome
pro_take_section(struct pro_parser *parser, struct pro_line *line)
{
	bool closes = line->name[1] == '/';
	const char *name = arena_strndup(
		parser->arena, line->name + 1 + closes, strlen(line->name) - 2 - (size_t)closes);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcasecmp(name, rows[i].name) != 0)
			continue;
		if (rows[i].module && !string_list_has(&parser->config->modules, rows[i].module))
			return pro_refuse(parser, line->where,
				"directive '%s' is unknown, because %s is not loaded", line->name,
				rows[i].module);
		line->name =
			closes ? line->name : arena_printf(parser->arena, "<%s>", rows[i].name);
		return closes ? close_row(parser, &rows[i], line)
			      : open_row(parser, &rows[i], line);
	}
	return take_condition_line(parser, line, name, closes);
}
