/*
 * rights.c - what a session may do where it lands: masks, <Limit>s, and the directory itself.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "importers/proftpd/session.h"
#include "importers/proftpd/tree.h"

enum { MASK_DEFAULT = 022 };

static mode_t
mask_in(const struct pro_section *section, const char *name, mode_t initial)
{
	const struct pro_line *line = pro_find(section, name);

	return line ? (mode_t)strtoul(line->words.items[0], NULL, 8) & 0777 : initial;
}

/* What happens in the landing directory: each of the three that make up `write`. */
struct acts {
	bool store, make, remove;
};

static enum old_write
summary(const struct acts *acts)
{
	if (acts->store && acts->make && acts->remove)
		return OLD_WRITE_YES;
	return acts->store || acts->make || acts->remove ? OLD_WRITE_PARTIAL : OLD_WRITE_NO;
}

static const char *
in_words(const struct acts *acts, struct arena *arena)
{
	return arena_printf(arena, "%s, %s directories, %s", acts->store ? "upload" : "no upload",
		acts->make ? "make" : "no", acts->remove ? "delete" : "no delete");
}

/* <Limit>s for a file in the directory, whose name is one that no pattern is likely to mean. */
static struct acts
acts_by_limits(struct pro_session *session, const struct pro_section *directory, const char *path,
	struct place *where)
{
	const struct pro_section *around = directory ? directory : session->anonymous;
	const char *name = strrchr(path, '/') + 1;
	struct acts acts;

	acts.store =
		pro_limit_command(session->server, around, "STOR", name, &session->visitor, where);
	acts.make =
		pro_limit_command(session->server, around, "MKD", name, &session->visitor, where);
	acts.remove =
		pro_limit_command(session->server, around, "DELE", name, &session->visitor, where);
	/* Outside of <Limit> the two words are about what exists. */
	if (around && !pro_find(around, "AllowAll") && pro_find(around, "DenyAll"))
		acts.remove = false;
	return acts;
}

static bool
may_change(const struct pro_session *session)
{
	const struct old_ids ids = { session->identity.uid, session->gid,
		session->identity.gids.items, session->identity.gids.count };

	return session->will_be_made ||
		old_root_may_here(session->judge->root, session->cwd, &ids, W_OK | X_OK);
}

static void
note_partial(struct pro_session *session, const struct acts *acts, struct place where)
{
	struct old_login *login = session->login;

	if (login->rights == OLD_WRITE_YES)
		return;
	login->write_note = in_words(acts, session->judge->arena);
	old_login_note(login, where, "limited-rights", "<Limit> leaves: %s", login->write_note);
}

/* Name patterns, and files that come out as somebody else's. */
static void
note_directives(struct pro_session *session, const struct pro_section *section)
{
	static const char *const patterns[] = { "HideFiles", "HideUser", "HideGroup",
		"HideNoAccess", "PathDenyFilter", "PathAllowFilter" };
	static const char *const owners[] = { "UserOwner", "GroupOwner" };

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		const struct pro_line *line = pro_find(section, patterns[i]);
		if (!line)
			continue;
		session->login->sees_hidden_limits = true;
		old_login_note(session->login, line->where, "name-patterns",
			"%s has no counterpart", line->name);
	}
	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++) {
		const struct pro_line *line = pro_find(section, owners[i]);
		if (line)
			old_login_note(session->login, line->where, "other-owner",
				"uploads were given to %s %s", line->name, line->words.items[0]);
	}
}

void
pro_session_rights(struct pro_session *session)
{
	struct old_login *login = session->login;
	bool top = strcmp(session->cwd, "/") == 0;
	const char *path = arena_printf(session->scratch, "%s/rehome", top ? "" : session->cwd);
	const struct pro_section *directory =
		pro_tree_match(session->server, session->anonymous, path, session->scratch);
	const struct pro_section *section = directory ? directory : pro_session_section(session);
	struct place where = { 0 };
	struct acts acts = acts_by_limits(session, directory, path, &where);
	bool may = may_change(session);

	login->rights = summary(&acts);
	login->has_umask = true;
	login->umask = mask_in(section, "Umask", MASK_DEFAULT);
	login->dir_umask = mask_in(section, "DirUmask", login->umask);
	note_partial(session, &acts, where);
	acts.store = acts.store && may;
	acts.make = acts.make && may;
	acts.remove = acts.remove && may;
	login->write = summary(&acts);
	note_directives(session, section);
}
