/*
 * directory_internal.h - what the files directory*.c share: the handle, and how a failure of
 * libldap is put into words.
 */
#ifndef REHOME_LDAP_DIRECTORY_INTERNAL_H
#define REHOME_LDAP_DIRECTORY_INTERNAL_H

#include <ldap.h>
#include <signal.h>

#include "importers/ldap/certificate.h"
#include "importers/ldap/directory.h"
#include "importers/ldap/options.h"

/* What the root DSE says of a control. */
enum offered {
	OFFERED_UNKNOWN, /* it could not be read, or names no controls */
	OFFERED_YES,
	OFFERED_NO,
};

/* An entry's arrays, used again by the next one: a listing's memory does not grow. */
struct entry_room {
	struct directory_entry entry;
	/* Attributes with a room; entry.attributes.count are in use. */
	size_t attributes_made;
};

struct directory {
	LDAP *ld;
	const struct ldap_config *config;
	struct arena *arena;
	const char *uri;
	const char *auth; /* a word of the option, never "auto" */
	bool local;	  /* ldapi:// */
	bool tls;	  /* what is said is protected by TLS */
	const char *words;
	enum offered paging;
	bool active_directory;
	struct string_list bases; /* its naming contexts */
};

/* Where errors are. */
struct place directory_place(const struct directory *directory);

/* "size limit exceeded (LDAP result 4)", with the server's own words behind if there are some. */
const char *directory_failure(struct directory *directory, int code, const char *server_text);

/* The server's or the library's words for what happened last, NULL when there are none. */
const char *directory_diagnostic(struct directory *directory);

/* directory_tls.c: before the connection is made. */
NODISCARD bool directory_set_tls(struct directory *directory, struct diags *diags);
/* The error of a connection without TLS though it was to have it; what ("cannot connect") and the
 * code are libldap's. */
bool directory_fail_tls(
	struct directory *directory, const char *what, int code, struct diags *diags);

/* directory_reach.c. NULL when it can be reached, or that cannot be found out. */
const char *directory_unreachable(const struct directory *directory);
/* What the server shows, believed or not. */
NODISCARD bool directory_peek_certificate(
	const struct directory *directory, struct certificate *ret_certificate);

/* directory_bind.c: checks that need no server; then the bind. */
NODISCARD bool directory_check_auth(struct directory *directory, struct diags *diags);
NODISCARD bool directory_bind(struct directory *directory, bool *ret_refused, struct diags *diags);

/* directory_root.c: what the root DSE says; silent where it cannot be read. */
void directory_read_root(struct directory *directory);

/* directory_entry.c. False when the entry cannot be read as one; the dn is set if it could be. */
NODISCARD bool directory_read_entry(
	struct directory *directory, LDAPMessage *message, struct entry_room *room);

/*
 * A server that is gone must not end the program: libldap writes without care for SIGPIPE.
 *
 *	AUTO_PIPE_GUARD struct pipe_guard guard = pipe_guard_start();
 */
struct pipe_guard {
	sigset_t before;
	bool pending; /* already then, so it is not ours to take */
};
struct pipe_guard pipe_guard_start(void);
void pipe_guard_finish(struct pipe_guard *guard);
/* Nothing else is done with it, which clang would take for an oversight. */
#define AUTO_PIPE_GUARD __attribute__((unused)) AUTO(pipe_guard_finish)

#endif
