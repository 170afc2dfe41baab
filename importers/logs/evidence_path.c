/*
 * evidence_path.c - paths of logs: where they lead, from the root of the login's new jail on.
 */
#include "importers/logs/evidence_internal.h"

#include <string.h>
#include <sys/stat.h>

/* Appends the names of a path to `out`, which has none yet or begins with "/". */
static bool
append_names(char *out, size_t *size, struct bytes path)
{
	const char *rest = path.data, *end = path.data + path.size;
	while (rest < end) {
		const char *slash = memchr(rest, '/', (size_t)(end - rest));
		size_t length = (size_t)((slash ? slash : end) - rest);
		if (length == 2 && rest[0] == '.' && rest[1] == '.') {
			while (*size && out[--*size] != '/')
				;
		} else if (length && !(length == 1 && rest[0] == '.')) {
			if (*size + length + 2 > EVIDENCE_PATH)
				return false;
			out[(*size)++] = '/';
			memcpy(out + *size, rest, length);
			*size += length;
		}
		rest = slash ? slash + 1 : end;
	}
	return true;
}

bool
evidence_path(const char *from, struct bytes path, char *out)
{
	size_t size = 0;
	bool relative = !path.size || path.data[0] != '/';
	if (path.size && memchr(path.data, '\0', path.size))
		return false;
	if (relative && !append_names(out, &size, (struct bytes){ from, strlen(from) }))
		return false;
	if (!append_names(out, &size, path))
		return false;
	if (!size)
		out[size++] = '/';
	out[size] = '\0';
	return true;
}

/* ---- symbolic links ---- */

/* The first link among the folders on the way; NULL = none. */
static const char *
link_on_the_way(struct old_root *root, const char *base, const char *folder, struct table *known,
	struct arena *arena)
{
	static const char plain[] = "";
	for (size_t end = 0; folder[end];) {
		end += 1 + strcspn(folder + end + 1, "/");
		const char *prefix = arena_strndup(arena, folder, end), *target;
		struct old_entry entry;
		const char *link = table_get(known, prefix);
		if (!link) {
			const char *path = arena_printf(
				arena, "%s%s", strcmp(base, "/") == 0 ? "" : base, prefix);
			bool is_link = old_root_lstat(root, path, &entry) == OLD_OK &&
				S_ISLNK(entry.mode) &&
				old_root_readlink(root, path, &target) == OLD_OK;
			link = is_link ? arena_printf(arena, "%s -> %s", prefix, target) : plain;
			table_set(known, prefix, (void *)link);
		}
		if (*link)
			return link;
	}
	return NULL;
}

void
evidence_find_links(struct evidence_login *user, struct old_root *root, struct arena *arena)
{
	struct string_list *outside = &user->evidence->outside;
	struct table known = { .arena = arena };
	if (!user->base)
		return;
	ARRAY_FOREACH (folder, &user->folder_list) {
		const char *link = link_on_the_way(root, user->base, *folder, &known, arena);
		if (link && outside->count < EVIDENCE_OUTSIDE && !string_list_has(outside, link))
			string_list_push(arena, outside, link);
	}
}
