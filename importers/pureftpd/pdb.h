/*
 * pdb.h - Pure-FTPd's user database, the file that `pure-pw mkdb` makes and the daemon asks.
 *
 * "PDB2", 257 offsets, then for each of 256 lists of slots a hash and an offset, then records: the
 * length of the name, the name, the length of the line, the line. Numbers are 32 bits, big endian.
 * The daemon maps the file and trusts every offset; here each is checked, and what points outside
 * is a record that ended its session.
 */
#ifndef REHOME_IMPORTERS_PUREFTPD_PDB_H
#define REHOME_IMPORTERS_PUREFTPD_PDB_H

#include "core/model/importer.h"

/* The server compares what was typed up to here; longer names are never equal. */
enum { PDB_NAME_MAX = 128 };

struct pdb {
	struct bytes content;
};

enum pdb_answer {
	PDB_FOUND,
	PDB_UNKNOWN, /* not there, or not where the daemon looks */
	PDB_DAMAGED, /* the record's line is not within the file */
};

/* False when the daemon could not open it: too short, or not in this format. */
bool pdb_open(struct bytes content, struct pdb *ret_pdb);

/* The line behind a name, as the daemon finds it; ret_line is set for PDB_FOUND. */
enum pdb_answer pdb_find(const struct pdb *pdb, struct bytes name, struct bytes *ret_line);

/*
 * Every name that has a slot, in the order of the records, repeated ones included. False when
 * offsets point outside of the file or into each other, so that names may be missing. Names longer
 * than PDB_NAME_MAX are counted in *ret_too_long only.
 */
struct pdb_name {
	struct bytes name;
	uint32_t offset; /* of the record, which orders them */
};
struct pdb_names {
	struct pdb_name *items;
	size_t count, room;
};
bool pdb_list(const struct pdb *pdb, struct arena *arena, struct pdb_names *ret_names,
	size_t *ret_too_long);

#endif
