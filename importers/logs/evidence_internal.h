/*
 * evidence_internal.h - one login, while the logs are read.
 */
#ifndef REHOME_IMPORTERS_LOGS_EVIDENCE_INTERNAL_H
#define REHOME_IMPORTERS_LOGS_EVIDENCE_INTERNAL_H

#include "importers/logs/evidence.h"
#include "importers/logs/log_event.h"

/* What is kept of one login at the most. */
enum {
	EVIDENCE_TOP_NAMES = 20,
	EVIDENCE_TOPS = 64,
	EVIDENCE_OUTSIDE = 20,
	EVIDENCE_FOLDERS = 256,
	EVIDENCE_PATH = 4096,
};

struct evidence_login {
	struct old_login *login;
	struct old_evidence *evidence;
	const char *base;     /* the root of its new jail, on ROOT; NULL = not known */
	const char *home;     /* another text for where it landed; NULL = none */
	char *cwd;	      /* as it sees it, "" = at the start; NULL = not asked yet */
	struct table folders; /* those that were used, from base on */
	struct string_list folder_list;
	const char *last_folder;
};

void evidence_login_init(struct evidence_login *user, struct old_login *login,
	struct old_evidence *evidence, struct arena *arena);

/* A deed of this login. */
void evidence_add(struct evidence_login *user, const struct log_event *event, bool paths_in_jail,
	struct arena *arena);

/* When all is read: which of the folders were reached through symbolic links. */
void evidence_find_links(struct evidence_login *user, struct old_root *root, struct arena *arena);

/*
 * The path without "//", "." and "..", from `from` when it is relative; in `out`, of EVIDENCE_PATH
 * bytes. False when it does not fit.
 */
bool evidence_path(const char *from, struct bytes path, char *out);

#endif
