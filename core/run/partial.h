/*
 * partial.h - copies of homes that a run had no time to complete, for the next run to go on with.
 *
 * "<base>/.rehome-partial", root 0700; in it one tree for each login and source, as it stood in the
 * run's staging directory. Nobody ever saw it, and it can be removed at any time.
 */
#ifndef REHOME_RUN_PARTIAL_H
#define REHOME_RUN_PARTIAL_H

#include "core/run/copied.h"

/* Takes what is in the staging directory for copies there, unless something is there already. */
NODISCARD bool partial_keep(struct run *run, const char *base, int copies_fd);

/*
 * Takes the tree of this step back into the staging directory, as an empty jail whose loose folder
 * has what was copied. record: which folders of the source become folders of the jail. *ret_taken =
 * false when there is none.
 */
NODISCARD bool partial_take(
	struct copied_jail *jail, const struct tree_record *record, bool *ret_taken);

#endif
