/*
 * test_mapping.c - which account a row of a stranger's table becomes.
 */
#include "mapping_fixture.h"

static const char key_line[] =
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f anna";

/* ---- by the names of the columns ---- */

static void
test_columns_are_found_by_their_names_in_five_languages(void **state)
{
	static const struct table_case cases[] = {
		{ "username|full_name|email|uid", "anna|Anna Vogel|a@example.org|2001",
			"username=anna full_name=Anna Vogel email=a@example.org uid=2001" },
		{ "Login|Display Name|E-Mail", "anna|Anna Vogel|a@example.org",
			"username=anna full_name=Anna Vogel email=a@example.org" },
		{ "Benutzername|Vor- und Nachname|Ablaufdatum|Personalnummer|Passwort",
			"anna|Anna Vogel|2026-12-31|0042|geheimes Wort",
			"key=0042 username=anna full_name=Anna Vogel password=geheimes Wort "
			"expires=20818" },
		{ "Nom d'utilisateur|Prénom|Nom de famille|Adresse électronique|Groupes",
			"anna|Anna|Vogel|a@example.org|presse radio",
			"username=anna full_name=Anna Vogel email=a@example.org "
			"groups=presse+radio" },
		{ "usuario|nombre|apellidos|correo electrónico|contraseña|carpetas",
			"anna|Anna|Vogel|a@example.org|una clave larga|fotos registros:ro",
			"username=anna full_name=Anna Vogel email=a@example.org "
			"password=una clave larga folders=fotos:rw registros:ro" },
		{ "gebruikersnaam|voornaam|achternaam|e-mailadres|vervaldatum",
			"anna|Anna|de Vries|a@example.org|2026-12-31",
			"username=anna full_name=Anna de Vries email=a@example.org "
			"expires=20818" },
		{ "user|shell|home|layout|state|groups",
			"anna|/bin/false|/srv/anna|media|disabled|a,b",
			"username=anna groups=a+b layout=media home=/srv/anna shell=/bin/false "
			"state=1" },
	};
	assert_tables(*state, NULL, cases, ARRAY_LEN(cases));
}

static void
test_ssh_key_columns_are_told_from_the_key_of_a_person(void **state)
{
	struct fixture *fixture = *state;
	static const char *const names[] = { "ssh_key", "SSH-Keys", "pubkey", "public_key",
		"SSH-Schlüssel" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_string_equal(
			mapped(fixture, NULL, arena_printf(&fixture->arena, "login|%s", names[i]),
				arena_printf(&fixture->arena, "anna|%s", key_line)),
			arena_printf(&fixture->arena, "username=anna ssh_keys=%s", key_line));

	assert_string_equal(
		mapped(fixture, NULL, "login|key", "anna|e7-12"), "key=e7-12 username=anna");
	assert_string_equal(mapped(fixture, NULL, "login|key",
				    arena_printf(&fixture->arena, "anna|%s", key_line)),
		"refused\n"
		"staff.csv:2:2: error: an SSH key where the person's key (an id) is expected | "
		"Name the column 'ssh_keys'.\n");
}

static void
test_a_bare_name_is_what_its_neighbours_leave(void **state)
{
	static const struct table_case cases[] = {
		{ "login|name", "av|Anna Vogel", "username=av full_name=Anna Vogel" },
		{ "Vorname|Name", "Anna|Vogel",
			"username=avogel (generated) full_name=Anna Vogel" },
		{ "name|surname", "Anna|Vogel",
			"username=avogel (generated) full_name=Anna Vogel" },
		{ "name|first|last", "Dr. Anna Vogel|Anna|Vogel",
			"username=avogel (generated) full_name=Dr. Anna Vogel" },
		{ "Nom|Prénom", "Vogel|Anna", "username=avogel (generated) full_name=Anna Vogel" },
	};
	assert_tables(*state, NULL, cases, ARRAY_LEN(cases));
}

static void
test_two_columns_for_one_field_are_refused(void **state)
{
	struct fixture *fixture = *state;
	assert_string_equal(mapped(fixture, NULL, "login|mail|user", "a|b|c"),
		"unbound\n"
		"staff.csv:1:3: error: columns 'login' and 'user' both look like the username | "
		"Rename one of them, or say in the configuration's map: which one counts.\n");
	assert_string_equal(mapped(fixture, NULL, "Vorname|first|last", "a|b|c"),
		"unbound\n"
		"staff.csv:1:2: error: columns 'Vorname' and 'first' both look like the first "
		"name | "
		"Rename one of them, or say in the configuration's map: which one counts.\n");

	struct mapping configured = { 0 };
	map(fixture, &configured, ACCOUNT_USERNAME, "${user}", NULL);
	assert_string_equal(mapped(fixture, &configured, "login|user", "a|b"), "username=b");
}

static void
test_a_table_without_any_name_is_refused(void **state)
{
	assert_string_equal(mapped(*state, NULL, "mail|groups", "a@example.org|press"),
		"unbound\n"
		"staff.csv:1: error: no column gives the username: there is only 'mail', 'groups' "
		"| "
		"Name a column 'username', or give the names ('name', or 'first' and 'last') to "
		"make one from, or set username "
		"in the configuration's map:.\n");
	assert_string_equal(mapped(*state, NULL, "Customers of 2026||", "anna|pics|"),
		"unbound\n"
		"staff.csv:1: error: no column gives the username: there is only 'Customers of "
		"2026' | Let the sheet begin with the row that names the columns, or set delimiter "
		"when that is one.\n");
}

static void
test_columns_that_nothing_uses_are_one_note(void **state)
{
	struct fixture *fixture = *state;
	struct mapping *mapping;
	assert_true(mapping_bind(NULL, NULL, row(fixture, NULL, "login|phone||error|room", 1),
		&fixture->arena, &mapping, &fixture->diags));
	assert_string_equal(
		said(fixture), "staff.csv:1: note: columns not used: 'phone', 'room'\n");
}

/* Only where nothing else gives the field, and never for short words. */
static void
test_a_misspelt_column_is_a_warning(void **state)
{
	struct fixture *fixture = *state;
	struct mapping *mapping;
	assert_true(mapping_bind(NULL, NULL,
		row(fixture, NULL, "login|pasword|folders|Foldres|Contract ends|Gruppne|Pays|nome",
			1),
		&fixture->arena, &mapping, &fixture->diags));
	assert_string_equal(said(fixture),
		"staff.csv:1:2: warning: column 'pasword' is not used | Did you mean 'password'?\n"
		"staff.csv:1:6: warning: column 'Gruppne' is not used | Did you mean 'gruppe'?\n"
		"staff.csv:1: note: columns not used: 'pasword', 'Foldres', 'Contract ends', "
		"'Gruppne', 'Pays', 'nome'\n");
}

/* ---- usernames ---- */

static void
test_usernames_are_made_from_names(void **state)
{
	static const struct table_case cases[] = {
		{ "name", "Jörg Müller", "username=jmuller (generated) full_name=Jörg Müller" },
		{ "name", "Müller, Jörg", "username=jmuller (generated) full_name=Müller, Jörg" },
		{ "name", "Jean Luc van der Berg",
			"username=jberg (generated) full_name=Jean Luc van der Berg" },
		{ "name", "Sukarno", "username=sukarno (generated) full_name=Sukarno" },
		{ "first|last", "Jörg|Müller",
			"username=jmuller (generated) full_name=Jörg Müller" },
		{ "first|last", "Sukarno|", "username=sukarno (generated) full_name=Sukarno" },
		{ "first|last", "|Sukarno", "username=sukarno (generated) full_name=Sukarno" },
		{ "Vorname", "Jörg", "username=jorg (generated) full_name=Jörg" },
		{ "first|last", "Conan|O'Brien-Smith",
			"username=cobrien-smith (generated) full_name=Conan O'Brien-Smith" },
		{ "name", "7 of 9 Ünal", "username=unal (generated) full_name=7 of 9 Ünal" },
		{ "first|last", "Юлия|Иванова",
			"username=iuivanova (generated) full_name=Юлия Иванова" },
		{ "name", "Wolfeschlegelsteinhausenbergerdorff",
			"username=wolfeschlegelsteinhausenbergerd (generated) "
			"full_name=Wolfeschlegelsteinhausenbergerdorff" },
		{ "name", "山田太郎",
			"refused\nstaff.csv:2:1: error: no username can be made from '山田太郎' | "
			"Give this row a username in a column of that name.\n" },
		{ "name", "  ",
			"refused\nstaff.csv:2: error: the username is empty | "
			"Fill in the username, or what it is made from.\n" },
	};
	assert_tables(*state, NULL, cases, ARRAY_LEN(cases));
}

static void
test_generated_usernames_follow_the_language(void **state)
{
	struct mapping configured = { .language = TEXT_LANGUAGE_DE };
	assert_string_equal(mapped(*state, &configured, "name", "Jörg Müller"),
		"username=jmueller (generated) full_name=Jörg Müller");
}

static void
test_given_usernames_are_never_altered(void **state)
{
	struct fixture *fixture = *state;
	assert_string_equal(mapped(fixture, NULL, "login|name", "JMueller|Jörg Müller"),
		"refused\nstaff.csv:2:1: error: 'JMueller' is not a login name | "
		"Use jmueller, or let username_filter: make names legal.\n");
	assert_string_equal(mapped(fixture, NULL, "login|name", " |Jörg Müller"),
		"refused\nstaff.csv:2:1: error: the username is empty | "
		"Fill in the username, or what it is made from.\n");

	struct mapping configured = { .username_filter = filters(fixture, "ascii|lower") };
	assert_string_equal(mapped(fixture, &configured, "login", "JMueller"), "username=jmueller");
}

static void
test_the_first_candidate_that_is_not_empty_counts(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	map(fixture, &configured, ACCOUNT_USERNAME, "${login}", "${first|left(1)}${last}");
	const struct table_case cases[] = {
		{ "login|first|last", "anna|Jörg|Müller", "username=anna full_name=Jörg Müller" },
		{ "login|first|last", "|Jörg|Müller",
			"username=jmuller (generated) full_name=Jörg Müller" },
		{ "login|first|last", "||",
			"refused\nstaff.csv:2:2: error: the username is empty | "
			"Fill in the username, or what it is made from.\n" },
	};
	assert_tables(fixture, &configured, cases, ARRAY_LEN(cases));
}

static void
test_a_username_is_made_from_a_full_name_that_a_rule_makes(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	map(fixture, &configured, ACCOUNT_FULL_NAME, "${a} ${b}", NULL);
	assert_string_equal(mapped(fixture, &configured, "a|b", "Anna|Vogel"),
		"username=avogel (generated) full_name=Anna Vogel");
}

/* ---- configured rules ---- */

static void
test_rules_spell_columns_as_people_do(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	map(fixture, &configured, ACCOUNT_USERNAME, "${kürzel}", NULL);
	rule(fixture, &configured, ACCOUNT_EXPIRES)->from = "end_date";
	configured.rules[ACCOUNT_EXPIRES]->date = "%d.%m.%Y";
	assert_string_equal(mapped(fixture, &configured, "KÜRZEL|End date", "anna| 31.12.2026 "),
		"username=anna expires=20818");
}

static void
test_unknown_columns_in_rules_are_refused_with_the_likely_one(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	map(fixture, &configured, ACCOUNT_USERNAME, "${frist}${login}", NULL);
	rule(fixture, &configured, ACCOUNT_GROUPS)->from = "xyz";
	assert_string_equal(mapped(fixture, &configured, "first|Benutzername", "a|b"),
		"unbound\n"
		"rehome.yaml:7:12: error: the source has no column 'frist' | "
		"Did you mean 'first'?\n"
		"rehome.yaml:7:12: error: the source has no column 'login' | "
		"Did you mean 'Benutzername'?\n"
		"rehome.yaml:7:12: error: the source has no column 'xyz' | "
		"The columns are 'first', 'Benutzername'.\n");
}

static void
test_tables_translate_cells(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	struct mapping_rule *layout = rule(fixture, &configured, ACCOUNT_LAYOUT);
	layout->from = "dept";
	ARRAY_PUSH(&fixture->arena, &layout->table, (struct mapping_row){ "Press", "media" });
	assert_string_equal(mapped(fixture, &configured, "login|dept", "anna| PRESS "),
		"username=anna layout=media");
	assert_string_equal(mapped(fixture, &configured, "login|dept", "anna|"), "username=anna");
	assert_string_equal(mapped(fixture, &configured, "login|dept", "anna|Radio"),
		"refused\n"
		"staff.csv:2:2: error: layout: 'Radio' is in no row of the table | Add it to the "
		"table in the configuration, or a row \"*\" for all others.\n");

	ARRAY_PUSH(&fixture->arena, &layout->table, (struct mapping_row){ "*", "plain" });
	assert_string_equal(mapped(fixture, &configured, "login|dept", "anna|Radio"),
		"username=anna layout=plain");
	assert_string_equal(
		mapped(fixture, &configured, "login|dept", "anna|"), "username=anna layout=plain");
}

static void
test_lists_are_split_and_each_item_filtered(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	struct mapping_rule *groups = rule(fixture, &configured, ACCOUNT_GROUPS);
	groups->from = "dept";
	groups->split = "/";
	groups->filter = filters(fixture, "ascii|lower");
	assert_string_equal(mapped(fixture, &configured, "login|dept", "anna|Press/ Räder //TV"),
		"username=anna groups=press+rader+tv");
	assert_string_equal(mapped(fixture, &configured, "login|dept", "anna|Press Office/TV"),
		"refused\n"
		"staff.csv:2:2: error: groups: 'press office' holds a blank or separator | Split "
		"at "
		"that character too, or remove it with filter: \"replace(' ','-')\".\n");
}

static void
test_several_values_of_one_name_make_a_list(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 }, *mapping;
	struct account account;
	map(fixture, &configured, ACCOUNT_GROUPS, "${prefix}${team|lower}", NULL);
	assert_true(mapping_bind(&configured, NULL,
		row(fixture, NULL, "login|team|prefix|mail|folders", 1), &fixture->arena, &mapping,
		&fixture->diags));
	const struct record *record =
		row(fixture, "login|team|team|prefix|mail|mail|folders|folders",
			"anna|Press|TV|g-|a@example.org|b@example.org|pics|logs:ro", 2);
	assert_true(mapping_apply(mapping, record, &fixture->arena, &account, &fixture->diags));
	assert_string_equal(account_said(&account, &fixture->arena),
		"username=anna email=a@example.org groups=g-press+g-tv folders=pics:rw logs:ro");
}

static void
test_a_text_that_is_called_like_a_column_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	map(fixture, &configured, ACCOUNT_FULL_NAME, "Name", NULL);
	map(fixture, &configured, ACCOUNT_EXPIRES, "2027-01-31", NULL);
	map(fixture, &configured, ACCOUNT_LAYOUT, "media", NULL);
	assert_string_equal(mapped(fixture, &configured, "login|name|media", "anna|Anna Vogel|x"),
		"unbound\n"
		"rehome.yaml:7:12: error: full_name would be 'Name' for everybody, and a column is "
		"called so | Write \"${Name}\" for what is in the column.\n");
}

static void
test_rules_for_the_wrong_field_are_refused(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	rule(fixture, &configured, ACCOUNT_HOME)->from = "dir";
	configured.rules[ACCOUNT_HOME]->split = ",";
	rule(fixture, &configured, ACCOUNT_EMAIL)->from = "dir";
	configured.rules[ACCOUNT_EMAIL]->date = "%Y";
	rule(fixture, &configured, ACCOUNT_GROUPS)->from = "dir";
	configured.rules[ACCOUNT_GROUPS]->first = true;
	assert_string_equal(mapped(fixture, &configured, "login|dir", "anna|x"),
		"unbound\n"
		"rehome.yaml:7:12: error: date is for expires, not for email\n"
		"rehome.yaml:7:12: error: several is for fields with one value, and groups takes "
		"all\n"
		"rehome.yaml:7:12: error: split is for groups, ssh_keys and folders, not for "
		"home\n");
}

/* ---- bad rows ---- */

static void
test_every_bad_cell_of_a_row_is_reported(void **state)
{
	assert_string_equal(mapped(*state, NULL, "login|name|mail|uid|shell|expires",
				    "Anna|Anna: Vogel|anna|minus|bin/sh|2026-02-30"),
		"refused\n"
		"staff.csv:2:2: error: full name 'Anna: Vogel' contains ':', which separates the "
		"fields of passwd(5) | Take it out of the source.\n"
		"staff.csv:2:1: error: 'Anna' is not a login name | "
		"Use anna, or let username_filter: make names legal.\n"
		"staff.csv:2:3: error: 'anna' is not an email address | "
		"Write one address, like anna@example.org.\n"
		"staff.csv:2:4: error: uid 'minus' is not a number from 1 to 4294967294 | "
		"Correct it, or leave it empty to have one allocated.\n"
		"staff.csv:2:5: error: shell 'bin/sh' is not an absolute path without '..' | "
		"Write the whole path, beginning with '/'.\n"
		"staff.csv:2:6: error: '2026-02-30' is not a date in YYYY-MM-DD | "
		"Write it like 2027-01-31, or say in map: how it is written, as in date: "
		"\"%d.%m.%Y\".\n");
}

static void
test_cells_that_a_spreadsheet_spoilt_are_refused(void **state)
{
	static const struct table_case cases[] = {
		{ "login|id", "anna|1.23E+05",
			"refused\nstaff.csv:2:2: error: key '1.23E+05' was rounded by a "
			"spreadsheet | Format the column as text, and enter the value again.\n" },
		{ "login|uid", "anna|1,23e+5",
			"refused\nstaff.csv:2:2: error: uid '1,23e+5' was rounded by a "
			"spreadsheet | Format the column as text, and enter the value again.\n" },
		{ "login", "1E+10",
			"refused\nstaff.csv:2:1: error: username '1E+10' was rounded by a "
			"spreadsheet | Format the column as text, and enter the value again.\n" },
		{ "login|name", "anna|#N/A",
			"refused\nstaff.csv:2:2: error: full_name '#N/A' is a spreadsheet's error, "
			"not a value | Correct the formula in the cell.\n" },
	};
	assert_tables(*state, NULL, cases, ARRAY_LEN(cases));
}

static void
test_a_bad_name_is_not_reported_twice_as_a_missing_username(void **state)
{
	assert_string_equal(mapped(*state, NULL, "name", "Anna: Vogel"),
		"refused\n"
		"staff.csv:2:1: error: full name 'Anna: Vogel' contains ':', which separates the "
		"fields of passwd(5) | Take it out of the source.\n");
}

static void
test_secrets_stay_out_of_messages(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	struct mapping_rule *password = rule(fixture, &configured, ACCOUNT_PASSWORD);
	password->from = "pw";
	ARRAY_PUSH(&fixture->arena, &password->table, (struct mapping_row){ "a", "b" });
	const char *text = mapped(fixture, &configured, "login|pw", "anna|hunter2hunter2");
	assert_non_null(strstr(text, "refused"));
	assert_null(strstr(text, "hunter2"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_columns_are_found_by_their_names_in_five_languages),
		fixture_test(test_ssh_key_columns_are_told_from_the_key_of_a_person),
		fixture_test(test_a_bare_name_is_what_its_neighbours_leave),
		fixture_test(test_two_columns_for_one_field_are_refused),
		fixture_test(test_a_table_without_any_name_is_refused),
		fixture_test(test_columns_that_nothing_uses_are_one_note),
		fixture_test(test_a_misspelt_column_is_a_warning),
		fixture_test(test_usernames_are_made_from_names),
		fixture_test(test_generated_usernames_follow_the_language),
		fixture_test(test_given_usernames_are_never_altered),
		fixture_test(test_the_first_candidate_that_is_not_empty_counts),
		fixture_test(test_a_username_is_made_from_a_full_name_that_a_rule_makes),
		fixture_test(test_rules_spell_columns_as_people_do),
		fixture_test(test_unknown_columns_in_rules_are_refused_with_the_likely_one),
		fixture_test(test_tables_translate_cells),
		fixture_test(test_lists_are_split_and_each_item_filtered),
		fixture_test(test_several_values_of_one_name_make_a_list),
		fixture_test(test_a_text_that_is_called_like_a_column_is_refused),
		fixture_test(test_rules_for_the_wrong_field_are_refused),
		fixture_test(test_every_bad_cell_of_a_row_is_reported),
		fixture_test(test_cells_that_a_spreadsheet_spoilt_are_refused),
		fixture_test(test_a_bad_name_is_not_reported_twice_as_a_missing_username),
		fixture_test(test_secrets_stay_out_of_messages),
	};
	return cmocka_run_group_tests_name("mapping", tests, NULL, NULL);
}
