/*
 * audit.h - one line in syslog (authpriv) for each run, each account it changed, and
 * each sync, even one that did nothing.
 *
 * Names are escaped; there are no secrets. Only for the live machine: below --root nothing of this
 * machine was changed.
 */
#ifndef REHOME_CLI_AUDIT_H
#define REHOME_CLI_AUDIT_H

#include <stddef.h>

void audit_start(const char *verb, const char *run_id, size_t users, const char *reason);
void audit_user(const char *run_id, const char *login, const char *action, const char *result);
/* What a sync of these sources came to: "1 created, 2 disabled, ...". */
void audit_sync(const char *sources, const char *totals, int exit_code);
void audit_end(const char *verb, const char *run_id, const char *outcome);

#endif
