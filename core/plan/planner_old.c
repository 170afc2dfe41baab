/*
 * planner_old.c - logins of an old server: what a person has to decide before they are planned like
 * any other account.
 *
 * Each row has a copy of its account, and decisions change that copy: after this file nothing else
 * of the planner needs to know what was decided. What nobody decided, and has no safe default,
 * blocks; all cases of a login are met, so that they can be decided at once.
 */
#include "core/plan/planner_old.h"

#include <string.h>

#include "core/base/text.h"
#include "core/model/password.h"

/* ---- decisions ---- */

static void
add_decision(struct planner *planner, struct change *change, struct decision decision)
{
	ARRAY_PUSH(planner->arena, &change->decisions, decision);
	if (decision.choice)
		return;
	planner_block(planner, change, decision.place, decision_kinds[decision.kind].code, "%s",
		decision.detail);
	planner_hint(change, "Choose %s, with rehome decide.",
		decision.only_leave ? "leave" : decision_words(decision.kind, planner->arena));
}

static const char *
meet_case(struct planner *planner, struct change *change, struct decision decision)
{
	const struct decision_book *book = planner->options->decisions;
	const char *choice = NULL;
	if (book)
		choice = decision_book_get(book, change->source,
			text_escaped(planner->arena, change->key), decision.kind);
	decision.decided = choice && decision_offers(&decision, choice);
	decision.choice = decision.decided ? choice : decision.initial;
	if (old_chose(decision.choice, "leave"))
		planner_leave_out(planner, change, decision.place);
	add_decision(planner, change, decision);
	return decision.choice;
}

const char *
planner_decide(struct planner *planner, struct change *change, enum decision_case kind,
	const char *initial, struct place place, const char *format, ...)
{
	struct decision decision = { .kind = kind, .initial = initial, .place = place };
	va_list args;
	if (change->left_out)
		return "leave";
	va_start(args, format);
	decision.detail = arena_vprintf(planner->arena, format, args);
	va_end(args);
	return meet_case(planner, change, decision);
}

void
planner_decide_to_leave(struct planner *planner, struct change *change, enum decision_case kind,
	struct place place, const char *detail)
{
	struct decision decision = {
		.kind = kind, .only_leave = true, .place = place, .detail = detail
	};
	(void)meet_case(planner, change, decision);
}

void
planner_leave_out(struct planner *planner, struct change *change, struct place place)
{
	change->left_out = true;
	change->findings = (struct diags){ .arena = planner->arena };
	change->lines.count = change->decisions.count = 0;
	planner_warn(planner, change, place, "left-out", "is not imported, as was decided");
}

static const struct managed_account *
managed_person(const struct old_row *row)
{
	return planner_account_of(row->planner, row->change);
}

/* Of one that is here already somebody may have opened it since. */
static void
close_account(struct old_row *row)
{
	if (managed_person(row))
		return;
	row->account->state = ACCOUNT_DISABLED;
	row->account->given |= 1u << ACCOUNT_STATE;
	row->account->places[ACCOUNT_STATE] = row->login->where;
}

static void
forget(struct account *account, enum account_field field)
{
	account->given &= ~(1u << field);
}

/* ---- who it is ---- */

static void
decide_unknown(struct old_row *row)
{
	if (row->login->login != OLD_UNKNOWN)
		return;
	const char *choice = OLD_DECIDE(row, DECISION_UNKNOWN_LOGIN,
		"whether the old server let it in cannot be known%s%s",
		row->login->notes.count ? ": " : "",
		row->login->notes.count ? row->login->notes.items[0].message : "");
	if (old_chose(choice, "expire"))
		close_account(row);
}

/* Whoever ran as root there would be more than a user of its own here. */
static void
decide_administrator(struct old_row *row)
{
	if (strcmp(row->login->user, "root") != 0 && !(row->login->has_ids && !row->login->uid))
		return;
	(void)OLD_DECIDE(row, DECISION_ADMINISTRATOR, "was root on the old server");
}

/* What the logs showed once is decided for plans without them, too. */
static bool
was_decided(const struct old_row *row, enum decision_case kind)
{
	const struct decision_book *book = row->planner->options->decisions;
	return book &&
		decision_book_get(book, row->change->source,
			text_escaped(row->planner->arena, row->change->key), kind);
}

static const char *const decided_before = "was decided by logs that this plan does not have";

/* NULL when it is in use, or nobody can tell. */
static const char *
dormant_words(const struct old_row *row)
{
	enum { DAY = 86400, DORMANT_DAYS = 180 };
	const struct old_evidence *seen = row->login->evidence;
	struct arena *arena = row->planner->arena;
	const int64_t least = (int64_t)DORMANT_DAYS * DAY;
	int64_t last = 0;
	if (seen)
		last = seen->last_login > seen->last_transfer ? seen->last_login
							      : seen->last_transfer;
	if (last && seen->to - last < least)
		return NULL;
	if (!seen || seen->to - seen->from < least)
		return was_decided(row, DECISION_DORMANT) ? decided_before : NULL;
	return arena_printf(arena, "%s %s",
		last ? "was last seen on" : "was never seen in the logs, which begin on",
		managed_day_text((last ? last : seen->from) / DAY, arena));
}

static void
decide_dormant(struct old_row *row)
{
	const char *words = managed_person(row) ? NULL : dormant_words(row);
	if (words && old_chose(OLD_DECIDE(row, DECISION_DORMANT, "%s", words), "expire"))
		close_account(row);
}

/* Whether the account that has the name here is surely the login's own. */
static bool
is_own_account(const struct old_row *row)
{
	return !row->old->is_renamed && row->old->has_own_uid && old_is_this_machine(row);
}

/* The proposed name is somebody's: of this source, or of this machine. */
static void
decide_name(struct old_row *row)
{
	struct planner *planner = row->planner;
	const struct managed_account *known = managed_person(row);
	const char *name = row->account->username, *choice;
	bool exists = accountdb_find(&planner->snapshot->db, ACCOUNTDB_PASSWD, name);
	row->account->username_generated = false;
	if (known) {
		row->account->username = known->login;
		return;
	}
	if (row->old->is_renamed && row->old->name_rival)
		choice = OLD_DECIDE(row, DECISION_LOGIN_NAME,
			"'%s' would be called '%s' here, and so would '%s'", row->login->user, name,
			row->old->name_rival);
	else if (!exists && !planner_policy_allows(planner, name))
		choice = OLD_DECIDE(row, DECISION_LOGIN_NAME,
			"policy.username gives the login '%s' to nobody", name);
	else if (exists && !is_own_account(row) && strcmp(name, "root") != 0)
		choice = OLD_DECIDE(row, DECISION_LOGIN_NAME,
			"an account '%s' exists here, which need not be the same person's", name);
	else
		return;
	row->account->username_generated = old_chose(choice, "number");
}

bool
planner_old_begin(struct planner *planner, struct planner_row *planner_row)
{
	struct old_row row = old_row_of(planner, planner_row);
	decide_unknown(&row);
	decide_administrator(&row);
	decide_dormant(&row);
	decide_name(&row);
	return !row.change->left_out && !(row.old->is_renamed && planner_is_blocked(row.change));
}

/* ---- numbers ---- */

/* Why nobody can have this uid here; NULL when the login can. */
static const char *
uid_obstacle(const struct old_row *row)
{
	struct planner *planner = row->planner;
	uid_t uid = row->account->uid;
	if (uid < 1000 || uid == 65534 || uid == 65535)
		return arena_printf(
			planner->arena, "uid %u is in the range of system accounts", (unsigned)uid);
	if (!planner_uid_is_free(planner, row->change, uid))
		return snapshot_explain_id(planner->snapshot, uid, planner->arena);
	return NULL;
}

/* A new uid loses nothing where the old one was never the login's alone. */
static const char *
ask_about_uid(struct old_row *row, const char *rival, const char *obstacle)
{
	uid_t uid = row->account->uid;
	if (rival)
		return planner_decide(row->planner, row->change, DECISION_UID_CONFLICT, "new",
			row->login->where, "uid %u was also that of '%s'", (unsigned)uid, rival);
	return OLD_DECIDE(row, DECISION_UID_CONFLICT, "%s", obstacle);
}

static void
decide_uid(struct old_row *row)
{
	struct account *account = row->account;
	if (!account_has(account, ACCOUNT_UID))
		return;
	if (row->passwd) {
		/* An account that is here has a uid, and its files have it. */
		forget(account, ACCOUNT_UID);
		return;
	}
	const char *rival = planner_rival(
		id_table_get(&row->planner->old_uids, account->uid), row->change->login);
	const char *obstacle = uid_obstacle(row);
	if (!rival && !obstacle)
		return;
	const char *choice = ask_about_uid(row, rival, obstacle);
	if (!obstacle && !old_chose(choice, "new"))
		return;
	forget(account, ACCOUNT_UID);
	if (!old_chose(choice, "keep"))
		return;
	planner_block(row->planner, row->change, row->login->where, "uid-conflict",
		"cannot keep its uid: %s", obstacle);
	planner_hint(row->change, "Choose new or leave, with rehome decide.");
}

/* ---- passwords ---- */

static void
take_password_choice(struct old_row *row, const char *choice)
{
	row->account->secret =
		old_chose(choice, "handout") ? ACCOUNT_SECRET_NEW : ACCOUNT_SECRET_NONE;
	if (old_chose(choice, "expire"))
		close_account(row);
}

static const char *
foreign_default(const struct planner *planner)
{
	static const char *const words[] = {
		[FOREIGN_HASH_EXPIRE] = "expire",
		[FOREIGN_HASH_REFUSE] = NULL,
		[FOREIGN_HASH_HANDOUT] = "handout",
		[FOREIGN_HASH_KEY_ONLY] = "key-only",
	};
	return words[planner->config->policy.foreign_hash];
}

const char *
planner_decide_foreign_hash(
	struct planner *planner, struct change *change, struct place place, const char *scheme)
{
	return planner_decide(planner, change, DECISION_FOREIGN_HASH, foreign_default(planner),
		place, "its password is %s", scheme);
}

/* True when the password of the account that is here lets in whoever asks. */
static bool
has_empty_password(const struct old_row *row)
{
	const struct accountdb_line *shadow =
		accountdb_find(&row->planner->snapshot->db, ACCOUNTDB_SHADOW, row->change->login);
	return shadow && !*accountdb_field(shadow, SHADOW_HASH);
}

/* An account that is here keeps its password, whatever the old server took. */
static void
compare_password(struct old_row *row)
{
	const struct accountdb_line *shadow =
		accountdb_find(&row->planner->snapshot->db, ACCOUNTDB_SHADOW, row->change->login);
	const struct account *account = row->account;
	const char *now = shadow ? accountdb_field(shadow, SHADOW_HASH) : "*";
	bool is_same = row->old->secret == OLD_SECRET_NONE ||
		(row->old->secret == OLD_SECRET_OPEN && !*now) ||
		(row->old->secret == OLD_SECRET_CARRIED &&
			strcmp(account->password_hash, now) == 0) ||
		(row->old->secret == OLD_SECRET_PLAIN && password_matches(account->password, now));
	if (!is_same && !planner_is_blocked(row->change))
		planner_warn(row->planner, row->change, row->login->where, "old-password-dropped",
			"the old server took another password; the account's own is kept");
}

static void
decide_password(struct old_row *row)
{
	if (managed_person(row))
		return; /* set at its creation, and its user's since */
	if (row->passwd)
		compare_password(row);
	if (row->old->secret == OLD_SECRET_OPEN && (!row->passwd || has_empty_password(row)))
		take_password_choice(row,
			OLD_DECIDE(row, DECISION_OPEN_PASSWORD, "%s password let it in",
				row->login->password == OLD_PASSWORD_ANY ? "any" : "the empty"));
	if (row->old->secret == OLD_SECRET_FOREIGN && !row->passwd)
		take_password_choice(row,
			planner_decide_foreign_hash(
				row->planner, row->change, row->login->where, row->old->scheme));
}

/* ---- rights ---- */

static void
decide_rights(struct old_row *row)
{
	if (row->login->rights != OLD_WRITE_PARTIAL)
		return;
	const char *note = row->login->write_note;
	row->account->profile.read_only =
		old_chose(OLD_DECIDE(row, DECISION_PARTIAL_RIGHTS, "its rights were: %s",
				  note ? note : "partial"),
			"read-only");
}

static const char *
limit_words(const struct old_row *row)
{
	AUTO_BUFFER struct buffer text = { 0 };
	ARRAY_FOREACH (from, &row->login->from)
		buffer_printf(&text, "%s%s", text.size ? ", " : "could log in from ", *from);
	if (row->login->from_names)
		buffer_printf(&text, "%s by the host name of the client",
			text.size ? "," : "could log in");
	if (row->login->hours)
		buffer_printf(
			&text, "%s at %s", text.size ? "," : "could log in", row->login->hours);
	return arena_strdup(row->planner->arena, buffer_text(&text));
}

/* What sshd can say is kept; what it cannot, nobody widens without being asked. */
static void
decide_limit(struct old_row *row)
{
	const struct old_login *login = row->login;
	if (!login->from.count && !login->hours && !login->from_names)
		return;
	bool is_exact = !login->hours && !row->old->limit_is_lost;
	const char *choice = planner_decide(row->planner, row->change, DECISION_IP_LIMIT,
		is_exact ? "keep" : NULL, login->where, "%s", limit_words(row));
	if (!old_chose(choice, "keep")) {
		row->account->profile.from = (struct string_list){ 0 };
		return;
	}
	if (!row->old->limit_is_lost || row->old->from.count)
		return;
	planner_block(row->planner, row->change, login->where, "ip-limit",
		"none of its addresses can be kept: sshd tells names from names by what the "
		"resolver says");
	planner_hint(row->change, "Choose drop or leave, with rehome decide.");
}

static const char *
names_words(const struct string_list *names, struct arena *arena)
{
	enum { ENOUGH = 3 };
	AUTO_BUFFER struct buffer text = { 0 };
	for (size_t i = 0; i < names->count && i < ENOUGH; i++)
		buffer_printf(&text, "%s%s", i ? ", " : "", names->items[i]);
	if (names->count > ENOUGH)
		buffer_printf(&text, " and %zu more", names->count - ENOUGH);
	return arena_strdup(arena, buffer_text(&text));
}

/* NULL when nothing is known of it. */
static const char *
top_words(const struct old_row *row)
{
	const struct old_evidence *seen = row->login->evidence;
	struct arena *arena = row->planner->arena;
	if (seen && seen->top_writes)
		return arena_printf(arena, "wrote %llu %s at the top: %s",
			(unsigned long long)seen->top_writes,
			seen->top_writes == 1 ? "time" : "times",
			names_words(&seen->top_names, arena));
	return was_decided(row, DECISION_TOP_WRITER) ? decided_before : NULL;
}

static const char *
outside_words(const struct old_row *row)
{
	const struct old_evidence *seen = row->login->evidence;
	struct arena *arena = row->planner->arena;
	if (seen && seen->outside.count)
		return arena_printf(arena, "used %s", names_words(&seen->outside, arena));
	return was_decided(row, DECISION_OUTSIDE_PATHS) ? decided_before : NULL;
}

static void
decide_habits(struct old_row *row)
{
	struct account *account = row->account;
	const char *top = account->profile.start ? NULL : top_words(row);
	const char *outside = outside_words(row);
	if (top && old_chose(OLD_DECIDE(row, DECISION_TOP_WRITER, "%s", top), "start"))
		account->profile.start = row->planner->config->policy.adopt_loose;
	if (outside)
		(void)OLD_DECIDE(row, DECISION_OUTSIDE_PATHS, "%s", outside);
}

/* ---- the whole ---- */

struct old_row
old_row_of(struct planner *planner, struct planner_row *row)
{
	return (struct old_row){
		.planner = planner,
		.account = row->mine,
		.change = row->change,
		.old = row->mine->old,
		.login = row->mine->old->login,
		.passwd = accountdb_find(
			&planner->snapshot->db, ACCOUNTDB_PASSWD, row->change->login),
	};
}

static void
note_uid(struct planner *planner, const struct old_row *row)
{
	if (!row->change->left_out && account_has(row->account, ACCOUNT_UID))
		planner_claim_id(
			planner, &planner->old_uids, row->account->uid, row->change->login);
}

void
planner_old_decide(struct planner *planner)
{
	ARRAY_FOREACH (item, &planner->rows) {
		if (!item->mine || item->change->left_out)
			continue;
		struct old_row row = old_row_of(planner, item);
		old_choose_place(&row);
		note_uid(planner, &row);
	}
	ARRAY_FOREACH (item, &planner->rows) {
		if (!item->mine || item->change->left_out)
			continue;
		struct old_row row = old_row_of(planner, item);
		old_share_place(&row);
		decide_uid(&row);
		decide_password(&row);
		decide_rights(&row);
		decide_limit(&row);
		decide_habits(&row);
	}
}
