/*
 * root.c - the questions about ROOT that do not depend on what it is, and which system it holds.
 */
#include "importers/old/root.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "importers/old/root_internal.h"

const char *
old_status_text(enum old_status status)
{
	static const char *const texts[] = {
		[OLD_OK] = "is there",
		[OLD_ABSENT] = "does not exist",
		[OLD_LOOP] = "leads through too many symbolic links",
		[OLD_WRONG_TYPE] = "is of another type than expected",
		[OLD_TOO_LARGE] = "is too large",
		[OLD_UNREADABLE] = "cannot be read",
	};
	return texts[status];
}

enum old_status
root_status_of_errno(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
	case ENAMETOOLONG:
		return OLD_ABSENT;
	case ELOOP:
		return OLD_LOOP;
	default:
		return OLD_UNREADABLE;
	}
}

void
root_node_release(struct root_node *node)
{
	cleanup_close(&node->fd);
	node->fd = -1;
}

/* ---- opening ---- */

bool
old_root_open(struct source *source, struct old_root **ret_root, struct diags *diags)
{
	struct old_root *root = ARENA_NEW(source->arena, struct old_root);
	*root = (struct old_root){ .arena = source->arena, .fd = -1 };
	struct stat st;
	if (stat(source->location, &st) != 0) {
		diag_error(diags, at(source->location, 0), "cannot open: %s", strerror(errno));
		diag_hint(
			diags, "Name the directory or the tar archive that holds the old system.");
		return false;
	}
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		return diag_error(
			diags, at(source->location, 0), "is neither a directory nor a tar archive");
	bool opened = S_ISDIR(st.st_mode) ? root_directory_open(root, source->location, diags)
					  : root_archive_open(root, source->location, diags);
	if (!opened)
		return false;
	*ret_root = root;
	return true;
}

void
old_root_close(struct old_root **root)
{
	if (*root)
		(*root)->kind->close(*root);
	*root = NULL;
}

struct arena *
old_root_arena(struct old_root *root)
{
	return root->arena;
}

/* ---- looking ---- */

static enum old_status
find_entry(struct old_root *root, const char *path, bool follow, struct old_entry *ret_entry)
{
	AUTO_NODE struct root_node node = NO_NODE;
	enum old_status status = root->kind->find(root, path, follow, &node);
	if (status == OLD_OK)
		*ret_entry = node.entry;
	return status;
}

enum old_status
old_root_stat(struct old_root *root, const char *path, struct old_entry *ret_entry)
{
	return find_entry(root, path, true, ret_entry);
}

enum old_status
old_root_lstat(struct old_root *root, const char *path, struct old_entry *ret_entry)
{
	return find_entry(root, path, false, ret_entry);
}

enum old_status
old_root_readlink(struct old_root *root, const char *path, const char **ret_target)
{
	AUTO_NODE struct root_node node = NO_NODE;
	enum old_status status = root->kind->find(root, path, false, &node);
	if (status != OLD_OK)
		return status;
	return S_ISLNK(node.entry.mode) ? root->kind->target(root, &node, ret_target)
					: OLD_WRONG_TYPE;
}

static enum old_status
read_file(struct old_root *root, const char *path, uint64_t limit, bool cut,
	struct old_file *ret_file)
{
	AUTO_NODE struct root_node node = NO_NODE;
	struct old_file file = { 0 };
	enum old_status status = root->kind->find(root, path, true, &node);
	if (status != OLD_OK)
		return status;
	if (!S_ISREG(node.entry.mode))
		return OLD_WRONG_TYPE;
	file.entry = node.entry;
	if (!cut && node.entry.size > limit)
		return OLD_TOO_LARGE;
	status = root->kind->read(root, &node, limit, cut, &file.content);
	if (status == OLD_OK)
		*ret_file = file;
	return status;
}

enum old_status
old_root_read(struct old_root *root, const char *path, uint64_t limit, struct old_file *ret_file)
{
	return read_file(root, path, limit, false, ret_file);
}

enum old_status
old_root_read_start(
	struct old_root *root, const char *path, uint64_t limit, struct old_file *ret_file)
{
	return read_file(root, path, limit, true, ret_file);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum old_status
old_root_list(struct old_root *root, const char *path, struct string_list *ret_names)
{
	AUTO_NODE struct root_node node = NO_NODE;
	struct string_list names = { 0 };
	enum old_status status = root->kind->find(root, path, true, &node);
	if (status != OLD_OK)
		return status;
	if (!S_ISDIR(node.entry.mode))
		return OLD_WRONG_TYPE;
	status = root->kind->list(root, &node, &names);
	if (status != OLD_OK)
		return status;
	if (names.count)
		qsort(names.items, names.count, sizeof(*names.items), compare_names);
	*ret_names = names;
	return OLD_OK;
}

const char *
old_root_host_path(struct old_root *root, const char *path)
{
	struct old_entry entry;
	if (!root->host_path || old_root_stat(root, path, &entry) != OLD_OK)
		return NULL;
	if (!*root->host_path)
		return entry.real;
	return arena_printf(root->arena, "%s%s", root->host_path,
		strcmp(entry.real, "/") == 0 ? "" : entry.real);
}

/* ---- which system it is ---- */

enum { OS_RELEASE_LIMIT = 64 << 10 };

/* The value of NAME= in a file of shell assignments, without its quotes; "" = none. */
static const char *
assigned(struct arena *arena, const char *text, const char *name)
{
	size_t length = strlen(name);
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		if (strncmp(text, name, length) != 0 || text[length] != '=')
			continue;
		const char *value = text + length + 1;
		bool quoted = *value == '"' || *value == '\'';
		value += quoted;
		return arena_strndup(arena, value, strcspn(value, quoted ? "\"'\n" : " \t\r\n"));
	}
	return "";
}

static bool
exists(struct old_root *root, const char *path)
{
	struct old_entry entry;
	return old_root_stat(root, path, &entry) == OLD_OK;
}

/* Systems older than os-release have other marks. */
static const char *
os_by_marks(struct old_root *root)
{
	if (exists(root, "/etc/redhat-release"))
		return "rhel fedora";
	return exists(root, "/etc/debian_version") ? "debian" : "";
}

static const char *
find_os(struct old_root *root)
{
	struct old_file file;
	if (old_root_read(root, "/etc/os-release", OS_RELEASE_LIMIT, &file) != OLD_OK &&
		old_root_read(root, "/usr/lib/os-release", OS_RELEASE_LIMIT, &file) != OLD_OK)
		return os_by_marks(root);
	const char *id = assigned(root->arena, file.content.data, "ID");
	const char *like = assigned(root->arena, file.content.data, "ID_LIKE");
	return arena_printf(root->arena, "%s%s%s", id, *id && *like ? " " : "", like);
}

const char *
old_root_os(struct old_root *root)
{
	if (!root->os)
		root->os = find_os(root);
	return root->os;
}

static bool
has_word(const char *words, const char *word)
{
	size_t length = strlen(word);
	for (words += strspn(words, " "); *words; words += strspn(words, " ")) {
		size_t found = strcspn(words, " ");
		if (found == length && strncmp(words, word, length) == 0)
			return true;
		words += found;
	}
	return false;
}

bool
old_root_is_red_hat(struct old_root *root)
{
	const char *os = old_root_os(root);
	return has_word(os, "fedora") || has_word(os, "rhel") || has_word(os, "centos");
}

bool
old_root_is_debian(struct old_root *root)
{
	const char *os = old_root_os(root);
	return !*os || has_word(os, "debian") || has_word(os, "ubuntu");
}
