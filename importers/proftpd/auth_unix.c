/*
 * auth_unix.c - mod_auth_unix: passwd, shadow and group of the old machine.
 *
 * Its password check is crypt(3) over shadow's hash, or passwd's when shadow has no such line, and
 * it looks at no more than two dates: that of the account's end, and that of the password's if a
 * grace is set. A locked hash ("!...") is one that nothing matches.
 */
#include <string.h>
#include <strings.h>

#include "importers/old/crypt_shape.h"
#include "importers/proftpd/auth_module.h"

struct auth_unix {
	const struct old_unix *accounts;
	int64_t today;
	bool only_files; /* PersistentPasswd on: no name service besides the files */
	const struct pro_line *magic_homes; /* AuthUnixOptions magicTokenChroot; NULL = off */
};

static enum pro_answer
unix_user(void *state, const char *name, struct arena *arena, struct pro_account *ret_account,
	struct diags *notes)
{
	(void)arena;
	const struct auth_unix *self = state;
	const struct old_passwd *user = old_unix_user(self->accounts, name);
	if (!user) {
		const struct string_list *others = &self->accounts->other_databases;
		if (self->only_files || others->count == 0)
			return PRO_DECLINED;
		pro_note(notes, at("/etc/nsswitch.conf", 0), "not-evaluated",
			"accounts may also come from '%s', which is not read here",
			others->items[0]);
		return PRO_CANNOT_TELL;
	}
	if (self->magic_homes && strlen(user->home) > 1 && strstr(user->home + 1, "/./")) {
		pro_note(notes, self->magic_homes->where, "not-evaluated",
			"not evaluated: what magicTokenChroot makes of the home '%s'", user->home);
		return PRO_CANNOT_TELL;
	}
	/* Whatever passwd has for a password: shadow is asked first, and passwd if it is silent. */
	const struct old_shadow *shadow = old_unix_shadow(self->accounts, name);
	*ret_account = (struct pro_account){
		.name = user->name,
		.hash = shadow ? shadow->hash : user->password,
		.gecos = user->gecos,
		.home = user->home,
		.shell = user->shell,
		.uid = user->uid,
		.gid = user->gid,
		.where = user->where,
		.hash_where = shadow ? shadow->where : user->where,
	};
	return PRO_HANDLED;
}

static enum pro_answer
unix_groups(void *state, const char *name, struct arena *arena, struct pro_groups *groups)
{
	const struct auth_unix *self = state;
	const struct old_passwd *user = old_unix_user(self->accounts, name);
	if (!user)
		return PRO_DECLINED;

	ARRAY_PUSH(arena, &groups->gids, user->gid);
	const struct old_group *primary = old_unix_group_by_gid(self->accounts, user->gid);
	if (primary)
		string_list_push(arena, &groups->names, primary->name);

	gid_t *all = NULL;
	size_t count = 0;
	old_unix_groups(self->accounts, name, user->gid, arena, &all, &count);
	for (size_t i = 0; i < count; i++) {
		const struct old_group *group = old_unix_group_by_gid(self->accounts, all[i]);
		if (!group || all[i] == user->gid)
			continue;
		ARRAY_PUSH(arena, &groups->gids, all[i]);
		string_list_push(arena, &groups->names, group->name);
	}
	return PRO_HANDLED;
}

static enum pro_answer
unix_group_name(void *state, gid_t gid, struct arena *arena, const char **ret_name)
{
	(void)arena;
	const struct auth_unix *self = state;
	const struct old_group *group = old_unix_group_by_gid(self->accounts, gid);
	if (!group)
		return PRO_DECLINED;
	*ret_name = group->name;
	return PRO_HANDLED;
}

static enum pro_answer
unix_group_gid(void *state, const char *name, gid_t *ret_gid)
{
	const struct auth_unix *self = state;
	const struct old_group *group = old_unix_group(self->accounts, name);
	if (!group)
		return PRO_DECLINED;
	*ret_gid = group->gid;
	return PRO_HANDLED;
}

static bool
unix_authorized(void *state, const struct pro_account *account, struct arena *arena,
	struct pro_credentials *credentials)
{
	(void)arena;
	const struct auth_unix *self = state;
	const struct old_shadow *shadow = old_unix_shadow(self->accounts, account->name);
	if (!shadow)
		return true;
	if (shadow->expires > 0) {
		credentials->has_expires = true;
		credentials->expires = shadow->expires;
	}
	/* The dates are seconds at midnight there, so the last day itself is over. */
	if (shadow->expires > 0 && self->today >= shadow->expires) {
		pro_note(&credentials->notes, shadow->where, "expired", "the account has expired");
		return false;
	}
	if (shadow->changed > 0 && shadow->max > 0 && shadow->inactive > 0 &&
		self->today >= shadow->changed + shadow->max + shadow->inactive) {
		pro_note(&credentials->notes, shadow->where, "expired",
			"its password is older than its longest age and the grace behind it");
		return false;
	}
	return true;
}

static void
unix_check(void *state, const struct pro_account *account, const char *hash, struct place where,
	struct arena *arena, struct pro_credentials *credentials)
{
	(void)state;
	(void)account;
	if (crypt_can_return(hash))
		pro_add_way(credentials, OLD_PASSWORD_CRYPT, hash, where, arena);
}

static void
unix_names(void *state, void (*found)(void *ctx, const char *name, struct place where), void *ctx)
{
	const struct auth_unix *self = state;
	for (size_t i = 0; i < self->accounts->passwd.count; i++)
		found(ctx, self->accounts->passwd.items[i].name,
			self->accounts->passwd.items[i].where);
}

static const struct pro_line *
find_magic_homes(const struct pro_section *server)
{
	const struct pro_line *line = pro_find(server, "AuthUnixOptions");
	for (size_t i = 0; line && i < line->words.count; i++)
		if (strcasecmp(line->words.items[i], "magicTokenChroot") == 0)
			return line;
	return NULL;
}

void
pro_auth_unix_module(const struct pro_auth_input *input, struct pro_module *ret_module)
{
	struct auth_unix *self = ARENA_NEW(input->arena, struct auth_unix);
	*self = (struct auth_unix){
		.accounts = input->accounts,
		.today = input->today,
		.only_files = pro_switch(input->server, "PersistentPasswd", false),
		.magic_homes = find_magic_homes(input->server),
	};
	*ret_module = (struct pro_module){
		.name = "mod_auth_unix.c",
		.state = self,
		.user = unix_user,
		.groups = unix_groups,
		.group_name = unix_group_name,
		.group_gid = unix_group_gid,
		.check = unix_check,
		.authorized = unix_authorized,
		.names = unix_names,
	};
}
