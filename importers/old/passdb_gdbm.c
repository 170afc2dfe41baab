/*
 * passdb_gdbm.c - GDBM files, through libgdbm when the build has it.
 *
 * The library opens by path only, so it gets one of a nameless file in memory. It reads files of
 * its own byte order and word size; those of other machines are named as what they are.
 */
#include "importers/old/passdb_reader.h"

#include <stdint.h>
#include <string.h>

#ifdef HAVE_GDBM
#include <errno.h>
#include <gdbm.h>
#include <sys/mman.h>
#endif

/* The low byte is of the variant: 32 or 64 bit offsets, synchronised or not. */
enum { GDBM_MAGIC_STEM = 0x13579a };

static uint32_t
first_number(struct bytes content)
{
	uint32_t number = 0;
	if (content.size >= sizeof(number))
		memcpy(&number, content.data, sizeof(number));
	return number;
}

static bool
is_magic(uint32_t number)
{
	return number >> 8 == GDBM_MAGIC_STEM && (number & 0xff) >= 0xcd && (number & 0xff) <= 0xd1;
}

bool
passdb_is_gdbm(struct bytes content)
{
	uint32_t number = first_number(content);
	return is_magic(number) || is_magic(__builtin_bswap32(number));
}

#ifdef HAVE_GDBM

/* Bytes that a record has in its bucket at the least: what bounds the records of a file. */
enum { SMALLEST_RECORD = 16 };

static bool
make_nameless(struct passdb_reading *reading, int *ret_fd)
{
	struct place place = at(reading->shown, 0);
	AUTO_CLOSE int fd = memfd_create("gdbm", MFD_CLOEXEC);
	if (fd < 0)
		return diag_error(
			reading->diags, place, "no memory for a copy: %s", strerror(errno));
	struct bytes rest = reading->content;
	while (rest.size) {
		ssize_t written = write(fd, rest.data, rest.size);
		if (written <= 0)
			return diag_error(
				reading->diags, place, "no memory for a copy: %s", strerror(errno));
		rest.data += written;
		rest.size -= (size_t)written;
	}
	*ret_fd = steal_fd(&fd);
	return true;
}

/* The library's memory becomes the arena's. */
static struct bytes
adopt(struct passdb_reading *reading, datum item)
{
	struct bytes bytes = { "", 0 };
	if (item.dsize > 0)
		bytes = (struct bytes){ arena_copy(reading->arena, item.dptr, (size_t)item.dsize),
			(size_t)item.dsize };
	return bytes;
}

static void
drop(datum item)
{
	if (!item.dptr)
		return;
	explicit_bzero(item.dptr, item.dsize > 0 ? (size_t)item.dsize : 0);
	free(item.dptr);
}

static bool
read_records(struct passdb_reading *reading, GDBM_FILE file)
{
	size_t limit = reading->content.size / SMALLEST_RECORD;
	datum key = gdbm_firstkey(file);
	for (size_t i = 0; key.dptr && i < limit; i++) {
		datum value = gdbm_fetch(file, key);
		if (value.dptr)
			passdb_add(reading, adopt(reading, key), adopt(reading, value),
				(unsigned)i + 1);
		drop(value);
		datum next = gdbm_nextkey(file, key);
		drop(key);
		key = next;
	}
	bool endless = key.dptr != NULL;
	drop(key);
	if (endless || gdbm_needs_recovery(file) ||
		(gdbm_errno != GDBM_NO_ERROR && gdbm_errno != GDBM_ITEM_NOT_FOUND))
		return diag_error(reading->diags, at(reading->shown, 0), "damaged GDBM file: %s",
			endless ? "more records than it has room for" : gdbm_strerror(gdbm_errno));
	return true;
}

bool
passdb_read_gdbm(struct passdb_reading *reading)
{
	AUTO_CLOSE int fd = -1;
	if (!is_magic(first_number(reading->content)))
		return diag_error(reading->diags, at(reading->shown, 0),
			"GDBM file of a machine with the other byte order");
	if (!make_nameless(reading, &fd))
		return false;
	const char *path = arena_printf(reading->arena, "/proc/self/fd/%d", fd);
	GDBM_FILE file = gdbm_open(path, 0, GDBM_READER | GDBM_NOLOCK | GDBM_NOMMAP, 0, NULL);
	if (!file)
		return diag_error(reading->diags, at(reading->shown, 0),
			"cannot read GDBM file: %s", gdbm_strerror(gdbm_errno));
	bool good = read_records(reading, file);
	gdbm_close(file);
	return good;
}

#else

bool
passdb_read_gdbm(struct passdb_reading *reading)
{
	diag_error(reading->diags, at(reading->shown, 0),
		"GDBM file: this rehome was built without libgdbm");
	diag_hint(reading->diags, "Convert it with gdbm_dump, or build with -Dgdbm=enabled.");
	return false;
}

#endif
