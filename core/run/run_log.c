/*
 * run_log.c - what a journal's records add up to; and the payloads that are more than a word.
 */
#include "core/run/run_log.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/plan/json_scope.h"

/* ---- payloads ---- */

char *
run_log_now(struct arena *arena)
{
	char text[32];
	time_t now = time(NULL);
	struct tm utc;
	gmtime_r(&now, &utc);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
	return arena_strdup(arena, text);
}

static char *
dump(const json_t *json, struct arena *arena)
{
	AUTO_FREE char *text = json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII);
	if (!text)
		abort();
	return arena_strdup(arena, text);
}

static void
set_text(json_t *object, const char *key, const char *value)
{
	/* A reason typed in some other encoding must not make the journal unwritable. */
	json_t *string = value ? json_string(value) : NULL;
	if (string)
		json_object_set_new(object, key, string);
}

/* Who ran us: the login behind sudo, else the real uid. */
static void
set_by(json_t *object, struct arena *arena)
{
	const char *sudo = getenv("SUDO_USER");
	set_text(object, "by", sudo ? sudo : arena_printf(arena, "uid %u", (unsigned)getuid()));
}

static json_t *
list_json(const struct string_list *list)
{
	json_t *array = json_array();
	for (size_t i = 0; list && i < list->count; i++)
		json_array_append_new(array, json_string(list->items[i]));
	return array;
}

/* Who is made closed, and who is opened. */
static void
set_staged(json_t *object, const struct plan *plan)
{
	size_t staged = 0, activated = 0;
	ARRAY_FOREACH (change, &plan->changes) {
		const struct account_facts *before = &(*change)->before, *after = &(*change)->after;
		staged += (*change)->action == CHANGE_CREATE && after->staged;
		activated += (*change)->action == CHANGE_CHANGE && before->staged && !after->staged;
	}
	if (staged)
		json_object_set_new(object, "staged", json_integer((json_int_t)staged));
	if (activated)
		json_object_set_new(object, "activated", json_integer((json_int_t)activated));
}

char *
run_log_begin_payload(const struct plan *plan, const struct run_options *options,
	const char *host_name, struct arena *arena)
{
	AUTO_JSON json_t *object = json_object();
	json_t *counts = json_object();
	size_t users = 0;

	for (int action = 0; action < CHANGE_ACTIONS; action++) {
		if (action == CHANGE_UNCHANGED || action == CHANGE_BLOCKED || !plan->counts[action])
			continue;
		users += plan->counts[action];
		json_object_set_new(counts, change_action_name((enum change_action)action),
			json_integer((json_int_t)plan->counts[action]));
	}
	set_text(object, "plan", plan->id);
	set_text(object, "started", run_log_now(arena));
	set_text(object, "host", host_name);
	set_text(object, "version", REHOME_VERSION);
	set_by(object, arena);
	set_text(object, "reason", options->reason ? options->reason : plan->reason);
	set_text(object, "plan_sha256", options->confirmed_plan_sha256);
	json_object_set_new(object, "users", json_integer((json_int_t)users));
	json_object_set_new(object, "counts", counts);
	if (options->allowed_leavers)
		json_object_set_new(
			object, "allowed_leavers", json_integer(options->allowed_leavers));
	set_staged(object, plan);
	return dump(object, arena);
}

char *
run_log_rollback_payload(const struct string_list *users, const char *reason, struct arena *arena)
{
	AUTO_JSON json_t *object = json_object();
	set_text(object, "at", run_log_now(arena));
	set_by(object, arena);
	set_text(object, "reason", reason);
	json_object_set_new(object, "users", list_json(users));
	return dump(object, arena);
}

char *
run_log_rolled_back_payload(
	const struct string_list *users, bool shared_kept, size_t conflicts, struct arena *arena)
{
	AUTO_JSON json_t *object = json_object();
	set_text(object, "at", run_log_now(arena));
	json_object_set_new(object, "users", list_json(users));
	json_object_set_new(object, "shared_kept", json_boolean(shared_kept));
	json_object_set_new(object, "conflicts", json_integer((json_int_t)conflicts));
	return dump(object, arena);
}

char *
run_log_finalised_payload(const char *reason, struct arena *arena)
{
	AUTO_JSON json_t *object = json_object();
	set_text(object, "at", run_log_now(arena));
	set_by(object, arena);
	set_text(object, "reason", reason);
	return dump(object, arena);
}

/* ---- reading ---- */

static bool
bad_payload(const struct journal *journal, const struct journal_record *record, struct diags *diags)
{
	return diag_error(diags, at(journal->path, (unsigned)record->seq),
		"record %s has a payload that this version does not understand",
		journal_type_name(record->type));
}

static const char *
get_text(const json_t *object, const char *key, struct arena *arena)
{
	return arena_strdup(arena, json_string_value(json_object_get(object, key)));
}

static void
get_list(const json_t *object, struct string_list *list, struct arena *arena)
{
	size_t i;
	json_t *item;
	json_array_foreach (json_object_get(object, "users"), i, item) {
		const char *text = json_string_value(item);
		if (text)
			string_list_push(arena, list, arena_strdup(arena, text));
	}
}

static void
read_begin(const json_t *object, struct arena *arena, struct run_log *log)
{
	log->begun = true;
	log->started = get_text(object, "started", arena);
	log->by = get_text(object, "by", arena);
	log->reason = get_text(object, "reason", arena);
	log->users = (size_t)json_integer_value(json_object_get(object, "users"));
	log->staged = (size_t)json_integer_value(json_object_get(object, "staged"));
	log->activated = (size_t)json_integer_value(json_object_get(object, "activated"));
	log->allowed_leavers =
		(size_t)json_integer_value(json_object_get(object, "allowed_leavers"));
	const json_t *counts = json_object_get(object, "counts");
	for (int action = 0; action < CHANGE_ACTIONS; action++) {
		const char *name = change_action_name((enum change_action)action);
		log->counts[action] = (size_t)json_integer_value(json_object_get(counts, name));
	}
}

static void
read_rolled_back(const json_t *object, struct arena *arena, struct run_log *log)
{
	struct string_list users = { 0 };
	get_list(object, &users, arena);
	log->rolling_back = false;
	log->shared_kept = json_is_true(json_object_get(object, "shared_kept"));
	log->ended_at = get_text(object, "at", arena);
	if (!users.count)
		log->rolled_back_all = true;
	ARRAY_FOREACH (user, &users)
		string_list_push(arena, &log->rolled_back, *user);
}

static bool
read_object(const struct journal *journal, const struct journal_record *record, struct arena *arena,
	struct run_log *log, struct diags *diags)
{
	AUTO_JSON json_t *object = json_loads(record->payload, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(object))
		return bad_payload(journal, record, diags);
	if (record->type == JOURNAL_BEGIN)
		read_begin(object, arena, log);
	if (record->type == JOURNAL_ROLLBACK) {
		log->rolling_back = true;
		log->rolling_back_users = (struct string_list){ 0 };
		get_list(object, &log->rolling_back_users, arena);
	}
	if (record->type == JOURNAL_ROLLED_BACK)
		read_rolled_back(object, arena, log);
	if (record->type == JOURNAL_FINALISED)
		log->finalised = true;
	if (record->type == JOURNAL_HANDOUT)
		log->handout = record->payload;
	return true;
}

static bool
read_expiry(const struct journal *journal, const struct journal_record *record, struct arena *arena,
	struct run_log *log, struct diags *diags)
{
	const char *blank = strchr(record->payload, ' ');
	if (!blank || blank == record->payload)
		return bad_payload(journal, record, diags);
	const char *login =
		arena_strndup(arena, record->payload, (size_t)(blank - record->payload));
	table_set(&log->expiries, login, arena_strdup(arena, blank + 1));
	return true;
}

static bool
read_record(const struct journal *journal, const struct journal_record *record, struct arena *arena,
	struct run_log *log, struct diags *diags)
{
	enum phase phase;
	switch (record->type) {
	case JOURNAL_BEGIN:
	case JOURNAL_ROLLBACK:
	case JOURNAL_ROLLED_BACK:
	case JOURNAL_HANDOUT:
	case JOURNAL_FINALISED:
		return read_object(journal, record, arena, log, diags);
	case JOURNAL_PHASE:
		if (!phase_parse(record->payload, &phase))
			return bad_payload(journal, record, diags);
		log->announced[phase] = true;
		return true;
	case JOURNAL_DROPPED:
		string_list_push(arena, &log->dropped, record->payload);
		return true;
	case JOURNAL_EXPIRY:
		return read_expiry(journal, record, arena, log, diags);
	case JOURNAL_COMMIT:
		log->committed = true;
		return true;
	case JOURNAL_ABORT:
		log->aborting = true;
		return true;
	case JOURNAL_UNDONE:
		log->aborting = false;
		log->undone = true;
		log->ended_at = record->payload;
		return true;
	case JOURNAL_END:
		log->ended = true;
		log->ended_at = record->payload;
		return true;
	default:
		return true;
	}
}

bool
run_log_read(const struct journal *journal, struct arena *arena, struct run_log *ret_log,
	struct diags *diags)
{
	struct run_log log = { .expiries = { .arena = arena } };
	ARRAY_FOREACH (record, &journal->records) {
		if (!read_record(journal, record, arena, &log, diags))
			return false;
	}
	*ret_log = log;
	return true;
}

bool
run_log_load(struct state *state, const char *run_id, struct arena *arena, struct run_log *ret_log,
	struct diags *diags)
{
	struct journal journal;
	const char *path = state_run_path(state, run_id, "journal");
	if (!journal_open(state->host, path, false, arena, &journal, diags))
		return false;
	bool read = run_log_read(&journal, arena, ret_log, diags);
	journal_finish(&journal);
	return read;
}

static bool
read_print(const char *digits, struct step_fact *ret_fact)
{
	if (strlen(digits) != 16 || strspn(digits, "0123456789abcdef") != 16)
		return false;
	ret_fact->has_print = true;
	ret_fact->print = strtoull(digits, NULL, 16);
	return true;
}

/* "STEP DEV INO", "STEP DEV INO UID GID MODE", or "STEP DEV INO print 16-DIGITS" */
static bool
read_note(const char *payload, size_t *ret_index, struct step_fact *ret_fact)
{
	uint64_t dev, ino;
	unsigned uid, gid, mode;
	int end = 0, whole = 0;
	if (sscanf(payload, "%zu %" SCNu64 " %" SCNu64 "%n %u %u %o%n", ret_index, &dev, &ino, &end,
		    &uid, &gid, &mode, &whole) < 3)
		return false;
	*ret_fact = (struct step_fact){ .known = true, .dev = (dev_t)dev, .ino = (ino_t)ino };
	if (!payload[end])
		return true;
	if (strncmp(payload + end, " print ", 7) == 0)
		return read_print(payload + end + 7, ret_fact);
	if (!whole || payload[whole] || mode > 07777)
		return false;
	ret_fact->has_owner = true;
	ret_fact->owner = (struct host_owner){ uid, gid, mode };
	return true;
}

bool
run_log_facts(
	const struct journal *journal, struct step_fact *facts, size_t count, struct diags *diags)
{
	ARRAY_FOREACH (record, &journal->records) {
		size_t index;
		struct step_fact fact;
		if (record->type != JOURNAL_NOTE)
			continue;
		if (!read_note(record->payload, &index, &fact) || index >= count)
			return bad_payload(journal, record, diags);
		facts[index] = fact;
	}
	return true;
}

bool
run_log_is_pending(const struct run_log *log)
{
	if (!log->begun)
		return false;
	return log->rolling_back || (!log->ended && !log->undone);
}

enum run_status
run_log_status(const struct run_log *log)
{
	if (run_log_is_pending(log))
		return RUN_STATUS_INTERRUPTED;
	if (log->undone)
		return RUN_STATUS_UNDONE;
	if (log->rolled_back_all)
		return RUN_STATUS_ROLLED_BACK;
	if (log->rolled_back.count)
		return RUN_STATUS_PARTLY_ROLLED_BACK;
	return log->finalised ? RUN_STATUS_FINALISED : RUN_STATUS_APPLIED;
}
