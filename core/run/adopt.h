/*
 * adopt.h - what STEP_HOME_ADOPT and STEP_HOME_COPY share; internal to them and adopt_*.c.
 *
 * A home H at /home/anna, with the folders a and b, loose files and .profile, becomes the jail J:
 *
 *	/home/anna (H)          /home/anna (J, root 0755)
 *	├── a                   ├── a            renamed
 *	├── b           ──▶     ├── b            renamed
 *	├── notes.txt           ├── incoming     the layout's, new
 *	└── .profile            └── files (H)    notes.txt, .profile
 *
 * Nothing is copied: J is made aside, a and b are renamed into it, J and H change places, and H is
 * renamed into J. H is frozen (step_gate.c) from before the first of these to after the last of
 * their undoing, so nobody but root walks in it meanwhile. Owners are changed while all of it is
 * still H, and set back when all of it is H again.
 */
#ifndef REHOME_RUN_ADOPT_H
#define REHOME_RUN_ADOPT_H

#include "core/base/walk.h"
#include "core/run/step.h"
#include "core/run/tree_record.h"

struct adoption {
	const struct step *step;
	struct run *run;
	struct arena *scratch; /* for this home only */
	int home_fd;	       /* H */
	const char *home_path; /* where it is */
};

/* Name of the home while it passes through the staging directory for homes. */
char *adopt_staged_name(const struct adoption *adoption);

/* A real directory of H's first level that becomes a folder of the jail: no link, mount or
 * dotfile. */
bool adopt_moves(const char *name, const struct stat *st);

/* Owner and mode of H as the loose folder of the jail. */
struct host_owner adopt_loose_owner(const struct step *step);

/* Finds what of H's first level will be moved; an error where that collides with the layout. */
NODISCARD bool adopt_sort_entries(struct adoption *adoption, struct tree_record *record);
/* Finds which folders of the layout are to be made in some that are moved. */
NODISCARD bool adopt_find_made(struct adoption *adoption, struct tree_record *record);
/* Writes down what is moved, made and owned. */
NODISCARD bool adopt_write_record(struct adoption *adoption, struct tree_record *record);
/* Whether a path leads through a folder that is moved. */
bool adopt_top_is_moved(const struct tree_record *record, const char *path);
NODISCARD bool adopt_move_folders(
	struct adoption *adoption, const struct tree_record *record, int jail_fd);

/* ---- adopt_owners.c ---- */

/* True when the contents of the home get another owner. Another group alone is no reason to touch
 * every file: what is there keeps its group. */
bool adopt_remaps(const struct step *step);

/* What an entry of H is to become in the jail; *ret_sealed: it must also lose its ACLs. */
struct host_owner adopt_wanted_owner(
	const struct step *step, const struct walk_entry *entry, bool *ret_sealed);
/* Writes down what adopt_own() and adopt_relink() will change. */
NODISCARD bool adopt_record_owners(
	struct adoption *adoption, const struct tree_record *record, struct tree_writer *writer);
/* Changes what the record says. Something that is no longer as recorded is an error. */
NODISCARD bool adopt_own(struct adoption *adoption, const struct tree_record *record);
/* Sets back what still is as adopt_own() left it, and what people made since with the new owner. */
NODISCARD bool adopt_disown(struct adoption *adoption, const struct tree_record *record);

/* ---- adopt_links.c ---- */

/* What a symbolic link at this path below the home is to lead to, in the jail; NULL: it stays as it
 * is. */
const char *adopt_new_target(const struct adoption *adoption, const struct tree_record *record,
	const char *path, const char *target);
/* Writes down a link that adopt_relink() will replace, with the owner that it gets. */
NODISCARD bool adopt_record_link(struct adoption *adoption, const struct tree_record *record,
	const struct walk_entry *entry, const struct host_owner *after, struct tree_writer *writer,
	bool *ret_recorded);
/* area_fd is one of the run's staging directories on the filesystem of the home. */
NODISCARD bool adopt_relink(
	struct adoption *adoption, const struct tree_record *record, int area_fd);
/* After adopt_disown(), which takes links of the new owner for links that were made since. */
NODISCARD bool adopt_give_links_back(
	struct adoption *adoption, const struct tree_record *record, int area_fd);
/* What a process that was killed between making and renaming left there. */
NODISCARD bool adopt_remove_staged_link(const struct adoption *adoption, int area_fd);

/* ---- step_adopt_undo.c ---- */
bool adopt_undo(const struct step *step, struct run *run);

#endif
