/*
 * fuzz_pure_conf.c - any bytes as Pure-FTPd's configuration file, for the daemon and for the script
 * of old releases.
 *
 * What must hold: it ends; each argument has a line of the file; a fault has a place; the command
 * line that comes of it can be parsed.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "importers/pureftpd/start.h"
#include "tests/fuzz/must.h"
#include "tests/fuzz/scratch.h"

static void
check(struct old_root *root, void (*read)(struct old_root *, const char *, struct pure_start *))
{
	struct pure_options options;
	struct pure_start start = {
		.name = "pure-ftpd", .binary = "", .notes.arena = old_root_arena(root)
	};
	read(root, "/conf", &start);
	MUST(!start.fault || start.fault_at.file);
	ARRAY_FOREACH (argument, &start.arguments)
		MUST(argument->text && argument->where.line);
	pure_options_parse(&start.arguments, old_root_arena(root), &options);
	MUST(options.methods.count && options.umask <= 0777);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_OLD_ROOT struct old_root *root = NULL;
	struct diags diags = { .arena = &arena };
	(void)scratch_is_new();
	scratch_write_bytes("conf", data, size);
	struct source source = {
		.name = "fuzz", .location = scratch, .shown = "fuzz", .arena = &arena
	};
	MUST(old_root_open(&source, &root, &diags));
	check(root, conf_file_read);
	check(root, perl_conf_read);
	return 0;
}
