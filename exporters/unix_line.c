/*
 * unix_line.c - see unix_line.h.
 */
#include "exporters/unix_line.h"

#include <string.h>
#include <time.h>

/* A comma would begin another part of gecos, and '&' stands for the login. ':' is in no account. */
static const char *
gecos_of(const struct account *account, struct arena *arena)
{
	char *gecos = arena_strdup(arena,
		account_has(account, ACCOUNT_FULL_NAME) && account->full_name ? account->full_name
									      : "");
	for (char *c = gecos; *c; c++) {
		if (strchr(":,=&", *c) || (unsigned char)*c < 0x20)
			*c = ' ';
	}
	return gecos;
}

static bool
is_written(const struct account *account, struct losses *losses)
{
	const char *why = NULL, *hint = NULL;
	if (account_has_left(account)) {
		why = "leavers are left out";
	} else if (!account_has(account, ACCOUNT_UID)) {
		why = "accounts without a uid are left out";
		hint = "Give them one in the source, or export managed accounts.";
	}
	if (why && losses)
		loss_add(losses, account, why, hint);
	return !why;
}

bool
unix_line_of(
	const struct export_job *job, size_t i, struct losses *losses, struct unix_line *ret_line)
{
	const struct account *account = job->accounts[i];
	const struct export_host *host = export_host_of(job, i);
	if (!is_written(account, losses))
		return false;
	*ret_line = (struct unix_line){
		.login = account->username,
		.uid = account->uid,
		.gid = host ? host->gid : (gid_t)account->uid,
		.group = host ? host->group : account->username,
		.gecos = host ? host->gecos : gecos_of(account, job->arena),
		.home = account_has(account, ACCOUNT_HOME)
			? account->home
			: arena_printf(job->arena, "/home/%s", account->username),
		.shell = account_has(account, ACCOUNT_SHELL) ? account->shell : "/usr/sbin/nologin",
	};
	return true;
}

bool
unix_is_closed(const struct account *account)
{
	enum { SECONDS_A_DAY = 24 * 60 * 60 };
	return account_is_closed(account) || account_has_ended(account, time(NULL) / SECONDS_A_DAY);
}

void
unix_note_losses(struct losses *losses, const struct account *account)
{
	static const char json[] = "Use export json to keep them.";
	if (account->ssh_keys.count)
		loss_add(losses, account, "SSH keys are not in these files", json);
	if (account_has(account, ACCOUNT_LAYOUT) || account_has(account, ACCOUNT_FOLDERS))
		loss_add(losses, account, "layouts and folders are not in these files", json);
	if (!profile_is_empty(&account->profile))
		loss_add(losses, account, "profiles are not in these files", json);
	if (account_has(account, ACCOUNT_EMAIL) && *account->email)
		loss_add(losses, account, "addresses are not in these files", json);
}
