/*
 * addresses.h - the lists of addresses of a virtual user as old_login.from says them.
 */
#ifndef REHOME_IMPORTERS_PUREFTPD_ADDRESSES_H
#define REHOME_IMPORTERS_PUREFTPD_ADDRESSES_H

#include "importers/pureftpd/virtual_user.h"

/*
 * Sets login->from, with notes for what it cannot say: names, which the daemon looked up at each
 * login and which stand in it as they are, rules on the server's own address, and items that some
 * releases read differently. A user whom nothing here lets in becomes OLD_UNKNOWN.
 */
void addresses_apply(const struct virtual_user *user, struct place where, struct arena *arena,
	struct old_login *login);

#endif
