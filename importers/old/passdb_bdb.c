/*
 * passdb_bdb.c - Berkeley DB files of the hash access method, versions 7 to 10.
 *
 * A file is pages of one size; page 0 says which, and where the buckets are. A bucket is a chain of
 * pages with pairs of items, a key and its value:
 *
 *	page    lsn 8 | number 4 | previous 4 | next 4 | items 2 | free 2 | level 1 | type 1 |
 *	        [checksum 6] | offsets of the items, 2 each ...         ... items, from the end
 *	item    KEYDATA bytes | DUPLICATE (length, bytes, length)... | OFFPAGE page, length |
 *	        OFFDUP page of a tree of values
 *
 * Numbers are in the byte order of the machine that made the file. Nothing is believed: each offset
 * is checked against its page, and a page that is reached twice ends the reading, so that chains
 * end. What is not reachable from a bucket (free pages) is not read. Written from the
 * documentation of the format and from files that db_load made.
 */
#include "importers/old/passdb_reader.h"

#include <string.h>

enum {
	HASH_MAGIC = 0x061561,
	BTREE_MAGIC = 0x053162,
	QUEUE_MAGIC = 0x042253,
	HEAP_MAGIC = 0x074582,

	OLDEST_VERSION = 7,
	NEWEST_VERSION = 10,
	FIRST_WITH_LAST_PAGE = 9,
	SMALLEST_PAGE = 512,
	LARGEST_PAGE = 65536,

	/* Offsets in page 0. */
	META_MAGIC = 12,
	META_VERSION = 16,
	META_PAGE_SIZE = 20,
	META_ENCRYPTION = 24,
	META_FLAGS = 26,
	META_LAST_PAGE = 32,
	META_METHOD_FLAGS = 48,
	META_MAX_BUCKET = 72,
	META_SPARES = 96,
	SPARES = 32,
	META_SIZE = META_SPARES + 4 * SPARES,
	CHECKSUMMED = 0x01,
	BTREE_WITH_SUBS = 0x20,

	/* Offsets in the other ones. */
	PAGE_NEXT = 16,
	PAGE_ITEMS = 20,
	PAGE_USED = 22, /* an overflow page's bytes */
	PAGE_TYPE = 25,
	PAGE_HEADER = 26,
	CHECKSUM_SIZE = 6,

	DEEPEST_TREE = 32,
};

enum page_type {
	PAGE_UNUSED = 0,
	PAGE_HASH_UNSORTED = 2,
	PAGE_BTREE_INNER = 3,
	PAGE_RECNO_INNER = 4,
	PAGE_RECNO_LEAF = 6,
	PAGE_OVERFLOW = 7,
	PAGE_DUPLICATE_LEAF = 12,
	PAGE_HASH = 13,
};

enum item_type {
	ITEM_KEYDATA = 1,
	ITEM_DUPLICATE = 2,
	ITEM_OFFPAGE = 3,
	ITEM_OFFDUP = 4,
};

enum leaf_type {
	LEAF_KEYDATA = 1,
	LEAF_OVERFLOW = 3,
	LEAF_DELETED = 0x80,
};

struct bdb {
	struct passdb_reading *reading;
	bool big_endian;
	uint32_t page_size, page_count; /* whole pages that the file has */
	size_t header;			/* of each page but the first */
	unsigned char *seen;		/* one bit a page */
};

/* ---- numbers ---- */

static uint32_t
number_at(const char *at_bytes, unsigned size, bool big_endian)
{
	const unsigned char *bytes = (const unsigned char *)at_bytes;
	uint32_t number = 0;
	for (unsigned i = 0; i < size; i++)
		number = number << 8 | bytes[big_endian ? i : size - 1 - i];
	return number;
}

static uint32_t
long_at(const struct bdb *bdb, const char *page, size_t offset)
{
	return number_at(page + offset, 4, bdb->big_endian);
}

static uint32_t
short_at(const struct bdb *bdb, const char *page, size_t offset)
{
	return number_at(page + offset, 2, bdb->big_endian);
}

static bool
magic_of(struct bytes content, uint32_t *ret_magic, bool *ret_big_endian)
{
	static const uint32_t known[] = { HASH_MAGIC, BTREE_MAGIC, QUEUE_MAGIC, HEAP_MAGIC };
	if (content.size < META_MAGIC + 4)
		return false;
	for (unsigned i = 0; i < 2 * ARRAY_LEN(known); i++) {
		uint32_t magic = number_at(content.data + META_MAGIC, 4, i % 2);
		if (magic != known[i / 2])
			continue;
		*ret_magic = magic;
		*ret_big_endian = i % 2;
		return true;
	}
	return false;
}

bool
passdb_is_bdb(struct bytes content, bool *ret_hash)
{
	uint32_t magic;
	bool big_endian;
	if (!magic_of(content, &magic, &big_endian))
		return false;
	*ret_hash = magic == HASH_MAGIC;
	return true;
}

bool
passdb_refuse_bdb(struct passdb_reading *reading)
{
	struct bytes content = reading->content;
	uint32_t magic = 0;
	bool big_endian = false;
	magic_of(content, &magic, &big_endian);
	const char *kind = magic == BTREE_MAGIC ? "a btree"
		: magic == QUEUE_MAGIC		? "a queue"
						: "a heap";
	if (magic == BTREE_MAGIC && content.size >= META_METHOD_FLAGS + 4 &&
		number_at(content.data + META_METHOD_FLAGS, 4, big_endian) & BTREE_WITH_SUBS)
		kind = "a set of sub-databases";
	return diag_error(reading->diags, at(reading->shown, 0),
		"Berkeley DB file is %s, expected a hash file: pam_userdb could not read it either",
		kind);
}

/* ---- pages ---- */

static bool
damaged(struct bdb *bdb, uint32_t page, const char *what)
{
	return diag_error(bdb->reading->diags, at(bdb->reading->shown, 0),
		"damaged Berkeley DB file: page %u: %s", (unsigned)page, what);
}

/* NULL, with an error, for a page that is not in the file or was there before. */
static const char *
enter_page(struct bdb *bdb, uint32_t number)
{
	if (!number || number >= bdb->page_count)
		return damaged(bdb, number, "is not in the file"), NULL;
	unsigned char bit = (unsigned char)(1u << number % 8);
	if (bdb->seen[number / 8] & bit)
		return damaged(bdb, number, "is reached twice"), NULL;
	bdb->seen[number / 8] |= bit;
	return bdb->reading->content.data + (size_t)number * bdb->page_size;
}

static enum page_type
type_of(const char *page)
{
	return (unsigned char)page[PAGE_TYPE];
}

/* The offset of an item, within the page and behind the header. */
static bool
item_offset(struct bdb *bdb, const char *page, unsigned item, size_t *ret_offset)
{
	size_t slot = bdb->header + 2 * (size_t)item;
	if (slot + 2 > bdb->page_size)
		return false;
	*ret_offset = short_at(bdb, page, slot);
	return *ret_offset >= bdb->header && *ret_offset < bdb->page_size;
}

/* A hash page's item reaches to the one before it; the first one to the page's end. */
static bool
hash_item(struct bdb *bdb, const char *page, unsigned item, struct bytes *ret_item)
{
	size_t offset, end = bdb->page_size;
	if (!item_offset(bdb, page, item, &offset))
		return false;
	if (item && !item_offset(bdb, page, item - 1, &end))
		return false;
	if (offset >= end)
		return false;
	*ret_item = (struct bytes){ page + offset, end - offset };
	return true;
}

/* ---- values that do not fit into their page ---- */

static bool
read_overflow(struct bdb *bdb, uint32_t number, uint32_t length, struct bytes *ret_bytes)
{
	AUTO_BUFFER struct buffer bytes = { 0 };
	if (length > bdb->reading->content.size)
		return damaged(bdb, number, "a value is longer than the file");
	while (bytes.size < length) {
		const char *page = enter_page(bdb, number);
		if (!page)
			return false;
		size_t used = short_at(bdb, page, PAGE_USED);
		if (type_of(page) != PAGE_OVERFLOW || !used ||
			used > bdb->page_size - bdb->header || used > length - bytes.size)
			return damaged(bdb, number, "is no part of a long value");
		buffer_add(&bytes, page + bdb->header, used);
		number = long_at(bdb, page, PAGE_NEXT);
	}
	char *copy = arena_alloc(bdb->reading->arena, bytes.size + 1);
	if (bytes.size)
		memcpy(copy, bytes.data, bytes.size);
	*ret_bytes = (struct bytes){ copy, bytes.size };
	return true;
}

static void
add_record(struct bdb *bdb, struct bytes key, struct bytes value)
{
	passdb_add(bdb->reading, key, value, (unsigned)bdb->reading->db->records.count + 1);
}

/* One value of a leaf of the tree that a key's many values are in. */
static bool
read_leaf_item(struct bdb *bdb, uint32_t number, const char *page, unsigned item, struct bytes key)
{
	size_t offset;
	if (!item_offset(bdb, page, item, &offset) || offset + 3 > bdb->page_size)
		return damaged(bdb, number, "a value is outside of it");
	unsigned type = (unsigned char)page[offset + 2];
	if (type & LEAF_DELETED)
		return true;
	struct bytes value = { page + offset + 3, short_at(bdb, page, offset) };
	if (type == LEAF_OVERFLOW) {
		if (offset + 12 > bdb->page_size)
			return damaged(bdb, number, "a value is outside of it");
		if (!read_overflow(bdb, long_at(bdb, page, offset + 4),
			    long_at(bdb, page, offset + 8), &value))
			return false;
	} else if (type != LEAF_KEYDATA || offset + 3 + value.size > bdb->page_size) {
		return damaged(bdb, number, "a value is outside of it");
	}
	add_record(bdb, key, value);
	return true;
}

/* Where the first child of an inner page of such a tree is. */
static bool
first_child(struct bdb *bdb, const char *page, uint32_t *ret_number)
{
	size_t offset;
	size_t skip = type_of(page) == PAGE_BTREE_INNER ? 4 : 0;
	if (!item_offset(bdb, page, 0, &offset) || offset + skip + 4 > bdb->page_size)
		return false;
	*ret_number = long_at(bdb, page, offset + skip);
	return true;
}

static bool
read_duplicates(struct bdb *bdb, uint32_t number, struct bytes key)
{
	const char *page = enter_page(bdb, number);
	for (unsigned depth = 0; page; depth++) {
		enum page_type type = type_of(page);
		if (type != PAGE_BTREE_INNER && type != PAGE_RECNO_INNER)
			break;
		if (depth == DEEPEST_TREE || !first_child(bdb, page, &number))
			return damaged(bdb, number, "the tree of a key's values is broken");
		page = enter_page(bdb, number);
	}
	while (page) {
		if (type_of(page) != PAGE_DUPLICATE_LEAF && type_of(page) != PAGE_RECNO_LEAF)
			return damaged(bdb, number, "is no page of a key's values");
		unsigned items = short_at(bdb, page, PAGE_ITEMS);
		for (unsigned item = 0; item < items; item++)
			if (!read_leaf_item(bdb, number, page, item, key))
				return false;
		number = long_at(bdb, page, PAGE_NEXT);
		if (!number)
			return true;
		page = enter_page(bdb, number);
	}
	return false;
}

/* ---- buckets ---- */

/* (length, bytes, length)... in the item itself. */
static bool
read_inline_duplicates(struct bdb *bdb, uint32_t number, struct bytes item, struct bytes key)
{
	for (size_t offset = 1; offset < item.size;) {
		if (offset + 2 > item.size)
			return damaged(bdb, number, "a value is outside of it");
		size_t length = short_at(bdb, item.data, offset);
		if (offset + length + 4 > item.size)
			return damaged(bdb, number, "a value is outside of it");
		add_record(bdb, key, (struct bytes){ item.data + offset + 2, length });
		offset += length + 4;
	}
	return true;
}

static bool
read_whole(struct bdb *bdb, uint32_t number, struct bytes item, struct bytes *ret_bytes)
{
	if (item.data[0] == ITEM_KEYDATA) {
		*ret_bytes = (struct bytes){ item.data + 1, item.size - 1 };
		return true;
	}
	if (item.data[0] != ITEM_OFFPAGE || item.size < 12)
		return damaged(bdb, number, "an item is of no known kind");
	return read_overflow(
		bdb, long_at(bdb, item.data, 4), long_at(bdb, item.data, 8), ret_bytes);
}

static bool
read_pair(struct bdb *bdb, uint32_t number, const char *page, unsigned item)
{
	struct bytes key_item, value_item, key, value;
	if (!hash_item(bdb, page, item, &key_item) || !hash_item(bdb, page, item + 1, &value_item))
		return damaged(bdb, number, "an item is outside of it");
	if (!read_whole(bdb, number, key_item, &key))
		return false;
	if (value_item.data[0] == ITEM_DUPLICATE)
		return read_inline_duplicates(bdb, number, value_item, key);
	if (value_item.data[0] == ITEM_OFFDUP) {
		if (value_item.size < 8)
			return damaged(bdb, number, "an item is of no known kind");
		return read_duplicates(bdb, long_at(bdb, value_item.data, 4), key);
	}
	if (!read_whole(bdb, number, value_item, &value))
		return false;
	add_record(bdb, key, value);
	return true;
}

/* Buckets are made in groups, ahead; the file need not have the last ones' pages yet. */
static bool
read_bucket(struct bdb *bdb, uint32_t number)
{
	if (number >= bdb->page_count)
		return true;
	while (number) {
		const char *page = enter_page(bdb, number);
		if (!page)
			return false;
		enum page_type type = type_of(page);
		if (type == PAGE_UNUSED)
			return true;
		if (type != PAGE_HASH && type != PAGE_HASH_UNSORTED)
			return damaged(bdb, number, "is no page of a hash bucket");
		unsigned items = short_at(bdb, page, PAGE_ITEMS);
		if (items % 2)
			return damaged(bdb, number, "a key has no value");
		for (unsigned item = 0; item < items; item += 2)
			if (!read_pair(bdb, number, page, item))
				return false;
		number = long_at(bdb, page, PAGE_NEXT);
	}
	return true;
}

/* The power of two that the bucket's number + 1 fits in: which of the spares counts. */
static unsigned
group_of(uint32_t bucket)
{
	unsigned group = 0;
	while (group < SPARES - 1 && (UINT64_C(1) << group) < (uint64_t)bucket + 1)
		group++;
	return group;
}

static bool
read_buckets(struct bdb *bdb)
{
	const char *meta = bdb->reading->content.data;
	uint32_t last = long_at(bdb, meta, META_MAX_BUCKET);
	for (uint64_t bucket = 0; bucket <= last && bucket < bdb->page_count; bucket++) {
		unsigned group = group_of((uint32_t)bucket);
		uint32_t spare = long_at(bdb, meta, META_SPARES + 4 * group);
		if (!read_bucket(bdb, (uint32_t)bucket + spare))
			return false;
	}
	return true;
}

/* ---- page 0 ---- */

static bool
read_meta(struct bdb *bdb)
{
	struct bytes content = bdb->reading->content;
	struct place place = at(bdb->reading->shown, 0);
	struct diags *diags = bdb->reading->diags;
	if (content.size < META_SIZE)
		return diag_error(diags, place, "damaged Berkeley DB file: page 0 is cut short");
	uint32_t version = long_at(bdb, content.data, META_VERSION);
	if (version < OLDEST_VERSION || version > NEWEST_VERSION)
		return diag_error(diags, place,
			"Berkeley DB hash file of version %u, expected %d to %d", (unsigned)version,
			OLDEST_VERSION, NEWEST_VERSION);
	if (content.data[META_ENCRYPTION])
		return diag_error(diags, place, "Berkeley DB file is encrypted");
	bdb->page_size = long_at(bdb, content.data, META_PAGE_SIZE);
	if (bdb->page_size < SMALLEST_PAGE || bdb->page_size > LARGEST_PAGE ||
		bdb->page_size & (bdb->page_size - 1))
		return diag_error(diags, place, "damaged Berkeley DB file: page size %u",
			(unsigned)bdb->page_size);
	if (content.size / bdb->page_size > UINT32_MAX)
		return diag_error(diags, place, "Berkeley DB file is too large");
	bdb->page_count = (uint32_t)(content.size / bdb->page_size);
	if (version >= FIRST_WITH_LAST_PAGE &&
		long_at(bdb, content.data, META_LAST_PAGE) >= bdb->page_count)
		return diag_error(diags, place,
			"damaged Berkeley DB file: cut short, it has %u pages of %u",
			(unsigned)bdb->page_count,
			(unsigned)long_at(bdb, content.data, META_LAST_PAGE) + 1);
	bdb->header = PAGE_HEADER;
	if (content.data[META_FLAGS] & CHECKSUMMED)
		bdb->header += CHECKSUM_SIZE;
	return true;
}

bool
passdb_read_bdb(struct passdb_reading *reading)
{
	struct bdb bdb = { .reading = reading };
	uint32_t magic;
	magic_of(reading->content, &magic, &bdb.big_endian);
	if (!read_meta(&bdb))
		return false;
	bdb.seen = arena_alloc(reading->arena, bdb.page_count / 8 + 1);
	return read_buckets(&bdb);
}
