/*
 * session.c - the way of a session into its jail and landing directory; see session.h.
 */
#include "importers/vsftpd/session.h"

#include <string.h>
#include <unistd.h>

struct way {
	const struct vsftpd_session *session;
	struct arena *arena;
	struct old_ids ids;
	/* Who looks on the way: NULL = root. */
	const struct old_ids *walker;
	const char *whole_home; /* with its tokens replaced */
	const char *home;	/* the same, up to "/./" where that counts */
	const char *root;	/* local_root or anon_root, or the part before "/./"; NULL = none */
	const char *start;	/* the part behind "/./"; NULL = none */
	struct vsftpd_fault *fault;
};

static bool PRINTF_LIKE(3, 4) ends(struct way *way, struct place where, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	*way->fault = (struct vsftpd_fault){
		.why = arena_vprintf(way->arena, format, args),
		.where = where,
	};
	va_end(args);
	return false;
}

static struct place
decided(const struct way *way, enum vsftpd_setting setting)
{
	return vsftpd_decided(way->session->server, way->session->settings, setting);
}

/* ---- where it wants to go ---- */

static const char *
replaced(const char *text, const char *token, const char *by, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	for (const char *hit; (hit = strstr(text, token)); text = hit + strlen(token)) {
		buffer_add(&out, text, (size_t)(hit - text));
		buffer_add_text(&out, by);
	}
	buffer_add_text(&out, text);
	return arena_strdup(arena, buffer_text(&out));
}

static const char *
with_user(const struct way *way, const char *text)
{
	const char *token = vsftpd_text(way->session->settings, VSFTPD_USER_SUB_TOKEN);
	return token ? replaced(text, token, way->session->user, way->arena) : text;
}

/* The part behind the first "/./" of the home is where a session starts, and the part before is the
 * jail, in the place of local_root. */
static void
split_home(struct way *way)
{
	const char *dot = strstr(way->home, "/./");
	if (!dot || !vsftpd_flag(way->session->settings, VSFTPD_PASSWD_CHROOT_ENABLE))
		return;
	way->start = dot + strlen("/./");
	way->home = arena_strndup(way->arena, way->home, (size_t)(dot - way->home));
	way->root = way->home;
}

static void
plan_way(struct way *way)
{
	const struct vsftpd_session *session = way->session;
	if (session->is_anonymous) {
		way->home = "";
		way->whole_home = session->account->home;
		way->root = vsftpd_text(session->settings, VSFTPD_ANON_ROOT);
		return;
	}
	const char *root = vsftpd_text(session->settings, VSFTPD_LOCAL_ROOT);
	way->whole_home = way->home = with_user(way, session->account->home);
	way->root = root ? with_user(way, root) : NULL;
	split_home(way);
}

/* ---- going there ---- */

static const char *
why_not(enum old_status status)
{
	return status == OLD_UNREADABLE ? "may not be entered" : old_status_text(status);
}

/* An empty home means the account's own, as it stands there. */
static bool
go_home(struct way *way, struct old_entry *ret_entry)
{
	const struct old_passwd *account = way->session->account;
	const char *home = *way->home ? way->home : account->home;
	const struct old_standing from = { .jail = "/", .cwd = "/" };
	enum old_status status =
		old_root_chdir(way->session->server->root, &from, home, way->walker, ret_entry);
	return status == OLD_OK ||
		ends(way, account->where, "the home of '%s', %s, %s", account->name,
			*home ? home : "which is empty,", why_not(status));
}

/* Failing to go there is the end only for who is locked in. */
static bool
go_root(struct way *way, struct old_entry *entry)
{
	const struct vsftpd_session *session = way->session;
	if (!way->root || !*way->root)
		return true;
	const struct old_standing from = { .jail = "/", .cwd = entry->real };
	enum old_status status =
		old_root_chdir(session->server->root, &from, way->root, way->walker, entry);
	if (status == OLD_OK || !session->is_jailed)
		return true;
	if (way->start)
		return ends(way, session->account->where, "the directory %s before '/./' %s",
			way->root, why_not(status));
	enum vsftpd_setting setting = session->is_anonymous ? VSFTPD_ANON_ROOT : VSFTPD_LOCAL_ROOT;
	return ends(way, decided(way, setting), "'%s': %s %s", vsftpd_setting_name(setting),
		way->root, why_not(status));
}

static bool
lock_in(struct way *way, const char *jail)
{
	const struct vsftpd_session *session = way->session;
	if (!session->is_jailed || session->server->build.accepts_writable_jails ||
		(!session->is_anonymous &&
			vsftpd_flag(session->settings, VSFTPD_ALLOW_WRITEABLE_CHROOT)) ||
		!old_root_may_here(session->server->root, jail, &way->ids, W_OK))
		return true;
	return ends(way, decided(way, VSFTPD_ALLOW_WRITEABLE_CHROOT),
		"it may write to its jail %s itself, and 'allow_writeable_chroot' is off", jail);
}

/* A start directory that is not there is passed over. */
static const char *
start_in(struct way *way, const char *jail, const char *cwd)
{
	const struct old_standing from = { .jail = jail, .cwd = cwd };
	struct old_entry entry;
	return way->start && *way->start &&
			old_root_chdir(way->session->server->root, &from, way->start, &way->ids,
				&entry) == OLD_OK
		? entry.real
		: cwd;
}

/* ---- what it was there ---- */

static void
set_ids(struct way *way, struct old_login *login)
{
	const struct old_passwd *account = way->session->account;
	gid_t *groups;
	size_t count;
	old_unix_groups(way->session->server->accounts, account->name, account->gid, way->arena,
		&groups, &count);
	login->groups.items = groups;
	login->groups.count = login->groups.room = count;
	login->has_ids = true;
	login->uid = account->uid;
	login->gid = account->gid;
	way->ids = (struct old_ids){
		.uid = account->uid,
		.gid = account->gid,
		.groups = groups,
		.group_count = count,
	};
	way->walker = way->session->has_anon_rights ? NULL : &way->ids;
}

static void
set_umask(const struct vsftpd_session *session, struct old_login *login)
{
	login->has_umask = true;
	login->umask = 0777 &
		vsftpd_number(session->settings,
			session->has_anon_rights ? VSFTPD_ANON_UMASK : VSFTPD_LOCAL_UMASK);
	login->dir_umask = login->umask;
}

static void
set_account(const struct vsftpd_session *session, const char *home, struct old_login *login)
{
	const struct old_passwd *account = session->account;
	login->unix_user = account->name;
	login->is_guest = session->is_guest;
	login->home = home;
	if (session->is_guest)
		return;
	login->full_name = account->gecos;
	login->shell = account->shell;
}

bool
vsftpd_session_land(const struct vsftpd_session *session, struct old_login *login,
	struct vsftpd_fault *ret_fault)
{
	struct way way = {
		.session = session, .arena = session->server->arena, .fault = ret_fault
	};
	struct old_entry entry;
	plan_way(&way);
	set_ids(&way, login);
	set_umask(session, login);
	set_account(session, way.whole_home, login);
	if (!go_home(&way, &entry) || !go_root(&way, &entry) || !lock_in(&way, entry.real))
		return false;
	login->jail = session->is_jailed ? entry.real : "/";
	login->cwd = start_in(&way, login->jail, entry.real);
	return true;
}
