/*
 * source.c - the bytes of a named input, read once.
 *
 * Opened directly, not through the host layer: the file is the administrator's word, may lie
 * anywhere and is only read.
 */
#include "core/model/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/digest.h"

enum { CHUNK = 256 * 1024 };
static const size_t max_size = (size_t)1 << 30;

static bool
refuse_kind(const struct source *source, mode_t mode, struct diags *diags)
{
	diag_error(diags, at(source->location, 0), "is %s, not a regular file",
		S_ISDIR(mode)		 ? "a directory"
			: S_ISFIFO(mode) ? "a pipe"
					 : "a device or socket");
	if (S_ISFIFO(mode))
		diag_hint(diags, "Pipe it into %s:- instead.", source->importer);
	else
		diag_hint(diags, "Name a file, or '-' for standard input.");
	return false;
}

static bool
cannot_open(const struct source *source, struct diags *diags)
{
	return diag_error(diags, at(source->location, 0), "cannot open: %s", strerror(errno));
}

/* A descriptor of our own, also for standard input. */
static bool
open_location(struct source *source, int *ret_fd, struct diags *diags)
{
	if (strcmp(source->location, "-") == 0) {
		*ret_fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
		return *ret_fd >= 0 || cannot_open(source, diags);
	}
	/* O_NONBLOCK so that a FIFO is refused instead of waited for. */
	AUTO_CLOSE int fd = open(source->location, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0)
		return cannot_open(source, diags);
	if (!S_ISREG(st.st_mode))
		return refuse_kind(source, st.st_mode, diags);
	source->world_readable = st.st_mode & S_IROTH;
	*ret_fd = steal_fd(&fd);
	return true;
}

static bool
read_all(int fd, const struct source *source, struct buffer *content, struct diags *diags)
{
	AUTO_FREE char *chunk = malloc(CHUNK);
	if (!chunk)
		abort();
	bool ok = true;
	for (;;) {
		ssize_t got = read(fd, chunk, CHUNK);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			ok = diag_error(
				diags, at(source->shown, 0), "cannot read: %s", strerror(errno));
		if (got <= 0)
			break;
		if (content->size + (size_t)got > max_size) {
			ok = diag_error(diags, at(source->shown, 0), "is larger than 1 GiB");
			break;
		}
		buffer_add(content, chunk, (size_t)got);
	}
	explicit_bzero(chunk, CHUNK); /* passwords may have passed through */
	return ok;
}

bool
source_read(struct source *source, struct bytes *ret_content, struct diags *diags)
{
	if (!source->read) {
		AUTO_CLOSE int fd = -1;
		if (!open_location(source, &fd, diags))
			return false;
		AUTO_BUFFER struct buffer content = { 0 };
		if (!read_all(fd, source, &content, diags))
			return false;
		source->content.size = content.size;
		source->content.data = arena_copy(source->arena, content.data, content.size);
		digest_sha256(source->content, source->sha256);
		source->read = true;
	}
	*ret_content = source->content;
	return true;
}
