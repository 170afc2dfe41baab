/*
 * archive.c - where the parts of an archive are, and whether they are as they should be.
 */
#include "core/run/archive.h"

#include <limits.h>
#include <string.h>

#include "core/run/archive_read.h"

/* None is the end of another: "anna.2" is a login too. */
static const char *const suffixes[ARCHIVE_PARTS] = {
	[ARCHIVE_MANIFEST] = ".manifest.zst",
	[ARCHIVE_FIRST] = ".tar.zst",
	[ARCHIVE_SECOND] = ".tar.2.zst",
	[ARCHIVE_FIRST_MANIFEST] = ".manifest.1.zst",
};

char *
archive_path(struct arena *arena, const char *dir, const char *login, enum archive_part part)
{
	return arena_printf(arena, "%s/%s%s", dir, login, suffixes[part]);
}

const char *
archive_login_of(const char *name, struct arena *arena)
{
	size_t length = strlen(name);
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		size_t suffix = strlen(suffixes[i]);
		if (length > suffix && strcmp(name + length - suffix, suffixes[i]) == 0)
			return arena_strndup(arena, name, length - suffix);
	}
	return NULL;
}

bool
archive_login_is_safe(const char *login)
{
	return login[0] && login[0] != '.' && !strchr(login, '/') &&
		strlen(login) + strlen(suffixes[ARCHIVE_FIRST_MANIFEST]) <= NAME_MAX;
}

bool
archive_remove(struct host *host, const char *dir, const char *login, struct diags *diags)
{
	/* In the order of enum archive_part: without its manifest an archive does not exist. */
	for (int part = 0; part < ARCHIVE_PARTS; part++) {
		const char *path = archive_path(diags->arena, dir, login, (enum archive_part)part);
		if (!host_unlink(host, path, diags))
			return false;
	}
	return true;
}

static bool
read_data(struct archive_reader *reader)
{
	const void *data;
	size_t size;
	uint64_t offset;
	bool end = !archive_reader_has_data(reader);
	while (!end) {
		if (!archive_reader_data(reader, &data, &size, &offset, &end))
			return false;
	}
	return true;
}

static bool
read_all(struct archive_reader *reader, const volatile sig_atomic_t *stop)
{
	struct manifest_entry entry;
	bool end = false;
	while (!end) {
		if (stop && *stop)
			return diag_error(reader->diags, NOWHERE, "stopped by a signal");
		if (!archive_reader_next(reader, &entry, &end) || (!end && !read_data(reader)))
			return false;
	}
	return true;
}

static void
copy_header(const struct manifest_header *from, struct arena *arena, struct manifest_header *to)
{
	*to = (struct manifest_header){
		.login = arena_strdup(arena, from->login),
		.home = arena_strdup(arena, from->home),
		.run = arena_strdup(arena, from->run),
		.why = arena_strdup(arena, from->why),
		.created = arena_strdup(arena, from->created),
		.content = from->content,
	};
}

bool
archive_verify(struct host *host, const char *dir, const char *login, enum archive_part manifest,
	bool from_disk, const volatile sig_atomic_t *stop, struct manifest_header *ret_header,
	struct manifest_totals *ret_totals, struct arena *arena, struct diags *diags)
{
	AUTO_ARCHIVE_READER struct archive_reader reader = NO_ARCHIVE_READER;
	if (!archive_reader_open(&reader, host, dir, login, manifest, from_disk, arena, diags) ||
		!read_all(&reader, stop))
		return false;
	copy_header(&reader.manifest.header, arena, ret_header);
	*ret_totals = reader.manifest.totals;
	return true;
}

void
archive_tell(const struct diags *from, struct diags *to)
{
	struct arena *arena = to->arena;
	ARRAY_FOREACH (item, from) {
		struct diag diag = *item;
		diag.place.file = arena_strdup(arena, diag.place.file);
		diag.place.field = arena_strdup(arena, diag.place.field);
		diag.place.kind = arena_strdup(arena, diag.place.kind);
		diag.user = arena_strdup(arena, diag.user);
		diag.message = arena_strdup(arena, diag.message);
		diag.hint = arena_strdup(arena, diag.hint);
		diag_append(to, &diag);
	}
}
