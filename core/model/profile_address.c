/*
 * profile_address.c - where somebody may log in from: addresses and networks, as sshd matches them.
 *
 * sshd compares the peer's address with networks in a list; one that is excluded with '!' decides
 * whatever else the list says, and a list that only excludes matches nobody. A peer that speaks
 * IPv4 through an IPv6 socket counts as IPv4 (addr.c, addrmatch.c of OpenSSH). "Inconsistent mask
 * length" makes sshd refuse its whole configuration, so such a network never gets that far.
 */
#include <arpa/inet.h>
#include <string.h>

#include "core/base/text.h"
#include "core/model/profile.h"

struct network {
	int family; /* 0 = everybody */
	unsigned char bytes[16];
	unsigned bits;
};

static unsigned
width(const struct network *network)
{
	return network->family == AF_INET ? 32 : 128;
}

static bool
parse_ip(const char *text, struct network *ret_network)
{
	struct network network = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };
	if (inet_pton(network.family, text, network.bytes) != 1)
		return false;
	network.bits = width(&network);
	*ret_network = network;
	return true;
}

/* "10.", "10.1.", "10.1.2." in front of '*' */
static bool
parse_octets(const char *text, size_t size, struct network *ret_network)
{
	char whole[32];
	unsigned dots = 0;
	for (size_t i = 0; i < size; i++)
		dots += text[i] == '.';
	if (size > 12 || !dots || dots > 3)
		return false;
	memcpy(whole, text, size);
	strcpy(whole + size, dots == 1 ? "0.0.0" : dots == 2 ? "0.0" : "0");
	if (!parse_ip(whole, ret_network))
		return false;
	ret_network->bits = dots * 8;
	return true;
}

/* Clears what is behind the mask; false when there was anything. */
static bool
mask(struct network *network)
{
	bool clean = true;
	for (unsigned i = 0; i < sizeof(network->bytes); i++) {
		unsigned kept = network->bits > i * 8 ? network->bits - i * 8 : 0;
		unsigned char keep = kept >= 8 ? 0xff : (unsigned char)(0xff00 >> kept);
		clean = clean && !(network->bytes[i] & ~keep);
		network->bytes[i] &= keep;
	}
	return clean;
}

static const char *
network_text(const struct network *network, struct arena *arena)
{
	char ip[INET6_ADDRSTRLEN];
	if (!network->family)
		return "*";
	if (!inet_ntop(network->family, network->bytes, ip, sizeof(ip)))
		return "";
	return network->bits == width(network) ? arena_strdup(arena, ip)
					       : arena_printf(arena, "%s/%u", ip, network->bits);
}

static bool
is_mapped(const struct network *network)
{
	static const unsigned char prefix[12] = { [10] = 0xff, [11] = 0xff };
	return network->family == AF_INET6 && memcmp(network->bytes, prefix, sizeof(prefix)) == 0;
}

/* Without '!'. Says nothing: the callers know what it was for. */
static bool
parse_network(const char *text, struct network *ret_network)
{
	char ip[64];
	size_t size = strcspn(text, "/");
	unsigned long long bits;
	if (strcmp(text, "*") == 0) {
		*ret_network = (struct network){ 0 };
		return true;
	}
	size_t length = strlen(text);
	if (length > 2 && strcmp(text + length - 2, ".*") == 0)
		return parse_octets(text, length - 1, ret_network);
	if (size >= sizeof(ip))
		return false;
	memcpy(ip, text, size);
	ip[size] = '\0';
	if (!parse_ip(ip, ret_network))
		return false;
	if (!text[size])
		return true;
	if (!text_number(text + size + 1, width(ret_network), &bits))
		return false;
	ret_network->bits = (unsigned)bits;
	return true;
}

bool
profile_check_address(const char *text, struct place place, struct arena *arena,
	const char **ret_address, struct diags *diags)
{
	const char *sign = *text == '!' ? "!" : "";
	struct network network;
	if (!parse_network(text + strlen(sign), &network) || is_mapped(&network)) {
		diag_error(diags, place, "'%s' is no address or network", text);
		diag_hint(diags, "Write 192.0.2.7, 10.0.0.0/8, 2001:db8::/32 or !10.1.0.0/16.");
		return false;
	}
	bool clean = mask(&network);
	const char *address = arena_printf(arena, "%s%s", sign, network_text(&network, arena));
	if (!clean) {
		diag_error(diags, place, "'%s' has bits behind its mask", text);
		diag_hint(diags, "Write %s for the whole network.", address);
		return false;
	}
	*ret_address = address;
	return true;
}

/* ---- lists ---- */

static int
compare_addresses(const void *a, const void *b)
{
	const char *left = *(const char *const *)a, *right = *(const char *const *)b;
	if ((*left == '!') != (*right == '!'))
		return *left == '!' ? 1 : -1;
	return strcmp(left, right);
}

bool
profile_complete_from(
	struct string_list *from, struct place place, struct arena *arena, struct diags *diags)
{
	struct string_list sorted = { 0 };
	if (!from->count)
		return true;
	qsort(from->items, from->count, sizeof(*from->items), compare_addresses);
	ARRAY_FOREACH (address, from) {
		if (!sorted.count || strcmp(sorted.items[sorted.count - 1], *address) != 0)
			string_list_push(arena, &sorted, *address);
	}
	if (*sorted.items[0] == '!') {
		diag_error(diags, place, "only excludes addresses: sshd would let nobody in");
		diag_hint(diags, "Add what is allowed; '*' is everywhere.");
		return false;
	}
	/* "*" alone is no limit. */
	if (sorted.count == 1 && strcmp(sorted.items[0], "*") == 0)
		sorted.count = 0;
	*from = sorted;
	return true;
}

/* ---- matching ---- */

static bool
holds(const struct network *network, const struct network *ip)
{
	struct network masked = *ip;
	if (!network->family)
		return true;
	if (network->family != ip->family)
		return false;
	masked.bits = network->bits;
	(void)mask(&masked);
	return memcmp(masked.bytes, network->bytes, sizeof(masked.bytes)) == 0;
}

static bool
allows(const struct jail_profile *profile, const struct network *ip)
{
	bool allowed = !profile->from.count;
	ARRAY_FOREACH (address, &profile->from) {
		struct network network;
		bool excluded = **address == '!';
		if (!parse_network(*address + excluded, &network) || !holds(&network, ip))
			continue;
		if (excluded)
			return false;
		allowed = true;
	}
	return allowed;
}

bool
profile_allows(const struct jail_profile *profile, const char *address)
{
	struct network ip;
	return parse_ip(address, &ip) && allows(profile, &ip);
}

/* The last address of a network, for what its first ones are excluded from. */
static struct network
last_of(const struct network *network)
{
	struct network last = *network;
	for (unsigned i = network->bits; i < width(network); i++)
		last.bytes[i / 8] |= (unsigned char)(0x80 >> i % 8);
	last.bits = width(network);
	return last;
}

static const char *
ip_text(struct network ip, struct arena *arena)
{
	ip.bits = width(&ip);
	return network_text(&ip, arena);
}

/* Neighbours of everything that is excluded are the places where something is allowed. */
static bool
step(struct network *ip, int by)
{
	for (unsigned i = width(ip) / 8; i-- > 0;) {
		int sum = ip->bytes[i] + by;
		ip->bytes[i] = (unsigned char)sum;
		if (sum >= 0 && sum <= 255)
			return true;
	}
	return false;
}

/* The borders of every network in the list, and one step beyond: if any address at all is allowed
 * (or refused), one of these is. */
static const char *
find(const struct jail_profile *profile, bool wanted, struct arena *arena)
{
	static const char *const usual[] = { "192.0.2.1", "2001:db8::1" };
	struct network ip;
	for (size_t i = 0; i < ARRAY_LEN(usual); i++) {
		if (profile_allows(profile, usual[i]) == wanted)
			return usual[i];
	}
	ARRAY_FOREACH (address, &profile->from) {
		struct network network;
		if (!parse_network(*address + (**address == '!'), &network) || !network.family)
			continue;
		struct network tries[4] = { network, last_of(&network), network,
			last_of(&network) };
		bool real[4] = { true, true, step(&tries[2], -1), step(&tries[3], 1) };
		for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
			ip = tries[i];
			if (real[i] && allows(profile, &ip) == wanted)
				return ip_text(ip, arena);
		}
	}
	return NULL;
}

const char *
profile_inside(const struct jail_profile *profile, struct arena *arena)
{
	return find(profile, true, arena);
}

const char *
profile_outside(const struct jail_profile *profile, struct arena *arena)
{
	return profile->from.count ? find(profile, false, arena) : NULL;
}
