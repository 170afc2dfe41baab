/*
 * archive_manifest.h - what a home held, entry by entry: the lines of <login>.manifest.zst.
 *
 * JSON lines, in the order in which the home was walked: a directory before what is in it, names by
 * byte (manifest_order()). All readers and writers go through both manifest and archives side by
 * side in that order, so that no home is too large for memory.
 *
 *	{"format":"rehome-manifest","version":1,"login":"anna","home":"/home/anna",...}
 *	{"path":"","type":"directory","mode":"0755",...}
 *	{"path":"a/b","type":"file",...,"sha256":"...","archive":2}
 *	{"end":true,"entries":2,...}
 *
 * The first line says what it is of, the last one how much there must be: a torn file is noticed.
 * Bytes that are not UTF-8 are base64 under the name with "_b64" behind it. What was read from a
 * manifest is safe to use below a directory: paths are relative, without "." and "..".
 */
#ifndef REHOME_RUN_ARCHIVE_MANIFEST_H
#define REHOME_RUN_ARCHIVE_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/diag.h"
#include "core/base/walk.h"

enum { MANIFEST_SHA256 = 32 };

enum manifest_type {
	MANIFEST_FILE,
	MANIFEST_DIRECTORY,
	MANIFEST_SYMLINK,
	MANIFEST_FIFO,
	MANIFEST_SOCKET, /* in the manifest only, like devices */
	MANIFEST_CHAR_DEVICE,
	MANIFEST_BLOCK_DEVICE,
	MANIFEST_TYPES,
};

struct manifest_header {
	const char *login, *home, *run;
	const char *why;     /* the change's action: "adopt" */
	const char *created; /* RFC 3339, UTC */
	bool content;	     /* "kind": "full"; false: "manifest", names and rights only */
};

struct manifest_entry {
	const char *path; /* below the home; "" = the home itself */
	enum manifest_type type;
	mode_t mode; /* 07777 */
	uid_t uid;
	gid_t gid;
	uint64_t size; /* of files */
	struct timespec mtime, ctime;
	uint64_t ino, nlink;
	const char *target;  /* of a symbolic link */
	const char *same_as; /* the first path of the same inode, when that is another */
	bool is_mount;	     /* a mount point: what is below it is not in the archive */
	struct host_xattrs xattrs;

	/* Archives with contents. */
	bool has_sha256;
	uint8_t sha256[MANIFEST_SHA256]; /* archive_digest.h */
	unsigned archive;		 /* which holds it: 1, 2; 0 = none */
	unsigned attempt; /* how many entries of this path stand before it there: files that
			     changed while they were read */
};

struct manifest_totals {
	uint64_t entries, files, bytes;
	uint64_t archived[2]; /* entries in the archives 1 and 2, torn attempts included */
};

enum manifest_line_kind {
	MANIFEST_HEADER,
	MANIFEST_ENTRY,
	MANIFEST_END,
};

struct manifest_line {
	enum manifest_line_kind kind;
	struct manifest_header header;
	struct manifest_entry entry;
	struct manifest_totals totals;
};

/* Each adds one line, newline included. */
void manifest_encode_header(const struct manifest_header *header, struct buffer *out);
void manifest_encode_entry(const struct manifest_entry *entry, struct buffer *out);
void manifest_encode_end(const struct manifest_totals *totals, struct buffer *out);

/* One line, without its newline. Texts are in the arena. place is for messages. */
NODISCARD bool manifest_decode(struct bytes line, struct place place, struct arena *arena,
	struct manifest_line *ret_line, struct diags *diags);

/* Everything it points to is copied into the arena. */
void manifest_copy_entry(
	const struct manifest_entry *from, struct arena *arena, struct manifest_entry *to);

/* What the walk saw. False for a type that no filesystem has. */
bool manifest_type_of(mode_t mode, enum manifest_type *ret_type);
const char *manifest_type_name(enum manifest_type type);
/* S_IFREG, ... */
mode_t manifest_type_mode(enum manifest_type type);

/* < 0, 0, > 0: where two paths stand in a walk. */
int manifest_order(const char *a, const char *b);

/* The member that is to blame when path, target or link of an entry cannot be; NULL = none. */
const char *manifest_path_fault(const struct manifest_entry *entry);
/* 64 lower-case digits. */
bool manifest_read_hex(const char *text, uint8_t ret_sha256[static MANIFEST_SHA256]);

/* True for a relative path without empty, "." and ".." components; "" is none. */
bool manifest_path_is_safe(const char *path);

#endif
