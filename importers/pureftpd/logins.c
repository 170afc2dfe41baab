/*
 * logins.c - one login after the other: from the methods' answer to the session, or to the refusal.
 */
#include "importers/pureftpd/logins.h"

#include <string.h>

#include "importers/pureftpd/addresses.h"
#include "importers/pureftpd/passwd_text.h"

struct reporting {
	const struct methods *methods;
	struct arena *arena;
	struct sink *sink;
	struct table seen;
	struct passwd_text text;
	const char *text_path; /* NULL = there is no text */
	bool stopped;
};

/* ---- a candidate's session ---- */

static void
take_hours(const struct virtual_user *user, struct place where, struct arena *arena,
	struct old_login *login)
{
	unsigned from, to;
	if (!*user->hours)
		return;
	if (sscanf(user->hours, "%u-%u", &from, &to) != 2) {
		old_login_note(login, where, "hours-unreadable",
			"the hours '%s' are none: always up to release 1.0.53, never since then",
			user->hours);
		return;
	}
	login->hours = arena_printf(arena, "%04u-%04u", from, to);
	old_login_note(
		login, where, "hours", "only between %04u and %04u, the server's time", from, to);
}

static void
take_virtual_user(const struct candidate *candidate, struct arena *arena, struct old_login *login)
{
	const struct virtual_user *user = candidate->user;
	struct place where = candidate->identity.where;
	login->full_name = *user->gecos ? user->gecos : NULL;
	addresses_apply(user, where, arena, login);
	take_hours(user, where, arena, login);
	if (user->has_bandwidth)
		old_login_note(login, where, "bandwidth", "has a bandwidth of its own");
	if (user->has_ratio)
		old_login_note(login, where, "ratio", "had to upload in order to download");
	if (user->sessions)
		old_login_note(
			login, where, "sessions", "at most %u sessions at a time", user->sessions);
}

static void
take_account(const struct candidate *candidate, struct old_login *login)
{
	const struct old_passwd *account = candidate->account;
	login->full_name = *account->gecos ? account->gecos : NULL;
	login->shell = account->shell;
	login->has_expires = candidate->expires != ACCOUNT_NEVER;
	login->expires = candidate->expires;
	login->umask |= candidate->umask;
	login->dir_umask |= candidate->umask;
}

/* The login as this candidate made it; refused when the session ended at once. */
static struct old_login *
try_candidate(
	const struct reporting *reporting, const char *name, const struct candidate *candidate)
{
	const struct methods *methods = reporting->methods;
	struct old_login *login =
		old_login_create(reporting->arena, name, candidate->identity.where);
	ARRAY_FOREACH (way, &candidate->ways)
		ARRAY_PUSH(reporting->arena, &login->ways, *way);
	login->password = login->ways.count ? login->ways.items[0].kind : OLD_PASSWORD_UNKNOWN;
	login->login = candidate->is_doubtful ? OLD_UNKNOWN : OLD_ALLOW;
	ARRAY_FOREACH (note, &candidate->notes)
		diag_append(&login->notes, note);
	if (!session_begin(methods->root, methods->accounts, methods->options, &candidate->identity,
		    login)) {
		login->login = OLD_DENY;
		return login;
	}
	if (candidate->user)
		take_virtual_user(candidate, reporting->arena, login);
	if (candidate->account)
		take_account(candidate, login);
	if (methods->options->has[LIMIT_DOT_FILES])
		login->sees_hidden_limits = true;
	return login;
}

/* ---- anonymous ---- */

static bool
is_anonymous_name(const char *name)
{
	return strcasecmp(name, "ftp") == 0 || strcasecmp(name, "anonymous") == 0;
}

static bool
becomes_anonymous(const struct pure_options *options, const char *name)
{
	return options->anonymous == ANONYMOUS_ONLY ||
		(options->anonymous == ANONYMOUS_TOO && is_anonymous_name(name));
}

/* Who comes in as anonymous needs no password, and the account "ftp" has to exist. */
static struct old_login *
anonymous_login(const struct reporting *reporting, const char *name)
{
	const struct methods *methods = reporting->methods;
	const struct old_passwd *ftp = old_unix_user(methods->accounts, "ftp");
	if (!ftp)
		ftp = old_unix_user(methods->accounts, "_ftp");
	struct place where = ftp ? ftp->where : methods->options->anonymous_at;
	if (!ftp || !ftp->uid || !ftp->gid) {
		struct old_login *refused = old_login_create(reporting->arena, name, where);
		old_login_note(refused, where, "anonymous-impossible",
			"anonymous sessions need an account 'ftp' that is not root's");
		return refused;
	}
	struct candidate candidate = { .identity = { ftp->uid, ftp->gid, ftp->home, where,
					       .is_anonymous = true },
		.notes.arena = reporting->arena };
	struct old_way way = { OLD_PASSWORD_ANY, NULL, where };
	ARRAY_PUSH(reporting->arena, &candidate.ways, way);
	struct old_login *login = try_candidate(reporting, name, &candidate);
	login->is_anonymous = true;
	old_login_note(login, methods->options->anonymous_at, "anonymous",
		"anonymous: every password was taken, and no account is behind it");
	return login;
}

/* ---- users ---- */

static struct old_login *
refused_login(const struct reporting *reporting, const char *name, const struct answer *answer,
	struct place named_at)
{
	struct old_login *login = old_login_create(
		reporting->arena, name, answer->where.file ? answer->where : named_at);
	ARRAY_FOREACH (note, &answer->notes)
		diag_append(&login->notes, note);
	if (!answer->is_unknown)
		return login;
	login->login = OLD_UNKNOWN;
	login->password = OLD_PASSWORD_UNKNOWN;
	return login;
}

static void
note_second_way(struct old_login *login, const struct old_login *other)
{
	old_login_note(login, other->where, "second-password",
		"another password leads to %s, as uid %u: only the first is carried",
		other->cwd ? other->cwd : "another home", (unsigned)other->uid);
}

/* The first candidate with a session; later ones are other passwords to other homes. */
static struct old_login *
user_login(const struct reporting *reporting, const char *name, struct place named_at)
{
	struct answer answer;
	struct old_login *login = NULL, *refused = NULL;
	methods_ask(reporting->methods, name, &answer);
	ARRAY_FOREACH (candidate, &answer.candidates) {
		struct old_login *tried = try_candidate(reporting, name, candidate);
		if (tried->login == OLD_DENY)
			refused = refused ? refused : tried;
		else if (login && login->login != OLD_UNKNOWN)
			note_second_way(login, tried);
		else
			login = !login || tried->login == OLD_ALLOW ? tried : login;
	}
	if (!login && refused && !answer.is_unknown)
		return refused;
	if (!login)
		return refused_login(reporting, name, &answer, named_at);
	if (answer.is_preempted)
		login->login = OLD_UNKNOWN;
	if (answer.is_unknown)
		ARRAY_FOREACH (note, &answer.notes)
			diag_append(&login->notes, note);
	return login;
}

static void
note_text(const struct reporting *reporting, struct old_login *login)
{
	const struct methods *methods = reporting->methods;
	const struct text_user *user = table_get(&reporting->text.by_name, login->user);
	struct bytes line, name = { login->user, strlen(login->user) };
	if (!reporting->text_path || !methods->database_opens)
		return;
	bool known = pdb_find(&methods->pdb, name, &line) == PDB_FOUND;
	if (user && !known)
		old_login_note(login, user->where, "text-not-compiled",
			"only in the text, not in the database: pure-pw mkdb was not run since");
	else if (known && !user)
		old_login_note(login, at(reporting->text_path, 0), "text-without-user",
			"only in the database, not in the text any more: the database counted");
	else if (known &&
		(strlen(user->line) != line.size || memcmp(user->line, line.data, line.size) != 0))
		old_login_note(login, user->where, "text-differs",
			"the text differs from the database, which counted");
}

static struct old_login *
make_login(const struct reporting *reporting, const char *name, struct place named_at)
{
	const struct pure_options *options = reporting->methods->options;
	struct old_login *login;
	if (options->fault) {
		login = old_login_create(reporting->arena, name, options->fault_at);
		old_login_note(
			login, options->fault_at, "server-not-started", "the server did not start");
		return login;
	}
	if (becomes_anonymous(options, name))
		login = anonymous_login(reporting, name);
	else
		login = user_login(reporting, name, named_at);
	note_text(reporting, login);
	if (options->anonymous_undecided) {
		login->login = OLD_UNKNOWN;
		old_login_note(login, options->anonymous_at, "anonymous-undecided",
			"AnonymousOnly and NoAnonymous are both set, and the later one in the old "
			"disk's order of the directory counted");
	}
	return login;
}

/* ---- names ---- */

/* The daemon turns control characters into "_" and takes no more than PDB_NAME_MAX bytes. */
static bool
can_be_typed(const char *name)
{
	for (const char *at = name; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return false;
	return *name;
}

static void
report_name(void *ctx, const char *name, struct place where)
{
	struct reporting *reporting = ctx;
	if (reporting->stopped || !*name || table_get(&reporting->seen, name))
		return;
	char *own = arena_strdup(reporting->arena, name);
	table_set(&reporting->seen, own, own);
	if (!can_be_typed(own)) {
		diag_warning(reporting->sink->diags, where,
			"the name '%s' has control characters, so nobody could type it", own);
		diag_code(reporting->sink->diags, "name-untypable");
		return;
	}
	struct old_login *login;
	if (strlen(own) > PDB_NAME_MAX) {
		login = old_login_create(reporting->arena, own, where);
		old_login_note(login, where, "name-too-long",
			"longer than %d bytes, and so never found", PDB_NAME_MAX);
	} else {
		login = make_login(reporting, own, where);
	}
	reporting->stopped = !reporting->sink->old_login(reporting->sink->ctx, login);
}

/* Lists that PAM compares with hold comments and blanks too, which nobody typed. */
static void
report_listed_name(void *ctx, const char *name, struct place where)
{
	if (*name != '#' && !name[strcspn(name, " \t\r")])
		report_name(ctx, name, where);
}

static void
report_database(struct reporting *reporting)
{
	const struct methods *methods = reporting->methods;
	struct place where = at(methods->database, 0);
	if (!methods->database_opens)
		return;
	if (!methods->names_are_whole) {
		diag_warning(reporting->sink->diags, where,
			"the database is damaged: some of its names may be missing here");
		diag_code(reporting->sink->diags, "database-damaged");
	}
	if (methods->long_names) {
		diag_warning(reporting->sink->diags, where,
			"%zu names are longer than %d bytes, so nobody could type them",
			methods->long_names, PDB_NAME_MAX);
		diag_code(reporting->sink->diags, "name-too-long");
	}
	ARRAY_FOREACH (item, &methods->names) {
		const char *name =
			arena_strndup(reporting->arena, item->name.data, item->name.size);
		if (strlen(name) == item->name.size)
			report_name(reporting, name, methods_record(methods, name));
	}
}

/* The text has its database's name with another ending, as pure-pw's own defaults have it. */
static void
read_text(struct reporting *reporting)
{
	const struct methods *methods = reporting->methods;
	struct old_file file;
	size_t size = methods->database ? strlen(methods->database) : 0;
	if (size < 4 || strcmp(methods->database + size - 4, ".pdb") != 0)
		return;
	const char *path =
		arena_printf(reporting->arena, "%.*s.passwd", (int)(size - 4), methods->database);
	if (old_root_read(methods->root, path, OLD_FILE_LIMIT, &file) != OLD_OK)
		return;
	reporting->text_path = path;
	passwd_text_parse(file.content, path, reporting->arena, &reporting->text);
	ARRAY_FOREACH (user, &reporting->text.users) {
		if (user->is_repeated) {
			diag_warning(reporting->sink->diags, user->where,
				"'%s' stands here a second time: only the first line is found",
				user->name);
			diag_code(reporting->sink->diags, "text-repeated");
		}
	}
}

static void
report_names(struct reporting *reporting)
{
	const struct methods *methods = reporting->methods;
	read_text(reporting);
	report_database(reporting);
	ARRAY_FOREACH (user, &reporting->text.users)
		report_name(reporting, user->name, user->where);
	if (methods->uses_accounts)
		ARRAY_FOREACH (account, &methods->accounts->passwd)
			report_name(reporting, account->name, account->where);
	if (methods->pam)
		old_pam_names(methods->pam, report_listed_name, reporting);
	if (methods->options->anonymous == ANONYMOUS_TOO || methods->options->anonymous_undecided) {
		report_name(reporting, "ftp", methods->options->anonymous_at);
		report_name(reporting, "anonymous", methods->options->anonymous_at);
	}
}

/* ---- what is true for everybody ---- */

static void
warn_limits(const struct pure_options *options, struct diags *diags)
{
	static const char *const texts[LIMITS] = {
		[LIMIT_BANDWIDTH] = "the bandwidth of users was limited",
		[LIMIT_RATIO] = "users had to upload in order to download",
		[LIMIT_SESSIONS] = "the sessions of one user were limited",
		[LIMIT_SERVER_ADDRESS] = "users could log in on one of the server's addresses only",
		[LIMIT_TLS] = "sessions without TLS were refused",
		[LIMIT_DOT_FILES] = "files with a dot in front could not be written or not be read",
		[LIMIT_NO_RENAME] = "nobody could rename files",
		[LIMIT_NO_CHMOD] = "nobody could change modes",
		[LIMIT_DISK_SHARE] = "uploads were refused on a disk that was too full",
		[LIMIT_UPLOAD_SCRIPT] = "a program was told of each upload",
	};
	for (unsigned limit = 0; limit < LIMITS; limit++) {
		if (!options->has[limit])
			continue;
		diag_warning(diags, options->limits_at[limit], "%s: not carried", texts[limit]);
		diag_code(diags, "limit-not-carried");
	}
}

static void
warn_about_server(
	const struct methods *methods, const struct pure_start *start, struct diags *diags)
{
	const struct pure_options *options = methods->options;
	ARRAY_FOREACH (note, &start->notes)
		diag_append(diags, note);
	if (options->fault) {
		diag_warning(diags, options->fault_at,
			"Pure-FTPd did not start, so nobody could log in: %s", options->fault);
		diag_code(diags, "server-not-started");
		return;
	}
	if (methods->uses_database && !methods->database_opens) {
		diag_warning(diags, at(methods->database, 0),
			"cannot be opened as a user database, which ended every session that asked "
			"it");
		diag_code(diags, "database-unreadable");
	}
	warn_limits(options, diags);
}

bool
pure_logins_report(const struct methods *methods, const struct pure_start *start, struct sink *sink)
{
	struct reporting reporting = { .methods = methods,

		.arena = methods->arena,
		.sink = sink,
		.seen.arena = methods->arena,
		.text.by_name.arena = methods->arena };
	warn_about_server(methods, start, sink->diags);
	report_names(&reporting);
	return !reporting.stopped;
}
