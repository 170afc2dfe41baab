/*
 * verify_words.c - how findings are said: message, code, and the command that mends it.
 */
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/base/text.h"
#include "core/plan/verify_internal.h"

void
finding_error(struct diags *findings, const char *code, struct place place, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	diag_error(findings, place, "%s", arena_vprintf(findings->arena, format, args));
	va_end(args);
	diag_code(findings, code);
}

void
finding_warning(
	struct diags *findings, const char *code, struct place place, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	diag_warning(findings, place, "%s", arena_vprintf(findings->arena, format, args));
	va_end(args);
	diag_code(findings, code);
}

void
finding_note(struct diags *findings, const char *code, struct place place, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	diag_note(findings, place, "%s", arena_vprintf(findings->arena, format, args));
	va_end(args);
	diag_code(findings, code);
}

void
finding_unreadable(struct diags *findings, const char *code, const struct diags *found)
{
	ARRAY_FOREACH (diag, found) {
		diag_append(findings, diag);
		diag_code(findings, code);
	}
}

const char *
verify_word(const struct verifier *verifier, const char *path)
{
	const char *real = host_real_path(verifier->snapshot->host, path, verifier->arena);
	return text_shell_word(verifier->arena, real);
}

const char *
verify_tool(const struct verifier *verifier, const char *program)
{
	const struct host *host = verifier->snapshot->host;
	if (strcmp(host_root(host), "/") == 0)
		return program;
	/* chage, pwconv and grpconv of shadow 4.13 know only -R. */
	const char *option = strcmp(program, "rehome") == 0			      ? "--root"
		: strcmp(program, "usermod") == 0 || strcmp(program, "groupadd") == 0 ? "-P"
										      : "-R";
	return arena_printf(verifier->arena, "%s %s %s", program, option,
		text_shell_word(verifier->arena, host_root(host)));
}

const char *
verify_without_acl(
	const struct verifier *verifier, const struct host_entry *entry, const char *word)
{
	return entry->has_acl ? arena_printf(verifier->arena, "setfacl -b %s && ", word) : "";
}

const char *
verify_chmod(const struct verifier *verifier, const struct host_entry *entry, mode_t mode,
	const char *word)
{
	mode_t surplus = entry->st.st_mode & ~mode & (S_ISUID | S_ISGID);
	return arena_printf(
		verifier->arena, "chmod %0*o %s", surplus ? 5 : 4, (unsigned)mode, word);
}

bool
verify_next_line(struct bytes *text, struct arena *arena, char **ret_line)
{
	struct bytes line;
	if (!bytes_take_line(text, &line))
		return false;
	*ret_line = arena_strndup(arena, line.data, line.size);
	return true;
}

char *
verify_parent(const char *path, struct arena *arena)
{
	const char *slash = strrchr(path, '/');
	return slash == path ? arena_strdup(arena, "/")
			     : arena_strndup(arena, path, (size_t)(slash - path));
}

struct place
verify_at_line(enum accountdb_file file, const struct accountdb_line *line, size_t field)
{
	struct place place = at(accountdb_path(file), accountdb_line_number(line));
	place.field = accountdb_field_name(file, field);
	return place;
}

const char *
verify_date(int64_t day, struct arena *arena)
{
	time_t seconds = (time_t)day * 86400;
	struct tm date;
	if (!gmtime_r(&seconds, &date))
		return arena_printf(arena, "day %lld", (long long)day);
	return arena_printf(
		arena, "%04d-%02d-%02d", date.tm_year + 1900, date.tm_mon + 1, date.tm_mday);
}
