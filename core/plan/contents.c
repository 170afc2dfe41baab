/*
 * contents.c - see contents.h.
 */
#include "core/plan/contents.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "core/base/state_text.h"

#define HEAD "rehome-contents 1"

enum { BLOCK = 64 * 1024 };

/* ---- the manifest ---- */

void
contents_add(struct contents_manifest *manifest, char kind, const struct stat *st, const char *path)
{
	const struct contents_fact fact = {
		.path = arena_strdup(manifest->arena, path),
		.kind = kind,
		.ino = st->st_ino,
		.size = (uint64_t)st->st_size,
		.modified = st->st_mtim,
	};
	ARRAY_PUSH(manifest->arena, &manifest->facts, fact);
}

void
contents_index(struct contents_manifest *manifest)
{
	manifest->by_path = (struct table){ .arena = manifest->arena };
	ARRAY_FOREACH (fact, &manifest->facts)
		table_set(&manifest->by_path, fact->path, fact);
}

struct contents_fact *
contents_find(const struct contents_manifest *manifest, const char *path)
{
	return table_get(&manifest->by_path, path);
}

char
contents_kind(const struct stat *st)
{
	return S_ISREG(st->st_mode)	? 'f'
		: S_ISLNK(st->st_mode)	? 'l'
		: S_ISFIFO(st->st_mode) ? 'p'
					: 0;
}

void
contents_write(const struct contents_manifest *manifest, struct buffer *out)
{
	buffer_add_text(out, HEAD "\nfrom ");
	state_text_add(out, manifest->source);
	buffer_add_char(out, ' ');
	state_text_add(out, manifest->loose);
	buffer_add_char(out, '\n');
	ARRAY_FOREACH (fact, &manifest->facts) {
		buffer_printf(out, "%c %" PRIu64 " %" PRIu64 " %jd %ld ", fact->kind, fact->ino,
			fact->size, (intmax_t)fact->modified.tv_sec, fact->modified.tv_nsec);
		state_text_add(out, fact->path);
		buffer_add_char(out, '\n');
	}
	buffer_printf(out, "end %zu\n", manifest->facts.count);
}

static bool
parse_from(const char *line, struct contents_manifest *manifest)
{
	const char *blank = strncmp(line, "from ", 5) == 0 ? strchr(line + 5, ' ') : NULL;
	if (!blank)
		return false;
	manifest->source = state_text_read(manifest->arena, line + 5, (size_t)(blank - line) - 5);
	manifest->loose = state_text_read(manifest->arena, blank + 1, strlen(blank + 1));
	return manifest->source && *manifest->source == '/' && manifest->loose &&
		!strchr(manifest->loose, '/') && state_text_is_below(manifest->loose);
}

static bool
parse_fact(const char *line, struct contents_manifest *manifest)
{
	struct contents_fact fact = { 0 };
	intmax_t seconds;
	int end = 0;
	if (sscanf(line, "%c %" SCNu64 " %" SCNu64 " %jd %ld %n", &fact.kind, &fact.ino, &fact.size,
		    &seconds, &fact.modified.tv_nsec, &end) != 5 ||
		!end || fact.kind < 'a' || fact.kind > 'z')
		return false;
	fact.modified.tv_sec = (time_t)seconds;
	fact.path = state_text_read(manifest->arena, line + end, strlen(line + end));
	if (!fact.path || !state_text_is_below(fact.path))
		return false;
	ARRAY_PUSH(manifest->arena, &manifest->facts, fact);
	return true;
}

/* One line of the text, without its end; NULL = no more. */
static char *
next_line(struct bytes *text, struct arena *arena)
{
	const char *end = text->size ? memchr(text->data, '\n', text->size) : NULL;
	if (!end)
		return NULL;
	char *line = arena_strndup(arena, text->data, (size_t)(end - text->data));
	size_t taken = (size_t)(end - text->data) + 1;
	*text = (struct bytes){ text->data + taken, text->size - taken };
	return line;
}

bool
contents_parse(struct bytes text, const char *shown, struct arena *arena,
	struct contents_manifest *ret_manifest, struct diags *diags)
{
	struct contents_manifest manifest = { .arena = arena };
	AUTO_ARENA struct arena scratch = { 0 };
	const char *head = next_line(&text, &scratch), *line;
	unsigned number = 2;
	if (!head || strcmp(head, HEAD) != 0 || !(line = next_line(&text, &scratch)) ||
		!parse_from(line, &manifest))
		return diag_error(diags, at(shown, 1), "is no list of a home's contents");
	while ((line = next_line(&text, &scratch)) && strncmp(line, "end ", 4) != 0) {
		number++;
		if (!parse_fact(line, &manifest))
			return diag_error(diags, at(shown, number),
				"expected a kind, an inode, a "
				"size, a time and a path");
	}
	if (!line || strtoull(line + 4, NULL, 10) != manifest.facts.count || text.size)
		return diag_error(diags, at(shown, number), "is torn: its end is missing");
	contents_index(&manifest);
	*ret_manifest = manifest;
	return true;
}

/* ---- places ---- */

bool
contents_top_moves(const char *loose, const char *name, const struct stat *st)
{
	return S_ISDIR(st->st_mode) && *name != '.' && strcmp(name, loose) != 0;
}

const char *
contents_place(const char *loose, const char *path, bool top_moves, struct arena *arena)
{
	return top_moves ? arena_strdup(arena, path) : arena_printf(arena, "%s/%s", loose, path);
}

/* ---- what changed ---- */

bool
contents_has_facts(const struct stat *st, const struct contents_fact *fact)
{
	return contents_kind(st) == fact->kind &&
		(fact->kind != 'f' || (uint64_t)st->st_size == fact->size) &&
		st->st_mtim.tv_sec == fact->modified.tv_sec &&
		st->st_mtim.tv_nsec == fact->modified.tv_nsec;
}

static bool
read_same(int a, int b, off_t size)
{
	char blocks[2][BLOCK];
	for (off_t offset = 0; offset < size;) {
		ssize_t got = pread(a, blocks[0], BLOCK, offset);
		if (got <= 0 || pread(b, blocks[1], (size_t)got, offset) != got ||
			memcmp(blocks[0], blocks[1], (size_t)got) != 0)
			return false;
		offset += got;
	}
	return true;
}

/* Two files with the same bytes are no conflict, whoever wrote them. */
static bool
is_same_file(struct contents_view *view, const struct walk_entry *entry, const char *path,
	const struct stat *here)
{
	AUTO_ARENA struct arena scratch = { 0 };
	struct diags ignored = { .arena = &scratch };
	AUTO_CLOSE int source = -1, copy = -1;
	return S_ISREG(entry->st.st_mode) && S_ISREG(here->st_mode) &&
		entry->st.st_size == here->st_size &&
		host_open_data(view->host, entry->fd, path, &source, &ignored) &&
		host_open_file(view->host, path, &copy, &ignored) &&
		read_same(source, copy, here->st_size);
}

static enum contents_verdict
judge(struct contents_view *view, const struct walk_entry *entry, const struct contents_fact *fact,
	const char *path, const struct host_entry *here)
{
	bool changed_here = fact ? !here->exists || here->st.st_ino != fact->ino ||
			!contents_has_facts(&here->st, fact)
				 : here->exists;
	if (fact && contents_has_facts(&entry->st, fact))
		return CONTENTS_SAME;
	if (!changed_here)
		return CONTENTS_NEWS;
	return here->exists && is_same_file(view, entry, path, &here->st) ? CONTENTS_SAME
									  : CONTENTS_CONFLICT;
}

enum contents_verdict
contents_judge(struct contents_view *view, const struct walk_entry *entry, struct arena *arena,
	const char **ret_place)
{
	struct diags problems = { .arena = arena };
	struct host_entry here;
	const char *loose = view->manifest->loose;
	if (entry->depth == 1)
		view->top_moves = contents_top_moves(loose, entry->name, &entry->st);
	*ret_place = "";
	if (!contents_kind(&entry->st))
		return CONTENTS_SAME;
	*ret_place = contents_place(loose, entry->path, view->top_moves, arena);
	struct contents_fact *fact = contents_find(view->manifest, *ret_place);
	if (fact)
		fact->met = true;
	const char *path = arena_printf(arena, "%s/%s", view->home, *ret_place);
	if (host_inspect(view->host, path, &here, &problems))
		return judge(view, entry, fact, path, &here);
	/* A link, or a file, on the way to it was put there by its user. */
	return fact && contents_has_facts(&entry->st, fact) ? CONTENTS_SAME : CONTENTS_CONFLICT;
}
