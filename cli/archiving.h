/*
 * archiving.h - what the parts of `rehome archive` share.
 */
#ifndef REHOME_CLI_ARCHIVING_H
#define REHOME_CLI_ARCHIVING_H

#include "cli/session.h"
#include "core/run/archive_store.h"

struct archive_options {
	const char *from, *to;
	struct string_list only;
	bool overwrite, with_privileges, dry_run;
};

/* "full" or "manifest". */
const char *archive_kind_name(const struct stored_archive *archive);

/* On an open session: those of the operands behind the first, and of --from. An error with
 * EXIT_FAILED when a login was named that has none. */
NODISCARD bool archive_select(struct session *session, const struct archive_options *options,
	const struct string_list *operands, struct archive_list *ret_archives);

enum exit_code archive_restore_run(struct session *session, const struct archive_options *options,
	const struct string_list *operands);
enum exit_code archive_prune_run(struct session *session, const struct archive_options *options);

#endif
