/*
 * codec_table.c - the rows: every member of a saved plan, its name, type and place.
 */
#include "core/plan/codec_table.h"

#include <string.h>

#define FIELD(type_, presence_, name_, struct_, member_, ...)                                      \
	{                                                                                          \
		.name = name_, .type = CODEC_##type_, .presence = CODEC_##presence_,               \
		.offset = offsetof(struct struct_, member_), __VA_ARGS__                           \
	}

#define SHAPE(fields_, struct_, ...)                                                               \
	{                                                                                          \
		.size = sizeof(struct struct_), .fields = fields_, __VA_ARGS__                     \
	}

#define KIND(kind) (1u << (kind))

/* ---- words ---- */

static const char *
action_word(unsigned value)
{
	return value < CHANGE_ACTIONS ? change_action_name((enum change_action)value) : NULL;
}

static const char *
password_word(unsigned value)
{
	return value <= PASSWORD_KEPT ? password_kind_name((enum password_kind)value) : NULL;
}

static const char *
verb_word(unsigned value)
{
	return value < STEP_KINDS ? step_verb((enum step_kind)value) : NULL;
}

static const char *
file_word(unsigned value)
{
	return value < ACCOUNTDB_FILES ? accountdb_file_name((enum accountdb_file)value) : NULL;
}

static const char *
edit_word(unsigned value)
{
	static const char *const words[] = {
		[EDIT_ADD_LINE] = "add-line",
		[EDIT_SET_FIELD] = "set-field",
		[EDIT_ADD_MEMBER] = "add-member",
		[EDIT_REMOVE_MEMBER] = "remove-member",
		[EDIT_GATE] = "gate",
		[EDIT_REMOVE_LINE] = "remove-line",
		[EDIT_RENAME] = "rename",
	};
	return value < ARRAY_LEN(words) ? words[value] : NULL;
}

static const char *
level_word(unsigned value)
{
	static const char *const words[] = {
		[DIAG_NOTE] = "note",
		[DIAG_WARNING] = "warning",
		[DIAG_ERROR] = "error",
	};
	return value < ARRAY_LEN(words) ? words[value] : NULL;
}

/* ---- users ---- */

static const struct codec_field facts_fields[] = {
	FIELD(ID, REQUIRED, "uid", account_facts, uid),
	FIELD(ID, REQUIRED, "gid", account_facts, gid),
	FIELD(TEXT, NULLABLE, "full_name", account_facts, full_name),
	FIELD(TEXT, NULLABLE, "home", account_facts, home),
	FIELD(TEXT, NULLABLE, "shell", account_facts, shell),
	FIELD(TEXTS, REQUIRED, "groups", account_facts, groups),
	FIELD(TEXT, NULLABLE, "layout", account_facts, layout),
	FIELD(TEXT, OPTIONAL, "profile", account_facts, profile),
	FIELD(TEXTS, REQUIRED, "folders", account_facts, folders),
	FIELD(WORD, REQUIRED, "password", account_facts, password, .word = password_word),
	FIELD(TEXTS, REQUIRED, "keys", account_facts, keys),
	FIELD(DAY, REQUIRED, "expires", account_facts, expires),
	FIELD(FLAG, REQUIRED, "disabled", account_facts, disabled),
	FIELD(FLAG, OPTIONAL, "staged", account_facts, staged),
	{ 0 },
};
static const struct codec_struct facts = SHAPE(facts_fields, account_facts);

static const struct codec_field origin_fields[] = {
	FIELD(TEXT, OPTIONAL, "source", change, source),
	FIELD(TEXT, OPTIONAL, "key", change, key),
	FIELD(TEXT, OPTIONAL, "old_source", change, old_source),
	FIELD(TEXT, OPTIONAL, "old_key", change, old_key),
	FIELD(TEXT, OPTIONAL, "file", change, place.file),
	FIELD(LINE, OPTIONAL, "line", change, place.line),
	FIELD(LINE, OPTIONAL, "column", change, place.column),
	FIELD(TEXT, OPTIONAL, "field", change, place.field),
	{ 0 },
};
static const struct codec_struct origin = SHAPE(origin_fields, change);

static const struct codec_field line_fields[] = {
	FIELD(TEXT, REQUIRED, "label", change_line, label),
	FIELD(TEXT, REQUIRED, "text", change_line, text),
	FIELD(FLAG, OPTIONAL, "detail", change_line, detail),
	{ 0 },
};
static const struct codec_struct line = SHAPE(line_fields, change_line);

static const struct codec_field finding_fields[] = {
	FIELD(WORD, REQUIRED, "level", diag, level, .word = level_word),
	FIELD(TEXT, OPTIONAL, "code", diag, code),
	FIELD(TEXT, REQUIRED, "message", diag, message),
	FIELD(TEXT, OPTIONAL, "hint", diag, hint),
	FIELD(TEXT, OPTIONAL, "user", diag, user),
	FIELD(TEXT, OPTIONAL, "file", diag, place.file),
	FIELD(LINE, OPTIONAL, "line", diag, place.line),
	FIELD(LINE, OPTIONAL, "column", diag, place.column),
	FIELD(TEXT, OPTIONAL, "field", diag, place.field),
	{ 0 },
};
static const struct codec_struct finding = SHAPE(finding_fields, diag);

static const char *
case_word(unsigned value)
{
	return value < DECISION_CASES ? decision_kinds[value].code : NULL;
}

static const struct codec_field decision_fields[] = {
	FIELD(WORD, REQUIRED, "case", decision, kind, .word = case_word),
	FIELD(TEXT, OPTIONAL, "choice", decision, choice),
	FIELD(FLAG, OPTIONAL, "decided", decision, decided),
	FIELD(TEXT, OPTIONAL, "default", decision, initial),
	FIELD(FLAG, OPTIONAL, "only_leave", decision, only_leave),
	FIELD(TEXT, REQUIRED, "detail", decision, detail),
	FIELD(TEXT, OPTIONAL, "file", decision, place.file),
	FIELD(LINE, OPTIONAL, "line", decision, place.line),
	{ 0 },
};
static const struct codec_struct decision = SHAPE(decision_fields, decision);

static const struct codec_field change_fields[] = {
	FIELD(TEXT, REQUIRED, "user", change, login),
	FIELD(TEXT, OPTIONAL, "old_user", change, old_login),
	FIELD(WORD, REQUIRED, "action", change, action, .word = action_word),
	FIELD(TEXT, NULLABLE, "full_name", change, full_name),
	FIELD(FLAG, REQUIRED, "login_generated", change, login_generated),
	{ .name = "origin", .type = CODEC_OBJECT, .inner = &origin },
	FIELD(FLAG, OPTIONAL, "nss", change, nss),
	FIELD(OBJECT, NULLABLE, "before", change, before, .inner = &facts,
		.given = offsetof(struct change, has_before)),
	FIELD(OBJECT, NULLABLE, "after", change, after, .inner = &facts,
		.given = offsetof(struct change, has_after)),
	FIELD(ARRAY, REQUIRED, "lines", change, lines, .inner = &line),
	FIELD(FLAG, OPTIONAL, "left_out", change, left_out),
	FIELD(ARRAY, OPTIONAL, "decisions", change, decisions, .inner = &decision),
	FIELD(ARRAY, REQUIRED, "findings", change, findings.items, .inner = &finding),
	{ 0 },
};
const struct codec_struct codec_change = SHAPE(change_fields, change);

/* ---- steps ---- */

static const struct codec_field owner_fields[] = {
	FIELD(ID, REQUIRED, "uid", host_owner, uid),
	FIELD(ID, REQUIRED, "gid", host_owner, gid),
	FIELD(MODE, REQUIRED, "mode", host_owner, mode),
	{ 0 },
};
static const struct codec_struct owner = SHAPE(owner_fields, host_owner);

static const struct codec_field folder_fields[] = {
	FIELD(TEXT, REQUIRED, "path", step_folder, path),
	FIELD(OBJECT, REQUIRED, "owner", step_folder, owner, .inner = &owner),
	FIELD(FLAG, OPTIONAL, "sealed", step_folder, sealed),
	{ 0 },
};
static const struct codec_struct folder = SHAPE(folder_fields, step_folder);

static const struct codec_field home_fields[] = {
	FIELD(COUNT, REQUIRED, "dev", step_home, dev),
	FIELD(COUNT, REQUIRED, "ino", step_home, ino),
	FIELD(OBJECT, REQUIRED, "owner", step_home, owner, .inner = &owner),
	FIELD(COUNT, OPTIONAL, "files", step_home, files),
	FIELD(COUNT, OPTIONAL, "bytes", step_home, bytes),
	FIELD(TEXT, OPTIONAL, "loose", step_home, loose),
	FIELD(ID, OPTIONAL, "old_uid", step_home, old_uid),
	FIELD(ID, OPTIONAL, "new_uid", step_home, new_uid),
	FIELD(ID, OPTIONAL, "old_gid", step_home, old_gid),
	FIELD(ID, OPTIONAL, "new_gid", step_home, new_gid),
	FIELD(ID, OPTIONAL, "folder_gid", step_home, folder_gid),
	FIELD(FLAG, OPTIONAL, "relink", step_home, relink),
	FIELD(PATH, OPTIONAL, "source", step_home, source),
	FIELD(TEXTS, OPTIONAL, "old_groups", step_home, old_groups),
	FIELD(FLAG, OPTIONAL, "foreign", step_home, foreign),
	FIELD(PATH, OPTIONAL, "old_path", step_home, old_path),
	FIELD(FLAG, OPTIONAL, "content", step_home, content),
	{ 0 },
};
static const struct codec_struct home = SHAPE(home_fields, step_home);

/* The file as it was. */
static const struct codec_field before_fields[] = {
	FIELD(TEXT, REQUIRED, "content", step, before),
	FIELD(OBJECT, REQUIRED, "owner", step, before_owner, .inner = &owner),
	{ 0 },
};
static const struct codec_struct before = SHAPE(before_fields, step);

#define JAILED                                                                                     \
	(KIND(STEP_HOME_ADOPT) | KIND(STEP_HOME_COPY) | KIND(STEP_HOME_FILL) |                     \
		KIND(STEP_CONTENTS_CARRY))
#define TREES (KIND(STEP_HOME_CREATE) | KIND(STEP_FOLDER_CREATE) | JAILED)
#define ARCHIVES (KIND(STEP_ARCHIVE_AHEAD) | KIND(STEP_ARCHIVE))
#define LIVED_IN                                                                                   \
	(ARCHIVES | KIND(STEP_HOME_FREEZE) | JAILED | KIND(STEP_HOME_RETIRE) |                     \
		KIND(STEP_HOME_RENAME) | KIND(STEP_HOME_BIND))
#define STAGED (TREES | KIND(STEP_HOME_RETIRE) | KIND(STEP_HOME_RENAME))
#define FILES (KIND(STEP_KEYS_WRITE) | KIND(STEP_DROPIN_WRITE))
#define OWNED (KIND(STEP_DIR_CREATE) | TREES | FILES)

static const struct codec_field step_fields[] = {
	FIELD(WORD, REQUIRED, "verb", step, kind, .word = verb_word),
	FIELD(TEXT, OPTIONAL, "user", step, user),
	FIELD(PATH, REQUIRED, "path", step, path,
		.kinds = OWNED | LIVED_IN | KIND(STEP_FSTAB_LINE)),
	FIELD(PATH, OPTIONAL, "path", step, path,
		.kinds = ~(OWNED | LIVED_IN | KIND(STEP_FSTAB_LINE))),
	FIELD(PATH, REQUIRED, "base", step, base, .kinds = STAGED),
	FIELD(PATH, OPTIONAL, "base", step, base, .kinds = FILES),
	FIELD(OBJECT, REQUIRED, "owner", step, owner, .inner = &owner, .kinds = OWNED),
	FIELD(ARRAY, REQUIRED, "folders", step, folders, .inner = &folder, .kinds = TREES),
	FIELD(OBJECT, REQUIRED, "home", step, home, .inner = &home, .kinds = LIVED_IN),
	FIELD(TEXT, NULLABLE, "content", step, content, .kinds = FILES),
	FIELD(TEXT, REQUIRED, "content", step, content, .kinds = KIND(STEP_FSTAB_LINE)),
	FIELD(OBJECT, IF_TEXT, "before", step, kind, .inner = &before, .kinds = FILES,
		.given = offsetof(struct step, before)),
	FIELD(WORD, REQUIRED, "file", step, file, .word = file_word,
		.kinds = KIND(STEP_ACCOUNT_FILE)),
	{ 0 },
};
static const struct codec_struct step = SHAPE(step_fields, step, .by_kind = true);

/* ---- edits ---- */

#define REMOVALS KIND(EDIT_REMOVE_LINE)
#define LINES (KIND(EDIT_ADD_LINE) | REMOVALS)
#define VALUES (KIND(EDIT_SET_FIELD) | KIND(EDIT_GATE))
#define MEMBERS (KIND(EDIT_ADD_MEMBER) | KIND(EDIT_REMOVE_MEMBER))
#define RENAMES KIND(EDIT_RENAME)

static const struct codec_field edit_fields[] = {
	FIELD(WORD, REQUIRED, "kind", codec_edit, edit.kind, .word = edit_word),
	FIELD(WORD, REQUIRED, "file", codec_edit, edit.file, .word = file_word),
	FIELD(TEXT, OPTIONAL, "user", codec_edit, edit.user),
	FIELD(TEXT, REQUIRED, "name", codec_edit, edit.name),
	FIELD(TEXT, REQUIRED, "old_name", codec_edit, edit.old_name, .kinds = RENAMES),
	FIELD(TEXT, OPTIONAL, "old_name", codec_edit, edit.old_name, .kinds = VALUES | MEMBERS),
	FIELD(TEXT, OPTIONAL, "id", codec_edit, edit.before, .kinds = RENAMES),
	FIELD(ROW, REQUIRED, "fields", codec_edit, fields, .kinds = LINES),
	FIELD(TEXT, REQUIRED, "field", codec_edit, field, .kinds = VALUES),
	FIELD(TEXT, NULLABLE, "before", codec_edit, edit.before, .kinds = VALUES),
	FIELD(TEXT, NULLABLE, "after", codec_edit, edit.after, .kinds = VALUES),
	FIELD(TEXT, REQUIRED, "member", codec_edit, edit.member, .kinds = MEMBERS),
	FIELD(COUNT, OPTIONAL, "length", codec_edit, edit.length,
		.kinds = VALUES | REMOVALS | KIND(EDIT_ADD_MEMBER)),
	FIELD(TEXT, OPTIONAL, "behind", codec_edit, edit.behind,
		.kinds = REMOVALS | KIND(EDIT_REMOVE_MEMBER)),
	FIELD(COUNT, OPTIONAL, "apart", codec_edit, edit.apart, .kinds = REMOVALS),
	{ 0 },
};
static const struct codec_struct edit = SHAPE(edit_fields, codec_edit, .by_kind = true);

/* Of a struct plan's edits. */
static const struct codec_field unterminated_fields[] = {
	FIELD(TEXT, OPTIONAL, "group", plan, edits.unterminated[ACCOUNTDB_GROUP]),
	FIELD(TEXT, OPTIONAL, "gshadow", plan, edits.unterminated[ACCOUNTDB_GSHADOW]),
	FIELD(TEXT, OPTIONAL, "shadow", plan, edits.unterminated[ACCOUNTDB_SHADOW]),
	FIELD(TEXT, OPTIONAL, "passwd", plan, edits.unterminated[ACCOUNTDB_PASSWD]),
	{ 0 },
};
static const struct codec_struct unterminated = SHAPE(unterminated_fields, plan);

/* ---- the whole ---- */

static const struct codec_field machine_fields[] = {
	FIELD(TEXT, OPTIONAL, "name", plan, host_name),
	FIELD(TEXT, REQUIRED, "root", plan, root),
	{ 0 },
};
static const struct codec_struct machine = SHAPE(machine_fields, plan);

static const struct codec_field input_fields[] = {
	FIELD(TEXT, REQUIRED, "source", plan_input, source),
	FIELD(TEXT, OPTIONAL, "importer", plan_input, importer),
	FIELD(TEXT, OPTIONAL, "location", plan_input, location),
	FIELD(DIGEST, OPTIONAL, "sha256", plan_input, sha256),
	FIELD(TEXT, OPTIONAL, "detected", plan_input, detected),
	FIELD(COUNT, REQUIRED, "rows", plan_input, rows),
	FIELD(FLAG, REQUIRED, "complete", plan_input, complete),
	FIELD(FLAG, OPTIONAL, "old_server", plan_input, is_old_server),
	FIELD(TEXTS, OPTIONAL, "refused", plan_input, refused),
	{ 0 },
};
static const struct codec_struct input = SHAPE(input_fields, plan_input);

static const struct codec_field summary_fields[] = {
	FIELD(COUNT, REQUIRED, "create", codec_document, counts[CHANGE_CREATE]),
	FIELD(COUNT, REQUIRED, "adopt", codec_document, counts[CHANGE_ADOPT]),
	FIELD(COUNT, REQUIRED, "change", codec_document, counts[CHANGE_CHANGE]),
	FIELD(COUNT, REQUIRED, "leave", codec_document, counts[CHANGE_LEAVE]),
	FIELD(COUNT, REQUIRED, "blocked", codec_document, counts[CHANGE_BLOCKED]),
	FIELD(COUNT, REQUIRED, "unchanged", codec_document, counts[CHANGE_UNCHANGED]),
	FIELD(COUNT, OPTIONAL, "left_out", codec_document, left_out),
	FIELD(COUNT, REQUIRED, "steps", codec_document, steps),
	{ 0 },
};
static const struct codec_struct summary = SHAPE(summary_fields, codec_document);

#define SAVED KIND(CODEC_PLAN)

static const struct codec_field document_fields[] = {
	FIELD(TEXT, REQUIRED, "format", codec_document, format),
	FIELD(TEXT, REQUIRED, "format_version", codec_document, format_version),
	FIELD(TEXT, REQUIRED, "id", codec_document, plan.id),
	FIELD(TEXT, REQUIRED, "created", codec_document, plan.created),
	FIELD(TEXT, OPTIONAL, "tool_version", codec_document, plan.tool_version),
	FIELD(OBJECT, REQUIRED, "host", codec_document, plan, .inner = &machine),
	FIELD(TEXT, OPTIONAL, "reason", codec_document, plan.reason),
	FIELD(DIGEST, OPTIONAL, "config_sha256", codec_document, plan.config_sha256),
	FIELD(TEXT, REQUIRED, "jail_group", codec_document, plan.jail_group),
	FIELD(PATH, REQUIRED, "keys_dir", codec_document, plan.keys_dir),
	FIELD(PATH, REQUIRED, "dropin", codec_document, plan.dropin),
	FIELD(ARRAY, REQUIRED, "inputs", codec_document, plan.inputs, .inner = &input),
	FIELD(FLAG, REQUIRED, "changed", codec_document, changed),
	FIELD(FLAG, REQUIRED, "applicable", codec_document, applicable),
	{ .name = "summary", .type = CODEC_OBJECT, .inner = &summary },
	FIELD(ARRAY, REQUIRED, "users", codec_document, plan.changes, .inner = &codec_change,
		.pointers = true, .kinds = SAVED),
	FIELD(ARRAY, REQUIRED, "steps", codec_document, plan.steps, .inner = &step, .kinds = SAVED),
	FIELD(ARRAY, REQUIRED, "edits", codec_document, edits, .inner = &edit, .kinds = SAVED),
	FIELD(OBJECT, REQUIRED, "unterminated", codec_document, plan, .inner = &unterminated,
		.kinds = SAVED),
	FIELD(ARRAY, REQUIRED, "findings", codec_document, plan.findings.items, .inner = &finding),
	FIELD(TEXTS, REQUIRED, "not_checked", codec_document, plan.not_checked),
	{ 0 },
};
const struct codec_struct codec_document = SHAPE(document_fields, codec_document, .by_kind = true);

static const struct codec_field secret_fields[] = {
	FIELD(TEXT, REQUIRED, "user", plan_secret, login),
	FIELD(TEXT, NULLABLE, "hash", plan_secret, hash),
	FIELD(TEXT, NULLABLE, "before", plan_secret, before),
	FIELD(FLAG, REQUIRED, "generated", plan_secret, generated),
	{ 0 },
};
static const struct codec_struct secret = SHAPE(secret_fields, plan_secret);

static const struct codec_field secrets_fields[] = {
	FIELD(TEXT, REQUIRED, "format", codec_secrets, format),
	FIELD(TEXT, REQUIRED, "format_version", codec_secrets, format_version),
	FIELD(TEXT, REQUIRED, "plan", codec_secrets, secrets.plan_id),
	FIELD(ARRAY, REQUIRED, "secrets", codec_secrets, secrets.items, .inner = &secret,
		.pointers = true),
	{ 0 },
};
const struct codec_struct codec_secrets = SHAPE(secrets_fields, codec_secrets);

/* ---- what both directions ask ---- */

bool
codec_field_applies(
	const struct codec_struct *shape, const struct codec_field *field, const void *object)
{
	if (!shape->by_kind || !field->kinds)
		return true;
	return field->kinds & KIND(*(const unsigned *)object);
}

void
codec_derive(struct codec_document *document)
{
	plan_count(&document->plan);
	memcpy(document->counts, document->plan.counts, sizeof(document->counts));
	document->left_out = document->plan.left_out;
	document->steps = document->plan.steps.count;
	document->changed = plan_has_work(&document->plan);
	document->applicable = plan_is_applicable(&document->plan);
}

/* "*", "!", "!!" and "x" let nobody in, and tell nothing. */
bool
codec_is_public(const char *password)
{
	return !password[strspn(password, "!*")] || strcmp(password, "x") == 0;
}
