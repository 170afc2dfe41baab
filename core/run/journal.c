/*
 * journal.c - which steps may have touched the machine.
 *
 * A mark is on disk before the effect that it announces, so after a crash the journal may claim too
 * much, never too little. Whether a claimed step really happened is for step_ops.undo to find out.
 */
#include "core/run/journal.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "core/run/crc32c.h"

static const char *const type_names[JOURNAL_TYPES] = {
	[JOURNAL_BEGIN] = "BEGIN",
	[JOURNAL_PHASE] = "PHASE",
	[JOURNAL_NOTE] = "NOTE",
	[JOURNAL_DONE] = "DONE",
	[JOURNAL_DROPPED] = "DROPPED",
	[JOURNAL_HANDOUT] = "HANDOUT",
	[JOURNAL_COMMIT] = "COMMIT",
	[JOURNAL_ABORT] = "ABORT",
	[JOURNAL_UNDONE] = "UNDONE",
	[JOURNAL_END] = "END",
	[JOURNAL_EXPIRY] = "EXPIRY",
	[JOURNAL_ROLLBACK] = "ROLLBACK",
	[JOURNAL_QUARANTINE] = "QUARANTINE",
	[JOURNAL_CONFLICT] = "CONFLICT",
	[JOURNAL_ROLLED_BACK] = "ROLLED_BACK",
	[JOURNAL_FINALISED] = "FINALISED",
};

/* A generous guess at one record, for reserving space. */
enum { RECORD_SIZE = 128, RESERVE_MIN = 64 * 1024 };

const char *
journal_type_name(enum journal_type type)
{
	return type_names[type];
}

static bool
type_parse(const char *name, size_t length, enum journal_type *ret_type)
{
	for (int type = 0; type < JOURNAL_TYPES; type++) {
		if (strlen(type_names[type]) == length &&
			strncmp(type_names[type], name, length) == 0) {
			*ret_type = (enum journal_type)type;
			return true;
		}
	}
	return false;
}

/* ---- reading ---- */

static bool
parse_hex8(const char *text, uint32_t *ret_value)
{
	uint32_t value = 0;
	for (int i = 0; i < 8; i++) {
		char c = text[i];
		if (c >= '0' && c <= '9')
			value = value << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint32_t)(c - 'a' + 10);
		else
			return false;
	}
	*ret_value = value;
	return true;
}

/* One line without its newline: "CRC32C SEQ TYPE[ PAYLOAD]". False when it is not a valid successor
 * of what was read so far. */
static bool
parse_line(struct journal *journal, const char *line, size_t length)
{
	uint32_t stated;
	if (length < 9 || line[8] != ' ' || !parse_hex8(line, &stated) ||
		memchr(line, '\0', length))
		return false;

	const char *rest = line + 9;
	size_t rest_length = length - 9;
	char previous[9];
	snprintf(previous, sizeof(previous), "%08" PRIx32, journal->checksum);
	uint32_t computed = crc32c(crc32c(0, previous, 8), rest, rest_length);
	if (computed != stated)
		return false;

	uint64_t seq = 0;
	size_t i = 0;
	for (; i < rest_length && rest[i] >= '0' && rest[i] <= '9' && i < 18; i++)
		seq = seq * 10 + (uint64_t)(rest[i] - '0');
	if (!i || i == rest_length || rest[i] != ' ' || seq != journal->seq + 1)
		return false;

	const char *name = rest + i + 1;
	size_t left = rest_length - i - 1;
	const char *space = memchr(name, ' ', left);
	size_t name_length = space ? (size_t)(space - name) : left;
	struct journal_record record = { .seq = seq };
	if (!type_parse(name, name_length, &record.type))
		return false;
	record.payload =
		space ? arena_strndup(journal->arena, space + 1, left - name_length - 1) : "";
	ARRAY_PUSH(journal->arena, &journal->records, record);
	journal->seq = seq;
	journal->checksum = computed;
	return true;
}

static bool
damaged(const char *shown, unsigned line, struct diags *diags)
{
	diag_error(diags, at(shown, line), "the journal is damaged here; nothing is changed");
	diag_code(diags, "journal-damaged");
	diag_hint(diags,
		"Restore this file from a backup, or undo by hand what the records before this "
		"line and the steps of the run's plan.json say, and remove the run's directory.");
	return false;
}

/* "19e27d03 2 P": how every record begins. */
static bool
begins_record(const char *text, size_t size)
{
	uint32_t checksum;
	size_t i = 9;
	if (size < 12 || !parse_hex8(text, &checksum) || text[8] != ' ')
		return false;
	while (i < size && text[i] >= '0' && text[i] <= '9')
		i++;
	return i > 9 && i + 1 < size && text[i] == ' ' && text[i + 1] >= 'A' && text[i + 1] <= 'Z';
}

/* A crash cuts the last append short: what is left of it is valid up to one record, which is cut
 * itself. A second record behind an invalid one cannot come from that. */
static bool
is_torn(const char *tail, size_t size)
{
	for (size_t i = 1; i < size; i++) {
		if (begins_record(tail + i, size - i))
			return false;
	}
	return true;
}

bool
journal_parse(struct bytes text, const char *shown, struct arena *arena, struct journal *journal,
	size_t *ret_end, struct diags *diags)
{
	size_t offset = 0;
	unsigned line = 1;

	journal->arena = arena;
	for (; offset < text.size; line++) {
		const char *start = text.data + offset;
		const char *newline = memchr(start, '\n', text.size - offset);
		if (!newline || !parse_line(journal, start, (size_t)(newline - start))) {
			if (!is_torn(start, text.size - offset))
				return damaged(shown, line, diags);
			journal->torn = true;
			break;
		}
		offset += (size_t)(newline - start) + 1;
	}
	*ret_end = offset;
	return true;
}

bool
journal_open(struct host *host, const char *path, bool for_writing, struct arena *arena,
	struct journal *ret_journal, struct diags *diags)
{
	struct bytes text;
	size_t end;
	struct journal journal = { .host = host, .arena = arena, .path = path, .fd = -1 };

	if (!host_read_file(host, path, arena, NULL, &text, diags) ||
		!journal_parse(text, path, arena, &journal, &end, diags))
		return false;
	/* What a killed process wrote may be in memory only, and effects are about to rely on it.
	 */
	if (for_writing &&
		(!host_open_append(host, path, false, &journal.fd, diags) ||
			!host_sync_fd(host, journal.fd, path, diags))) {
		journal_finish(&journal);
		return false;
	}
	journal.synced = end;
	journal.unsure = journal.torn;
	*ret_journal = journal;
	return true;
}

/* ---- writing ---- */

bool
journal_create(struct host *host, const char *path, size_t expected_records, struct arena *arena,
	struct journal *ret_journal, struct diags *diags)
{
	struct journal journal = { .host = host, .arena = arena, .path = path, .fd = -1 };
	if (!host_open_append(host, path, true, &journal.fd, diags))
		return false;
	off_t room = (off_t)expected_records * RECORD_SIZE;
	if (!host_reserve(host, journal.fd, room > RESERVE_MIN ? room : RESERVE_MIN, path, diags)) {
		journal_finish(&journal);
		return false;
	}
	*ret_journal = journal;
	return true;
}

PRINTF_LIKE(3, 0)
static void PRINTF_LIKE(3, 0)
	add(struct journal *journal, enum journal_type type, const char *format, va_list args)
{
	struct journal_record record = { .seq = ++journal->seq, .type = type };
	record.payload = arena_vprintf(journal->arena, format, args);
	assert(!strchr(record.payload, '\n'));
	ARRAY_PUSH(journal->arena, &journal->records, record);

	char previous[9];
	snprintf(previous, sizeof(previous), "%08" PRIx32, journal->checksum);
	AUTO_BUFFER struct buffer rest = { 0 };
	buffer_printf(&rest, "%" PRIu64 " %s", record.seq, type_names[type]);
	if (*record.payload)
		buffer_printf(&rest, " %s", record.payload);
	journal->checksum = crc32c(crc32c(0, previous, 8), rest.data, rest.size);
	buffer_printf(&journal->pending, "%08" PRIx32 " %s\n", journal->checksum, rest.data);
}

void
journal_add(struct journal *journal, enum journal_type type, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add(journal, type, format, args);
	va_end(args);
}

/* A torn tail, and what a failed attempt left: half a line, or whole ones that never reached the
 * disk. Behind them no record would ever be found. */
static bool
cut_unsure(struct journal *journal, struct diags *diags)
{
	return !journal->unsure ||
		host_truncate(
			journal->host, journal->fd, (off_t)journal->synced, journal->path, diags);
}

bool
journal_sync(struct journal *journal, struct diags *diags)
{
	if (!journal->pending.size)
		return true;
	if (!cut_unsure(journal, diags))
		return false;
	journal->unsure = true;
	if (!host_append(journal->host, journal->fd, buffer_bytes(&journal->pending), journal->path,
		    diags) ||
		!host_sync_fd(journal->host, journal->fd, journal->path, diags))
		return false;
	journal->unsure = false;
	journal->synced += journal->pending.size;
	buffer_clear(&journal->pending);
	return true;
}

bool
journal_mark(struct journal *journal, struct diags *diags, enum journal_type type,
	const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add(journal, type, format, args);
	va_end(args);
	return journal_sync(journal, diags);
}

void
journal_finish(struct journal *journal)
{
	if (journal->fd >= 0)
		close(journal->fd);
	journal->fd = -1;
	buffer_finish(&journal->pending);
}
