/*
 * bare.c - the least that creating N jailed accounts can cost: the directories and the four account
 * files, with nothing read, checked, journalled or undone. What rehome is measured against.
 *
 *	bare DIRECTORY N    makes DIRECTORY/home/user0000001 ... with 4 folders each, and
 *	                    DIRECTORY/etc/{passwd,shadow,group,gshadow} written once
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const folders[] = { "pics", "musics", "docs", "logs" };
enum { FOLDERS = 4, FIRST_ID = 20000 };

static void
check(int result, const char *what)
{
	if (result < 0) {
		perror(what);
		exit(1);
	}
}

static void
make_homes(const char *directory, int count)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/home", directory);
	mkdir(path, 0755);
	int base = open(path, O_RDONLY | O_DIRECTORY);
	check(base, path);
	for (int i = 0; i < count; i++) {
		char name[32];
		snprintf(name, sizeof(name), "user%07d", i);
		check(mkdirat(base, name, 0755), name);
		int home = openat(base, name, O_RDONLY | O_DIRECTORY);
		check(home, name);
		for (int k = 0; k < FOLDERS; k++) {
			uid_t owner = k == FOLDERS - 1 ? 0 : (uid_t)(FIRST_ID + i);
			check(mkdirat(home, folders[k], 0755), folders[k]);
			check(fchownat(home, folders[k], owner, 999, AT_SYMLINK_NOFOLLOW),
				folders[k]);
		}
		close(home);
	}
	check(syncfs(base), "syncfs");
	close(base);
}

static void
write_group(FILE *file, int i)
{
	fprintf(file, "user%07d:x:%d:\n", i, FIRST_ID + i);
}

static void
write_gshadow(FILE *file, int i)
{
	fprintf(file, "user%07d:!::\n", i);
}

static void
write_shadow(FILE *file, int i)
{
	fprintf(file, "user%07d:*:20000:0:99999:7:::\n", i);
}

static void
write_passwd(FILE *file, int i)
{
	fprintf(file, "user%07d:x:%d:%d:Some Body:/home/user%07d:/usr/sbin/nologin\n", i,
		FIRST_ID + i, FIRST_ID + i, i);
}

static void
write_file(
	const char *directory, const char *name, void (*write_line)(FILE *file, int i), int count)
{
	char path[4096], temporary[4100];
	snprintf(path, sizeof(path), "%s/etc/%s", directory, name);
	snprintf(temporary, sizeof(temporary), "%s.new", path);
	FILE *file = fopen(temporary, "w");
	if (!file) {
		perror(temporary);
		exit(1);
	}
	for (int i = 0; i < count; i++)
		write_line(file, i);
	fflush(file);
	check(fsync(fileno(file)), temporary);
	fclose(file);
	check(rename(temporary, path), path);
}

int
main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: bare DIRECTORY N\n");
		return 64;
	}
	char path[4096];
	int count = atoi(argv[2]);
	umask(0);
	mkdir(argv[1], 0755);
	snprintf(path, sizeof(path), "%s/etc", argv[1]);
	mkdir(path, 0755);
	make_homes(argv[1], count);
	write_file(argv[1], "group", write_group, count);
	write_file(argv[1], "gshadow", write_gshadow, count);
	write_file(argv[1], "shadow", write_shadow, count);
	write_file(argv[1], "passwd", write_passwd, count);
	return 0;
}
