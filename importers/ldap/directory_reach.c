/*
 * directory_reach.c - why a server could not be reached, and what certificate it shows.
 *
 * libldap says no more than that it could not. Both questions are asked after a failure only, on a
 * connection of their own, over which nothing of ours is sent.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "importers/ldap/directory_internal.h"

/* 0 or an errno. */
static int
try_address(const struct addrinfo *address, int milliseconds)
{
	int error = 0;
	socklen_t size = sizeof(error);
	AUTO_CLOSE int fd =
		socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	struct pollfd wait = { .fd = fd, .events = POLLOUT };
	int ready = poll(&wait, 1, milliseconds);
	if (ready == 0)
		return ETIMEDOUT;
	if (ready < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return errno;
	return error;
}

const char *
directory_unreachable(const struct directory *directory)
{
	LDAPURLDesc *url = NULL;
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *addresses = NULL;
	char port[16];
	if (directory->local || ldap_url_parse(directory->uri, &url) != LDAP_URL_SUCCESS)
		return NULL;
	snprintf(port, sizeof(port), "%d", url->lud_port);
	const char *host = url->lud_host && *url->lud_host ? url->lud_host : "localhost";
	int error = getaddrinfo(host, port, &hints, &addresses);
	const char *why = error
		? arena_printf(directory->arena, "host '%s': %s", host, gai_strerror(error))
		: NULL;
	error = 0;
	for (struct addrinfo *address = addresses; address && !why; address = address->ai_next) {
		error = try_address(address, 1000);
		if (!error)
			break;
	}
	if (error)
		why = strerror(error);
	if (addresses)
		freeaddrinfo(addresses);
	ldap_free_urldesc(url);
	return why;
}

static LDAP *
connect_unverified(const struct directory *directory)
{
	LDAP *ld = NULL;
	int never = LDAP_OPT_X_TLS_NEVER, client = 0, version = LDAP_VERSION3;
	struct timeval wait = { .tv_sec = directory->config->connect_timeout };
	if (ldap_initialize(&ld, directory->uri) != LDAP_SUCCESS)
		return NULL;
	ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version);
	ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &wait);
	ldap_set_option(ld, LDAP_OPT_TIMEOUT, &wait);
	ldap_set_option(ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &never);
	ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &client);
	bool inside = strncasecmp(directory->uri, "ldaps", 5) == 0;
	if (ldap_connect(ld) == LDAP_SUCCESS &&
		(inside || ldap_start_tls_s(ld, NULL, NULL) == LDAP_SUCCESS))
		return ld;
	ldap_unbind_ext(ld, NULL, NULL);
	return NULL;
}

bool
directory_peek_certificate(const struct directory *directory, struct certificate *ret_certificate)
{
	struct berval der = { 0 };
	LDAP *ld = connect_unverified(directory);
	if (!ld)
		return false;
	bool read = ldap_get_option(ld, LDAP_OPT_X_TLS_PEERCERT, &der) == LDAP_OPT_SUCCESS &&
		certificate_read((struct bytes){ der.bv_val, der.bv_len }, directory->arena,
			ret_certificate);
	ldap_memfree(der.bv_val);
	ldap_unbind_ext(ld, NULL, NULL);
	return read;
}
