/*
 * ldap_listing.c - the listing of a directory alone, for bench/ldap.sh: ldap_listing URI BASE
 * FILTER [KEY=VALUE]... [-- ATTRIBUTE...] prints entries, pages, bytes of values and whether it was
 * complete.
 */
#include <stdio.h>
#include <string.h>

#include "importers/ldap/directory.h"
#include "importers/ldap/options.h"

static bool
count_values(void *ctx, const struct directory_entry *entry)
{
	size_t *bytes = ctx;
	ARRAY_FOREACH (attribute, &entry->attributes)
		ARRAY_FOREACH (value, &attribute->values)
			*bytes += value->size;
	return true;
}

static void
show(const struct diags *diags)
{
	static const char *const levels[] = { "note", "warning", "error" };
	ARRAY_FOREACH (diag, diags) {
		fprintf(stderr, "%s: %s: %s\n", diag->place.file ? diag->place.file : "-",
			levels[diag->level], diag->message);
		if (diag->hint)
			fprintf(stderr, "hint: %s\n", diag->hint);
	}
}

static bool
list(const struct ldap_config *config, char **argv, const struct string_list *attributes,
	struct arena *arena, struct diags *diags)
{
	struct directory *directory;
	struct directory_listing listing;
	size_t bytes = 0;
	struct directory_search search = {
		.base = argv[1],
		.scope = DIRECTORY_SUBTREE,
		.filter = argv[2],
		.attributes = attributes,
		.entry = count_values,
		.ctx = &bytes,
	};
	if (!directory_open(config, argv[0], arena, &directory, diags))
		return false;
	bool listed = directory_list(directory, &search, &listing, diags);
	if (listed)
		printf("%zu entries, %zu pages, %zu bytes: %s (%s)\n", listing.entries,
			listing.pages, bytes, listing.complete ? "complete" : listing.why,
			directory_words(directory));
	directory_close(directory);
	return listed;
}

int
main(int argc, char **argv)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct ldap_config config;
	struct string_list attributes = { 0 };
	bool ok = argc >= 4;
	int i = 4;

	option_defaults(ldap_options, &config, &arena);
	for (; ok && i < argc && strcmp(argv[i], "--") != 0; i++) {
		char *value = strchr(argv[i], '=');
		if (value)
			*value++ = 0;
		ok = option_set(ldap_options, &config, argv[i], value, NOWHERE, &arena, &diags);
	}
	for (i++; ok && i < argc; i++)
		string_list_push(&arena, &attributes, argv[i]);
	ok = ok && list(&config, argv + 1, &attributes, &arena, &diags);
	show(&diags);
	return !ok;
}
