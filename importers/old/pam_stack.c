/*
 * pam_stack.c - reading /etc/pam.d and /etc/pam.conf.
 *
 * Lines that libpam takes for wrong stay in the stack and fail there, as they do in libpam. What it
 * gives up on altogether (a broken last line, @include of a missing file outside of a stack) makes
 * the service broken. Files that include each other end at libpam's depth, and at a number of files
 * that no real service has.
 */
#include "importers/old/pam_stack.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum {
	DEEPEST_INCLUDE = 16, /* libpam's */
	MOST_FILES = 1024,
	MOST_BYTES = 16 << 20,
	LARGEST_FILE = 1 << 20,
};

/* PAM_TYPES = any type. */
struct pam_reading {
	struct old_root *root;
	struct arena *arena;
	struct pam_service *service;
	struct pam_stack others[PAM_TYPES]; /* the service "other", for types without a line */
	struct pam_stack *stacks;	    /* those that are being filled */
	unsigned files;
	size_t bytes;
};

/* Where in which file a line is read, and for whom. */
struct pam_position {
	const char *file;
	unsigned line;
	enum pam_type only; /* lines of other types are skipped */
	int include_level, stack_level;
};

static const char blanks[] = " \n\t";

static bool
give_up(struct pam_reading *reading, struct place where, const char *why)
{
	struct pam_service *service = reading->service;
	if (!service->broken) {
		service->broken = true;
		service->where = where;
		service->why = why;
	}
	return false;
}

/* ---- lines ---- */

struct pam_lines {
	const char *rest, *end;
	unsigned number;
};

static bool
take_line(struct pam_lines *lines, const char **ret_line, size_t *ret_size)
{
	if (lines->rest >= lines->end)
		return false;
	const char *end = memchr(lines->rest, '\n', (size_t)(lines->end - lines->rest));
	if (!end)
		end = lines->end;
	*ret_line = lines->rest;
	*ret_size = strnlen(lines->rest, (size_t)(end - lines->rest));
	lines->rest = end < lines->end ? end + 1 : end;
	lines->number++;
	return true;
}

enum assembled {
	ASSEMBLED_NOTHING, /* the end of the file */
	ASSEMBLED_LINE,
	ASSEMBLED_HALF, /* the file ends behind a backslash */
};

/*
 * A line with those that "\" joins to it. A comment ends the whole; lines that are blank or only a
 * comment are passed over, between joined ones too.
 */
static enum assembled
assemble_line(struct pam_lines *lines, struct buffer *text)
{
	const char *line;
	size_t size;
	buffer_clear(text);
	while (take_line(lines, &line, &size)) {
		size_t skip = 0;
		while (skip < size && strchr(blanks, line[skip]))
			skip++;
		if (skip == size || line[skip] == '#')
			continue;
		const char *comment = memchr(line, '#', size);
		if (comment) {
			buffer_add(text, line, (size_t)(comment - line));
			return ASSEMBLED_LINE;
		}
		while (size > skip + 1 && strchr(blanks, line[size - 1]))
			size--;
		if (line[size - 1] != '\\') {
			buffer_add(text, line, size);
			return ASSEMBLED_LINE;
		}
		buffer_add(text, line, size - 1);
		buffer_add_char(text, ' ');
	}
	return text->size ? ASSEMBLED_HALF : ASSEMBLED_NOTHING;
}

/*
 * The next word, cut out in place; NULL at the end. "[...]" is one word, its brackets left out,
 * where "\]" is a bracket of its own.
 */
static char *
next_word(char **rest)
{
	char *word = *rest + strspn(*rest, blanks);
	if (!*word)
		return *rest = word, NULL;
	char *end;
	if (*word == '[') {
		char *to = ++word;
		for (end = word; *end && *end != ']'; end++) {
			if (end[0] == '\\' && end[1] == ']')
				end++;
			*to++ = *end;
		}
		bool closed = *end != '\0';
		*to = '\0';
		*rest = end + closed;
		return word;
	}
	end = word + strcspn(word, blanks);
	*rest = end + (*end != '\0');
	*end = '\0';
	return word;
}

/* ---- controls ---- */

static const char *const code_words[PAM_CODES + 1] = { "success", "open_err", "symbol_err",
	"service_err", "system_err", "buf_err", "perm_denied", "auth_err", "cred_insufficient",
	"authinfo_unavail", "user_unknown", "maxtries", "new_authtok_reqd", "acct_expired",
	"session_err", "cred_unavail", "cred_expired", "cred_err", "no_module_data", "conv_err",
	"authtok_err", "authtok_recover_err", "authtok_lock_busy", "authtok_disable_aging",
	"try_again", "ignore", "abort", "authtok_expired", "module_unknown", "bad_item",
	"conv_again", "incomplete", "default" };

static const char *const action_words[] = { "ignore", "ok", "done", "bad", "die", "reset" };

static void
set_rest(int *actions, int action)
{
	for (unsigned code = 0; code < PAM_CODES; code++)
		if (actions[code] == PAM_DO_UNSET)
			actions[code] = action;
}

static const char *
skip_space(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* The first word that the text begins with; what is behind it may go on as a word. */
static bool
take_known(const char **text, const char *const *words, size_t count, size_t *ret_index)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(words[i]);
		if (strncmp(*text, words[i], length) != 0)
			continue;
		*text += length;
		*ret_index = i;
		return true;
	}
	return false;
}

static bool
take_action(const char **text, int *ret_action)
{
	size_t index;
	if (take_known(text, action_words, ARRAY_LEN(action_words), &index)) {
		*ret_action = -(int)index;
		return true;
	}
	int jump = 0;
	if (!isdigit((unsigned char)**text))
		return false;
	for (; isdigit((unsigned char)**text); ++*text) {
		if (jump > (INT_MAX - 9) / 10)
			return false;
		jump = 10 * jump + (**text - '0');
	}
	*ret_action = jump;
	return jump != 0;
}

static bool
take_pair(const char **text, int *actions)
{
	size_t code;
	int action;
	if (!take_known(text, code_words, ARRAY_LEN(code_words), &code))
		return false;
	*text = skip_space(*text);
	if (*(*text)++ != '=')
		return false;
	*text = skip_space(*text);
	if (!take_action(text, &action))
		return false;
	if (code < PAM_CODES)
		actions[code] = action;
	else
		set_rest(actions, action);
	return true;
}

/* "success=ok default=die"; one error and everything is bad. */
static void
parse_bracket(int *actions, const char *text)
{
	for (text = skip_space(text); *text; text = skip_space(text)) {
		if (take_pair(&text, actions))
			continue;
		for (unsigned code = 0; code < PAM_CODES; code++)
			actions[code] = PAM_DO_BAD;
		return;
	}
}

static void
parse_control(int *actions, const char *word)
{
	static const struct {
		const char *word;
		int good, ignored, rest;
	} controls[] = {
		{ "required", PAM_DO_OK, PAM_DO_IGNORE, PAM_DO_BAD },
		{ "requisite", PAM_DO_OK, PAM_DO_IGNORE, PAM_DO_DIE },
		{ "optional", PAM_DO_OK, PAM_DO_IGNORE, PAM_DO_IGNORE },
		{ "sufficient", PAM_DO_DONE, PAM_DO_IGNORE, PAM_DO_IGNORE },
	};
	for (unsigned i = 0; i < ARRAY_LEN(controls); i++) {
		if (strcasecmp(word, controls[i].word) != 0)
			continue;
		actions[PAM_SUCCESS] = actions[PAM_NEW_AUTHTOK_REQD] = controls[i].good;
		actions[PAM_IGNORE] = controls[i].ignored;
		set_rest(actions, controls[i].rest);
		return;
	}
	parse_bracket(actions, word);
	set_rest(actions, PAM_DO_BAD);
}

/* ---- handlers ---- */

static bool read_file(
	struct pam_reading *reading, const char *name, const struct pam_position *parent);

/* "/lib/security/pam_unix.so" is pam_unix. */
static const char *
module_name(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t length = strlen(name);
	bool has_suffix = length > 3 && strcmp(name + length - 3, ".so") == 0;
	return arena_strndup(arena, name, has_suffix ? length - 3 : length);
}

static bool
parse_type(const char *word, enum pam_type *ret_type)
{
	static const char *const words[PAM_TYPES] = { "auth", "account", "session", "password" };
	for (unsigned type = 0; type < PAM_TYPES; type++) {
		if (strcasecmp(word, words[type]) != 0)
			continue;
		*ret_type = type;
		return true;
	}
	return false;
}

static struct place
place_of(const struct pam_position *position)
{
	return at(position->file, position->line);
}

static void
add_handler(struct pam_reading *reading, enum pam_type type, const struct pam_handler *handler)
{
	ARRAY_PUSH(reading->arena, &reading->stacks[type], *handler);
}

/* What is behind the type: control, module and arguments. */
static bool
read_rest(struct pam_reading *reading, const struct pam_position *position, enum pam_type type,
	struct pam_handler *handler, char *rest)
{
	const char *control = next_word(&rest);
	bool substack = control && strcasecmp(control, "substack") == 0;
	bool include = substack || (control && strcasecmp(control, "include") == 0);
	if (!control)
		handler->must_fail = true;
	else if (!include)
		parse_control(handler->actions, control);

	const char *module = next_word(&rest);
	if (include) {
		struct pam_position inner = *position;
		inner.only = type;
		inner.stack_level += substack;
		if (substack) {
			struct pam_handler mark = *handler;
			mark.substack = true;
			add_handler(reading, type, &mark);
		}
		if (read_file(reading, module, &inner))
			return true;
		module = NULL;
	}
	set_rest(handler->actions, PAM_DO_BAD);
	if (!module) {
		handler->must_fail = true;
	} else {
		handler->path = arena_strdup(reading->arena, module);
		handler->module = module_name(reading->arena, module);
	}
	for (const char *word; module && (word = next_word(&rest));)
		string_list_push(
			reading->arena, &handler->arguments, arena_strdup(reading->arena, word));
	add_handler(reading, type, handler);
	return true;
}

static bool
read_at_include(struct pam_reading *reading, const struct pam_position *position, char *rest)
{
	const char *name = next_word(&rest);
	if (read_file(reading, name, position))
		return true;
	if (position->only == PAM_TYPES)
		return give_up(
			reading, place_of(position), "@include of a file that cannot be read");
	struct pam_handler handler = {
		.must_fail = true,
		.level = position->stack_level,
		.where = place_of(position),
	};
	for (unsigned code = 0; code < PAM_CODES; code++)
		handler.actions[code] = PAM_DO_BAD;
	add_handler(reading, position->only, &handler);
	return true;
}

static bool
read_entry(struct pam_reading *reading, const struct pam_position *position, char *rest)
{
	struct pam_handler handler = {
		.level = position->stack_level,
		.where = place_of(position),
	};
	enum pam_type type = position->only == PAM_TYPES ? PAM_AUTH : position->only;
	const char *word = next_word(&rest);
	if (word && strcasecmp(word, "@include") == 0)
		return read_at_include(reading, position, rest);
	for (unsigned code = 0; code < PAM_CODES; code++)
		handler.actions[code] = PAM_DO_UNSET;
	if (!word || !parse_type(word + (*word == '-'), &type))
		handler.must_fail = true;
	if (position->only != PAM_TYPES && type != position->only)
		return true;
	return read_rest(reading, position, type, &handler, rest);
}

/* ---- files ---- */

/* only_service: the lines begin with a service, and others than this are skipped. */
static bool
read_lines(struct pam_reading *reading, struct bytes content, struct pam_position position,
	const char *only_service)
{
	AUTO_BUFFER struct buffer text = { 0 };
	struct pam_lines lines = { content.data, content.data + content.size, 0 };
	for (;;) {
		enum assembled assembled = assemble_line(&lines, &text);
		position.line = lines.number;
		if (assembled == ASSEMBLED_HALF)
			return false;
		if (assembled == ASSEMBLED_NOTHING)
			return true;
		char *rest = arena_strdup(reading->arena, buffer_text(&text));
		if (only_service) {
			const char *service = next_word(&rest);
			if (!service || strcasecmp(service, only_service) != 0)
				continue;
		}
		if (!read_entry(reading, &position, rest))
			return false;
	}
}

/* A directory opens and has no lines; a file that is not there does not open. */
static bool
open_file(struct pam_reading *reading, const char *path, struct bytes *ret_content)
{
	struct old_file file;
	enum old_status status = old_root_read(reading->root, path, LARGEST_FILE, &file);
	*ret_content = status == OLD_OK ? file.content : (struct bytes){ .data = "" };
	return status == OLD_OK || status == OLD_WRONG_TYPE;
}

static bool
find_file(struct pam_reading *reading, const char *name, const char **ret_path,
	struct bytes *ret_content)
{
	static const char *const folders[] = { "/etc/pam.d", "/usr/lib/pam.d" };
	if (name[0] == '/') {
		*ret_path = arena_strdup(reading->arena, name);
		return open_file(reading, name, ret_content);
	}
	for (unsigned i = 0; i < ARRAY_LEN(folders); i++) {
		*ret_path = arena_printf(reading->arena, "%s/%s", folders[i], name);
		if (open_file(reading, *ret_path, ret_content))
			return true;
	}
	return false;
}

/* An included file. False when libpam would take it for unreadable. */
static bool
read_file(struct pam_reading *reading, const char *name, const struct pam_position *parent)
{
	struct pam_position position = *parent;
	struct bytes content;
	position.include_level++;
	if (!name || position.include_level >= DEEPEST_INCLUDE)
		return false;
	if (++reading->files > MOST_FILES || reading->bytes > MOST_BYTES)
		return give_up(reading, place_of(parent), "too many files are included");
	if (!find_file(reading, name, &position.file, &content))
		return false;
	reading->bytes += content.size;
	return read_lines(reading, content, position, NULL) && !reading->service->broken;
}

/* The file of the service itself, or of "other". *ret_found: there is one. */
static bool
read_top(struct pam_reading *reading, const char *name, struct pam_stack *stacks, bool *ret_found)
{
	struct pam_position position = { .only = PAM_TYPES };
	struct bytes content;
	reading->stacks = stacks;
	*ret_found = find_file(reading, name, &position.file, &content);
	if (!*ret_found)
		return true;
	if (!reading->service->where.file)
		reading->service->where = at(position.file, 0);
	return read_lines(reading, content, position, NULL) ||
		give_up(reading, at(position.file, 0), "the file ends within a line");
}

static bool
read_folder(struct pam_reading *reading, struct pam_service *service)
{
	bool found_service, found_other;
	if (!read_top(reading, service->name, service->stacks, &found_service) ||
		!read_top(reading, "other", reading->others, &found_other))
		return false;
	if (!found_service && !found_other)
		return give_up(
			reading, at("/etc/pam.d", 0), "neither the service nor \"other\" is there");
	return true;
}

static bool
read_conf(struct pam_reading *reading, struct pam_service *service)
{
	struct pam_position position = { .file = "/etc/pam.conf", .only = PAM_TYPES };
	struct bytes content;
	service->where = at(position.file, 0);
	if (!open_file(reading, position.file, &content))
		return give_up(reading, service->where, "PAM is not configured");
	reading->stacks = service->stacks;
	if (!read_lines(reading, content, position, service->name))
		return give_up(reading, service->where, "the file ends within a line");
	reading->stacks = reading->others;
	return read_lines(reading, content, position, "other");
}

static bool
is_folder(struct old_root *root, const char *path)
{
	struct old_entry entry;
	return old_root_stat(root, path, &entry) == OLD_OK && S_ISDIR(entry.mode);
}

struct pam_service *
pam_service_read(struct old_root *root, const char *name, struct arena *arena)
{
	struct pam_service *service = ARENA_NEW(arena, struct pam_service);
	struct pam_reading reading = { .root = root, .arena = arena, .service = service };
	const char *slash = strrchr(name, '/');
	char *plain = arena_strdup(arena, slash ? slash + 1 : name);
	for (char *c = plain; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	service->name = plain;

	bool read = is_folder(root, "/etc/pam.d") || is_folder(root, "/usr/lib/pam.d")
		? read_folder(&reading, service)
		: read_conf(&reading, service);
	for (unsigned type = 0; read && type < PAM_TYPES; type++)
		if (!service->stacks[type].count)
			service->stacks[type] = reading.others[type];
	return service;
}
