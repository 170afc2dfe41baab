/*
 * quota.c - mod_quotatab's limits: the user's own, else that of the first of his groups, else that
 * for everyone.
 */
#include "importers/proftpd/quota.h"

#include <string.h>
#include <strings.h>

enum {
	MAGIC = 0x07626,
	RECORD = 126,
	NAME_SIZE = 81,
	/* Where the fields of a record begin; they are not aligned. */
	AT_KIND = 81,
	AT_BYTES_IN = 90,
	AT_FILES_IN = 114,
	TABLE_LIMIT = 64 << 20,
};

struct pro_quotas {
	struct pro_quota_table table;
	struct place where;
};

static uint32_t
word_at(const char *record, size_t offset)
{
	uint32_t word;
	memcpy(&word, record + offset, sizeof(word));
	return word;
}

/* Bytes are a double there; what is none, negative or absurd is no limit. */
static uint64_t
bytes_at(const char *record, size_t offset)
{
	double bytes;
	memcpy(&bytes, record + offset, sizeof(bytes));
	return bytes >= 1 && bytes < 9e18 ? (uint64_t)bytes : 0;
}

static void
take_record(struct pro_quota_table *table, const char *record, struct arena *arena)
{
	struct old_quota *quota = ARENA_NEW(arena, struct old_quota);
	quota->bytes = bytes_at(record, AT_BYTES_IN);
	quota->files = word_at(record, AT_FILES_IN);
	const char *name = arena_strndup(arena, record, strnlen(record, NAME_SIZE));
	const uint32_t kind = word_at(record, AT_KIND);
	struct table *by_name = kind == PRO_QUOTA_USER ? &table->users
		: kind == PRO_QUOTA_GROUP	       ? &table->groups
						       : NULL;
	if (by_name && !table_get(by_name, name))
		table_set(by_name, name, quota);
	if (kind == PRO_QUOTA_ALL && !table->everyone)
		table->everyone = quota;
}

bool
pro_quota_parse(struct bytes file, struct arena *arena, struct pro_quota_table *ret_table)
{
	struct pro_quota_table table = { .users = { .arena = arena },
		.groups = { .arena = arena } };
	if (file.size < 4 || word_at(file.data, 0) != MAGIC)
		return false;
	for (size_t offset = 4; offset + RECORD <= file.size; offset += RECORD)
		take_record(&table, file.data + offset, arena);
	*ret_table = table;
	return true;
}

struct pro_quotas *
pro_quotas_open(const struct pro_auth_input *input, struct diags *diags)
{
	const struct pro_line *line = pro_find(input->server, "QuotaLimitTable");
	const char *source = line ? pro_word(line, 0) : NULL;
	struct old_file file;
	if (!pro_has_module(input->config, "mod_quotatab.c") || !source ||
		!pro_switch(input->server, "QuotaEngine", false))
		return NULL;

	struct pro_quotas *quotas = ARENA_NEW(input->arena, struct pro_quotas);
	quotas->where = line->where;
	if (strncasecmp(source, "file:", 5) == 0 &&
		old_root_read(input->root, source + 5, TABLE_LIMIT, &file) == OLD_OK &&
		pro_quota_parse(file.content, input->arena, &quotas->table))
		return quotas;
	diag_warning(diags, line->where, "the limits of mod_quotatab are not known: '%.*s' %s",
		(int)strcspn(source, "?"), source,
		strncasecmp(source, "file:", 5) == 0 ? "cannot be read" : "is not read here");
	diag_code(diags, "quota-unknown");
	return NULL;
}

void
pro_quotas_add(const struct pro_quotas *quotas, const char *name,
	const struct pro_identity *identity, struct arena *arena,
	struct pro_credentials *credentials)
{
	const struct old_quota *quota = table_get(&quotas->table.users, name);
	if (!quota && identity->group)
		quota = table_get(&quotas->table.groups, identity->group);
	for (size_t i = 0; !quota && i < identity->group_names.count; i++)
		quota = table_get(&quotas->table.groups, identity->group_names.items[i]);
	if (!quota)
		quota = quotas->table.everyone;
	if (!quota || (quota->files == 0 && quota->bytes == 0))
		return;
	credentials->quota = *quota;
	pro_note(&credentials->notes, quotas->where, "quota-not-carried",
		"uploads were limited to %s and %s; rehome sets no quota",
		quota->bytes ? text_size(arena, quota->bytes) : "any size",
		quota->files ? arena_printf(arena, "%llu files", (unsigned long long)quota->files)
			     : "any number of files");
}
