/*
 * decision.h - what only a person can decide, as rows that can be handed out and taken back.
 *
 * A kind of case is one row in decision_kinds[]: a stable code, a question, and the choices with
 * their meaning. While planning, whoever meets a case asks planner_decide(). The answer is what was
 * decided for this source and login, else the kind's own safe default; a kind without one blocks
 * the change until somebody decides. Every case that was met is in change->decisions, whether it is
 * decided or not, and `rehome decide PLAN --export FILE` makes rows of them.
 */
#ifndef REHOME_PLAN_DECISION_H
#define REHOME_PLAN_DECISION_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/base/table.h"

enum decision_case {
	DECISION_LOGIN_NAME,	 /* a name that no Unix account may have */
	DECISION_UNKNOWN_LOGIN,	 /* whether the old server let it in cannot be known */
	DECISION_ADMINISTRATOR,	 /* root or an administrator among the FTP users */
	DECISION_SYSTEM_HOME,	 /* "/" or a directory of the system as the home */
	DECISION_SHARED_HOME,	 /* several logins, one directory */
	DECISION_NESTED_HOME,	 /* a directory within somebody else's */
	DECISION_OLD_DIRECTORY,	 /* the home of its account here is another directory */
	DECISION_MISSING_HOME,	 /* its directory does not exist */
	DECISION_UID_CONFLICT,	 /* the old uid is somebody else's here, or several logins' */
	DECISION_FOREIGN_HASH,	 /* a password that libcrypt cannot verify */
	DECISION_OPEN_PASSWORD,	 /* the empty password, or any, let people in */
	DECISION_NOT_JAILED,	 /* saw the whole machine before */
	DECISION_PARTIAL_RIGHTS, /* rights that sshd cannot express */
	DECISION_TOP_WRITER,	 /* writes where a jail's root will be */
	DECISION_OUTSIDE_PATHS,	 /* uses paths outside of the new jail */
	DECISION_DORMANT,	 /* not seen in the logs for long */
	DECISION_REVIVED_KEY,	 /* a key in the home that the old server did not honour */
	DECISION_IP_LIMIT,	 /* could log in from some addresses, or at some hours, only */
	DECISION_CASES,		 /* how many there are */
};

struct decision_choice {
	const char *word;    /* "jail" */
	const char *meaning; /* "jail it in its landing directory" */
};

enum { DECISION_CHOICES = 5 }; /* with the one that ends them */

struct decision_kind {
	const char *code;     /* "not-jailed" */
	const char *question; /* for people, one sentence */
	const char *initial;  /* taken when nobody decided; NULL = the change is blocked */
	struct decision_choice choices[DECISION_CHOICES];
};
extern const struct decision_kind decision_kinds[DECISION_CASES];

/* One case that the plan met. Whose it is, says the change: source (the scope, as planner_origin()
 * gives it) and key, which is the login on the old server. */
struct decision {
	enum decision_case kind;
	const char *choice;  /* decided, or the default; NULL = undecided */
	bool decided;	     /* by a person */
	const char *initial; /* what is taken when nobody decides; NULL = it is blocked */
	bool only_leave;     /* of the kind's choices no other one is possible here */
	const char *detail;  /* "shares /srv/www with anna and 2 others" */
	struct place place;
};

/* Decisions that people made, by source, login and case. */
struct decision_entry {
	const char *source, *login;
	enum decision_case kind;
	const char *choice; /* one of the kind's words; NULL = taken back */
};
struct decision_book {
	struct arena *arena;
	struct {
		struct decision_entry *items;
		size_t count, room;
	} entries;	     /* in the order in which they were first made */
	struct table by_key; /* code, source and login -> index + 1 */
};

void decision_book_init(struct decision_book *book, struct arena *arena);
/* Logins are as text_escaped() shows them. Replaces an earlier choice; NULL takes it back. Strings
 * are copied. */
void decision_book_set(struct decision_book *book, const char *source, const char *login,
	enum decision_case kind, const char *choice);
/* NULL when nobody decided. */
const char *decision_book_get(const struct decision_book *book, const char *source,
	const char *login, enum decision_case kind);

/* DECISION_CASES when there is none of that code. */
enum decision_case decision_case_parse(const char *code);
/* The kind's own word that equals this one, or NULL. */
const char *decision_word(enum decision_case kind, const char *word);
/* "jail, home or leave" */
char *decision_words(enum decision_case kind, struct arena *arena);
/* Whether a choice of the kind is one of this case. */
bool decision_offers(const struct decision *decision, const char *word);

#endif
