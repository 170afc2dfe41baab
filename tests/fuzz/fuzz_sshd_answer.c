/*
 * fuzz_sshd_answer.c - any text as what `sshd -T` answers about a login.
 *
 * What must hold: an answer with which the judge is content has a jail in it. That is found out
 * anew, by a reader that only looks at the last line of each keyword.
 */
#include <strings.h>

#include "core/plan/sshd_internal.h"
#include "tests/fuzz/must.h"

/* The value of the last line with this keyword, or NULL. */
static const char *
last_value(const char *text, const char *keyword, struct arena *arena)
{
	const char *value = NULL;
	size_t size = strlen(keyword);
	while (*text) {
		size_t line = strcspn(text, "\n");
		if (line > size && memcmp(text, keyword, size) == 0 && text[size] == ' ')
			value = arena_strndup(arena, text + size + 1, line - size - 1);
		text += line + (text[line] == '\n');
	}
	return value;
}

static bool
says_no(const char *text, const char *keyword, struct arena *arena)
{
	const char *value = last_value(text, keyword, arena);
	return !value || strcmp(value, "no") == 0;
}

static void
check_jail(const char *text, struct arena *arena)
{
	const char *chroot = last_value(text, "chrootdirectory", arena);
	const char *command = last_value(text, "forcecommand", arena);
	MUST(chroot &&
		(strcmp(chroot, "%h") == 0 || strchr(chroot, '%') ||
			strcmp(chroot, "/home/matteo") == 0));
	MUST(command && strncmp(command, "internal-sftp", 13) == 0 && strchr(" \t", command[13]));
	MUST(says_no(text, "x11forwarding", arena));
	MUST(says_no(text, "permittunnel", arena));
	MUST(says_no(text, "allowagentforwarding", arena));
	MUST(says_no(text, "allowtcpforwarding", arena) ||
		!says_no(text, "disableforwarding", arena));
	MUST(last_value(text, "subsystem", arena));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct sshd_effective effective;
	struct sshd_expectation expectation = {
		.login = "matteo",
		.home = "/home/matteo",
		.has_password = size % 2,
		.has_key = size % 3,
		.keys_dir = "/etc/ssh/rehome_keys",
	};
	const char *text = size ? arena_strndup(&arena, (const char *)data, size) : "";
	string_list_push(&arena, &expectation.groups, "sftponly");
	sshd_effective_parse(text, &arena, &effective);
	sshd_effective_judge(&effective, &expectation, &arena, &diags);
	if (!diags.errors)
		check_jail(text, &arena);
	return 0;
}
