/*
 * verify_internal.h - what the parts of verify share; internal to verify*.c.
 *
 *	verify_account.c    which accounts; goes through the rules for each
 *	verify_lines.c      its lines in the account files
 *	verify_nss.c        what the name service says of an account of its own
 *	verify_login.c      password, ageing, expiry
 *	verify_home.c       the jail's path
 *	verify_folders.c    the folders in it
 *	verify_keys.c       its key file
 *	verify_sshd.c       what sshd says about it
 *	verify_host.c       the host as a whole; sshd, the drop-in, the group
 *	verify_files.c      the account files as a whole
 *	verify_pam.c        what else may refuse a login
 *	verify_leftovers.c  what should have been removed, space, clock
 *	verify_words.c      findings and commands
 *
 * A look at the host that fails is a finding, not a failure: the rest is still examined.
 */
#ifndef REHOME_PLAN_VERIFY_INTERNAL_H
#define REHOME_PLAN_VERIFY_INTERNAL_H

#include "core/plan/verify.h"

struct verifier {
	const struct config *config;
	struct snapshot *snapshot;
	struct arena *arena;
	int64_t today; /* days since 1970-01-01 */

	struct accountdb_line *jail_group; /* NULL = there is none */
	gid_t jail_gid;
	struct table homes;	     /* home -> login of the first account that has it */
	struct table later_homes;    /* -> login of another one that has it too */
	struct table above_homes;    /* every directory above a home -> login of one below */
	struct id_table later_twins; /* uid -> login of a second passwd line with it */
	struct diags keys_dir;	     /* findings about the key directory, the same for everybody */
	bool keys_dir_judged;
};

/* One account under examination. */
struct subject {
	struct verified_account account;
	const struct managed_account *managed; /* NULL = only a member of the group */
	struct accountdb_line *passwd, *shadow;
	const char *word;	     /* the login, for a command */
	const char *own_group;	     /* of its gid, NULL = there is none */
	struct string_list groups;   /* that list it */
	struct jail_profile profile; /* that rehome gave it */
	bool expired, has_password, has_key;
	bool home_is_there; /* a directory: its folders can be looked at */
};

/* Fills everything but what is learned on the way. */
void verifier_init(struct verifier *verifier, const struct config *config,
	struct snapshot *snapshot, struct arena *arena);

/* True for members by the group's list and by their primary group. */
bool verifier_is_member(const struct verifier *verifier, const struct accountdb_line *passwd);

/* Rules for one account; findings go to its list. */
void verify_lines(struct verifier *verifier, struct subject *subject);
void verify_nss(struct verifier *verifier, struct subject *subject);
void verify_login(struct verifier *verifier, struct subject *subject);
void verify_home(struct verifier *verifier, struct subject *subject);
void verify_folders(struct verifier *verifier, struct subject *subject);
void verify_keys(struct verifier *verifier, struct subject *subject);

/* What sshd says about all of them; only on the live host. */
struct subjects {
	struct subject **items;
	size_t count, room;
};
NODISCARD bool verify_effective(struct verifier *verifier, const struct subjects *subjects,
	struct string_list *not_checked, struct diags *diags);

/*
 * Who is asked for whom: the first subject with the same groups, unless a rule of the configuration
 * can tell them apart. of[i] is the index in `asked` for subject i, outside[i] one that is about an
 * address that its profile refuses.
 */
#define SSHD_NOT_ASKED SIZE_MAX
struct sshd_question {
	struct {
		struct sshd_login *items;
		size_t count, room;
	} asked;
	size_t *of, *outside; /* or SSHD_NOT_ASKED */
};
void verify_choose_asked(struct verifier *verifier, const struct subjects *subjects,
	struct sshd_question *ret_question);

/* Rules for the host. */
void verify_account_files(struct verifier *verifier, struct diags *findings);
void verify_pam(struct verifier *verifier, struct diags *findings);
void verify_leftovers(struct verifier *verifier, const char *state_dir, struct diags *findings);
void verify_space(const char *path, uint64_t bytes, uint64_t inodes, struct diags *findings);
void verify_clock(int64_t today, struct diags *findings);

/* ---- words ---- */

void finding_error(struct diags *findings, const char *code, struct place place, const char *format,
	...) PRINTF_LIKE(4, 5);
void finding_warning(struct diags *findings, const char *code, struct place place,
	const char *format, ...) PRINTF_LIKE(4, 5);
void finding_note(struct diags *findings, const char *code, struct place place, const char *format,
	...) PRINTF_LIKE(4, 5);

/* A failed look becomes an error with this code; found holds what the look appended. */
void finding_unreadable(struct diags *findings, const char *code, const struct diags *found);

/* A path of the host for a command line on the machine: with the root in front, quoted. */
const char *verify_word(const struct verifier *verifier, const char *path);
/* "usermod", or with --root "usermod -P ROOT", "chage -R ROOT", "rehome --root ROOT". */
const char *verify_tool(const struct verifier *verifier, const char *program);

/* "setfacl -b WORD && " in front of a chmod, where there is an ACL; else "". */
const char *verify_without_acl(
	const struct verifier *verifier, const struct host_entry *entry, const char *word);

/* "chmod 0755 WORD", with a digit more where a set-ID bit is to go: of a directory chmod(1) keeps
 * these otherwise. */
const char *verify_chmod(const struct verifier *verifier, const struct host_entry *entry,
	mode_t mode, const char *word);

/* The next line of a text, without its newline; false at the end. */
bool verify_next_line(struct bytes *text, struct arena *arena, char **ret_line);

char *verify_parent(const char *path, struct arena *arena);
/* The bases of the homes there are and of the configured ones, each once, in no special order. */
void verify_bases(struct verifier *verifier, struct string_list *ret_bases);

/* Where a line of an account file stands. */
struct place verify_at_line(
	enum accountdb_file file, const struct accountdb_line *line, size_t field);

/* "2026-11-22" */
const char *verify_date(int64_t day, struct arena *arena);

#endif
