/*
 * mount.h - a directory shown at a second place.
 */
#ifndef REHOME_BASE_MOUNT_H
#define REHOME_BASE_MOUNT_H

#include <stdbool.h>

#include "core/base/diag.h"
#include "core/base/host.h"

/*
 * Mounts the directory of source_fd on the one of target_fd, both from host_open_dir(): what the
 * descriptors name, whatever the names lead to by now. Without set-ID programs and devices, and
 * without what is mounted below the source. target is for messages.
 */
NODISCARD bool host_bind_mount(
	struct host *host, int source_fd, int target_fd, const char *target, struct diags *diags);

/*
 * Takes away what is mounted at a path; what is open in it stays open. Nothing mounted there is
 * success. A link among the parents is an error, as everywhere.
 */
NODISCARD bool host_unmount(struct host *host, const char *path, struct diags *diags);

#endif
