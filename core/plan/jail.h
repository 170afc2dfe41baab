/*
 * jail.h - what sshd and our promise demand of a jail's path and folders.
 *
 * sshd(8) refuses a login when any component of ChrootDirectory is not a directory, not owned by
 * root, or writable by group or others (session.c safely_chroot(); an ACL's mask shows as group
 * write). We demand more: no symbolic link anywhere (sshd checks the path as written, not where it
 * leads), never "/" or a system directory, no jail inside another.
 */
#ifndef REHOME_PLAN_JAIL_H
#define REHOME_PLAN_JAIL_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/base/host.h"
#include "core/base/table.h"

enum jail_rule {
	JAIL_OK,
	JAIL_MISSING, /* the component does not exist */
	JAIL_NOT_DIRECTORY,
	JAIL_SYMLINK,
	JAIL_OWNER,    /* not owned by uid 0 */
	JAIL_WRITABLE, /* group or others may write */
	JAIL_ACL,      /* an ACL grants write */
	JAIL_SYSTEM,   /* "/" or a directory of the system */
	JAIL_UNKNOWN,  /* could not be looked at */
};

/* Remembers what was found, so that /home is looked at once for 10,000 jails. Set host and arena
 * (the table's too). */
struct jail_cache {
	struct host *host;
	struct arena *arena;
	struct table components; /* path -> struct jail_component */
};

struct jail_component {
	const char *path;      /* on the host */
	const char *real_path; /* with the root in front: what a command would be given */
	const char *problem;   /* JAIL_UNKNOWN: why */
	enum jail_rule fault;
	struct host_entry entry;
};

/*
 * The first faulty component of a path from "/" down, or NULL when all exist and are safe. With
 * last_may_be_missing the last component's absence is no fault, and neither is that of its parents
 * (they will be created). "/" itself is a component; below a root it is the root. path must be
 * normal. Never fails: what cannot be looked at is a fault.
 */
const struct jail_component *jail_path_fault(
	struct jail_cache *cache, const char *path, bool last_may_be_missing);

/* The same for a directory that holds jails, or will: "/home" and "/srv" are fine then. */
const struct jail_component *jail_base_fault(
	struct jail_cache *cache, const char *path, bool may_be_missing);

/* Message and fix of a fault, for diagnostics: "/srv is group-writable (0775): sshd refuses every
 * chroot below it", "Run: chmod g-w /srv". */
void jail_explain(const struct jail_component *component, struct arena *arena,
	const char **ret_message, const char **ret_hint);

/* "/", "/etc", "/usr", "/var", "/home" itself, ...: never a jail, whatever the configuration says.
 */
bool jail_is_system_directory(const char *path);

/* Absolute, no "." or "..", no empty components, no trailing slash; at most PATH_MAX. */
bool jail_path_is_normal(const char *path);

/* True when b is a or inside a (both normal). */
bool jail_contains(const char *a, const char *b);

#endif
