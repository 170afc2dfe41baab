/*
 * evidence.h - what the logs of an old server tell about its logins.
 *
 * All files are read once, those with the oldest first line first, line by line; what is kept is
 * bounded for each login, however long the logs are. Sessions that two logs have (vsftpd's
 * dual_log_enable) count twice; two sessions of one login at a time share the directory that
 * relative paths of ProFTPD's ExtendedLog begin in.
 */
#ifndef REHOME_IMPORTERS_LOGS_EVIDENCE_H
#define REHOME_IMPORTERS_LOGS_EVIDENCE_H

#include "importers/old/root.h"

struct evidence_request {
	const struct string_list *patterns; /* of files on this host */
	struct old_login *const *logins;    /* each gets its evidence */
	size_t login_count;
	bool paths_in_jail;    /* of an xferlog: vsftpd's are, the others' are on ROOT */
	struct old_root *root; /* where symbolic links are looked for; NULL = not at all */
	struct arena *arena;
};

struct evidence_sum {
	size_t files;
	uint64_t lines;
	uint64_t bad;	  /* in no known format; the first one is named in a warning */
	uint64_t foreign; /* of users whom the source does not name */
	int64_t from, to; /* 0 and 0: no line had a time */
};

/* False, with errors, when a log cannot be read. */
NODISCARD bool evidence_read(
	const struct evidence_request *request, struct evidence_sum *ret_sum, struct diags *diags);

#endif
