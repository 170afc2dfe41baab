/*
 * planner.c - goes through the accounts once and says of each what would be done.
 */
#include "core/plan/planner.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/base/watcher.h"
#include "core/plan/planner_internal.h"

/* ---- findings ---- */

static void append_finding(struct planner *planner, struct change *change, enum diag_level level,
	struct place place, const char *code, const char *format, va_list args) PRINTF_LIKE(6, 0);

static void
append_finding(struct planner *planner, struct change *change, enum diag_level level,
	struct place place, const char *code, const char *format, va_list args)
{
	struct diag diag = {
		.level = level,
		.place = place,
		.user = change->login,
		.code = code,
		.message = arena_vprintf(planner->arena, format, args),
	};
	diag_append(&change->findings, &diag);
}

void
planner_block(struct planner *planner, struct change *change, struct place place, const char *code,
	const char *format, ...)
{
	va_list args;
	va_start(args, format);
	append_finding(planner, change, DIAG_ERROR, place, code, format, args);
	va_end(args);
}

void
planner_warn(struct planner *planner, struct change *change, struct place place, const char *code,
	const char *format, ...)
{
	va_list args;
	va_start(args, format);
	append_finding(planner, change, DIAG_WARNING, place, code, format, args);
	va_end(args);
}

void
planner_hint(struct change *change, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	change->findings.items[change->findings.count - 1].hint =
		arena_vprintf(change->findings.arena, format, args);
	va_end(args);
}

bool
planner_is_blocked(const struct change *change)
{
	return change->findings.errors > 0;
}

struct place
planner_place(const struct account *account, enum account_field field)
{
	return account_has(account, field) && account->places[field].file ? account->places[field]
									  : account->place;
}

bool
planner_is_of_entry(const struct account *account)
{
	return account->place.kind && strcmp(account->place.kind, "attribute") == 0;
}

/* ---- the plan's head ---- */

static char *
random_id(struct arena *arena)
{
	unsigned char bytes[8];
	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		abort();
	char *id = arena_alloc(arena, 2 * sizeof(bytes) + 1);
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(id + 2 * i, 3, "%02x", bytes[i]);
	return id;
}

static const char *
host_name(struct snapshot *snapshot, struct arena *arena)
{
	char name[256] = "";
	if (host_is_live(snapshot->host)) {
		if (gethostname(name, sizeof(name) - 1) == 0)
			return arena_strdup(arena, name);
		return "localhost";
	}
	struct diags ignored = { .arena = arena };
	struct bytes bytes;
	bool exists;
	if (!host_read_file(snapshot->host, "/etc/hostname", arena, &exists, &bytes, &ignored) ||
		!bytes.size)
		return "localhost";
	char *line = arena_strndup(arena, bytes.data, bytes.size);
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}

static struct plan *
new_plan(const struct config *config, struct snapshot *snapshot, const char *reason,
	struct arena *arena)
{
	struct plan *plan = ARENA_NEW(arena, struct plan);
	char created[32];
	time_t now = time(NULL);
	struct tm utc;
	gmtime_r(&now, &utc);
	strftime(created, sizeof(created), "%Y-%m-%dT%H:%M:%SZ", &utc);
	*plan = (struct plan){
		.arena = arena,
		.id = random_id(arena),
		.created = arena_strdup(arena, created),
		.tool_version = REHOME_VERSION,
		.host_name = host_name(snapshot, arena),
		.root = arena_strdup(arena, host_root(snapshot->host)),
		.reason = reason,
		.jail_group = config->jail.group,
		.keys_dir = config->jail.keys_dir,
		.dropin = config->jail.sshd_dropin,
		.findings = { .arena = arena },
	};
	memcpy(plan->config_sha256, config->sha256, sizeof(plan->config_sha256));
	ARRAY_FOREACH (words, &snapshot->not_checked)
		string_list_push(arena, &plan->not_checked, *words);
	return plan;
}

void
planner_add_input(struct planner *planner, const struct intake *intake)
{
	struct plan_input input = {
		.source = intake->name,
		.importer = intake->importer,
		.location = intake->location,
		.detected = intake->detected,
		.rows = intake->rows,
		.complete = intake->complete,
	};
	memcpy(input.sha256, intake->sha256, sizeof(input.sha256));
	planner_count_old(planner, intake, &input);
	ARRAY_PUSH(planner->arena, &planner->plan->inputs, input);
}

/* ---- one account ---- */

/* By the new login or the old one, where somebody is renamed. */
static bool
matches(const char *pattern, const struct change *change)
{
	return text_glob(pattern, change->login) ||
		(change->old_login && text_glob(pattern, change->old_login));
}

bool
planner_is_wanted(const struct planner *planner, const struct change *change)
{
	const struct planner_options *options = planner->options;
	if (options->only && !table_get(options->only, change->login) &&
		!(change->old_login && table_get(options->only, change->old_login)))
		return false;
	if (!options->users.count)
		return true;
	ARRAY_FOREACH (pattern, &options->users) {
		if (matches(*pattern, change))
			return true;
	}
	return false;
}

static void
plan_nss(struct planner *planner, const struct account *account,
	const struct managed_account *managed, struct change *change)
{
	if (planner_block_nss_rename(planner, account, change))
		return;
	if (managed && !planner_is_same_person(account, change, managed)) {
		planner_block_other_origin(planner, account, change, managed);
	} else if (change->nss) {
		planner_nss(planner, account, managed, change);
	} else {
		planner_block(planner, change, change->place, "nss-managed",
			"was jailed as an account of the name service, and its source says "
			"account: local");
		planner_hint(change, "Say account: nss for this source.");
	}
}

static void
plan_account(struct planner *planner, const struct account *account, struct change *change)
{
	const char *login = planner_present_login(change);
	struct accountdb_line *line =
		accountdb_find(&planner->snapshot->db, ACCOUNTDB_PASSWD, login);
	const struct managed_account *managed =
		table_get(&planner->snapshot->managed->by_login, login);
	if (planner_block_handed_over(planner, account, change))
		return;
	if (managed && managed->nss && account_has_left(account))
		change->nss = true;
	if (change->nss || (managed && managed->nss)) {
		plan_nss(planner, account, managed, change);
		return;
	}
	if (change->old_login && !planner_check_rename(planner, account, change))
		return;
	if (!line && account_has_left(account))
		change->action = CHANGE_UNCHANGED; /* gone there, never here */
	else if (!line)
		planner_create(planner, account, change);
	else if (!managed)
		planner_adopt(planner, account, line, change);
	else if (!planner_is_same_person(account, change, managed))
		planner_block_other_origin(planner, account, change, managed);
	else
		planner_change(planner, account, managed, line, change);
}

/* What led there, of values that a source had to work out, such as the groups of an entry. */
static void
describe_reasons(struct planner *planner, const struct account *account, struct change *change)
{
	if (!account->reasons || change->action == CHANGE_UNCHANGED)
		return;
	ARRAY_FOREACH (reason, account->reasons)
		planner_add_detail(change, planner->arena, "because",
			arena_printf(planner->arena, "%s: '%s': %s",
				account_field_name(reason->field), reason->value, reason->via));
}

static void
plan_rows(struct planner *planner)
{
	const size_t count = planner->rows.count;
	ARRAY_FOREACH (row, &planner->rows) {
		watcher_tell(planner->options->watcher, "users",
			(size_t)(row - planner->rows.items) + 1, count);
		if (!planner_is_wanted(planner, row->change))
			continue;
		if (!planner_is_blocked(row->change) && !row->change->left_out)
			plan_account(planner, row->account, row->change);
		describe_reasons(planner, row->account, row->change);
		if (!row->change->left_out)
			planner_describe_old(planner, row->account, row->change);
		ARRAY_PUSH(planner->arena, &planner->plan->changes, row->change);
	}
}

/* Logins of an old server that are called otherwise here, with their new names. */
static struct table
renamed_logins(const struct planner *planner)
{
	struct table renamed = { .arena = planner->arena };
	ARRAY_FOREACH (row, &planner->rows) {
		if (row->mine && strcmp(row->change->key, row->change->login) != 0)
			table_set(&renamed, row->change->key, (void *)row->change->login);
	}
	return renamed;
}

static void
warn_of_nobody(
	struct planner *planner, const struct table *renamed, const char *option, const char *who)
{
	const char *login = table_get(renamed, who);
	diag_warning(&planner->plan->findings, at(option, 0), "'%s' is nobody in the sources", who);
	diag_code(&planner->plan->findings, "no-such-user");
	if (login)
		diag_hint(&planner->plan->findings, "The old server's '%s' is '%s' here.", who,
			login);
	else
		diag_hint(&planner->plan->findings, "See the logins with: rehome inspect SOURCE");
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The logins of --users that no row has: sorted, since a table has an order of its own. */
static struct string_list
unknown_logins(const struct planner *planner)
{
	const struct table *only = planner->options->only;
	struct string_list unknown = { 0 };
	for (size_t i = 0; only && i < only->room; i++) {
		const struct table_slot *slot = &only->slots[i];
		if (slot->key && slot->value && !table_get(&planner->logins, slot->key) &&
			!table_get(&planner->old_logins, slot->key))
			string_list_push(planner->arena, &unknown, slot->key);
	}
	if (unknown.count)
		qsort(unknown.items, unknown.count, sizeof(*unknown.items), compare_names);
	return unknown;
}

/* A login that does not exist is made anew, which is not what was asked for. */
static void
check_adopted(
	struct planner *planner, const struct table *renamed, const char *option, const char *login)
{
	if (strcmp(login, "all") == 0)
		return;
	if (!table_get(&planner->logins, login)) {
		warn_of_nobody(planner, renamed, option, login);
		return;
	}
	if (accountdb_find(&planner->snapshot->db, ACCOUNTDB_PASSWD, login))
		return;
	diag_warning(&planner->plan->findings, at(option, 0),
		"there is no account '%s' to be adopted: a new one is made", login);
	diag_code(&planner->plan->findings, "no-such-account");
	diag_hint(&planner->plan->findings, "See the accounts with: getent passwd");
}

/* A mistyped --user would otherwise end in "nothing to do". */
static void
check_wanted(struct planner *planner)
{
	const struct string_list unknown = unknown_logins(planner);
	const struct table renamed = renamed_logins(planner);
	ARRAY_FOREACH (pattern, &planner->options->users) {
		bool found = false;
		ARRAY_FOREACH (row, &planner->rows)
			found = found || matches(*pattern, row->change);
		ARRAY_FOREACH (absentee, &planner->absent)
			found = found || text_glob(*pattern, absentee->change->login);
		if (!found)
			warn_of_nobody(planner, &renamed, "--user", *pattern);
	}
	ARRAY_FOREACH (login, &unknown)
		warn_of_nobody(planner, &renamed, "--users", *login);
	ARRAY_FOREACH (login, &planner->options->adopt)
		check_adopted(planner, &renamed, "--adopt", *login);
	ARRAY_FOREACH (login, &planner->options->adopt_protected)
		check_adopted(planner, &renamed, "--adopt-protected", *login);
}

/* ---- after all accounts ---- */

static int
compare_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int
compare_changes(const void *a, const void *b)
{
	const struct change *left = *(const struct change *const *)a;
	const struct change *right = *(const struct change *const *)b;
	if (left->action != right->action)
		return left->action < right->action ? -1 : 1;
	int order = strcmp(left->login, right->login);
	if (!order)
		order = compare_texts(left->place.file, right->place.file);
	if (!order && left->place.line != right->place.line)
		order = left->place.line < right->place.line ? -1 : 1;
	return order;
}

void
planner_sort_changes(struct plan *plan)
{
	if (plan->changes.count)
		qsort(plan->changes.items, plan->changes.count, sizeof(*plan->changes.items),
			compare_changes);
}

/* Every directory takes a block of 4 KiB and an inode; a tenth more is asked for. */
static bool
check_space(struct planner *planner)
{
	struct plan *plan = planner->plan;
	struct table bases = { .arena = planner->arena };
	uint64_t dirs = 0, bytes, inodes;
	ARRAY_FOREACH (step, &plan->steps)
		dirs += 1 + step->folders.count;
	ARRAY_FOREACH (step, &plan->steps) {
		if (!step->base || table_get(&bases, step->base))
			continue;
		table_set(&bases, step->base, planner);
		if (!host_free_space(
			    planner->snapshot->host, step->base, &bytes, &inodes, planner->diags))
			return false;
		uint64_t need = dirs * 4096 + dirs * 4096 / 10;
		/* Some filesystems (btrfs) count no inodes and report none. */
		if (bytes >= need && (inodes >= dirs + dirs / 10 || inodes == 0))
			continue;
		diag_error(&plan->findings, at(step->base, 0),
			"not enough space: %llu MiB and %llu inodes are free, %llu MiB and %llu "
			"inodes are needed",
			(unsigned long long)bytes >> 20, (unsigned long long)inodes,
			(unsigned long long)(need >> 20) + 1, (unsigned long long)dirs);
		diag_code(&plan->findings, "space");
		diag_hint(&plan->findings, "Free some, or plan fewer users at once (--canary).");
	}
	return true;
}

/* What could not be asked may know a login or an id that looks free. */
static void
warn_of_silent_nss(struct planner *planner)
{
	const char *problem = planner->snapshot->nss_problem;
	if (!problem)
		return;
	diag_warning(&planner->plan->findings, at("/etc/nsswitch.conf", 0),
		"not every user database could be asked for logins and ids: %s", problem);
	diag_code(&planner->plan->findings, "nss-silent");
	diag_hint(&planner->plan->findings, "Plan again when `getent passwd` answers.");
}

static bool
make(struct planner *planner, const struct intake *intakes, size_t intake_count)
{
	struct plan *plan = planner->plan;
	for (size_t i = 0; i < intake_count; i++)
		planner_add_input(planner, &intakes[i]);
	if (!planner_collect(planner, intakes, intake_count))
		return false;
	planner_find_absent(planner, intakes, intake_count);
	check_wanted(planner);
	planner_find_jail_group(planner);
	plan_rows(planner);
	planner_plan_absent(planner);
	planner_take_out_blocked(planner);
	planner_sort_changes(plan);
	planner_keep_canaries(planner);
	planner_find_outliving(planner);
	if (!planner_share(planner) || !check_space(planner) ||
		!planner_check_archive_space(planner) || !planner_ask_sshd(planner))
		return false;
	planner_sort_changes(plan); /* sshd may have found some to block */
	warn_of_silent_nss(planner);
	planner_warn_of_old_archive(planner);
	planner_forget_secrets(planner);
	plan_count(plan);
	return true;
}

void
planner_init(struct planner *planner, const struct config *config, struct snapshot *snapshot,
	const char *reason, struct arena *arena, struct plan_secrets *secrets, struct diags *diags)
{
	static const struct planner_options no_options;
	const char *pattern = config->policy.username_pattern;
	*planner = (struct planner){
		.config = config,
		.snapshot = snapshot,
		.options = &no_options,
		.arena = arena,
		.plan = new_plan(config, snapshot, reason, arena),
		.secrets = secrets,
		.diags = diags,
		.logins = { .arena = arena },
		.persons = { .arena = arena },
		.old_logins = { .arena = arena },
		.asked_groups = { .arena = arena },
		.suffixes = { .arena = arena },
		.homes = { .arena = arena },
		.above_homes = { .arena = arena },
		.asked_ids = { .arena = arena },
		.primary_gids = { .arena = arena },
		.uids = { .arena = arena },
		.ids = { .arena = arena },
		.old_uids = { .arena = arena },
		.old_places = { .arena = arena },
		.above_old_places = { .arena = arena },
		.next_id = config->policy.uid_min,
		.next_group_id = snapshot->sys_gid_max,
		.new_groups = { .arena = arena },
		.made_dirs = { .arena = arena },
		.today = time(NULL) / 86400,
	};
	/* config.c has compiled it before. */
	planner->has_login_pattern =
		pattern && regcomp(&planner->login_pattern, pattern, REG_EXTENDED | REG_NOSUB) == 0;
	*secrets = (struct plan_secrets){
		.plan_id = planner->plan->id,
		.by_login = { .arena = arena },
	};
}

void
planner_finish(struct planner *planner)
{
	if (planner->has_login_pattern)
		regfree(&planner->login_pattern);
}

bool
planner_make(const struct config *config, const struct intake *intakes, size_t intake_count,
	struct snapshot *snapshot, const struct planner_options *options, struct arena *arena,
	struct plan **ret_plan, struct plan_secrets *ret_secrets, struct diags *diags)
{
	struct planner planner;
	planner_init(&planner, config, snapshot, options->reason, arena, ret_secrets, diags);
	planner.options = options;
	bool made = make(&planner, intakes, intake_count);
	planner_finish(&planner);
	if (made)
		*ret_plan = planner.plan;
	return made;
}
