/*
 * output.c - standard output and standard error; see output.h.
 */
#include "cli/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/json.h"
#include "cli/pager.h"
#include "cli/wrap.h"
#include "core/base/table.h"
#include "core/base/text.h"

enum { DEFAULT_WIDTH = 80, MIN_WIDTH = 20, MAX_WIDTH = 1000, ENOUGH_OF_A_KIND = 20 };

static bool
is_set(const char *name)
{
	const char *value = getenv(name);
	return value && *value;
}

/* No terminal that is known, or one that can only print. */
static bool
is_dumb_terminal(void)
{
	return !is_set("TERM") || strcmp(getenv("TERM"), "dumb") == 0;
}

/* NO_COLOR: https://no-color.org, any value but the empty one. */
static bool
wants_color(const struct globals *globals, int fd)
{
	if (globals->plain)
		return false;
	if (strcmp(globals->color, "auto") != 0)
		return strcmp(globals->color, "always") == 0;
	return isatty(fd) && !is_set("NO_COLOR") && !is_dumb_terminal();
}

/* COLUMNS counts before what the terminal says, and for terminals only: a file has no width. */
static unsigned
terminal_width(int fd)
{
	struct winsize size;
	unsigned long long columns;
	const char *asked = getenv("COLUMNS");
	if (!isatty(fd))
		return 0;
	if (!asked || !text_number(asked, MAX_WIDTH, &columns) || !columns)
		columns = ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col
									   : DEFAULT_WIDTH;
	return columns < MIN_WIDTH ? MIN_WIDTH : (unsigned)columns;
}

/* Nobody is to be kept waiting who did not ask to be. */
static unsigned
pager_rows(const struct globals *globals)
{
	struct winsize size;
	if (globals->json || globals->plain || globals->quiet || globals->no_pager ||
		globals->no_input || is_dumb_terminal() || !isatty(STDOUT_FILENO))
		return 0;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

/*
 * By the names of the locale, as setlocale(3) looks for them: it need not be installed. Where none
 * is set at all the terminal is taken for one of today. Files and pipes get UTF-8 always.
 */
static bool
lacks_utf8(int fd)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *locale = getenv(names[i]);
		if (locale && *locale)
			return isatty(fd) && !strcasestr(locale, "utf-8") &&
				!strcasestr(locale, "utf8");
	}
	return false;
}

void
output_init(struct output *output, const struct globals *globals, const struct diags *diags)
{
	*output = (struct output){
		.json = globals->json,
		.quiet = globals->quiet,
		.verbose = globals->verbose,
		.plain = globals->plain,
		.color_out = !globals->json && wants_color(globals, STDOUT_FILENO),
		.color_err = wants_color(globals, STDERR_FILENO),
		.ascii_out = lacks_utf8(STDOUT_FILENO),
		.ascii_err = lacks_utf8(STDERR_FILENO),
		.terminal_err = isatty(STDERR_FILENO),
		.diags = diags,
	};
	if (!globals->plain && !globals->json) {
		output->width_out = terminal_width(STDOUT_FILENO);
		output->width_err = terminal_width(STDERR_FILENO);
	}
	output->rows = pager_rows(globals);
	output->progress_drawn = output->terminal_err && !is_dumb_terminal();
	output->progress = strcmp(globals->progress, "always") == 0 ||
		(strcmp(globals->progress, "auto") == 0 && output->progress_drawn &&
			!output->quiet && !output->json && !output->plain);
}

unsigned
output_width_err(void)
{
	return terminal_width(STDERR_FILENO);
}

struct paint
output_paint(const struct output *output, struct buffer *text)
{
	return (struct paint){ text, output->color_out, output->ascii_out, output->plain,
		output->width_out };
}

void
output_write(struct output *output, const struct buffer *text)
{
	fwrite(buffer_text(text), 1, text->size, stdout);
	output->answered = output->json && !output->streaming;
}

static bool
is_longer_than_screen(const struct output *output, const struct buffer *text)
{
	struct bytes rest = buffer_bytes(text), line;
	size_t rows = 0;
	if (!output->rows)
		return false;
	while (bytes_take_line(&rest, &line)) {
		size_t columns = wrap_columns(line);
		rows += columns ? (columns + output->width_out - 1) / output->width_out : 1;
	}
	return rows >= output->rows;
}

void
output_result(struct output *output, const struct buffer *text)
{
	if (!is_longer_than_screen(output, text) ||
		!pager_show(buffer_bytes(text), !output->ascii_out))
		output_write(output, text);
}

void
output_page(struct output *output, const struct buffer *text)
{
	AUTO_BUFFER struct buffer page = { 0 };
	wrap_page(buffer_text(text), output->width_out, &page);
	output_result(output, &page);
}

static bool
is_wanted(const struct output *output, enum diag_level level)
{
	if (level == DIAG_NOTE)
		return output->verbose && !output->quiet;
	return level == DIAG_ERROR || !output->quiet;
}

/* With --json: as an object on stdout? */
static bool
is_object(const struct output *output, enum diag_level level)
{
	return output->json && (output->streaming || (level == DIAG_ERROR && !output->answered));
}

static void
write_object(const struct diag *diag)
{
	AUTO_BUFFER struct buffer line = { 0 };
	struct json_writer json = { .out = &line, .one_line = true };
	json_write_open(&json, NULL, '{');
	json_write_text(&json, "type", paint_level_name(diag->level));
	json_diag(&json, diag);
	json_write_close(&json);
	fwrite(buffer_text(&line), 1, line.size, stdout);
}

static void
write_text(struct output *output, const struct diag *diag)
{
	AUTO_BUFFER struct buffer text = { 0 };
	struct paint paint = { &text, output->color_err, output->ascii_err,
		.width = output->width_err };
	paint_diag(&paint, diag);
	/* Where both go to one file, such as a journal, what was said before stands before. */
	fflush(stdout);
	fwrite(buffer_text(&text), 1, text.size, stderr);
}

/* What a sheet may have in every row: the same fault in the same column. */
static bool
is_of_a_row(const struct diag *diag)
{
	return diag->place.line || diag->place.field || diag->user;
}

/* True when as many of this kind were written as one cares to read. kinds counts them. */
static bool
is_repetition(const struct diag *diag, struct table *kinds)
{
	const char *kind = arena_printf(kinds->arena, "%s:%s:%s", paint_level_name(diag->level),
		diag->place.field ? diag->place.field : "", diag->code ? diag->code : "");
	unsigned *count = table_get(kinds, kind);
	if (!count) {
		count = ARENA_NEW(kinds->arena, unsigned);
		table_set(kinds, kind, count);
	}
	return ++*count > ENOUGH_OF_A_KIND;
}

static void
write_left_out(size_t *left_out)
{
	if (*left_out)
		fprintf(stderr, "... and %zu more like these; -v shows them all\n", *left_out);
	*left_out = 0;
}

void
output_diags(struct output *output)
{
	struct table kinds = { .arena = output->diags->arena };
	size_t left_out = 0;
	for (; output->shown < output->diags->count; output->shown++) {
		const struct diag *diag = &output->diags->items[output->shown];
		if (!is_wanted(output, diag->level))
			continue;
		if (is_object(output, diag->level)) {
			write_object(diag);
		} else if (!output->verbose && !output->plain && is_of_a_row(diag) &&
			is_repetition(diag, &kinds)) {
			left_out++;
		} else {
			/* What is no row's own may sum them up. */
			if (!is_of_a_row(diag))
				write_left_out(&left_out);
			write_text(output, diag);
		}
	}
	write_left_out(&left_out);
}

bool
output_ask(struct output *output, const char *question)
{
	char answer[16] = "";
	output_diags(output);
	fflush(stdout);
	fprintf(stderr, "\n%s [y/N] ", question);
	if (!fgets(answer, sizeof(answer), stdin))
		fputc('\n', stderr);
	return strcmp(answer, "y\n") == 0 || strcmp(answer, "Y\n") == 0 ||
		strcmp(answer, "yes\n") == 0;
}

bool
output_finish(struct output *output)
{
	output_diags(output);
	return fflush(stdout) == 0 && !ferror(stdout);
}
