/*
 * rights.c - what a session could change: the settings, its commands, and the landing directory.
 *
 * Upload, directories and deleting are told apart because guests have anonymous rights, which are
 * three switches; what is between all and nothing cannot be carried to sshd.
 */
#include <string.h>
#include <unistd.h>

#include "importers/vsftpd/session.h"

struct rights {
	bool store, make, remove;
};

static bool
is_on(const struct vsftpd_session *session, enum vsftpd_setting setting)
{
	return vsftpd_flag(session->settings, setting);
}

static struct place
decided(const struct vsftpd_session *session, enum vsftpd_setting setting)
{
	return vsftpd_decided(session->server, session->settings, setting);
}

/* ---- commands ---- */

/* "STOR,RETR": exact words without blanks; an empty one ends the list. */
static bool
is_listed(const char *commands, const char *command)
{
	size_t length;
	for (; (length = strcspn(commands, ",")); commands += length + (commands[length] == ',')) {
		if (strlen(command) == length && strncmp(commands, command, length) == 0)
			return true;
	}
	return false;
}

static bool
may_send(const struct vsftpd_session *session, const char *command)
{
	const char *allowed = vsftpd_text(session->settings, VSFTPD_CMDS_ALLOWED);
	const char *denied = vsftpd_text(session->settings, VSFTPD_CMDS_DENIED);
	return (!allowed || is_listed(allowed, command)) && !(denied && is_listed(denied, command));
}

/* Passive or active, with the command of either protocol. */
static bool
can_transfer(const struct vsftpd_session *session)
{
	bool passive = is_on(session, VSFTPD_PASV_ENABLE) &&
		(may_send(session, "PASV") || may_send(session, "EPSV"));
	bool active = is_on(session, VSFTPD_PORT_ENABLE) &&
		(may_send(session, "PORT") || may_send(session, "EPRT"));
	return (passive || active) && may_send(session, "TYPE");
}

/* ---- rights ---- */

/* What the settings grant, three switches for who has anonymous rights. */
static struct rights
granted(const struct vsftpd_session *session)
{
	bool write = is_on(session, VSFTPD_WRITE_ENABLE), local = !session->has_anon_rights;
	return (struct rights){
		.store = write && (local || is_on(session, VSFTPD_ANON_UPLOAD_ENABLE)) &&
			may_send(session, "STOR") && can_transfer(session),
		.make = write && (local || is_on(session, VSFTPD_ANON_MKDIR_WRITE_ENABLE)) &&
			may_send(session, "MKD"),
		.remove = write && (local || is_on(session, VSFTPD_ANON_OTHER_WRITE_ENABLE)) &&
			may_send(session, "DELE"),
	};
}

static enum old_write
summed_up(const struct rights *rights)
{
	if (rights->store && rights->make && rights->remove)
		return OLD_WRITE_YES;
	return rights->store || rights->make || rights->remove ? OLD_WRITE_PARTIAL : OLD_WRITE_NO;
}

/* ---- uploads that change hands ---- */

struct handover {
	bool happens;
	bool is_fatal; /* the helper finds the file not to be who it expects, and ends the session
			*/
	uid_t uid;     /* whose it is then */
};

static bool
is_account(const struct vsftpd_server *server, enum vsftpd_setting switched_by,
	enum vsftpd_setting setting, uid_t uid)
{
	const char *name = vsftpd_text(&server->settings, setting);
	if (!name || !vsftpd_flag(&server->settings, switched_by))
		return false;
	const struct old_passwd *account = old_unix_user(server->accounts, name);
	return account && account->uid == uid;
}

/* Only the server's own settings say to whom and whose, however a user's file switches it on. */
static struct handover
find_handover(const struct vsftpd_session *session)
{
	const struct vsftpd_server *server = session->server;
	const char *name = vsftpd_text(&server->settings, VSFTPD_CHOWN_USERNAME);
	const struct old_passwd *heir = name ? old_unix_user(server->accounts, name) : NULL;
	uid_t uid = session->account->uid;
	struct handover handover = { .uid = uid };
	if (!session->has_anon_rights || !is_on(session, VSFTPD_CHOWN_UPLOADS))
		return handover;
	if (!vsftpd_flag(&server->settings, VSFTPD_CHOWN_UPLOADS) || !heir) {
		handover.is_fatal = true;
		return handover;
	}
	handover.happens = heir->uid != uid;
	handover.uid = heir->uid;
	handover.is_fatal = handover.happens &&
		!is_account(server, VSFTPD_ANONYMOUS_ENABLE, VSFTPD_FTP_USERNAME, uid) &&
		!is_account(server, VSFTPD_GUEST_ENABLE, VSFTPD_GUEST_USERNAME, uid);
	return handover;
}

/* ---- the directory ---- */

static enum old_write
in_directory(
	const struct vsftpd_session *session, const struct old_login *login, struct rights rights)
{
	const struct old_ids ids = {
		.uid = login->uid,
		.gid = login->gid,
		.groups = login->groups.items,
		.group_count = login->groups.count,
	};
	const struct handover handover = find_handover(session);
	if (!old_root_may_here(session->server->root, login->cwd, &ids, W_OK | X_OK) ||
		(rights.store && handover.is_fatal))
		return OLD_WRITE_NO;
	return summed_up(&rights);
}

/* ---- notes ---- */

static const char *
partial_text(const struct rights *rights, struct arena *arena)
{
	return arena_printf(arena, "%s, %s, %s", rights->store ? "upload" : "no upload",
		rights->make ? "new directories" : "no new directories",
		rights->remove ? "delete" : "no delete");
}

/* The setting that keeps rights from being whole. */
static enum vsftpd_setting
limiting(const struct vsftpd_session *session)
{
	if (vsftpd_text(session->settings, VSFTPD_CMDS_ALLOWED))
		return VSFTPD_CMDS_ALLOWED;
	if (vsftpd_text(session->settings, VSFTPD_CMDS_DENIED))
		return VSFTPD_CMDS_DENIED;
	return VSFTPD_ANON_OTHER_WRITE_ENABLE;
}

static void
note_handover(const struct vsftpd_session *session, struct old_login *login)
{
	const struct handover handover = find_handover(session);
	struct place where = decided(session, VSFTPD_CHOWN_UPLOADS);
	if (handover.is_fatal)
		old_login_note(login, where, "vsftpd-chown-uploads",
			"'chown_uploads' ended the session at each upload");
	else if (handover.happens)
		old_login_note(login, where, "vsftpd-chown-uploads",
			"uploads became files of uid %u with mode %04o", (unsigned)handover.uid,
			vsftpd_number(session->settings, VSFTPD_CHOWN_UPLOAD_MODE) & 07777);
}

static void
note_patterns(const struct vsftpd_session *session, struct old_login *login)
{
	static const struct {
		enum vsftpd_setting setting;
		const char *were;
	} patterns[] = {
		{ VSFTPD_HIDE_FILE, "hidden in listings" },
		{ VSFTPD_DENY_FILE, "refused" },
		{ VSFTPD_UPLOAD_FILE, "the only ones that could be uploaded" },
		{ VSFTPD_DOWNLOAD_FILE, "the only ones that could be downloaded" },
	};
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		const char *pattern = vsftpd_text(session->settings, patterns[i].setting);
		if (!pattern)
			continue;
		login->sees_hidden_limits = true;
		old_login_note(login, decided(session, patterns[i].setting), "vsftpd-pattern",
			"names that match '%s' were %s", pattern, patterns[i].were);
	}
}

static void
note_reading(const struct vsftpd_session *session, struct old_login *login)
{
	if (!is_on(session, VSFTPD_DOWNLOAD_ENABLE) || !may_send(session, "RETR"))
		old_login_note(login, decided(session, VSFTPD_DOWNLOAD_ENABLE),
			"vsftpd-no-download", "could not download");
	else if (session->has_anon_rights && is_on(session, VSFTPD_ANON_WORLD_READABLE_ONLY))
		old_login_note(login, decided(session, VSFTPD_ANON_WORLD_READABLE_ONLY),
			"vsftpd-world-readable",
			"could download only files that everybody may read");
	if (!is_on(session, VSFTPD_DIRLIST_ENABLE) || !may_send(session, "LIST"))
		old_login_note(login, decided(session, VSFTPD_DIRLIST_ENABLE), "vsftpd-no-listing",
			"could not list directories");
}

static void
note_file_mode(const struct vsftpd_session *session, struct old_login *login)
{
	unsigned mode = vsftpd_number(session->settings, VSFTPD_FILE_OPEN_MODE) & 07777;
	if (login->rights != OLD_WRITE_NO && mode != 0666)
		old_login_note(login, decided(session, VSFTPD_FILE_OPEN_MODE), "vsftpd-file-mode",
			"new files were made with mode %04o", mode & ~(unsigned)login->umask);
}

void
vsftpd_session_rights(const struct vsftpd_session *session, struct old_login *login)
{
	struct rights rights = granted(session);
	login->rights = summed_up(&rights);
	login->write = in_directory(session, login, rights);
	if (login->rights == OLD_WRITE_PARTIAL) {
		login->write_note = partial_text(&rights, session->server->arena);
		old_login_note(login, decided(session, limiting(session)), "vsftpd-partial-rights",
			"partial rights: %s", login->write_note);
	}
	note_handover(session, login);
	note_reading(session, login);
	note_file_mode(session, login);
	note_patterns(session, login);
}
