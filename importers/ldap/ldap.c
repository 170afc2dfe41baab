/*
 * ldap.c - the importer of directories: people of an LDAP server as records.
 *
 * Owns the order of things: connection, profile, all groups when the mapping names them, then one
 * entry after the other to the core, none of which stays. What is said over the wire is
 * directory.h, what it means is entry.h and groups.h.
 *
 * A list of groups that is not whole is the end: somebody would lose a layout because the server
 * stopped early. A list of people that is not whole is not: nobody is missing then.
 */
#include <string.h>
#include <time.h>

#include "importers/ldap/configuring.h"
#include "importers/ldap/entry.h"
#include "importers/ldap/options.h"

struct ldap_reading {
	const struct ldap_config *config;
	struct source *source;
	struct sink *sink;
	struct directory *directory;
	struct entry_reader reader;
	struct groups groups;
	struct arena row; /* of one entry */
	unsigned number;
	struct {
		struct group_rest *items;
		size_t count, room;
	} rests;		 /* members that are still to be asked for */
	struct group_rest *rest; /* the one that is being asked for */
	bool rest_found;
};

/* ---- options ---- */

static struct place
here(const struct ldap_reading *reading)
{
	return at(reading->source->shown, 0);
}

static bool
check_config(const struct ldap_reading *reading)
{
	if (reading->config->base && *reading->config->base)
		return true;
	diag_error(reading->sink->diags, here(reading), "base is not set");
	diag_hint(reading->sink->diags,
		"Say where people are, such as base: ou=people,dc=example,dc=org.");
	return false;
}

static const struct entry_profile *
choose_profile(const struct ldap_reading *reading)
{
	const char *word = reading->config->profile;
	if (strcmp(word, "auto") == 0)
		return directory_is_active_directory(reading->directory) ? &entry_ad : &entry_posix;
	return strcmp(word, entry_ad.name) == 0 ? &entry_ad : &entry_posix;
}

static enum directory_scope
scope_of(const char *word)
{
	return strcmp(word, "base") == 0   ? DIRECTORY_BASE
		: strcmp(word, "one") == 0 ? DIRECTORY_ONE
					   : DIRECTORY_SUBTREE;
}

/* ---- groups ---- */

static bool
wants_groups(const struct sink *sink)
{
	return sink->columns &&
		(string_list_has(sink->columns, "group_name") ||
			string_list_has(sink->columns, "group_dn"));
}

static const char *
groups_base(const struct ldap_config *config)
{
	return config->groups_base ? config->groups_base : config->base;
}

static bool
take_group(void *ctx, const struct directory_entry *entry)
{
	struct ldap_reading *reading = ctx;
	struct group_rest rest;
	groups_add(&reading->groups, entry, &rest, reading->sink->diags);
	if (rest.attribute)
		ARRAY_PUSH(reading->source->arena, &reading->rests, rest);
	return true;
}

static bool
take_rest(void *ctx, const struct directory_entry *entry)
{
	struct ldap_reading *reading = ctx;
	reading->rest_found = groups_add_rest(&reading->groups, entry, reading->rest);
	return true;
}

static bool
refuse_groups(const struct ldap_reading *reading, const char *base, const char *why)
{
	diag_error(reading->sink->diags, at(base, 0), "the groups cannot all be read: %s", why);
	diag_code(reading->sink->diags, "groups-incomplete");
	diag_hint(reading->sink->diags,
		"Nothing is changed by half of the groups; ask another server, or correct "
		"groups_base and groups_filter.");
	return false;
}

/* The members of one group that did not come with it, range by range. */
static bool
read_rest(struct ldap_reading *reading, struct group_rest *rest)
{
	const char *dn = reading->groups.all.items[rest->group].dn;
	while (rest->attribute) {
		struct string_list attributes = { 0 };
		struct directory_listing listing;
		string_list_push(reading->source->arena, &attributes,
			group_rest_attribute(rest, reading->source->arena));
		struct directory_search search = { dn, DIRECTORY_BASE, "(objectClass=*)",
			&attributes, take_rest, reading };
		reading->rest = rest;
		reading->rest_found = false;
		if (!directory_list(reading->directory, &search, &listing, reading->sink->diags))
			return false;
		if (!listing.complete)
			return refuse_groups(reading, dn, listing.why);
		if (!reading->rest_found)
			return refuse_groups(reading, dn, "members beyond the first are not told");
	}
	return true;
}

static bool
read_groups(struct ldap_reading *reading)
{
	const struct ldap_config *config = reading->config;
	struct string_list attributes = { 0 };
	struct directory_listing listing;
	for (const char *const *name = group_attributes; *name; name++)
		string_list_push(reading->source->arena, &attributes, *name);
	struct directory_search search = { groups_base(config), DIRECTORY_SUBTREE,
		config->groups_filter ? config->groups_filter : reading->reader.profile->groups,
		&attributes, take_group, reading };

	groups_init(&reading->groups, reading->source->arena);
	if (!directory_list(reading->directory, &search, &listing, reading->sink->diags))
		return false;
	if (!listing.complete)
		return refuse_groups(reading, search.base, listing.why);
	if (!reading->groups.all.count)
		return refuse_groups(reading, search.base,
			arena_printf(
				reading->source->arena, "there is none for %s", search.filter));
	ARRAY_FOREACH (rest, &reading->rests) {
		if (!read_rest(reading, rest))
			return false;
	}
	groups_complete(&reading->groups);
	reading->reader.groups = &reading->groups;
	return true;
}

/* ---- people ---- */

static bool
take_person(void *ctx, const struct directory_entry *entry)
{
	struct ldap_reading *reading = ctx;
	struct sink *sink = reading->sink;
	struct record record;
	bool more = true;
	enum entry_verdict verdict = entry_read(
		&reading->reader, entry, reading->number + 1, &reading->row, &record, sink->diags);
	if (verdict != ENTRY_NOBODY)
		reading->number++;
	if (verdict == ENTRY_BAD)
		sink->reject(sink->ctx, &record);
	if (verdict == ENTRY_GOOD)
		more = sink->record(sink->ctx, &record);
	arena_clear(&reading->row);
	return more;
}

static bool
read_people(struct ldap_reading *reading)
{
	const struct ldap_config *config = reading->config;
	struct sink *sink = reading->sink;
	struct string_list attributes = entry_attributes(&reading->reader);
	struct directory_listing listing;
	struct directory_search search = { config->base, scope_of(config->scope),
		config->filter ? config->filter : reading->reader.profile->people, &attributes,
		take_person, reading };
	if (!directory_list(reading->directory, &search, &listing, sink->diags))
		return false;
	sink->complete = listing.complete;
	if (!listing.complete)
		sink->incomplete = arena_strdup(reading->source->arena, listing.why);
	return true;
}

/* ---- the whole ---- */

static void
prepare_reader(struct ldap_reading *reading)
{
	const struct ldap_config *config = reading->config;
	const struct entry_profile *profile = choose_profile(reading);
	struct entry_reader *reader = &reading->reader;
	entry_reader_init(reader, profile, reading->sink->columns, reading->source->arena);
	if (strcmp(config->key_attribute, "auto") != 0)
		reader->key = config->key_attribute;
	reader->nested = config->nested_groups;
	reader->explain = reading->sink->explain;
	reader->lockout = config->lockout_seconds;
	reader->now = time(NULL);
	reader->header.place = here(reading);
	ARRAY_FOREACH (field, &reader->header.fields)
		field->place = reader->header.place;
	reading->sink->detected = arena_printf(reading->source->arena, "%s, profile %s",
		directory_words(reading->directory), profile->name);
	reading->sink->entries = true;
	reading->sink->defaults = profile->defaults;
}

static bool
read_directory(struct ldap_reading *reading)
{
	prepare_reader(reading);
	if (!reading->sink->header(reading->sink->ctx, &reading->reader.header))
		return false;
	return (!wants_groups(reading->sink) || read_groups(reading)) && read_people(reading);
}

static bool
ldap_read(const void *config, struct source *source, struct sink *sink)
{
	struct ldap_reading reading = { .config = config, .source = source, .sink = sink };
	if (!check_config(&reading) ||
		!directory_open(
			config, source->location, source->arena, &reading.directory, sink->diags))
		return false;
	bool ok = read_directory(&reading);
	directory_close(reading.directory);
	arena_finish(&reading.row);
	return ok;
}

static int
ldap_probe(struct source *source)
{
	static const char *const schemes[] = { "ldap://", "ldaps://", "ldapi://" };
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		if (strncmp(source->location, schemes[i], strlen(schemes[i])) == 0)
			return 100;
	}
	return 0;
}

const struct importer rehome_importer = {
	.abi = IMPORTER_ABI,
	.name = "ldap",
	.summary = "people of a directory server: LDAP with posixAccount, or Active Directory",
	.options = ldap_options,
	.config_size = sizeof(struct ldap_config),
	.probe = ldap_probe,
	.read = ldap_read,
	.check = ldap_check,
	.suggest = ldap_suggest,
};
