/*
 * fuzz_directory.c - any bytes as the answers of a directory server to a listing, and as the
 * certificate that it shows.
 *
 * What must hold: the listing ends; it is complete or says why not; it counts what it handed over;
 * an entry has a name, attributes have names, and values are bytes that can be read.
 */
#include <openldap.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "importers/ldap/certificate.h"
#include "importers/ldap/directory_internal.h"
#include "tests/fuzz/must.h"

/* So much waits in a socket before anybody reads. */
#define MOST 100000

static bool
check_entry(void *ctx, const struct directory_entry *entry)
{
	size_t *count = ctx;
	unsigned sum = 0;
	++*count;
	MUST(entry->dn);
	ARRAY_FOREACH (attribute, &entry->attributes) {
		MUST(*attribute->name);
		MUST(directory_entry_find(entry, attribute->name));
		ARRAY_FOREACH (value, &attribute->values)
			for (size_t i = 0; i < value->size; i++)
				sum += (unsigned char)value->data[i];
	}
	return sum != 1;
}

/* A handle whose server has said everything already. */
static LDAP *
connect_to_bytes(const uint8_t *data, size_t size, int *ret_server)
{
	int pair[2];
	LDAP *ld = NULL;
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	MUST(write(pair[1], data, size) == (ssize_t)size);
	shutdown(pair[1], SHUT_WR);
	MUST(ldap_init_fd(pair[0], LDAP_PROTO_TCP, NULL, &ld) == LDAP_SUCCESS);
	*ret_server = pair[1];
	return ld;
}

static void
list(const uint8_t *data, size_t size, bool is_ad)
{
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_CLOSE int server = -1;
	struct diags diags = { .arena = &arena };
	struct ldap_config config = { 0 };
	size_t count = 0;
	struct directory_listing listing;
	struct string_list attributes = { 0 };
	struct directory_search search = {
		.base = "dc=x",
		.scope = DIRECTORY_SUBTREE,
		.filter = "(objectClass=*)",
		.attributes = &attributes,
		.entry = check_entry,
		.ctx = &count,
	};
	option_defaults(ldap_options, &config, &arena);
	struct directory *directory = ARENA_NEW(&arena, struct directory);
	*directory = (struct directory){
		.ld = connect_to_bytes(data, size, &server),
		.config = &config,
		.arena = &arena,
		.uri = "ldap://fuzz",
		.active_directory = is_ad,
	};
	if (directory_list(directory, &search, &listing, &diags)) {
		MUST(listing.complete == !listing.why);
		MUST(listing.entries == count);
		MUST(!listing.complete || listing.pages);
	} else {
		MUST(diags.errors && !count);
	}
	directory_close(directory);
}

static void
read_certificate(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct certificate certificate;
	if (!certificate_read((struct bytes){ (const char *)data, size }, &arena, &certificate))
		return;
	MUST(certificate.subject && certificate.issuer && certificate.from && certificate.until);
	ARRAY_FOREACH (name, &certificate.names)
		MUST(certificate_is_for(&certificate, *name));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t used = size < MOST ? size : MOST;
	list(data, used, size % 2);
	read_certificate(data, size);
	return 0;
}
