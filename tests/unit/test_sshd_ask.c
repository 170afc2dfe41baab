/*
 * test_sshd_ask.c - the real sshd answers for accounts that do not exist, and the machine is as
 * before.
 *
 * The program gives itself a mount namespace with an /etc, a /run and a /home of its own: what the
 * tests call the machine. What the code under test makes private is private to that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "core/base/process.h"
#include "core/plan/sshd_internal.h"

#define CONFIG "/etc/ssh/sshd_config"
#define DROPIN "/etc/ssh/sshd_config.d/60-rehome.conf"

static const char machine_config[] = "Include /etc/ssh/sshd_config.d/*.conf\n"
				     "UsePAM no\n"
				     "X11Forwarding yes\n"
				     "Subsystem sftp /usr/lib/openssh/sftp-server\n";
static const char machine_passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
				     "sshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n"
				     "nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n";
static const char machine_group[] = "root:x:0:\nnogroup:x:65534:\n";
static const char staged_passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
				    "sshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n"
				    "matteo:x:20000:20000::/home/matteo:/usr/sbin/nologin\n"
				    "other:x:20001:20001::/home/other:/usr/sbin/nologin\n";
static const char staged_group[] = "root:x:0:\nnogroup:x:65534:\n"
				   "matteo:x:20000:\nother:x:20001:\nsftponly:x:900:matteo\n";

struct fixture {
	struct arena arena;
	struct diags diags;
	struct host *host;
};

/* ---- the machine ---- */

static void
write_file(const char *path, const char *text, mode_t mode)
{
	AUTO_FILE FILE *file = fopen(path, "we");
	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fchmod(fileno(file), mode), 0);
}

static void
make_dir(const char *path, mode_t mode)
{
	assert_int_equal(mkdir(path, mode), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static struct process_result
run(struct fixture *f, const char *const *argv)
{
	struct process_result result;
	assert_true(process_run(&(struct process){ .argv = argv }, &f->arena, &result, &f->diags));
	assert_int_equal(f->diags.count, 0);
	return result;
}

static void
make_host_key(struct fixture *f)
{
	const char *const argv[] = { "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
		"/etc/ssh/ssh_host_ed25519_key", NULL };
	assert_int_equal(run(f, argv).exit_status, 0);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	assert_non_null(f);
	f->diags.arena = &f->arena;
	assert_int_equal(mount("test", "/etc", "tmpfs", 0, "mode=0755"), 0);
	assert_int_equal(mount("test", "/run", "tmpfs", 0, "mode=0755"), 0);
	make_dir("/etc/ssh", 0755);
	make_dir("/etc/ssh/sshd_config.d", 0750);
	write_file(CONFIG, machine_config, 0644);
	write_file("/etc/passwd", machine_passwd, 0644);
	write_file("/etc/group", machine_group, 0644);
	write_file("/etc/nsswitch.conf", "passwd: files\ngroup: files\n", 0644);
	make_dir("/run/sshd", 0755);
	make_host_key(f);
	f->host = host_create("/", HOST_READ_ONLY, &f->diags);
	assert_non_null(f->host);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	host_destroy(f->host);
	assert_int_equal(umount2("/run", MNT_DETACH), 0);
	assert_int_equal(umount2("/etc", MNT_DETACH), 0);
	arena_finish(&f->arena);
	free(f);
	return 0;
}

/* Every name, with type, mode, owner, inode, time of change and content; and every mount. */
static const char *
fingerprint(struct fixture *f)
{
	const char *const argv[] = { "sh", "-c",
		"find /etc /run -printf '%p %M %U %G %i %C@ %s %l\\n' | sort; "
		"find /etc /run -type f | sort | xargs cat; cut -d' ' -f3- /proc/self/mountinfo",
		NULL };
	return run(f, argv).out;
}

/* ---- asking ---- */

static struct sshd_stand_in
stand_in(const char *path, const char *text)
{
	return (struct sshd_stand_in){ path, { text, strlen(text) } };
}

static const char *
dropin_text(struct fixture *f)
{
	struct sshd_dropin dropin = { "sftponly", "/etc/ssh/rehome_keys", true };
	return sshd_dropin_text(&dropin, &f->arena);
}

struct answer {
	enum sshd_answer answer;
	const char *why;
	struct sshd_effective effective[2];
};

static struct answer
ask(struct fixture *f, const struct sshd_stand_in *stand_ins, size_t count)
{
	struct answer answer = { 0 };
	static const struct sshd_login logins[] = { { "matteo", NULL }, { "other", NULL } };
	assert_true(sshd_ask(f->host, CONFIG, stand_ins, count, logins, 2, &f->arena,
		answer.effective, &answer.answer, &answer.why, &f->diags));
	return answer;
}

static struct answer
test_config(struct fixture *f, const struct sshd_stand_in *stand_ins, size_t count)
{
	struct answer answer = { 0 };
	assert_true(sshd_test(f->host, CONFIG, stand_ins, count, &f->arena, &answer.answer,
		&answer.why, &f->diags));
	return answer;
}

static void
assert_answered(struct fixture *f, const struct answer *answer)
{
	if (answer->answer != SSHD_ANSWERED)
		fail_msg("%s", answer->why);
	assert_null(answer->why);
	assert_int_equal(f->diags.count, 0);
}

static struct answer
ask_staged(struct fixture *f)
{
	const struct sshd_stand_in stand_ins[] = {
		stand_in("/etc/passwd", staged_passwd),
		stand_in("/etc/group", staged_group),
		stand_in(DROPIN, dropin_text(f)),
	};
	return ask(f, stand_ins, ARRAY_LEN(stand_ins));
}

static void
assert_jailed(struct fixture *f, const struct sshd_effective *effective)
{
	struct sshd_expectation expectation = {
		.login = "matteo",
		.home = "/home/matteo",
		.has_password = true,
		.has_key = true,
		.keys_dir = "/etc/ssh/rehome_keys",
	};
	sshd_effective_judge(effective, &expectation, &f->arena, &f->diags);
	if (f->diags.count)
		fail_msg("%s", f->diags.items[0].message);
}

static void
test_staged_accounts_and_dropin_make_a_jail(void **state)
{
	struct fixture *f = *state;
	struct answer answer = ask_staged(f);
	assert_answered(f, &answer);
	const struct sshd_effective *member = &answer.effective[0], *other = &answer.effective[1];
	assert_string_equal(member->chroot_directory, "%h");
	assert_string_equal(member->force_command, "internal-sftp");
	assert_string_equal(
		member->authorized_keys_file, "/etc/ssh/rehome_keys/%u .ssh/authorized_keys");
	assert_jailed(f, member);
	assert_string_equal(other->chroot_directory, "none");
	assert_string_equal(other->force_command, "none");
	assert_true(other->x11_forwarding);
	assert_true(other->has_sftp_subsystem);
}

static void
test_asking_changes_nothing_on_the_machine(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(rmdir("/run/sshd"), 0);
	assert_int_equal(unlink("/etc/ssh/ssh_host_ed25519_key"), 0);
	const char *before = fingerprint(f);
	struct answer answer = ask_staged(f);
	assert_int_equal(answer.answer, SSHD_ANSWERED);
	f->diags.count = 0;
	assert_string_equal(fingerprint(f), before);
}

static void
test_asking_without_stand_ins_shows_the_machine(void **state)
{
	struct fixture *f = *state;
	struct answer answer = ask(f, NULL, 0);
	assert_answered(f, &answer);
	assert_string_equal(answer.effective[0].chroot_directory, "none");

	write_file("/etc/passwd", staged_passwd, 0644);
	write_file("/etc/group", staged_group, 0644);
	write_file(DROPIN, dropin_text(f), 0644);
	answer = ask(f, NULL, 0);
	assert_answered(f, &answer);
	assert_jailed(f, &answer.effective[0]);
}

static void
test_dropin_stands_among_the_files_of_its_directory(void **state)
{
	struct fixture *f = *state;
	write_file("/etc/ssh/sshd_config.d/50-first.conf",
		"Match Group sftponly\n\tChrootDirectory /srv\n", 0600);
	write_file("/etc/ssh/sshd_config.d/70-last.conf",
		"Match Group sftponly\n\tForceCommand /bin/false\n", 0600);
	make_dir("/etc/ssh/sshd_config.d/dir", 0755);
	assert_int_equal(symlink("/etc/ssh/linked", "/etc/ssh/sshd_config.d/80.conf"), 0);
	write_file("/etc/ssh/linked", "Banner /etc/banner\nAllowGroups *\n", 0600);
	struct answer answer = ask_staged(f);
	assert_answered(f, &answer);
	assert_string_equal(answer.effective[0].chroot_directory, "/srv");
	assert_string_equal(answer.effective[0].force_command, "internal-sftp");
	assert_int_equal(answer.effective[0].allow_groups.count, 1);
}

static void
test_existing_dropin_is_replaced(void **state)
{
	struct fixture *f = *state;
	write_file(DROPIN, "Match Group sftponly\n\tChrootDirectory /old\n", 0644);
	struct answer answer = ask_staged(f);
	assert_answered(f, &answer);
	assert_string_equal(answer.effective[0].chroot_directory, "%h");
}

static void
test_file_behind_a_link_is_not_written(void **state)
{
	struct fixture *f = *state;
	static const char real[] = "Match Group sftponly\n\tChrootDirectory /old\n";
	write_file("/etc/ssh/real", real, 0644);
	assert_int_equal(symlink("/etc/ssh/real", DROPIN), 0);
	assert_int_equal(rename("/etc/group", "/etc/group.real"), 0);
	assert_int_equal(symlink("group.real", "/etc/group"), 0);
	const char *before = fingerprint(f);
	struct answer answer = ask_staged(f);
	assert_string_equal(fingerprint(f), before);
	assert_answered(f, &answer);
	assert_string_equal(answer.effective[0].chroot_directory, "%h");
}

static void
test_stand_in_outlives_the_replacement_of_its_file(void **state)
{
	struct fixture *f = *state;
	const struct sshd_stand_in group = stand_in("/etc/group", staged_group);
	AUTO_SSHD_VIEW struct sshd_view view = NO_SSHD_VIEW;
	const char *why = sshd_view_make(&group, 1, &f->arena, &view);
	if (why)
		fail_msg("%s", why);
	write_file("/etc/group+", machine_group, 0644);
	assert_int_equal(rename("/etc/group+", "/etc/group"), 0);

	const char *const argv[] = { "cat", "/etc/group", NULL };
	struct process process = { .argv = argv, .prepare = sshd_view_enter, .ctx = &view };
	struct process_result result;
	assert_true(process_run(&process, &f->arena, &result, &f->diags));
	assert_string_equal(result.out, staged_group);
	assert_string_equal(run(f, argv).out, machine_group);
}

static void
test_missing_dropin_directory_is_made_in_the_view(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(rmdir("/etc/ssh/sshd_config.d"), 0);
	struct answer answer = ask_staged(f);
	assert_answered(f, &answer);
	assert_jailed(f, &answer.effective[0]);
	assert_int_equal(access("/etc/ssh/sshd_config.d", F_OK), -1);
}

static void
test_two_new_files_share_a_directory(void **state)
{
	struct fixture *f = *state;
	const struct sshd_stand_in stand_ins[] = {
		stand_in("/etc/ssh/sshd_config.d/1.conf", "AllowUsers a\n"),
		stand_in("/etc/ssh/sshd_config.d/2.conf", "AllowUsers b\n"),
	};
	struct answer answer = ask(f, stand_ins, ARRAY_LEN(stand_ins));
	assert_answered(f, &answer);
	assert_int_equal(answer.effective[0].allow_users.count, 2);
	assert_string_equal(answer.effective[0].allow_users.items[0], "a");
	assert_string_equal(answer.effective[0].allow_users.items[1], "b");
}

static void
test_missing_run_directory_is_no_fault_of_the_configuration(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(rmdir("/run/sshd"), 0);
	struct answer answer = test_config(f, NULL, 0);
	assert_int_equal(answer.answer, SSHD_ANSWERED);
	answer = ask(f, NULL, 0);
	assert_int_equal(answer.answer, SSHD_ANSWERED);
	assert_int_equal(access("/run/sshd", F_OK), -1);
	assert_int_equal(f->diags.count, 1);
	assert_int_equal(f->diags.items[0].level, DIAG_WARNING);
	assert_string_equal(f->diags.items[0].code, "sshd-directory");
}

static void
test_sshd_that_lacks_something_cannot_be_reloaded(void **state)
{
	struct fixture *f = *state;
	enum sshd_answer answer;
	const char *why;
	assert_true(sshd_test_start(f->host, CONFIG, &f->arena, &answer, &why, &f->diags));
	assert_int_equal(answer, SSHD_ANSWERED);
	assert_int_equal(rmdir("/run/sshd"), 0);
	assert_true(sshd_test_start(f->host, CONFIG, &f->arena, &answer, &why, &f->diags));
	assert_int_equal(answer, SSHD_REFUSED);
	assert_string_equal(why, "Missing privilege separation directory: /run/sshd");
	make_dir("/run/sshd", 0755);
	assert_int_equal(unlink("/etc/ssh/ssh_host_ed25519_key"), 0);
	assert_true(sshd_test_start(f->host, CONFIG, &f->arena, &answer, &why, &f->diags));
	assert_int_equal(answer, SSHD_REFUSED);
	assert_string_equal(why, "sshd: no hostkeys available -- exiting.");
	assert_int_equal(f->diags.count, 0);
}

/* What the real files are replaced by meanwhile must not show through. */
static void
test_account_files_may_be_replaced_while_sshd_is_asked(void **state)
{
	struct fixture *f = *state;
	const struct sshd_stand_in stand_ins[] = {
		stand_in("/etc/passwd", staged_passwd),
		stand_in("/etc/group", staged_group),
		stand_in(DROPIN, dropin_text(f)),
	};
	struct sshd_view view = NO_SSHD_VIEW;
	assert_null(sshd_view_make(stand_ins, ARRAY_LEN(stand_ins), &f->arena, &view));
	write_file("/etc/group+", machine_group, 0644);
	assert_int_equal(rename("/etc/group+", "/etc/group"), 0);

	const char *const argv[] = { "cat", "/etc/group", NULL };
	struct process process = { .argv = argv, .prepare = sshd_view_enter, .ctx = &view };
	struct process_result result;
	assert_true(process_run(&process, &f->arena, &result, &f->diags));
	assert_string_equal(result.out, staged_group);
	sshd_view_finish(&view);
}

static void
test_missing_host_key_is_a_finding_and_not_a_refusal(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(unlink("/etc/ssh/ssh_host_ed25519_key"), 0);
	struct answer answer = test_config(f, NULL, 0);
	assert_int_equal(answer.answer, SSHD_ANSWERED);
	answer = ask_staged(f);
	assert_int_equal(answer.answer, SSHD_ANSWERED);
	assert_string_equal(answer.effective[0].chroot_directory, "%h");
	/* Said once, however often sshd is asked. */
	assert_int_equal(f->diags.count, 1);
	assert_int_equal(f->diags.items[0].level, DIAG_WARNING);
	assert_string_equal(f->diags.items[0].message, "sshd has no host key and cannot start");
	assert_int_equal(access("/etc/ssh/ssh_host_ed25519_key", F_OK), -1);
}

static void
test_wrong_configuration_is_refused_with_sshds_words(void **state)
{
	struct fixture *f = *state;
	const struct sshd_stand_in wrong = stand_in(DROPIN, "Match Group x\n\tChrootDirectry /\n");
	const char *expected = DROPIN ": line 2: Bad configuration option: ChrootDirectry; " DROPIN
				      " line 2: Directive 'ChrootDirectry' is not allowed within a "
				      "Match block";
	struct answer answer = test_config(f, &wrong, 1);
	assert_int_equal(answer.answer, SSHD_REFUSED);
	assert_string_equal(answer.why, expected);
	answer = ask(f, &wrong, 1);
	assert_int_equal(answer.answer, SSHD_REFUSED);
	assert_string_equal(answer.why, expected);
	assert_int_equal(f->diags.count, 0);
}

static void
test_dropin_is_accepted_with_and_without_passwords(void **state)
{
	struct fixture *f = *state;
	for (int passwords = 0; passwords < 2; passwords++) {
		struct sshd_dropin dropin = { "sftponly", "/etc/ssh/rehome_keys", passwords };
		const struct sshd_stand_in one =
			stand_in(DROPIN, sshd_dropin_text(&dropin, &f->arena));
		struct answer answer = test_config(f, &one, 1);
		assert_answered(f, &answer);
	}
}

static void
test_view_without_a_place_is_unavailable(void **state)
{
	struct fixture *f = *state;
	const struct sshd_stand_in nowhere = stand_in("/rehome-missing/file", "");
	struct answer answer = ask(f, &nowhere, 1);
	assert_int_equal(answer.answer, SSHD_UNAVAILABLE);
	assert_string_equal(
		answer.why, "cannot stand in for /rehome-missing/file: No such file or directory");
}

static void
test_other_root_is_not_evaluated(void **state)
{
	struct fixture *f = *state;
	host_destroy(f->host);
	f->host = host_create("/etc", HOST_READ_ONLY, &f->diags);
	struct answer answer = ask_staged(f);
	assert_int_equal(answer.answer, SSHD_UNAVAILABLE);
	assert_string_equal(answer.why, "the root is not the running machine's own");
}

static void
test_only_root_may_ask(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(seteuid(65534), 0);
	struct answer answer = test_config(f, NULL, 0);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(answer.answer, SSHD_UNAVAILABLE);
	assert_string_equal(answer.why, "only root may ask sshd");
}

static void
test_missing_sshd_is_unavailable(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(mount("test", "/usr/sbin", "tmpfs", 0, NULL), 0);
	struct answer answer = ask_staged(f);
	assert_int_equal(umount("/usr/sbin"), 0);
	assert_int_equal(answer.answer, SSHD_UNAVAILABLE);
	assert_string_equal(answer.why, "sshd is not installed");
}

static void
set_sys_admin(bool on)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
	assert_int_equal(syscall(SYS_capget, &header, sets), 0);
	if (on)
		sets[0].effective |= 1u << CAP_SYS_ADMIN;
	else
		sets[0].effective &= ~(1u << CAP_SYS_ADMIN);
	assert_int_equal(syscall(SYS_capset, &header, sets), 0);
}

static void
test_without_namespaces_only_the_machine_can_be_asked(void **state)
{
	struct fixture *f = *state;
	set_sys_admin(false);
	struct answer staged = ask_staged(f), plain = ask(f, NULL, 0);
	set_sys_admin(true);
	assert_int_equal(staged.answer, SSHD_UNAVAILABLE);
	assert_string_equal(staged.why,
		"private mount namespaces are not permitted here: Operation not permitted");
	assert_answered(f, &plain);
	assert_string_equal(plain.effective[0].chroot_directory, "none");
}

static void
test_view_works_in_a_chroot(void **state)
{
	struct fixture *f = *state;
	make_dir("/run/root", 0755);
	assert_int_equal(mount("/", "/run/root", NULL, MS_BIND | MS_REC, NULL), 0);
	make_dir("/run/below", 0755);
	/* A plain directory, not a mount point, as the root of a chroot. */
	static const char *const names[] = { "bin", "dev", "etc", "lib", "lib64", "proc", "run",
		"sbin", "usr", "var" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char from[64], to[64];
		snprintf(from, sizeof(from), "/run/root/%s", names[i]);
		snprintf(to, sizeof(to), "/run/below/%s", names[i]);
		make_dir(to, 0755);
		if (access(from, F_OK) == 0)
			assert_int_equal(mount(from, to, NULL, MS_BIND | MS_REC, NULL), 0);
	}
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (chroot("/run/below") != 0 || chdir("/") != 0)
			_exit(2);
		host_destroy(f->host);
		f->host = host_create("/", HOST_READ_ONLY, &f->diags);
		struct answer answer = ask_staged(f);
		if (answer.answer != SSHD_ANSWERED)
			fprintf(stderr, "%s\n", answer.why);
		_exit(answer.answer != SSHD_ANSWERED ||
			strcmp(answer.effective[0].chroot_directory, "%h") != 0);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

#define ask_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ask_test(test_staged_accounts_and_dropin_make_a_jail),
		ask_test(test_asking_changes_nothing_on_the_machine),
		ask_test(test_asking_without_stand_ins_shows_the_machine),
		ask_test(test_dropin_stands_among_the_files_of_its_directory),
		ask_test(test_existing_dropin_is_replaced),
		ask_test(test_file_behind_a_link_is_not_written),
		ask_test(test_stand_in_outlives_the_replacement_of_its_file),
		ask_test(test_missing_dropin_directory_is_made_in_the_view),
		ask_test(test_two_new_files_share_a_directory),
		ask_test(test_missing_run_directory_is_no_fault_of_the_configuration),
		ask_test(test_sshd_that_lacks_something_cannot_be_reloaded),
		ask_test(test_account_files_may_be_replaced_while_sshd_is_asked),
		ask_test(test_missing_host_key_is_a_finding_and_not_a_refusal),
		ask_test(test_wrong_configuration_is_refused_with_sshds_words),
		ask_test(test_dropin_is_accepted_with_and_without_passwords),
		ask_test(test_view_without_a_place_is_unavailable),
		ask_test(test_other_root_is_not_evaluated),
		ask_test(test_only_root_may_ask),
		ask_test(test_missing_sshd_is_unavailable),
		ask_test(test_without_namespaces_only_the_machine_can_be_asked),
		ask_test(test_view_works_in_a_chroot),
	};
	if (geteuid() != 0) {
		fputs("needs root\n", stderr);
		return 77;
	}
	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
		perror("needs a private mount namespace");
		return 77;
	}
	return cmocka_run_group_tests_name("sshd_ask", tests, NULL, NULL);
}
