/*
 * sql_lexer.h - the words of a mysqldump or pg_dump text.
 *
 * Comments, those that MySQL runs too, are blanks. Strings come unescaped and in the arena that the
 * lexer holds just then; what follows a NUL within them is lost, as no column that matters has one.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_SQL_LEXER_H
#define REHOME_IMPORTERS_PROFTPD_SQL_LEXER_H

#include "core/model/importer.h"

enum sql_token_kind {
	SQL_END,
	SQL_WORD,   /* a keyword or a name without quotes, as written */
	SQL_NAME,   /* a quoted name */
	SQL_STRING, /* text holds it unescaped; X'..' and 0x.. too */
	SQL_NUMBER, /* as written, with its sign */
	SQL_SIGN,   /* one character */
};

struct sql_token {
	enum sql_token_kind kind;
	const char *text; /* of WORD, NAME, STRING, NUMBER */
	char sign;
	unsigned line;
};

struct sql_lexer {
	struct bytes input;
	size_t offset;
	unsigned line;
	bool mysql;	     /* backslashes escape, "..." is a string, # a comment */
	struct arena *arena; /* for texts; the caller may change it between tokens */
};

struct sql_token sql_next(struct sql_lexer *lexer);
/* Case does not matter. */
bool sql_is_word(const struct sql_token *token, const char *word);
/* Behind the next ';' outside of strings. */
void sql_skip_statement(struct sql_lexer *lexer);
/* The rest of the line, without its newline; false at the end. */
bool sql_take_line(struct sql_lexer *lexer, struct bytes *ret_line);

#endif
