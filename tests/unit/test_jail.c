/*
 * test_jail.c - the rules for a jail's path. The host is a table in memory, so that owners need no
 * root and every look is counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/plan/jail.h"

/* ---- a host in memory: stands in front of core/base/host.c when this program is linked ---- */

struct thing {
	const char *path;
	mode_t mode;
	uid_t uid;
	bool acl_grants_write, unreadable;
};

static const struct thing things[] = {
	{ "/", S_IFDIR | 0755, 0, false, false },
	{ "/home", S_IFDIR | 0755, 0, false, false },
	{ "/home/good", S_IFDIR | 0755, 0, false, false },
	{ "/home/closed", S_IFDIR | 0700, 0, false, false },
	{ "/home/sticky", S_IFDIR | 01755, 0, false, false },
	{ "/home/bob", S_IFDIR | 0755, 1000, false, false },
	{ "/home/link", S_IFLNK | 0777, 0, false, false },
	{ "/home/file", S_IFREG | 0644, 0, false, false },
	{ "/home/team", S_IFDIR | 0775, 0, false, false },
	{ "/home/open", S_IFDIR | 0757, 0, false, false },
	{ "/home/tmp", S_IFDIR | 01777, 0, false, false },
	{ "/home/wide", S_IFDIR | 0777, 0, false, false },
	{ "/home/acl", S_IFDIR | 0775, 0, true, false },
	{ "/home/sick", S_IFDIR | 0755, 0, false, true },
	{ "/home/it's here", S_IFDIR | 0775, 0, false, false },
	{ "/home/bob/in", S_IFDIR | 0755, 0, false, false },
};

static unsigned looks;

bool
host_inspect(struct host *host, const char *path, struct host_entry *ret_entry, struct diags *diags)
{
	(void)host;
	looks++;
	*ret_entry = (struct host_entry){ 0 };
	for (size_t i = 0; i < ARRAY_LEN(things); i++) {
		const struct thing *thing = &things[i];
		if (strcmp(thing->path, path) != 0)
			continue;
		if (thing->unreadable)
			return diag_error(diags, at(path, 0), "cannot examine: broken");
		ret_entry->exists = true;
		ret_entry->st.st_mode = thing->mode;
		ret_entry->st.st_uid = thing->uid;
		ret_entry->acl_grants_write = thing->acl_grants_write;
	}
	return true;
}

char *
host_real_path(const struct host *host, const char *path, struct arena *arena)
{
	return host ? arena_printf(arena, "/mnt/old%s", path) : arena_strdup(arena, path);
}

static void
cache_init(struct jail_cache *cache, struct arena *arena)
{
	*cache = (struct jail_cache){ .arena = arena, .components.arena = arena };
	looks = 0;
}

/* ---- paths ---- */

static void
test_normal_paths_are_absolute_and_have_no_detours(void **state)
{
	(void)state;
	static const char *const normal[] = { "/", "/a", "/home/bob", "/home/.hidden", "/a/...",
		"/a/..b", "/home/b b" };
	static const char *const others[] = { "", "home", "./home", "//", "//home", "/home/",
		"/home//bob", "/.", "/..", "/home/.", "/home/../etc", "/home/./bob", "/home/.." };
	for (size_t i = 0; i < ARRAY_LEN(normal); i++)
		assert_true(jail_path_is_normal(normal[i]));
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_false(jail_path_is_normal(others[i]));
}

static void
test_a_path_of_more_than_path_max_is_not_normal(void **state)
{
	(void)state;
	char path[4097];
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[4095] = '\0';
	assert_true(jail_path_is_normal(path));
	path[4095] = 'a';
	path[4096] = '\0';
	assert_false(jail_path_is_normal(path));
}

static void
test_containment_is_by_whole_components(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool contains;
	} cases[] = {
		{ "/", "/", true },
		{ "/", "/home", true },
		{ "/home", "/home", true },
		{ "/home", "/home/bob", true },
		{ "/home", "/homes", false },
		{ "/home/bob", "/home", false },
		{ "/home/bo", "/home/bob", false },
		{ "/home", "/", false },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(jail_contains(cases[i].a, cases[i].b), cases[i].contains);
}

static void
test_system_directories_are_never_jails(void **state)
{
	(void)state;
	static const char *const system[] = { "/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib",
		"/lib64", "/media", "/mnt", "/opt", "/proc", "/root", "/run", "/sbin", "/srv",
		"/sys", "/tmp", "/usr", "/var", "/usr/bin", "/usr/local", "/usr/local/bin",
		"/var/lib", "/var/log", "/var/spool/cron", "/etc/ssh/rehome_keys", "/proc/1/root",
		"/var/lib/rehome/runs", "/dev/shm" };
	static const char *const others[] = { "/home/bob", "/srv/ftp", "/srv/sftp/bob", "/data",
		"/var/www/site", "/var/lib/ftp", "/opt/share", "/homes", "/etcetera",
		"/usr/local/ftp", "/mnt/disk/bob" };
	for (size_t i = 0; i < ARRAY_LEN(system); i++)
		assert_true(jail_is_system_directory(system[i]));
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_false(jail_is_system_directory(others[i]));
}

/* ---- components ---- */

struct fault_case {
	const char *path;
	bool may_be_missing;
	enum jail_rule fault;
	const char *component; /* NULL = no fault */
};

static void
test_the_first_faulty_component_is_found(void **state)
{
	(void)state;
	static const struct fault_case cases[] = {
		{ "/home/good", false, JAIL_OK, NULL },
		{ "/home/closed", false, JAIL_OK, NULL },
		{ "/home/sticky", false, JAIL_OK, NULL },
		{ "/home/bob", false, JAIL_OWNER, "/home/bob" },
		{ "/home/bob/in", false, JAIL_OWNER, "/home/bob" },
		{ "/home/link", true, JAIL_SYMLINK, "/home/link" },
		{ "/home/link/in", true, JAIL_SYMLINK, "/home/link" },
		{ "/home/file", true, JAIL_NOT_DIRECTORY, "/home/file" },
		{ "/home/team/x", true, JAIL_WRITABLE, "/home/team" },
		{ "/home/open", true, JAIL_WRITABLE, "/home/open" },
		{ "/home/tmp", true, JAIL_WRITABLE, "/home/tmp" },
		{ "/home/acl", true, JAIL_ACL, "/home/acl" },
		{ "/home/sick", true, JAIL_UNKNOWN, "/home/sick" },
		{ "/home/new", true, JAIL_OK, NULL },
		{ "/home/new", false, JAIL_MISSING, "/home/new" },
		{ "/data/sftp/new", true, JAIL_OK, NULL },
		{ "/data/sftp/new", false, JAIL_MISSING, "/data" },
		{ "/", true, JAIL_SYSTEM, "/" },
		{ "/home", true, JAIL_SYSTEM, "/home" },
		{ "/etc/jail", true, JAIL_SYSTEM, "/etc/jail" },
	};
	AUTO_ARENA struct arena arena = { 0 };
	struct jail_cache cache;
	cache_init(&cache, &arena);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct jail_component *fault =
			jail_path_fault(&cache, cases[i].path, cases[i].may_be_missing);
		assert_int_equal(fault ? fault->fault : JAIL_OK, cases[i].fault);
		assert_string_equal(
			fault ? fault->path : "", cases[i].component ? cases[i].component : "");
	}
}

static void
test_a_directory_is_looked_at_once_for_all_jails(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct jail_cache cache;
	cache_init(&cache, &arena);
	enum { JAILS = 10000 };
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < JAILS; i++) {
			const char *path = arena_printf(&arena, "/home/user%u", i);
			assert_null(jail_path_fault(&cache, path, true));
		}
	}
	assert_int_equal(looks, JAILS + 2);
}

/* A system directory may be the parent of jails, whatever was asked before. */
static void
test_being_a_system_directory_is_no_fault_of_a_parent(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct jail_cache cache;
	cache_init(&cache, &arena);
	assert_int_equal(jail_path_fault(&cache, "/home", false)->fault, JAIL_SYSTEM);
	assert_null(jail_path_fault(&cache, "/home/good", false));
	assert_int_equal(jail_path_fault(&cache, "/home", false)->fault, JAIL_SYSTEM);
}

static void
test_a_base_of_jails_may_be_a_system_directory(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct jail_cache cache;
	cache_init(&cache, &arena);
	assert_null(jail_base_fault(&cache, "/home", false));
	assert_null(jail_base_fault(&cache, "/", false));
	assert_int_equal(jail_base_fault(&cache, "/home/bob", false)->fault, JAIL_OWNER);
	assert_int_equal(jail_base_fault(&cache, "/home/none", false)->fault, JAIL_MISSING);
	assert_null(jail_base_fault(&cache, "/home/none/deep", true));
}

/* ---- words ---- */

static void
test_every_fault_is_explained_with_its_fix(void **state)
{
	(void)state;
	static const struct {
		const char *path, *message, *hint;
	} cases[] = {
		{ "/home/team",
			"/home/team is group-writable (0775): sshd refuses every chroot "
			"below it",
			"Run: chmod g-w /home/team" },
		{ "/home/open",
			"/home/open is world-writable (0757): sshd refuses every chroot "
			"below it",
			"Run: chmod o-w /home/open" },
		{ "/home/tmp",
			"/home/tmp is group- and world-writable (1777): sshd refuses every "
			"chroot below it",
			"Choose a home elsewhere: this directory is meant for everybody." },
		{ "/home/wide",
			"/home/wide is group- and world-writable (0777): sshd refuses every "
			"chroot below it",
			"Run: chmod go-w /home/wide" },
		{ "/home/it's here",
			"/home/it's here is group-writable (0775): sshd refuses every chroot "
			"below it",
			"Run: chmod g-w '/home/it'\\''s here'" },
		{ "/home/bob",
			"/home/bob belongs to uid 1000, not to root: sshd refuses every "
			"chroot below it",
			"Run: chown root /home/bob" },
		{ "/home/acl",
			"an ACL lets others write in /home/acl: sshd refuses every chroot below it",
			"Run: setfacl -m mask::r-x /home/acl" },
		{ "/home/link",
			"/home/link is a symbolic link: a jail's path must be what it "
			"seems to be",
			"Choose a home below the directory that it leads to; see readlink -f "
			"/home/link." },
		{ "/home/file", "/home/file is not a directory",
			"Choose another home, or move what stands there out of the way." },
		{ "/home/new", "/home/new does not exist",
			"Run: install -d -o root -g root -m 0755 /home/new" },
		{ "/etc", "/etc is a directory of the system and never a jail",
			"Choose a home of its own, such as /home/LOGIN." },
	};
	AUTO_ARENA struct arena arena = { 0 };
	struct jail_cache cache;
	cache_init(&cache, &arena);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *message, *hint;
		jail_explain(
			jail_path_fault(&cache, cases[i].path, false), &arena, &message, &hint);
		assert_string_equal(message, cases[i].message);
		assert_string_equal(hint, cases[i].hint);
	}
}

static void
test_what_cannot_be_looked_at_says_why(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct jail_cache cache;
	cache_init(&cache, &arena);
	const char *message, *hint;
	jail_explain(jail_path_fault(&cache, "/home/sick", true), &arena, &message, &hint);
	assert_string_equal(message, "/home/sick: cannot examine: broken");
	assert_null(hint);
}

/* What is said is about the host; what is to be run is about the machine that it stands on. */
static void
test_hints_have_the_root_in_front(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct jail_cache cache;
	cache_init(&cache, &arena);
	cache.host = (struct host *)&arena;
	const char *message, *hint;
	jail_explain(jail_path_fault(&cache, "/home/bob", true), &arena, &message, &hint);
	assert_string_equal(message,
		"/home/bob belongs to uid 1000, not to root: sshd refuses every chroot below it");
	assert_string_equal(hint, "Run: chown root /mnt/old/home/bob");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_normal_paths_are_absolute_and_have_no_detours),
		cmocka_unit_test(test_a_path_of_more_than_path_max_is_not_normal),
		cmocka_unit_test(test_containment_is_by_whole_components),
		cmocka_unit_test(test_system_directories_are_never_jails),
		cmocka_unit_test(test_the_first_faulty_component_is_found),
		cmocka_unit_test(test_a_directory_is_looked_at_once_for_all_jails),
		cmocka_unit_test(test_being_a_system_directory_is_no_fault_of_a_parent),
		cmocka_unit_test(test_a_base_of_jails_may_be_a_system_directory),
		cmocka_unit_test(test_every_fault_is_explained_with_its_fix),
		cmocka_unit_test(test_what_cannot_be_looked_at_says_why),
		cmocka_unit_test(test_hints_have_the_root_in_front),
	};
	return cmocka_run_group_tests_name("jail", tests, NULL, NULL);
}
