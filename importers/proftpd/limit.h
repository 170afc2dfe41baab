/*
 * limit.h - <Limit>: whether a visitor may log in, and which commands are his in a directory.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_LIMIT_H
#define REHOME_IMPORTERS_PROFTPD_LIMIT_H

#include "importers/proftpd/expression.h"

/*
 * Every <Limit LOGIN> of the section together. *ret_found: how many said yes or no; *ret_where: the
 * block that refused (not set otherwise).
 */
bool pro_limit_login(const struct pro_section *section, const struct pro_visitor *visitor,
	unsigned *ret_found, struct place *ret_where);

/*
 * A command of the group WRITE with that argument in a directory's section: what its <Limit>s and
 * those around it say, the server's last. directory: NULL = none.
 */
bool pro_limit_command(const struct pro_section *server, const struct pro_section *directory,
	const char *command, const char *argument, const struct pro_visitor *visitor,
	struct place *ret_where);

#endif
