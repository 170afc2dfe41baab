/*
 * account.c - one account's fields, from text to checked values.
 *
 * Each field has one row in a table: its name, how its text is judged before it is parsed, and the
 * function that parses it. A field that was refused stays as it was. What is checked is form;
 * whether the host has room for it is the planner's question.
 */
#include "core/model/account.h"

#include <assert.h>
#include <string.h>

#include "core/base/table.h"
#include "core/base/text.h"
#include "core/model/password.h"
#include "core/model/ssh_key.h"

#define NAME_MAX_LENGTH 32

static const char name_start[] = "abcdefghijklmnopqrstuvwxyz_";
static const char name_letters[] = "abcdefghijklmnopqrstuvwxyz_0123456789-";

/* What account_set() was asked to do. */
struct setting {
	struct account *account;
	const char *text; /* not empty */
	struct place place;
	struct arena *arena;
	struct diags *diags;
};

/* ---- checks that typed values need too ---- */

static const char *
text_fault(const char *value)
{
	size_t size = strlen(value);
	if (!text_is_utf8(value, size))
		return "is not valid UTF-8";
	if (strpbrk(value, "\r\n"))
		return "contains a line break";
	if (text_has_control(value, size))
		return "contains a control character";
	if (strchr(value, ':'))
		return "contains ':', which separates the fields of passwd(5)";
	return NULL;
}

bool
account_check_text(const char *value, const char *what, struct place place, struct diags *diags)
{
	const char *fault = text_fault(value);
	if (!fault)
		return true;
	diag_error(diags, place, "%s '%s' %s", what, value, fault);
	diag_hint(diags,
		text_is_utf8(value, strlen(value)) ? "Take it out of the source."
						   : "Convert the source to UTF-8.");
	return false;
}

/* What useradd's strict rule allows, for logins and for groups. */
static bool
is_name(const char *name)
{
	size_t size = strlen(name);
	return size && size <= NAME_MAX_LENGTH && strchr(name_start, name[0]) &&
		strspn(name, name_letters) == size;
}

/* The nearest legal login that the default pattern of the policy takes too, or "" when nothing of
 * the name can be kept. */
static const char *
propose_name(const char *name, struct arena *arena)
{
	if (!text_is_utf8(name, strlen(name)))
		return "";
	const char *ascii = text_lower(arena, text_ascii(arena, name, TEXT_LANGUAGE_DEFAULT, NULL));
	char *legal = arena_alloc(arena, NAME_MAX_LENGTH + 1);
	size_t size = 0;
	/* Of an address only the part before the '@' is a name. */
	for (; *ascii && *ascii != '@' && size < NAME_MAX_LENGTH - 1; ascii++) {
		if (size == 0 && strchr("0123456789", *ascii))
			legal[size++] = 'u';
		if (strchr(size ? name_letters : name_start, *ascii))
			legal[size++] = *ascii;
	}
	return legal;
}

bool
account_check_username(
	const char *name, struct place place, struct arena *arena, struct diags *diags)
{
	if (is_name(name))
		return true;

	diag_error(diags, place, "'%s' is not a login name", name);
	const char *proposal = propose_name(name, arena);
	if (*proposal)
		diag_hint(diags, "Use %s, or let username_filter: make names legal.", proposal);
	else
		diag_hint(diags, "Use up to %d of a-z, 0-9, '_' and '-', a letter or '_' first.",
			NAME_MAX_LENGTH);
	return false;
}

/* ---- cells that a spreadsheet has spoilt ---- */

/* 1.23E+05, also with a comma: the digits behind are lost. */
static bool
is_scientific(const char *text)
{
	static const char digits[] = "0123456789";
	size_t size = strspn(text, digits);
	if (!size)
		return false;
	text += size;
	if (*text == '.' || *text == ',') {
		size = strspn(text + 1, digits);
		if (!size)
			return false;
		text += 1 + size;
	}
	if ((text[0] != 'E' && text[0] != 'e') || (text[1] != '+' && text[1] != '-'))
		return false;
	size = strspn(text + 2, digits);
	return size && !text[2 + size];
}

/* What a formula leaves when it has no result. */
static bool
is_formula_error(const char *text)
{
	static const char *const errors[] = { "#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!",
		"#NUM!", "#NULL!" };
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		if (strcmp(text, errors[i]) == 0)
			return true;
	}
	return false;
}

static bool
refuse_spoilt(const struct setting *setting, const char *field, bool identifier)
{
	if (identifier && is_scientific(setting->text)) {
		diag_error(setting->diags, setting->place, "%s '%s' was rounded by a spreadsheet",
			field, setting->text);
		diag_hint(setting->diags, "Format the column as text, and enter the value again.");
	} else if (is_formula_error(setting->text)) {
		diag_error(setting->diags, setting->place,
			"%s '%s' is a spreadsheet's error, not a value", field, setting->text);
		diag_hint(setting->diags, "Correct the formula in the cell.");
	} else {
		return true;
	}
	diag_code(setting->diags, "spreadsheet-damage");
	return false;
}

/* ---- the fields ---- */

static bool
set_checked_text(const struct setting *setting, const char *what, const char **ret_value)
{
	if (!account_check_text(setting->text, what, setting->place, setting->diags))
		return false;
	*ret_value = setting->text;
	return true;
}

static bool
set_key(const struct setting *setting)
{
	return set_checked_text(setting, "key", &setting->account->key);
}

static bool
set_username(const struct setting *setting)
{
	if (!account_check_username(setting->text, setting->place, setting->arena, setting->diags))
		return false;
	setting->account->username = setting->text;
	return true;
}

/*
 * What is saved in an encoding without a letter has '?' for it, and what was decoded wrongly has
 * U+FFFD. No name is written with either, and a login that is made of it lacks the letter.
 */
static void
warn_of_lost_letters(const struct setting *setting)
{
	if (!strchr(setting->text, '?') && !strstr(setting->text, "\uFFFD"))
		return;
	diag_warning(
		setting->diags, setting->place, "full name '%s' has lost a letter", setting->text);
	diag_hint(setting->diags,
		"Save the sheet as \"CSV UTF-8\", or enter the name again if it is lost there.");
	diag_code(setting->diags, "lost-letter");
}

/* A comma or '=' is for the planner: only the gecos field cannot hold it, the name may. */
static bool
set_full_name(const struct setting *setting)
{
	if (!set_checked_text(setting, "full name", &setting->account->full_name))
		return false;
	warn_of_lost_letters(setting);
	return true;
}

/* Nothing is sent to it, so only what can be no address at all is refused. */
static bool
is_email(const char *text)
{
	const char *at_sign = strchr(text, '@');
	return at_sign && at_sign != text && at_sign[1] && !strchr(at_sign + 1, '@') &&
		!strpbrk(text, " \t,;<>");
}

static bool
set_email(const struct setting *setting)
{
	const char *email;
	if (!set_checked_text(setting, "email", &email))
		return false;
	if (!is_email(email)) {
		diag_error(setting->diags, setting->place, "'%s' is not an email address", email);
		diag_hint(setting->diags, "Write one address, like anna@example.org.");
		return false;
	}
	setting->account->email = email;
	return true;
}

/* Why no account may have this uid, or NULL. */
static const char *
uid_fault(unsigned long long uid)
{
	if (uid == 0)
		return "is root's";
	if (uid == 65534)
		return "is nobody's";
	if (uid == 65535)
		return "means 'no user' where ids have 16 bits";
	return NULL;
}

static bool
set_uid(const struct setting *setting)
{
	/* The largest 32-bit number means 'no change' to chown(2). */
	static const unsigned long long max = UINT32_MAX - 1;
	unsigned long long uid;
	if (!text_number(setting->text, max, &uid)) {
		diag_error(setting->diags, setting->place,
			"uid '%s' is not a number from 1 to %llu", setting->text, max);
		diag_hint(setting->diags, "Correct it, or leave it empty to have one allocated.");
		return false;
	}
	const char *fault = uid_fault(uid);
	if (fault) {
		diag_error(setting->diags, setting->place, "uid %llu %s", uid, fault);
		diag_hint(setting->diags, "Leave it empty to have one allocated.");
		return false;
	}
	setting->account->uid = (uid_t)uid;
	return true;
}

static bool
set_password(const struct setting *setting)
{
	if (!password_check(setting->text, setting->place, setting->diags))
		return false;
	/* A copy, so that the arena wipes it whatever becomes of the source's text. */
	setting->account->password = arena_strdup(setting->arena, setting->text);
	return true;
}

static bool
set_password_hash(const struct setting *setting)
{
	return password_hash_check(setting->text, setting->place, setting->arena,
		&setting->account->password_hash, setting->diags);
}

static bool
set_ssh_keys(const struct setting *setting)
{
	struct string_list keys = { 0 };
	if (!ssh_keys_parse(setting->text, setting->place, setting->arena, &keys, setting->diags))
		return false;
	setting->account->ssh_keys = keys;
	return true;
}

static bool
check_group(const struct setting *setting, const char *name)
{
	if (is_name(name))
		return true;
	diag_error(setting->diags, setting->place, "'%s' is not a group name", name);
	diag_hint(setting->diags, "Use up to %d of a-z, 0-9, '_' and '-', a letter or '_' first.",
		NAME_MAX_LENGTH);
	return false;
}

static bool
set_groups(const struct setting *setting)
{
	struct string_list groups = { 0 };
	struct table seen = { .arena = setting->arena };
	bool ok = true;
	char *rest = arena_strdup(setting->arena, setting->text);
	for (char *name; (name = strsep(&rest, " \t\r\n,;/"));) {
		if (!*name || table_get(&seen, name))
			continue;
		table_set(&seen, name, name);
		if (check_group(setting, name))
			string_list_push(setting->arena, &groups, name);
		else
			ok = false;
	}
	if (ok)
		setting->account->groups = groups;
	return ok;
}

static bool
set_layout(const struct setting *setting)
{
	return set_checked_text(setting, "layout", &setting->account->layout);
}

static bool
set_folders(const struct setting *setting)
{
	struct folder_list folders;
	if (!folder_list_parse(
		    setting->text, setting->place, setting->arena, &folders, setting->diags))
		return false;
	ARRAY_FOREACH (folder, &folders) {
		if (folder->access != FOLDER_KEPT)
			continue;
		diag_error(setting->diags, setting->place,
			"folder '%s': no source can ask for a kept folder", folder->path);
		diag_hint(setting->diags, "Use rw, ro or read-advisory.");
		return false;
	}
	setting->account->folders = folders;
	return true;
}

/* Without "//", "/./" and a slash at the end. NULL when it is not absolute or has a "..". */
static const char *
normal_path(const char *path, struct arena *arena)
{
	if (*path != '/')
		return NULL;
	char *normal = arena_alloc(arena, strlen(path) + 2);
	size_t size = 0;
	while (*path) {
		path += strspn(path, "/");
		size_t part = strcspn(path, "/");
		if (part == 2 && memcmp(path, "..", 2) == 0)
			return NULL;
		if (part && !(part == 1 && *path == '.')) {
			normal[size++] = '/';
			memcpy(normal + size, path, part);
			size += part;
		}
		path += part;
	}
	if (!size)
		normal[0] = '/';
	return normal;
}

static bool
set_path(const struct setting *setting, const char *what, const char **ret_path)
{
	const char *text;
	if (!set_checked_text(setting, what, &text))
		return false;
	const char *path = normal_path(text, setting->arena);
	if (!path) {
		diag_error(setting->diags, setting->place,
			"%s '%s' is not an absolute path without '..'", what, text);
		diag_hint(setting->diags, "Write the whole path, beginning with '/'.");
		return false;
	}
	*ret_path = path;
	return true;
}

static bool
set_home(const struct setting *setting)
{
	return set_path(setting, "home", &setting->account->home);
}

static bool
set_shell(const struct setting *setting)
{
	return set_path(setting, "shell", &setting->account->shell);
}

static bool
set_expires(const struct setting *setting)
{
	return account_parse_date(
		setting->text, NULL, setting->place, &setting->account->expires, setting->diags);
}

/* The first word of each state is the one for messages. */
static const char *const state_words[][16] = {
	[ACCOUNT_ACTIVE] = { "active", "enabled", "enable", "yes", "y", "true", "1", "on",
		"current", "aktiv", "ja", "oui", "si" },
	[ACCOUNT_DISABLED] = { "disabled", "disable", "inactive", "locked", "blocked", "suspended",
		"no", "n", "false", "0", "off", "inaktiv", "gesperrt", "nein", "non" },
	[ACCOUNT_LEFT] = { "left", "leaver", "gone", "ex", "former", "departed", "resigned",
		"terminated", "ausgeschieden", "ehemalig" },
	[ACCOUNT_STAGED] = { "staged" },
};

static bool
set_state(const struct setting *setting)
{
	const char *folded = text_folded(setting->arena, setting->text);
	for (size_t state = 0; state < ARRAY_LEN(state_words); state++) {
		for (const char *const *word = state_words[state]; *word; word++) {
			if (strcmp(folded, *word) != 0)
				continue;
			setting->account->state = (enum account_state)state;
			return true;
		}
	}
	diag_error(setting->diags, setting->place, "'%s' is not a state", setting->text);
	diag_hint(setting->diags,
		"Use active, disabled, left or staged, or translate it in map: table:.");
	return false;
}

static bool
set_profile(const struct setting *setting)
{
	return profile_read(setting->text, setting->place, setting->arena,
		&setting->account->profile, setting->diags);
}

/* ---- the table ---- */

static const struct field {
	const char *name;
	bool (*set)(const struct setting *setting);
	bool identifier; /* digits that a spreadsheet may have rounded */
	bool verbatim;	 /* blanks at the ends count, and any text may be meant */
	bool list;	 /* "(none)" is an empty one */
} fields[ACCOUNT_FIELDS] = {
	[ACCOUNT_KEY] = { "key", set_key, .identifier = true },
	[ACCOUNT_USERNAME] = { "username", set_username, .identifier = true },
	[ACCOUNT_FULL_NAME] = { "full_name", set_full_name },
	[ACCOUNT_EMAIL] = { "email", set_email },
	[ACCOUNT_UID] = { "uid", set_uid, .identifier = true },
	[ACCOUNT_PASSWORD] = { "password", set_password, .verbatim = true },
	[ACCOUNT_PASSWORD_HASH] = { "password_hash", set_password_hash },
	[ACCOUNT_SSH_KEYS] = { "ssh_keys", set_ssh_keys, .list = true },
	[ACCOUNT_GROUPS] = { "groups", set_groups, .list = true },
	[ACCOUNT_LAYOUT] = { "layout", set_layout },
	[ACCOUNT_FOLDERS] = { "folders", set_folders, .list = true },
	[ACCOUNT_HOME] = { "home", set_home },
	[ACCOUNT_SHELL] = { "shell", set_shell },
	[ACCOUNT_EXPIRES] = { "expires", set_expires },
	[ACCOUNT_STATE] = { "state", set_state },
	[ACCOUNT_PROFILE] = { "profile", set_profile },
};

const char *
account_field_name(enum account_field field)
{
	assert(field < ACCOUNT_FIELDS);
	return fields[field].name;
}

enum account_field
account_field_parse(const char *name)
{
	for (size_t i = 0; i < ACCOUNT_FIELDS; i++) {
		if (strcmp(name, fields[i].name) == 0)
			return (enum account_field)i;
	}
	return ACCOUNT_FIELDS;
}

/* Trims the text. The value is not quoted where it is not UTF-8: it may be a secret. */
static bool
clean(struct setting *setting, const struct field *field)
{
	if (!text_is_utf8(setting->text, strlen(setting->text))) {
		diag_error(setting->diags, setting->place, "%s is not valid UTF-8", field->name);
		diag_hint(setting->diags, "Convert the source to UTF-8.");
		return false;
	}
	setting->text = text_trimmed(setting->arena, setting->text);
	return refuse_spoilt(setting, field->name, field->identifier);
}

static void
mark_given(struct account *account, enum account_field field, struct place place)
{
	account->given |= 1u << field;
	account->places[field] = place;
}

bool
account_set(struct account *account, enum account_field field, const char *text, struct place place,
	struct arena *arena, struct diags *diags)
{
	assert(field < ACCOUNT_FIELDS);
	struct setting setting = { account, text, place, arena, diags };
	if (!fields[field].verbatim && !clean(&setting, &fields[field]))
		return false;
	if (!*setting.text)
		return true;
	if (fields[field].list && strcmp(setting.text, "(none)") == 0) {
		account_set_none(account, field, place);
		return true;
	}
	if (!fields[field].set(&setting))
		return false;
	mark_given(account, field, place);
	return true;
}

void
account_set_none(struct account *account, enum account_field field, struct place place)
{
	switch (field) {
	case ACCOUNT_EXPIRES:
		account->expires = ACCOUNT_NEVER;
		break;
	case ACCOUNT_GROUPS:
		account->groups = (struct string_list){ 0 };
		break;
	case ACCOUNT_SSH_KEYS:
		account->ssh_keys = (struct string_list){ 0 };
		break;
	case ACCOUNT_FOLDERS:
		account->folders = (struct folder_list){ 0 };
		break;
	default:
		assert(!"this field cannot be none");
	}
	mark_given(account, field, place);
}
