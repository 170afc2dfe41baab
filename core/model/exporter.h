/*
 * exporter.h - the contract of a plug-in that writes accounts in some format.
 *
 * An exporter appends to a buffer and never opens files; the command decides where the bytes go and
 * with which mode. Secrets are written only when with_secrets is set.
 *
 * An account says what it would be said of in a source: the state that it is in, the expiry, keys
 * and password that it has when it is open. Who is closed here must be closed wherever the format
 * is read: by the state where the format has one, else by whatever it has that lets nobody in.
 *
 * A format of several files names them as parts; write() is called once for each.
 */
#ifndef REHOME_MODEL_EXPORTER_H
#define REHOME_MODEL_EXPORTER_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/diag.h"
#include "core/base/table.h"
#include "core/base/text.h"
#include "core/model/account.h"
#include "core/model/option.h"

#define EXPORTER_ABI 1u

struct export_group {
	const char *name;
	bool has_gid; /* there is such a group on the host */
	gid_t gid;
};

/* A number of shadow(5) that is empty. */
enum { EXPORT_EMPTY = -1 };

/* What only the host knows of a managed account, as its lines have it. */
struct export_host {
	gid_t gid;
	const char *group; /* the primary one; NULL = the number has no name */
	const char *gecos; /* the whole field */
	struct {
		struct export_group *items;
		size_t count, room;
	} groups; /* in which it is listed, the jail's and other administrators' among them */
	bool has_shadow;
	int64_t changed, min, max, warn, inactive; /* days, or EXPORT_EMPTY */
	int64_t expires;			   /* the same; of a closed account the past */
	const char *lock; /* what stands for a password, or before the hash, so that none fits: "!",
			     "*", ...; "" = nothing does */
	bool nss;	  /* the name service's: no line in passwd or shadow is its own */
};

struct export_job {
	const struct account *const *accounts;
	size_t count;
	const struct export_host *const *hosts; /* of each account; NULL = accounts of sources */
	/* Of each account: what the layout that it is given, or gets by default, is in the
	 * configuration; NULL = it lists its folders, or there is no such layout. */
	const struct layout *const *layouts;
	const char *part; /* one of the exporter's; NULL = it has none */
	bool with_secrets;
	struct buffer *out;
	struct arena *arena;
	struct diags *diags;
};

/* Of the job's account number i; NULL = it is of a source. */
static inline const struct export_host *
export_host_of(const struct export_job *job, size_t i)
{
	return job->hosts ? job->hosts[i] : NULL;
}

struct exporter {
	unsigned abi; /* EXPORTER_ABI */
	const char *name;
	const char *summary;
	const struct option_spec *options;
	size_t config_size;
	const char *const *parts; /* "etc/passwd", ...; ends with NULL. NULL = it is one file */
	/* Who reads it makes the accounts without rehome, and refuses nothing that a source says.
	 */
	bool is_obeyed;
	/* What the table cannot say of the options; before anything is read. NULL = nothing. */
	bool (*check)(const void *config, struct diags *diags);
	bool (*write)(const void *config, const struct export_job *job);
};

/* exporters/registry.c; ends with NULL. */
extern const struct exporter *const exporters[];

#endif
