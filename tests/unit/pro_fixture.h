/*
 * pro_fixture.h - a proftpd.conf on a throwaway root, read, and shown as text.
 */
#ifndef REHOME_TESTS_PRO_FIXTURE_H
#define REHOME_TESTS_PRO_FIXTURE_H

#include "tests/unit/old_root_fixture.h"

#include "importers/proftpd/parse.h"

/* The lines of a configuration, as the daemon at /etc/proftpd/proftpd.conf reads them. */
static inline struct pro_config *
read_config(struct fixture *f, const char *text, bool lenient)
{
	struct pro_start start = { .config = "/etc/proftpd/proftpd.conf",
		.environment.arena = &f->arena,
		.module_path = "/usr/lib/proftpd" };

	make_file(f, start.config, text);
	if (!f->root) {
		make_file(f, "/usr/lib/proftpd/mod_ifsession.so", "");
		open_root(f, f->path);
	}
	table_set(&start.environment, "WHERE", arena_strdup(&f->arena, "/srv/here"));
	return pro_config_read(f->root, NULL, &start, lenient);
}

static inline void
add_section(struct buffer *out, const struct pro_section *section)
{
	for (size_t i = 0; i < section->lines.count; i++) {
		const struct pro_line *line = section->lines.items[i];
		buffer_printf(out, "%s%s", i ? "; " : "", line->name);
		for (size_t w = 0; w < line->words.count; w++)
			buffer_printf(out, " %s", line->words.items[w]);
		if (line->section) {
			buffer_add_text(out, " {");
			add_section(out, line->section);
			buffer_add_text(out, "}");
		}
	}
}

/* "DefaultRoot ~; <Limit> LOGIN {DenyAll}", servers parted by " | "; or "refused PLACE: WHY". */
static inline const char *
config_shown(struct fixture *f, const struct pro_config *config)
{
	AUTO_BUFFER struct buffer out = { 0 };

	if (!config->starts)
		return arena_printf(&f->arena, "refused %s:%u: %s", config->refused_at.file,
			config->refused_at.line, config->refusal);
	for (size_t i = 0; i < config->servers.count; i++) {
		if (i)
			buffer_add_text(&out, " | ");
		add_section(&out, config->servers.items[i]);
	}
	return arena_strdup(&f->arena, buffer_text(&out));
}

static inline const char *
notes_shown(struct fixture *f, const struct diags *notes)
{
	AUTO_BUFFER struct buffer out = { 0 };

	ARRAY_FOREACH (note, notes)
		buffer_printf(&out, "%s%s:%u: %s", out.size ? "\n" : "", note->place.file,
			note->place.line, note->message);
	return arena_strdup(&f->arena, buffer_text(&out));
}

static inline void
assert_config(struct fixture *f, const char *text, const char *expected)
{
	assert_string_equal(config_shown(f, read_config(f, text, false)), expected);
}

#endif
