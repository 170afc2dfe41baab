/*
 * fuzz_old_tar.c - any bytes as the archive of an old machine, then a walk over all that it holds.
 */
#include "tests/fuzz/must.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "importers/old/root.h"

enum { DEPTH = 40, VISITS = 2000 };

struct visit {
	struct old_root *root;
	unsigned left;
};

static void
check_entry(const struct old_entry *entry)
{
	MUST(entry->real[0] == '/' && !strstr(entry->real, "//"));
	for (const char *part = entry->real; (part = strstr(part, "/.")); part++)
		MUST(part[2] != '/' && part[2] != '\0' &&
			!(part[2] == '.' && (part[3] == '/' || part[3] == '\0')));
}

static void
look_at(struct visit *visit, const char *path)
{
	struct old_ids ids = { .uid = 1000, .gid = 100 };
	struct old_entry entry, again;
	struct old_file file;
	const char *target;
	if (old_root_stat(visit->root, path, &entry) == OLD_OK) {
		check_entry(&entry);
		MUST(!S_ISLNK(entry.mode));
		MUST(old_root_lstat(visit->root, entry.real, &again) == OLD_OK);
		MUST(again.ino == entry.ino && strcmp(again.real, entry.real) == 0);
	}
	if (old_root_read(visit->root, path, OLD_FILE_LIMIT, &file) == OLD_OK) {
		MUST(S_ISREG(file.entry.mode));
		MUST(file.content.size == file.entry.size);
		MUST(file.content.data[file.content.size] == '\0');
	}
	if (old_root_readlink(visit->root, path, &target) == OLD_OK)
		MUST(target);
	old_root_may(visit->root, path, &ids, W_OK);
}

static void
visit_all(struct visit *visit, const char *path, unsigned depth)
{
	struct string_list names;
	struct old_entry entry;
	look_at(visit, path);
	if (depth >= DEPTH || old_root_lstat(visit->root, path, &entry) != OLD_OK ||
		!S_ISDIR(entry.mode) || old_root_list(visit->root, path, &names) != OLD_OK)
		return;
	for (size_t i = 0; i < names.count && visit->left; i++) {
		visit->left--;
		MUST(!i || strcmp(names.items[i - 1], names.items[i]) < 0);
		visit_all(visit,
			arena_printf(old_root_arena(visit->root), "%s/%s", path, names.items[i]),
			depth + 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_CLOSE int fd = memfd_create("old.tar", MFD_CLOEXEC);
	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	struct diags diags = { .arena = &arena };
	struct source source = {
		.location = arena_printf(&arena, "/proc/self/fd/%d", fd),
		.arena = &arena,
	};
	AUTO_OLD_ROOT struct old_root *root = NULL;
	bool opened = old_root_open(&source, &root, &diags);
	must_be_told(opened, &diags);
	if (opened) {
		struct visit visit = { .root = root, .left = VISITS };
		struct string_list paths;
		visit_all(&visit, "", 0);
		old_root_glob(root, "/*/*", &paths);
		old_root_os(root);
	}
	return 0;
}
