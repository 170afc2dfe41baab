/*
 * planner_fixture.h - a throwaway root, a sheet, and the plan for it written down as text.
 *
 * A plan is compared as a whole, in three texts: changes with their findings, steps, edits.
 * world_apply() does by hand what a run would do, so that a second plan meets its results.
 */
#ifndef REHOME_TESTS_PLANNER_FIXTURE_H
#define REHOME_TESTS_PLANNER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/plan/planner.h"
#include "importers/registry.h"
#include "tests/remove_tree.h"

struct world {
	char root[64];
	struct arena arena;
	struct diags diags;
	struct host *host;
	struct config *config;
	struct managed managed;
	struct planner_options options;
	struct snapshot snapshot;
	struct intake intakes[4];
	size_t intake_count;
	struct plan *plan;
	struct plan_secrets secrets;
};

/* ---- files below the root ---- */

static inline char *
real(struct world *w, const char *path)
{
	return arena_printf(&w->arena, "%s%s", w->root, path);
}

static inline void
make_dir(struct world *w, const char *path, uid_t uid, gid_t gid, mode_t mode)
{
	if (mkdir(real(w, path), 0700) != 0 && errno != EEXIST)
		fail_msg("%s: %s", path, strerror(errno));
	assert_int_equal(chown(real(w, path), uid, gid), 0);
	assert_int_equal(chmod(real(w, path), mode), 0);
}

static inline void
make_file(struct world *w, const char *path, const char *content)
{
	FILE *file = fopen(real(w, path), "w");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(real(w, path), 0600), 0);
}

static inline void
add_to_file(struct world *w, const char *path, const char *content)
{
	FILE *file = fopen(real(w, path), "a");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* Replaces a text in a file once. */
static inline void
replace_in(struct world *w, const char *path, const char *from, const char *to)
{
	char text[8192];
	FILE *file = fopen(real(w, path), "r");
	assert_non_null(file);
	size_t size = fread(text, 1, sizeof(text) - 1, file);
	assert_int_equal(fclose(file), 0);
	text[size] = '\0';
	const char *found = strstr(text, from);
	assert_non_null(found);
	make_file(w, path,
		arena_printf(&w->arena, "%.*s%s%s", (int)(found - text), text, to,
			found + strlen(from)));
}

/* A person whom nobody told rehome about. */
static inline void
add_person(struct world *w, const char *login, unsigned uid, const char *home)
{
	add_to_file(w, "/etc/passwd",
		arena_printf(&w->arena, "%s:x:%u:%u::%s:/bin/bash\n", login, uid, uid, home));
	add_to_file(w, "/etc/shadow", arena_printf(&w->arena, "%s:*:19000:0:99999:7:::\n", login));
	add_to_file(w, "/etc/group", arena_printf(&w->arena, "%s:x:%u:\n", login, uid));
	add_to_file(w, "/etc/gshadow", arena_printf(&w->arena, "%s:!::\n", login));
}

/* ---- configuration and registry ---- */

static inline void
use_config(struct world *w, const char *yaml)
{
	struct bytes text = { yaml, strlen(yaml) };
	if (!config_parse(text, "test.yaml", &w->arena, &w->config, &w->diags))
		fail_msg("%s", w->diags.items[0].message);
}

static inline struct managed_account *
manage(struct world *w, const char *login, const char *source, const char *key, uid_t uid,
	const char *home)
{
	struct managed_account *account = ARENA_NEW(&w->arena, struct managed_account);
	*account = (struct managed_account){
		.login = login,
		.source = source,
		.key = key,
		.uid = uid,
		.gid = uid,
		.home = home,
		.run = "1",
	};
	managed_add(&w->managed, account);
	return account;
}

static inline void
bury(struct world *w, const char *login, const char *source, const char *key, uid_t uid)
{
	struct tombstone *tombstone = ARENA_NEW(&w->arena, struct tombstone);
	*tombstone = (struct tombstone){ uid, uid, login, source, key };
	managed_add_tombstone(&w->managed, tombstone);
}

/* ---- planning ---- */

/* One more source of the next plan. name is "csv:..." or that of a configured one. */
static inline void
add_sheet(struct world *w, const char *name, const char *file, const char *csv)
{
	struct source_config *source = ARENA_NEW(&w->arena, struct source_config);
	const struct source_config *configured = config_source(w->config, name);
	if (configured)
		*source = *configured;
	make_file(w, file, csv);
	source->name = name;
	source->importer = "csv";
	source->location = real(w, file);
	struct importer_set known = { .built_in = importers, .arena = &w->arena };
	if (!intake_read(source, &known, &w->arena, &w->intakes[w->intake_count++], &w->diags))
		fail_msg("%s", w->diags.items[w->diags.count - 1].message);
}

static inline void
make_plan(struct world *w)
{
	host_destroy(w->host);
	w->host = host_create(w->root, HOST_READ_ONLY, &w->diags);
	assert_non_null(w->host);
	bool made = snapshot_take(
			    w->host, w->config, &w->managed, &w->arena, &w->snapshot, &w->diags) &&
		planner_make(w->config, w->intakes, w->intake_count, &w->snapshot, &w->options,
			&w->arena, &w->plan, &w->secrets, &w->diags);
	if (!made)
		fail_msg("%s", w->diags.items[w->diags.count - 1].message);
	w->intake_count = 0;
}

static inline void
plan_sheet(struct world *w, const char *csv)
{
	add_sheet(w, "csv:sheet.csv", "/sheet.csv", csv);
	make_plan(w);
}

/* ---- the plan as text ---- */

static inline void
say_findings(struct buffer *out, const struct diags *findings, const char *indent)
{
	static const char *const levels[] = { "note", "warning", "error" };
	ARRAY_FOREACH (diag, findings) {
		buffer_printf(out, "%s%s %s: %s", indent, levels[diag->level],
			diag->code ? diag->code : "?", diag->message);
		if (diag->hint)
			buffer_printf(out, " | %s", diag->hint);
		buffer_add_char(out, '\n');
	}
}

/* Without the root, which has another name every time. */
static inline const char *
without_root(struct world *w, const char *text)
{
	AUTO_BUFFER struct buffer out = { 0 };
	for (const char *found; (found = strstr(text, w->root)); text = found + strlen(w->root))
		buffer_add(&out, text, (size_t)(found - text));
	buffer_add_text(&out, text);
	return arena_strdup(&w->arena, buffer_text(&out));
}

/* "+ anna" and what is said of her; what is about the host comes last. */
static inline const char *
changes_said(struct world *w)
{
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (item, &w->plan->changes) {
		const struct change *change = *item;
		buffer_printf(&out, "%c %s\n", change_action_sign(change->action), change->login);
		ARRAY_FOREACH (line, &change->lines)
			buffer_printf(&out, "  %s %s\n", line->label, line->text);
		say_findings(&out, &change->findings, "  ");
	}
	say_findings(&out, &w->plan->findings, "");
	return without_root(w, buffer_text(&out));
}

/* Only actions, logins and codes: "! anna uid-taken\n". */
static inline const char *
codes_said(struct world *w)
{
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (item, &w->plan->changes) {
		const struct change *change = *item;
		buffer_printf(&out, "%c %s", change_action_sign(change->action), change->login);
		ARRAY_FOREACH (diag, &change->findings)
			buffer_printf(&out, " %s", diag->code);
		buffer_add_char(&out, '\n');
	}
	ARRAY_FOREACH (diag, &w->plan->findings)
		buffer_printf(&out, "%s\n", diag->code);
	return arena_strdup(&w->arena, buffer_text(&out));
}

static inline void
say_owner(struct buffer *out, const struct host_owner *owner)
{
	buffer_printf(out, " %u:%u %04o", (unsigned)owner->uid, (unsigned)owner->gid,
		(unsigned)owner->mode);
}

static inline const char *
steps_said(struct world *w)
{
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (step, &w->plan->steps) {
		buffer_add_text(&out, step_verb(step->kind));
		if (step->path)
			buffer_printf(&out, " %s", step->path);
		if (step->owner.mode)
			say_owner(&out, &step->owner);
		ARRAY_FOREACH (folder, &step->folders) {
			buffer_printf(&out, "\n  %s", folder->path);
			say_owner(&out, &folder->owner);
		}
		buffer_add_char(&out, '\n');
	}
	return arena_strdup(&w->arena, buffer_text(&out));
}

/* A line for each edit; today's date is written as TODAY, a hash to come as SECRET. */
static inline const char *
edits_said(struct world *w)
{
	AUTO_BUFFER struct buffer out = { 0 };
	const char *today = arena_printf(&w->arena, "%lld", (long long)(time(NULL) / 86400));
	ARRAY_FOREACH (edit, &w->plan->edits) {
		buffer_printf(&out, "%s ", accountdb_file_name(edit->file));
		switch (edit->kind) {
		case EDIT_REMOVE_LINE:
			buffer_add_text(&out, "- ");
			/* fall through */
		case EDIT_ADD_LINE:
			for (size_t i = 0; i < accountdb_field_count(edit->file); i++) {
				const char *field = edit->fields[i] ? edit->fields[i] : "SECRET";
				buffer_printf(&out, "%s%s", i ? ":" : "",
					strcmp(field, today) == 0 ? "TODAY" : field);
			}
			break;
		case EDIT_GATE:
			buffer_printf(&out, "%s gate: %s -> %s", edit->name, edit->before,
				edit->after ? edit->after : "(gone)");
			break;
		case EDIT_SET_FIELD:
			buffer_printf(&out, "%s %s: %s -> %s", edit->name,
				accountdb_field_name(edit->file, edit->field),
				edit->before ? edit->before : "SECRET",
				edit->after ? edit->after : "SECRET");
			break;
		case EDIT_ADD_MEMBER:
			buffer_printf(&out, "%s + %s", edit->name, edit->member);
			break;
		case EDIT_REMOVE_MEMBER:
			buffer_printf(&out, "%s - %s", edit->name, edit->member);
			break;
		case EDIT_RENAME:
			buffer_printf(&out, "%s was %s", edit->name, edit->old_name);
			if (edit->before)
				buffer_printf(&out, ", id %s", edit->before);
			break;
		}
		buffer_add_char(&out, '\n');
	}
	return arena_strdup(&w->arena, buffer_text(&out));
}

static inline const struct change *
change_of(struct world *w, const char *login)
{
	ARRAY_FOREACH (change, &w->plan->changes) {
		if (strcmp((*change)->login, login) == 0)
			return *change;
	}
	fail_msg("no change for %s", login);
	return NULL;
}

/* "anna 20000, bert 20001" of those that would be created or changed. */
static inline const char *
ids_said(struct world *w)
{
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (change, &w->plan->changes) {
		if (change_is_work(*change))
			buffer_printf(&out, "%s%s %u", out.size ? ", " : "", (*change)->login,
				(unsigned)(*change)->after.uid);
	}
	return arena_strdup(&w->arena, buffer_text(&out));
}

/* ---- what a run would do ---- */

static inline void
write_account_files(struct world *w)
{
	struct accountdb db;
	ARRAY_FOREACH (secret, &w->secrets.items) {
		if (!(*secret)->hash)
			(*secret)->hash = "$6$salt$hash";
	}
	assert_true(plan_fill_secrets(w->plan, &w->secrets, &w->diags));
	assert_true(accountdb_load(w->host, &w->arena, &db, &w->diags));
	assert_true(edits_close(&w->plan->edits, &db, &w->diags));
	for (int file = 0; file < ACCOUNTDB_FILES; file++) {
		AUTO_BUFFER struct buffer text = { 0 };
		if (!db.tables[file].exists)
			continue;
		assert_true(edits_apply(&w->plan->edits, file, false, &db, &w->diags));
		if (file == ACCOUNTDB_SHADOW)
			assert_true(edits_activate(&w->plan->edits, &db, &w->diags));
		assert_true(accountdb_serialise(&db, file, &text, &w->diags));
		make_file(w, accountdb_path(file), buffer_text(&text));
	}
}

static inline void
perform(struct world *w, const struct step *step)
{
	const struct host_owner *owner = &step->owner;
	switch (step->kind) {
	case STEP_DIR_CREATE:
	case STEP_HOME_CREATE:
	case STEP_HOME_FILL:
	case STEP_FOLDER_CREATE:
		make_dir(w, step->path, owner->uid, owner->gid, owner->mode);
		ARRAY_FOREACH (folder, &step->folders)
			make_dir(w, arena_printf(&w->arena, "%s/%s", step->path, folder->path),
				folder->owner.uid, folder->owner.gid, folder->owner.mode);
		break;
	case STEP_KEYS_WRITE:
	case STEP_DROPIN_WRITE:
		if (step->content)
			make_file(w, step->path, step->content);
		else
			assert_int_equal(unlink(real(w, step->path)), 0);
		break;
	default:
		break;
	}
}

static inline void
register_change(struct world *w, const struct change *change)
{
	struct managed_account *account = manage(w, change->login, change->source, change->key,
		change->after.uid, change->after.home);
	AUTO_BUFFER struct buffer folders = { 0 };
	ARRAY_FOREACH (folder, &change->after.folders)
		buffer_printf(&folders, "%s%s", folders.size ? " " : "", *folder);
	account->folders = arena_strdup(&w->arena, buffer_text(&folders));
	account->layout = change->after.layout;
	account->groups = change->after.groups;
	account->profile = change->after.profile;
	if (change->login_generated)
		managed_add_generated(&w->managed, change->source, change->key, change->login);
}

static inline void
world_apply(struct world *w)
{
	write_account_files(w);
	ARRAY_FOREACH (step, &w->plan->steps)
		perform(w, step);
	ARRAY_FOREACH (change, &w->plan->changes) {
		if (change_is_work(*change))
			register_change(w, *change);
	}
}

/* The same sheet has nothing left to do. */
static inline void
assert_settled(struct world *w, const char *csv)
{
	plan_sheet(w, csv);
	assert_string_equal(steps_said(w), "");
	assert_string_equal(edits_said(w), "");
	assert_false(plan_has_work(w->plan));
}

/* ---- the fixture ---- */

static inline int
world_setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	assert_non_null(w);
	w->diags.arena = &w->arena;
	strcpy(w->root, "/tmp/rehome-planner-XXXXXX");
	assert_non_null(mkdtemp(w->root));
	assert_int_equal(chmod(w->root, 0755), 0);
	make_dir(w, "/etc", 0, 0, 0755);
	make_dir(w, "/etc/ssh", 0, 0, 0755);
	make_dir(w, "/etc/ssh/sshd_config.d", 0, 0, 0755);
	make_dir(w, "/home", 0, 0, 0755);
	make_dir(w, "/srv", 0, 0, 0755);
	make_file(w, "/etc/passwd",
		"root:x:0:0:root:/root:/bin/bash\n"
		"www-data:x:33:33::/var/www:/usr/sbin/nologin\n");
	make_file(w, "/etc/shadow", "root:*:19000:0:99999:7:::\nwww-data:*:19000:0:99999:7:::\n");
	make_file(w, "/etc/group", "root:x:0:\nsudo:x:27:\nwww-data:x:33:\n");
	make_file(w, "/etc/gshadow", "root:*::\nsudo:*::\nwww-data:*::\n");
	managed_init(&w->managed, &w->arena);
	use_config(w, "version: 1\n");
	*state = w;
	return 0;
}

static inline int
world_teardown(void **state)
{
	struct world *w = *state;
	host_destroy(w->host);
	remove_tree(w->root);
	arena_finish(&w->arena);
	free(w);
	return 0;
}

#define world_test(function) cmocka_unit_test_setup_teardown(function, world_setup, world_teardown)

/* Owners are part of what is judged, and only root can give things away. */
static inline bool
world_lacks_root(void)
{
	if (geteuid() == 0)
		return false;
	print_message("needs root (or fakeroot): the jails' owners are root and others\n");
	return true;
}

#define WORLD_MAIN(tests)                                                                          \
	int main(void)                                                                             \
	{                                                                                          \
		return world_lacks_root() ? 77 : cmocka_run_group_tests(tests, NULL, NULL);        \
	}

#endif
