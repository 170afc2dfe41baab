/*
 * parse.c - the loop over lines: words, dispatch by name, and what a refused line does.
 */
#include <string.h>
#include <strings.h>

#include "importers/proftpd/parse.h"
#include "importers/proftpd/tree.h"

enum { DEPTH_LIMIT = 64, FILE_LIMIT = 10000, CONFIG_SIZE_LIMIT = 16 << 20 };
enum { TOTAL_LIMIT = 64 << 20 /* bytes, of a file as often as it is read */ };

enum pro_outcome
pro_refuse(struct pro_parser *parser, struct place where, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	parser->refusal = arena_vprintf(parser->arena, format, args);
	va_end(args);
	parser->refused_at = where;
	return PRO_REFUSED;
}

/* "<Directory", "/x>" is "<Directory>", "/x". */
static void
close_bracket(struct string_list *words, struct arena *arena)
{
	const char **last = &words->items[words->count - 1];
	size_t size = strlen(*last), name_size;

	if (words->items[0][0] != '<' || words->count < 2 || size == 0 || (*last)[size - 1] != '>')
		return;
	if (size == 1)
		words->count--;
	else
		*last = arena_strndup(arena, *last, size - 1);

	name_size = strlen(words->items[0]);
	if (words->items[0][name_size - 1] != '>')
		words->items[0] = arena_printf(arena, "%s>", words->items[0]);
}

static bool
is_loaded(const struct pro_parser *parser, const char *module)
{
	return string_list_has(&parser->config->modules, module);
}

/* A module that the table does not have may own any name. */
static const char *
stranger_among_modules(const struct pro_parser *parser)
{
	for (size_t i = 0; i < parser->config->modules.count; i++)
		if (!pro_directive_knows_module(parser->config->modules.items[i]))
			return parser->config->modules.items[i];
	return NULL;
}

static void
note(struct pro_parser *parser, struct place where, const char *code, const char *message)
{
	diag_warning(&parser->config->notes, where, "%s", message);
	diag_code(&parser->config->notes, code);
}

static enum pro_outcome
take_unknown(struct pro_parser *parser, const struct pro_line *line,
	const struct pro_directive *directive)
{
	const char *stranger = stranger_among_modules(parser);

	if (!directive && stranger) {
		note(parser, line->where, "unknown-directive",
			arena_printf(parser->arena,
				"directive '%s' is passed over: it may be one of %s, which is not "
				"known here",
				line->name, stranger));
		return PRO_TAKEN;
	}
	if (directive)
		return pro_refuse(parser, line->where,
			"directive '%s' is unknown, because %s is not loaded", line->name,
			directive->module);
	return pro_refuse(parser, line->where, "directive '%s' is unknown", line->name);
}

static void
set_environment(struct pro_parser *parser, const struct pro_line *line)
{
	bool sets = strcasecmp(line->name, "SetEnv") == 0;

	if (pro_context(parser) == 's')
		table_set(&parser->environment, line->words.items[0],
			sets ? (void *)line->words.items[1] : NULL);
}

/* What a directive does to the reading of the rest. */
static enum pro_outcome
take_effect(struct pro_parser *parser, const struct pro_line *line)
{
	const char *name = line->name;

	if (strcmp(name, "Include") == 0)
		return pro_include(parser, line);
	if (strcmp(name, "LoadModule") == 0 || strcmp(name, "ModulePath") == 0 ||
		strcmp(name, "ModuleOrder") == 0)
		return pro_take_module(parser, line);
	if (strcmp(name, "Define") == 0)
		table_set(&parser->defines, line->words.items[0], (void *)line->words.items[0]);
	else if (strcmp(name, "SetEnv") == 0 || strcmp(name, "UnsetEnv") == 0)
		set_environment(parser, line);
	pro_add_line(parser, line);
	return PRO_TAKEN;
}

static const char *
context_name(char context)
{
	switch (context) {
	case 's':
		return "the main server";
	case 'v':
		return "<VirtualHost>";
	case 'g':
		return "<Global>";
	case 'a':
		return "<Anonymous>";
	case 'd':
		return "<Directory>";
	case 'f':
		return ".ftpaccess";
	case 'l':
		return "<Limit>";
	default:
		return "<Class>";
	}
}

static enum pro_outcome
refuse_count(struct pro_parser *parser, const struct pro_line *line,
	const struct pro_directive *directive)
{
	unsigned min = directive->min, max = directive->max;
	const char *wanted = max == PRO_ANY ? arena_printf(parser->arena, "at least %u", min)
		: min == max		    ? arena_printf(parser->arena, "%u", min)
					    : arena_printf(parser->arena, "%u to %u", min, max);

	return pro_refuse(parser, line->where, "%s has %zu words, it takes %s", line->name,
		line->words.count, wanted);
}

static enum pro_outcome
take_directive(struct pro_parser *parser, struct pro_line *line)
{
	const struct pro_directive *directive = pro_directive_find(line->name);
	char context = pro_context(parser);

	if (!directive || !is_loaded(parser, directive->module))
		return take_unknown(parser, line, directive);
	line->name = directive->name;
	line->flags = directive->flags;
	if (line->words.count < directive->min || line->words.count > directive->max)
		return refuse_count(parser, line, directive);
	if (directive->contexts[0] != '*' && !strchr(directive->contexts, context))
		return pro_refuse(parser, line->where, "%s is not allowed in %s", line->name,
			context_name(context));

	const char *complaint = pro_complaint(parser, line);
	if (complaint)
		return pro_refuse(parser, line->where, "%s: %s", line->name, complaint);
	return take_effect(parser, line);
}

static enum pro_outcome
take_line(struct pro_parser *parser, const char *text, struct place where)
{
	struct string_list words, missing = { 0 };
	struct pro_line line = { .where = where };

	pro_words(text, &parser->environment, parser->arena, &words, &missing);
	for (size_t i = 0; i < missing.count; i++)
		note(parser, where, "unknown-environment",
			arena_printf(parser->arena,
				"environment variable '%s' is not known here and taken as unset",
				missing.items[i]));
	if (words.count == 0)
		return PRO_TAKEN;
	close_bracket(&words, parser->arena);
	line.name = words.items[0];
	line.words = (struct string_list){ words.items + 1, words.count - 1, words.count - 1 };
	return pro_is_section_line(line.name) ? pro_take_section(parser, &line)
					      : take_directive(parser, &line);
}

/* Reads the file on top of the stack, which need not stay the same, until one ends. */
static enum pro_outcome
read_top(struct pro_parser *parser)
{
	AUTO_BUFFER struct buffer text = { 0 };
	unsigned number;

	for (;;) {
		struct pro_file *top = parser->files.items[parser->files.count - 1];
		if (!pro_lines_next(&top->lines, &text, &number))
			break;

		enum pro_outcome outcome =
			take_line(parser, buffer_text(&text), at(top->path, number));
		if (outcome == PRO_TAKEN)
			continue;
		if (!parser->lenient && !parser->dynamic)
			return outcome;
		note(parser, parser->refused_at, "line-refused", parser->refusal);
	}
	parser->files.count--;
	return PRO_TAKEN;
}

enum pro_outcome
pro_parse_file(struct pro_parser *parser, const char *path)
{
	struct old_file file;
	if (parser->files_read >= FILE_LIMIT || parser->bytes_read >= TOTAL_LIMIT ||
		parser->depth >= DEPTH_LIMIT) {
		note(parser, at(path, 0), "include-loop",
			"not read: files include each other without end");
		return PRO_MISSING;
	}
	enum old_status status = old_root_read(parser->root, path, CONFIG_SIZE_LIMIT, &file);

	if (status == OLD_ABSENT || status == OLD_LOOP || status == OLD_WRONG_TYPE)
		return PRO_MISSING;
	if (status != OLD_OK)
		return pro_refuse(parser, at(path, 0), "%s", old_status_text(status));
	parser->files_read++;
	parser->bytes_read += file.content.size;

	struct pro_file *top = ARENA_NEW(parser->arena, struct pro_file);
	top->path = path;
	top->lines.content = file.content;
	ARRAY_PUSH(parser->arena, &parser->files, top);
	parser->depth++;
	enum pro_outcome outcome = read_top(parser);
	parser->depth--;
	/* The loop closes the file it opened, be that the one that ended it or not. */
	if (outcome == PRO_TAKEN)
		top->lines.offset = top->lines.content.size;
	return outcome;
}

static struct pro_section *
new_server(struct pro_config *config)
{
	struct pro_section *server = ARENA_NEW(config->arena, struct pro_section);

	server->kind = PRO_MAIN;
	ARRAY_PUSH(config->arena, &config->servers, server);
	return server;
}

/* In the order of `proftpd -l`. */
static void
load_built_in(struct pro_config *config)
{
	static const char *const built_in[] = { "mod_core.c", "mod_xfer.c", "mod_rlimit.c",
		"mod_auth_unix.c", "mod_auth_file.c", "mod_auth.c", "mod_ls.c", "mod_log.c",
		"mod_site.c", "mod_delay.c", "mod_facts.c", "mod_dso.c", "mod_auth_pam.c",
		"mod_cap.c", "mod_ctrls.c", "mod_lang.c" };

	for (size_t i = 0; i < sizeof(built_in) / sizeof(built_in[0]); i++)
		string_list_push(config->arena, &config->modules, built_in[i]);
}

static void
refuse_start(struct pro_config *config, struct place where, const char *why)
{
	config->starts = false;
	config->refused_at = where;
	config->refusal = why;
}

static void
read_main(struct pro_parser *parser)
{
	struct pro_config *config = parser->config;
	enum pro_outcome outcome = pro_parse_file(parser, config->path);

	config->starts = true;
	if (outcome == PRO_MISSING)
		refuse_start(config, at(config->path, 0), "this file cannot be read");
	else if (outcome != PRO_TAKEN)
		refuse_start(config, parser->refused_at, parser->refusal);
	else if (parser->open.count || parser->server != config->servers.items[0])
		refuse_start(config,
			parser->open.count
				? parser->open.items[parser->open.count - 1]->opening->where
				: parser->server->opening->where,
			"the section is never closed");
}

struct pro_config *
pro_config_read(struct old_root *root, const struct old_unix *accounts,
	const struct pro_start *start, bool lenient)
{
	struct arena *arena = old_root_arena(root);
	struct pro_config *config = ARENA_NEW(arena, struct pro_config);
	struct pro_parser parser = { .config = config,
		.root = root,
		.accounts = accounts,
		.arena = arena,
		.lenient = lenient,
		.environment = start->environment,
		.defines.arena = arena,
		.directories.arena = arena,
		.module_path = start->module_path };

	*config = (struct pro_config){ .root = root, .arena = arena, .path = start->config };
	config->notes.arena = arena;
	parser.server = new_server(config);
	parser.environment.arena = arena;
	for (size_t i = 0; i < start->defines.count; i++)
		table_set(
			&parser.defines, start->defines.items[i], (void *)start->defines.items[i]);
	load_built_in(config);

	read_main(&parser);
	pro_tree_finish(config);
	return config;
}

struct pro_section *
pro_access_read(const struct pro_config *config, const char *path, const struct pro_section *parent)
{
	struct pro_section *section = ARENA_NEW(config->arena, struct pro_section);
	struct pro_config scratch = *config;
	struct pro_parser parser = { .config = &scratch,
		.root = config->root,
		.arena = config->arena,
		.dynamic = true,
		.environment.arena = config->arena,
		.defines.arena = config->arena,
		.directories.arena = config->arena,
		.server = section };

	section->kind = PRO_ACCESS;
	section->parent = (struct pro_section *)parent;
	if (pro_parse_file(&parser, path) != PRO_TAKEN)
		return NULL;
	pro_tree_order(section, config->arena);
	return section->lines.count ? section : NULL;
}
