/*
 * mapping.h - from a record (names and values) to an account.
 *
 * Without configuration a field is found by its name or a synonym of it in five languages
 * (synonym.h): username (login, user, account, Benutzername, ...), full_name (name, displayname,
 * cn, "Vor- und Nachname"), first name (first, givenname, Vorname), last name (last, surname, sn,
 * Nachname), email (mail, e-mail), ssh_keys (ssh_key, pubkey, public_key), expires (expiry,
 * end_date, Ablaufdatum), key (id, employee_id, Personalnummer), and so on. A column that is just
 * "name" is the full name, or what is missing beside a first or a last name. Without a username
 * column the login is made from the names: ${first|left(1)}${last}, else from full_name.
 *
 * A configured `map:` replaces the defaults field by field.
 */
#ifndef REHOME_MODEL_MAPPING_H
#define REHOME_MODEL_MAPPING_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/base/table.h"
#include "core/base/text.h"
#include "core/model/account.h"
#include "core/model/record.h"
#include "core/model/template.h"

/* One row of `table:`; "*" matches what no other row does. */
struct mapping_row {
	const char *from;
	const char *to;
};

/* How one account field is made. Either candidates, or from with at most one of the others. */
struct mapping_rule {
	struct {
		struct template **items;
		size_t count, room;
	} candidates; /* the first that is not empty */
	const char *from;
	struct {
		struct mapping_row *items;
		size_t count, room;
	} table;
	const char *split;	 /* separators, for lists */
	const char *date;	 /* strptime(3) format */
	struct template *filter; /* applied to every resulting value; NULL = none */
	bool first; /* values that lead to different results: the table's order decides, instead of
		       an error */
	bool by_default; /* nobody wrote it: of several values it takes the first, and a username by
			    it is given, not made */
	struct place place; /* in the configuration */
};

/* A column that a rule reads. */
struct mapping_column {
	const char *name;  /* as the header spells it */
	bool asked, found; /* in at least one record */
};

struct mapping {
	struct mapping_rule *rules[ACCOUNT_FIELDS]; /* NULL = by default synonyms */
	/* For every username. NULL: given ones stay as they are, generated ones become ASCII, lower
	 * case, only [a-z0-9_-], with a letter or '_' in front, at most 31 characters. */
	struct template *username_filter;
	enum text_language language;
	/* Set by mapping_bind(): how a rule spells a column -> struct mapping_column; and whether
	 * the first candidate for the username needs a last name (else the next one is taken). */
	struct table columns;
	bool username_by_last_name;
	/* A column is a set (sink.entries): values that no row of a table names are not meant, and
	 * "*" is for records that have none of the others. Otherwise each value must be named. */
	bool sets;
	bool explain; /* accounts get reasons */
};

struct importer_default;

/*
 * A mapping complete for a source with these column names: configured rules checked against the
 * header (an unknown column is an error with "did you mean" at the rule's place), the others filled
 * from the importer's defaults or, where it has none (NULL), from the synonyms. configured may be
 * NULL. Two columns that are synonyms of one field are an error naming both. Columns that nothing
 * uses are one note, unless there are defaults. Rules spell columns exactly, or with other case,
 * blanks and punctuation.
 */
NODISCARD bool mapping_bind(const struct mapping *configured,
	const struct importer_default *defaults, const struct record *header, struct arena *arena,
	struct mapping **ret_mapping, struct diags *diags);

/* All columns that the configured rules name, each once, as they spell them. */
const struct string_list *mapping_columns(const struct mapping *configured, struct arena *arena);

/*
 * After all records: what the configured rules asked for and no record had, with a warning each.
 * For sources whose header says what was asked for.
 */
void mapping_warn_missing(const struct mapping *configured, const struct mapping *bound,
	struct arena *arena, struct diags *diags);

/*
 * For sources without fixed columns (JSON, a directory): adds to the header what the configured
 * rules name and no record has, with a warning each.
 */
void mapping_add_columns(const struct mapping *configured, struct record *header,
	struct arena *arena, struct diags *diags);

/* That some record had something in a column that the field's rule reads. */
bool mapping_found(const struct mapping *bound, enum account_field field, struct arena *arena);

/*
 * One account from a bound mapping. All bad cells are reported, not only the first. Errors name the
 * record's cell. The account keeps pointing into the record's strings and the mapping's. Several
 * values of a column: a template and a default take the first, lists take all; a `from:` of a field
 * that has one value must get one result, see mapping_rule.first. False when at least one field was
 * bad.
 */
NODISCARD bool mapping_apply(const struct mapping *mapping, const struct record *record,
	struct arena *arena, struct account *ret_account, struct diags *diags);

/* Only the key of a record that is refused for other reasons; NULL when it gives none. */
const char *mapping_key(
	const struct mapping *mapping, const struct record *record, struct arena *arena);
/* Whether such a record says that the account is to be closed: disabled, or left. */
bool mapping_is_closed(
	const struct mapping *mapping, const struct record *record, struct arena *arena);

#endif
