/*
 * planning_logs.c - the logs of --xferlog, read for the logins that the old servers named.
 */
#include <string.h>

#include "cli/planning.h"
#include "importers/logs/evidence.h"

static bool
read_for(struct session *session, const struct string_list *patterns, const struct intake *intake,
	struct evidence_sum *ret_sum)
{
	struct source source = {
		.name = intake->name,
		.importer = intake->importer,
		.location = intake->location,
		.shown = intake->location,
		.arena = session->arena,
	};
	AUTO_OLD_ROOT struct old_root *root = NULL;
	if (!old_root_open(&source, &root, &session->diags))
		return false;
	struct evidence_request request = {
		.patterns = patterns,
		.logins = intake->old_logins.items,
		.login_count = intake->old_logins.count,
		.paths_in_jail = strcmp(intake->importer, "vsftpd") == 0,
		.root = root,
		.arena = session->arena,
	};
	return evidence_read(&request, ret_sum, &session->diags);
}

static void
note_sum(struct session *session, const struct evidence_sum *sum)
{
	if (sum->files)
		diag_note(&session->diags, NOWHERE, "%llu lines of %zu logs were read",
			(unsigned long long)sum->lines, sum->files);
	if (sum->foreign)
		diag_note(&session->diags, NOWHERE,
			"%llu lines of the logs are of users whom the source does not name",
			(unsigned long long)sum->foreign);
}

bool
planning_read_logs(
	struct session *session, const struct string_list *patterns, const struct reading *reading)
{
	bool found = false;
	for (size_t i = 0; patterns->count && i < reading->count; i++) {
		struct evidence_sum sum = { 0 };
		const struct intake *intake = &reading->intakes[i];
		if (!intake->is_old_server)
			continue;
		found = true;
		if (!read_for(session, patterns, intake, &sum))
			return session_fail(session, EXIT_BAD_DATA);
		note_sum(session, &sum);
	}
	if (found || !patterns->count)
		return true;
	diag_error(&session->diags, NOWHERE, "--xferlog: no source is an old FTP server");
	return session_fail(session, EXIT_USAGE);
}
