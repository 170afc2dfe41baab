/*
 * json.c - diagnostics as JSON; see json.h.
 */
#include "cli/json.h"

#include "cli/paint.h"

static void
add_if(struct json_writer *json, const char *name, const char *text)
{
	if (text)
		json_write_text(json, name, text);
}

void
json_diag(struct json_writer *json, const struct diag *diag)
{
	add_if(json, "code", diag->code);
	add_if(json, "user", diag->user);
	add_if(json, "file", diag->place.file);
	if (diag->place.line)
		json_write_number(json, "line", diag->place.line);
	if (diag->place.column)
		json_write_number(json, "column", diag->place.column);
	add_if(json, "field", diag->place.field);
	json_write_text(json, "message", diag->message);
	add_if(json, "hint", diag->hint);
}

void
json_findings(struct json_writer *json, const struct diags *diags)
{
	json_write_open(json, "findings", '[');
	ARRAY_FOREACH (diag, diags) {
		json_write_open(json, NULL, '{');
		json_write_text(json, "level", paint_level_name(diag->level));
		json_diag(json, diag);
		json_write_close(json);
	}
	json_write_close(json);
}
