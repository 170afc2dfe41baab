/*
 * access.h - .ftpaccess files in the directory of a session and those above it.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_ACCESS_H
#define REHOME_IMPORTERS_PROFTPD_ACCESS_H

#include "importers/proftpd/session.h"

/* Adds what they say to the session's sections, unless AllowOverride forbids it. */
void pro_access_apply(struct pro_session *session);

#endif
