/*
 * fuzz_folders.c - any text as a list of folders.
 *
 * What must hold: a list that comes out stays below the jail, can be made front to back, names
 * nothing odd as an owner, and its text is read back as the same list.
 */
#include "core/model/layout.h"
#include "tests/fuzz/must.h"

static void
check_path(const char *path)
{
	AUTO_FREE char *copy = strdup(path);
	MUST(copy && *path && *path != '/' && path[strlen(path) - 1] != '/');
	MUST(!strpbrk(path, "\n\r\t\x1b\x7f") && !strstr(path, "//") && strlen(path) < 4096);
	for (char *part = strtok(copy, "/"); part; part = strtok(NULL, "/"))
		MUST(strlen(part) <= 255 && strcmp(part, ".") != 0 && strcmp(part, "..") != 0 &&
			strncmp(part, ".rehome", 7) != 0);
}

static bool
has_folder(const struct folder_list *folders, size_t count, const char *path, size_t size)
{
	for (size_t i = 0; i < count; i++) {
		const char *other = folders->items[i].path;
		if (strlen(other) == size && memcmp(other, path, size) == 0)
			return true;
	}
	return false;
}

static void
check_order(const struct folder_list *folders)
{
	for (size_t i = 0; i < folders->count; i++) {
		const char *path = folders->items[i].path;
		const char *slash = strrchr(path, '/');
		check_path(path);
		MUST(!has_folder(folders, i, path, strlen(path)));
		if (slash)
			MUST(has_folder(folders, i, path, (size_t)(slash - path)));
	}
}

static void
check_rights(const struct folder *a, const struct folder *b)
{
	const char *none = "";
	MUST(strcmp(a->owner ? a->owner : none, b->owner ? b->owner : none) == 0);
	MUST(strcmp(a->group ? a->group : none, b->group ? b->group : none) == 0);
	MUST(a->has_mode == b->has_mode && a->mode == b->mode && a->mode <= 07777);
	MUST(!a->owner || (*a->owner && strlen(a->owner) <= 32 && !strpbrk(a->owner, " :=/'")));
	MUST(!a->group || (*a->group && strlen(a->group) <= 32 && !strpbrk(a->group, " :=/'")));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct folder_list folders, again;
	const char *text = size ? arena_strndup(&arena, (const char *)data, size) : "";
	bool good = folder_list_parse(text, NOWHERE, &arena, &folders, &diags);
	must_be_told(good, &diags);
	if (!good)
		return 0;
	check_order(&folders);
	const char *written = folder_list_text(&folders, &arena);
	MUST(folder_list_parse(written, NOWHERE, &arena, &again, &diags));
	MUST(again.count == folders.count);
	for (size_t i = 0; i < folders.count; i++) {
		MUST(strcmp(again.items[i].path, folders.items[i].path) == 0);
		MUST(again.items[i].access == folders.items[i].access);
		check_rights(&again.items[i], &folders.items[i]);
	}
	MUST(strcmp(written, folder_list_text(&again, &arena)) == 0);
	return 0;
}
