/*
 * passwd_files.c - accounts as the files of a Unix machine, which the passwd importer reads: the
 * directory that export -o makes of them is a ROOT.
 *
 *	etc/passwd	passwd(5): login:x:uid:gid:gecos:home:shell
 *	etc/shadow	shadow(5): login:password:changed:min:max:warn:inactive:expire:
 *	etc/group	group(5): primary groups, and the supplementary ones with their members
 *	etc/gshadow	gshadow(5): the same groups, no passwords
 *
 * Managed accounts have their lines of this machine, without secrets with "*" for the password.
 * Groups are all in which one of them is listed, other administrators' and the jail's too; other
 * members are not told. An account of a source has a group of its own; its supplementary groups
 * have no number, and are left out.
 *
 * Who is closed (disabled, staged, expired) has '!' before the hash and expires on the second of
 * January 1970, so that no login program and no import opens it. A password that is plaintext is in
 * none of these files.
 */
#include <string.h>

#include "exporters/field.h"
#include "exporters/unix_line.h"

static const char *const passwd_parts[] = {
	"etc/passwd",
	"etc/shadow",
	"etc/group",
	"etc/gshadow",
	NULL,
};

/* ---- passwd ---- */

static bool
write_passwd(const struct export_job *job)
{
	struct losses losses = { .job = job };
	struct unix_line line;
	for (size_t i = 0; i < job->count; i++) {
		if (!unix_line_of(job, i, &losses, &line))
			continue;
		unix_note_losses(&losses, job->accounts[i]);
		buffer_printf(job->out, "%s:x:%u:%u:%s:%s:%s\n", line.login, (unsigned)line.uid,
			(unsigned)line.gid, line.gecos, line.home, line.shell);
	}
	losses_tell(&losses);
	return true;
}

/* ---- shadow ---- */

/* Never empty: that is a password that everybody knows. */
static void
add_password(const struct export_job *job, const struct account *account,
	const struct export_host *host, struct losses *losses)
{
	struct buffer *out = job->out;
	if (job->with_secrets && account_has(account, ACCOUNT_PASSWORD))
		loss_add(losses, account, "passwords in plaintext are not in these files",
			"Apply them, and export the accounts that were made: --managed");
	if (!field_is_written(job, account, ACCOUNT_PASSWORD_HASH)) {
		buffer_add_text(out, host && *host->lock == '!' ? "!" : "*");
		return;
	}
	if (unix_is_closed(account))
		buffer_add_char(out, '!');
	buffer_add_text(out, account->password_hash);
}

static void
add_day(struct buffer *out, int64_t day)
{
	buffer_add_char(out, ':');
	if (day != EXPORT_EMPTY)
		buffer_printf(out, "%lld", (long long)day);
}

static int64_t
expiry_of(const struct account *account)
{
	if (account_is_closed(account))
		return 1;
	if (!account_has(account, ACCOUNT_EXPIRES) || account->expires == ACCOUNT_NEVER)
		return EXPORT_EMPTY;
	return account->expires;
}

static bool
write_shadow(const struct export_job *job)
{
	static const struct export_host unknown = { .changed = EXPORT_EMPTY,
		.min = EXPORT_EMPTY,
		.max = EXPORT_EMPTY,
		.warn = EXPORT_EMPTY,
		.inactive = EXPORT_EMPTY };
	struct losses losses = { .job = job };
	struct unix_line line;
	for (size_t i = 0; i < job->count; i++) {
		const struct account *account = job->accounts[i];
		const struct export_host *host = export_host_of(job, i);
		const struct export_host *days = host && host->has_shadow ? host : &unknown;
		if (!unix_line_of(job, i, NULL, &line))
			continue;
		buffer_printf(job->out, "%s:", line.login);
		add_password(job, account, host, &losses);
		add_day(job->out, days->changed);
		add_day(job->out, days->min);
		add_day(job->out, days->max);
		add_day(job->out, days->warn);
		add_day(job->out, days->inactive);
		add_day(job->out, expiry_of(account));
		buffer_add_text(job->out, ":\n");
	}
	losses_tell(&losses);
	return true;
}

/* ---- group and gshadow ---- */

struct group {
	gid_t gid;
	const char *name;
	struct string_list members;
};

struct group_list {
	struct arena *arena;
	struct table by_name;
	struct group **items;
	size_t count, room;
};

static struct group *
find_group(struct group_list *list, const char *name, gid_t gid)
{
	struct group *group = table_get(&list->by_name, name);
	if (group)
		return group;
	group = ARENA_NEW(list->arena, struct group);
	group->name = name;
	group->gid = gid;
	table_set(&list->by_name, name, group);
	ARRAY_PUSH(list->arena, list, group);
	return group;
}

static void
collect_groups(const struct export_job *job, struct losses *losses, struct group_list *list)
{
	struct unix_line line;
	for (size_t i = 0; i < job->count; i++) {
		const struct account *account = job->accounts[i];
		if (!unix_line_of(job, i, NULL, &line))
			continue;
		if (line.group)
			find_group(list, line.group, line.gid);
		if (!job->hosts && account_has(account, ACCOUNT_GROUPS) && account->groups.count)
			loss_add(losses, account,
				"groups of a source have no number, and are left out",
				"Apply it, and export the accounts that were made: --managed");
		if (!job->hosts)
			continue;
		ARRAY_FOREACH (known, &job->hosts[i]->groups) {
			if (known->has_gid)
				string_list_push(list->arena,
					&find_group(list, known->name, known->gid)->members,
					line.login);
		}
	}
}

static void
add_members(struct buffer *out, const struct string_list *members)
{
	for (size_t i = 0; i < members->count; i++)
		buffer_printf(out, "%s%s", i ? "," : "", members->items[i]);
	buffer_add_char(out, '\n');
}

static bool
write_groups(const struct export_job *job, bool is_shadow)
{
	struct losses losses = { .job = job };
	struct group_list list = { .arena = job->arena, .by_name.arena = job->arena };
	collect_groups(job, &losses, &list);
	ARRAY_FOREACH (item, &list) {
		const struct group *group = *item;
		if (is_shadow)
			buffer_printf(job->out, "%s:!::", group->name);
		else
			buffer_printf(job->out, "%s:x:%u:", group->name, (unsigned)group->gid);
		add_members(job->out, &group->members);
	}
	if (!is_shadow)
		losses_tell(&losses);
	return true;
}

/* ---- the whole ---- */

static bool
passwd_write(const void *config, const struct export_job *job)
{
	(void)config;
	if (strcmp(job->part, "etc/passwd") == 0)
		return write_passwd(job);
	if (strcmp(job->part, "etc/shadow") == 0)
		return write_shadow(job);
	return write_groups(job, strcmp(job->part, "etc/gshadow") == 0);
}

const struct exporter passwd_files_exporter = {
	.abi = EXPORTER_ABI,
	.name = "passwd-files",
	.summary = "passwd, shadow, group and gshadow, which the passwd importer reads",
	.parts = passwd_parts,
	.write = passwd_write,
};
