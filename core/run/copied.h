/*
 * copied.h - what STEP_HOME_COPY and STEP_HOME_FILL share (step_copy.c): a jail that is built aside
 * from a copy, put in place by one rename, and taken away by its fingerprint.
 */
#ifndef REHOME_RUN_COPIED_H
#define REHOME_RUN_COPIED_H

#include "core/base/copy.h"
#include "core/run/adopt.h"

struct copied_jail {
	struct adoption adoption; /* of the copy, which is the loose folder of the jail */
	const char *path;
	int fd;
};

bool copied_check(const struct step *step, struct run *run);
/* Opens the one that is there. */
NODISCARD bool copied_open_jail(struct copied_jail *jail);
/* The jail with nothing but an empty loose folder, which is root's alone. */
NODISCARD bool copied_make_jail(struct copied_jail *jail);
/* What of the source is no longer what it was. */
void copied_tell(const struct step *step, struct run *run, const struct tree_copy_facts *facts);
/* Those of the layout that the copy has not. */
NODISCARD bool copied_make_folders(struct copied_jail *jail, const struct tree_record *record);
/* Of all inodes below a directory, and how many of them are none; whatever happens to the directory
 * itself. */
NODISCARD bool copied_fingerprint(
	struct run *run, int fd, const char *path, uint64_t *ret_print, uint64_t *ret_files);
/* Its inode and fingerprint, for the journal: nothing is changed afterwards. */
NODISCARD bool copied_note(const struct copied_jail *jail);
void copied_jail_finish(struct copied_jail *jail);

bool copied_apply(const struct step *step, struct run *run);
bool copied_verify(const struct step *step, struct run *run);
bool copied_undo(const struct step *step, struct run *run);

#endif
