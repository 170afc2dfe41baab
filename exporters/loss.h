/*
 * loss.h - what a format cannot hold, told once for all accounts that it concerns.
 */
#ifndef REHOME_EXPORTERS_LOSS_H
#define REHOME_EXPORTERS_LOSS_H

#include "core/model/exporter.h"

struct losses {
	const struct export_job *job;
	struct loss {
		const char *what, *hint; /* hint NULL = none */
		struct string_list logins;
	} * items;
	size_t count, room;
};

/* what: "a directory cannot hold a profile", the same text for all whom it concerns. */
void loss_add(
	struct losses *losses, const struct account *account, const char *what, const char *hint);

/* A warning each: "WHAT: anna, bert, carl and 12 more". */
void losses_tell(const struct losses *losses);

#endif
