/*
 * new_home.h - homes that Pure-FTPd made at the first login (CreateHomeDir).
 */
#ifndef REHOME_IMPORTERS_PUREFTPD_NEW_HOME_H
#define REHOME_IMPORTERS_PUREFTPD_NEW_HOME_H

#include "importers/old/root.h"

/*
 * Where an absolute path would be once the daemon had made what is missing of it: the real path of
 * what exists, and the rest. False when it could not: something on the way is no directory, or root
 * has no permission of its own in the last one that exists, for the daemon gave up overriding
 * modes. ids are the groups that the process already had.
 */
bool new_home_path(
	struct old_root *root, const char *path, const struct old_ids *ids, const char **ret_real);

#endif
