/*
 * profile.h - what sshd itself does for an account beyond jailing it.
 *
 * Each distinct set becomes a group of its own and a Match block in front of the general one
 * (sftp-server(8): -d start directory, -u umask, -R read-only, -l log level). A layout may have
 * one, and so may an account; the account's wins field by field.
 *
 * What is in a profile can be said to sshd: profile_check_...() refuse the rest. The command of a
 * Match block is split at blanks and knows no quotes, so no start directory has any.
 */
#ifndef REHOME_MODEL_PROFILE_H
#define REHOME_MODEL_PROFILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/base/arena.h"
#include "core/base/diag.h"

struct jail_profile {
	const char *start; /* directory below the jail where a session begins ("pics"), "%u" in it
			      is the login; NULL = its root */
	bool has_umask;
	mode_t umask;
	bool read_only;
	const char *log_level;	 /* sshd's word, "INFO", "VERBOSE"; NULL = none */
	struct string_list from; /* addresses and networks ("10.0.0.0/8", "!10.1.0.0/16", "*"):
				    logins from elsewhere are refused; empty = from everywhere.
				    One that is excluded wins over all that are allowed */
};

bool profile_is_empty(const struct jail_profile *profile);

/* What is in force where an account wants one thing and its layout another. Nothing is copied. */
struct jail_profile profile_over(
	const struct jail_profile *account, const struct jail_profile *layout);

/*
 * Checks what somebody wrote, and normalises it: a start directory with or without '/' in front
 * ("/" is NULL), an octal umask, a level of sftp-server(8) in any case, one address, network or
 * "10.1.*", each perhaps with '!' in front. Name patterns are no addresses: sshd would have to
 * trust what the resolver says.
 */
NODISCARD bool profile_check_start(const char *text, struct place place, struct arena *arena,
	const char **ret_start, struct diags *diags);
NODISCARD bool profile_check_umask(
	const char *text, struct place place, mode_t *ret_umask, struct diags *diags);
NODISCARD bool profile_check_log_level(
	const char *text, struct place place, const char **ret_level, struct diags *diags);
NODISCARD bool profile_check_address(const char *text, struct place place, struct arena *arena,
	const char **ret_address, struct diags *diags);

/* The directory for one login. */
const char *profile_start_of(
	const struct jail_profile *profile, const char *login, struct arena *arena);
/* The same directory as text that is the same for others who have one of their own name: "ftp/anna"
 * of anna is "ftp/%u". */
const char *profile_start_for_all(const char *start, const char *login, struct arena *arena);

/* After the last address: sorts them, drops doubles, and refuses a list that lets nobody in. */
NODISCARD bool profile_complete_from(
	struct string_list *from, struct place place, struct arena *arena, struct diags *diags);

/*
 * "read-only umask=027 start=www log=VERBOSE from=10.0.0.0/8,!10.1.0.0/16": the same for equal
 * profiles; "" for an empty one. In plans, in the registry and in the drop-in.
 */
char *profile_text(const struct jail_profile *profile, struct arena *arena);
/*
 * The same as people write it: the words in any order, each once. Appends an error with place and
 * hint; a profile that was misread would give more rights than are meant.
 */
NODISCARD bool profile_read(const char *text, struct place place, struct arena *arena,
	struct jail_profile *ret_profile, struct diags *diags);
/* False for what profile_text() never wrote. */
NODISCARD bool profile_parse(
	const char *text, struct arena *arena, struct jail_profile *ret_profile);

/* "read-only, umask 027, starts in /www, from 10.0.0.0/8": for people. */
char *profile_words(const struct jail_profile *profile, struct arena *arena);

/* May somebody log in from this address? */
bool profile_allows(const struct jail_profile *profile, const char *address);
/* An address that it allows, and one that it refuses; NULL when none could be found. */
const char *profile_inside(const struct jail_profile *profile, struct arena *arena);
const char *profile_outside(const struct jail_profile *profile, struct arena *arena);

#endif
