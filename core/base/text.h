/*
 * text.h - text that strangers wrote: shown, logged, compared, and made into login names.
 *
 * All input is bytes. What is called UTF-8 here has been validated; everything else is passed
 * through byte by byte as escapes. Through libunistring.
 */
#ifndef REHOME_BASE_TEXT_H
#define REHOME_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"

/*
 * The one place that makes text safe for a terminal, a log line or an error message: control
 * characters (C0, DEL, C1), invalid UTF-8, line and paragraph separators, and the invisible
 * direction controls (U+061C, U+200E/F, U+202A..E, U+2066..9), zero-width characters and BOM become
 * \n \t \r \e \xHH or \u{HHHH}; a backslash becomes \\ only where it would be mistaken for one of
 * these. Everything printable stays.
 */
void text_escape(struct buffer *out, const char *text, size_t size);
char *text_escaped(struct arena *arena, const char *text);
/* The same in ASCII: every other character becomes \u{HHHH}. For terminals without UTF-8. */
void text_escape_ascii(struct buffer *out, const char *text, size_t size);

/* The bytes of the first character, which text_escape() would leave as it is where *ret_shown is
 * set; 1 and UINT32_MAX for a byte that is no UTF-8. size is not 0. */
size_t text_character(const char *text, size_t size, uint32_t *ret_character, bool *ret_shown);

/* The text in base64 (RFC 4648, 4), on one line. */
void text_base64(struct buffer *out, const char *text);

/* Columns on a terminal of escaped UTF-8 text (wide characters count two, combining ones none). */
size_t text_width(const char *text);

bool text_is_utf8(const char *text, size_t size);
/* True for C0, DEL and C1 control characters in valid UTF-8 (tab and newline included). */
bool text_has_control(const char *text, size_t size);

/* Unicode default case folding plus NFKC, for comparing headers and names. */
char *text_folded(struct arena *arena, const char *text);
/* Lower case without locale. */
char *text_lower(struct arena *arena, const char *text);
char *text_upper(struct arena *arena, const char *text);
/* Without blanks (Unicode White_Space, NBSP, zero-width) at both ends. */
char *text_trimmed(struct arena *arena, const char *text);
/* The first n characters (not bytes); combining marks go with their base. */
char *text_left(struct arena *arena, const char *text, size_t characters);

enum text_language {
	TEXT_LANGUAGE_DEFAULT, /* ü -> u, as international practice (ICAO without expansion) */
	TEXT_LANGUAGE_DE,      /* ä ö ü ß -> ae oe ue ss */
	TEXT_LANGUAGE_DA_NO,   /* æ ø å -> ae oe aa */
	TEXT_LANGUAGE_SV_FI,   /* å ä ö -> a a o (as default), spelled out for completeness */
};
/* "de" -> TEXT_LANGUAGE_DE; false when the word is unknown. */
bool text_language_parse(const char *word, enum text_language *ret_language);
const char *text_language_words(void); /* "default, de, da, no, sv, fi" for messages */

/*
 * ASCII for a name written in Latin, Greek or Cyrillic letters: NFKD, combining marks dropped, then
 * our own table (ß æ œ ø ł đ ð þ ı ..., Greek after ISO 843, Cyrillic after ICAO 9303). Case is
 * kept. What has no equivalent is dropped, and *ret_lost (may be NULL) is set.
 */
char *text_ascii(
	struct arena *arena, const char *text, enum text_language language, bool *ret_lost);

/*
 * The candidate nearest to a mistyped word, or NULL when none is near (more than a third of the
 * letters wrong). Restricted Damerau-Levenshtein distance, case ignored. candidates ends with NULL.
 */
const char *text_nearest(const char *word, const char *const *candidates);

/* Decoding of whole files into UTF-8. */
enum text_encoding {
	TEXT_ENCODING_AUTO, /* BOM, else UTF-16 by its NULs, else UTF-8 if valid, else windows-1252
			     */
	TEXT_ENCODING_UTF8,
	TEXT_ENCODING_UTF16LE,
	TEXT_ENCODING_UTF16BE,
	TEXT_ENCODING_WINDOWS_1252,
	TEXT_ENCODING_ISO_8859_1,
	TEXT_ENCODING_ISO_8859_15,
};
bool text_encoding_parse(const char *word, enum text_encoding *ret_encoding);
const char *text_encoding_name(enum text_encoding encoding);

/*
 * Decodes the whole of a file; a BOM is dropped. *ret_used says what was taken for AUTO. False when
 * the bytes are not valid in that encoding; then *ret_offset is the offset of the first bad byte
 * (AUTO: never fails except for broken UTF-16, as windows-1252 here maps its five holes to C1).
 */
bool text_decode(struct arena *arena, struct bytes input, enum text_encoding encoding,
	struct bytes *ret_utf8, enum text_encoding *ret_used, size_t *ret_offset);

/* glob(7) for logins: * ? [..]. */
bool text_glob(const char *pattern, const char *text);

/* The word as a POSIX shell takes it, in quotes where it needs them; for hints with commands. */
const char *text_shell_word(struct arena *arena, const char *word);

/* "1023 bytes", "1.2 GiB" */
char *text_size(struct arena *arena, unsigned long long bytes);

/* 0 to 15 for a hexadecimal digit of either case; -1 for any other character. */
int text_hex_digit(char c);

/* Full-string decimal number, no sign, no blanks, no overflow beyond max. */
bool text_number(const char *text, unsigned long long max, unsigned long long *ret_number);

#endif
