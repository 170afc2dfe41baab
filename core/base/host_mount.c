/*
 * host_mount.c - bind mounts by descriptor.
 *
 * The source is cloned as a mount that is nowhere yet, made harmless, and then attached to the
 * directory that the target's descriptor names (open_tree(2), mount_setattr(2), move_mount(2)): at
 * no moment is it there with set-ID programs, and no path is looked up twice.
 */
#include "core/base/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>

#include "core/base/host_internal.h"

bool
host_bind_mount(
	struct host *host, int source_fd, int target_fd, const char *target, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	if (!effect_begin_fd(host, target, "mount on this", &effect, diags))
		return false;
	struct mount_attr harmless = { .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };
	AUTO_CLOSE int tree =
		open_tree(source_fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	effect.call = "open_tree";
	if (tree < 0 || !effect_allowed(&effect, "mount_setattr") ||
		mount_setattr(tree, "", AT_EMPTY_PATH, &harmless, sizeof(harmless)) != 0 ||
		!effect_allowed(&effect, "move_mount") ||
		move_mount(tree, "", target_fd, "",
			MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0)
		return effect_failed(&effect);
	return true;
}

bool
host_unmount(struct host *host, const char *path, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	struct host_entry entry;
	char link[FD_LINK_SIZE];
	bool missing;
	if (!effect_begin(host, path, "unmount", &missing, &effect, diags))
		return false;
	if (missing)
		return true;
	if (!host_inspect_at(host, effect.dir_fd, effect.name, &entry, diags))
		return false;
	if (!entry.exists || entry.mount_id == host_mount_id(effect.dir_fd))
		return true;
	/* The descriptor of the directory above leads there, whoever renames what is above it. */
	const char *place =
		arena_printf(diags->arena, "%s/%s", host_fd_link(effect.dir_fd, link), effect.name);
	return (effect_allowed(&effect, "umount2") &&
		       umount2(place, MNT_DETACH | UMOUNT_NOFOLLOW) == 0) ||
		effect_failed(&effect);
}
