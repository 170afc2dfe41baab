/*
 * getent.c - an importer outside of rehome: people as `getent passwd` lists them.
 *
 *	getent passwd | rehome plan getent:-
 *
 * To begin a new one, change what is read (read_line) and what may be said about it (the options).
 */
#include <string.h>

#include "core/model/importer.h"

enum { LOGIN, PASSWORD, UID, GID, GECOS, HOME, SHELL, FIELDS };

struct getent_config {
	unsigned uid_min, uid_max;
};

static const struct option_spec getent_options[] = {
	{ .name = "uid_min",
		.type = OPTION_NUMBER,
		.offset = offsetof(struct getent_config, uid_min),
		.initial = "1000",
		.argument = "UID",
		.help = "only accounts from this uid on" },
	{ .name = "uid_max",
		.type = OPTION_NUMBER,
		.offset = offsetof(struct getent_config, uid_max),
		.initial = "60000",
		.argument = "UID",
		.help = "only accounts up to this uid" },
	{ .name = NULL },
};

struct getent_reading {
	const struct getent_config *config;
	struct source *source;
	struct sink *sink;
	unsigned line;
	bool refused; /* at least one line */
};

/* One more name and value; the value must last as long as the source's arena. */
static void
add(const struct getent_reading *reading, struct record *record, const char *name,
	const char *value)
{
	struct record_field field = {
		.name = name,
		.value = value,
		.place = at_column(reading->source->shown, reading->line, 0, name),
	};
	ARRAY_PUSH(reading->source->arena, &record->fields, field);
}

/* What is wrong with a line is an error with its place; reading goes on with the next. */
static bool
refuse(struct getent_reading *reading, struct record *record, const char *line, const char *why)
{
	diag_error(reading->sink->diags, record->place, "%s", why);
	diag_hint(reading->sink->diags, "A line is name:password:uid:gid:full name:home:shell.");
	add(reading, record, "line", line);
	reading->sink->reject(reading->sink->ctx, record);
	reading->refused = true;
	return true;
}

/* False only when the sink wants no more. */
static bool
read_line(struct getent_reading *reading, struct bytes bytes)
{
	struct arena *arena = reading->source->arena;
	char *line = arena_strndup(arena, bytes.data, bytes.size);
	char *rest = arena_strdup(arena, line), *fields[FIELDS] = { 0 };
	struct record record = {
		.place = at(reading->source->shown, reading->line),
		.number = reading->line,
	};
	unsigned long long uid;
	for (unsigned i = 0; i < FIELDS && rest; i++)
		fields[i] = strsep(&rest, ":");
	if (strlen(line) != bytes.size || !fields[SHELL] || rest)
		return refuse(reading, &record, line, "is not a line with seven fields");
	if (!text_number(fields[UID], UINT32_MAX, &uid))
		return refuse(reading, &record, line, "has a uid that is no number");
	if (uid < reading->config->uid_min || uid > reading->config->uid_max)
		return true;

	fields[GECOS][strcspn(fields[GECOS], ",")] = '\0';
	add(reading, &record, "username", fields[LOGIN]);
	add(reading, &record, "full_name", fields[GECOS]);
	add(reading, &record, "uid", fields[UID]);
	return reading->sink->record(reading->sink->ctx, &record);
}

static bool
getent_read(const void *config, struct source *source, struct sink *sink)
{
	struct getent_reading reading = { config, source, sink, 0, false };
	struct bytes rest, line;
	if (!source_read(source, &rest, sink->diags))
		return false;
	while (bytes_take_line(&rest, &line)) {
		reading.line++;
		if (!read_line(&reading, line))
			return false;
	}
	/* Whoever is in a line that was refused has not left. */
	sink->complete = !reading.refused;
	return true;
}

const struct importer rehome_importer = {
	.abi = IMPORTER_ABI,
	.name = "getent",
	.summary = "people as getent passwd lists them",
	.options = getent_options,
	.config_size = sizeof(struct getent_config),
	.read = getent_read,
};
