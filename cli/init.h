/*
 * init.h - a first configuration from what is there: the host, and the sources that are named.
 *
 * init_look_at_host() and init_look_at_source() gather findings, each with its place, and what the
 * configuration is to say because of them; init_write() makes the commented file. Nothing is
 * changed, and what cannot be read is a finding. What strangers wrote (names of columns, of
 * layouts) reaches the file only quoted by yaml_write_text(), or escaped in a comment.
 */
#ifndef REHOME_CLI_INIT_H
#define REHOME_CLI_INIT_H

#include "cli/session.h"

struct init_finding {
	const char *topic; /* "sshd", "uids" */
	struct place place;
	const char *text;
};

/* A value of the configuration, and why it is that one. */
struct init_choice {
	const char *value, *why;
};

struct init {
	struct session *session;
	struct arena *arena;
	struct {
		struct init_finding *items;
		size_t count, room;
	} findings;
	struct init_choice home, group, uid_range;
	bool has_include;	      /* sshd reads the directory of the drop-in */
	struct buffer sources;	      /* what stands below `sources:` */
	struct string_list names;     /* of these sources */
	struct string_list layouts;   /* that they name */
	struct string_list leftovers; /* what is to be decided, in words */
};

void init_find(struct init *init, const char *topic, struct place place, const char *format, ...)
	PRINTF_LIKE(4, 5);

/* False with the exit status in the session. */
NODISCARD bool init_look_at_host(struct init *init);
/* argument: "IMPORTER:PLACE". */
NODISCARD bool init_look_at_source(struct init *init, const char *argument);

/* init_old.c: the same of an old server whose lines in the configuration are begun. */
NODISCARD bool init_look_at_old_server(
	struct init *init, const char *name, struct source_config *source);

void init_write(const struct init *init, struct buffer *out);

/* ---- for those who write parts of it ---- */

/* Lines of "# text", words kept whole, at most 79 columns; control characters escaped. */
void init_comment(struct buffer *out, unsigned indent, const char *text);
/* "key: value" on a line. */
void init_key(struct buffer *out, unsigned indent, const char *key, const char *value);

#endif
