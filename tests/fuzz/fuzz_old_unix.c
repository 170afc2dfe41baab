/*
 * fuzz_old_unix.c - any bytes as passwd, group, shadow, shells and nsswitch.conf of an old machine.
 */
#include "tests/fuzz/must.h"

#include "importers/old/unix.h"

/* In memory of its own size, so that a look behind its end is found. */
static struct bytes
next_file(struct bytes *input, struct arena *arena)
{
	const char *end = input->size ? memchr(input->data, PART_SEPARATOR, input->size) : NULL;
	size_t size = end ? (size_t)(end - input->data) : input->size;
	struct bytes part = { size ? arena_copy(arena, input->data, size) : NULL, size };
	size += end != NULL;
	*input = (struct bytes){ size < input->size ? input->data + size : NULL,
		input->size - size };
	return part;
}

static void
check_groups(const struct old_unix *accounts, const char *name, struct arena *arena)
{
	gid_t *groups;
	size_t count;
	old_unix_groups(accounts, name, 7, arena, &groups, &count);
	bool has_own = false;
	for (size_t i = 0; i < count; i++) {
		MUST(!i || groups[i - 1] < groups[i]);
		has_own |= groups[i] == 7;
	}
	MUST(has_own);
}

static void
check(const struct old_unix *accounts, struct arena *arena)
{
	ARRAY_FOREACH (user, &accounts->passwd) {
		const struct old_passwd *first = old_unix_user(accounts, user->name);
		MUST(!strchr(user->name, ':') && *user->name != '+' && *user->name != '-');
		MUST(!first || (first <= user && strcmp(first->name, user->name) == 0));
		MUST(old_unix_user_by_uid(accounts, user->uid)->uid == user->uid);
		MUST(user->where.line);
		old_unix_hash(accounts, user);
		check_groups(accounts, user->name, arena);
	}
	ARRAY_FOREACH (group, &accounts->groups) {
		MUST(old_unix_group(accounts, group->name) <= group);
		for (size_t i = 0; i < group->members.count; i++) {
			MUST(*group->members.items[i] && !strchr(group->members.items[i], ','));
			check_groups(accounts, group->members.items[i], arena);
		}
	}
	ARRAY_FOREACH (shadow, &accounts->shadow) {
		MUST(shadow->changed >= -1 || shadow->changed == (int32_t)shadow->changed);
		MUST(!strchr(shadow->hash, ':'));
	}
	for (size_t i = 0; i < accounts->shells.count; i++)
		MUST(*accounts->shells.items[i] == '/');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct bytes input = { size ? (const char *)data : NULL, size };
	struct old_unix_files files = { .has_userdb = size % 2 };
	files.passwd = next_file(&input, &arena);
	files.group = next_file(&input, &arena);
	files.shadow = next_file(&input, &arena);
	files.shells = next_file(&input, &arena);
	files.nsswitch = next_file(&input, &arena);
	check(old_unix_parse(&files, &arena), &arena);
	return 0;
}
