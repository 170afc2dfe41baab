/*
 * planner_old_fixture.h - what an old server did, said by hand, and the plan that it becomes.
 *
 * A fake importer says what the old server did; what a person decided is put into the book by hand.
 */
#ifndef REHOME_TESTS_UNIT_PLANNER_OLD_FIXTURE_H
#define REHOME_TESTS_UNIT_PLANNER_OLD_FIXTURE_H

#include "planner_fixture.h"

#include "core/model/old_account.h"

enum { LOGINS_MAX = 12 };

static inline struct intake *
old_server(struct world *w)
{
	struct intake *intake = &w->intakes[w->intake_count];
	if (!intake->is_old_server) {
		make_dir(w, "/old", 0, 0, 0755);
		make_dir(w, "/old/srv", 0, 0, 0755);
		*intake = (struct intake){ .name = "ftpd:/old",
			.importer = "ftpd",
			.location = real(w, "/old"),
			.is_old_server = true };
	}
	return intake;
}

/* A guest in /srv/NAME who could write there, with a hash that libcrypt knows. */
static inline struct old_login *
add_login(struct world *w, const char *user)
{
	struct intake *intake = old_server(w);
	unsigned line = (unsigned)intake->old_logins.count + 1;
	struct old_login *login = old_login_create(&w->arena, user, at("/etc/users", line));
	login->login = OLD_ALLOW;
	login->password = OLD_PASSWORD_CRYPT;
	old_login_add_way(login, OLD_PASSWORD_CRYPT,
		"$6$salt$"
		"IxDD3jeSOb5eB1CX5LBsqZFVkJdido3OUILO5Ifz5iwMuTS4XMS130MTSuDDl3aCI6WouIL9AjRbLCelDC"
		"y.g.",
		login->where, &w->arena);
	login->jail = login->cwd = login->home = arena_printf(&w->arena, "/srv/%s", user);
	login->is_guest = login->has_ids = true;
	login->unix_user = "ftpvirt";
	login->uid = login->gid = 2000;
	login->rights = login->write = OLD_WRITE_YES;
	make_dir(w, arena_printf(&w->arena, "/old/srv/%s", user), 2000, 2000, 0755);
	ARRAY_PUSH(&w->arena, &intake->old_logins, login);
	return login;
}

/* An account of its own on the old machine. */
static inline struct old_login *
add_local(struct world *w, const char *user, uid_t uid)
{
	struct old_login *login = add_login(w, user);
	login->is_guest = false;
	login->unix_user = user;
	login->uid = login->gid = uid;
	return login;
}

static inline void
set_password(struct world *w, struct old_login *login, enum old_password kind, const char *secret)
{
	login->password = kind;
	login->ways.count = 0;
	old_login_add_way(login, kind, secret, login->where, &w->arena);
}

static inline void
plan_old_as(struct world *w, const struct old_account_config *config)
{
	struct intake *intake = old_server(w);
	intake->rows = intake->old_logins.count;
	intake->complete = true;
	old_accounts_make(intake, config, intake->location, &w->arena, &w->diags);
	w->intake_count++;
	make_plan(w);
	*intake = (struct intake){ 0 };
}

static inline void
plan_old(struct world *w)
{
	static const struct old_account_config none;
	plan_old_as(w, &none);
}

static inline void
decide(struct world *w, const char *login, enum decision_case kind, const char *choice)
{
	struct decision_book *book = (struct decision_book *)w->options.decisions;
	if (!book) {
		book = ARENA_NEW(&w->arena, struct decision_book);
		decision_book_init(book, &w->arena);
		w->options.decisions = book;
	}
	decision_book_set(book, "ftpd:", login, kind, choice);
}

/* "anna: shared-home=copy uid-conflict?" of all that were met. */
static inline const char *
decisions_said(struct world *w)
{
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (change, &w->plan->changes) {
		if (!(*change)->decisions.count)
			continue;
		buffer_printf(&out, "%s:", (*change)->key);
		ARRAY_FOREACH (decision, &(*change)->decisions)
			buffer_printf(&out, " %s%s%s", decision_kinds[decision->kind].code,
				decision->choice ? decision->decided ? "=" : "~" : "?",
				decision->choice ? decision->choice : "");
		buffer_add_char(&out, '\n');
	}
	return arena_strdup(&w->arena, buffer_text(&out));
}

#endif
