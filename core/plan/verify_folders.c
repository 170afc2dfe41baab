/*
 * verify_folders.c - the folders that an account was given: there, and with the rights they had.
 *
 * What belongs to the user may be changed by the user over SFTP: a mode or group that differs there
 * is worth a warning, unless it lets others write. What belongs to root is a promise: a difference
 * is a fault.
 */
#include <string.h>

#include "core/plan/verify_internal.h"

/* One folder: what it should be and what it is. "The user" is who rehome made it for: should the
 * account have another uid now, that is the fault, and not the folder. */
struct folder_view {
	struct verifier *verifier;
	struct subject *subject;
	const struct folder *folder;
	const struct folder_list *folders; /* all that the account was given */
	const char *path, *word;	   /* on the host; for a command */
	struct host_owner wanted;
	struct host_entry entry;
	bool in_users_hands; /* it stands in a folder that belongs to the user */
};

/* ---- what it should be ---- */

static bool
wanted_uid(const struct verifier *verifier, const struct subject *subject,
	const struct folder *folder, uid_t *ret_uid)
{
	uint32_t uid;
	if (!folder->owner) {
		*ret_uid = folder->access == FOLDER_READ ? 0 : subject->managed->uid;
		return true;
	}
	if (strcmp(folder->owner, "user") == 0) {
		*ret_uid = subject->managed->uid;
		return true;
	}
	const struct accountdb_line *line =
		accountdb_find(&verifier->snapshot->db, ACCOUNTDB_PASSWD, folder->owner);
	if (!line || !accountdb_line_id(line, PASSWD_UID, &uid))
		return false;
	*ret_uid = uid;
	return true;
}

static bool
wanted_gid(const struct verifier *verifier, const struct subject *subject,
	const struct folder *folder, gid_t *ret_gid)
{
	uint32_t gid;
	if (!folder->group) {
		*ret_gid = verifier->jail_gid;
		return true;
	}
	if (strcmp(folder->group, "user") == 0) {
		*ret_gid = subject->managed->gid;
		return true;
	}
	const struct accountdb_line *line =
		accountdb_find(&verifier->snapshot->db, ACCOUNTDB_GROUP, folder->group);
	if (!line || !accountdb_line_id(line, GROUP_GID, &gid))
		return false;
	*ret_gid = gid;
	return true;
}

/* What the layout says today wins over what it said when the folders were made. */
static void
refine_by_layout(
	const struct verifier *verifier, const struct subject *subject, struct folder_list *folders)
{
	const struct layout *layout = subject->managed->layout
		? config_layout(verifier->config, subject->managed->layout)
		: NULL;
	if (!layout)
		return;
	ARRAY_FOREACH (folder, folders) {
		ARRAY_FOREACH (given, &layout->folders) {
			if (strcmp(given->path, folder->path) == 0 &&
				given->access == folder->access)
				*folder = *given;
		}
	}
}

static bool
stands_in_users_folder(const struct subject *subject, const struct folder_list *folders,
	const struct folder *folder)
{
	ARRAY_FOREACH (above, folders) {
		size_t size = strlen(above->path);
		bool is_users = above->owner ? strcmp(above->owner, "user") == 0 ||
				strcmp(above->owner, subject->account.login) == 0
					     : above->access != FOLDER_READ;
		if (is_users && strncmp(folder->path, above->path, size) == 0 &&
			folder->path[size] == '/')
			return true;
	}
	return false;
}

/* ---- what it is ---- */

/* The user may have changed it over SFTP, by right; but not so that others may write. */
static void
report_difference(const struct folder_view *view, const char *code, const char *text)
{
	mode_t opened = view->entry.st.st_mode & ~view->wanted.mode & (S_IWGRP | S_IWOTH);
	bool is_users =
		view->entry.st.st_uid == view->subject->managed->uid || view->in_users_hands;
	(is_users && !opened ? finding_warning : finding_error)(
		&view->subject->account.findings, code, at(view->path, 0), "%s", text);
}

static bool
verify_presence(const struct folder_view *view)
{
	struct diags *findings = &view->subject->account.findings;
	const struct host_owner *wanted = &view->wanted;
	struct place place = at(view->path, 0);
	if (!view->entry.exists) {
		(view->in_users_hands ? finding_warning : finding_error)(
			findings, "folder-missing", place, "the folder does not exist");
		diag_hint(findings, "Run: install -d -o %u -g %u -m %04o %s", (unsigned)wanted->uid,
			(unsigned)wanted->gid, (unsigned)wanted->mode, view->word);
		return false;
	}
	if (S_ISDIR(view->entry.st.st_mode))
		return true;
	bool is_link = S_ISLNK(view->entry.st.st_mode);
	finding_error(findings, is_link ? "folder-symlink" : "folder-type", place, "%s",
		is_link ? "a symbolic link, expected a directory" : "not a directory");
	diag_hint(findings, "Move it out of the way, then run: install -d -o %u -g %u -m %04o %s",
		(unsigned)wanted->uid, (unsigned)wanted->gid, (unsigned)wanted->mode, view->word);
	return false;
}

static void
verify_owner(const struct folder_view *view)
{
	struct verifier *verifier = view->verifier;
	struct diags *findings = &view->subject->account.findings;
	const struct stat *st = &view->entry.st;
	if (st->st_uid != view->wanted.uid) {
		bool advisory = view->folder->access == FOLDER_READ &&
			st->st_uid == view->subject->managed->uid;
		finding_error(findings, "folder-owner", at(view->path, 0),
			"belongs to uid %u, expected %u%s", (unsigned)st->st_uid,
			(unsigned)view->wanted.uid,
			advisory ? ": its read-only mode is advisory only, the user can change it"
				 : "");
		diag_hint(findings, "Run: chown %u %s", (unsigned)view->wanted.uid, view->word);
	}
	/* Without the jail's group nobody knows what its number was. */
	if (st->st_gid != view->wanted.gid && (view->folder->group || verifier->jail_group)) {
		report_difference(view, "folder-group",
			arena_printf(verifier->arena, "belongs to group %u, expected %u",
				(unsigned)st->st_gid, (unsigned)view->wanted.gid));
		diag_hint(findings, "Run: chgrp %u %s", (unsigned)view->wanted.gid, view->word);
	}
}

static void
verify_mode(const struct folder_view *view)
{
	struct verifier *verifier = view->verifier;
	struct diags *findings = &view->subject->account.findings;
	mode_t mode = view->entry.st.st_mode & 07777;
	/* With an ACL the group's bits are its mask, and chmod would change that. */
	if (view->entry.acl_grants_write && view->wanted.uid == 0) {
		finding_error(findings, "folder-acl", at(view->path, 0),
			"an ACL lets others write in it");
		diag_hint(findings, "Run: %s%s",
			verify_without_acl(verifier, &view->entry, view->word),
			verify_chmod(verifier, &view->entry, view->wanted.mode, view->word));
		return;
	}
	if (view->entry.has_acl) {
		finding_warning(findings, "folder-acl", at(view->path, 0),
			"has an ACL: what is made in it may get other rights than the layout says");
		diag_hint(findings, "Run: setfacl -b %s", view->word);
	}
	if (mode != view->wanted.mode) {
		report_difference(view, "folder-mode",
			arena_printf(verifier->arena, "mode %04o, expected %04o", (unsigned)mode,
				(unsigned)view->wanted.mode));
		diag_hint(findings, "Run: %s",
			verify_chmod(verifier, &view->entry, view->wanted.mode, view->word));
	}
}

/* ---- what a read-only folder holds ---- */

static bool
user_can_change(const struct folder_view *view, const struct host_entry *entry)
{
	const struct subject *subject = view->subject;
	mode_t mode = entry->st.st_mode;
	if (!entry->exists)
		return false;
	if (entry->st.st_uid == subject->managed->uid)
		return true;
	if (S_ISLNK(mode))
		return false;
	return (mode & S_IWOTH) ||
		((mode & S_IWGRP) &&
			(entry->st.st_gid == subject->managed->gid ||
				entry->st.st_gid == view->verifier->jail_gid));
}

/* A folder of its own right in this one: judged by itself. */
static bool
is_given(const struct folder_view *view, const char *name)
{
	size_t size = strlen(view->folder->path);
	ARRAY_FOREACH (folder, view->folders) {
		if (strncmp(folder->path, view->folder->path, size) == 0 &&
			folder->path[size] == '/' && strcmp(folder->path + size + 1, name) == 0)
			return true;
	}
	return false;
}

/* The first level only: enough to find what was put there with the wrong owner. */
static void
verify_contents(const struct folder_view *view)
{
	struct diags *findings = &view->subject->account.findings;
	struct diags problems = { .arena = view->verifier->arena };
	struct host *host = view->verifier->snapshot->host;
	struct string_list names = { 0 };
	AUTO_CLOSE int fd = -1;
	const char *first = NULL;
	size_t count = 0;

	if (!host_open_dir(host, view->path, &fd, &problems) ||
		!host_list_at(host, fd, view->verifier->arena, &names, &problems)) {
		finding_unreadable(findings, "folder-unreadable", &problems);
		return;
	}
	ARRAY_FOREACH (name, &names) {
		struct host_entry entry;
		if (!host_inspect_at(host, fd, *name, &entry, &problems) ||
			!user_can_change(view, &entry) || is_given(view, *name))
			continue;
		first = first ? first : *name;
		count++;
	}
	finding_unreadable(findings, "folder-unreadable", &problems);
	if (!count)
		return;
	finding_error(findings, "folder-advisory", at(view->path, 0),
		"read-only is advisory for %zu of its %zu entries: the user can change '%s'%s",
		count, names.count, first, count > 1 ? " and others" : "");
	diag_hint(findings, "Run: chown -hR 0 %s && chmod -R go-w %s", view->word, view->word);
}

/* ---- homes that are shown in a folder ---- */

/* While it is not mounted the folder is root's, and the user finds it empty. */
static void
verify_mount(const struct folder_view *view)
{
	struct verifier *verifier = view->verifier;
	struct diags *findings = &view->subject->account.findings;
	struct diags problems = { .arena = verifier->arena };
	struct host *host = verifier->snapshot->host;
	struct bytes fstab;
	bool exists;
	if (!host_is_live(host) || view->entry.st.st_uid != 0 ||
		!host_read_file(host, "/etc/fstab", verifier->arena, &exists, &fstab, &problems) ||
		!exists)
		return;
	const char *text = arena_strndup(verifier->arena, fstab.data, fstab.size);
	if (!strstr(text, arena_printf(verifier->arena, " %s none bind,", view->path)))
		return;
	finding_error(findings, "not-mounted", at(view->path, 0),
		"not mounted: the home that it shows is elsewhere");
	diag_hint(findings, "Run: mount %s", view->word);
}

/* ---- all of them ---- */

static void
verify_folder(struct folder_view *view)
{
	struct diags *findings = &view->subject->account.findings;
	struct diags problems = { .arena = view->verifier->arena };
	if (!wanted_uid(view->verifier, view->subject, view->folder, &view->wanted.uid) ||
		!wanted_gid(view->verifier, view->subject, view->folder, &view->wanted.gid)) {
		finding_error(findings, "folder-owner-unknown", at(view->path, 0),
			"its owner or group by the layout does not exist");
		return;
	}
	view->wanted.mode = folder_mode(view->folder);
	if (!host_inspect(view->verifier->snapshot->host, view->path, &view->entry, &problems)) {
		finding_unreadable(findings, "folder-unreadable", &problems);
		return;
	}
	if (!verify_presence(view))
		return;
	if (view->folder->access == FOLDER_KEPT) {
		verify_mount(view); /* its owner and mode were never ours */
		return;
	}
	verify_owner(view);
	verify_mode(view);
	if (view->folder->access != FOLDER_READ)
		return;
	if (view->in_users_hands) {
		finding_warning(findings, "folder-advisory", at(view->path, 0),
			"read-only, but in a folder of the user, who can rename it away");
		diag_hint(findings, "Move it to the top of the layout.");
	}
	if (view->wanted.uid != view->subject->managed->uid)
		verify_contents(view);
}

/* chmod(1), install(1) and their like follow a link that the user puts in place before the command
 * is typed: it would be root who opens /etc to them. */
static void
withdraw_commands(const struct folder_view *view, size_t first)
{
	const struct diags *findings = &view->subject->account.findings;
	for (size_t i = first; i < findings->count; i++) {
		struct diag *diag = &findings->items[i];
		if (diag->hint && strstr(diag->hint, view->word))
			diag->hint = "Let the user correct it: they can put a link on this path, "
				     "and a command of root's would follow.";
	}
}

void
verify_folders(struct verifier *verifier, struct subject *subject)
{
	struct diags problems = { .arena = verifier->arena };
	struct folder_list folders = { 0 };
	if (!subject->managed || !subject->managed->folders || !subject->home_is_there)
		return;
	if (!folder_list_parse(subject->managed->folders, at("registry", 0), verifier->arena,
		    &folders, &problems)) {
		finding_unreadable(&subject->account.findings, "registry-folders", &problems);
		return;
	}
	refine_by_layout(verifier, subject, &folders);
	ARRAY_FOREACH (folder, &folders) {
		const char *path =
			arena_printf(verifier->arena, "%s/%s", subject->account.home, folder->path);
		struct folder_view view = {
			.verifier = verifier,
			.subject = subject,
			.folder = folder,
			.folders = &folders,
			.path = path,
			.word = verify_word(verifier, path),
			.in_users_hands = stands_in_users_folder(subject, &folders, folder),
		};
		size_t said = subject->account.findings.count;
		verify_folder(&view);
		if (view.in_users_hands)
			withdraw_commands(&view, said);
	}
}
