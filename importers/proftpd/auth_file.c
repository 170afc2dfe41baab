/*
 * auth_file.c - mod_auth_file: the users of AuthUserFile and the groups of AuthGroupFile.
 *
 * A context has one of each, the first that it names. The module declines questions about users
 * without the first and about groups without the second.
 */
#include "importers/old/crypt_shape.h"
#include "importers/proftpd/auth_lines.h"
#include "importers/proftpd/auth_version.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct auth_file {
	const struct pro_line *users_line, *groups_line;
	struct pro_file_filter user_filter, group_filter;
	struct pro_user_file users;
	struct pro_group_file groups;
	bool has_users, has_groups;
	/* A file that the server could open and we cannot: everything is possible. */
	enum old_status users_status, groups_status;
	struct pro_version version;
};

static void
read_pattern(struct pro_file_filter *filter, const char *text, bool *negated,
	struct pro_pattern **ret_pattern, struct arena *arena)
{
	*negated = *text == '!';
	if (*negated)
		text++;
	if (pro_pattern_compile(text, arena, ret_pattern) == PRO_PATTERN_FOREIGN)
		filter->foreign = text;
}

/* "id 1000-2000 home RE name RE" behind the path; the parser has refused anything else. */
static struct pro_file_filter
read_filter(const struct pro_line *line, struct arena *arena)
{
	struct pro_file_filter filter = { 0 };
	for (size_t i = 1; i + 1 < line->words.count; i += 2) {
		const char *word = line->words.items[i], *value = line->words.items[i + 1];
		if (strcasecmp(word, "id") == 0) {
			const char *dash = strchr(value, '-');
			filter.has_ids = true;
			filter.min = (uint32_t)strtol(value, NULL, 10);
			filter.max = dash ? (uint32_t)strtol(dash + 1, NULL, 10) : filter.min;
		} else if (strcasecmp(word, "name") == 0) {
			read_pattern(&filter, value, &filter.not_name, &filter.name, arena);
		} else if (strcasecmp(word, "home") == 0) {
			read_pattern(&filter, value, &filter.not_home, &filter.home, arena);
		}
	}
	return filter;
}

/* Whether a file can be asked; one that the server could not open either has nobody. */
static enum pro_answer
usable(enum old_status status, const struct pro_file_filter *filter)
{
	if (filter->foreign || status == OLD_TOO_LARGE || status == OLD_UNREADABLE)
		return PRO_CANNOT_TELL;
	return status == OLD_OK ? PRO_HANDLED : PRO_DECLINED;
}

static enum pro_answer
file_user(void *state, const char *name, struct arena *arena, struct pro_account *ret_account,
	struct diags *notes)
{
	(void)arena;
	const struct auth_file *file = state;
	if (!file->has_users)
		return PRO_DECLINED;
	const enum pro_answer answer = usable(file->users_status, &file->user_filter);
	if (answer != PRO_HANDLED) {
		if (answer == PRO_CANNOT_TELL && file->user_filter.foreign)
			pro_note(notes, file->users_line->where, "not-evaluated",
				"AuthUserFile's filter is an expression that only PCRE matches");
		return answer;
	}

	const struct pro_file_user *user = table_get(&file->users.by_name, name);
	if (!user)
		return PRO_DECLINED;
	if (user->why)
		pro_note(notes, user->refused, "entry-ignored", "the server skipped this entry: %s",
			user->why);
	if (!user->account)
		return PRO_DECLINED;
	if (user->repeated.line > 0)
		pro_note(notes, user->repeated, "duplicate-entry",
			"the server never looked at this second entry");
	*ret_account = *user->account;
	return PRO_HANDLED;
}

static enum pro_answer
file_groups(void *state, const char *name, struct arena *arena, struct pro_groups *groups)
{
	const struct auth_file *file = state;
	if (!file->has_users || !file->has_groups)
		return PRO_DECLINED;
	enum pro_answer answer = usable(file->users_status, &file->user_filter);
	if (answer == PRO_HANDLED)
		answer = usable(file->groups_status, &file->group_filter);
	if (answer != PRO_HANDLED)
		return answer;

	const struct pro_file_user *user = table_get(&file->users.by_name, name);
	if (!user || !user->account)
		return PRO_DECLINED;
	ARRAY_PUSH(arena, &groups->gids, user->account->gid);
	const struct pro_file_group *primary =
		id_table_get(&file->groups.by_gid, user->account->gid);
	if (primary)
		string_list_push(arena, &groups->names, primary->name);

	const struct pro_file_membership *membership = table_get(&file->groups.members, name);
	for (size_t i = 0; membership && i < membership->groups.count; i++) {
		ARRAY_PUSH(arena, &groups->gids, membership->groups.items[i]->gid);
		string_list_push(arena, &groups->names, membership->groups.items[i]->name);
	}
	return PRO_HANDLED;
}

static enum pro_answer
file_group_name(void *state, gid_t gid, struct arena *arena, const char **ret_name)
{
	(void)arena;
	const struct auth_file *file = state;
	if (!file->has_groups)
		return PRO_DECLINED;
	const enum pro_answer answer = usable(file->groups_status, &file->group_filter);
	const struct pro_file_group *group = id_table_get(&file->groups.by_gid, gid);
	if (answer != PRO_HANDLED || !group)
		return answer == PRO_HANDLED ? PRO_DECLINED : answer;
	*ret_name = group->name;
	return PRO_HANDLED;
}

static enum pro_answer
file_group_gid(void *state, const char *name, gid_t *ret_gid)
{
	const struct auth_file *file = state;
	if (!file->has_groups)
		return PRO_DECLINED;
	const enum pro_answer answer = usable(file->groups_status, &file->group_filter);
	const struct pro_file_group *group = table_get(&file->groups.by_name, name);
	if (answer != PRO_HANDLED || !group)
		return answer == PRO_HANDLED ? PRO_DECLINED : answer;
	*ret_gid = group->gid;
	return PRO_HANDLED;
}

static void
file_check(void *state, const struct pro_account *account, const char *hash, struct place where,
	struct arena *arena, struct pro_credentials *credentials)
{
	(void)account;
	const struct auth_file *file = state;
	if (!file->has_users)
		return;
	if (*hash) {
		if (crypt_can_return(hash))
			pro_add_way(credentials, OLD_PASSWORD_CRYPT, hash, where, arena);
		return;
	}
	if (file->version.file == PRO_EMPTY_NOTHING)
		return;
	pro_add_way(credentials, OLD_PASSWORD_ANY, NULL, where, arena);
	pro_note(&credentials->notes, where, "any-password",
		"its password field is empty, and %s took every password for that",
		file->version.text ? "this version" : "every ProFTPD from 1.3.6 to 1.3.9c");
}

static void
file_names(void *state, void (*found)(void *ctx, const char *name, struct place where), void *ctx)
{
	const struct auth_file *file = state;
	for (size_t i = 0; i < file->users.users.count; i++) {
		const struct pro_file_user *user = file->users.users.items[i];
		found(ctx, user->name, user->account ? user->account->where : user->refused);
	}
}

static void
file_close(void *state)
{
	struct auth_file *file = state;
	pro_pattern_free(file->user_filter.name);
	pro_pattern_free(file->user_filter.home);
	pro_pattern_free(file->group_filter.name);
	pro_pattern_free(file->group_filter.home);
}

static void
read_files(struct auth_file *file, const struct pro_auth_input *input)
{
	struct old_file content;
	if (file->users_line) {
		const char *path = pro_word(file->users_line, 0);
		file->user_filter = read_filter(file->users_line, input->arena);
		file->users_status = old_root_read(input->root, path, OLD_FILE_LIMIT, &content);
		if (file->users_status == OLD_OK)
			pro_user_file_parse(content.content, path, &file->user_filter, input->arena,
				&file->users);
	}
	if (file->groups_line) {
		const char *path = pro_word(file->groups_line, 0);
		file->group_filter = read_filter(file->groups_line, input->arena);
		file->groups_status = old_root_read(input->root, path, OLD_FILE_LIMIT, &content);
		if (file->groups_status == OLD_OK)
			pro_group_file_parse(content.content, path, &file->group_filter,
				input->arena, &file->groups);
	}
}

bool
pro_auth_file_module(const struct pro_auth_input *input, struct pro_module *ret_module)
{
	const struct pro_line *users = pro_find(input->server, "AuthUserFile"),
			      *groups = pro_find(input->server, "AuthGroupFile");
	if (!(users && pro_word(users, 0)) && !(groups && pro_word(groups, 0)))
		return false;

	struct auth_file *file = ARENA_NEW(input->arena, struct auth_file);
	*file = (struct auth_file){
		.users_line = users,
		.groups_line = groups,
		.has_users = users && pro_word(users, 0),
		.has_groups = groups && pro_word(groups, 0),
		.version = pro_version_detect(input->root, input->arena),
	};
	read_files(file, input);
	*ret_module = (struct pro_module){
		.name = "mod_auth_file.c",
		.state = file,
		.user = file_user,
		.groups = file_groups,
		.group_name = file_group_name,
		.group_gid = file_group_gid,
		.check = file_check,
		.names = file_names,
		.close = file_close,
	};
	return true;
}
