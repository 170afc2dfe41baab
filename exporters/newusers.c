/*
 * newusers.c - accounts as the lines that newusers(8) takes:
 * login:password:uid:gid:gecos:home:shell
 *
 * newusers hashes the second field, whatever it is: "*" or "!" would become a password. So it is
 * the plaintext that a source gives, with secrets and of somebody who may log in, and else empty.
 * For an empty one newusers makes the account, locked, says "password not changed", and ends with
 * status 1.
 *
 * The gid is the number of the primary group, which newusers makes, with the login's name, when it
 * is not there; of accounts of sources it is the uid. Homes are made where their parent is there. A
 * line of a login that exists changes that account.
 *
 * What such a line has no place for is a warning: a hash, an end, keys, groups, folders.
 */
#include <string.h>

#include "exporters/field.h"
#include "exporters/unix_line.h"

/* A colon ends the field, and a line its password. */
static bool
is_expressible(const char *password)
{
	return !strpbrk(password, ":\n\r");
}

static void
add_password(struct losses *losses, const struct export_job *job, const struct account *account)
{
	bool is_closed = unix_is_closed(account);
	if (job->with_secrets && account_has(account, ACCOUNT_PASSWORD_HASH))
		loss_add(losses, account, "newusers takes no hash", "Use export passwd-files.");
	if (is_closed)
		loss_add(losses, account,
			"newusers makes open accounts: who is closed gets no password", NULL);
	if (is_closed || !field_is_written(job, account, ACCOUNT_PASSWORD))
		return;
	if (is_expressible(account->password))
		buffer_add_text(job->out, account->password);
	else
		loss_add(losses, account, "a password with a colon in it is left out", NULL);
}

static void
note_losses(struct losses *losses, const struct account *account)
{
	unix_note_losses(losses, account);
	if (account_has(account, ACCOUNT_EXPIRES) && account->expires != ACCOUNT_NEVER)
		loss_add(losses, account, "newusers makes accounts that have no end",
			"Set it after newusers, with chage -E.");
	if (account_has(account, ACCOUNT_GROUPS) && account->groups.count)
		loss_add(losses, account, "newusers puts nobody into supplementary groups",
			"Use usermod -aG after newusers.");
}

static bool
newusers_write(const void *config, const struct export_job *job)
{
	struct losses losses = { .job = job };
	struct unix_line line;
	(void)config;
	for (size_t i = 0; i < job->count; i++) {
		if (!unix_line_of(job, i, &losses, &line))
			continue;
		note_losses(&losses, job->accounts[i]);
		buffer_printf(job->out, "%s:", line.login);
		add_password(&losses, job, job->accounts[i]);
		buffer_printf(job->out, ":%u:%u:%s:%s:%s\n", (unsigned)line.uid, (unsigned)line.gid,
			line.gecos, line.home, line.shell);
	}
	losses_tell(&losses);
	return true;
}

const struct exporter newusers_exporter = {
	.abi = EXPORTER_ABI,
	.name = "newusers",
	.summary = "lines for newusers(8)",
	.is_obeyed = true,
	.write = newusers_write,
};
