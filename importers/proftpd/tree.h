/*
 * tree.h - what the daemon does to its configuration after reading it: <Global> goes to every
 * server, <Directory>s into each other, directives down into them, and at a login the sections of
 * mod_ifsession into the server.
 *
 * The order of everything matters, since the first of a name counts; it is the daemon's.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_TREE_H
#define REHOME_IMPORTERS_PROFTPD_TREE_H

#include "importers/proftpd/config.h"

/* Inner sections in front of directives, the newest first; all levels. */
void pro_tree_order(struct pro_section *section, struct arena *arena);
/* The whole configuration after the last line was read. */
void pro_tree_finish(struct pro_config *config);

/* A copy that can be changed; lines of directives are shared. */
struct pro_section *pro_tree_copy(const struct pro_section *section, struct arena *arena);
/* <Directory>s whose path is deferred stay where they are. */
void pro_tree_nest(struct pro_section *section, struct arena *arena);
void pro_tree_merge_down(struct pro_section *section, struct arena *arena);
/* What a matching <IfUser>, <IfGroup> and so on does to its server. */
void pro_tree_merge_in(
	struct pro_section *server, const struct pro_section *section, struct arena *arena);

/* A line goes in as the first one. */
void pro_lines_insert(struct pro_line_list *lines, struct pro_line *line, struct arena *arena);
void pro_lines_remove(struct pro_line_list *lines, size_t position);

/* The <Directory> that counts for an absolute path; NULL = none. anonymous: the <Anonymous> that
 * the session is in, or NULL. */
const struct pro_section *pro_tree_match(const struct pro_section *server,
	const struct pro_section *anonymous, const char *path, struct arena *arena);

#endif
