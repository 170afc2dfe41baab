/*
 * pdb_fixture.h - a database as `pure-pw mkdb` writes it.
 */
#ifndef REHOME_TESTS_PDB_FIXTURE_H
#define REHOME_TESTS_PDB_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "core/base/buffer.h"

struct pdb_entry {
	const char *name, *line;
};

static inline uint32_t
pdb_hash(const char *name)
{
	uint32_t hash = 5381;
	for (size_t i = strlen(name); i > 0; i--)
		hash = (hash + (hash << 5)) ^ (unsigned char)name[i - 1];
	return hash;
}

static inline void
pdb_number(struct buffer *out, uint32_t number)
{
	const unsigned char bytes[] = { number >> 24, number >> 16 & 255, number >> 8 & 255,
		number & 255 };
	buffer_add(out, bytes, sizeof(bytes));
}

/* Entries of one list have to come in the order of their hashes. */
static inline void
pdb_write(const struct pdb_entry *entries, size_t count, struct buffer *out)
{
	enum { HEAD = 4 + 257 * 4 };
	uint32_t slots = HEAD, records = HEAD, lists[256] = { 0 };
	for (size_t i = 0; i < count; i++)
		lists[pdb_hash(entries[i].name) & 255]++;
	buffer_add_text(out, "PDB2");
	for (size_t list = 0; list < 256; list++) {
		pdb_number(out, slots);
		slots += lists[list] ? lists[list] * 8 : 4;
	}
	pdb_number(out, slots);
	records = slots;
	for (size_t list = 0; list < 256; list++) {
		uint32_t offset = records;
		for (size_t i = 0; i < count; i++) {
			if ((pdb_hash(entries[i].name) & 255) == list) {
				pdb_number(out, pdb_hash(entries[i].name));
				pdb_number(out, offset);
			}
			offset += 8 + (uint32_t)(strlen(entries[i].name) + strlen(entries[i].line));
		}
		if (!lists[list])
			pdb_number(out, (uint32_t)list + 1);
	}
	for (size_t i = 0; i < count; i++) {
		pdb_number(out, (uint32_t)strlen(entries[i].name));
		buffer_add_text(out, entries[i].name);
		pdb_number(out, (uint32_t)strlen(entries[i].line));
		buffer_add_text(out, entries[i].line);
	}
}

#endif
