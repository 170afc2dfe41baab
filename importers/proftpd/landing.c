/*
 * landing.c - the directory that is "/" for a session and the one it starts in.
 *
 * DefaultRoot and DefaultChdir are taken by the first line whose groups fit. Paths are resolved as
 * the user, so that a directory above the home that he may not search decides as it did.
 */
#include <string.h>
#include <sys/stat.h>

#include "importers/proftpd/session.h"

const char *
pro_replace_user(const char *path, const char *user, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	size_t size = strlen(user);

	if (!strstr(path, "%u"))
		return path;
	for (const char *at = path; *at;) {
		if (strncmp(at, "%u", 2) != 0) {
			buffer_add_char(&out, *at++);
			continue;
		}
		if (at[2] != '[') {
			buffer_add_text(&out, user);
			at += 2;
			continue;
		}
		const char *end = strchr(at, ']');
		unsigned long long index;
		if (!end ||
			!text_number(arena_strndup(arena, at + 3, (size_t)(end - at - 3)), size - 1,
				&index))
			return path;
		buffer_add_char(&out, user[index]);
		at = end + 1;
	}
	return arena_strdup(arena, buffer_text(&out));
}

static struct old_ids
ids_of(const struct pro_session *session)
{
	return (struct old_ids){ session->identity.uid, session->gid, session->identity.gids.items,
		session->identity.gids.count };
}

/* The first line of that name whose groups fit, and its directory with a slash at the end. */
static const struct pro_line *
choose(const struct pro_session *session, const struct pro_section *section, const char *name,
	const char **ret_path)
{
	for (size_t i = 0; i < section->lines.count; i++) {
		const struct pro_line *line = section->lines.items[i];
		if (line->section || strcmp(line->name, name) != 0)
			continue;
		struct string_list groups = { line->words.items + 1, line->words.count - 1,
			line->words.count - 1 };
		if (groups.count && !pro_all_of(&groups, PRO_GROUP, &session->visitor))
			continue;
		const char *path = line->words.items[0];
		size_t size = strlen(path);
		*ret_path = size && path[size - 1] == '/'
			? path
			: arena_printf(session->judge->arena, "%s/", path);
		return line;
	}
	return NULL;
}

const char *
pro_interpolate(const struct pro_session *session, const char *path)
{
	struct arena *arena = session->judge->arena;
	struct pro_identity other;

	if (*path != '~')
		return path;
	size_t size = strcspn(path + 1, "/");
	const char *rest = path + 1 + size;
	const char *home = session->identity.home;
	if (size) {
		pro_auth_identify(
			session->judge->auth, arena_strndup(arena, path + 1, size), arena, &other);
		if (other.exists != OLD_ALLOW)
			return NULL;
		home = other.home;
	}
	return home ? arena_printf(arena, "%s%s", home, rest) : NULL;
}

/* A place on ROOT as the user reaches it; NULL = he does not. */
static const char *
resolve(const struct pro_session *session, const char *path, enum old_status *ret_status)
{
	const struct old_standing standing = { "/", "/" };
	const struct old_ids ids = ids_of(session);
	struct old_entry entry;

	*ret_status = old_root_chdir(session->judge->root, &standing, path, &ids, &entry);
	return *ret_status == OLD_OK ? entry.real : NULL;
}

static bool
is_link_on_the_way(const struct pro_session *session, const char *path)
{
	struct arena *arena = session->scratch;
	struct old_entry entry;

	for (size_t size = strlen(path); size > 1; size--) {
		if (path[size] != '\0' && path[size] != '/')
			continue;
		if (old_root_lstat(session->judge->root, arena_strndup(arena, path, size),
			    &entry) == OLD_OK &&
			S_ISLNK(entry.mode))
			return true;
	}
	return false;
}

/* DefaultRoot; NULL in *ret_jail: none. */
static bool
find_jail(struct pro_session *session, const char **ret_jail)
{
	const char *path = NULL, *full;
	const struct pro_line *line = choose(session, session->server, "DefaultRoot", &path);
	enum old_status status;

	*ret_jail = NULL;
	if (!line)
		return true;
	path = pro_replace_user(path, session->identity.name, session->judge->arena);
	if (strcmp(path, "/") == 0)
		return true;
	full = pro_interpolate(session, path);
	const struct pro_line *links = pro_find(session->server, "AllowChrootSymlinks");
	if (full && !pro_switch(session->server, "AllowChrootSymlinks", true) &&
		is_link_on_the_way(session, full))
		return pro_session_deny(session, links->where, "jail-link",
			"its DefaultRoot is a symbolic link, and AllowChrootSymlinks is off");

	*ret_jail = full ? resolve(session, full, &status) : NULL;
	if (*ret_jail)
		return true;
	/* As root the daemon still enters what the user could not reach, by the words as they
	 * are written. */
	struct old_entry entry;
	const struct old_standing standing = { "/", "/" };
	if (*path == '/' &&
		old_root_chdir(session->judge->root, &standing, path, NULL, &entry) == OLD_OK) {
		*ret_jail = entry.real;
		return true;
	}
	return pro_session_deny(session, line->where, "jail-missing", "its DefaultRoot %s %s",
		full ? full : path, full ? old_status_text(status) : "names nobody");
}

/* The start directory as the session has it before it goes into its jail. */
static const char *
wanted_directory(struct pro_session *session, const char *home, const struct pro_line **ret_line)
{
	const char *path = NULL;

	*ret_line = choose(session, pro_session_section(session), "DefaultChdir", &path);
	if (!*ret_line)
		return home;
	if (*path != '/' && *path != '~')
		path = arena_printf(session->judge->arena, "%s/%s", home, path);
	return pro_replace_user(path, session->identity.name, session->judge->arena);
}

static bool
go(struct pro_session *session, const char *jail, const char *path)
{
	const struct old_standing standing = { jail, jail };
	const struct old_ids ids = ids_of(session);
	struct old_entry entry;

	if (*path == '~' && strcmp(jail, "/") != 0) {
		if (path[1] != '/' && path[1] != '\0')
			return false;
		path = path[1] ? path + 1 : "/";
	} else if (*path == '~') {
		path = pro_interpolate(session, path);
	}
	if (!path || old_root_chdir(session->judge->root, &standing, path, &ids, &entry) != OLD_OK)
		return false;
	session->cwd = entry.real;
	return true;
}

/* The part of a path below the jail, as the daemon cuts it: by characters, not by names. */
static const char *
below(const struct pro_session *session, const char *jail, const char *path)
{
	size_t size = strlen(jail);

	if (strncmp(path, jail, size) != 0)
		return path;
	path += size;
	return arena_printf(session->judge->arena, "/%s", *path == '/' ? path + 1 : path);
}

static bool
stand(struct pro_session *session, const char *wanted, bool chdir_given)
{
	bool jailed = session->jail != NULL;
	const char *jail = jailed ? session->jail : "/";

	session->jail = jail;
	if (go(session, jail, jailed ? below(session, jail, wanted) : wanted))
		return true;
	if (jailed && go(session, jail, "/"))
		return true;
	if (!jailed && chdir_given && go(session, "/", session->home))
		return true;
	return pro_session_deny(session, session->where, "no-directory", "it could not enter %s",
		jailed ? jail : wanted);
}

/* A new home is where the session starts, unless DefaultChdir leads to what is there already. */
static void
start_elsewhere(struct pro_session *session)
{
	const struct pro_line *line = NULL;
	const char *wanted = wanted_directory(session, session->home, &line);

	if (strcmp(session->jail, "/") != 0)
		wanted = below(session, session->jail, wanted);
	if (line && go(session, session->jail, wanted))
		session->will_be_made = false;
}

static const char *
without_slashes(const char *path, struct arena *arena)
{
	size_t size = strlen(path);
	while (size > 1 && path[size - 1] == '/')
		size--;
	return arena_strndup(arena, path, size);
}

/* CreateHome makes what is missing, for the user, before the jail is looked for. */
static bool
land_in_new_home(struct pro_session *session)
{
	const char *path = NULL, *home = without_slashes(session->home, session->judge->arena);
	const struct pro_line *line = choose(session, session->server, "DefaultRoot", &path);

	if (line)
		path = pro_interpolate(session,
			pro_replace_user(path, session->identity.name, session->judge->arena));
	if (path)
		path = without_slashes(path, session->judge->arena);
	session->will_be_made = true;
	session->cwd = home;
	session->jail = "/";
	if (!path || strlen(path) == 1) {
		start_elsewhere(session);
		return true;
	}
	if (strcmp(path, home) == 0) {
		session->jail = home;
		return true;
	}
	if (!find_jail(session, &session->jail))
		return false;
	size_t size = strlen(session->jail);
	if (strncmp(home, session->jail, size) == 0 && home[size] == '/') {
		start_elsewhere(session);
		return true;
	}
	session->will_be_made = false;
	return stand(session, home, false);
}

static bool
land_anonymous(struct pro_session *session)
{
	const char *path = session->anonymous->path;
	const struct pro_line *line = NULL;
	enum old_status status;

	if (pro_switch(session->anonymous, "UserDirRoot", false) &&
		strcmp(session->typed, session->user) != 0)
		path = arena_printf(session->judge->arena, "%s%s", path, session->typed);
	path = pro_interpolate(session, path);
	session->jail = path ? resolve(session, path, &status) : NULL;
	if (!session->jail)
		return pro_session_deny(session, session->anonymous->opening->where, "jail-missing",
			"the directory of <Anonymous> %s",
			path ? old_status_text(status) : "names nobody");

	const struct pro_line *group = pro_find(session->anonymous, "Group");
	if (!group)
		group = pro_find(session->server, "Group");
	gid_t gid;
	if (group && pro_auth_group_gid(session->judge->auth, group->words.items[0], &gid))
		session->gid = gid;
	return stand(session, wanted_directory(session, "/", &line), line != NULL);
}

bool
pro_session_land(struct pro_session *session)
{
	const char *home = session->identity.home, *real;
	const struct pro_line *line = NULL;
	struct old_entry entry;
	enum old_status status;

	if (session->anonymous)
		return land_anonymous(session);
	if (!home || !*home)
		return pro_session_deny(
			session, session->identity.where, "no-home", "it had no home directory");
	home = pro_replace_user(home, session->identity.name, session->judge->arena);
	session->home = home;
	if (pro_switch(session->server, "CreateHome", false) &&
		old_root_stat(session->judge->root, home, &entry) == OLD_ABSENT)
		return land_in_new_home(session);

	real = resolve(session, home, &status);
	const char *wanted = wanted_directory(session, real ? real : home, &line);
	return find_jail(session, &session->jail) && stand(session, wanted, line != NULL);
}
