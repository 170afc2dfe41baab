/*
 * fuzz_vsftpd.c - any text as the files of an old machine with vsftpd, through the whole importer.
 *
 * The parts of the input in the order of `files`. What must hold: each login once; one that was let
 * in has a way, a jail, a landing directory in it, ids and umask, below a root that has few
 * directories; one that was not says why; every note has place, code and message; and the same
 * again when the configuration is read leniently.
 */
#include <unistd.h>

#include "core/model/importer.h"
#include "tests/fuzz/must.h"
#include "tests/fuzz/scratch.h"

extern const struct importer vsftpd_importer;

static const char *const folders[] = { "etc", "etc/pam.d", "etc/users", "etc/systemd",
	"etc/systemd/system", "etc/xinetd.d", "home", "home/anna", "home/anna/www", "srv" };
static const char *const files[] = { "etc/vsftpd.conf", "etc/vsftpd.user_list",
	"etc/vsftpd.chroot_list", "etc/users/anna", "etc/passwd", "etc/pam.d/vsftpd",
	"etc/systemd/system/vsftpd.service", "etc/xinetd.d/vsftpd", "etc/os-release",
	"etc/hosts.allow", "etc/hosts.deny" };

static void
make_machine(void)
{
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		scratch_folder(folders[i]);
	if (symlink("loop", scratch_path("home/loop")) != 0)
		err(1, "loop");
}

/* An empty part is a file that is not there. */
static void
write_part(const char *name, const char *text)
{
	if (*text)
		scratch_write(name, text);
	else
		remove(scratch_path(name));
}

struct hearing {
	struct arena *arena;
	struct table seen;
};

static bool
is_below(const char *path, const char *jail)
{
	size_t size = strlen(jail);
	return strcmp(jail, "/") == 0 ||
		(strncmp(path, jail, size) == 0 && (path[size] == '/' || !path[size]));
}

static void
check_session(const struct old_login *login)
{
	struct stat st;
	MUST(login->ways.count);
	MUST(login->has_ids && login->has_umask && login->umask <= 0777);
	MUST(login->groups.count);
	MUST(login->unix_user);
	MUST(is_below(login->cwd, login->jail));
	MUST(stat(scratch_path(login->cwd), &st) == 0 && S_ISDIR(st.st_mode));
	MUST(login->rights != OLD_WRITE_NO || login->write == OLD_WRITE_NO);
	MUST((login->rights == OLD_WRITE_PARTIAL) == (login->write_note != NULL));
}

static bool
on_login(void *ctx, const struct old_login *login)
{
	struct hearing *hearing = ctx;
	MUST(*login->user && !table_get(&hearing->seen, login->user));
	table_set(&hearing->seen, login->user, hearing);
	MUST(login->where.file);
	ARRAY_FOREACH (note, &login->notes)
		MUST(note->place.file && note->code && note->message && *note->message);
	if (login->login == OLD_ALLOW)
		check_session(login);
	else if (login->login == OLD_DENY)
		MUST(login->password == OLD_PASSWORD_NONE && login->notes.count);
	return true;
}

static void
read_machine(bool lenient)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct hearing hearing = { .arena = &arena, .seen = { .arena = &arena } };
	struct source source = {
		.name = "fuzz", .location = scratch, .shown = scratch, .arena = &arena
	};
	struct sink sink = { .ctx = &hearing, .old_login = on_login, .diags = &diags };
	void *config = arena_alloc(&arena, vsftpd_importer.config_size);
	option_defaults(vsftpd_importer.options, config, &arena);
	MUST(option_set(vsftpd_importer.options, config, "lenient", lenient ? "yes" : "no", NOWHERE,
		&arena, &diags));
	bool alive = vsftpd_importer.read(config, &source, &sink);
	must_be_told(alive, &diags);
	MUST(alive == sink.complete);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct bytes rest = { (const char *)data, size };
	if (scratch_is_new())
		make_machine();
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		write_part(files[i], next_part(&rest, &arena));
	read_machine(false);
	read_machine(true);
	return 0;
}
