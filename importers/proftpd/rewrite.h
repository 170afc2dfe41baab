/*
 * rewrite.h - RewriteRule of mod_rewrite: rules that change the name, the password or the home of
 * a login before the server sees them.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_REWRITE_H
#define REHOME_IMPORTERS_PROFTPD_REWRITE_H

#include "importers/proftpd/session.h"

/* OLD_UNKNOWN when a rule may change the login, which is not followed here; a note for the rest. */
void pro_rewrite_apply(const struct pro_session *session, struct old_login *login);

#endif
