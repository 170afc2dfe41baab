/*
 * filling.h - copying what is not this machine's into a jail: owners, attributes and links as they
 * are to be there. What STEP_HOME_FILL and STEP_CONTENTS_CARRY share (step_fill.c).
 */
#ifndef REHOME_RUN_FILLING_H
#define REHOME_RUN_FILLING_H

#include "core/base/copy.h"
#include "core/run/adopt.h"

struct filling {
	struct adoption source;	   /* the directory, open */
	struct tree_record record; /* which of its folders become folders of the jail */
	struct tree_copy_facts facts;
	uint64_t told; /* bytes, for progress */
};

/* Opens the source. */
NODISCARD bool filling_begin(
	struct filling *filling, const struct step *step, struct run *run, struct arena *scratch);
void filling_finish(struct filling *filling);
#define AUTO_FILLING AUTO(filling_finish)

/* By the rules of the step. */
struct tree_mapping filling_mapping(struct filling *filling);
struct tree_copy filling_copy(
	struct filling *filling, const struct tree_mapping *mapping, int to_fd, const char *to);

#endif
