/*
 * output.h - what reaches the terminal, and in which shape.
 *
 * Results go to stdout, diagnostics and progress to stderr. With --json stdout is JSON only: one
 * document for a command that answers a question, or else the errors why there is none, one object
 * a line; and one object a line for a command that works. Everything else in the program builds
 * text in buffers; only here, in progress.c and in main.c is it written.
 */
#ifndef REHOME_CLI_OUTPUT_H
#define REHOME_CLI_OUTPUT_H

#include <stdbool.h>

#include "cli/args.h"
#include "cli/paint.h"
#include "core/base/buffer.h"
#include "core/base/diag.h"

struct output {
	bool json, quiet, verbose;
	bool color_out, color_err;     /* whether stdout and stderr get colours */
	bool terminal_err;	       /* stderr is a terminal */
	bool progress, progress_drawn; /* at all; on one line of a terminal */
	bool plain;		   /* --plain: records, nothing wrapped, summed up or left out */
	bool ascii_out, ascii_err; /* terminals without UTF-8 */
	unsigned width_out, width_err; /* columns of the terminals; 0 = it is none */
	unsigned rows;	/* of the screen, above which a result goes to the pager; 0 = never */
	bool streaming; /* with json: one object a line, warnings among them */
	bool answered;	/* with json and not streaming: the document was written, and stdout is full
			 */
	const struct diags *diags;
	size_t shown; /* how many of the diagnostics were written */
};

void output_init(struct output *output, const struct globals *globals, const struct diags *diags);

/* Columns of the terminal on stderr at this moment. */
unsigned output_width_err(void);

/* For text that people read on stdout; into a buffer. */
struct paint output_paint(const struct output *output, struct buffer *text);

/* To stdout, as it is. */
void output_write(struct output *output, const struct buffer *text);

/* What answers a question: on a terminal with a pager when it is longer than the screen. */
void output_result(struct output *output, const struct buffer *text);

/* The same of a page of help (wrap.h). */
void output_page(struct output *output, const struct buffer *text);

/*
 * The diagnostics that were not written yet. Text on stderr; with --json errors (and, when
 * streaming, warnings and notes) as objects on stdout. -q drops warnings, notes need -v. Of what a
 * sheet repeats row by row the text is some, and how many more there are; with -v it is all.
 */
void output_diags(struct output *output);

/*
 * Shows what was not written yet, then asks. False when the answer is not yes. Standard input and
 * standard error must be terminals.
 */
bool output_ask(struct output *output, const char *question);

/* Flushes; false when something could not be written. */
bool output_finish(struct output *output);

#endif
