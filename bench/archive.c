/*
 * archive.c - archives homes the way a run does, and says how long each part took.
 *
 *	bench-archive DIRECTORY JOBS HOME...
 *
 * Prints, in seconds: writing until all is on disk, and reading all of it back from the disk and
 * comparing it. The first includes the digests of all contents.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/run/archive_batch.h"

static double
now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool
verify(struct archive_job *job)
{
	struct manifest_header header;
	struct manifest_totals totals;
	return archive_verify(job->host, job->dir, job->login, ARCHIVE_MANIFEST, true, NULL,
		&header, &totals, job->arena, job->diags);
}

static void
set_task(struct archive_task *task, const char *directory, const char *home, const char *login)
{
	struct stat st;
	if (stat(home, &st) != 0) {
		perror(home);
		exit(1);
	}
	*task = (struct archive_task){
		.job = {
			.dir = directory,
			.login = login,
			.home = home,
			.run = "1",
			.why = "leave",
			.dev = st.st_dev,
			.ino = st.st_ino,
			.owner = { st.st_uid, st.st_gid, st.st_mode & 07777 },
			.content = true,
		},
		.weight = UINT64_C(1) << 30,
	};
}

static double
perform(struct archive_batch *batch, struct host *host, bool (*what)(struct archive_job *job))
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	double begun = now();
	for (size_t i = 0; i < batch->count; i++)
		batch->items[i].perform = what;
	bool ok = archive_batch_perform(batch, host, &diags);
	for (size_t i = 0; i < batch->count; i++) {
		archive_tell(&batch->items[i].diags, &diags);
		ok = ok && batch->items[i].ok;
	}
	if (!ok) {
		fprintf(stderr, "%s\n", diags.count ? diags.items[0].message : "failed");
		exit(1);
	}
	return now() - begun;
}

int
main(int argc, char **argv)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct archive_batch batch = { .count = (size_t)argc - 3 };
	if (argc < 4) {
		fprintf(stderr, "usage: bench-archive DIRECTORY JOBS HOME...\n");
		return 64;
	}
	struct host *host = host_create("/", HOST_READ_WRITE, &diags);
	batch.jobs = (unsigned)atoi(argv[2]);
	batch.items = calloc(batch.count, sizeof(*batch.items));
	if (!host || !batch.items)
		return 1;
	for (size_t i = 0; i < batch.count; i++)
		set_task(&batch.items[i], argv[1], argv[i + 3], strrchr(argv[i + 3], '/') + 1);
	double written = perform(&batch, host, archive_complete);
	double verified = perform(&batch, host, verify);
	printf("%.3f %.3f\n", written - verified, verified);
	archive_batch_finish(&batch);
	free(batch.items);
	host_destroy(host);
	return 0;
}
