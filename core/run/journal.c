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
	[JOURNAL_ROLLBACK] = "ROLLBACK",
	[JOURNAL_QUARANTINE] = "QUARANTINE",
	[JOURNAL_CONFLICT] = "CONFLICT",
	[JOURNAL_ROLLED_BACK] = "ROLLED_BACK",
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
		"Compare this file with a backup of it; the records before this line are intact "
		"and "
		"readable, and the run's plan.json lists its steps. Restore the file or undo the "
		"steps by hand, then remove the run's directory.");
	return false;
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
			/* Only the last line can have been torn by a crash: one append at a time is
			 * on its way, but it may hold several records, of which any may be cut. A
			 * valid record behind an invalid one cannot come from a crash. */
			const char *behind = newline ? newline + 1 : text.data + text.size;
			size_t left = (size_t)(text.data + text.size - behind);
			for (size_t i = 0; i + 9 < left; i++) {
				uint32_t ignored;
				bool at_start = i == 0 || behind[i - 1] == '\n';
				if (at_start && parse_hex8(behind + i, &ignored) &&
					behind[i + 8] == ' ' && memchr(behind + i, '\n', left - i))
					return damaged(shown, line, diags);
			}
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
	if (for_writing) {
		if (!host_open_append(host, path, false, &journal.fd, diags))
			return false;
		if (journal.torn && !host_truncate(host, journal.fd, (off_t)end, path, diags)) {
			journal_finish(&journal);
			return false;
		}
	}
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

static void
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

bool
journal_sync(struct journal *journal, struct diags *diags)
{
	if (!journal->pending.size)
		return true;
	if (!host_append(journal->host, journal->fd, buffer_bytes(&journal->pending), journal->path,
		    diags) ||
		!host_sync_fd(journal->host, journal->fd, journal->path, diags))
		return false;
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
