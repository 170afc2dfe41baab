/*
 * fuzz_run_log.c - any payloads in a journal whose chain is whole.
 *
 * fuzz_journal seldom gets beyond the checksums. Here the input is the records, "TYPE PAYLOAD" each
 * on a line, and the chain is made for it. What must hold: the written journal reads back as the
 * same records; and from those a status follows in which `recover` has work exactly when the run
 * was interrupted.
 */
#include <strings.h>

#include "core/run/run_log.h"
#include "tests/fuzz/must.h"

enum { STEPS = 16 };

static bool
find_type(const char *word, enum journal_type *ret_type)
{
	for (unsigned type = 0; type < JOURNAL_TYPES; type++) {
		if (strcmp(journal_type_name((enum journal_type)type), word) != 0)
			continue;
		*ret_type = (enum journal_type)type;
		return true;
	}
	return false;
}

static void
add_records(struct journal *journal, const char *text)
{
	while (*text) {
		size_t size = strcspn(text, "\n");
		const char *line = arena_strndup(journal->arena, text, size);
		size_t word = strcspn(line, " ");
		enum journal_type type;
		if (find_type(arena_strndup(journal->arena, line, word), &type))
			journal_add(journal, type, "%s", line + word + (line[word] == ' '));
		text += size + (text[size] == '\n');
	}
}

static void
check_reading(const struct journal *written, struct journal *ret_read, struct arena *arena)
{
	struct diags diags = { .arena = arena };
	size_t end;
	MUST(journal_parse(buffer_bytes(&written->pending), "fuzz", arena, ret_read, &end, &diags));
	MUST(end == written->pending.size && !ret_read->torn);
	MUST(ret_read->records.count == written->records.count);
	for (size_t i = 0; i < written->records.count; i++) {
		const struct journal_record *a = &written->records.items[i];
		const struct journal_record *b = &ret_read->records.items[i];
		MUST(a->seq == b->seq && a->type == b->type && strcmp(a->payload, b->payload) == 0);
	}
}

static void
check_log(const struct journal *journal, struct arena *arena)
{
	struct diags diags = { .arena = arena }, fact_diags = { .arena = arena };
	struct run_log log;
	struct step_fact facts[STEPS] = { 0 };
	bool good = run_log_read(journal, arena, &log, &diags);
	must_be_told(good, &diags);
	must_be_told(run_log_facts(journal, facts, STEPS, &fact_diags), &fact_diags);
	if (!good)
		return;
	bool interrupted = run_log_status(&log) == RUN_STATUS_INTERRUPTED;
	MUST(run_log_is_pending(&log) == interrupted);
	MUST(!interrupted || log.begun);
	MUST(interrupted || !log.begun || log.ended || log.undone);
	ARRAY_FOREACH (user, &log.rolled_back)
		MUST(*user);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct journal written = { .arena = &arena, .path = "fuzz", .fd = -1 };
	struct journal read = { .fd = -1 };
	add_records(&written, size ? arena_strndup(&arena, (const char *)data, size) : "");
	check_reading(&written, &read, &arena);
	read.path = "fuzz";
	check_log(&read, &arena);
	journal_finish(&written);
	return 0;
}
