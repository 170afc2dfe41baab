/*
 * gates.h - modules beside those that authenticate that refuse logins, rename them or change what
 * their jail is.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_GATES_H
#define REHOME_IMPORTERS_PROFTPD_GATES_H

#include "importers/proftpd/session.h"

/* Notes for every module that is loaded, on, and has something to say about the login; OLD_UNKNOWN
 * where the verdict depends on what is not evaluated. */
void pro_gates_apply(const struct pro_session *session, struct old_login *login);

#endif
