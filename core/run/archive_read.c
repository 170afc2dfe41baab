/*
 * archive_read.c - the entries of manifest and archives, merged; see archive_read.h.
 */
#include "core/run/archive_read.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

/* ---- faults ---- */

static bool
wrong(struct archive_reader *reader, const struct archive_input *input,
	const struct manifest_entry *entry, const char *what)
{
	diag_error(reader->diags, at(arena_strdup(reader->diags->arena, input->path), 0), "'%s' %s",
		entry->path[0] ? entry->path : ".", what);
	diag_code(reader->diags, "archive-damaged");
	return false;
}

/* ---- finding an entry ---- */

/* As the manifest has it: "./" is the home, and directories end without a slash. */
static bool
is_path(const char *in_tar, const char *path)
{
	size_t length = strlen(in_tar);
	if (!path[0])
		return strcmp(in_tar, ".") == 0 || strcmp(in_tar, "./") == 0;
	if (length && in_tar[length - 1] == '/')
		length--;
	return strncmp(in_tar, path, length) == 0 && !path[length];
}

static bool
same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static const char *
difference(struct archive_entry *found, const struct manifest_entry *entry)
{
	const char *link = archive_entry_hardlink(found);
	if (!same_text(link, entry->same_as))
		return "is linked to another file in the archive than in the manifest";
	if (!link && archive_entry_filetype(found) != manifest_type_mode(entry->type))
		return "is of another type in the archive than in the manifest";
	if (!link && !same_text(archive_entry_symlink(found), entry->target))
		return "leads elsewhere in the archive than in the manifest";
	if ((archive_entry_perm(found) & 07777) != entry->mode ||
		archive_entry_uid(found) != entry->uid || archive_entry_gid(found) != entry->gid)
		return "has another owner or mode in the archive than in the manifest";
	if (!link && entry->type == MANIFEST_FILE &&
		(uint64_t)archive_entry_size(found) != entry->size)
		return "is of another size in the archive than in the manifest";
	return NULL;
}

static bool
find(struct archive_reader *reader, struct archive_side *side, const struct manifest_entry *entry)
{
	unsigned torn = entry->attempt;
	for (;;) {
		bool end;
		if (!archive_input_next(&side->input, &end))
			return false;
		if (end)
			return wrong(reader, &side->input, entry, "is missing from the archive");
		side->entries++;
		const char *path = archive_entry_pathname(side->input.entry);
		if (!path || !is_path(path, entry->path))
			continue;
		if (torn-- > 0)
			continue;
		const char *fault = difference(side->input.entry, entry);
		return !fault || wrong(reader, &side->input, entry, fault);
	}
}

static bool
drain(struct archive_reader *reader, unsigned number)
{
	struct archive_side *side = &reader->sides[number];
	uint64_t expected = reader->manifest.totals.archived[number];
	bool end = false;
	if (!side->is_open)
		return true;
	while (!end) {
		if (!archive_input_next(&side->input, &end))
			return false;
		side->entries += !end;
	}
	if (side->entries == expected)
		return true;
	diag_error(reader->diags, at(arena_strdup(reader->diags->arena, side->input.path), 0),
		"holds %llu entries, expected %llu", (unsigned long long)side->entries,
		(unsigned long long)expected);
	diag_code(reader->diags, "archive-damaged");
	return false;
}

/* ---- the reader ---- */

static bool
open_side(struct archive_reader *reader, unsigned number, struct host *host, const char *path,
	bool from_disk)
{
	struct archive_side *side = &reader->sides[number];
	side->is_open = true;
	return archive_input_open(
		&side->input, host, path, ARCHIVE_FORM_TAR, from_disk, reader->diags);
}

bool
archive_reader_open(struct archive_reader *reader, struct host *host, const char *dir,
	const char *login, enum archive_part manifest, bool from_disk, struct arena *arena,
	struct diags *diags)
{
	struct host_entry second;
	const char *manifest_path = archive_path(arena, dir, login, manifest);
	const char *first_path = archive_path(arena, dir, login, ARCHIVE_FIRST);
	const char *second_path = archive_path(arena, dir, login, ARCHIVE_SECOND);
	*reader = (struct archive_reader)NO_ARCHIVE_READER;
	reader->diags = diags;
	if (!manifest_reader_open(&reader->manifest, host, manifest_path, from_disk, diags))
		return false;
	if (!reader->manifest.header.content)
		return true;
	if (!open_side(reader, 0, host, first_path, from_disk))
		return false;
	if (manifest == ARCHIVE_FIRST_MANIFEST)
		return true;
	if (!host_inspect(host, second_path, &second, diags))
		return false;
	return !second.exists || open_side(reader, 1, host, second_path, from_disk);
}

bool
archive_reader_open_bytes(struct archive_reader *reader, struct bytes manifest,
	const struct bytes *first, const struct bytes *second, struct diags *diags)
{
	const struct bytes *tars[] = { first, second };
	static const char *const names[] = { "first.tar.zst", "second.tar.zst" };
	*reader = (struct archive_reader)NO_ARCHIVE_READER;
	reader->diags = diags;
	if (!manifest_reader_open_bytes(&reader->manifest, manifest, "manifest.zst", diags))
		return false;
	for (unsigned i = 0; i < ARRAY_LEN(tars); i++) {
		reader->sides[i].is_open = tars[i];
		if (tars[i] &&
			!archive_input_open_bytes(&reader->sides[i].input, *tars[i], names[i],
				ARCHIVE_FORM_TAR, diags))
			return false;
	}
	return true;
}

bool
archive_reader_next(struct archive_reader *reader, struct manifest_entry *ret_entry, bool *ret_end)
{
	reader->entry = NULL;
	if (!manifest_reader_next(&reader->manifest, ret_entry, ret_end))
		return false;
	if (*ret_end)
		return drain(reader, 0) && drain(reader, 1);
	reader->entry = ret_entry;
	if (!ret_entry->archive)
		return true;
	struct archive_side *side = &reader->sides[ret_entry->archive - 1];
	if (!side->is_open)
		return wrong(reader, &reader->manifest.input, ret_entry,
			"is said to be in an archive that does not exist");
	archive_digest_begin(&reader->digest);
	return find(reader, side, ret_entry);
}

bool
archive_reader_has_data(const struct archive_reader *reader)
{
	const struct manifest_entry *entry = reader->entry;
	return entry && entry->archive && entry->type == MANIFEST_FILE && !entry->same_as;
}

static bool
check_digest(struct archive_reader *reader, const struct archive_input *input)
{
	uint8_t sha256[MANIFEST_SHA256];
	const struct manifest_entry *entry = reader->entry;
	if (!entry->has_sha256)
		return wrong(reader, input, entry, "has no digest in the manifest");
	archive_digest_end(&reader->digest, entry->size, sha256);
	return memcmp(sha256, entry->sha256, sizeof(sha256)) == 0 ||
		wrong(reader, input, entry, "has other contents than the manifest says");
}

bool
archive_reader_data(struct archive_reader *reader, const void **ret_data, size_t *ret_size,
	uint64_t *ret_offset, bool *ret_end)
{
	const struct manifest_entry *entry = reader->entry;
	struct archive_input *input = &reader->sides[entry->archive - 1].input;
	if (!archive_input_block(input, ret_data, ret_size, ret_offset, ret_end))
		return false;
	if (*ret_end)
		return check_digest(reader, input);
	/* A map of holes may say anything; contents only go forwards, and end with the file. */
	if (*ret_size &&
		(*ret_offset < reader->digest.end || *ret_offset > entry->size ||
			*ret_size > entry->size - *ret_offset))
		return wrong(reader, input, entry, "has contents beyond its size");
	archive_digest_add(&reader->digest, *ret_offset, *ret_data, *ret_size);
	return true;
}

void
archive_reader_finish(struct archive_reader *reader)
{
	manifest_reader_finish(&reader->manifest);
	for (unsigned i = 0; i < ARRAY_LEN(reader->sides); i++)
		archive_input_finish(&reader->sides[i].input);
}
