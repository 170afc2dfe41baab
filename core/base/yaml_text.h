/*
 * yaml_text.h - text as a YAML scalar that every reader takes for that text.
 *
 * Always in double quotes and on one line, so that no `no`, `012`, `1e3`, `2027-12-31`, `~` or `: `
 * means anything else in YAML 1.1 or 1.2. What YAML does not take for printable, what breaks lines
 * and what cannot be seen is escaped, so the result is safe on a terminal, too.
 */
#ifndef REHOME_BASE_YAML_TEXT_H
#define REHOME_BASE_YAML_TEXT_H

#include "core/base/buffer.h"

/* A byte that is no UTF-8 becomes U+FFFD. */
void yaml_add_text(struct buffer *out, const char *text);

/* The same in ASCII, where nothing else may stand. */
void yaml_add_ascii(struct buffer *out, const char *text);

#endif
