/*
 * login_test.c - a real SFTP session over loopback, as the user.
 *
 * Two sessions: one whose commands must all succeed, one whose commands must all fail. What failed
 * is not read from the client's messages but from what is, or is not, there afterwards.
 */
#include "core/run/login_test.h"

#include <string.h>

#include "core/base/process.h"
#include "core/model/ssh_key.h"

enum { SESSION_SECONDS = 30 };

static const struct host_owner PRIVATE_DIR = { .uid = 0, .gid = 0, .mode = 0700 };
static const struct host_owner PRIVATE_FILE = { .uid = 0, .gid = 0, .mode = 0600 };
static const struct host_owner KEYS_DIR = { .uid = 0, .gid = 0, .mode = 0755 };
static const struct host_owner KEYS_FILE = { .uid = 0, .gid = 0, .mode = 0644 };

#define PROBE_NAME ".rehome-verify-probe"
#define PROBE_TEXT "written by rehome verify --login\n"

struct session {
	struct host *host;
	struct arena *arena;
	struct diags *findings, *diags;
	const struct login_test *test;
	const char *dir;       /* our private directory, on the host */
	const char *keys_path; /* of the user's managed keys */
	const char *before;    /* their content without our line; NULL = no file */
	bool made_keys_dir;
};

static struct bytes
bytes_of(const char *text)
{
	return (struct bytes){ text, text ? strlen(text) : 0 };
}

static char *
in_dir(const struct session *session, const char *name)
{
	return arena_printf(session->arena, "%s/%s", session->dir, name);
}

/* ---- the temporary key ---- */

/* A file's text without lines that an earlier, killed test left. NULL when nothing is left. */
static const char *
without_leftovers(const char *text, struct arena *arena)
{
	AUTO_BUFFER struct buffer kept = { 0 };
	while (*text) {
		size_t length = strcspn(text, "\n");
		char *line = arena_strndup(arena, text, length);
		if (!strstr(line, LOGIN_TEST_COMMENT))
			buffer_printf(&kept, "%s\n", line);
		text += length + (text[length] == '\n');
	}
	return kept.size ? arena_strdup(arena, buffer_text(&kept)) : NULL;
}

static bool
read_text(struct session *session, const char *path, const char **ret_text)
{
	bool exists;
	struct bytes bytes;
	if (!host_read_file(session->host, path, session->arena, &exists, &bytes, session->diags))
		return false;
	*ret_text = exists ? arena_strndup(session->arena, bytes.data, bytes.size) : NULL;
	return true;
}

static bool
make_key(struct session *session, const char **ret_public)
{
	const char *key = in_dir(session, "key");
	const char *const argv[] = { "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C",
		LOGIN_TEST_COMMENT, "-f", key, NULL };
	struct process process = { .argv = argv };
	struct process_result result;
	if (!process_run(&process, session->arena, &result, session->diags))
		return false;
	if (!result.started || result.exit_status != 0)
		return diag_error(session->diags, NOWHERE, "ssh-keygen failed: %s",
			result.started ? result.err : "it is not installed");
	return read_text(session, in_dir(session, "key.pub"), ret_public) && *ret_public;
}

static bool
allow_key(struct session *session, const char *public)
{
	struct host_entry entry;
	const char *text;
	if (!host_inspect(session->host, session->test->keys_dir, &entry, session->diags))
		return false;
	if (!entry.exists) {
		if (!host_make_dir(
			    session->host, session->test->keys_dir, &KEYS_DIR, session->diags))
			return false;
		session->made_keys_dir = true;
	}
	if (!read_text(session, session->keys_path, &text))
		return false;
	session->before = text ? without_leftovers(text, session->arena) : NULL;
	const char *with_key = arena_printf(session->arena, "%sfrom=\"127.0.0.1\",restrict %s",
		session->before ? session->before : "", public);
	return host_replace_file(
		session->host, session->keys_path, bytes_of(with_key), &KEYS_FILE, session->diags);
}

static bool
forget_key(struct session *session)
{
	bool not_empty;
	if (session->before)
		return host_replace_file(session->host, session->keys_path,
			bytes_of(session->before), &KEYS_FILE, session->diags);
	return host_unlink(session->host, session->keys_path, session->diags) &&
		(!session->made_keys_dir ||
			host_remove_dir(session->host, session->test->keys_dir, &not_empty,
				session->diags));
}

/* ---- sessions ---- */

static bool
connect_with(struct session *session, const char *program, const char *const *arguments,
	struct bytes input, struct process_result *ret_result)
{
	const char *port = arena_printf(
		session->arena, "Port=%u", session->test->port ? session->test->port : 22);
	const char *const options[] = { "-q", "-F", "/dev/null", "-i", in_dir(session, "key"), "-o",
		port, "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none",
		"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o",
		"ConnectTimeout=10" };
	struct string_list argv = { 0 };
	string_list_push(session->arena, &argv, program);
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		string_list_push(session->arena, &argv, options[i]);
	for (; *arguments; arguments++)
		string_list_push(session->arena, &argv, *arguments);
	string_list_push(session->arena, &argv, NULL);

	struct process process = {
		.argv = argv.items,
		.input = input,
		.timeout_seconds = SESSION_SECONDS,
	};
	if (!process_run(&process, session->arena, ret_result, session->diags))
		return false;
	if (!ret_result->started)
		return diag_error(session->diags, NOWHERE, "%s is not installed", program);
	return true;
}

static bool
run_batch(struct session *session, const struct buffer *batch, struct process_result *ret_result)
{
	const char *target = arena_printf(session->arena, "%s@127.0.0.1", session->test->login);
	const char *const arguments[] = { "-b", "-", target, NULL };
	return connect_with(session, "sftp", arguments, buffer_bytes(batch), ret_result);
}

static void PRINTF_LIKE(3, 4)
	fault(struct session *session, const char *code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *message = arena_vprintf(session->arena, format, args);
	va_end(args);
	diag_error(session->findings, NOWHERE, "%s", message);
	diag_code(session->findings, code);
	diag_user(session->findings, session->test->login);
}

static const struct folder *
find_folder(const struct login_test *test, enum folder_access access)
{
	ARRAY_FOREACH (folder, test->folders) {
		if (folder->access == access)
			return folder;
	}
	return NULL;
}

/* sftp's batch syntax: a name in double quotes, with backslash before '"' and '\'. */
static char *
quoted(struct session *session, const char *path)
{
	AUTO_BUFFER struct buffer text = { 0 };
	buffer_add_char(&text, '"');
	for (; *path; path++) {
		if (*path == '"' || *path == '\\')
			buffer_add_char(&text, '\\');
		buffer_add_char(&text, *path);
	}
	buffer_add_char(&text, '"');
	return arena_strdup(session->arena, buffer_text(&text));
}

static bool
must_succeed(struct session *session, bool *ret_logged_in)
{
	AUTO_BUFFER struct buffer batch = { 0 };
	struct process_result result;
	const struct folder *folder = find_folder(session->test, FOLDER_WRITE);
	const char *probe = quoted(session, in_dir(session, "probe"));
	const char *back = in_dir(session, "back"), *text;

	buffer_add_text(&batch, "ls /\n");
	if (folder) {
		const char *remote = quoted(
			session, arena_printf(session->arena, "/%s/" PROBE_NAME, folder->path));
		buffer_printf(&batch, "put %s %s\n", probe, remote);
		buffer_printf(&batch, "get %s %s\n", remote, quoted(session, back));
		buffer_printf(&batch, "rm %s\n", remote);
	}
	if (!run_batch(session, &batch, &result))
		return false;
	*ret_logged_in = result.exit_status == 0;
	if (!*ret_logged_in) {
		fault(session, "login-refused", "the session failed (exit %d%s): %s",
			result.exit_status, result.timed_out ? ", timed out" : "", result.err);
		diag_hint(session->findings,
			"See sshd's log: journalctl -u ssh, or /var/log/auth.log.");
		return true;
	}
	if (!folder)
		return true;
	if (!read_text(session, back, &text))
		return false;
	if (!text || strcmp(text, PROBE_TEXT) != 0)
		fault(session, "login-content",
			"what was written into %s/ did not read back the same", folder->path);
	return true;
}

/* Fails the test when a file came to be where none may, and removes it. */
static bool
must_be_absent(struct session *session, const char *code, const char *path, const char *what)
{
	struct host_entry entry;
	if (!host_inspect(session->host, path, &entry, session->diags))
		return false;
	if (!entry.exists)
		return true;
	fault(session, code, "%s", what);
	return host_unlink(session->host, path, session->diags);
}

static bool
must_fail(struct session *session)
{
	AUTO_BUFFER struct buffer batch = { 0 };
	struct process_result result;
	const struct login_test *test = session->test;
	struct arena *arena = session->arena;
	const char *probe = quoted(session, in_dir(session, "probe"));
	const char *stolen = in_dir(session, "stolen");

	buffer_printf(&batch, "-put %s %s\n", probe, quoted(session, "/" PROBE_NAME));
	buffer_printf(&batch, "-get /etc/passwd %s\n", quoted(session, stolen));
	buffer_printf(&batch, "-get ../../../../etc/passwd %s\n", quoted(session, stolen));
	ARRAY_FOREACH (folder, test->folders) {
		if (folder->access == FOLDER_READ)
			buffer_printf(&batch, "-put %s %s\n", probe,
				quoted(session,
					arena_printf(arena, "/%s/" PROBE_NAME, folder->path)));
	}
	if (!run_batch(session, &batch, &result))
		return false;
	if (!must_be_absent(session, "login-root-writable",
		    arena_printf(arena, "%s/" PROBE_NAME, test->home),
		    "the jail's root could be written to") ||
		!must_be_absent(
			session, "login-escape", stolen, "/etc/passwd could be read: not jailed"))
		return false;
	ARRAY_FOREACH (folder, test->folders) {
		if (folder->access == FOLDER_READ &&
			!must_be_absent(session, "login-read-only",
				arena_printf(arena, "%s/%s/" PROBE_NAME, test->home, folder->path),
				arena_printf(arena, "%s/ is read-only, but could be written to",
					folder->path)))
			return false;
	}
	return true;
}

/* Neither a command nor a tunnel. */
static bool
must_not_get_more(struct session *session)
{
	const char *port = arena_printf(
		session->arena, "127.0.0.1:%u", session->test->port ? session->test->port : 22);
	const char *target = arena_printf(session->arena, "%s@127.0.0.1", session->test->login);
	const char *const command[] = { target, "echo", "rehome", "has", "a", "shell", NULL };
	const char *const tunnel[] = { "-W", port, target, NULL };
	struct process_result result;

	if (!connect_with(session, "ssh", command, (struct bytes){ 0 }, &result))
		return false;
	if (strstr(result.out, "rehome has a shell"))
		fault(session, "login-shell", "a command could be run");
	if (!connect_with(session, "ssh", tunnel, (struct bytes){ 0 }, &result))
		return false;
	if (strstr(result.out, "SSH-"))
		fault(session, "login-forwarding",
			"a port of the server could be reached through it");
	return true;
}

/* ---- the whole ---- */

static bool
make_dir(struct session *session)
{
	AUTO_CLOSE int fd = -1;
	return host_make_dir(session->host, session->dir, &PRIVATE_DIR, session->diags) &&
		host_open_dir(session->host, session->dir, &fd, session->diags) &&
		host_create_file_at(session->host, fd, "probe", bytes_of(PROBE_TEXT), &PRIVATE_FILE,
			HOST_SYNC_LATER, session->diags);
}

static bool
remove_dir(struct session *session)
{
	struct host_entry entry;
	struct string_list names = { 0 };
	AUTO_CLOSE int fd = -1;
	if (!host_inspect(session->host, session->dir, &entry, session->diags))
		return false;
	if (!entry.exists)
		return true;
	if (!host_open_dir(session->host, session->dir, &fd, session->diags) ||
		!host_list_at(session->host, fd, session->arena, &names, session->diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		if (!host_unlink_at(session->host, fd, *name, session->diags))
			return false;
	}
	return host_remove_dir(session->host, session->dir, NULL, session->diags);
}

static bool
with_key(struct session *session)
{
	bool logged_in = false;
	return must_succeed(session, &logged_in) &&
		(!logged_in || (must_fail(session) && must_not_get_more(session)));
}

bool
login_test_run(struct state *state, const struct login_test *test, struct arena *arena,
	struct diags *findings, struct diags *diags)
{
	const char *public = NULL;
	struct session session = {
		.host = state->host,
		.arena = arena,
		.findings = findings,
		.diags = diags,
		.test = test,
		.dir = arena_printf(arena, "%s/login-test", state->dir),
		.keys_path = arena_printf(arena, "%s/%s", test->keys_dir, test->login),
	};
	/* A killed test's directory first; its line in the key file goes when it is read. */
	if (!remove_dir(&session))
		return false;
	bool ok = make_dir(&session) && make_key(&session, &public) && allow_key(&session, public);
	if (ok) {
		ok = with_key(&session);
		ok = forget_key(&session) && ok;
	}
	return remove_dir(&session) && ok;
}
