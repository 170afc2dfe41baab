/*
 * admission.c - whether an account is let in: uid 0, <Limit LOGIN>, password, shell, ftpusers.
 */
#include <string.h>
#include <strings.h>

#include "importers/proftpd/session.h"
#include "importers/proftpd/tree.h"

const struct pro_section *
pro_session_section(const struct pro_session *session)
{
	return session->anonymous ? session->anonymous : session->server;
}

static void
set_visitor(struct pro_session *session)
{
	session->visitor = (struct pro_visitor){ .user = session->identity.name,
		.group = session->identity.group,
		.groups = &session->identity.group_names,
		.class = pro_class_of(session->judge->config, &session->client),
		.client = session->client,
		.patterns = &session->judge->patterns };
	session->gid = session->identity.gid;
}

static bool
check_root(struct pro_session *session)
{
	const struct pro_section *section = pro_session_section(session);
	const struct pro_line *line = pro_find(section, "RootLogin");

	if (session->identity.uid != 0 || pro_switch(section, "RootLogin", false))
		return true;
	return pro_session_deny(session, line ? line->where : session->where, "root-login",
		"uid 0 could not log in");
}

static bool
check_limits(struct pro_session *session)
{
	struct place where = { 0 };
	unsigned found = 0;
	bool by_server = pro_limit_login(session->server, &session->visitor, &found, &where);
	bool allowed = by_server;

	if (session->anonymous) {
		allowed = pro_limit_login(session->anonymous, &session->visitor, &found, &where);
		allowed = allowed && (by_server || found);
	}
	return allowed ||
		pro_session_deny(session, where, "limit-login", "<Limit LOGIN> refused it");
}

static const struct pro_line *
own_password(const struct pro_section *section, const char *name)
{
	for (size_t i = 0; i < section->lines.count; i++) {
		const struct pro_line *line = section->lines.items[i];
		if (!line->section && strcmp(line->name, "UserPassword") == 0 &&
			strcmp(line->words.items[0], name) == 0)
			return line;
	}
	return NULL;
}

static void
add_way(struct pro_session *session, enum old_password kind, struct place where)
{
	struct old_way way = { .kind = kind, .where = where };

	ARRAY_PUSH(session->judge->arena, &session->credentials.ways, way);
}

static bool
check_password(struct pro_session *session)
{
	const struct pro_section *section = pro_session_section(session);
	const struct pro_line *line;
	const char *name = session->user;

	if (session->anonymous && !pro_switch(section, "AnonRequirePassword", false)) {
		session->credentials.login = OLD_ALLOW;
		add_way(session, OLD_PASSWORD_ANY, session->anonymous->opening->where);
		session->where = session->anonymous->opening->where;
		return true;
	}
	if (session->anonymous && pro_switch(section, "AuthUsingAlias", false))
		name = session->typed;
	line = own_password(section, name);
	pro_auth_ask(session->judge->auth, name, &session->identity,
		line ? line->words.items[1] : NULL, line ? line->where : NOWHERE,
		session->judge->arena, &session->credentials);
	if (session->credentials.where.file)
		session->where = session->credentials.where;
	if (session->credentials.login == OLD_UNKNOWN)
		return false; /* not known: the notes say why */
	if (session->credentials.login == OLD_DENY)
		return pro_session_deny(session,
			session->credentials.where.line ? session->credentials.where
							: session->identity.where,
			"no-password", "no password could open it");
	return true;
}

/* AllowEmptyPasswords off: the empty one is refused before anything looks at it. */
static bool
check_empty(struct pro_session *session)
{
	struct pro_credentials *credentials = &session->credentials;
	const struct pro_line *line = pro_find(session->server, "AllowEmptyPasswords");
	size_t kept = 0;

	if (!line && session->anonymous)
		line = pro_find(session->anonymous, "AllowEmptyPasswords");
	if (!line || pro_boolean(line->words.items[0]) != 0)
		return true;
	for (size_t i = 0; i < credentials->ways.count; i++)
		if (credentials->ways.items[i].kind != OLD_PASSWORD_EMPTY)
			credentials->ways.items[kept++] = credentials->ways.items[i];
	credentials->ways.count = kept;
	return kept ||
		pro_session_deny(session, line->where, "no-password",
			"its password was empty, and AllowEmptyPasswords is off");
}

/* Sessions of mod_sftp are not those of FTP. */
static bool
check_protocol(struct pro_session *session)
{
	const struct pro_line *line = pro_find(session->server, "Protocols");

	if (!line || pro_switch(session->server, "SFTPEngine", false))
		return true;
	for (size_t i = 0; i < line->words.count; i++)
		if (strcasecmp(line->words.items[i], "ftp") == 0)
			return true;
	return pro_session_deny(
		session, line->where, "no-ftp", "Protocols does not name ftp for this server");
}

static bool
check_shell(struct pro_session *session)
{
	const struct pro_section *section = pro_session_section(session);
	const struct pro_line *line = pro_find(section, "RequireValidShell");
	const char *shell = session->identity.shell;

	if (!shell || !session->judge->has_shells ||
		!pro_switch(section, "RequireValidShell", true))
		return true;
	if (table_get(&session->judge->shells, shell))
		return true;
	return pro_session_deny(session, line ? line->where : session->identity.where,
		"invalid-shell", "its shell is not a line of /etc/shells");
}

static bool
check_banned(struct pro_session *session)
{
	const struct pro_section *section = pro_session_section(session);
	const struct place *where = table_get(&session->judge->banned, session->identity.name);

	if (!where || !pro_switch(section, "UseFtpUsers", true))
		return true;
	return pro_session_deny(session, *where, "ftpusers", "/etc/ftpusers names it");
}

bool
pro_session_admit(struct pro_session *session)
{
	set_visitor(session);
	return check_root(session) && check_limits(session) && check_password(session) &&
		check_empty(session) && check_shell(session) && check_banned(session) &&
		check_protocol(session);
}
