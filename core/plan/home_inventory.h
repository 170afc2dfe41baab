/*
 * home_inventory.h - what is in a home that people live in, before it becomes a jail.
 *
 * One walk that reads only and never follows a link. Memory is bounded by the first level of the
 * home, by HOME_SAMPLES names of each kind, and by HOME_LINKED_MAX inodes; what is counted is
 * counted to the end.
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
#include "core/model/layout.h"

enum { HOME_SAMPLES = 20, HOME_LINKED_MAX = 100000 };

/* A directory directly below the home whose name does not begin with '.': it keeps its place. */
struct home_folder {
	const char *name;
	uid_t uid;
	gid_t gid;
	mode_t mode; /* 07777 */
};

/* Everything of a kind: how many there are, and the first few paths below the home. */
struct home_finding {
	uint64_t count;
	struct string_list paths;
};

enum home_kind {
	/* Symbolic links, by what becomes of them; relative ones that still lead where they did are
	 * not counted. */
	HOME_LINK_INTO,	 /* "/home/anna/docs": no such path in the jail */
	HOME_LINK_OUT,	 /* absolute or relative, to somewhere else */
	HOME_LINK_MOVED, /* relative, and what it leads to does not move along with it */

	HOME_SPECIAL, /* FIFO, socket, device */
	HOME_SET_ID,  /* regular file with a set-user-ID or set-group-ID bit */
	HOME_FOREIGN, /* belongs to somebody else */
	HOME_LINKED,  /* regular file that has names outside the home as well */
	HOME_MOUNT,   /* something is mounted on it; what is below was not looked at */
	HOME_UNREAD,  /* neither root's nor readable to the reader of the request */

	/* Only of what an adoption renames, seals or gives to another owner. */
	HOME_PINNED,	 /* immutable or append-only */
	HOME_ACL,	 /* beyond the mode bits */
	HOME_CAPABILITY, /* file capabilities */
	HOME_KINDS,
};

struct home_inventory {
	struct {
		struct home_folder *items;
		size_t count, room;
	} folders;		  /* by name */
	struct table first_level; /* name -> non-NULL: whatever is directly below the home */
	size_t loose;		  /* there, and neither folder nor hidden */
	size_t hidden;		  /* there, names that begin with '.', directories too */
	uint64_t files, bytes;	  /* of regular files at any depth, each inode once */
	uint64_t sealed;	  /* entries that become root's */
	struct home_finding found[HOME_KINDS];
	bool linked_too_many; /* more than HOME_LINKED_MAX: the count is a lower bound */
};

struct home_request {
	const char *home;
	const char *old_path; /* what links in it call it, where that is something else; or NULL */
	uid_t uid;	      /* whose it is */
	const struct folder_list *folders; /* that it is to have */
	bool owner_changes;		   /* everything gets another owner */
	bool any_device;		   /* walk.h */

	/* Who reads in it now; NULL = nobody asks what that one cannot. */
	const struct home_reader {
		uid_t uid;
		const gid_t *gids;
		size_t gid_count;
	} * reader;
};

/* False when something in it could not be read. */
NODISCARD bool home_inventory_take(struct host *host, const struct home_request *request,
	struct arena *arena, struct home_inventory *ret_inventory, struct diags *diags);

/*
 * What follows the home in the target of a link that leads into it by its full path: "docs/a" of
 * "/home/anna/docs/a", "" of the home itself. NULL for any other, and where ".." leads back to what
 * does not move along with the names before it.
 */
const char *home_link_rest(const char *home, const char *target);

/* The folder of that layout becomes root's with all that is in it. */
bool home_folder_is_sealed(const struct folder *folder);

#endif
