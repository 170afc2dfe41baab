/*
 * networks.c - networks without what is excluded from them, see networks.h.
 *
 * A network that something is excluded from is cut into halves until each is allowed or excluded as
 * a whole.
 */
#include "exporters/networks.h"

#include <arpa/inet.h>
#include <string.h>

struct network {
	int family;
	unsigned bits;
	unsigned char bytes[16];
};

struct networks {
	struct network *items;
	size_t count, room;
};

struct cutting {
	struct arena *arena;
	struct networks excluded;
	struct string_list *allowed;
};

static unsigned
width(const struct network *network)
{
	return network->family == AF_INET ? 32 : 128;
}

/* Any of profile.h but "*": checked, and nothing behind the mask. */
static bool
read_network(const char *text, struct network *ret_network)
{
	char address[INET6_ADDRSTRLEN];
	struct network network = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };
	size_t size = strcspn(text, "/");
	unsigned long long bits = width(&network);
	if (size >= sizeof(address) || (text[size] && !text_number(text + size + 1, bits, &bits)))
		return false;
	memcpy(address, text, size);
	address[size] = '\0';
	network.bits = (unsigned)bits;
	*ret_network = network;
	return inet_pton(network.family, address, ret_network->bytes) == 1;
}

/* The first `bits` bits are the same. */
static bool
same_start(const struct network *a, const struct network *b, unsigned bits)
{
	unsigned rest = bits % 8;
	unsigned char mask = (unsigned char)(0xff00 >> rest);
	return a->family == b->family && memcmp(a->bytes, b->bytes, bits / 8) == 0 &&
		(!rest || ((a->bytes[bits / 8] ^ b->bytes[bits / 8]) & mask) == 0);
}

static void
add_allowed(struct cutting *cutting, const struct network *network)
{
	char address[INET6_ADDRSTRLEN] = "";
	(void)inet_ntop(network->family, network->bytes, address, sizeof(address));
	const char *text = arena_printf(cutting->arena, "%s/%u", address, network->bits);
	if (!string_list_has(cutting->allowed, text))
		string_list_push(cutting->arena, cutting->allowed, text);
}

/* As deep as an address has bits. */
static void
cut(struct cutting *cutting, struct network network)
{
	bool is_touched = false;
	ARRAY_FOREACH (excluded, &cutting->excluded) {
		if (excluded->bits <= network.bits) {
			if (same_start(excluded, &network, excluded->bits))
				return;
		} else {
			is_touched |= same_start(excluded, &network, network.bits);
		}
	}
	if (!is_touched) {
		add_allowed(cutting, &network);
		return;
	}
	unsigned bit = network.bits++;
	cut(cutting, network);
	network.bytes[bit / 8] |= (unsigned char)(0x80 >> bit % 8);
	cut(cutting, network);
}

static void
cut_address(struct cutting *cutting, const char *address)
{
	struct network network;
	if (strcmp(address, "*") == 0) {
		cut(cutting, (struct network){ .family = AF_INET });
		cut(cutting, (struct network){ .family = AF_INET6 });
	} else if (*address != '!' && read_network(address, &network)) {
		cut(cutting, network);
	}
}

bool
networks_allowed(
	const struct string_list *from, struct arena *arena, struct string_list *ret_networks)
{
	struct cutting cutting = { .arena = arena, .allowed = ret_networks };
	*ret_networks = (struct string_list){ 0 };
	ARRAY_FOREACH (address, from) {
		struct network network;
		if (**address == '!' && read_network(*address + 1, &network))
			ARRAY_PUSH(arena, &cutting.excluded, network);
	}
	ARRAY_FOREACH (address, from)
		cut_address(&cutting, *address);
	return !from->count || ret_networks->count;
}
