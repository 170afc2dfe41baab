/*
 * pdb.c - looking up and listing the records of a Pure-FTPd user database.
 */
#include "importers/pureftpd/pdb.h"

#include <stdlib.h>
#include <string.h>

enum {
	NUMBER = 4,		     /* bytes of one */
	SLOT = 2 * NUMBER,	     /* hash, offset of the record */
	LISTS = 256,		     /* of slots, by the low byte of the hash */
	MAGIC = 4,		     /* bytes of it */
	HEAD = MAGIC + 257 * NUMBER, /* the shortest file that is opened */
};

static bool
number_at(const struct pdb *pdb, uint64_t offset, uint32_t *ret_number)
{
	if (offset + NUMBER > pdb->content.size)
		return false;
	const unsigned char *at = (const unsigned char *)pdb->content.data + offset;
	*ret_number = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	return true;
}

bool
pdb_open(struct bytes content, struct pdb *ret_pdb)
{
	if (content.size < HEAD || content.size > UINT32_MAX ||
		memcmp(content.data, "PDB2", MAGIC) != 0)
		return false;
	ret_pdb->content = content;
	return true;
}

/* The hash is taken from the name's end to its beginning. */
static uint32_t
hash_of(struct bytes name)
{
	uint32_t hash = 5381;
	for (size_t i = name.size; i > 0; i--)
		hash = (hash * 33) ^ (unsigned char)name.data[i - 1];
	return hash;
}

/* The slots of one list: where they begin and how many; false = none, or no sense in it. */
static bool
slots_of(const struct pdb *pdb, unsigned list, uint32_t *ret_first, uint32_t *ret_count)
{
	uint32_t first = 0, end = 0;
	if (!number_at(pdb, MAGIC + list * NUMBER, &first) ||
		!number_at(pdb, MAGIC + (list + 1) * NUMBER, &end))
		return false;
	if (!first || end <= first || first > pdb->content.size || (end - first) / SLOT == 0)
		return false;
	*ret_first = first;
	*ret_count = (end - first) / SLOT;
	return true;
}

/* The first slot with the hash, by bisection as the daemon does it: slots are sorted. */
static bool
first_slot(const struct pdb *pdb, uint32_t first, uint32_t count, uint32_t hash, uint32_t *ret_slot)
{
	uint32_t low = 0, high = count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2, seen;
		if (!number_at(pdb, first + (uint64_t)middle * SLOT, &seen))
			return false;
		if (seen < hash)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_slot = low;
	return low < count;
}

static bool
has_name(const struct pdb *pdb, uint32_t record, struct bytes name)
{
	uint32_t size;
	return number_at(pdb, record, &size) && size == name.size &&
		(uint64_t)record + NUMBER + size <= pdb->content.size &&
		memcmp(pdb->content.data + record + NUMBER, name.data, size) == 0;
}

static enum pdb_answer
read_line(const struct pdb *pdb, uint64_t offset, struct bytes *ret_line)
{
	uint32_t size;
	if (!number_at(pdb, offset, &size) || offset + NUMBER + size > pdb->content.size)
		return PDB_DAMAGED;
	*ret_line = (struct bytes){ pdb->content.data + offset + NUMBER, size };
	return PDB_FOUND;
}

enum pdb_answer
pdb_find(const struct pdb *pdb, struct bytes name, struct bytes *ret_line)
{
	uint32_t hash = hash_of(name), first, count, slot;
	if (!slots_of(pdb, hash % LISTS, &first, &count) ||
		!first_slot(pdb, first, count, hash, &slot))
		return PDB_UNKNOWN;
	for (; slot < count; slot++) {
		uint64_t at = first + (uint64_t)slot * SLOT;
		uint32_t seen, record;
		if (!number_at(pdb, at, &seen) || seen != hash)
			return PDB_UNKNOWN;
		if (!number_at(pdb, at + NUMBER, &record) || record > pdb->content.size)
			return PDB_UNKNOWN;
		if (has_name(pdb, record, name))
			return read_line(pdb, (uint64_t)record + NUMBER + name.size, ret_line);
	}
	return PDB_UNKNOWN;
}

static bool
list_slot(const struct pdb *pdb, uint64_t at, struct arena *arena, struct pdb_names *names,
	size_t *too_long)
{
	uint32_t record, size;
	if (!number_at(pdb, at + NUMBER, &record) || !number_at(pdb, record, &size) ||
		(uint64_t)record + NUMBER + size > pdb->content.size)
		return false;
	if (size > PDB_NAME_MAX) {
		++*too_long;
		return true;
	}
	struct pdb_name name = { { pdb->content.data + record + NUMBER, size }, record };
	ARRAY_PUSH(arena, names, name);
	return true;
}

static int
compare_offsets(const void *a, const void *b)
{
	const struct pdb_name *left = a, *right = b;
	return (left->offset > right->offset) - (left->offset < right->offset);
}

bool
pdb_list(const struct pdb *pdb, struct arena *arena, struct pdb_names *ret_names,
	size_t *ret_too_long)
{
	bool whole = true;
	/* Lists that share slots would make a small file a long one. */
	uint64_t left = pdb->content.size / SLOT;
	*ret_names = (struct pdb_names){ 0 };
	*ret_too_long = 0;
	for (unsigned list = 0; list < LISTS; list++) {
		uint32_t first, count;
		if (!slots_of(pdb, list, &first, &count))
			continue;
		if (count > left)
			return false;
		left -= count;
		for (uint32_t slot = 0; slot < count; slot++)
			whole &= list_slot(
				pdb, first + (uint64_t)slot * SLOT, arena, ret_names, ret_too_long);
	}
	if (ret_names->count)
		qsort(ret_names->items, ret_names->count, sizeof(*ret_names->items),
			compare_offsets);
	return whole;
}
