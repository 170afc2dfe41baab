/*
 * state.c - where runs are kept, and the lock that lets only one change the machine.
 */
#include "core/run/state.h"

#include <string.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/run/daemon.h"

static const struct host_owner STATE_OWNER = { .uid = 0, .gid = 0, .mode = 0700 };

void
state_init(struct state *state, struct host *host, const char *dir, struct arena *arena)
{
	*state = (struct state){
		.host = host,
		.arena = arena,
		.dir = dir ? dir : STATE_DIR,
		.lock_fd = -1,
	};
}

void
state_finish(struct state *state)
{
	if (state->lock_fd >= 0)
		close(state->lock_fd);
	state->lock_fd = -1;
}

char *
state_run_path(const struct state *state, const char *run_id, const char *file)
{
	return file ? arena_printf(state->arena, "%s/runs/%s/%s", state->dir, run_id, file)
		    : arena_printf(state->arena, "%s/runs/%s", state->dir, run_id);
}

/* What others could write or enter cannot be trusted with undo information and hashes. */
static bool
check_private(
	struct state *state, const char *path, const struct host_entry *entry, struct diags *diags)
{
	(void)state;
	if (!S_ISDIR(entry->st.st_mode))
		return diag_error(diags, at(path, 0), "not a directory");
	if (entry->st.st_uid != 0 || (entry->st.st_mode & 0077) || entry->acl_grants_write) {
		diag_error(diags, at(path, 0),
			"owned by uid %u with mode %04o, expected root and 0700",
			(unsigned)entry->st.st_uid, (unsigned)(entry->st.st_mode & 07777));
		diag_hint(diags,
			"Make sure that nobody tampered with it, then run: chown 0:0 %s && "
			"chmod 0700 %s",
			path, path);
		return false;
	}
	return true;
}

bool
state_check(struct state *state, bool *ret_exists, struct diags *diags)
{
	struct host_entry entry;
	if (!host_inspect(state->host, state->dir, &entry, diags))
		return false;
	*ret_exists = entry.exists;
	return !entry.exists || check_private(state, state->dir, &entry, diags);
}

/* Parents of the state directory are the distribution's (0755); it and what is below is ours. */
static bool
make_missing(struct state *state, const char *path, struct host_owner owner, struct diags *diags)
{
	struct host_entry entry;
	if (!host_inspect(state->host, path, &entry, diags))
		return false;
	if (entry.exists)
		return true;
	const char *slash = strrchr(path, '/');
	if (slash != path) {
		struct host_owner parent = { .uid = 0, .gid = 0, .mode = 0755 };
		char *above = arena_strndup(state->arena, path, (size_t)(slash - path));
		if (!make_missing(state, above, parent, diags))
			return false;
	}
	return host_make_dir(state->host, path, &owner, diags);
}

static bool
refuse_locked(struct state *state, const char *lock, struct diags *diags)
{
	struct diags ignored = { .arena = state->arena };
	struct host_entry entry;
	const char *holder = host_inspect(state->host, lock, &entry, &ignored) && entry.exists
		? daemon_holder(&entry.st, state->arena)
		: NULL;
	diag_error(diags, at(lock, 0), "another rehome is changing this machine%s%s%s",
		holder ? " (" : "", holder ? holder : "", holder ? ")" : "");
	diag_hint(diags, "Wait until it has ended, then try again.");
	diag_code(diags, "locked");
	return false;
}

bool
state_lock(struct state *state, bool *ret_locked, struct diags *diags)
{
	bool exists;
	const char *runs = arena_printf(state->arena, "%s/runs", state->dir);
	const char *lock = arena_printf(state->arena, "%s/lock", state->dir);

	*ret_locked = false;
	if (!make_missing(state, state->dir, STATE_OWNER, diags) ||
		!state_check(state, &exists, diags) ||
		!make_missing(state, runs, STATE_OWNER, diags) ||
		!host_lock_file(state->host, lock, 0, &state->lock_fd, diags))
		return false;
	if (state->lock_fd < 0)
		return refuse_locked(state, lock, diags);
	*ret_locked = true;
	return true;
}

static bool
is_run_id(const char *name)
{
	unsigned long long number;
	return name[0] != '0' && text_number(name, 999999999, &number);
}

static int
compare_ids(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;
	size_t left_length = strlen(*left), right_length = strlen(*right);
	if (left_length != right_length)
		return left_length < right_length ? -1 : 1;
	return strcmp(*left, *right);
}

bool
state_run_ids(struct state *state, struct string_list *ret_ids, struct diags *diags)
{
	const char *runs = arena_printf(state->arena, "%s/runs", state->dir);
	struct string_list names = { 0 };
	struct host_entry entry;

	*ret_ids = (struct string_list){ 0 };
	if (!host_inspect(state->host, runs, &entry, diags))
		return false;
	if (!entry.exists)
		return true;
	if (!host_list(state->host, runs, state->arena, &names, diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		if (is_run_id(*name))
			string_list_push(state->arena, ret_ids, *name);
	}
	if (ret_ids->count)
		qsort(ret_ids->items, ret_ids->count, sizeof(*ret_ids->items), compare_ids);
	return true;
}
