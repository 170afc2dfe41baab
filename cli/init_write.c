/*
 * init_write.c - the commented configuration; see init.h.
 */
#include <stdio.h>
#include <string.h>

#include "cli/init.h"
#include "cli/wrap.h"
#include "core/base/text.h"
#include "core/model/yaml_tree.h"

enum { WIDTH = 79 };

void
init_comment(struct buffer *out, unsigned indent, const char *text)
{
	static const char sign[] = "# ";
	AUTO_BUFFER struct buffer lines = { 0 };
	text_escape(&lines, text, strlen(text));
	/* What goes on from an item of a list stands below its text. */
	size_t hang = strncmp(buffer_text(&lines), "- ", 2) == 0 ? 2 : 0;
	wrap_tail(&lines, 0, hang, (unsigned)(WIDTH - indent - strlen(sign)));
	struct bytes rest = buffer_bytes(&lines), line;
	while (bytes_take_line(&rest, &line)) {
		buffer_printf(out, "%*s%s", (int)indent, "", sign);
		buffer_add(out, line.data, line.size);
		buffer_add_char(out, '\n');
	}
}

void
init_key(struct buffer *out, unsigned indent, const char *key, const char *value)
{
	buffer_printf(out, "%*s", (int)indent, "");
	yaml_write_text(out, key);
	buffer_add_text(out, ": ");
	yaml_write_text(out, value);
	buffer_add_char(out, '\n');
}

static void
add_choice(struct buffer *out, unsigned indent, const char *key, const struct init_choice *choice)
{
	init_comment(out, indent, choice->why);
	init_key(out, indent, key, choice->value);
}

static const char *
place_words(const struct place *place, struct arena *arena)
{
	const char *where = diag_place_text(*place, NULL, arena);
	return where ? arena_printf(arena, " (%s)", where) : "";
}

static void
add_findings(const struct init *init, struct buffer *out)
{
	buffer_add_text(out, "#\n# Found:\n");
	ARRAY_FOREACH (finding, &init->findings)
		init_comment(out, 0,
			arena_printf(init->arena, "- %s: %s%s", finding->topic, finding->text,
				place_words(&finding->place, init->arena)));
}

static void
add_leftovers(const struct init *init, struct buffer *out)
{
	if (!init->leftovers.count)
		return;
	buffer_add_text(out, "#\n# To be decided:\n");
	ARRAY_FOREACH (leftover, &init->leftovers)
		init_comment(out, 0, arena_printf(init->arena, "- %s", *leftover));
}

static void
add_sources(const struct init *init, struct buffer *out)
{
	buffer_add_text(out, "\n# ---- who: named inputs, for rehome plan NAME ----\n");
	if (init->names.count) {
		buffer_add_text(out, "sources:\n");
		buffer_add(out, buffer_text(&init->sources), init->sources.size);
		return;
	}
	buffer_add_text(out,
		"# rehome init --from csv:staff.csv fills this in from a spreadsheet.\n"
		"# sources:\n"
		"#   staff:\n"
		"#     importer: csv\n"
		"#     file: /root/staff.csv\n");
}

static void
add_layout(struct buffer *out, const char *name)
{
	buffer_add_text(out, "  ");
	yaml_write_text(out, name);
	buffer_add_text(out, ":\n    dirs:\n      - { path: upload, access: write }\n");
}

static void
add_layouts(const struct init *init, struct buffer *out)
{
	buffer_add_text(out, "\n# ---- folders of the jails ----\n");
	init_comment(out, 0,
		"A home belongs to root, as sshd demands; users work in the folders below it. "
		"Access "
		"write: the user's own. Access read: root's, and nothing that the user sends "
		"changes "
		"that.");
	buffer_add_text(out, "layouts:\n");
	init_comment(out, 2, "For accounts whose source names neither a layout nor folders.");
	add_layout(out, "default");
	ARRAY_FOREACH (name, &init->layouts) {
		if (strcmp(*name, "default") == 0)
			continue;
		init_comment(out, 2, "Named by a source: say which folders it has.");
		add_layout(out, *name);
	}
}

static void
add_jail(const struct init *init, struct buffer *out)
{
	buffer_add_text(out, "\n# ---- the jails ----\njail:\n");
	add_choice(out, 2, "home", &init->home);
	add_choice(out, 2, "group", &init->group);
	if (!init->has_include)
		init_comment(out, 2,
			"Nothing in sshd_config includes the directory of this file yet. Put "
			"\"Include "
			"/etc/ssh/sshd_config.d/*.conf\" in front of every Match there.");
	init_key(out, 2, "sshd_dropin", "/etc/ssh/sshd_config.d/60-rehome.conf");
}

static void
add_policy(const struct init *init, struct buffer *out)
{
	buffer_add_text(out, "\n# ---- what rehome may decide by itself ----\npolicy:\n");
	add_choice(out, 2, "uid_range", &init->uid_range);
	init_comment(out, 2, "Accounts that exist already wait for rehome apply --adopt LOGIN.");
	init_key(out, 2, "adopt", "ask");
	buffer_add_text(out, "  passwords:\n");
	init_comment(out, 4,
		"generated: a password for everybody who could not log in otherwise, written to "
		"/root/rehome-handout once, for root alone.");
	init_key(out, 4, "new", "none");
	if (!init->names.count)
		return;
	buffer_add_text(out, "  leavers:\n");
	init_comment(out, 4,
		"Sources that are whole lists: who is no longer in them leaves. Only name one that "
		"is the place where people join and leave.");
	buffer_add_text(out, "    sources: []\n");
	init_key(out, 4, "action", "disable");
}

void
init_write(const struct init *init, struct buffer *out)
{
	init_comment(out, 0,
		"A configuration of rehome, made by rehome init. Every key that is not here has "
		"its "
		"default: rehome config show --keys lists them, rehome.yaml(5) tells more.");
	add_findings(init, out);
	add_leftovers(init, out);
	buffer_add_text(out, "version: 1\n");
	add_sources(init, out);
	add_layouts(init, out);
	add_jail(init, out);
	add_policy(init, out);
}
