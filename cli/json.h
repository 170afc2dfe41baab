/*
 * json.h - diagnostics as JSON; the writer is json_writer.h.
 */
#ifndef REHOME_CLI_JSON_H
#define REHOME_CLI_JSON_H

#include "core/base/diag.h"
#include "core/base/json_writer.h"

/* Members code, user, file, line, column, field, message, hint of an object that is open; absent
 * ones are left out. */
void json_diag(struct json_writer *json, const struct diag *diag);

/* A member `findings`: a list of these, each with its level. */
void json_findings(struct json_writer *json, const struct diags *diags);

#endif
