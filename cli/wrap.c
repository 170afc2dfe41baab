/*
 * wrap.c - breaking lines; see wrap.h.
 */
#include "cli/wrap.h"

#include <string.h>

#include "core/base/text.h"

enum {
	LITTLE_HANG = 4,
	PAGE_WIDTH = 80, /* what pages of help are written for */
};

/* One colour of ours, ESC [ ... m; 0 when there is none. */
static size_t
color_size(const char *text, size_t size)
{
	if (size < 2 || text[0] != '\033' || text[1] != '[')
		return 0;
	for (size_t i = 2; i < size; i++) {
		if (text[i] == 'm')
			return i + 1;
	}
	return size;
}

size_t
wrap_columns(struct bytes line)
{
	AUTO_BUFFER struct buffer letters = { 0 };
	for (size_t i = 0; i < line.size;) {
		size_t color = color_size(line.data + i, line.size - i);
		if (!color)
			buffer_add_char(&letters, line.data[i]);
		i += color ? color : 1;
	}
	return text_width(buffer_text(&letters));
}

static void
add_blanks(struct buffer *out, size_t count)
{
	while (count--)
		buffer_add_char(out, ' ');
}

static size_t
blanks_at(struct bytes text)
{
	size_t count = 0;
	while (count < text.size && text.data[count] == ' ')
		count++;
	return count;
}

static size_t
word_at(struct bytes text)
{
	const char *end = memchr(text.data, ' ', text.size);
	return end ? (size_t)(end - text.data) : text.size;
}

static void
skip(struct bytes *text, size_t count)
{
	text->data += count;
	text->size -= count;
}

/* A line that is filled word by word. */
struct filling {
	struct buffer *out;
	size_t column, hang, width;
	bool empty; /* nothing but its indentation stands in it */
};

static void
add_word(struct filling *line, size_t blanks, struct bytes word)
{
	size_t columns = wrap_columns(word);
	/* A break that gives the word no more room is none. */
	if (!line->empty && line->column + blanks > line->hang &&
		line->column + blanks + columns > line->width) {
		buffer_add_char(line->out, '\n');
		line->column = blanks = line->hang;
		add_blanks(line->out, blanks);
	} else {
		add_blanks(line->out, blanks);
		line->column += blanks;
	}
	buffer_add(line->out, word.data, word.size);
	line->column += columns;
	line->empty = false;
}

static void
add_words(struct filling *line, struct bytes text)
{
	while (text.size) {
		size_t blanks = blanks_at(text);
		skip(&text, blanks);
		if (!text.size)
			return;
		struct bytes word = { text.data, word_at(text) };
		add_word(line, blanks, word);
		skip(&text, word.size);
	}
}

static size_t
fitting_hang(size_t hang, unsigned width)
{
	return hang <= width / 2 ? hang : LITTLE_HANG < width / 2 ? LITTLE_HANG : 0;
}

static void
add_line(struct buffer *out, struct bytes text, size_t hang, unsigned width)
{
	struct filling line = { out, 0, fitting_hang(hang, width), width, .empty = true };
	add_words(&line, text);
}

void
wrap_tail(struct buffer *out, size_t start, size_t hang, unsigned width)
{
	AUTO_BUFFER struct buffer tail = { 0 };
	struct bytes line;
	if (!width || out->size <= start)
		return;
	buffer_add(&tail, out->data + start, out->size - start);
	buffer_cut(out, start);
	struct bytes rest = buffer_bytes(&tail);
	while (bytes_take_line(&rest, &line)) {
		bool ended = line.data + line.size < tail.data + tail.size;
		if (wrap_columns(line) > width)
			add_line(out, line, hang, width);
		else
			buffer_add(out, line.data, line.size);
		if (ended)
			buffer_add_char(out, '\n');
	}
}

/* ---- pages of help ---- */

/* Where the second column of an indented line begins: after two blanks or more. 0 = it has none. */
static size_t
second_column(struct bytes line)
{
	for (size_t i = blanks_at(line); i + 2 < line.size; i++) {
		if (line.data[i] == ' ' && line.data[i + 1] == ' ') {
			struct bytes rest = { line.data + i, line.size - i };
			return i + blanks_at(rest);
		}
	}
	return 0;
}

/* A paragraph, or an entry with its lines in the second column: what is to be filled as one. */
struct passage {
	struct buffer text;
	size_t second;
};

static bool
goes_on(const struct passage *passage, struct bytes line)
{
	size_t lead = blanks_at(line);
	if (!passage->text.size || lead == line.size)
		return false;
	size_t first = blanks_at(buffer_bytes(&passage->text));
	if (passage->second)
		return lead == passage->second;
	return lead == first && (lead == 0 || lead > PAGE_WIDTH / 4);
}

/* In a second column that has no room the text begins a line of its own below. */
static void
add_entry(struct buffer *out, struct bytes left, struct bytes right, unsigned width)
{
	struct filling below = { out, LITTLE_HANG * 2, LITTLE_HANG * 2, width, .empty = true };
	if (left.size) {
		add_line(out, left, LITTLE_HANG, width);
		buffer_add_char(out, '\n');
	}
	add_blanks(out, below.hang);
	add_words(&below, right);
}

static void
add_passage(struct buffer *out, struct passage *passage, unsigned width)
{
	struct bytes text = buffer_bytes(&passage->text);
	size_t lead = text.size ? blanks_at(text) : 0, left = passage->second;
	if (!text.size)
		return;
	while (left && text.data[left - 1] == ' ')
		left--;
	if (text.size > width && passage->second > width / 2)
		add_entry(out, (struct bytes){ text.data, left },
			(struct bytes){ text.data + passage->second, text.size - passage->second },
			width);
	else if (text.size > width && lead > width / 3)
		add_entry(out, (struct bytes){ 0 },
			(struct bytes){ text.data + lead, text.size - lead }, width);
	else
		add_line(out, text,
			passage->second ? passage->second
				: lead	? lead + LITTLE_HANG
					: 0,
			width);
	buffer_add_char(out, '\n');
	buffer_clear(&passage->text);
}

void
wrap_page(const char *text, unsigned width, struct buffer *out)
{
	struct bytes rest = { text, strlen(text) }, line;
	struct passage passage = { 0 };
	if (!width || width >= PAGE_WIDTH) {
		buffer_add_text(out, text);
		return;
	}
	while (bytes_take_line(&rest, &line)) {
		if (goes_on(&passage, line)) {
			size_t lead = blanks_at(line);
			buffer_add_char(&passage.text, ' ');
			buffer_add(&passage.text, line.data + lead, line.size - lead);
			continue;
		}
		add_passage(out, &passage, width);
		if (!line.size)
			buffer_add_char(out, '\n');
		buffer_add(&passage.text, line.data, line.size);
		passage.second = line.size ? second_column(line) : 0;
	}
	add_passage(out, &passage, width);
	buffer_finish(&passage.text);
}
