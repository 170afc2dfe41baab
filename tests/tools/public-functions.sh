#!/bin/sh
# public-functions.sh PROGRAM - every kind of declaration that our headers have, and nothing else, is
# what modules of importers may call.
set -eu
program=$1
. "$(dirname "$0")/../sandbox/tap.sh"

header=$(mktemp)
cat >"$header" <<'END'
/*
 * a.h - int in_a_comment(void);
 */
#ifndef A_H
#define A_H
#include <stdbool.h>
#define A_MACRO(x)                          \
	do {                                \
		in_a_macro(x);              \
	} while (0)
#define A_VALUE (1 + 2)

enum a_kind {
	A_ONE, /* (a) */
	A_COUNT = A_MACRO_LIKE(3),
};
struct ahead;
struct table {
	const char *name;
	bool (*member)(void *ctx, const char *text);
	struct {
		int *items;
		int (*inner)(void);
	} list;
};

static inline bool
inline_one(const struct table *table)
{
	if (table)
		called_in_there(table);
	return false;
}

void plain(void);
struct table *returns_pointer(struct table *table);
NODISCARD bool in_two_lines(
	const char *value, const char *what, struct diags *diags);
bool like_printf(struct diags *diags, const char *format, ...) PRINTF_LIKE(2, 3);
struct place returns_struct(const char *file);
NODISCARD bool takes_function(bool (*each)(void *ctx), void *ctx);
extern const struct table tables[];
extern const struct table one_table;
extern __attribute__((visibility("default"))) const struct importer rehome_importer;
#endif
END
is "what a header declares" "$("$program" "$header" | tr '\n' ' ')" \
	"in_two_lines like_printf one_table plain returns_pointer returns_struct tables takes_function "
is "as the linker wants it" "$("$program" --dynamic-list "$header" | tr -d '\n\t')" \
	"{in_two_lines;like_printf;one_table;plain;returns_pointer;returns_struct;tables;takes_function;};"
refuse "a header that is not there" "$program" "$header.not"
rm "$header"
finish
