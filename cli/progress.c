/*
 * progress.c - the progress line; see progress.h.
 */
#include "cli/progress.h"

#include <stdio.h>
#include <string.h>

enum { BAR_WIDTH = 20, DRAW_EVERY_MS = 100 };

static double
seconds_between(const struct timespec *from, const struct timespec *to)
{
	return (double)(to->tv_sec - from->tv_sec) + (double)(to->tv_nsec - from->tv_nsec) / 1e9;
}

void
progress_init(struct progress *progress, const struct output *output, const char *title)
{
	*progress = (struct progress){ .output = output, .title = title };
}

static void
add_bar(struct buffer *out, size_t done, size_t total)
{
	size_t filled = total ? done * BAR_WIDTH / total : BAR_WIDTH;
	buffer_add_char(out, '[');
	for (size_t i = 0; i < BAR_WIDTH; i++)
		buffer_add_char(out, i < filled ? '=' : i == filled ? '>' : ' ');
	buffer_add_char(out, ']');
}

static void
add_time_left(struct buffer *out, size_t done, size_t total, double seconds)
{
	if (!done || done >= total || seconds < 0.5)
		return;
	double rate = (double)done / seconds;
	unsigned long left = (unsigned long)((double)(total - done) / rate + 0.5);
	buffer_printf(out, " | %.0f/s | %lu:%02lu left", rate, left / 60, left % 60);
}

void
progress_line(const char *title, const char *phase, size_t done, size_t total, double seconds,
	unsigned width, struct buffer *out)
{
	AUTO_BUFFER struct buffer line = { 0 };
	buffer_printf(&line, "%s ", title);
	add_bar(&line, done, total);
	buffer_printf(&line, " %zu/%zu | %s", done, total, phase);
	add_time_left(&line, done, total, seconds);
	/* All of it is ASCII of ours. The last column stays free: some terminals wrap there. */
	size_t size = width && line.size >= width ? width - 1 : line.size;
	buffer_add(out, buffer_text(&line), size);
}

void
progress_show(struct progress *progress, const char *phase, size_t done, size_t total)
{
	struct timespec now;
	AUTO_BUFFER struct buffer line = { 0 };
	if (!progress->output->progress)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	bool changed = !progress->phase || strcmp(progress->phase, phase) != 0;
	if (changed) {
		progress->phase = phase;
		progress->begun = now;
	} else if (done < total &&
		seconds_between(&progress->drawn, &now) < DRAW_EVERY_MS / 1000.0) {
		return;
	}
	progress->drawn = now;
	progress->visible = true;
	progress_line(progress->title, phase, done, total, seconds_between(&progress->begun, &now),
		progress->output->width_err, &line);
	/* Back to the first column; what is left of a longer line is erased. */
	fprintf(stderr, "\r%s\033[K", buffer_text(&line));
	fflush(stderr);
}

void
progress_finish(struct progress *progress)
{
	if (!progress->visible)
		return;
	fprintf(stderr, "\r\033[K");
	fflush(stderr);
	progress->visible = false;
}
