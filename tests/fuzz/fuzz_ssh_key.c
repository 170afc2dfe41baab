/*
 * fuzz_ssh_key.c - any text as a cell of public keys.
 *
 * What must hold: each line that comes out is one line, says the same when it is read again, has a
 * fingerprint, and gives nobody a right that a bare key does not: this is judged here anew, with a
 * reader that shares no code with the one under test.
 */
#include <ctype.h>
#include <strings.h>

#include "core/model/ssh_key.h"
#include "tests/fuzz/must.h"

/* A line as sshd reads it: options up to a blank outside quotes, unless the type comes first. */
static const char *
skip_options(const char *line)
{
	static const char *const types[] = { "ssh-ed25519 ", "ssh-rsa ", "ecdsa-sha2-nistp256 ",
		"ecdsa-sha2-nistp384 ", "ecdsa-sha2-nistp521 ", "sk-ssh-ed25519@openssh.com ",
		"sk-ecdsa-sha2-nistp256@openssh.com " };
	bool quoted = false;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (strncmp(line, types[i], strlen(types[i])) == 0)
			return line;
	}
	for (; *line && (quoted || *line != ' '); line++) {
		if (line[0] == '\\' && line[1] == '"')
			line++;
		else if (*line == '"')
			quoted = !quoted;
	}
	MUST(!quoted);
	line += *line == ' ';
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (strncmp(line, types[i], strlen(types[i])) == 0)
			return line;
	}
	abort(); /* not a key that sshd would know */
}

static void
check_rights(const char *line, struct arena *arena)
{
	static const char *const giving[] = { "command", "environment", "permit", "tunnel",
		"principals", "cert-authority", "touch", "agent-forwarding,", "pty,", "user-rc," };
	const char *key = skip_options(line);
	char *options = arena_strndup(arena, line, (size_t)(key - line));
	/* What stands in quotes are addresses and dates. */
	bool quoted = false;
	for (char *c = options; *c; c++) {
		if (*c == '"')
			quoted = !quoted;
		*c = quoted ? '_' : (char)tolower((unsigned char)*c);
	}
	for (size_t i = 0; i < 7; i++)
		MUST(!strstr(options, giving[i]));
	for (char *option = strtok(options, ", "); option; option = strtok(NULL, ", "))
		MUST(strncmp(option, "no-", 3) == 0 || strcmp(option, "restrict") == 0 ||
			strcmp(option, "verify-required") == 0 ||
			strncmp(option, "from=", 5) == 0 ||
			strncmp(option, "expiry-time=", 12) == 0);
}

static void
check_line(const char *line, struct arena *arena)
{
	struct diags diags = { .arena = arena };
	const char *again;
	MUST(*line && *line != '#' && is_one_line(line));
	check_rights(line, arena);
	MUST(ssh_key_parse(line, NOWHERE, arena, &again, &diags));
	MUST(strcmp(line, again) == 0 && !diags.errors);

	const char *fingerprint = ssh_key_fingerprint(line, arena);
	MUST(strncmp(fingerprint, "SHA256:", 7) == 0 && strlen(fingerprint) == 7 + 43);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena }, again_diags = { .arena = &arena };
	struct string_list keys = { 0 }, again = { 0 };
	AUTO_BUFFER struct buffer joined = { 0 };
	const char *text = size ? arena_strndup(&arena, (const char *)data, size) : "";
	must_be_told(ssh_keys_parse(text, NOWHERE, &arena, &keys, &diags), &diags);
	ARRAY_FOREACH (key, &keys) {
		check_line(*key, &arena);
		buffer_printf(&joined, "%s\n", *key);
	}
	/* The managed file, read again. */
	MUST(ssh_keys_parse(buffer_text(&joined), NOWHERE, &arena, &again, &again_diags));
	MUST(again.count == keys.count);
	for (size_t i = 0; i < keys.count; i++)
		MUST(strcmp(keys.items[i], again.items[i]) == 0);
	return 0;
}
