/*
 * evidence_login.c - one login's deeds, added up.
 *
 * The root of the new jail is the old one, or where the login landed when it had none.
 */
#include "importers/logs/evidence_internal.h"

#include <string.h>

/* "/home/anna/./www" and slashes at the end are other texts for the same. */
static const char *
plain_path(const char *path, struct arena *arena)
{
	char plain[EVIDENCE_PATH];
	if (!path || path[0] != '/' ||
		!evidence_path("/", (struct bytes){ path, strlen(path) }, plain))
		return NULL;
	return arena_strdup(arena, plain);
}

static bool
is_jailed(const struct old_login *login)
{
	return login->jail && strcmp(login->jail, "/") != 0;
}

void
evidence_login_init(struct evidence_login *user, struct old_login *login,
	struct old_evidence *evidence, struct arena *arena)
{
	*user = (struct evidence_login){
		.login = login,
		.evidence = evidence,
		.base = is_jailed(login) ? login->jail : login->cwd,
		.home = plain_path(login->home, arena),
		.folders.arena = arena,
	};
	login->evidence = evidence;
}

/* ---- where ---- */

/* What is behind a folder in a path: "" for itself; NULL when the path is not below it. */
static const char *
below(const char *folder, const char *path)
{
	if (!folder)
		return NULL;
	size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
	if (strncmp(folder, path, length) != 0 || (path[length] && path[length] != '/'))
		return NULL;
	return path[length] == '/' && !path[length + 1] ? "" : path + length;
}

/* Where it is when it has not said: as it sees it. */
static const char *
start_of(const struct old_login *login)
{
	const char *start = login->cwd && login->jail ? below(login->jail, login->cwd) : NULL;
	return start && *start ? start : "/";
}

/*
 * The path of an event from the base on ("" = the base); NULL when it is outside, and then
 * *ret_outside is the path to show.
 */
static const char *
place_of(const struct evidence_login *user, const struct log_event *event, bool paths_in_jail,
	char *out, const char **ret_outside)
{
	bool in_jail =
		event->view == LOG_IN_JAIL || (event->view == LOG_AS_SERVER && paths_in_jail);
	const char *from = user->cwd && *user->cwd ? user->cwd : start_of(user->login);
	*ret_outside = NULL;
	if (!user->base || !evidence_path(from, event->path, out))
		return NULL;
	if (in_jail && is_jailed(user->login))
		return strcmp(out, "/") == 0 ? "" : out;
	const char *rest = below(user->base, out);
	if (!rest)
		rest = below(user->home, out);
	if (!rest)
		*ret_outside = out;
	return rest;
}

/* ---- what ---- */

static void
keep(struct string_list *list, size_t limit, const char *text, size_t size, struct arena *arena)
{
	if (list->count >= limit)
		return;
	ARRAY_FOREACH (item, list)
		if (strncmp(*item, text, size) == 0 && !(*item)[size])
			return;
	string_list_push(arena, list, arena_strndup(arena, text, size));
}

/* Everything up to the last name, or the whole for a directory that was entered. */
static size_t
folder_length(const char *path, enum log_deed deed)
{
	if (deed == LOG_ENTER)
		return strlen(path);
	const char *slash = strrchr(path, '/');
	return slash ? (size_t)(slash - path) : 0;
}

static void
add_folder(struct evidence_login *user, const char *path, size_t size, struct arena *arena)
{
	const char *last = user->last_folder;
	if (!size || (last && strncmp(last, path, size) == 0 && !last[size]))
		return;
	char name[EVIDENCE_PATH];
	memcpy(name, path, size);
	name[size] = '\0';
	char *folder = table_get(&user->folders, name);
	if (!folder && user->folder_list.count < EVIDENCE_FOLDERS) {
		folder = arena_strdup(arena, name);
		table_set(&user->folders, folder, folder);
		string_list_push(arena, &user->folder_list, folder);
	}
	user->last_folder = folder;
}

static void
add_inside(struct evidence_login *user, const char *path, enum log_deed deed, struct arena *arena)
{
	struct old_evidence *evidence = user->evidence;
	if (path[0] != '/' || !path[1])
		return;
	size_t top = strcspn(path + 1, "/");
	bool is_at_top = !path[1 + top];
	if (!is_at_top || deed == LOG_ENTER)
		keep(&evidence->tops, EVIDENCE_TOPS, path + 1, top, arena);
	if (is_at_top && (deed == LOG_UPLOAD || deed == LOG_CHANGE)) {
		evidence->top_writes++;
		keep(&evidence->top_names, EVIDENCE_TOP_NAMES, path + 1, top, arena);
	}
	add_folder(user, path, folder_length(path, deed), arena);
}

static void
add_outside(struct evidence_login *user, const char *path, enum log_deed deed, struct arena *arena)
{
	size_t size = folder_length(path, deed);
	keep(&user->evidence->outside, EVIDENCE_OUTSIDE, size ? path : "/", size ? size : 1, arena);
}

static void
enter(struct evidence_login *user, struct bytes path, struct arena *arena)
{
	char out[EVIDENCE_PATH];
	if (!user->cwd)
		user->cwd = arena_alloc(arena, EVIDENCE_PATH);
	if (evidence_path(*user->cwd ? user->cwd : start_of(user->login), path, out))
		strcpy(user->cwd, out);
}

static void
add_amount(struct old_evidence *evidence, const struct log_event *event)
{
	int64_t *last = event->deed == LOG_LOGIN ? &evidence->last_login : &evidence->last_transfer;
	if (event->deed == LOG_UPLOAD) {
		evidence->files_in++;
		evidence->bytes_in += event->bytes;
	} else if (event->deed == LOG_DOWNLOAD) {
		evidence->files_out++;
		evidence->bytes_out += event->bytes;
	}
	if (event->deed != LOG_ENTER && event->time > *last)
		*last = event->time;
}

void
evidence_add(struct evidence_login *user, const struct log_event *event, bool paths_in_jail,
	struct arena *arena)
{
	char out[EVIDENCE_PATH];
	const char *outside;
	if (!event->done)
		return;
	add_amount(user->evidence, event);
	if (event->deed == LOG_LOGIN) {
		if (user->cwd)
			*user->cwd = '\0';
		return;
	}
	const char *path = place_of(user, event, paths_in_jail, out, &outside);
	if (path)
		add_inside(user, path, event->deed, arena);
	else if (outside)
		add_outside(user, outside, event->deed, arena);
	if (event->deed == LOG_ENTER)
		enter(user, event->path, arena);
}
