/*
 * fuzz_sshd_config.c - any bytes as sshd's configuration.
 *
 * The configuration may include another file, but not itself: that ends at a limit, and late.
 */
#include <err.h>
#include <sys/stat.h>

#include "core/plan/sshd_internal.h"
#include "tests/fuzz/must.h"

/* Holds the input, written anew each time, and a file to include. */
static char root[] = "/tmp/rehome-fuzz-XXXXXX";

static void
remove_root(void)
{
	static const char *const names[] = { "etc/fuzz", "etc/ssh/included", "etc/ssh", "etc", "" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char path[128];
		snprintf(path, sizeof(path), "%s/%s", root, names[i]);
		remove(path);
	}
}

static void
write_file(const char *name, const void *data, size_t size)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", root, name);
	AUTO_FILE FILE *file = fopen(path, "we");
	if (!file || fwrite(data, 1, size, file) != size)
		err(1, "%s", path);
}

static void
make_root(void)
{
	static const char *const names[] = { "etc", "etc/ssh" };
	if (!mkdtemp(root))
		err(1, "%s", root);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char path[128];
		snprintf(path, sizeof(path), "%s/%s", root, names[i]);
		if (mkdir(path, 0755) != 0)
			err(1, "%s", path);
	}
	static const char included[] = "UsePAM yes\nMatch User x\nPermitTTY no\n";
	write_file("etc/ssh/included", included, sizeof(included) - 1);
	atexit(remove_root);
}

static void
judge_files(struct arena *arena)
{
	struct diags diags = { .arena = arena };
	struct sshd_config config;
	struct host *host = host_create(root, HOST_READ_ONLY, &diags);
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
	static bool has_root;
	if (!has_root)
		make_root();
	has_root = true;
	write_file("etc/fuzz", data, size);
	judge_files(&arena);
	return 0;
}
