/*
 * rollback.h - the part of rollback that recovery shares.
 */
#ifndef REHOME_RUN_ROLLBACK_H
#define REHOME_RUN_ROLLBACK_H

#include "core/run/engine.h"

/* Goes on with a rollback whose ROLLBACK record has no ROLLED_BACK. */
NODISCARD bool rollback_continue(struct run *run, const struct run_log *log);

#endif
