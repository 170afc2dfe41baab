/*
 * accountdb_load.c - the account files of a host.
 */
#include "core/plan/accountdb.h"

static bool
read_one(struct host *host, enum accountdb_file file, struct arena *arena, struct bytes *ret_text,
	struct host_owner *ret_owner, struct diags *diags)
{
	const char *path = accountdb_path(file);
	struct host_entry entry;
	if (!host_inspect(host, path, &entry, diags))
		return false;
	if (!entry.exists)
		return true;

	struct bytes text;
	bool exists;
	if (!host_read_file(host, path, arena, &exists, &text, diags))
		return false;
	/* An empty file exists too, and data says so. */
	if (exists && !text.data)
		text.data = "";
	*ret_text = text;
	*ret_owner =
		(struct host_owner){ entry.st.st_uid, entry.st.st_gid, entry.st.st_mode & 07777 };
	return true;
}

bool
accountdb_load(
	struct host *host, struct arena *arena, struct accountdb *ret_db, struct diags *diags)
{
	struct bytes texts[ACCOUNTDB_FILES] = { 0 };
	struct host_owner owners[ACCOUNTDB_FILES] = { 0 };
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++) {
		if (!read_one(host, file, arena, &texts[file], &owners[file], diags))
			return false;
	}
	if (!accountdb_parse(texts, arena, ret_db, diags))
		return false;
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++)
		ret_db->tables[file].owner = owners[file];
	return true;
}
