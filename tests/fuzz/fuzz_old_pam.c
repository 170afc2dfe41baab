/*
 * fuzz_old_pam.c - any text as a PAM service, a list, a password file, passwd and shadow.
 *
 * The parts of the input in this order, then the name that is typed. What must hold: an answer;
 * one that lets in says how, one that does not says why; every note and way has its place; every
 * name that is listed can be asked for.
 */
#include <err.h>
#include <sys/stat.h>

#include "importers/old/pam.h"
#include "tests/fuzz/must.h"

static const char *const files[] = { "etc/pam.d/ftp", "etc/pam.d/sub", "etc/list", "etc/pwdfile",
	"etc/passwd", "etc/shadow", "etc/pam.d/other" };
enum { FUZZED = 6 };

/* Holds the parts of the input, written anew each time. */
static char top[] = "/tmp/rehome-fuzz-XXXXXX";

static const char *
path_of(const char *name)
{
	static char path[128];
	snprintf(path, sizeof(path), "%s/%s", top, name);
	return path;
}

static void
remove_top(void)
{
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		remove(path_of(files[i]));
	remove(path_of("etc/pam.d"));
	remove(path_of("etc"));
	remove(top);
}

static void
write_file(const char *name, const char *text)
{
	AUTO_FILE FILE *file = fopen(path_of(name), "we");
	if (!file || fputs(text, file) < 0)
		err(1, "%s", name);
}

static void
make_top(void)
{
	if (!mkdtemp(top) || mkdir(path_of("etc"), 0755) || mkdir(path_of("etc/pam.d"), 0755))
		err(1, "%s", top);
	write_file("etc/pam.d/other",
		"auth required pam_unix.so nullok\n"
		"account required pam_unix.so\n"
		"session required pam_permit.so\n");
	atexit(remove_top);
}

static void
check_answer(struct old_pam *pam, const char *user, struct arena *arena)
{
	struct old_pam_answer answer;
	old_pam_ask(pam, user, 20000, arena, &answer);
	MUST((answer.login == OLD_DENY) == (answer.ways.count == 0));
	MUST(answer.login != OLD_DENY || answer.notes.count);
	MUST(answer.where.file);
	ARRAY_FOREACH (way, &answer.ways) {
		MUST(way->where.file);
		MUST((way->secret != NULL) ==
			(way->kind == OLD_PASSWORD_CRYPT || way->kind == OLD_PASSWORD_PLAINTEXT));
	}
	ARRAY_FOREACH (note, &answer.notes)
		MUST(note->place.file && note->code && note->message);
}

struct listing {
	struct old_pam *pam;
	struct arena *arena;
	unsigned left; /* names that are still asked for */
};

static void
on_name(void *ctx, const char *name, struct place where)
{
	struct listing *listing = ctx;
	MUST(where.file);
	MUST(*name);
	if (listing->left && listing->left--)
		check_answer(listing->pam, name, listing->arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool made;
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct bytes rest = { (const char *)data, size };
	struct old_root *root;
	struct old_unix *accounts;
	if (!made)
		make_top();
	made = true;
	for (size_t i = 0; i < FUZZED; i++)
		write_file(files[i], next_part(&rest, &arena));
	struct source source = {
		.name = "fuzz", .importer = "fuzz", .location = top, .shown = top, .arena = &arena
	};
	MUST(old_root_open(&source, &root, &diags));
	if (old_unix_read(root, &accounts, &diags)) {
		struct old_pam *pam = old_pam_read(root, accounts, "ftp");
		struct listing listing = { pam, &arena, 5 };
		check_answer(pam, next_part(&rest, &arena), &arena);
		old_pam_set_caller(pam, OLD_PAM_NO_SESSION | OLD_PAM_NO_EMPTY);
		check_answer(pam, "anna", &arena);
		old_pam_names(pam, on_name, &listing);
	}
	old_root_close(&root);
	return 0;
}
