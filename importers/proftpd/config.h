/*
 * config.h - the configuration of a ProFTPD as its daemon read it at its start: servers, sections
 * and directives in the order in which they count.
 *
 * A configuration is a tree of sections. The lines of one are its inner sections, the last one in
 * the file first, then its directives in the order of the files; those of every <Global> follow
 * behind a server's own. Since the daemon takes the first directive of a name, pro_find() gives
 * what counted, and lists (DefaultRoot, <Limit>) are walked in the order of evaluation. <IfModule>,
 * <IfDefine>, Include, Define and %{env:...} have been resolved and leave no trace. A <VirtualHost>
 * has nothing from the main server but what was in <Global>.
 *
 * Names are those of the documentation, and compared without case. Words are as the daemon's
 * parser made them: quotes removed, variables replaced.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_CONFIG_H
#define REHOME_IMPORTERS_PROFTPD_CONFIG_H

#include "importers/old/root.h"

enum pro_section_kind {
	PRO_MAIN, /* the server outside of every section */
	PRO_VIRTUAL_HOST,
	PRO_GLOBAL,
	PRO_ANONYMOUS,
	PRO_DIRECTORY,
	PRO_LIMIT,
	PRO_IF_USER,
	PRO_IF_GROUP,
	PRO_IF_CLASS,
	PRO_IF_AUTHENTICATED,
	PRO_CLASS,
	PRO_ACCESS, /* a .ftpaccess file */
};

struct pro_section;
struct pro_acl_list; /* address.h */

/* One line: a directive, or the opening of a section. "Umask 027 022" is two: Umask, DirUmask. */
struct pro_line {
	const char *name;	  /* "AuthUserFile"; sections: "<Limit>" */
	struct string_list words; /* without the name */
	struct place where;
	unsigned flags;			  /* enum pro_directive_flags */
	const struct pro_acl_list *rules; /* of Allow, Deny and From */
	struct pro_section *section;	  /* NULL for a directive */
};

struct pro_line_list {
	struct pro_line **items;
	size_t count, room;
};

struct pro_section {
	enum pro_section_kind kind;
	const struct pro_line *opening; /* NULL for PRO_MAIN */
	struct pro_section *parent;	/* NULL for servers and what is directly in them */
	struct pro_line_list lines;
	/* <Directory>: its path as it is compared, and the root of the <Anonymous> around it. */
	const char *path, *below;
	bool deferred;		     /* the path is known when somebody logs in: "~", "%u" */
	struct pro_line_list opened; /* inner sections while the file is read */
};

struct pro_config {
	struct old_root *root;
	struct arena *arena;
	const char *path; /* the main file, absolute on ROOT */
	struct {
		struct pro_section **items;
		size_t count, room;
	} servers;		    /* the main one first, then <VirtualHost>s in their order */
	struct string_list modules; /* "mod_core.c" ...: built in, then as they were loaded */
	/* A daemon that does not start lets nobody in: where and why. */
	bool starts;
	struct place refused_at;
	const char *refusal;
	struct diags notes; /* what the daemon said, or should have, about the whole file */
};

/* The first directive of that name in the section itself; NULL = none. */
const struct pro_line *pro_find(const struct pro_section *section, const char *name);
/* The next one of the same name behind a line of this section; NULL = no more. */
const struct pro_line *pro_find_next(
	const struct pro_section *section, const struct pro_line *line);
/* The word at that position, from 0; NULL when the line has fewer. */
const char *pro_word(const struct pro_line *line, size_t position);
/* A Boolean directive of the section: on, yes, true, 1 in any case; `initial` when absent. */
bool pro_switch(const struct pro_section *section, const char *name, bool initial);
/* The same of a word: 1, 0, or -1 when it is neither. */
int pro_boolean(const char *word);
/* Whether a module was there: "mod_sql.c". */
bool pro_has_module(const struct pro_config *config, const char *module);

#endif
