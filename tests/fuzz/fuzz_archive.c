/*
 * fuzz_archive.c - any bytes as a manifest with its archive: refused, or read to their ends.
 *
 * The input is the lines of a manifest, an empty line, and a tar; both are compressed first, since
 * an archive is never read uncompressed. What must hold: every entry that is given out has a path
 * that leads nowhere but below the home, in the order of a walk; a link has its first path before
 * it; contents stay within the size that was said; and what is refused says why, once.
 */
#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "core/run/archive_read.h"
#include "tests/fuzz/must.h"

static struct bytes
compressed(struct bytes plain, struct arena *arena)
{
	size_t room = plain.size + 4096, used = 0;
	char *data = arena_alloc(arena, room);
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	archive_entry_set_filetype(entry, AE_IFREG);
	MUST(archive_write_set_format_raw(archive) == ARCHIVE_OK);
	MUST(archive_write_add_filter_zstd(archive) == ARCHIVE_OK);
	archive_write_set_filter_option(archive, "zstd", "compression-level", "1");
	archive_write_set_bytes_in_last_block(archive, 1);
	MUST(archive_write_open_memory(archive, data, room, &used) == ARCHIVE_OK);
	MUST(archive_write_header(archive, entry) == ARCHIVE_OK);
	MUST(archive_write_data(archive, plain.data, plain.size) == (la_ssize_t)plain.size);
	MUST(archive_write_close(archive) == ARCHIVE_OK);
	archive_write_free(archive);
	archive_entry_free(entry);
	return (struct bytes){ data, used };
}

static void
must_be_safe(const struct manifest_entry *entry, const char *last)
{
	MUST(!entry->path[0] ? entry->type == MANIFEST_DIRECTORY
			     : manifest_path_is_safe(entry->path));
	MUST(!last || manifest_order(last, entry->path) < 0);
	MUST(!entry->same_as ||
		(manifest_path_is_safe(entry->same_as) &&
			manifest_order(entry->same_as, entry->path) < 0));
	MUST((entry->type == MANIFEST_SYMLINK) == (entry->target != NULL));
	MUST((entry->mode & ~07777u) == 0 && entry->archive <= 2);
}

/* A space in front is nothing to JSON, and nothing that the short way takes. */
static void
must_be_the_same_as_json(struct bytes text, struct arena *arena)
{
	AUTO_BUFFER struct buffer spaced = { 0 }, again = { 0 };
	struct diags diags = { .arena = arena };
	struct manifest_line line;
	buffer_add_char(&spaced, ' ');
	buffer_add(&spaced, text.data, text.size);
	MUST(manifest_decode(
		(struct bytes){ spaced.data, spaced.size }, NOWHERE, arena, &line, &diags));
	manifest_encode_entry(&line.entry, &again);
	MUST(again.size == text.size + 1 && memcmp(again.data, text.data, text.size) == 0);
}

/* What was read, written and read again, is the same. */
static void
must_be_the_same_again(const struct manifest_entry *entry, struct arena *arena)
{
	AUTO_BUFFER struct buffer first = { 0 }, second = { 0 };
	struct diags diags = { .arena = arena };
	struct manifest_line line;
	manifest_encode_entry(entry, &first);
	struct bytes text = { first.data, first.size - 1 };
	MUST(manifest_decode(text, NOWHERE, arena, &line, &diags));
	MUST(line.kind == MANIFEST_ENTRY);
	manifest_encode_entry(&line.entry, &second);
	MUST(first.size == second.size && memcmp(first.data, second.data, first.size) == 0);
	must_be_the_same_as_json(text, arena);
}

static bool
read_data(struct archive_reader *reader, const struct manifest_entry *entry)
{
	const void *data;
	size_t size;
	uint64_t offset;
	bool end = !archive_reader_has_data(reader);
	while (!end) {
		if (!archive_reader_data(reader, &data, &size, &offset, &end))
			return false;
		MUST(!size || (offset <= entry->size && size <= entry->size - offset));
	}
	return true;
}

static bool
read_all(struct archive_reader *reader, struct arena *arena)
{
	struct manifest_entry entry;
	const char *last = NULL;
	bool end = false;
	for (;;) {
		if (!archive_reader_next(reader, &entry, &end))
			return false;
		if (end)
			return true;
		must_be_safe(&entry, last);
		must_be_the_same_again(&entry, arena);
		last = arena_strdup(arena, entry.path);
		if (!read_data(reader, &entry))
			return false;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_ARCHIVE_READER struct archive_reader reader = NO_ARCHIVE_READER;
	struct diags diags = { .arena = &arena };
	const uint8_t *middle = size ? memmem(data, size, "\n\n", 2) : NULL;
	size_t lines = middle ? (size_t)(middle + 1 - data) : size;
	struct bytes manifest = compressed((struct bytes){ (const char *)data, lines }, &arena);
	struct bytes tar = { 0 };
	if (middle)
		tar = compressed(
			(struct bytes){ (const char *)middle + 2, size - lines - 1 }, &arena);
	bool ok =
		archive_reader_open_bytes(&reader, manifest, middle ? &tar : NULL, NULL, &diags) &&
		read_all(&reader, &arena);
	MUST(diags.errors == (ok ? 0 : 1));
	return 0;
}
