/*
 * init_host.c - what a first configuration has to fit: sshd, account files, filesystems, servers;
 * see init.h.
 */
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

#include "cli/init.h"
#include "core/base/text.h"
#include "core/plan/accountdb.h"
#include "core/plan/sshd.h"
#include "core/run/daemon.h"

#define DROPIN_DIR "/etc/ssh/sshd_config.d/"

/* More of a kind are counted. */
enum { NAMED = 5, FIRST_UID = 20000, LAST_UID = 59999, LEAST_ROOM = 5000, ROUND = 1000 };

struct host_look {
	struct init *init;
	struct accountdb db;
	struct diags ignored;	 /* what cannot be read is a finding, or nothing */
	const char *chroot_home; /* home as jails made by hand have it, or NULL */
	struct place chroot_place;
	const char *jailed_group; /* the group that they are made for */
	/* A group whose members have their homes as jails, by a block behind our Include. */
	const char *home_group;
	struct place home_group_place;
};

/* ---- small files ---- */

/* The words of a file line by line: visit gets those that have at least two. */
static void
each_line(struct host_look *look, const char *path,
	void (*visit)(
		struct host_look *look, const char *key, const char *value, struct place place))
{
	struct arena *arena = look->init->arena;
	struct bytes rest, line;
	unsigned number = 0;
	bool exists;
	if (!host_read_file(look->init->session->host, path, arena, &exists, &rest, &look->ignored))
		return;
	while (bytes_take_line(&rest, &line)) {
		char *text = text_trimmed(arena, arena_strndup(arena, line.data, line.size));
		size_t length = strcspn(text, " \t=:");
		number++;
		if (!*text || *text == '#' || !text[length])
			continue;
		visit(look, arena_strndup(arena, text, length),
			text_trimmed(arena, text + length + 1), at(path, number));
	}
}

static void
see_login_defs(struct host_look *look, const char *key, const char *value, struct place place)
{
	static const char *const keys[] = { "UID_MIN", "UID_MAX", "USERGROUPS_ENAB", NULL };
	for (size_t i = 0; keys[i]; i++) {
		if (strcmp(key, keys[i]) == 0)
			init_find(look->init, "login.defs", place, "%s is %s", key, value);
	}
}

static void
see_useradd(struct host_look *look, const char *key, const char *value, struct place place)
{
	struct init *init = look->init;
	if (strcmp(key, "HOME") != 0 || value[0] != '/' || strcmp(value, "/home") == 0 ||
		strpbrk(value, " \t:%#$\\\"'"))
		return;
	init_find(init, "useradd", place, "new homes are made in %s", value);
	init->home.value = arena_printf(
		init->arena, "%s%s${username}", value, value[strlen(value) - 1] == '/' ? "" : "/");
	init->home.why = arena_printf(
		init->arena, "Where useradd makes homes here (%s:%u).", place.file, place.line);
}

static void
see_nsswitch(struct host_look *look, const char *key, const char *value, struct place place)
{
	static const char *const ours[] = { "files", "compat", "systemd", NULL };
	if (strcmp(key, "passwd") != 0)
		return;
	char *rest = NULL, *copy = arena_strdup(look->init->arena, value);
	for (char *word = strtok_r(copy, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
		bool known = word[0] == '[';
		for (size_t i = 0; ours[i] && !known; i++)
			known = strcmp(word, ours[i]) == 0;
		if (!known)
			init_find(look->init, "name service", place,
				"accounts also come from %s: a source of these people gets "
				"account: "
				"nss, and uid_range must not overlap theirs",
				word);
	}
}

static void
see_selinux(struct host_look *look, const char *key, const char *value, struct place place)
{
	if (strcmp(key, "SELINUX") == 0 && strcmp(value, "disabled") != 0)
		init_find(look->init, "SELinux", place,
			"%s: homes outside of /home need a file context of their own", value);
}

/* ---- sshd ---- */

static const char *
joined(const struct string_list *words, struct arena *arena)
{
	const char *text = "";
	ARRAY_FOREACH (word, words)
		text = arena_printf(arena, "%s%s%s", text, *text ? " " : "", *word);
	return text;
}

/* "/srv/sftp/%u" -> "/srv/sftp/${username}"; NULL when it is no place of one user's own. */
static const char *
home_of_chroot(const char *chroot, struct arena *arena)
{
	const char *user = strstr(chroot, "/%u");
	if (chroot[0] != '/' || !user || user[strlen("/%u")] || strpbrk(chroot, " \t:#$\\\"'"))
		return NULL;
	if (strchr(chroot, '%') != user + 1)
		return NULL;
	return arena_printf(arena, "%.*s/${username}", (int)(user - chroot), chroot);
}

static const char *
group_of_match(const struct sshd_directive *directive)
{
	const struct string_list *criteria = directive->criteria;
	if (!criteria || criteria->count != 2 || strcasecmp(criteria->items[0], "group") != 0 ||
		strpbrk(criteria->items[1], "*?!,"))
		return NULL;
	return criteria->items[1];
}

static void
see_chroot(struct host_look *look, const struct sshd_directive *directive)
{
	struct arena *arena = look->init->arena;
	const char *value = directive->arguments.count ? directive->arguments.items[0] : "none";
	const char *home = home_of_chroot(value, arena);
	init_find(look->init, "sshd", directive->place, "ChrootDirectory %s%s%s", value,
		directive->match ? " for Match " : " for everybody",
		directive->match ? directive->match : "");
	if (strcmp(value, "none") == 0)
		return;
	if (strcmp(value, "%h") == 0 && look->init->has_include && !directive->depth &&
		!look->home_group) {
		look->home_group = group_of_match(directive);
		look->home_group_place = directive->place;
	}
	if (home && !look->chroot_home) {
		look->chroot_home = home;
		look->chroot_place = directive->place;
	}
	if (!look->jailed_group)
		look->jailed_group = group_of_match(directive);
}

static void
look_at_sshd(struct host_look *look)
{
	struct init *init = look->init;
	struct sshd_config config;
	struct diags problems = { .arena = init->arena };
	if (!sshd_config_read(
		    init->session->host, "/etc/ssh/sshd_config", init->arena, &config, &problems) ||
		!config.exists) {
		init_find(init, "sshd", at("/etc/ssh/sshd_config", 0), "%s",
			problems.count ? problems.items[0].message : "there is no configuration");
		return;
	}
	size_t matches = 0;
	ARRAY_FOREACH (directive, &config.directives) {
		const char *first = directive->arguments.count ? directive->arguments.items[0] : "";
		if (strcmp(directive->keyword, "include") == 0 && !directive->match &&
			text_glob(first, DROPIN_DIR "60-rehome.conf")) {
			init->has_include = true;
			init_find(init, "sshd", directive->place, "it includes %s", first);
		} else if (strcmp(directive->keyword, "chrootdirectory") == 0) {
			see_chroot(look, directive);
		} else if (strcmp(directive->keyword, "match") == 0 && matches++ < NAMED) {
			init_find(init, "sshd", directive->place, "a Match block for: %s",
				joined(&directive->arguments, init->arena));
		}
	}
	if (matches > NAMED)
		init_find(init, "sshd", NOWHERE, "more Match blocks: %zu", matches - NAMED);
	if (!init->has_include)
		init_find(init, "sshd", at("/etc/ssh/sshd_config", 0),
			"no Include of " DROPIN_DIR "*.conf in front of a Match");
}

/* ---- accounts ---- */

static bool
load_accounts(struct host_look *look)
{
	struct session *session = look->init->session;
	/* Neither hashes nor their file are needed. */
	struct bytes texts[ACCOUNTDB_FILES] = { [ACCOUNTDB_SHADOW] = { "", 0 } };
	bool exists;
	for (size_t i = 0; i < ACCOUNTDB_FILES; i++) {
		if (i != ACCOUNTDB_PASSWD && i != ACCOUNTDB_GROUP)
			continue;
		if (!host_read_file(session->host, accountdb_path(i), session->arena, &exists,
			    &texts[i], &look->ignored))
			return false;
		if (!texts[i].data)
			texts[i] = (struct bytes){ "", 0 };
	}
	return accountdb_parse(texts, session->arena, &look->db, &look->ignored);
}

static void
choose_uids(struct host_look *look)
{
	struct init *init = look->init;
	struct accountdb_line *line;
	size_t cursor = 0, people = 0, taken = 0;
	uint32_t highest = 0, uid;
	while ((line = accountdb_next(&look->db, ACCOUNTDB_PASSWD, &cursor))) {
		if (!accountdb_line_id(line, PASSWD_UID, &uid) || uid < 1000 || uid >= 65534)
			continue;
		people++;
		if (uid < FIRST_UID || uid > LAST_UID)
			continue;
		taken++;
		highest = uid > highest ? uid : highest;
	}
	init_find(init, "uids", at("/etc/passwd", 0), "accounts from 1000 on: %zu, in %d-%d: %zu",
		people, FIRST_UID, LAST_UID, taken);
	uint32_t first = taken ? (highest / ROUND + 1) * ROUND : FIRST_UID;
	init->uid_range.why = "Nobody has a uid in it.";
	if (first + LEAST_ROOM > LAST_UID) {
		first = FIRST_UID;
		init->uid_range.why = "Some uids of it are taken, and passed over.";
	}
	init->uid_range.value = arena_printf(init->arena, "%u-%d", first, LAST_UID);
}

static bool
has_members(const struct host_look *look, const struct accountdb_line *group)
{
	struct accountdb_line *line;
	size_t cursor = 0;
	uint32_t gid, primary;
	if (accountdb_members(group)->count)
		return true;
	if (!accountdb_line_id(group, GROUP_GID, &gid))
		return false;
	while ((line = accountdb_next(&look->db, ACCOUNTDB_PASSWD, &cursor))) {
		if (accountdb_line_id(line, PASSWD_GID, &primary) && primary == gid)
			return true;
	}
	return false;
}

/* A group whose members rehome would jail although it did not put them there is not taken. */
static void
choose_group(struct host_look *look)
{
	static const char *const names[] = { "sftponly", "sftpjail", "rehome-jail", NULL };
	struct init *init = look->init;
	init->group.why = "Its members are jailed, and nobody else.";
	if (look->home_group) {
		init->group.value = look->home_group;
		init->group.why = arena_printf(init->arena,
			"Its members are jailed in their homes already (%s:%u).",
			look->home_group_place.file, look->home_group_place.line);
		return;
	}
	for (size_t i = 0; names[i]; i++) {
		struct accountdb_line *line = accountdb_find(&look->db, ACCOUNTDB_GROUP, names[i]);
		bool jailed = look->jailed_group && strcmp(look->jailed_group, names[i]) == 0;
		init->group.value = names[i];
		if (!jailed && (!line || !has_members(look, line)))
			break;
		init_find(init, "group", at("/etc/group", line ? accountdb_line_number(line) : 0),
			jailed ? "%s has a Match block of its own"
			       : "%s has members, whom rehome's Match block would jail",
			names[i]);
	}
}

/* Accounts with a home of root's, as sshd's jails are. */
static void
find_jails(struct host_look *look)
{
	struct init *init = look->init;
	struct accountdb_line *line;
	size_t cursor = 0, count = 0;
	const char *named = "";
	uint32_t uid;
	while ((line = accountdb_next(&look->db, ACCOUNTDB_PASSWD, &cursor))) {
		const char *home = accountdb_field(line, PASSWD_HOME);
		struct host_entry entry;
		if (!accountdb_line_id(line, PASSWD_UID, &uid) || uid < 1000 || uid >= 65534 ||
			home[0] != '/' || !home[1] ||
			!host_inspect(init->session->host, home, &entry, &look->ignored) ||
			!entry.exists || !S_ISDIR(entry.st.st_mode) || entry.st.st_uid != 0)
			continue;
		if (count++ < NAMED)
			named = arena_printf(init->arena, "%s%s%s", named, *named ? ", " : "",
				accountdb_name(line));
	}
	if (count)
		init_find(init, "jails", at("/etc/passwd", 0),
			"accounts with a home that belongs to root, as jails do: %zu (%s%s)", count,
			named, count > NAMED ? ", ..." : "");
}

/* ---- filesystems, servers ---- */

static const char *
filesystem_name(unsigned long type)
{
	static const struct {
		unsigned long type;
		const char *name;
	} names[] = {
		{ 0xef53, "ext4" },
		{ 0x58465342, "xfs" },
		{ 0x9123683e, "btrfs" },
		{ 0x2fc12fc1, "zfs" },
		{ 0x01021994, "tmpfs" },
		{ 0x794c7630, "overlay" },
		{ 0x6969, "nfs" },
		{ 0xff534d42, "cifs" },
		{ 0xfe534d42, "smb" },
		{ 0x65735546, "fuse" },
	};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (names[i].type == type)
			return names[i].name;
	}
	return "an unknown filesystem";
}

static void
look_at_directory(struct host_look *look, const char *path)
{
	struct init *init = look->init;
	struct host_entry entry;
	struct statfs fs;
	AUTO_CLOSE int fd = -1;
	if (!host_inspect(init->session->host, path, &entry, &look->ignored) || !entry.exists)
		return;
	if (!S_ISDIR(entry.st.st_mode)) {
		init_find(
			init, "homes", at(path, 0), "it is no directory; jails cannot be below it");
		return;
	}
	if (!host_open_dir(init->session->host, path, &fd, &look->ignored) || fstatfs(fd, &fs) != 0)
		return;
	bool sound = entry.st.st_uid == 0 && !(entry.st.st_mode & 022);
	init_find(init, "homes", at(path, 0), "%s, %s free%s",
		filesystem_name((unsigned long)fs.f_type),
		text_size(init->arena,
			(unsigned long long)fs.f_bavail * (unsigned long long)fs.f_bsize),
		sound ? ""
		      : "; others than root may change it, so sshd refuses every chroot below it");
}

static void
look_at_servers(struct host_look *look)
{
	static const struct {
		const char *file, *importer;
	} servers[] = {
		{ "/etc/vsftpd.conf", "vsftpd" },
		{ "/etc/vsftpd/vsftpd.conf", "vsftpd" },
		{ "/etc/proftpd/proftpd.conf", "proftpd" },
		{ "/etc/proftpd.conf", "proftpd" },
		{ "/etc/pure-ftpd/conf", "pureftpd" },
		{ "/etc/pure-ftpd.conf", "pureftpd" },
	};
	struct init *init = look->init;
	struct id_table nobody = { .arena = init->arena };
	struct ftp_servers running = { 0 };
	struct host_entry entry;
	for (size_t i = 0; i < ARRAY_LEN(servers); i++) {
		if (host_inspect(init->session->host, servers[i].file, &entry, &look->ignored) &&
			entry.exists)
			init_find(init, "FTP", at(servers[i].file, 0),
				"a server is configured here: rehome init --from %s:/ looks at it",
				servers[i].importer);
	}
	if (host_inspect(init->session->host, "/run/nscd/socket", &entry, &look->ignored) &&
		entry.exists)
		init_find(init, "nscd", at("/run/nscd/socket", 0),
			"it runs; rehome flushes its caches");
	if (!host_is_live(init->session->host) ||
		!daemon_find_ftp_servers(&nobody, init->arena, &running, &look->ignored))
		return;
	ARRAY_FOREACH (server, &running)
		init_find(init, "FTP", NOWHERE, "%s runs, past every jail of sshd's", server->name);
}

bool
init_look_at_host(struct init *init)
{
	struct session *session = init->session;
	struct host_look look = { .init = init, .ignored = { .arena = init->arena } };
	session->host = host_create(session->globals.root ? session->globals.root : "/",
		HOST_READ_ONLY, &session->diags);
	if (!session->host)
		return session_fail(session, EXIT_FAILED);
	init->home = (struct init_choice){ "/home/${username}", "The home, which is the jail." };
	look_at_sshd(&look);
	each_line(&look, "/etc/login.defs", see_login_defs);
	each_line(&look, "/etc/default/useradd", see_useradd);
	each_line(&look, "/etc/nsswitch.conf", see_nsswitch);
	each_line(&look, "/etc/selinux/config", see_selinux);
	if (!load_accounts(&look)) {
		diag_error(
			&session->diags, at("/etc/passwd", 0), "the account files cannot be read");
		return session_fail(session, EXIT_FAILED);
	}
	if (look.chroot_home) {
		init->home.value = look.chroot_home;
		init->home.why = arena_printf(init->arena, "Where jails are made already (%s:%u).",
			look.chroot_place.file, look.chroot_place.line);
	}
	choose_uids(&look);
	choose_group(&look);
	find_jails(&look);
	look_at_directory(&look, "/home");
	look_at_directory(&look, "/srv");
	look_at_servers(&look);
	return true;
}
