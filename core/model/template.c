/*
 * template.c - parsed once into parts; a part is literal text or one field with its filters.
 *
 * Grammar: ${name|filter|filter(argument, ...)}, arguments being numbers or text in quotes of
 * either kind (twice for one within). A filter is a row of the table below and nothing else.
 */
#include "core/model/template.h"

#include <string.h>

#include "core/base/buffer.h"

enum { MAX_ARGUMENTS = 2 };

struct filter {
	const struct filter_kind *kind;
	const char *texts[MAX_ARGUMENTS];
	size_t number;
};

struct filter_kind {
	const char *name;
	const char *usage;
	unsigned arguments;
	bool numeric; /* the argument is a count */
	const char *(*apply)(const struct filter *filter, const char *value,
		enum text_language language, struct arena *arena);
};

struct part {
	const char *literal; /* NULL: a field */
	const char *field;
	struct {
		struct filter *items;
		size_t count, room;
	} filters;
};

struct template
{
	struct {
		struct part *items;
		size_t count, room;
	} parts;
};

struct parser {
	const char *text; /* the whole, for messages */
	const char *next;
	struct place place;
	struct arena *arena;
	struct diags *diags;
};

/* ---- filters ---- */

static const char *
filter_ascii(const struct filter *filter, const char *value, enum text_language language,
	struct arena *arena)
{
	(void)filter;
	return text_ascii(arena, value, language, NULL);
}

static const char *
filter_lower(const struct filter *filter, const char *value, enum text_language language,
	struct arena *arena)
{
	(void)filter, (void)language;
	return text_lower(arena, value);
}

static const char *
filter_upper(const struct filter *filter, const char *value, enum text_language language,
	struct arena *arena)
{
	(void)filter, (void)language;
	return text_upper(arena, value);
}

static const char *
filter_trim(const struct filter *filter, const char *value, enum text_language language,
	struct arena *arena)
{
	(void)filter, (void)language;
	return text_trimmed(arena, value);
}

static const char *
filter_left(const struct filter *filter, const char *value, enum text_language language,
	struct arena *arena)
{
	(void)language;
	return text_left(arena, value, filter->number);
}

/* Bytes of the character at c; what is not UTF-8 counts as single bytes. */
static size_t
character_size(const char *c)
{
	unsigned char lead = (unsigned char)*c;
	size_t expected = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	size_t size = 1;
	while (size < expected && ((unsigned char)c[size] & 0xc0) == 0x80)
		size++;
	return size;
}

static bool
has_character(const char *set, const char *c, size_t size)
{
	for (; *set; set += character_size(set)) {
		if (character_size(set) == size && memcmp(set, c, size) == 0)
			return true;
	}
	return false;
}

static const char *
filter_strip(const struct filter *filter, const char *value, enum text_language language,
	struct arena *arena)
{
	(void)language;
	char *kept = arena_alloc(arena, strlen(value) + 1);
	size_t length = 0;
	for (size_t size; *value; value += size) {
		size = character_size(value);
		if (has_character(filter->texts[0], value, size))
			continue;
		memcpy(kept + length, value, size);
		length += size;
	}
	return kept;
}

static const char *
filter_replace(const struct filter *filter, const char *value, enum text_language language,
	struct arena *arena)
{
	(void)language;
	const char *from = filter->texts[0];
	AUTO_BUFFER struct buffer out = { 0 };
	for (const char *hit; (hit = strstr(value, from)); value = hit + strlen(from)) {
		buffer_add(&out, value, (size_t)(hit - value));
		buffer_add_text(&out, filter->texts[1]);
	}
	buffer_add_text(&out, value);
	return arena_strdup(arena, buffer_text(&out));
}

static const char *
filter_default(const struct filter *filter, const char *value, enum text_language language,
	struct arena *arena)
{
	(void)language, (void)arena;
	return *value ? value : filter->texts[0];
}

/* Where the family name begins in "Jean Luc Picard": behind the last blank. */
static const char *
last_word(const char *name)
{
	const char *blank = strrchr(name, ' ');
	return blank ? blank + 1 : name;
}

/* "Jean Luc Picard" -> "Jean Luc"; "Picard, Jean Luc" likewise; one word is a family name. */
static const char *
filter_given_name(const struct filter *filter, const char *value, enum text_language language,
	struct arena *arena)
{
	(void)filter, (void)language;
	const char *name = text_trimmed(arena, value);
	const char *comma = strchr(name, ',');
	if (comma)
		return text_trimmed(arena, comma + 1);
	return text_trimmed(arena, arena_strndup(arena, name, (size_t)(last_word(name) - name)));
}

static const char *
filter_family_name(const struct filter *filter, const char *value, enum text_language language,
	struct arena *arena)
{
	(void)filter, (void)language;
	const char *name = text_trimmed(arena, value);
	const char *comma = strchr(name, ',');
	if (comma)
		return text_trimmed(arena, arena_strndup(arena, name, (size_t)(comma - name)));
	return last_word(name);
}

static const struct filter_kind filter_kinds[] = {
	{ "ascii", "ascii", 0, false, filter_ascii },
	{ "lower", "lower", 0, false, filter_lower },
	{ "upper", "upper", 0, false, filter_upper },
	{ "trim", "trim", 0, false, filter_trim },
	{ "left", "left(3)", 1, true, filter_left },
	{ "strip", "strip(' .')", 1, false, filter_strip },
	{ "replace", "replace('a','b')", 2, false, filter_replace },
	{ "default", "default('text')", 1, false, filter_default },
	{ "given_name", "given_name", 0, false, filter_given_name },
	{ "family_name", "family_name", 0, false, filter_family_name },
};

/* ---- parsing ---- */

static bool
unknown_filter(struct parser *parser, const char *name)
{
	const char *names[ARRAY_LEN(filter_kinds) + 1] = { 0 };
	AUTO_BUFFER struct buffer list = { 0 };
	for (size_t i = 0; i < ARRAY_LEN(filter_kinds); i++) {
		names[i] = filter_kinds[i].name;
		buffer_printf(&list, "%s%s", i ? ", " : "", names[i]);
	}
	diag_error(parser->diags, parser->place, "unknown filter '%s' in '%s'", name, parser->text);
	const char *near = text_nearest(name, names);
	if (near)
		diag_hint(parser->diags, "Did you mean '%s'?", near);
	else
		diag_hint(parser->diags, "The filters are %s.", buffer_text(&list));
	return false;
}

static const struct filter_kind *
find_filter(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(filter_kinds); i++) {
		if (strcmp(filter_kinds[i].name, name) == 0)
			return &filter_kinds[i];
	}
	return NULL;
}

static void
skip_blanks(struct parser *parser)
{
	parser->next += strspn(parser->next, " \t");
}

/* Takes one character if it is next. */
static bool
take(struct parser *parser, char c)
{
	skip_blanks(parser);
	if (*parser->next != c)
		return false;
	parser->next++;
	return true;
}

static bool
wrong_arguments(struct parser *parser, const struct filter_kind *kind)
{
	diag_error(parser->diags, parser->place, "wrong arguments for the filter '%s' in '%s'",
		kind->name, parser->text);
	diag_hint(parser->diags, "Write it like %s.", kind->usage);
	return false;
}

/* 'text' with '' for one quote, or "text" likewise. NULL when the quote does not end. */
static const char *
take_quoted(struct parser *parser)
{
	AUTO_BUFFER struct buffer out = { 0 };
	char quote = take(parser, '"') ? '"' : '\'';
	if (quote == '\'' && !take(parser, quote))
		return NULL;
	for (; *parser->next; parser->next++) {
		if (*parser->next == quote && *++parser->next != quote)
			return arena_strdup(parser->arena, buffer_text(&out));
		buffer_add_char(&out, *parser->next);
	}
	return NULL;
}

static bool
take_number(struct parser *parser, size_t *ret_number)
{
	skip_blanks(parser);
	size_t digits = strspn(parser->next, "0123456789");
	unsigned long long number;
	if (!text_number(arena_strndup(parser->arena, parser->next, digits), 9999, &number))
		return false;
	parser->next += digits;
	*ret_number = (size_t)number;
	return true;
}

static bool
take_argument(struct parser *parser, struct filter *filter, unsigned i)
{
	if (filter->kind->numeric)
		return take_number(parser, &filter->number);
	filter->texts[i] = take_quoted(parser);
	/* An empty search text would be found everywhere. */
	return filter->texts[i] && (*filter->texts[i] || i > 0 || filter->kind->arguments == 1);
}

static bool
take_arguments(struct parser *parser, struct filter *filter)
{
	const struct filter_kind *kind = filter->kind;
	if (kind->arguments == 0)
		return take(parser, '(') ? wrong_arguments(parser, kind) : true;
	if (!take(parser, '('))
		return wrong_arguments(parser, kind);
	for (unsigned i = 0; i < kind->arguments; i++) {
		if ((i > 0 && !take(parser, ',')) || !take_argument(parser, filter, i))
			return wrong_arguments(parser, kind);
	}
	return take(parser, ')') ? true : wrong_arguments(parser, kind);
}

static bool
take_filter(struct parser *parser, struct part *part)
{
	skip_blanks(parser);
	size_t length =
		strspn(parser->next, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-");
	const char *name = arena_strndup(parser->arena, parser->next, length);
	if (length == 0) {
		diag_error(parser->diags, parser->place, "expected a filter at '%s' in '%s'",
			parser->next, parser->text);
		diag_hint(parser->diags, "Write a filter behind '|', such as lower.");
		return false;
	}
	struct filter filter = { .kind = find_filter(name) };
	if (!filter.kind)
		return unknown_filter(parser, name);
	parser->next += length;
	if (!take_arguments(parser, &filter))
		return false;
	ARRAY_PUSH(parser->arena, &part->filters, filter);
	return true;
}

/* Behind "${". */
static bool
take_field(struct parser *parser, struct template *template)
{
	size_t length = strcspn(parser->next, "|}");
	struct part part = { 0 };
	part.field =
		text_trimmed(parser->arena, arena_strndup(parser->arena, parser->next, length));
	parser->next += length;
	if (!*part.field) {
		diag_error(
			parser->diags, parser->place, "'${' without a field in '%s'", parser->text);
		diag_hint(parser->diags, "Write ${column}, or $${ for a literal ${.");
		return false;
	}
	while (take(parser, '|')) {
		if (!take_filter(parser, &part))
			return false;
	}
	if (!take(parser, '}')) {
		diag_error(parser->diags, parser->place, "'${%s' is not closed with '}' in '%s'",
			part.field, parser->text);
		diag_hint(parser->diags, "Write ${column|filter}, or $${ for a literal ${.");
		return false;
	}
	ARRAY_PUSH(parser->arena, &template->parts, part);
	return true;
}

static void
add_literal(struct parser *parser, struct template *template, const char *start)
{
	if (parser->next == start)
		return;
	struct part part = { 0 };
	part.literal = arena_strndup(parser->arena, start, (size_t)(parser->next - start));
	ARRAY_PUSH(parser->arena, &template->parts, part);
}

static bool
take_parts(struct parser *parser, struct template *template)
{
	const char *start = parser->next;
	while (*parser->next) {
		if (strncmp(parser->next, "$${", 3) == 0) {
			add_literal(parser, template, start);
			start = parser->next + 1;
			parser->next += 3;
		} else if (strncmp(parser->next, "${", 2) == 0) {
			add_literal(parser, template, start);
			parser->next += 2;
			if (!take_field(parser, template))
				return false;
			start = parser->next;
		} else {
			parser->next++;
		}
	}
	add_literal(parser, template, start);
	return true;
}

bool
template_parse(const char *text, struct place place, struct arena *arena,
	struct template **ret_template, struct diags *diags)
{
	struct parser parser = { text, text, place, arena, diags };
	struct template *template = ARENA_NEW(arena, struct template);
	if (!take_parts(&parser, template))
		return false;
	*ret_template = template;
	return true;
}

bool
template_parse_filters(const char *text, struct place place, struct arena *arena,
	struct template **ret_template, struct diags *diags)
{
	struct parser parser = { text, text, place, arena, diags };
	struct template *template = ARENA_NEW(arena, struct template);
	struct part part = { .field = "" };
	do {
		if (!take_filter(&parser, &part))
			return false;
	} while (take(&parser, '|'));
	skip_blanks(&parser);
	if (*parser.next) {
		diag_error(diags, place, "expected '|' at '%s' in '%s'", parser.next, text);
		diag_hint(diags, "Separate filters with '|'.");
		return false;
	}
	ARRAY_PUSH(arena, &template->parts, part);
	*ret_template = template;
	return true;
}

/* ---- use ---- */

static const char *
expand_field(const struct part *part, template_lookup *lookup, void *ctx,
	enum text_language language, struct arena *arena)
{
	const char *value = lookup(ctx, part->field);
	if (!value)
		value = "";
	ARRAY_FOREACH (filter, &part->filters)
		value = filter->kind->apply(filter, value, language, arena);
	return value;
}

const char *
template_expand(const struct template *template, template_lookup *lookup, void *ctx,
	enum text_language language, struct arena *arena, bool *ret_empty)
{
	AUTO_BUFFER struct buffer out = { 0 };
	bool has_field = false, has_value = false;
	ARRAY_FOREACH (part, &template->parts) {
		if (part->literal) {
			buffer_add_text(&out, part->literal);
			continue;
		}
		const char *value = expand_field(part, lookup, ctx, language, arena);
		has_field = true;
		has_value = has_value || *text_trimmed(arena, value);
		buffer_add_text(&out, value);
	}
	if (ret_empty)
		*ret_empty = has_field ? !has_value : out.size == 0;
	return arena_strdup(arena, buffer_text(&out));
}

bool
template_is_plain(const struct template *template)
{
	if (template->parts.count != 1 || template->parts.items[0].literal)
		return false;
	ARRAY_FOREACH (filter, &template->parts.items[0].filters) {
		if (filter->kind->apply != filter_trim)
			return false;
	}
	return true;
}

const char *const *
template_fields(const struct template *template, struct arena *arena)
{
	struct string_list fields = { 0 };
	ARRAY_FOREACH (part, &template->parts) {
		if (!part->literal && !string_list_has(&fields, part->field))
			string_list_push(arena, &fields, part->field);
	}
	string_list_push(arena, &fields, NULL);
	return fields.items;
}
