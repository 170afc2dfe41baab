/*
 * sshd.h - sshd's configuration: what the files say, what is in effect for a login, and the drop-in
 * that makes jails.
 *
 * Two views. The static one reads sshd_config(5) with its Includes and remembers file:line, to say
 * what would have to change. The effective one is what `sshd -T -C` answers, which knows every
 * rule; for logins that do not exist yet it is asked inside a private mount namespace where the
 * staged account files and drop-in stand in place of the real ones.
 *
 * sshd takes the first value it finds for a keyword among the matching Match blocks; a value in a
 * Match block wins over the global section (sshd_config(5)).
 */
#ifndef REHOME_PLAN_SSHD_H
#define REHOME_PLAN_SSHD_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/diag.h"
#include "core/base/host.h"
#include "core/model/profile.h"

struct sshd_directive {
	const char *keyword;	      /* lower case */
	struct string_list arguments; /* as sshd splits them: quotes removed */
	const char *match;	      /* the Match line's criteria it stands under, NULL = global */
	const struct string_list *criteria; /* the same, word by word */
	unsigned depth;			    /* Includes around it: 0 = in the file itself */
	struct place place;
};

struct sshd_config {
	bool exists;
	const char *path;
	struct {
		struct sshd_directive *items;
		size_t count, room;
	} directives; /* in the order sshd reads them. Match lines themselves are directives with
			 keyword "match", their own criteria included; an Include line is one
			 directive for each of its patterns, as an absolute path, followed by what
			 the files say. An Include that stands under a Match adds its criteria to
			 those in the file: sshd wants both. */
};

/*
 * Reads the file and its Includes (relative ones below /etc/ssh, glob(7) patterns in byte order,
 * nesting limit 16 as sshd's). Errors are about unreadable files only; what sshd would refuse is
 * for `sshd -t`.
 */
NODISCARD bool sshd_config_read(struct host *host, const char *path, struct arena *arena,
	struct sshd_config *ret_config, struct diags *diags);

/* A set of things that sshd does for some members of the jail's group; its own group is what tells
 * them apart. */
struct sshd_profile {
	const char *group;
	struct jail_profile profile;
};

/* What the drop-in must contain for this jail configuration; the same input gives the same bytes.
 */
struct sshd_dropin {
	const char *group;    /* Match Group */
	const char *keys_dir; /* AuthorizedKeysFile KEYS_DIR/%u .ssh/authorized_keys */
	bool passwords;	      /* PasswordAuthentication yes: an account has a password */
	struct {
		struct sshd_profile *items;
		size_t count, room;
	} profiles; /* blocks in front of the general one; sorted by group when written */
};
char *sshd_dropin_text(const struct sshd_dropin *dropin, struct arena *arena);

/* True when rehome wrote the file, whatever was done to it since. */
bool sshd_dropin_is_ours(const char *text);
/*
 * What a drop-in of ours says. Of one that was edited by hand, as much as is left; *ret_intact says
 * whether it is what sshd_dropin_text() writes. Missing texts are "".
 */
struct sshd_dropin sshd_dropin_read(const char *text, struct arena *arena, bool *ret_intact);
const struct sshd_profile *sshd_dropin_profile(const struct sshd_dropin *dropin, const char *group);

/* "internal-sftp -R -u 027 -d /www -l VERBOSE" */
char *sshd_force_command(const struct jail_profile *profile, struct arena *arena);

/*
 * What would keep a jailed login from working or from being jailed, from the static view. Errors:
 * no Include that covers the drop-in's directory (or it stands behind a Match), no Subsystem sftp,
 * a Match block read before the drop-in that sets ChrootDirectory, ForceCommand or forwarding and
 * that could match a member of the group, AllowUsers/AllowGroups/DenyUsers/DenyGroups that shut the
 * group out, AuthenticationMethods that no password or key alone can satisfy. Warnings: the group
 * already has Match blocks elsewhere (listed); AllowUsers or DenyUsers by name, pattern or host,
 * since the logins are not known here; no configuration at all. Notes: an earlier Match block for
 * other groups or for logins by name, which may hold a member. Each with place and the fix as hint.
 * The drop-in's own path is skipped.
 */
void sshd_config_judge(const struct sshd_config *config, const char *dropin_path, const char *group,
	struct arena *arena, struct diags *diags);

/* True when the files hold a Match by User, or an Exec, LocalAddress or the like: then the
 * effective view must be asked for every login, else once per distinct set of groups is enough. A
 * Match by Address, as the drop-in has it, does not tell users apart. */
bool sshd_config_depends_on_user(const struct sshd_config *config);

/* ---- the effective view ---- */

struct sshd_effective {
	const char *chroot_directory; /* "none" = not jailed */
	const char *force_command;
	bool allow_tcp_forwarding, x11_forwarding, disable_forwarding, permit_tunnel;
	bool allow_agent_forwarding, allow_stream_local;
	bool password_authentication, kbd_interactive_authentication, pubkey_authentication;
	bool use_pam;
	const char *authorized_keys_file;
	const char *authentication_methods; /* "any" */
	bool has_sftp_subsystem;
	struct string_list allow_users, allow_groups, deny_users, deny_groups;
};

/* Parses what `sshd -T` prints. */
void sshd_effective_parse(
	const char *text, struct arena *arena, struct sshd_effective *ret_effective);

/* Files that stand in for the real ones while sshd is asked. Paths are the host's. */
struct sshd_stand_in {
	const char *path;
	struct bytes content;
};

enum sshd_answer {
	SSHD_ANSWERED,
	SSHD_UNAVAILABLE, /* no sshd installed, not root, no namespaces: *ret_why says which */
	SSHD_REFUSED,	  /* sshd finds the configuration wrong: *ret_why is its message */
};

struct sshd_login {
	const char *login;
	const char *address; /* that it comes from; NULL = this machine's */
};

/*
 * Asks for several logins at once (one namespace, one sshd -T each; about 7 ms a login).
 * stand_ins may be empty. Uses a temporary host key and a private /run/sshd where the host lacks
 * them; each of that is a warning (codes "sshd-host-key", "sshd-directory"). Live root only.
 */
NODISCARD bool sshd_ask(struct host *host, const char *config_path,
	const struct sshd_stand_in *stand_ins, size_t stand_in_count,
	const struct sshd_login *logins, size_t login_count, struct arena *arena,
	struct sshd_effective *ret_effective, enum sshd_answer *ret_answer, const char **ret_why,
	struct diags *diags);

/* `sshd -t` with stand-ins; the same answers. */
NODISCARD bool sshd_test(struct host *host, const char *config_path,
	const struct sshd_stand_in *stand_ins, size_t stand_in_count, struct arena *arena,
	enum sshd_answer *ret_answer, const char **ret_why, struct diags *diags);

/* `sshd -t` on this machine as it is: could it start, as a reload makes it do? What it lacks
 * besides a good configuration is SSHD_REFUSED here. */
NODISCARD bool sshd_test_start(struct host *host, const char *config_path, struct arena *arena,
	enum sshd_answer *ret_answer, const char **ret_why, struct diags *diags);

/*
 * Every promise about one login that the effective view breaks, as errors with code and hint:
 * chroot "%h" expanded to home, ForceCommand internal-sftp with what the profile says, no
 * forwarding of any kind, allowed by Allow and Deny lists, a usable authentication method for what
 * the account has. From an address outside of the profile there is only one promise: it is refused.
 */
struct sshd_expectation {
	const char *login;
	const char *home;
	struct string_list groups; /* all of them, for the lists */
	bool has_password, has_key;
	const char *keys_dir;
	const struct jail_profile *profile; /* NULL = none that is known */
	const char *outside; /* the address that it was asked for is one that the profile refuses;
				NULL = it allows that address */
};
void sshd_effective_judge(const struct sshd_effective *effective,
	const struct sshd_expectation *expectation, struct arena *arena, struct diags *diags);

#endif
