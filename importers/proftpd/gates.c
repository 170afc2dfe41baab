/*
 * gates.c - modules that stand beside the login: address tables, countries, bans, TLS, virtual
 * jails.
 */
#include <string.h>

#include "importers/proftpd/gates.h"
#include "importers/proftpd/rewrite.h"

/* A module that refuses some of those whom the rest of the server lets in. */
struct gate {
	const char *module;
	const char *engine;   /* the directive that turns it on; NULL = always on */
	const char *rules[3]; /* without one of these it refuses nobody */
	bool decides;	      /* the verdict is not known */
	const char *code, *text;
};

static const struct gate gates[] = {
	{ "mod_wrap2.c", "WrapEngine", { "WrapUserTables", "WrapGroupTables", "WrapTables" }, true,
		"wrap-tables",
		"mod_wrap2 refused clients by these tables, which are not evaluated" },
	{ "mod_wrap.c", NULL, { "TCPUserAccessFiles", "TCPGroupAccessFiles", "TCPAccessFiles" },
		true, "wrap-tables",
		"mod_wrap refused clients by these files, which are not evaluated" },
	{ "mod_geoip.c", "GeoIPEngine", { "GeoIPDenyFilter", "GeoIPAllowFilter", "GeoIPPolicy" },
		true, "geoip",
		"mod_geoip refused clients by their country, which is not evaluated" },
	{ "mod_dnsbl.c", "DNSBLEngine", { "DNSBLDomain" }, true, "dnsbl",
		"mod_dnsbl refused clients by a list in the DNS, which cannot be asked" },
	{ "mod_ban.c", "BanEngine", { "BanTable" }, false, "bans",
		"mod_ban refused whom it had banned for a time; its bans are not read" },
};

static const struct pro_line *
first_rule(const struct pro_session *session, const struct gate *gate)
{
	for (size_t i = 0; i < ARRAY_LEN(gate->rules) && gate->rules[i]; i++) {
		const struct pro_line *line = pro_find(session->server, gate->rules[i]);
		if (!line && session->anonymous)
			line = pro_find(session->anonymous, gate->rules[i]);
		if (line)
			return line;
	}
	return NULL;
}

static void
pass(const struct pro_session *session, const struct gate *gate, struct old_login *login)
{
	const struct pro_line *line;

	if (!pro_has_module(session->judge->config, gate->module) ||
		(gate->engine && !pro_switch(session->server, gate->engine, false)))
		return;
	line = first_rule(session, gate);
	if (!line)
		return;
	old_login_note(login, line->where, gate->code, "%s", gate->text);
	if (!gate->decides)
		return;
	login->login = OLD_UNKNOWN;
	login->where = line->where;
}

/* For the login, not for the data alone. */
static bool
wants_tls(const char *word)
{
	return pro_boolean(word) != 0 && strcmp(word, "data") != 0 && strcmp(word, "!data") != 0;
}

static void
tell_tls(const struct pro_session *session, struct old_login *login)
{
	const struct pro_line *line = pro_find(pro_session_section(session), "TLSRequired");

	if (!line)
		line = pro_find(session->server, "TLSRequired");
	if (line && pro_has_module(session->judge->config, "mod_tls.c") &&
		pro_switch(session->server, "TLSEngine", false) && wants_tls(line->words.items[0]))
		old_login_note(login, line->where, "tls-required",
			"logins without TLS were refused; SFTP has no others");
}

static void
tell_virtual_jail(const struct pro_session *session, struct old_login *login)
{
	if (!session->jail || strcmp(session->jail, "/") == 0 ||
		!pro_has_module(session->judge->config, "mod_vroot.c") ||
		!pro_switch(session->server, "VRootEngine", false))
		return;
	login->jail = "/";
	old_login_note(login, pro_find(session->server, "VRootEngine")->where, "virtual-jail",
		"mod_vroot alone kept it in %s, without chroot(2)", session->jail);
}

void
pro_gates_apply(const struct pro_session *session, struct old_login *login)
{
	pro_rewrite_apply(session, login);
	if (session->verdict != OLD_ALLOW)
		return;
	for (size_t i = 0; i < ARRAY_LEN(gates); i++)
		pass(session, &gates[i], login);
	tell_tls(session, login);
	tell_virtual_jail(session, login);
}
