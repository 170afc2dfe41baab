/*
 * sshd_effective.c - what `sshd -T -C` answered for one login, and which promises it breaks.
 */
#include <string.h>
#include <strings.h>

#include "core/plan/sshd_internal.h"

/* ---- parsing ---- */

/* The plain yes-or-no settings; anything but "no" allows something. */
static bool *
find_flag(struct sshd_effective *effective, const char *keyword)
{
	const struct {
		const char *keyword;
		bool *flag;
	} flags[] = {
		{ "allowtcpforwarding", &effective->allow_tcp_forwarding },
		{ "x11forwarding", &effective->x11_forwarding },
		{ "disableforwarding", &effective->disable_forwarding },
		{ "permittunnel", &effective->permit_tunnel },
		{ "allowagentforwarding", &effective->allow_agent_forwarding },
		{ "allowstreamlocalforwarding", &effective->allow_stream_local },
		{ "passwordauthentication", &effective->password_authentication },
		{ "kbdinteractiveauthentication", &effective->kbd_interactive_authentication },
		{ "challengeresponseauthentication", &effective->kbd_interactive_authentication },
		{ "pubkeyauthentication", &effective->pubkey_authentication },
		{ "usepam", &effective->use_pam },
	};
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		if (strcmp(flags[i].keyword, keyword) == 0)
			return flags[i].flag;
	}
	return NULL;
}

static const char **
find_text(struct sshd_effective *effective, const char *keyword)
{
	if (strcmp(keyword, "chrootdirectory") == 0)
		return &effective->chroot_directory;
	if (strcmp(keyword, "forcecommand") == 0)
		return &effective->force_command;
	if (strcmp(keyword, "authorizedkeysfile") == 0)
		return &effective->authorized_keys_file;
	if (strcmp(keyword, "authenticationmethods") == 0)
		return &effective->authentication_methods;
	return NULL;
}

/* One line for each word. */
static struct string_list *
find_list(struct sshd_effective *effective, const char *keyword)
{
	if (strcmp(keyword, "allowusers") == 0)
		return &effective->allow_users;
	if (strcmp(keyword, "allowgroups") == 0)
		return &effective->allow_groups;
	if (strcmp(keyword, "denyusers") == 0)
		return &effective->deny_users;
	if (strcmp(keyword, "denygroups") == 0)
		return &effective->deny_groups;
	return NULL;
}

/* Copies only what is kept: of ten thousand answers most is about ciphers. */
static void
parse_line(const char *line, size_t size, struct arena *arena, struct sshd_effective *effective)
{
	char keyword[64];
	const char *space = memchr(line, ' ', size);
	if (!space || (size_t)(space - line) >= sizeof(keyword))
		return;
	memcpy(keyword, line, (size_t)(space - line));
	keyword[space - line] = '\0';
	const char *value = space + 1;
	size_t value_size = size - (size_t)(value - line);

	bool *flag = find_flag(effective, keyword);
	const char **text = find_text(effective, keyword);
	struct string_list *list = find_list(effective, keyword);
	if (flag)
		*flag = !(value_size == 2 && memcmp(value, "no", 2) == 0);
	else if (text)
		*text = arena_strndup(arena, value, value_size);
	else if (list)
		string_list_push(arena, list, arena_strndup(arena, value, value_size));
	else if (strcmp(keyword, "subsystem") == 0 && strncasecmp(value, "sftp ", 5) == 0)
		effective->has_sftp_subsystem = true;
}

void
sshd_effective_parse(const char *text, struct arena *arena, struct sshd_effective *ret_effective)
{
	struct sshd_effective effective = {
		.chroot_directory = "none",
		.force_command = "none",
		.authorized_keys_file = "none",
		.authentication_methods = "any",
	};
	while (*text) {
		size_t size = strcspn(text, "\n");
		parse_line(text, size, arena, &effective);
		text += size + (text[size] == '\n');
	}
	*ret_effective = effective;
}

/* ---- judging ---- */

struct judge {
	const struct sshd_effective *effective;
	const struct sshd_expectation *expectation;
	struct arena *arena;
	struct diags *diags;
};

/* After diag_error() or diag_warning(). */
static void
about(const struct judge *judge, const char *code, const char *hint)
{
	diag_hint(judge->diags, "%s", hint);
	diag_code(judge->diags, code);
	diag_user(judge->diags, judge->expectation->login);
}

#define MATCH_HINT                                                                                 \
	"See that sshd reads the drop-in, that the login is in the jail's group, and that no "     \
	"Match block that comes first sets this."

/* %h, %u and %%, as sshd expands them; others stay. */
static const char *
expanded(const struct judge *judge, const char *text)
{
	AUTO_BUFFER struct buffer out = { 0 };
	for (; *text; text++) {
		if (text[0] != '%' || !text[1])
			buffer_add_char(&out, *text);
		else if (*++text == 'h')
			buffer_add_text(&out, judge->expectation->home);
		else if (*text == 'u')
			buffer_add_text(&out, judge->expectation->login);
		else if (*text == '%')
			buffer_add_char(&out, '%');
		else
			buffer_printf(&out, "%%%c", *text);
	}
	return arena_strdup(judge->arena, buffer_text(&out));
}

/* Where the account has no profile, arguments are an administrator's, who may want a log. */
static void
judge_command(const struct judge *judge)
{
	const char *command = judge->effective->force_command, *expected = "internal-sftp";
	const struct jail_profile *profile = judge->expectation->profile;
	size_t size = strcspn(command, " \t");
	if (profile && !profile_is_empty(profile)) {
		expected = sshd_force_command(profile, judge->arena);
		size = strlen(command);
	}
	if (size == strlen(expected) && strncmp(command, expected, size) == 0)
		return;
	diag_error(
		judge->diags, NOWHERE, "sshd has ForceCommand %s, expected %s", command, expected);
	about(judge, "sshd-command", MATCH_HINT);
}

static void
judge_jail(const struct judge *judge)
{
	const struct sshd_effective *effective = judge->effective;
	const char *chroot = expanded(judge, effective->chroot_directory);
	if (strcmp(chroot, judge->expectation->home) != 0) {
		diag_error(judge->diags, NOWHERE, "sshd has ChrootDirectory %s, expected %s",
			chroot, judge->expectation->home);
		about(judge, "sshd-chroot", MATCH_HINT);
	}
	judge_command(judge);
	if (!effective->has_sftp_subsystem) {
		diag_error(judge->diags, NOWHERE, "sshd has no Subsystem for sftp");
		about(judge, "sshd-subsystem",
			"Add to sshd's configuration: Subsystem sftp internal-sftp");
	}
}

/* Before OpenSSH 10.0 DisableForwarding left X11 and agents on; tunnels are apart from it. */
static void
judge_forwarding(const struct judge *judge)
{
	const struct sshd_effective *effective = judge->effective;
	bool off = effective->disable_forwarding;
	const struct {
		const char *name;
		bool allowed;
	} kinds[] = {
		{ "AllowTcpForwarding", effective->allow_tcp_forwarding && !off },
		{ "AllowStreamLocalForwarding", effective->allow_stream_local && !off },
		{ "X11Forwarding", effective->x11_forwarding },
		{ "AllowAgentForwarding", effective->allow_agent_forwarding },
		{ "PermitTunnel", effective->permit_tunnel },
	};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!kinds[i].allowed)
			continue;
		diag_error(judge->diags, NOWHERE, "sshd has %s on, expected no", kinds[i].name);
		about(judge, "sshd-forwarding", MATCH_HINT);
	}
}

/* ---- who may log in ---- */

enum fit {
	FIT_NO,
	FIT_HOST, /* only from certain hosts */
	FIT_YES,
};

static enum fit
fit_user(const struct string_list *patterns, const char *login)
{
	enum fit fit = FIT_NO;
	ARRAY_FOREACH (pattern, patterns) {
		const char *host = strrchr(*pattern, '@');
		if (!host && sshd_pattern_match(login, *pattern))
			return FIT_YES;
		if (!host)
			continue;
		AUTO_FREE char *user = strndup(*pattern, (size_t)(host - *pattern));
		if (!user)
			abort();
		if (!sshd_pattern_match(login, user))
			continue;
		if (strcmp(host, "@*") == 0)
			return FIT_YES;
		fit = FIT_HOST;
	}
	return fit;
}

static const char *
fitting_group(const struct string_list *patterns, const struct string_list *groups)
{
	ARRAY_FOREACH (pattern, patterns) {
		ARRAY_FOREACH (group, groups) {
			if (sshd_pattern_match(*group, *pattern))
				return *group;
		}
	}
	return NULL;
}

static void
judge_users(const struct judge *judge)
{
	const struct sshd_effective *effective = judge->effective;
	const char *login = judge->expectation->login;
	enum fit fit = fit_user(&effective->deny_users, login);
	if (fit == FIT_YES) {
		diag_error(judge->diags, NOWHERE, "DenyUsers refuses this login");
		about(judge, "sshd-deny", "Take it out of DenyUsers in sshd's configuration.");
	} else if (fit == FIT_HOST) {
		diag_warning(judge->diags, NOWHERE, "DenyUsers refuses this login from some hosts");
		about(judge, "sshd-deny", "Make sure that these are not its hosts.");
	}
	if (!effective->allow_users.count)
		return;
	fit = fit_user(&effective->allow_users, login);
	if (fit == FIT_NO) {
		diag_error(judge->diags, NOWHERE, "AllowUsers does not let this login in");
		about(judge, "sshd-allow",
			"Add it to AllowUsers in sshd's configuration, or use AllowGroups "
			"instead.");
	} else if (fit == FIT_HOST) {
		diag_warning(judge->diags, NOWHERE,
			"AllowUsers lets this login in from certain hosts only");
		about(judge, "sshd-allow", "Make sure that these are its hosts.");
	}
}

static void
judge_groups(const struct judge *judge)
{
	const struct sshd_effective *effective = judge->effective;
	const struct string_list *groups = &judge->expectation->groups;
	const char *denied = fitting_group(&effective->deny_groups, groups);
	if (denied) {
		diag_error(judge->diags, NOWHERE, "DenyGroups refuses members of %s", denied);
		about(judge, "sshd-deny",
			"Take the group out of DenyGroups in sshd's configuration, or the login "
			"out "
			"of the group.");
	}
	if (effective->allow_groups.count && !fitting_group(&effective->allow_groups, groups)) {
		diag_error(judge->diags, NOWHERE, "AllowGroups names none of this login's groups");
		about(judge, "sshd-allow",
			"Add the jail's group to AllowGroups in sshd's configuration.");
	}
}

/* ---- how ---- */

static bool
can_password(const struct judge *judge)
{
	return judge->expectation->has_password && judge->effective->password_authentication;
}

static bool
can_interactive(const struct judge *judge)
{
	return judge->expectation->has_password && judge->effective->use_pam &&
		judge->effective->kbd_interactive_authentication;
}

static bool
can_key(const struct judge *judge)
{
	return judge->expectation->has_key && judge->effective->pubkey_authentication;
}

static bool
can_method(const struct judge *judge, const char *method)
{
	if (strcasecmp(method, "any") == 0)
		return can_password(judge) || can_interactive(judge) || can_key(judge);
	if (strcasecmp(method, "password") == 0)
		return can_password(judge);
	if (strcasecmp(method, "publickey") == 0)
		return can_key(judge);
	return strncasecmp(method, "keyboard-interactive", 20) == 0 && can_interactive(judge);
}

/* One of the lists, all methods of it. */
static bool
can_authenticate(const struct judge *judge)
{
	char *lists = arena_strdup(judge->arena, judge->effective->authentication_methods), *list;
	while ((list = strsep(&lists, " "))) {
		char *method;
		bool all = *list;
		while (all && (method = strsep(&list, ",")))
			all = can_method(judge, method);
		if (all)
			return true;
	}
	return false;
}

static void
judge_authentication(const struct judge *judge)
{
	const struct sshd_expectation *expectation = judge->expectation;
	const struct sshd_effective *effective = judge->effective;
	if (!expectation->has_password && !expectation->has_key)
		return; /* nobody promised that it can log in */
	if (!can_authenticate(judge)) {
		diag_error(judge->diags, NOWHERE,
			"sshd would accept nothing of what the account has (%s%s%s)",
			expectation->has_password ? "password" : "",
			expectation->has_password && expectation->has_key ? ", " : "",
			expectation->has_key ? "key" : "");
		about(judge, "sshd-authentication",
			"Look at AuthenticationMethods, PasswordAuthentication and "
			"PubkeyAuthentication in sshd's configuration.");
		return;
	}
	if (expectation->has_password && !can_password(judge) && !can_interactive(judge)) {
		diag_warning(judge->diags, NOWHERE, "sshd accepts no password, only the key");
		about(judge, "sshd-authentication",
			"Set PasswordAuthentication yes for the jail's group.");
	}
	if (expectation->has_key && !effective->pubkey_authentication) {
		diag_warning(judge->diags, NOWHERE, "sshd accepts no key, only the password");
		about(judge, "sshd-authentication",
			"Set PubkeyAuthentication yes for the jail's group.");
	}
}

static void
judge_keys_file(const struct judge *judge)
{
	const char *expected = arena_printf(
		judge->arena, "%s/%s", judge->expectation->keys_dir, judge->expectation->login);
	char *files = arena_strdup(judge->arena, judge->effective->authorized_keys_file), *file;
	while ((file = strsep(&files, " "))) {
		if (strcmp(expanded(judge, file), expected) == 0)
			return;
	}
	diag_error(judge->diags, NOWHERE, "sshd has AuthorizedKeysFile %s, expected %s/%%u in it",
		judge->effective->authorized_keys_file, judge->expectation->keys_dir);
	about(judge, "sshd-keys-file", MATCH_HINT);
}

/* Whoever comes from there has no account, as far as sshd is concerned. */
static void
judge_outside(const struct judge *judge)
{
	const struct sshd_effective *effective = judge->effective;
	const struct sshd_expectation *expectation = judge->expectation;
	if (fitting_group(&effective->deny_groups, &expectation->groups) ||
		fit_user(&effective->deny_users, expectation->login) == FIT_YES)
		return;
	diag_error(judge->diags, NOWHERE,
		"sshd would take a login from %s, which its profile refuses", expectation->outside);
	about(judge, "sshd-from", MATCH_HINT);
}

void
sshd_effective_judge(const struct sshd_effective *effective,
	const struct sshd_expectation *expectation, struct arena *arena, struct diags *diags)
{
	struct judge judge = { effective, expectation, arena, diags };
	if (expectation->outside) {
		judge_outside(&judge);
		return;
	}
	judge_jail(&judge);
	judge_forwarding(&judge);
	judge_users(&judge);
	judge_groups(&judge);
	judge_authentication(&judge);
	if (expectation->has_key && expectation->keys_dir)
		judge_keys_file(&judge);
}
