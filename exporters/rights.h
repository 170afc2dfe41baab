/*
 * rights.h - what an account may do and where, for formats that know no layouts.
 *
 * The folders are the account's own list, else those of its layout in the configuration; the
 * profile is the account's over the layout's, field by field (core/model/profile.h).
 */
#ifndef REHOME_EXPORTERS_RIGHTS_H
#define REHOME_EXPORTERS_RIGHTS_H

#include "core/model/exporter.h"
#include "exporters/loss.h"

struct rights {
	const struct folder_list *folders; /* parents before children; may be empty, never NULL */
	struct jail_profile profile;
};

enum { RIGHT_READ = 04, RIGHT_WRITE = 02, RIGHT_ENTER = 01 };

/* Of the job's account number i. A layout that is in no configuration has no folders: a loss. */
struct rights rights_of(const struct export_job *job, size_t i, struct losses *losses);

/* Who owns the folder: "root", the account's login, or whom the folder names. */
const char *rights_owner(const struct folder *folder, const char *login);
/* Its group; NULL = the jail's. Of a user's own group the name is the login's unless the host says
 * otherwise. host may be NULL. */
const char *rights_group(
	const struct folder *folder, const char *login, const struct export_host *host);

/*
 * RIGHT_... of the account in a folder: the mode's bits for its owner, for the group where that is
 * the jail's, the user's own or one that the account is in, else for others. A profile that is
 * read-only takes RIGHT_WRITE away.
 */
unsigned rights_in(
	const struct rights *rights, const struct folder *folder, const struct account *account);

#endif
