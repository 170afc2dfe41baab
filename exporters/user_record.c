/*
 * user_record.c - JSON user records of systemd, one a line: https://systemd.io/USER_RECORD/
 *
 *	{"userName":"anna","realName":"Anna Vogel","emailAddress":"anna@example.org",
 *	 "disposition":"regular","uid":20001,"gid":20001,"homeDirectory":"/home/anna",
 *	 "shell":"/usr/sbin/nologin","memberOf":["sftponly"],"notAfterUSec":1830211200000000,
 *	 "locked":true,"privileged":{"hashedPassword":["$6$..."],"sshAuthorizedKeys":["ssh-..."]}}
 *
 *   gid           of managed accounts; where it is absent, systemd takes the uid's number
 *   shell         nologin where the source says none: systemd would take /bin/bash
 *   memberOf      the groups of the account; of managed accounts those that list it. A drop-in also
 *                 needs an empty file USER:GROUP.membership for each
 *   notAfterUSec  microseconds since 1970: the first day without access; absent = never, or not
 *                 said. Of a closed account (disabled, staged, left) 1970-01-02, beside locked:
 *                 the shadow line that nss-systemd makes then refuses keys too
 *   privileged    what only root reads: hashes with secrets only, keys always, as the format has no
 *                 other place for them
 *
 * nss-systemd(8) wants NAME.user (0644) without the privileged section, NAME.user-privileged (0600)
 * with it, and links UID.user to them, in /etc/userdb. The option `section` writes one or the
 * other. Folders and profiles are not part of a record, and are warned of where a profile limits.
 */
#include <string.h>

#include "core/base/json_writer.h"
#include "exporters/field.h"
#include "exporters/rights.h"

#define NO_SHELL "/usr/sbin/nologin"
#define MICROSECONDS_PER_DAY 86400000000ll

struct record_config {
	const char *section;
};

static const struct option_spec record_options[] = {
	{ .name = "section",
		.type = OPTION_CHOICE,
		.offset = offsetof(struct record_config, section),
		.initial = "all",
		.choices = "all|public|privileged",
		.help = "public is for NAME.user of a drop-in directory, privileged for "
			"NAME.user-privileged" },
	{ .name = NULL },
};

/* One record while it is written. */
struct record_writing {
	const struct export_job *job;
	const struct account *account;
	const struct export_host *host; /* NULL = of a source */
	struct rights rights;
	struct json_writer *json;
	struct losses *losses;
};

static void
lose(const struct record_writing *record, const char *what, const char *hint)
{
	loss_add(record->losses, record->account, what, hint);
}

/* ---- the public part ---- */

static void
add_field(const struct record_writing *record, const char *name, enum account_field field)
{
	if (account_has(record->account, field))
		json_write_text(
			record->json, name, field_text(record->account, field, record->job->arena));
}

static void
add_groups(const struct record_writing *record)
{
	struct string_list names = { 0 };
	if (!record->host) {
		if (account_has(record->account, ACCOUNT_GROUPS))
			json_write_texts(record->json, "memberOf", &record->account->groups);
		return;
	}
	ARRAY_FOREACH (group, &record->host->groups)
		string_list_push(record->job->arena, &names, group->name);
	json_write_texts(record->json, "memberOf", &names);
}

static void
add_ids(const struct record_writing *record)
{
	if (account_has(record->account, ACCOUNT_UID))
		json_write_number(record->json, "uid", record->account->uid);
	else
		lose(record, "a user record needs a uid, which is not known",
			"Export the managed accounts, or add a uid to the source.");
	if (record->host)
		json_write_number(record->json, "gid", record->host->gid);
}

static void
add_end(const struct record_writing *record)
{
	const struct account *account = record->account;
	bool is_closed = account_is_closed(account);
	if (is_closed)
		json_write_number(record->json, "notAfterUSec", MICROSECONDS_PER_DAY);
	else if (account_has(account, ACCOUNT_EXPIRES) && account->expires != ACCOUNT_NEVER)
		json_write_number(
			record->json, "notAfterUSec", account->expires * MICROSECONDS_PER_DAY);
	if (is_closed)
		json_write_flag(record->json, "locked", true);
}

static void
add_public(const struct record_writing *record)
{
	add_field(record, "realName", ACCOUNT_FULL_NAME);
	add_field(record, "emailAddress", ACCOUNT_EMAIL);
	json_write_text(record->json, "disposition", "regular");
	add_ids(record);
	add_field(record, "homeDirectory", ACCOUNT_HOME);
	json_write_text(record->json, "shell",
		account_has(record->account, ACCOUNT_SHELL) ? record->account->shell : NO_SHELL);
	add_groups(record);
	add_end(record);
	if (record->rights.profile.read_only || record->rights.profile.from.count)
		lose(record, "a user record cannot hold the limits of a profile",
			"Keep the Match block of the profile in sshd's configuration.");
}

/* ---- the privileged part ---- */

static void
add_privileged(const struct record_writing *record)
{
	const struct account *account = record->account;
	const struct string_list hash = { &(const char *){ account->password_hash }, 1, 1 };
	json_write_open(record->json, "privileged", '{');
	if (field_is_written(record->job, account, ACCOUNT_PASSWORD))
		lose(record,
			"a user record holds passwords as hashes, so a plaintext is not written",
			"Export managed accounts, which have hashes.");
	else if (field_is_written(record->job, account, ACCOUNT_PASSWORD_HASH))
		json_write_texts(record->json, "hashedPassword", &hash);
	if (account_has(account, ACCOUNT_SSH_KEYS))
		json_write_texts(record->json, "sshAuthorizedKeys", &account->ssh_keys);
	json_write_close(record->json);
}

static bool
record_write(const void *config, const struct export_job *job)
{
	const char *section = ((const struct record_config *)config)->section;
	struct losses losses = { .job = job };
	bool good = true;
	for (size_t i = 0; i < job->count; i++) {
		struct json_writer json = { .out = job->out, .one_line = true };
		const struct record_writing record = {
			.job = job,
			.account = job->accounts[i],
			.host = export_host_of(job, i),
			.rights = rights_of(job, i, &losses),
			.json = &json,
			.losses = &losses,
		};
		if (!field_check_utf8(job, record.account)) {
			good = false;
			continue;
		}
		json_write_open(&json, NULL, '{');
		json_write_text(&json, "userName", record.account->username);
		if (strcmp(section, "privileged") != 0)
			add_public(&record);
		if (strcmp(section, "public") != 0)
			add_privileged(&record);
		json_write_close(&json);
	}
	losses_tell(&losses);
	return good;
}

const struct exporter user_record_exporter = {
	.abi = EXPORTER_ABI,
	.name = "user-record",
	.summary = "JSON user records of systemd, one a line",
	.options = record_options,
	.config_size = sizeof(struct record_config),
	.is_obeyed = true,
	.write = record_write,
};
