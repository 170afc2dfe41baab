/*
 * host_copy_data.c - the contents of one file into another: shared, or read and written once.
 *
 * The quickest way that the two filesystems know is found out with the first file and kept to.
 * Holes stay holes. What was read may be incomplete when the source is written to meanwhile; the
 * caller finds that out.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/base/host_internal.h"

/* At most so much in one call, so that a signal or a fault is noticed between them. */
enum { RANGE_MAX = 64 * 1024 * 1024, BLOCK_MAX = 256 * 1024 };

/* These are about the disk, not about the way that was tried. */
static bool
is_final(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EIO || error == EFBIG ||
		error == EROFS || error == ENOMEM;
}

/* True when all blocks are shared now; false with errno 0 when they must be copied. */
static bool
share_blocks(struct effect *effect, struct copy_means *means, int in, int out)
{
	if (means->cannot_share) {
		errno = 0;
		return false;
	}
	if (effect_allowed(effect, "ioctl") && ioctl(out, FICLONE, in) == 0)
		return true;
	if (is_final(errno))
		return false;
	means->cannot_share = true;
	errno = 0;
	return false;
}

static bool
write_block(struct effect *effect, int out, const char *block, size_t size, off_t offset)
{
	while (size) {
		if (!effect_allowed(effect, "pwrite"))
			return false;
		ssize_t written = TEMP_FAILURE_RETRY(pwrite(out, block, size, offset));
		if (written < 0)
			return false;
		block += written;
		offset += written;
		size -= (size_t)written;
	}
	return true;
}

/* How much was copied, 0 at the end of the source, -1 with errno. */
static ssize_t
copy_block(struct effect *effect, int in, int out, off_t offset, size_t size)
{
	char block[BLOCK_MAX];
	ssize_t got = TEMP_FAILURE_RETRY(
		pread(in, block, size < sizeof(block) ? size : sizeof(block), offset));
	if (got < 0)
		effect->call = "pread";
	if (got <= 0)
		return got;
	return write_block(effect, out, block, (size_t)got, offset) ? got : -1;
}

/* The same, within the kernel. */
static ssize_t
copy_within(
	struct effect *effect, struct copy_means *means, int in, int out, off_t offset, size_t size)
{
	off_t to = offset;
	ssize_t got = -1;
	if (effect_allowed(effect, "copy_file_range"))
		got = TEMP_FAILURE_RETRY(copy_file_range(
			in, &offset, out, &to, size < RANGE_MAX ? size : RANGE_MAX, 0));
	if (got >= 0 || is_final(errno))
		return got;
	means->cannot_copy_range = true;
	return copy_block(effect, in, out, to, size);
}

/* False with errno when it is to stop. */
static bool
tell(const struct copy_means *means, uint64_t bytes)
{
	bool goes_on = !means->progress || means->progress(means->progress_ctx, bytes);
	if (!goes_on)
		errno = ECANCELED;
	return goes_on;
}

static bool
copy_range(
	struct effect *effect, struct copy_means *means, int in, int out, off_t offset, off_t end)
{
	while (offset < end) {
		size_t size = (size_t)(end - offset);
		ssize_t got = means->cannot_copy_range
			? copy_block(effect, in, out, offset, size)
			: copy_within(effect, means, in, out, offset, size);
		if (got < 0)
			return false;
		if (got == 0)
			return true;
		offset += got;
		if (!tell(means, (uint64_t)got))
			return false;
	}
	return true;
}

bool
host_next_data(int fd, off_t offset, off_t size, off_t *ret_start, off_t *ret_end)
{
	off_t start = lseek(fd, offset, SEEK_DATA);
	if (start < 0 && errno == ENXIO)
		start = size;
	/* A filesystem that does not know holes has none. */
	else if (start < 0 && errno == EINVAL)
		start = offset;
	if (start < 0)
		return false;
	off_t end = start < size ? lseek(fd, start, SEEK_HOLE) : size;
	*ret_start = start < size ? start : size;
	*ret_end = end < 0 || end > size ? size : end;
	return true;
}

bool
effect_copy_data(struct effect *effect, struct copy_means *means, int in, int out, off_t size)
{
	if (!size)
		return true;
	if (share_blocks(effect, means, in, out))
		return tell(means, (uint64_t)size);
	if (errno)
		return false;

	for (off_t offset = 0, start, end; offset < size; offset = end) {
		if (!host_next_data(in, offset, size, &start, &end)) {
			effect->call = "lseek";
			return false;
		}
		if (start < end && !copy_range(effect, means, in, out, start, end))
			return false;
	}
	return effect_allowed(effect, "ftruncate") && TEMP_FAILURE_RETRY(ftruncate(out, size)) == 0;
}
