/*
 * fuzz_proftpd.c - any text as proftpd.conf, a file that it includes, an AuthUserFile, an
 * AuthGroupFile and a .ftpaccess.
 *
 * What must hold: every login comes once and with its place; one that got in has directories, ids,
 * a mask and a way in; one that did not, a note that says why; a broken start refuses all.
 */
#include "core/model/importer.h"
#include "core/model/option.h"
#include "tests/fuzz/must.h"
#include "tests/fuzz/scratch.h"

extern const struct importer proftpd_importer;

static const char *const files[] = { "etc/proftpd/proftpd.conf", "etc/proftpd/more/a.conf",
	"etc/proftpd/users", "etc/proftpd/groups", "srv/.ftpaccess" };
static const char *const folders[] = { "etc", "etc/proftpd", "etc/proftpd/more", "srv", "srv/a" };

static void
make_machine(void)
{
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		scratch_folder(folders[i]);
	scratch_write("etc/passwd", "root:x:0:0::/root:/bin/sh\nanna:x:1000:100::/srv:/bin/sh\n");
}

struct told {
	struct arena *arena;
	struct table names;
	bool down;
};

static bool
on_old_login(void *ctx, const struct old_login *login)
{
	struct told *told = ctx;

	MUST(*login->user && !table_get(&told->names, login->user));
	table_set(&told->names, login->user, told);
	MUST(login->where.file);
	ARRAY_FOREACH (note, &login->notes)
		MUST(note->code && note->message && note->place.file);
	if (login->login != OLD_ALLOW) {
		MUST(login->notes.count);
		return true;
	}
	MUST(!told->down);
	MUST(login->jail && *login->jail == '/' && login->cwd && *login->cwd == '/');
	MUST(login->has_ids && login->has_umask && login->has_session_umask && login->ways.count);
	MUST(login->password != OLD_PASSWORD_NONE);
	MUST((login->write == OLD_WRITE_NO) || login->rights != OLD_WRITE_NO);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct bytes rest = { (const char *)data, size };
	struct told told = { .arena = &arena, .names.arena = &arena };
	struct sink sink = { .ctx = &told, .old_login = on_old_login, .diags = &diags };

	if (scratch_is_new())
		make_machine();
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		scratch_write(files[i], next_part(&rest, &arena));
	if (chmod(scratch_path("etc/proftpd/users"), 0640))
		err(1, "chmod");

	struct source source = { .name = "fuzz",
		.importer = "proftpd",
		.location = scratch,
		.shown = scratch,
		.arena = &arena };
	void *config = arena_alloc(&arena, proftpd_importer.config_size);
	option_defaults(proftpd_importer.options, config, &arena);
	must_be_told(proftpd_importer.read(config, &source, &sink), &diags);
	return 0;
}
