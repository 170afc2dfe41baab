/*
 * decision.c - the cases that only a person can decide, and the book of what was decided.
 *
 * A default is given only where it can neither let anybody see more than before nor lose anything
 * silently. "leave" always means that the login is not imported.
 */
#include "core/plan/decision.h"

#include <string.h>

#include "core/base/buffer.h"

#define LEAVE                                                                                      \
	{                                                                                          \
		"leave", "do not import it"                                                        \
	}

#define PASSWORD_CHOICES                                                                           \
	{                                                                                          \
		{ "handout", "a new password, told in the handout" },                              \
			{ "key-only", "no password, so it needs a key" },                          \
		{                                                                                  \
			"expire", "closed until somebody opens it"                                 \
		}                                                                                  \
	}

const struct decision_kind decision_kinds[DECISION_CASES] = {
	[DECISION_LOGIN_NAME] = { "login-name", "Which login does it get here?", NULL,
		{ { "take", "the proposed one, also where an account of it exists already" },
			{ "number", "the proposed one with the next free number behind it" },
			LEAVE } },
	[DECISION_UNKNOWN_LOGIN] = { "unknown-login",
		"Is it imported, although nobody can tell whether it could log in?", NULL,
		{ { "import", "import it like any other" },
			{ "expire", "import it, closed until somebody opens it" }, LEAVE } },
	[DECISION_ADMINISTRATOR] = { "administrator", "Is this login of an administrator jailed?",
		NULL,
		{ { "jail",
			  "jail it, which takes its shell (an account that exists needs --adopt "
			  "too)" },
			LEAVE } },
	[DECISION_SYSTEM_HOME] = { "system-home",
		"Where does it go, since its directory is the system's?", NULL,
		{ { "empty", "into a new and empty jail" }, LEAVE } },
	[DECISION_SHARED_HOME] = { "shared-home", "Who gets the directory that they share?", NULL,
		{ { "copy", "this login gets a copy of its own" },
			{ "empty", "this login begins with an empty jail" }, LEAVE } },
	[DECISION_NESTED_HOME] = { "nested-home",
		"What becomes of a directory within somebody else's?", NULL,
		{ { "copy", "this login gets a copy of its directory, with what lies in it" },
			{ "empty", "this login begins with an empty jail" }, LEAVE } },
	[DECISION_OLD_DIRECTORY] = { "old-directory",
		"Is its home here its jail, although the old server showed another directory?",
		NULL,
		{ { "home", "its home here is, and what it saw before is not in it" }, LEAVE } },
	[DECISION_MISSING_HOME] = { "missing-home", "What does it get without a directory?",
		"empty", { { "empty", "a new and empty jail" }, LEAVE } },
	[DECISION_UID_CONFLICT] = { "uid-conflict", "Which uid does it get?", NULL,
		{ { "new", "a new one" }, { "keep", "the old one, which only one login can have" },
			LEAVE } },
	[DECISION_FOREIGN_HASH] = { "foreign-hash", "How does it log in from now on?", NULL,
		PASSWORD_CHOICES },
	[DECISION_OPEN_PASSWORD] = { "open-password", "How does it log in from now on?", "expire",
		PASSWORD_CHOICES },
	[DECISION_NOT_JAILED] = { "not-jailed", "Which directory is its jail, since it had none?",
		"jail",
		{ { "jail", "the directory in which it landed" },
			{ "home", "its home, and sessions begin below it as they did" }, LEAVE } },
	[DECISION_PARTIAL_RIGHTS] = { "partial-rights", "May it write, since sshd knows no halves?",
		NULL,
		{ { "read-only", "it may read only" }, { "write", "it may do everything" },
			LEAVE } },
	[DECISION_TOP_WRITER] = { "top-writer",
		"Where does it write, since the top of a jail is root's?", NULL,
		{ { "start", "its sessions begin in the folder of the loose files" },
			{ "keep", "what wrote at the top breaks" }, LEAVE } },
	[DECISION_OUTSIDE_PATHS] = { "outside-paths",
		"Is it imported, although it used paths that its jail does not hold?", NULL,
		{ { "import", "these paths break" }, LEAVE } },
	[DECISION_DORMANT] = { "dormant", "Is it imported, although nobody uses it?", NULL,
		{ { "import", "import it like any other" },
			{ "expire", "import it, closed until somebody opens it" }, LEAVE } },
	[DECISION_REVIVED_KEY] = { "revived-key",
		"Does a key in its home let somebody in from now on?", NULL,
		{ { "carry", "it becomes a working login" }, { "drop", "it does not" } } },
	[DECISION_IP_LIMIT] = { "ip-limit", "From where, and when, may it log in?", NULL,
		{ { "keep", "from the old addresses only, at any hour" },
			{ "drop", "from everywhere, at any hour" }, LEAVE } },
};

enum decision_case
decision_case_parse(const char *code)
{
	unsigned kind = 0;
	while (kind < DECISION_CASES && strcmp(decision_kinds[kind].code, code) != 0)
		kind++;
	return (enum decision_case)kind;
}

const char *
decision_word(enum decision_case kind, const char *word)
{
	for (const struct decision_choice *choice = decision_kinds[kind].choices; choice->word;
		choice++) {
		if (strcmp(choice->word, word) == 0)
			return choice->word;
	}
	return NULL;
}

char *
decision_words(enum decision_case kind, struct arena *arena)
{
	AUTO_BUFFER struct buffer text = { 0 };
	for (const struct decision_choice *choice = decision_kinds[kind].choices; choice->word;
		choice++)
		buffer_printf(&text, "%s%s",
			!text.size		 ? ""
				: choice[1].word ? ", "
						 : " or ",
			choice->word);
	return arena_strdup(arena, buffer_text(&text));
}

bool
decision_offers(const struct decision *decision, const char *word)
{
	return !decision->only_leave || strcmp(word, "leave") == 0;
}

/* ---- the book ---- */

static char *
entry_key(struct arena *arena, const char *source, const char *login, enum decision_case kind)
{
	return arena_printf(arena, "%s\x1f%s\x1f%s", decision_kinds[kind].code, source, login);
}

void
decision_book_init(struct decision_book *book, struct arena *arena)
{
	*book = (struct decision_book){ .arena = arena, .by_key = { .arena = arena } };
}

void
decision_book_set(struct decision_book *book, const char *source, const char *login,
	enum decision_case kind, const char *choice)
{
	const char *key = entry_key(book->arena, source, login, kind);
	const char *word = choice ? decision_word(kind, choice) : NULL;
	uintptr_t number = (uintptr_t)table_get(&book->by_key, key);
	if (number) {
		book->entries.items[number - 1].choice = word;
		return;
	}
	if (!word)
		return;
	struct decision_entry entry = { arena_strdup(book->arena, source),
		arena_strdup(book->arena, login), kind, word };
	ARRAY_PUSH(book->arena, &book->entries, entry);
	table_set(&book->by_key, key, (void *)(uintptr_t)book->entries.count);
}

const char *
decision_book_get(const struct decision_book *book, const char *source, const char *login,
	enum decision_case kind)
{
	if (!book->entries.count)
		return NULL;
	uintptr_t number =
		(uintptr_t)table_get(&book->by_key, entry_key(book->arena, source, login, kind));
	return number ? book->entries.items[number - 1].choice : NULL;
}
