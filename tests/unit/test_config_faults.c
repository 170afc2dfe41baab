/*
 * test_config_faults.c - what is wrong with a configuration is said in full, where it stands.
 */
#include "config_fixture.h"

#define V "version: 1\n"
#define SILENT_HINT " [Give a value, or remove the key.]\n"
#define S V "sources:\n  s:\n    importer: csv\n    file: x\n"
#define PROFILE V "layouts: { a: { profile: { "
#define DIR V "layouts: { a: { dirs: [ { path: p, "

static const struct faulty {
	const char *text;
	const char *said;
} faulty_documents[] = {
	/* profiles */
	{ PROFILE "unmask: 022, read_only: maybe } } }\n",
		"2:28: unknown key 'unmask' in layouts.a.profile [Did you mean 'umask'?]\n"
		"2:52: layouts.a.profile.read_only cannot be 'maybe' [Known here: no, yes.]\n" },
	{ PROFILE "umask: 8, start: \"my pics\", log: LOUD } } }\n",
		"2:35: '8' is no umask: expected octal 000 to 777 [Write what new files lose, such "
		"as 027.]\n"
		"2:45: start directory 'my pics' has a blank: sshd's configuration cannot say it "
		"[Rename the folder, or let sessions begin in the jail's root.]\n"
		"2:61: 'LOUD' is no log level of sftp-server [Write INFO for logins and "
		"transfers, or VERBOSE for every request.]\n" },
	{ PROFILE "from: [ 10.0.0.1/8, host.example.org ] } } }\n",
		"2:36: '10.0.0.1/8' has bits behind its mask [Write 10.0.0.0/8 for the whole "
		"network.]\n"
		"2:48: 'host.example.org' is no address or network [Write 192.0.2.7, 10.0.0.0/8, "
		"2001:db8::/32 or !10.1.0.0/16.]\n" },
	{ PROFILE "from: [ \"!10.0.0.0/8\" ] } } }\n",
		"2:34: only excludes addresses: sshd would let nobody in [Add what is allowed; "
		"'*' is everywhere.]\n" },
	{ PROFILE "from: 10.0.0.0/8 } } }\n",
		"2:34: layouts.a.profile.from must be a list, not text\n" },

	/* the whole */
	{ "", "1:1: version is missing [Begin the file with version: 1.]\n" },
	{ "jail: { group: g }\n", "1:1: version is missing [Begin the file with version: 1.]\n" },
	{ "version: 2\n", "1:10: version 2 is not known [This rehome reads version 1.]\n" },
	{ "version:\n", "1:9: version has no value" SILENT_HINT },
	{ "hello\n", "1:1: a configuration must be a mapping, not text\n" },
	{ "[version]\n", "1:1: a configuration must be a mapping, not a list\n" },
	{ V "polcy: {}\n", "2:1: unknown key 'polcy' [Did you mean 'policy'?]\n" },
	{ V "xyzzy: 1\n",
		"2:1: unknown key 'xyzzy' [Known here: version, sources, layouts, jail, policy, "
		"archives.]\n" },
	{ V "jail.home: /x/${username}\n",
		"2:1: unknown key 'jail.home' [Known here: version, sources, layouts, jail, "
		"policy, "
		"archives.]\n" },
	{ V "\"\": { version: 1 }\n",
		"2:1: unknown key '' [Known here: version, sources, layouts, jail, policy, "
		"archives.]\n" },
	{ V "jail: x\npolicy: [a]\n",
		"2:7: jail must be a mapping, not text\n3:9: policy must be a mapping, not a "
		"list\n" },
	{ V "policy: { username: { patern: x }, leavers: { acton: report } }\n",
		"2:23: unknown key 'patern' in policy.username [Did you mean 'pattern'?]\n"
		"2:47: unknown key 'acton' in policy.leavers [Did you mean 'action'?]\n" },
	{ V "jail: { group: *g }\npolicy: { adopt: maybe }\n",
		"2:16: aliases ('*name') are not allowed [Write the value out, or quote it if it "
		"begins with '*'.]\n"
		"3:18: policy.adopt cannot be 'maybe' [Known here: ask, never.]\n" },

	/* words and numbers */
	{ V "policy: { adopt: nevr }\n",
		"2:18: policy.adopt cannot be 'nevr' [Did you mean 'never'?]\n" },
	{ V "policy: { adopt: [ask] }\n", "2:18: policy.adopt must be text, not a list\n" },
	{ V "policy: { adopt: '' }\n", "2:18: policy.adopt is empty\n" },
	{ V "policy:\n  failure:\n", "3:11: policy.failure has no value" SILENT_HINT },
	{ V "policy: { leavers: { grace: { archive: 3w, remove: d } } }\n",
		"2:40: policy.leavers.grace.archive must be a number of days such as 30d, not "
		"'3w'\n"
		"2:52: policy.leavers.grace.remove must be a number of days such as 30d, not "
		"'d'\n" },
	{ V "policy: { leavers: { max_percent: 101, max_count: -1 } }\n",
		"2:35: policy.leavers.max_percent must be a number from 0 to 100, not '101'\n"
		"2:51: policy.leavers.max_count must be a number from 0 to 1000000, not '-1'\n" },
	{ V "archives: { retain: { runs: 1e3, days: 4294967297 } }\n",
		"2:29: archives.retain.runs must be a number from 0 to 1000000, not '1e3'\n"
		"2:40: archives.retain.days must be a number from 0 to 1000000, not "
		"'4294967297'\n" },
	{ V "archives: { before: adopt }\n", "2:21: archives.before must be a list, not text\n" },
	{ V "archives: { before: [adpt, {}, leave] }\n",
		"2:22: archives.before[0] cannot be 'adpt' [Did you mean 'adopt'?]\n"
		"2:28: archives.before[1] must be text, not a mapping\n" },
	{ V "policy:\n  username:\n    reserved:\n",
		"4:14: policy.username.reserved has no value [Write [] for an empty list, or "
		"remove "
		"the key.]\n" },

	/* the jail */
	{ V "jail: { home: /home/user }\n",
		"2:15: jail.home must contain ${username}, so that every user has a home of their "
		"own\n" },
	{ V "jail: { home: \"/home/${username|lower}\" }\n",
		"2:15: jail.home must contain ${username}, so that every user has a home of their "
		"own\n" },
	{ V "jail: { home: \"home/${username}\" }\n",
		"2:15: jail.home must be an absolute path\n" },
	{ V "jail: { home: / }\n", "2:15: jail.home must not contain '//' or end in '/'\n" },
	{ V "jail: { home: \"/${username}\" }\n",
		"2:15: jail.home must not put homes directly into /\n" },
	{ V "jail: { home: \"/x-${username}/home\" }\n",
		"2:15: jail.home must not put homes directly into /\n" },
	{ V "jail: { home: \"/etc/${username}\" }\n",
		"2:15: jail.home must not lie in a system directory\n" },
	{ V "jail: { home: \"/usr/local/sftp/${username}\" }\n",
		"2:15: jail.home must not lie in a system directory\n" },
	{ V "jail: { home: \"/var/${username}\" }\n",
		"2:15: jail.home must not put homes directly into /var\n" },
	{ V "jail: { home: \"/srv/../etc/${username}\" }\n",
		"2:15: jail.home must not contain '.' or '..'\n" },
	{ V "jail: { home: \"/srv/a:b/${username}\" }\n",
		"2:15: jail.home must not contain blanks, quotes or any of : # % \\\n" },
	{ V "jail: { home: \"/srv/${password}/${username}\" }\n",
		"2:15: jail.home cannot use the field 'password' [Known here: key, username, "
		"full_name, email, groups, layout.]\n" },
	{ V "jail: { home: \"/srv/${uid}/${username}\" }\n",
		"2:15: jail.home cannot use the field 'uid' [Known here: key, username, full_name, "
		"email, groups, layout.]\n" },
	{ V "jail: { home: \"/srv/${layuot}/${username}\" }\n",
		"2:15: jail.home names an unknown field 'layuot' [Did you mean 'layout'?]\n" },
	{ V "jail: { group: Sftp Only }\n",
		"2:16: jail.group is no legal group name: 'Sftp Only' [Use a-z, 0-9, '_' and '-', "
		"beginning with a letter.]\n" },
	{ V "jail: { group: sudo }\n",
		"2:16: jail.group cannot be 'sudo': all members of that group would be jailed\n" },
	{ V "jail: { shell: nologin }\n", "2:16: jail.shell must be an absolute path\n" },
	{ V "jail: { shell: \"/bin/a:b\" }\n",
		"2:16: jail.shell may hold only letters, digits and / . _ + -\n" },
	{ V "jail: { sshd_dropin: /etc/ssh/sshd_config.d/rehome }\n",
		"2:22: jail.sshd_dropin must end in .conf [Name it NAME.conf: sshd_config includes "
		"nothing else of its drop-in directory.]\n" },
	{ V "jail: { sshd_dropin: /etc/ssh/.conf }\n",
		"2:22: jail.sshd_dropin must end in .conf [Name it NAME.conf: sshd_config includes "
		"nothing else of its drop-in directory.]\n" },
	{ V "jail: { keys_dir: /etc/ssh/my keys }\n",
		"2:19: jail.keys_dir may hold only letters, digits and / . _ + -\n" },
	{ V "jail: { keys_dir: /home/keys }\n",
		"2:19: jail.keys_dir lies among the homes of jail.home [Choose a directory that "
		"belongs to root alone.]\n" },

	/* the policy */
	{ V "policy: { username: { pattern: \"^[a-z$\" } }\n",
		"2:32: policy.username.pattern is no regular expression: Unmatched [, [^, [:, [., "
		"or [=\n" },
	{ V "policy: { uid_range: 20000 }\n",
		"2:22: policy.uid_range must be two numbers such as 20000-59999, not '20000'\n" },
	{ V "policy: { uid_range: 1-2-3 }\n",
		"2:22: policy.uid_range must be two numbers such as 20000-59999, not '1-2-3'\n" },
	{ V "policy: { uid_range: 3000-2000 }\n",
		"2:22: policy.uid_range ends before it begins\n" },
	{ V "policy: { uid_range: 999-2000 }\n",
		"2:22: policy.uid_range begins below 1000, among the system's own accounts\n" },
	{ V "policy: { uid_range: 1000-4294967294 }\n",
		"2:22: policy.uid_range ends above 4294967293, the highest uid\n" },
	{ V "policy: { passwords: { handout: handout, sheet: /etc/../x } }\n",
		"2:33: policy.passwords.handout must be an absolute path\n"
		"2:49: policy.passwords.sheet must not contain '.' or '..'\n" },

	/* sources */
	{ V "sources: { s: { file: x }, t: { importer: csv } }\n",
		"2:12: sources.s has no importer [Name the plug-in that reads it, such as "
		"importer: csv.]\n"
		"2:28: sources.t has no file, uri or root [Say where the source is, such as file: "
		"/root/users.csv.]\n" },
	{ S "    uri: y\n",
		"6:5: sources.s has more than one of file, uri and root [Remove all but one.]\n" },
	{ V "sources: { \"csv:x\": { importer: csv, file: x } }\n",
		"2:12: 'csv:x' is no name for a source [Use up to 64 letters, digits, '_', '-' and "
		"'.'.]\n" },
	{ S "    delimiter: { a: b }\n    x: [ [] ]\n    y:\n",
		"6:16: sources.s.delimiter must be text or a list of texts, not a mapping\n"
		"7:10: sources.s.x[0] must be text or a list of texts, not a list\n"
		"8:7: sources.s.y has no value" SILENT_HINT },
	{ S "    language: xx\n    on_bad_row: skp\n",
		"6:15: sources.s.language cannot be 'xx' [Known here: default, de, da, no, sv, "
		"fi.]\n"
		"7:17: sources.s.on_bad_row cannot be 'skp' [Did you mean 'skip'?]\n" },
	{ S "    map: { usrname: x, groups: { form: a }, username: [], expires: [[]] }\n",
		"6:12: unknown field 'usrname' in sources.s.map [Did you mean 'username'?]\n"
		"6:34: unknown key 'form' in sources.s.map.groups [Did you mean 'from'?]\n"
		"6:32: sources.s.map.groups has no from [Name the column or attribute, such as "
		"from: dept.]\n"
		"6:55: sources.s.map.username is an empty list\n"
		"6:69: sources.s.map.expires[0] must be text, not a list\n" },
	{ S "    map: { username: Login, uid: [ \"${n}\", 20000 ], full_name: Name }\n",
		"6:22: sources.s.map.username is 'Login' for everybody [Write \"${Login}\" for "
		"what is in the column 'Login'.]\n"
		"6:34: sources.s.map.uid is '20000' for everybody [Write \"${20000}\" for what is "
		"in the column '20000'.]\n" },
	{ S "    map: { layout: { from: a, split: /, date: \"%d.%m.%Y\", table: {} } }\n",
		"6:66: sources.s.map.layout.table has no rows [Write value: result, with \"*\" for "
		"all other values.]\n"
		"6:20: sources.s.map.layout has more than one of table, split and date\n" },

	/* layouts */
	{ V "layouts:\n  plain:\n    dirs: [ { path: a, mdoe: 0755 } ]\n",
		"4:24: unknown key 'mdoe' in layouts.plain.dirs[0] [Did you mean 'mode'?]\n" },
	{ V "layouts: { a: { drs: [] }, b c: {}, d: [] }\n",
		"2:17: unknown key 'drs' in layouts.a [Did you mean 'dirs'?]\n"
		"2:28: 'b c' is no name for a layout [Use up to 64 letters, digits, '_', '-' and "
		"'.'.]\n"
		"2:40: layouts.d must be a mapping, not a list\n" },
	{ V "layouts: { a: { dirs: [ x, { access: write } ] } }\n",
		"2:25: layouts.a.dirs[0] must be a mapping, not text\n"
		"2:28: layouts.a.dirs[1] has no path\n" },
	{ DIR "mode: 0855 } ] } }\n",
		"2:42: layouts.a.dirs[0].mode must be an octal mode such as 0755 or 2770, not "
		"'0855'\n" },
	{ DIR "mode: 17777 } ] } }\n",
		"2:42: layouts.a.dirs[0].mode must be an octal mode such as 0755 or 2770, not "
		"'17777'\n" },
	{ DIR "mode: 75 } ] } }\n",
		"2:42: layouts.a.dirs[0].mode must be an octal mode such as 0755 or 2770, not "
		"'75'\n" },
	{ DIR "access: rad, owner: User } ] } }\n",
		"2:44: layouts.a.dirs[0].access cannot be 'rad' [Did you mean 'read'?]\n"
		"2:56: layouts.a.dirs[0].owner is no legal name: 'User' [Write user, root, or the "
		"name of an account or group.]\n" },
	{ DIR "access: read, owner: user } ] } }\n",
		"2:25: layouts.a.dirs[0] says access: read, but the user owns it [Correct it, or "
		"say "
		"access: write or read-advisory.]\n" },
	{ DIR "access: read, mode: 0757 } ] } }\n",
		"2:25: layouts.a.dirs[0] says access: read, but its mode lets everybody write "
		"[Correct it, or say access: write or read-advisory.]\n" },
	{ DIR "access: read, mode: 0775, group: g } ] } }\njail: { group: g }\n",
		"2:25: layouts.a.dirs[0] says access: read, but its mode lets the user's group "
		"write "
		"[Correct it, or say access: write or read-advisory.]\n" },
};

static void
test_every_fault_is_reported_where_it_stands(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(faulty_documents); i++) {
		AUTO_ARENA struct arena arena = { 0 };
		AUTO_BUFFER struct buffer out = { 0 };
		struct diags diags = { .arena = &arena };
		struct config *config = NULL;
		bool parsed = parse_text(faulty_documents[i].text, &arena, &config, &diags);
		assert_string_equal(said(&diags, &out), faulty_documents[i].said);
		assert_false(parsed);
		assert_null(config);
	}
}

static void
test_faults_of_other_modules_are_reported_at_the_value(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned line, column;
		const char *field;
	} cases[] = {
		{ S "    map: { email: \"${mail|lowr}\" }\n", 6, 19, "sources.s.map.email" },
		{ S "    map:\n      email: [ \"${a}\", \"${b\" ]\n", 7, 24,
			"sources.s.map.email[1]" },
		{ S "    username_filter: lowr\n", 6, 22, "sources.s.username_filter" },
		{ S "    map: { groups: { from: a, filter: lowr } }\n", 6, 39,
			"sources.s.map.groups.filter" },
		{ S "    map: { expires: { from: a, date: \"%d.%m\" } }\n", 6, 38,
			"sources.s.map.expires.date" },
		{ V "layouts: { a: { dirs: [ { path: ../x } ] } }\n", 2, 33,
			"layouts.a.dirs[0].path" },
		{ V "layouts: { a: { dirs: [ { path: x }, { path: x } ] } }\n", 2, 38,
			"layouts.a.dirs[1]" },
		{ V "jail: { home: \"/srv/${username}${layout|lowr}\" }\n", 2, 15, "jail.home" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_ARENA struct arena arena = { 0 };
		struct diags diags = { .arena = &arena };
		struct config *config = NULL;
		assert_false(parse_text(cases[i].text, &arena, &config, &diags));
		assert_int_equal(diags.count, 1);
		const struct place *place = &diags.items[0].place;
		assert_string_equal(place->file, FILE_NAME);
		assert_string_equal(place->field, cases[i].field);
		assert_int_equal(place->line, cases[i].line);
		assert_int_equal(place->column, cases[i].column);
	}
}

static void
test_advice_does_not_refuse_the_file(void **state)
{
	(void)state;
	static const struct faulty advised[] = {
		{ V "policy: { username: { pattern: x } }\n",
			"2:32: warning: policy.username.pattern accepts every name that merely "
			"contains a match [Begin it with ^ and end it with $.]\n" },
		{ V "policy: { uid_range: 60000-70000 }\n",
			"2:22: note: policy.uid_range holds 65534 (nobody) and 65535, which are "
			"never given to a user\n" },
		{ S "    map: { layout: defualt }\n",
			"6:20: warning: sources.s.map.layout names the layout 'defualt', which is "
			"not defined [Did you mean 'default'?]\n" },
		{ S "policy: { leavers: { sources: [s] } }\n", "" },
		{ S "policy: { leavers: { sources: [], action: disable } }\n", "" },
		{ V "sources:\nlayouts:\njail:\npolicy: { username: }\n", "" },
	};
	for (size_t i = 0; i < ARRAY_LEN(advised); i++) {
		AUTO_ARENA struct arena arena = { 0 };
		AUTO_BUFFER struct buffer out = { 0 };
		struct diags diags = { .arena = &arena };
		struct config *config = NULL;
		assert_true(parse_text(advised[i].text, &arena, &config, &diags));
		assert_string_equal(said(&diags, &out), advised[i].said);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_fault_is_reported_where_it_stands),
		cmocka_unit_test(test_faults_of_other_modules_are_reported_at_the_value),
		cmocka_unit_test(test_advice_does_not_refuse_the_file),
	};
	return cmocka_run_group_tests_name("config_faults", tests, NULL, NULL);
}
