/* The databases of a ProFTPD's configuration, asked for one login after another. */
#include <sqlite3.h>
#include <time.h>

#include "importers/proftpd/auth.h"
#include "importers/proftpd/keys.h"
#include "importers/proftpd/parse.h"
#include "importers/proftpd/quota.h"
#include "tests/unit/old_root_fixture.h"

#define SIX                                                                                        \
	"$6$oraclesalt$abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"                       \
	"abcdefghijklmnopqrstuvwxyz12345678"

struct server {
	struct fixture *f;
	struct old_unix *accounts;
	struct pro_auth_input input;
	struct pro_auth *auth;
};

static void
start(struct server *server, struct fixture *f, const char *config, const char *sql_dump)
{
	const struct pro_start how = { .config = "/etc/proftpd/proftpd.conf" };
	make_file(f, "/etc/proftpd/proftpd.conf", config);
	make_file(f, "/etc/passwd", "sys:x:3000:3000::/home/sys:/bin/sh\n");
	make_file(f, "/etc/shadow", "sys:" SIX ":19000::::::\n");
	make_file(f, "/etc/group", "sys:x:3000:\nextra:x:3001:sys\n");
	open_root(f, f->path);
	assert_true(old_unix_read(f->root, &server->accounts, &f->diags));
	const struct pro_config *read = pro_config_read(f->root, server->accounts, &how, false);
	if (!read->starts)
		fail_msg("%s:%u: %s", read->refused_at.file, read->refused_at.line, read->refusal);
	server->f = f;
	server->input = (struct pro_auth_input){ .root = f->root,
		.accounts = server->accounts,
		.config = read,
		.server = read->servers.items[0],
		.sql_dump = sql_dump,
		.today = 20000,
		.arena = &f->arena };
	server->auth = pro_auth_open(&server->input, &f->diags);
}

/* "allow 2001:2000 /srv/anna groups 2000,2100 (staff) | allow crypt:HASH any keys 2" */
static const char *
asked(struct server *server, const char *name)
{
	struct arena *arena = &server->f->arena;
	struct pro_identity identity;
	struct pro_credentials credentials;
	pro_auth_identify(server->auth, name, arena, &identity);
	const char *text = old_verdict_name(identity.exists);
	if (identity.name) {
		text = arena_printf(arena, "%s %u:%u %s groups", text, identity.uid, identity.gid,
			identity.home ? identity.home : "-");
		ARRAY_FOREACH (gid, &identity.gids)
			text = arena_printf(arena, "%s %u", text, *gid);
		for (size_t i = 0; i < identity.group_names.count; i++)
			text = arena_printf(arena, "%s %s", text, identity.group_names.items[i]);
	}
	pro_auth_ask(server->auth, name, &identity, NULL, NOWHERE, arena, &credentials);
	text = arena_printf(arena, "%s | %s", text, old_verdict_name(credentials.login));
	ARRAY_FOREACH (way, &credentials.ways)
		text = arena_printf(arena, "%s %s", text, old_password_name(way->kind));
	if (credentials.ssh_keys.count > 0)
		text = arena_printf(arena, "%s keys %zu", text, credentials.ssh_keys.count);
	return text;
}

static void
make_database(struct fixture *f, const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	make_parents(f, path);
	assert_int_equal(sqlite3_open(real(f, path), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

#define SQL_MODULES                                                                                \
	"LoadModule mod_sql.c\nLoadModule mod_sql_sqlite.c\nLoadModule mod_sql_mysql.c\n"

static void
test_file_comes_before_unix_and_keeps_its_own_password(void **state)
{
	struct fixture *f = *state;
	struct server server;
	make_file(f, "/etc/proftpd/ftpd.passwd",
		"anna:" SIX ":2001:2000::/srv/anna:/bin/sh\nsys:abJnggxhB/yWI:2002:2000::/srv/sys:"
		"/bin/sh\nopen::2003:2000::/srv/open:/bin/sh\n");
	make_file(f, "/etc/proftpd/ftpd.group", "ftp:x:2000:\nstaff:x:2100:anna,sys\n");
	assert_int_equal(chmod(real(f, "/etc/proftpd/ftpd.passwd"), 0600), 0);
	start(&server, f,
		"AuthPAM off\nAuthUserFile /etc/proftpd/ftpd.passwd\n"
		"AuthGroupFile /etc/proftpd/ftpd.group\n",
		NULL);
	assert_string_equal(asked(&server, "anna"),
		"allow 2001:2000 /srv/anna groups 2000 2100 ftp staff | allow crypt");
	assert_string_equal(asked(&server, "sys"),
		"allow 2002:2000 /srv/sys groups 2000 2100 ftp staff | allow crypt");
	assert_string_equal(
		asked(&server, "open"), "allow 2003:2000 /srv/open groups 2000 ftp | allow any");
	assert_string_equal(asked(&server, "nobody"), "deny | deny");
	pro_auth_close(&server.auth);
}

static void
test_fixed_version_takes_no_empty_hash(void **state)
{
	struct fixture *f = *state;
	struct server server;
	make_file(f, "/var/lib/dpkg/status",
		"Package: other\nVersion: 1\n\nPackage: proftpd-core\nStatus: install ok "
		"installed\nVersion: 1.3.9d+dfsg-1\n\n");
	make_file(f, "/etc/proftpd/ftpd.passwd", "open::2003:2000::/srv/open:/bin/sh\n");
	assert_int_equal(chmod(real(f, "/etc/proftpd/ftpd.passwd"), 0600), 0);
	start(&server, f, "AuthPAM off\nAuthUserFile /etc/proftpd/ftpd.passwd\n", NULL);
	assert_string_equal(asked(&server, "open"), "allow 2003:2000 /srv/open groups 2000 | deny");
	pro_auth_close(&server.auth);
}

static void
test_database_on_a_server_makes_everyone_unknown(void **state)
{
	struct fixture *f = *state;
	struct server server;
	start(&server, f,
		"LoadModule mod_sql.c\nLoadModule mod_sql_mysql.c\nAuthPAM off\n"
		"SQLConnectInfo proftpd@db.example user secretpassword\nSQLAuthTypes Crypt\n",
		NULL);
	assert_string_equal(asked(&server, "sys"),
		"unknown 3000:3000 /home/sys groups 3000 3001 sys extra | unknown crypt");
	assert_string_equal(asked(&server, "anyone"), "unknown | unknown");
	for (size_t i = 0; i < f->diags.count; i++)
		assert_null(strstr(f->diags.items[i].message, "secretpassword"));
	pro_auth_close(&server.auth);
}

static void
test_dump_answers_for_the_server(void **state)
{
	struct fixture *f = *state;
	struct server server;
	make_file(f, "/dump.sql",
		"CREATE TABLE `ftpuser` (\n `userid` varchar(32) NOT NULL,\n `passwd` "
		"varchar(99),\n"
		" `uid` int, `gid` int, `homedir` varchar(255), `shell` varchar(16), `ok` enum('0',"
		"'1')\n) ENGINE=InnoDB;\n"
		"INSERT INTO `ftpuser` VALUES ('Anna','" SIX
		"',2001,2000,'/srv/anna','/bin/sh','1'),"
		"('ben','pw',2002,2000,'/srv/ben','/bin/sh','0');\n"
		"CREATE TABLE `ftpgroup` (`groupname` varchar(16), `gid` int, `members` text);\n"
		"INSERT INTO `ftpgroup` VALUES ('ftp',2000,'anna'),('staff',2100,'x,anna');\n");
	start(&server, f,
		"LoadModule mod_sql.c\nLoadModule mod_sql_mysql.c\nAuthOrder mod_sql.c\n"
		"SQLConnectInfo ftp@localhost u p\nSQLAuthTypes Crypt Plaintext\n"
		"SQLUserInfo ftpuser userid passwd uid gid homedir shell\n"
		"SQLGroupInfo ftpgroup groupname gid members\nSQLUserWhereClause \"ok = '1'\"\n",
		real(f, "/dump.sql"));
	assert_string_equal(asked(&server, "Anna"),
		"allow 2001:2000 /srv/anna groups 2000 2100 ftp ftp staff | allow crypt plaintext");
	/* MySQL's usual collations do not mind case. */
	assert_string_equal(asked(&server, "anna"),
		"allow 2001:2000 /srv/anna groups 2000 2100 ftp ftp staff | allow crypt plaintext");
	assert_string_equal(asked(&server, "ben"), "deny | deny");
	pro_auth_close(&server.auth);
}

static void
count_name(void *ctx, const char *name, struct place where)
{
	(void)name;
	(void)where;
	++*(size_t *)ctx;
}

/* Ten thousand questions are some seconds, where searching the table each time takes minutes. */
static void
test_ten_thousand_users_are_asked_in_seconds(void **state)
{
	struct fixture *f = *state;
	struct server server;
	make_database(f, "/etc/users.db",
		"create table users(userid text, passwd text, uid int, gid int, homedir text, "
		"shell text, active int);"
		"create table groups(groupname text, gid int, members text);"
		"with recursive c(n) as (select 1 union all select n + 1 from c where n < 10000) "
		"insert into users select 'user' || n, '" SIX
		"', 10000 + n, 2000, '/srv/user' || n, "
		"'/bin/sh', 1 from c;"
		"insert into groups values('ftp', 2000, 'user1,user2'), ('staff', 2100, 'user7');");
	start(&server, f,
		SQL_MODULES "SQLBackend sqlite3\nSQLConnectInfo /etc/users.db\n"
			    "AuthOrder mod_sql.c\nSQLAuthTypes Crypt\n"
			    "SQLUserWhereClause active=1\n",
		NULL);
	size_t names = 0;
	pro_auth_names(server.auth, count_name, &names);
	assert_int_equal(names, 10001); /* and passwd's */

	const clock_t begin = clock();
	for (unsigned i = 1; i <= 10000; i++) {
		AUTO_ARENA struct arena scratch = { 0 };
		struct pro_identity identity;
		struct pro_credentials credentials;
		const char *name = arena_printf(&scratch, "user%u", i);
		pro_auth_identify(server.auth, name, &scratch, &identity);
		assert_int_equal(identity.uid, 10000 + i);
		pro_auth_ask(server.auth, name, &identity, NULL, NOWHERE, &scratch, &credentials);
		assert_int_equal(credentials.login, OLD_ALLOW);
	}
	const double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
	if (seconds > 20)
		fail_msg("%.1f seconds", seconds);
	assert_string_equal(asked(&server, "user7"),
		"allow 10007:2000 /srv/user7 groups 2000 2100 ftp staff | allow crypt");
	pro_auth_close(&server.auth);
}

static void
test_unfinished_journal_makes_users_unknown(void **state)
{
	struct fixture *f = *state;
	struct server server;
	make_database(f, "/etc/users.db",
		"create table users(userid text, passwd text, uid int, gid int, homedir text, "
		"shell text);");
	make_file(f, "/etc/users.db-wal", "frames");
	start(&server, f,
		"LoadModule mod_sql.c\nLoadModule mod_sql_sqlite.c\nSQLConnectInfo /etc/users.db\n"
		"AuthOrder mod_sql.c\nSQLAuthTypes Crypt\n",
		NULL);
	assert_string_equal(asked(&server, "anna"), "unknown | unknown");
	pro_auth_close(&server.auth);
}

static void
test_group_without_a_number_ends_every_session(void **state)
{
	struct fixture *f = *state;
	struct server server;
	make_database(f, "/etc/users.db",
		"create table users(userid text, passwd text, uid int, gid int, homedir text, "
		"shell text);insert into users values('anna', 'pw', 2001, 2000, '/srv/anna', '');"
		"create table groups(groupname text, gid int, members text);"
		"insert into users values('ben', 'pw', 2002, 2000, '/srv/ben', '');"
		"insert into groups values('ftp', 2000, 'anna'), ('broken', NULL, 'ben');");
	start(&server, f,
		"LoadModule mod_sql.c\nLoadModule mod_sql_sqlite.c\nSQLConnectInfo /etc/users.db\n"
		"AuthOrder mod_sql.c\nSQLAuthTypes Plaintext\n",
		NULL);
	assert_string_equal(asked(&server, "anna"),
		"deny 2001:2000 /srv/anna groups 2000 ftp ftp | allow plaintext");
	/* Its own members come through: it is in the server's cache before. */
	assert_string_equal(asked(&server, "ben"),
		"allow 2002:2000 /srv/ben groups ftp broken | allow plaintext");
	pro_auth_close(&server.auth);
}

static void
test_ldap_users_are_unknown_and_its_password_is_not_shown(void **state)
{
	struct fixture *f = *state;
	struct server server;
	start(&server, f,
		"LoadModule mod_ldap.c\nAuthOrder mod_ldap.c mod_auth_unix.c\n"
		"LDAPServer ldap://dc.example\nLDAPBindDN cn=ftp,dc=example topsecret\n"
		"LDAPUsers ou=people,dc=example (uid=%u)\n",
		NULL);
	assert_string_equal(asked(&server, "anyone"), "unknown | unknown");
	assert_int_equal(f->diags.warnings, 1);
	assert_string_equal(f->diags.items[0].message,
		"mod_ldap's users are not read here: LDAPServer ldap://dc.example; LDAPBindDN "
		"cn=ftp,dc=example ***; LDAPUsers ou=people,dc=example (uid=%u)");
	assert_string_equal(f->diags.items[0].hint,
		"Read them with the ldap importer, as a source like sources: { directory: { "
		"importer: ldap, uri: 'ldap://dc.example', base: 'ou=people,dc=example', filter: "
		"'(uid=*)', bind_dn: 'cn=ftp,dc=example', password_file: "
		"'/etc/rehome/directory.pass' } }.");
	pro_auth_close(&server.auth);
}

/* As `ssh-keygen -e` writes it. */
#define KEY                                                                                        \
	"---- BEGIN SSH2 PUBLIC KEY ----\n"                                                        \
	"Comment: \"256-bit ED25519, converted by \\\nanna@example from OpenSSH\"\n"               \
	"AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhsc\nHR4f\n"                 \
	"---- END SSH2 PUBLIC KEY ----\n"
#define KEY_LINE "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"

/* The keys of a text, one a line. */
static void
assert_keys(const char *text, const char *subject, const char *expected)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct string_list keys;
	const char *found = "";
	pro_keys_parse((struct bytes){ text, strlen(text) }, subject, &arena, &keys);
	for (size_t i = 0; i < keys.count; i++)
		found = arena_printf(&arena, "%s%s%s", found, i ? "\n" : "", keys.items[i]);
	assert_string_equal(found, expected);
}

static void
test_blocks_of_rfc_4716_are_keys(void **state)
{
	(void)state;
	assert_keys(KEY, NULL, KEY_LINE);
	assert_keys("# text\n" KEY "more text\n" KEY, NULL, KEY_LINE "\n" KEY_LINE);
	assert_keys(KEY_LINE " anna@example\n", NULL, "");
	assert_keys("---- BEGIN SSH2 PUBLIC KEY ----\r\nAAAA\r\n---- END SSH2 PUBLIC KEY ----\r\n",
		NULL, "");
	assert_keys("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA!\n---- END SSH2 PUBLIC KEY ----\n" KEY,
		NULL, KEY_LINE);
	assert_keys("---- BEGIN SSH2 PUBLIC KEY ----\nAAAAC3NzaC1lZDI1NTE5\n", NULL, "");
	assert_keys(
		"---- BEGIN SSH2 PUBLIC KEY ----\nAAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwND "
		"\ng8QERITFBUWFxgZGhscHR4f \n\n---- END SSH2 PUBLIC KEY ----",
		NULL, KEY_LINE);
	assert_keys("---- BEGIN SSH2 PUBLIC KEY ---- \n", NULL, "");
	/* A long header comes in pieces, and the second one is no header. */
	assert_keys("---- BEGIN SSH2 PUBLIC KEY ----\nComment: "
		    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwx"
		    "yz\nAAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n"
		    "---- END SSH2 PUBLIC KEY ----\n",
		NULL, "");
}

static void
test_subject_has_to_be_the_user_where_it_counts(void **state)
{
	(void)state;
	static const char of_ben[] =
		"---- BEGIN SSH2 PUBLIC KEY ----\nSubject: ben\nAAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQY"
		"HCAkKCwwNDg8QERITFBUWFxgZ\nGhscHR4f\n---- END SSH2 PUBLIC KEY ----\n";
	assert_keys(of_ben, NULL, KEY_LINE);
	assert_keys(of_ben, "ben", KEY_LINE);
	assert_keys(of_ben, "anna", "");
	assert_keys(KEY, "anna", KEY_LINE);
}

static void
test_sftp_server_has_keys_and_only_its_methods(void **state)
{
	struct fixture *f = *state;
	struct server server;
	make_file(f, "/home/sys/.sftp/authorized_keys", KEY KEY);
	make_file(f, "/etc/proftpd/keys/sys", KEY);
	start(&server, f,
		"LoadModule mod_sftp.c\nSFTPEngine on\nSFTPHostKey /etc/key\nAuthPAM off\n"
		"SFTPAuthorizedUserKeys file:/nosuch file:~/.sftp/authorized_keys "
		"file:/etc/proftpd/keys/%u\nSFTPAuthMethods publickey\n",
		NULL);
	assert_string_equal(asked(&server, "sys"),
		"allow 3000:3000 /home/sys groups 3000 3001 sys extra | allow keys 1");
	pro_auth_close(&server.auth);
}

static struct bytes
quota_table(struct arena *arena)
{
	AUTO_BUFFER struct buffer table = { 0 };
	static const struct {
		const char *name;
		uint32_t kind;
		double bytes;
		uint32_t files;
	} rows[] = { { "anna", 20, 1e9, 100 }, { "anna", 20, 5, 5 }, { "staff", 30, -1, 7 },
		{ "", 10, 3e9, 0 } };
	buffer_add(&table, "\x26\x76\0\0", 4);
	for (size_t i = 0; i < 4; i++) {
		char record[126] = { 0 };
		strcpy(record, rows[i].name);
		memcpy(record + 81, &rows[i].kind, 4);
		memcpy(record + 90, &rows[i].bytes, 8);
		memcpy(record + 114, &rows[i].files, 4);
		buffer_add(&table, record, sizeof(record));
	}
	buffer_add(&table, "cut", 3);
	return (struct bytes){ arena_copy(arena, table.data, table.size), table.size };
}

static void
test_quota_table_is_read_by_record(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct pro_quota_table table;
	assert_true(pro_quota_parse(quota_table(&arena), &arena, &table));
	const struct old_quota *anna = table_get(&table.users, "anna"),
			       *staff = table_get(&table.groups, "staff");
	assert_int_equal(anna->bytes, 1000000000);
	assert_int_equal(anna->files, 100);
	assert_int_equal(staff->bytes, 0);
	assert_int_equal(staff->files, 7);
	assert_int_equal(table.everyone->bytes, 3000000000);
	assert_null(table_get(&table.users, "staff"));
	assert_false(pro_quota_parse((struct bytes){ "\x44\x76\0\0", 4 }, &arena, &table));
	assert_false(pro_quota_parse((struct bytes){ "\x26", 1 }, &arena, &table));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		root_test(test_file_comes_before_unix_and_keeps_its_own_password),
		root_test(test_fixed_version_takes_no_empty_hash),
		root_test(test_database_on_a_server_makes_everyone_unknown),
		root_test(test_dump_answers_for_the_server),
		root_test(test_ten_thousand_users_are_asked_in_seconds),
		root_test(test_unfinished_journal_makes_users_unknown),
		root_test(test_group_without_a_number_ends_every_session),
		root_test(test_ldap_users_are_unknown_and_its_password_is_not_shown),
		cmocka_unit_test(test_blocks_of_rfc_4716_are_keys),
		cmocka_unit_test(test_subject_has_to_be_the_user_where_it_counts),
		root_test(test_sftp_server_has_keys_and_only_its_methods),
		cmocka_unit_test(test_quota_table_is_read_by_record),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
