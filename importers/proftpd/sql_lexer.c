/*
 * sql_lexer.c - words, strings and comments of two dialects.
 *
 * Every loop ends with the input, and nothing nests.
 */
#include "importers/proftpd/sql_lexer.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* The byte at an offset from here; NUL behind the end. */
static char
peek(const struct sql_lexer *lexer, size_t ahead)
{
	const size_t at = lexer->offset + ahead;
	return at < lexer->input.size ? lexer->input.data[at] : '\0';
}

static bool
at_end(const struct sql_lexer *lexer)
{
	return lexer->offset >= lexer->input.size;
}

static char
take(struct sql_lexer *lexer)
{
	const char c = lexer->input.data[lexer->offset++];
	lexer->line += c == '\n';
	return c;
}

static void
skip_line(struct sql_lexer *lexer)
{
	while (!at_end(lexer) && take(lexer) != '\n')
		;
}

static void
skip_blanks(struct sql_lexer *lexer)
{
	while (!at_end(lexer)) {
		const char c = peek(lexer, 0);
		if (isspace((unsigned char)c) || c == '\0') {
			take(lexer);
		} else if ((c == '-' && peek(lexer, 1) == '-') || (lexer->mysql && c == '#')) {
			skip_line(lexer);
		} else if (c == '/' && peek(lexer, 1) == '*') {
			lexer->offset += 2;
			while (!at_end(lexer) && !(peek(lexer, 0) == '*' && peek(lexer, 1) == '/'))
				take(lexer);
			lexer->offset += at_end(lexer) ? 0 : 2;
		} else {
			return;
		}
	}
}

static char
unescaped(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case 'r':
		return '\r';
	case 'b':
		return '\b';
	case '0':
		return '\0';
	case 'Z':
		return '\032';
	default:
		return c;
	}
}

/* Behind the opening quote; a doubled quote is one. */
static const char *
take_quoted(struct sql_lexer *lexer, char quote, bool escapes)
{
	AUTO_BUFFER struct buffer text = { 0 };
	while (!at_end(lexer)) {
		char c = take(lexer);
		if (c == '\\' && escapes && !at_end(lexer)) {
			c = unescaped(take(lexer));
		} else if (c == quote) {
			if (peek(lexer, 0) != quote || at_end(lexer))
				break;
			take(lexer);
		}
		buffer_add_char(&text, c);
	}
	return arena_strdup(lexer->arena, buffer_text(&text));
}

static const char *
take_hex(struct sql_lexer *lexer)
{
	AUTO_BUFFER struct buffer text = { 0 };
	while (text_hex_digit(peek(lexer, 0)) >= 0 && text_hex_digit(peek(lexer, 1)) >= 0) {
		buffer_add_char(&text,
			(char)(text_hex_digit(peek(lexer, 0)) << 4 |
				text_hex_digit(peek(lexer, 1))));
		lexer->offset += 2;
	}
	return arena_strdup(lexer->arena, buffer_text(&text));
}

static bool
is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* "$$...$$" and "$tag$...$tag$": bodies of functions. False when it is none. */
static bool
skip_dollar_quoted(struct sql_lexer *lexer)
{
	size_t length = 1;
	while (is_word_char(peek(lexer, length)) && peek(lexer, length) != '$')
		length++;
	if (peek(lexer, length) != '$')
		return false;
	length++;
	const char *tag = lexer->input.data + lexer->offset;
	lexer->offset += length;
	const char *end = memmem(
		lexer->input.data + lexer->offset, lexer->input.size - lexer->offset, tag, length);
	const size_t stop = end ? (size_t)(end - lexer->input.data) + length : lexer->input.size;
	while (lexer->offset < stop)
		take(lexer);
	return true;
}

static struct sql_token
take_word(struct sql_lexer *lexer, struct sql_token token)
{
	const size_t start = lexer->offset;
	const char first = peek(lexer, 0);
	while (is_word_char(peek(lexer, 0)))
		lexer->offset++;
	const size_t length = lexer->offset - start;
	token.kind = SQL_WORD;
	token.text = arena_strndup(lexer->arena, lexer->input.data + start, length);
	if (length != 1 || peek(lexer, 0) != '\'')
		return token;

	/* X'4142', E'a\n', N'text', B'1' */
	if (!strchr("xXeEnNbB", first))
		return token;
	lexer->offset++;
	token.kind = SQL_STRING;
	if (first == 'x' || first == 'X') {
		token.text = take_hex(lexer);
		lexer->offset += peek(lexer, 0) == '\'' ? 1 : 0;
	} else {
		token.text = take_quoted(lexer, '\'', lexer->mysql || first == 'e' || first == 'E');
	}
	return token;
}

static struct sql_token
take_number(struct sql_lexer *lexer, struct sql_token token)
{
	if (peek(lexer, 0) == '0' && peek(lexer, 1) == 'x') {
		lexer->offset += 2;
		token.kind = SQL_STRING;
		token.text = take_hex(lexer);
		return token;
	}
	const size_t start = lexer->offset;
	lexer->offset++;
	while (isalnum((unsigned char)peek(lexer, 0)) || peek(lexer, 0) == '.')
		lexer->offset++;
	token.kind = SQL_NUMBER;
	token.text = arena_strndup(lexer->arena, lexer->input.data + start, lexer->offset - start);
	return token;
}

struct sql_token
sql_next(struct sql_lexer *lexer)
{
	skip_blanks(lexer);
	struct sql_token token = { .kind = SQL_END, .line = lexer->line };
	if (at_end(lexer))
		return token;

	const char c = peek(lexer, 0);
	if (c == '\'' || c == '"' || c == '`') {
		take(lexer);
		const bool string = c == '\'' || (c == '"' && lexer->mysql);
		token.text = take_quoted(lexer, c, string && lexer->mysql);
		token.kind = string ? SQL_STRING : SQL_NAME;
		return token;
	}
	if (isdigit((unsigned char)c) ||
		((c == '-' || c == '+') && isdigit((unsigned char)peek(lexer, 1))))
		return take_number(lexer, token);
	if (c == '$' && !lexer->mysql && skip_dollar_quoted(lexer)) {
		token.kind = SQL_STRING;
		token.text = "";
		return token;
	}
	if (is_word_char(c))
		return take_word(lexer, token);
	token.kind = SQL_SIGN;
	token.sign = take(lexer);
	return token;
}

bool
sql_is_word(const struct sql_token *token, const char *word)
{
	return token->kind == SQL_WORD && strcasecmp(token->text, word) == 0;
}

void
sql_skip_statement(struct sql_lexer *lexer)
{
	struct arena *kept = lexer->arena;
	for (;;) {
		AUTO_ARENA struct arena scratch = { 0 };
		lexer->arena = &scratch;
		const struct sql_token token = sql_next(lexer);
		if (token.kind == SQL_END || (token.kind == SQL_SIGN && token.sign == ';'))
			break;
	}
	lexer->arena = kept;
}

bool
sql_take_line(struct sql_lexer *lexer, struct bytes *ret_line)
{
	if (at_end(lexer))
		return false;
	const char *start = lexer->input.data + lexer->offset;
	const size_t rest = lexer->input.size - lexer->offset;
	const char *newline = memchr(start, '\n', rest);
	const size_t size = newline ? (size_t)(newline - start) : rest;
	lexer->offset += size + (newline ? 1 : 0);
	lexer->line++;
	*ret_line = (struct bytes){ start, size };
	return true;
}
