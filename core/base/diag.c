/*
 * diag.c - the list of diagnostics; see diag.h for the contract.
 */
#include "core/base/diag.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

struct place
at(const char *file, unsigned line)
{
	return (struct place){ .file = file, .line = line };
}

struct place
at_column(const char *file, unsigned line, unsigned column, const char *field)
{
	return (struct place){ .file = file, .line = line, .column = column, .field = field };
}

void
diag_append(struct diags *diags, const struct diag *diag)
{
	ARRAY_PUSH(diags->arena, diags, *diag);
	if (diag->level == DIAG_ERROR)
		diags->errors++;
	if (diag->level == DIAG_WARNING)
		diags->warnings++;
}

static void append(struct diags *diags, enum diag_level level, struct place place,
	const char *format, va_list args) PRINTF_LIKE(4, 0);

static void
append(struct diags *diags, enum diag_level level, struct place place, const char *format,
	va_list args)
{
	struct diag diag = { .level = level, .place = place };
	diag.message = arena_vprintf(diags->arena, format, args);
	diag_append(diags, &diag);
}

bool
diag_error(struct diags *diags, struct place place, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	append(diags, DIAG_ERROR, place, format, args);
	va_end(args);
	return false;
}

void
diag_warning(struct diags *diags, struct place place, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	append(diags, DIAG_WARNING, place, format, args);
	va_end(args);
}

void
diag_note(struct diags *diags, struct place place, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	append(diags, DIAG_NOTE, place, format, args);
	va_end(args);
}

void
diag_hint(struct diags *diags, const char *format, ...)
{
	assert(diags->count);
	va_list args;
	va_start(args, format);
	diags->items[diags->count - 1].hint = arena_vprintf(diags->arena, format, args);
	va_end(args);
}

void
diag_code(struct diags *diags, const char *code)
{
	assert(diags->count);
	diags->items[diags->count - 1].code = code;
}

void
diag_user(struct diags *diags, const char *login)
{
	assert(diags->count);
	diags->items[diags->count - 1].user = login;
}

static bool
begins_with_word(const char *text, const char *word)
{
	size_t size = strlen(word);
	if (strncmp(text, word, size) != 0)
		return false;
	return !isalnum((unsigned char)text[size]) && text[size] != '_';
}

bool
diag_names_field(const struct diag *diag)
{
	const char *field = diag->place.field;
	size_t size = strlen(field);
	if (begins_with_word(diag->message, field))
		return true;
	for (const char *quote = strchr(diag->message, '\''); quote; quote = strchr(quote, '\'')) {
		quote++;
		if (strncmp(quote, field, size) == 0 && quote[size] == '\'')
			return true;
	}
	return false;
}

const char *
diag_place_text(struct place place, const char *nowhere, struct arena *arena)
{
	if (!place.file)
		return nowhere;
	return place.line ? arena_printf(arena, "%s:%u", place.file, place.line) : place.file;
}
