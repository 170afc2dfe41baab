/*
 * adopt_links.c - symbolic links by the full path of the home become relative ones that lead to the
 * same thing in the jail.
 *
 * Every one of them is in the tree record before it is replaced. A link has no content that could
 * be changed in place: the new one is made in the run's own directory and renamed over the old one,
 * whose inode ends there. The record says of it what there is to say, so it comes back the same.
 * Nothing is replaced but what leads, at that moment, where the record says.
 */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "core/base/table.h"
#include "core/plan/home_inventory.h"
#include "core/run/adopt.h"

/* ---- where it is to lead ---- */

/* Where this path below the home is in the jail. */
static const char *
place_in_jail(const struct adoption *adoption, const struct tree_record *record, const char *path)
{
	const char *loose = adoption->step->home.loose;
	if (!*path || adopt_top_is_moved(record, path))
		return path;
	return arena_printf(adoption->scratch, "%s/%s", loose, path);
}

/* Skips the first components that both have; `from` is the path of a link and keeps its last. */
static void
skip_common(const char **from, const char **to)
{
	for (;;) {
		size_t size = strcspn(*from, "/");
		if ((*from)[size] != '/' || strcspn(*to, "/") != size ||
			strncmp(*from, *to, size) != 0)
			return;
		*from += size + 1;
		*to += size;
		*to += strspn(*to, "/");
	}
}

const char *
adopt_new_target(const struct adoption *adoption, const struct tree_record *record,
	const char *path, const char *target)
{
	const struct step *step = adoption->step;
	const char *home = step->home.old_path ? step->home.old_path
		: step->home.source	       ? step->home.source
					       : step->path;
	const char *rest = home_link_rest(home, target);
	AUTO_BUFFER struct buffer text = { 0 };
	if (!rest)
		return NULL;
	const char *from = place_in_jail(adoption, record, path);
	const char *to = place_in_jail(adoption, record, rest);
	skip_common(&from, &to);
	for (const char *slash = strchr(from, '/'); slash; slash = strchr(slash + 1, '/'))
		buffer_add_text(&text, text.size ? "/.." : "..");
	if (*to)
		buffer_printf(&text, "%s%s", text.size ? "/" : "", to);
	if (!text.size)
		buffer_add_char(&text, '.');
	return text.size < PATH_MAX ? arena_strdup(adoption->scratch, buffer_text(&text)) : NULL;
}

/* ---- writing down ---- */

/* False when it is no such link, or its target is longer than any path. */
static bool
read_target(const struct walk_entry *entry, char target[static PATH_MAX])
{
	ssize_t size = readlinkat(entry->fd, "", target, PATH_MAX);
	if (size < 0 || size >= PATH_MAX)
		return false;
	target[size] = '\0';
	return true;
}

bool
adopt_record_link(struct adoption *adoption, const struct tree_record *record,
	const struct walk_entry *entry, const struct host_owner *after, struct tree_writer *writer,
	bool *ret_recorded)
{
	char target[PATH_MAX];
	const struct stat *st = &entry->st;
	*ret_recorded = false;
	if (!adoption->step->home.relink || !S_ISLNK(st->st_mode) || st->st_nlink > 1 ||
		!read_target(entry, target))
		return true;
	const struct relinked link = {
		.path = entry->path,
		.before = { .uid = st->st_uid, .gid = st->st_gid },
		.after = *after,
		.modified = st->st_mtim,
		.old_target = target,
		.new_target = adopt_new_target(adoption, record, entry->path, target),
	};
	if (!link.new_target)
		return true;
	*ret_recorded = true;
	return tree_writer_link(writer, &link);
}

/* ---- replacing ---- */

struct relinking {
	struct adoption *adoption;
	struct table links; /* path -> struct relinked */
	int area_fd;
};

static const char *
staged_link(const struct adoption *adoption)
{
	return arena_printf(
		adoption->run->arena, "%zu.link", step_index(adoption->step, adoption->run));
}

static bool
replace(struct relinking *relinking, const struct walk_entry *entry, const char *target,
	const struct host_owner *owner, struct timespec time, struct diags *diags)
{
	struct host *host = relinking->adoption->run->host;
	const char *name = staged_link(relinking->adoption);
	return host_make_symlink_as(host, relinking->area_fd, name, target, owner, time, diags) &&
		host_rename_at(
			host, relinking->area_fd, name, entry->dir_fd, entry->name, true, diags);
}

/* NULL when the entry is none of the record's links. */
static const struct relinked *
link_at(const struct relinking *relinking, const struct walk_entry *entry,
	char target[static PATH_MAX])
{
	const struct relinked *link =
		S_ISLNK(entry->st.st_mode) ? table_get(&relinking->links, entry->path) : NULL;
	return link && read_target(entry, target) ? link : NULL;
}

static enum walk_verdict
relink_entry(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	struct relinking *relinking = ctx;
	char target[PATH_MAX];
	if (entry->is_mount)
		return WALK_SKIP;
	const struct relinked *link = link_at(relinking, entry, target);
	if (!link)
		return WALK_ON;
	if (strcmp(target, link->old_target) != 0) {
		diag_error(diags, at(arena_strdup(diags->arena, entry->path), 0),
			"leads elsewhere than before the home of '%s' was being adopted",
			relinking->adoption->step->user);
		return WALK_STOP;
	}
	return replace(relinking, entry, link->new_target, &link->after, link->modified, diags)
		? WALK_ON
		: WALK_STOP;
}

/* What leads elsewhere by now is the user's. What leads where it did was given back by an undo that
 * was stopped; its owner may have been mistaken for a new one since. */
static enum walk_verdict
give_back_entry(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	struct relinking *relinking = ctx;
	char target[PATH_MAX];
	if (entry->is_mount)
		return WALK_SKIP;
	const struct relinked *link = link_at(relinking, entry, target);
	if (!link)
		return WALK_ON;
	if (strcmp(target, link->new_target) == 0)
		return replace(relinking, entry, link->old_target, &link->before, link->modified,
			       diags)
			? WALK_ON
			: WALK_STOP;
	bool is_owned =
		entry->st.st_uid == link->before.uid && entry->st.st_gid == link->before.gid;
	if (strcmp(target, link->old_target) != 0 || is_owned)
		return WALK_ON;
	return host_own_fd(
		       relinking->adoption->run->host, entry->fd, entry->path, &link->before, diags)
		? WALK_ON
		: WALK_STOP;
}

static bool
visit_links(struct adoption *adoption, const struct tree_record *record, int area_fd,
	enum walk_verdict (*enter)(void *, const struct walk_entry *, struct diags *))
{
	struct run *run = adoption->run;
	struct relinking relinking = {
		.adoption = adoption,
		.links = { .arena = adoption->scratch },
		.area_fd = area_fd,
	};
	const struct walk_visitor visitor = { .ctx = &relinking, .enter = enter };
	ARRAY_FOREACH (link, &record->links)
		table_set(&relinking.links, link->path, link);
	return !record->links.count ||
		host_walk(run->host, adoption->home_fd, adoption->home_path, &visitor, run->diags);
}

bool
adopt_relink(struct adoption *adoption, const struct tree_record *record, int area_fd)
{
	return visit_links(adoption, record, area_fd, relink_entry);
}

bool
adopt_give_links_back(struct adoption *adoption, const struct tree_record *record, int area_fd)
{
	return visit_links(adoption, record, area_fd, give_back_entry);
}

bool
adopt_remove_staged_link(const struct adoption *adoption, int area_fd)
{
	struct run *run = adoption->run;
	struct host_entry entry;
	const char *name = staged_link(adoption);
	if (!adoption->step->home.relink)
		return true;
	return host_inspect_at(run->host, area_fd, name, &entry, run->diags) &&
		(!entry.exists || !S_ISLNK(entry.st.st_mode) ||
			host_unlink_at(run->host, area_fd, name, run->diags));
}
