/*
 * old_login.c - the words for what an old server did, and making a login's record.
 */
#include "core/model/old_login.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <string.h>

#include "core/base/text.h"

const char *
old_verdict_name(enum old_verdict verdict)
{
	static const char *const names[] = {
		[OLD_DENY] = "deny",
		[OLD_ALLOW] = "allow",
		[OLD_UNKNOWN] = "unknown",
	};
	return names[verdict];
}

/* "10.0.0.0/8", "127.0.0.1" or "*", against 127.0.0.1. */
static bool
covers_loopback(const char *network, struct arena *arena)
{
	size_t length = strcspn(network, "/");
	unsigned long long bits = 32;
	struct in_addr address;
	if (strcmp(network, "*") == 0)
		return true;
	if (inet_pton(AF_INET, arena_strndup(arena, network, length), &address) != 1 ||
		(network[length] && !text_number(network + length + 1, 32, &bits)))
		return false;
	uint32_t other = ntohl(address.s_addr) ^ INADDR_LOOPBACK;
	return bits == 0 || other >> (32 - bits) == 0;
}

static bool
admits_loopback(const struct old_login *login)
{
	bool some = false, only_refused = true;
	ARRAY_FOREACH (network, &login->from) {
		bool refused = **network == '!';
		bool covered = covers_loopback(*network + refused, login->notes.arena);
		if (refused && covered)
			return false;
		some |= covered;
		only_refused &= refused;
	}
	return some || only_refused;
}

enum old_verdict
old_login_claim(const struct old_login *login)
{
	bool is_limited = login->hours || login->from_names || !admits_loopback(login);
	if (login->login != OLD_ALLOW || !is_limited)
		return login->login;
	return OLD_UNKNOWN;
}

const char *
old_password_name(enum old_password password)
{
	static const char *const names[] = {
		[OLD_PASSWORD_NONE] = "none",
		[OLD_PASSWORD_CRYPT] = "crypt",
		[OLD_PASSWORD_PLAINTEXT] = "plaintext",
		[OLD_PASSWORD_EMPTY] = "empty",
		[OLD_PASSWORD_ANY] = "any",
		[OLD_PASSWORD_UNKNOWN] = "unknown",
	};
	return names[password];
}

const char *
old_write_name(enum old_write write)
{
	static const char *const names[] = {
		[OLD_WRITE_NO] = "no",
		[OLD_WRITE_YES] = "yes",
		[OLD_WRITE_PARTIAL] = "partial",
	};
	return names[write];
}

struct old_login *
old_login_create(struct arena *arena, const char *user, struct place where)
{
	struct old_login *login = ARENA_NEW(arena, struct old_login);
	login->user = user;
	login->where = where;
	login->notes.arena = arena;
	return login;
}

void
old_login_add_way(struct old_login *login, enum old_password kind, const char *secret,
	struct place where, struct arena *arena)
{
	ARRAY_PUSH(arena, &login->ways,
		(struct old_way){ .kind = kind, .secret = secret, .where = where });
}

void
old_login_note(
	struct old_login *login, struct place place, const char *code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	diag_warning(&login->notes, place, "%s", arena_vprintf(login->notes.arena, format, args));
	va_end(args);
	diag_code(&login->notes, code);
	diag_user(&login->notes, login->user);
}
