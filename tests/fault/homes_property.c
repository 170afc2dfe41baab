/*
 * homes_property.c - apply and rollback are the identity, whatever people have in their homes.
 *
 *	homes_property [--seeds N] [--from SEED] [--budget SECONDS]
 *
 * Homes are drawn from the seed: all types of files, hard links within and across homes and out of
 * them, ACLs, attributes, holes, names that are no text, odd owners and modes, deep trees. So are
 *the batches: people to create and to adopt, some with another uid, then changes; taken back in one
 *go or one by one. The real program does all of it. Every seed that fails is named.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "scene.h"

enum { HOMES = 3, ENTRIES_MAX = 14, DEPTH_MAX = 5 };

/* ---- drawing ---- */

static uint32_t seed;

static uint32_t
draw(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)(((uint64_t)seed * below) >> 32);
}

static bool
seldom(void)
{
	return draw(6) == 0;
}

/* ---- homes ---- */

/* Regular files so far, for further names of them. */
static struct {
	char paths[256][1024];
	size_t count;
} files;

static void
draw_name(char *name, size_t size, unsigned number)
{
	static const char *const odd[] = { "with blank", "-rf", "new\nline", "umlaut-\xc3\xa4",
		"latin-\xe4", "semi;colon", "$(id)", "tab\tin", "back\\slash", "\"quoted\"" };
	if (seldom())
		snprintf(name, size, "%s%u", odd[draw(ARRAY_LEN(odd))], number);
	else if (draw(20) == 0)
		snprintf(name, size, "%0200u", number);
	else
		snprintf(name, size, "%s%c%u", seldom() ? "." : "", 'a' + (int)draw(26), number);
}

static void
fill(int fd, const char *path)
{
	static const unsigned sizes[] = { 0, 1, 17, 4096, 70000 };
	unsigned size = sizes[draw(ARRAY_LEN(sizes))];
	char block[256];
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = (char)draw(256);
	for (unsigned done = 0; done < size; done += sizeof(block)) {
		size_t part = size - done < sizeof(block) ? size - done : sizeof(block);
		if (write(fd, block, part) != (ssize_t)part)
			err(1, "%s", path);
	}
	/* A hole, and something behind it. */
	if (seldom() && (ftruncate(fd, 1 << 20) != 0 || pwrite(fd, "end", 3, (1 << 20) + 5) != 3))
		err(1, "%s", path);
}

static void
make_file(const char *path)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		err(1, "%s", path);
	fill(fd, path);
	if (files.count < ARRAY_LEN(files.paths))
		snprintf(files.paths[files.count++], sizeof(files.paths[0]), "%s", path);
}

static void
make_link(const char *path)
{
	static const char *const targets[] = { "nowhere", "/etc/passwd", "..", ".", "/home",
		"a/b/c", "\xff" };
	if (symlink(targets[draw(ARRAY_LEN(targets))], path) != 0)
		err(1, "%s", path);
}

/* False when it is another name of something, whose owner is drawn already. */
static bool
make_thing(const char *path)
{
	static const mode_t types[] = { S_IFIFO, S_IFSOCK };
	switch (draw(10)) {
	case 0:
		make_link(path);
		return true;
	case 1:
		if (mknod(path, types[draw(2)] | 0600, 0) != 0)
			err(1, "%s", path);
		return true;
	case 2:
		if (seldom() && mknod(path, S_IFCHR | 0600, makedev(1, 3)) == 0)
			return true;
		make_file(path);
		return true;
	case 3:
	case 4:
		if (files.count && link(files.paths[draw((uint32_t)files.count)], path) == 0)
			return false;
		make_file(path);
		return true;
	default:
		make_file(path);
		return true;
	}
}

/* struct posix_acl_xattr_header and entries: rwx for the owner, user 1234 may read and write. */
static void
draw_acl(const char *path, const char *name)
{
	static const unsigned char acl[] = { 2, 0, 0, 0, 1, 0, 7, 0, 255, 255, 255, 255, 2, 0, 6, 0,
		0xd2, 4, 0, 0, 4, 0, 5, 0, 255, 255, 255, 255, 16, 0, 7, 0, 255, 255, 255, 255, 32,
		0, 5, 0, 255, 255, 255, 255 };
	(void)lsetxattr(path, name, acl, sizeof(acl), 0);
}

static void
draw_rights(const char *path, uid_t uid, bool is_dir)
{
	struct stat st;
	static const mode_t modes[] = { 0644, 0600, 0755, 0700, 0666, 0777, 0, 0400, 04755, 02750,
		01777, 0070 };
	static const uid_t strangers[] = { 0, 4711, 1000, 65534 };
	uid_t owner = seldom() ? strangers[draw(ARRAY_LEN(strangers))] : uid;
	gid_t group = seldom() ? 100 : uid;
	if (lchown(path, owner, group) != 0 || lstat(path, &st) != 0)
		err(1, "%s", path);
	if (S_ISLNK(st.st_mode))
		return;
	mode_t mode = modes[draw(ARRAY_LEN(modes))];
	/* More rights than the user's own do not come back to what the user could change; the
	 * account's own group is another one in some homes. */
	if (!is_dir)
		mode &= owner == uid ? 05777 : 01777;
	if (chmod(path, mode) != 0)
		err(1, "%s", path);
	if (seldom())
		draw_acl(path, "system.posix_acl_access");
	if (is_dir && seldom())
		draw_acl(path, "system.posix_acl_default");
	if (seldom() && (is_dir || S_ISREG(st.st_mode)))
		(void)lsetxattr(path, "user.colour", "green\0blue", 10, 0);
}

static void
set_time(const char *path)
{
	struct timespec times[2] = { { .tv_sec = draw(2000000000) },
		{ .tv_sec = 1, .tv_nsec = 7 } };
	times[1].tv_sec = times[0].tv_sec;
	if (utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) != 0)
		err(1, "%s", path);
}

static void
fill_dir(const char *dir, uid_t uid, unsigned depth)
{
	char name[256], path[4096];
	for (unsigned i = 0, count = draw(ENTRIES_MAX); i < count; i++) {
		draw_name(name, sizeof(name), i);
		if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
			errx(1, "%s: too deep", dir);
		if (depth < DEPTH_MAX && draw(4) == 0) {
			if (mkdir(path, 0700) != 0)
				err(1, "%s", path);
			fill_dir(path, uid, depth + 1);
			draw_rights(path, uid, true);
		} else if (make_thing(path)) {
			draw_rights(path, uid, false);
			set_time(path);
		}
	}
}

static void
draw_home(const char *root, unsigned number)
{
	static const mode_t modes[] = { 0755, 0700, 0711, 0750, 02755 };
	char home[64], path[4096];
	uid_t uid = 1001 + number;
	snprintf(home, sizeof(home), "/home/old%u", number);
	snprintf(path, sizeof(path), "%s%s", root, home);
	machine_make_dir(root, home, uid, 0755);
	fill_dir(path, uid, 0);
	if (chmod(path, modes[draw(ARRAY_LEN(modes))]) != 0)
		err(1, "%s", path);
}

static void
furnish(const char *root)
{
	char line[256], path[4096];
	files.count = 0;
	snprintf(path, sizeof(path), "%s/srv/outside", root);
	make_file(path);
	for (unsigned i = 0; i < HOMES; i++) {
		snprintf(line, sizeof(line), "old%u:x:%u:%u:Old:/home/old%u:/bin/sh\n", i, 1001 + i,
			seldom() ? 100 : 1001 + i, i);
		machine_append(root, "/etc/passwd", line);
		snprintf(line, sizeof(line), "old%u:!:19000:0:99999:7:::\n", i);
		machine_append(root, "/etc/shadow", line);
		snprintf(line, sizeof(line), "old%u:x:%u:\n", i, 1001 + i);
		machine_append(root, "/etc/group", line);
		snprintf(line, sizeof(line), "old%u:!::\n", i);
		machine_append(root, "/etc/gshadow", line);
		draw_home(root, i);
	}
}

/* ---- people ---- */

static char *
draw_sheet(bool later, struct arena *arena)
{
	/* Names that no file of the homes has: that would be refused, at the latest by apply. */
	static const char *const folders[] = { "in out:ro", "docs logs:ro", "pics pics/raw",
		"mail/new e:read-advisory" };
	AUTO_BUFFER struct buffer sheet = { 0 };
	buffer_add_text(&sheet, "username,full_name,uid,folders\n");
	for (unsigned i = 0; i < HOMES; i++) {
		bool remapped = draw(4) == 0;
		buffer_printf(&sheet, "old%u,Old %u%s,%s,%s\n", i, i, later ? " Later" : "",
			remapped && !later ? arena_printf(arena, "%u", 30001 + i) : "",
			folders[draw(ARRAY_LEN(folders))]);
	}
	for (unsigned i = 0, count = draw(3); i < count; i++)
		buffer_printf(
			&sheet, "new%u,New %u,,%s\n", i, i, folders[draw(ARRAY_LEN(folders))]);
	return arena_strdup(arena, buffer_text(&sheet));
}

/* ---- the property ---- */

static struct {
	unsigned seeds, applied, homes, changed, one_by_one, refused;
} figures;

static const char *
run(struct scene *scene, const char *arguments, struct arena *arena)
{
	struct ending ending = scene_run(scene, arguments, NULL, NULL, NULL);
	if (ending.status == 0)
		return NULL;
	return arena_printf(
		arena, "%s: status %d: %s", arguments, ending.status, scene_said(arena));
}

static const char *
compare(struct scene *scene, const struct looks *expected, const char *when, struct arena *arena)
{
	struct looks found;
	scene_look(scene, &found, arena);
	const char *leftover = machine_leftover(scene->root, arena);
	if (strcmp(expected->machine, found.machine) != 0)
		return arena_printf(arena, "%s: %s", when,
			machine_difference(expected->machine, found.machine, arena));
	if (strcmp(expected->registry, found.registry) != 0)
		return arena_printf(arena, "%s: the registry", when);
	return leftover ? arena_printf(arena, "%s: %s is left", when, leftover) : NULL;
}

/* One that was blocked is not in the run, and after the last one nothing is left to do. */
static const char *
roll_back(struct scene *scene, const char *login, struct arena *arena)
{
	struct ending ending = scene_run(
		scene, arena_printf(arena, "rollback -q -y 1 %s", login), NULL, NULL, NULL);
	const char *said = scene_said(arena);
	if (ending.status == 0 || strstr(said, "did not change a user") ||
		strstr(said, "nothing to roll back"))
		return NULL;
	return arena_printf(arena, "rollback 1 %s: status %d: %s", login, ending.status, said);
}

static const char *
go_back(struct scene *scene, struct arena *arena)
{
	const char *fault = NULL;
	if (draw(2))
		return run(scene, "rollback -q -y 1", arena);
	figures.one_by_one++;
	for (unsigned i = HOMES; i-- > 0 && !fault;)
		fault = roll_back(scene, arena_printf(arena, "old%u", i), arena);
	return fault ? fault : roll_back(scene, "", arena);
}

static const char *
change_and_back(struct scene *scene, struct arena *arena)
{
	struct looks applied;
	struct ending ending;
	scene_look(scene, &applied, arena);
	ending = scene_run(scene, "apply -q -y sheet@1 --skip-blocked", NULL, NULL, NULL);
	if (ending.status == 1)
		return arena_printf(arena, "the change: status 1: %s", scene_said(arena));
	if (ending.status != 0 || !strstr(scene_said(arena), "Run 2 "))
		return compare(scene, &applied, "a change that was refused", arena);
	figures.changed++;
	const char *fault = run(scene, "rollback -q -y 2", arena);
	return fault ? fault : compare(scene, &applied, "the change rolled back", arena);
}

static void
count_homes(struct scene *scene, struct arena *arena)
{
	struct looks looks;
	scene_look(scene, &looks, arena);
	for (const char *line = looks.registry; *line; line += strcspn(line, "\n") + 1)
		figures.homes += strncmp(line, "old", 3) == 0;
}

static const char *
apply_and_go_back(struct scene *scene, struct arena *arena)
{
	struct looks before;
	scene_look(scene, &before, arena);
	struct ending ending = scene_run(
		scene, "apply -q -y sheet@0 --adopt all --skip-blocked", NULL, NULL, NULL);
	const char *said = scene_said(arena);
	if (ending.status != 0 || !strstr(said, "Run 1 ")) {
		figures.refused++;
		/* Planned, and then not possible: that would be a plan that lied. */
		if (ending.status == 1)
			return arena_printf(arena, "apply: status 1: %s", said);
		const char *fault = compare(scene, &before, "refused", arena);
		return fault ? arena_printf(arena, "%s: %s", said, fault) : NULL;
	}
	figures.applied++;
	count_homes(scene, arena);
	const char *fault = draw(2) ? change_and_back(scene, arena) : NULL;
	if (!fault)
		fault = go_back(scene, arena);
	return fault ? fault : compare(scene, &before, "rolled back", arena);
}

static const char *
try_seed(unsigned number, struct arena *arena)
{
	struct scene scene;
	seed = number * 7919u + 1;
	const struct scene_script script = {
		.name = "homes",
		.kind = MACHINE_USUAL,
		.config = "version: 1\npolicy:\n  passwords: { new: none }\n  failure: run\n",
		.furnish = furnish,
		.sheets = { draw_sheet(false, arena), draw_sheet(true, arena) },
	};
	scene_open(&scene, &script, getenv("REHOME"));
	const char *fault = apply_and_go_back(&scene, arena);
	figures.seeds++;
	scene_end(&scene);
	return fault;
}

static double
now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	unsigned seeds = 1000, from = 1, faults = 0;
	double budget = 0, begin = now();
	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--seeds") == 0)
			seeds = (unsigned)atoi(argv[i + 1]);
		else if (strcmp(argv[i], "--from") == 0)
			from = (unsigned)atoi(argv[i + 1]);
		else if (strcmp(argv[i], "--budget") == 0)
			budget = atof(argv[i + 1]);
	}
	machine_prepare_place(argv);
	for (unsigned i = 0; i < seeds && (budget <= 0 || now() - begin < budget); i++) {
		AUTO_ARENA struct arena scratch = { 0 };
		const char *fault = try_seed(from + i, &scratch);
		if (fault)
			printf("# seed %u: %.900s\n", from + i, fault);
		faults += fault != NULL;
	}
	bool good = !faults && figures.applied > figures.refused;
	printf("%sok 1 - apply and rollback give the same homes back\n1..1\n", good ? "" : "not ");
	printf("# seeds %u from %u: applied %u with %u lived-in homes, changed after that %u, "
	       "taken "
	       "back one by one %u, refused %u, faults %u\n",
		figures.seeds, from, figures.applied, figures.homes, figures.changed,
		figures.one_by_one, figures.refused, faults);
	return !good;
}
