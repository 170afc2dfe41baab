/*
 * planning.c - sources read, plan made, users chosen; see planning.h.
 */
#include "cli/planning.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/decision_store.h"
#include "cli/file.h"
#include "cli/progress.h"
#include "core/model/old_account.h"
#include "core/plan/planner.h"

const struct option_spec planning_options[] = {
	{ .name = "set",
		.type = OPTION_LIST,
		.offset = offsetof(struct planning_options, settings),
		.argument = "KEY=VALUE",
		.help = "an option of the importer" },
	{ .name = "user",
		.type = OPTION_LIST,
		.offset = offsetof(struct planning_options, users),
		.argument = "GLOB",
		.help = "only logins that match" },
	{ .name = "users",
		.type = OPTION_TEXT,
		.offset = offsetof(struct planning_options, users_file),
		.argument = "FILE",
		.help = "only the logins listed in FILE, one a line" },
	{ .name = "canary",
		.type = OPTION_COUNT,
		.offset = offsetof(struct planning_options, canary),
		.argument = "N",
		.help = "only the first N users that would change" },
	{ .name = "adopt",
		.type = OPTION_LIST,
		.offset = offsetof(struct planning_options, adopt),
		.argument = "LOGIN|all",
		.help = "take over an account that exists already" },
	{ .name = "adopt-protected",
		.type = OPTION_LIST,
		.offset = offsetof(struct planning_options, adopt_protected),
		.argument = "LOGIN",
		.help = "with --adopt LOGIN: even an administrator or a service" },
	{ .name = "adopt-keys",
		.type = OPTION_CHOICE,
		.offset = offsetof(struct planning_options, adopt_keys),
		.choices = "carry|drop",
		.help = "what becomes of the keys in homes that are adopted" },
	{ .name = "adopt-elsewhere",
		.type = OPTION_CHOICE,
		.offset = offsetof(struct planning_options, adopt_elsewhere),
		.choices = "copy|bind",
		.help = "a home that is asked for at another place: copied there, or shown" },
	{ .name = "xferlog",
		.type = OPTION_LIST,
		.offset = offsetof(struct planning_options, xferlog),
		.argument = "GLOB",
		.help = "logs of the old FTP server: what will break" },
	PLANNING_OPTION_STAGE,
	{ .name = "skip-blocked",
		.type = OPTION_FLAG,
		.offset = offsetof(struct planning_options, skip_blocked),
		.help = "leave out blocked users and refused rows, do the rest" },
	PLANNING_OPTION_ALLOW_LEAVERS,
	{ .name = "no-archive",
		.type = OPTION_FLAG,
		.offset = offsetof(struct planning_options, no_archive),
		.help = "change homes without archiving them first; asks" },
	{ .name = "yes-without-archive",
		.type = OPTION_FLAG,
		.offset = offsetof(struct planning_options, yes_without_archive),
		.help = "the answer to that, where nobody can be asked" },
	{ .name = "rejects",
		.type = OPTION_TEXT,
		.offset = offsetof(struct planning_options, rejects),
		.argument = "FILE",
		.help = "write refused rows to FILE, with the reason, as CSV" },
	OPTION_REASON(struct planning_options),
	PLANNING_OPTION_JOBS,
	{ .name = "all",
		.type = OPTION_FLAG,
		.offset = offsetof(struct planning_options, all),
		.help = "show every user, however many there are" },
	{ .name = "detailed-exitcode",
		.type = OPTION_FLAG,
		.offset = offsetof(struct planning_options, detailed_exitcode),
		.help = "exit with 2 when there is something to do" },
	{ .name = NULL },
};

/* ---- sources ---- */

/* The administrator's mistake: in the command line, or in the configuration. */
static enum exit_code
blame(const struct diags *diags)
{
	const struct diag *last = &diags->items[diags->count - 1];
	bool from_set = last->place.file && strcmp(last->place.file, "--set") == 0;
	return from_set ? EXIT_USAGE : EXIT_BAD_CONFIG;
}

enum exit_code
planning_no_importer(const struct session *session, enum exit_code mistaken)
{
	const char *code = session->diags.items[session->diags.count - 1].code;
	return code && strcmp(code, "module-refused") == 0 ? EXIT_FAILED : mistaken;
}

static bool
set_options(struct session *session, const struct importer *importer,
	const struct source_config *source, void *options)
{
	struct old_account_config old = { 0 };
	option_defaults(importer->options, options, session->arena);
	ARRAY_FOREACH (setting, &source->settings) {
		if (!intake_set_option(
			    importer, setting, options, &old, session->arena, &session->diags))
			return session_fail(session, blame(&session->diags));
	}
	return true;
}

bool
planning_check_source(struct session *session, const struct source_config *source)
{
	const struct importer *importer = importer_set_find(
		&session->importers, source->importer, source->place, &session->diags);
	if (!importer)
		return session_fail(session, planning_no_importer(session, EXIT_BAD_CONFIG));
	return set_options(
		session, importer, source, arena_alloc(session->arena, importer->config_size));
}

static struct place
place_of_option(void *ctx, const char *option)
{
	const struct source_config *source = ctx;
	if (option) {
		ARRAY_FOREACH (setting, &source->settings) {
			if (strcmp(setting->name, option) == 0)
				return setting->place;
		}
		return source->place;
	}
	return source->location_place.file ? source->location_place : source->place;
}

bool
planning_check_place(struct session *session, const struct source_config *source)
{
	const struct importer *importer = importer_set_find(
		&session->importers, source->importer, source->place, &session->diags);
	struct importer_check check = { (void *)source, place_of_option, session->arena,
		&session->diags };
	struct source place = { .name = source->name,
		.importer = source->importer,
		.location = source->location,
		.shown = source->location,
		.arena = session->arena };
	if (!importer)
		return session_fail(session, planning_no_importer(session, EXIT_BAD_CONFIG));
	void *options = arena_alloc(session->arena, importer->config_size);
	if (!set_options(session, importer, source, options))
		return false;
	return !importer->check || importer->check(options, &place, &check) ||
		session_fail(session, EXIT_BAD_CONFIG);
}

static bool
resolve(struct session *session, const struct string_list *sources,
	const struct string_list *settings, enum bad_rows bad_rows,
	struct source_config **ret_sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		if (!intake_resolve(sources->items[i], session->config, &session->importers,
			    settings, session->arena, &ret_sources[i], &session->diags))
			return session_fail(session, planning_no_importer(session, EXIT_USAGE));
		if (!planning_check_source(session, ret_sources[i]))
			return false;
		if (bad_rows == BAD_ROWS_SKIPPED ||
			(bad_rows == BAD_ROWS_SKIPPED_UNATTENDED &&
				ret_sources[i]->on_bad_row == BAD_ROW_AUTO))
			ret_sources[i]->on_bad_row = BAD_ROW_SKIP;
	}
	return true;
}

static bool
read_all(struct session *session, const struct string_list *sources,
	const struct string_list *settings, enum bad_rows bad_rows,
	const struct string_list *explain, struct reading *ret_reading)
{
	bool ok = true;
	struct progress progress;
	struct source_config **resolved =
		arena_alloc(session->arena, sources->count * sizeof(*resolved));
	*ret_reading = (struct reading){ 0 };
	if (!resolve(session, sources, settings, bad_rows, resolved))
		return false;
	ret_reading->intakes =
		arena_alloc(session->arena, sources->count * sizeof(*ret_reading->intakes));
	ret_reading->count = sources->count;
	progress_init(&progress, &session->output, "Reading");
	/* A fault in one source does not hide those of the next. */
	for (size_t i = 0; i < sources->count; i++) {
		resolved[i]->explain = explain;
		resolved[i]->watcher = &progress.watcher;
		ok = intake_read(resolved[i], &session->importers, session->arena,
			     &ret_reading->intakes[i], &session->diags) &&
			ok;
	}
	progress_finish(&progress);
	return ok || session_fail(session, EXIT_BAD_DATA);
}

bool
planning_read(struct session *session, const struct string_list *sources,
	const struct string_list *settings, enum bad_rows bad_rows, struct reading *ret_reading)
{
	return read_all(session, sources, settings, bad_rows, NULL, ret_reading);
}

bool
planning_read_explained(struct session *session, const struct string_list *sources,
	const struct string_list *settings, const struct string_list *users,
	struct reading *ret_reading)
{
	return read_all(session, sources, settings, BAD_ROWS_AS_CONFIGURED,
		users->count ? users : NULL, ret_reading);
}

static bool
check_one_source(struct session *session, const char *rejects, const struct string_list *sources)
{
	if (!rejects || sources->count == 1)
		return true;
	diag_error(&session->diags, NOWHERE, "--rejects takes one source at a time");
	diag_hint(&session->diags, "Sources differ in their columns: name one of them.");
	return session_fail(session, EXIT_USAGE);
}

bool
planning_write_rejects(struct session *session, const char *path, const struct reading *reading)
{
	AUTO_BUFFER struct buffer rows = { 0 };
	if (!path || !reading->count || !reading->intakes[0].rejected.count)
		return true;
	intake_write_rejects(&reading->intakes[0], &rows);
	if (!file_write(path, buffer_bytes(&rows), session->arena, &session->diags))
		return session_fail(session, EXIT_FAILED);
	diag_note(&session->diags, at(path, 0), "%zu refused rows were written",
		reading->intakes[0].rejected.count);
	return true;
}

/* ---- the plan ---- */

/* The logins of --users FILE, in order and as a set; NULL without that option. */
static bool
read_users(struct session *session, const char *path, struct string_list *ret_users,
	const struct table **ret_logins)
{
	*ret_users = (struct string_list){ 0 };
	*ret_logins = NULL;
	if (!path)
		return true;
	if (!file_read_logins(path, session->arena, ret_users, &session->diags))
		return session_fail(session, EXIT_USAGE);
	struct table *logins = ARENA_NEW(session->arena, struct table);
	logins->arena = session->arena;
	ARRAY_FOREACH (login, ret_users)
		table_set(logins, *login, logins);
	*ret_logins = logins;
	return true;
}

static bool
make(struct session *session, const struct planning_options *options, struct planning *ret_planning)
{
	const struct reading *reading = &ret_planning->reading;
	struct string_list listed;
	struct progress progress;
	struct decision_book decisions;
	struct planner_options planner = {
		.reason = options->reason,
		.users = options->users,
		.canary = options->canary,
		.adopt = options->adopt,
		.adopt_protected = options->adopt_protected,
		.skip_blocked = options->skip_blocked,
		.no_archive = options->no_archive,
		.stage = options->stage,
		.decisions = &decisions,
		.state_dir = session->state.dir,
	};
	if (!read_users(session, options->users_file, &listed, &planner.only) ||
		!decision_store_load(session, &decisions) || !session_take_snapshot(session))
		return false;
	if (options->adopt_keys)
		planner.adopt_keys = strcmp(options->adopt_keys, "drop") == 0 ? ADOPT_KEYS_DROP
									      : ADOPT_KEYS_CARRY;
	if (options->adopt_elsewhere)
		planner.adopt_elsewhere =
			strcmp(options->adopt_elsewhere, "bind") == 0 ? ADOPT_BIND : ADOPT_COPY;
	if (host_is_live(session->host))
		planner.invoker = getenv("SUDO_USER");
	progress_init(&progress, &session->output, "Planning");
	planner.watcher = &progress.watcher;
	bool made = planner_make(session->config, reading->intakes, reading->count,
		&session->snapshot, &planner, session->arena, &ret_planning->plan,
		&ret_planning->secrets, &session->diags);
	progress_finish(&progress);
	if (!made || !planning_look_around(session, ret_planning->plan))
		return session_fail(session, EXIT_FAILED);
	return true;
}

/* The last line of what may be many. A dead source, or one that cannot be read, refuses no rows. */
static void
sum_up_refused(struct session *session, const struct planning_options *options,
	const struct reading *reading)
{
	size_t rows = 0;
	for (size_t i = 0; i < reading->count; i++)
		rows += reading->intakes[i].rejected.count;
	if (!rows)
		return;
	diag_error(
		&session->diags, NOWHERE, rows == 1 ? "%zu row refused" : "%zu rows refused", rows);
	diag_code(&session->diags, "refused-rows");
	if (options->unattended)
		diag_hint(&session->diags,
			"Correct them; without on_bad_row: block sync leaves them out.");
	else if (options->rejects)
		diag_hint(&session->diags,
			"'%s' has them with the reason; --skip-blocked leaves them out.",
			options->rejects);
	else
		diag_hint(&session->diags,
			"--rejects FILE writes them with the reason, --skip-blocked leaves them "
			"out.");
}

/* A question of its own: -y was said of the plan, and does not answer it. */
static bool
confirm_no_archive(struct session *session, const struct planning_options *options)
{
	bool yes = session->globals.yes;
	if (!options->no_archive)
		return true;
	session->globals.yes = options->yes_without_archive;
	bool confirmed =
		session_confirm(session, "Change homes without an archive of what they are now?");
	session->globals.yes = yes;
	if (!confirmed && session->exit == EXIT_USAGE)
		diag_hint(&session->diags, "Add --yes-without-archive, or leave out --no-archive.");
	return confirmed;
}

/* What an option of the command line leaves out has not left. */
static void
keep_leavers(const struct session *session, const struct reading *reading)
{
	for (size_t i = 0; i < reading->count; i++) {
		struct intake *intake = &reading->intakes[i];
		if (!string_list_has(&session->config->policy.leaver_sources, intake->name))
			continue;
		intake->complete = false;
		intake->incomplete = "--set may change what it lists";
	}
}

static enum bad_rows
bad_rows_of(const struct planning_options *options)
{
	return options->unattended	? BAD_ROWS_SKIPPED_UNATTENDED
		: options->skip_blocked ? BAD_ROWS_SKIPPED
					: BAD_ROWS_AS_CONFIGURED;
}

bool
planning_make(struct session *session, const struct planning_options *options,
	const struct string_list *sources, struct planning *ret_planning)
{
	*ret_planning = (struct planning){ 0 };
	if (!check_one_source(session, options->rejects, sources) ||
		!confirm_no_archive(session, options))
		return false;
	static const struct string_list everybody = { 0 };
	bool read = read_all(session, sources, &options->settings, bad_rows_of(options),
		session->output.verbose ? &everybody : NULL, &ret_planning->reading);
	enum exit_code exit = session->exit;
	if (!planning_write_rejects(session, options->rejects, &ret_planning->reading))
		return false;
	if (!read) {
		sum_up_refused(session, options, &ret_planning->reading);
		return session_fail(session, exit);
	}
	if (options->settings.count)
		keep_leavers(session, &ret_planning->reading);
	if (!planning_read_logs(session, &options->xferlog, &ret_planning->reading))
		return false;
	return make(session, options, ret_planning);
}

/* ---- what of it is wanted, and can be done ---- */

bool
planning_matches(const struct change *change, const struct string_list *globs)
{
	ARRAY_FOREACH (glob, globs) {
		if (text_glob(*glob, change->login) ||
			(change->old_login && text_glob(*glob, change->old_login)))
			return true;
	}
	return !globs->count;
}

static bool
is_listed(const struct change *change, const struct table *only)
{
	return !only || table_get(only, change->login) ||
		(change->old_login && table_get(only, change->old_login));
}

/* A name that nobody has is a slip of the pen, and its owner would wait for an account. */
static void
warn_of_strangers(struct session *session, const struct plan *plan, const struct string_list *users)
{
	struct table known = { .arena = session->arena };
	ARRAY_FOREACH (change, &plan->changes) {
		if ((*change)->login)
			table_set(&known, (*change)->login, *change);
		if ((*change)->old_login)
			table_set(&known, (*change)->old_login, *change);
	}
	ARRAY_FOREACH (user, users) {
		if (!table_get(&known, *user))
			diag_warning(&session->diags, NOWHERE, "--users: '%s' is not in the plan",
				*user);
	}
}

bool
planning_choose(struct session *session, const struct planning_options *options,
	const struct plan *plan, struct plan **ret_plan)
{
	const struct table *only;
	struct string_list listed;
	struct table logins = { .arena = session->arena };
	size_t limit = options->canary ? options->canary : SIZE_MAX;
	if (!read_users(session, options->users_file, &listed, &only))
		return false;
	warn_of_strangers(session, plan, &listed);
	*ret_plan = (struct plan *)plan;
	if (!options->users.count && !only && !options->canary)
		return true;
	ARRAY_FOREACH (item, &plan->changes) {
		if (change_is_work(*item) && logins.count < limit &&
			planning_matches(*item, &options->users) && is_listed(*item, only))
			table_set(&logins, (*item)->login, *item);
	}
	*ret_plan = plan_subset(plan, &logins, session->arena);
	return true;
}

static struct plan *
without_blocked(const struct plan *plan, struct arena *arena)
{
	struct table logins = { .arena = arena };
	ARRAY_FOREACH (change, &plan->changes) {
		if ((*change)->action != CHANGE_BLOCKED)
			table_set(&logins, (*change)->login, *change);
	}
	return plan_subset(plan, &logins, arena);
}

static bool
blocked(struct session *session, const struct plan *plan)
{
	size_t users = plan->counts[CHANGE_BLOCKED];
	if (plan->findings.errors) {
		diag_error(&session->diags, NOWHERE, "the host is not fit for this plan");
		diag_code(&session->diags, "host-unfit");
		diag_hint(&session->diags, "Correct what is shown above, then plan again.");
	} else {
		diag_error(&session->diags, NOWHERE,
			users == 1 ? "%zu blocked user stops the plan"
				   : "%zu blocked users stop the plan",
			users);
		diag_code(&session->diags, "blocked");
		diag_hint(&session->diags,
			"Correct what is blocked, or leave it out with --skip-blocked.");
	}
	return session_fail(session, EXIT_BLOCKED);
}

bool
planning_select(
	struct session *session, const struct plan *plan, bool skip_blocked, struct plan **ret_plan)
{
	if (plan->findings.errors || (plan->counts[CHANGE_BLOCKED] && !skip_blocked))
		return blocked(session, plan);
	*ret_plan = plan->counts[CHANGE_BLOCKED] ? without_blocked(plan, session->arena)
						 : (struct plan *)plan;
	return true;
}

static void
hash_progress(void *ctx, size_t done, size_t count)
{
	progress_show(ctx, "passwords", done, count);
}

bool
planning_hash(struct session *session, struct plan *plan, struct plan_secrets *secrets,
	bool generate, unsigned jobs)
{
	struct progress progress;
	progress_init(&progress, &session->output, "Hashing");
	bool ok = planner_hash_secrets(plan, secrets, generate, jobs, hash_progress, &progress,
		session->arena, &session->diags);
	progress_finish(&progress);
	return ok || session_fail(session, EXIT_FAILED);
}
