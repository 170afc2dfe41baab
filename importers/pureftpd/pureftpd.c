/*
 * pureftpd.c - the users of a Pure-FTPd, as it let them in.
 *
 *	rehome inspect pureftpd:/mnt/old --tsv
 *
 * ROOT is the old machine's root directory, or a tar archive of it. start.h finds out how the
 *daemon was started, options.h what its command line says, methods.h who knows the users, session.h
 *where they land.
 */
#include <time.h>

#include "importers/pureftpd/logins.h"
#include "importers/readable.h"

enum { SECONDS_A_DAY = 24 * 60 * 60 };

static const struct option_spec pureftpd_options[] = {
	{ "server", 0, OPTION_TEXT, offsetof(struct pure_wanted, server), NULL, "NAME", NULL,
		"the daemon's name, where several are set up" },
	{ "config", 0, OPTION_TEXT, offsetof(struct pure_wanted, config), NULL, "PATH", NULL,
		"its configuration file, or Debian's directory of settings, below ROOT" },
	{ 0 },
};

/* Releases before the file's parser got it have the certificate compiled in; so do all others. */
static bool
has_certificate(struct old_root *root, const struct pure_options *options)
{
	static const char *const usual[] = { "/etc/ssl/private/pure-ftpd.pem",
		"/etc/pki/pure-ftpd/pure-ftpd.pem" };
	struct old_entry entry;
	if (options->certificate)
		return old_root_stat(root, options->certificate, &entry) != OLD_ABSENT;
	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (old_root_stat(root, usual[i], &entry) != OLD_ABSENT)
			return true;
	return false;
}

static void
parse_options(
	struct old_root *root, const struct pure_start *start, struct pure_options *ret_options)
{
	pure_options_parse(&start->arguments, old_root_arena(root), ret_options);
	ret_options->jail_undecided = start->jail_undecided;
	ret_options->anonymous_undecided = start->anonymous_undecided;
	if (start->fault) {
		ret_options->fault = start->fault;
		ret_options->fault_at = start->fault_at;
	} else if (!ret_options->fault && ret_options->tls && !has_certificate(root, ret_options)) {
		ret_options->fault = "TLS is on and its certificate does not exist";
		ret_options->fault_at = ret_options->tls_at;
	}
}

static bool
pureftpd_read(const void *config, struct source *source, struct sink *sink)
{
	AUTO_OLD_ROOT struct old_root *root = NULL;
	struct old_unix *accounts;
	struct pure_start start;
	struct pure_options options;
	struct methods methods;
	if (!old_root_open(source, &root, sink->diags) ||
		!old_unix_read(root, &accounts, sink->diags) ||
		!pure_start_find(root, config, &start, sink->diags))
		return false;
	parse_options(root, &start, &options);
	sink->detected = arena_printf(source->arena, "%s, %s", start.name, start.where.file);
	methods_open(&methods, root, accounts, &options, time(NULL) / SECONDS_A_DAY);
	sink->complete = pure_logins_report(&methods, &start, sink);
	return sink->complete;
}

const struct importer pureftpd_importer = {
	.abi = IMPORTER_ABI,
	.name = "pureftpd",
	.summary =
		"the users of an old Pure-FTPd: a directory or tar archive of its machine's root",
	.options = pureftpd_options,
	.config_size = sizeof(struct pure_wanted),
	.old_server = true,
	.read = pureftpd_read,
	.check = readable_root,
};
