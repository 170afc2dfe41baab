/*
 * sshd_dropin.c - the text of our drop-in, and what one says.
 *
 * Every keyword may stand in a Match block of OpenSSH 7.4 and all later ones. DisableForwarding
 * alone would do by its manual, but before OpenSSH 10.0 it left X11 and agent forwarding on
 * (CVE-2025-32728), so each kind of forwarding is turned off by itself too.
 *
 * KbdInteractiveAuthentication is off because it would let PAM ask for more than the password that
 * the account was given; PasswordAuthentication goes through PAM all the same where UsePAM is on.
 * The last block ends with the file: sshd restores the state of the including one.
 *
 * sshd takes the first value that it meets, so the blocks of profiles come first, each with all the
 * rules of a jail: whoever is in such a group only is jailed as well. An address that a profile
 * refuses is met by DenyGroups, which sshd asks before any password or key is looked at, the user's
 * own authorized_keys among them. sshd has no "unless" around addresses: those that are allowed are
 * taken out of "*", and those that are excluded from them are a second block.
 */
#include <string.h>

#include "core/base/text.h"
#include "core/plan/sshd.h"

#define FIRST_LINE "# Managed by rehome; do not edit: the next run writes it again."
#define PROFILE_LINE "# Profile "

/* ---- writing ---- */

char *
sshd_force_command(const struct jail_profile *profile, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	buffer_add_text(&out, "internal-sftp");
	if (profile->read_only)
		buffer_add_text(&out, " -R");
	if (profile->has_umask)
		buffer_printf(&out, " -u %03o", (unsigned)profile->umask);
	if (profile->start) {
		buffer_add_text(&out, " -d /");
		/* sftp-server(8) has tokens there; of its own only %u is meant. */
		for (const char *c = profile->start; *c; c++)
			buffer_printf(&out, *c == '%' && c[1] != 'u' ? "%%%%" : "%c", *c);
	}
	if (profile->log_level)
		buffer_printf(&out, " -l %s", profile->log_level);
	return arena_strdup(arena, buffer_text(&out));
}

static void
write_refusal(const char *group, const char *addresses, struct buffer *out)
{
	buffer_printf(out, "Match Group %s Address %s\n\tDenyGroups %s\n", group, addresses, group);
}

static void
write_refusals(const struct sshd_profile *profile, struct buffer *out)
{
	AUTO_BUFFER struct buffer others = { 0 };
	AUTO_BUFFER struct buffer excluded = { 0 };
	bool everywhere = false;
	buffer_add_char(&others, '*');
	ARRAY_FOREACH (address, &profile->profile.from) {
		everywhere |= strcmp(*address, "*") == 0;
		if (**address == '!')
			buffer_printf(&excluded, "%s%s", excluded.size ? "," : "", *address + 1);
		else
			buffer_printf(&others, ",!%s", *address);
	}
	if (profile->profile.from.count && !everywhere)
		write_refusal(profile->group, buffer_text(&others), out);
	if (excluded.size)
		write_refusal(profile->group, buffer_text(&excluded), out);
}

static void
write_jail(const struct sshd_dropin *dropin, const char *group, const char *command,
	struct buffer *out)
{
	buffer_printf(out,
		"Match Group %s\n"
		"\tChrootDirectory %%h\n"
		"\tForceCommand %s\n"
		"\tDisableForwarding yes\n"
		"\tX11Forwarding no\n"
		"\tAllowTcpForwarding no\n"
		"\tAllowAgentForwarding no\n"
		"\tAllowStreamLocalForwarding no\n"
		"\tPermitTunnel no\n"
		"\tPermitTTY no\n"
		"\tPermitUserRC no\n"
		"%s"
		"\tKbdInteractiveAuthentication no\n"
		"\tAuthorizedKeysFile %s/%%u .ssh/authorized_keys\n",
		group, command, dropin->passwords ? "\tPasswordAuthentication yes\n" : "",
		dropin->keys_dir);
}

static int
compare_profiles(const void *a, const void *b)
{
	const struct sshd_profile *left = a, *right = b;
	return strcmp(left->group, right->group);
}

char *
sshd_dropin_text(const struct sshd_dropin *dropin, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	size_t count = dropin->profiles.count;
	struct sshd_profile *profiles =
		arena_copy(arena, dropin->profiles.items, count * sizeof(*profiles));
	if (count)
		qsort(profiles, count, sizeof(*profiles), compare_profiles);

	buffer_add_text(&out,
		FIRST_LINE
		"\n"
		"# Members of the group are jailed in their home directories and may use SFTP "
		"only.\n");
	for (size_t i = 0; i < count; i++) {
		buffer_printf(&out, PROFILE_LINE "%s: %s\n", profiles[i].group,
			profile_text(&profiles[i].profile, arena));
		write_refusals(&profiles[i], &out);
		write_jail(dropin, profiles[i].group,
			sshd_force_command(&profiles[i].profile, arena), &out);
	}
	write_jail(dropin, dropin->group, "internal-sftp", &out);
	return arena_strdup(arena, buffer_text(&out));
}

/* ---- reading ---- */

bool
sshd_dropin_is_ours(const char *text)
{
	return strncmp(text, FIRST_LINE, strlen(FIRST_LINE)) == 0;
}

static const char *
value_in(const char *line, const char *keyword)
{
	size_t length = strlen(keyword);
	return strncmp(line, keyword, length) == 0 ? line + length : NULL;
}

static void
read_profile(char *value, struct arena *arena, struct sshd_dropin *dropin)
{
	struct sshd_profile profile = { .group = value };
	char *colon = strstr(value, ": ");
	if (!colon)
		return;
	*colon = '\0';
	if (profile_parse(colon + 2, arena, &profile.profile))
		ARRAY_PUSH(arena, &dropin->profiles, profile);
}

static void
read_line(char *line, struct arena *arena, struct sshd_dropin *dropin)
{
	const char *value;
	if ((value = value_in(line, PROFILE_LINE)))
		read_profile(arena_strdup(arena, value), arena, dropin);
	else if ((value = value_in(line, "Match Group ")) && !strchr(value, ' '))
		dropin->group = value; /* the general block is the last one */
	else if ((value = value_in(line, "\tAuthorizedKeysFile ")) && !*dropin->keys_dir)
		dropin->keys_dir = arena_strndup(arena, value, strcspn(value, " "));
	else if (strcmp(line, "\tPasswordAuthentication yes") == 0)
		dropin->passwords = true;
}

struct sshd_dropin
sshd_dropin_read(const char *text, struct arena *arena, bool *ret_intact)
{
	struct sshd_dropin dropin = { .group = "", .keys_dir = "" };
	char *lines = arena_strdup(arena, text), *line;
	while ((line = strsep(&lines, "\n")))
		read_line(line, arena, &dropin);
	size_t length = strlen(dropin.keys_dir);
	if (length > 3 && strcmp(dropin.keys_dir + length - 3, "/%u") == 0)
		dropin.keys_dir = arena_strndup(arena, dropin.keys_dir, length - 3);
	*ret_intact = strcmp(sshd_dropin_text(&dropin, arena), text) == 0;
	return dropin;
}

const struct sshd_profile *
sshd_dropin_profile(const struct sshd_dropin *dropin, const char *group)
{
	ARRAY_FOREACH (profile, &dropin->profiles) {
		if (strcmp(profile->group, group) == 0)
			return profile;
	}
	return NULL;
}
