/*
 * configuring.c - checks that need no server, and the first look at one; see configuring.h.
 */
#include "importers/ldap/configuring.h"

#include <string.h>

#include "importers/ldap/directory.h"
#include "importers/ldap/filter.h"
#include "importers/ldap/options.h"
#include "importers/ldap/secret_file.h"

/* ---- check ---- */

/* What was found out elsewhere, at the place of an option of ours; NULL: of the URIs. */
static void
relay(const struct importer_check *check, const char *option, const struct diags *found)
{
	ARRAY_FOREACH (diag, found) {
		struct diag copy = *diag;
		if (copy.place.file)
			copy.message = arena_printf(
				check->arena, "%s: %s", diag->place.file, diag->message);
		copy.place = check->place(check->ctx, option);
		diag_append(check->diags, &copy);
	}
}

static bool
check_filter(const struct importer_check *check, const char *option, const char *filter)
{
	const char *fault = filter ? filter_fault(filter) : NULL;
	if (!fault)
		return true;
	diag_error(check->diags, check->place(check->ctx, option), "'%s' is no search filter: %s",
		filter, fault);
	diag_code(check->diags, "bad-option");
	diag_hint(check->diags, "Write it like (&(objectClass=person)(!(mail=*@example.org))).");
	return false;
}

static bool
check_base(const struct importer_check *check, const char *base)
{
	if (base && *base)
		return true;
	diag_error(check->diags, check->place(check->ctx, "base"), "base is not set");
	diag_code(check->diags, "bad-option");
	diag_hint(check->diags, "Say where people are, such as base: ou=people,dc=example,dc=org.");
	return false;
}

static bool
check_password(const struct importer_check *check, const char *path)
{
	AUTO_SECRET struct secret password = { 0 };
	struct diags found = { .arena = check->arena };
	bool good = !path || secret_file_read(path, &password, &found);
	relay(check, "password_file", &found);
	return good;
}

bool
ldap_check(const void *config, const struct source *source, const struct importer_check *check)
{
	const struct ldap_config *options = config;
	struct diags found = { .arena = check->arena };
	bool good = check_base(check, options->base);
	good = check_filter(check, "filter", options->filter) && good;
	good = check_filter(check, "groups_filter", options->groups_filter) && good;
	good = check_password(check, options->password_file) && good;
	good = directory_check(options, source->location, check->arena, &found) && good;
	relay(check, NULL, &found);
	return good;
}

/* ---- suggest ---- */

static void
suggest(struct source *source, struct importer_suggestions *suggestions, const char *option,
	const char *value, const char *why)
{
	struct importer_suggestion suggestion = { option, arena_strdup(source->arena, value),
		arena_strdup(source->arena, why) };
	ARRAY_PUSH(source->arena, suggestions, suggestion);
}

static void
suggest_base(struct source *source, struct importer_suggestions *suggestions,
	const struct string_list *bases)
{
	const char *others = "";
	for (size_t i = 1; i < bases->count; i++)
		others = arena_printf(
			source->arena, "%s%s'%s'", others, *others ? ", " : "", bases->items[i]);
	if (!bases->count)
		suggest(source, suggestions, "base", "dc=example,dc=org",
			"The server does not tell its naming contexts: say where people are.");
	else
		suggest(source, suggestions, "base", bases->items[0],
			arena_printf(source->arena,
				"A naming context of the server%s%s. Better say where people are.",
				*others ? ", beside " : "", others));
}

bool
ldap_suggest(const void *config, struct source *source, struct importer_suggestions *suggestions,
	struct diags *diags)
{
	struct directory *directory;
	if (!directory_open(config, source->location, source->arena, &directory, diags))
		return false;
	bool is_ad = directory_is_active_directory(directory);
	suggest_base(source, suggestions, directory_bases(directory));
	suggest(source, suggestions, "profile", is_ad ? "ad" : "posix",
		is_ad ? "It is an Active Directory."
		      : "It is no Active Directory: people are posixAccounts.");
	directory_close(directory);
	return true;
}
