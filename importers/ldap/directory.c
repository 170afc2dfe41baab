/*
 * directory.c - one connection: the URIs in their order, what libldap may read of this machine,
 * and failures in words.
 *
 * libldap takes defaults from files of the caller and of the folder he happens to be in, and from
 * his environment. Any of them could name another authority, or none, or cut a listing short. None
 * is read here: what protects a listing comes from our options alone.
 */
#include "importers/ldap/directory.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

#include "importers/ldap/directory_internal.h"

/* Of one message, which is one entry: a group with half a million members fits. */
#define MESSAGE_SIZE ((ber_len_t)64 << 20)
#define READ_AHEAD 65536

/* ---- words ---- */

struct place
directory_place(const struct directory *directory)
{
	return at(directory->uri, 0);
}

const char *
directory_diagnostic(struct directory *directory)
{
	char *text = NULL;
	ldap_get_option(directory->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &text);
	const char *copy = text && *text ? text_trimmed(directory->arena, text) : NULL;
	ldap_memfree(text);
	return copy && *copy ? copy : NULL;
}

const char *
directory_failure(struct directory *directory, int code, const char *server_text)
{
	char *words = arena_strdup(directory->arena, ldap_err2string(code));
	if (isupper((unsigned char)words[0]) && islower((unsigned char)words[1]))
		words[0] = (char)tolower((unsigned char)words[0]);
	/* Negative ones are the library's own, and mean nothing to anybody. */
	const char *number =
		code > 0 ? arena_printf(directory->arena, " (LDAP result %d)", code) : "";
	const char *before = server_text && *server_text ? ": " : "";
	return arena_printf(
		directory->arena, "%s%s%s%s", words, number, before, *before ? server_text : "");
}

/* ---- SIGPIPE ---- */

static sigset_t
only_pipe(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	return set;
}

struct pipe_guard
pipe_guard_start(void)
{
	struct pipe_guard guard;
	sigset_t pipe = only_pipe(), pending;
	sigpending(&pending);
	guard.pending = sigismember(&pending, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, &guard.before);
	return guard;
}

void
pipe_guard_finish(struct pipe_guard *guard)
{
	sigset_t pipe = only_pipe();
	if (!guard->pending)
		while (sigtimedwait(&pipe, NULL, &(struct timespec){ 0 }) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}

/* ---- the handle ---- */

/* libldap reads its files with the first call of the process, unless it is told not to. */
static void
keep_strangers_settings_out(void)
{
	static const char variable[] = "LDAPNOINIT";
	bool was_set = getenv(variable);
	int version;
	setenv(variable, "1", 1);
	ldap_get_option(NULL, LDAP_OPT_PROTOCOL_VERSION, &version);
	if (!was_set)
		unsetenv(variable);
}

static void
set_limits(struct directory *directory)
{
	const struct ldap_config *config = directory->config;
	struct timeval connect = { .tv_sec = config->connect_timeout };
	int version = LDAP_VERSION3, never = LDAP_DEREF_NEVER, none = LDAP_NO_LIMIT;

	/* These cannot fail: their values are of the right type. */
	ldap_set_option(directory->ld, LDAP_OPT_PROTOCOL_VERSION, &version);
	ldap_set_option(directory->ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
	ldap_set_option(directory->ld, LDAP_OPT_RESTART, LDAP_OPT_ON);
	ldap_set_option(directory->ld, LDAP_OPT_DEREF, &never);
	ldap_set_option(directory->ld, LDAP_OPT_SIZELIMIT, &none);
	ldap_set_option(directory->ld, LDAP_OPT_TIMELIMIT, &none);
	ldap_set_option(directory->ld, LDAP_OPT_NETWORK_TIMEOUT, &connect);
	ldap_set_option(directory->ld, LDAP_OPT_TIMEOUT, &connect);
}

/*
 * A message says its length first, and libldap would believe any. It would wait without end for the
 * rest of one that has begun, as of a server that lost its power, and ask the kernel three times
 * for each; entries are small, and many.
 */
static void
set_up_reading(struct directory *directory)
{
	Sockbuf *sockbuf = NULL;
	ber_len_t most = MESSAGE_SIZE, ahead = READ_AHEAD;
	struct timeval wait = { .tv_sec = directory->config->search_timeout };
	int fd = -1;
	ldap_get_option(directory->ld, LDAP_OPT_SOCKBUF, &sockbuf);
	ber_sockbuf_ctrl(sockbuf, LBER_SB_OPT_SET_MAX_INCOMING, &most);
	ber_sockbuf_add_io(sockbuf, &ber_sockbuf_io_readahead, LBER_SBIOD_LEVEL_PROVIDER, NULL);
	ber_sockbuf_ctrl(sockbuf, LBER_SB_OPT_SET_READAHEAD, &ahead);
	ldap_get_option(directory->ld, LDAP_OPT_DESC, &fd);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
}

static bool
parse_uri(struct directory *directory, struct diags *diags)
{
	LDAPURLDesc *url = NULL;
	bool valid = ldap_url_parse(directory->uri, &url) == LDAP_URL_SUCCESS &&
		(!url->lud_dn || !*url->lud_dn) && strcasecmp(url->lud_scheme, "cldap") != 0;
	if (valid) {
		directory->local = strcasecmp(url->lud_scheme, "ldapi") == 0;
		directory->tls = strcasecmp(url->lud_scheme, "ldaps") == 0;
	} else {
		diag_error(diags, directory_place(directory), "no URI of a directory server");
		diag_hint(diags,
			"Write ldaps://HOST, ldap://HOST:PORT or ldapi://%%2Fpath%%2Fof"
			"%%2Fsocket; the base is an option.");
	}
	ldap_free_urldesc(url);
	return valid;
}

/* ---- one server ---- */

static bool
fail_to_connect(struct directory *directory, int code, int error, struct diags *diags)
{
	const char *why = directory_unreachable(directory);
	if (!why && directory->tls)
		return directory_fail_tls(directory, "cannot connect", code, diags);
	if (!why && error)
		why = strerror(error);
	if (!why)
		why = directory_failure(directory, code, directory_diagnostic(directory));
	diag_error(diags, directory_place(directory), "cannot connect: %s", why);
	diag_hint(diags,
		directory->local
			? "See that the server runs, or correct the path in uri."
			: "See that the server runs and is reached from here, or correct host and "
			  "port in uri.");
	return false;
}

static bool
start_tls(struct directory *directory, struct diags *diags)
{
	int code = ldap_start_tls_s(directory->ld, NULL, NULL);
	if (code == LDAP_SUCCESS) {
		directory->tls = true;
		return true;
	}
	/* An answer of the server has a number; without one the handshake failed. */
	if (code < 0)
		return directory_fail_tls(directory, "cannot start TLS", code, diags);
	diag_error(diags, directory_place(directory), "cannot start TLS: %s",
		directory_failure(directory, code, directory_diagnostic(directory)));
	diag_hint(diags,
		"The server does not offer StartTLS: use ldaps://, or say starttls: no if "
		"this network can be trusted.");
	return false;
}

static bool
is_this_machine(const char *uri)
{
	LDAPURLDesc *url = NULL;
	if (ldap_url_parse(uri, &url) != LDAP_URL_SUCCESS)
		return false;
	const char *host = url->lud_host ? url->lud_host : "";
	bool here = !*host || strcasecmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
		strncmp(host, "127.", 4) == 0;
	ldap_free_urldesc(url);
	return here;
}

/* Whoever is on the way can make users of his own, with his keys. */
static void
warn_of_plaintext(struct directory *directory, struct diags *diags)
{
	if (directory->tls || directory->local || is_this_machine(directory->uri) ||
		strcmp(directory->auth, "gssapi") == 0)
		return;
	diag_warning(diags, directory_place(directory),
		"nothing protects the listing on the way: who is there can change it");
	diag_hint(diags, "Use ldaps://, or leave starttls on.");
}

static const char *
words_of(struct directory *directory)
{
	return arena_printf(directory->arena, "%s, %s%s", directory->uri,
		directory->tls && strncasecmp(directory->uri, "ldaps", 5) != 0 ? "StartTLS, " : "",
		strcmp(directory->auth, "anonymous") == 0
			? "anonymous"
			: arena_printf(directory->arena, "%s bind", directory->auth));
}

/* All that needs no server. */
static bool
prepare(struct directory *directory, struct diags *diags)
{
	if (!parse_uri(directory, diags) || !directory_check_auth(directory, diags))
		return false;
	int code = ldap_initialize(&directory->ld, directory->uri);
	if (code != LDAP_SUCCESS)
		return diag_error(diags, directory_place(directory), "cannot be used: %s",
			ldap_err2string(code));
	set_limits(directory);
	return directory_set_tls(directory, diags);
}

/* *ret_refused: the server answered, and will have none of us; another has the same passwords. */
static bool
connect_to(struct directory *directory, bool *ret_refused, struct diags *diags)
{
	if (!prepare(directory, diags))
		return false;
	errno = 0;
	int code = ldap_connect(directory->ld);
	if (code != LDAP_SUCCESS)
		return fail_to_connect(directory, code, errno, diags);
	set_up_reading(directory);
	if (!directory->tls && !directory->local && directory->config->starttls &&
		!start_tls(directory, diags))
		return false;
	if (!directory_bind(directory, ret_refused, diags))
		return false;
	warn_of_plaintext(directory, diags);
	directory->words = words_of(directory);
	directory_read_root(directory);
	return true;
}

static void
disconnect(struct directory *directory)
{
	if (directory->ld)
		ldap_unbind_ext(directory->ld, NULL, NULL);
	directory->ld = NULL;
	directory->tls = directory->local = false;
}

/* ---- the face ---- */

/* Failures of servers that others stand in for are warnings. */
static void
report(const struct diags *found, bool connected, struct diags *diags)
{
	ARRAY_FOREACH (diag, found) {
		struct diag copy = *diag;
		if (connected && copy.level == DIAG_ERROR)
			copy.level = DIAG_WARNING;
		diag_append(diags, &copy);
	}
}

/* Takes the next of several URIs off. False when none is left. */
static bool
take_uri(struct directory *directory, const char **uris)
{
	static const char blanks[] = " \t\n";
	*uris += strspn(*uris, blanks);
	size_t length = strcspn(*uris, blanks);
	directory->uri = arena_strndup(directory->arena, *uris, length);
	*uris += length;
	return length > 0;
}

static bool
refuse_none(struct diags *diags)
{
	return diag_error(diags, NOWHERE, "no URI of a directory server is given");
}

bool
directory_check(const struct ldap_config *config, const char *uris, struct arena *arena,
	struct diags *diags)
{
	struct directory directory = { .config = config, .arena = arena };
	bool any = false, good = true;
	keep_strangers_settings_out();
	while (take_uri(&directory, &uris)) {
		any = true;
		good = prepare(&directory, diags) && good;
		disconnect(&directory);
	}
	return any ? good : refuse_none(diags);
}

bool
directory_open(const struct ldap_config *config, const char *uris, struct arena *arena,
	struct directory **ret_directory, struct diags *diags)
{
	AUTO_PIPE_GUARD struct pipe_guard guard = pipe_guard_start();
	struct directory *directory = ARENA_NEW(arena, struct directory);
	struct diags found = { .arena = diags->arena };
	bool connected = false, refused = false, any = false;

	*directory = (struct directory){ .config = config, .arena = arena };
	keep_strangers_settings_out();
	while (!connected && !refused && take_uri(directory, &uris)) {
		any = true;
		connected = connect_to(directory, &refused, &found);
		if (!connected)
			disconnect(directory);
	}
	if (!any)
		return refuse_none(diags);
	report(&found, connected, diags);
	if (connected)
		*ret_directory = directory;
	return connected;
}

void
directory_close(struct directory *directory)
{
	if (!directory)
		return;
	AUTO_PIPE_GUARD struct pipe_guard guard = pipe_guard_start();
	disconnect(directory);
}

bool
directory_is_active_directory(struct directory *directory)
{
	return directory->active_directory;
}

const struct string_list *
directory_bases(const struct directory *directory)
{
	return &directory->bases;
}

const char *
directory_words(const struct directory *directory)
{
	return directory->words;
}
