/*
 * planner_adopt.c - an account that exists and that rehome does not manage becomes a jailed one.
 *
 * Only when it was asked for. The uid and what is in the home stay as they are; the account loses
 * its shell, gets a group of its own where it shared one, and becomes a member of the jail's.
 */
#include "core/plan/planner_adopt.h"

#include <string.h>

#include "core/base/text.h"

/* ---- may it be ---- */

/* root, nobody, and what 16-bit programs take for -1: no person is behind these. */
static bool
is_nobodys(uid_t uid)
{
	return uid == 0 || uid == 65534 || uid == 65535;
}

static bool
is_asked_for(const struct planner *planner, const char *login)
{
	return string_list_has(&planner->options->adopt, login) ||
		string_list_has(&planner->options->adopt, "all");
}

static void
block_unmanaged(struct adoption *adoption)
{
	struct change *change = adoption->change;
	uint32_t uid;
	bool has_uid = accountdb_line_id(adoption->update.passwd, PASSWD_UID, &uid);
	planner_block(adoption->planner, change, planner_place(adoption->account, ACCOUNT_USERNAME),
		"login-unmanaged", "login belongs to uid %s, which rehome does not manage",
		accountdb_field(adoption->update.passwd, PASSWD_UID));
	if (has_uid && is_nobodys(uid))
		planner_hint(change,
			"Change the login column: an account of the system is never jailed.");
	else if (has_uid && uid < LOWEST_PERSON)
		planner_hint(change,
			"Change the login column: accounts below uid 1000 are the system's.");
	else if (adoption->planner->config->policy.adopt == ADOPT_NEVER)
		planner_hint(change,
			"Change the login column; policy.adopt: never keeps this account as it "
			"is.");
	else if (planner_is_of_entry(adoption->account))
		planner_hint(change,
			"Change the login there or in map:, or take the account over: rehome apply "
			"--adopt %s %s",
			change->login, adoption->account->source);
	else if (adoption->account->old)
		planner_hint(change,
			"If the account is this person's, take it over with --adopt %s.",
			change->login);
	else
		planner_hint(change, "Change the login column, or pass --adopt %s.", change->login);
}

/* What the run needs in order to keep everybody out while it works. */
static bool
check_lines(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	struct change *change = adoption->change;
	struct place place = adoption->account->place;
	const struct update *update = &adoption->update;
	uint32_t uid, gid;
	if (!accountdb_line_id(update->passwd, PASSWD_UID, &uid) ||
		!accountdb_line_id(update->passwd, PASSWD_GID, &gid)) {
		planner_block(planner, change, place, "malformed-line",
			"the line of '%s' in /etc/passwd has no uid and gid", change->login);
		planner_hint(change, "Correct it with vipw.");
		return false;
	}
	change->before.uid = change->after.uid = uid;
	change->before.gid = change->after.gid = gid;
	const char *twin = planner_uid_twin(planner, uid, change->login);
	if (twin) {
		planner_block(planner, change, place, "uid-shared",
			"uid %u is also that of '%s', whom the jail would not hold", (unsigned)uid,
			twin);
		planner_hint(change, "Give one of them a uid of its own: usermod -u UID %s", twin);
		return false;
	}
	if (update->shadow && strcmp(accountdb_field(update->passwd, PASSWD_PASSWORD), "x") == 0)
		return true;
	planner_block(planner, change, place, "not-shadowed",
		"'%s' has no line in /etc/shadow that counts, so it cannot be closed for the "
		"change",
		change->login);
	planner_hint(change, "Run: pwconv");
	return false;
}

/* A protected account is adopted only by its name, and by saying so a second time. */
static bool
check_protection(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	struct change *change = adoption->change;
	struct place place = planner_place(adoption->account, ACCOUNT_USERNAME);
	const char *why = planner_protection(planner, change);
	if (!why)
		return true;
	if (string_list_has(&planner->options->adopt, change->login) &&
		string_list_has(&planner->options->adopt_protected, change->login)) {
		planner_warn(planner, change, place, "protected",
			"loses its shell although it is protected: %s", why);
		return true;
	}
	if (adoption->account->old) {
		const char *choice = planner_decide(planner, change, DECISION_ADMINISTRATOR, NULL,
			place, "'%s' is protected here: %s", change->login, why);
		return choice && strcmp(choice, "jail") == 0;
	}
	planner_block(
		planner, change, place, "protected", "'%s' is protected: %s", change->login, why);
	planner_hint(change, "To jail it all the same, pass --adopt %s --adopt-protected %s.",
		change->login, change->login);
	return false;
}

/* The source may give another uid; then all that is in the home gets it too. */
static bool
choose_uid(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	struct change *change = adoption->change;
	const struct account *account = adoption->account;
	if (!account_has(account, ACCOUNT_UID) || account->uid == change->before.uid)
		return true;
	if (!planner_check_given_id(planner, account, change))
		return false;
	planner_take_uid(planner, change->login, account->uid);
	change->after.uid = account->uid;
	planner_set_field(&adoption->update, ACCOUNTDB_PASSWD, PASSWD_UID,
		arena_printf(planner->arena, "%u", (unsigned)change->before.uid),
		arena_printf(planner->arena, "%u", (unsigned)change->after.uid));
	planner_warn(planner, change, planner_place(account, ACCOUNT_UID), "uid-change",
		"what belongs to uid %u outside of %s keeps that uid", (unsigned)change->before.uid,
		accountdb_field(adoption->update.passwd, PASSWD_HOME));
	planner_hint(change, "To see it: find / -xdev -uid %u", (unsigned)change->before.uid);
	return true;
}

/* ---- the account ---- */

static void
update_shell(struct adoption *adoption)
{
	struct change *change = adoption->change;
	const char *before = arena_strdup(
		adoption->planner->arena, accountdb_field(adoption->update.passwd, PASSWD_SHELL));
	change->before.shell = before;
	planner_choose_shell(adoption->planner, adoption->account, change);
	if (strcmp(before, change->after.shell) != 0)
		planner_set_field(&adoption->update, ACCOUNTDB_PASSWD, PASSWD_SHELL, before,
			change->after.shell);
}

static void
update_primary_group(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	struct change *change = adoption->change;
	if (!planner_choose_own_group(planner, adoption->account, change, &change->after.gid,
		    &adoption->own_group_is_new))
		return;
	if (adoption->own_group_is_new)
		planner_add_own_group(planner, change->login, change->after.gid);
	if (change->after.gid == change->before.gid)
		return;
	const struct accountdb_line *left =
		accountdb_find_id(&planner->snapshot->db, ACCOUNTDB_GROUP, change->before.gid);
	adoption->left_group = left ? accountdb_name(left) : "none";
	planner_set_field(&adoption->update, ACCOUNTDB_PASSWD, PASSWD_GID,
		arena_printf(planner->arena, "%u", (unsigned)change->before.gid),
		arena_printf(planner->arena, "%u", (unsigned)change->after.gid));
}

static void
update_home(struct adoption *adoption)
{
	const struct change *change = adoption->change;
	if (strcmp(change->before.home, change->after.home) != 0)
		planner_set_field(&adoption->update, ACCOUNTDB_PASSWD, PASSWD_HOME,
			change->before.home, change->after.home);
}

/* SFTP cannot change a password: who has to, is shut out, with PAM even from using a key. */
static void
warn_of_aged_password(struct adoption *adoption, const char *changed, const char *max)
{
	struct planner *planner = adoption->planner;
	unsigned long long day, days;
	bool is_dated = *changed && text_number(changed, 999999999, &day);
	bool is_limited = *max && text_number(max, 99998, &days);
	if (!is_dated || (day && !(is_limited && (int64_t)(day + days) < planner->today)))
		return;
	planner_warn(planner, adoption->change, adoption->account->place, "password-aged",
		"cannot log in: the password must be changed first, which SFTP cannot");
	planner_hint(
		adoption->change, "Run: chage -d $(date +%%F) -M -1 %s", adoption->change->login);
}

/* The password stays what it is; whether that is any way in is worth knowing. */
static void
judge_password(struct adoption *adoption)
{
	struct change *change = adoption->change;
	const struct accountdb_line *shadow = adoption->update.shadow;
	const char *hash = accountdb_field(shadow, SHADOW_HASH);
	if (change->after.password != PASSWORD_KEPT)
		return;
	if (*hash == '*' || *hash == '!') {
		change->before.password = change->after.password = PASSWORD_NONE;
		if (!planner_is_blocked(change) && !change->after.keys.count)
			planner_warn_no_login(adoption->planner, adoption->account, change);
	}
	if (!change->after.disabled)
		warn_of_aged_password(adoption, accountdb_field(shadow, SHADOW_CHANGED),
			accountdb_field(shadow, SHADOW_MAX));
}

/* What the account becomes is said before its single fields. */
static void
put_last_first(struct adoption *adoption, size_t count)
{
	struct change *change = adoption->change;
	size_t others = change->lines.count - count, size = sizeof(*change->lines.items);
	struct change_line *lines = change->lines.items;
	struct change_line *last =
		arena_copy(adoption->planner->arena, lines + others, count * size);
	memmove(lines + count, lines, others * size);
	memcpy(lines, last, count * size);
}

/* ---- the whole ---- */

static void
plan_account(struct adoption *adoption)
{
	update_shell(adoption);
	update_primary_group(adoption);
	update_home(adoption);
	planner_update_present(&adoption->update);
	adoption_update_keys(adoption);
	judge_password(adoption);
	if (planner_is_blocked(adoption->change))
		return;
	size_t others = adoption->change->lines.count;
	adoption_describe_account(adoption);
	put_last_first(adoption, adoption->change->lines.count - others);
}

void
planner_adopt(struct planner *planner, const struct account *account, struct accountdb_line *passwd,
	struct change *change)
{
	struct adoption adoption = {
		.update = {
			.planner = planner,
			.account = account,
			.passwd = passwd,
			.shadow = accountdb_find(
				&planner->snapshot->db, ACCOUNTDB_SHADOW, change->login),
			.change = change,
			.gated = true,
		},
		.planner = planner,
		.account = account,
		.change = change,
	};
	uint32_t uid;
	if (planner->config->policy.adopt == ADOPT_NEVER || !is_asked_for(planner, change->login) ||
		(accountdb_line_id(passwd, PASSWD_UID, &uid) && is_nobodys(uid))) {
		block_unmanaged(&adoption);
		return;
	}
	change->action = CHANGE_ADOPT;
	adoption.folders = planner_folders_of(planner, account, change, &change->after.layout);
	if (!check_lines(&adoption) || !check_protection(&adoption) || !choose_uid(&adoption) ||
		!adoption_look_at_home(&adoption)) {
		if (change->left_out)
			change->action = CHANGE_UNCHANGED;
		return;
	}
	change->has_before = change->has_after = true;
	adoption.update.profile_group = planner_choose_profile(
		planner, account, planner_layout_profile(planner, account), change);
	plan_account(&adoption);
	adoption_list_folders(&adoption);
	planner_describe_profile(planner, account, change);
	if (!planner_is_blocked(change))
		adoption_make_jail(&adoption);
}
