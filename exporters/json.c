/*
 * json.c - accounts in our own exchange format: JSON Lines, a format line first.
 *
 *	{"format":"rehome-accounts","format_version":1}
 *	{"username":"anna","full_name":"Anna Vogel","uid":20001,"ssh_keys":["ssh-ed25519 ..."],
 *	 "groups":["press"],"folders":[{"path":"in","access":"write","group":"press","mode":"2770"}],
 *	 "expires":"2027-12-31","state":"active","profile":"read-only umask=027"}
 *
 * What importers/json.c reads back to the same accounts: an absent member is not given, an empty
 * list is given as none; all fields of account.h in their order, then "foreign_hash" (what the
 * password is that nothing here verifies, in words) and "username_generated". Not said is what
 * only this machine and this plan know: places, reasons, the directory that fills a home, and of
 * an old server's login all that people are asked about. Text must be UTF-8; that which is not is
 * an error, and nothing is written. Secrets pass only through the buffer, which is wiped; jansson
 * would leave copies of them in freed memory.
 */
#include <string.h>

#include "core/base/json_writer.h"
#include "exporters/field.h"

static void
add_folders(struct json_writer *json, const char *name, const struct folder_list *folders)
{
	json_write_open(json, name, '[');
	ARRAY_FOREACH (folder, folders) {
		json_write_open(json, NULL, '{');
		json_write_text(json, "path", folder->path);
		json_write_text(json, "access", folder_access_name(folder->access));
		if (folder->owner)
			json_write_text(json, "owner", folder->owner);
		if (folder->group)
			json_write_text(json, "group", folder->group);
		if (folder->has_mode) {
			char mode[sizeof("07777")];
			snprintf(mode, sizeof(mode), "%04o", (unsigned)(folder->mode & 07777));
			json_write_text(json, "mode", mode);
		}
		json_write_close(json);
	}
	json_write_close(json);
}

static void
add_field(struct json_writer *json, const struct account *account, enum account_field field,
	struct arena *arena)
{
	const char *name = account_field_name(field);
	switch (field) {
	case ACCOUNT_SSH_KEYS:
		json_write_texts(json, name, &account->ssh_keys);
		return;
	case ACCOUNT_GROUPS:
		json_write_texts(json, name, &account->groups);
		return;
	case ACCOUNT_FOLDERS:
		add_folders(json, name, &account->folders);
		return;
	case ACCOUNT_UID:
		json_write_number(json, name, account->uid);
		return;
	default:
		json_write_text(json, name, field_text(account, field, arena));
		return;
	}
}

static bool
write_account(const struct export_job *job, const struct account *account)
{
	struct json_writer json = { .out = job->out, .one_line = true };
	if (!field_check_utf8(job, account))
		return false;
	json_write_open(&json, NULL, '{');
	for (unsigned field = 0; field < ACCOUNT_FIELDS; field++) {
		if (field_is_written(job, account, field))
			add_field(&json, account, field, job->arena);
	}
	if (account->foreign_hash)
		json_write_text(&json, "foreign_hash", account->foreign_hash);
	if (account->username_generated)
		json_write_flag(&json, "username_generated", true);
	json_write_close(&json);
	return true;
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
