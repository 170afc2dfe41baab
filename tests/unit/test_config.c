/*
 * test_config.c - what a configuration means: defaults and every documented key.
 */
#include "config_fixture.h"

static void
assert_list(const struct string_list *list, const char *const *expected)
{
	size_t count = 0;
	for (; expected[count]; count++) {
		assert_true(count < list->count);
		assert_string_equal(list->items[count], expected[count]);
	}
	assert_int_equal(list->count, count);
}

#define ASSERT_LIST(list, ...) assert_list((list), (const char *const[]){ __VA_ARGS__, NULL })

static void
assert_folder(const struct folder *folder, const char *path, enum folder_access access,
	const char *owner, const char *group, int mode)
{
	assert_string_equal(folder->path, path);
	assert_int_equal(folder->access, access);
	assert_string_equal(folder->owner ? folder->owner : "-", owner);
	assert_string_equal(folder->group ? folder->group : "-", group);
	assert_int_equal(folder->has_mode ? (int)folder->mode : -1, mode);
}

/* ---- meaning ---- */

static void
assert_default_jail(const struct jail_config *jail)
{
	assert_string_equal(jail->home_text, "/home/${username}");
	assert_non_null(jail->home);
	assert_string_equal(jail->group, "sftponly");
	assert_string_equal(jail->shell, "/usr/sbin/nologin");
	assert_string_equal(jail->sshd_dropin, "/etc/ssh/sshd_config.d/60-rehome.conf");
	assert_string_equal(jail->sshd_config, "/etc/ssh/sshd_config");
	assert_string_equal(jail->keys_dir, "/etc/ssh/rehome_keys");
}

/* All of the policy that the design's example does not change. */
static void
assert_default_limits(const struct policy *policy)
{
	assert_string_equal(policy->username_pattern, "^[a-z_][a-z0-9_-]{0,30}$");
	assert_true(policy->collide_suffix);
	assert_int_equal(policy->uid_min, 20000);
	assert_int_equal(policy->uid_max, 59999);
	assert_int_equal(policy->adopt, ADOPT_ASK);
	assert_int_equal(policy->new_password, NEW_PASSWORD_NONE);
	assert_int_equal(policy->foreign_hash, FOREIGN_HASH_EXPIRE);
	assert_false(policy->adopt_relink);
	assert_false(policy->enforce_passwords);
	assert_null(policy->handout_sheet);
	assert_null(policy->handout_sheet_file);
	assert_int_equal(policy->leaver_action, LEAVER_DISABLE);
	assert_int_equal(policy->leaver_archive_days, 30);
	assert_int_equal(policy->leaver_remove_days, 90);
	assert_int_equal(policy->limits[LIMIT_DISABLE].count, 20);
	assert_int_equal(policy->limits[LIMIT_DISABLE].percent, 5);
	assert_int_equal(policy->failure, FAILURE_AUTO);
}

static void
assert_default_archives(const struct archives_config *archives)
{
	assert_true(archives->before_adopt);
	assert_true(archives->before_change);
	assert_true(archives->before_leave);
	assert_false(archives->content_full);
	assert_int_equal(archives->retain_runs, 20);
	assert_int_equal(archives->retain_days, 90);
}

static void
test_version_alone_gives_all_defaults(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	const struct config *config = parse_good("version: 1\n", &arena);
	assert_default_jail(&config->jail);
	assert_default_limits(&config->policy);
	assert_default_archives(&config->archives);
	assert_string_equal(config->file, FILE_NAME);
	assert_int_equal(config->sources.count, 0);
	assert_int_equal(config->layouts.count, 1);
	assert_int_equal(config_layout(config, "default")->folders.count, 0);
	assert_null(config->policy.handout);
	assert_int_equal(config->policy.leaver_sources.count, 0);
	static const char *const reserved[] = { "root", "backup", "git", "www-data", "postmaster" };
	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		assert_true(string_list_has(&config->policy.reserved, reserved[i]));
	assert_string_equal(
		config->sha256, "09bfcc6a14b83e2192b8673677725c84883ee9cd0c70e45c9ec09daa8f2b2847");
}

static void
test_the_example_of_the_design_means_what_the_design_says(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_BUFFER struct buffer out = { 0 };
	struct diags diags = { .arena = &arena };
	struct config *config;
	assert_true(parse_text(design_example, &arena, &config, &diags));
	assert_string_equal(said(&diags, &out),
		"13:18: warning: sources.partners.map.layout names the layout 'plain', which is "
		"not defined [Known here: default, media.]\n"
		"31:24: warning: policy.leavers.sources[0] names the source 'hr', which is not "
		"defined [Known here: partners.]\n");
	assert_string_equal(diags.items[0].code, "unknown-layout");
	assert_string_equal(diags.items[1].code, "unknown-source");

	assert_default_jail(&config->jail);
	assert_default_limits(&config->policy);
	assert_default_archives(&config->archives);
	ASSERT_LIST(&config->policy.reserved, "backup", "git");
	ASSERT_LIST(&config->policy.leaver_sources, "hr");
	assert_string_equal(config->policy.handout, "/root/rehome-handout");

	const struct layout *media = config_layout(config, "media");
	assert_int_equal(config->layouts.count, 2);
	assert_int_equal(media->folders.count, 4);
	assert_folder(&media->folders.items[0], "pics", FOLDER_WRITE, "-", "-", -1);
	assert_folder(&media->folders.items[1], "musics", FOLDER_WRITE, "-", "-", -1);
	assert_folder(&media->folders.items[2], "logs", FOLDER_READ, "-", "-", -1);
	assert_folder(&media->folders.items[3], "drop", FOLDER_WRITE, "user", "press", 02770);
	assert_int_equal(media->place.line, 18);
	assert_int_equal(media->folders.items[3].place.line, 23);
	assert_null(config_layout(config, "plain"));
}

static void
test_a_source_keeps_its_own_keys_and_passes_on_the_rest(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	const struct config *config = parse_good(other_example, &arena);
	const struct source_config *hr = config_source(config, "hr");
	assert_string_equal(hr->importer, "ldap");
	assert_string_equal(hr->location, "ldap://a.example.org ldap://b.example.org");
	assert_int_equal(hr->on_bad_row, BAD_ROW_SKIP);
	assert_int_equal(hr->mapping->language, TEXT_LANGUAGE_DA_NO);
	assert_null(hr->mapping->username_filter);
	static const char *const settings[][2] = { { "base", "ou=people,dc=example,dc=org" },
		{ "attributes", "uid" }, { "attributes", "cn" }, { "attributes", "with, comma" },
		{ "note", "two\n\"lines\"\n" } };
	assert_int_equal(hr->settings.count, ARRAY_LEN(settings));
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		assert_string_equal(hr->settings.items[i].name, settings[i][0]);
		assert_string_equal(hr->settings.items[i].value, settings[i][1]);
	}
	assert_int_equal(hr->settings.items[3].place.line, 7);
	assert_int_equal(hr->settings.items[3].place.column, 28);

	const struct source_config *old = config_source(config, "old.ftp-1");
	assert_string_equal(old->location, "/mnt/old");
	assert_null(old->mapping);
	assert_int_equal(old->on_bad_row, BAD_ROW_AUTO);
	assert_null(config_source(config, "old"));
}

/* What a template makes of fields that are their own name. */
static const char *
echo_field(void *ctx, const char *field)
{
	(void)ctx;
	return field;
}

static const char *
expanded(const struct template *template, struct arena *arena)
{
	return template_expand(template, echo_field, NULL, TEXT_LANGUAGE_DEFAULT, arena, NULL);
}

static void
test_a_map_holds_templates_candidates_and_tables(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct config *config;
	assert_true(parse_text(design_example, &arena, &config, &diags));
	const struct mapping *mapping = config_source(config, "partners")->mapping;

	const struct mapping_rule *username = mapping->rules[ACCOUNT_USERNAME];
	assert_int_equal(username->candidates.count, 2);
	assert_string_equal(expanded(username->candidates.items[0], &arena), "login");
	assert_string_equal(expanded(username->candidates.items[1], &arena), "flast");
	assert_int_equal(username->place.line, 10);
	assert_int_equal(username->place.column, 18);
	const struct mapping_rule *name = mapping->rules[ACCOUNT_FULL_NAME];
	assert_string_equal(expanded(name->candidates.items[0], &arena), "first last");

	const struct mapping_rule *groups = mapping->rules[ACCOUNT_GROUPS];
	assert_string_equal(groups->from, "dept");
	assert_string_equal(groups->split, "/");
	const struct mapping_rule *layout = mapping->rules[ACCOUNT_LAYOUT];
	assert_int_equal(layout->table.count, 2);
	assert_string_equal(layout->table.items[0].from, "Press");
	assert_string_equal(layout->table.items[0].to, "media");
	assert_string_equal(layout->table.items[1].from, "*");
	assert_string_equal(layout->table.items[1].to, "plain");
	assert_string_equal(mapping->rules[ACCOUNT_EXPIRES]->date, "%d.%m.%Y");
	assert_null(mapping->rules[ACCOUNT_EMAIL]);
	assert_non_null(mapping->username_filter);
}

static void
test_every_key_can_be_set_away_from_its_default(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	const struct config *config = parse_good(other_example, &arena);
	const struct jail_config *jail = &config->jail;
	assert_string_equal(jail->home_text, "/srv/sftp/${layout}/${username}");
	assert_string_equal(expanded(jail->home, &arena), "/srv/sftp/layout/username");
	assert_string_equal(jail->group, "jailed");
	assert_string_equal(jail->shell, "/bin/false");
	assert_string_equal(jail->sshd_dropin, "/etc/ssh/sshd_config.d/10-x.conf");
	assert_string_equal(jail->sshd_config, "/usr/local/etc/sshd_config");
	assert_string_equal(jail->keys_dir, "/etc/ssh/k");

	const struct policy *policy = &config->policy;
	assert_string_equal(policy->username_pattern, "^x[0-9]+$");
	assert_false(policy->collide_suffix);
	assert_int_equal(policy->reserved.count, 0);
	assert_int_equal(policy->uid_min, 100000);
	assert_int_equal(policy->uid_max, 100000);
	assert_int_equal(policy->adopt, ADOPT_NEVER);
	assert_int_equal(policy->new_password, NEW_PASSWORD_GENERATED);
	assert_int_equal(policy->foreign_hash, FOREIGN_HASH_REFUSE);
	assert_true(policy->adopt_relink);
	assert_true(policy->enforce_passwords);
	assert_string_equal(policy->handout, "/root/hand out");
	assert_string_equal(policy->handout_sheet_file, "/etc/rehome/sheet.txt");
	ASSERT_LIST(&policy->leaver_sources, "hr", "old.ftp-1");
	assert_int_equal(policy->leaver_action, LEAVER_ARCHIVE);
	assert_int_equal(policy->limits[LIMIT_DISABLE].count, 0);
	assert_int_equal(policy->limits[LIMIT_DISABLE].percent, 100);
	assert_int_equal(policy->failure, FAILURE_USER);

	const struct archives_config *archives = &config->archives;
	assert_false(archives->before_adopt);
	assert_false(archives->before_change);
	assert_true(archives->before_leave);
	assert_true(archives->content_full);
	assert_int_equal(archives->retain_runs, 1);
	assert_int_equal(archives->retain_days, 0);
}

static void
test_modes_are_octal_and_missing_parents_are_read_only(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	const struct config *config = parse_good(other_example, &arena);
	const struct folder_list *lab = &config_layout(config, "lab")->folders;
	static const struct {
		const char *path;
		enum folder_access access;
		const char *owner, *group;
		int mode;
	} expected[] = {
		{ "a", FOLDER_READ, "-", "-", -1 },
		{ "a/b", FOLDER_READ, "-", "-", -1 },
		{ "a/b/c", FOLDER_WRITE, "-", "-", 0750 },
		{ "a/in", FOLDER_READ, "webmaster", "staff", 02775 },
		{ "adv", FOLDER_READ_ADVISORY, "root", "user", 0555 },
		{ "my pictures", FOLDER_WRITE, "-", "-", -1 },
	};
	assert_int_equal(lab->count, ARRAY_LEN(expected));
	for (size_t i = 0; i < ARRAY_LEN(expected); i++)
		assert_folder(&lab->items[i], expected[i].path, expected[i].access,
			expected[i].owner, expected[i].group, expected[i].mode);
	assert_int_equal(config_layout(config, "default")->folders.count, 1);
	assert_int_equal(config_layout(config, "none")->folders.count, 0);
}

static void
test_a_layout_has_a_profile_in_normal_form(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	const struct config *config = parse_good(other_example, &arena);
	assert_string_equal(profile_text(&config_layout(config, "lab")->profile, &arena),
		"read-only umask=027 start=a/in log=VERBOSE "
		"from=10.0.0.0/8,2001:db8::/32,!10.1.0.0/16");
	assert_true(profile_is_empty(&config_layout(config, "none")->profile));
}

/* ---- the sample ---- */

static void
test_the_sample_configuration_is_good_and_changes_only_what_it_says(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct config *config;
	assert_true(config_load(
		SOURCE_ROOT "/samples/rehome.yaml", "/nonexistent", &arena, &config, &diags));
	ARRAY_FOREACH (diag, &diags)
		assert_string_equal(diag->code, "config-writable");
	assert_default_jail(&config->jail);
	assert_default_limits(&config->policy);
	assert_default_archives(&config->archives);
	assert_int_equal(config->sources.count, 1);
	assert_int_equal(config->layouts.count, 3);
}

/* ---- the schema ---- */

static void
test_the_schema_lists_every_key_once(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct string_list seen = { 0 };
	for (const struct config_key *key = config_keys; key->path; key++) {
		assert_false(string_list_has(&seen, key->path));
		string_list_push(&arena, &seen, key->path);
		assert_true(*key->type && *key->help);
		assert_int_not_equal(key->help[strlen(key->help) - 1], '.');
	}
	assert_int_equal(seen.count, 68);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version_alone_gives_all_defaults),
		cmocka_unit_test(test_the_example_of_the_design_means_what_the_design_says),
		cmocka_unit_test(test_a_source_keeps_its_own_keys_and_passes_on_the_rest),
		cmocka_unit_test(test_a_map_holds_templates_candidates_and_tables),
		cmocka_unit_test(test_every_key_can_be_set_away_from_its_default),
		cmocka_unit_test(test_modes_are_octal_and_missing_parents_are_read_only),
		cmocka_unit_test(test_a_layout_has_a_profile_in_normal_form),
		cmocka_unit_test(
			test_the_sample_configuration_is_good_and_changes_only_what_it_says),
		cmocka_unit_test(test_the_schema_lists_every_key_once),
	};
	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
