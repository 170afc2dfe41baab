/*
 * daemon_homes.c - who uses people's homes without running as them.
 *
 * One pass over /proc: working directory, root, open files and mappings of every process. What is
 * found is looked up by cutting components, so the number of homes costs nothing. In our own mount
 * namespace a path counts as it stands and by its place on its filesystem, in another one (a
 * container, a service with private directories) by its place only: there, /home/anna may be
 * somebody else's.
 *
 * Not seen: threads that left the directory of their process (unshare(CLONE_FS)), and processes of
 * outer PID namespaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "core/run/daemon.h"
#include "core/run/daemon_proc.h"

enum { PATH_ROOM = 4096 };

struct search {
	const struct table *homes;   /* path -> login */
	struct table places;	     /* place -> login */
	const struct id_table *uids; /* whose own processes do not count */
	struct table namespaces;     /* "mnt:[4026531841]" -> its mounts, struct table */
	const char *namespace;	     /* ours */
	struct table seen;	     /* "PID login kind writes" */
	size_t hidden;		     /* processes that may not be looked at */
	struct home_uses *uses;
	struct arena *arena;   /* of what is returned */
	struct arena *scratch; /* of the rest */
};

struct subject {
	pid_t pid;
	uid_t uid;
	const struct table *mounts; /* NULL: cannot be known */
	bool is_near;		    /* in our mount namespace */
};

/* ---- places ---- */

/* A process whose own root is that of its namespace sees all mounts; another only some. */
static const struct table *
mounts_of(struct search *search, pid_t pid, const char *namespace)
{
	char root[PATH_ROOM];
	struct table *mounts = table_get(&search->namespaces, namespace);
	if (mounts)
		return mounts;
	if (!proc_read_link(pid, "root", root, sizeof(root)) || strcmp(root, "/") != 0)
		return NULL;
	mounts = ARENA_NEW(search->scratch, struct table);
	mounts->arena = search->scratch;
	if (!proc_read_mounts(pid, mounts))
		return NULL;
	table_set(&search->namespaces, arena_strdup(search->scratch, namespace), mounts);
	return mounts;
}

/* So that a chrooted process can be judged that is met before its like. */
static void
learn_namespaces(struct search *search, DIR *proc)
{
	char namespace[64];
	pid_t pid;
	while (proc_next(proc, &pid)) {
		if (proc_read_link(pid, "ns/mnt", namespace, sizeof(namespace)))
			mounts_of(search, pid, namespace);
	}
	rewinddir(proc);
}

static void
place_homes(struct search *search)
{
	char place[PROC_PLACE_ROOM];
	const struct table *mounts = table_get(&search->namespaces, search->namespace);
	for (size_t i = 0; i < search->homes->room; i++) {
		const struct table_slot *slot = &search->homes->slots[i];
		if (slot->key && slot->value && mounts && proc_place(mounts, slot->key, place))
			table_set(
				&search->places, arena_strdup(search->scratch, place), slot->value);
	}
}

/* Whose home a path is in, or NULL. */
static const char *
home_with(const struct search *search, const struct subject *subject, char *path)
{
	static const char deleted[] = " (deleted)";
	char place[PROC_PLACE_ROOM];
	size_t length = strlen(path), above;
	const char *login = NULL;
	if (path[0] != '/')
		return NULL; /* a socket, a pipe */
	/* Kept where it is a part of the name: then the folder above it decides. */
	if (length > strlen(deleted) && strcmp(path + length - strlen(deleted), deleted) == 0)
		path[length - strlen(deleted)] = '\0';
	if (subject->is_near)
		login = table_get_above(search->homes, path, &above);
	if (!login && subject->mounts && proc_place(subject->mounts, path, place))
		login = table_get_above(&search->places, place, &above);
	return login;
}

/* ---- one process ---- */

static void
note(struct search *search, const struct subject *subject, const char *path, const char *login,
	enum home_use_kind kind, bool writes)
{
	const char *key = arena_printf(
		search->scratch, "%d %s %d %d", (int)subject->pid, login, (int)kind, (int)writes);
	if (table_get(&search->seen, key))
		return;
	table_set(&search->seen, key, search);
	ARRAY_PUSH(search->arena, search->uses,
		(struct home_use){
			.pid = subject->pid,
			.uid = subject->uid,
			.command = proc_command(subject->pid, search->arena),
			.login = arena_strdup(search->arena, login),
			.path = arena_strdup(search->arena, path),
			.kind = kind,
			.writes = writes,
		});
}

static void
look_at_link(struct search *search, const struct subject *subject, const char *name,
	enum home_use_kind kind)
{
	char path[PATH_ROOM];
	if (!proc_read_link(subject->pid, name, path, sizeof(path)))
		return;
	const char *login = home_with(search, subject, path);
	if (login)
		note(search, subject, path, login, kind, false);
}

/* "flags:" of fdinfo is octal. Who opened a thing only to have it (O_PATH) writes nothing. */
static bool
is_for_writing(pid_t pid, const char *number)
{
	char name[64], text[1024];
	unsigned flags;
	snprintf(name, sizeof(name), "fdinfo/%.32s", number);
	if (!proc_read(pid, name, text, sizeof(text)))
		return false;
	const char *line = strstr(text, "flags:");
	return line && sscanf(line, "flags: %o", &flags) == 1 && !(flags & O_PATH) &&
		(flags & O_ACCMODE) != O_RDONLY;
}

static void
look_at_files(struct search *search, const struct subject *subject)
{
	char path[PATH_ROOM];
	struct dirent *entry;
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)subject->pid);
	AUTO_DIR DIR *dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		ssize_t size = readlinkat(dirfd(dir), entry->d_name, path, sizeof(path) - 1);
		if (size <= 0)
			continue;
		path[size] = '\0';
		const char *login = home_with(search, subject, path);
		if (login)
			note(search, subject, path, login, HOME_USE_FILE,
				is_for_writing(subject->pid, entry->d_name));
	}
}

/* "7f0c1000-7f0c2000 rw-s 00000000 08:01 1311 /home/anna/db": the path has only \n escaped, and
 * what cannot be told apart by that is in the same folder anyhow. */
static void
look_at_maps(struct search *search, const struct subject *subject)
{
	char name[64], before[PATH_ROOM] = "";
	AUTO_FREE char *line = NULL;
	size_t room = 0;
	snprintf(name, sizeof(name), "/proc/%d/maps", (int)subject->pid);
	AUTO_FILE FILE *file = fopen(name, "re");
	while (file && getline(&line, &room, file) > 0) {
		char *path = strchr(line, '/'), *rights = strchr(line, ' ');
		if (!path || !rights || strlen(path) >= sizeof(before))
			continue;
		path[strcspn(path, "\n")] = '\0';
		bool writes = rights[2] == 'w' && rights[4] == 's';
		if (strcmp(path, before) == 0 && !writes)
			continue;
		strcpy(before, path);
		const char *login = home_with(search, subject, path);
		if (login)
			note(search, subject, path, login, HOME_USE_MAP, writes);
	}
}

/* What belongs to the kernel has no program; what we may not see says so. */
static bool
is_hidden(pid_t pid)
{
	char path[PATH_ROOM];
	return !proc_read_link(pid, "cwd", path, sizeof(path)) &&
		(errno == EACCES || errno == EPERM);
}

static void
look_at(struct search *search, pid_t pid)
{
	char namespace[64];
	const char *login;
	struct subject subject = { .pid = pid };
	if (pid == getpid() || !proc_owner(pid, search->uids, &subject.uid, &login) || login)
		return;
	if (is_hidden(pid)) {
		search->hidden++;
		return;
	}
	if (!proc_read_link(pid, "ns/mnt", namespace, sizeof(namespace)))
		return;
	subject.is_near = strcmp(namespace, search->namespace) == 0;
	subject.mounts = mounts_of(search, pid, namespace);
	look_at_link(search, &subject, "cwd", HOME_USE_CWD);
	look_at_link(search, &subject, "root", HOME_USE_ROOT);
	look_at_files(search, &subject);
	look_at_maps(search, &subject);
}

static void
warn_of_hidden(size_t count, struct diags *diags)
{
	if (!count)
		return;
	diag_warning(diags, at("/proc", 0), "%zu processes may not be looked at", count);
	diag_hint(diags, "Make sure that none of them works in the homes.");
	diag_code(diags, "processes-hidden");
}

bool
daemon_find_home_uses(const struct table *homes, const struct id_table *uids, struct arena *arena,
	struct home_uses *ret_uses, struct diags *diags)
{
	AUTO_ARENA struct arena scratch = { 0 };
	struct home_uses uses = { 0 };
	char namespace[64];
	struct search search = {
		.homes = homes,
		.places = { .arena = &scratch },
		.uids = uids,
		.namespaces = { .arena = &scratch },
		.namespace = namespace,
		.seen = { .arena = &scratch },
		.uses = &uses,
		.arena = arena,
		.scratch = &scratch,
	};
	pid_t pid;
	AUTO_DIR DIR *proc = opendir("/proc");
	if (!proc || !proc_read_link(getpid(), "ns/mnt", namespace, sizeof(namespace)))
		return diag_error(diags, at("/proc", 0), "cannot read: %s", strerror(errno));
	mounts_of(&search, getpid(), namespace);
	learn_namespaces(&search, proc);
	place_homes(&search);
	while (proc_next(proc, &pid))
		look_at(&search, pid);
	warn_of_hidden(search.hidden, diags);
	*ret_uses = uses;
	return true;
}
