/*
 * exporter.h - the contract of a plug-in that writes accounts in some format.
 *
 * An exporter appends to a buffer and never opens files; the command decides where the bytes go and
 * with which mode. Secrets are written only when with_secrets is set.
 */
#ifndef REHOME_MODEL_EXPORTER_H
#define REHOME_MODEL_EXPORTER_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/diag.h"
#include "core/base/text.h"
#include "core/model/account.h"
#include "core/model/option.h"

#define EXPORTER_ABI 1u

struct export_job {
	const struct account *const *accounts;
	size_t count;
	bool with_secrets;
	struct buffer *out;
	struct arena *arena;
	struct diags *diags;
};

struct exporter {
	unsigned abi; /* EXPORTER_ABI */
	const char *name;
	const char *summary;
	const struct option_spec *options;
	size_t config_size;
	bool (*write)(const void *config, const struct export_job *job);
};

/* exporters/registry.c; ends with NULL. */
extern const struct exporter *const exporters[];

#endif
