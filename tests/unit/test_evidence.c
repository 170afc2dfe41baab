/* test_evidence.c - what logs tell about the logins of an old server. */
#include "tests/unit/old_root_fixture.h"

#include "importers/logs/evidence.h"

struct logs {
	struct fixture *f;
	struct old_login anna;
	struct old_login *logins[1];
	struct string_list patterns;
	struct evidence_sum sum;
	bool paths_in_jail;
};

static struct logs
make_logs(struct fixture *f, const char *jail, const char *cwd)
{
	struct logs logs = { .f = f, .anna = { .user = "anna", .jail = jail, .cwd = cwd } };
	string_list_push(&f->arena, &logs.patterns, real(f, "/var/log/x*"));
	return logs;
}

static void
add_list(struct buffer *text, const char *name, const struct string_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		buffer_printf(text, "%s%s", i ? "," : name, list->items[i]);
}

/* "in 2/17 out 1/5 last 1094118720 top 1=a.txt tops=pics outside=/etc" */
static const char *
told(struct logs *logs)
{
	struct fixture *f = logs->f;
	AUTO_BUFFER struct buffer text = { 0 };
	logs->logins[0] = &logs->anna;
	struct evidence_request request = { .patterns = &logs->patterns,
		.logins = logs->logins,
		.login_count = 1,
		.paths_in_jail = logs->paths_in_jail,
		.root = f->root,
		.arena = &f->arena };
	assert_true(evidence_read(&request, &logs->sum, &f->diags));
	const struct old_evidence *seen = logs->anna.evidence;
	buffer_printf(&text, "in %llu/%llu out %llu/%llu login %lld last %lld top %llu",
		(unsigned long long)seen->files_in, (unsigned long long)seen->bytes_in,
		(unsigned long long)seen->files_out, (unsigned long long)seen->bytes_out,
		(long long)seen->last_login, (long long)seen->last_transfer,
		(unsigned long long)seen->top_writes);
	add_list(&text, "=", &seen->top_names);
	add_list(&text, " tops=", &seen->tops);
	add_list(&text, " outside=", &seen->outside);
	return arena_strdup(&f->arena, buffer_text(&text));
}

#define SEP "Thu Sep  2 09:52:00 2004"
#define OCT "Sat Oct  2 09:52:00 2004"

static void
test_evidence_takes_vsftpds_paths_for_the_jails(void **state)
{
	struct fixture *f = *state;
	struct logs logs = make_logs(f, "/srv/anna", "/srv/anna");
	logs.paths_in_jail = true;
	make_file(f, "/var/log/xferlog",
		SEP " 1 h 10 /a.txt b _ i r anna ftp 0 * c\n" SEP
		    " 1 h 7 /pics/b.jpg b _ i r anna ftp 0 * c\n" OCT
		    " 1 h 5 //pics/../c.txt b _ o r anna ftp 0 * c\n" OCT
		    " 1 h 5 /c.txt b _ o r other ftp 0 * c\nbroken\n");
	assert_string_equal(
		told(&logs), "in 2/17 out 1/5 login 0 last 1096710720 top 1=a.txt tops=pics");
	assert_int_equal(logs.sum.lines, 5);
	assert_int_equal(logs.sum.bad, 1);
	assert_int_equal(logs.sum.foreign, 1);
	assert_int_equal(f->diags.items[0].place.line, 5);
	assert_string_equal(f->diags.items[0].message, "1 of 5 lines are in no known format");
}

static void
test_evidence_takes_the_others_paths_from_root_on(void **state)
{
	struct fixture *f = *state;
	struct logs logs = make_logs(f, "/data/anna", "/data/anna");
	logs.anna.home = "/home/anna/./www";
	make_file(f, "/var/log/xferlog",
		SEP " 1 h 1 /data/anna/a.txt b _ i r anna ftp 0 * c\n" SEP
		    " 1 h 1 /home/anna/www/in/b b _ i r anna ftp 0 * c\n" SEP
		    " 1 h 1 /data/annabel/c b _ i r anna ftp 0 * c\n" SEP
		    " 1 h 1 /etc/motd b _ o r anna ftp 0 * c\n");
	assert_string_equal(told(&logs),
		"in 3/3 out 1/1 login 0 last 1094118720 top 1=a.txt tops=in "
		"outside=/data/annabel,/etc");
}

static void
test_evidence_of_a_name_with_a_nul_is_nobodys(void **state)
{
	struct fixture *f = *state;
	struct logs logs = make_logs(f, "/srv/anna", "/srv/anna");
	make_file(f, "/var/log/xferlog",
		SEP " 1 h 10 /a.txt b _ i r anna ftp 0 * c\n" SEP
		    " 1 h 10 /a.txt b _ i r anna#x ftp 0 * c\n");
	FILE *file = fopen(real(f, "/var/log/xferlog"), "r+e");
	assert_non_null(file);
	assert_int_equal(fseek(file, -(long)strlen("#x ftp 0 * c\n"), SEEK_END), 0);
	assert_int_equal(fputc('\0', file), '\0');
	assert_int_equal(fclose(file), 0);
	(void)told(&logs);
	assert_int_equal(logs.anna.evidence->files_in, 1);
	assert_int_equal(logs.sum.foreign, 1);
}

/* Who saw the whole machine gets a jail where it landed. */
static void
test_evidence_follows_directories_of_who_had_no_jail(void **state)
{
	struct fixture *f = *state;
	struct logs logs = make_logs(f, "/", "/home/anna");
	make_file(f, "/var/log/xlog",
		"h - anna [02/Sep/2004:09:52:00 +0000] \"PASS (hidden)\" 230 -\n"
		"h - anna [02/Sep/2004:09:52:00 +0000] \"STOR a\" 226 1\n"
		"h - anna [02/Sep/2004:09:52:01 +0000] \"CWD pics\" 250 -\n"
		"h - anna [02/Sep/2004:09:52:02 +0000] \"STOR b\" 226 1\n"
		"h - anna [02/Sep/2004:09:52:03 +0000] \"CWD ../../ben\" 250 -\n"
		"h - anna [02/Sep/2004:09:52:04 +0000] \"DELE c\" 250 -\n"
		"h - anna [02/Sep/2004:09:52:05 +0000] \"DELE /home/anna/d\" 550 -\n");
	assert_string_equal(told(&logs),
		"in 2/2 out 0/0 login 1094118720 last 1094118724 top 1=a tops=pics "
		"outside=/home/ben");
}

static void
test_evidence_names_links_on_the_way(void **state)
{
	struct fixture *f = *state;
	struct logs logs = make_logs(f, "/srv/anna", "/srv/anna");
	logs.paths_in_jail = true;
	make_file(f, "/srv/pool/x", "");
	make_file(f, "/srv/anna/pics/y", "");
	make_link(f, "/srv/anna/shared", "../pool");
	make_file(f, "/var/log/xferlog",
		SEP " 1 h 1 /shared/deep/a b _ i r anna ftp 0 * c\n" SEP
		    " 1 h 1 /shared/b b _ i r anna ftp 0 * c\n" SEP
		    " 1 h 1 /pics/c b _ i r anna ftp 0 * c\n");
	open_root(f, f->path);
	assert_string_equal(told(&logs),
		"in 3/3 out 0/0 login 0 last 1094118720 top 0 tops=shared,pics outside=/shared -> "
		"../pool");
}

static void
test_evidence_reads_packed_logs_oldest_first(void **state)
{
	struct fixture *f = *state;
	struct logs logs = make_logs(f, "/srv/anna", "/srv/anna");
	logs.paths_in_jail = true;
	make_file(f, "/var/log/xferlog", OCT " 1 h 1 /new b _ i r anna ftp 0 * c\n");
	make_file(f, "/var/log/xferlog.1", SEP " 1 h 1 /old b _ i r anna ftp 0 * c");
	make_file(f, "/var/log/xempty", "");
	make_link(f, "/var/log/xsame", "xferlog");
	assert_int_equal(
		system(arena_printf(&f->arena, "gzip '%s'", real(f, "/var/log/xferlog.1"))), 0);
	assert_string_equal(told(&logs), "in 2/2 out 0/0 login 0 last 1096710720 top 2=old,new");
	assert_int_equal(logs.sum.files, 3);
	assert_int_equal(logs.sum.from, 1094118720);
	assert_int_equal(logs.sum.to, 1096710720);
}

static void
test_evidence_keeps_what_is_bounded(void **state)
{
	struct fixture *f = *state;
	struct logs logs = make_logs(f, "/srv/anna", "/srv/anna");
	logs.paths_in_jail = true;
	make_file(f, "/var/log/xlog", "");
	FILE *file = fopen(real(f, "/var/log/xlog"), "w");
	assert_non_null(file);
	for (int i = 0; i < 3000; i++)
		fprintf(file,
			SEP " 1 h 1 /top%d b _ i r anna ftp 0 * c\n" SEP
			    " 1 h 1 /folder%d/x b _ i r anna ftp 0 * c\n",
			i, i);
	fprintf(file, "%0100000d\n", 0);
	assert_int_equal(fclose(file), 0);
	told(&logs);
	assert_int_equal(logs.anna.evidence->top_writes, 3000);
	assert_int_equal(logs.anna.evidence->top_names.count, 20);
	assert_int_equal(logs.anna.evidence->tops.count, 64);
	assert_int_equal(logs.sum.bad, 1);
	assert_int_equal(logs.sum.lines, 6001);
}

static void
test_evidence_refuses_logs_that_are_not_there_or_broken(void **state)
{
	struct fixture *f = *state;
	struct logs logs = make_logs(f, "/srv/anna", "/srv/anna");
	struct old_login *logins[] = { &logs.anna };
	struct evidence_request request = {
		.patterns = &logs.patterns, .logins = logins, .login_count = 1, .arena = &f->arena
	};
	assert_false(evidence_read(&request, &logs.sum, &f->diags));
	assert_string_equal(f->diags.items[0].message, "no log has such a name");
	make_file(f, "/var/log/x.gz", "");
	assert_int_equal(system(arena_printf(&f->arena, "seq 9999 | gzip | head -c 999 > '%s'",
				 real(f, "/var/log/x.gz"))),
		0);
	assert_false(evidence_read(&request, &logs.sum, &f->diags));
	assert_memory_equal(f->diags.items[1].message, "cannot read log: ", 17);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_evidence_takes_vsftpds_paths_for_the_jails,
			fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_evidence_takes_the_others_paths_from_root_on,
			fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_evidence_follows_directories_of_who_had_no_jail, fixture_setup,
			fixture_teardown),
		cmocka_unit_test_setup_teardown(test_evidence_of_a_name_with_a_nul_is_nobodys,
			fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_evidence_names_links_on_the_way, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_evidence_reads_packed_logs_oldest_first,
			fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_evidence_keeps_what_is_bounded, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_evidence_refuses_logs_that_are_not_there_or_broken, fixture_setup,
			fixture_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
