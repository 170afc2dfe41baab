/*
 * session.c - from a name and its password to a directory on the old disk.
 */
#include "importers/pureftpd/session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "importers/pureftpd/new_home.h"

enum { QUOTA_FILE_LIMIT = 4096 };

struct session {
	struct old_root *root;
	struct arena *arena;
	const struct pure_options *options;
	const struct identity *identity;
	struct old_login *login;
	struct old_entry landing;
	struct old_ids ids;
	bool is_trusted; /* of the trusted group, or root: neither jail nor quota nor -K */
	bool has_quota;
	uint64_t files, bytes;
};

static bool
refuse(struct session *session, struct place where, const char *code, const char *message)
{
	session->login->where = where;
	old_login_note(session->login, where, code, "%s", message);
	return false;
}

/* ---- ids ---- */

static bool
take_ids(struct session *session, const struct old_unix *accounts)
{
	const struct identity *identity = session->identity;
	struct old_login *login = session->login;
	if (!identity->is_anonymous && identity->uid < session->options->min_uid)
		return refuse(session, session->options->min_uid_at, "uid-below-minimum",
			"the uid is below MinUID");
	if (identity->uid == (uid_t)-1 || identity->gid == (gid_t)-1)
		return refuse(session, identity->where, "id-impossible",
			"no process can have this uid or gid");

	const struct old_passwd *own = old_unix_user_by_uid(accounts, identity->uid);
	const char *name = identity->is_anonymous ? "ftp" : own ? own->name : NULL;
	login->has_ids = true;
	login->uid = identity->uid;
	login->gid = identity->gid;
	login->unix_user = own ? own->name : NULL;
	login->is_guest = own && strcmp(own->name, login->user) != 0;
	if (name) {
		old_unix_groups(accounts, name, identity->gid, session->arena, &login->groups.items,
			&login->groups.count);
		login->groups.room = login->groups.count;
	} else {
		ARRAY_PUSH(session->arena, &login->groups, identity->gid);
	}
	session->ids = (struct old_ids){ identity->uid, identity->gid, login->groups.items,
		login->groups.count };
	return true;
}

static bool
in_trusted_group(const struct session *session)
{
	ARRAY_FOREACH (group, &session->login->groups) {
		if (*group == session->options->trusted_group)
			return true;
	}
	return session->identity->gid == session->options->trusted_group;
}

static void
take_limits(struct session *session)
{
	const struct identity *identity = session->identity;
	const struct pure_options *options = session->options;
	session->is_trusted = !identity->is_anonymous &&
		(!identity->uid || (options->jail != JAIL_EVERYONE && in_trusted_group(session)));
	session->files = identity->has_files ? identity->files
		: options->has_quota	     ? options->quota_files
					     : UINT64_MAX;
	session->bytes = identity->has_bytes ? identity->bytes
		: options->has_quota	     ? options->quota_bytes
					     : UINT64_MAX;
	session->has_quota = !identity->is_anonymous && !session->is_trusted &&
		(session->files != UINT64_MAX || session->bytes != UINT64_MAX);
	if (!session->has_quota)
		return;
	session->login->quota.files = session->files == UINT64_MAX ? 0 : session->files;
	session->login->quota.bytes = session->bytes == UINT64_MAX ? 0 : session->bytes;
}

/* ---- homes that are made at the first login ---- */

/* The home as it was after the first login: the user's own, with the mask of directories. */
static bool
make_home(struct session *session, const char *jail_part)
{
	const struct identity *identity = session->identity;
	const char *jail = "/";
	if (!new_home_path(session->root, identity->home, &session->ids, &session->landing.real) ||
		(jail_part && !new_home_path(session->root, jail_part, &session->ids, &jail)))
		return refuse(session, identity->where, "home-missing",
			"the home does not exist and could not be made");
	session->landing.uid = identity->uid;
	session->landing.gid = identity->gid;
	session->landing.mode = S_IFDIR | (0777 & ~session->options->dir_umask);
	session->login->jail = jail;
	session->login->cwd = session->landing.real;
	old_login_note(session->login, identity->where, "home-made-at-login",
		"the home does not exist yet: the server made it at the first login");
	return true;
}

/* ---- homes that are there ---- */

static enum old_status
enter(struct session *session, const char *jail, const char *path, struct old_entry *ret_entry)
{
	struct old_standing standing = { jail, jail };
	return old_root_chdir(session->root, &standing, path, NULL, ret_entry);
}

/* "/jail/./start": the start is looked up once outside of the jail and once more in it. */
static bool
enter_marked(struct session *session, const char *jail_part, const char *start)
{
	struct old_entry jail;
	if (enter(session, "/", jail_part, &jail) != OLD_OK ||
		enter(session, jail.real, start, &session->landing) != OLD_OK)
		return refuse(session, session->identity->where, "home-missing",
			"the directory behind '/./' is not to be found in the jail");
	session->login->jail = jail.real;
	session->login->cwd = session->landing.real;
	return true;
}

static bool
is_made_at_login(const struct session *session)
{
	return session->options->creates_homes && !session->identity->is_anonymous;
}

static bool
enter_home(struct session *session)
{
	const struct identity *identity = session->identity;
	const char *home = identity->home, *mark = strstr(home, "/./");
	const char *jail_part =
		mark ? arena_strndup(session->arena, home, (size_t)(mark - home) + 1) : NULL;
	if (*home != '/')
		return refuse(session, identity->where, "home-missing",
			"the home is not an absolute path");
	session->login->home = home;
	enum old_status status = enter(session, "/", home, &session->landing);
	if (status != OLD_OK && is_made_at_login(session))
		return make_home(session, jail_part);
	if (status != OLD_OK)
		return refuse(session, identity->where, "home-missing",
			arena_printf(session->arena, "the home %s", old_status_text(status)));
	if (mark)
		return enter_marked(session, jail_part, mark + 2);
	session->login->jail = "/";
	session->login->cwd = session->landing.real;
	return true;
}

/* Without a mark in the home, the jail is the landing directory or there is none. */
static void
close_jail(struct session *session)
{
	const struct pure_options *options = session->options;
	bool is_marked = strstr(session->identity->home, "/./");
	if (is_marked)
		return;
	if (session->identity->is_anonymous || session->has_quota ||
		(options->jail != JAIL_NOBODY && !session->is_trusted))
		session->login->jail = session->login->cwd;
}

/* -A and -a in an unknown order: only members of the trusted group are in doubt. */
static void
doubt_jail(struct session *session)
{
	const struct pure_options *options = session->options;
	if (!options->jail_undecided || !session->identity->uid || !in_trusted_group(session))
		return;
	session->login->login = OLD_UNKNOWN;
	session->login->jail = NULL;
	old_login_note(session->login, options->jail_at, "jail-undecided",
		"jailed or not: ChrootEveryone and TrustedGID are both set, and the later one in "
		"the old disk's order of the directory counted");
}

/* ---- writing ---- */

static bool
may_write_landing(const struct session *session)
{
	const struct old_entry *landing = &session->landing;
	bool is_made = landing->uid == session->ids.uid && !landing->ino;
	if (is_made)
		return !session->ids.uid || (landing->mode & 0300) == 0300;
	return old_root_may_here(session->root, landing->real, &session->ids, W_OK | X_OK);
}

/* A log of transfers wants the upload's whole path, and deletes uploads for which it gets none. */
static bool
loses_uploads(const struct session *session)
{
	const struct old_login *login = session->login;
	struct old_entry entry;
	if (!session->options->logs_transfers || !login->jail || !session->landing.ino)
		return false;
	struct old_standing jail = { login->jail, login->jail };
	const char *inside = login->cwd + (strcmp(login->jail, "/") ? strlen(login->jail) : 0);
	return old_root_chdir(session->root, &jail, *inside ? inside : "/", &session->ids,
		       &entry) != OLD_OK;
}

/* What .ftpquota in the jail counts; false when nothing counts there, and no limit holds. */
static bool
read_usage(const struct session *session, uint64_t *ret_files, uint64_t *ret_bytes)
{
	const char *path = arena_printf(session->arena, "%s/.ftpquota",
		strcmp(session->login->jail, "/") == 0 ? "" : session->login->jail);
	struct old_entry entry;
	struct old_file file;
	*ret_files = *ret_bytes = 0;
	enum old_status status = old_root_lstat(session->root, path, &entry);
	if (status == OLD_ABSENT)
		return session->landing.ino == 0 ||
			old_root_may(
				session->root, session->login->jail, &session->ids, W_OK | X_OK);
	if (status != OLD_OK || !S_ISREG(entry.mode) ||
		!old_root_may_here(session->root, path, &session->ids, R_OK | W_OK) ||
		old_root_read(session->root, path, QUOTA_FILE_LIMIT, &file) != OLD_OK)
		return false;
	const char *blank = memchr(file.content.data, ' ', file.content.size);
	if (blank) {
		*ret_files = strtoull(file.content.data, NULL, 10);
		*ret_bytes = strtoull(blank + 1, NULL, 10);
	}
	return true;
}

/*
 * Uploads and new directories that the quota refuses now. A quota of files alone refuses every
 * upload: the room that is left is compared as a signed number.
 */
static void
check_quota(struct session *session, bool *uploads, bool *makes)
{
	uint64_t files, bytes;
	if (!session->has_quota || !read_usage(session, &files, &bytes))
		return;
	if (files >= session->files || bytes > session->bytes ||
		(int64_t)(session->bytes - bytes) < 0)
		*uploads = false;
	if (files + 1 > session->files || bytes > session->bytes)
		*makes = false;
	if (!*uploads)
		old_login_note(session->login, session->identity->where, "quota-full",
			"the quota left no room for uploads");
}

static void
set_rights(struct session *session)
{
	const struct pure_options *options = session->options;
	struct old_login *login = session->login;
	login->rights = OLD_WRITE_YES;
	if (session->identity->is_anonymous) {
		login->rights =
			options->anonymous_uploads_off && !options->anonymous_makes_directories
			? OLD_WRITE_NO
			: OLD_WRITE_PARTIAL;
		login->write_note = "anonymous: no overwriting, no deleting";
	} else if (options->keeps_files && !session->is_trusted) {
		login->rights = OLD_WRITE_PARTIAL;
		login->write_note = "no deleting";
		old_login_note(login, options->keeps_files_at, "partial-rights",
			"KeepAllFiles: could upload, but not delete or rename");
	}
}

static void
judge_writing(struct session *session)
{
	const struct pure_options *options = session->options;
	struct old_login *login = session->login;
	bool is_anonymous = session->identity->is_anonymous;
	bool writes = may_write_landing(session);
	bool uploads = writes && !(is_anonymous && options->anonymous_uploads_off);
	bool makes = writes && (!is_anonymous || options->anonymous_makes_directories);
	bool deletes = writes && !is_anonymous && !(options->keeps_files && !session->is_trusted);
	set_rights(session);
	check_quota(session, &uploads, &makes);
	if (uploads && loses_uploads(session)) {
		uploads = false;
		old_login_note(login, options->logs_transfers_at, "uploads-lost",
			"the path to the home is closed to the user, so the server deleted every "
			"upload that it could not name in its log");
	}
	login->write = uploads && makes && deletes ? OLD_WRITE_YES
		: uploads || makes || deletes	   ? OLD_WRITE_PARTIAL
						   : OLD_WRITE_NO;
	if (login->write == OLD_WRITE_PARTIAL && !login->write_note)
		login->write_note = "no uploads";
}

bool
session_begin(struct old_root *root, const struct old_unix *accounts,
	const struct pure_options *options, const struct identity *identity,
	struct old_login *login)
{
	struct session session = { .root = root,
		.arena = old_root_arena(root),
		.options = options,
		.identity = identity,
		.login = login };
	if (!take_ids(&session, accounts) || !enter_home(&session))
		return false;
	take_limits(&session);
	close_jail(&session);
	doubt_jail(&session);
	login->has_umask = true;
	login->umask = options->umask;
	login->dir_umask = options->dir_umask;
	if (login->jail)
		judge_writing(&session);
	else
		set_rights(&session);
	return true;
}
