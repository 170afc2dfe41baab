/*
 * export_managed.h - the accounts that rehome manages, as a source would say them.
 */
#ifndef REHOME_CLI_EXPORT_MANAGED_H
#define REHOME_CLI_EXPORT_MANAGED_H

#include "cli/session.h"
#include "core/model/exporter.h"

/* What an exporter is given: three lists of the same length, hosts being empty for sources. */
struct export_list {
	struct {
		const struct account **items;
		size_t count, room;
	} accounts;
	struct {
		const struct export_host **items;
		size_t count, room;
	} hosts;
	struct {
		const struct layout **items;
		size_t count, room;
	} layouts;
};

/*
 * Everybody whom the registry and the account files have, in the order of their logins; whose
 * account has gone is a warning. Opens the session. How an account stands is its state, and expiry,
 * keys and password are those that it has when it is open:
 *
 *	active		no state: whoever reads it leaves alone what stands there
 *	staged		staged
 *	disabled	disabled
 *	retired		left
 */
NODISCARD bool export_managed(struct session *session, struct export_list *list);

/* With the layout that it has in the configuration. hosts is for managed ones. */
void export_list_add(
	struct session *session, const struct account *account, struct export_list *list);

#endif
