/*
 * home_inventory.h - what is in a home that people live in, before it becomes a jail.
 *
 * Reads only, and never follows a link. Memory is bounded by the first level of the home and by
 * HOME_SAMPLES names of each kind; what is counted is counted to the end.
 */
#ifndef REHOME_PLAN_HOME_INVENTORY_H
#define REHOME_PLAN_HOME_INVENTORY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/base/host.h"
#include "core/base/table.h"

/* A directory directly below the home whose name does not begin with '.'. */
struct home_folder {
	const char *name;
	uid_t uid;
	gid_t gid;
	mode_t mode; /* 07777 */
};

struct home_inventory {
	struct {
		struct home_folder *items;
		size_t count, room;
	} folders;		  /* by name */
	struct table first_level; /* name -> non-NULL: whatever is directly below the home */
	size_t loose;		  /* besides the folders, hidden ones not counted */
	size_t hidden;		  /* names that begin with '.', directories too */
	uint64_t files, bytes;	  /* of regular files, at any depth */
};

/* False when something in it could not be read. */
NODISCARD bool home_inventory_take(struct host *host, const char *home, struct arena *arena,
	struct home_inventory *ret_inventory, struct diags *diags);

#endif
