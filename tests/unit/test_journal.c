/*
 * test_journal.c - what was recorded is read back, what was torn is cut off, what was damaged stops
 * everything.
 */
#include "host_fixture.h"

#include "core/run/crc32c.h"
#include "core/run/journal.h"

#define JOURNAL "/journal"

/* ---- a journal, and what it says ---- */

static void
write_journal(struct fixture *f)
{
	struct journal journal;
	assert_ok(f, journal_create(f->host, JOURNAL, 8, &f->arena, &journal, &f->diags));
	assert_ok(f, journal_mark(&journal, &f->diags, JOURNAL_BEGIN, "{\"plan\":\"%s\"}", "0a1b"));
	journal_add(&journal, JOURNAL_PHASE, "folders");
	journal_add(&journal, JOURNAL_NOTE, "%d %d %d", 3, 2049, 77);
	assert_ok(f, journal_sync(&journal, &f->diags));
	assert_ok(f, journal_mark(&journal, &f->diags, JOURNAL_UNDONE, "%s", ""));
	assert_ok(f, journal_mark(&journal, &f->diags, JOURNAL_END, "2026-01-31T12:00:00Z"));
	journal_finish(&journal);
}

enum { RECORDS = 5 };

static const char *const said[RECORDS] = { "1 BEGIN {\"plan\":\"0a1b\"}", "2 PHASE folders",
	"3 NOTE 3 2049 77", "4 UNDONE ", "5 END 2026-01-31T12:00:00Z" };

static const char *
say(struct fixture *f, const struct journal_record *record)
{
	return arena_printf(&f->arena, "%ju %s %s", (uintmax_t)record->seq,
		journal_type_name(record->type), record->payload);
}

static void
assert_says(struct fixture *f, const struct journal *journal, size_t count)
{
	assert_int_equal(journal->records.count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(say(f, &journal->records.items[i]), said[i]);
}

static struct bytes
file_bytes(struct fixture *f)
{
	struct bytes bytes;
	assert_ok(f, host_read_file(f->host, JOURNAL, &f->arena, NULL, &bytes, &f->diags));
	return bytes;
}

static void
replace_bytes(struct fixture *f, const char *data, size_t size)
{
	AUTO_FILE FILE *file = fopen(real(f, JOURNAL), "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
}

/* How many whole lines there are in the first `size` bytes. */
static size_t
lines_within(struct bytes bytes, size_t size)
{
	size_t lines = 0;
	for (size_t i = 0; i < size; i++)
		lines += bytes.data[i] == '\n';
	return lines;
}

static size_t
end_of_line(struct bytes bytes, size_t lines)
{
	size_t end = 0;
	for (; lines; end++)
		lines -= bytes.data[end] == '\n';
	return end;
}

/* ---- the checksum ---- */

static void
test_crc32c_agrees_with_rfc_3720(void **state)
{
	(void)state;
	char zeros[32] = { 0 }, ones[32], rising[32];
	memset(ones, 0xff, sizeof(ones));
	for (size_t i = 0; i < sizeof(rising); i++)
		rising[i] = (char)i;
	assert_int_equal(crc32c(0, zeros, sizeof(zeros)), 0x8a9136aau);
	assert_int_equal(crc32c(0, ones, sizeof(ones)), 0x62a8ab43u);
	assert_int_equal(crc32c(0, rising, sizeof(rising)), 0x46dd794eu);
	assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283u);
	assert_int_equal(crc32c(crc32c(0, "1234", 4), "56789", 5), 0xe3069283u);
}

/* ---- reading ---- */

static void
test_journal_reads_back_what_was_recorded(void **state)
{
	struct fixture *f = *state;
	struct journal journal;
	write_journal(f);
	assert_ok(f, journal_open(f->host, JOURNAL, false, &f->arena, &journal, &f->diags));
	assert_says(f, &journal, RECORDS);
	assert_false(journal.torn);
	assert_int_equal(journal.fd, -1);
	assert_int_equal(journal.seq, RECORDS);
	journal_finish(&journal);
}

static void
test_journal_is_readable_text_for_root_alone(void **state)
{
	struct fixture *f = *state;
	write_journal(f);
	struct stat st = stat_of(f, JOURNAL);
	assert_int_equal(st.st_mode & 07777, 0600);
	struct bytes bytes = file_bytes(f);
	assert_int_equal(bytes.size, lines_within(bytes, bytes.size) ? st.st_size : 0);
	for (size_t i = 0, start = 0; i < RECORDS; i++) {
		size_t end = end_of_line(bytes, i + 1);
		char *line = arena_strndup(&f->arena, bytes.data + start, end - start - 1);
		assert_int_equal(strspn(line, "0123456789abcdef"), 8);
		assert_int_equal(line[8], ' ');
		/* A record without payload ends with its type. */
		const char *expected = i == 3 ? "4 UNDONE" : said[i];
		assert_string_equal(line + 9, expected);
		start = end;
	}
}

static void
test_reserved_space_does_not_show_in_the_size(void **state)
{
	struct fixture *f = *state;
	struct journal journal;
	assert_ok(f, journal_create(f->host, JOURNAL, 1000, &f->arena, &journal, &f->diags));
	assert_int_equal(stat_of(f, JOURNAL).st_size, 0);
	assert_ok(f, journal_mark(&journal, &f->diags, JOURNAL_BEGIN, "{}"));
	assert_int_equal(stat_of(f, JOURNAL).st_size, strlen("12345678 1 BEGIN {}\n"));
	journal_finish(&journal);
}

static void
test_journal_is_never_created_over_another(void **state)
{
	struct fixture *f = *state;
	struct journal journal;
	write_journal(f);
	assert_refused(f, journal_create(f->host, JOURNAL, 8, &f->arena, &journal, &f->diags),
		"/journal: cannot open for appending: openat: File exists");
}

static void
test_added_records_reach_the_file_with_the_next_sync(void **state)
{
	struct fixture *f = *state;
	struct journal journal;
	assert_ok(f, journal_create(f->host, JOURNAL, 8, &f->arena, &journal, &f->diags));
	journal_add(&journal, JOURNAL_PHASE, "keys");
	journal_add(&journal, JOURNAL_NOTE, "1 2 3");
	assert_int_equal(stat_of(f, JOURNAL).st_size, 0);
	assert_ok(f, journal_sync(&journal, &f->diags));
	struct bytes bytes = file_bytes(f);
	assert_int_equal(lines_within(bytes, bytes.size), 2);
	/* Nothing is pending: nothing is written. */
	assert_ok(f, journal_sync(&journal, &f->diags));
	assert_int_equal(stat_of(f, JOURNAL).st_size, bytes.size);
	journal_finish(&journal);
}

/* ---- torn ---- */

static void
test_tail_torn_at_any_byte_is_cut_off_to_the_record_before(void **state)
{
	struct fixture *f = *state;
	write_journal(f);
	struct bytes whole = file_bytes(f);
	for (size_t size = 0; size < whole.size; size++) {
		struct journal journal;
		size_t lines = lines_within(whole, size), end = end_of_line(whole, lines);
		replace_bytes(f, whole.data, size);
		assert_ok(f, journal_open(f->host, JOURNAL, false, &f->arena, &journal, &f->diags));
		assert_says(f, &journal, lines);
		assert_int_equal(journal.torn, end != size);
		journal_finish(&journal);
		/* Reading only, nothing is cut. */
		assert_int_equal(stat_of(f, JOURNAL).st_size, size);
	}
}

static void
test_records_go_on_behind_what_was_torn_at_any_byte(void **state)
{
	struct fixture *f = *state;
	write_journal(f);
	struct bytes whole = file_bytes(f);
	for (size_t size = 0; size < whole.size; size++) {
		struct journal journal;
		size_t lines = lines_within(whole, size);
		replace_bytes(f, whole.data, size);
		assert_ok(f, journal_open(f->host, JOURNAL, true, &f->arena, &journal, &f->diags));
		assert_ok(f, journal_mark(&journal, &f->diags, JOURNAL_ABORT, "interrupted"));
		journal_finish(&journal);

		assert_ok(f, journal_open(f->host, JOURNAL, false, &f->arena, &journal, &f->diags));
		assert_int_equal(journal.records.count, lines + 1);
		assert_string_equal(say(f, &journal.records.items[lines]),
			arena_printf(&f->arena, "%zu ABORT interrupted", lines + 1));
		assert_false(journal.torn);
		journal.records.count--;
		assert_says(f, &journal, lines);
	}
}

/* What a full disk or a failing one leaves of an append does not hide what is written later. */
static int
refuse_call(void *ctx, const char *effect, const char *path)
{
	(void)path;
	const char **call = ctx;
	if (!*call || strcmp(*call, effect) != 0)
		return 0;
	*call = NULL;
	return EIO;
}

static void
check_failed_sync(struct fixture *f, const char *refused, const char *error)
{
	struct journal journal;
	const char *call = NULL;
	unlink(real(f, JOURNAL));
	assert_ok(f, journal_create(f->host, JOURNAL, 8, &f->arena, &journal, &f->diags));
	assert_ok(f, journal_mark(&journal, &f->diags, JOURNAL_BEGIN, "{\"plan\":\"0a1b\"}"));
	journal_add(&journal, JOURNAL_PHASE, "folders");
	call = refused;
	host_set_faults(f->host, &(struct host_faults){ &call, refuse_call });
	assert_refused(f, journal_mark(&journal, &f->diags, JOURNAL_NOTE, "3 2049 77"), error);
	assert_ok(f, journal_mark(&journal, &f->diags, JOURNAL_UNDONE, "%s", ""));
	host_set_faults(f->host, &(struct host_faults){ 0 });
	journal_finish(&journal);
	assert_ok(f, journal_open(f->host, JOURNAL, false, &f->arena, &journal, &f->diags));
	assert_says(f, &journal, 4);
	assert_false(journal.torn);
}

static void
test_records_of_a_failed_sync_are_written_once(void **state)
{
	struct fixture *f = *state;
	check_failed_sync(f, "write", "/journal: cannot append: write: Input/output error");
	check_failed_sync(f, "fsync", "/journal: cannot write to disk: fsync: Input/output error");
}

/* ---- damaged ---- */

static void
assert_damaged(struct fixture *f, unsigned line)
{
	struct journal journal;
	assert_false(journal_open(f->host, JOURNAL, false, &f->arena, &journal, &f->diags));
	assert_int_equal(f->diags.count, 1);
	const struct diag *diag = &f->diags.items[0];
	assert_string_equal(diag->code, "journal-damaged");
	assert_string_equal(diag->message, "the journal is damaged here; nothing is changed");
	assert_string_equal(diag->place.file, JOURNAL);
	assert_int_equal(diag->place.line, line);
	assert_non_null(diag->hint);
	f->diags.count = f->diags.errors = 0;
}

static void
test_any_flipped_bit_before_the_last_record_is_refused(void **state)
{
	struct fixture *f = *state;
	write_journal(f);
	struct bytes whole = file_bytes(f);
	size_t last = end_of_line(whole, RECORDS - 1);
	char *bytes = arena_copy(&f->arena, whole.data, whole.size);
	for (size_t i = 0; i < last; i++) {
		for (int bit = 0; bit < 8; bit++) {
			bytes[i] ^= (char)(1 << bit);
			replace_bytes(f, bytes, whole.size);
			bytes[i] = whole.data[i];
			assert_damaged(f, (unsigned)lines_within(whole, i) + 1);
		}
	}
}

/* Indistinguishable from a torn one: it is not believed, and what is before it is. */
static void
test_flipped_bit_in_the_last_record_is_not_believed(void **state)
{
	struct fixture *f = *state;
	write_journal(f);
	struct bytes whole = file_bytes(f);
	size_t last = end_of_line(whole, RECORDS - 1);
	char *bytes = arena_copy(&f->arena, whole.data, whole.size);
	for (size_t i = last; i < whole.size; i++) {
		struct journal journal;
		bytes[i] ^= 0x04;
		replace_bytes(f, bytes, whole.size);
		bytes[i] = whole.data[i];
		assert_ok(f, journal_open(f->host, JOURNAL, false, &f->arena, &journal, &f->diags));
		assert_says(f, &journal, RECORDS - 1);
		assert_true(journal.torn);
	}
}

static void
test_lines_that_are_missing_doubled_or_swapped_are_refused(void **state)
{
	struct fixture *f = *state;
	write_journal(f);
	struct bytes whole = file_bytes(f);
	static const struct {
		int order[RECORDS + 1]; /* lines from 1 */
		unsigned damaged;
	} cases[] = {
		{ { 2, 3, 4, 5 }, 1 },
		{ { 1, 3, 4, 5 }, 2 },
		{ { 1, 2, 4, 5 }, 3 },
		{ { 1, 1, 2, 3, 4, 5 }, 2 },
		{ { 1, 2, 3, 3, 4, 5 }, 4 },
		{ { 1, 3, 2, 4, 5 }, 2 },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_BUFFER struct buffer text = { 0 };
		for (const int *line = cases[i].order; *line; line++) {
			size_t start = end_of_line(whole, (size_t)*line - 1);
			buffer_add(&text, whole.data + start,
				end_of_line(whole, (size_t)*line) - start);
		}
		replace_bytes(f, text.data, text.size);
		assert_damaged(f, cases[i].damaged);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crc32c_agrees_with_rfc_3720),
		host_test(test_journal_reads_back_what_was_recorded),
		host_test(test_journal_is_readable_text_for_root_alone),
		host_test(test_reserved_space_does_not_show_in_the_size),
		host_test(test_journal_is_never_created_over_another),
		host_test(test_added_records_reach_the_file_with_the_next_sync),
		host_test(test_tail_torn_at_any_byte_is_cut_off_to_the_record_before),
		host_test(test_records_go_on_behind_what_was_torn_at_any_byte),
		host_test(test_records_of_a_failed_sync_are_written_once),
		host_test(test_any_flipped_bit_before_the_last_record_is_refused),
		host_test(test_flipped_bit_in_the_last_record_is_not_believed),
		host_test(test_lines_that_are_missing_doubled_or_swapped_are_refused),
	};
	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
