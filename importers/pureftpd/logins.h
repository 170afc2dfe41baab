/*
 * logins.h - everybody whom a Pure-FTPd or one of its files knows, and what happened to them.
 */
#ifndef REHOME_IMPORTERS_PUREFTPD_LOGINS_H
#define REHOME_IMPORTERS_PUREFTPD_LOGINS_H

#include "importers/pureftpd/methods.h"
#include "importers/pureftpd/start.h"

/* Reports each name once, and what is true for all of them as warnings. False: reading shall end.
 */
NODISCARD bool pure_logins_report(
	const struct methods *methods, const struct pure_start *start, struct sink *sink);

#endif
