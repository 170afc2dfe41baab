/*
 * link.c - see link.h.
 */
#include "core/plan/link.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "core/plan/planner_internal.h"

static const char *const criteria[LINK_CRITERIA] = {
	[LINK_LOGIN] = "login",
	[LINK_EMAIL] = "email",
	[LINK_UID] = "uid",
};

static const char *const confidences[LINK_CONFIDENCES] = {
	[LINK_CERTAIN] = "certain",
	[LINK_LIKELY] = "likely",
	[LINK_AMBIGUOUS] = "ambiguous",
	[LINK_NONE] = "none",
};

enum link_criterion
link_criterion_parse(const char *name)
{
	unsigned criterion = 0;
	while (criterion < LINK_CRITERIA && strcmp(criteria[criterion], name) != 0)
		criterion++;
	return (enum link_criterion)criterion;
}

const char *
link_confidence_name(enum link_confidence confidence)
{
	return confidences[confidence];
}

/* ---- the persons of NEW, by what they are looked for ---- */

struct persons {
	const struct account **items;
	size_t count, room;
};

struct finding {
	const struct link_question *question;
	struct arena *arena;
	struct table by_value[LINK_CRITERIA]; /* -> struct persons */
	struct table taken; /* key of NEW -> struct link_match that has it alone */
	struct link_matches *matches;
};

static const char *
uid_text(uid_t uid, struct arena *arena)
{
	return arena_printf(arena, "%u", (unsigned)uid);
}

/* NULL when the source does not say it. */
static const char *
value_of(const struct account *account, enum link_criterion criterion, struct arena *arena)
{
	switch (criterion) {
	case LINK_LOGIN:
		return account->username;
	case LINK_EMAIL:
		return account->email ? text_lower(arena, account->email) : NULL;
	case LINK_UID:
		return account_has(account, ACCOUNT_UID) ? uid_text(account->uid, arena) : NULL;
	case LINK_CRITERIA:
		break;
	}
	return NULL;
}

static void
enter_person(struct finding *finding, const struct account *account)
{
	for (unsigned i = 0; i < LINK_CRITERIA; i++) {
		const char *value = value_of(account, (enum link_criterion)i, finding->arena);
		if (!value)
			continue;
		struct persons *persons = table_get(&finding->by_value[i], value);
		if (!persons) {
			persons = ARENA_NEW(finding->arena, struct persons);
			table_set(&finding->by_value[i], value, persons);
		}
		ARRAY_PUSH(finding->arena, persons, account);
	}
}

/* The account that is this person's already, or NULL. */
static const struct managed_account *
account_of(const struct finding *finding, const struct account *person)
{
	const char *scope = planner_origin(person, finding->arena);
	return table_get(&finding->question->managed->by_key,
		managed_key(finding->arena, scope, person->key));
}

/* ---- names ---- */

static int
compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "Vogel, Anna" and "anna vogel" are the same words. */
static const char *
sorted_words(const char *name, struct arena *arena)
{
	static const char between[] = " ,.;-\t";
	AUTO_BUFFER struct buffer out = { 0 };
	struct string_list words = { 0 };
	const char *text = text_folded(arena, name);
	for (text += strspn(text, between); *text; text += strspn(text, between)) {
		size_t size = strcspn(text, between);
		string_list_push(arena, &words, arena_strndup(arena, text, size));
		text += size;
	}
	if (words.count)
		qsort(words.items, words.count, sizeof(*words.items), compare_words);
	ARRAY_FOREACH (word, &words)
		buffer_printf(&out, "%s ", *word);
	return arena_strdup(arena, buffer_text(&out));
}

enum names { NAMES_UNKNOWN, NAMES_EQUAL, NAMES_DIFFER };

static enum names
compare_names(const struct link_match *match, const struct account *person, struct arena *arena)
{
	if (!match->full_name || !person->full_name || !*person->full_name)
		return NAMES_UNKNOWN;
	return strcmp(sorted_words(match->full_name, arena),
		       sorted_words(person->full_name, arena)) == 0
		? NAMES_EQUAL
		: NAMES_DIFFER;
}

/* ---- one account ---- */

static const struct persons *
look_up(const struct finding *finding, const struct link_match *match,
	enum link_criterion criterion)
{
	const char *value = NULL;
	if (criterion == LINK_LOGIN)
		value = match->managed->login;
	else if (criterion == LINK_EMAIL)
		value = match->email ? text_lower(finding->arena, match->email) : NULL;
	else if (criterion == LINK_UID)
		value = uid_text(match->managed->uid, finding->arena);
	return value ? table_get(&finding->by_value[criterion], value) : NULL;
}

static bool
has_person(const struct persons *persons, const struct account *person)
{
	for (size_t i = 0; persons && i < persons->count; i++) {
		if (persons->items[i] == person)
			return true;
	}
	return false;
}

static void
note(struct finding *finding, struct link_match *match, const char *text)
{
	match->note =
		match->note ? arena_printf(finding->arena, "%s; %s", match->note, text) : text;
}

/* "login, email, name" */
static const char *
matched_text(
	const struct finding *finding, const struct link_match *match, const struct account *person)
{
	const struct link_question *question = finding->question;
	AUTO_BUFFER struct buffer text = { 0 };
	for (size_t i = 0; i < question->criteria; i++) {
		if (has_person(look_up(finding, match, question->order[i]), person))
			buffer_printf(
				&text, "%s%s", text.size ? ", " : "", criteria[question->order[i]]);
	}
	if (compare_names(match, person, finding->arena) == NAMES_EQUAL)
		buffer_add_text(&text, ", name");
	return arena_strdup(finding->arena, buffer_text(&text));
}

/* Those whom the first criterion that finds anybody finds. */
static void
find_candidates(struct finding *finding, struct link_match *match)
{
	const struct link_question *question = finding->question;
	const struct persons *persons = NULL;
	for (size_t i = 0; i < question->criteria && !persons; i++)
		persons = look_up(finding, match, question->order[i]);
	for (size_t i = 0; persons && i < persons->count; i++) {
		const struct account *person = persons->items[i];
		const struct managed_account *owner = account_of(finding, person);
		const struct link_candidate candidate = {
			.account = person,
			.matched = matched_text(finding, match, person),
		};
		if (owner)
			note(finding, match,
				arena_printf(finding->arena, "'%s' is account '%s' already",
					person->key, owner->login));
		else
			ARRAY_PUSH(finding->arena, &match->candidates, candidate);
	}
}

/* Another criterion that speaks for somebody else. */
static void
note_others(struct finding *finding, struct link_match *match, const struct account *person)
{
	const struct link_question *question = finding->question;
	for (size_t i = 0; i < question->criteria; i++) {
		const struct persons *persons = look_up(finding, match, question->order[i]);
		if (persons && !has_person(persons, person))
			note(finding, match,
				arena_printf(finding->arena, "by its %s it would be '%s'",
					criteria[question->order[i]], persons->items[0]->key));
	}
}

static void
judge_one(struct finding *finding, struct link_match *match)
{
	const struct link_candidate *candidate = &match->candidates.items[0];
	enum names names = compare_names(match, candidate->account, finding->arena);
	note_others(finding, match, candidate->account);
	if (names == NAMES_DIFFER)
		note(finding, match, "the names differ");
	else if (strcmp(candidate->matched, criteria[LINK_UID]) == 0)
		note(finding, match, "only the uid is the same");
	if (account_has_left(candidate->account))
		note(finding, match, "has left there");
	match->confidence = match->note ? LINK_LIKELY : LINK_CERTAIN;
}

static void
mark_rival(struct finding *finding, struct link_match *match, const struct link_match *other)
{
	match->confidence = LINK_AMBIGUOUS;
	note(finding, match,
		arena_printf(
			finding->arena, "'%s' would be the same person", other->managed->login));
}

/* A person has one account: whom two accounts would be, neither is. */
static void
take(struct finding *finding, struct link_match *match)
{
	const char *key = match->candidates.items[0].account->key;
	struct link_match *first = table_get(&finding->taken, key);
	if (!first) {
		table_set(&finding->taken, key, match);
		return;
	}
	if (first->confidence != LINK_AMBIGUOUS)
		mark_rival(finding, first, match);
	mark_rival(finding, match, first);
}

static void
judge(struct finding *finding, struct link_match *match)
{
	match->confidence = match->candidates.count ? LINK_AMBIGUOUS : LINK_NONE;
	if (match->candidates.count == 1) {
		judge_one(finding, match);
		take(finding, match);
	}
}

/* ---- what is known of it ---- */

/* The address that OLD said, else a key that is one: virtual users are often called so. */
static const char *
email_of(const struct link_question *question, const struct managed_account *managed)
{
	const char *email = table_get(question->emails, managed->key);
	if (!email && strchr(managed->key, '@'))
		email = managed->key;
	return email;
}

/* A gecos that only repeats the login is no name. */
static const char *
name_of(const struct link_question *question, const struct managed_account *managed,
	struct arena *arena)
{
	const struct accountdb_line *line =
		accountdb_find(question->db, ACCOUNTDB_PASSWD, managed->login);
	const char *gecos = line ? accountdb_field(line, PASSWD_GECOS) : "";
	char *name = arena_strndup(arena, gecos, strcspn(gecos, ","));
	return *name && strcasecmp(name, managed->login) != 0 ? name : NULL;
}

/* Of the same source again, after its keys changed: who is in it under his key is no question. */
static void
add_accounts(struct finding *finding)
{
	const struct link_question *question = finding->question;
	struct table bound = { .arena = finding->arena };
	ARRAY_FOREACH (person, &question->source->accounts) {
		const struct managed_account *owner = account_of(finding, *person);
		if (owner)
			table_set(&bound, owner->login, (void *)owner);
	}
	ARRAY_FOREACH (item, &question->managed->accounts) {
		const struct managed_account *managed = *item;
		struct link_match match = { .managed = managed };
		if (strcmp(managed->source, question->old_scope) != 0 ||
			table_get(&bound, managed->login))
			continue;
		match.full_name = name_of(question, managed, finding->arena);
		match.email = email_of(question, managed);
		ARRAY_PUSH(finding->arena, finding->matches, match);
	}
}

void
link_find(
	const struct link_question *question, struct arena *arena, struct link_matches *ret_matches)
{
	struct finding finding = {
		.question = question,
		.arena = arena,
		.taken = { .arena = arena },
		.matches = ret_matches,
	};
	*ret_matches = (struct link_matches){ 0 };
	for (unsigned i = 0; i < LINK_CRITERIA; i++)
		finding.by_value[i].arena = arena;
	ARRAY_FOREACH (person, &question->source->accounts)
		enter_person(&finding, *person);
	add_accounts(&finding);
	ARRAY_FOREACH (match, ret_matches) {
		find_candidates(&finding, match);
		judge(&finding, match);
	}
}
