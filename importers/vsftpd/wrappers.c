/*
 * wrappers.c - hosts_access(5) for the daemon "vsftpd"; see wrappers.h.
 */
#include "importers/vsftpd/wrappers.h"

#include <arpa/inet.h>
#include <string.h>

enum { RULES_LIMIT = 1 << 20 }; /* bytes */

struct rules {
	struct arena *arena;
	const char *path;
	struct vsftpd_wrappers *wrappers;
	bool decides_all; /* a rule that is for every client was met */
	bool is_clear;
	struct string_list networks; /* of the rules before that one */
	struct place where;	     /* the first rule about us */
};

/* ---- addresses ---- */

static int
mask_bits(const char *mask)
{
	struct in_addr address;
	if (!strchr(mask, '.'))
		return *mask && strspn(mask, "0123456789") == strlen(mask) && strlen(mask) < 3
			? atoi(mask)
			: -1;
	if (inet_pton(AF_INET, mask, &address) != 1)
		return -1;
	uint32_t bits = ntohl(address.s_addr), inverse = ~bits;
	return (inverse & (inverse + 1)) == 0 ? __builtin_popcount(bits) : -1;
}

/* "192.168." is a beginning: its missing bytes are free. */
static const char *
prefix_network(const char *pattern, struct arena *arena)
{
	unsigned dots = 0;
	for (const char *c = pattern; *c; c++)
		dots += *c == '.';
	if (!dots || dots > 3 || pattern[strlen(pattern) - 1] != '.')
		return NULL;
	return arena_printf(arena, "%s%s/%u", pattern,
		(const char *[]){ "0.0.0", "0.0", "0" }[dots - 1], 8 * dots);
}

/* As CIDR; NULL = no address or network. */
static const char *
as_network(const char *pattern, struct arena *arena)
{
	unsigned char address[sizeof(struct in6_addr)];
	const char *prefix = prefix_network(pattern, arena);
	const char *text = prefix ? prefix : pattern;
	size_t length = strcspn(text, "/");
	const char *host = arena_strndup(arena, text, length);
	bool bracketed = *host == '[' && host[strlen(host) - 1] == ']';
	if (bracketed)
		host = arena_strndup(arena, host + 1, strlen(host) - 2);
	int family = bracketed ? AF_INET6 : AF_INET;
	if (inet_pton(family, host, address) != 1)
		return NULL;
	int whole = family == AF_INET ? 32 : 128;
	int bits = text[length] ? mask_bits(text + length + 1) : whole;
	return bits < 0 || bits > whole ? NULL : arena_printf(arena, "%s/%d", host, bits);
}

/* ---- rules ---- */

/* The next field up to a ":" that is in no brackets. */
static const char *
take_field(const char **line, struct arena *arena)
{
	const char *c = *line;
	for (bool inside = false; *c && (inside || *c != ':'); c++)
		inside = *c == '[' || (inside && *c != ']');
	const char *field = arena_strndup(arena, *line, (size_t)(c - *line));
	*line = *c ? c + 1 : c;
	return field;
}

static void
split_list(const char *list, struct arena *arena, struct string_list *ret_words)
{
	static const char between[] = " \t,\r";
	for (list += strspn(list, between); *list; list += strspn(list, between)) {
		size_t length = strcspn(list, between);
		string_list_push(arena, ret_words, arena_strndup(arena, list, length));
		list += length;
	}
}

static void
take_clients(struct rules *rules, const char *list)
{
	struct string_list words = { 0 };
	split_list(list, rules->arena, &words);
	for (size_t i = 0; i < words.count; i++) {
		const char *network = as_network(words.items[i], rules->arena);
		if (strcasecmp(words.items[i], "ALL") == 0 && words.count == 1)
			rules->decides_all = true;
		else if (network)
			string_list_push(rules->arena, &rules->networks, network);
		else
			rules->is_clear = false;
	}
}

/* -1: perhaps. */
static int
names_us(struct rules *rules, const char *list)
{
	struct string_list words = { 0 };
	split_list(list, rules->arena, &words);
	int names = 0;
	for (size_t i = 0; i < words.count; i++) {
		if (strcasecmp(words.items[i], "EXCEPT") == 0 || strchr(words.items[i], '@'))
			return -1;
		names |= strcasecmp(words.items[i], "ALL") == 0 ||
			strcasecmp(words.items[i], "vsftpd") == 0;
	}
	return names;
}

static void
take_rule(struct rules *rules, const char *line, struct place where)
{
	const char *daemons = take_field(&line, rules->arena);
	const char *clients = take_field(&line, rules->arena);
	int names = names_us(rules, daemons);
	if (!names || rules->decides_all)
		return;
	if (!rules->where.file)
		rules->where = where;
	/* A third field is a command, or options that turn the rule around or set the
	 * environment. */
	rules->is_clear &= names > 0 && !line[strspn(line, " \t\r")];
	take_clients(rules, clients);
}

/* Lines that a backslash joins are one. */
static void
read_rules(struct rules *rules, struct old_root *root)
{
	struct old_file file;
	if (old_root_read(root, rules->path, RULES_LIMIT, &file) != OLD_OK)
		return;
	AUTO_BUFFER struct buffer line = { 0 };
	unsigned number = 1;
	for (const char *text = file.content.data; *text; number++) {
		size_t length = strcspn(text, "\n");
		bool goes_on = length && text[length - 1] == '\\';
		buffer_add(&line, text, length - goes_on);
		text += length + (text[length] == '\n');
		if (goes_on)
			continue;
		const char *whole = buffer_text(&line);
		if (*whole != '#' && strchr(whole, ':'))
			take_rule(
				rules, arena_strdup(rules->arena, whole), at(rules->path, number));
		buffer_clear(&line);
	}
}

static void
decide(struct vsftpd_wrappers *wrappers, enum wrappers_verdict verdict, struct place where)
{
	wrappers->verdict = verdict;
	wrappers->where = where;
}

void
vsftpd_wrappers_read(
	struct old_root *root, struct arena *arena, struct vsftpd_wrappers *ret_wrappers)
{
	struct rules allow = { .arena = arena, .path = "/etc/hosts.allow", .is_clear = true };
	struct rules deny = { .arena = arena, .path = "/etc/hosts.deny", .is_clear = true };
	*ret_wrappers = (struct vsftpd_wrappers){ .verdict = WRAPPERS_OPEN };
	read_rules(&allow, root);
	read_rules(&deny, root);
	struct place where = allow.where.file ? allow.where : deny.where;
	if (!allow.is_clear || !deny.is_clear)
		return decide(ret_wrappers, WRAPPERS_UNCLEAR, where);
	if (allow.decides_all || !deny.where.file)
		return;
	/* Some are shut out, and everybody else is not: no list says that. */
	if (!deny.decides_all)
		return decide(ret_wrappers, WRAPPERS_UNCLEAR, deny.where);
	ret_wrappers->from = allow.networks;
	decide(ret_wrappers, allow.networks.count ? WRAPPERS_LIMITED : WRAPPERS_CLOSED, deny.where);
}
