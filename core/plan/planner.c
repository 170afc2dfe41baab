/*
 * planner.c - goes through the accounts once and says of each what would be done.
 */
#include "core/plan/planner.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/plan/planner_internal.h"

/* ---- findings ---- */

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
	return account_has(account, field) && account->places[field].line ? account->places[field]
									  : account->place;
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

struct plan *
planner_new_plan(const struct config *config, struct snapshot *snapshot, const char *reason,
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
		.root = host_root(snapshot->host),
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

static void
add_input(struct plan *plan, const struct intake *intake, struct arena *arena)
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
	ARRAY_PUSH(arena, &plan->inputs, input);
}

/* ---- one account ---- */

static bool
is_wanted(const struct planner_options *options, const char *login)
{
	if (options->only && !table_get(options->only, login))
		return false;
	if (!options->users.count)
		return true;
	ARRAY_FOREACH (pattern, &options->users) {
		if (text_glob(*pattern, login))
			return true;
	}
	return false;
}

/* An id that another source's or another person's account carries must not take this one over. */
static bool
is_same_person(const struct planner *planner, const struct account *account,
	const struct managed_account *managed)
{
	const char *origin = planner_origin(account, planner->arena);
	bool ad_hoc = strchr(origin, ':') && strchr(managed->source, ':');
	if (!ad_hoc && strcmp(origin, managed->source) != 0)
		return false;
	return strcmp(managed->key, account->key) == 0 ||
		strcmp(managed->key, managed->login) == 0 ||
		strcmp(account->key, account->username) == 0;
}

static void
block_existing(struct planner *planner, const struct account *account, struct change *change,
	struct accountdb_line *line)
{
	struct place place = planner_place(account, ACCOUNT_USERNAME);
	bool asked = string_list_has(&planner->options->adopt, change->login) ||
		string_list_has(&planner->options->adopt, "all");
	change->has_before = true;
	planner_block(planner, change, place, "login-unmanaged",
		"login belongs to uid %s, which rehome does not manage",
		accountdb_field(line, PASSWD_UID));
	planner_hint(change,
		asked ? "This version does not adopt accounts that exist: change the login."
		      : "Change the login column; this version does not adopt accounts that "
			"exist.");
}

static void
plan_existing(struct planner *planner, const struct account *account, struct change *change,
	struct accountdb_line *line)
{
	const struct managed_account *managed =
		table_get(&planner->snapshot->managed->by_login, change->login);
	struct place place = planner_place(account, ACCOUNT_USERNAME);
	if (!managed) {
		block_existing(planner, account, change, line);
	} else if (!is_same_person(planner, account, managed)) {
		planner_block(planner, change, place, "other-origin",
			"login '%s' is managed for %s '%s', here it is %s '%s'", change->login,
			managed->source, managed->key, planner_origin(account, planner->arena),
			account->key);
		planner_hint(change, "Change the login, or correct the id.");
	} else {
		planner_change(planner, account, managed, line, change);
	}
}

/* The same person under another login: a rename, which is more than a change of fields. */
static bool
block_rename(struct planner *planner, const struct account *account, struct change *change)
{
	char *key =
		managed_key(planner->arena, planner_origin(account, planner->arena), account->key);
	const struct managed_account *managed = table_get(&planner->snapshot->managed->by_key, key);
	if (!managed || strcmp(managed->login, change->login) == 0 ||
		!accountdb_find(&planner->snapshot->db, ACCOUNTDB_PASSWD, managed->login))
		return false;
	planner_block(planner, change, planner_place(account, ACCOUNT_USERNAME), "rename",
		"'%s' is managed as login '%s'; this version does not rename accounts",
		account->key, managed->login);
	planner_hint(change, "Keep the login '%s' for this person.", managed->login);
	return true;
}

static void
plan_account(struct planner *planner, const struct account *account, struct change *change)
{
	struct change *earlier = table_get(&planner->logins, change->login);
	struct accountdb_line *line =
		accountdb_find(&planner->snapshot->db, ACCOUNTDB_PASSWD, change->login);
	if (earlier) {
		planner_block(planner, change, planner_place(account, ACCOUNT_USERNAME),
			"login-twice", "login '%s' is also in %s:%u", change->login,
			earlier->place.file ? earlier->place.file : earlier->source,
			earlier->place.line);
		planner_hint(change, "Every login can come from one row only.");
		return;
	}
	table_set(&planner->logins, change->login, change);
	if (block_rename(planner, account, change))
		return;
	if (line) {
		plan_existing(planner, account, change, line);
	} else if (account_has(account, ACCOUNT_STATE) && account->state == ACCOUNT_LEFT) {
		change->action = CHANGE_UNCHANGED; /* gone there, never here */
		return;
	} else {
		planner_create(planner, account, change);
	}
	planner->accounts++;
}

static void
plan_row(struct planner *planner, const struct account *account)
{
	struct change *change = ARENA_NEW(planner->arena, struct change);
	change->action = CHANGE_UNCHANGED;
	change->findings.arena = planner->arena;
	change->login = account->username;
	change->full_name = account->full_name;
	change->source = planner_origin(account, planner->arena);
	change->key = account->key;
	change->place = account->place;
	change->login_generated = account->username_generated;
	change->login = planner_choose_login(planner, account, change);
	if (!change->login)
		change->login = account->username;
	else if (!is_wanted(planner->options, change->login))
		return;
	if (!planner_is_blocked(change))
		plan_account(planner, account, change);
	ARRAY_PUSH(planner->arena, &planner->plan->changes, change);
}

/* ---- after all accounts ---- */

static int
compare_changes(const void *a, const void *b)
{
	const struct change *const *left = a, *const *right = b;
	if ((*left)->action != (*right)->action)
		return (*left)->action < (*right)->action ? -1 : 1;
	int order = strcmp((*left)->login, (*right)->login);
	return order ? order : (int)(*left)->place.line - (int)(*right)->place.line;
}

/* Blocked users keep their lines for people, and lose their steps and edits. */
static void
take_out_blocked(struct planner *planner)
{
	struct plan *plan = planner->plan;
	struct table blocked = { .arena = planner->arena };
	size_t kept = 0;
	ARRAY_FOREACH (change, &plan->changes) {
		if (!planner_is_blocked(*change))
			continue;
		(*change)->action = CHANGE_BLOCKED;
		if (table_get(&planner->logins, (*change)->login) == *change)
			table_set(&blocked, (*change)->login, *change);
	}
	ARRAY_FOREACH (step, &plan->steps) {
		if (!step->user || !table_get(&blocked, step->user))
			plan->steps.items[kept++] = *step;
	}
	plan->steps.count = kept;
	kept = 0;
	ARRAY_FOREACH (edit, &plan->edits) {
		if (!edit->user || !table_get(&blocked, edit->user))
			plan->edits.items[kept++] = *edit;
	}
	plan->edits.count = kept;
}

/* Only the first N that would change something; the rest is for another day. */
static void
keep_canaries(struct planner *planner)
{
	struct plan *plan = planner->plan;
	size_t working = 0, kept = 0;
	struct table left_out = { .arena = planner->arena };
	if (!planner->options->canary)
		return;
	ARRAY_FOREACH (change, &plan->changes) {
		bool works =
			(*change)->action == CHANGE_CREATE || (*change)->action == CHANGE_CHANGE;
		if (works && working++ >= planner->options->canary)
			table_set(&left_out, (*change)->login, *change);
		else
			plan->changes.items[kept++] = *change;
	}
	plan->changes.count = kept;
	kept = 0;
	ARRAY_FOREACH (step, &plan->steps) {
		if (!step->user || !table_get(&left_out, step->user))
			plan->steps.items[kept++] = *step;
	}
	plan->steps.count = kept;
	kept = 0;
	ARRAY_FOREACH (edit, &plan->edits) {
		if (!edit->user || !table_get(&left_out, edit->user))
			plan->edits.items[kept++] = *edit;
	}
	plan->edits.count = kept;
}

/* Every directory takes a block of 4 KiB and an inode; a tenth more is asked for. */
static bool
check_space(struct planner *planner)
{
	struct plan *plan = planner->plan;
	struct table bases = { .arena = planner->arena };
	uint64_t dirs = 0, bytes, inodes;
	ARRAY_FOREACH (step, &plan->steps)
		dirs += step->kind == STEP_HOME_CREATE ? 1 + step->folders.count : 1;
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

static void
see_homes(struct planner *planner)
{
	const struct accountdb_table *passwd = &planner->snapshot->db.tables[ACCOUNTDB_PASSWD];
	ARRAY_FOREACH (line, &passwd->lines) {
		uint32_t uid;
		if (!accountdb_name(*line) || !accountdb_line_id(*line, PASSWD_UID, &uid) ||
			uid < 1000 || uid == 65534)
			continue;
		const char *home =
			arena_strdup(planner->arena, accountdb_field(*line, PASSWD_HOME));
		if (jail_path_is_normal(home) && !jail_is_system_directory(home))
			planner_note_home(
				planner, home, arena_strdup(planner->arena, accountdb_name(*line)));
	}
}

/* The jail's group, with the gid that folders will carry. */
static bool
find_jail_group(struct planner *planner)
{
	const char *group = planner->plan->jail_group;
	if (planner_group_id(planner, group, &planner->jail_gid))
		return true;
	if (snapshot_nss_has_group(planner->snapshot, group)) {
		diag_error(&planner->plan->findings, at("/etc/group", 0),
			"group '%s' is kept in another database", group);
		diag_hint(&planner->plan->findings, "Set jail.group to a local group.");
		return true;
	}
	planner->jail_group_is_new = true;
	if (planner_new_group(planner, group) &&
		planner_group_id(planner, group, &planner->jail_gid))
		return true;
	return diag_error(planner->diags, at("/etc/group", 0),
		"no free gid is left between %u and %u (login.defs) for group '%s'",
		(unsigned)planner->snapshot->sys_gid_min, (unsigned)planner->snapshot->sys_gid_max,
		group);
}

static bool
make(struct planner *planner, const struct intake *intakes, size_t intake_count)
{
	struct plan *plan = planner->plan;
	if (!find_jail_group(planner))
		return false;
	see_homes(planner);
	for (size_t i = 0; i < intake_count; i++) {
		add_input(plan, &intakes[i], planner->arena);
		ARRAY_FOREACH (account, &intakes[i].accounts)
			plan_row(planner, *account);
	}
	take_out_blocked(planner);
	if (plan->changes.count)
		qsort(plan->changes.items, plan->changes.count, sizeof(*plan->changes.items),
			compare_changes);
	keep_canaries(planner);
	if (!planner_share(planner) || !check_space(planner) || !planner_ask_sshd(planner))
		return false;
	ARRAY_FOREACH (change, &plan->changes)
		plan->counts[(*change)->action]++;
	return true;
}

bool
planner_make(const struct config *config, const struct intake *intakes, size_t intake_count,
	struct snapshot *snapshot, const struct planner_options *options, struct arena *arena,
	struct plan **ret_plan, struct plan_secrets *ret_secrets, struct diags *diags)
{
	struct planner planner = {
		.config = config,
		.snapshot = snapshot,
		.options = options,
		.arena = arena,
		.plan = planner_new_plan(config, snapshot, options->reason, arena),
		.secrets = ret_secrets,
		.diags = diags,
		.logins = { .arena = arena },
		.homes = { .arena = arena },
		.above_homes = { .arena = arena },
		.ids = { .arena = arena },
		.next_id = config->policy.uid_min,
		.next_group_id = snapshot->sys_gid_max,
		.new_groups = { .arena = arena },
		.made_dirs = { .arena = arena },
		.today = time(NULL) / 86400,
	};
	*ret_secrets = (struct plan_secrets){
		.plan_id = planner.plan->id,
		.by_login = { .arena = arena },
	};
	if (!make(&planner, intakes, intake_count))
		return false;
	*ret_plan = planner.plan;
	return true;
}
