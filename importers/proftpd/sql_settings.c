/*
 * sql_settings.c - the directives of mod_sql.
 *
 * The first directive of a name counts. A custom query that SQLNamedQuery does not define falls
 * back to the default columns, and custom queries count only when no SQLUserInfo names a table.
 */
#include "importers/proftpd/sql_settings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *module, *name;
	enum pro_sql_backend backend;
} backends[] = {
	{ "mod_sql_sqlite.c", "sqlite3", PRO_SQL_SQLITE },
	{ "mod_sql_mysql.c", "mysql", PRO_SQL_MYSQL },
	{ "mod_sql_postgres.c", "postgres", PRO_SQL_POSTGRES },
	{ "mod_sql_odbc.c", "odbc", PRO_SQL_OTHER },
};
enum { BACKENDS = sizeof(backends) / sizeof(backends[0]) };

static int
backend_of_module(const char *module)
{
	for (int i = 0; i < BACKENDS; i++)
		if (strcmp(backends[i].module, module) == 0)
			return i;
	return -1;
}

/* The only one that is loaded; of several that of SQLBackend, else the first. */
static enum pro_sql_backend
choose_backend(const struct pro_auth_input *input)
{
	const struct pro_line *line = pro_find(input->server, "SQLBackend");
	const char *wanted = line ? pro_word(line, 0) : NULL;
	enum pro_sql_backend first = PRO_SQL_NONE;
	for (size_t i = 0; i < input->config->modules.count; i++) {
		const int found = backend_of_module(input->config->modules.items[i]);
		if (found < 0)
			continue;
		if (first == PRO_SQL_NONE)
			first = backends[found].backend;
		if (wanted && strcasecmp(backends[found].name, wanted) == 0)
			return backends[found].backend;
	}
	return first;
}

static const char *
first_word(const struct pro_section *server, const char *directive)
{
	const struct pro_line *line = pro_find(server, directive);
	return line ? pro_word(line, 0) : NULL;
}

static bool
begins_with(const char *word, const char *beginning)
{
	return strncasecmp(word, beginning, strlen(beginning)) == 0;
}

/* "users", "groups", "userset", "groupsetfast"; on and off alone. */
static void
read_authenticate(const struct pro_section *server, struct pro_sql_settings *settings)
{
	const struct pro_line *line = pro_find(server, "SQLAuthenticate");
	const char *first = line ? pro_word(line, 0) : NULL;
	const bool all = !first || (line->words.count == 1 && strcasecmp(first, "on") == 0);
	settings->users = settings->groups = all;
	settings->all_users = settings->all_groups = all;
	for (size_t i = 0; line && i < line->words.count; i++) {
		const char *word = line->words.items[i];
		if (begins_with(word, "userset"))
			settings->all_users = true;
		else if (begins_with(word, "users"))
			settings->users = true;
		else if (begins_with(word, "groupset"))
			settings->all_groups = true;
		else if (begins_with(word, "groups"))
			settings->groups = true;
		settings->fast_groups |= strcasecmp(word, "groupsetfast") == 0;
	}
}

static bool
engine_is_off(const struct pro_section *server)
{
	const char *engine = first_word(server, "SQLEngine");
	if (!engine)
		return false;
	return strcasecmp(engine, "log") == 0 ||
		(strcasecmp(engine, "auth") != 0 && !pro_switch(server, "SQLEngine", true));
}

/* The name of a query that exists, else NULL. */
static const char *
existing_query(const struct pro_auth_input *input, const char *name)
{
	const char *connection;
	struct place where;
	if (!name || !*name)
		return NULL;
	return pro_sql_named_query(input->server, name, input->arena, &connection, &where) ? name
											   : NULL;
}

/* The nth part of "custom:/a/b/c" in the first line that is custom; NULL = there is none. */
static const char *
custom_part(const struct pro_auth_input *input, const char *directive, unsigned part)
{
	const struct pro_line *line = pro_find(input->server, directive);
	while (line &&
		!(line->words.count == 1 && strncmp(line->words.items[0], "custom:/", 8) == 0))
		line = pro_find_next(input->server, line);
	const char *at = line ? line->words.items[0] + 8 : NULL;
	for (; at && part > 0; part--) {
		at = strchr(at, '/');
		at = at ? at + 1 : NULL;
	}
	return at ? existing_query(input, arena_strndup(input->arena, at, strcspn(at, "/"))) : NULL;
}

/* The first line that names a table and its columns. */
static const struct pro_line *
columns_line(const struct pro_section *server, const char *directive, size_t words)
{
	const struct pro_line *line = pro_find(server, directive);
	while (line && line->words.count != words)
		line = pro_find_next(server, line);
	return line;
}

static const char *
column(const struct pro_line *line, size_t position)
{
	const char *word = pro_word(line, position);
	return word && strcasecmp(word, "null") == 0 ? NULL : word;
}

static void
read_user_info(const struct pro_auth_input *input, struct pro_sql_settings *settings)
{
	const struct pro_line *line = columns_line(input->server, "SQLUserInfo", 7);
	if (line) {
		settings->user_table = pro_word(line, 0);
		settings->user_column = pro_word(line, 1);
		settings->password_column = pro_word(line, 2);
		settings->uid_column = column(line, 3);
		settings->gid_column = column(line, 4);
		settings->home_column = column(line, 5);
		settings->shell_column = column(line, 6);
		settings->users_where = line->where;
		return;
	}
	settings->user_table = "users";
	settings->user_column = "userid";
	settings->password_column = "passwd";
	settings->uid_column = "uid";
	settings->gid_column = "gid";
	settings->home_column = "homedir";
	settings->shell_column = "shell";
	settings->user_query = custom_part(input, "SQLUserInfo", 0);
	settings->all_users_query = custom_part(input, "SQLUserInfo", 2);
	line = pro_find(input->server, "SQLUserInfo");
	settings->users_where = line ? line->where : settings->connect->where;
}

static void
read_group_info(const struct pro_auth_input *input, struct pro_sql_settings *settings)
{
	const struct pro_line *line = columns_line(input->server, "SQLGroupInfo", 4);
	settings->group_table = line ? pro_word(line, 0) : "groups";
	settings->group_column = line ? pro_word(line, 1) : "groupname";
	settings->group_gid_column = line ? pro_word(line, 2) : "gid";
	settings->members_column = line ? pro_word(line, 3) : "members";
	if (line)
		return;
	settings->group_query = custom_part(input, "SQLGroupInfo", 0);
	settings->group_by_gid_query = custom_part(input, "SQLGroupInfo", 1);
	settings->members_query = custom_part(input, "SQLGroupInfo", 2);
	settings->all_groups_query = custom_part(input, "SQLGroupInfo", 3);
}

static uint32_t
number(const struct pro_section *server, const char *directive, uint32_t initial)
{
	const char *word = first_word(server, directive);
	return word ? (uint32_t)strtoul(word, NULL, 10) : initial;
}

static void
read_ids(const struct pro_section *server, struct pro_sql_settings *settings)
{
	settings->min_uid = number(server, "SQLMinUserUID", 999);
	settings->min_gid = number(server, "SQLMinUserGID", 999);
	if (pro_find(server, "SQLMinID"))
		settings->min_uid = settings->min_gid = number(server, "SQLMinID", 999);
	settings->default_uid = number(server, "SQLDefaultUID", 65533);
	settings->default_gid = number(server, "SQLDefaultGID", 65533);
}

static void
read_options(const struct pro_section *server, struct pro_sql_settings *settings)
{
	for (const struct pro_line *line = pro_find(server, "SQLOptions"); line;
		line = pro_find_next(server, line))
		for (size_t i = 0; i < line->words.count; i++) {
			const char *word = line->words.items[i];
			if (strcasecmp(word, "NoDisconnectOnError") == 0)
				settings->survives_errors = true;
			else if (strcasecmp(word, "UseNormalizedGroupSchema") == 0)
				settings->normalized_groups = true;
		}
}

bool
pro_sql_settings_read(const struct pro_auth_input *input, struct pro_sql_settings *ret_settings)
{
	struct pro_sql_settings settings = { .backend = choose_backend(input) };
	settings.connect = pro_find(input->server, "SQLConnectInfo");
	if (settings.backend == PRO_SQL_NONE) {
		*ret_settings = settings;
		return true;
	}
	if (engine_is_off(input->server) || !settings.connect || !pro_word(settings.connect, 0))
		return false;

	settings.database = pro_word(settings.connect, 0);
	settings.default_home = first_word(input->server, "SQLDefaultHomedir");
	settings.user_clause = first_word(input->server, "SQLUserWhereClause");
	settings.group_clause = first_word(input->server, "SQLGroupWhereClause");
	settings.server_name = first_word(input->server, "ServerName");
	read_authenticate(input->server, &settings);
	read_user_info(input, &settings);
	read_group_info(input, &settings);
	read_ids(input->server, &settings);
	read_options(input->server, &settings);
	if (!settings.home_column && !settings.default_home)
		settings.users = !settings.users; /* the server flips the bit */
	*ret_settings = settings;
	return settings.users || settings.groups;
}

const char *
pro_sql_named_query(const struct pro_section *server, const char *name, struct arena *arena,
	const char **ret_connection, struct place *ret_where)
{
	const struct pro_line *line = pro_find(server, "SQLNamedQuery");
	while (line && !(line->words.count >= 3 && strcmp(line->words.items[0], name) == 0))
		line = pro_find_next(server, line);
	if (!line)
		return NULL;

	const char *kind = line->words.items[1], *query = line->words.items[2];
	*ret_connection = line->words.count == 4 ? line->words.items[3] : "default";
	*ret_where = line->where;
	if (strcasecmp(kind, "SELECT") == 0)
		return arena_printf(arena, "SELECT %s", query);
	return strcasecmp(kind, "FREEFORM") == 0 ? query : NULL;
}

/* Letters, digits and '_' of a text, word by word. */
static void
add_words(const char *text, struct arena *arena, struct table *seen, struct string_list *words)
{
	while (*text) {
		size_t length = 0;
		while (isalnum((unsigned char)text[length]) || text[length] == '_' ||
			(unsigned char)text[length] >= 0x80)
			length++;
		if (length > 0) {
			const char *word = text_lower(arena, arena_strndup(arena, text, length));
			if (!table_get(seen, word)) {
				table_set(seen, word, words);
				string_list_push(arena, words, word);
			}
		}
		text += length + (text[length] ? 1 : 0);
	}
}

void
pro_sql_settings_words(
	const struct pro_section *server, struct arena *arena, struct string_list *ret_words)
{
	static const char *const defaults =
		"users userid passwd uid gid homedir shell groups groupname members";
	static const char *const directives[] = { "SQLUserInfo", "SQLGroupInfo", "SQLNamedQuery",
		"SQLUserWhereClause", "SQLGroupWhereClause" };
	struct string_list words = { 0 };
	struct table seen = { .arena = arena };
	add_words(defaults, arena, &seen, &words);
	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++)
		for (const struct pro_line *line = pro_find(server, directives[i]); line;
			line = pro_find_next(server, line))
			for (size_t word = 0; word < line->words.count; word++)
				add_words(line->words.items[word], arena, &seen, &words);
	*ret_words = words;
}
