/*
 * addresses.c - reading comma-separated addresses and networks as sscanf(3) let the daemon read
 * them.
 */
#include "importers/pureftpd/addresses.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

struct address_list {
	struct string_list networks; /* "10.0.0.0/8" */
	struct string_list names;    /* what the daemon asked the name service for */
	bool has_faults;	     /* an impossible network: taken as "everywhere" up to 1.0.53 */
	bool has_version6;	     /* known since 1.0.54 only */
};

static bool
is_version6(const char *item, struct arena *arena)
{
	unsigned char address[sizeof(struct in6_addr)];
	return inet_pton(AF_INET6, arena_strndup(arena, item, strcspn(item, "/")), address) == 1;
}

/* False ends the list: nothing behind an impossible network was looked at. */
static bool
read_item(const char *item, struct arena *arena, struct address_list *list)
{
	enum { ADDRESS_BITS = 32 };
	unsigned parts[4], bits = ADDRESS_BITS;
	int fields =
		sscanf(item, "%u.%u.%u.%u/%u", &parts[0], &parts[1], &parts[2], &parts[3], &bits);
	if (fields < 4) {
		if (is_version6(item, arena))
			list->has_version6 = true;
		else
			string_list_push(arena, &list->names, item);
		return true;
	}
	if (!bits || bits > ADDRESS_BITS || parts[0] > 255 || parts[1] > 255 || parts[2] > 255 ||
		parts[3] > 255) {
		list->has_faults = true;
		return false;
	}
	const uint32_t address = parts[0] << 24 | parts[1] << 16 | parts[2] << 8 | parts[3];
	const uint32_t network = address & ~(uint32_t)((UINT64_C(1) << (ADDRESS_BITS - bits)) - 1);
	string_list_push(arena, &list->networks,
		arena_printf(arena, "%u.%u.%u.%u/%u", network >> 24, network >> 16 & 255,
			network >> 8 & 255, network & 255, bits));
	return true;
}

static struct address_list
read_list(const char *text, struct arena *arena)
{
	struct address_list list = { 0 };
	while (*text) {
		size_t size = strcspn(text, ",");
		if (!read_item(arena_strndup(arena, text, size), arena, &list))
			break;
		text += size + (text[size] == ',');
	}
	return list;
}

static void
note_list(const struct address_list *list, const char *what, struct place where,
	struct old_login *login)
{
	if (list->names.count)
		old_login_note(login, where, "address-names",
			"%s clients are given by name, which the server looked up at each login: "
			"not carried",
			what);
	if (list->has_version6)
		old_login_note(login, where, "address-version-6",
			"%s clients have IPv6 addresses, which Pure-FTPd before 1.0.54 never "
			"matched: not carried",
			what);
}

/* A list in which an impossible network comes is true for everybody, up to release 1.0.53. */
static bool
is_everywhere(const struct address_list *list)
{
	return list->has_faults;
}

static void
apply_clients(const struct virtual_user *user, struct place where, struct arena *arena,
	struct old_login *login)
{
	struct address_list allowed = read_list(user->allow_client, arena);
	struct address_list denied = read_list(user->deny_client, arena);
	note_list(&allowed, "allowed", where, login);
	note_list(&denied, "denied", where, login);
	if (is_everywhere(&allowed) || is_everywhere(&denied)) {
		login->login = OLD_UNKNOWN;
		old_login_note(login, where, "address-impossible",
			"a list of clients holds an impossible network, which releases take "
			"differently");
	}
	if (!*user->allow_client && !*user->deny_client)
		return;
	if (!*user->allow_client) {
		string_list_push(arena, &login->from, "0.0.0.0/0");
		string_list_push(arena, &login->from, "::/0");
	}
	ARRAY_FOREACH (network, &allowed.networks)
		string_list_push(arena, &login->from, *network);
	/* sshd knows no names, so that somebody is asked. */
	ARRAY_FOREACH (name, &allowed.names)
		string_list_push(arena, &login->from, *name);
	if (!login->from.count)
		login->login = OLD_UNKNOWN;
	ARRAY_FOREACH (network, &denied.networks)
		string_list_push(arena, &login->from, arena_printf(arena, "!%s", *network));
	ARRAY_FOREACH (name, &denied.names)
		string_list_push(arena, &login->from, arena_printf(arena, "!%s", *name));
	old_login_note(login, where, "address-rules", "only from some addresses:%s%s%s%s",
		*user->allow_client ? " allowed " : "", user->allow_client,
		*user->deny_client ? " denied " : "", user->deny_client);
}

void
addresses_apply(const struct virtual_user *user, struct place where, struct arena *arena,
	struct old_login *login)
{
	apply_clients(user, where, arena, login);
	if (*user->allow_local || *user->deny_local)
		old_login_note(login, where, "server-address-rules",
			"only on some of the server's addresses:%s%s%s%s",
			*user->allow_local ? " allowed " : "", user->allow_local,
			*user->deny_local ? " denied " : "", user->deny_local);
}
