/*
 * link.h - who of a new source is whom of the managed accounts: suggestions for people to confirm.
 *
 * Accounts that came from one source (an FTP server, a spreadsheet) are looked for in another one
 * (a directory) by login, e-mail address or uid. The first criterion that finds anybody decides;
 * what the others, and the names, say about it makes the confidence. Nothing is bound here:
 * planner_make_link() does that, by what somebody decided.
 *
 * Linear in the number of accounts.
 */
#ifndef REHOME_PLAN_LINK_H
#define REHOME_PLAN_LINK_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/table.h"
#include "core/model/intake.h"
#include "core/plan/managed.h"
#include "core/plan/snapshot.h"

enum link_criterion {
	LINK_LOGIN,
	LINK_EMAIL,
	LINK_UID,
	LINK_CRITERIA, /* how many there are */
};

enum link_confidence {
	LINK_CERTAIN,	/* one person, and nothing speaks against it */
	LINK_LIKELY,	/* one person, and something does: the note says what */
	LINK_AMBIGUOUS, /* several persons, or one that several accounts would be */
	LINK_NONE,
	LINK_CONFIDENCES,
};

struct link_question {
	const struct managed *managed;
	const struct accountdb *db;  /* for full names */
	const char *old_scope;	     /* of the accounts that are asked about, managed_scope() */
	const struct table *emails;  /* key in OLD -> its e-mail address; may be empty */
	const struct intake *source; /* NEW */
	enum link_criterion order[LINK_CRITERIA];
	size_t criteria;
};

/* Somebody in NEW. */
struct link_candidate {
	const struct account *account;
	const char *matched; /* "login, name" */
};

/* One account of OLD. */
struct link_match {
	const struct managed_account *managed;
	const char *full_name, *email; /* NULL = not known */
	enum link_confidence confidence;
	const char *note; /* what is to be considered, or NULL */
	struct {
		struct link_candidate *items;
		size_t count, room;
	} candidates;
};
struct link_matches {
	struct link_match *items;
	size_t count, room;
};

/* In the order of their logins. Accounts that are somebody's of NEW already are not among them. */
void link_find(const struct link_question *question, struct arena *arena,
	struct link_matches *ret_matches);

/* "login", "email", "uid"; LINK_CRITERIA when it is none of them. */
enum link_criterion link_criterion_parse(const char *name);
/* "certain", "likely", "ambiguous", "none" */
const char *link_confidence_name(enum link_confidence confidence);

#endif
