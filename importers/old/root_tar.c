/*
 * root_tar.c - a tar archive read once, into the tree of root_archive.h.
 *
 * Every member's metadata is kept; contents are kept below /etc, of small files where servers have
 * databases and settings, and nowhere else, so that memory does not grow with people's data. What
 * is not kept is OLD_UNREADABLE when it is asked for. One layer of compression, and no more
 * expansion than any real machine shows.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/posix_acl.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>

#include "importers/old/root_archive.h"

enum { BLOCK = 256 << 10, SMALL = 64 << 10, MEDIUM = 1 << 20 };
enum { ETC_BUDGET = 512 << 20, OTHER_BUDGET = 256 << 20 };
/* What is larger and expands more is made to keep us busy. */
static const int64_t bomb_size = INT64_C(16) << 30, bomb_ratio = 2000;

struct tar_reading {
	struct old_root *root;
	struct old_archive *tree;
	const char *location;
	struct archive *tar;
	struct diags *diags;
	uint64_t etc_bytes, other_bytes; /* of contents that were kept */
	uint64_t members;
	size_t left_out;
	const char *left_out_name; /* the first of them */
};

static void
tar_finish(struct archive **tar)
{
	if (*tar)
		archive_read_free(*tar);
}

/* Names in pax headers are UTF-8, which libarchive turns into what the locale says. */
static void
locale_finish(locale_t *locale)
{
	if (!*locale)
		return;
	uselocale(LC_GLOBAL_LOCALE);
	freelocale(*locale);
}

static locale_t
use_utf8(void)
{
	locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (locale)
		uselocale(locale);
	return locale;
}

static bool
damaged(struct tar_reading *reading)
{
	const char *why = archive_error_string(reading->tar);
	return diag_error(reading->diags, at(reading->location, 0),
		"cannot be read as a tar archive: %s", why ? why : "damaged");
}

/* ---- contents ---- */

static bool
is_below(const char *path, const char *dir)
{
	size_t length = strlen(dir);
	return strncmp(path, dir, length) == 0 && path[length] == '/';
}

/* Where a distribution keeps programs, and the parts of it where it keeps settings. */
static bool
is_program(const char *path)
{
	static const char *const programs[] = { "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64",
		"/boot", "/proc", "/sys", "/dev" };
	static const char *const settings[] = { "/usr/lib/systemd", "/lib/systemd",
		"/usr/local/etc", "/usr/etc", "/usr/lib/userdb", "/usr/local/lib/systemd",
		"/usr/lib/tmpfiles.d" };
	if (strcmp(path, "/usr/lib/os-release") == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		if (is_below(path, settings[i]))
			return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		if (is_below(path, programs[i]))
			return true;
	}
	return false;
}

/* Settings and keys that people have in their homes. */
static bool
is_hidden(const char *path)
{
	return strstr(path, "/.");
}

static bool
charge(uint64_t *used, uint64_t size, uint64_t budget)
{
	if (size > budget - *used)
		return false;
	*used += size;
	return true;
}

static bool
is_wanted(struct tar_reading *reading, const char *path, uint64_t size)
{
	if (is_below(path, "/etc"))
		return size <= OLD_FILE_LIMIT && charge(&reading->etc_bytes, size, ETC_BUDGET);
	if (is_hidden(path) && size <= SMALL)
		return charge(&reading->etc_bytes, size, ETC_BUDGET);
	return size <= MEDIUM && !is_program(path) &&
		charge(&reading->other_bytes, size, OTHER_BUDGET);
}

/* False with an error for an archive that expands like none of a real machine. */
static bool
is_bomb(struct tar_reading *reading)
{
	int64_t expanded = archive_filter_bytes(reading->tar, 0);
	int64_t packed = archive_filter_bytes(reading->tar, -1);
	return expanded > bomb_size && packed < expanded / bomb_ratio;
}

static bool
refuse_bomb(struct tar_reading *reading)
{
	return diag_error(reading->diags, at(reading->location, 0),
		"expands to more than %lld times its size", (long long)bomb_ratio);
}

/* Holes between the blocks are zeros, which the memory is already. */
static bool
read_content(struct tar_reading *reading, uint64_t size, struct bytes *ret_content)
{
	char *content = arena_alloc(reading->root->arena, size + 1);
	const void *block;
	size_t length;
	la_int64_t offset;
	int result;
	while ((result = archive_read_data_block(reading->tar, &block, &length, &offset)) ==
		ARCHIVE_OK) {
		if (offset < 0 || (uint64_t)offset > size || length > size - (uint64_t)offset)
			return diag_error(reading->diags, at(reading->location, 0),
				"has a member that is longer than its header says");
		memcpy(content + offset, block, length);
	}
	if (result != ARCHIVE_EOF)
		return damaged(reading);
	*ret_content = (struct bytes){ content, size };
	return true;
}

static bool
skip_content(struct tar_reading *reading)
{
	const void *block;
	size_t length;
	la_int64_t offset;
	int result = ARCHIVE_OK;
	/* A plain file is sought through; what is unpacked anyway is watched. */
	if (archive_filter_count(reading->tar) < 2)
		return archive_read_data_skip(reading->tar) == ARCHIVE_OK || damaged(reading);
	while (result == ARCHIVE_OK) {
		result = archive_read_data_block(reading->tar, &block, &length, &offset);
		if (is_bomb(reading))
			return refuse_bomb(reading);
	}
	return result == ARCHIVE_EOF || damaged(reading);
}

/* ---- members ---- */

static void
leave_out(struct tar_reading *reading, const char *name)
{
	if (!reading->left_out++)
		reading->left_out_name = arena_strdup(reading->root->arena, name ? name : "");
}

static uint16_t
acl_tag(int tag)
{
	switch (tag) {
	case ARCHIVE_ENTRY_ACL_USER:
		return ACL_USER;
	case ARCHIVE_ENTRY_ACL_USER_OBJ:
		return ACL_USER_OBJ;
	case ARCHIVE_ENTRY_ACL_GROUP:
		return ACL_GROUP;
	case ARCHIVE_ENTRY_ACL_GROUP_OBJ:
		return ACL_GROUP_OBJ;
	case ARCHIVE_ENTRY_ACL_MASK:
		return ACL_MASK;
	default:
		return ACL_OTHER;
	}
}

static void
take_acl(struct tar_reading *reading, struct archive_entry *entry, struct archive_member *member)
{
	int type, permissions, tag, id;
	const char *name;
	if (!(archive_entry_acl_types(entry) & ARCHIVE_ENTRY_ACL_TYPE_ACCESS))
		return;
	archive_entry_acl_reset(entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS);
	while (archive_entry_acl_next(entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, &type, &permissions,
		       &tag, &id, &name) == ARCHIVE_OK) {
		struct archive_acl_entry one = {
			.tag = acl_tag(tag),
			.permissions = (uint16_t)(permissions & 7),
			.has_id = id >= 0,
			.id = id >= 0 ? (uint32_t)id : 0,
			.name = name && *name ? arena_strdup(reading->root->arena, name) : NULL,
		};
		ARRAY_PUSH(reading->root->arena, &member->acl, one);
		/* libarchive has the owning group's rights there; stat(2) has the mask. */
		if (one.tag == ACL_MASK)
			member->entry.mode = (member->entry.mode & ~(mode_t)S_IRWXG) |
				(mode_t)(one.permissions << 3);
	}
}

/* False where the numbers or the type are none that a file can have. */
static bool
take_facts(struct tar_reading *reading, struct archive_entry *entry, struct archive_member *member)
{
	la_int64_t uid = archive_entry_uid(entry), gid = archive_entry_gid(entry);
	la_int64_t size = archive_entry_size(entry);
	const char *target = archive_entry_symlink(entry);
	mode_t type = archive_entry_filetype(entry);
	if (uid < 0 || uid >= UINT32_MAX || gid < 0 || gid >= UINT32_MAX || size < 0 || !type ||
		(S_ISLNK(type) && (!target || strlen(target) >= PATH_MAX)))
		return false;
	member->entry = (struct old_entry){
		.uid = (uid_t)uid,
		.gid = (gid_t)gid,
		.mode = type | (archive_entry_perm(entry) & 07777),
		.size = S_ISREG(type) ? (uint64_t)size : 0,
		.ino = ++reading->members,
		.mtime = archive_entry_mtime(entry),
	};
	member->target = S_ISLNK(type) ? arena_strdup(reading->root->arena, target) : NULL;
	take_acl(reading, entry, member);
	return true;
}

/* What an earlier member is, under one more name. */
static bool
take_hard_link(struct tar_reading *reading, const char *target, struct archive_member *member)
{
	char path[PATH_MAX];
	const struct archive_node *node = NULL;
	if (archive_tree_path(target, path, sizeof(path)))
		node = archive_tree_get(reading->tree, path);
	if (!node || S_ISDIR(node->member.entry.mode))
		return false;
	*member = node->member;
	return true;
}

static bool
put(struct tar_reading *reading, const char *path, const struct archive_member *member)
{
	switch (archive_tree_put(reading->tree, path, member)) {
	case ARCHIVE_LEFT_OUT:
		leave_out(reading, path);
		break;
	case ARCHIVE_FULL:
		diag_error(reading->diags, at(reading->location, 0),
			"has more than %d members, or too long names", ARCHIVE_NODES_LIMIT);
		diag_hint(reading->diags,
			"Pack only what the server needs: /etc, its databases and the homes.");
		return false;
	case ARCHIVE_TAKEN:
		break;
	}
	return true;
}

static bool
take_member(struct tar_reading *reading, struct archive_entry *entry)
{
	char path[PATH_MAX];
	struct archive_member member = { 0 };
	const char *name = archive_entry_pathname(entry), *link = archive_entry_hardlink(entry);
	bool good = name && archive_tree_path(name, path, sizeof(path)) &&
		(link ? take_hard_link(reading, link, &member)
		      : take_facts(reading, entry, &member));
	if (!good) {
		leave_out(reading, name);
		return skip_content(reading);
	}
	if (!link && S_ISREG(member.entry.mode) && is_wanted(reading, path, member.entry.size)) {
		if (!read_content(reading, member.entry.size, &member.content))
			return false;
		member.has_content = true;
	} else if (!skip_content(reading)) {
		return false;
	}
	return put(reading, path, &member);
}

/* ---- the archive ---- */

static void
warn_about_left_out(struct tar_reading *reading)
{
	if (!reading->left_out)
		return;
	diag_warning(reading->diags, at(reading->location, 0),
		"%zu members cannot be on any disk and were left out, such as '%s'",
		reading->left_out, reading->left_out_name);
	diag_code(reading->diags, "archive-member");
}

static bool
read_members(struct tar_reading *reading)
{
	struct archive_entry *entry;
	int result;
	while ((result = archive_read_next_header(reading->tar, &entry)) == ARCHIVE_OK ||
		result == ARCHIVE_WARN) {
		if (archive_filter_count(reading->tar) > 2)
			return diag_error(reading->diags, at(reading->location, 0),
				"is compressed more than once");
		if (is_bomb(reading))
			return refuse_bomb(reading);
		if (!take_member(reading, entry))
			return false;
	}
	if (result != ARCHIVE_EOF)
		return damaged(reading);
	warn_about_left_out(reading);
	return true;
}

static struct archive *
new_tar(void)
{
	struct archive *tar = archive_read_new();
	if (!tar)
		abort();
	archive_read_support_format_tar(tar);
	archive_read_support_filter_bzip2(tar);
	archive_read_support_filter_compress(tar);
	archive_read_support_filter_gzip(tar);
	archive_read_support_filter_lz4(tar);
	archive_read_support_filter_lzip(tar);
	archive_read_support_filter_lzma(tar);
	archive_read_support_filter_xz(tar);
	archive_read_support_filter_zstd(tar);
	return tar;
}

bool
root_archive_open(struct old_root *root, const char *location, struct diags *diags)
{
	AUTO_CLOSE int fd = open(location, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) != 0)
		return diag_error(diags, at(location, 0), "cannot open: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return diag_error(
			diags, at(location, 0), "is neither a directory nor a tar archive");

	AUTO(locale_finish) locale_t locale = use_utf8();
	(void)locale; /* only left again */
	AUTO(tar_finish) struct archive *tar = new_tar();
	struct tar_reading reading = {
		.root = root,
		.tree = archive_tree_create(root->arena),
		.location = location,
		.tar = tar,
		.diags = diags,
	};
	root->kind = &root_archive;
	root->archive = reading.tree;
	if (archive_read_open_fd(tar, fd, BLOCK) != ARCHIVE_OK)
		return damaged(&reading);
	return read_members(&reading);
}
