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
#include "cli/paint.h"
#include "core/base/table.h"
#include "core/base/text.h"

enum { DEFAULT_WIDTH = 80, MAX_WIDTH = 1000, ENOUGH_OF_A_KIND = 20 };

/* NO_COLOR: https://no-color.org, any value but the empty one. */
static bool
wants_color(const char *choice, int fd)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	if (strcmp(choice, "auto") != 0)
		return strcmp(choice, "always") == 0;
	return isatty(fd) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

static unsigned
terminal_width(void)
{
	struct winsize size;
	unsigned long long columns;
	const char *asked = getenv("COLUMNS");
	if (asked && text_number(asked, MAX_WIDTH, &columns) && columns)
		return (unsigned)columns;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return DEFAULT_WIDTH;
}

void
output_init(struct output *output, const struct globals *globals, const struct diags *diags)
{
	*output = (struct output){
		.json = globals->json,
		.quiet = globals->quiet,
		.verbose = globals->verbose,
		.color_out = !globals->json && wants_color(globals->color, STDOUT_FILENO),
		.color_err = wants_color(globals->color, STDERR_FILENO),
		.terminal_err = isatty(STDERR_FILENO),
		.width = terminal_width(),
		.diags = diags,
	};
	output->progress = strcmp(globals->progress, "always") == 0 ||
		(strcmp(globals->progress, "auto") == 0 && output->terminal_err && !output->quiet &&
			!output->json);
}

void
output_write(struct output *output, const struct buffer *text)
{
	fwrite(buffer_text(text), 1, text->size, stdout);
	output->answered = output->json && !output->streaming;
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
	struct paint paint = { &text, output->color_err };
	paint_diag(&paint, diag);
	/* Where both go to one file, such as a journal, what was said before stands before. */
	fflush(stdout);
	fwrite(buffer_text(&text), 1, text.size, stderr);
}

/* What a sheet may have in every row: the same fault in the same column. */
static bool
is_of_a_row(const struct diag *diag)
{
	return diag->place.line || diag->place.field;
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
		} else if (!output->verbose && is_of_a_row(diag) && is_repetition(diag, &kinds)) {
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
