/*
 * archive_write.c - a home, walked once, goes into its archive and its manifest.
 *
 * What is written is what a descriptor gave: the walk looks every name up once, data is read from
 * that very inode, and size, mtime and ctime are compared before and after. FIFOs, sockets and
 * devices are never opened. Memory is bounded: what the first pass knows is read alongside in the
 * same order, and only inodes with several links are remembered.
 *
 * The first pass trusts a file only when its ctime is older than the pass itself. All dirty pages
 * are written out before it begins, so that even a store through an old mapping moves the ctime.
 */
#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/table.h"
#include "core/base/walk.h"
#include "core/run/archive.h"
#include "core/run/archive_sink.h"
#include "core/run/run_log.h"

enum { READ_SIZE = 1024 * 1024, ATTEMPTS = 3, SETTLED_SECONDS = 1, SCRATCH_ENTRIES = 128 };

/* Holes smaller than this are stored, and of files with too many only the larger ones are holes. */
enum { HOLE_MIN = 64 * 1024, STRETCHES_MAX = 8192 };

struct writing {
	struct archive_job *job;
	bool is_ahead;
	int64_t begun; /* the second in which the first pass began */
	struct archive_sink sink;
	unsigned number;	       /* of the archive that is written: 1 or 2 */
	uint64_t archived[2];	       /* entries in both, torn attempts included */
	struct manifest_reader before; /* what the first pass has, read alongside */
	bool has_before, before_ended;
	struct manifest_entry earlier; /* its entry at hand */
	struct id_table first_paths;   /* inodes with several links -> the first path */
	struct arena scratch;	       /* of the entries at hand */
	unsigned scratch_used;
};

static bool
is_in_tar(const struct manifest_entry *entry)
{
	return entry->type == MANIFEST_FILE || entry->type == MANIFEST_DIRECTORY ||
		entry->type == MANIFEST_SYMLINK || entry->type == MANIFEST_FIFO;
}

/* ---- holes ---- */

static void
join_stretches(struct stretches *stretches, uint64_t hole_min)
{
	size_t kept = 0;
	for (size_t i = 1; i < stretches->count; i++) {
		if (stretches->items[i].begin - stretches->items[kept].end < hole_min)
			stretches->items[kept].end = stretches->items[i].end;
		else
			stretches->items[++kept] = stretches->items[i];
	}
	stretches->count = kept + 1;
}

static void
add_stretch(struct stretches *stretches, struct stretch stretch, uint64_t *hole_min,
	struct arena *arena)
{
	struct stretch *last = stretches->count ? &stretches->items[stretches->count - 1] : NULL;
	if (last && stretch.begin - last->end < *hole_min) {
		last->end = stretch.end;
		return;
	}
	ARRAY_PUSH(arena, stretches, stretch);
	while (stretches->count > STRETCHES_MAX) {
		*hole_min *= 2;
		join_stretches(stretches, *hole_min);
	}
}

/* Where data stands; one stretch when there are no holes, or none can be told. */
static void
find_stretches(int fd, uint64_t size, struct stretches *ret_stretches, struct arena *arena)
{
	const struct stretch whole = { 0, size };
	uint64_t hole_min = HOLE_MIN;
	*ret_stretches = (struct stretches){ 0 };
	for (off_t begin = 0, end; (uint64_t)begin < size; begin = end) {
		begin = lseek(fd, begin, SEEK_DATA);
		if (begin < 0 && errno == ENXIO)
			return; /* only a hole is left */
		end = begin < 0 ? -1 : lseek(fd, begin, SEEK_HOLE);
		if (end <= begin) {
			ret_stretches->count = 0;
			break;
		}
		struct stretch stretch = { (uint64_t)begin, (uint64_t)end };
		if (stretch.begin >= size)
			return;
		if (stretch.end > size)
			stretch.end = size;
		add_stretch(ret_stretches, stretch, &hole_min, arena);
	}
	if (!ret_stretches->count)
		ARRAY_PUSH(arena, ret_stretches, whole);
}

static bool
may_have_holes(const struct stat *st)
{
	return st->st_size > HOLE_MIN && (uint64_t)st->st_blocks * 512 < (uint64_t)st->st_size;
}

/* ---- contents ---- */

static const char *
shown(struct writing *writing, const char *path)
{
	size_t before = strlen(writing->job->home), length = strlen(path);
	char *whole = arena_alloc(&writing->scratch, before + length + 2);
	memcpy(whole, writing->job->home, before);
	whole[before] = length ? '/' : '\0';
	memcpy(whole + before + 1, path, length);
	return whole;
}

static struct place
place_of(struct writing *writing, const char *path)
{
	return at(arena_strdup(writing->job->diags->arena, shown(writing, path)), 0);
}

static bool
stop_asked(struct writing *writing)
{
	const struct archive_job *job = writing->job;
	return job->stop && *job->stop && !diag_error(job->diags, NOWHERE, "stopped by a signal");
}

static void
tell_progress(struct writing *writing, uint64_t amount)
{
	if (writing->job->progress)
		atomic_fetch_add_explicit(writing->job->progress, amount, memory_order_relaxed);
}

/* *ret_short: the file ended before the stretch did. */
static bool
copy_stretch(struct writing *writing, int fd, const char *path, const struct stretch *stretch,
	bool *ret_short)
{
	for (uint64_t offset = stretch->begin; offset < stretch->end;) {
		uint64_t left = stretch->end - offset;
		size_t wanted = left < READ_SIZE ? (size_t)left : READ_SIZE, room;
		char *data = archive_sink_room(&writing->sink, wanted, &room);
		if (!data || stop_asked(writing))
			return false;
		ssize_t got = TEMP_FAILURE_RETRY(pread(fd, data, room, (off_t)offset));
		if (got < 0)
			return diag_error(writing->job->diags, place_of(writing, path),
				"cannot read: %s", strerror(errno));
		*ret_short = got == 0;
		if (got == 0)
			return true;
		if (!archive_sink_data(&writing->sink, offset, (size_t)got))
			return false;
		tell_progress(writing, (uint64_t)got);
		offset += (uint64_t)got;
	}
	return true;
}

static bool
copy_stretches(struct writing *writing, int fd, const struct manifest_entry *entry,
	const struct stretches *stretches)
{
	uint64_t position = 0;
	bool is_short = false;
	for (size_t i = 0; i < stretches->count && !is_short; i++) {
		const struct stretch *stretch = &stretches->items[i];
		if (!archive_sink_hole(&writing->sink, stretch->begin - position) ||
			!copy_stretch(writing, fd, entry->path, stretch, &is_short))
			return false;
		position = stretch->end;
	}
	/* The map of holes goes out with the first byte, be it of a hole. */
	if (!stretches->count && entry->size && !archive_sink_hole(&writing->sink, 1))
		return false;
	return archive_sink_end(&writing->sink, entry->size);
}

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool
same_state(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
		same_time(&a->st_mtim, &b->st_mtim) && same_time(&a->st_ctim, &b->st_ctim);
}

/* libarchive's reader does not find the name again of a sparse file whose name is long and not
 * ASCII. Such a file is read whole: its holes are zeros, which compress well. */
static bool
can_be_sparse(const char *path)
{
	enum { SHORT_NAME = 90 };
	for (const char *c = path; *c; c++) {
		if (*c & 0x80)
			return strlen(path) <= SHORT_NAME;
	}
	return true;
}

/* One entry of the tar, whole or torn. */
static bool
write_file_once(struct writing *writing, int fd, const struct stat *st,
	struct manifest_entry *entry, bool *ret_steady)
{
	struct stat after;
	struct stretches stretches = { 0 };
	const struct stretch whole = { 0, entry->size };
	if (may_have_holes(st) && can_be_sparse(entry->path))
		find_stretches(fd, entry->size, &stretches, &writing->scratch);
	else if (entry->size)
		ARRAY_PUSH(&writing->scratch, &stretches, whole);
	writing->archived[writing->number - 1]++;
	if (!archive_sink_begin(&writing->sink, entry, &stretches) ||
		!copy_stretches(writing, fd, entry, &stretches))
		return false;
	if (fstat(fd, &after) != 0)
		return diag_error(writing->job->diags, place_of(writing, entry->path),
			"cannot examine: %s", strerror(errno));
	*ret_steady = same_state(st, &after);
	return true;
}

static bool
keeps_changing(struct writing *writing, const char *path)
{
	diag_error(writing->job->diags, place_of(writing, path),
		"changes while it is read: it was read %d times", ATTEMPTS);
	diag_hint(writing->job->diags,
		"Find out who writes to it with: fuser -v FILE, and end that first.");
	return false;
}

/* ---- what the first pass has ---- */

static bool
skip_to(struct writing *writing, const char *path)
{
	while (writing->has_before && !writing->before_ended &&
		(!writing->earlier.path || manifest_order(writing->earlier.path, path) < 0)) {
		if (!manifest_reader_next(
			    &writing->before, &writing->earlier, &writing->before_ended))
			return false;
	}
	return true;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* The ctime tells everything else: mode, owner, attributes. */
static bool
is_as_before(const struct writing *writing, const struct manifest_entry *now)
{
	const struct manifest_entry *then = &writing->earlier;
	return writing->has_before && !writing->before_ended && then->path &&
		strcmp(then->path, now->path) == 0 && then->type == now->type &&
		then->ino == now->ino && then->size == now->size &&
		same_time(&then->mtime, &now->mtime) && same_time(&then->ctime, &now->ctime) &&
		same_text(then->same_as, now->same_as);
}

/* Nothing that happens from now on can have this ctime. */
static bool
is_settled(const struct writing *writing, const struct manifest_entry *entry)
{
	return entry->ctime.tv_sec < writing->begun - SETTLED_SECONDS;
}

/* ---- an entry ---- */

static bool
read_target(struct writing *writing, const struct walk_entry *walked, struct manifest_entry *entry)
{
	char target[PATH_MAX];
	ssize_t size = readlinkat(walked->fd, "", target, sizeof(target));
	if (size < 0 || size == sizeof(target))
		return diag_error(writing->job->diags, place_of(writing, entry->path),
			"cannot read the link: %s", strerror(size < 0 ? errno : ENAMETOOLONG));
	entry->target = arena_strndup(&writing->scratch, target, (size_t)size);
	return true;
}

/* Freezing a home narrows its ACL too: what the mode says of owner, mask and others is in it. */
static void
thaw_acl(struct host_xattrs *xattrs, mode_t mode)
{
	ARRAY_FOREACH (xattr, xattrs) {
		if (strcmp(xattr->name, "system.posix_acl_access") != 0)
			continue;
		char *acl = (char *)(uintptr_t)xattr->value.data; /* in the scratch arena */
		struct posix_acl_xattr_entry entry;
		for (size_t at = sizeof(struct posix_acl_xattr_header);
			at + sizeof(entry) <= xattr->value.size; at += sizeof(entry)) {
			memcpy(&entry, acl + at, sizeof(entry));
			unsigned tag = le16toh(entry.e_tag);
			if (tag != ACL_USER_OBJ && tag != ACL_MASK && tag != ACL_OTHER)
				continue;
			unsigned shift = tag == ACL_USER_OBJ ? 6 : tag == ACL_MASK ? 3 : 0;
			entry.e_perm = htole16((uint16_t)((mode >> shift) & 7));
			memcpy(acl + at, &entry, sizeof(entry));
		}
	}
}

static bool
describe(struct writing *writing, const struct walk_entry *walked, struct manifest_entry *entry)
{
	const struct stat *st = &walked->st;
	const struct archive_job *job = writing->job;
	*entry = (struct manifest_entry){
		.path = walked->path,
		.mode = st->st_mode & 07777,
		.uid = st->st_uid,
		.gid = st->st_gid,
		.mtime = st->st_mtim,
		.ctime = st->st_ctim,
		.ino = st->st_ino & INT64_MAX,
		.nlink = st->st_nlink,
		.is_mount = walked->is_mount,
	};
	if (!manifest_type_of(st->st_mode, &entry->type))
		return diag_error(job->diags, place_of(writing, walked->path),
			"is of a type that cannot be archived");
	if (entry->type == MANIFEST_FILE)
		entry->size = (uint64_t)st->st_size;
	if (entry->type != MANIFEST_DIRECTORY && st->st_nlink > 1)
		entry->same_as = id_table_get(&writing->first_paths, st->st_ino);
	if (walked->depth == 0 && !writing->is_ahead) {
		/* Frozen: it is root's only for the time being. */
		entry->uid = job->owner.uid;
		entry->gid = job->owner.gid;
		entry->mode = job->owner.mode;
	}
	return entry->type != MANIFEST_SYMLINK || read_target(writing, walked, entry);
}

/* fd: the entry's, for data or only for its path. */
static bool
read_xattrs(struct writing *writing, const struct walk_entry *walked, int fd,
	struct manifest_entry *entry)
{
	const struct archive_job *job = writing->job;
	if (!host_read_xattrs(job->host, fd, shown(writing, walked->path), &writing->scratch,
		    &entry->xattrs, job->diags))
		return false;
	if (walked->depth == 0 && !writing->is_ahead)
		thaw_acl(&entry->xattrs, job->owner.mode);
	return true;
}

/* *ret_kept = false: left for the second pass. */
static bool
write_file(struct writing *writing, const struct walk_entry *walked, struct manifest_entry *entry,
	bool *ret_kept)
{
	AUTO_CLOSE int fd = -1;
	bool steady = false;
	if (!host_open_entry(writing->job->host, walked, shown(writing, entry->path), &fd,
		    writing->job->diags) ||
		!read_xattrs(writing, walked, fd, entry))
		return false;
	for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++) {
		struct stat st = walked->st;
		if (attempt && fstat(fd, &st) != 0)
			return diag_error(writing->job->diags, place_of(writing, entry->path),
				"cannot examine: %s", strerror(errno));
		entry->size = (uint64_t)st.st_size;
		entry->mtime = st.st_mtim;
		entry->ctime = st.st_ctim;
		entry->attempt = attempt;
		if (!write_file_once(writing, fd, &st, entry, &steady))
			return false;
		if (steady || writing->is_ahead)
			break;
	}
	*ret_kept = steady;
	return steady || writing->is_ahead || keeps_changing(writing, entry->path);
}

static bool
write_content(struct writing *writing, const struct walk_entry *walked,
	struct manifest_entry *entry, bool *ret_kept)
{
	*ret_kept = true;
	if (!writing->job->content || !is_in_tar(entry))
		return read_xattrs(writing, walked, walked->fd, entry);
	if (!skip_to(writing, entry->path))
		return false;
	if (is_as_before(writing, entry)) {
		entry->archive = writing->earlier.archive;
		entry->has_sha256 = writing->earlier.has_sha256;
		memcpy(entry->sha256, writing->earlier.sha256, sizeof(entry->sha256));
		return read_xattrs(writing, walked, walked->fd, entry);
	}
	if (writing->is_ahead && entry->type != MANIFEST_DIRECTORY && !is_settled(writing, entry)) {
		*ret_kept = false;
		return true;
	}
	entry->archive = writing->number;
	if (entry->type == MANIFEST_FILE && !entry->same_as)
		return write_file(writing, walked, entry, ret_kept);
	if (!read_xattrs(writing, walked, walked->fd, entry))
		return false;
	writing->archived[writing->number - 1]++;
	return archive_sink_begin(&writing->sink, entry, NULL) &&
		archive_sink_end(&writing->sink, 0);
}

static void
remember_path(struct writing *writing, const struct walk_entry *walked)
{
	if (S_ISDIR(walked->st.st_mode) || walked->st.st_nlink <= 1 ||
		id_table_get(&writing->first_paths, walked->st.st_ino))
		return;
	id_table_set(&writing->first_paths, walked->st.st_ino,
		arena_strdup(writing->job->arena, walked->path));
}

static bool
write_entry(struct writing *writing, const struct walk_entry *walked)
{
	struct manifest_entry entry;
	bool kept;
	if (writing->scratch_used++ >= SCRATCH_ENTRIES) {
		arena_finish(&writing->scratch);
		writing->scratch_used = 1;
	}
	if (stop_asked(writing) || !describe(writing, walked, &entry) ||
		!write_content(writing, walked, &entry, &kept))
		return false;
	tell_progress(writing, 1);
	if (!kept) {
		writing->job->in_use++;
		return true;
	}
	remember_path(writing, walked);
	bool with_digest =
		entry.archive == writing->number && entry.type == MANIFEST_FILE && !entry.same_as;
	return archive_sink_line(&writing->sink, &entry, with_digest);
}

static enum walk_verdict
enter(void *ctx, const struct walk_entry *walked, struct diags *diags)
{
	(void)diags;
	return write_entry(ctx, walked) ? WALK_ON : WALK_STOP;
}

/* ---- the whole ---- */

static bool
open_home(struct archive_job *job, int *ret_fd)
{
	struct stat st;
	AUTO_CLOSE int fd = -1;
	if (!host_open_dir(job->host, job->home, &fd, job->diags))
		return false;
	if (fstat(fd, &st) != 0 || st.st_dev != job->dev || st.st_ino != job->ino)
		return diag_error(job->diags, at(arena_strdup(job->diags->arena, job->home), 0),
			"is not the directory that the plan found");
	*ret_fd = steal_fd(&fd);
	return true;
}

static bool
open_parts(struct writing *writing)
{
	struct archive_job *job = writing->job;
	const struct manifest_header header = { job->login, job->home, job->run, job->why,
		run_log_now(job->arena), job->content };
	const char *manifest = archive_path(job->arena, job->dir, job->login,
		writing->is_ahead ? ARCHIVE_FIRST_MANIFEST : ARCHIVE_MANIFEST);
	const char *tar = archive_path(job->arena, job->dir, job->login,
		writing->number == 1 ? ARCHIVE_FIRST : ARCHIVE_SECOND);
	return archive_sink_open(&writing->sink, job->host, job->content ? tar : NULL, manifest,
		&header, job->threads);
}

/* What the first pass wrote, if there was one. */
static bool
open_before(struct writing *writing)
{
	struct archive_job *job = writing->job;
	struct host_entry found;
	const char *path = archive_path(job->arena, job->dir, job->login, ARCHIVE_FIRST_MANIFEST);
	writing->number = 1;
	if (!job->content || writing->is_ahead)
		return true;
	if (!host_inspect(job->host, path, &found, job->diags))
		return false;
	if (!found.exists)
		return true;
	writing->has_before = true;
	writing->number = 2;
	return manifest_reader_open(&writing->before, job->host, path, false, job->diags);
}

/* The archives count their entries also for those that the second pass has no use for. */
static bool
read_before_to_its_end(struct writing *writing)
{
	while (writing->has_before && !writing->before_ended) {
		if (!manifest_reader_next(
			    &writing->before, &writing->earlier, &writing->before_ended))
			return false;
	}
	if (writing->has_before)
		writing->archived[0] = writing->before.totals.archived[0];
	return true;
}

static bool
close_parts(struct writing *writing)
{
	struct archive_job *job = writing->job;
	if (!read_before_to_its_end(writing))
		return false;
	if (!archive_sink_close(&writing->sink, writing->archived))
		return false;
	job->totals = writing->sink.manifest.totals;
	job->written += writing->sink.tar.written + writing->sink.manifest.output.written;
	return host_sync_dir(job->host, job->dir, job->diags);
}

static bool
write_home(struct writing *writing)
{
	struct archive_job *job = writing->job;
	const struct walk_visitor visitor = { writing, enter, NULL };
	AUTO_CLOSE int fd = -1;
	if (!open_home(job, &fd) || !open_before(writing) || !open_parts(writing))
		return false;
	if (writing->is_ahead && !host_sync_filesystem(job->host, fd, job->home, job->diags))
		return false;
	return host_walk(job->host, fd, job->home, &visitor, job->diags) && close_parts(writing);
}

static bool
archive(struct archive_job *job, bool is_ahead)
{
	struct writing writing = {
		.job = job,
		.is_ahead = is_ahead,
		.begun = time(NULL),
		.sink = { .tar = NO_ARCHIVE_OUTPUT, .manifest = NO_MANIFEST_WRITER },
		.before = NO_MANIFEST_READER,
		.first_paths = { .arena = job->arena },
	};
	bool ok = write_home(&writing);
	archive_sink_finish(&writing.sink, job->diags);
	manifest_reader_finish(&writing.before);
	arena_finish(&writing.scratch);
	return ok;
}

static bool
read_back(struct archive_job *job, enum archive_part manifest)
{
	struct manifest_header header;
	struct manifest_totals totals;
	return archive_verify(job->host, job->dir, job->login, manifest, true, job->stop, &header,
		&totals, job->arena, job->diags);
}

bool
archive_ahead(struct archive_job *job)
{
	return archive(job, true) && read_back(job, ARCHIVE_FIRST_MANIFEST);
}

bool
archive_complete(struct archive_job *job)
{
	return archive(job, false) && read_back(job, ARCHIVE_MANIFEST);
}
