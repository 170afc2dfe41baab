/*
 * yaml_text.h - text as a YAML scalar that every reader takes for that text.
 *
 * Always in double quotes, so that no `no`, `012`, `1e3`, `2027-12-31`, `~` or `: ` means anything
 * else in YAML 1.1 or 1.2; what YAML does not take for printable is escaped.
 */
#ifndef REHOME_EXPORTERS_YAML_TEXT_H
#define REHOME_EXPORTERS_YAML_TEXT_H

#include "core/model/exporter.h"

/* The text is UTF-8. */
void yaml_add_text(struct buffer *out, const char *text);

/* The same for Ansible, which fills in templates ({{ }}, {% %}, {# #}) unless it is told not to. */
void yaml_add_untemplated(struct buffer *out, const char *text);

#endif
