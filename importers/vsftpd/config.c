/*
 * config.c - vsftpd's own grammar of configuration files; see config.h.
 */
#include "importers/vsftpd/config.h"

#include <string.h>

bool
vsftpd_is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* ---- faults ---- */

/* The end of vsftpd, unless the administrator wants the file read nevertheless. */
static bool PRINTF_LIKE(3, 4)
	refuse(struct vsftpd_reader *reader, struct place where, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *why = arena_vprintf(reader->arena, format, args);
	va_end(args);
	if (!reader->lenient) {
		reader->fault = (struct vsftpd_fault){ .why = why, .where = where };
		return false;
	}
	diag_warning(reader->said, where, "vsftpd stopped here: %s; skipped", why);
	diag_code(reader->said, "vsftpd-mended");
	return true;
}

static void
mended(struct vsftpd_reader *reader, struct place where, const char *what)
{
	diag_warning(reader->said, where, "vsftpd stopped here: %s; read as it was meant", what);
	diag_code(reader->said, "vsftpd-mended");
}

/* ---- leniency ---- */

static char *
without_blanks(struct arena *arena, const char *text)
{
	size_t size = strlen(text);
	while (size && vsftpd_is_blank(text[size - 1]))
		size--;
	while (size && vsftpd_is_blank(*text)) {
		text++;
		size--;
	}
	return arena_strndup(arena, text, size);
}

/* A word: without what people put around or behind it. */
static const char *
meant_word(struct vsftpd_reader *reader, const char *value)
{
	size_t size = strcspn(value, "#");
	char *word = without_blanks(reader->arena, arena_strndup(reader->arena, value, size));
	size = strlen(word);
	if (size > 1 && (*word == '"' || *word == '\'') && word[size - 1] == *word)
		word = arena_strndup(reader->arena, word + 1, size - 2);
	if (strcasecmp(word, "on") == 0)
		return "YES";
	return strcasecmp(word, "off") == 0 ? "NO" : word;
}

/* ---- values ---- */

static void
set_value(struct vsftpd_reader *reader, const struct vsftpd_option *option,
	const struct vsftpd_value *value)
{
	if (reader->own_file && option->whole_server) {
		diag_warning(reader->said, value->where, "'%s' has no effect in a user's own file",
			option->name);
		diag_code(reader->said, "vsftpd-no-effect");
	} else if (option->setting) {
		reader->settings->values[option->setting] = *value;
	}
}

static bool
set_flag(struct vsftpd_reader *reader, const struct vsftpd_option *option, const char *text,
	struct place where)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = { { "YES", true }, { "TRUE", true }, { "1", true }, { "NO", false },
		{ "FALSE", false }, { "0", false } };
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcasecmp(text, words[i].word) != 0)
			continue;
		const struct vsftpd_value value = { .number = words[i].value, .where = where };
		set_value(reader, option, &value);
		return true;
	}
	if (reader->lenient) {
		const char *meant = meant_word(reader, text);
		if (strcmp(meant, text) != 0) {
			mended(reader, where, "the value is not exactly YES or NO");
			return set_flag(reader, option, meant, where);
		}
	}
	size_t shown = strcspn(text, "\r");
	return refuse(reader, where, "'%s' is neither YES nor NO for '%s'%s",
		arena_strndup(reader->arena, text, shown), option->name,
		text[shown] ? ": the line ends with a carriage return" : "");
}

static void
note_comment(struct vsftpd_reader *reader, const struct vsftpd_option *option, const char *value,
	struct place where)
{
	const char *mark = strchr(value, '#');
	if (!mark || mark == value || !vsftpd_is_blank(mark[-1]))
		return;
	diag_warning(reader->said, where, "what looks like a comment is part of the value of '%s'",
		option->name);
	diag_code(reader->said, "vsftpd-comment-in-value");
}

/* Upstream keeps blanks; Debian and Red Hat trim them, and Debian's dies when nothing is left. */
static bool
set_text(struct vsftpd_reader *reader, const struct vsftpd_option *option, const char *text,
	struct place where)
{
	enum vsftpd_distribution distribution = reader->settings->build->distribution;
	const char *kept =
		distribution == VSFTPD_UPSTREAM ? text : without_blanks(reader->arena, text);
	if (!*kept && *text && distribution == VSFTPD_DEBIAN)
		return refuse(reader, where, "'%s' has only blanks as its value, which crashes it",
			option->name);
	note_comment(reader, option, kept, where);
	const struct vsftpd_value value = { .text = *kept ? kept : NULL, .where = where };
	set_value(reader, option, &value);
	return true;
}

static bool
set_number(struct vsftpd_reader *reader, const struct vsftpd_option *option, const char *text,
	struct place where)
{
	const struct vsftpd_value value = { .number = vsftpd_parse_number(text), .where = where };
	set_value(reader, option, &value);
	return true;
}

/* ---- lines ---- */

static bool
refuse_key(struct vsftpd_reader *reader, const char *key, struct place where)
{
	size_t size = strlen(key);
	if (*key == '#')
		return refuse(reader, where, "a comment has to begin in the first column");
	if (size && vsftpd_is_blank(key[size - 1]))
		return refuse(
			reader, where, "a blank before '=' makes '%s' an unknown option", key);
	if (vsftpd_option_anywhere(key))
		return refuse(reader, where, "this vsftpd has no option '%s'", key);
	return refuse(reader, where, "unknown option '%s'", key);
}

bool
vsftpd_read_setting(struct vsftpd_reader *reader, const char *text, struct place where)
{
	while (vsftpd_is_blank(*text))
		text++;
	size_t length = strcspn(text, "=");
	const char *key = arena_strndup(reader->arena, text, length);
	const char *value = text[length] ? text + length + 1 : "";
	const struct vsftpd_option *option = vsftpd_option_find(reader->settings->build, key);
	if (!option && reader->lenient) {
		key = without_blanks(reader->arena, key);
		option = vsftpd_option_find(reader->settings->build, key);
		if (option)
			mended(reader, where, "a blank before '='");
	}

	if (option && option->type == VSFTPD_TEXT)
		return set_text(reader, option, value, where);
	if (option && !*value)
		return refuse(reader, where, "'%s' has no value", key);
	if (!option)
		return refuse_key(reader, key, where);
	return option->type == VSFTPD_FLAG ? set_flag(reader, option, value, where)
					   : set_number(reader, option, value, where);
}

static bool
is_all_blank(const char *line, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (!vsftpd_is_blank(line[i]))
			return false;
	}
	return true;
}

bool
vsftpd_read_text(struct vsftpd_reader *reader, struct bytes content, const char *shown)
{
	struct bytes line;
	for (unsigned number = 1; bytes_take_line(&content, &line); number++) {
		if (is_all_blank(line.data, line.size) || *line.data == '#')
			continue;
		/* A NUL ends the line. */
		const char *text = arena_strndup(reader->arena, line.data, line.size);
		if (!vsftpd_read_setting(reader, text, at(shown, number)))
			return false;
	}
	return true;
}

bool
vsftpd_read_config(struct vsftpd_reader *reader, const char *path)
{
	struct old_file file;
	enum old_status status = old_root_read_start(reader->root, path, VSFTPD_FILE_LIMIT, &file);
	const char *shown = arena_strdup(reader->arena, path);
	if (status != OLD_OK)
		return refuse(reader, at(shown, 0), "%s", old_status_text(status));
	if (file.entry.uid != 0 && !reader->owners_unknown)
		return refuse(reader, at(shown, 0), "belongs to uid %u instead of root",
			(unsigned)file.entry.uid);
	return vsftpd_read_text(reader, file.content, shown);
}
