/*
 * planner_old_lines.c - what a login was on the old server, in the lines of its change and in the
 * plan's head.
 */
#include <string.h>

#include "core/plan/planner_old.h"

/* "vsftpd guest of ftpvirt in /srv/vhosts/anna, write yes, /etc/vsftpd/login.db:3" */
static const char *
old_words(const struct old_account *old, struct arena *arena)
{
	const struct old_login *login = old->login;
	AUTO_BUFFER struct buffer text = { 0 };
	buffer_printf(&text, "%s %s", old->importer, login->is_guest ? "guest" : "login");
	if (login->is_guest && login->unix_user)
		buffer_printf(&text, " of %s", login->unix_user);
	if (login->jail && strcmp(login->jail, "/") == 0)
		buffer_printf(&text, ", not jailed, in %s", login->cwd ? login->cwd : "?");
	else if (login->jail)
		buffer_printf(&text, " in %s", login->jail);
	buffer_printf(&text, ", write %s", old_write_name(login->write));
	if (login->where.file)
		buffer_printf(&text, ", %s", diag_place_text(login->where, NULL, arena));
	return arena_strdup(arena, buffer_text(&text));
}

/* Of one that is managed already nothing is news. */
void
planner_describe_old(struct planner *planner, const struct account *account, struct change *change)
{
	const struct old_account *old = account->old;
	if (!old ||
		(!planner_is_blocked(change) &&
			(change->action == CHANGE_UNCHANGED || change->action == CHANGE_CHANGE)))
		return;
	planner_add_line(change, planner->arena, "old", old_words(old, planner->arena));
	if (old->is_renamed)
		planner_add_line(change, planner->arena, "login",
			arena_printf(planner->arena, "%s -> %s", old->login->user, change->login));
	ARRAY_FOREACH (decision, &change->decisions) {
		if (decision->choice)
			planner_add_line(change, planner->arena,
				decision->decided ? "decided" : "default",
				arena_printf(planner->arena, "%s: %s (%s)",
					decision_kinds[decision->kind].code, decision->choice,
					decision->detail));
	}
	if (account->contents)
		planner_add_line(change, planner->arena, "contents", account->contents);
	ARRAY_FOREACH (diag, &old->notes) {
		struct diag copy = *diag;
		copy.user = change->login;
		diag_append(&change->findings, &copy);
	}
}

static void
warn_of_open_passwords(struct planner *planner, const struct intake *intake, size_t count)
{
	struct diags *findings = &planner->plan->findings;
	if (!count)
		return;
	diag_warning(findings, at(intake->name, 0),
		count == 1 ? "%zu login could be opened with the empty password, or with any: "
			     "that is never carried"
			   : "%zu logins could be opened with the empty password, or with any: "
			     "that is never carried",
		count);
	diag_code(findings, "open-passwords");
	diag_hint(findings, "Who gets which password instead: see rehome decide.");
}

/* Who is no account at all is in the plan's head. */
void
planner_count_old(struct planner *planner, const struct intake *intake, struct plan_input *input)
{
	size_t open = 0;
	input->is_old_server = intake->is_old_server;
	ARRAY_FOREACH (login, &intake->old_logins) {
		if ((*login)->login == OLD_DENY)
			string_list_push(planner->arena, &input->refused, (*login)->user);
	}
	ARRAY_FOREACH (account, &intake->accounts)
		open += (*account)->old && (*account)->old->is_open;
	warn_of_open_passwords(planner, intake, open);
}

void
planner_warn_of_old_archive(struct planner *planner)
{
	struct diags *findings = &planner->plan->findings;
	if (!planner->has_old_archive)
		return;
	diag_warning(findings, NOWHERE,
		"the old machine is read from an archive: what is in the homes is not copied");
	diag_code(findings, "old-archive");
	diag_hint(findings, "Unpack it, and name the directory instead.");
}
