/*
 * fuzz_journal.c - any bytes as a journal: refused, or read as far as the chain holds.
 *
 * What must hold: what was accepted, written anew, gives the same bytes; and what comes behind it
 * makes no difference.
 */
#include "core/run/journal.h"
#include "tests/fuzz/must.h"

/* "TYPE " and "TYPE" say the same, and a number may be written with leading zeros. */
static bool
is_written_as_we_do(struct bytes text, size_t end)
{
	static const char *const odd[] = { " \n", " 0" };
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		if (memmem(text.data, end, odd[i], strlen(odd[i])))
			return false;
	}
	return true;
}

static void
must_write_the_same(const struct journal *read, struct bytes text, size_t end, struct arena *arena)
{
	struct journal written = { .arena = arena, .fd = -1 };
	ARRAY_FOREACH (record, &read->records) {
		if (strchr(record->payload, '\n'))
			return;
		journal_add(&written, record->type, "%s", record->payload);
	}
	if (end && is_written_as_we_do(text, end)) {
		MUST(written.pending.size == end);
		MUST(memcmp(written.pending.data, text.data, end) == 0);
	}
	journal_finish(&written);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct journal journal = { .fd = -1 }, again = { .fd = -1 };
	struct bytes text = { size ? (const char *)data : NULL, size };
	size_t end, end_again;

	if (!journal_parse(text, "journal", &arena, &journal, &end, &diags)) {
		MUST(diags.errors == 1);
		return 0;
	}
	MUST(end <= size && !diags.count);
	MUST(journal.torn == (end != size));
	MUST(journal.seq == journal.records.count);
	must_write_the_same(&journal, text, end, &arena);

	MUST(journal_parse(
		(struct bytes){ text.data, end }, "journal", &arena, &again, &end_again, &diags));
	MUST(end_again == end && !again.torn && again.checksum == journal.checksum);
	MUST(again.records.count == journal.records.count);
	return 0;
}
