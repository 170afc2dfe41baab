/*
 * sshd_dropin.c - the text of our drop-in.
 *
 * Every keyword may stand in a Match block of OpenSSH 7.4 and all later ones. DisableForwarding
 * alone would do by its manual, but before OpenSSH 10.0 it left X11 and agent forwarding on
 * (CVE-2025-32728), so each kind of forwarding is turned off by itself too.
 *
 * KbdInteractiveAuthentication is off because it would let PAM ask for more than the password that
 * the account was given; PasswordAuthentication goes through PAM all the same where UsePAM is on.
 * The block ends with the file: sshd restores the state of the including one.
 */
#include "core/plan/sshd.h"

char *
sshd_dropin_text(const struct sshd_dropin *dropin, struct arena *arena)
{
	return arena_printf(arena,
		"# Managed by rehome; do not edit: the next run writes it again.\n"
		"# Members of the group are jailed in their home directories and may use SFTP "
		"only.\n"
		"Match Group %s\n"
		"\tChrootDirectory %%h\n"
		"\tForceCommand internal-sftp\n"
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
		dropin->group, dropin->passwords ? "\tPasswordAuthentication yes\n" : "",
		dropin->keys_dir);
}
