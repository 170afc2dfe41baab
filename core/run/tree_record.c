/*
 * tree_record.c - what an adoption moves and whose it makes it, on disk before it does so.
 */
#include "core/run/tree_record.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "core/base/state_text.h"

#define HEAD "rehome-tree 1"

enum { FLUSH_BYTES = 256 * 1024 };

static const struct host_owner PRIVATE_DIR = { .uid = 0, .gid = 0, .mode = 0700 };

static const char *
record_path(struct run *run, const char *login)
{
	return state_run_path(
		run->state, run->id, arena_printf(run->arena, "homes/%s.tree", login));
}

/* ---- writing ---- */

static bool
flush(struct tree_writer *writer)
{
	struct run *run = writer->run;
	if (!writer->pending.size)
		return true;
	if (!host_append(run->host, writer->fd, buffer_bytes(&writer->pending), writer->path,
		    run->diags))
		return false;
	writer->pending.size = 0;
	return true;
}

static bool
end_line(struct tree_writer *writer)
{
	buffer_add_char(&writer->pending, '\n');
	writer->lines++;
	return writer->pending.size < FLUSH_BYTES || flush(writer);
}

bool
tree_writer_open(struct run *run, const char *login, struct tree_writer *ret_writer)
{
	const char *dir = state_run_path(run->state, run->id, "homes");
	struct host_entry entry;
	*ret_writer = (struct tree_writer){
		.run = run,
		.path = record_path(run, login),
		.fd = -1,
	};
	if (!host_inspect(run->host, dir, &entry, run->diags) ||
		(!entry.exists && !host_make_dir(run->host, dir, &PRIVATE_DIR, run->diags)) ||
		!host_open_append(run->host, ret_writer->path, true, &ret_writer->fd, run->diags))
		return false;
	buffer_add_text(&ret_writer->pending, HEAD);
	return end_line(ret_writer);
}

bool
tree_writer_move(struct tree_writer *writer, const struct moved_folder *folder)
{
	buffer_printf(&writer->pending, "move %" PRIu64 " ", folder->ino);
	state_text_add(&writer->pending, folder->name);
	return end_line(writer);
}

bool
tree_writer_make(struct tree_writer *writer, const char *path)
{
	buffer_add_text(&writer->pending, "make ");
	state_text_add(&writer->pending, path);
	return end_line(writer);
}

bool
tree_writer_skip(struct tree_writer *writer, const char *path)
{
	buffer_add_text(&writer->pending, "skip ");
	state_text_add(&writer->pending, path);
	return end_line(writer);
}

static bool
write_xattr(struct tree_writer *writer, uint64_t ino, const struct host_xattr *xattr)
{
	buffer_printf(&writer->pending, "xattr %" PRIu64 " ", ino);
	state_text_add(&writer->pending, xattr->name);
	buffer_add_char(&writer->pending, ' ');
	for (size_t i = 0; i < xattr->value.size; i++)
		buffer_printf(&writer->pending, "%02x", (unsigned char)xattr->value.data[i]);
	return end_line(writer);
}

bool
tree_writer_own(struct tree_writer *writer, const struct owned_inode *inode)
{
	const struct host_owner *before = &inode->before, *after = &inode->after;
	buffer_printf(&writer->pending, "own %" PRIu64 " %u %u %o %u %u %o ", inode->ino,
		(unsigned)before->uid, (unsigned)before->gid, (unsigned)before->mode,
		(unsigned)after->uid, (unsigned)after->gid, (unsigned)after->mode);
	state_text_add(&writer->pending, inode->path);
	if (!end_line(writer))
		return false;
	ARRAY_FOREACH (xattr, &inode->dropped) {
		if (!write_xattr(writer, inode->ino, xattr))
			return false;
	}
	return true;
}

bool
tree_writer_link(struct tree_writer *writer, const struct relinked *link)
{
	buffer_printf(&writer->pending, "link %u %u %u %u %jd %ld ", (unsigned)link->before.uid,
		(unsigned)link->before.gid, (unsigned)link->after.uid, (unsigned)link->after.gid,
		(intmax_t)link->modified.tv_sec, link->modified.tv_nsec);
	state_text_add(&writer->pending, link->path);
	buffer_add_char(&writer->pending, ' ');
	state_text_add(&writer->pending, link->old_target);
	buffer_add_char(&writer->pending, ' ');
	state_text_add(&writer->pending, link->new_target);
	return end_line(writer);
}

bool
tree_writer_complete(struct tree_writer *writer)
{
	struct run *run = writer->run;
	buffer_printf(&writer->pending, "end %zu", writer->lines);
	return end_line(writer) && flush(writer) &&
		host_sync_fd(run->host, writer->fd, writer->path, run->diags) &&
		host_sync_dir(
			run->host, state_run_path(run->state, run->id, "homes"), run->diags) &&
		host_sync_dir(run->host, state_run_path(run->state, run->id, NULL), run->diags);
}

void
tree_writer_finish(struct tree_writer *writer)
{
	cleanup_close(&writer->fd);
	buffer_finish(&writer->pending);
}

/* ---- reading ---- */

struct reader {
	struct tree_record *record;
	const char *shown;
	struct diags *diags;
	unsigned line;
	bool ended;
};

static bool
refuse(struct reader *reader, const char *what)
{
	return diag_error(reader->diags, at(reader->shown, reader->line), "%s", what);
}

static bool
read_text(struct reader *reader, const char *text, const char **ret_text)
{
	*ret_text = state_text_read(reader->record->arena, text, strlen(text));
	return *ret_text || refuse(reader, "expected an escaped path");
}

static bool
read_move(struct reader *reader, const char *rest)
{
	struct moved_folder folder;
	int end = 0;
	if (sscanf(rest, "%" SCNu64 " %n", &folder.ino, &end) != 1 || !end)
		return refuse(reader, "expected an inode and a name");
	if (!read_text(reader, rest + end, &folder.name))
		return false;
	if (strchr(folder.name, '/') || !state_text_is_below(folder.name))
		return refuse(reader, "expected one name");
	ARRAY_PUSH(reader->record->arena, &reader->record->moved, folder);
	return true;
}

static bool
read_own(struct reader *reader, const char *rest)
{
	struct owned_inode inode = { 0 };
	struct host_owner *before = &inode.before, *after = &inode.after;
	unsigned modes[2];
	int end = 0;
	if (sscanf(rest, "%" SCNu64 " %u %u %o %u %u %o %n", &inode.ino, &before->uid, &before->gid,
		    &modes[0], &after->uid, &after->gid, &modes[1], &end) != 7 ||
		!end || modes[0] > 07777 || modes[1] > 07777)
		return refuse(reader, "expected an inode, two owners with modes, and a path");
	before->mode = modes[0];
	after->mode = modes[1];
	if (!read_text(reader, rest + end, &inode.path))
		return false;
	ARRAY_PUSH(reader->record->arena, &reader->record->owned, inode);
	return true;
}

/* The next of several texts, and what follows it. */
static bool
read_word(struct reader *reader, const char **rest, const char **ret_text)
{
	size_t size = strcspn(*rest, " ");
	const char *word = arena_strndup(reader->record->arena, *rest, size);
	*rest += size;
	*rest += **rest == ' ';
	return read_text(reader, word, ret_text);
}

static bool
read_link(struct reader *reader, const char *rest)
{
	struct relinked link = { 0 };
	struct host_owner *before = &link.before, *after = &link.after;
	intmax_t seconds;
	int end = 0;
	if (sscanf(rest, "%u %u %u %u %jd %ld %n", &before->uid, &before->gid, &after->uid,
		    &after->gid, &seconds, &link.modified.tv_nsec, &end) != 6 ||
		!end || link.modified.tv_nsec < 0 || link.modified.tv_nsec > 999999999)
		return refuse(reader, "expected two owners, a time, a path and two targets");
	link.modified.tv_sec = (time_t)seconds;
	rest += end;
	if (!read_word(reader, &rest, &link.path) || !read_word(reader, &rest, &link.old_target) ||
		!read_word(reader, &rest, &link.new_target))
		return false;
	if (*rest || !state_text_is_below(link.path) || *link.old_target != '/' ||
		*link.new_target == '/')
		return refuse(reader, "expected a path below the home, and a link that was to one");
	ARRAY_PUSH(reader->record->arena, &reader->record->links, link);
	return true;
}

static bool
read_hex(struct reader *reader, const char *hex, struct bytes *ret_bytes)
{
	size_t size = strlen(hex) / 2;
	char *bytes = arena_alloc(reader->record->arena, size + 1);
	for (size_t i = 0; i < size; i++) {
		int high = state_text_digit(hex[2 * i]), low = state_text_digit(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return refuse(reader, "expected hex digits");
		bytes[i] = (char)(high * 16 + low);
	}
	*ret_bytes = (struct bytes){ bytes, size };
	return strlen(hex) == 2 * size || refuse(reader, "expected pairs of hex digits");
}

/* It belongs to the "own" in front of it. */
static bool
read_xattr(struct reader *reader, const char *rest)
{
	struct tree_record *record = reader->record;
	struct host_xattr xattr;
	uint64_t ino;
	int end = 0;
	if (sscanf(rest, "%" SCNu64 " %n", &ino, &end) != 1 || !end || !record->owned.count ||
		record->owned.items[record->owned.count - 1].ino != ino)
		return refuse(reader, "expected the inode of the line before");
	const char *blank = strchr(rest + end, ' ');
	if (!blank)
		return refuse(reader, "expected a name and a value");
	const char *name = arena_strndup(record->arena, rest + end, (size_t)(blank - rest - end));
	if (!read_text(reader, name, &xattr.name) || !read_hex(reader, blank + 1, &xattr.value))
		return false;
	ARRAY_PUSH(record->arena, &record->owned.items[record->owned.count - 1].dropped, xattr);
	return true;
}

static bool
read_list(struct reader *reader, const char *rest, struct string_list *list)
{
	const char *path;
	if (!read_text(reader, rest, &path))
		return false;
	if (!state_text_is_below(path))
		return refuse(reader, "expected a path below the home");
	string_list_push(reader->record->arena, list, path);
	return true;
}

static bool
read_line(struct reader *reader, char *line)
{
	char *rest = strchr(line, ' ');
	size_t lines;
	if (reader->ended || !rest)
		return refuse(reader, "not a line of this kind of file");
	*rest++ = '\0';
	if (reader->line == 1)
		return (strcmp(line, "rehome-tree") == 0 && strcmp(rest, "1") == 0) ||
			refuse(reader, "expected '" HEAD "'");
	if (strcmp(line, "move") == 0)
		return read_move(reader, rest);
	if (strcmp(line, "own") == 0)
		return read_own(reader, rest);
	if (strcmp(line, "xattr") == 0)
		return read_xattr(reader, rest);
	if (strcmp(line, "make") == 0)
		return read_list(reader, rest, &reader->record->made);
	if (strcmp(line, "link") == 0)
		return read_link(reader, rest);
	if (strcmp(line, "skip") == 0)
		return read_list(reader, rest, &reader->record->skipped);
	if (strcmp(line, "end") != 0 || sscanf(rest, "%zu", &lines) != 1 ||
		lines != reader->line - 1)
		return refuse(reader, "not a line of this kind of file");
	reader->ended = true;
	return true;
}

static int
compare_numbers(const void *a, const void *b)
{
	const struct owned_inode *left = a, *right = b;
	return left->ino < right->ino ? -1 : left->ino > right->ino;
}

static int
compare_inodes(const void *a, const void *b)
{
	const struct owned_inode *left = a, *right = b;
	if (left->ino != right->ino)
		return left->ino < right->ino ? -1 : 1;
	/* root's first */
	return (left->after.uid != 0) - (right->after.uid != 0);
}

/* A file with several names is written down under each. It becomes root's where one of them is in a
 * read-only folder, or its content could be changed through the other. */
static void
leave_one_each(struct tree_record *record)
{
	size_t count = 0;
	ARRAY_FOREACH (inode, &record->owned) {
		if (!count || record->owned.items[count - 1].ino != inode->ino)
			record->owned.items[count++] = *inode;
	}
	record->owned.count = count;
}

bool
tree_record_parse(struct bytes text, const char *shown, struct arena *arena,
	struct tree_record *ret_record, struct diags *diags)
{
	struct reader reader = { .record = ret_record, .shown = shown, .diags = diags };
	char *copy = arena_strndup(arena, text.data, text.size);
	*ret_record = (struct tree_record){ .arena = arena };
	if (strlen(copy) != text.size)
		return refuse(&reader, "holds a NUL byte");
	for (char *line = copy; *line;) {
		char *newline = strchr(line, '\n');
		reader.line++;
		if (!newline)
			return refuse(&reader, "the last line is torn");
		*newline = '\0';
		if (!read_line(&reader, line))
			return false;
		line = newline + 1;
	}
	if (!reader.ended)
		return refuse(&reader, "the end is missing");
	if (ret_record->owned.count)
		qsort(ret_record->owned.items, ret_record->owned.count,
			sizeof(*ret_record->owned.items), compare_inodes);
	leave_one_each(ret_record);
	return true;
}

bool
tree_record_load(struct run *run, const char *login, struct arena *arena,
	struct tree_record *ret_record, struct diags *diags)
{
	struct bytes text;
	const char *path = record_path(run, login);
	return host_read_file(run->host, path, arena, NULL, &text, diags) &&
		tree_record_parse(text, path, arena, ret_record, diags);
}

const struct owned_inode *
tree_record_find(const struct tree_record *record, uint64_t ino)
{
	const struct owned_inode wanted = { .ino = ino };
	if (!record->owned.count)
		return NULL;
	return bsearch(&wanted, record->owned.items, record->owned.count,
		sizeof(*record->owned.items), compare_numbers);
}
