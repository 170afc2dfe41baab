/*
 * progress.c - the progress line; see progress.h.
 */
#include "cli/progress.h"

#include <stdio.h>
#include <string.h>

enum { BAR_WIDTH = 20, DRAW_EVERY_MS = 100, TELL_EVERY_S = 30, SMOOTH_OVER_S = 15 };

static double
seconds_between(const struct timespec *from, const struct timespec *to)
{
	return (double)(to->tv_sec - from->tv_sec) + (double)(to->tv_nsec - from->tv_nsec) / 1e9;
}

static void
tell(void *ctx, const char *phase, size_t done, size_t total)
{
	progress_show(ctx, phase, done, total);
}

void
progress_init(struct progress *progress, const struct output *output, const char *title)
{
	*progress = (struct progress){
		.output = output,
		.title = title,
		.watcher = { .ctx = progress, .tell = tell },
	};
}

/* ---- how fast ---- */

void
progress_rate_add(struct progress_rate *rate, size_t done, double seconds)
{
	double passed = seconds - rate->at;
	if (passed < 0.5 || done < rate->done)
		return;
	double now = (double)(done - rate->done) / passed;
	/* At the beginning there is nothing but the average. */
	double weight = seconds < SMOOTH_OVER_S ? passed / seconds : passed / SMOOTH_OVER_S;
	if (weight > 1)
		weight = 1;
	rate->per_second += (now - rate->per_second) * weight;
	rate->at = seconds;
	rate->done = done;
}

static void
add_time_left(struct buffer *out, double seconds)
{
	if (seconds > 360000)
		return; /* no more than a guess */
	unsigned long left = (unsigned long)(seconds + 0.5), minutes = left / 60;
	if (minutes < 60)
		buffer_printf(out, " | %lu:%02lu left", minutes, left % 60);
	else
		buffer_printf(
			out, " | %lu:%02lu:%02lu left", minutes / 60, minutes % 60, left % 60);
}

/* ---- the line ---- */

static void
add_bar(struct buffer *out, size_t done, size_t total)
{
	size_t filled =
		done < total ? (size_t)((double)done / (double)total * BAR_WIDTH) : BAR_WIDTH;
	buffer_add_char(out, '[');
	for (size_t i = 0; i < BAR_WIDTH; i++)
		buffer_add_char(out, i < filled ? '=' : i == filled ? '>' : ' ');
	buffer_add_text(out, "] ");
}

struct parts {
	bool bar, rate;
};

static void
add_line(struct buffer *out, const char *title, const char *phase, size_t done, size_t total,
	double per_second, struct parts parts)
{
	buffer_printf(out, "%s ", title);
	if (parts.bar && total)
		add_bar(out, done, total);
	buffer_printf(out, "%zu", done);
	if (total)
		buffer_printf(out, "/%zu", total);
	buffer_printf(out, " | %s", phase);
	if (per_second <= 0 || (total && done >= total))
		return;
	if (parts.rate)
		buffer_printf(out, per_second < 10 ? " | %.1f/s" : " | %.0f/s", per_second);
	if (total)
		add_time_left(out, (double)(total - done) / per_second);
}

void
progress_line(const char *title, const char *phase, size_t done, size_t total, double per_second,
	unsigned width, struct buffer *out)
{
	static const struct parts less[] = { { true, true }, { false, true }, { false, false } };
	AUTO_BUFFER struct buffer line = { 0 };
	for (size_t i = width ? 0 : 1; i < ARRAY_LEN(less); i++) {
		buffer_clear(&line);
		add_line(&line, title, phase, done, total, per_second, less[i]);
		if (!width || line.size < width)
			break;
	}
	/* All of it is ASCII of ours. The last column stays free: some terminals wrap there. */
	size_t size = width && line.size >= width ? width - 1 : line.size;
	buffer_add(out, line.data, size);
}

/* ---- showing it ---- */

static void
draw(struct progress *progress, const char *line)
{
	/* Back to the first column; what is left of a longer line is erased. */
	if (progress->output->progress_drawn)
		fprintf(stderr, "\r%s\033[K", line);
	else
		fprintf(stderr, "%s\n", line);
	fflush(stderr);
	progress->visible = progress->output->progress_drawn;
}

/* Makes the phase the first one; the one that has been away for longest is forgotten. True when it
 * begins. */
static bool
turn_to(struct progress *progress, const char *name)
{
	struct progress_phase *phases = progress->phases, phase = { .name = name };
	size_t at = 0;
	while (at < PROGRESS_PHASES && phases[at].name && strcmp(phases[at].name, name) != 0)
		at++;
	bool known = at < PROGRESS_PHASES && phases[at].name;
	if (known)
		phase = phases[at];
	if (at == PROGRESS_PHASES)
		at--;
	memmove(phases + 1, phases, at * sizeof(*phases));
	phases[0] = phase;
	return !known;
}

static bool
is_due(const struct progress *progress, const struct timespec *now, bool ended)
{
	double passed = seconds_between(&progress->drawn, now);
	if (!progress->output->progress_drawn)
		return passed >= TELL_EVERY_S;
	return ended || passed >= DRAW_EVERY_MS / 1000.0;
}

void
progress_show(struct progress *progress, const char *phase, size_t done, size_t total)
{
	struct timespec now;
	AUTO_BUFFER struct buffer line = { 0 };
	if (!progress->output->progress)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	bool begins = turn_to(progress, phase);
	struct progress_phase *current = &progress->phases[0];
	if (begins)
		*current = (struct progress_phase){ phase, now, { .done = done } };
	else if (!is_due(progress, &now, total && done >= total))
		return;
	progress->drawn = now;
	progress_rate_add(&current->rate, done, seconds_between(&current->begun, &now));
	progress_line(progress->title, phase, done, total, current->rate.per_second,
		progress->output->progress_drawn ? output_width_err() : 0, &line);
	draw(progress, buffer_text(&line));
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
