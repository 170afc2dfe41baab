/*
 * sample.c - an importer as a module, in the shapes that meson.build makes of it: SAMPLE_ABI and
 * SAMPLE_NAME say what it claims to be, the others what is wrong with it.
 */
#include <string.h>

#include "core/model/importer.h"

#ifndef SAMPLE_SUMMARY
#define SAMPLE_SUMMARY "a sample"
#endif

struct sample_config {
	const char *word;
};

static const struct option_spec sample_options[] = {
	{ .name = "word",
		.type = OPTION_TEXT,
#ifdef SAMPLE_UNSOUND
		.offset = sizeof(struct sample_config),
#else
		.offset = offsetof(struct sample_config, word),
#endif
		.initial = "none",
		.help = "a word" },
	{ .name = NULL },
};

static bool
sample_read(const void *config, struct source *source, struct sink *sink)
{
	(void)config, (void)source;
	sink->detected = SAMPLE_NAME;
	return true;
}

#ifdef SAMPLE_HIDDEN
#define rehome_importer another_symbol
extern const struct importer rehome_importer;
#endif
#ifdef SAMPLE_UNRESOLVED
void no_such_function_of_rehome(void);
void (*const sample_calls)(void) = no_such_function_of_rehome;
#endif

const struct importer rehome_importer = {
	.abi = SAMPLE_ABI,
	.name = SAMPLE_NAME,
	.summary = SAMPLE_SUMMARY,
	.options = sample_options,
	.config_size = sizeof(struct sample_config),
	.read = sample_read,
};
