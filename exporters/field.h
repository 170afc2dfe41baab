/*
 * field.h - an account's fields as text: what account_set() would read back.
 */
#ifndef REHOME_EXPORTERS_FIELD_H
#define REHOME_EXPORTERS_FIELD_H

#include "core/model/exporter.h"

/*
 * In the arena or the account; "" for a list that is given as none. Keys are separated by newlines,
 * groups by blanks, folders as folder_list_text().
 */
const char *field_text(
	const struct account *account, enum account_field field, struct arena *arena);

/* True when the job writes this field of some account: it is given, and no secret unless wanted. */
bool field_is_written(
	const struct export_job *job, const struct account *account, enum account_field field);

/*
 * True when all that the job writes of it is UTF-8; else an error names the field. Only what a host
 * or an old server had is ever anything else: a folder's name, a home.
 */
NODISCARD bool field_check_utf8(const struct export_job *job, const struct account *account);

#endif
