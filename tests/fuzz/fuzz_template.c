/*
 * fuzz_template.c - any text as a template of a mapping, filled with any values.
 *
 * The input is the template, then values for its fields in turn. What must hold: whatever the
 * values are, the result is UTF-8; a template asks for no field that it does not name; the same
 * values give the same text; and a plain one passes on what was given.
 */
#include "core/model/template.h"
#include "tests/fuzz/must.h"

enum { VALUES = 4 };

struct filling {
	const char *values[VALUES];
	const char *const *names;
};

static const char *
look_up(void *ctx, const char *field)
{
	const struct filling *filling = ctx;
	for (size_t i = 0; filling->names[i]; i++) {
		if (strcmp(filling->names[i], field) == 0)
			return filling->values[i % VALUES];
	}
	abort(); /* a field that template_fields() does not know */
}

static void
try_expanding(const struct template *template, const struct bytes *rest, struct arena *arena)
{
	struct filling filling = { .names = template_fields(template, arena) };
	struct bytes input = *rest;
	for (size_t i = 0; i < VALUES; i++)
		filling.values[i] = i && !input.size ? NULL : next_part(&input, arena);

	for (enum text_language language = TEXT_LANGUAGE_DEFAULT; language <= TEXT_LANGUAGE_SV_FI;
		language++) {
		bool empty, empty_again;
		const char *text =
			template_expand(template, look_up, &filling, language, arena, &empty);
		MUST(strcmp(text,
			     template_expand(template, look_up, &filling, language, arena,
				     &empty_again)) == 0);
		MUST(empty == empty_again);
		bool all_valid = true;
		for (size_t i = 0; i < VALUES; i++)
			all_valid &= !filling.values[i] ||
				text_is_utf8(filling.values[i], strlen(filling.values[i]));
		if (all_valid)
			MUST(text_is_utf8(text, strlen(text)));
		if (template_is_plain(template) && filling.values[0] && all_valid)
			MUST(strcmp(text_trimmed(arena, text),
				     text_trimmed(arena, filling.values[0])) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena }, filter_diags = { .arena = &arena };
	struct bytes input = { (const char *)data, size };
	const char *text = next_part(&input, &arena);
	/* The configuration is UTF-8. */
	if (!text_is_utf8(text, strlen(text)))
		return 0;
	struct template *template;
	bool good = template_parse(text, NOWHERE, &arena, &template, &diags);
	must_be_told(good, &diags);
	if (good)
		try_expanding(template, &input, &arena);
	good = template_parse_filters(text, NOWHERE, &arena, &template, &filter_diags);
	must_be_told(good, &filter_diags);
	if (good)
		try_expanding(template, &input, &arena);
	return 0;
}
