/*
 * step_bind.c - a home that has to stay where it is, on another filesystem, shared, or served by
 * another machine, is shown on a folder of a jail of its own.
 *
 * The home is not changed at all: it is mounted on an empty folder that root owns, so while it is
 * not mounted nobody writes into the jail by mistake. A line of fstab(5) brings it back at the next
 * boot. Of fstab only that one line is ours: it is added behind everything else, and taken back by
 * its text. Below another root nothing is mounted; the line does it when that system starts.
 */
#include <string.h>
#include <unistd.h>

#include "core/base/mount.h"
#include "core/run/step.h"

/* ---- the line ---- */

struct fstab {
	const char *text; /* "" when there is no file */
	struct host_owner owner;
	size_t begin, end; /* of our line in it, its newline included; equal = it is not there */
};

/* A last line may have no newline, and then ours has none either: the bytes come back as they were.
 */
static void
find_line(struct fstab *fstab, const char *line)
{
	size_t length = strcspn(line, "\n");
	for (const char *here = fstab->text; *here;) {
		size_t size = strcspn(here, "\n");
		const char *next = here + size + (here[size] == '\n');
		if (size == length && memcmp(here, line, length) == 0) {
			fstab->begin = (size_t)(here - fstab->text);
			fstab->end = (size_t)(next - fstab->text);
			/* The newline in front of it came with it. */
			if (!here[size] && fstab->begin)
				fstab->begin--;
			return;
		}
		here = next;
	}
}

static bool
read_fstab(const struct step *step, struct run *run, struct fstab *ret_fstab)
{
	struct host_entry entry;
	struct bytes bytes;
	bool exists;
	if (!host_inspect(run->host, step->path, &entry, run->diags) ||
		!host_read_file(run->host, step->path, run->arena, &exists, &bytes, run->diags))
		return false;
	*ret_fstab = (struct fstab){
		.text = arena_strndup(run->arena, bytes.data, bytes.size),
		.owner = { 0, 0, 0644 },
	};
	if (exists)
		ret_fstab->owner = (struct host_owner){ entry.st.st_uid, entry.st.st_gid,
			entry.st.st_mode & 07777 };
	find_line(ret_fstab, step->content);
	return true;
}

static bool
write_fstab(const struct step *step, struct run *run, const struct fstab *fstab,
	const struct buffer *text)
{
	return host_replace_file(
		run->host, step->path, buffer_bytes(text), &fstab->owner, run->diags);
}

static bool
line_apply(const struct step *step, struct run *run)
{
	AUTO_BUFFER struct buffer text = { 0 };
	struct fstab fstab;
	if (!read_fstab(step, run, &fstab))
		return false;
	if (fstab.begin != fstab.end)
		return true;
	size_t length = strlen(fstab.text), line = strlen(step->content);
	bool unterminated = length && fstab.text[length - 1] != '\n';
	buffer_add_text(&text, fstab.text);
	if (unterminated)
		buffer_add_char(&text, '\n');
	buffer_add(&text, step->content, unterminated ? line - 1 : line);
	return write_fstab(step, run, &fstab, &text);
}

static bool
line_undo(const struct step *step, struct run *run)
{
	AUTO_BUFFER struct buffer text = { 0 };
	struct fstab fstab;
	if (!read_fstab(step, run, &fstab))
		return false;
	if (fstab.begin == fstab.end)
		return true;
	buffer_add(&text, fstab.text, fstab.begin);
	buffer_add_text(&text, fstab.text + fstab.end);
	/* A file that was not there before the first line is not left behind empty. */
	return text.size ? write_fstab(step, run, &fstab, &text)
			 : host_unlink(run->host, step->path, run->diags);
}

const struct step_ops step_fstab_line = {
	.apply = line_apply,
	.undo = line_undo,
};

/* ---- the mount ---- */

static bool
bind_check(const struct step *step, struct run *run)
{
	return step_home_is_planned(step, run, step->home.source);
}

static bool
bind_apply(const struct step *step, struct run *run)
{
	AUTO_CLOSE int source_fd = -1;
	AUTO_CLOSE int target_fd = -1;
	return !host_is_live(run->host) ||
		(host_open_dir(run->host, step->home.source, &source_fd, run->diags) &&
			host_open_dir(run->host, step->path, &target_fd, run->diags) &&
			host_bind_mount(run->host, source_fd, target_fd, step->path, run->diags));
}

/* Only what is ours: somebody may have mounted something else there since. Roots of filesystems all
 * have the same inode number, and a device's number does not outlive a reboot: it is compared with
 * the home's as it is now. */
static bool
bind_undo(const struct step *step, struct run *run)
{
	struct host_entry entry, home;
	if (!host_is_live(run->host))
		return true;
	if (!host_inspect(run->host, step->path, &entry, run->diags) ||
		!host_inspect(run->host, step->home.source, &home, run->diags))
		return false;
	if (!entry.exists || entry.st.st_ino != step->home.ino ||
		(home.exists && entry.st.st_dev != home.st.st_dev))
		return true;
	return host_unmount(run->host, step->path, run->diags);
}

const struct step_ops step_home_bind = {
	.check = bind_check,
	.apply = bind_apply,
	.undo = bind_undo,
};
