/*
 * fuzz_old_pam.c - any text as a PAM service, a list, a password file, passwd and shadow.
 *
 * The parts of the input in this order, then the name that is typed. What must hold: an answer;
 * one that lets in says how, one that does not says why; every note and way has its place; every
 * name that is listed can be asked for.
 */
#include "importers/old/pam.h"
#include "tests/fuzz/must.h"
#include "tests/fuzz/scratch.h"

static const char *const files[] = { "etc/pam.d/ftp", "etc/pam.d/sub", "etc/list", "etc/pwdfile",
	"etc/passwd", "etc/shadow" };

static void
make_machine(void)
{
	scratch_folder("etc");
	scratch_folder("etc/pam.d");
	scratch_write("etc/pam.d/other",
		"auth required pam_unix.so nullok\n"
		"account required pam_unix.so\n"
		"session required pam_permit.so\n");
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
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct bytes rest = { (const char *)data, size };
	struct old_root *root;
	struct old_unix *accounts;
	if (scratch_is_new())
		make_machine();
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		scratch_write(files[i], next_part(&rest, &arena));
	struct source source = { .name = "fuzz",
		.importer = "fuzz",
		.location = scratch,
		.shown = scratch,
		.arena = &arena };
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
