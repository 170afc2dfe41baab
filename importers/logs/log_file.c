/*
 * log_file.c - finding, opening and unpacking logs.
 *
 * Only the filters that libarchive has built in are used: no program is started for a file's sake.
 */
#include "importers/logs/log_file.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>

enum { BLOCK = 256 << 10 };

static void
close_archive(struct archive **archive)
{
	if (*archive)
		archive_read_free(*archive);
}
#define AUTO_ARCHIVE AUTO(close_archive)

/* ---- lines ---- */

struct splitting {
	log_line_function *on_line;
	void *ctx;
	struct buffer begun; /* of a line whose end is in a later block */
	unsigned number;
	bool cut;
};

static bool
end_line(struct splitting *splitting, struct bytes line)
{
	bool cut = splitting->cut;
	splitting->cut = false;
	return splitting->on_line(splitting->ctx, line, ++splitting->number, cut);
}

static void
begin_line(struct splitting *splitting, struct bytes part)
{
	size_t room = LOG_LINE_LIMIT - splitting->begun.size;
	splitting->cut |= part.size > room;
	buffer_add(&splitting->begun, part.data, part.size < room ? part.size : room);
}

static bool
split(struct splitting *splitting, struct bytes block)
{
	while (block.size) {
		const char *end = memchr(block.data, '\n', block.size);
		struct bytes line = { block.data, end ? (size_t)(end - block.data) : block.size };
		if (!end || splitting->begun.size || line.size > LOG_LINE_LIMIT) {
			begin_line(splitting, line);
			line = buffer_bytes(&splitting->begun);
		}
		if (!end)
			return true;
		if (!end_line(splitting, line))
			return false;
		buffer_clear(&splitting->begun);
		block.size -= (size_t)(end + 1 - block.data);
		block.data = end + 1;
	}
	return true;
}

/* ---- files ---- */

static bool
refuse_archive(struct archive *archive, const char *path, struct diags *diags)
{
	const char *why = archive_error_string(archive);
	return diag_error(diags, at(path, 0), "cannot read log: %s", why ? why : "it is damaged");
}

static struct archive *
new_archive(void)
{
	struct archive *archive = archive_read_new();
	if (!archive)
		abort();
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_bzip2(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_lzma(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_filter_lz4(archive);
	archive_read_support_filter_compress(archive);
	archive_read_support_format_raw(archive);
	archive_read_support_format_empty(archive);
	return archive;
}

static bool
read_blocks(
	struct archive *archive, const char *path, struct splitting *splitting, struct diags *diags)
{
	const void *data;
	size_t size;
	la_int64_t offset;
	for (;;) {
		int status = archive_read_data_block(archive, &data, &size, &offset);
		if (status == ARCHIVE_EOF)
			break;
		if (status < ARCHIVE_WARN)
			return refuse_archive(archive, path, diags);
		if (!split(splitting, (struct bytes){ data, size }))
			return true;
	}
	if (splitting->begun.size)
		(void)end_line(splitting, buffer_bytes(&splitting->begun));
	return true;
}

static bool
open_log(const char *path, int *ret_fd, struct diags *diags)
{
	struct stat st;
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0)
		return diag_error(diags, at(path, 0), "cannot open log: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return diag_error(diags, at(path, 0), "cannot read log: not a regular file");
	*ret_fd = steal_fd(&fd);
	return true;
}

bool
log_file_read(const char *path, log_line_function *on_line, void *ctx, struct diags *diags)
{
	struct splitting splitting = { .on_line = on_line, .ctx = ctx };
	struct archive_entry *entry;
	AUTO_CLOSE int fd = -1;
	AUTO_ARCHIVE struct archive *archive = new_archive();
	if (!open_log(path, &fd, diags))
		return false;
	if (archive_read_open_fd(archive, fd, BLOCK) != ARCHIVE_OK)
		return refuse_archive(archive, path, diags);
	int status = archive_read_next_header(archive, &entry);
	if (status == ARCHIVE_EOF)
		return true;
	bool good = status >= ARCHIVE_WARN ? read_blocks(archive, path, &splitting, diags)
					   : refuse_archive(archive, path, diags);
	buffer_finish(&splitting.begun);
	return good;
}

/* ---- which ---- */

static void
add_once(const char *path, struct table *seen, struct arena *arena, struct string_list *paths)
{
	struct stat st;
	const char *key = stat(path, &st) == 0
		? arena_printf(arena, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino)
		: path;
	if (table_get(seen, key))
		return;
	table_set(seen, key, paths);
	string_list_push(arena, paths, arena_strdup(arena, path));
}

bool
log_files_find(const struct string_list *patterns, struct arena *arena,
	struct string_list *ret_paths, struct diags *diags)
{
	struct table seen = { .arena = arena };
	bool good = true;
	ARRAY_FOREACH (pattern, patterns) {
		glob_t found = { 0 };
		int status = glob(*pattern, 0, NULL, &found);
		for (size_t i = 0; status == 0 && i < found.gl_pathc; i++)
			add_once(found.gl_pathv[i], &seen, arena, ret_paths);
		globfree(&found);
		if (status == 0)
			continue;
		good = diag_error(diags, at(*pattern, 0), "no log has such a name");
		diag_hint(diags, "Put the pattern in quotes, and give paths on this host.");
	}
	return good;
}
