/*
 * codec_decode.c - a plan, or its secrets, out of JSON that nobody vouches for.
 */
#include <jansson.h>
#include <limits.h>
#include <string.h>

#include "core/base/text.h"
#include "core/plan/codec_table.h"
#include "core/plan/json_scope.h"

enum { VERSION_SIZE = 32 };

/* ---- what kind of file it is ---- */

/* jansson quotes the text near the fault, which may be a hash: that part is cut. */
static bool
refuse_syntax(const struct codec_source *source, const json_error_t *error)
{
	unsigned line = error->line > 0 ? (unsigned)error->line : 0;
	unsigned column = error->line > 0 && error->column > 0 ? (unsigned)error->column : 0;
	const char *message = json_error_code(error) == json_error_null_character
		? "a text holds U+0000"
		: error->text;
	const char *near = strstr(message, " near ");
	int size = near ? (int)(near - message) : (int)strlen(message);
	diag_error(source->diags, at_column(source->shown, line, column, NULL),
		"not valid JSON: %.*s", size, message);
	diag_code(source->diags, "bad-plan");
	diag_hint(source->diags, "Make a plan with: rehome plan SOURCE -o FILE");
	return false;
}

static bool
parse_version(const char *text, unsigned long long *ret_major, unsigned long long *ret_minor)
{
	char major[VERSION_SIZE];
	const char *dot = strchr(text, '.');
	if (!dot || (size_t)(dot - text) >= sizeof(major))
		return false;
	memcpy(major, text, (size_t)(dot - text));
	major[dot - text] = '\0';
	return text_number(major, UINT_MAX, ret_major) && text_number(dot + 1, UINT_MAX, ret_minor);
}

static bool
check_format(const struct codec_source *source, const json_t *json, const char *format,
	bool *ret_lenient)
{
	const char *found = json_string_value(json_object_get(json, "format"));
	const char *version = json_string_value(json_object_get(json, "format_version"));
	unsigned long long major, minor, our_major, our_minor;

	if (!found || strcmp(found, format) != 0) {
		codec_refuse(
			source, "format", "expected \"%s\": this is another kind of file", format);
		diag_hint(source->diags, "Make a plan with: rehome plan SOURCE -o FILE");
		return false;
	}
	if (!version || !parse_version(version, &major, &minor) ||
		!parse_version(PLAN_FORMAT_VERSION, &our_major, &our_minor))
		return codec_refuse(source, "format_version", "expected a version such as \"%s\"",
			PLAN_FORMAT_VERSION);
	if (major != our_major) {
		codec_refuse(source, "format_version", "%llu.%llu cannot be read, only %llu.x",
			major, minor, our_major);
		diag_hint(source->diags,
			"Use the version of rehome that wrote the file, or make a new plan.");
		return false;
	}
	*ret_lenient = minor > our_minor;
	return true;
}

static bool
decode(const struct codec_source *source, struct bytes text, const char *format,
	const struct codec_struct *shape, void *document)
{
	json_error_t error;
	bool lenient = false;
	AUTO_JSON json_t *json =
		json_loadb(text.size ? text.data : "", text.size, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		return refuse_syntax(source, &error);
	return check_format(source, json, format, &lenient) &&
		codec_read(source, lenient, json, shape, document);
}

/* ---- plans ---- */

bool
plan_decode(struct bytes json, const char *shown, struct arena *arena, struct plan **ret_plan,
	struct diags *diags)
{
	struct codec_source source = { .shown = shown, .arena = arena, .diags = diags };
	struct codec_document document = { .kind = CODEC_PLAN };
	if (!decode(&source, json, CODEC_FORMAT, &codec_document, &document) ||
		!codec_check(&source, &document))
		return false;
	document.plan.arena = arena;
	*ret_plan = arena_copy(arena, &document.plan, sizeof(document.plan));
	return true;
}

/* ---- secrets ---- */

/*
 * jansson frees what it parsed without wiping it, so it gets memory that wipes itself. The size
 * stands in front of it, in as much room as any type needs to be aligned.
 */
enum {
	SIZE_ROOM = _Alignof(max_align_t) > sizeof(size_t) ? _Alignof(max_align_t) : sizeof(size_t)
};

static void *
wiped_alloc(size_t size)
{
	char *memory = size < SIZE_MAX - SIZE_ROOM ? malloc(SIZE_ROOM + size) : NULL;
	if (!memory)
		return NULL;
	memcpy(memory, &size, sizeof(size));
	return memory + SIZE_ROOM;
}

static void
wiped_free(void *pointer)
{
	size_t size;
	if (!pointer)
		return;
	char *memory = (char *)pointer - SIZE_ROOM;
	memcpy(&size, memory, sizeof(size));
	explicit_bzero(pointer, size);
	free(memory);
}

static bool
index_secrets(const struct codec_source *source, struct plan_secrets *secrets)
{
	secrets->by_login.arena = source->arena;
	for (size_t i = 0; i < secrets->items.count; i++) {
		struct plan_secret *secret = secrets->items.items[i];
		const char *member = arena_printf(source->arena, "secrets[%zu]", i);
		if (table_get(&secrets->by_login, secret->login))
			return codec_refuse(source, member, "'%s' is there twice", secret->login);
		if ((secret->hash && (!*secret->hash || strpbrk(secret->hash, ":\n"))) ||
			(secret->before && strpbrk(secret->before, ":\n")))
			return codec_refuse(source, member, "a hash is no field of shadow(5)");
		table_set(&secrets->by_login, secret->login, secret);
	}
	return true;
}

bool
plan_secrets_decode(struct bytes json, const char *shown, struct arena *arena,
	struct plan_secrets *ret_secrets, struct diags *diags)
{
	struct codec_source source = { .shown = shown, .arena = arena, .diags = diags };
	struct codec_secrets document = { 0 };
	json_malloc_t usual_alloc;
	json_free_t usual_free;

	json_get_alloc_funcs(&usual_alloc, &usual_free);
	json_set_alloc_funcs(wiped_alloc, wiped_free);
	bool good = decode(&source, json, CODEC_SECRETS_FORMAT, &codec_secrets, &document);
	json_set_alloc_funcs(usual_alloc, usual_free);
	if (!good || !index_secrets(&source, &document.secrets))
		return false;
	*ret_secrets = document.secrets;
	return true;
}
