/*
 * pam_succeed_if_module.c - pam_succeed_if: conditions on the account, all of which must hold.
 */
#include "importers/old/pam_module.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A test of the account's attribute, which is `left`, against `right`. */
struct comparison {
	const char *words[2];
	enum { NUMBERS, TEXTS, GLOBS, LISTS, GROUPS } kind;
	bool less, equal, more; /* of NUMBERS: what holds; of the others `equal` = wanted */
};

static const struct comparison comparisons[] = {
	{ { "<", "lt" }, NUMBERS, true, false, false },
	{ { "<=", "le" }, NUMBERS, true, true, false },
	{ { ">", "gt" }, NUMBERS, false, false, true },
	{ { ">=", "ge" }, NUMBERS, false, true, true },
	{ { "eq", "eq" }, NUMBERS, false, true, false },
	{ { "ne", "ne" }, NUMBERS, true, false, true },
	{ { "=", "=" }, TEXTS, .equal = true },
	{ { "!=", "!=" }, TEXTS, .equal = false },
	{ { "=~", "glob" }, GLOBS, .equal = true },
	{ { "!~", "noglob" }, GLOBS, .equal = false },
	{ { "in", "in" }, LISTS, .equal = true },
	{ { "notin", "notin" }, LISTS, .equal = false },
	{ { "ingroup", "ingroup" }, GROUPS, .equal = true },
	{ { "notingroup", "notingroup" }, GROUPS, .equal = false },
};

static const struct comparison *
find_comparison(const char *word)
{
	for (unsigned i = 0; i < ARRAY_LEN(comparisons); i++)
		if (strcasecmp(word, comparisons[i].words[0]) == 0 ||
			strcasecmp(word, comparisons[i].words[1]) == 0)
			return &comparisons[i];
	return NULL;
}

static bool
parse_number(const char *text, long long *ret_number)
{
	char *end;
	errno = 0;
	*ret_number = strtoll(text, &end, 0);
	return end != text && !*end && !errno;
}

static enum pam_code
compare_numbers(const struct comparison *comparison, const char *left, const char *right)
{
	long long l, r;
	if (!parse_number(left, &l) || !parse_number(right, &r))
		return PAM_SERVICE_ERR;
	bool holds = l < r ? comparison->less : l > r ? comparison->more : comparison->equal;
	return holds ? PAM_SUCCESS : PAM_AUTH_ERR;
}

/* Names between colons. */
static bool
in_list(const char *name, const char *list)
{
	size_t length = strlen(name);
	for (;; list++) {
		size_t item = strcspn(list, ":");
		if (item == length && memcmp(list, name, item) == 0)
			return true;
		list += item;
		if (!*list)
			return false;
	}
}

static bool
in_groups(const struct pam_attempt *attempt, const char *list)
{
	while (*list) {
		size_t length = strcspn(list, ":");
		if (length && pam_is_in_group(attempt, arena_strndup(attempt->arena, list, length)))
			return true;
		list += length + (list[length] == ':');
	}
	return false;
}

static bool
holds(const struct pam_attempt *attempt, const struct comparison *comparison, const char *left,
	const char *right)
{
	switch (comparison->kind) {
	case TEXTS:
		return strcmp(left, right) == 0;
	case GLOBS:
		return fnmatch(right, left, 0) == 0;
	case LISTS:
		return in_list(left, right);
	case GROUPS:
		return in_groups(attempt, right);
	case NUMBERS:
		break;
	}
	return false;
}

static bool
is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcasecmp(word, *words) == 0)
			return true;
	return false;
}

/* The attribute as text; a code other than success when there is none. */
static enum pam_code
attribute(struct pam_attempt *attempt, const char *name, const char **ret_text)
{
	static const char *const names[] = { "login", "name", "user", NULL };
	static const char *const homes[] = { "home", "dir", "homedir", NULL };
	static const char *const of_account[] = { "uid", "gid", "shell", "home", "dir", "homedir",
		NULL };
	static const char *const of_session[] = { "rhost", "ruser", "tty", NULL };
	const struct old_passwd *account = attempt->account;
	if (is_one_of(name, names))
		return *ret_text = attempt->user, PAM_SUCCESS;
	if (strcasecmp(name, "service") == 0)
		return *ret_text = attempt->pam->service->name, PAM_SUCCESS;
	if (is_one_of(name, of_session))
		return PAM_NOT_EVALUATED;
	if (!is_one_of(name, of_account))
		return PAM_SERVICE_ERR;
	if (!account)
		return pam_unknown_user(attempt);
	if (is_one_of(name, homes))
		*ret_text = account->home;
	else if (strcasecmp(name, "shell") == 0)
		*ret_text = account->shell;
	else
		*ret_text = arena_printf(attempt->arena, "%u",
			(unsigned)(strcasecmp(name, "uid") == 0 ? account->uid : account->gid));
	return PAM_SUCCESS;
}

static enum pam_code
judge(struct pam_attempt *attempt, const char *left, const char *word, const char *right)
{
	const struct comparison *comparison = find_comparison(word);
	const char *text = "";
	enum pam_code code = attribute(attempt, left, &text);
	if (code != PAM_SUCCESS)
		return code;
	if (!comparison)
		return strcasecmp(word, "innetgr") == 0 || strcasecmp(word, "notinnetgr") == 0
			? PAM_NOT_EVALUATED
			: PAM_SERVICE_ERR;
	if (comparison->kind == NUMBERS)
		return compare_numbers(comparison, text, right);
	if (comparison->kind == GROUPS && !attempt->account && attempt->pam->other_accounts)
		return PAM_NOT_EVALUATED;
	return holds(attempt, comparison, text, right) == comparison->equal ? PAM_SUCCESS
									    : PAM_AUTH_ERR;
}

static bool
is_flag(const char *word)
{
	static const char *const flags[] = { "debug", "quiet", "quiet_fail", "quiet_success",
		"audit", "use_uid" };
	for (unsigned i = 0; i < ARRAY_LEN(flags); i++)
		if (strcmp(word, flags[i]) == 0)
			return true;
	return false;
}

static enum pam_code
judge_all(struct pam_attempt *attempt, const struct pam_handler *handler)
{
	const char *condition[3];
	unsigned words = 0;
	ARRAY_FOREACH (argument, &handler->arguments) {
		if (is_flag(*argument))
			continue;
		condition[words++] = *argument;
		if (words < 3)
			continue;
		words = 0;
		enum pam_code code = judge(attempt, condition[0], condition[1], condition[2]);
		if (code == PAM_NOT_EVALUATED)
			return code;
		if (code != PAM_SUCCESS)
			return pam_say_no(attempt, code, handler->where, "not so: %s %s %s",
				condition[0], condition[1], condition[2]);
	}
	if (words)
		return pam_say_no(
			attempt, PAM_SERVICE_ERR, handler->where, "a condition is incomplete");
	return PAM_SUCCESS;
}

/* With use_uid it is about the account of the server's process, which is root. */
static enum pam_code
ask(struct pam_attempt *attempt, const struct pam_handler *handler)
{
	if (!pam_has_argument(handler, "use_uid"))
		return judge_all(attempt, handler);
	struct pam_attempt by_root = *attempt;
	by_root.account = old_unix_user_by_uid(attempt->pam->accounts, 0);
	if (!by_root.account)
		return PAM_NOT_EVALUATED;
	by_root.user = by_root.account->name;
	enum pam_code code = judge_all(&by_root, handler);
	attempt->why = by_root.why;
	attempt->why_place = by_root.why_place;
	return code;
}

const struct pam_module pam_succeed_if_module = {
	.name = "pam_succeed_if",
	.call = { ask, ask, ask },
	.setcred = PAM_IGNORE,
};
