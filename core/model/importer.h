/*
 * importer.h - the whole contract of a plug-in that reads users from somewhere.
 *
 * An importer is one `const struct importer` with an option table and a read function. It reports
 * what the source says, one record or account at a time, through the sink. What the sink receives
 * is borrowed until the call returns unless it lives in the source's arena.
 *
 * A bad row appends an error (or more) to the sink's diags and reading goes on; only a dead source
 * returns false. The core turns any error into "no plan" unless the user asked to skip bad rows.
 */
#ifndef REHOME_MODEL_IMPORTER_H
#define REHOME_MODEL_IMPORTER_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/diag.h"
#include "core/base/table.h"
#include "core/base/text.h"
#include "core/model/account.h"
#include "core/model/old_login.h"
#include "core/model/option.h"
#include "core/model/record.h"
#include "core/model/source.h"

#define IMPORTER_ABI 1u

/* What a field is made of where the configuration does not say: "${givenName} ${sn}". Several rows
 * of one field are candidates, the first that is not empty. */
struct importer_default {
	enum account_field field;
	const char *text; /* as a value of `map:` (template.h) */
};

struct sink {
	void *ctx;
	/* The columns that the configured `map:` names, for sources that are asked for what they
	 * tell; NULL = none is configured. */
	const struct string_list *columns;
	/* A row of names and values: the core maps it to an account (mapping.h). */
	bool (*record)(void *ctx, const struct record *record);
	/* An account that the importer made itself. */
	bool (*account)(void *ctx, const struct account *account);
	/* A login of an old server, allowed there or not, each once: the core makes accounts of
	 * those that were allowed. Only from importers that say old_server. */
	bool (*old_login)(void *ctx, const struct old_login *login);
	/* The column names in their order, before the first record (tables only); used to choose
	 * the mapping and to write --rejects. */
	bool (*header)(void *ctx, const struct record *header);
	/* A record that could not even be read as one (wrong column count): kept for --rejects. The
	 * error is already in diags. */
	void (*reject)(void *ctx, const struct record *record);
	/* An origin key that is in the source, though what it says of it cannot be read and is in
	 * diags: nobody has left for that reason. An entry that was rejected with its key among the
	 * fields needs no call. After reject() it is the key of that record;
	 * without, the errors since the last record are a refused row of their own. A record that
	 * the mapping refuses needs no call. */
	void (*present)(void *ctx, const char *key);
	/* Set by the importer before the header: instead of the synonyms of mapping.h; ends with a
	 * NULL text. NULL = the synonyms. Their columns are in the header. */
	const struct importer_default *defaults;
	/* Set by the importer before the header, which it then must give, when records are entries
	 * of a directory. They live until the call returns, not longer. The header says what was
	 * asked for, sink->columns among it, not what there is. A column is a set of values: a
	 * rule's table picks those that it names. An entry without keys or groups has none, if
	 * any other has some. */
	bool entries;
	/* Somebody will look at how values came about: computed ones should tell (record.h). */
	bool explain;
	struct diags *diags;
	/* What the importer found out about the source ("windows-1252, ';'"), for the plan's head.
	 */
	const char *detected;
	/* Set by the importer only after a whole, successful listing. */
	bool complete;
	/* Why it is not whole ("size limit exceeded after 100 entries"), without being an error:
	 * what was listed counts, and nobody is missing. */
	const char *incomplete;
};
/* The functions return false when reading should stop. */

/* What a configuration says of a source, looked at by who knows its options. */
struct importer_check {
	void *ctx;
	/* Where an option stands in the configuration; NULL: the source's file, uri or root. */
	struct place (*place)(void *ctx, const char *option);
	struct arena *arena;
	struct diags *diags;
};

/* A value for one of the importer's own options, for `rehome init`. */
struct importer_suggestion {
	const char *option, *value;
	const char *why; /* for a comment */
};

struct importer_suggestions {
	struct importer_suggestion *items;
	size_t count, room;
};

struct importer {
	unsigned abi; /* IMPORTER_ABI; the first member for ever, see below */
	const char *name;
	const char *summary;
	const struct option_spec *options; /* ends with a NULL name; may be NULL */
	size_t config_size;		   /* of the struct that the options fill */
	bool old_server; /* reports old logins (old_login.h), below a root directory */
	/* 0..100: how sure it is that it can read this source. Suggests only. May be NULL. */
	int (*probe)(struct source *source);
	bool (*read)(const void *config, struct source *source, struct sink *sink);
	/* For `rehome config check`: files that options name, their syntax, what excludes each
	 * other. Contacts nobody and reads no people; false with an error. May be NULL. */
	bool (*check)(const void *config, const struct source *source,
		const struct importer_check *check);
	/* For `rehome init`: what the source, asked once, suggests for options that were not given.
	 * In the source's arena. False with an error when it cannot be asked. May be NULL. */
	bool (*suggest)(const void *config, struct source *source,
		struct importer_suggestions *suggestions, struct diags *diags);
};

/*
 * What a module exports, an importer that is no part of the program: the file NAME.so, whose
 * importer has that name, in rehome's directory of importers (`rehome importers`, pkg-config
 * variable importersdir). It calls what the headers here declare, and the program that loads it has
 * it; it is never unloaded.
 *
 * IMPORTER_ABI counts the changes of anything that these headers declare. It is compared before
 * anything else of a module is looked at: symbol and place of `abi` are the same in every version.
 */
#define IMPORTER_SYMBOL "rehome_importer"
extern __attribute__((visibility("default"))) const struct importer rehome_importer;

#endif
