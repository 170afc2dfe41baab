/*
 * disk.h - a file system of its own below a directory, which can lose its power.
 */
#ifndef REHOME_TESTS_FAULT_DISK_H
#define REHOME_TESTS_FAULT_DISK_H

#include <stdbool.h>

struct disk {
	const char *type;  /* "ext4", "xfs" */
	const char *place; /* directory that it is mounted on */
	char device[32];   /* "/dev/loop3" */
	int device_fd;	   /* keeps it attached */
};

/* Makes it in memory and mounts it. False: there can be none here, *ret_why says why. */
bool disk_begin(struct disk *disk, const char *type, const char *place, const char **ret_why);
void disk_end(struct disk *disk);

/* Nothing that is not on disk by now will ever be; the file system fails everything. */
void disk_cut_power(struct disk *disk);
/* Mounts it again as the cut left it. */
void disk_come_back(struct disk *disk);

#endif
