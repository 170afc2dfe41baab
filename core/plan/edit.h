/*
 * edit.h - one change to one line of an account file, with the value it expects to replace.
 *
 * A plan's account changes are a list of edits. Applying is done in memory on an accountdb; the
 * executor then renames each file in once. An edit is its own undo: the same list is applied
 * backwards, and whatever no longer has the value we gave it belongs to somebody else and is kept.
 */
#ifndef REHOME_PLAN_EDIT_H
#define REHOME_PLAN_EDIT_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/plan/accountdb.h"

enum edit_kind {
	EDIT_ADD_LINE,
	EDIT_SET_FIELD,
	EDIT_ADD_MEMBER,
	EDIT_REMOVE_MEMBER,
	EDIT_GATE, /* shadow's expiry: closed while the run works on an account that exists, then
		      set */
	EDIT_REMOVE_LINE,
	EDIT_RENAME, /* a login gets another name in this file */
};

struct edit {
	enum edit_kind kind;
	enum accountdb_file file;
	const char
		*user; /* the login whose change this is part of; NULL = shared (the jail group) */
	const char *name;     /* key of the line: login or group */
	const char *old_name; /* of a user who is renamed: the login until now; NULL = it stays. The
				 edit is about the account, whichever of the two names it has */
	const char **fields;  /* ADD_LINE: all fields. The shadow hash is NULL in a plan without its
				 secrets. REMOVE_LINE: as the plan found them */
	size_t field;	      /* SET_FIELD, GATE */
	const char *before, *after; /* SET_FIELD, GATE; the shadow hash may be NULL as above. GATE:
				       after is NULL when the account goes. RENAME: before is the
				       uid, or the gid of the group of its own; NULL in shadow, and
				       where no group's line is renamed */
	const char *member;	    /* ADD_MEMBER, REMOVE_MEMBER */

	/* What undo cannot see in the changed files; edits_remember() fills them in. */
	size_t length;	    /* SET_FIELD, GATE, ADD_MEMBER, REMOVE_LINE: how many fields the line
				had; 0 = not known */
	const char *behind; /* REMOVE_MEMBER, REMOVE_LINE: whom it stood behind; "" = it was the
			       first, NULL = not known */
	size_t apart;	    /* REMOVE_LINE: lines without a name between that one and this */

	/* REMOVE_LINE: the line as it really was when it was removed. In no plan: the run keeps it.
	 * NULL = not known, `fields` must do. */
	const char *text;
};

struct edit_list {
	struct edit *items;
	size_t count, room;

	/* The name of a last line that lacked its newline; "" = a comment or the like, NULL = the
	 * file ended with a newline. */
	const char *unterminated[ACCOUNTDB_FILES];

	/* For undoing some users: nobody of the list is left behind them, so that the shared groups
	 * that it removed come back too. */
	bool last_users;
};

/*
 * Notes in the list what an undo needs to give the same bytes back. Called once, by the planner,
 * on the files as they are before any of the edits.
 */
void edits_remember(struct edit_list *edits, const struct accountdb *db, struct arena *arena);

/* What an edit finds: as in step_ops, decidable from the host alone. */
enum edit_state {
	EDIT_BEFORE,  /* as the plan expects to find it */
	EDIT_AFTER,   /* already as the plan wants it */
	EDIT_FOREIGN, /* neither */
};

/*
 * ADD_LINE: BEFORE when the name is absent (and its uid or gid free), AFTER when a line of that
 * name with the same id exists (other fields may have been changed since by others), FOREIGN
 * otherwise. Shadow and gshadow lines have no id: theirs is AFTER when passwd or group has the name
 * too, or when it is the line that we would write; a different one, left over from an earlier
 * account, is FOREIGN.
 * SET_FIELD: by the field's value. A hash that is not known (a plan without its secrets) may be
 * any. A missing line is FOREIGN.
 * ADD_MEMBER, REMOVE_MEMBER: by membership, which a group that does not exist (yet) lacks.
 * REMOVE_LINE (of a login that goes, or with user NULL a shared group that nobody is in): BEFORE
 * while a line of that name with the same id is there, AFTER when none is, FOREIGN when the name
 * has another id, when a second line has the name or the id, and when a group has members besides
 * the edit's user. With `why` (may be NULL) a FOREIGN state is explained in words for the person
 * who sees the plan.
 */
enum edit_state edit_state(
	const struct edit *edit, struct accountdb *db, struct arena *arena, const char **ret_why);

/*
 * A login that is renamed (EDIT_RENAME, one for each file, in front of the user's other edits). All
 * that a line says but the name stays, its place too, and the hash is in no plan: it goes from line
 * to line. The line of passwd changes its name in one rename of the file; whatever jails and locks
 * the login has both names before that, and loses the old one later:
 *
 *	group, gshadow: the new name beside the old one in every group, whoever gave it
 *	shadow: a second line, closed                      ──▶ passwd ──▶ on disk ──▶ old ones go
 *	group, gshadow, shadow: the old name beside the new ◀── passwd ◀── on disk
 *
 * The group of the login's own is the gid's, so its line is renamed at once, and administrators of
 * groups are in gshadow. RENAME: BEFORE while the account has the old name and the new one is free,
 * AFTER the other way round, FOREIGN when somebody else has one of the names or the id.
 * The way back begins with edits_put_back(); an undo that cannot give the old name back is one
 * conflict, and everything of the account stays as it is.
 */

/* The new shadow lines are born with this expiry day until the run activates them (shadow(5):
 * expired since 1970-01-02; 0 means "never" to some readers and is not used). */
#define EDIT_BORN_EXPIRED "1"

/*
 * The gate of accounts that exist. An EDIT_GATE holds the expiry that the plan found and the one
 * that the account is to have in the end; in between the account is closed.
 *
 *	before ──edits_close──▶ closed ──edits_activate──▶ after
 *	before ◀─edits_reopen── closed ◀──edits_gate────── after, or what somebody set since
 *
 * edit_state() is BEFORE or AFTER by value, BEFORE when both are the same, FOREIGN otherwise, also
 * while it is closed. edits_apply() leaves the value alone, but refuses when somebody opened the
 * account meanwhile. edits_undo() leaves it alone: it is edits_reopen() that ends an undo.
 */

/* Closes: EDIT_BORN_EXPIRED in place of `before`. Another value is an error ("changed-since"). */
NODISCARD bool edits_close(
	const struct edit_list *edits, struct accountdb *db, struct diags *diags);

/* An expiry that somebody set after the run; an undo must give it back. */
struct foreign_expiry {
	const char *login, *value;
};
struct foreign_expiries {
	struct foreign_expiry *items;
	size_t count, room;
};
/* Those that edits_gate() is about to overwrite; texts are in the arena. ours_are_open: nothing was
 * closed by us yet, so what is closed was closed by somebody else (usermod -e 1), and stays so. */
void edits_find_foreign_expiries(const struct edit_list *edits, const struct table *users,
	const struct accountdb *db, bool ours_are_open, struct arena *arena,
	struct foreign_expiries *ret_expiries);

/* Opens again what is still closed: to the value in `kept` (login -> const char *) if it has one,
 * else to `before`. An account that is gone, or has a third value, is left alone. */
void edits_reopen(const struct edit_list *edits, const struct table *users,
	const struct table *kept, struct accountdb *db);

/*
 * Accounts that go. While passwd has a login, its shadow line, its groups and its memberships must
 * be there: they are what locks and jails it. So all of that is late: it follows when passwd
 * without the login is on disk, and comes back before passwd has the login again.
 *
 *	passwd ──▶ on disk ──edits_apply_late──▶ group, gshadow, shadow
 *	passwd ◀── on disk ◀──edits_put_back──── group, gshadow, shadow (closed)
 */
struct leavers {
	struct table going; /* login -> the edit that removes its line from passwd */
	struct table taken; /* of those, and of renamed ones: user -> why the login cannot come back
			       (const char *) */
	struct table gated; /* logins with an EDIT_GATE */
	struct table removed[ACCOUNTDB_FILES]; /* name -> the edit that removes the line; of
						  everybody */
};
/* users as in edits_undo(). */
void edits_find_leavers(const struct edit_list *edits, const struct table *users,
	const struct accountdb *db, struct arena *arena, struct leavers *ret_leavers);
/* True when the list takes accounts away, or names of accounts. */
bool edits_remove_lines(const struct edit_list *edits);
/* The login that the edit's account has in this database: the old name, or the new one. */
const char *edit_login(const struct edit *edit, const struct accountdb *db);
/* The edit's line in its file, by that name where it is a login's. */
struct accountdb_line *edit_line(const struct edit *edit, const struct accountdb *db);
/* True for what edits_apply() leaves to edits_apply_late(). */
bool edit_is_late(const struct edit *edit, const struct leavers *leavers);
/*
 * Removes what is late of those who are gone from passwd. What others changed since, or of a login
 * that somebody made anew, stays, with a warning: there is no way back to an account without it.
 */
void edits_apply_late(const struct edit_list *edits, struct accountdb *db, struct diags *diags);
/* What is late comes back, without a word; edits_undo_all() then repeats it and speaks. */
NODISCARD bool edits_put_back(
	const struct edit_list *edits, const struct table *users, struct accountdb *db);

/*
 * Applies every edit of one file that is not late; the files in the order of enum accountdb_file.
 * gated: ADD_LINE in shadow writes EDIT_BORN_EXPIRED instead of its own expiry. Edits already in
 * state AFTER are left alone. A FOREIGN one is an error (code "changed-since"), and so is a hash
 * that is not known; all of them are reported, and the database is then of no use.
 */
NODISCARD bool edits_apply(const struct edit_list *edits, enum accountdb_file file, bool gated,
	struct accountdb *db, struct diags *diags);

/* Gives added shadow lines and gated accounts their own expiry, if it is still EDIT_BORN_EXPIRED. A
 * line that is gone since is a warning. */
NODISCARD bool edits_activate(
	const struct edit_list *edits, struct accountdb *db, struct diags *diags);
/* The reverse: the first act of undoing. users as below. An account that is no longer ours (another
 * uid) is left alone. */
NODISCARD bool edits_gate(const struct edit_list *edits, const struct table *users,
	struct accountdb *db, struct diags *diags);

/*
 * Takes the edits of one file back, newest first. users: only edits whose user is a key of it, NULL
 * = all. An added line with the id we gave it is removed whatever else changed in it (differences
 * become notes); a line with another id is a conflict. A field is set back only while it has the
 * value we gave it. Conflicts are warnings with code "conflict", counted in *ret_conflicts, and
 * what they are about is kept. False only for edits that make no sense (a plan that was tampered
 * with).
 *
 * A removed line comes back where it stood, as `text` has it; the one in shadow closed, if the
 * account is gated. When login, uid, group or gid were taken since, that is a conflict, and nothing
 * of the account comes back.
 *
 * A login whose line goes also leaves the groups that others put it into since, as with userdel(8);
 * that is a note with code "changed-since". One whose line is kept keeps its groups: without the
 * jail's it would be free.
 *
 * A group line is removed only when it is nobody's primary group and has no members but accounts
 * that this list created and that are gone again. When others still need it, that is a conflict;
 * for what is shared (user NULL) a note with code "still-used" instead, because then it is as it
 * should be. Shared edits are looked at with every set of users.
 *
 * The files are undone in one database and in this order, because each follows what the one before
 * it kept: passwd, shadow (keeps the line of a login that stays), group (as above), gshadow (keeps
 * the line of a group that stays). edits_undo_all() does that; the order of the renames is free.
 */
NODISCARD bool edits_undo(const struct edit_list *edits, enum accountdb_file file,
	const struct table *users, struct accountdb *db, size_t *ret_conflicts,
	struct diags *diags);
NODISCARD bool edits_undo_all(const struct edit_list *edits, const struct table *users,
	struct accountdb *db, size_t *ret_conflicts, struct diags *diags);

#endif
