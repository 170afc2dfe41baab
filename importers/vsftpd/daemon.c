/*
 * daemon.c - which vsftpd servers there were, and the one that is meant; see daemon.h.
 */
#include "importers/vsftpd/daemon.h"

#include <string.h>

#include "importers/old/start.h"

struct daemons {
	struct old_root *root;
	const struct vsftpd_build *build;
	struct arena *arena;
	ARRAY(struct vsftpd_daemon) all;
};

const char *
vsftpd_default_config(const struct vsftpd_build *build)
{
	return build->distribution == VSFTPD_RED_HAT ? "/etc/vsftpd/vsftpd.conf"
						     : "/etc/vsftpd.conf";
}

static bool
exists(struct old_root *root, const char *path)
{
	struct old_entry entry;
	return old_root_stat(root, path, &entry) == OLD_OK;
}

/* ---- where they come from ---- */

static void
add_started(struct daemons *daemons)
{
	struct old_starts starts = { 0 };
	old_starts_find(daemons->root, "vsftpd", daemons->arena, &starts);
	ARRAY_FOREACH (start, &starts) {
		struct vsftpd_daemon daemon = {
			.name = start->name,
			.where = start->where,
			.enabled = start->enabled,
			.is_by_socket = start->by_socket,
		};
		for (size_t i = 1; i < start->words.count; i++)
			string_list_push(daemons->arena, &daemon.arguments, start->words.items[i]);
		ARRAY_PUSH(daemons->arena, &daemons->all, daemon);
	}
}

static bool
is_known(const struct daemons *daemons, const char *name)
{
	ARRAY_FOREACH (daemon, &daemons->all) {
		if (strcmp(daemon->name, name) == 0)
			return true;
	}
	return false;
}

/* One for each /etc/vsftpd/NAME.conf, as Red Hat's vsftpd.target and its older script start them.
 */
static void
add_red_hat_files(struct daemons *daemons, const char *prefix, struct place where)
{
	struct string_list paths = { 0 };
	old_root_glob(daemons->root, "/etc/vsftpd/*.conf", &paths);
	for (size_t i = 0; i < paths.count; i++) {
		const char *base = strrchr(paths.items[i], '/') + 1;
		struct vsftpd_daemon daemon = {
			.name = arena_printf(daemons->arena, "%s%.*s", prefix,
				(int)(strlen(base) - strlen(".conf")), base),
			.where = where,
			.enabled = true,
		};
		string_list_push(daemons->arena, &daemon.arguments, paths.items[i]);
		if (!is_known(daemons, daemon.name))
			ARRAY_PUSH(daemons->arena, &daemons->all, daemon);
	}
}

static void
add_script(struct daemons *daemons)
{
	static const char *const scripts[] = { "/etc/init.d/vsftpd", "/etc/rc.d/init.d/vsftpd" };
	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		if (!exists(daemons->root, scripts[i]))
			continue;
		const struct vsftpd_daemon daemon = {
			.name = "vsftpd",
			.where = at(scripts[i], 0),
			.enabled = true,
		};
		if (daemons->build->distribution == VSFTPD_RED_HAT)
			add_red_hat_files(daemons, "", daemon.where);
		else
			ARRAY_PUSH(daemons->arena, &daemons->all, daemon);
		return;
	}
}

static void
add_default(struct daemons *daemons)
{
	static const char *const paths[] = { "/etc/vsftpd.conf", "/etc/vsftpd/vsftpd.conf" };
	const char *first = vsftpd_default_config(daemons->build);
	for (size_t i = 0; i <= ARRAY_LEN(paths); i++) {
		const char *path = i ? paths[i - 1] : first;
		struct vsftpd_daemon daemon = {
			.name = "vsftpd",
			.where = at(path, 0),
			.is_start_unknown = true,
		};
		if (!exists(daemons->root, path))
			continue;
		string_list_push(daemons->arena, &daemon.arguments, path);
		ARRAY_PUSH(daemons->arena, &daemons->all, daemon);
		return;
	}
}

static void
find_all(struct daemons *daemons)
{
	add_started(daemons);
	if (old_unit_is_wanted(daemons->root, "vsftpd.target"))
		add_red_hat_files(
			daemons, "vsftpd@", at("/usr/lib/systemd/system/vsftpd.target", 0));
	if (!daemons->all.count)
		add_script(daemons);
	if (!daemons->all.count)
		add_default(daemons);
}

/* ---- the one that is meant ---- */

static const char *
listed_names(const struct daemons *daemons)
{
	AUTO_BUFFER struct buffer text = { 0 };
	ARRAY_FOREACH (daemon, &daemons->all)
		buffer_printf(&text, "%s%s%s", text.size ? ", " : "", daemon->name,
			daemon->enabled ? "" : " (disabled)");
	return arena_strdup(daemons->arena, buffer_text(&text));
}

static bool
has_same_arguments(const struct vsftpd_daemon *a, const struct vsftpd_daemon *b)
{
	if (a->arguments.count != b->arguments.count)
		return false;
	for (size_t i = 0; i < a->arguments.count; i++) {
		if (strcmp(a->arguments.items[i], b->arguments.items[i]) != 0)
			return false;
	}
	return true;
}

/* The only one that was enabled, else the only one; two that read the same are one. */
static const struct vsftpd_daemon *
find_only(const struct daemons *daemons)
{
	for (int enabled = 1; enabled >= 0; enabled--) {
		const struct vsftpd_daemon *only = NULL;
		bool several = false;
		ARRAY_FOREACH (daemon, &daemons->all) {
			if (daemon->enabled != enabled)
				continue;
			several |= only && !has_same_arguments(only, daemon);
			only = only ? only : daemon;
		}
		if (only)
			return several ? NULL : only;
	}
	return NULL;
}

static const struct vsftpd_daemon *
find_named(const struct daemons *daemons, const char *name)
{
	ARRAY_FOREACH (daemon, &daemons->all) {
		if (strcmp(daemon->name, name) == 0)
			return daemon;
	}
	return NULL;
}

static bool
refuse(const struct daemons *daemons, const char *name, const struct source *source,
	struct diags *diags)
{
	struct place place = at(source->shown, 0);
	if (!daemons->all.count) {
		diag_error(diags, place, "no vsftpd here: neither a unit nor %s",
			vsftpd_default_config(daemons->build));
		diag_code(diags, "vsftpd-none");
		diag_hint(diags,
			"Name its configuration with --set config=PATH, as it is called on "
			"the old machine.");
		return false;
	}
	if (name)
		diag_error(diags, place, "no vsftpd server '%s': there is %s", name,
			listed_names(daemons));
	else
		diag_error(diags, place, "several vsftpd servers: %s", listed_names(daemons));
	diag_code(diags, "vsftpd-several");
	diag_hint(diags, "Choose one with --set server=NAME; each is a source of its own.");
	return false;
}

bool
vsftpd_daemon_choose(struct old_root *root, const struct vsftpd_build *build, const char *name,
	const struct source *source, struct vsftpd_daemon *ret_daemon, struct diags *diags)
{
	struct daemons daemons = { .root = root, .build = build, .arena = source->arena };
	find_all(&daemons);
	const struct vsftpd_daemon *daemon =
		name ? find_named(&daemons, name) : find_only(&daemons);
	if (!daemon)
		return refuse(&daemons, name, source, diags);
	*ret_daemon = *daemon;
	return true;
}
