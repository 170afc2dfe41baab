/*
 * vsftpd.c - the importer of vsftpd's users: every name that a file of the old machine has, each
 * judged once.
 */
#include <string.h>
#include <time.h>

#include "importers/readable.h"
#include "importers/vsftpd/login.h"

struct vsftpd_options {
	const char *server, *config;
	bool lenient;
};

static const struct option_spec vsftpd_options[] = {
	{ .name = "server",
		.type = OPTION_TEXT,
		.offset = offsetof(struct vsftpd_options, server),
		.argument = "NAME",
		.help = "which of several vsftpd servers" },
	{ .name = "config",
		.type = OPTION_TEXT,
		.offset = offsetof(struct vsftpd_options, config),
		.argument = "PATH",
		.help = "its configuration, as it is called on the old machine" },
	{ .name = "lenient",
		.type = OPTION_FLAG,
		.offset = offsetof(struct vsftpd_options, lenient),
		.initial = "no",
		.help = "read a configuration that vsftpd itself refused" },
	{ .name = NULL },
};

/* ---- every name ---- */

struct collecting {
	struct arena *arena;
	struct table seen;
	ARRAY(struct vsftpd_list_line) names;
};

static void
add_name(void *ctx, const char *name, struct place where)
{
	struct collecting *collecting = ctx;
	if (!vsftpd_can_be_typed(name) || table_get(&collecting->seen, name))
		return;
	const struct vsftpd_list_line found = {
		.text = arena_strdup(collecting->arena, name),
		.where = where,
	};
	table_set(&collecting->seen, found.text, collecting);
	ARRAY_PUSH(collecting->arena, &collecting->names, found);
}

static void
add_lines(struct collecting *collecting, const struct vsftpd_list *list)
{
	ARRAY_FOREACH (line, &list->lines)
		add_name(collecting, line->text, line->where);
}

static void
add_own_files(struct collecting *collecting, const struct vsftpd_server *server)
{
	const char *folder = vsftpd_text(&server->settings, VSFTPD_USER_CONFIG_DIR);
	struct string_list names = { 0 };
	if (!folder || old_root_list(server->root, folder, &names) != OLD_OK)
		return;
	for (size_t i = 0; i < names.count; i++)
		add_name(collecting, names.items[i],
			at(arena_printf(collecting->arena, "%s/%s", folder, names.items[i]), 0));
}

static void
add_setting(struct collecting *collecting, const struct vsftpd_server *server,
	enum vsftpd_setting setting)
{
	const char *name = vsftpd_text(&server->settings, setting);
	if (name)
		add_name(collecting, name, vsftpd_decided(server, &server->settings, setting));
}

static void
collect_names(struct collecting *collecting, const struct vsftpd_server *server)
{
	ARRAY_FOREACH (user, &server->accounts->passwd)
		add_name(collecting, user->name, user->where);
	if (server->pam)
		old_pam_names(server->pam, add_name, collecting);
	add_lines(collecting, &server->user_list);
	add_lines(collecting, &server->chroot_list);
	add_own_files(collecting, server);
	add_setting(collecting, server, VSFTPD_GUEST_USERNAME);
	add_setting(collecting, server, VSFTPD_FTP_USERNAME);
	if (vsftpd_flag(&server->settings, VSFTPD_ANONYMOUS_ENABLE)) {
		struct place where =
			vsftpd_decided(server, &server->settings, VSFTPD_ANONYMOUS_ENABLE);
		add_name(collecting, "ftp", where);
		add_name(collecting, "anonymous", where);
	}
}

static bool
report_all(const struct vsftpd_server *server, struct sink *sink)
{
	struct collecting collecting = {
		.arena = server->arena,
		.seen = { .arena = server->arena },
	};
	collect_names(&collecting, server);
	ARRAY_FOREACH (name, &collecting.names) {
		const struct old_login *login = vsftpd_judge(server, name->text, name->where);
		if (!sink->old_login(sink->ctx, login))
			return false;
	}
	return true;
}

/* ---- the source ---- */

/* The server's name and its configuration, for the plan's head. */
static const char *
detected(const struct vsftpd_server *server)
{
	static const char *const builds[] = {
		[VSFTPD_UPSTREAM] = "upstream",
		[VSFTPD_DEBIAN] = "Debian",
		[VSFTPD_RED_HAT] = "Red Hat",
	};
	return arena_printf(server->arena, "vsftpd (%s), server '%s', %s",
		builds[server->build.distribution], server->daemon.name, server->config);
}

static bool
choose_daemon(const struct vsftpd_options *options, struct source *source,
	struct vsftpd_server *server, struct diags *diags)
{
	if (options->config) {
		server->daemon = (struct vsftpd_daemon){
			.name = options->config,
			.where = at(options->config, 0),
			.enabled = true,
			.is_start_unknown = true,
		};
		string_list_push(source->arena, &server->daemon.arguments, options->config);
		return true;
	}
	if (!vsftpd_daemon_choose(
		    server->root, &server->build, options->server, source, &server->daemon, diags))
		return false;
	if (server->daemon.enabled || server->daemon.is_start_unknown)
		return true;
	diag_note(diags, server->daemon.where,
		"server '%s' was not enabled; its configuration is read all the same",
		server->daemon.name);
	diag_code(diags, "vsftpd-disabled");
	return true;
}

static bool
vsftpd_read(const void *config, struct source *source, struct sink *sink)
{
	const struct vsftpd_options *options = config;
	AUTO_OLD_ROOT struct old_root *root = NULL;
	if (!old_root_open(source, &root, sink->diags))
		return false;

	struct vsftpd_server server = {
		.root = root,
		.arena = source->arena,
		.today = time(NULL) / (24 * 60 * 60),
		.lenient = options->lenient,
	};
	vsftpd_build_read(root, &server.build);
	if (!choose_daemon(options, source, &server, sink->diags) ||
		!old_unix_read(root, &server.accounts, sink->diags))
		return false;

	vsftpd_server_read(&server, sink->diags);
	sink->detected = detected(&server);
	if (!report_all(&server, sink))
		return false;
	sink->complete = true;
	return true;
}

const struct importer vsftpd_importer = {
	.abi = IMPORTER_ABI,
	.name = "vsftpd",
	.summary =
		"the users of a vsftpd on an old machine: a directory or tar archive of its root",
	.options = vsftpd_options,
	.config_size = sizeof(struct vsftpd_options),
	.old_server = true,
	.read = vsftpd_read,
	.check = readable_root,
};
