/*
 * json.c - accounts in our own exchange format: JSON Lines, a format line first.
 *
 * What importers/json.c reads back to the same accounts: an absent member is not given, an empty
 * list is given as none. The emitter is our own, so that secrets pass only through the buffer,
 * which is wiped; jansson would leave copies of them in freed memory.
 */
#include <string.h>

#include "exporters/field.h"

/* One object while it is written. */
struct object {
	const struct export_job *job;
	const struct account *account;
	bool begun;
	bool good;
};

/* ---- values ---- */

static void
add_text(struct object *object, const char *text)
{
	struct buffer *out = object->job->out;
	if (!text_is_utf8(text, strlen(text))) {
		object->good = diag_error(object->job->diags, object->account->place,
			"'%s' is not UTF-8, which JSON must be", text);
		diag_user(object->job->diags, object->account->username);
		return;
	}
	buffer_add_char(out, '"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\')
			buffer_printf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7F)
			buffer_printf(out, "\\u%04x", c);
		else
			buffer_add_char(out, *text);
	}
	buffer_add_char(out, '"');
}

static void
add_name(struct object *object, const char *name)
{
	buffer_add_text(object->job->out, object->begun ? "," : "{");
	object->begun = true;
	add_text(object, name);
	buffer_add_char(object->job->out, ':');
}

static void
add_member(struct object *object, const char *name, const char *value)
{
	if (!value)
		return;
	add_name(object, name);
	add_text(object, value);
}

static void
add_list(struct object *object, const char *name, const struct string_list *list)
{
	add_name(object, name);
	buffer_add_char(object->job->out, '[');
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			buffer_add_char(object->job->out, ',');
		add_text(object, list->items[i]);
	}
	buffer_add_char(object->job->out, ']');
}

static void
add_folders(struct object *object, const char *name, const struct folder_list *folders)
{
	struct buffer *out = object->job->out;
	add_name(object, name);
	buffer_add_char(out, '[');
	ARRAY_FOREACH (folder, folders) {
		if (folder != folders->items)
			buffer_add_char(out, ',');
		object->begun = false;
		add_member(object, "path", folder->path);
		add_member(object, "access", folder_access_name(folder->access));
		add_member(object, "owner", folder->owner);
		add_member(object, "group", folder->group);
		if (folder->has_mode) {
			add_name(object, "mode");
			buffer_printf(out, "\"%04o\"", (unsigned)folder->mode);
		}
		buffer_add_char(out, '}');
	}
	buffer_add_char(out, ']');
	object->begun = true;
}

/* ---- accounts ---- */

static void
add_field(struct object *object, enum account_field field)
{
	const struct account *account = object->account;
	const char *name = account_field_name(field);
	switch (field) {
	case ACCOUNT_SSH_KEYS:
		add_list(object, name, &account->ssh_keys);
		return;
	case ACCOUNT_GROUPS:
		add_list(object, name, &account->groups);
		return;
	case ACCOUNT_FOLDERS:
		add_folders(object, name, &account->folders);
		return;
	case ACCOUNT_UID:
		add_name(object, name);
		buffer_add_text(object->job->out, field_text(account, field, object->job->arena));
		return;
	default:
		add_member(object, name, field_text(account, field, object->job->arena));
		return;
	}
}

static bool
write_account(const struct export_job *job, const struct account *account)
{
	struct object object = { .job = job, .account = account, .good = true };
	for (unsigned field = 0; field < ACCOUNT_FIELDS; field++) {
		if (field_is_written(job, account, field))
			add_field(&object, field);
	}
	if (!profile_is_empty(&account->profile))
		add_member(&object, "profile", profile_text(&account->profile, job->arena));
	if (account->username_generated) {
		add_name(&object, "username_generated");
		buffer_add_text(job->out, "true");
	}
	buffer_add_text(job->out, object.begun ? "}\n" : "{}\n");
	return object.good;
}

static bool
json_write(const void *config, const struct export_job *job)
{
	(void)config;
	bool good = true;
	buffer_add_text(job->out, "{\"format\":\"rehome-accounts\",\"format_version\":1}\n");
	for (size_t i = 0; i < job->count; i++)
		good &= write_account(job, job->accounts[i]);
	return good;
}

const struct exporter json_exporter = {
	.abi = EXPORTER_ABI,
	.name = "json",
	.summary = "accounts as JSON Lines, which the json importer reads",
	.write = json_write,
};
