/*
 * intake.h - a source, read end to end: importer, mapping, accounts, and the rows that were
 * refused.
 */
#ifndef REHOME_MODEL_INTAKE_H
#define REHOME_MODEL_INTAKE_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/diag.h"
#include "core/model/account.h"
#include "core/model/config.h"
#include "core/model/importer_set.h"
#include "core/model/old_login.h"

/* A row that gave no account, with the text of its errors. */
struct rejected_row {
	const struct record *record; /* without fields when the importer made the account */
	const char *errors;	     /* joined by "; " */
};

struct intake {
	const char *name; /* the source's */
	const char *importer;
	const char *location;
	const char *detected;
	char sha256[65];
	/* A whole listing, and every refused row's key is in `present`: only then can somebody be
	 * missing. */
	bool complete;
	const char *incomplete; /* why not, or NULL where nothing more is known */
	struct table present;	/* origin keys and logins of refused rows: these people exist */
	struct table closed;	/* origin keys of refused rows that say disabled, or left */
	bool has_nameless;	/* of one that was mapped the login is not known */
	size_t rows;
	struct record *header;	       /* NULL when the source has none */
	const struct mapping *mapping; /* what made accounts of its rows, or NULL */
	struct {
		struct account **items;
		size_t count, room;
	} accounts;
	struct {
		struct rejected_row *items;
		size_t count, room;
	} rejected;
	bool nss; /* account: nss */
	bool is_old_server;
	struct {
		struct old_login **items;
		size_t count, room;
	} old_logins; /* all of them, by name in byte order; those that it let in, and those of
			 which that is not known, are accounts too (old_account.h) */
	bool world_readable_secrets; /* the file holds passwords and others may read it; warned
					about */
};

/*
 * What a SOURCE argument means: a name from the configuration, or IMPORTER:PLACE with `settings`
 * ("key=value" from --set), which replace the configuration's of the same name. The result is a
 * copy that the caller may change (--skip-blocked sets on_bad_row). Appends an error with "did you
 * mean" for unknown names.
 */
NODISCARD bool intake_resolve(const char *argument, const struct config *config,
	struct importer_set *known, const struct string_list *settings, struct arena *arena,
	struct source_config **ret_source, struct diags *diags);

/*
 * One setting of a source into the importer's options, or into those that all old servers have
 * (old_account.h).
 */
struct old_account_config;
NODISCARD bool intake_set_option(const struct importer *importer,
	const struct source_setting *setting, void *options, struct old_account_config *old,
	struct arena *arena, struct diags *diags);

/*
 * Reads it. False when the source is dead, or when rows were refused and the source's on_bad_row is
 * block; the intake is filled as far as it got either way, for --rejects. With on_bad_row skip what
 * is wrong with a row is a warning, so that errors are always a reason to stop.
 *
 * Also refuses rows with the same given username or the same key (all of them; each error names
 * both places). Generated usernames may be equal: the planner tells them apart by the key, which is
 * always set afterwards: the source's, else the login, else for a generated login "name:" and the
 * folded full name, so that a suffix stays with its person when the rows are reordered.
 */
NODISCARD bool intake_read(const struct source_config *source, struct importer_set *known,
	struct arena *arena, struct intake *ret_intake, struct diags *diags);

/*
 * The refused rows as CSV: same columns in the same order plus `error`; cells that a spreadsheet
 * would take for a formula (= + - @ tab CR) get a leading apostrophe. UTF-8 with BOM, CRLF.
 */
void intake_write_rejects(const struct intake *intake, struct buffer *out);

#endif
