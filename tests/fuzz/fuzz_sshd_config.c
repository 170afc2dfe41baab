/*
 * fuzz_sshd_config.c - any bytes as sshd's configuration.
 *
 * The configuration may include another file, but not itself: that ends at a limit, and late.
 */
#include <err.h>

#include "core/plan/sshd_internal.h"
#include "tests/fuzz/must.h"
#include "tests/fuzz/scratch.h"

static void
make_machine(void)
{
	scratch_folder("etc");
	scratch_folder("etc/ssh");
	scratch_write("etc/ssh/included", "UsePAM yes\nMatch User x\nPermitTTY no\n");
}

static void
judge_files(struct arena *arena)
{
	struct diags diags = { .arena = arena };
	struct sshd_config config;
	struct host *host = host_create(scratch, HOST_READ_ONLY, &diags);
	if (!host)
		errx(1, "%s", diags.items[0].message);
	if (sshd_config_read(host, "/etc/fuzz", arena, &config, &diags)) {
		sshd_config_judge(&config, "/etc/ssh/sshd_config.d/60-rehome.conf", "sftponly",
			arena, &diags);
		sshd_config_depends_on_user(&config);
	} else {
		MUST(diags.errors);
	}
	host_destroy(host);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	if (scratch_is_new())
		make_machine();
	scratch_write_bytes("etc/fuzz", data, size);
	judge_files(&arena);
	return 0;
}
