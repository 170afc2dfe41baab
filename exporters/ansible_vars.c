/*
 * ansible_vars.c - accounts as variables for Ansible, one YAML document.
 *
 * The names are the parameters of ansible.builtin.user and ansible.builtin.file, so that a playbook
 * hands them on; samples/ansible has one. What is not said is not there: default(omit).
 *
 *	rehome_group: "sftponly"            the jail's group, of every user
 *	rehome_users:
 *	  - name: "anna"
 *	    state: "present"                always: who left is closed, and removed by people
 *	    uid: 20001
 *	    comment: "Anna Vogel"
 *	    email: "anna@example.org"       no module's
 *	    home: "/home/anna"              the jail: root's, 0755
 *	    shell: "/usr/sbin/nologin"
 *	    groups: ["press"]               without the jail's; use append: true
 *	    expires: 1830211200.0           seconds since 1970, the first day without access; -1.0 =
 *	                                    never; 86400.0 = closed, as `rehome disable` does it
 *	    password_lock: true             of closed accounts only; does not stop keys
 *	    password: "$6$..."              a hash, with secrets only
 *	    ssh_keys: ["ssh-ed25519 ..."]   lines of an authorized_keys file
 *	    folders:
 *	      - {path: "pics", owner: "anna", group: "sftponly", mode: "0755"}
 *	    sftp: {read_only: true, umask: "027", start: "pics", log_level: "INFO",
 *	           from: ["10.0.0.0/8"]}
 *
 * `sftp` is the profile: a playbook that does not make a Match block of it must refuse it, or the
 * user may do more than here. A plaintext password is never written: the module wants a hash.
 */
#include <string.h>

#include "core/base/yaml_text.h"
#include "exporters/field.h"
#include "exporters/rights.h"

#define SECONDS_PER_DAY 86400ll

struct ansible_config {
	const char *group;
};

static const struct option_spec ansible_options[] = {
	{ .name = "group",
		.type = OPTION_TEXT,
		.offset = offsetof(struct ansible_config, group),
		.initial = "sftponly",
		.argument = "NAME",
		.help = "the group whose members sshd jails" },
	{ .name = NULL },
};

/* One user while it is written. */
struct user {
	const struct ansible_config *config;
	const struct export_job *job;
	const struct account *account;
	const struct export_host *host; /* NULL = of a source */
	struct rights rights;
	struct buffer *out;
	struct losses *losses;
};

/* ---- values ---- */

/* Ansible fills in templates ({{ }}, {% %}, {# #}) unless it is told not to. */
static void
add_untemplated(struct buffer *out, const char *text)
{
	if (strstr(text, "{{") || strstr(text, "{%") || strstr(text, "{#"))
		buffer_add_text(out, "!unsafe ");
	yaml_add_text(out, text);
}

static void
add_name(const struct user *user, const char *name)
{
	buffer_printf(user->out, "    %s: ", name);
}

static void
add_text(const struct user *user, const char *name, const char *text)
{
	add_name(user, name);
	add_untemplated(user->out, text);
	buffer_add_char(user->out, '\n');
}

static void
add_items(struct buffer *out, const struct string_list *list)
{
	buffer_add_char(out, '[');
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			buffer_add_text(out, ", ");
		add_untemplated(out, list->items[i]);
	}
	buffer_add_char(out, ']');
}

static void
add_list(const struct user *user, const char *name, const struct string_list *list)
{
	add_name(user, name);
	add_items(user->out, list);
	buffer_add_char(user->out, '\n');
}

static void
add_field(const struct user *user, const char *name, enum account_field field)
{
	if (account_has(user->account, field))
		add_text(user, name, field_text(user->account, field, user->job->arena));
}

/* ---- access ---- */

static void
add_expiry(const struct user *user)
{
	const struct account *account = user->account;
	long long seconds = SECONDS_PER_DAY;
	if (!account_is_closed(account)) {
		if (!account_has(account, ACCOUNT_EXPIRES))
			return;
		seconds =
			account->expires == ACCOUNT_NEVER ? -1 : account->expires * SECONDS_PER_DAY;
	}
	add_name(user, "expires");
	buffer_printf(user->out, "%lld.0\n", seconds);
}

static void
add_password(const struct user *user)
{
	const struct account *account = user->account;
	if (account_is_closed(account)) {
		add_name(user, "password_lock");
		buffer_add_text(user->out, "true\n");
	}
	if (field_is_written(user->job, account, ACCOUNT_PASSWORD)) {
		loss_add(user->losses, account,
			"Ansible takes passwords as hashes, so a plaintext is not written",
			"Export managed accounts, which have hashes.");
	} else if (field_is_written(user->job, account, ACCOUNT_PASSWORD_HASH)) {
		add_text(user, "password", account->password_hash);
	}
}

/* ---- folders and profile ---- */

static void
add_folders(const struct user *user)
{
	if (!user->rights.folders->count)
		return;
	buffer_add_text(user->out, "    folders:\n");
	ARRAY_FOREACH (folder, user->rights.folders) {
		const char *login = user->account->username;
		const char *group = rights_group(folder, login, user->host);
		buffer_add_text(user->out, "      - {path: ");
		add_untemplated(user->out, folder->path);
		buffer_add_text(user->out, ", owner: ");
		add_untemplated(user->out, rights_owner(folder, login));
		buffer_add_text(user->out, ", group: ");
		add_untemplated(user->out, group ? group : user->config->group);
		buffer_printf(user->out, ", mode: \"%04o\"}\n", (unsigned)folder_mode(folder));
	}
}

/* "{" in front of the first, ", " in front of the others. */
static void
next_member(struct buffer *out, size_t start, const char *name)
{
	buffer_printf(out, "%s%s: ", out->size == start ? "{" : ", ", name);
}

static void
add_profile(const struct user *user)
{
	const struct jail_profile *profile = &user->rights.profile;
	struct buffer *out = user->out;
	if (profile_is_empty(profile))
		return;
	add_name(user, "sftp");
	size_t start = out->size;
	if (profile->read_only) {
		next_member(out, start, "read_only");
		buffer_add_text(out, "true");
	}
	if (profile->has_umask) {
		next_member(out, start, "umask");
		buffer_printf(out, "\"%03o\"", (unsigned)profile->umask);
	}
	if (profile->start) {
		next_member(out, start, "start");
		add_untemplated(
			out, profile_start_of(profile, user->account->username, user->job->arena));
	}
	if (profile->log_level) {
		next_member(out, start, "log_level");
		yaml_add_text(out, profile->log_level);
	}
	if (profile->from.count) {
		next_member(out, start, "from");
		add_items(out, &profile->from);
	}
	buffer_add_text(out, "}\n");
}

static void
write_user(const struct user *user)
{
	const struct account *account = user->account;
	buffer_add_text(user->out, "  - name: ");
	add_untemplated(user->out, account->username);
	buffer_add_char(user->out, '\n');
	add_text(user, "state", "present");
	if (account_has(account, ACCOUNT_UID)) {
		add_name(user, "uid");
		buffer_printf(user->out, "%u\n", (unsigned)account->uid);
	}
	add_field(user, "comment", ACCOUNT_FULL_NAME);
	add_field(user, "email", ACCOUNT_EMAIL);
	add_field(user, "home", ACCOUNT_HOME);
	add_field(user, "shell", ACCOUNT_SHELL);
	if (account_has(account, ACCOUNT_GROUPS))
		add_list(user, "groups", &account->groups);
	add_expiry(user);
	add_password(user);
	if (account_has(account, ACCOUNT_SSH_KEYS))
		add_list(user, "ssh_keys", &account->ssh_keys);
	add_folders(user);
	add_profile(user);
}

static bool
ansible_write(const void *config, const struct export_job *job)
{
	const struct ansible_config *ansible = config;
	struct losses losses = { .job = job };
	bool good = true;
	buffer_add_text(job->out, "---\nrehome_group: ");
	add_untemplated(job->out, ansible->group);
	buffer_add_text(job->out, job->count ? "\nrehome_users:\n" : "\nrehome_users: []\n");
	for (size_t i = 0; i < job->count; i++) {
		const struct user user = {
			.config = ansible,
			.job = job,
			.account = job->accounts[i],
			.host = export_host_of(job, i),
			.rights = rights_of(job, i, &losses),
			.out = job->out,
			.losses = &losses,
		};
		if (field_check_utf8(job, user.account))
			write_user(&user);
		else
			good = false;
	}
	losses_tell(&losses);
	return good;
}

const struct exporter ansible_vars_exporter = {
	.abi = EXPORTER_ABI,
	.name = "ansible-vars",
	.summary = "accounts as variables for an Ansible playbook",
	.options = ansible_options,
	.config_size = sizeof(struct ansible_config),
	.is_obeyed = true,
	.write = ansible_write,
};
