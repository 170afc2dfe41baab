/* mod_sql's parts: variables, kinds of passwords, the copy of a database, dumps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <string.h>

#include "importers/proftpd/sql_dump.h"
#include "importers/proftpd/sql_query.h"
#include "importers/proftpd/sql_store.h"
#include "importers/proftpd/sql_types.h"

static void
assert_resolves(const char *query, bool named, const char *expected)
{
	AUTO_ARENA struct arena arena = { 0 };
	static const char *const words[] = { "o'hara" };
	const struct pro_variables variables = {
		.user = "o'hara",
		.server_name = "srv",
		.words = words,
		.word_count = 1,
		.named = named,
	};
	const char *variable = NULL;
	const char *resolved = pro_query_resolve(query, &variables, &arena, &variable);
	assert_string_equal(resolved ? resolved : variable, expected);
}

static void
test_variables_are_escaped(void **state)
{
	(void)state;
	assert_resolves("x = '%U' AND y = '%{0}'", true, "x = 'o''hara' AND y = 'o''hara'");
	assert_resolves("%u %g %v", true, "- - srv");
}

static void
test_percent_that_is_no_variable_stays(void **state)
{
	(void)state;
	assert_resolves("LIKE '%x' OR 100%", true, "LIKE '%x' OR 100%");
	assert_resolves("%% %", true, "%% %");
	assert_resolves("%{open", true, "%{open");
}

static void
test_what_depends_on_the_client_is_named(void **state)
{
	(void)state;
	assert_resolves("ip = '%a'", true, "%a");
	assert_resolves("x = '%{env:HOME}'", true, "%{env:HOME}");
	assert_resolves("x = '%{1}'", true, "%{1}");
	assert_resolves("x = '%{0}'", false, "%{0}");
}

/* "crypt:HASH plaintext:HASH ..." */
static const char *
ways_of(struct pro_credentials *credentials, struct arena *arena)
{
	const char *text = "";
	ARRAY_FOREACH (way, &credentials->ways)
		text = arena_printf(arena, "%s%s%s%s%s", text, *text ? " " : "",
			old_password_name(way->kind), way->secret ? ":" : "",
			way->secret ? way->secret : "");
	return text;
}

static void
assert_ways(struct pro_sql_types types, const char *order, const char *hash, size_t salt,
	const char *expected)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct pro_credentials credentials = { .notes = { .arena = &arena } };
	struct pro_line line = { .name = "SQLAuthTypes" };
	for (char *word = strtok(arena_strdup(&arena, order), " "); word; word = strtok(NULL, " "))
		string_list_push(&arena, &line.words, word);
	types.line = order ? &line : NULL;
	pro_sql_types_check(&types, hash, salt, NOWHERE, &arena, &credentials);
	assert_string_equal(ways_of(&credentials, &arena), expected);
}

#define MD5_OF_PW "8fe4c11451281c094a6578e6ddbf5eed"
#define MD5_BASE64 "j+TBFFEoHAlKZXjm3b9e7Q=="

static void
test_types_are_told_by_shape(void **state)
{
	(void)state;
	const struct pro_sql_types hex = { .digests = true, .encoding = PRO_ENCODING_HEX };
	const struct pro_sql_types upper = { .digests = true, .encoding = PRO_ENCODING_UPPER_HEX };
	const struct pro_sql_types base64 = { .digests = true, .encoding = PRO_ENCODING_BASE64 };
	const struct pro_sql_types none = { .digests = true, .encoding = PRO_ENCODING_NONE };
	const struct pro_sql_types off = { .encoding = PRO_ENCODING_HEX };

	assert_ways(hex, "MD5", MD5_OF_PW, 0, "crypt:" MD5_OF_PW);
	assert_ways(upper, "MD5", MD5_OF_PW, 0, "");
	assert_ways(base64, "MD5", MD5_BASE64, 0, "crypt:" MD5_BASE64);
	assert_ways(none, "MD5", MD5_OF_PW, 0, "");
	assert_ways(off, "MD5", MD5_OF_PW, 0, "");
	assert_ways(hex, "SHA1", "8fe4c11451281c094a65", 0,
		"crypt:8fe4c11451281c094a65");		   /* its beginning */
	assert_ways(hex, "SHA1", MD5_OF_PW, 0, "unknown"); /* more likely another one, whole */
	assert_ways(hex, "MD5", MD5_OF_PW "00", 0, "");
	assert_ways(hex, "OpenSSL", "{md5}" MD5_BASE64, 0, "crypt:{md5}" MD5_BASE64);
	assert_ways(hex, "OpenSSL", "{MD5}" MD5_BASE64, 0, "crypt:{MD5}" MD5_BASE64);
	assert_ways(hex, "OpenSSL", "{sha1}" MD5_BASE64, 0, "");
	assert_ways(hex, "OpenSSL", "{nosuch}" MD5_BASE64, 0, "");
	assert_ways(hex, "Crypt", "abJnggxhB/yWI", 0, "crypt:abJnggxhB/yWI");
	assert_ways(hex, "Crypt", "pw", 0, "");
	assert_ways(hex, "Backend", "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19", 0, "");
}

static void
test_plaintext_comes_last_and_empty_is_every_password(void **state)
{
	(void)state;
	const struct pro_sql_types hex = { .digests = true, .encoding = PRO_ENCODING_HEX };
	const struct pro_sql_types fixed = {
		.digests = true, .encoding = PRO_ENCODING_HEX, .empty = PRO_EMPTY_NOTHING
	};
	assert_ways(hex, "Plaintext MD5", MD5_OF_PW, 0, "crypt:" MD5_OF_PW " plaintext:" MD5_OF_PW);
	assert_ways(hex, "Plaintext Crypt", "pw", 0, "plaintext:pw");
	assert_ways(hex, "Plaintext Crypt", "", 0, "");
	assert_ways(hex, "Crypt MD5", "", 0, "any");
	assert_ways(fixed, "Crypt MD5", "", 0, "");
	assert_ways(fixed, "Empty", "", 0, "any");
	assert_ways(hex, "Empty", "x", 0, "");
}

static void
test_pbkdf2_scrypt_and_argon2_need_their_salt(void **state)
{
	(void)state;
	struct pro_sql_types types = { .digests = true,
		.encoding = PRO_ENCODING_HEX,
		.pbkdf2_length = 4,
		.scrypt_length = 4,
		.argon2_length = 4 };
	assert_ways(types, "PBKDF2", "0011aaff", 0, "");
	assert_ways(types, "PBKDF2", "0011aaff", 1, "crypt:0011aaff");
	assert_ways(types, "scrypt", "0011aaff", 31, "");
	assert_ways(types, "scrypt", "0011aaff", 32, "crypt:0011aaff");
	assert_ways(types, "argon2", "0011aaff", 16, "crypt:0011aaff");
	types.pbkdf2_length = 0;
	assert_ways(types, "PBKDF2", "0011aaff", 1, "");
	types.has_file_salt = true;
	types.file_salt_length = 16;
	assert_ways(types, "argon2", "0011aaff", 0, "crypt:0011aaff");
}

/* The rows as "a|b;c|d", or "!" and the kind of failure. */
static const char *
selected(struct pro_store *store, const char *sql, struct arena *arena)
{
	struct pro_rows rows = { 0 };
	const char *why = NULL;
	static const char *const kinds[] = { "", "!failed", "!forbidden", "!too long" };
	const enum pro_store_status status = pro_store_select(store, sql, arena, &rows, &why);
	if (status != PRO_STORE_OK)
		return kinds[status];
	const char *text = "";
	for (size_t i = 0; i < rows.rows * rows.columns; i++)
		text = arena_printf(arena, "%s%s%s", text,
			i == 0			   ? ""
				: i % rows.columns ? "|"
						   : ";",
			rows.values[i] ? rows.values[i] : "NULL");
	return text;
}

/* The bytes of a database that SQLite wrote. */
static struct bytes
database(struct arena *arena, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_int64 size = 0;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	unsigned char *image = sqlite3_serialize(db, "main", &size, 0);
	const struct bytes bytes = { arena_copy(arena, image, (size_t)size), (size_t)size };
	sqlite3_free(image);
	sqlite3_close(db);
	return bytes;
}

static void
test_store_only_selects(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	const char *why = NULL;
	const struct string_list words = { 0 };
	struct pro_store *store =
		pro_store_open(database(&arena,
				       "create table u(a text, b int);"
				       "insert into u values('x', 1), ('y', NULL);"),
			&arena, &why);
	assert_non_null(store);
	pro_store_seal(store, &words);
	assert_string_equal(selected(store, "SELECT a, b FROM u", &arena), "x|1;y|NULL");
	assert_string_equal(selected(store, "SELECT a FROM u WHERE a = 'z'", &arena), "");
	assert_string_equal(selected(store, "SELECT nosuch FROM u", &arena), "!failed");
	static const char *const forbidden[] = { "DELETE FROM u", "INSERT INTO u VALUES(1, 2)",
		"CREATE TABLE v(a)", "ATTACH '/tmp/x' AS x", "PRAGMA journal_mode=WAL", "BEGIN",
		"VACUUM INTO '/tmp/rehome-stolen'", "SELECT load_extension('x')" };
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
		const char *result = selected(store, forbidden[i], &arena);
		if (result[0] != '!')
			fail_msg("%s: %s", forbidden[i], result);
	}
	assert_string_equal(selected(store, "SELECT a, b FROM u", &arena), "x|1;y|NULL");
	pro_store_close(store);
}

static void
test_endless_query_ends(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	const char *why = NULL;
	const struct string_list words = { 0 };
	struct pro_store *store =
		pro_store_open(database(&arena, "create table u(a)"), &arena, &why);
	pro_store_seal(store, &words);
	assert_string_equal(selected(store,
				    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM "
				    "c) SELECT max(n) FROM c",
				    &arena),
		"!too long");
	assert_string_equal(selected(store, "SELECT 1", &arena), "1");
	pro_store_close(store);
}

static void
assert_too_long(const char *query)
{
	AUTO_ARENA struct arena arena = { 0 };
	const char *why = NULL;
	const struct string_list words = { 0 };
	struct pro_store *store =
		pro_store_open(database(&arena, "create table u(a)"), &arena, &why);
	pro_store_seal(store, &words);
	assert_string_equal(selected(store, query, &arena), "!too long");
	pro_store_close(store);
}

static void
test_answer_is_no_larger_than_memory(void **state)
{
	(void)state;
	assert_too_long("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 600) "
			"SELECT printf('%.500000c', 'x') FROM c");
	assert_too_long("WITH RECURSIVE c(n, t) AS (SELECT 1, '' UNION SELECT n + 1, "
			"printf('%.500000c', 'x') FROM c LIMIT 1200) SELECT count(*) FROM c");
}

/* Few steps, each of them long. */
static void
test_query_that_searches_long_texts_ends(void **state)
{
	(void)state;
	assert_too_long(
		"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 5000000) "
		"SELECT max(instr(printf('%.*c', 200000 + n, 'a'), printf('%.100000c', 'a') || "
		"'b')) FROM c");
}

static void
test_virtual_tables_of_a_file_are_not_run(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	const char *why = NULL;
	const struct string_list words = { 0 };
	struct pro_store *store =
		pro_store_open(database(&arena,
				       "create table u(a); insert into u values('x');"
				       "create virtual table r using rtree(id, low, high);"),
			&arena, &why);
	pro_store_seal(store, &words);
	assert_string_equal(selected(store, "SELECT id FROM r", &arena), "!failed");
	assert_string_equal(selected(store, "SELECT a FROM u", &arena), "x");
	pro_store_close(store);
}

static void
test_file_that_is_no_database_is_refused(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	const char *why = NULL;
	char junk[1024] = "SQLite format 2";
	assert_null(pro_store_open((struct bytes){ junk, sizeof(junk) }, &arena, &why));
	assert_string_equal(why, "is not a database of SQLite 3");
	memcpy(junk, "SQLite format 3", 16);
	struct pro_store *store =
		pro_store_open((struct bytes){ junk, sizeof(junk) }, &arena, &why);
	const struct string_list words = { 0 };
	if (store) {
		pro_store_seal(store, &words);
		assert_string_equal(selected(store, "SELECT a FROM u", &arena), "!failed");
	}
	pro_store_close(store);
}

static const char *
dumped(struct arena *arena, const char *text, bool mysql, const char *query,
	struct pro_dump *ret_dump)
{
	static int yes;
	struct table wanted = { .arena = arena };
	const struct string_list words = { 0 };
	table_set(&wanted, "users", &yes);
	struct pro_store *store = pro_store_create(mysql, !mysql, arena);
	pro_dump_load((struct bytes){ text, strlen(text) }, mysql, &wanted, store, arena, ret_dump);
	pro_store_seal(store, &words);
	const char *result = selected(store, query, arena);
	pro_store_close(store);
	return result;
}

static void
test_mysqldump_is_read(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct pro_dump dump;
	static const char text[] =
		"-- MySQL dump 10.13\n"
		"/*!40101 SET NAMES utf8 */;\n"
		"DROP TABLE IF EXISTS `users`;\n"
		"CREATE TABLE `users` (\n"
		"  `userid` varchar(32) NOT NULL DEFAULT '',\n"
		"  `passwd` varchar(80) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT NULL,\n"
		"  `uid` int(11) NOT NULL,\n"
		"  `note` text,\n"
		"  PRIMARY KEY (`userid`),\n"
		"  KEY `k` (`uid`,`note`(10))\n"
		") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n"
		"DELIMITER ;;\n"
		"CREATE TRIGGER t BEFORE INSERT ON users FOR EACH ROW BEGIN\n"
		"INSERT INTO users VALUES ('trigger','x',1,''); END ;;\n"
		"DELIMITER ;\n"
		"CREATE TABLE `other` (`a` int);\nINSERT INTO `other` VALUES (1),(2);\n"
		"INSERT INTO `users` VALUES "
		"('Anna','$1$a\\'b',2001,'x;y--z'),('ben',NULL,-5,'a\\nb'),"
		"('hex',_binary 'h',0x3132,X'4142');\n"
		"INSERT INTO db.users (uid, userid) VALUES "
		"(7,'part'),(now(),'bad'),(8,'short',1);\n";
	assert_string_equal(
		dumped(&arena, text, true, "SELECT userid, passwd, uid, note FROM users", &dump),
		"Anna|$1$a'b|2001|x;y--z;ben|NULL|-5|a\nb;hex|h|12|AB;part|NULL|7|NULL");
	assert_int_equal(dump.tables.count, 1);
	assert_int_equal(dump.rows, 4);
	assert_int_equal(dump.bad_rows, 2);
	assert_int_equal(dump.bad_line, 19);
	assert_string_equal(
		dumped(&arena, text, true, "SELECT uid FROM users WHERE userid='aNNa '", &dump),
		"2001");
	assert_string_equal(
		dumped(&arena, text, true, "SELECT uid FROM users WHERE passwd='H'", &dump), "");
	assert_string_equal(dumped(&arena, text, true,
				    "SELECT CONCAT('/srv/', userid) FROM users LIMIT 1", &dump),
		"/srv/Anna");
}

static void
test_pg_dump_is_read(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct pro_dump dump;
	static const char text[] =
		"--\n-- PostgreSQL database dump\n--\n"
		"CREATE FUNCTION f() RETURNS void AS $_$ INSERT INTO users VALUES ('no'); $_$;\n"
		"CREATE TABLE public.users (\n"
		"    userid character varying(32) NOT NULL,\n"
		"    passwd text,\n    active boolean DEFAULT true,\n"
		"    CONSTRAINT c CHECK ((length(userid) > 0))\n);\n"
		"ALTER TABLE public.users OWNER TO x;\n"
		"COPY public.users (userid, passwd, active) FROM stdin;\n"
		"anna\tp\\tw\\\\\tt\nben\t\\N\tf\nbad\n\\.\n"
		"INSERT INTO public.users (userid, active) VALUES ('carl', true), ('d''x', "
		"'f'::boolean);\n";
	assert_string_equal(
		dumped(&arena, text, false, "SELECT userid, passwd, active FROM users", &dump),
		"anna|p\tw\\|1;ben|NULL|0;carl|NULL|1;d'x|NULL|0");
	assert_int_equal(dump.bad_rows, 1);
	assert_string_equal(
		dumped(&arena, text, false, "SELECT 1 FROM users WHERE userid='Anna'", &dump), "");
	assert_string_equal(
		dumped(&arena, text, false, "SELECT 1 FROM users WHERE userid LIKE 'A%'", &dump),
		"");
}

static void
test_broken_dumps_end(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct pro_dump dump;
	static const char *const texts[] = { "", "CREATE", "CREATE TABLE", "CREATE TABLE users",
		"CREATE TABLE users (", "CREATE TABLE users (a", "CREATE TABLE users (a int",
		"CREATE TABLE users (a int) x", "CREATE TABLE users (a int); INSERT",
		"CREATE TABLE users (a int); INSERT INTO users VALUES",
		"CREATE TABLE users (a int); INSERT INTO users VALUES (",
		"CREATE TABLE users (a int); INSERT INTO users VALUES ('",
		"CREATE TABLE users (a int); INSERT INTO users VALUES ('\\",
		"CREATE TABLE users (a int); INSERT INTO users (", "COPY", "COPY users FROM stdin",
		"COPY users FROM stdin;", "DELIMITER", "DELIMITER ;;\n", "/*", "'", "`", "$$",
		"$a$" };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		dumped(&arena, texts[i], true, "SELECT 1", &dump);
		dumped(&arena, texts[i], false, "SELECT 1", &dump);
		assert_int_equal(dump.rows, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_variables_are_escaped),
		cmocka_unit_test(test_percent_that_is_no_variable_stays),
		cmocka_unit_test(test_what_depends_on_the_client_is_named),
		cmocka_unit_test(test_types_are_told_by_shape),
		cmocka_unit_test(test_plaintext_comes_last_and_empty_is_every_password),
		cmocka_unit_test(test_pbkdf2_scrypt_and_argon2_need_their_salt),
		cmocka_unit_test(test_store_only_selects),
		cmocka_unit_test(test_endless_query_ends),
		cmocka_unit_test(test_answer_is_no_larger_than_memory),
		cmocka_unit_test(test_query_that_searches_long_texts_ends),
		cmocka_unit_test(test_virtual_tables_of_a_file_are_not_run),
		cmocka_unit_test(test_file_that_is_no_database_is_refused),
		cmocka_unit_test(test_mysqldump_is_read),
		cmocka_unit_test(test_pg_dump_is_read),
		cmocka_unit_test(test_broken_dumps_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
