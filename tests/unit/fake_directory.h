/*
 * fake_directory.h - a directory server that answers as no sound one would: pages that never end,
 * that lose their place, that break off.
 *
 * A thread on a port of 127.0.0.1. It lets everybody bind, offers no TLS, and answers the n-th
 * search with the n-th page of its script, the last one for ever. Include after cmocka.h.
 */
#ifndef REHOME_TESTS_FAKE_DIRECTORY_H
#define REHOME_TESTS_FAKE_DIRECTORY_H

#include <arpa/inet.h>
#include <lber.h>
#include <ldap.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum fake_oddity {
	FAKE_SOUND,
	FAKE_CLOSES,	  /* instead of the result */
	FAKE_HANGS,	  /* instead of the result, until the client goes */
	FAKE_GARBAGE,	  /* instead of the result: bytes that are no message */
	FAKE_HUGE,	  /* instead of the result: the beginning of a message of 256 MiB */
	FAKE_HALF,	  /* instead of the result: the first two bytes of it */
	FAKE_BAD_COOKIE,  /* a control whose value is none */
	FAKE_NO_CONTROL,  /* a result without it */
	FAKE_BAD_ENTRY,	  /* one entry more, whose attributes are no attributes */
	FAKE_NUL_IN_DN,	  /* one entry more, with a NUL in its name */
	FAKE_NUL_IN_TYPE, /* one entry more, with a NUL in the name of an attribute */
};

struct fake_page {
	unsigned first, entries; /* uid=1,dc=x and so on */
	const char *reference;	 /* NULL = none */
	int code;
	const char *cookie; /* "" = the last page */
	const char *text;
	enum fake_oddity oddity;
};

struct fake_directory {
	/* set by the test */
	const struct fake_page *pages;
	size_t count;
	bool without_pages, hides_root, is_ad;
	/* the server's */
	size_t searches, unpaged;
	int listener;
	unsigned port;
	pthread_t thread;
	char uri[64];
};

/* ---- messages ---- */

static void
fake_send(Sockbuf *sockbuf, BerElement *ber)
{
	ber_flush2(sockbuf, ber, LBER_FLUSH_FREE_ALWAYS);
}

static void
fake_send_entry(Sockbuf *sockbuf, int id, const struct berval *dn, const struct berval *type)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);
	ber_printf(ber, "{it{O{{O[ss]}}}}", id, LDAP_RES_SEARCH_ENTRY, dn, type, "one", "two");
	fake_send(sockbuf, ber);
}

static void
fake_send_named(Sockbuf *sockbuf, int id, unsigned number)
{
	char dn[32];
	snprintf(dn, sizeof(dn), "uid=%u,dc=x", number);
	fake_send_entry(sockbuf, id, &(struct berval){ strlen(dn), dn },
		&(struct berval){ 2, (char[]){ "cn" } });
}

static void
fake_send_odd_entry(Sockbuf *sockbuf, int id, enum fake_oddity oddity)
{
	char odd[] = "uid=odd\0,dc=x", type[] = "c\0n";
	struct berval dn = { sizeof(odd) - 1, odd }, name = { 2, (char[]){ "cn" } };
	if (oddity == FAKE_NUL_IN_DN) {
		fake_send_entry(sockbuf, id, &dn, &name);
	} else if (oddity == FAKE_NUL_IN_TYPE) {
		fake_send_entry(sockbuf, id, &(struct berval){ 7, odd },
			&(struct berval){ sizeof(type) - 1, type });
	} else if (oddity == FAKE_BAD_ENTRY) {
		BerElement *ber = ber_alloc_t(LBER_USE_DER);
		ber_printf(ber, "{it{s{si}}}", id, LDAP_RES_SEARCH_ENTRY, "uid=odd,dc=x", "cn", 7);
		fake_send(sockbuf, ber);
	}
}

/* op is LDAP_RES_...; page NULL = a result without control. */
static void
fake_send_result(Sockbuf *sockbuf, int id, ber_tag_t op, int code, const char *text,
	const struct fake_page *page)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);
	struct berval *value = NULL;
	ber_printf(ber, "{it{ess}", id, op, code, "", text ? text : "");
	if (page) {
		BerElement *cookie = ber_alloc_t(LBER_USE_DER);
		ber_printf(cookie, "{is}", 0, page->cookie ? page->cookie : "");
		ber_flatten(cookie, &value);
		ber_free(cookie, 1);
		if (page->oddity == FAKE_BAD_COOKIE)
			value->bv_len = 1;
		ber_printf(ber, "t{{sO}}", LDAP_TAG_CONTROLS, LDAP_CONTROL_PAGEDRESULTS, value);
		ber_bvfree(value);
	}
	ber_printf(ber, "}");
	fake_send(sockbuf, ber);
}

/* ---- what it answers ---- */

static void
fake_answer_root(const struct fake_directory *fake, Sockbuf *sockbuf, int id)
{
	if (!fake->hides_root) {
		BerElement *ber = ber_alloc_t(LBER_USE_DER);
		ber_printf(ber, "{it{s{{s[s]}{s[s]}{s[s]}}}}", id, LDAP_RES_SEARCH_ENTRY, "",
			"supportedControl",
			fake->without_pages ? LDAP_CONTROL_MANAGEDSAIT : LDAP_CONTROL_PAGEDRESULTS,
			"supportedCapabilities", fake->is_ad ? "1.2.840.113556.1.4.800" : "1.2.3",
			"namingContexts", "dc=real");
		fake_send(sockbuf, ber);
	}
	fake_send_result(sockbuf, id, LDAP_RES_SEARCH_RESULT, LDAP_SUCCESS, NULL, NULL);
}

/* False when the connection ends here. */
static bool
fake_answer_search(struct fake_directory *fake, Sockbuf *sockbuf, int id, bool paged)
{
	size_t index = fake->searches++;
	const struct fake_page *page = &fake->pages[index < fake->count ? index : fake->count - 1];
	if (!paged)
		fake->unpaged++;
	if (paged && fake->without_pages) {
		fake_send_result(sockbuf, id, LDAP_RES_SEARCH_RESULT,
			LDAP_UNAVAILABLE_CRITICAL_EXTENSION, NULL, NULL);
		fake->searches--;
		return true;
	}
	for (unsigned i = 0; i < page->entries; i++)
		fake_send_named(sockbuf, id, page->first + i);
	fake_send_odd_entry(sockbuf, id, page->oddity);
	if (page->reference) {
		BerElement *ber = ber_alloc_t(LBER_USE_DER);
		ber_printf(ber, "{it{s}}", id, LDAP_RES_SEARCH_REFERENCE, page->reference);
		fake_send(sockbuf, ber);
	}
	if (page->oddity == FAKE_CLOSES)
		return false;
	if (page->oddity == FAKE_GARBAGE || page->oddity == FAKE_HUGE) {
		int fd;
		ber_sockbuf_ctrl(sockbuf, LBER_SB_OPT_GET_FD, &fd);
		(void)!write(fd,
			page->oddity == FAKE_HUGE ? "\x30\x84\x10\x00\x00\x00\x02\x01\x03\x64"
						  : "GET / HTTP/",
			10);
		return page->oddity == FAKE_HUGE;
	}
	if (page->oddity == FAKE_HALF) {
		int fd;
		ber_sockbuf_ctrl(sockbuf, LBER_SB_OPT_GET_FD, &fd);
		(void)!write(fd, "\x30\x20", 2);
		return true;
	}
	if (page->oddity != FAKE_HANGS)
		fake_send_result(sockbuf, id, LDAP_RES_SEARCH_RESULT, page->code, page->text,
			paged && page->oddity != FAKE_NO_CONTROL ? page : NULL);
	return true;
}

/* The rest of a search request behind its base and scope: is there a control? */
static bool
fake_has_controls(BerElement *ber)
{
	ber_len_t length;
	ber_int_t number;
	ber_tag_t tag;
	/* deref, size, time, types only, filter, attributes */
	if (ber_scanf(ber, "eiibxx", &number, &number, &number, &number) == LBER_ERROR)
		return false;
	tag = ber_peek_tag(ber, &length);
	return tag == LDAP_TAG_CONTROLS;
}

static bool
fake_answer(struct fake_directory *fake, Sockbuf *sockbuf, BerElement *ber)
{
	ber_int_t id, scope;
	ber_len_t length;
	struct berval base;
	if (ber_get_int(ber, &id) == LBER_ERROR)
		return false;
	switch (ber_skip_tag(ber, &length)) {
	case LDAP_REQ_BIND:
		fake_send_result(sockbuf, id, LDAP_RES_BIND, LDAP_SUCCESS, NULL, NULL);
		return true;
	case LDAP_REQ_EXTENDED:
		fake_send_result(sockbuf, id, LDAP_RES_EXTENDED, LDAP_PROTOCOL_ERROR, NULL, NULL);
		return true;
	case LDAP_REQ_SEARCH:
		if (ber_scanf(ber, "me", &base, &scope) == LBER_ERROR)
			return false;
		if (!base.bv_len && scope == LDAP_SCOPE_BASE)
			fake_answer_root(fake, sockbuf, id);
		else
			return fake_answer_search(fake, sockbuf, id, fake_has_controls(ber));
		return true;
	case LDAP_REQ_ABANDON:
		return true;
	default:
		return false;
	}
}

static void
fake_serve(struct fake_directory *fake, int fd)
{
	Sockbuf *sockbuf = ber_sockbuf_alloc();
	ber_len_t length;
	bool goes_on = true;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	ber_sockbuf_add_io(sockbuf, &ber_sockbuf_io_tcp, LBER_SBIOD_LEVEL_PROVIDER, NULL);
	ber_sockbuf_ctrl(sockbuf, LBER_SB_OPT_SET_FD, &fd);
	while (goes_on) {
		BerElement *ber = ber_alloc_t(LBER_USE_DER);
		goes_on = ber_get_next(sockbuf, &length, ber) == LDAP_TAG_MESSAGE &&
			fake_answer(fake, sockbuf, ber);
		ber_free(ber, 1);
	}
	ber_sockbuf_free(sockbuf);
}

static void *
fake_run(void *argument)
{
	struct fake_directory *fake = argument;
	sigset_t pipe;
	/* Who hung up does not end the test. */
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, NULL);
	for (;;) {
		int fd = accept(fake->listener, NULL, NULL);
		if (fd < 0)
			return NULL;
		fake_serve(fake, fd);
	}
}

static inline void
fake_start(struct fake_directory *fake)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);
	fake->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fake->listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fake->listener, 5), 0);
	getsockname(fake->listener, (struct sockaddr *)&address, &size);
	snprintf(fake->uri, sizeof(fake->uri), "ldap://127.0.0.1:%u", ntohs(address.sin_port));
	pthread_create(&fake->thread, NULL, fake_run, fake);
}

/* The client must have closed its connection before. */
static inline void
fake_stop(struct fake_directory *fake)
{
	shutdown(fake->listener, SHUT_RDWR);
	pthread_join(fake->thread, NULL);
	close(fake->listener);
}

#endif
