/*
 * expression.h - lists of users, groups and classes in AllowUser, DefaultRoot, <IfUser> and so on,
 * as they hold for one session.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_EXPRESSION_H
#define REHOME_IMPORTERS_PROFTPD_EXPRESSION_H

#include "importers/proftpd/address.h"
#include "importers/proftpd/auth_pattern.h"

/* Regular expressions, compiled once. A zeroed one with its arena set is empty. */
struct pro_patterns {
	struct arena *arena;
	struct table by_text;
	struct {
		struct pro_pattern **items;
		size_t count, room;
	} all;
	const char *foreign; /* the newest that could not be evaluated; NULL = none */
};
void pro_patterns_finish(struct pro_patterns *patterns);
#define AUTO_PRO_PATTERNS AUTO(pro_patterns_finish)

/* Who is asking, as the daemon has it in its session. */
struct pro_visitor {
	const char *user;
	const char *group; /* the primary one's name */
	const struct string_list *groups;
	const char *class; /* NULL = none */
	struct pro_client client;
	struct pro_patterns *patterns;
};

enum pro_subject {
	PRO_USER,
	PRO_GROUP,
	PRO_CLASS_NAME,
};

/* Words, each a list with commas: all of them, or one of them; "!" negates. */
bool pro_all_of(const struct string_list *words, enum pro_subject subject,
	const struct pro_visitor *visitor);
bool pro_any_of(const struct string_list *words, enum pro_subject subject,
	const struct pro_visitor *visitor);
bool pro_regex_matches(
	const char *regex, enum pro_subject subject, const struct pro_visitor *visitor);

/*
 * The words of AllowUser and its kin (a whole line's), with "AND", "OR" and "regex" in front. AND
 * is broken there: the word itself is taken as a name, and the last one is lost.
 */
bool pro_limit_holds(
	const struct pro_line *line, enum pro_subject subject, const struct pro_visitor *visitor);
/* The same of <IfUser>, <IfGroup> and <IfClass>, where AND works. */
bool pro_if_holds(
	const struct pro_line *line, enum pro_subject subject, const struct pro_visitor *visitor);

#endif
