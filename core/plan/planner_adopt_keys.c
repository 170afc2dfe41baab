/*
 * planner_adopt_keys.c - the keys of an adopted account: carried into the managed file, or
 * not.
 *
 * Once the home is a jail sshd looks for them no more. Those that let somebody in today still do;
 * those that stand behind a closed account would become a working login, which only the
 * administrator can want.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/model/ssh_key.h"
#include "core/plan/planner_adopt.h"

enum { KEYS_BYTES_MAX = 1 << 20 };

struct old_keys {
	const char *where;	  /* the files, as sshd_config names them */
	struct string_list lines; /* checked, with their options */
	size_t with_options;
	size_t refused;		/* lines that sshd does not take */
	bool accepted_by_sshd;	/* StrictModes has nothing against the files */
	const char *unreadable; /* why a file was not read, or NULL */
};

/* ---- reading ---- */

/* The user owns it and may write to it while it is read: never more than the limit. */
static bool
read_file(struct planner *planner, const char *path, struct buffer *text, struct diags *diags)
{
	char part[4096];
	AUTO_CLOSE int fd = -1;
	if (!host_open_file(planner->snapshot->host, path, &fd, diags))
		return false;
	for (;;) {
		ssize_t got = read(fd, part, sizeof(part));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return diag_error(diags, at(path, 0), "%s", strerror(errno));
		if (!got)
			return true;
		buffer_add(text, part, (size_t)got);
		if (text->size > KEYS_BYTES_MAX)
			return diag_error(diags, at(path, 0), "larger than 1 MiB");
	}
}

static bool
is_strict(const struct host_entry *entry, uid_t uid)
{
	return (entry->st.st_uid == 0 || entry->st.st_uid == uid) &&
		!(entry->st.st_mode & (S_IWGRP | S_IWOTH));
}

static void
add_line(struct planner *planner, struct old_keys *keys, char *line)
{
	struct diags problems = { .arena = planner->arena };
	const char *key;
	bool has_options;
	line += strspn(line, " \t\r");
	if (!*line || *line == '#')
		return;
	if (!ssh_key_parse_installed(
		    line, NOWHERE, planner->arena, &key, &has_options, &problems)) {
		keys->refused++;
		return;
	}
	if (string_list_has(&keys->lines, key))
		return;
	string_list_push(planner->arena, &keys->lines, key);
	keys->with_options += has_options;
}

static void
add_file(struct adoption *adoption, const char *path, struct old_keys *keys)
{
	struct planner *planner = adoption->planner;
	struct diags problems = { .arena = planner->arena };
	struct host_entry entry;
	AUTO_BUFFER struct buffer text = { 0 };
	char *save;
	if (!host_inspect(planner->snapshot->host, path, &entry, &problems)) {
		keys->unreadable = problems.items[0].message;
		return;
	}
	if (!entry.exists)
		return;
	if (!read_file(planner, path, &text, &problems)) {
		keys->unreadable = problems.items[0].message;
		return;
	}
	keys->accepted_by_sshd &= is_strict(&entry, adoption->change->before.uid);
	char *lines = arena_strdup(planner->arena, buffer_text(&text));
	for (char *line = strtok_r(lines, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		add_line(planner, keys, line);
}

/* The words behind AuthorizedKeysFile, or what sshd takes for granted without it. What a Match
 * block says for some is not weighed. */
static const struct string_list *
key_file_names(const struct planner *planner)
{
	static const char *initial[] = { ".ssh/authorized_keys", ".ssh/authorized_keys2" };
	static const struct string_list none = { .items = initial, .count = 2 };
	ARRAY_FOREACH (directive, &planner->snapshot->sshd.directives) {
		if (!directive->match && strcmp(directive->keyword, "authorizedkeysfile") == 0)
			return &directive->arguments;
	}
	return &none;
}

/* sshd_config(5) TOKENS; a relative path is one below the home. */
static const char *
key_file_path(const struct adoption *adoption, const char *name)
{
	const struct change *change = adoption->change;
	AUTO_BUFFER struct buffer path = { 0 };
	if (*name != '/' && strncmp(name, "%h", 2) != 0)
		buffer_printf(&path, "%s/", adoption->home);
	for (; *name; name++) {
		if (*name != '%' || !name[1]) {
			buffer_add_char(&path, *name);
			continue;
		}
		name++;
		if (*name == 'h')
			buffer_add_text(&path, adoption->home);
		else if (*name == 'u')
			buffer_add_text(&path, change->login);
		else if (*name == 'U')
			buffer_printf(&path, "%u", (unsigned)change->before.uid);
		else
			buffer_add_char(&path, *name);
	}
	return arena_strdup(adoption->planner->arena, buffer_text(&path));
}

static const char *
where_words(struct planner *planner, const struct string_list *names)
{
	AUTO_BUFFER struct buffer text = { 0 };
	if (strcmp(names->items[0], ".ssh/authorized_keys") == 0)
		return "~/.ssh";
	ARRAY_FOREACH (name, names)
		buffer_printf(&text, "%s%s", text.size ? " " : "", *name);
	return arena_strdup(planner->arena, buffer_text(&text));
}

/* sshd refuses keys when others could change them, in the home as well (StrictModes). */
static bool
is_ssh_dir_strict(const struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	struct diags ignored = { .arena = planner->arena };
	uid_t uid = adoption->change->before.uid;
	struct host_entry dir;
	const char *path = arena_printf(planner->arena, "%s/.ssh", adoption->home);
	return !host_inspect(planner->snapshot->host, path, &dir, &ignored) || !dir.exists ||
		(is_strict(&dir, uid) && is_strict(&adoption->entry, uid));
}

static struct old_keys
read_old_keys(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	const struct string_list *names = key_file_names(planner);
	struct old_keys keys = { .accepted_by_sshd = true };
	if (!names->count || strcmp(names->items[0], "none") == 0)
		return keys;
	keys.where = where_words(planner, names);
	keys.accepted_by_sshd = adoption->home_is_missing || is_ssh_dir_strict(adoption);
	ARRAY_FOREACH (name, names) {
		const char *path = key_file_path(adoption, *name);
		if (jail_path_is_normal(path) && !(*name[0] != '/' && adoption->home_is_missing))
			add_file(adoption, path, &keys);
	}
	if (keys.unreadable) {
		planner_warn(planner, adoption->change, adoption->account->place, "old-keys-unread",
			"the keys of '%s' cannot be carried: %s", adoption->change->login,
			keys.unreadable);
		planner_hint(adoption->change, "Give them in the ssh_keys column.");
	}
	return keys;
}

/* ---- deciding ---- */

/* shells(5): whoever has none of these gets no session from what asks for one. */
static bool
is_listed_shell(struct planner *planner, const char *shell)
{
	struct diags ignored = { .arena = planner->arena };
	struct bytes bytes;
	bool exists;
	if (!*shell)
		shell = "/bin/sh";
	if (!host_read_file(planner->snapshot->host, "/etc/shells", planner->arena, &exists, &bytes,
		    &ignored) ||
		!exists)
		return planner_is_login_shell(shell);
	char *text = arena_strndup(planner->arena, bytes.data, bytes.size), *save;
	for (char *line = strtok_r(text, "\r\n", &save); line; line = strtok_r(NULL, "\r\n", &save))
		if (strcmp(line, shell) == 0)
			return planner_is_login_shell(shell);
	return false;
}

/* What keeps these keys from letting somebody in today, or NULL. */
static const char *
obstacle(struct adoption *adoption, const struct old_keys *keys)
{
	const struct account_facts *before = &adoption->change->before;
	struct planner *planner = adoption->planner;
	if (!is_listed_shell(planner, before->shell))
		return arena_printf(planner->arena, "the shell is %s", before->shell);
	if (before->disabled ||
		(before->expires != ACCOUNT_NEVER && before->expires <= planner->today))
		return "the account has expired";
	return keys->accepted_by_sshd ? NULL : "others may write to ~/.ssh, so sshd refuses them";
}

static const char *
key_words(size_t count, struct arena *arena)
{
	return arena_printf(arena, "%zu key%s", count, count == 1 ? "" : "s");
}

/* True when they are to be carried. */
static bool
decide(struct adoption *adoption, const struct old_keys *keys)
{
	struct planner *planner = adoption->planner;
	struct change *change = adoption->change;
	const char *why = obstacle(adoption, keys);
	const char *count = key_words(keys->lines.count, planner->arena);
	enum adopt_keys wish = planner->options->adopt_keys != ADOPT_KEYS_ASK
		? planner->options->adopt_keys
		: planner->config->policy.adopt_keys;
	if (wish == ADOPT_KEYS_DROP) {
		planner_add_line(change, planner->arena, "keys",
			arena_printf(planner->arena, "%s in %s no longer let%s anybody in", count,
				keys->where, keys->lines.count == 1 ? "s" : ""));
		return false;
	}
	if (wish == ADOPT_KEYS_CARRY || !why)
		return true;
	if (adoption->account->old) {
		const char *choice = planner_decide(planner, change, DECISION_REVIVED_KEY, NULL,
			adoption->account->place,
			"%s in %s would become a working login, and today it is none: %s", count,
			keys->where, why);
		return choice && strcmp(choice, "carry") == 0;
	}
	planner_block(planner, change, adoption->account->place, "old-keys",
		"%s in %s would become a working login, and today it is none: %s", count,
		keys->where, why);
	planner_hint(change, "Decide with --adopt-keys carry or --adopt-keys drop.");
	return false;
}

/* ---- the managed file ---- */

/* A file under this name may be in use, if somebody jailed the account by hand; else it is of an
 * earlier account of the name, and would let its owner in. */
static bool
check_leftover(struct adoption *adoption, const struct key_file *file)
{
	struct planner *planner = adoption->planner;
	struct change *change = adoption->change;
	if (!file->text || string_list_has(&change->before.groups, planner->plan->jail_group))
		return true;
	planner_block(planner, change, adoption->account->place, "keys-leftover",
		"%s exists already, and '%s' is not in the jail's group", file->path,
		change->login);
	planner_hint(change, "See whose keys these are, then remove the file.");
	return false;
}

/* The source's word on keys is the last one: carried ones would be gone with its next reading. */
static void
take_keys_of_source(struct adoption *adoption, const struct old_keys *old, struct string_list *keys)
{
	struct planner *planner = adoption->planner;
	size_t gone = 0;
	*keys = adoption->account->ssh_keys;
	ARRAY_FOREACH (line, &old->lines)
		gone += !string_list_has(keys, *line);
	planner_add_line(adoption->change, planner->arena, "keys",
		arena_printf(planner->arena, "%s from the source",
			key_words(keys->count, planner->arena)));
	if (!gone)
		return;
	planner_warn(planner, adoption->change, planner_place(adoption->account, ACCOUNT_SSH_KEYS),
		"old-keys-dropped",
		"%s in %s no longer let%s anybody in: the source gives the keys",
		key_words(gone, planner->arena), old->where, gone == 1 ? "s" : "");
	planner_hint(adoption->change, "Add them to the source, if they are still wanted.");
}

static void
carry_keys(struct adoption *adoption, const struct old_keys *old, struct string_list *keys)
{
	struct planner *planner = adoption->planner;
	struct arena *arena = planner->arena;
	ARRAY_FOREACH (line, &old->lines) {
		if (!string_list_has(keys, *line))
			string_list_push(arena, keys, *line);
	}
	planner_add_line(adoption->change, arena, "keys",
		arena_printf(arena, "%s carried from %s%s%s", key_words(old->lines.count, arena),
			old->where,
			old->with_options
				? arena_printf(arena, ", %zu with options, kept as they are",
					  old->with_options)
				: "",
			old->refused ? arena_printf(arena, "; %zu %s", old->refused,
					       old->refused == 1 ? "line is no key"
								 : "lines are no keys")
				     : ""));
}

static bool
same_lines(const struct string_list *a, const struct string_list *b)
{
	for (size_t i = 0; a->count == b->count && i < a->count; i++) {
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	}
	return a->count == b->count;
}

void
adoption_update_keys(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	struct change *change = adoption->change;
	struct diags problems = { .arena = planner->arena };
	struct string_list keys = { 0 };
	struct key_file file;
	if (!planner_read_keys(planner, change->login, &file, &problems)) {
		planner_block(planner, change, adoption->account->place, "unreadable", "%s/%s: %s",
			planner->plan->keys_dir, change->login, problems.items[0].message);
		return;
	}
	if (!check_leftover(adoption, &file))
		return;
	const struct old_keys old = read_old_keys(adoption);
	ARRAY_FOREACH (line, &file.lines)
		string_list_push(planner->arena, &keys, *line);
	change->before.keys = planner_fingerprints_of(planner, &file);
	if (account_has(adoption->account, ACCOUNT_SSH_KEYS))
		take_keys_of_source(adoption, &old, &keys);
	else if (old.lines.count && decide(adoption, &old))
		carry_keys(adoption, &old, &keys);
	change->after.keys = planner_fingerprints(planner, &keys);
	keys = planner_keys_from(planner, &keys, NULL, change->after.profile);
	if (account_has(adoption->account, ACCOUNT_SSH_KEYS) ? keys.count || file.text
							     : !same_lines(&keys, &file.lines))
		planner_write_keys(planner, change->login, &keys, &file);
}
