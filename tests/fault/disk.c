/*
 * disk.c - ext4 or xfs on a loop device over memory, shut down without flushing its log.
 */
#include "disk.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "tracer.h"

/* The same number and flag for both: EXT4_IOC_SHUTDOWN, XFS_IOC_GOINGDOWN. */
#define IOC_SHUTDOWN _IOR('X', 125, uint32_t)
enum { SHUTDOWN_NO_LOG_FLUSH = 2 };

/* xfs refuses to be made smaller. Memory is used only for what is written. */
enum { DISK_BYTES = 320 * 1024 * 1024 };

static const char *
attach(struct disk *disk, int image_fd)
{
	struct loop_config config = { .fd = (uint32_t)image_fd };
	config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
	AUTO_CLOSE int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	if (control < 0)
		return "no /dev/loop-control";
	/* Somebody else may take the free one first. */
	for (unsigned attempt = 0; attempt < 20; attempt++) {
		int number = ioctl(control, LOOP_CTL_GET_FREE);
		if (number < 0)
			break;
		snprintf(disk->device, sizeof(disk->device), "/dev/loop%d", number);
		disk->device_fd = open(disk->device, O_RDWR | O_CLOEXEC);
		if (disk->device_fd < 0)
			break;
		if (ioctl(disk->device_fd, LOOP_CONFIGURE, &config) == 0)
			return NULL;
		close(disk->device_fd);
		disk->device_fd = -1;
	}
	return "no loop device is to be had";
}

static const char *
make_file_system(struct disk *disk)
{
	const char *ext4[] = { "/sbin/mkfs.ext4", "-q", "-F", "-E",
		"lazy_itable_init=0,lazy_journal_init=0", disk->device, NULL };
	const char *xfs[] = { "/sbin/mkfs.xfs", "-q", "-f", disk->device, NULL };
	bool is_xfs = strcmp(disk->type, "xfs") == 0;
	int log_fd = memfd_create("mkfs", MFD_CLOEXEC);
	struct ending ending = tracer_run(is_xfs ? xfs : ext4, log_fd, NULL, NULL, NULL);
	close(log_fd);
	if (ending.status == 0)
		return NULL;
	return is_xfs ? "mkfs.xfs does not work" : "mkfs.ext4 does not work";
}

static int
mount_it(const struct disk *disk)
{
	/* No commit that only a clock asks for. */
	const char *options = strcmp(disk->type, "ext4") == 0 ? "commit=600" : "";
	return mount(disk->device, disk->place, disk->type, MS_NOATIME, options);
}

bool
disk_begin(struct disk *disk, const char *type, const char *place, const char **ret_why)
{
	*disk = (struct disk){ .type = type, .place = place, .device_fd = -1 };
	AUTO_CLOSE int image_fd = memfd_create(type, MFD_CLOEXEC);
	if (image_fd < 0 || ftruncate(image_fd, DISK_BYTES) != 0)
		err(1, "memory for a disk");
	*ret_why = attach(disk, image_fd);
	if (!*ret_why)
		*ret_why = make_file_system(disk);
	if (!*ret_why && mount_it(disk) != 0)
		*ret_why = "it cannot be mounted";
	if (*ret_why && disk->device_fd >= 0)
		close(disk->device_fd);
	return !*ret_why;
}

void
disk_end(struct disk *disk)
{
	if (umount2(disk->place, 0) != 0)
		err(1, "umount %s", disk->place);
	close(disk->device_fd);
}

void
disk_cut_power(struct disk *disk)
{
	uint32_t flags = SHUTDOWN_NO_LOG_FLUSH;
	AUTO_CLOSE int fd = open(disk->place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, IOC_SHUTDOWN, &flags) != 0)
		err(1, "cannot cut the power of %s", disk->place);
}

void
disk_come_back(struct disk *disk)
{
	if (umount2(disk->place, 0) != 0)
		err(1, "umount %s", disk->place);
	if (mount_it(disk) != 0)
		err(1, "mount %s", disk->place);
}
