/*
 * fuzz_pure_pdb.c - any bytes as Pure-FTPd's user database, as its text, and as one user's line.
 *
 * What must hold: every name and line lies within the input; a name that is listed is found, found
 * damaged, or hidden by a list that is not sorted; fields are texts.
 */
#include "importers/pureftpd/passwd_text.h"
#include "importers/pureftpd/pdb.h"
#include "importers/pureftpd/virtual_user.h"
#include "tests/fuzz/must.h"

static void
must_lie_within(struct bytes part, struct bytes whole)
{
	MUST(part.data >= whole.data && part.size <= whole.size &&
		part.data + part.size <= whole.data + whole.size);
}

static void
check_user(struct bytes line, struct arena *arena)
{
	struct virtual_user user;
	virtual_user_parse(line, arena, &user);
	MUST(user.hash && user.home && user.allow_client && user.hours);
	MUST(user.fault || (user.uid && user.gid && *user.home == '/'));
}

static void
check_database(struct bytes content, struct arena *arena)
{
	struct pdb pdb;
	struct pdb_names names;
	struct bytes line;
	size_t too_long;
	if (!pdb_open(content, &pdb))
		return;
	pdb_list(&pdb, arena, &names, &too_long);
	MUST(names.count <= content.size / 8);
	ARRAY_FOREACH (item, &names) {
		must_lie_within(item->name, content);
		if (pdb_find(&pdb, item->name, &line) != PDB_FOUND)
			continue;
		must_lie_within(line, content);
		check_user(line, arena);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct bytes content = { (const char *)data, size };
	struct passwd_text text;
	check_database(content, &arena);
	check_user(content, &arena);
	passwd_text_parse(content, "fuzz", &arena, &text);
	ARRAY_FOREACH (user, &text.users)
		MUST(table_get(&text.by_name, user->name));
	return 0;
}
