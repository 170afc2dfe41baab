/*
 * layout.c - folders of a jail: their paths, their kinds, and the short text form of a list.
 *
 * A checked path can be walked component by component below the jail without ever leaving it, and a
 * complete list can be created front to back. The text form is a language of its own, which
 * layout.h describes.
 */
#include "core/model/layout.h"

#include <string.h>
#include <strings.h>

#include "core/base/buffer.h"
#include "core/base/table.h"
#include "core/base/text.h"
#include "core/model/account.h"

#define SEPARATORS " \t\r\n,;"
#define QUOTES "'\""

/* Leaves room below PATH_MAX for the jail's own path. */
#define PATH_BYTES 3072
#define COMPONENT_BYTES 255

static const struct access_word {
	const char *word;
	enum folder_access access;
} access_words[] = {
	{ "write", FOLDER_WRITE },
	{ "read", FOLDER_READ },
	{ "read-advisory", FOLDER_READ_ADVISORY },
	{ "kept", FOLDER_KEPT },
	{ "rw", FOLDER_WRITE },
	{ "ro", FOLDER_READ },
};

const char *
folder_access_name(enum folder_access access)
{
	return access_words[access].word;
}

bool
folder_access_parse(const char *word, enum folder_access *ret_access)
{
	for (size_t i = 0; i < ARRAY_LEN(access_words); i++) {
		if (strcasecmp(word, access_words[i].word) != 0)
			continue;
		*ret_access = access_words[i].access;
		return true;
	}
	return false;
}

mode_t
folder_mode(const struct folder *folder)
{
	if (folder->has_mode)
		return folder->mode;
	return folder->access == FOLDER_READ_ADVISORY ? 0555 : 0755;
}

/* ---- paths ---- */

/* Names may be bytes in any encoding, so C1 controls count only where a name is UTF-8. */
static bool
has_control(const char *name, size_t size)
{
	if (text_is_utf8(name, size))
		return text_has_control(name, size);
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)name[i];
		if (c < 0x20 || c == 0x7f)
			return true;
	}
	return false;
}

/* What is wrong with one component, or NULL. Judged alone, as its parents become folders too. */
static const char *
component_fault(const char *component, size_t size)
{
	if (size == 0)
		return "has an empty component";
	if (has_control(component, size))
		return "contains a control character";
	if (size > COMPONENT_BYTES)
		return "has a component of more than 255 bytes";
	if (component[0] == '.' && (size == 1 || (size == 2 && component[1] == '.')))
		return "has a component '.' or '..'";
	/* Names that begin so are rehome's own: staging folders and temporaries. */
	if (size >= strlen(".rehome") && memcmp(component, ".rehome", strlen(".rehome")) == 0)
		return "has a component that begins with '.rehome'";
	return NULL;
}

/* What is wrong with a path without trailing slashes, or NULL. */
static const char *
path_fault(const char *path)
{
	if (!*path)
		return "is empty";
	if (*path == '/')
		return "is not relative to the jail";
	if (strlen(path) > PATH_BYTES)
		return "is too long";
	for (const char *start = path;; start++) {
		size_t size = strcspn(start, "/");
		const char *fault = component_fault(start, size);
		start += size;
		if (fault || !*start)
			return fault;
	}
}

bool
folder_path_check(const char *path, struct place place, struct arena *arena, const char **ret_path,
	struct diags *diags)
{
	size_t size = strlen(path);
	while (size > 1 && path[size - 1] == '/')
		size--;
	char *normal = arena_strndup(arena, path, size);
	const char *fault = path_fault(normal);
	if (!fault) {
		*ret_path = normal;
		return true;
	}
	diag_error(diags, place, "folder '%s' %s", path, fault);
	diag_hint(diags, "Write the path from the jail's top, like pics or www/htdocs.");
	return false;
}

/* ---- completing ---- */

/* A list while its parents are found: what was named, and what is in order already. */
struct completion {
	struct arena *arena;
	struct table named; /* path -> struct folder of the original list */
	struct table done;  /* path -> the same, once it is in `folders` */
	struct folder_list folders;
};

/* The user can rename what is in a folder of theirs, whoever owns it. */
static bool
user_may_rename_in(const struct folder *folder)
{
	if (folder->owner)
		return strcmp(folder->owner, "user") == 0;
	return folder->access != FOLDER_READ;
}

static void
warn_of_weak_parent(const struct folder *folder, const struct folder *parent, struct diags *diags)
{
	if (folder->access != FOLDER_READ || !parent || !user_may_rename_in(parent))
		return;
	diag_warning(diags, folder->place,
		"folder '%s' is read-only, but the user may rename it in '%s'", folder->path,
		parent->path);
	diag_code(diags, "read-below-write");
	diag_hint(diags, "Make '%s' read as well, or put the folder elsewhere.", parent->path);
}

static void
add_folder(struct completion *completion, struct folder *folder)
{
	table_set(&completion->done, folder->path, folder);
	ARRAY_PUSH(completion->arena, &completion->folders, *folder);
}

/* Adds each parent that is not there yet, outermost first. The nearest one, or NULL. */
static struct folder *
add_parents(struct completion *completion, const struct folder *folder)
{
	struct folder *parent = NULL;
	for (const char *slash = strchr(folder->path, '/'); slash; slash = strchr(slash + 1, '/')) {
		const char *path = arena_strndup(
			completion->arena, folder->path, (size_t)(slash - folder->path));
		parent = table_get(&completion->done, path);
		if (parent)
			continue;
		parent = table_get(&completion->named, path);
		if (!parent) {
			parent = ARENA_NEW(completion->arena, struct folder);
			*parent = (struct folder){
				.path = path, .access = FOLDER_READ, .place = folder->place
			};
		}
		add_folder(completion, parent);
	}
	return parent;
}

static bool
name_folders(struct completion *completion, struct folder_list *folders, struct diags *diags)
{
	bool ok = true;
	ARRAY_FOREACH (folder, folders) {
		if (table_get(&completion->named, folder->path)) {
			ok = diag_error(
				diags, folder->place, "folder '%s' is listed twice", folder->path);
			diag_hint(diags, "Keep one of them.");
		}
		table_set(&completion->named, folder->path, folder);
	}
	return ok;
}

bool
folder_list_complete(struct folder_list *folders, struct arena *arena, struct diags *diags)
{
	struct completion completion = { .arena = arena };
	completion.named.arena = arena;
	completion.done.arena = arena;
	if (!name_folders(&completion, folders, diags))
		return false;

	ARRAY_FOREACH (folder, folders) {
		warn_of_weak_parent(folder, add_parents(&completion, folder), diags);
		if (!table_get(&completion.done, folder->path))
			add_folder(&completion, folder);
	}
	*folders = completion.folders;
	return true;
}

/* ---- the text form ---- */

/* One item of the text, while it is read. */
struct item {
	const char *name;
	const char *suffix; /* what follows ':', or NULL */
};

/* Reads a quoted name; false when the quote is never closed. *text is then after it. */
static bool
read_quoted(const char **text, struct arena *arena, const char **ret_name)
{
	AUTO_BUFFER struct buffer name = { 0 };
	char quote = *(*text)++;
	for (; **text; (*text)++) {
		if (**text == quote && *++*text != quote) {
			*ret_name = arena_strdup(arena, buffer_text(&name));
			return true;
		}
		buffer_add_char(&name, **text);
	}
	return false;
}

static bool
read_item(const char **text, struct arena *arena, struct item *ret_item)
{
	struct item item = { 0 };
	if (strchr(QUOTES, **text)) {
		if (!read_quoted(text, arena, &item.name))
			return false;
	} else {
		size_t size = strcspn(*text, SEPARATORS ":");
		item.name = arena_strndup(arena, *text, size);
		*text += size;
	}
	size_t rest = strcspn(*text, SEPARATORS);
	if (**text == ':')
		item.suffix = arena_strndup(arena, *text + 1, rest - 1);
	else if (rest)
		return false; /* 'quoted'rest */
	*text += rest;
	*ret_item = item;
	return true;
}

/* What the words behind one name have said so far. */
struct words {
	const struct item *item;
	struct folder *folder;
	bool has_access;
	struct arena *arena;
	struct diags *diags;
};

static bool
refuse_twice(const struct words *words, const char *what)
{
	diag_error(words->diags, words->folder->place, "folder '%s': %s is given twice",
		words->item->name, what);
	diag_hint(words->diags, "Keep one of them.");
	return false;
}

static bool
read_access_word(struct words *words, const char *word)
{
	struct folder *folder = words->folder;
	if (!folder_access_parse(word, &folder->access)) {
		diag_error(words->diags, folder->place, "folder '%s': '%s' is not a kind of access",
			words->item->name, word);
		diag_hint(words->diags,
			"Use rw, ro, read-advisory, owner=, group= or mode=, and quote a name that "
			"has a ':'.");
		return false;
	}
	if (words->has_access)
		return refuse_twice(words, "the access");
	return words->has_access = true;
}

static bool
read_name_word(struct words *words, const char *what, const char *name, const char **ret_name)
{
	if (*ret_name)
		return refuse_twice(words, what);
	if (strcmp(name, "user") != 0 &&
		!account_check_username(name, words->folder->place, words->arena, words->diags))
		return false;
	*ret_name = name;
	return true;
}

static bool
read_mode_word(struct words *words, const char *digits)
{
	struct folder *folder = words->folder;
	size_t size = strlen(digits);
	if (folder->has_mode)
		return refuse_twice(words, "the mode");
	if (size < 3 || size > 4 || digits[strspn(digits, "01234567")]) {
		diag_error(words->diags, folder->place,
			"folder '%s': '%s' is no octal mode such as 0755 or 2770",
			words->item->name, digits);
		diag_hint(words->diags, "Write three or four digits from 0 to 7.");
		return false;
	}
	folder->has_mode = true;
	for (; *digits; digits++)
		folder->mode = folder->mode << 3 | (mode_t)(*digits - '0');
	return true;
}

static bool
read_word(struct words *words, const char *word)
{
	static const char owner[] = "owner=", group[] = "group=", mode[] = "mode=";
	if (strncmp(word, owner, strlen(owner)) == 0)
		return read_name_word(
			words, "the owner", word + strlen(owner), &words->folder->owner);
	if (strncmp(word, group, strlen(group)) == 0)
		return read_name_word(
			words, "the group", word + strlen(group), &words->folder->group);
	if (strncmp(word, mode, strlen(mode)) == 0)
		return read_mode_word(words, word + strlen(mode));
	return read_access_word(words, word);
}

static bool
add_item(const struct item *item, struct place place, struct arena *arena,
	struct folder_list *folders, struct diags *diags)
{
	struct folder folder = { .access = FOLDER_WRITE, .place = place };
	struct words words = { .item = item, .folder = &folder, .arena = arena, .diags = diags };
	char *rest = arena_strdup(arena, item->suffix);
	for (char *word; (word = strsep(&rest, ":"));) {
		if (!read_word(&words, word))
			return false;
	}
	if (!folder_path_check(item->name, place, arena, &folder.path, diags))
		return false;
	ARRAY_PUSH(arena, folders, folder);
	return true;
}

bool
folder_list_parse(const char *text, struct place place, struct arena *arena,
	struct folder_list *ret_folders, struct diags *diags)
{
	struct folder_list folders = { 0 };
	bool ok = true;
	for (text += strspn(text, SEPARATORS); *text; text += strspn(text, SEPARATORS)) {
		struct item item;
		if (!read_item(&text, arena, &item)) {
			diag_error(diags, place, "a quote in the list of folders is misplaced");
			diag_hint(diags, "Write it like 'my pictures':ro, and a quote as two.");
			return false;
		}
		ok &= add_item(&item, place, arena, &folders, diags);
	}
	if (!ok || !folder_list_complete(&folders, arena, diags))
		return false;
	*ret_folders = folders;
	return true;
}

/* Where a text begins with what counts as blank, a cell that it is alone in would lose that. */
static bool
needs_quotes(const char *path, struct arena *arena)
{
	return strpbrk(path, SEPARATORS ":") || strchr(QUOTES, *path) ||
		((unsigned char)*path >= 0x80 && text_is_utf8(path, strlen(path)) &&
			strlen(text_trimmed(arena, path)) != strlen(path));
}

static void
write_path(struct buffer *out, const char *path, struct arena *arena)
{
	if (!needs_quotes(path, arena)) {
		buffer_add_text(out, path);
		return;
	}
	buffer_add_char(out, '\'');
	for (; *path; path++) {
		if (*path == '\'')
			buffer_add_char(out, '\'');
		buffer_add_char(out, *path);
	}
	buffer_add_char(out, '\'');
}

static const char *
short_word(enum folder_access access)
{
	if (access == FOLDER_READ_ADVISORY || access == FOLDER_KEPT)
		return folder_access_name(access);
	return access == FOLDER_WRITE ? "rw" : "ro";
}

char *
folder_list_text(const struct folder_list *folders, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (folder, folders) {
		if (out.size)
			buffer_add_char(&out, ' ');
		write_path(&out, folder->path, arena);
		buffer_printf(&out, ":%s", short_word(folder->access));
		if (folder->owner)
			buffer_printf(&out, ":owner=%s", folder->owner);
		if (folder->group)
			buffer_printf(&out, ":group=%s", folder->group);
		if (folder->has_mode)
			buffer_printf(&out, ":mode=%04o", (unsigned)folder->mode);
	}
	return arena_strdup(arena, buffer_text(&out));
}
