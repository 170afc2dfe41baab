/*
 * config.c - from files to the configuration: which are read, in what order, and what must hold
 * when all of them are.
 *
 * The file named by the administrator is opened as it is. What belongs to the host (the default
 * file, its conf.d, the sheet) is looked up as if root_dir were the root, links included. Nothing
 * is written here.
 */
#include "core/model/config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <nettle/sha2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/model/config_reader.h"

#define DEFAULT_FILE "/etc/rehome/rehome.yaml"

/* A file or directory, and how it is opened and shown. */
struct input {
	const char *root; /* NULL: the path is the process's own */
	const char *path;
	const char *shown;
};

struct loader {
	struct config_reader reader;
	struct sha256_ctx sha256;
};

/* ---- files ---- */

static struct input
input_below(const char *root, const char *path, struct arena *arena)
{
	size_t length = strlen(root);
	while (length && root[length - 1] == '/')
		length--;
	const char *shown = arena_printf(arena, "%.*s%s", (int)length, root, path);
	return (struct input){ root, path, shown };
}

static int
open_input(const struct input *input, int flags)
{
	flags |= O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	if (!input->root)
		return open(input->path, flags);
	AUTO_CLOSE int root = open(input->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -1;
	struct open_how how = { .flags = (unsigned)flags, .resolve = RESOLVE_IN_ROOT };
	int fd = (int)syscall(SYS_openat2, root, input->path, &how, sizeof(how));
	/* An old kernel, or a seccomp filter that is older still. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		fd = open(input->shown, flags | O_NOFOLLOW);
	return fd;
}

static bool
others_can_change(const struct stat *st)
{
	return geteuid() == 0 &&
		(st->st_uid != 0 || st->st_mode & S_IWOTH ||
			(st->st_mode & S_IWGRP && st->st_gid != 0));
}

static void
warn_if_writable(struct loader *loader, const struct input *input, const struct stat *st)
{
	struct diags *diags = loader->reader.diags;
	if (!others_can_change(st))
		return;
	diag_warning(diags, at(input->shown, 0), "others than root can change this file");
	diag_code(diags, "config-writable");
	diag_hint(diags, "Run chown root:root and chmod go-w on it.");
}

/* Reads a regular file and adds it to the checksum. */
static bool
read_whole(struct loader *loader, const struct input *input, int fd, struct bytes *ret_bytes)
{
	struct diags *diags = loader->reader.diags;
	AUTO_BUFFER struct buffer content = { 0 };
	char chunk[16384];
	struct stat st;
	ssize_t size;

	if (fstat(fd, &st) < 0)
		return diag_error(diags, at(input->shown, 0), "cannot stat: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return diag_error(diags, at(input->shown, 0), "not a regular file");
	while ((size = read(fd, chunk, sizeof(chunk))) > 0 && content.size <= YAML_TREE_SIZE)
		buffer_add(&content, chunk, (size_t)size);
	if (size < 0)
		return diag_error(diags, at(input->shown, 0), "cannot read: %s", strerror(errno));
	if (content.size > YAML_TREE_SIZE)
		return diag_error(diags, at(input->shown, 0), "larger than 4 MiB");

	warn_if_writable(loader, input, &st);
	sha256_update(&loader->sha256, content.size, (const uint8_t *)content.data);
	ret_bytes->size = content.size;
	ret_bytes->data = arena_copy(loader->reader.arena, buffer_text(&content), content.size + 1);
	return true;
}

static bool
cannot_open(struct diags *diags, const struct input *input)
{
	int error = errno;
	diag_error(diags, at(input->shown, 0), "cannot open: %s", strerror(error));
	if (error == EACCES)
		diag_code(diags, "config-forbidden");
	return false;
}

/* A missing file is success with *ret_found = false when ret_found is not NULL. */
static bool
read_input(
	struct loader *loader, const struct input *input, bool *ret_found, struct bytes *ret_bytes)
{
	AUTO_CLOSE int fd = open_input(input, 0);
	if (ret_found)
		*ret_found = fd >= 0;
	if (fd >= 0)
		return read_whole(loader, input, fd, ret_bytes);
	if (ret_found && (errno == ENOENT || errno == ENOTDIR))
		return true;
	return cannot_open(loader->reader.diags, input);
}

/* ---- documents ---- */

/* Users own their homes, and public keys there would be theirs to change. */
static void
check_keys_dir(struct config_reader *reader, const struct yaml_node *root)
{
	const struct jail_config *jail = &reader->config->jail;
	const struct yaml_node *section = yaml_child(root, "jail");
	const struct yaml_node *node = section ? yaml_child(section, "keys_dir") : NULL;
	size_t fixed = strcspn(jail->home_text, "$");
	while (fixed && jail->home_text[fixed - 1] != '/')
		fixed--;
	if (!node || strncmp(jail->keys_dir, jail->home_text, fixed) != 0)
		return;
	diag_error(reader->diags, yaml_at(node, reader->arena),
		"jail.keys_dir lies among the homes of jail.home");
	diag_hint(reader->diags, "Choose a directory that belongs to root alone.");
}

static void
check_version(struct config_reader *reader, const char *shown)
{
	if (reader->addition || reader->version_seen)
		return;
	diag_error(reader->diags, at_column(shown, 1, 1, "version"), "version is missing");
	diag_hint(reader->diags, "Begin the file with version: 1.");
}

static void
read_document(struct loader *loader, struct bytes text, const char *shown)
{
	struct config_reader *reader = &loader->reader;
	struct yaml_node *root;
	bool parsed = yaml_tree_parse(text, shown, reader->arena, &root, reader->diags);
	/* After a syntax error there is no tree, and what is missing from it means nothing. */
	if (!parsed && !root)
		return;
	config_read_document(reader, root);
	if (!root || root->kind == YAML_KIND_MAPPING || yaml_is_silent(root))
		check_version(reader, shown);
	if (root)
		check_keys_dir(reader, root);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
ends_with(const char *name, const char *ending)
{
	size_t length = strlen(name), tail = strlen(ending);
	return length > tail && strcmp(name + length - tail, ending) == 0;
}

/* The names of *.yaml in byte order; hidden files and editors' backups do not count. */
static bool
list_additions(struct loader *loader, const struct input *directory, int *fd,
	struct string_list *ret_names)
{
	struct config_reader *reader = &loader->reader;
	AUTO_DIR DIR *dir = fdopendir(*fd);
	if (!dir)
		return diag_error(
			reader->diags, at(directory->shown, 0), "cannot list: %s", strerror(errno));
	steal_fd(fd);
	const struct dirent *entry;
	for (errno = 0; (entry = readdir(dir)); errno = 0) {
		if (*entry->d_name == '.')
			continue;
		if (ends_with(entry->d_name, ".yaml")) {
			string_list_push(reader->arena, ret_names,
				arena_strdup(reader->arena, entry->d_name));
		} else if (ends_with(entry->d_name, ".yml")) {
			diag_warning(reader->diags, at(directory->shown, 0), "'%s' is not read",
				entry->d_name);
			diag_hint(reader->diags, "Give it a name that ends in .yaml.");
		}
	}
	if (errno)
		return diag_error(
			reader->diags, at(directory->shown, 0), "cannot list: %s", strerror(errno));
	if (ret_names->count)
		qsort(ret_names->items, ret_names->count, sizeof(*ret_names->items), compare_names);
	return true;
}

/*
 * Unlike the file itself, nobody named this directory: /tmp/conf.d beside `-c /tmp/x.yaml` could be
 * anybody's, so one that others can fill is refused.
 */
static bool
open_additions(struct loader *loader, const struct input *directory, int *ret_fd)
{
	struct diags *diags = loader->reader.diags;
	struct stat st;
	AUTO_CLOSE int fd = open_input(directory, O_DIRECTORY);
	if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
		return cannot_open(diags, directory);
	if (fd >= 0 && fstat(fd, &st) < 0)
		return diag_error(
			diags, at(directory->shown, 0), "cannot stat: %s", strerror(errno));
	if (fd >= 0 && others_can_change(&st)) {
		diag_error(diags, at(directory->shown, 0),
			"others than root can add to this directory");
		diag_code(diags, "config-writable");
		diag_hint(diags, "Run chown root:root and chmod go-w on it, or remove it.");
		return false;
	}
	*ret_fd = steal_fd(&fd);
	return true;
}

static void
read_additions(struct loader *loader, const struct input *main_file)
{
	struct arena *arena = loader->reader.arena;
	const char *slash = strrchr(main_file->path, '/');
	const char *shown_slash = strrchr(main_file->shown, '/');
	int length = slash ? (int)(slash - main_file->path) + 1 : 0;
	int shown_length = shown_slash ? (int)(shown_slash - main_file->shown) + 1 : 0;
	struct input directory = { main_file->root,
		arena_printf(arena, "%.*sconf.d", length, main_file->path),
		arena_printf(arena, "%.*sconf.d", shown_length, main_file->shown) };
	struct string_list names = { 0 };
	AUTO_CLOSE int fd = -1;
	if (!open_additions(loader, &directory, &fd) || fd < 0 ||
		!list_additions(loader, &directory, &fd, &names))
		return;

	loader->reader.addition = true;
	ARRAY_FOREACH (name, &names) {
		struct input file = { directory.root,
			arena_printf(arena, "%s/%s", directory.path, *name),
			arena_printf(arena, "%s/%s", directory.shown, *name) };
		struct bytes text;
		if (read_input(loader, &file, NULL, &text))
			read_document(loader, text, file.shown);
	}
}

/* ---- the whole ---- */

static void
read_sheet(struct loader *loader, const char *root_dir)
{
	struct config_reader *reader = &loader->reader;
	struct policy *policy = &reader->config->policy;
	struct bytes text;
	if (!policy->handout_sheet_file)
		return;
	struct input file = input_below(root_dir, policy->handout_sheet_file, reader->arena);
	if (!read_input(loader, &file, NULL, &text))
		return;
	if (memchr(text.data, '\0', text.size) || !text_is_utf8(text.data, text.size))
		diag_error(reader->diags, at(file.shown, 0), "not UTF-8 text");
	policy->handout_sheet = text.data;
}

static struct loader
begin_loading(struct arena *arena, struct diags *diags)
{
	struct loader loader = { .reader = { .arena = arena, .diags = diags } };
	struct diags none = { .arena = arena };
	loader.reader.config = config_create(arena, &none);
	sha256_init(&loader.sha256);
	return loader;
}

static bool
end_loading(struct loader *loader, size_t errors_before, struct config **ret_config)
{
	struct config_reader *reader = &loader->reader;
	uint8_t digest[SHA256_DIGEST_SIZE];
	config_check_layouts(reader);
	config_check_references(reader);
	if (reader->diags->errors > errors_before)
		return false;
	sha256_digest(&loader->sha256, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(reader->config->sha256 + 2 * i, 3, "%02x", digest[i]);
	*ret_config = reader->config;
	return true;
}

bool
config_load(const char *path, const char *root_dir, struct arena *arena, struct config **ret_config,
	struct diags *diags)
{
	size_t errors = diags->errors;
	struct loader loader = begin_loading(arena, diags);
	struct input file = path ? (struct input){ NULL, path, path }
				 : input_below(root_dir, DEFAULT_FILE, arena);
	struct bytes text;
	bool found = true;
	if (!read_input(&loader, &file, path ? NULL : &found, &text))
		return false;
	if (found) {
		loader.reader.config->file = file.shown;
		read_document(&loader, text, file.shown);
	}
	read_additions(&loader, &file);
	read_sheet(&loader, root_dir);
	return end_loading(&loader, errors, ret_config);
}

bool
config_parse(struct bytes text, const char *shown, struct arena *arena, struct config **ret_config,
	struct diags *diags)
{
	size_t errors = diags->errors;
	struct loader loader = begin_loading(arena, diags);
	loader.reader.config->file = shown;
	sha256_update(&loader.sha256, text.size, (const uint8_t *)text.data);
	read_document(&loader, text, shown);
	return end_loading(&loader, errors, ret_config);
}
