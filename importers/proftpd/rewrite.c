/*
 * rewrite.c - which RewriteRules reach a login.
 *
 * The conditions in front of a rule are its own. Of these only "%m PATTERN", the command, is
 * evaluated: most rules are for names of files and say so. A rule without it is compared with
 * what was typed as the name, for the password is not known.
 */
#include <string.h>

#include "importers/proftpd/auth_pattern.h"
#include "importers/proftpd/rewrite.h"

/* Whether a pattern, perhaps with "!", fits; one that is not evaluated may. */
static bool
may_match(const struct pro_session *session, const char *pattern, const char *text)
{
	struct pro_pattern *compiled = NULL;
	bool negated = *pattern == '!', matches;

	if (pro_pattern_compile(pattern + negated, session->scratch, &compiled) !=
		PRO_PATTERN_USABLE)
		return true;
	matches = pro_pattern_matches(compiled, text);
	pro_pattern_free(compiled);
	return matches != negated;
}

/* The commands that a rule is for, as far as its conditions tell. */
struct commands {
	bool named; /* a condition named commands */
	bool user, pass, home;
};

static const struct commands all_commands = { .user = true, .pass = true, .home = true };

static void
restrict_to(const struct pro_session *session, const struct pro_line *condition,
	struct commands *commands)
{
	const char *pattern = pro_word(condition, 1);

	/* Flags (no case, or) make it wider; "=X", "<X", ">X" and "-f" are no expressions. */
	if (strcmp(condition->words.items[0], "%m") != 0 || pro_word(condition, 2) ||
		strchr("=<>-", pattern[*pattern == '!']))
		return;
	commands->named = true;
	commands->user = commands->user && may_match(session, pattern, "USER");
	commands->pass = commands->pass && may_match(session, pattern, "PASS");
	commands->home = commands->home && may_match(session, pattern, "REWRITE_HOME");
}

/* "mod_rewrite changed ..."; NULL = nothing of the login. */
static const char *
changes(const struct pro_session *session, const struct pro_line *rule,
	const struct commands *commands)
{
	const char *pattern = rule->words.items[0];

	if (commands->user && may_match(session, pattern, session->typed))
		return "its name";
	if (commands->pass && commands->named)
		return "its password";
	if (session->home && commands->home && !session->anonymous &&
		pro_switch(session->server, "RewriteHome", false) &&
		may_match(session, pattern, session->home))
		return "its home";
	return NULL;
}

void
pro_rewrite_apply(const struct pro_session *session, struct old_login *login)
{
	struct commands commands = all_commands;
	const struct pro_section *server = session->server;
	const struct pro_line *first = pro_find(server, "RewriteRule");

	if (!first || !pro_has_module(session->judge->config, "mod_rewrite.c") ||
		!pro_switch(server, "RewriteEngine", false))
		return;
	for (size_t i = 0; i < server->lines.count; i++) {
		const struct pro_line *line = server->lines.items[i];
		if (strcmp(line->name, "RewriteCondition") == 0)
			restrict_to(session, line, &commands);
		if (strcmp(line->name, "RewriteRule") != 0)
			continue;
		const char *what = changes(session, line, &commands);
		commands = all_commands;
		if (!what)
			continue;
		old_login_note(login, line->where, "rewritten",
			"this rule may have changed %s before the server saw it, which is not "
			"followed here",
			what);
		login->login = OLD_UNKNOWN;
		login->where = line->where;
		return;
	}
	if (session->verdict == OLD_ALLOW)
		old_login_note(login, first->where, "rewrite-rules",
			"mod_rewrite changed names of files in what clients sent");
}
