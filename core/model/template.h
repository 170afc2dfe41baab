/*
 * template.h - "${first|left(1)}${last}": values built from a record's fields.
 *
 * Syntax: literal text and ${field|filter|filter(argument)...}; "$${" is a literal "${". No
 * expression language. Filters: ascii (text_ascii with the mapping's language), lower, upper, trim,
 * left(n), strip('chars') (removes every occurrence), replace('a','b'), default('text'), and
 * given_name and family_name, which take apart "Jean Luc Picard" and "Picard, Jean Luc" (one word
 * is a family name). Text may also stand in double quotes; its own quote is written twice
 * within. Unknown filters are errors with "did you mean".
 */
#ifndef REHOME_MODEL_TEMPLATE_H
#define REHOME_MODEL_TEMPLATE_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/base/text.h"

struct template;

/* Parsed once, used for every record. place is the template's in the configuration. */
NODISCARD bool template_parse(const char *text, struct place place, struct arena *arena,
	struct template **ret_template, struct diags *diags);

/* Only filters, as in username_filter: "ascii|lower|strip(' .')". Expands the field "". */
NODISCARD bool template_parse_filters(const char *text, struct place place, struct arena *arena,
	struct template **ret_template, struct diags *diags);

/* NULL for a field that does not exist, "" for an empty one. */
typedef const char *template_lookup(void *ctx, const char *field);

/*
 * The text, in the arena. *ret_empty (may be NULL) is true when every field in it came to nothing
 * but blanks after its filters, or there are no fields and no text: the mapping then tries its next
 * candidate.
 */
const char *template_expand(const struct template *template, template_lookup *lookup, void *ctx,
	enum text_language language, struct arena *arena, bool *ret_empty);

/* True for exactly "${field}" with at most trimming filters: the value was given, not made. */
bool template_is_plain(const struct template *template);

/* The fields it names, for checking them against a header; ends with NULL. */
const char *const *template_fields(const struct template *template, struct arena *arena);

#endif
