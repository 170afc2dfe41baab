/*
 * test_old_unix_libc.c - account files as old_unix_parse() reads them and as this machine's libc
 * does, in a private root where they are /etc/passwd and its kin: hostile lines, and files put
 * together at random from parts that matter to the parsers.
 */
#include "tests/unit/old_root_fixture.h"

#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <shadow.h>
#include <sys/wait.h>

#include "importers/old/unix.h"

static const char *const names[] = { "anna", "bert", "+bert", "-bert", "#anna", "", "x y", "cleo\r",
	"+", "-", "root", " dora" };
enum { IDS = 8 };

static void
show_user(struct buffer *out, const char *how, const struct passwd *user)
{
	if (user)
		buffer_printf(out, "%s %s|%s|%u|%u|%s|%s|%s\n", how, user->pw_name, user->pw_passwd,
			user->pw_uid, user->pw_gid, user->pw_gecos, user->pw_dir, user->pw_shell);
	else
		buffer_printf(out, "%s none\n", how);
}

static void
show_our_user(struct buffer *out, const char *how, const struct old_passwd *user)
{
	struct passwd copy;
	if (user)
		copy = (struct passwd){ (char *)user->name, (char *)user->password, user->uid,
			user->gid, (char *)user->gecos, (char *)user->home, (char *)user->shell };
	show_user(out, how, user ? &copy : NULL);
}

static void
libc_says(struct buffer *out)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		gid_t groups[64];
		int count = ARRAY_LEN(groups);
		show_user(out, "name", getpwnam(names[i]));
		const struct spwd *shadow = getspnam(names[i]);
		if (shadow)
			buffer_printf(out, "shadow %s %ld %ld %ld %ld %ld %ld\n", shadow->sp_pwdp,
				shadow->sp_lstchg, shadow->sp_min, shadow->sp_max, shadow->sp_warn,
				shadow->sp_inact, shadow->sp_expire);
		const struct group *group = getgrnam(names[i]);
		buffer_printf(out, "group %d:", group ? (int)group->gr_gid : -2);
		for (char **member = group ? group->gr_mem : NULL; member && *member; member++)
			buffer_printf(out, "%s,", *member);
		assert_true(getgrouplist(names[i], 77, groups, &count) >= 0);
		bool seen[70000] = { false };
		for (int g = 0; g < count; g++)
			seen[groups[g] < 70000 ? groups[g] : 69999] = true;
		for (size_t g = 0; g < ARRAY_LEN(seen); g++) {
			if (seen[g])
				buffer_printf(out, " %zu", g);
		}
		buffer_add_char(out, '\n');
	}
	for (uid_t id = 0; id < IDS; id++) {
		const struct group *group = getgrgid(id);
		show_user(out, "id", getpwuid(id));
		buffer_printf(out, "gid %s\n", group ? group->gr_name : "none");
	}
	setusershell();
	for (const char *shell; (shell = getusershell());)
		buffer_printf(out, "shell %s\n", shell);
	endusershell();
}

static void
we_say(struct buffer *out, const struct old_unix *accounts, struct arena *arena)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		gid_t *groups;
		size_t count;
		show_our_user(out, "name", old_unix_user(accounts, names[i]));
		const struct old_shadow *shadow = old_unix_shadow(accounts, names[i]);
		if (shadow)
			buffer_printf(out, "shadow %s %ld %ld %ld %ld %ld %ld\n", shadow->hash,
				(long)shadow->changed, (long)shadow->min, (long)shadow->max,
				(long)shadow->warn, (long)shadow->inactive, (long)shadow->expires);
		const struct old_group *group = old_unix_group(accounts, names[i]);
		buffer_printf(out, "group %d:", group ? (int)group->gid : -2);
		for (size_t m = 0; group && m < group->members.count; m++)
			buffer_printf(out, "%s,", group->members.items[m]);
		old_unix_groups(accounts, names[i], 77, arena, &groups, &count);
		for (size_t g = 0; g < count; g++)
			buffer_printf(out, " %u", groups[g] < 70000 ? groups[g] : 69999);
		buffer_add_char(out, '\n');
	}
	for (uid_t id = 0; id < IDS; id++) {
		const struct old_group *group = old_unix_group_by_gid(accounts, id);
		show_our_user(out, "id", old_unix_user_by_uid(accounts, id));
		buffer_printf(out, "gid %s\n", group ? group->name : "none");
	}
	for (size_t i = 0; i < accounts->shells.count; i++)
		buffer_printf(out, "shell %s\n", accounts->shells.items[i]);
}

static void
write_file(const char *path, struct bytes content)
{
	AUTO_FILE FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(content.data, 1, content.size, file), content.size);
}

/* The first line that differs is enough, and what was read. */
static void
must_be_equal(const char *ours, const char *theirs, const struct buffer files[4])
{
	while (*ours && strcspn(ours, "\n") == strcspn(theirs, "\n") &&
		strncmp(ours, theirs, strcspn(ours, "\n")) == 0) {
		ours += strcspn(ours, "\n") + 1;
		theirs += strcspn(theirs, "\n") + 1;
	}
	if (*ours || *theirs)
		print_error("passwd:\n%s\ngroup:\n%s\nshadow:\n%s\nshells:\n%s\n",
			buffer_text(&files[0]), buffer_text(&files[1]), buffer_text(&files[2]),
			buffer_text(&files[3]));
	assert_string_equal(ours, theirs);
}

static void
compare(struct buffer files[4])
{
	static const char *const paths[] = { "/etc/passwd", "/etc/group", "/etc/shadow",
		"/etc/shells" };
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_BUFFER struct buffer theirs = { 0 }, ours = { 0 };
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		buffer_add_text(&files[i], "");
		write_file(paths[i], buffer_bytes(&files[i]));
	}
	const struct old_unix_files parts = {
		.passwd = buffer_bytes(&files[0]),
		.group = buffer_bytes(&files[1]),
		.shadow = buffer_bytes(&files[2]),
		.shells = { buffer_text(&files[3]), files[3].size },
	};
	libc_says(&theirs);
	we_say(&ours, old_unix_parse(&parts, &arena), &arena);
	must_be_equal(buffer_text(&ours), buffer_text(&theirs), files);
}

/* ---- files at random ---- */

static uint64_t
next_random(uint64_t *seed, uint64_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed % below;
}

static void
add_part(struct buffer *file, uint64_t *seed)
{
	static const char *const parts[] = { ":", ":", ":", ":", ",", "\n", "\n", " ", "\t", "\r",
		"0", "1", "7", "-1", "+5", "99999999999", "0x1", "1a", "/bin/sh", "/", "#", "x",
		"*", "$6$a", "anna", "bert", "+", "-", "@", "19000", "\v" };
	buffer_add_text(file, parts[next_random(seed, ARRAY_LEN(parts))]);
}

static void
add_good_line(struct buffer *file, size_t which, uint64_t *seed)
{
	const char *name = names[next_random(seed, ARRAY_LEN(names))];
	unsigned id = (unsigned)next_random(seed, IDS);
	switch (which) {
	case 0:
		buffer_printf(file, "%s:x:%u:%u:Gecos:/home:/bin/sh", name, id, id);
		break;
	case 1:
		buffer_printf(file, "%s:x:%u:anna,%s", name, id,
			names[next_random(seed, ARRAY_LEN(names))]);
		break;
	case 2:
		buffer_printf(file, "%s:$6$h:19000:0:99999:7::%s:", name, id % 2 ? "20000" : "");
		break;
	default:
		buffer_printf(file, "/bin/%s", name);
	}
}

/*
 * With blanks in front of a last line that does not end, glibc 2.36 takes the last bytes of that
 * line twice: a slip of its versions since 2.33 that is not ours to keep. Nor that a shell "/" is
 * none when its line does not end.
 */
static bool
must_end(const struct buffer *file)
{
	if (file->data[file->size - 1] == '/')
		return true;
	const char *line = memrchr(file->data, '\n', file->size);
	line = line ? line + 1 : file->data;
	return strspn(line, " \t\v\f\r") > 0;
}

static void
test_unix_reads_what_libc_reads(void **state)
{
	(void)state;
	uint64_t seed = 0x5eed0fface;
	for (unsigned round = 0; round < 3000; round++) {
		struct buffer files[4] = { 0 };
		for (size_t i = 0; i < ARRAY_LEN(files); i++) {
			for (uint64_t lines = next_random(&seed, 6); lines; lines--) {
				for (uint64_t odd = next_random(&seed, 4); odd > 1; odd--)
					add_part(&files[i], &seed);
				add_good_line(&files[i], i, &seed);
				for (uint64_t odd = next_random(&seed, 8); odd > 3; odd--)
					add_part(&files[i], &seed);
				if (lines > 1 || must_end(&files[i]) || next_random(&seed, 2))
					buffer_add_char(&files[i], '\n');
			}
		}
		compare(files);
		for (size_t i = 0; i < ARRAY_LEN(files); i++)
			buffer_finish(&files[i]);
	}
}

/* A root of its own, also for those who are not root. */
static bool
enter(const char *path)
{
	return (geteuid() == 0 || unshare(CLONE_NEWUSER) == 0) && chroot(path) == 0 &&
		chdir("/") == 0;
}

int
main(void)
{
	char path[] = "/tmp/rehome-libc-XXXXXX";
	if (!mkdtemp(path))
		return 1;
	pid_t child = fork();
	if (child == 0) {
		const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_unix_reads_what_libc_reads),
		};
		if (!enter(path))
			_exit(77);
		bool made = mkdir("/etc", 0755) == 0;
		bool failed = !made || cmocka_run_group_tests(tests, NULL, NULL) != 0;
		/* The leak sanitiser would look for /proc, which is not here. */
		fflush(NULL);
		_exit(failed);
	}
	int status = 0;
	bool ended = child > 0 && waitpid(child, &status, 0) == child;
	remove_tree(path);
	return ended && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
