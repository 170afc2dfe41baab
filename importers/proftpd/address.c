/*
 * address.c - rules for addresses, and the clients that they tell apart.
 */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "importers/proftpd/address.h"

enum { CLIENT_LIMIT = 64 };

/* "10.1." and "10.1.*" are networks in other words. */
static bool
parse_prefix(const char *word, struct arena *arena, struct pro_acl *acl)
{
	unsigned dots = 0;
	size_t size = strlen(word);

	if (size && word[size - 1] == '*')
		size--;
	if (size == 0 || word[size - 1] != '.' || strspn(word, "0123456789.") < size)
		return false;
	for (size_t i = 0; i < size; i++)
		dots += word[i] == '.';
	if (dots > 3)
		return false;

	const char *full = arena_printf(arena, "%.*s%s", (int)size, word,
		dots == 1	    ? "0.0.0"
			: dots == 2 ? "0.0"
				    : "0");
	acl->kind = PRO_ACL_NETWORK;
	acl->bits = dots * 8;
	return inet_pton(AF_INET, full, acl->address) == 1;
}

static bool
parse_address(const char *text, struct pro_acl *acl)
{
	if (inet_pton(AF_INET, text, acl->address) == 1) {
		acl->bits = 32;
		return true;
	}
	acl->six = inet_pton(AF_INET6, text, acl->address) == 1;
	acl->bits = 128;
	return acl->six;
}

static bool
parse_network(const char *text, const char *slash, struct arena *arena, struct pro_acl *acl)
{
	unsigned long long bits;

	if (!parse_address(arena_strndup(arena, text, (size_t)(slash - text)), acl))
		return false;
	if (!text_number(slash + 1, acl->bits, &bits))
		return false;
	acl->bits = (unsigned)bits;
	return true;
}

bool
pro_acl_parse(const char *word, struct arena *arena, struct pro_acl *ret_acl)
{
	struct pro_acl acl = { .kind = PRO_ACL_NETWORK };

	if (!*word)
		return false;
	acl.negated = *word == '!';
	acl.text = word + acl.negated;
	const char *slash = strchr(acl.text, '/');

	if (strcasecmp(word, "all") == 0)
		acl.kind = PRO_ACL_ALL;
	else if (strcasecmp(word, "none") == 0)
		acl.kind = PRO_ACL_NONE;
	else if (slash && !parse_network(acl.text, slash, arena, &acl))
		return false;
	else if (!slash && !parse_prefix(acl.text, arena, &acl) && !parse_address(acl.text, &acl))
		acl.kind = PRO_ACL_NAME;
	*ret_acl = acl;
	return true;
}

static bool
within(const unsigned char *address, const unsigned char *network, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(address, network, whole) != 0)
		return false;
	if (rest == 0)
		return true;
	unsigned char mask = (unsigned char)(0xff << (8 - rest));
	return (address[whole] & mask) == (network[whole] & mask);
}

int
pro_acl_match(const struct pro_acl *acl, const struct pro_client *client)
{
	bool matches;

	if (acl->kind == PRO_ACL_ALL)
		return 1;
	if (acl->kind == PRO_ACL_NONE)
		return -1;
	if (acl->kind == PRO_ACL_NAME)
		matches = client->named;
	else
		matches =
			acl->six == client->six && within(client->address, acl->address, acl->bits);
	if (acl->negated)
		return matches ? -1 : 1;
	return matches;
}

bool
pro_acl_split(const struct pro_line *line, struct arena *arena, struct pro_acl_list *ret_list)
{
	struct pro_acl_list list = { 0 };
	struct pro_acl acl;
	size_t i = 0;

	while (i < line->words.count && strcasecmp(line->words.items[i], "from") == 0)
		i++;
	bool single = i < line->words.count &&
		(strcasecmp(line->words.items[i], "all") == 0 ||
			strcasecmp(line->words.items[i], "none") == 0);
	if (single && pro_acl_parse(line->words.items[i], arena, &acl))
		ARRAY_PUSH(arena, &list, acl);
	for (; !single && i < line->words.count; i++) {
		char *rest = arena_strdup(arena, line->words.items[i]), *comma;
		for (char *word = rest; word; word = comma) {
			comma = strchr(word, ',');
			if (comma)
				*comma++ = '\0';
			if (!*word)
				continue;
			if (!pro_acl_parse(word, arena, &acl))
				return false;
			if (acl.kind == PRO_ACL_ALL || acl.kind == PRO_ACL_NONE)
				return false;
			ARRAY_PUSH(arena, &list, acl);
		}
	}
	*ret_list = list;
	return list.count > 0;
}

/* Every network of the rules below a section. */
static void
collect(const struct pro_section *section, struct arena *arena, struct pro_acl_list *networks,
	bool *names)
{
	for (size_t i = 0; i < section->lines.count; i++) {
		const struct pro_line *line = section->lines.items[i];
		if (line->section)
			collect(line->section, arena, networks, names);
		if (!line->rules)
			continue;
		ARRAY_FOREACH (rule, line->rules) {
			if (rule->kind == PRO_ACL_NAME)
				*names = true;
			if (rule->kind == PRO_ACL_NETWORK && networks->count < CLIENT_LIMIT)
				ARRAY_PUSH(arena, networks, *rule);
		}
	}
}

/* An address of the network that is in no smaller one of the others. */
static struct pro_client
representative(const struct pro_acl *network, const struct pro_acl_list *networks)
{
	struct pro_client client = { .six = network->six };
	unsigned size = network->six ? 16 : 4;

	for (unsigned attempt = 0; attempt < 256; attempt++) {
		bool free = true;
		memcpy(client.address, network->address, sizeof(client.address));
		for (unsigned bit = network->bits; bit < size * 8; bit++) {
			unsigned char mask = (unsigned char)(0x80 >> (bit % 8));
			client.address[bit / 8] &= (unsigned char)~mask;
			/* Different bits for each attempt, the high ones first. */
			if (bit - network->bits < 8 && attempt >> (bit - network->bits) & 1)
				client.address[bit / 8] |= mask;
		}
		for (size_t i = 0; i < networks->count && free; i++) {
			const struct pro_acl *other = &networks->items[i];
			free = other->six != network->six || other->bits <= network->bits ||
				!within(client.address, other->address, other->bits);
		}
		if (free)
			break;
	}
	return client;
}

/* An address of the documentation networks that no rule names. */
static struct pro_client
elsewhere(const struct pro_acl_list *networks)
{
	static const char *const candidates[] = { "203.0.113.77", "198.51.100.77", "192.0.2.77",
		"100.100.100.100", "8.8.4.4", "88.77.66.55" };
	struct pro_client client = { 0 };

	for (size_t c = 0; c < sizeof(candidates) / sizeof(candidates[0]); c++) {
		bool free = inet_pton(AF_INET, candidates[c], client.address) == 1;
		ARRAY_FOREACH (network, networks)
			free = free &&
				!(!network->six && network->bits &&
					within(client.address, network->address, network->bits));
		if (free)
			break;
	}
	return client;
}

static const char *
network_text(const struct pro_acl *network, struct arena *arena)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(network->six ? AF_INET6 : AF_INET, network->address, text, sizeof(text));
	if (network->bits == (network->six ? 128u : 32u))
		return arena_strdup(arena, text);
	return arena_printf(arena, "%s/%u", text, network->bits);
}

void
pro_clients_find(const struct pro_config *config, const struct pro_section *server,
	struct arena *arena, struct pro_clients *ret_clients)
{
	struct pro_clients clients = { 0 };
	struct pro_acl_list networks = { 0 };

	collect(server, arena, &networks, &clients.names);
	if (server != config->servers.items[0])
		collect(config->servers.items[0], arena, &networks, &clients.names);

	struct pro_client client = elsewhere(&networks);
	ARRAY_PUSH(arena, &clients, client);
	string_list_push(arena, &clients.networks, "");
	ARRAY_FOREACH (network, &networks) {
		const char *text = network_text(network, arena);
		if (string_list_has(&clients.networks, text))
			continue;
		ARRAY_PUSH(arena, &clients, representative(network, &networks));
		string_list_push(arena, &clients.networks, text);
	}
	*ret_clients = clients;
}

static bool
class_matches(const struct pro_section *class, const struct pro_client *client)
{
	bool all = false, any = false, every = true;

	for (size_t i = 0; i < class->lines.count; i++) {
		const struct pro_line *line = class->lines.items[i];
		if (strcmp(line->name, "Satisfy") == 0)
			all = strcasecmp(line->words.items[0], "all") == 0;
		if (!line->rules)
			continue;
		ARRAY_FOREACH (rule, line->rules) {
			int match = pro_acl_match(rule, client);
			any = any || match == 1;
			every = every && match > 0;
		}
	}
	return all ? every : any;
}

const char *
pro_class_of(const struct pro_config *config, const struct pro_client *client)
{
	const struct pro_section *server = config->servers.items[0];

	/* Sections are in reverse, and the first class of the file counts. */
	for (size_t i = server->lines.count; i-- > 0;) {
		const struct pro_section *section = server->lines.items[i]->section;
		if (section && section->kind == PRO_CLASS && class_matches(section, client))
			return section->opening->words.items[0];
	}
	return NULL;
}
