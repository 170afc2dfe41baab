/*
 * plan_fixture.h - a plan with some of everything, and plans written down as text.
 *
 *	anna	create, member of the new group press, password from the source, a key
 *	bert	create, without password
 *	carla	change: shell, new password, key, a folder of the new group audit
 *	dora	blocked
 *	emil	unchanged
 *
 * Include after cmocka.h.
 */
#ifndef REHOME_TESTS_PLAN_FIXTURE_H
#define REHOME_TESTS_PLAN_FIXTURE_H

#include "core/base/buffer.h"
#include "core/model/account.h"
#include "core/plan/plan.h"
#include "diag_fixture.h"

enum { JAIL_GID = 990, PRESS_GID = 991, AUDIT_GID = 992, ANNA = 20000, BERT = 20001, CARLA = 1501 };

#define FIELDS(arena, ...)                                                                         \
	arena_copy((arena), ((const char *[]){ __VA_ARGS__ }),                                     \
		sizeof((const char *[]){ __VA_ARGS__ }))

static inline struct change *
add_change(struct plan *plan, enum change_action action, const char *login)
{
	struct change *change = ARENA_NEW(plan->arena, struct change);
	change->action = action;
	change->login = login;
	change->source = "csv:staff.csv";
	change->key = login;
	change->place = at("staff.csv", (unsigned)plan->changes.count + 2);
	change->findings.arena = plan->arena;
	ARRAY_PUSH(plan->arena, &plan->changes, change);
	return change;
}

static inline struct account_facts
facts_of(struct arena *arena, const char *login, uid_t uid, enum password_kind password)
{
	struct account_facts facts = {
		.uid = uid,
		.gid = uid,
		.full_name = "J\xC3\xB6rg M\xC3\xBCller",
		.home = arena_printf(arena, "/home/%s", login),
		.shell = "/usr/sbin/nologin",
		.layout = "media",
		.password = password,
		.expires = ACCOUNT_NEVER,
	};
	string_list_push(arena, &facts.groups, "sftponly");
	string_list_push(arena, &facts.folders, "pics:rw");
	string_list_push(arena, &facts.folders, "'my logs':ro");
	return facts;
}

static inline void
add_changes(struct plan *plan)
{
	struct arena *arena = plan->arena;
	struct change *anna = add_change(plan, CHANGE_CREATE, "anna");
	anna->full_name = "Anna \"A\" \\ M";
	anna->login_generated = anna->has_after = true;
	anna->after = facts_of(arena, "anna", ANNA, PASSWORD_GIVEN);
	string_list_push(arena, &anna->after.groups, "press");
	string_list_push(arena, &anna->after.keys, "SHA256:abc");
	struct change_line line = { "account", "uid 20000, groups sftponly press" };
	ARRAY_PUSH(arena, &anna->lines, line);
	diag_warning(&anna->findings, at_column("staff.csv", 2, 9, "uid"), "outside the range");
	diag_code(&anna->findings, "uid-outside-range");
	diag_hint(&anna->findings, "Check it.");
	diag_user(&anna->findings, "anna");

	struct change *bert = add_change(plan, CHANGE_CREATE, "bert");
	bert->has_after = true;
	bert->after = facts_of(arena, "bert", BERT, PASSWORD_NONE);
	bert->after.expires = 20500;

	struct change *carla = add_change(plan, CHANGE_CHANGE, "carla");
	carla->has_before = carla->has_after = true;
	carla->before = facts_of(arena, "carla", CARLA, PASSWORD_KEPT);
	carla->before.layout = NULL;
	carla->before.shell = "/bin/sh";
	carla->after = facts_of(arena, "carla", CARLA, PASSWORD_GENERATED);

	struct change *dora = add_change(plan, CHANGE_BLOCKED, "dora");
	diag_error(&dora->findings, at("staff.csv", 5), "login belongs to uid 1012");
	add_change(plan, CHANGE_UNCHANGED, "emil");
}

static inline void
add_step(struct plan *plan, struct step step)
{
	ARRAY_PUSH(plan->arena, &plan->steps, step);
}

static inline void
add_home(struct plan *plan, const char *login, uid_t uid)
{
	struct step home = {
		.kind = STEP_HOME_CREATE,
		.user = login,
		.path = arena_printf(plan->arena, "/home/%s", login),
		.base = "/home",
		.owner = { 0, 0, 0755 },
	};
	struct step_folder pics = { "pics", { uid, JAIL_GID, 0755 } };
	struct step_folder raw = { "pics/raw", { uid, JAIL_GID, 02770 } };
	ARRAY_PUSH(plan->arena, &home.folders, pics);
	ARRAY_PUSH(plan->arena, &home.folders, raw);
	add_step(plan, home);
}

static inline void
add_steps(struct plan *plan)
{
	struct step keys_dir = {
		.kind = STEP_DIR_CREATE, .path = "/etc/ssh/rehome_keys", .owner = { 0, 0, 0755 }
	};
	add_step(plan, keys_dir);
	add_home(plan, "anna", ANNA);
	add_home(plan, "bert", BERT);
	struct step logs = { .kind = STEP_FOLDER_CREATE,
		.user = "carla",
		.path = "/home/carla/logs",
		.base = "/home",
		.owner = { 0, AUDIT_GID, 0750 } };
	add_step(plan, logs);
	struct step keys = { .kind = STEP_KEYS_WRITE,
		.user = "anna",
		.path = "/etc/ssh/rehome_keys/anna",
		.base = "/etc/ssh/rehome_keys",
		.owner = { 0, 0, 0644 },
		.content = "ssh-ed25519 AAAA anna\n" };
	add_step(plan, keys);
	struct step no_keys = { .kind = STEP_KEYS_WRITE,
		.user = "carla",
		.path = "/etc/ssh/rehome_keys/carla",
		.owner = { 0, 0, 0644 },
		.before = "ssh-rsa BBBB\n",
		.before_owner = { 0, 0, 0640 } };
	add_step(plan, no_keys);
	struct step dropin = { .kind = STEP_DROPIN_WRITE,
		.path = "/etc/ssh/sshd_config.d/60-rehome.conf",
		.owner = { 0, 0, 0644 },
		.content = "Match Group sftponly\n\tChrootDirectory %h\n" };
	add_step(plan, dropin);
	add_step(plan, (struct step){ .kind = STEP_SSHD_RELOAD });
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++)
		add_step(plan,
			(struct step){ .kind = STEP_ACCOUNT_FILE,
				.file = file,
				.path = accountdb_path(file) });
	add_step(plan, (struct step){ .kind = STEP_CACHES_FLUSH });
	add_step(plan, (struct step){ .kind = STEP_ACCOUNTS_CHECK });
	add_step(plan, (struct step){ .kind = STEP_ACTIVATE });
}

static inline void
add_line_edit(struct plan *plan, enum accountdb_file file, const char *user, const char **fields)
{
	struct edit edit = { .kind = EDIT_ADD_LINE,
		.file = file,
		.user = user,
		.name = fields[0],
		.fields = fields };
	ARRAY_PUSH(plan->arena, &plan->edits, edit);
}

static inline void
add_group_edits(struct plan *plan, const char *user, const char *name, unsigned gid)
{
	struct arena *arena = plan->arena;
	add_line_edit(plan, ACCOUNTDB_GROUP, user,
		FIELDS(arena, name, "x", arena_printf(arena, "%u", gid), ""));
	add_line_edit(plan, ACCOUNTDB_GSHADOW, user, FIELDS(arena, name, "!", "", ""));
}

static inline void
add_account_edits(struct plan *plan, const char *login, unsigned uid, const char *hash)
{
	struct arena *arena = plan->arena;
	const char *id = arena_printf(arena, "%u", uid);
	add_group_edits(plan, login, login, uid);
	add_line_edit(plan, ACCOUNTDB_SHADOW, login,
		FIELDS(arena, login, hash, "20000", "0", "99999", "7", "", "", ""));
	add_line_edit(plan, ACCOUNTDB_PASSWD, login,
		FIELDS(arena, login, "x", id, id, "J\xC3\xB6rg",
			arena_printf(arena, "/home/%s", login), "/usr/sbin/nologin"));
}

static inline void
add_member_edit(struct plan *plan, const char *login, const char *group)
{
	struct edit edit = { .kind = EDIT_ADD_MEMBER,
		.file = ACCOUNTDB_GROUP,
		.user = login,
		.name = group,
		.member = login };
	ARRAY_PUSH(plan->arena, &plan->edits, edit);
}

static inline void
add_edits(struct plan *plan)
{
	add_group_edits(plan, NULL, "sftponly", JAIL_GID);
	add_group_edits(plan, NULL, "press", PRESS_GID);
	add_group_edits(plan, NULL, "audit", AUDIT_GID);
	add_account_edits(plan, "anna", ANNA, NULL);
	add_member_edit(plan, "anna", "sftponly");
	add_member_edit(plan, "anna", "press");
	add_account_edits(plan, "bert", BERT, "*");
	add_member_edit(plan, "bert", "sftponly");
	struct edit shell = { .kind = EDIT_SET_FIELD,
		.file = ACCOUNTDB_PASSWD,
		.user = "carla",
		.name = "carla",
		.field = PASSWD_SHELL,
		.before = "/bin/sh",
		.after = "/usr/sbin/nologin" };
	ARRAY_PUSH(plan->arena, &plan->edits, shell);
	struct edit password = { .kind = EDIT_SET_FIELD,
		.file = ACCOUNTDB_SHADOW,
		.user = "carla",
		.name = "carla",
		.field = SHADOW_HASH,
		.length = 8 };
	ARRAY_PUSH(plan->arena, &plan->edits, password);
	struct edit leave = { .kind = EDIT_REMOVE_MEMBER,
		.file = ACCOUNTDB_GROUP,
		.user = "carla",
		.name = "games",
		.member = "carla",
		.behind = "" };
	ARRAY_PUSH(plan->arena, &plan->edits, leave);
	plan->edits.unterminated[ACCOUNTDB_PASSWD] = "nobody";
	plan->edits.unterminated[ACCOUNTDB_GROUP] = "";
}

static inline struct plan *
empty_plan(struct arena *arena)
{
	struct plan *plan = ARENA_NEW(arena, struct plan);
	*plan = (struct plan){
		.arena = arena,
		.id = "0123456789abcdef",
		.created = "2026-11-22T09:15:42Z",
		.tool_version = "0.1.0",
		.host_name = "sftp1",
		.root = "/",
		.jail_group = "sftponly",
		.keys_dir = "/etc/ssh/rehome_keys",
		.dropin = "/etc/ssh/sshd_config.d/60-rehome.conf",
		.findings = { .arena = arena },
	};
	return plan;
}

static inline struct plan *
sample_plan(struct arena *arena)
{
	struct plan *plan = empty_plan(arena);
	struct plan_input input = { .source = "csv:staff.csv",
		.importer = "csv",
		.location = "/root/staff.csv",
		.detected = "utf-8, comma",
		.rows = 5,
		.complete = true };
	memset(input.sha256, 'a', 64);
	memset(plan->config_sha256, '0', 64);
	ARRAY_PUSH(arena, &plan->inputs, input);
	plan->reason = "autumn term";
	add_changes(plan);
	add_steps(plan);
	add_edits(plan);
	diag_warning(&plan->findings, at("/etc/ssh/sshd_config", 3), "AllowUsers is set");
	string_list_push(arena, &plan->not_checked, "who is logged in");
	plan_count(plan);
	return plan;
}

/* ---- written down ---- */

static inline void
say_step(struct buffer *out, const struct step *step)
{
	buffer_printf(out, "%s %s", step_verb(step->kind), step->user ? step->user : "-");
	if (step->path)
		buffer_printf(out, " %s", step->path);
	buffer_add_char(out, '\n');
}

static inline void
say_edit(struct buffer *out, const struct edit *edit)
{
	static const char *const kinds[] = { "add", "set", "join", "leave" };
	buffer_printf(out, "%s %s %s %s", kinds[edit->kind], edit->user ? edit->user : "-",
		accountdb_file_name(edit->file), edit->name);
	if (edit->kind == EDIT_SET_FIELD)
		buffer_printf(out, " %s", accountdb_field_name(edit->file, edit->field));
	buffer_add_char(out, '\n');
}

/* The logins on one line, then each step, then each edit. */
static inline const char *
plan_said(const struct plan *plan)
{
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (change, &plan->changes)
		buffer_printf(
			&out, "%s%s", change == plan->changes.items ? "" : " ", (*change)->login);
	buffer_add_char(&out, '\n');
	ARRAY_FOREACH (step, &plan->steps)
		say_step(&out, step);
	ARRAY_FOREACH (edit, &plan->edits)
		say_edit(&out, edit);
	return arena_strdup(plan->arena, buffer_text(&out));
}

#endif
