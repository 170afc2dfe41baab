/*
 * access.c - .ftpaccess files become <Directory>s of the session, from the deepest up to its root.
 */
#include <string.h>
#include <unistd.h>

#include "importers/proftpd/access.h"
#include "importers/proftpd/parse.h"
#include "importers/proftpd/tree.h"

/*
 * AllowOverride is asked of the server when the session begins, and of the <Directory> it is in
 * with every command after that; once is enough.
 */
static bool
is_allowed(const struct pro_session *session)
{
	const struct pro_section *current =
		pro_tree_match(session->server, session->anonymous, session->cwd, session->scratch);

	return pro_switch(pro_session_section(session), "AllowOverride", true) ||
		(current && pro_switch(current, "AllowOverride", true));
}

static void
add_directory(struct pro_session *session, struct pro_section *around, const char *path,
	struct pro_section *access)
{
	struct pro_line *opening = ARENA_NEW(session->scratch, struct pro_line);

	opening->name = "<Directory>";
	opening->where = access->lines.items[0]->where;
	opening->section = access;
	access->opening = opening;
	access->kind = PRO_DIRECTORY;
	access->path = path;
	access->parent = around == session->server ? NULL : around;
	ARRAY_PUSH(session->scratch, &around->lines, opening);
}

/* The shared sections are not to be changed. */
static void
take_copy(struct pro_session *session)
{
	const struct pro_section *shared = session->judge->server;

	if (session->server != shared)
		return;
	session->server = pro_tree_copy(shared, session->scratch);
	for (size_t i = 0; session->anonymous && i < shared->lines.count; i++)
		if (shared->lines.items[i]->section == session->anonymous) {
			session->anonymous = session->server->lines.items[i]->section;
			break;
		}
}

/* The file of a directory, if the user may read it. */
static const char *
file_in(const struct pro_session *session, const char *path)
{
	const struct old_ids ids = { session->identity.uid, session->gid,
		session->identity.gids.items, session->identity.gids.count };
	const char *file =
		arena_printf(session->scratch, "%s/.ftpaccess", strcmp(path, "/") == 0 ? "" : path);
	struct old_entry entry;

	if (old_root_stat(session->judge->root, file, &entry) != OLD_OK || entry.size == 0)
		return NULL;
	return old_root_may_here(session->judge->root, file, &ids, R_OK) ? file : NULL;
}

static void
add_to(struct pro_session *session, struct pro_section *match, const struct pro_section *access)
{
	for (size_t i = 0; i < access->lines.count; i++) {
		struct pro_line *line = access->lines.items[i];
		if (line->section) {
			line->section->parent = match;
			pro_lines_insert(&match->lines, line, session->scratch);
		} else {
			ARRAY_PUSH(session->scratch, &match->lines, line);
		}
	}
}

static void
apply_one(struct pro_session *session, const char *path)
{
	const char *file = file_in(session, path);
	struct pro_section *access =
		file ? pro_access_read(session->judge->config, file, NULL) : NULL;

	if (!access)
		return;
	take_copy(session);
	struct pro_section *match = (struct pro_section *)pro_tree_match(
		session->server, session->anonymous, path, session->scratch);
	struct pro_section *top = session->anonymous ? session->anonymous : session->server;
	if (match && strcmp(match->path, path) == 0)
		add_to(session, match, access);
	else
		add_directory(session, match ? match : top, path, access);
	pro_tree_nest(session->server, session->scratch);
	pro_tree_merge_down(session->server, session->scratch);
}

void
pro_access_apply(struct pro_session *session)
{
	size_t jail_size = strlen(session->jail);

	if (!is_allowed(session))
		return;
	for (size_t size = strlen(session->cwd); size >= jail_size && size > 0; size--) {
		char end = session->cwd[size];
		if ((end == '\0' || end == '/') && session->cwd[size - 1] != '/')
			apply_one(session, arena_strndup(session->scratch, session->cwd, size));
		if (size == 1 && *session->cwd == '/')
			apply_one(session, "/");
	}
}
