/*
 * jail.c - the rules for a jail's path, looked up component by component and only once each.
 */
#include "core/plan/jail.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include "core/base/text.h"

/* ---- paths ---- */

bool
jail_path_is_normal(const char *path)
{
	if (path[0] != '/' || strlen(path) >= PATH_MAX)
		return false;
	if (!path[1])
		return true;
	for (const char *slash = path; slash; slash = strchr(slash + 1, '/')) {
		size_t size = strcspn(slash + 1, "/");
		if (size == 0 || (size == 1 && slash[1] == '.') ||
			(size == 2 && slash[1] == '.' && slash[2] == '.'))
			return false;
	}
	return true;
}

bool
jail_contains(const char *a, const char *b)
{
	size_t size = strlen(a);
	if (size == 1)
		return true;
	return strncmp(a, b, size) == 0 && (b[size] == '/' || !b[size]);
}

/* Never a jail, and neither is anything in them: programs, devices, configuration. */
static const char *const system_trees[] = { "/bin", "/boot", "/dev", "/etc", "/gnu", "/lib",
	"/lib32", "/lib64", "/libx32", "/lost+found", "/nix", "/proc", "/root", "/run", "/sbin",
	"/snap", "/sys", "/usr/bin", "/usr/include", "/usr/lib", "/usr/lib32", "/usr/lib64",
	"/usr/libexec", "/usr/libx32", "/usr/sbin", "/usr/share", "/usr/src", "/usr/local/bin",
	"/usr/local/etc", "/usr/local/lib", "/usr/local/sbin", "/usr/local/share", "/var/backups",
	"/var/cache", "/var/lib/dpkg", "/var/lib/rehome", "/var/lib/rpm", "/var/lock", "/var/log",
	"/var/mail", "/var/run", "/var/spool" };

/* Never a jail themselves; jails may be below. */
static const char *const system_directories[] = { "/", "/home", "/media", "/mnt", "/opt", "/srv",
	"/tmp", "/usr", "/usr/games", "/usr/home", "/usr/local", "/var", "/var/lib", "/var/local",
	"/var/opt", "/var/tmp" };

bool
jail_is_system_directory(const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(system_trees); i++) {
		if (jail_contains(system_trees[i], path))
			return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(system_directories); i++) {
		if (strcmp(system_directories[i], path) == 0)
			return true;
	}
	return false;
}

/* ---- components ---- */

static enum jail_rule
judge(const struct host_entry *entry)
{
	if (!entry->exists)
		return JAIL_MISSING;
	if (S_ISLNK(entry->st.st_mode))
		return JAIL_SYMLINK;
	if (!S_ISDIR(entry->st.st_mode))
		return JAIL_NOT_DIRECTORY;
	if (entry->st.st_uid != 0)
		return JAIL_OWNER;
	/* The mode shows an ACL's mask as the group's bits, and chmod would only change the mask:
	 * the ACL is the better explanation. */
	if (entry->acl_grants_write)
		return JAIL_ACL;
	if (entry->st.st_mode & (S_IWGRP | S_IWOTH))
		return JAIL_WRITABLE;
	return JAIL_OK;
}

static struct jail_component *
component_create(struct jail_cache *cache, const char *path)
{
	struct jail_component *component = ARENA_NEW(cache->arena, struct jail_component);
	component->path = path;
	component->real_path = host_real_path(cache->host, path, cache->arena);
	return component;
}

static const struct jail_component *
look_at(struct jail_cache *cache, const char *path)
{
	struct jail_component *component = table_get(&cache->components, path);
	if (component)
		return component;

	component = component_create(cache, arena_strdup(cache->arena, path));
	struct diags diags = { .arena = cache->arena };
	if (host_inspect(cache->host, path, &component->entry, &diags)) {
		component->fault = judge(&component->entry);
	} else {
		component->fault = JAIL_UNKNOWN;
		component->problem = diags.count ? diags.items[0].message : "cannot be examined";
	}
	table_set(&cache->components, component->path, component);
	return component;
}

/* The answer is about the path as a jail; as the parent of one the same directory may be fine. */
static const struct jail_component *
system_fault(struct jail_cache *cache, const char *path)
{
	struct jail_component *component =
		component_create(cache, arena_strdup(cache->arena, path));
	component->fault = JAIL_SYSTEM;
	return component;
}

const struct jail_component *
jail_base_fault(struct jail_cache *cache, const char *path, bool may_be_missing)
{
	assert(jail_path_is_normal(path));
	char prefix[PATH_MAX] = "/";
	const char *slash = path;
	for (;;) {
		const struct jail_component *component = look_at(cache, prefix);
		if (component->fault == JAIL_MISSING && may_be_missing)
			return NULL;
		if (component->fault != JAIL_OK)
			return component;
		if (!*slash)
			return NULL;
		slash += 1 + strcspn(slash + 1, "/");
		memcpy(prefix, path, (size_t)(slash - path));
		prefix[slash - path] = '\0';
	}
}

const struct jail_component *
jail_path_fault(struct jail_cache *cache, const char *path, bool last_may_be_missing)
{
	if (jail_is_system_directory(path))
		return system_fault(cache, path);
	return jail_base_fault(cache, path, last_may_be_missing);
}

/* ---- words ---- */

static const char *
explain_writable(const struct jail_component *component, struct arena *arena, const char *word,
	const char **ret_hint)
{
	mode_t mode = component->entry.st.st_mode & 07777;
	bool group = mode & S_IWGRP, others = mode & S_IWOTH;
	/* /tmp and the like must stay as they are. */
	if (others && mode & S_ISVTX)
		*ret_hint = "Choose a home elsewhere: this directory is meant for everybody.";
	else
		*ret_hint = arena_printf(
			arena, "Run: chmod %s%s-w %s", group ? "g" : "", others ? "o" : "", word);
	const char *who = group && others ? "group- and world" : group ? "group" : "world";
	return arena_printf(arena, "%s is %s-writable (%04o): sshd refuses every chroot below it",
		component->path, who, (unsigned)mode);
}

void
jail_explain(const struct jail_component *component, struct arena *arena, const char **ret_message,
	const char **ret_hint)
{
	const char *path = component->path, *word = text_shell_word(arena, component->real_path);
	switch (component->fault) {
	case JAIL_OK:
		*ret_message = arena_printf(arena, "%s is as it must be", path);
		*ret_hint = NULL;
		break;
	case JAIL_MISSING:
		*ret_message = arena_printf(arena, "%s does not exist", path);
		*ret_hint = arena_printf(arena, "Run: install -d -o root -g root -m 0755 %s", word);
		break;
	case JAIL_NOT_DIRECTORY:
		*ret_message = arena_printf(arena, "%s is not a directory", path);
		*ret_hint = "Choose another home, or move what stands there out of the way.";
		break;
	case JAIL_SYMLINK:
		*ret_message = arena_printf(arena,
			"%s is a symbolic link: a jail's path must be what it seems to be", path);
		*ret_hint = arena_printf(arena,
			"Choose a home below the directory that it leads to; see readlink -f %s.",
			word);
		break;
	case JAIL_OWNER:
		*ret_message = arena_printf(arena,
			"%s belongs to uid %u, not to root: sshd refuses every chroot below it",
			path, (unsigned)component->entry.st.st_uid);
		*ret_hint = arena_printf(arena, "Run: chown root %s", word);
		break;
	case JAIL_WRITABLE:
		*ret_message = explain_writable(component, arena, word, ret_hint);
		break;
	case JAIL_ACL:
		*ret_message = arena_printf(arena,
			"an ACL lets others write in %s: sshd refuses every chroot below it", path);
		*ret_hint = arena_printf(arena, "Run: setfacl -m mask::r-x %s", word);
		break;
	case JAIL_SYSTEM:
		*ret_message = arena_printf(
			arena, "%s is a directory of the system and never a jail", path);
		*ret_hint = "Choose a home of its own, such as /home/LOGIN.";
		break;
	case JAIL_UNKNOWN:
		*ret_message = arena_printf(arena, "%s: %s", path, component->problem);
		*ret_hint = NULL;
		break;
	}
}
