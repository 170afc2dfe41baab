/*
 * certificate.c - the few fields of X.509 that people ask for; see certificate.h.
 *
 *	Certificate ::= SEQUENCE { tbsCertificate SEQUENCE {
 *		[0] version, serial, algorithm, issuer, validity, subject, key, ..., [3] extensions
 */
#include "importers/ldap/certificate.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#define TAG_SEQUENCE 0x30u
#define TAG_SET 0x31u
#define TAG_OID 0x06u
#define TAG_OCTETS 0x04u
#define TAG_UTC_TIME 0x17u
#define TAG_VERSION 0xa0u
#define TAG_EXTENSIONS 0xa3u
#define TAG_DNS_NAME 0x82u
#define TAG_ADDRESS 0x87u

/* Elements one after another inside of their parent. */
struct elements {
	struct bytes rest;
};

/* Definite lengths of at most four bytes; tags of one byte. That is all a certificate has. */
static bool
take_length(struct bytes *rest, size_t *ret_length)
{
	if (!rest->size)
		return false;
	size_t first = (unsigned char)rest->data[0], digits = first & 0x80 ? first & 0x7f : 0;
	size_t length = digits ? 0 : first;
	if (digits > 4 || first == 0x80 || rest->size < 1 + digits)
		return false;
	for (size_t i = 1; i <= digits; i++)
		length = length << 8 | (unsigned char)rest->data[i];
	*rest = (struct bytes){ rest->data + 1 + digits, rest->size - 1 - digits };
	*ret_length = length;
	return length <= rest->size;
}

static bool
take(struct elements *elements, unsigned *ret_tag, struct bytes *ret_content)
{
	struct bytes rest = elements->rest;
	size_t length;
	if (!rest.size)
		return false;
	unsigned tag = (unsigned char)rest.data[0];
	rest = (struct bytes){ rest.data + 1, rest.size - 1 };
	if (!take_length(&rest, &length))
		return false;
	*ret_tag = tag;
	*ret_content = (struct bytes){ rest.data, length };
	elements->rest = (struct bytes){ rest.data + length, rest.size - length };
	return true;
}

static bool
take_as(struct elements *elements, unsigned tag, struct elements *ret_inside)
{
	unsigned found;
	struct bytes content;
	if (!take(elements, &found, &content) || found != tag)
		return false;
	*ret_inside = (struct elements){ content };
	return true;
}

static bool
is_oid(struct bytes oid, const char *bytes)
{
	return oid.size == strlen(bytes) && memcmp(oid.data, bytes, oid.size) == 0;
}

/* The common name of a Name, or its organisation. */
static const char *
name_words(struct elements name, struct arena *arena)
{
	const char *organisation = "";
	struct elements set, pair, oid;
	struct bytes value;
	unsigned tag;
	while (take_as(&name, TAG_SET, &set)) {
		if (!take_as(&set, TAG_SEQUENCE, &pair) || !take_as(&pair, TAG_OID, &oid) ||
			!take(&pair, &tag, &value))
			continue;
		if (is_oid(oid.rest, "\x55\x04\x03"))
			return arena_strndup(arena, value.data, value.size);
		if (is_oid(oid.rest, "\x55\x04\x0a"))
			organisation = arena_strndup(arena, value.data, value.size);
	}
	return organisation;
}

/* With four digits of the year. */
static const char *
read_time(struct elements *validity, struct arena *arena)
{
	unsigned tag;
	struct bytes text;
	if (!take(validity, &tag, &text) || text.size < 12)
		return "";
	const char *century = tag != TAG_UTC_TIME ? "" : text.data[0] < '5' ? "20" : "19";
	return arena_printf(arena, "%s%.*s", century, (int)text.size, text.data);
}

static void
add_name(struct certificate *certificate, unsigned tag, struct bytes name, struct arena *arena)
{
	char address[INET6_ADDRSTRLEN];
	if (tag == TAG_DNS_NAME)
		string_list_push(
			arena, &certificate->names, arena_strndup(arena, name.data, name.size));
	else if (tag == TAG_ADDRESS && (name.size == 4 || name.size == 16) &&
		inet_ntop(name.size == 4 ? AF_INET : AF_INET6, name.data, address, sizeof(address)))
		string_list_push(arena, &certificate->names, arena_strdup(arena, address));
}

static void
read_names(struct elements extensions, struct certificate *certificate, struct arena *arena)
{
	struct elements list, extension, oid, names;
	if (!take_as(&extensions, TAG_SEQUENCE, &list))
		return;
	while (take_as(&list, TAG_SEQUENCE, &extension)) {
		unsigned tag = 0;
		struct bytes value = { 0 };
		if (!take_as(&extension, TAG_OID, &oid) || !is_oid(oid.rest, "\x55\x1d\x11"))
			continue;
		/* A boolean, whether it is critical, may stand before. */
		while (tag != TAG_OCTETS && take(&extension, &tag, &value))
			;
		struct elements inside = { value };
		if (tag != TAG_OCTETS || !take_as(&inside, TAG_SEQUENCE, &names))
			return;
		while (take(&names, &tag, &value))
			add_name(certificate, tag, value, arena);
	}
}

bool
certificate_read(struct bytes der, struct arena *arena, struct certificate *ret_certificate)
{
	struct certificate certificate = { 0 };
	struct elements whole = { der }, outer, body, issuer, validity, subject;
	unsigned tag;
	struct bytes content;
	/* The version may be missing; serial and algorithm follow. */
	if (!take_as(&whole, TAG_SEQUENCE, &outer) || !take_as(&outer, TAG_SEQUENCE, &body) ||
		!take(&body, &tag, &content) ||
		(tag == TAG_VERSION && !take(&body, &tag, &content)) ||
		!take(&body, &tag, &content) || !take_as(&body, TAG_SEQUENCE, &issuer) ||
		!take_as(&body, TAG_SEQUENCE, &validity) || !take_as(&body, TAG_SEQUENCE, &subject))
		return false;
	certificate.issuer = name_words(issuer, arena);
	certificate.from = read_time(&validity, arena);
	certificate.until = read_time(&validity, arena);
	certificate.subject = name_words(subject, arena);
	while (take(&body, &tag, &content))
		if (tag == TAG_EXTENSIONS)
			read_names((struct elements){ content }, &certificate, arena);
	*ret_certificate = certificate;
	return true;
}

/* "*.example.org" stands for one label. */
static bool
is_name(const char *pattern, const char *host)
{
	const char *domain = strchr(host, '.');
	return strcasecmp(pattern, host) == 0 ||
		(strncmp(pattern, "*.", 2) == 0 && domain && strcasecmp(pattern + 1, domain) == 0);
}

bool
certificate_is_for(const struct certificate *certificate, const char *host)
{
	ARRAY_FOREACH (name, &certificate->names)
		if (is_name(*name, host))
			return true;
	return !certificate->names.count && is_name(certificate->subject, host);
}
