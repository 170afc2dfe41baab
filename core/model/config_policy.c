/*
 * config_policy.c - values that have a rule of their own: where jails may stand, whom they may
 * hold, which logins and uids are given out.
 *
 * What is refused here would endanger the machine whatever stands on it.
 */
#include <regex.h>
#include <string.h>

#include "core/model/config_reader.h"

#define UID_LOWEST 1000u
#define UID_HIGHEST 4294967293u /* -1 and -2 mean "none" and "nobody" to old programs */
#define PATTERN_SIZE 256

/* ---- the jail ---- */

static void
read_dropin(
	struct config_reader *reader, const struct config_key *key, const struct yaml_node *node)
{
	const char *path = config_system_path(reader, node);
	if (!path)
		return;
	size_t length = strlen(path);
	if (length > 5 && strcmp(path + length - 5, ".conf") == 0 && path[length - 6] != '/') {
		*MEMBER(reader->config, key, const char *) = path;
		return;
	}
	config_fault(reader, node, "must end in .conf");
	diag_hint(reader->diags,
		"Name it NAME.conf: sshd_config includes nothing else of its drop-in directory.");
}

const struct config_kind config_kind_dropin = { read_dropin, config_write_text };

/* Why homes must not stand below this path's fixed part, or NULL. */
static const char *
home_fault(const char *path)
{
	static const char *const system[] = { "bin", "boot", "dev", "etc", "lib", "lib32", "lib64",
		"libx32", "proc", "root", "run", "sbin", "sys", "tmp", "usr" };
	const char *what = config_path_fault(path);
	if (what)
		return what;
	const char *variable = strstr(path, "${username}");
	if (!variable)
		return "must contain ${username}, so that every user has a home of their own";
	size_t first = strcspn(path + 1, "/$");
	if (path[1 + first] != '/')
		return "must not put homes directly into /";
	for (size_t i = 0; i < ARRAY_LEN(system); i++)
		if (strlen(system[i]) == first && strncmp(path + 1, system[i], first) == 0)
			return "must not lie in a system directory";
	if (strncmp(path, "/var/", 5) == 0 && path[5 + strcspn(path + 5, "/$")] != '/')
		return "must not put homes directly into /var";
	if (path[strcspn(path, " \t:\"'#%\\")])
		return "must not contain blanks, quotes or any of : # % \\";
	return NULL;
}

/*
 * Any other field would silently become nothing, and the home another one: unknown ones, what is
 * chosen later than the home, and secrets, since everybody can see a home.
 */
static bool
home_fields_known(
	struct config_reader *reader, const struct yaml_node *node, const struct template *template)
{
	static const enum account_field usable[] = { ACCOUNT_KEY, ACCOUNT_USERNAME,
		ACCOUNT_FULL_NAME, ACCOUNT_EMAIL, ACCOUNT_GROUPS, ACCOUNT_LAYOUT };
	struct string_list known = { 0 };
	for (size_t i = 0; i < ARRAY_LEN(usable); i++)
		string_list_push(reader->arena, &known, account_field_name(usable[i]));
	const char *const *fields = template_fields(template, reader->arena);
	for (; *fields; fields++) {
		if (string_list_has(&known, *fields))
			continue;
		bool exists = account_field_parse(*fields) != ACCOUNT_FIELDS;
		string_list_push(reader->arena, &known, NULL);
		config_fault(reader, node,
			arena_printf(reader->arena,
				exists ? "cannot use the field '%s'"
				       : "names an unknown field '%s'",
				*fields));
		config_hint_candidates(reader, *fields, known.items);
		return false;
	}
	return true;
}

static void
read_home(struct config_reader *reader, const struct config_key *key, const struct yaml_node *node)
{
	const char *text = config_text(reader, node);
	struct template *template;
	if (!text)
		return;
	const char *what = home_fault(text);
	if (what) {
		config_fault(reader, node, what);
		return;
	}
	if (!template_parse(
		    text, yaml_at(node, reader->arena), reader->arena, &template, reader->diags) ||
		!home_fields_known(reader, node, template))
		return;
	reader->config->jail.home = template;
	*MEMBER(reader->config, key, const char *) = text;
}

const struct config_kind config_kind_home = { read_home, config_write_text };

static void
read_group(struct config_reader *reader, const struct config_key *key, const struct yaml_node *node)
{
	/* Every member of the group is jailed and loses the shell: not these. */
	static const char *const foreign[] = { "root", "sudo", "wheel", "adm", "admin", "docker",
		"users", "staff", "shadow", "nogroup" };
	const char *name = config_text(reader, node);
	if (!name)
		return;
	if (!config_is_account_name(name)) {
		config_fault(reader, node,
			arena_printf(reader->arena, "is no legal group name: '%s'", name));
		diag_hint(reader->diags, "Use a-z, 0-9, '_' and '-', beginning with a letter.");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
		if (strcmp(foreign[i], name) != 0)
			continue;
		config_fault(reader, node,
			arena_printf(reader->arena,
				"cannot be '%s': all members of that group would be jailed", name));
		return;
	}
	*MEMBER(reader->config, key, const char *) = name;
}

const struct config_kind config_kind_group = { read_group, config_write_text };

/* ---- policy ---- */

/* One component, which stays where people see it. */
static void
read_folder(
	struct config_reader *reader, const struct config_key *key, const struct yaml_node *node)
{
	const char *name = config_text(reader, node), *normal;
	struct diags problems = { .arena = reader->arena };
	if (!name)
		return;
	if (strchr(name, '/') || *name == '.' ||
		!folder_path_check(name, NOWHERE, reader->arena, &normal, &problems)) {
		config_fault(reader, node, "must be the name of one folder, such as files");
		return;
	}
	*MEMBER(reader->config, key, const char *) = name;
}

const struct config_kind config_kind_folder = { read_folder, config_write_text };

static bool
pattern_compiles(struct config_reader *reader, const struct yaml_node *node, const char *pattern)
{
	regex_t regex;
	char reason[128];
	int error = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);
	if (error) {
		regerror(error, &regex, reason, sizeof(reason));
		return config_fault(reader, node,
			arena_printf(reader->arena, "is no regular expression: %s", reason));
	}
	regfree(&regex);
	return true;
}

static void
read_pattern(
	struct config_reader *reader, const struct config_key *key, const struct yaml_node *node)
{
	const char *pattern = config_text(reader, node);
	if (!pattern)
		return;
	size_t length = strlen(pattern);
	if (length > PATTERN_SIZE) {
		config_fault(reader, node, "is longer than 256 bytes");
		return;
	}
	if (!pattern_compiles(reader, node, pattern))
		return;
	*MEMBER(reader->config, key, const char *) = pattern;
	if (pattern[0] == '^' && pattern[length - 1] == '$')
		return;
	diag_warning(reader->diags, yaml_at(node, reader->arena),
		"%s accepts every name that merely contains a match",
		yaml_path(node, reader->arena));
	diag_code(reader->diags, "pattern-unanchored");
	diag_hint(reader->diags, "Begin it with ^ and end it with $.");
}

const struct config_kind config_kind_pattern = { read_pattern, config_write_text };

static void
read_leaver_sources(
	struct config_reader *reader, const struct config_key *key, const struct yaml_node *node)
{
	config_read_list(reader, key, node);
	reader->leaver_sources = node;
}

const struct config_kind config_kind_leaver_sources = { read_leaver_sources, config_write_list };

/* "20000-59999" */
static bool
parse_range(struct arena *arena, const char *text, unsigned long long *ret_min,
	unsigned long long *ret_max)
{
	const char *dash = strchr(text, '-');
	return dash &&
		text_number(
			arena_strndup(arena, text, (size_t)(dash - text)), UINT32_MAX, ret_min) &&
		text_number(dash + 1, UINT32_MAX, ret_max);
}

static void
read_uid_range(
	struct config_reader *reader, const struct config_key *key, const struct yaml_node *node)
{
	(void)key;
	const char *text = config_text(reader, node);
	const char *what = NULL;
	unsigned long long min = 0, max = 0;
	if (!text)
		return;
	if (!parse_range(reader->arena, text, &min, &max))
		what = arena_printf(
			reader->arena, "must be two numbers such as 20000-59999, not '%s'", text);
	else if (min > max)
		what = "ends before it begins";
	else if (min < UID_LOWEST)
		what = "begins below 1000, among the system's own accounts";
	else if (max > UID_HIGHEST)
		what = "ends above 4294967293, the highest uid";
	if (what) {
		config_fault(reader, node, what);
		return;
	}
	reader->config->policy.uid_min = (uid_t)min;
	reader->config->policy.uid_max = (uid_t)max;
	if (min <= 65535 && max >= 65534)
		diag_note(reader->diags, yaml_at(node, reader->arena),
			"%s holds 65534 (nobody) and 65535, which are never given to a user",
			yaml_path(node, reader->arena));
}

static void
write_uid_range(const struct config *config, const struct config_key *key, struct buffer *out)
{
	(void)key;
	buffer_printf(out, "%u-%u", config->policy.uid_min, config->policy.uid_max);
}

const struct config_kind config_kind_uid_range = { read_uid_range, write_uid_range };

/* ---- archives.before: which changes are archived first ---- */

static bool *
moment(struct archives_config *archives, int word)
{
	bool *moments[] = { &archives->before_adopt, &archives->before_change,
		&archives->before_leave };
	return moments[word];
}

static const char *const moment_names[] = { "adopt", "change", "leave", NULL };

static void
read_moments(
	struct config_reader *reader, const struct config_key *key, const struct yaml_node *node)
{
	(void)key;
	if (!config_is_list(reader, node))
		return;
	for (int word = 0; moment_names[word]; word++)
		*moment(&reader->config->archives, word) = false;
	ARRAY_FOREACH (item, &node->children) {
		int word = config_word(reader, *item, moment_names);
		if (word >= 0)
			*moment(&reader->config->archives, word) = true;
	}
}

static void
write_moments(const struct config *config, const struct config_key *key, struct buffer *out)
{
	(void)key;
	struct archives_config archives = config->archives;
	const char *separator = "";
	buffer_add_char(out, '[');
	for (int word = 0; moment_names[word]; word++) {
		if (!*moment(&archives, word))
			continue;
		buffer_printf(out, "%s%s", separator, moment_names[word]);
		separator = ", ";
	}
	buffer_add_char(out, ']');
}

const struct config_kind config_kind_moments = { read_moments, write_moments };
