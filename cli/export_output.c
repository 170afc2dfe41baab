/*
 * export_output.c - where an export goes; see export_output.h.
 */
#include "cli/export_output.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/file.h"
#include "core/base/text.h"

/* ---- whether it can be written there ---- */

static bool
has_part(const struct exporter *exporter, const char *name)
{
	for (const char *const *part = exporter->parts; part && *part; part++) {
		if (strcmp(*part, name) == 0)
			return true;
	}
	return false;
}

static const char *
part_names(const struct exporter *exporter, struct arena *arena)
{
	const char *names = "";
	for (const char *const *part = exporter->parts; *part; part++)
		names = arena_printf(arena, "%s%s%s", names, *names ? ", " : "", *part);
	return names;
}

static bool
refuse(struct session *session, const char *code)
{
	diag_code(&session->diags, code);
	return session_fail(session, EXIT_USAGE);
}

static bool
check_part(struct session *session, const struct exporter *exporter,
	const struct export_output *output)
{
	struct diags *diags = &session->diags;
	if (!output->part) {
		if (!exporter->parts || output->path)
			return true;
		diag_error(diags, NOWHERE, "%s is several files", exporter->name);
		diag_hint(diags, "Name a directory with -o, or one of them with --part: %s.",
			part_names(exporter, session->arena));
		return refuse(session, "several-parts");
	}
	if (!exporter->parts) {
		diag_error(diags, at("--part", 0), "%s is one file, without parts", exporter->name);
		return refuse(session, "unknown-part");
	}
	if (has_part(exporter, output->part))
		return true;
	diag_error(diags, at("--part", 0), "%s has no part '%s'", exporter->name, output->part);
	diag_hint(diags, "It has: %s.", part_names(exporter, session->arena));
	return refuse(session, "unknown-part");
}

static bool
check_stdout(struct session *session)
{
	struct stat st;
	bool is_terminal = isatty(STDOUT_FILENO);
	/* A pipe of the shell's has no name, and no mode for others. */
	bool is_open = fstat(STDOUT_FILENO, &st) == 0 &&
		(S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode)) && (st.st_mode & (S_IRWXG | S_IRWXO));
	if (!is_terminal && !is_open)
		return true;
	diag_error(&session->diags, NOWHERE,
		is_terminal ? "passwords and hashes are not written to a terminal"
			    : "passwords and hashes are not written to a file that others may "
			      "open");
	diag_hint(&session->diags, "Name a file with -o: it is made for you alone.");
	return refuse(session, "secrets-shown");
}

bool
export_output_check(struct session *session, const struct exporter *exporter,
	const struct export_output *output, bool with_secrets)
{
	return check_part(session, exporter, output) &&
		(output->path || !with_secrets || check_stdout(session));
}

/* ---- writing ---- */

static bool
write_part(const struct exporter *exporter, const void *config, const struct export_job *job,
	const char *part, struct buffer *out)
{
	struct export_job one = *job;
	one.part = part;
	one.out = out;
	return exporter->write(config, &one);
}

static bool
write_tree(struct session *session, const struct exporter *exporter, const void *config,
	const struct export_job *job, const char *path)
{
	struct file_tree tree = { .path = path };
	for (const char *const *part = exporter->parts; *part; part++) {
		AUTO_BUFFER struct buffer text = { 0 };
		if (!write_part(exporter, config, job, *part, &text))
			return false;
		struct file_in_tree file = { .name = *part };
		file.content.size = text.size;
		file.content.data = arena_copy(session->arena, buffer_text(&text), text.size + 1);
		ARRAY_PUSH(session->arena, &tree, file);
	}
	return file_create_tree(&tree, session->arena, &session->diags);
}

/* What ends a line, and not what goes back to its beginning. */
static bool
ends_line(const char *text)
{
	return *text == '\n' || (text[0] == '\r' && text[1] == '\n');
}

/* A terminal gets what can be seen; a byte order mark is for programs. */
static void
show(struct output *output, const struct buffer *text)
{
	static const char mark[] = "\xEF\xBB\xBF";
	AUTO_BUFFER struct buffer shown = { 0 };
	const char *at = buffer_text(text);
	size_t rest = text->size, size;
	if (rest >= strlen(mark) && memcmp(at, mark, strlen(mark)) == 0)
		at += strlen(mark), rest -= strlen(mark);
	for (; rest; rest -= size, at += size) {
		uint32_t character;
		bool is_shown;
		size = text_character(at, rest, &character, &is_shown);
		if (is_shown || *at == '\t' || ends_line(at))
			buffer_add(&shown, at, size);
		else
			text_escape(&shown, at, size);
	}
	output_write(output, &shown);
}

static bool
write_one(struct session *session, const struct exporter *exporter, const void *config,
	const struct export_job *job, const struct export_output *output)
{
	AUTO_BUFFER struct buffer text = { 0 };
	if (!write_part(exporter, config, job, output->part, &text))
		return false;
	if (output->path)
		return file_write(
			output->path, buffer_bytes(&text), session->arena, &session->diags);
	if (isatty(STDOUT_FILENO))
		show(&session->output, &text);
	else
		output_write(&session->output, &text);
	return true;
}

bool
export_output_write(struct session *session, const struct exporter *exporter, const void *config,
	const struct export_job *job, const struct export_output *output)
{
	bool is_tree = exporter->parts && !output->part;
	bool done = is_tree ? write_tree(session, exporter, config, job, output->path)
			    : write_one(session, exporter, config, job, output);
	return done || session_fail(session, EXIT_FAILED);
}
