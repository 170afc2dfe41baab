/*
 * test_mapping.c - which account a row of a stranger's table becomes.
 *
 * Tables are written as text: cells between '|', the header in line 1.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/model/importer.h"
#include "core/model/mapping.h"
#include "said_fixture.h"

static const char key_line[] =
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f anna";

/* ---- building what mapping takes ---- */

static const char *
cell(struct fixture *fixture, const char **next)
{
	size_t length = strcspn(*next, "|");
	const char *text = arena_strndup(&fixture->arena, *next, length);
	*next = (*next)[length] ? *next + length + 1 : NULL;
	return text;
}

/* One row; names NULL: the header itself. */
static struct record *
row(struct fixture *fixture, const char *names, const char *values, unsigned line)
{
	struct record *record = ARENA_NEW(&fixture->arena, struct record);
	bool header = !names;
	record->place = at("staff.csv", line);
	record->number = line - 1;
	for (unsigned column = 1; values; column++) {
		const char *value = cell(fixture, &values);
		struct record_field field = { .name = value, .value = "" };
		if (!header) {
			field.name = cell(fixture, &names);
			field.value = value;
		}
		field.place = at_column("staff.csv", line, column, field.name);
		ARRAY_PUSH(&fixture->arena, &record->fields, field);
	}
	return record;
}

static struct template *template(struct fixture *fixture, const char *text)
{
	struct template *template;
	assert_true(template_parse(text, NOWHERE, &fixture->arena, &template, &fixture->diags));
	return template;
}

static struct mapping_rule *
rule(struct fixture *fixture, struct mapping *mapping, enum account_field field)
{
	mapping->rules[field] = ARENA_NEW(&fixture->arena, struct mapping_rule);
	mapping->rules[field]->place = at_column("rehome.yaml", 7, 12, NULL);
	return mapping->rules[field];
}

/* map: { FIELD: [ first, second ] } */
static void
map(struct fixture *fixture, struct mapping *mapping, enum account_field field, const char *first,
	const char *second)
{
	struct mapping_rule *made = rule(fixture, mapping, field);
	ARRAY_PUSH(&fixture->arena, &made->candidates, template(fixture, first));
	if (second)
		ARRAY_PUSH(&fixture->arena, &made->candidates, template(fixture, second));
}

static struct template *
filters(struct fixture *fixture, const char *text)
{
	struct template *parsed;
	assert_true(
		template_parse_filters(text, NOWHERE, &fixture->arena, &parsed, &fixture->diags));
	return parsed;
}

/* The account of one row, or "refused" and the diagnostics. Notes about columns are left out. */
static const char *
mapped(struct fixture *fixture, const struct mapping *configured, const char *names,
	const char *values)
{
	struct mapping *mapping;
	struct account account;
	fixture_clear(fixture);
	if (!mapping_bind(configured, NULL, row(fixture, NULL, names, 1), &fixture->arena, &mapping,
		    &fixture->diags))
		return arena_printf(&fixture->arena, "unbound\n%s", said(fixture));
	fixture_clear(fixture);
	if (!mapping_apply(mapping, row(fixture, names, values, 2), &fixture->arena, &account,
		    &fixture->diags))
		return arena_printf(&fixture->arena, "refused\n%s", said(fixture));
	assert_no_diags(fixture);
	return account_said(&account, &fixture->arena);
}

struct table_case {
	const char *names, *values, *expected;
};

static void
assert_tables(struct fixture *fixture, const struct mapping *configured,
	const struct table_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_string_equal(mapped(fixture, configured, cases[i].names, cases[i].values),
			cases[i].expected);
}

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
		"staff.csv:1: error: no column gives the username | Name a column 'username', or "
		"give the names ('name', or 'first' and 'last') to make one from, or set username "
		"in the configuration's map:.\n");
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
		"fields of passwd(5) | Take it out of the source, or convert the source to UTF-8.\n"
		"staff.csv:2:1: error: 'Anna' is not a login name | "
		"Use anna, or let username_filter: make names legal.\n"
		"staff.csv:2:3: error: 'anna' is not an email address | "
		"Write one address, like anna@example.org.\n"
		"staff.csv:2:4: error: uid 'minus' is not a number from 1 to 4294967294 | "
		"Correct it, or leave it empty to have one allocated.\n"
		"staff.csv:2:5: error: shell 'bin/sh' is not an absolute path without '..' | "
		"Write the whole path, beginning with '/'.\n"
		"staff.csv:2:6: error: '2026-02-30' is not a date in YYYY-MM-DD | "
		"Write it like 2027-01-31, or name the format with date: in map:.\n");
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
		"fields of passwd(5) | Take it out of the source, or convert the source to "
		"UTF-8.\n");
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

/* ---- several values of one column ---- */

static void
add_row(struct fixture *fixture, struct mapping_rule *rule, const char *from, const char *to)
{
	ARRAY_PUSH(&fixture->arena, &rule->table, (struct mapping_row){ from, to });
}

/* layout: { from: group, table: { press: media, radio: media, tv: studio } } */
static struct mapping_rule *
map_groups(struct fixture *fixture, struct mapping *mapping, enum account_field field)
{
	struct mapping_rule *made = rule(fixture, mapping, field);
	made->from = "member_of";
	add_row(fixture, made, "press", "media");
	add_row(fixture, made, "radio", "media");
	add_row(fixture, made, "TV", "studio");
	return made;
}

/* What an entry with these groups becomes. */
static const char *
entry(struct fixture *fixture, const struct mapping *configured, const char *groups)
{
	struct mapping *mapping;
	struct account account;
	fixture_clear(fixture);
	assert_true(mapping_bind(configured, NULL, row(fixture, NULL, "login|member_of", 1),
		&fixture->arena, &mapping, &fixture->diags));
	mapping->sets = true;
	const char *names = "login";
	for (const char *c = groups; c; c = strchr(c + 1, '|'))
		names = arena_printf(&fixture->arena, "%s|member_of", names);
	const struct record *record = row(fixture, names,
		groups ? arena_printf(&fixture->arena, "anna|%s", groups) : "anna", 2);
	return mapping_apply(mapping, record, &fixture->arena, &account, &fixture->diags)
		? account_said(&account, &fixture->arena)
		: said(fixture);
}

static void
test_a_table_picks_the_groups_that_it_names(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	map_groups(fixture, &configured, ACCOUNT_LAYOUT);
	map_groups(fixture, &configured, ACCOUNT_GROUPS);
	assert_string_equal(entry(fixture, &configured, "staff|Radio|press"),
		"username=anna groups=media layout=media");
	assert_string_equal(entry(fixture, &configured, NULL), "username=anna");
}

static void
test_a_star_is_for_entries_that_no_other_row_names(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	add_row(fixture, map_groups(fixture, &configured, ACCOUNT_LAYOUT), "*", "plain");
	add_row(fixture, map_groups(fixture, &configured, ACCOUNT_GROUPS), "*", "others");
	assert_string_equal(entry(fixture, &configured, "staff|tv"),
		"username=anna groups=studio layout=studio");
	assert_string_equal(entry(fixture, &configured, "staff|users"),
		"username=anna groups=others layout=plain");
	assert_string_equal(
		entry(fixture, &configured, NULL), "username=anna groups=others layout=plain");
}

static void
test_groups_that_lead_nowhere_leave_no_layout_to_guess(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	map_groups(fixture, &configured, ACCOUNT_GROUPS);
	assert_string_equal(entry(fixture, &configured, "staff"), "username=anna");
	map_groups(fixture, &configured, ACCOUNT_LAYOUT);
	assert_string_equal(entry(fixture, &configured, "staff"),
		"staff.csv:2:2: error: layout: 'staff' is in no row of the table | Add it to the "
		"table in the configuration, or a row \"*\" for all others.\n");
	assert_string_equal(entry(fixture, &configured, "staff|users"),
		"staff.csv:2:2: error: layout: none of 2 values, 'staff' the first, is in a row "
		"of the table | Add it to the table in the configuration, or a row \"*\" for all "
		"others.\n");
}

static void
test_two_groups_that_give_two_layouts_are_refused_by_their_names(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	map_groups(fixture, &configured, ACCOUNT_LAYOUT);
	assert_string_equal(entry(fixture, &configured, "tv|staff|Press"),
		"staff.csv:2:2: error: layout: 'Press' gives media and 'tv' gives studio | Leave "
		"one of the two, or say several: first in the rule, so that the table's order "
		"decides.\n");
}

static void
test_the_order_of_the_table_decides_where_it_is_said_to(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	map_groups(fixture, &configured, ACCOUNT_LAYOUT)->first = true;
	assert_string_equal(
		entry(fixture, &configured, "tv|staff|press"), "username=anna layout=media");
}

static void
test_two_values_without_a_table_are_refused_where_one_is_expected(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	rule(fixture, &configured, ACCOUNT_HOME)->from = "member_of";
	assert_string_equal(entry(fixture, &configured, "/srv/a|/srv/b"),
		"staff.csv:2:2: error: home: '/srv/a' and '/srv/b', where one value is expected | "
		"Leave one of the two, or say which counts with table:.\n");
	assert_string_equal(
		entry(fixture, &configured, "/srv/a|/srv/a"), "username=anna home=/srv/a");
	configured = (struct mapping){ 0 };
	rule(fixture, &configured, ACCOUNT_PASSWORD)->from = "member_of";
	assert_null(strstr(entry(fixture, &configured, "hunter2|hunter3"), "hunter"));
}

/* ---- passwords of a directory ---- */

static void
test_of_an_entrys_passwords_one_that_is_verified_here_is_taken(void **state)
{
	static const struct {
		const char *values, *hash, *foreign;
	} cases[] = {
		{ "{SSHA}abcdefgh|{CRYPT}$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/",
			"$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/", NULL },
		{ "{CRYPT}$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/|{SSHA}abcdefgh",
			"$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/", NULL },
		{ "{SSHA}abcdefgh", NULL, "a salted SHA-1 checksum" },
		{ "{SASL}anna@EXAMPLE.ORG", NULL, "another server's ({SASL})" },
		{ "geheimes Wort", NULL, "a plaintext" },
		{ "{CRYPT}!|{crypt}x|*", NULL, NULL },
		{ "{CRYPT}!$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/", NULL, NULL },
	};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct mapping configured = { 0 }, *mapping;
		struct account account;
		fixture_clear(fixture);
		map(fixture, &configured, ACCOUNT_PASSWORD_HASH, "${pw}", NULL);
		assert_true(mapping_bind(&configured, NULL, row(fixture, NULL, "login|pw", 1),
			&fixture->arena, &mapping, &fixture->diags));
		mapping->sets = true;
		assert_true(mapping_apply(mapping,
			row(fixture, "login|pw|pw|pw",
				arena_printf(&fixture->arena, "anna|%s", cases[i].values), 2),
			&fixture->arena, &account, &fixture->diags));
		assert_true(!cases[i].hash == !account.password_hash);
		if (cases[i].hash)
			assert_string_equal(account.password_hash, cases[i].hash);
		assert_true(!cases[i].foreign == !account.foreign_hash);
		if (cases[i].foreign)
			assert_string_equal(account.foreign_hash, cases[i].foreign);
		assert_null(strstr(said(fixture), "geheim"));
		assert_null(strstr(said(fixture), "SSHA"));
	}
}

/* ---- what an importer says by default ---- */

static const struct importer_default people[] = {
	{ ACCOUNT_USERNAME, "${login|lower}" },
	{ ACCOUNT_FULL_NAME, "${display}" },
	{ ACCOUNT_FULL_NAME, "${cn}" },
	{ ACCOUNT_FIELDS, NULL },
};

static const char *
by_default(struct fixture *fixture, const struct mapping *configured, const char *values)
{
	static const char columns[] = "login|display|cn|mail|cn";
	struct mapping *mapping;
	struct account account;
	fixture_clear(fixture);
	if (!mapping_bind(configured, people, row(fixture, NULL, "login|display|cn|mail", 1),
		    &fixture->arena, &mapping, &fixture->diags) ||
		!mapping_apply(mapping, row(fixture, columns, values, 2), &fixture->arena, &account,
			&fixture->diags))
		return said(fixture);
	assert_no_diags(fixture);
	return account_said(&account, &fixture->arena);
}

static void
test_an_importers_defaults_stand_in_for_the_synonyms(void **state)
{
	struct fixture *fixture = *state;
	assert_string_equal(by_default(fixture, NULL, "Anna|Anna Vogel|Vogel|a@example.org|A"),
		"username=anna full_name=Anna Vogel");
	assert_string_equal(by_default(fixture, NULL, "anna||Anna|a@example.org|A"),
		"username=anna full_name=Anna");
	assert_string_equal(by_default(fixture, NULL, "|||a@example.org|"),
		"staff.csv:2:1: error: the username is empty | Fill in the username, or what it "
		"is made from.\n");
}

static void
test_a_configured_rule_replaces_an_importers_default(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	map(fixture, &configured, ACCOUNT_FULL_NAME, "${cn}", NULL);
	map(fixture, &configured, ACCOUNT_EMAIL, "${mail}", NULL);
	assert_string_equal(
		by_default(fixture, &configured, "anna|Anna Vogel|Vogel|a@example.org|A"),
		"username=anna full_name=Vogel email=a@example.org");
}

static void
test_the_columns_of_configured_rules_are_told_once_each(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	map(fixture, &configured, ACCOUNT_FULL_NAME, "${givenName} ${sn}", "${cn}");
	map(fixture, &configured, ACCOUNT_EMAIL, "${cn}@example.org", NULL);
	rule(fixture, &configured, ACCOUNT_LAYOUT)->from = "group_name";
	const struct string_list *columns = mapping_columns(&configured, &fixture->arena);
	assert_int_equal(columns->count, 4);
	assert_string_equal(columns->items[0], "givenName");
	assert_string_equal(columns->items[1], "sn");
	assert_string_equal(columns->items[2], "cn");
	assert_string_equal(columns->items[3], "group_name");
}

static void
test_what_rules_asked_for_and_no_record_had_is_a_warning(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	struct mapping *mapping;
	struct account account;
	map(fixture, &configured, ACCOUNT_FULL_NAME, "${name}", "${never asked}");
	rule(fixture, &configured, ACCOUNT_EMAIL)->from = "mial";
	assert_true(mapping_bind(&configured, NULL,
		row(fixture, NULL, "login|name|mial|never asked", 1), &fixture->arena, &mapping,
		&fixture->diags));
	assert_true(mapping_apply(mapping, row(fixture, "login|name", "anna|Anna", 2),
		&fixture->arena, &account, &fixture->diags));
	mapping_warn_missing(&configured, mapping, &fixture->arena, &fixture->diags);
	assert_string_equal(said(fixture),
		"rehome.yaml:7:12: warning: no entry has 'mial' | Correct the name, or let the "
		"account that asks the server read it.\n");
}

/* ---- sources without fixed columns ---- */

static void
test_columns_that_no_record_has_are_a_warning_where_columns_are_not_fixed(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	struct mapping *mapping;
	rule(fixture, &configured, ACCOUNT_EMAIL)->from = "mial";
	struct record *header = row(fixture, NULL, "login|mail", 1);
	mapping_add_columns(&configured, header, &fixture->arena, &fixture->diags);
	assert_string_equal(said(fixture),
		"rehome.yaml:7:12: warning: no record has 'mial' | Did you mean 'mail'?\n");
	assert_int_equal(header->fields.count, 3);
	assert_true(mapping_bind(
		&configured, NULL, header, &fixture->arena, &mapping, &fixture->diags));
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
		fixture_test(test_rules_for_the_wrong_field_are_refused),
		fixture_test(test_every_bad_cell_of_a_row_is_reported),
		fixture_test(test_cells_that_a_spreadsheet_spoilt_are_refused),
		fixture_test(test_a_bad_name_is_not_reported_twice_as_a_missing_username),
		fixture_test(test_secrets_stay_out_of_messages),
		fixture_test(
			test_columns_that_no_record_has_are_a_warning_where_columns_are_not_fixed),
		fixture_test(test_a_table_picks_the_groups_that_it_names),
		fixture_test(test_a_star_is_for_entries_that_no_other_row_names),
		fixture_test(test_groups_that_lead_nowhere_leave_no_layout_to_guess),
		fixture_test(test_two_groups_that_give_two_layouts_are_refused_by_their_names),
		fixture_test(test_the_order_of_the_table_decides_where_it_is_said_to),
		fixture_test(test_two_values_without_a_table_are_refused_where_one_is_expected),
		fixture_test(test_an_importers_defaults_stand_in_for_the_synonyms),
		fixture_test(test_a_configured_rule_replaces_an_importers_default),
		fixture_test(test_the_columns_of_configured_rules_are_told_once_each),
		fixture_test(test_what_rules_asked_for_and_no_record_had_is_a_warning),
		fixture_test(test_of_an_entrys_passwords_one_that_is_verified_here_is_taken),
	};
	return cmocka_run_group_tests_name("mapping", tests, NULL, NULL);
}
