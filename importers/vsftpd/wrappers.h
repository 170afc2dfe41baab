/*
 * wrappers.h - from where tcp_wrappers let people connect: /etc/hosts.allow and /etc/hosts.deny as
 * far as they are addresses and networks.
 *
 * The first rule that names the daemon and the client decides, those of hosts.allow first; without
 * one everybody may. What only the old machine could tell, host names for example, is not guessed.
 */
#ifndef REHOME_IMPORTERS_VSFTPD_WRAPPERS_H
#define REHOME_IMPORTERS_VSFTPD_WRAPPERS_H

#include "importers/old/root.h"

enum wrappers_verdict {
	WRAPPERS_OPEN,	  /* everybody */
	WRAPPERS_LIMITED, /* those in `from` */
	WRAPPERS_CLOSED,  /* nobody */
	WRAPPERS_UNCLEAR, /* rules that are not evaluated */
};

struct vsftpd_wrappers {
	enum wrappers_verdict verdict;
	struct place where;	 /* the rule that says so */
	struct string_list from; /* as old_login.from */
};

void vsftpd_wrappers_read(
	struct old_root *root, struct arena *arena, struct vsftpd_wrappers *ret_wrappers);

#endif
