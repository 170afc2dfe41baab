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
	diag_hint(diags, "Read them with the ldap importer and these settings.");
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
