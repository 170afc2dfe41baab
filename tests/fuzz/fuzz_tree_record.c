/*
 * fuzz_tree_record.c - any bytes as the record of an adoption, which undo goes by.
 *
 * What must hold: what was accepted, written anew, reads back as the same; every inode of it is
 * found; and nothing that undo looks up by name leads out of the home.
 */
#include "core/run/tree_record.h"
#include "tests/fuzz/must.h"

static void
check_below(const char *path)
{
	AUTO_FREE char *copy = strdup(path);
	MUST(copy && *path && *path != '/' && !strstr(path, "//"));
	for (char *part = strtok(copy, "/"); part; part = strtok(NULL, "/"))
		MUST(strcmp(part, ".") != 0 && strcmp(part, "..") != 0);
}

static bool
check_record(const struct tree_record *record)
{
	bool unique = true;
	ARRAY_FOREACH (folder, &record->moved) {
		check_below(folder->name);
		MUST(!strchr(folder->name, '/'));
	}
	ARRAY_FOREACH (path, &record->made)
		check_below(*path);
	ARRAY_FOREACH (link, &record->links) {
		check_below(link->path);
		MUST(*link->old_target == '/' && *link->new_target != '/');
	}
	for (size_t i = 0; i < record->owned.count; i++) {
		const struct owned_inode *inode = &record->owned.items[i];
		MUST(inode->before.mode <= 07777 && inode->after.mode <= 07777);
		MUST(tree_record_find(record, inode->ino)->ino == inode->ino);
		if (i)
			MUST(inode[-1].ino <= inode->ino);
		unique &= !i || inode[-1].ino != inode->ino;
	}
	return unique;
}

/* Less than what the writer keeps in memory. */
static void
write_record(const struct tree_record *record, struct tree_writer *writer)
{
	buffer_add_text(&writer->pending, "rehome-tree 1\n");
	writer->lines = 1;
	ARRAY_FOREACH (folder, &record->moved)
		MUST(tree_writer_move(writer, folder));
	ARRAY_FOREACH (path, &record->made)
		MUST(tree_writer_make(writer, *path));
	ARRAY_FOREACH (inode, &record->owned)
		MUST(tree_writer_own(writer, inode));
	ARRAY_FOREACH (link, &record->links)
		MUST(tree_writer_link(writer, link));
	ARRAY_FOREACH (path, &record->skipped)
		MUST(tree_writer_skip(writer, *path));
	buffer_printf(&writer->pending, "end %zu\n", writer->lines);
}

static bool
same_owner(const struct host_owner *a, const struct host_owner *b)
{
	return a->uid == b->uid && a->gid == b->gid && a->mode == b->mode;
}

static void
must_be_same(const struct tree_record *a, const struct tree_record *b)
{
	MUST(a->moved.count == b->moved.count && a->made.count == b->made.count);
	MUST(a->owned.count == b->owned.count && a->skipped.count == b->skipped.count);
	for (size_t i = 0; i < a->moved.count; i++)
		MUST(a->moved.items[i].ino == b->moved.items[i].ino &&
			strcmp(a->moved.items[i].name, b->moved.items[i].name) == 0);
	for (size_t i = 0; i < a->made.count; i++)
		MUST(strcmp(a->made.items[i], b->made.items[i]) == 0);
	for (size_t i = 0; i < a->owned.count; i++) {
		const struct owned_inode *left = &a->owned.items[i], *right = &b->owned.items[i];
		MUST(left->ino == right->ino && strcmp(left->path, right->path) == 0);
		MUST(same_owner(&left->before, &right->before));
		MUST(same_owner(&left->after, &right->after));
		MUST(left->dropped.count == right->dropped.count);
		for (size_t x = 0; x < left->dropped.count; x++) {
			const struct host_xattr *one = &left->dropped.items[x];
			const struct host_xattr *other = &right->dropped.items[x];
			MUST(strcmp(one->name, other->name) == 0);
			MUST(one->value.size == other->value.size);
			MUST(!one->value.size ||
				memcmp(one->value.data, other->value.data, one->value.size) == 0);
		}
	}
}

static void
must_be_same_links(const struct tree_record *a, const struct tree_record *b)
{
	MUST(a->links.count == b->links.count);
	for (size_t i = 0; i < a->links.count; i++) {
		const struct relinked *left = &a->links.items[i], *right = &b->links.items[i];
		MUST(strcmp(left->path, right->path) == 0);
		MUST(strcmp(left->old_target, right->old_target) == 0);
		MUST(strcmp(left->new_target, right->new_target) == 0);
		MUST(same_owner(&left->before, &right->before));
		MUST(same_owner(&left->after, &right->after));
		MUST(left->modified.tv_sec == right->modified.tv_sec);
		MUST(left->modified.tv_nsec == right->modified.tv_nsec);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct tree_record record, again;
	struct bytes text = { size ? (const char *)data : "", size };
	bool good = tree_record_parse(text, "fuzz", &arena, &record, &diags);
	must_be_told(good, &diags);
	if (!good || !check_record(&record))
		return 0;
	AUTO_TREE_WRITER struct tree_writer writer = { .fd = -1 };
	write_record(&record, &writer);
	MUST(tree_record_parse(buffer_bytes(&writer.pending), "again", &arena, &again, &diags));
	must_be_same(&record, &again);
	must_be_same_links(&record, &again);
	return 0;
}
