/*
 * csv_text.c - what a sheet's file is, judged from its bytes; see csv_text.h.
 *
 * A guess is made only where it can be stated: encodings by evidence (text.h), delimiters by the
 * header line. A tie is an error, since a wrong guess would still give rows.
 */
#include "importers/csv_text.h"

#include <string.h>
#include <strings.h>

/* What a delimiter may be called. The first word of each is the one shown. */
static const struct {
	const char *word;
	char delimiter;
} delimiters[] = {
	{ "','", ',' },
	{ ",", ',' },
	{ "comma", ',' },
	{ "';'", ';' },
	{ ";", ';' },
	{ "semicolon", ';' },
	{ "tab", '\t' },
	{ "\t", '\t' },
	{ "\\t", '\t' },
	{ "'|'", '|' },
	{ "|", '|' },
	{ "pipe", '|' },
};

static const char candidates[] = ",;\t|";

static const char *
delimiter_name(char delimiter)
{
	for (size_t i = 0; i < ARRAY_LEN(delimiters); i++)
		if (delimiters[i].delimiter == delimiter)
			return delimiters[i].word;
	return "unknown";
}

static bool
starts_with(struct bytes text, const char *start, size_t size)
{
	return text.size >= size && memcmp(text.data, start, size) == 0;
}

/* People hand over the workbook itself; as CSV it would be a page of control characters. */
static bool
refuse_workbook(const struct source *source, struct bytes content, struct diags *diags)
{
	bool zipped = starts_with(content, "PK\x03\x04", 4);
	bool ole = starts_with(content, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
	if (!zipped && !ole)
		return true;

	diag_error(diags, at(source->shown, 0), "this is %s, not CSV",
		zipped ? "a workbook (.xlsx or .ods) or another zip file"
		       : "an old Excel workbook (.xls)");
	diag_hint(diags, "Save the sheet as \"CSV UTF-8\" and read that file.");
	return false;
}

/* ---- encoding ---- */

/* CRLF, LF and CR end one line each. */
static bool
ends_line(struct bytes text, size_t offset)
{
	char c = text.data[offset];
	char next = offset + 1 < text.size ? text.data[offset + 1] : 0;
	return c == '\n' || (c == '\r' && next != '\n');
}

/* Names the first lines whose letters the guess decided. */
static void
warn_guess(const struct source *source, struct bytes text, struct diags *diags)
{
	enum { SHOWN = 5 };
	AUTO_BUFFER struct buffer lines = { 0 };
	unsigned line = 1, first = 0, last = 0, count = 0;

	for (size_t i = 0; i < text.size && count <= SHOWN; i++) {
		if ((unsigned char)text.data[i] >= 0x80 && line != last) {
			last = line;
			if (!count)
				first = line;
			if (count++ < SHOWN)
				buffer_printf(&lines, "%s%u", count > 1 ? ", " : "", line);
		}
		line += ends_line(text, i);
	}
	diag_warning(diags, at(source->shown, first),
		"not UTF-8: read as windows-1252, which decides the letters in %s %s%s",
		count > 1 ? "lines" : "line", buffer_text(&lines), count > SHOWN ? " ..." : "");
	diag_hint(diags,
		"Look at the names in these lines; if they are wrong, save the sheet as "
		"\"CSV UTF-8\" or set encoding.");
	diag_code(diags, "encoding-guessed");
}

static bool
refuse_bytes(const struct source *source, struct bytes content, size_t offset,
	enum text_encoding wanted, struct diags *diags)
{
	unsigned line = 1;
	for (size_t i = 0; i < offset && i < content.size; i++)
		line += content.data[i] == '\n';
	/* Only UTF-16 can fail when the encoding is judged. */
	diag_error(diags, at(source->shown, line), "the bytes here are not valid %s",
		wanted == TEXT_ENCODING_AUTO ? "utf-16" : text_encoding_name(wanted));
	diag_hint(diags, "Save the sheet as \"CSV UTF-8\", or set encoding to what the file is.");
	return false;
}

static bool
decode(const char *word, const struct source *source, struct bytes content, struct csv_text *text,
	struct diags *diags)
{
	enum text_encoding wanted, used;
	if (!text_encoding_parse(word, &wanted))
		return diag_error(diags, at(source->name, 0), "unknown encoding '%s'", word);

	size_t offset = 0;
	if (!text_decode(source->arena, content, wanted, &text->text, &used, &offset))
		return refuse_bytes(source, content, offset, wanted, diags);

	text->detected = text_encoding_name(used);
	if (wanted == TEXT_ENCODING_AUTO && used == TEXT_ENCODING_WINDOWS_1252)
		warn_guess(source, text->text, diags);
	return true;
}

/* ---- delimiter ---- */

/*
 * Excel writes "sep=;" in front of the header to tell itself the delimiter. The line is no row, so
 * it is taken off. Returns 0 when there is none.
 */
static char
take_sep_line(struct csv_text *text)
{
	struct bytes all = text->text;
	size_t size = 0;
	while (size < all.size && all.data[size] != '\n' && all.data[size] != '\r')
		size++;
	bool quoted = size == 7 && all.data[0] == '"' && all.data[6] == '"';
	if ((!quoted && size != 5) || strncasecmp(all.data + quoted, "sep=", 4) != 0)
		return 0;

	char delimiter = all.data[4 + quoted];
	while (size < all.size && !ends_line(all, size))
		size++;
	size += size < all.size;
	text->text = (struct bytes){ all.data + size, all.size - size };
	text->first_line++;
	return delimiter;
}

/* Counts each candidate in the first line that is not blank, outside quotes. */
static void
count_candidates(struct bytes text, char quote, unsigned *counts)
{
	bool quoted = false, blank = true;
	for (size_t i = 0; i < text.size; i++) {
		char c = text.data[i];
		bool line_end = c == '\n' || c == '\r';
		if (line_end && !quoted && !blank)
			return;
		if (c == quote)
			quoted = !quoted;
		blank = blank && (line_end || c == ' ');
		const char *candidate = c && !quoted ? strchr(candidates, c) : NULL;
		if (candidate)
			counts[candidate - candidates]++;
	}
}

static bool
guess_delimiter(const struct source *source, char quote, struct csv_text *text, struct diags *diags)
{
	unsigned counts[sizeof(candidates) - 1] = { 0 };
	count_candidates(text->text, quote, counts);

	size_t best = 0, rival = 0;
	for (size_t i = 1; i < ARRAY_LEN(counts); i++) {
		if (counts[i] > counts[best])
			rival = best = i;
		else if (counts[i] == counts[best])
			rival = i;
	}
	text->delimiter = candidates[best];
	if (rival == best || !counts[best])
		return true;

	diag_error(diags, at(source->shown, text->first_line),
		"cannot tell the delimiter: the header has as many %s as %s",
		delimiter_name(candidates[best]), delimiter_name(candidates[rival]));
	diag_hint(diags, "Set delimiter.");
	return false;
}

static bool
choose_delimiter(const struct csv_text_wish *wish, const struct source *source,
	struct csv_text *text, struct diags *diags)
{
	char announced = take_sep_line(text);
	for (size_t i = 0; i < ARRAY_LEN(delimiters); i++) {
		if (strcasecmp(wish->delimiter, delimiters[i].word) == 0) {
			text->delimiter = delimiters[i].delimiter;
			return true;
		}
	}
	if (strcasecmp(wish->delimiter, "auto") != 0) {
		diag_error(diags, at(source->name, 0), "'%s' is no delimiter that a sheet can have",
			wish->delimiter);
		diag_hint(diags, "Use one of , ; | tab auto.");
		return false;
	}
	if (announced && strchr(candidates, announced)) {
		text->delimiter = announced;
		return true;
	}
	return guess_delimiter(source, wish->quote, text, diags);
}

bool
csv_text_open(const struct csv_text_wish *wish, const struct source *source, struct bytes content,
	struct csv_text *ret_text, struct diags *diags)
{
	struct csv_text text = { .first_line = 1 };
	if (!refuse_workbook(source, content, diags) ||
		!decode(wish->encoding, source, content, &text, diags) ||
		!choose_delimiter(wish, source, &text, diags))
		return false;

	text.detected = arena_printf(
		source->arena, "%s, %s", text.detected, delimiter_name(text.delimiter));
	*ret_text = text;
	return true;
}
