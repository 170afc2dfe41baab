/*
 * test_config_written.c - what config_write() writes is read back to the same configuration, for
 * good documents and for whatever is left of them after random damage.
 */
#include "config_fixture.h"

/* ---- comparing by value ---- */

static void
assert_same_list(const struct string_list *a, const struct string_list *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++)
		assert_string_equal(a->items[i], b->items[i]);
}

static void
assert_same_text(const char *a, const char *b)
{
	assert_string_equal(a ? a : "(none)", b ? b : "(none)");
}

static void
assert_same_policy(const struct policy *a, const struct policy *b)
{
	assert_string_equal(a->username_pattern, b->username_pattern);
	assert_int_equal(a->collide_suffix, b->collide_suffix);
	assert_same_list(&a->reserved, &b->reserved);
	assert_int_equal(a->uid_min, b->uid_min);
	assert_int_equal(a->uid_max, b->uid_max);
	assert_int_equal(a->adopt, b->adopt);
	assert_string_equal(a->adopt_loose, b->adopt_loose);
	assert_int_equal(a->adopt_keys, b->adopt_keys);
	assert_int_equal(a->new_password, b->new_password);
	assert_int_equal(a->foreign_hash, b->foreign_hash);
	assert_int_equal(a->adopt_relink, b->adopt_relink);
	assert_int_equal(a->enforce_passwords, b->enforce_passwords);
	assert_same_text(a->handout, b->handout);
	assert_same_text(a->handout_sheet_file, b->handout_sheet_file);
	assert_same_list(&a->leaver_sources, &b->leaver_sources);
	assert_int_equal(a->leaver_action, b->leaver_action);
	assert_int_equal(a->leaver_archive_days, b->leaver_archive_days);
	assert_int_equal(a->leaver_remove_days, b->leaver_remove_days);
	for (int kind = 0; kind < LIMIT_KINDS; kind++) {
		assert_int_equal(a->limits[kind].count, b->limits[kind].count);
		assert_int_equal(a->limits[kind].percent, b->limits[kind].percent);
	}
	assert_int_equal(a->failure, b->failure);
}

static void
assert_same_jail_and_archives(const struct config *a, const struct config *b)
{
	assert_string_equal(a->jail.home_text, b->jail.home_text);
	assert_string_equal(a->jail.group, b->jail.group);
	assert_string_equal(a->jail.shell, b->jail.shell);
	assert_string_equal(a->jail.sshd_dropin, b->jail.sshd_dropin);
	assert_string_equal(a->jail.sshd_config, b->jail.sshd_config);
	assert_string_equal(a->jail.keys_dir, b->jail.keys_dir);
	assert_int_equal(a->archives.before_adopt, b->archives.before_adopt);
	assert_int_equal(a->archives.before_change, b->archives.before_change);
	assert_int_equal(a->archives.before_leave, b->archives.before_leave);
	assert_int_equal(a->archives.content_full, b->archives.content_full);
	assert_int_equal(a->archives.retain_runs, b->archives.retain_runs);
	assert_int_equal(a->archives.retain_days, b->archives.retain_days);
}

static void
assert_same_layout(const struct layout *a, const struct layout *b, struct arena *arena)
{
	assert_string_equal(a->name, b->name);
	assert_int_equal(a->folders.count, b->folders.count);
	for (size_t i = 0; i < a->folders.count; i++) {
		const struct folder *one = &a->folders.items[i], *other = &b->folders.items[i];
		assert_string_equal(one->path, other->path);
		assert_int_equal(one->access, other->access);
		assert_same_text(one->owner, other->owner);
		assert_same_text(one->group, other->group);
		assert_int_equal(one->has_mode, other->has_mode);
		assert_int_equal(one->mode, other->mode);
	}
	assert_string_equal(profile_text(&a->profile, arena), profile_text(&b->profile, arena));
}

static void
assert_same_source(const struct source_config *a, const struct source_config *b)
{
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->importer, b->importer);
	assert_string_equal(a->location, b->location);
	assert_int_equal(a->on_bad_row, b->on_bad_row);
	assert_int_equal(a->settings.count, b->settings.count);
	for (size_t i = 0; i < a->settings.count; i++) {
		assert_string_equal(a->settings.items[i].name, b->settings.items[i].name);
		assert_string_equal(a->settings.items[i].value, b->settings.items[i].value);
	}
}

/* Fields under their own name: templates that expand alike here are alike. */
static const char *
echo_field(void *ctx, const char *field)
{
	(void)ctx;
	return field;
}

static void
assert_same_template(const struct template *a, const struct template *b, struct arena *arena)
{
	assert_int_equal(a != NULL, b != NULL);
	if (a)
		assert_string_equal(
			template_expand(a, echo_field, NULL, TEXT_LANGUAGE_DE, arena, NULL),
			template_expand(b, echo_field, NULL, TEXT_LANGUAGE_DE, arena, NULL));
}

static void
assert_same_rule(const struct mapping_rule *a, const struct mapping_rule *b, struct arena *arena)
{
	assert_int_equal(a->candidates.count, b->candidates.count);
	for (size_t i = 0; i < a->candidates.count; i++)
		assert_same_template(a->candidates.items[i], b->candidates.items[i], arena);
	assert_same_text(a->from, b->from);
	assert_same_text(a->split, b->split);
	assert_same_text(a->date, b->date);
	assert_same_template(a->filter, b->filter, arena);
	assert_int_equal(a->table.count, b->table.count);
	for (size_t i = 0; i < a->table.count; i++) {
		assert_string_equal(a->table.items[i].from, b->table.items[i].from);
		assert_string_equal(a->table.items[i].to, b->table.items[i].to);
	}
}

static void
assert_same_mapping(const struct mapping *a, const struct mapping *b, struct arena *arena)
{
	assert_int_equal(a != NULL, b != NULL);
	if (!a)
		return;
	assert_int_equal(a->language, b->language);
	assert_same_template(a->username_filter, b->username_filter, arena);
	for (unsigned i = 0; i < ACCOUNT_FIELDS; i++) {
		assert_int_equal(a->rules[i] != NULL, b->rules[i] != NULL);
		if (a->rules[i])
			assert_same_rule(a->rules[i], b->rules[i], arena);
	}
}

static void
assert_same_config(const struct config *a, const struct config *b, struct arena *arena)
{
	assert_same_jail_and_archives(a, b);
	assert_same_policy(&a->policy, &b->policy);
	assert_int_equal(a->layouts.count, b->layouts.count);
	for (size_t i = 0; i < a->layouts.count; i++)
		assert_same_layout(a->layouts.items[i], b->layouts.items[i], arena);
	assert_int_equal(a->sources.count, b->sources.count);
	for (size_t i = 0; i < a->sources.count; i++) {
		assert_same_source(a->sources.items[i], b->sources.items[i]);
		assert_same_mapping(
			a->sources.items[i]->mapping, b->sources.items[i]->mapping, arena);
	}
}

static void
assert_round_trip(const struct config *config, struct arena *arena)
{
	AUTO_BUFFER struct buffer first = { 0 }, second = { 0 };
	config_write(config, false, &first);
	const struct config *again = parse_good(buffer_text(&first), arena);
	assert_same_config(config, again, arena);
	config_write(again, false, &second);
	assert_string_equal(buffer_text(&second), buffer_text(&first));
}

/* ---- the claims ---- */

static const char written_defaults[] =
	"version: 1\n"
	"sources: {}  # default\n"
	"layouts:\n"
	"  default:\n"
	"    dirs: []  # default\n"
	"jail:\n"
	"  home: \"/home/${username}\"  # default\n"
	"  group: sftponly  # default\n"
	"  shell: /usr/sbin/nologin  # default\n"
	"  sshd_dropin: /etc/ssh/sshd_config.d/60-rehome.conf  # default\n"
	"  keys_dir: /etc/ssh/rehome_keys  # default\n"
	"  sshd_config: /etc/ssh/sshd_config  # default\n"
	"policy:\n"
	"  username:\n"
	"    pattern: \"^[a-z_][a-z0-9_-]{0,30}$\"  # default\n"
	"    collide: suffix  # default\n"
	"    reserved: [root, admin, administrator, backup, bin, daemon, ftp, games, git, halt, "
	"hostmaster, lp, mail, man, mysql, news, nobody, operator, postgres, postmaster, proxy, "
	"sftp, shutdown, sshd, sync, sys, toor, uucp, webmaster, www, www-data]  # default\n"
	"  uid_range: 20000-59999  # default\n"
	"  new_accounts: active  # default\n"
	"  adopt: ask  # default\n"
	"  adoption:\n"
	"    loose: files  # default\n"
	"    keys: ask  # default\n"
	"    sessions: end  # default\n"
	"    elsewhere: refuse  # default\n"
	"    links: keep  # default\n"
	"  passwords:\n"
	"    new: none  # default\n"
	"    foreign_hash: expire  # default\n"
	"    existing: keep  # default\n"
	"    # handout:  # directory for new passwords; default /root/rehome-handout\n"
	"    # sheet:  # template of the sheet per user; default built in\n"
	"  leavers:\n"
	"    sources: []  # default\n"
	"    action: disable  # default\n"
	"    grace:\n"
	"      archive: 30d  # default\n"
	"      remove: 90d  # default\n"
	"    max_count: 20  # default\n"
	"    max_percent: 5  # default\n"
	"  limits:\n"
	"    retire:\n"
	"      max_count: 20  # default\n"
	"      max_percent: 5  # default\n"
	"    remove:\n"
	"      max_count: 10  # default\n"
	"      max_percent: 2  # default\n"
	"    rename:\n"
	"      max_count: 20  # default\n"
	"      max_percent: 5  # default\n"
	"  failure: auto  # default\n"
	"archives:\n"
	"  before: [adopt, change, leave]  # default\n"
	"  content: manifest  # default\n"
	"  retain:\n"
	"    runs: 20  # default\n"
	"    days: 90  # default\n";

static const char written_other[] =
	"version: 1\n"
	"sources:\n"
	"  hr:\n"
	"    importer: ldap\n"
	"    uri: \"ldap://a.example.org ldap://b.example.org\"\n"
	"    base: \"ou=people,dc=example,dc=org\"\n"
	"    attributes: [uid, cn, \"with, comma\"]\n"
	"    note: \"two\\n\\\"lines\\\"\\n\"\n"
	"    language: da\n"
	"    map:\n"
	"      username: \"${uid}\"\n"
	"      layout: lab\n"
	"      groups: { from: g, filter: lower }\n"
	"    on_bad_row: skip\n"
	"  old.ftp-1:\n"
	"    importer: vsftpd\n"
	"    root: /mnt/old\n"
	"    on_bad_row: auto  # default\n"
	"layouts:\n"
	"  default:\n"
	"    dirs:\n"
	"      - { path: up, access: write }\n"
	"  lab:\n"
	"    dirs:\n"
	"      - { path: a, access: read }\n"
	"      - { path: a/b, access: read }\n"
	"      - { path: a/b/c, access: write, mode: \"0750\" }\n"
	"      - { path: a/in, access: read, owner: webmaster, group: staff, mode: \"2775\" }\n"
	"      - { path: adv, access: read-advisory, owner: root, group: user, mode: \"0555\" }\n"
	"      - { path: \"my pictures\", access: write }\n"
	"    profile:\n"
	"      start: a/in\n"
	"      umask: \"027\"\n"
	"      read_only: yes\n"
	"      log: VERBOSE\n"
	"      from: [\"10.0.0.0/8\", \"2001:db8::/32\", \"!10.1.0.0/16\"]\n"
	"  none:\n"
	"    dirs: []\n"
	"jail:\n"
	"  home: \"/srv/sftp/${layout}/${username}\"\n"
	"  group: jailed\n"
	"  shell: /bin/false\n"
	"  sshd_dropin: /etc/ssh/sshd_config.d/10-x.conf\n"
	"  keys_dir: /etc/ssh/k\n"
	"  sshd_config: /usr/local/etc/sshd_config\n"
	"policy:\n"
	"  username:\n"
	"    pattern: \"^x[0-9]+$\"\n"
	"    collide: error\n"
	"    reserved: []\n"
	"  uid_range: 100000-100000\n"
	"  new_accounts: staged\n"
	"  adopt: never\n"
	"  adoption:\n"
	"    loose: old\n"
	"    keys: drop\n"
	"    sessions: refuse\n"
	"    elsewhere: copy\n"
	"    links: rewrite\n"
	"  passwords:\n"
	"    new: generated\n"
	"    foreign_hash: refuse\n"
	"    existing: enforce\n"
	"    handout: \"/root/hand out\"\n"
	"    sheet: /etc/rehome/sheet.txt\n"
	"  leavers:\n"
	"    sources: [hr, old.ftp-1]\n"
	"    action: archive\n"
	"    grace:\n"
	"      archive: 0d\n"
	"      remove: 36500d\n"
	"    max_count: 0\n"
	"    max_percent: 100\n"
	"  limits:\n"
	"    retire:\n"
	"      max_count: 1\n"
	"      max_percent: 11\n"
	"    remove:\n"
	"      max_count: 2\n"
	"      max_percent: 12\n"
	"    rename:\n"
	"      max_count: 3\n"
	"      max_percent: 13\n"
	"  failure: user\n"
	"archives:\n"
	"  before: [leave]\n"
	"  content: full\n"
	"  retain:\n"
	"    runs: 1\n"
	"    days: 0\n";

static void
test_defaults_are_written_and_marked(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_BUFFER struct buffer out = { 0 };
	config_write(parse_good("version: 1\n", &arena), false, &out);
	assert_string_equal(buffer_text(&out), written_defaults);
}

static void
test_what_was_decided_is_written_without_the_mark(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_BUFFER struct buffer out = { 0 };
	config_write(parse_good(other_example, &arena), false, &out);
	assert_string_equal(buffer_text(&out), written_other);
}

static void
test_what_is_written_is_read_back_to_the_same_configuration(void **state)
{
	(void)state;
	static const char *const documents[] = { design_example, other_example, "version: 1\n" };
	for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
		AUTO_ARENA struct arena arena = { 0 };
		assert_round_trip(parse_good(documents[i], &arena), &arena);
	}
}

static uint32_t
next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* One of: another byte, a hole, a repeated stretch, a piece of syntax, a cut. */
static void
damage(struct buffer *text, uint32_t *seed)
{
	static const char *const pieces[] = { "&a ", "*a", "!t ", "<<: ", "{", "}", "[", "]", ": ",
		"\n", "\t", "'", "\"", "- ", "? ", "| \n", "#", "\\0", "${", "}", "\xff",
		"\xe2\x80\xa8", "---\n", "0", "99999999999", "%", "/", "..", ",", "\xef\xbb\xbf" };
	AUTO_BUFFER struct buffer result = { 0 };
	size_t at = next_random(seed) % (text->size + 1);
	size_t length = next_random(seed) % 40;
	if (length > text->size - at)
		length = text->size - at;
	unsigned kind = next_random(seed) % 5;

	buffer_add(&result, text->data, at);
	if (kind == 0 && length)
		buffer_add_char(&result, (char)next_random(seed));
	else if (kind == 2)
		for (unsigned i = 0; i < 2; i++)
			buffer_add(&result, text->data + at, length);
	else if (kind == 3)
		buffer_add_text(&result, pieces[next_random(seed) % ARRAY_LEN(pieces)]);
	size_t skip = kind == 0 ? (length > 0) : kind == 3 ? 0 : length;
	if (kind != 4 || next_random(seed) % 8)
		buffer_add(&result, text->data + at + skip, text->size - at - skip);
	buffer_clear(text);
	buffer_add(text, result.data, result.size);
}

static bool
try_damaged(const char *document, uint32_t *seed)
{
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_BUFFER struct buffer text = { 0 };
	struct diags diags = { .arena = &arena };
	struct config *config = NULL;
	buffer_add_text(&text, document);
	for (unsigned times = 1 + next_random(seed) % 3; times; times--)
		damage(&text, seed);
	bool good = config_parse(buffer_bytes(&text), FILE_NAME, &arena, &config, &diags);
	assert_int_equal(good, diags.errors == 0);
	if (good)
		assert_round_trip(config, &arena);
	return good;
}

static void
test_damaged_documents_are_refused_or_make_sense(void **state)
{
	(void)state;
	uint32_t seed = 20261122;
	unsigned good = 0, bad = 0;
	for (unsigned i = 0; i < 1500; i++) {
		bool parsed = try_damaged(i % 2 ? design_example : other_example, &seed);
		good += parsed;
		bad += !parsed;
	}
	/* Both happen often enough for the claim to mean something. */
	assert_in_range(good, 100, 1400);
	assert_in_range(bad, 100, 1400);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults_are_written_and_marked),
		cmocka_unit_test(test_what_was_decided_is_written_without_the_mark),
		cmocka_unit_test(test_what_is_written_is_read_back_to_the_same_configuration),
		cmocka_unit_test(test_damaged_documents_are_refused_or_make_sense),
	};
	return cmocka_run_group_tests_name("config_written", tests, NULL, NULL);
}
