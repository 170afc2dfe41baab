/*
 * fuzz_sql_dump.c - any text as a dump of MySQL and of PostgreSQL, and any text as a query of the
 * old configuration: what comes out is a table that can be asked, and nothing but SELECT is run.
 */
#include "importers/proftpd/sql_dump.h"
#include "importers/proftpd/sql_query.h"
#include "tests/fuzz/must.h"

static void
check_dump(struct bytes input, bool mysql, const char *query)
{
	static int yes;
	AUTO_ARENA struct arena arena = { 0 };
	struct table wanted = { .arena = &arena };
	struct string_list words = { 0 };
	struct pro_dump dump;
	struct pro_rows rows = { 0 };
	const char *why = NULL;
	table_set(&wanted, "users", &yes);
	table_set(&wanted, "t", &yes);
	string_list_push(&arena, &words, "userid");
	struct pro_store *store = pro_store_create(mysql, !mysql, &arena);
	MUST(store != NULL);
	pro_dump_load(input, mysql, &wanted, store, &arena, &dump);
	pro_store_seal(store, &words);
	MUST(dump.rows == 0 || dump.tables.count > 0);
	for (size_t i = 0; i < dump.tables.count; i++) {
		const char *count =
			arena_printf(&arena, "SELECT count(*) FROM \"%s\"", dump.tables.items[i]);
		MUST(pro_store_select(store, count, &arena, &rows, &why) == PRO_STORE_OK);
	}
	pro_store_select(store, query, &arena, &rows, &why);
	pro_store_close(store);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct bytes input = { size ? (const char *)data : NULL, size };
	static const char *const words[] = { "o'hara" };
	const struct pro_variables variables = {
		.user = "a'b", .server_name = "s", .words = words, .word_count = 1, .named = true
	};
	const char *variable = NULL, *query = next_part(&input, &arena);
	const char *resolved = pro_query_resolve(query, &variables, &arena, &variable);
	MUST((resolved == NULL) == (variable != NULL));
	check_dump(input, true, resolved ? resolved : "SELECT 1");
	check_dump(input, false, resolved ? resolved : "SELECT 1");
	return 0;
}
