/*
 * auth_foreign.c - modules whose users are on other machines: mod_ldap and mod_radius.
 *
 * They are asked like the others, and answer that it cannot be told, so that whoever comes after
 * them in the order is not taken for somebody he may not have been. mod_ldap's settings are shown
 * for those who go on with the ldap importer.
 */
#include <string.h>
#include <strings.h>

#include "importers/proftpd/auth_module.h"

struct auth_foreign {
	const char *module;
	const struct pro_line *line; /* what turns it on */
};

static enum pro_answer
foreign_user(void *state, const char *name, struct arena *arena, struct pro_account *ret_account,
	struct diags *notes)
{
	(void)name;
	(void)arena;
	(void)ret_account;
	const struct auth_foreign *self = state;
	pro_note(notes, self->line->where, "not-evaluated", "not evaluated: %s", self->module);
	return PRO_CANNOT_TELL;
}

/* "LDAPUsers ou=people,dc=x (uid=%u)": without what may be a password. */
static void
describe(struct buffer *out, const struct pro_line *line)
{
	buffer_printf(out, "%s%s", out->size ? "; " : "", line->name);
	const bool secret = strcasecmp(line->name, "LDAPBindDN") == 0;
	for (size_t i = 0; i < line->words.count; i++)
		buffer_printf(out, " %s", secret && i > 0 ? "***" : line->words.items[i]);
}

/* ---- the same server for the ldap importer ---- */

static const char *
word_of(const struct pro_line *line, size_t i)
{
	return line && i < line->words.count ? line->words.items[i] : NULL;
}

static const char *
word_of_first(const struct pro_auth_input *input, const char *directive, size_t i)
{
	return word_of(pro_find(input->server, directive), i);
}

/* ", base: 'ou=people,dc=x'", in YAML's single quotes. */
static void
add_setting(struct buffer *out, const char *name, const char *value)
{
	if (!value)
		return;
	buffer_printf(out, ", %s: '", name);
	for (; *value; value++) {
		if (*value == '\'')
			buffer_add_char(out, '\'');
		buffer_add_char(out, *value);
	}
	buffer_add_char(out, '\'');
}

/* A URL without its path, or a host with or without a port. */
static const char *
server_uri(const char *server, struct arena *arena)
{
	const char *scheme = strstr(server, "://");
	if (!scheme)
		return arena_printf(arena, "ldap://%s", server);
	size_t length = (size_t)(scheme + 3 - server);
	return arena_strndup(arena, server, length + strcspn(server + length, "/"));
}

/* The module's filter for one name, as one for all: "(uid=%u)" is "(uid=*)". */
static const char *
filter_of_all(const char *filter, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	for (; filter && *filter; filter++) {
		bool name = *filter == '%' && filter[1] && strchr("uv", filter[1]);
		buffer_add_char(&out, name ? '*' : *filter);
		filter += name;
	}
	return filter ? arena_strdup(arena, buffer_text(&out)) : NULL;
}

static const char *
scope_of(const char *word)
{
	if (!word)
		return NULL;
	return strcasecmp(word, "base") == 0					    ? "base"
		: strcasecmp(word, "onelevel") == 0 || strcasecmp(word, "one") == 0 ? "one"
										    : "sub";
}

/* What to put into the configuration; the password belongs into a file of its own. */
static const char *
source_of(const struct pro_auth_input *input, const struct pro_line *users)
{
	AUTO_BUFFER struct buffer out = { 0 };
	const char *server = word_of_first(input, "LDAPServer", 0);
	const char *bind_dn = word_of_first(input, "LDAPBindDN", 0);
	/* LDAPDoAuth on "base" "filter" */
	size_t first = strcasecmp(users->name, "LDAPDoAuth") == 0;
	buffer_add_text(&out, "sources: { directory: { importer: ldap");
	add_setting(&out, "uri", server_uri(server ? server : "localhost", input->arena));
	add_setting(&out, "base", word_of(users, first));
	add_setting(&out, "filter", filter_of_all(word_of(users, first + 1), input->arena));
	add_setting(&out, "scope", scope_of(word_of_first(input, "LDAPSearchScope", 0)));
	add_setting(&out, "groups_base", word_of_first(input, "LDAPGroups", 0));
	add_setting(&out, "bind_dn", bind_dn);
	add_setting(&out, "password_file", bind_dn ? "/etc/rehome/directory.pass" : NULL);
	buffer_add_text(&out, " } }");
	return arena_strdup(input->arena, buffer_text(&out));
}

static void
show_ldap_settings(
	const struct pro_auth_input *input, const struct pro_line *users, struct diags *diags)
{
	AUTO_BUFFER struct buffer settings = { 0 };
	for (size_t i = 0; i < input->server->lines.count; i++) {
		const struct pro_line *line = input->server->lines.items[i];
		if (!line->section && strncasecmp(line->name, "LDAP", 4) == 0)
			describe(&settings, line);
	}
	diag_warning(diags, users->where, "mod_ldap's users are not read here: %s",
		buffer_text(&settings));
	diag_code(diags, "ldap-users");
	diag_hint(diags, "Read them with the ldap importer, as a source like %s.",
		source_of(input, users));
}

bool
pro_auth_foreign_module(const struct pro_auth_input *input, const char *name,
	struct pro_module *ret_module, struct diags *diags)
{
	const struct pro_line *line = NULL;
	if (strcmp(name, "mod_ldap.c") == 0) {
		line = pro_find(input->server, "LDAPUsers");
		if (!line) /* its name before 1.3.5 */
			line = pro_find(input->server, "LDAPDoAuth");
		if (line)
			show_ldap_settings(input, line, diags);
	} else if (strcmp(name, "mod_radius.c") == 0 &&
		pro_switch(input->server, "RadiusEngine", false)) {
		line = pro_find(input->server, "RadiusUserInfo");
	}
	if (!line)
		return false;

	struct auth_foreign *self = ARENA_NEW(input->arena, struct auth_foreign);
	*self = (struct auth_foreign){ name, line };
	*ret_module = (struct pro_module){ .name = name, .state = self, .user = foreign_user };
	return true;
}
