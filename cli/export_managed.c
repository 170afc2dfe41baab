/*
 * export_managed.c - the managed accounts as accounts of a source; see export_managed.h.
 */
#include "cli/export_managed.h"

#include <string.h>

#include "core/model/password.h"
#include "core/plan/sshd.h"

/* One account while it is put together from what the registry and the host know. */
struct exported {
	struct session *session;
	const struct managed_account *managed;
	const struct accountdb_line *passwd, *shadow; /* shadow may be NULL */
	const struct sshd_dropin *dropin;
	struct account *account;
	struct export_host *host;
};

static void
give(struct account *account, enum account_field field)
{
	account->given |= 1u << field;
}

static bool
is_closed(const struct managed_account *managed)
{
	return managed->standing.state != MANAGED_ACTIVE;
}

/* ---- who ---- */

/* gecos: the first part is the name. */
static void
read_passwd(struct exported *exported)
{
	struct account *account = exported->account;
	const char *gecos = accountdb_field(exported->passwd, PASSWD_GECOS);
	uint32_t uid;
	if (*gecos) {
		account->full_name =
			arena_strndup(exported->session->arena, gecos, strcspn(gecos, ","));
		give(account, ACCOUNT_FULL_NAME);
	}
	if (accountdb_line_id(exported->passwd, PASSWD_UID, &uid)) {
		account->uid = uid;
		give(account, ACCOUNT_UID);
	}
	account->home = accountdb_field(exported->passwd, PASSWD_HOME);
	give(account, ACCOUNT_HOME);
	account->shell = accountdb_field(exported->passwd, PASSWD_SHELL);
	give(account, ACCOUNT_SHELL);
	exported->host->gecos = gecos;
}

static struct export_group
find_group(struct exported *exported, const char *name)
{
	const struct accountdb_line *line =
		accountdb_find(&exported->session->snapshot.db, ACCOUNTDB_GROUP, name);
	struct export_group group = { .name = name };
	uint32_t gid;
	if (line && accountdb_line_id(line, GROUP_GID, &gid)) {
		group.has_gid = true;
		group.gid = gid;
	}
	return group;
}

/* Of the groups that rehome gave, those that it still is in. One that stands for a profile is no
 * group of a source. */
static bool
is_given(const struct exported *exported, const char *group)
{
	return string_list_has(&exported->managed->groups, group) &&
		!sshd_dropin_profile(exported->dropin, group);
}

static void
read_groups(struct exported *exported)
{
	struct session *session = exported->session;
	struct accountdb *db = &session->snapshot.db;
	struct export_host *host = exported->host;
	struct string_list *given = &exported->account->groups;
	const struct string_list *names = accountdb_groups_of(db, exported->managed->login);
	uint32_t gid;
	if (accountdb_line_id(exported->passwd, PASSWD_GID, &gid)) {
		const struct accountdb_line *line = accountdb_find_id(db, ACCOUNTDB_GROUP, gid);
		host->gid = gid;
		host->group = line ? accountdb_name(line) : NULL;
	}
	for (size_t i = 0; i < names->count; i++) {
		ARRAY_PUSH(session->arena, &host->groups, find_group(exported, names->items[i]));
		if (is_given(exported, names->items[i]))
			string_list_push(session->arena, given, names->items[i]);
	}
	if (given->count)
		give(exported->account, ACCOUNT_GROUPS);
}

/* ---- how it gets in ---- */

static int64_t
day_of(const struct accountdb_line *shadow, size_t field)
{
	unsigned long long day;
	return text_number(accountdb_field(shadow, field), INT32_MAX, &day) ? (int64_t)day
									    : EXPORT_EMPTY;
}

/*
 * A hash behind a '!' is the password of somebody whom rehome has closed; an administrator's lock
 * stays one, wherever the account goes. What verifies nothing is no password and no secret.
 */
static void
read_hash(struct exported *exported)
{
	struct session *session = exported->session;
	struct diags ignored = { .arena = session->arena };
	const char *text = accountdb_field(exported->shadow, SHADOW_HASH), *checked;
	size_t lock = strspn(text, "!*");
	const char *hash = text + lock;
	exported->host->lock = arena_strndup(session->arena, text, lock);
	if (!*hash)
		return;
	const char *marked = arena_printf(session->arena, "{CRYPT}%s", hash);
	if (!password_hash_check(marked, NOWHERE, session->arena, &checked, &ignored)) {
		exported->host->lock = "*";
		diag_warning(&session->diags, at(accountdb_path(ACCOUNTDB_SHADOW), 0),
			"the password of '%s' is no hash that this machine verifies",
			exported->managed->login);
		diag_user(&session->diags, exported->managed->login);
		return;
	}
	if (lock && !(is_closed(exported->managed) && exported->managed->standing.locked))
		return;
	exported->account->password_hash = hash;
	give(exported->account, ACCOUNT_PASSWORD_HASH);
}

static void
read_shadow(struct exported *exported)
{
	const struct managed_standing *standing = &exported->managed->standing;
	struct export_host *host = exported->host;
	unsigned long long day;
	host->changed = host->min = host->max = host->warn = host->inactive = EXPORT_EMPTY;
	host->expires = EXPORT_EMPTY;
	host->lock = "";
	if (!exported->shadow)
		return;
	host->has_shadow = true;
	host->changed = day_of(exported->shadow, SHADOW_CHANGED);
	host->min = day_of(exported->shadow, SHADOW_MIN);
	host->max = day_of(exported->shadow, SHADOW_MAX);
	host->warn = day_of(exported->shadow, SHADOW_WARN);
	host->inactive = day_of(exported->shadow, SHADOW_INACTIVE);
	host->expires = day_of(exported->shadow, SHADOW_EXPIRE);
	read_hash(exported);
	/* Of a leaver only the past is left. */
	if (exported->managed->standing.state == MANAGED_RETIRED)
		return;
	/* Closing set the past there, and noted what was before. */
	const char *expires = is_closed(exported->managed) && standing->expires
		? standing->expires
		: accountdb_field(exported->shadow, SHADOW_EXPIRE);
	exported->account->expires =
		text_number(expires, INT32_MAX, &day) ? (int64_t)day : ACCOUNT_NEVER;
	give(exported->account, ACCOUNT_EXPIRES);
}

static void
read_state(struct exported *exported)
{
	static const enum account_state states[] = {
		[MANAGED_STAGED] = ACCOUNT_STAGED,
		[MANAGED_DISABLED] = ACCOUNT_DISABLED,
		[MANAGED_RETIRED] = ACCOUNT_LEFT,
	};
	if (!is_closed(exported->managed))
		return;
	exported->account->state = states[exported->managed->standing.state];
	give(exported->account, ACCOUNT_STATE);
}

static void
add_keys(struct exported *exported, char *text)
{
	char *rest = NULL;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (*line != '#')
			string_list_push(
				exported->session->arena, &exported->account->ssh_keys, line);
	}
	give(exported->account, ACCOUNT_SSH_KEYS);
}

/* Closing took the file away, and kept what was in it. */
static bool
read_keys(struct exported *exported)
{
	struct session *session = exported->session;
	const char *kept = exported->managed->standing.keys;
	const char *path = arena_printf(
		session->arena, "%s/%s", session->config->jail.keys_dir, exported->managed->login);
	bool exists;
	struct bytes keys;
	if (!host_read_file(session->host, path, session->arena, &exists, &keys, &session->diags))
		return false;
	if (exists)
		add_keys(exported, arena_strndup(session->arena, keys.data, keys.size));
	else if (is_closed(exported->managed) && kept)
		add_keys(exported, arena_strdup(session->arena, kept));
	return true;
}

/* ---- its jail ---- */

/* The registry has what is in force. What the layout says as well need not be said. */
static bool
read_profile(struct exported *exported)
{
	struct session *session = exported->session;
	const struct managed_account *managed = exported->managed;
	const struct layout *layout = managed->layout
		? config_layout(session->config, managed->layout)
		: config_layout(session->config, "default");
	const char *usual = layout ? profile_text(&layout->profile, session->arena) : "";
	if (!managed->profile || strcmp(managed->profile, usual) == 0)
		return true;
	if (profile_parse(managed->profile, session->arena, &exported->account->profile))
		return true;
	return diag_error(&session->diags, NOWHERE,
		"the registry has a profile of '%s' that cannot be read", managed->login);
}

static bool
read_folders(struct exported *exported)
{
	struct session *session = exported->session;
	const struct managed_account *managed = exported->managed;
	struct account *account = exported->account;
	if (managed->layout) {
		account->layout = managed->layout;
		give(account, ACCOUNT_LAYOUT);
		return true;
	}
	if (!managed->folders)
		return true;
	/* No folders are none, not those of a default layout. */
	give(account, ACCOUNT_FOLDERS);
	if (!*managed->folders)
		return true;
	if (!folder_list_parse(
		    managed->folders, NOWHERE, session->arena, &account->folders, &session->diags))
		return false;
	/* A source says what the user may do in a folder, not how it came to be. */
	ARRAY_FOREACH (folder, &account->folders) {
		if (folder->access == FOLDER_KEPT)
			folder->access = FOLDER_WRITE;
	}
	return true;
}

/* ---- all of it ---- */

void
export_list_add(struct session *session, const struct account *account, struct export_list *list)
{
	const char *name = account_has(account, ACCOUNT_LAYOUT) ? account->layout
		: account_has(account, ACCOUNT_FOLDERS)		? NULL
								: "default";
	const struct layout *layout = name ? config_layout(session->config, name) : NULL;
	ARRAY_PUSH(session->arena, &list->accounts, account);
	ARRAY_PUSH(session->arena, &list->layouts, layout);
}

static bool
add_account(struct exported *exported, struct export_list *list)
{
	struct session *session = exported->session;
	const struct managed_account *managed = exported->managed;
	struct account *account = ARENA_NEW(session->arena, struct account);
	exported->account = account;
	exported->host = ARENA_NEW(session->arena, struct export_host);
	exported->host->nss = managed->nss;
	account->source = managed->source;
	account->username = managed->login;
	account->key = managed->key;
	give(account, ACCOUNT_USERNAME);
	give(account, ACCOUNT_KEY);
	read_passwd(exported);
	read_groups(exported);
	read_shadow(exported);
	read_state(exported);
	if (!read_folders(exported) || !read_profile(exported) || !read_keys(exported))
		return session_fail(session, EXIT_FAILED);
	export_list_add(session, account, list);
	ARRAY_PUSH(session->arena, &list->hosts, exported->host);
	return true;
}

static void
warn_of_gone(struct session *session, const struct managed_account *managed)
{
	diag_warning(&session->diags, NOWHERE, "'%s' is left out: the account no longer exists",
		managed->login);
	diag_user(&session->diags, managed->login);
	diag_code(&session->diags, "account-gone");
}

/* Which groups stand for profiles is known from there. */
static bool
read_dropin(struct session *session, struct sshd_dropin *ret_dropin)
{
	bool exists, intact;
	struct bytes bytes;
	*ret_dropin = (struct sshd_dropin){ 0 };
	if (!host_read_file(session->host, session->config->jail.sshd_dropin, session->arena,
		    &exists, &bytes, &session->diags))
		return session_fail(session, EXIT_FAILED);
	const char *text = exists ? arena_strndup(session->arena, bytes.data, bytes.size) : "";
	if (sshd_dropin_is_ours(text))
		*ret_dropin = sshd_dropin_read(text, session->arena, &intact);
	return true;
}

bool
export_managed(struct session *session, struct export_list *list)
{
	if (!session_open(session, HOST_READ_ONLY))
		return false;
	session_warn_of_pending(session);
	struct sshd_dropin dropin;
	if (!session_take_snapshot(session) || !read_dropin(session, &dropin))
		return false;
	ARRAY_FOREACH (item, &session->managed.accounts) {
		const struct accountdb *db = &session->snapshot.db;
		const char *login = (*item)->login;
		struct exported exported = {
			.session = session,
			.managed = *item,
			.passwd = (*item)->nss ? snapshot_nss_user(&session->snapshot, login)
					       : accountdb_find(db, ACCOUNTDB_PASSWD, login),
			.shadow = accountdb_find(db, ACCOUNTDB_SHADOW, login),
			.dropin = &dropin,
		};
		if (!exported.passwd)
			warn_of_gone(session, *item);
		else if (!add_account(&exported, list))
			return false;
	}
	return true;
}
