/*
 * fuzz_profile.c - any bytes as a profile's text, as a drop-in of ours, and as a line of keys.
 *
 * What is taken for a profile is written into a drop-in that says the same again, in lines that
 * sshd reads one by one; nothing of it can begin a line of its own.
 */
#include <string.h>

#include "core/model/ssh_key.h"
#include "core/plan/sshd.h"
#include "tests/fuzz/must.h"

static void
check_lines(const char *text)
{
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		MUST(*line == '#' || *line == '\t' || strncmp(line, "Match Group ", 12) == 0);
		MUST(!memchr(line, '\r', strcspn(line, "\n")));
	}
}

static void
check_addresses(const struct jail_profile *profile, struct arena *arena)
{
	const char *inside = profile_inside(profile, arena);
	const char *outside = profile_outside(profile, arena);
	MUST(!inside || profile_allows(profile, inside));
	MUST(!outside || !profile_allows(profile, outside));
	MUST(profile->from.count ? inside || outside : !outside);
}

/* What a person wrote comes back from its text, or was told to be wrong. */
static void
check_words(const char *text, struct arena *arena)
{
	struct diags diags = { .arena = arena };
	struct jail_profile profile, again;
	bool good = profile_read(text, NOWHERE, arena, &profile, &diags);
	must_be_told(good, &diags);
	if (!good)
		return;
	const char *written = profile_text(&profile, arena);
	MUST(profile_parse(written, arena, &again));
	MUST(profile_is_empty(&profile) == !*written);
}

static void
check_profile(const char *text, struct arena *arena)
{
	struct sshd_dropin dropin = { .group = "sftponly", .keys_dir = "/etc/ssh/rehome_keys" };
	struct sshd_profile one = { .group = "sftponly-x" };
	bool intact;
	if (!profile_parse(text, arena, &one.profile))
		return;
	MUST(strcmp(profile_text(&one.profile, arena), text) == 0);
	check_addresses(&one.profile, arena);
	if (profile_is_empty(&one.profile))
		return;
	ARRAY_PUSH(arena, &dropin.profiles, one);
	const char *written = sshd_dropin_text(&dropin, arena);
	check_lines(written);
	struct sshd_dropin read = sshd_dropin_read(written, arena, &intact);
	const struct sshd_profile *found = sshd_dropin_profile(&read, one.group);
	MUST(intact && found && strcmp(profile_text(&found->profile, arena), text) == 0);
}

static void
check_dropin(const char *text, struct arena *arena)
{
	bool intact;
	struct sshd_dropin dropin = sshd_dropin_read(text, arena, &intact);
	MUST(!intact ||
		(sshd_dropin_is_ours(text) && strcmp(sshd_dropin_text(&dropin, arena), text) == 0));
}

static void
check_key(const char *line, struct arena *arena)
{
	struct string_list none = { 0 }, from = { 0 };
	struct diags ignored = { .arena = arena };
	const char *key, *checked;
	bool has_options;
	if (!ssh_key_parse_installed(line, NOWHERE, arena, &key, &has_options, &ignored))
		return;
	string_list_push(arena, &from, "10.0.0.0/8");
	const char *limited = ssh_key_change_from(key, &none, &from, arena);
	const char *again = ssh_key_change_from(limited, &from, &from, arena);
	MUST(strcmp(again, limited) == 0);
	MUST(ssh_key_parse_installed(limited, NOWHERE, arena, &checked, &has_options, &ignored));
	MUST(strcmp(ssh_key_fingerprint(checked, arena), ssh_key_fingerprint(key, arena)) == 0);
	if (strcmp(limited, key) != 0)
		MUST(strcmp(ssh_key_change_from(limited, &from, &none, arena), key) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	const char *text = arena_strndup(&arena, (const char *)data, size);
	check_words(text, &arena);
	check_profile(text, &arena);
	check_dropin(text, &arena);
	check_key(text, &arena);
	return 0;
}
