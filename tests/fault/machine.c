/*
 * machine.c - a small machine in a directory.
 */
#include "machine.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tests/remove_tree.h"

/* Files that are equal otherwise are as old as each other. */
enum { NOT_POSSIBLE = 77, LONG_AGO = 1000000000 };

/* ---- the place ---- */

static char place[] = "/tmp/rehome-fault-XXXXXX";
static bool is_mounted;

static void
leave_place(void)
{
	/* The mount is in our own namespace, so only the empty directory is left to others. */
	if (is_mounted)
		umount2(place, MNT_DETACH);
	rmdir(place);
}

static void
start_again_as_root(char **argv)
{
	char *words[32] = { (char *)"unshare", (char *)"-Ur", (char *)"--map-auto" };
	for (size_t i = 0; argv[i] && i + 4 < ARRAY_LEN(words); i++)
		words[3 + i] = argv[i];
	execvp(words[0], words);
}

/* With subordinate ids an ordinary user is root of a namespace in which chown works. */
static void
become_root(char **argv)
{
	static const char mark[] = "REHOME_FAULT_IN_NAMESPACE";
	if (geteuid() == 0)
		return;
	if (!getenv(mark) && system("unshare -Ur --map-auto true 2>/dev/null") == 0) {
		setenv(mark, "1", 1);
		start_again_as_root(argv);
	}
	puts("needs root, or subordinate ids for unshare --map-auto");
	exit(NOT_POSSIBLE);
}

void
machine_prepare_place(char **argv)
{
	become_root(argv);
	if (!mkdtemp(place))
		err(1, "%s", place);
	if (chmod(place, 0755) != 0)
		err(1, "%s", place);
	/* Without a namespace it works as well, only as fast as the disk syncs. */
	is_mounted = unshare(CLONE_NEWNS) == 0 &&
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		mount("tmpfs", place, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") == 0;
	atexit(leave_place);
}

/* ---- files ---- */

static char *
real(const char *root, const char *path)
{
	static char text[4096];
	snprintf(text, sizeof(text), "%s%s", root, path);
	return text;
}

static void
put(const char *root, const char *path, const char *content, int flags, mode_t mode)
{
	size_t size = strlen(content);
	AUTO_CLOSE int fd = open(real(root, path), O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode);
	if (fd < 0 || write(fd, content, size) != (ssize_t)size)
		err(1, "%s%s", root, path);
}

void
machine_write(const char *root, const char *path, const char *content, mode_t mode)
{
	static const struct timespec times[2] = { { .tv_sec = LONG_AGO }, { .tv_sec = LONG_AGO } };
	put(root, path, content, O_TRUNC, mode);
	if (chmod(real(root, path), mode) != 0 ||
		utimensat(AT_FDCWD, real(root, path), times, 0) != 0)
		err(1, "%s%s", root, path);
}

void
machine_append(const char *root, const char *path, const char *content)
{
	put(root, path, content, O_APPEND, 0600);
}

void
machine_make_dir(const char *root, const char *path, uid_t owner, mode_t mode)
{
	if (mkdir(real(root, path), 0700) != 0 || chown(real(root, path), owner, owner) != 0 ||
		chmod(real(root, path), mode) != 0)
		err(1, "%s%s", root, path);
}

void
machine_remove_file(const char *root, const char *path)
{
	if (unlink(real(root, path)) != 0)
		err(1, "%s%s", root, path);
}

void
machine_open_dir(const char *root, const char *path)
{
	if (chmod(real(root, path), 0777) != 0)
		err(1, "%s%s", root, path);
}

static char *
read_file(const char *path, struct arena *arena)
{
	char chunk[4096];
	ssize_t size;
	AUTO_BUFFER struct buffer text = { 0 };
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	while ((size = read(fd, chunk, sizeof(chunk))) > 0)
		buffer_add(&text, chunk, (size_t)size);
	return arena_strdup(arena, buffer_text(&text));
}

char *
machine_read(const char *root, const char *path, struct arena *arena)
{
	return read_file(real(root, path), arena);
}

/* ---- machines ---- */

struct account_files {
	const char *passwd, *shadow, *group, *gshadow;
};

static const struct account_files files_of[MACHINE_KINDS] = {
	[MACHINE_USUAL] = {
		"root:x:0:0:root:/root:/bin/bash\n"
		"daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
		"heinz:x:1000:1000:Heinz,,,:/home/heinz:/bin/bash\n",
		"root:*:19000:0:99999:7:::\n"
		"daemon:*:19000:0:99999:7:::\n"
		"heinz:$6$abcdefgh$secret:19000:0:99999:7:::\n",
		"root:x:0:\n"
		"daemon:x:1:\n"
		"users:x:100:heinz\n"
		"heinz:x:1000:\n",
		"root:*::\n"
		"daemon:*::\n"
		"users:*::heinz\n"
		"heinz:!::\n",
	},
	[MACHINE_NIS] = {
		"# kept by hand: ask Heinz\n"
		"root:x:0:0:root:/root:/bin/bash\n"
		"\n"
		"heinz:x:1000:1000:Heinz,,,:/home/heinz:/bin/bash\n"
		"this line has no fields\n"
		"+@staff::::::\n"
		"-eve\n"
		"+::::::\n",
		"root:*:19000:0:99999:7:::\n"
		"# and a comment\n"
		"heinz:!:19000:0:99999:7:::\n"
		"+::::::::\n",
		"root:x:0:\n"
		"press:x:500:heinz\n"
		"# groups of the house\n"
		"heinz:x:1000:\n"
		"+:::\n",
		"root:*::\n"
		"press:!:heinz:heinz\n"
		"heinz:!::\n",
	},
	[MACHINE_RAGGED] = {
		"root:x:0:0:root:/root:/bin/bash\n"
		"heinz:x:1000:1000:Heinz:/home/heinz:/bin/bash",
		"root:*:19000:0:99999:7:::\n"
		"heinz:!:19000",
		"root:x:0:\n"
		"heinz:x:1000:\n"
		"press:x:500:heinz",
		NULL,
	},
};

static void
make_account_files(const char *root, const struct account_files *files)
{
	machine_write(root, "/etc/passwd", files->passwd, 0644);
	machine_write(root, "/etc/group", files->group, 0644);
	machine_write(root, "/etc/shadow", files->shadow, 0640);
	if (chown(real(root, "/etc/shadow"), 0, 42) != 0)
		err(1, "%s/etc/shadow", root);
	if (files->gshadow)
		machine_write(root, "/etc/gshadow", files->gshadow, 0640);
}

const char *
machine_make(enum machine_kind kind, struct arena *arena)
{
	static unsigned number;
	static const char *const dirs[] = { "/etc", "/etc/ssh", "/etc/ssh/sshd_config.d", "/home",
		"/root", "/srv", "/var", "/var/lib" };
	const char *root = arena_printf(arena, "%s/%u", place, ++number);

	machine_make_dir(root, "", 0, 0755);
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		bool is_dropin_dir = strstr(dirs[i], "config.d");
		if (!is_dropin_dir || kind != MACHINE_RAGGED)
			machine_make_dir(root, dirs[i], 0, 0755);
	}
	make_account_files(root, &files_of[kind]);
	machine_write(root, "/etc/hostname", "sftp1\n", 0644);
	machine_write(
		root, "/etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\n", 0644);
	machine_make_dir(root, "/home/heinz", 1000, 0700);
	machine_write(root, "/home/heinz/letter", "Dear Anna\n", 0600);
	machine_make_dir(root, "/srv/open", 0, 0755);
	return root;
}

void
machine_remove(const char *root)
{
	if (remove_tree(root) != 0)
		err(1, "%s", root);
}

/* ---- looking at them ---- */

static void
add_xattrs(struct buffer *out, const char *path)
{
	char names[4096], value[4096];
	ssize_t length = llistxattr(path, names, sizeof(names));
	for (ssize_t i = 0; i < length; i += (ssize_t)strlen(names + i) + 1) {
		ssize_t size = lgetxattr(path, names + i, value, sizeof(value));
		buffer_printf(out, " %s=", names + i);
		for (ssize_t j = 0; j < size; j++)
			buffer_printf(out, "%02x", (unsigned char)value[j]);
	}
}

/* Files with several names, in the order of the walk. */
struct links {
	struct arena *arena;
	struct link_seen {
		ino_t ino;
	} * items;
	size_t count, room;
};

/* "run-12.csv" -> "run-N.csv", quarantine likewise: a second attempt has another number. */
static void
add_name(struct buffer *out, const char *path)
{
	static const char *const before[] = { "/run-", "/.rehome-quarantine/" };
	const char *number = NULL;
	for (size_t i = 0; !number && i < ARRAY_LEN(before); i++) {
		number = strstr(path, before[i]);
		number = number ? number + strlen(before[i]) : NULL;
	}
	if (!number) {
		buffer_add_text(out, path);
		return;
	}
	buffer_add(out, path, (size_t)(number - path));
	buffer_add_char(out, 'N');
	buffer_add_text(out, number + strspn(number, "0123456789"));
}

/* Small files as text, so that a difference can be read; of others size and checksum (FNV-1a). */
static void
add_content(struct buffer *out, const char *path)
{
	enum { SHOWN = 4096 };
	char chunk[SHOWN];
	ssize_t size, total = 0;
	uint64_t sum = 14695981039346656037u;
	size_t begin = out->size;
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	buffer_add_char(out, ' ');
	while (fd >= 0 && (size = read(fd, chunk, sizeof(chunk))) > 0) {
		for (ssize_t i = 0; i < size; i++) {
			unsigned char byte = (unsigned char)chunk[i];
			sum = (sum ^ byte) * 1099511628211u;
			if (total + i >= SHOWN)
				continue;
			if (byte >= ' ' && byte < 127)
				buffer_add_char(out, chunk[i]);
			else
				buffer_printf(out, byte == '\n' ? "\\n" : "\\x%02x", byte);
		}
		total += size;
	}
	if (fd < 0 || size < 0)
		err(1, "%s", path);
	if (total > SHOWN) {
		out->size = begin;
		buffer_printf(out, " %zd bytes %016llx", total, (unsigned long long)sum);
	}
}

/* What kind of a thing it is besides its mode: where a link leads, which names are one file. */
static void
add_identity(struct buffer *out, const char *full, const struct stat *st, struct links *links)
{
	char target[4096];
	if (S_ISLNK(st->st_mode)) {
		ssize_t size = readlink(full, target, sizeof(target));
		buffer_add_text(out, " -> ");
		buffer_add(out, target, size > 0 ? (size_t)size : 0);
	}
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		buffer_printf(out, " device %llx", (unsigned long long)st->st_rdev);
	if (S_ISDIR(st->st_mode) || st->st_nlink == 1)
		return;
	buffer_printf(out, " %u links", (unsigned)st->st_nlink);
	for (size_t i = 0; i < links->count; i++) {
		if (links->items[i].ino == st->st_ino)
			buffer_printf(out, " = %zu", i);
	}
	ARRAY_PUSH(links->arena, links, ((struct link_seen){ st->st_ino }));
}

/* Copies that a run did not complete are nobody's yet. */
static bool
is_left_out(const char *path)
{
	const char *slash = strrchr(path, '/');
	if (slash && strcmp(slash, "/.rehome-partial") == 0)
		return true;
	return strcmp(path, "/var/lib/rehome") == 0 || strcmp(path, "/etc/.pwd.lock") == 0;
}

/* When the content of what is the users' was written; the rest may be written anew. */
static void
add_time(struct buffer *out, const char *path, const struct stat *st)
{
	bool is_data = strncmp(path, "/home/", 6) == 0 || strncmp(path, "/srv/", 5) == 0;
	if (is_data && !S_ISDIR(st->st_mode))
		buffer_printf(
			out, " @%lld.%09ld", (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
}

static void
describe(struct buffer *out, const char *root, const char *path, struct links *links,
	struct arena *arena)
{
	struct stat st;
	const char *full = arena_printf(arena, "%s%s", root, path);
	if (is_left_out(path))
		return;
	if (lstat(full, &st) != 0)
		err(1, "%s", full);
	add_name(out, path);
	buffer_printf(out, " %06o %u:%u", st.st_mode, st.st_uid, st.st_gid);
	add_identity(out, full, &st, links);
	add_time(out, path, &st);
	add_xattrs(out, full);
	if (S_ISREG(st.st_mode))
		add_content(out, full);
	buffer_add_char(out, '\n');
	if (!S_ISDIR(st.st_mode))
		return;

	struct dirent **entries;
	int count = scandir(full, &entries, NULL, alphasort);
	if (count < 0)
		err(1, "%s", full);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
			describe(out, root, arena_printf(arena, "%s/%s", path, name), links, arena);
		free(entries[i]);
	}
	free(entries);
}

char *
machine_fingerprint(const char *root, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	AUTO_ARENA struct arena scratch = { 0 };
	struct links links = { .arena = &scratch };
	describe(&out, root, "", &links, &scratch);
	return arena_strdup(arena, buffer_text(&out));
}

char *
machine_difference(const char *expected, const char *found, struct arena *arena)
{
	while (*expected && *expected == *found) {
		size_t length = strcspn(expected, "\n");
		if (strncmp(expected, found, length + 1) != 0)
			break;
		expected += length + (expected[length] == '\n');
		found += length + (found[length] == '\n');
	}
	return arena_printf(arena, "expected %.*s\n   found %.*s", (int)strcspn(expected, "\n"),
		expected, (int)strcspn(found, "\n"), found);
}

/* ---- what must not stay ---- */

static struct {
	char path[4096];
} leftover;

static int
find_leftover(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type;
	const char *name = path + ftw->base;
	bool ours = strncmp(name, ".rehome-", 8) == 0 && strcmp(name, ".rehome-quarantine") != 0 &&
		strcmp(name, ".rehome-partial") != 0;
	if (ours)
		snprintf(leftover.path, sizeof(leftover.path), "%s", path);
	return ours;
}

char *
machine_leftover(const char *root, struct arena *arena)
{
	return nftw(root, find_leftover, 16, FTW_PHYS) == 1 ? arena_strdup(arena, leftover.path)
							    : NULL;
}
