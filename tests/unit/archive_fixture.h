/*
 * archive_fixture.h - a home with everything that people have in homes, and its archive.
 */
#ifndef REHOME_TESTS_ARCHIVE_FIXTURE_H
#define REHOME_TESTS_ARCHIVE_FIXTURE_H

#include "host_fixture.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include "core/run/archive.h"
#include "core/run/archive_lines.h"

#define HOME "/home/anna"
#define ARCHIVES "/archives"

enum { ANNA = 4711, OLD = 946684800 };

static inline void
own(struct fixture *f, const char *path, mode_t mode)
{
	assert_int_equal(lchown(real(f, path), ANNA, ANNA), 0);
	assert_int_equal(chmod(real(f, path), mode), 0);
}

static inline void
put(struct fixture *f, const char *path, const char *content, mode_t mode)
{
	make_file(f, path, content);
	own(f, path, mode);
}

static inline void
set_xattr(struct fixture *f, const char *path, const char *name, const void *value, size_t size)
{
	assert_int_equal(lsetxattr(real(f, path), name, value, size, 0), 0);
}

/* A file of 8 MiB with data at its beginning and at 4 MiB, and a hole behind each. */
static inline void
make_sparse(struct fixture *f, const char *path)
{
	AUTO_CLOSE int fd = open(real(f, path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "first", 5, 0), 5);
	assert_int_equal(pwrite(fd, "second", 6, 4 << 20), 6);
	assert_int_equal(ftruncate(fd, 8 << 20), 0);
}

static inline void
make_socket(struct fixture *f, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", real(f, path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

/* user::rw- user:4712:rw- group::r-- mask::rw- other::--- */
static const unsigned char sample_acl[] = { 2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 6, 0,
	104, 18, 0, 0, 4, 0, 4, 0, 255, 255, 255, 255, 16, 0, 6, 0, 255, 255, 255, 255, 32, 0, 0, 0,
	255, 255, 255, 255 };
/* cap_net_bind_service=ep */
static const unsigned char sample_caps[] = { 1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0 };

static inline void
make_home(struct fixture *f)
{
	make_dir(f, "/home");
	make_dir(f, ARCHIVES);
	make_dir(f, HOME);
	make_dir(f, HOME "/docs");
	make_dir(f, HOME "/docs/deep");
	put(f, HOME "/docs/deep/note", "a note\n", 0640);
	put(f, HOME "/docs-are-here", "sorts behind what is in docs\n", 0600);
	put(f, HOME "/empty", "", 0644);
	put(f, HOME "/tool", "#!/bin/sh\n", 04755);
	set_xattr(f, HOME "/tool", "security.capability", sample_caps, sizeof(sample_caps));
	put(f, HOME "/shared", "acl\n", 0660);
	set_xattr(f, HOME "/shared", "system.posix_acl_access", sample_acl, sizeof(sample_acl));
	set_xattr(f, HOME "/shared", "user.a=b", "with\0zero", 9);
	put(f, HOME "/odd \xff\xfe\n\x1b", "name of bytes\n", 0600);
	put(f, HOME "/\xc3\xbc\xe2\x80\xae", "name in UTF-8\n", 0600);
	make_sparse(f, HOME "/sparse");
	assert_int_equal(truncate(real(f, HOME "/empty"), 0), 0);
	make_file(f, HOME "/hole", "");
	assert_int_equal(truncate(real(f, HOME "/hole"), (off_t)1 << 40), 0);
	assert_int_equal(link(real(f, HOME "/docs/deep/note"), real(f, HOME "/same")), 0);
	assert_int_equal(symlink("../../etc/passwd", real(f, HOME "/link")), 0);
	assert_int_equal(mkfifo(real(f, HOME "/pipe"), 0600), 0);
	make_socket(f, HOME "/socket");
	own(f, HOME "/docs", 02750);
	own(f, HOME, 0751);
}

static inline struct archive_job
job_of(struct fixture *f, bool content)
{
	struct stat st = stat_of(f, HOME);
	return (struct archive_job){
		.host = f->host,
		.arena = &f->arena,
		.diags = &f->diags,
		.dir = ARCHIVES,
		.login = "anna",
		.home = HOME,
		.run = "7",
		.why = "adopt",
		.dev = st.st_dev,
		.ino = st.st_ino,
		.owner = { st.st_uid, st.st_gid, st.st_mode & 07777 },
		.content = content,
	};
}

static inline bool
verify(struct fixture *f)
{
	struct manifest_header header;
	struct manifest_totals totals;
	return archive_verify(f->host, ARCHIVES, "anna", ARCHIVE_MANIFEST, false, NULL, &header,
		&totals, &f->arena, &f->diags);
}

/* "docs/deep/note file 0640 1" for each entry: path, type, mode, and the archive that has it. */
static inline const char *
manifest_said(struct fixture *f, enum archive_part part)
{
	AUTO_BUFFER struct buffer out = { 0 };
	AUTO_MANIFEST_READER struct manifest_reader reader = NO_MANIFEST_READER;
	struct manifest_entry entry;
	bool end = false;
	assert_ok(f,
		manifest_reader_open(&reader, f->host,
			archive_path(&f->arena, ARCHIVES, "anna", part), false, &f->diags));
	for (;;) {
		assert_ok(f, manifest_reader_next(&reader, &entry, &end));
		if (end)
			return arena_strdup(&f->arena, buffer_text(&out));
		buffer_printf(&out, "%s %s %04o %u", *entry.path ? entry.path : ".",
			manifest_type_name(entry.type), (unsigned)entry.mode, entry.archive);
		if (entry.same_as)
			buffer_printf(&out, " = %s", entry.same_as);
		if (entry.target)
			buffer_printf(&out, " -> %s", entry.target);
		ARRAY_FOREACH (xattr, &entry.xattrs)
			buffer_printf(&out, " %s:%zu", xattr->name, xattr->value.size);
		buffer_add_char(&out, '\n');
	}
}

#endif
