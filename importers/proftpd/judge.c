/*
 * judge.c - one name through every step, for every client that has to be told apart, and what of
 * it goes into the login.
 */
#include <stdlib.h>
#include <string.h>

#include "importers/proftpd/access.h"
#include "importers/proftpd/gates.h"
#include "importers/proftpd/session.h"
#include "importers/proftpd/tree.h"

enum { LIST_SIZE_LIMIT = 16 << 20, SHELL_ROOM = 254, BANNED_ROOM = 510 };

bool
pro_session_deny(
	struct pro_session *session, struct place where, const char *code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	session->reason = arena_vprintf(session->judge->arena, format, args);
	va_end(args);
	session->verdict = OLD_DENY;
	session->where = where;
	session->why = code;
	return false;
}

static bool
if_applies(const struct pro_session *session, const struct pro_section *section)
{
	const struct pro_line *opening = section->opening;

	switch (section->kind) {
	case PRO_IF_USER:
		return pro_if_holds(opening, PRO_USER, &session->visitor);
	case PRO_IF_GROUP:
		return pro_if_holds(opening, PRO_GROUP, &session->visitor);
	case PRO_IF_CLASS:
		return pro_if_holds(opening, PRO_CLASS_NAME, &session->visitor);
	default:
		return section->kind == PRO_IF_AUTHENTICATED;
	}
}

/* Merges every section of the kind that applies, and takes it out. */
static bool
merge_ifs(struct pro_session *session, enum pro_section_kind kind)
{
	struct pro_section *server = session->server;
	struct pro_line_list ifs = { 0 };

	for (size_t i = 0; i < server->lines.count; i++) {
		struct pro_section *section = server->lines.items[i]->section;
		if (section && section->kind == kind && if_applies(session, section))
			ARRAY_PUSH(session->scratch, &ifs, server->lines.items[i]);
	}
	for (size_t i = 0; i < ifs.count; i++)
		pro_tree_merge_in(server, ifs.items[i]->section, session->scratch);
	return ifs.count > 0;
}

/* "~" and "%u" in the paths of <Directory>s are known now. */
static void
resolve_directories(struct pro_session *session, struct pro_section *around)
{
	struct arena *scratch = session->scratch;

	for (size_t i = 0; i < around->lines.count; i++) {
		struct pro_section *section = around->lines.items[i]->section;
		struct old_entry entry;
		if (!section || section->kind != PRO_DIRECTORY)
			continue;
		if (section->below)
			section->below = session->jail ? session->jail : section->below;
		resolve_directories(session, section);
		if (!section->deferred)
			continue;
		const char *path = pro_replace_user(section->path, session->identity.name, scratch);
		const char *full = pro_interpolate(session, path);
		path = full ? full : path;
		size_t size = strlen(path);
		if (size > 1 && path[size - 1] == '/')
			path = arena_strndup(scratch, path, size - 1);
		if (old_root_stat(session->judge->root, path, &entry) == OLD_OK)
			path = entry.real;
		section->path = path;
		section->deferred = false;
	}
}

/* What the login itself adds to the sections, and once more <Limit LOGIN>. */
static bool
apply_conditions(struct pro_session *session)
{
	static const enum pro_section_kind kinds[] = { PRO_IF_AUTHENTICATED, PRO_IF_GROUP,
		PRO_IF_USER };
	struct place where = { 0 };
	unsigned found;
	bool merged = false;

	if (!session->judge->changes)
		return true;
	resolve_directories(session, session->server);
	pro_tree_merge_down(session->server, session->scratch);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!merge_ifs(session, kinds[i]))
			continue;
		merged = true;
		resolve_directories(session, session->server);
		pro_tree_nest(session->server, session->scratch);
		pro_tree_merge_down(session->server, session->scratch);
	}
	if (merged &&
		!pro_limit_login(pro_session_section(session), &session->visitor, &found, &where))
		return pro_session_deny(session, where, "limit-login",
			"<Limit LOGIN> of a conditional section refused it");
	return true;
}

/* Everything up to the landing directory; session->verdict says how it ended. */
static void
go_through(struct pro_session *session)
{
	struct pro_judge *judge = session->judge;

	session->server = (struct pro_section *)judge->server;
	if (judge->changes) {
		session->server = pro_tree_copy(judge->server, session->scratch);
		session->visitor.class = pro_class_of(judge->config, &session->client);
		session->visitor.patterns = &judge->patterns;
		merge_ifs(session, PRO_IF_CLASS);
	}
	if (pro_session_find_account(session) && pro_session_admit(session) &&
		pro_session_land(session) && apply_conditions(session))
		session->verdict = OLD_ALLOW;
}

static struct pro_session
begin(struct pro_judge *judge, const char *name, struct place where,
	const struct pro_client *client, struct arena *scratch)
{
	return (struct pro_session){ .judge = judge,
		.scratch = scratch,
		.client = *client,
		.typed = name,
		.where = where,
		.verdict = OLD_UNKNOWN };
}

/* The first client that was let in, else the first; and from where he was and was not. */
struct verdicts {
	struct pro_session session;
	struct string_list allowed, denied;
	bool differ, elsewhere;
	struct place limit; /* what refused some of them */
	bool by_name;	    /* it depends on host names */
};

static void
ask_clients(struct pro_judge *judge, const char *name, struct place where, struct arena *scratch,
	struct verdicts *verdicts)
{
	struct pro_clients *clients = &judge->clients;

	for (size_t i = 0; i < clients->count; i++) {
		struct pro_session session = begin(judge, name, where, &clients->items[i], scratch);
		go_through(&session);
		bool allowed = session.verdict == OLD_ALLOW;
		if (i == 0)
			verdicts->elsewhere = allowed;
		if (i == 0 || (allowed && verdicts->session.verdict != OLD_ALLOW))
			verdicts->session = session;
		if (!allowed && !verdicts->limit.file)
			verdicts->limit = session.where;
		if (i > 0 && allowed != verdicts->elsewhere)
			string_list_push(judge->arena,
				allowed ? &verdicts->allowed : &verdicts->denied,
				clients->networks.items[i]);
		if (!clients->names)
			continue;
		session = begin(judge, name, where, &clients->items[i], scratch);
		session.client.named = true;
		go_through(&session);
		if ((session.verdict == OLD_ALLOW) == allowed)
			continue;
		verdicts->by_name = true;
		if (!verdicts->limit.file)
			verdicts->limit = session.where;
		if (verdicts->session.verdict != OLD_ALLOW)
			verdicts->session = session;
	}
	verdicts->differ = verdicts->allowed.count || verdicts->denied.count;
}

static void
copy_notes(struct old_login *login, const struct diags *notes)
{
	ARRAY_FOREACH (note, notes)
		diag_append(&login->notes, note);
}

static enum old_password
main_password(const struct pro_credentials *credentials)
{
	enum old_password kind = OLD_PASSWORD_NONE;

	ARRAY_FOREACH (way, &credentials->ways) {
		if (way->kind == OLD_PASSWORD_ANY || way->kind == OLD_PASSWORD_EMPTY)
			return way->kind;
		if (kind == OLD_PASSWORD_NONE)
			kind = way->kind;
	}
	return kind;
}

static void
tell_identity(const struct pro_session *session, struct old_login *login)
{
	const struct pro_identity *identity = &session->identity;
	struct arena *arena = session->judge->arena;

	if (identity->exists != OLD_ALLOW)
		return;
	login->has_ids = true;
	login->uid = identity->uid;
	login->gid = session->gid;
	for (size_t i = 0; i < identity->gids.count; i++)
		ARRAY_PUSH(arena, &login->groups, identity->gids.items[i]);
	login->home = session->home ? session->home : identity->home;
	login->full_name = identity->gecos && *identity->gecos ? identity->gecos : NULL;
	login->shell = identity->shell;
	const struct old_passwd *account =
		old_unix_user_by_uid(session->judge->accounts, identity->uid);
	login->unix_user = account ? account->name : NULL;
	login->is_guest = account && strcmp(account->name, session->typed) != 0;
}

static void
tell_credentials(const struct pro_session *session, struct old_login *login)
{
	const struct pro_credentials *credentials = &session->credentials;

	login->password = main_password(credentials);
	ARRAY_FOREACH (way, &credentials->ways)
		old_login_add_way(login, way->kind, way->secret, way->where, session->judge->arena);
	for (size_t i = 0; i < credentials->ssh_keys.count; i++)
		string_list_push(
			session->judge->arena, &login->ssh_keys, credentials->ssh_keys.items[i]);
	login->quota = credentials->quota;
	login->has_expires = credentials->has_expires;
	login->expires = credentials->expires;
}

static void
tell_addresses(const struct verdicts *verdicts, struct old_login *login, struct arena *arena)
{
	if (!verdicts->differ)
		return;
	for (size_t i = 0; i < verdicts->allowed.count; i++)
		string_list_push(arena, &login->from, verdicts->allowed.items[i]);
	for (size_t i = 0; i < verdicts->denied.count; i++)
		string_list_push(
			arena, &login->from, arena_printf(arena, "!%s", verdicts->denied.items[i]));
	old_login_note(login, verdicts->limit, "address-limit",
		"it could log in from some addresses only");
}

static void
tell_aliases(const struct pro_session *session, struct old_login *login)
{
	if (session->user && strcmp(session->user, session->typed) != 0)
		old_login_note(
			login, login->where, "alias", "it is another name of '%s'", session->user);
	if (session->anonymous && session->verdict == OLD_ALLOW &&
		!pro_switch(session->anonymous, "AnonRequirePassword", false))
		old_login_note(login, session->anonymous->opening->where, "anonymous",
			"everybody could log in with it, it was <Anonymous>");
	if (session->will_be_made)
		old_login_note(login, session->where, "home-made-later",
			"its home does not exist yet, CreateHome makes it at the first login");
}

static void
decide(const struct verdicts *verdicts, struct old_login *login)
{
	const struct pro_session *session = &verdicts->session;

	login->login = session->verdict;
	login->where = session->where;
	login->from_names = verdicts->by_name;
	if (verdicts->by_name)
		old_login_note(login, verdicts->limit, "host-names",
			"it depends on the host name of the client");
	if (session->why)
		old_login_note(login, session->where, session->why, "%s", session->reason);
	if (session->judge->patterns.foreign) {
		login->login = OLD_UNKNOWN;
		old_login_note(login, session->where, "foreign-pattern",
			"the regular expression '%s' is not evaluated here",
			session->judge->patterns.foreign);
	}
}

struct old_login *
pro_judge_login(struct pro_judge *judge, const char *name, struct place where)
{
	AUTO_ARENA struct arena scratch = { 0 };
	struct old_login *login = old_login_create(judge->arena, name, where);
	struct verdicts verdicts = { 0 };
	struct pro_session *session = &verdicts.session;

	judge->patterns.foreign = NULL;
	ask_clients(judge, name, where, &scratch, &verdicts);
	session->login = login;
	decide(&verdicts, login);
	copy_notes(login, &session->identity.notes);
	copy_notes(login, &session->credentials.notes);
	tell_identity(session, login);
	tell_credentials(session, login);
	tell_addresses(&verdicts, login, judge->arena);
	tell_aliases(session, login);
	login->has_session_umask = true;
	login->session_umask = judge->session_umask;
	if (session->verdict == OLD_ALLOW) {
		login->jail = session->jail;
		login->cwd = session->cwd;
		pro_access_apply(session);
		pro_session_rights(session);
	}
	pro_gates_apply(session, login);
	return login;
}

/* Lines as fgets(3) with such a buffer gives them. */
static void
each_line(struct pro_judge *judge, const char *path, size_t room,
	void (*take)(struct pro_judge *judge, const char *line, struct place where),
	bool *ret_found)
{
	struct old_file file;
	unsigned number = 0;

	*ret_found = old_root_read(judge->root, path, LIST_SIZE_LIMIT, &file) == OLD_OK;
	if (!*ret_found)
		return;
	for (size_t offset = 0; offset < file.content.size;) {
		const char *start = file.content.data + offset;
		size_t left = file.content.size - offset, size = left < room ? left : room;
		const char *newline = memchr(start, '\n', size);
		if (newline)
			size = (size_t)(newline - start) + 1;
		offset += size;
		size_t kept = strnlen(start, size);
		while (kept && (start[kept - 1] == '\r' || start[kept - 1] == '\n'))
			kept--;
		take(judge, arena_strndup(judge->arena, start, kept), at(path, ++number));
	}
}

static void
take_shell(struct pro_judge *judge, const char *line, struct place where)
{
	(void)where;
	table_set(&judge->shells, line, (void *)line);
}

static void
take_banned(struct pro_judge *judge, const char *line, struct place where)
{
	while (*line == ' ' || (*line >= '\t' && *line <= '\r'))
		line++;
	if (*line && *line != '#' && !table_get(&judge->banned, line))
		table_set(&judge->banned, line, arena_copy(judge->arena, &where, sizeof(where)));
}

static bool
depends_on_login(const struct pro_section *section)
{
	for (size_t i = 0; i < section->lines.count; i++) {
		const struct pro_section *inner = section->lines.items[i]->section;
		if (!inner || inner->kind == PRO_LIMIT || inner->kind == PRO_CLASS)
			continue;
		if (inner->kind != PRO_DIRECTORY && inner->kind != PRO_ANONYMOUS)
			return true;
		if (inner->deferred || inner->below || depends_on_login(inner))
			return true;
	}
	return false;
}

void
pro_judge_prepare(struct pro_judge *judge)
{
	const struct pro_line *mask = pro_find(judge->config->servers.items[0], "Umask");
	bool has_banned;

	judge->patterns.arena = judge->arena;
	judge->shells.arena = judge->arena;
	judge->banned.arena = judge->arena;
	each_line(judge, "/etc/shells", SHELL_ROOM, take_shell, &judge->has_shells);
	each_line(judge, "/etc/ftpusers", BANNED_ROOM, take_banned, &has_banned);
	pro_clients_find(judge->config, judge->server, judge->arena, &judge->clients);
	judge->changes = depends_on_login(judge->server);
	judge->session_umask = mask ? (mode_t)strtoul(mask->words.items[0], NULL, 8) & 0777 : 022;
}

void
pro_judge_finish(struct pro_judge *judge)
{
	pro_patterns_finish(&judge->patterns);
}
