/*
 * handout.c - the one place where a generated password is written down for the person it is for.
 *
 *	<handout>/run-7.csv          login,password,full_name
 *	<handout>/run-7/LOGIN.txt    one sheet each, from a template
 *
 * Directory 0700, files 0600, O_EXCL, on disk before the accounts exist. Never in the plan, the
 * journal, a log or on the terminal. The directory may lie outside the root (--root) when the
 * administrator named one.
 */
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "core/base/digest.h"
#include "core/model/template.h"
#include "core/plan/json_scope.h"
#include "core/run/step.h"

static const char built_in_sheet[] = "Your SFTP access\n"
				     "\n"
				     "  Server    ${host}\n"
				     "  Login     ${username}\n"
				     "  Password  ${password}\n"
				     "\n"
				     "Connect with an SFTP client (port 22), for example:\n"
				     "\n"
				     "  sftp ${username}@${host}\n";

/* Below either sheet: it may be handed out before the account is opened. */
static const char not_open_yet[] = "\nYour access is not open yet. You will be told when it is.\n";

static const struct host_owner PRIVATE_DIR = { .uid = 0, .gid = 0, .mode = 0700 };
static const struct host_owner PRIVATE_FILE = { .uid = 0, .gid = 0, .mode = 0600 };

#define DEFAULT_DIR "/root/rehome-handout"

#define AUTO_HOST AUTO(host_finish)

static void
host_finish(struct host **host)
{
	host_destroy(*host);
}

/* The host below which the handout lies: the run's, or this machine when it was named on the
 * command line together with --root. */
static bool
open_host(struct run *run, bool outside, struct host **ret_own, struct host **ret_host)
{
	*ret_own = NULL;
	*ret_host = run->host;
	if (!outside)
		return true;
	*ret_own = *ret_host = host_create("/", HOST_READ_WRITE, run->diags);
	return *ret_own != NULL;
}

/* ---- the table ---- */

static void
add_cell(struct buffer *out, const char *text, char end)
{
	/* A spreadsheet takes a cell that begins like this for a formula. */
	bool formula = text[0] && strchr("=+-@\t\r", text[0]);
	buffer_add_char(out, '"');
	if (formula)
		buffer_add_char(out, '\'');
	for (const char *c = text; *c; c++) {
		if (*c == '"')
			buffer_add_char(out, '"');
		buffer_add_char(out, *c);
	}
	buffer_add_char(out, '"');
	buffer_add_char(out, end);
}

static bool
write_table(struct run *run, struct host *host, int dir_fd, struct buffer *out)
{
	return host_create_file_at(host, dir_fd, arena_printf(run->arena, "run-%s.csv", run->id),
		buffer_bytes(out), &PRIVATE_FILE, HOST_SYNC_NOW, run->diags);
}

static void
build_table(struct run *run, struct buffer *out)
{
	buffer_add_text(out, "login,password,full_name\n");
	ARRAY_FOREACH (secret, &run->secrets->items) {
		const struct change *change = table_get(&run->changes, (*secret)->login);
		if (!(*secret)->generated || !change || table_get(&run->dropped, change->login))
			continue;
		add_cell(out, (*secret)->login, ',');
		add_cell(out, (*secret)->password, ',');
		add_cell(out, change->full_name ? change->full_name : "", '\n');
	}
}

/* ---- the sheets ---- */

struct sheet {
	const struct run *run;
	const struct plan_secret *secret;
	const struct change *change;
};

static const char *
sheet_field(void *ctx, const char *field)
{
	const struct sheet *sheet = ctx;
	if (strcmp(field, "username") == 0)
		return sheet->secret->login;
	if (strcmp(field, "password") == 0)
		return sheet->secret->password;
	if (strcmp(field, "full_name") == 0)
		return sheet->change->full_name ? sheet->change->full_name : "";
	if (strcmp(field, "host") == 0)
		return sheet->run->plan->host_name ? sheet->run->plan->host_name : "";
	if (strcmp(field, "home") == 0)
		return sheet->change->after.home ? sheet->change->after.home : "";
	return NULL;
}

static bool
write_sheets(struct run *run, struct host *host, const char *dir)
{
	const char *text = run->options->config->policy.handout_sheet;
	struct template *template;
	AUTO_CLOSE int dir_fd = -1;

	if (!template_parse(text ? text : built_in_sheet, at("handout sheet", 0), run->arena,
		    &template, run->diags) ||
		!host_make_dir(host, dir, &PRIVATE_DIR, run->diags) ||
		!host_open_dir(host, dir, &dir_fd, run->diags))
		return false;
	ARRAY_FOREACH (secret, &run->secrets->items) {
		struct sheet sheet = { run, *secret, table_get(&run->changes, (*secret)->login) };
		if (!(*secret)->generated || !sheet.change ||
			table_get(&run->dropped, sheet.change->login))
			continue;
		const char *content = template_expand(
			template, sheet_field, &sheet, TEXT_LANGUAGE_DEFAULT, run->arena, NULL);
		if (sheet.change->after.staged)
			content = arena_printf(run->arena, "%s%s", content, not_open_yet);
		struct bytes bytes = { content, strlen(content) };
		if (!host_create_file_at(host, dir_fd,
			    arena_printf(run->arena, "%s.txt", (*secret)->login), bytes,
			    &PRIVATE_FILE, HOST_SYNC_LATER, run->diags))
			return false;
	}
	return host_sync_filesystem(host, dir_fd, dir, run->diags);
}

/* ---- the whole ---- */

static bool
is_wanted(const struct run *run)
{
	if (!run->secrets)
		return false;
	ARRAY_FOREACH (secret, &run->secrets->items) {
		if ((*secret)->generated && (*secret)->password)
			return true;
	}
	return false;
}

/* Announces what is about to be written, so that an undo can take it back. */
static bool
announce(struct run *run, const char *dir, bool outside, bool made_dir, struct bytes table)
{
	char sha256[65];
	digest_sha256(table, sha256);
	AUTO_JSON json_t *object = json_pack("{s:s, s:b, s:b, s:s}", "dir", dir, "outside", outside,
		"made_dir", made_dir, "sha256", sha256);
	if (!object)
		return diag_error(run->diags, at(dir, 0), "the handout's path is not UTF-8");
	AUTO_FREE char *text = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
	return journal_mark(&run->journal, run->diags, JOURNAL_HANDOUT, "%s", text);
}

static bool
check_dir(struct run *run, const char *dir, const struct host_entry *entry)
{
	if (!entry->exists ||
		(S_ISDIR(entry->st.st_mode) && entry->st.st_uid == 0 && !(entry->st.st_mode & 077)))
		return true;
	diag_error(run->diags, at(dir, 0), "the handout's directory must be root's alone (0700)");
	diag_hint(run->diags, "Run: chown 0:0 %s && chmod 0700 %s", dir, dir);
	return false;
}

/* Whatever has these names after the announcement is ours, and an undo takes it away. */
static bool
names_are_free(struct run *run, struct host *host, const char *dir)
{
	static const char *const ends[] = { ".csv", "" };
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct host_entry entry;
		const char *path = arena_printf(run->arena, "%s/run-%s%s", dir, run->id, ends[i]);
		if (!host_inspect(host, path, &entry, run->diags))
			return false;
		if (!entry.exists)
			continue;
		diag_error(run->diags, at(path, 0), "in the way of this run's handout");
		diag_hint(run->diags, "Move it away; it is another machine's or an older run's.");
		return false;
	}
	return true;
}

bool
handout_write(struct run *run)
{
	const struct run_options *options = run->options;
	const char *dir = options->handout_dir	  ? options->handout_dir
		: options->config->policy.handout ? options->config->policy.handout
						  : DEFAULT_DIR;
	bool outside = options->handout_dir && options->handout_outside_root;
	struct host_entry entry;
	AUTO_HOST struct host *own = NULL;
	struct host *host;
	AUTO_BUFFER struct buffer table = { 0 };
	AUTO_CLOSE int dir_fd = -1;

	if (!is_wanted(run))
		return true;
	if (!open_host(run, outside, &own, &host) || !host_inspect(host, dir, &entry, run->diags))
		return false;
	if (!check_dir(run, dir, &entry) || (entry.exists && !names_are_free(run, host, dir)))
		return false;
	build_table(run, &table);
	if (!announce(run, dir, outside, !entry.exists, buffer_bytes(&table)))
		return false;
	if (!entry.exists && !host_make_dir(host, dir, &PRIVATE_DIR, run->diags))
		return false;
	if (!host_open_dir(host, dir, &dir_fd, run->diags) ||
		!write_table(run, host, dir_fd, &table) ||
		!write_sheets(run, host, arena_printf(run->arena, "%s/run-%s", dir, run->id)) ||
		!host_sync_fd(host, dir_fd, dir, run->diags))
		return false;
	run->result->handout = arena_printf(run->arena, "%s/run-%s.csv", dir, run->id);
	return true;
}

/* ---- taking it back ---- */

/* LOGIN.txt of somebody in the run; any other file was put there by somebody else. */
static bool
is_sheet(const struct run *run, const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot && strcmp(dot, ".txt") == 0 &&
		table_get(&run->changes, arena_strndup(run->arena, name, (size_t)(dot - name)));
}

static bool
remove_sheets(struct run *run, struct host *host, const char *dir)
{
	struct host_entry entry;
	struct string_list names = { 0 };
	AUTO_CLOSE int dir_fd = -1;
	bool not_empty;

	if (!host_inspect(host, dir, &entry, run->diags))
		return false;
	if (!entry.exists)
		return true;
	if (!host_list(host, dir, run->arena, &names, run->diags) ||
		!host_open_dir(host, dir, &dir_fd, run->diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		if (is_sheet(run, *name) && !host_unlink_at(host, dir_fd, *name, run->diags))
			return false;
	}
	return host_remove_dir(host, dir, &not_empty, run->diags);
}

static bool
remove_table(struct run *run, struct host *host, const char *path, const char *sha256)
{
	bool exists;
	struct bytes content;
	char found[65];
	if (!host_read_file(host, path, run->arena, &exists, &content, run->diags))
		return false;
	if (!exists)
		return true;
	digest_sha256(content, found);
	/* Before COMMIT it may be half written, and nobody has been told of it. */
	if (run->committed && strcmp(found, sha256) != 0) {
		run_kept(run, NULL, "%s stays: it was changed since", path);
		return true;
	}
	return host_unlink(host, path, run->diags);
}

static const char *
find_announcement(const struct run *run)
{
	const char *payload = NULL;
	ARRAY_FOREACH (record, &run->journal.records) {
		if (record->type == JOURNAL_HANDOUT)
			payload = record->payload;
	}
	return payload;
}

/* Only with the last of the run: the handout of the others is still of use. */
bool
handout_remove(struct run *run)
{
	const char *payload = find_announcement(run);
	if (!payload || (run->users && !run->last_users))
		return true;
	AUTO_JSON json_t *object = json_loads(payload, 0, NULL);
	const char *dir = json_string_value(json_object_get(object, "dir"));
	const char *sha256 = json_string_value(json_object_get(object, "sha256"));
	bool outside = json_is_true(json_object_get(object, "outside"));
	bool made_dir = json_is_true(json_object_get(object, "made_dir"));
	AUTO_HOST struct host *own = NULL;
	struct host *host;
	struct host_entry entry;
	bool not_empty;

	if (!dir || !sha256)
		return diag_error(run->diags, at(run->journal.path, 0), "bad HANDOUT record");
	if (!open_host(run, outside, &own, &host) || !host_inspect(host, dir, &entry, run->diags))
		return false;
	if (!entry.exists)
		return true;
	return remove_table(run, host, arena_printf(run->arena, "%s/run-%s.csv", dir, run->id),
		       sha256) &&
		remove_sheets(run, host, arena_printf(run->arena, "%s/run-%s", dir, run->id)) &&
		(!made_dir || host_remove_dir(host, dir, &not_empty, run->diags));
}
