/*
 * sshd_judge.c - what would keep our logins from working, or from being jailed.
 *
 * The static judge knows the group but no login, so a Match block is weighed by whom it can reach:
 * a block for members of our group, or for some of them, is judged; one for a login by name, or for
 * another group, may or may not concern a member and is only noted. sshd itself is asked for each
 * login where that is possible (sshd_ask).
 */
#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "core/plan/sshd_internal.h"

/* ---- whom a Match block reaches ---- */

enum reach {
	REACH_NOBODY,  /* no member of the group, ever */
	REACH_UNKNOWN, /* members with a certain name or of another group */
	REACH_SOME,    /* members by a pattern, or on some connections */
	REACH_ALL,     /* every member, always, and everybody where it is global */
};

/* What a list of patterns says about names that we do not know. */
static enum reach
reach_of_unknown(const char *patterns)
{
	bool everybody = false, wild = false, named = false, negated = false;
	for (const char *pattern = patterns;; pattern++) {
		size_t size = strcspn(pattern, ","), plain = strcspn(pattern, ",*?");
		if (*pattern == '!')
			negated = true;
		else if (size == 1 && *pattern == '*')
			everybody = true;
		else if (plain < size)
			wild = true;
		else
			named = true;
		pattern += size;
		if (!*pattern)
			break;
	}
	if (everybody)
		return negated ? REACH_SOME : REACH_ALL;
	return wild ? REACH_SOME : named ? REACH_UNKNOWN : REACH_NOBODY;
}

static enum reach
reach_of_groups(const char *patterns, const char *group)
{
	int match = sshd_pattern_list_match(group, patterns);
	if (match < 0)
		return REACH_NOBODY;
	if (match > 0)
		return strchr(patterns, '!') ? REACH_SOME : REACH_ALL;
	return reach_of_unknown(patterns) == REACH_NOBODY ? REACH_NOBODY : REACH_UNKNOWN;
}

static enum reach
reach_of_criterion(const char *criterion, const char *value, const char *group)
{
	if (strcasecmp(criterion, "group") == 0)
		return reach_of_groups(value, group);
	if (strcasecmp(criterion, "user") == 0)
		return reach_of_unknown(value);
	return REACH_SOME;
}

static enum reach
reach(const struct sshd_directive *directive, const char *group)
{
	enum reach reach = REACH_ALL;
	if (!directive->criteria)
		return reach;
	for (size_t i = 0; i < directive->criteria->count; i++) {
		const char *criterion = directive->criteria->items[i];
		if (strcasecmp(criterion, "all") == 0)
			continue;
		if (strcasecmp(criterion, "invalid-user") == 0)
			return REACH_NOBODY;
		if (++i == directive->criteria->count)
			return REACH_NOBODY; /* sshd refuses such a line */
		enum reach one =
			reach_of_criterion(criterion, directive->criteria->items[i], group);
		if (one < reach)
			reach = one;
	}
	return reach;
}

static bool
is_unconditional(const struct sshd_directive *directive)
{
	if (!directive->criteria)
		return true;
	ARRAY_FOREACH (word, directive->criteria) {
		if (strcasecmp(*word, "all") != 0)
			return false;
	}
	return true;
}

/* ---- the case ---- */

struct judge {
	const struct sshd_config *config;
	const char *dropin, *group;
	struct arena *arena;
	struct diags *diags;
	size_t dropin_index; /* what comes before it in sshd's order; count = unknown or last */
};

static bool
is(const struct sshd_directive *directive, const char *keyword)
{
	return strcmp(directive->keyword, keyword) == 0;
}

static bool
in_dropin(const struct judge *judge, const struct sshd_directive *directive)
{
	return strcmp(directive->place.file, judge->dropin) == 0;
}

static const char *
arguments_text(const struct sshd_directive *directive, struct arena *arena)
{
	AUTO_BUFFER struct buffer text = { 0 };
	ARRAY_FOREACH (word, &directive->arguments)
		buffer_printf(&text, "%s%s", text.size ? " " : "", *word);
	return arena_strdup(arena, buffer_text(&text));
}

static const char *
first_argument(const struct sshd_directive *directive)
{
	return directive->arguments.count ? directive->arguments.items[0] : "";
}

/* ---- Include and Subsystem ---- */

/* Files come in byte order, so the drop-in stands before the first whose name is not smaller. */
static size_t
index_in_include(const struct judge *judge, size_t include)
{
	const struct sshd_directive *items = judge->config->directives.items;
	size_t i = include + 1;
	for (; i < judge->config->directives.count && items[i].depth > items[include].depth; i++) {
		if (items[i].depth == items[include].depth + 1 &&
			strcmp(items[i].place.file, judge->dropin) >= 0)
			break;
	}
	return i;
}

static void
find_dropin(struct judge *judge)
{
	const struct sshd_directive *hidden = NULL;
	judge->dropin_index = judge->config->directives.count;
	ARRAY_FOREACH (directive, &judge->config->directives) {
		if (!is(directive, "include") || in_dropin(judge, directive) ||
			fnmatch(first_argument(directive), judge->dropin,
				FNM_PATHNAME | FNM_PERIOD) != 0)
			continue;
		if (is_unconditional(directive)) {
			judge->dropin_index = index_in_include(
				judge, (size_t)(directive - judge->config->directives.items));
			return;
		}
		if (!hidden)
			hidden = directive;
	}
	if (hidden) {
		diag_error(judge->diags, hidden->place,
			"the Include that covers %s stands behind 'Match %s': sshd reads it only "
			"for these",
			judge->dropin, hidden->match);
		diag_hint(judge->diags, "Move the line above the first Match line.");
	} else {
		const char *slash = strrchr(judge->dropin, '/');
		diag_error(judge->diags, at(judge->config->path, 0),
			"no Include covers %s: sshd would not read it", judge->dropin);
		diag_hint(judge->diags, "Put this line at the top of %s: Include %.*s/*.conf",
			judge->config->path, (int)(slash - judge->dropin), judge->dropin);
	}
	diag_code(judge->diags, "sshd-include");
}

/* internal-sftp is forced, but sshd looks the name up before it asks what is forced. */
static void
judge_subsystem(const struct judge *judge)
{
	ARRAY_FOREACH (directive, &judge->config->directives) {
		if (is(directive, "subsystem") && reach(directive, judge->group) == REACH_ALL &&
			strcasecmp(first_argument(directive), "sftp") == 0)
			return;
	}
	diag_error(judge->diags, at(judge->config->path, 0),
		"no Subsystem line for sftp: sshd would refuse every SFTP session");
	diag_hint(judge->diags,
		"Add this line above the first Match line: "
		"Subsystem sftp internal-sftp");
	diag_code(judge->diags, "sshd-subsystem");
}

/* ---- Match blocks that come first ---- */

/* What the drop-in sets; sshd takes the first value that it meets. */
static const struct jail_setting {
	const char *keyword, *name, *value;
} jail_settings[] = {
	{ "chrootdirectory", "ChrootDirectory", "%h" },
	{ "forcecommand", "ForceCommand", "internal-sftp" },
	{ "disableforwarding", "DisableForwarding", "yes" },
	{ "x11forwarding", "X11Forwarding", "no" },
	{ "allowtcpforwarding", "AllowTcpForwarding", "no" },
	{ "allowagentforwarding", "AllowAgentForwarding", "no" },
	{ "allowstreamlocalforwarding", "AllowStreamLocalForwarding", "no" },
	{ "permittunnel", "PermitTunnel", "no" },
};

/* internal-sftp may come with arguments; only yes and no may be written in any case. */
static bool
is_wanted(const struct jail_setting *setting, const char *value)
{
	if (strcmp(setting->value, "yes") == 0 || strcmp(setting->value, "no") == 0)
		return strcasecmp(setting->value, value) == 0;
	return strcmp(setting->value, value) == 0;
}

static const struct jail_setting *
contradicted_setting(const struct sshd_directive *directive)
{
	for (size_t i = 0; i < ARRAY_LEN(jail_settings); i++) {
		const struct jail_setting *setting = &jail_settings[i];
		if (is(directive, setting->keyword))
			return is_wanted(setting, first_argument(directive)) ? NULL : setting;
	}
	return NULL;
}

/* sshd is asked about each login, but never about each address that somebody may come from. */
static bool
depends_on_connection(const struct sshd_directive *directive)
{
	for (size_t i = 0; i < directive->criteria->count; i++) {
		const char *criterion = directive->criteria->items[i];
		if (strcasecmp(criterion, "all") == 0)
			continue;
		if (strcasecmp(criterion, "user") != 0 && strcasecmp(criterion, "group") != 0)
			return true;
		i++;
	}
	return false;
}

static void
judge_earlier_setting(const struct judge *judge, const struct sshd_directive *directive)
{
	const struct jail_setting *setting = contradicted_setting(directive);
	enum reach reached = reach(directive, judge->group);
	if (!setting || reached == REACH_NOBODY)
		return;
	const char *value = arguments_text(directive, judge->arena);
	if (reached == REACH_UNKNOWN && depends_on_connection(directive)) {
		diag_warning(judge->diags, directive->place,
			"whoever also matches '%s' gets %s %s, not %s", directive->match,
			setting->name, value, setting->value);
		diag_hint(judge->diags,
			"Make sure that no member of %s can, or move the block behind the Include "
			"of %s.",
			judge->group, judge->dropin);
	} else if (reached == REACH_UNKNOWN) {
		diag_note(judge->diags, directive->place,
			"whoever also matches '%s' gets %s %s, not %s", directive->match,
			setting->name, value, setting->value);
	} else {
		diag_error(judge->diags, directive->place,
			"'Match %s' comes before %s and sets %s %s: members of %s would get that, "
			"not %s",
			directive->match, judge->dropin, setting->name, value, judge->group,
			setting->value);
		diag_hint(judge->diags,
			"Move the Match block behind the Include of %s, or exclude the group with "
			"'Match ... Group *,!%s'.",
			judge->dropin, judge->group);
	}
	diag_code(judge->diags, "sshd-match");
}

/* Names the group, or a pattern that holds it. */
static void
judge_other_block(const struct judge *judge, const struct sshd_directive *directive)
{
	for (size_t i = 0; i + 1 < directive->criteria->count; i++) {
		if (strcasecmp(directive->criteria->items[i], "group") != 0 ||
			sshd_pattern_list_match(judge->group, directive->criteria->items[i + 1]) <=
				0)
			continue;
		diag_warning(judge->diags, directive->place, "'Match %s' is about group %s too",
			directive->match, judge->group);
		diag_hint(judge->diags,
			"Where both set a keyword, the block that sshd reads first wins; remove "
			"this one if %s replaces it.",
			judge->dropin);
		diag_code(judge->diags, "sshd-match");
		return;
	}
}

static void
judge_blocks(const struct judge *judge)
{
	size_t index = 0;
	ARRAY_FOREACH (directive, &judge->config->directives) {
		bool before = index++ < judge->dropin_index;
		if (!directive->criteria || in_dropin(judge, directive))
			continue;
		if (is(directive, "match"))
			judge_other_block(judge, directive);
		else if (before)
			judge_earlier_setting(judge, directive);
	}
}

/* ---- who may log in ---- */

/*
 * The words of a keyword that hold for every member: those under Match blocks for all of them
 * where there are any, else the global ones. sshd collects them over all lines.
 */
static struct string_list
words_for_members(const struct judge *judge, const char *keyword, struct place *ret_place)
{
	struct string_list global = { 0 }, matched = { 0 };
	struct place global_place = NOWHERE, matched_place = NOWHERE;
	ARRAY_FOREACH (directive, &judge->config->directives) {
		if (!is(directive, keyword) || in_dropin(judge, directive) ||
			reach(directive, judge->group) != REACH_ALL)
			continue;
		struct string_list *words = directive->criteria ? &matched : &global;
		if (!words->count)
			*(directive->criteria ? &matched_place : &global_place) = directive->place;
		ARRAY_FOREACH (word, &directive->arguments)
			string_list_push(judge->arena, words, *word);
	}
	*ret_place = matched.count ? matched_place : global_place;
	return matched.count ? matched : global;
}

static bool
any_pattern_matches(const struct string_list *patterns, const char *text)
{
	ARRAY_FOREACH (pattern, patterns) {
		if (sshd_pattern_match(text, *pattern))
			return true;
	}
	return false;
}

static void
judge_groups(const struct judge *judge)
{
	struct place place;
	struct string_list allowed = words_for_members(judge, "allowgroups", &place);
	if (allowed.count && !any_pattern_matches(&allowed, judge->group)) {
		diag_error(judge->diags, place,
			"AllowGroups does not name %s: sshd would refuse "
			"its members",
			judge->group);
		diag_hint(judge->diags, "Add %s to AllowGroups.", judge->group);
		diag_code(judge->diags, "sshd-allow");
	}
	struct string_list denied = words_for_members(judge, "denygroups", &place);
	if (any_pattern_matches(&denied, judge->group)) {
		diag_error(judge->diags, place,
			"DenyGroups holds %s: sshd would refuse its members", judge->group);
		diag_hint(judge->diags, "Take %s out of DenyGroups.", judge->group);
		diag_code(judge->diags, "sshd-deny");
	}
}

/* What a list of users means for logins that we do not know. */
struct users {
	bool everybody; /* "*", from anywhere */
	bool some;	/* patterns, or a host behind '@' */
};

static struct users
users_in(const struct string_list *patterns)
{
	struct users users = { 0 };
	ARRAY_FOREACH (pattern, patterns) {
		if (strcmp(*pattern, "*") == 0 || strcmp(*pattern, "*@*") == 0)
			users.everybody = true;
		else if (strpbrk(*pattern, "*?@"))
			users.some = true;
	}
	return users;
}

static void
judge_users(const struct judge *judge)
{
	struct place place;
	struct string_list allowed = words_for_members(judge, "allowusers", &place);
	struct users users = users_in(&allowed);
	if (allowed.count && !users.everybody) {
		diag_warning(judge->diags, place,
			users.some
				? "AllowUsers lets in only logins and hosts that fit its patterns"
				: "AllowUsers lets in only the logins that it names");
		diag_hint(judge->diags,
			"Name every login there, or use AllowGroups with %s instead.",
			judge->group);
		diag_code(judge->diags, "sshd-allow");
	}
	struct string_list denied = words_for_members(judge, "denyusers", &place);
	users = users_in(&denied);
	if (users.everybody) {
		diag_error(judge->diags, place, "DenyUsers holds '*': sshd would refuse everybody");
		diag_hint(judge->diags, "Take the pattern out of DenyUsers.");
	} else if (users.some) {
		diag_warning(judge->diags, place,
			"DenyUsers refuses logins or hosts that fit its patterns");
		diag_hint(judge->diags, "Make sure that no login of %s fits them.", judge->group);
	} else {
		return;
	}
	diag_code(judge->diags, "sshd-deny");
}

/* ---- AuthenticationMethods ---- */

static bool
is_single_method(const char *methods)
{
	return strcasecmp(methods, "any") == 0 || strcasecmp(methods, "password") == 0 ||
		strcasecmp(methods, "publickey") == 0;
}

static const struct sshd_directive *
first_for_members(const struct judge *judge, const char *keyword)
{
	const struct sshd_directive *global = NULL;
	ARRAY_FOREACH (directive, &judge->config->directives) {
		if (!is(directive, keyword) || in_dropin(judge, directive) ||
			reach(directive, judge->group) != REACH_ALL)
			continue;
		if (directive->criteria)
			return directive;
		if (!global)
			global = directive;
	}
	return global;
}

static void
judge_authentication(const struct judge *judge)
{
	const struct sshd_directive *methods = first_for_members(judge, "authenticationmethods");
	if (!methods || !methods->arguments.count)
		return;
	ARRAY_FOREACH (list, &methods->arguments) {
		if (is_single_method(*list))
			return;
	}
	diag_error(judge->diags, methods->place,
		"AuthenticationMethods %s: neither a password nor a key alone is enough",
		arguments_text(methods, judge->arena));
	diag_hint(judge->diags,
		"Exempt the group: add a block 'Match Group %s' with AuthenticationMethods any.",
		judge->group);
	diag_code(judge->diags, "sshd-authentication");
}

void
sshd_config_judge(const struct sshd_config *config, const char *dropin_path, const char *group,
	struct arena *arena, struct diags *diags)
{
	struct judge judge = { config, dropin_path, group, arena, diags, 0 };
	if (!config->exists) {
		diag_warning(diags, at(config->path, 0), "does not exist: sshd is not set up here");
		diag_hint(diags, "Install openssh-server before anybody is to log in.");
		diag_code(diags, "sshd-missing");
		return;
	}
	find_dropin(&judge);
	judge_subsystem(&judge);
	judge_blocks(&judge);
	judge_groups(&judge);
	judge_users(&judge);
	judge_authentication(&judge);
}
