/*
 * server.c - reading one vsftpd's settings as its main() did; see server.h.
 */
#include "importers/vsftpd/server.h"

#include <string.h>

enum { PROGRAM_LIMIT = 4 << 20 }; /* bytes; it has 200,000 */

/* ---- the program ---- */

void
vsftpd_build_read(struct old_root *root, struct vsftpd_build *ret_build)
{
	static const char *const programs[] = { "/usr/sbin/vsftpd", "/usr/local/sbin/vsftpd" };
	struct old_file file;
	*ret_build = (struct vsftpd_build){ .distribution = VSFTPD_UPSTREAM };
	if (old_root_is_red_hat(root))
		ret_build->distribution = VSFTPD_RED_HAT;
	else if (old_root_is_debian(root))
		ret_build->distribution = VSFTPD_DEBIAN;
	for (size_t i = 0; i < ARRAY_LEN(programs) && !ret_build->program.size; i++) {
		/* What does not know its own name is no vsftpd, but perhaps a script. */
		if (old_root_read(root, programs[i], PROGRAM_LIMIT, &file) == OLD_OK &&
			memmem(file.content.data, file.content.size, "local_enable", 13))
			ret_build->program = file.content;
	}
	static const char refusal[] = "refusing to run with writable root";
	ret_build->accepts_writable_jails = ret_build->program.size &&
		!memmem(ret_build->program.data, ret_build->program.size, refusal, strlen(refusal));
}

/* ---- the command line ---- */

static bool
option_fault(struct vsftpd_reader *reader, const char *argument, struct place where)
{
	reader->fault = (struct vsftpd_fault){
		.why = arena_printf(reader->arena, "unknown command line option '%s'", argument),
		.where = where,
	};
	return false;
}

static bool
read_argument(struct vsftpd_server *server, struct vsftpd_reader *reader, const char *argument)
{
	if (*argument != '-') {
		server->config = argument;
		return vsftpd_read_config(reader, argument);
	}
	return argument[1] == 'o' ? vsftpd_read_setting(reader, argument + 2, server->daemon.where)
				  : option_fault(reader, argument, server->daemon.where);
}

/* Without a file among the arguments the compiled-in one is read, if it is there. */
static bool
read_default(struct vsftpd_server *server, struct vsftpd_reader *reader)
{
	struct old_entry entry;
	server->config = vsftpd_default_config(&server->build);
	return old_root_stat(server->root, server->config, &entry) != OLD_OK ||
		vsftpd_read_config(reader, server->config);
}

static void
read_settings(struct vsftpd_server *server, struct diags *said)
{
	struct vsftpd_reader reader = {
		.root = server->root,
		.arena = server->arena,
		.settings = &server->settings,
		.lenient = server->lenient,
		.owners_unknown = server->owners_unknown,
		.said = said,
	};
	vsftpd_settings_init(&server->settings, &server->build);
	bool whole = true;
	for (size_t i = 0; whole && i < server->daemon.arguments.count; i++)
		whole = read_argument(server, &reader, server->daemon.arguments.items[i]);
	if (whole && !server->config && !read_default(server, &reader))
		whole = false;
	if (!whole)
		server->down = reader.fault;
}

/* ---- the whole ---- */

/* In a copy that somebody made without being root everything is theirs. */
static bool
has_lost_owners(struct old_root *root, struct diags *said)
{
	struct old_entry entry;
	if (old_root_stat(root, "/etc/passwd", &entry) != OLD_OK || entry.uid == 0)
		return false;
	diag_warning(said, at("/etc/passwd", 0),
		"belongs to uid %u: this copy of the old machine has lost its owners",
		(unsigned)entry.uid);
	diag_code(said, "old-owners-lost");
	diag_hint(said, "Copy the old machine again as root, with owners, modes and ACLs.");
	return true;
}

static void
read_lists(struct vsftpd_server *server)
{
	const struct vsftpd_settings *settings = &server->settings;
	server->user_list.is_readable = server->chroot_list.is_readable = true;
	if (vsftpd_flag(settings, VSFTPD_USERLIST_ENABLE) &&
		vsftpd_flag(settings, VSFTPD_LOCAL_ENABLE))
		vsftpd_list_read(server->root, vsftpd_text(settings, VSFTPD_USERLIST_FILE),
			server->arena, &server->user_list);
	if (vsftpd_flag(settings, VSFTPD_CHROOT_LIST_ENABLE))
		vsftpd_list_read(server->root, vsftpd_text(settings, VSFTPD_CHROOT_LIST_FILE),
			server->arena, &server->chroot_list);
	if (vsftpd_flag(settings, VSFTPD_TCP_WRAPPERS))
		vsftpd_wrappers_read(server->root, server->arena, &server->wrappers);
}

static void
say_down(struct vsftpd_server *server, struct diags *said)
{
	diag_warning(said, server->down.where, "nobody could log in to this vsftpd: %s",
		server->down.why);
	diag_code(said, "vsftpd-down");
	if (!server->lenient)
		diag_hint(
			said, "With --set lenient=yes the configuration is read as it was meant.");
}

static void
say_other_databases(const struct vsftpd_server *server, struct diags *said)
{
	const struct string_list *others = &server->accounts->other_databases;
	for (size_t i = 0; i < others->count; i++) {
		diag_warning(said, at("/etc/nsswitch.conf", 0),
			"accounts of '%s' cannot be seen from here", others->items[i]);
		diag_code(said, "old-other-accounts");
	}
}

void
vsftpd_server_read(struct vsftpd_server *server, struct diags *said)
{
	server->owners_unknown = has_lost_owners(server->root, said);
	read_settings(server, said);
	read_lists(server);
	if (!server->down.why)
		vsftpd_find_fault(server, &server->down);
	if (server->down.why)
		say_down(server, said);
	say_other_databases(server, said);

	const char *service = vsftpd_text(&server->settings, VSFTPD_PAM_SERVICE_NAME);
	if (!service)
		return;
	server->pam = old_pam_read(server->root, server->accounts, service);
	if (!vsftpd_flag(&server->settings, VSFTPD_SESSION_SUPPORT))
		old_pam_set_caller(server->pam, OLD_PAM_NO_SESSION);
}

struct place
vsftpd_decided(const struct vsftpd_server *server, const struct vsftpd_settings *settings,
	enum vsftpd_setting setting)
{
	struct place where = vsftpd_where(settings, setting);
	return where.file ? where : at(server->config, 0);
}

bool
vsftpd_may_be_elsewhere(const struct vsftpd_server *server, const char *user)
{
	return server->accounts->other_databases.count && !old_unix_user(server->accounts, user);
}
