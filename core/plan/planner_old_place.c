/*
 * planner_old_place.c - the directory of a login of an old server: which one becomes the contents
 * of its jail, and who else has it.
 *
 * The directory is on ROOT, which may be this machine: then an account that is there is adopted
 * with the home that it has, and everybody else gets a new home with a copy. Nothing is written
 * there, and ROOT's links were resolved by the importer.
 */
#include <string.h>
#include <sys/stat.h>

#include "core/base/text.h"
#include "core/plan/planner_old.h"

/* Who has a directory on ROOT. */
struct place_claim {
	const char *login, *other;
	size_t count;
};

/* ---- which directory ---- */

static const char *
without_slashes(const char *path, struct arena *arena)
{
	size_t length = strlen(path);
	while (length > 1 && path[length - 1] == '/')
		length--;
	return arena_strndup(arena, path, length);
}

/* A home of its own that may become a jail; a guest has somebody else's. */
static const char *
own_home(const struct old_row *row)
{
	const char *home = row->login->home;
	if (row->login->is_guest || !home || *home != '/')
		return NULL;
	home = without_slashes(home, row->planner->arena);
	return jail_path_is_normal(home) && !jail_is_system_directory(home) ? home : NULL;
}

/* On ROOT; NULL when there is none. Who landed in its home, or below, gets the home. */
static const char *
old_directory(struct old_row *row)
{
	const struct old_login *login = row->login;
	if (!login->jail || strcmp(login->jail, "/") != 0)
		return login->jail;
	const char *home = own_home(row), *landing = login->cwd ? login->cwd : home;
	bool is_at_home = home && landing && jail_contains(home, landing);
	const char *choice = planner_decide(row->planner, row->change, DECISION_NOT_JAILED,
		is_at_home ? "home" : "jail", login->where,
		"saw the whole machine, and landed in %s", landing ? landing : "a place unknown");
	return old_chose(choice, "home") && home ? home : landing;
}

/* The landing directory as sftp-server(8) is told it: below the jail. */
static void
choose_start(struct old_row *row, const char *directory)
{
	const char *cwd = row->login->cwd, *start;
	struct planner *planner = row->planner;
	struct diags problems = { .arena = planner->arena };
	if (!cwd || !jail_contains(directory, cwd) || strcmp(directory, cwd) == 0)
		return;
	const char *below = cwd + strlen(directory) + (strcmp(directory, "/") != 0);
	if (profile_check_start(below, row->login->where, planner->arena, &start, &problems)) {
		row->account->profile.start = start;
		return;
	}
	planner_warn(planner, row->change, row->login->where, "old-start",
		"its sessions began in %s, and now begin at the top: %s", below,
		problems.items[0].message);
}

bool
old_is_this_machine(const struct old_row *row)
{
	struct stat there, here;
	const char *root = row->old->root;
	return root && stat(*root ? root : "/", &there) == 0 &&
		stat(host_root(row->planner->snapshot->host), &here) == 0 &&
		there.st_dev == here.st_dev && there.st_ino == here.st_ino;
}

/* ---- an account that is here ---- */

/* Its home becomes the jail, so the two must be the same directory. */
static void
compare_home(struct old_row *row, const struct accountdb_line *passwd, const char *directory)
{
	struct planner *planner = row->planner;
	const char *home = without_slashes(accountdb_field(passwd, PASSWD_HOME), planner->arena);
	if (strcmp(home, directory) == 0)
		return;
	row->account->profile.start = NULL;
	if (!OLD_DECIDE(row, DECISION_OLD_DIRECTORY,
		    "the old server showed it %s, and its home here is %s", directory, home))
		planner_hint(row->change,
			"Choose home or leave, with rehome decide. If that is its directory, run: "
			"usermod -d %s %s",
			text_shell_word(planner->arena, directory), row->change->login);
}

/* ---- an account that is new ---- */

static void
claim_place(struct planner *planner, const char *path, const char *login)
{
	struct place_claim *claim = table_get(&planner->old_places, path);
	if (claim) {
		claim->other = login;
		claim->count++;
		return;
	}
	claim = ARENA_NEW(planner->arena, struct place_claim);
	*claim = (struct place_claim){ .login = login, .count = 1 };
	table_set(&planner->old_places, path, claim);
	for (char *above = planner_parent(path, planner->arena); strcmp(above, "/") != 0;
		above = planner_parent(above, planner->arena)) {
		if (table_get(&planner->above_old_places, above))
			break;
		table_set(&planner->above_old_places, above, (void *)(uintptr_t)login);
	}
}

static void
take_contents(struct old_row *row, const char *directory)
{
	struct planner *planner = row->planner;
	struct stat st;
	if (!row->old->root) {
		planner->has_old_archive = true;
		return;
	}
	const char *path = arena_printf(planner->arena, "%s%s", row->old->root, directory);
	bool exists = lstat(path, &st) == 0;
	if (!exists || !S_ISDIR(st.st_mode)) {
		row->account->profile.start = NULL;
		(void)OLD_DECIDE(row, DECISION_MISSING_HOME, "%s %s", directory,
			exists ? "is no directory" : "does not exist");
		return;
	}
	row->account->contents = path;
	claim_place(planner, path, row->change->login);
}

static void
begin_empty(struct old_row *row)
{
	row->account->contents = NULL;
	row->account->profile.start = NULL;
}

/* An account that is here, with a home that is none, gets one. */
static void
leave_system_directory(struct old_row *row, const char *directory)
{
	struct planner *planner = row->planner;
	begin_empty(row);
	(void)OLD_DECIDE(row, DECISION_SYSTEM_HOME, "its directory was %s", directory);
	if (!row->passwd || !jail_is_system_directory(accountdb_field(row->passwd, PASSWD_HOME)))
		return;
	row->account->home = planner_home_of(planner, row->account, row->change);
	row->account->given |= 1u << ACCOUNT_HOME;
	row->account->places[ACCOUNT_HOME] = row->login->where;
}

/* Its home is lived in, and nothing is mixed into it. */
static void
keep_present_home(struct old_row *row, const char *directory)
{
	if (planner_is_blocked(row->change))
		return; /* it may get another login, and a home of its own */
	planner_warn(row->planner, row->change, row->login->where, "old-contents-kept",
		"an account is here already: what was in %s there is not copied into its home",
		directory);
}

void
old_choose_place(struct old_row *row)
{
	const char *directory = old_directory(row);
	bool is_managed = table_get(&row->planner->snapshot->managed->by_login, row->change->login);
	if (directory && jail_path_is_normal(directory))
		choose_start(row, directory);
	if (!directory)
		(void)OLD_DECIDE(row, DECISION_MISSING_HOME, "its directory cannot be known");
	else if (!jail_path_is_normal(directory))
		(void)OLD_DECIDE(row, DECISION_MISSING_HOME, "'%s' is no absolute path", directory);
	else if (jail_is_system_directory(directory))
		leave_system_directory(row, directory);
	else if (!row->passwd || is_managed)
		take_contents(row, directory);
	else if (row->old->has_own_uid && old_is_this_machine(row))
		compare_home(row, row->passwd, directory);
	else
		keep_present_home(row, directory);
}

/* ---- who else has it ---- */

static const char *
rival_of(const struct place_claim *claim, const char *login)
{
	return strcmp(claim->login, login) != 0 ? claim->login : claim->other;
}

/* Who is managed here has its copy: nobody who comes later makes that a question again. */
static const char *
default_of(const struct old_row *row)
{
	return row->passwd ? "copy" : NULL;
}

static const char *
decide_shared(struct old_row *row, const char *directory, const struct place_claim *claim)
{
	AUTO_BUFFER struct buffer others = { 0 };
	if (claim->count > 2)
		buffer_printf(&others, " and %zu more", claim->count - 2);
	return planner_decide(row->planner, row->change, DECISION_SHARED_HOME, default_of(row),
		row->login->where, "shares %s with '%s'%s", directory,
		rival_of(claim, row->change->login), buffer_text(&others));
}

/* A copy of the outer one would hold what is others'; a copy of the inner one is its own. */
static const char *
decide_nested(struct old_row *row, const char *directory)
{
	struct planner *planner = row->planner;
	const char *below = table_get(&planner->above_old_places, row->account->contents);
	if (below)
		return planner_decide(planner, row->change, DECISION_NESTED_HOME, default_of(row),
			row->login->where, "%s holds the directory of '%s'", directory, below);
	for (char *above = planner_parent(row->account->contents, planner->arena);
		strcmp(above, "/") != 0; above = planner_parent(above, planner->arena)) {
		const struct place_claim *claim = table_get(&planner->old_places, above);
		if (claim)
			return planner_decide(planner, row->change, DECISION_NESTED_HOME, "copy",
				row->login->where, "%s lies in the directory of '%s'", directory,
				claim->login);
	}
	return "copy";
}

/* The top of a jail is root's: who could write needs a folder, when nothing brings one. */
static void
give_folder(struct old_row *row)
{
	struct planner *planner = row->planner;
	struct account *account = row->account;
	const struct layout *layout = config_layout(planner->config,
		account_has(account, ACCOUNT_LAYOUT) ? account->layout : "default");
	bool is_lived_in = row->passwd && !account_has(account, ACCOUNT_HOME);
	if (is_lived_in || account->contents || row->login->rights == OLD_WRITE_NO || !layout ||
		layout->folders.count)
		return;
	struct folder folder = { .path = planner->config->policy.adopt_loose,
		.access = FOLDER_WRITE,
		.place = row->login->where };
	ARRAY_PUSH(planner->arena, &account->folders, folder);
	account->given |= 1u << ACCOUNT_FOLDERS;
	account->places[ACCOUNT_FOLDERS] = row->login->where;
}

static void
share_place(struct old_row *row)
{
	const char *contents = row->account->contents;
	if (!contents)
		return;
	const char *directory = contents + strlen(row->old->root);
	const struct place_claim *claim = table_get(&row->planner->old_places, contents);
	const char *choice = claim->count > 1 ? decide_shared(row, directory, claim)
					      : decide_nested(row, directory);
	if (old_chose(choice, "empty"))
		begin_empty(row);
}

void
old_share_place(struct old_row *row)
{
	share_place(row);
	give_folder(row);
}
