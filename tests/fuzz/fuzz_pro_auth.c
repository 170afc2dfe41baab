/*
 * fuzz_pro_auth.c - any bytes as AuthUserFile, AuthGroupFile, keys of RFC 4716 and a quota table.
 */
#include "importers/old/crypt_shape.h"
#include "importers/proftpd/auth_lines.h"
#include "importers/proftpd/keys.h"
#include "importers/proftpd/quota.h"
#include "tests/fuzz/must.h"

static void
check_users(struct bytes input, const struct pro_file_filter *filter, struct arena *arena)
{
	struct pro_user_file file;
	pro_user_file_parse(input, "f", filter, arena, &file);
	ARRAY_FOREACH (user, &file.users) {
		MUST(table_get(&file.by_name, (*user)->name) == *user);
		MUST((*user)->account || (*user)->why);
		if (!(*user)->account)
			continue;
		MUST(strcmp((*user)->account->name, (*user)->name) == 0);
		MUST(!strchr((*user)->account->home, ':') && !strchr((*user)->account->shell, ':'));
		MUST(!filter->has_ids ||
			((*user)->account->uid >= filter->min &&
				(*user)->account->uid <= filter->max));
		crypt_can_return((*user)->account->hash);
	}
}

static void
check_groups(struct bytes input, struct arena *arena)
{
	const struct pro_file_filter everyone = { 0 };
	struct pro_group_file file;
	pro_group_file_parse(input, "f", &everyone, arena, &file);
	ARRAY_FOREACH (group, &file.groups) {
		MUST(table_get(&file.by_name, (*group)->name) != NULL);
		MUST(id_table_get(&file.by_gid, (*group)->gid) != NULL);
	}
}

static void
check_keys(struct bytes input, struct arena *arena)
{
	struct string_list keys, of_one;
	pro_keys_parse(input, NULL, arena, &keys);
	pro_keys_parse(input, "anna", arena, &of_one);
	MUST(of_one.count <= keys.count);
	for (size_t i = 0; i < keys.count; i++)
		MUST(is_one_line(keys.items[i]) && strchr(keys.items[i], ' '));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	const struct bytes input = { size ? (const char *)data : NULL, size };
	const struct pro_file_filter everyone = { 0 },
				     some = { .has_ids = true, .min = 1000, .max = 3000 };
	struct pro_quota_table quotas;
	check_users(input, &everyone, &arena);
	check_users(input, &some, &arena);
	check_groups(input, &arena);
	check_keys(input, &arena);
	pro_quota_parse(input, &arena, &quotas);
	return 0;
}
