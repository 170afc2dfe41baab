/*
 * planner_rows.c - all rows at once, before any of them is planned: logins are chosen, and it is
 * noted what else only one account may have. So it does not matter which row comes first, nor
 * whether only some of them are wanted today.
 */
#include <stdlib.h>
#include <string.h>

#include "core/plan/planner_internal.h"

static bool
exists(const struct planner *planner, const struct change *change)
{
	return accountdb_find(&planner->snapshot->db, ACCOUNTDB_PASSWD, change->login);
}

/* ---- claims ---- */

const char *
planner_rival(const struct claim *claim, const char *login)
{
	if (!claim || strcmp(claim->login, login) != 0)
		return claim ? claim->login : NULL;
	return claim->other;
}

static struct claim *
new_claim(struct planner *planner, const char *login)
{
	struct claim *claim = ARENA_NEW(planner->arena, struct claim);
	claim->login = login;
	return claim;
}

void
planner_claim_home(struct planner *planner, const char *home, const char *login)
{
	struct claim *claim = table_get(&planner->homes, home);
	if (claim) {
		claim->other = login;
		return;
	}
	table_set(&planner->homes, home, new_claim(planner, login));
	for (char *above = planner_parent(home, planner->arena); strcmp(above, "/") != 0;
		above = planner_parent(above, planner->arena)) {
		if (table_get(&planner->above_homes, above))
			break; /* then so is everything above it */
		table_set(&planner->above_homes, above, (void *)(uintptr_t)login);
	}
}

void
planner_claim_id(struct planner *planner, struct id_table *table, uid_t uid, const char *login)
{
	struct claim *claim = id_table_get(table, uid);
	if (claim)
		claim->other = login;
	else
		id_table_set(table, uid, new_claim(planner, login));
}

/* The homes of people, whoever manages them; those of services are directories of the system. */
static void
claim_present_homes(struct planner *planner)
{
	struct accountdb_line *line;
	size_t cursor = 0;
	while ((line = accountdb_next(&planner->snapshot->db, ACCOUNTDB_PASSWD, &cursor))) {
		uint32_t uid;
		if (!accountdb_line_id(line, PASSWD_UID, &uid) || uid < 1000 || uid == 65534)
			continue;
		const char *field = accountdb_field(line, PASSWD_HOME);
		size_t length = strlen(field);
		while (length > 1 && field[length - 1] == '/')
			length--;
		const char *home = arena_strndup(planner->arena, field, length);
		if (jail_path_is_normal(home) && !jail_is_system_directory(home))
			planner_claim_home(planner, home, accountdb_name(line));
	}
}

/* Files that somebody left beside the new homes may carry an id that looks free. */
static bool
look_beside_home(struct planner *planner, const char *home)
{
	const char *base = planner_parent(home, planner->arena);
	if (jail_base_fault(&planner->snapshot->jails, base, true))
		return true; /* planner_check_home() will say what is wrong with it */
	return snapshot_see_base(planner->snapshot, base, planner->diags);
}

/* Of a new account, or of one that is to be adopted with another uid. */
static bool
asks_for_other_uid(const struct planner *planner, const struct planner_row *row)
{
	const struct accountdb_line *line =
		accountdb_find(&planner->snapshot->db, ACCOUNTDB_PASSWD, row->change->login);
	uint32_t uid;
	return (!line && !row->change->old_login) ||
		(line && !table_get(&planner->snapshot->managed->by_login, row->change->login) &&
			accountdb_line_id(line, PASSWD_UID, &uid) && uid != row->account->uid);
}

/* An account that is adopted may get a home where it has none; see planner_adopt_home.c. */
static void
claim_new_place(struct planner *planner, const struct planner_row *row)
{
	const struct account *account = row->account;
	const char *login = row->change->login;
	const struct accountdb_line *line =
		accountdb_find(&planner->snapshot->db, ACCOUNTDB_PASSWD, login);
	if (account_has(account, ACCOUNT_HOME) && jail_path_is_normal(account->home) &&
		!jail_is_system_directory(account->home) &&
		!table_get(&planner->snapshot->managed->by_login, login) &&
		strcmp(account->home, accountdb_field(line, PASSWD_HOME)) != 0)
		planner_claim_home(planner, account->home, login);
}

/* What the name service says of its accounts, in the sources and out of them, is theirs already. */
static void
claim_nss_homes(struct planner *planner)
{
	ARRAY_FOREACH (account, &planner->snapshot->managed->accounts) {
		if ((*account)->nss)
			planner_claim_home(planner, (*account)->home, (*account)->login);
	}
	ARRAY_FOREACH (row, &planner->rows) {
		const struct accountdb_line *line = row->change->nss
			? snapshot_nss_user(planner->snapshot, row->change->login)
			: NULL;
		const char *home = line ? accountdb_field(line, PASSWD_HOME) : "";
		if (jail_path_is_normal(home) && !jail_is_system_directory(home))
			planner_claim_home(planner, home, row->change->login);
	}
}

static bool
claim_for_new(struct planner *planner, const struct planner_row *row)
{
	const struct account *account = row->account;
	struct change *change = row->change;
	if (planner_is_blocked(change) || change->left_out || change->nss ||
		account_has_left(account))
		return true;
	if (account_has(account, ACCOUNT_UID) && asks_for_other_uid(planner, row))
		planner_claim_id(planner, &planner->asked_ids, account->uid, change->login);
	if (exists(planner, change)) {
		claim_new_place(planner, row);
		return true;
	}
	change->after.home = planner_home_of(planner, account, change);
	if (!jail_path_is_normal(change->after.home) ||
		jail_is_system_directory(change->after.home))
		return true;
	planner_claim_home(planner, change->after.home, change->login);
	return look_beside_home(planner, change->after.home);
}

/* ---- logins ---- */

static void
block_twin(struct planner *planner, struct change *change, const struct change *twin)
{
	planner_block(planner, change, change->place, "login-twice", "login '%s' is also in %s:%u",
		change->login, twin->place.file ? twin->place.file : twin->source,
		twin->place.line);
	planner_hint(change, "%s",
		strcmp(change->source, twin->source) == 0
			? "Every login can come from one row only."
			: "Apply one source, then the other: an account that is there is a case "
			  "for rehome decide, where the login comes from an old server.");
}

static void
block_same_person(struct planner *planner, struct change *change, const struct change *twin)
{
	planner_block(planner, change, change->place, "person-twice",
		"'%s' is also in %s:%u, with login '%s'", change->key,
		twin->place.file ? twin->place.file : twin->source, twin->place.line, twin->login);
	planner_hint(change,
		"Take one of the rows out; if they are two people, configure each file as a "
		"source of its own.");
}

/* True when nobody was there before. */
static bool
enter(struct planner *planner, struct table *table, const char *key, struct change *change,
	void (*block)(struct planner *, struct change *, const struct change *))
{
	struct change *earlier = table_get(table, key);
	if (!earlier) {
		table_set(table, key, change);
		return true;
	}
	if (!planner_is_blocked(earlier))
		block(planner, earlier, change);
	block(planner, change, earlier);
	return false;
}

static void
enter_login(struct planner *planner, struct change *change)
{
	if (enter(planner, &planner->logins, change->login, change, block_twin))
		(void)enter(planner, &planner->persons, planner_person(planner, change), change,
			block_same_person);
}

/* By key, not by row: a suffix stays with its person when the rows are reordered. */
static int
compare_persons(const void *a, const void *b)
{
	const struct change *left = ((const struct planner_row *)a)->change;
	const struct change *right = ((const struct planner_row *)b)->change;
	int order = strcmp(left->source, right->source);
	if (!order)
		order = strverscmp(left->key, right->key);
	if (!order && left->place.line != right->place.line)
		order = left->place.line < right->place.line ? -1 : 1;
	return order;
}

static void
choose_generated(struct planner *planner)
{
	struct {
		struct planner_row *items;
		size_t count, room;
	} generated = { 0 };
	ARRAY_FOREACH (row, &planner->rows) {
		if (row->account->username_generated && !row->change->left_out && !row->change->nss)
			ARRAY_PUSH(planner->arena, &generated, *row);
	}
	if (!generated.count)
		return;
	qsort(generated.items, generated.count, sizeof(*generated.items), compare_persons);
	ARRAY_FOREACH (row, &generated) {
		const char *login = planner_choose_login(planner, row->account, row->change);
		if (!login)
			continue;
		row->change->login = login;
		enter_login(planner, row->change);
	}
}

/* ---- other logins for the same people ---- */

/* The one way in is shut under the name that it has. */
static bool
is_leaving(const struct account *account, const struct managed_account *managed)
{
	return account_is_shut(account) && managed->standing.state != MANAGED_DISABLED &&
		managed->standing.state != MANAGED_RETIRED;
}

static void
find_rename(struct planner *planner, const struct planner_row *row)
{
	struct change *change = row->change;
	const struct managed_account *managed = change->left_out
		? NULL
		: table_get(&planner->snapshot->managed->by_key, planner_person(planner, change));
	if (!managed || strcmp(managed->login, change->login) == 0 ||
		!accountdb_find(&planner->snapshot->db, ACCOUNTDB_PASSWD, managed->login))
		return;
	if (is_leaving(row->account, managed)) {
		change->login = managed->login;
		(void)enter(planner, &planner->logins, change->login, change, block_twin);
		return;
	}
	change->old_login = managed->login;
	table_set(&planner->old_logins, managed->login, change);
}

/* ---- the whole ---- */

/* The copy says what is known once its first cases are decided. */
static bool
begin_old(struct planner *planner, struct planner_row *row)
{
	row->mine = arena_copy(planner->arena, row->account, sizeof(*row->account));
	row->account = row->mine;
	bool has_login = planner_old_begin(planner, row);
	row->change->login = row->mine->username;
	row->change->login_generated = row->mine->username_generated;
	return has_login;
}

static void
collect_row(struct planner *planner, const struct account *account, bool nss)
{
	struct change *change = ARENA_NEW(planner->arena, struct change);
	*change = (struct change){
		.action = CHANGE_UNCHANGED,
		.login = account->username,
		.full_name = account->full_name,
		.source = planner_origin(account, planner->arena),
		.key = account->key,
		.place = account->place,
		.login_generated = account->username_generated,
		.nss = nss,
		.findings = { .arena = planner->arena },
	};
	struct planner_row row = { .account = account, .change = change };
	bool has_login = !account->old || begin_old(planner, &row);
	account = row.account;
	ARRAY_PUSH(planner->arena, &planner->rows, row);
	if (!has_login)
		return;
	ARRAY_FOREACH (group, &account->groups)
		table_set(&planner->asked_groups, *group, change);
	if (!account->username_generated || nss)
		enter_login(planner, change);
}

bool
planner_collect(struct planner *planner, const struct intake *intakes, size_t intake_count)
{
	for (size_t i = 0; i < intake_count; i++) {
		ARRAY_FOREACH (account, &intakes[i].accounts)
			collect_row(planner, *account, intakes[i].nss);
	}
	choose_generated(planner);
	planner_old_decide(planner);
	ARRAY_FOREACH (row, &planner->rows)
		find_rename(planner, row);
	claim_present_homes(planner);
	claim_nss_homes(planner);
	ARRAY_FOREACH (row, &planner->rows) {
		if (!claim_for_new(planner, row))
			return false;
	}
	return true;
}
