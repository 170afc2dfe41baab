/*
 * pam_pwdfile_module.c - pam_pwdfile: name:hash lines in a file of its own.
 *
 * The first line of a name counts; there are no comments. An empty hash takes every password.
 */
#include "importers/old/pam_module.h"

#include <string.h>

struct pwdfile_line {
	const char *name, *hash; /* hash NULL: nothing behind the name */
	struct place where;
};

struct pwdfile {
	const char *path;
	enum old_status status;
	struct {
		struct pwdfile_line *items;
		size_t count, room;
	} lines;
	struct table by_name;
};

static const char *
path_of(const struct pam_handler *handler)
{
	const char *path = NULL;
	for (size_t i = 0; i < handler->arguments.count; i++) {
		const char *argument = handler->arguments.items[i];
		if (strcmp(argument, "pwdfile") == 0 && i + 1 < handler->arguments.count)
			path = handler->arguments.items[++i];
		else if (strncmp(argument, "pwdfile=", 8) == 0)
			path = argument + 8;
	}
	return path;
}

static void
read_line(struct pwdfile *file, const char *text, size_t size, unsigned number, struct arena *arena)
{
	size = strnlen(text, size);
	const char *colon = memchr(text, ':', size);
	struct pwdfile_line line = { .where = at(file->path, number) };
	line.name = arena_strndup(arena, text, colon ? (size_t)(colon - text) : size);
	if (colon) {
		const char *end = text + size, *next = colon + 1;
		const char *stop = memchr(next, ':', (size_t)(end - next));
		line.hash = arena_strndup(arena, next, (size_t)((stop ? stop : end) - next));
	}
	ARRAY_PUSH(arena, &file->lines, line);
}

static void
index_lines(struct pwdfile *file, struct arena *arena)
{
	file->by_name.arena = arena;
	ARRAY_FOREACH (line, &file->lines)
		if (!table_get(&file->by_name, line->name))
			table_set(&file->by_name, line->name, line);
}

static struct pwdfile *
file_of(struct old_pam *pam, const struct pam_handler *handler)
{
	const char *path = path_of(handler);
	struct old_file content;
	if (!path)
		return NULL;
	const char *key = arena_printf(pam->arena, "pwdfile:%s", path);
	struct pwdfile *file = table_get(&pam->lists, key);
	if (file)
		return file;
	file = ARENA_NEW(pam->arena, struct pwdfile);
	table_set(&pam->lists, key, file);
	file->path = path;
	file->status = old_root_read(pam->root, path, OLD_FILE_LIMIT, &content);
	if (file->status != OLD_OK)
		return file;
	struct bytes line;
	for (unsigned number = 1; bytes_take_line(&content.content, &line); number++)
		read_line(file, line.data, line.size, number, pam->arena);
	index_lines(file, pam->arena);
	return file;
}

static enum pam_code
authenticate(struct pam_attempt *attempt, const struct pam_handler *handler)
{
	struct pwdfile *file = file_of(attempt->pam, handler);
	if (!file)
		return pam_say_no(
			attempt, PAM_AUTHINFO_UNAVAIL, handler->where, "no pwdfile= is said");
	if (file->status == OLD_TOO_LARGE || file->status == OLD_UNREADABLE)
		return PAM_NOT_EVALUATED;
	if (file->status != OLD_OK)
		return pam_say_no(attempt, PAM_AUTHINFO_UNAVAIL, at(file->path, 0), "%s %s",
			file->path, old_status_text(file->status));
	attempt->has_password = true;
	const struct pwdfile_line *line = table_get(&file->by_name, attempt->user);
	if (!line || !line->hash)
		return pam_say_no(attempt, PAM_USER_UNKNOWN, at(file->path, 0), "it is not in %s",
			file->path);
	if (!line->hash[0] && !(attempt->pam->caller & OLD_PAM_NO_EMPTY))
		return PAM_SUCCESS;
	if (pam_fits_hash(attempt, line->hash))
		return PAM_SUCCESS;
	return pam_say_no(attempt, PAM_AUTH_ERR, line->where, "%s",
		crypt_can_return(line->hash) ? "wrong password"
					     : "what it has as a password is no hash of crypt(3)");
}

static void
add_secret(
	struct pam_attempt *attempt, const struct pam_handler *handler, struct old_login *ret_login)
{
	struct pwdfile *file = file_of(attempt->pam, handler);
	const struct pwdfile_line *line =
		file && file->by_name.arena ? table_get(&file->by_name, attempt->user) : NULL;
	if (line && line->hash && crypt_can_return(line->hash))
		old_login_add_way(
			ret_login, OLD_PASSWORD_CRYPT, line->hash, line->where, attempt->arena);
}

static void
list_names(struct old_pam *pam, const struct pam_handler *handler,
	void (*found)(void *ctx, const char *name, struct place where), void *ctx)
{
	struct pwdfile *file = file_of(pam, handler);
	for (size_t i = 0; file && i < file->lines.count; i++)
		if (file->lines.items[i].name[0])
			found(ctx, file->lines.items[i].name, file->lines.items[i].where);
}

const struct pam_module pam_pwdfile_module = {
	.name = "pam_pwdfile",
	.call = { authenticate },
	.fixed = { 0, PAM_MODULE_UNKNOWN, PAM_MODULE_UNKNOWN },
	.setcred = PAM_SUCCESS,
	.secrets = add_secret,
	.names = list_names,
};
