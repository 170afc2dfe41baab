/*
 * contents.h - a home and the directory that it was copied from, some time later: what changed
 * there since, what changed here, and what is to be carried over.
 *
 * A manifest says what the copy was of everything but directories. A source that no longer has the
 * size and time that its copy got has changed; so has a copy that is another inode, or has others.
 *
 *	source since   home since   then
 *	as it was      -            nothing
 *	new, changed   as it was    it is carried over
 *	new, changed   too          a conflict, unless both are the same: the home's stays
 *	gone           -            the home's stays
 *
 * runs/<id>/homes/<login>.contents, root 0600, text:
 *
 *	rehome-contents 1
 *	from SOURCE LOOSE
 *	KIND INO SIZE SEC NSEC PATH      below the home; KIND is one letter
 *	end LINES
 *
 * Paths have %XX for blanks, controls, '%' and all above 7e.
 */
#ifndef REHOME_PLAN_CONTENTS_H
#define REHOME_PLAN_CONTENTS_H

#include "core/base/host.h"
#include "core/base/table.h"
#include "core/base/walk.h"

struct contents_fact {
	const char *path;
	char kind; /* of a manifest: 'f'ile, 'l'ink, 'p'ipe */
	uint64_t ino, size;
	struct timespec modified;
	bool met; /* for the caller */
};

struct contents_manifest {
	struct arena *arena;
	const char *source, *loose;
	struct {
		struct contents_fact *items;
		size_t count, room;
	} facts;
	struct table by_path; /* contents_index() */
};

void contents_add(
	struct contents_manifest *manifest, char kind, const struct stat *st, const char *path);
void contents_index(struct contents_manifest *manifest);
struct contents_fact *contents_find(const struct contents_manifest *manifest, const char *path);
/* 'f', 'l', 'p' or, of what no manifest has, 0. */
char contents_kind(const struct stat *st);

/* The kind, size and time; links only by time, since they may lead elsewhere in a copy. */
bool contents_has_facts(const struct stat *st, const struct contents_fact *fact);

void contents_write(const struct contents_manifest *manifest, struct buffer *out);
NODISCARD bool contents_parse(struct bytes text, const char *shown, struct arena *arena,
	struct contents_manifest *ret_manifest, struct diags *diags);

/* True for a first-level directory of the source that is a folder of the jail. */
bool contents_top_moves(const char *loose, const char *name, const struct stat *st);
/* Where an entry of the source is in the home; top_moves is of its first component. */
const char *contents_place(
	const char *loose, const char *path, bool top_moves, struct arena *arena);

enum contents_verdict {
	CONTENTS_SAME,
	CONTENTS_NEWS,
	CONTENTS_CONFLICT,
};

/* A home that is looked at while its source is walked. */
struct contents_view {
	struct host *host;
	const char *home;
	struct contents_manifest *manifest;
	bool top_moves; /* of the first-level entry that the walk is at */
};

/*
 * Of an entry of the source that is no directory; entries of the first level in their turn, so that
 * where those below them belong is known. *ret_place is below the home.
 */
enum contents_verdict contents_judge(struct contents_view *view, const struct walk_entry *entry,
	struct arena *arena, const char **ret_place);

#endif
