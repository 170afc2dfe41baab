/*
 * checks.c - what single directives demand of their words beside the number; a fault there keeps
 * the daemon from starting.
 */
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "importers/proftpd/address.h"
#include "importers/proftpd/auth.h"
#include "importers/proftpd/auth_pattern.h"
#include "importers/proftpd/parse.h"
#include "importers/proftpd/sql_check.h"

typedef const char *(*check_function)(struct pro_parser *parser, const struct pro_line *line);

static const char *
quoted(struct pro_parser *parser, const char *word, const char *fault)
{
	return arena_printf(parser->arena, "'%s' %s", word, fault);
}

static const char *
check_mask(struct pro_parser *parser, const struct pro_line *line)
{
	for (size_t i = 0; i < line->words.count; i++) {
		const char *word = line->words.items[i];
		if (strspn(word, "01234567") != strlen(word))
			return quoted(parser, word, "is not an octal number");
	}
	return NULL;
}

static const char *
check_jail(struct pro_parser *parser, const struct pro_line *line)
{
	const char *path = line->words.items[0];

	if (strcmp(line->name, "DefaultRoot") == 0 && *path != '/' && *path != '~')
		return quoted(parser, path, "is not an absolute path");
	return strchr(path, '*') ? quoted(parser, path, "has a wildcard") : NULL;
}

static const char *
check_order(struct pro_parser *parser, const struct pro_line *line)
{
	const char *second = pro_word(line, 1);
	const char *order =
		arena_printf(parser->arena, "%s%s", line->words.items[0], second ? second : "");

	if (strcasecmp(order, "allow,deny") == 0 || strcasecmp(order, "deny,allow") == 0)
		return NULL;
	return quoted(parser, order, "is neither allow,deny nor deny,allow");
}

/* Those of the daemon itself; inside <Anonymous> it looks later. */
static const char *
check_account(struct pro_parser *parser, const struct pro_line *line)
{
	const char *name = line->words.items[0];
	bool user = strcmp(line->name, "User") == 0;

	if (!parser->accounts || pro_context(parser) == 'a')
		return NULL;
	if (user ? old_unix_user(parser->accounts, name) != NULL
		 : old_unix_group(parser->accounts, name) != NULL)
		return NULL;
	if (parser->accounts->passwd.count == 0 || parser->accounts->other_databases.count)
		return NULL;
	return quoted(parser, name, user ? "is not a user" : "is not a group");
}

static bool
is_set_already(const struct pro_parser *parser, const char *name)
{
	return pro_find(parser->server, name) != NULL;
}

static const char *
check_once(struct pro_parser *parser, const struct pro_line *line)
{
	return is_set_already(parser, line->name) ? "it was given before" : NULL;
}

static const char *
check_default_server(struct pro_parser *parser, const struct pro_line *line)
{
	if (!pro_boolean(line->words.items[0]))
		return NULL;
	for (size_t i = 0; i < parser->config->servers.count; i++)
		if (pro_find(parser->config->servers.items[i], "DefaultServer"))
			return "it was given before";
	return NULL;
}

static const char *
check_alias(struct pro_parser *parser, const struct pro_line *line)
{
	(void)parser;
	return strcmp(line->words.items[0], line->words.items[1]) == 0
		? "a name cannot be its own alias"
		: NULL;
}

static const char *
check_rules(struct pro_parser *parser, const struct pro_line *line)
{
	struct pro_acl_list rules;

	return pro_acl_split(line, parser->arena, &rules) ? NULL : "these are no addresses";
}

static const char *
check_pattern(struct pro_parser *parser, const char *text)
{
	struct pro_pattern *pattern = NULL;
	enum pro_pattern_kind kind = pro_pattern_compile(text, parser->arena, &pattern);

	pro_pattern_free(pattern);
	return kind == PRO_PATTERN_INVALID ? quoted(parser, text, "is no regular expression")
					   : NULL;
}

static const char *
check_names(struct pro_parser *parser, const struct pro_line *line)
{
	if (line->words.count < 2 || strcasecmp(line->words.items[0], "regex") != 0)
		return NULL;
	if (line->words.count > 2)
		return "more than one word behind regex";
	return check_pattern(parser, line->words.items[1]);
}

static const char *
check_filter(struct pro_parser *parser, const struct pro_line *line)
{
	const char *text = line->words.items[0];

	return strcasecmp(text, "none") == 0 ? NULL : check_pattern(parser, text + (*text == '!'));
}

static const char *
check_file_options(struct pro_parser *parser, const struct pro_line *line)
{
	for (size_t i = 0; i < line->words.count; i++) {
		const char *word = line->words.items[i];
		if (strcmp(word, "InsecurePerms") == 0)
			parser->file_insecure = true;
		else if (strcmp(word, "SyntaxCheck") == 0)
			parser->file_syntax = true;
		else
			return quoted(parser, word, "is not an option");
	}
	return NULL;
}

static const char *
check_file(struct pro_parser *parser, const struct pro_line *line)
{
	const char *path = line->words.items[0], *why = NULL;
	bool users = strcmp(line->name, "AuthUserFile") == 0;

	if (*path != '/')
		return quoted(parser, path, "is not an absolute path");
	if (pro_auth_file_usable(parser->root, users, path, parser->file_insecure,
		    parser->file_syntax, parser->arena, &why))
		return NULL;
	return why;
}

static const char *
check_skeleton(struct pro_parser *parser, const char *path)
{
	struct old_entry entry;

	if (*path != '/')
		return quoted(parser, path, "is not an absolute path");
	enum old_status status = old_root_stat(parser->root, path, &entry);
	if (status != OLD_OK)
		return quoted(parser, path, old_status_text(status));
	if (!S_ISDIR(entry.mode))
		return quoted(parser, path, "is not a directory");
	return entry.mode & S_IWOTH ? quoted(parser, path, "is writable for everyone") : NULL;
}

static const char *
check_create_home(struct pro_parser *parser, const struct pro_line *line)
{
	static const char *const keys[] = { "skel", "dirmode", "uid", "gid", "homegid" };
	size_t i = 1;

	if (!pro_boolean(line->words.items[0]))
		return NULL;
	const char *mode = pro_word(line, 1);
	if (mode && strcasecmp(mode, "dirmode") != 0 && strcasecmp(mode, "skel") != 0) {
		if (strspn(mode, "01234567") != strlen(mode))
			return quoted(parser, mode, "is not an octal number");
		i++;
	}
	for (; i < line->words.count && line->words.count > 2; i++) {
		const char *key = line->words.items[i], *value = pro_word(line, i + 1);
		bool known = false;
		if (strcasecmp(key, "NoRootPrivs") == 0)
			continue;
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
			known = known || strcasecmp(key, keys[k]) == 0;
		if (!known || !value)
			return quoted(parser, key, "is not known here");
		if (strcasecmp(key, "skel") == 0 && check_skeleton(parser, value))
			return check_skeleton(parser, value);
		i++;
	}
	return NULL;
}

static const char *
check_port(struct pro_parser *parser, const struct pro_line *line)
{
	unsigned long long port;

	return text_number(line->words.items[0], 65535, &port)
		? NULL
		: quoted(parser, line->words.items[0], "is not a port");
}

static const char *
check_server_type(struct pro_parser *parser, const struct pro_line *line)
{
	const char *type = line->words.items[0];

	if (strcasecmp(type, "standalone") == 0 || strcasecmp(type, "inetd") == 0)
		return NULL;
	return quoted(parser, type, "is neither standalone nor inetd");
}

static const char *
check_include_options(struct pro_parser *parser, const struct pro_line *line)
{
	bool links = false, no_temporary = false, no_wildcards = false;

	for (size_t i = 0; i < line->words.count; i++) {
		const char *word = line->words.items[i];
		if (strcmp(word, "AllowSymlinks") == 0)
			links = true;
		else if (strcmp(word, "IgnoreTempFiles") == 0)
			no_temporary = true;
		else if (strcmp(word, "IgnoreWildcards") == 0)
			no_wildcards = true;
		else
			return quoted(parser, word, "is not an option");
	}
	parser->include_links = links;
	parser->include_no_temporary = no_temporary;
	parser->include_no_wildcards = no_wildcards;
	return NULL;
}

static const char *
check_tls_required(struct pro_parser *parser, const struct pro_line *line)
{
	static const char *const words[] = { "both", "ctrl", "control", "ctrl+data", "ctrl+!data",
		"auth", "auth+data", "auth+!data", "data", "!data" };
	const char *word = line->words.items[0];

	if (pro_boolean(word) >= 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(word, words[i]) == 0)
			return NULL;
	return quoted(parser, word, "is not what can be required");
}

/* Switches that take one more word. */
static const char *
check_switch(struct pro_parser *parser, const struct pro_line *line)
{
	const char *word = line->words.items[0];
	const char *third = strcmp(line->name, "WtmpLog") == 0 ? "none" : "optional";

	if (pro_boolean(word) >= 0 || strcasecmp(word, third) == 0)
		return NULL;
	return quoted(parser, word, arena_printf(parser->arena, "is not on, off or %s", third));
}

static const char *
check_rewrite(struct pro_parser *parser, const struct pro_line *line)
{
	const char *text = line->words.items[0];

	return check_pattern(parser, text + (*text == '!'));
}

static const struct {
	const char *name;
	check_function check;
} checks[] = {
	{ "Umask", check_mask },
	{ "DefaultRoot", check_jail },
	{ "DefaultChdir", check_jail },
	{ "Order", check_order },
	{ "User", check_account },
	{ "Group", check_account },
	{ "AuthOrder", check_once },
	{ "DefaultServer", check_default_server },
	{ "UserAlias", check_alias },
	{ "Allow", check_rules },
	{ "Deny", check_rules },
	{ "AllowUser", check_names },
	{ "AllowGroup", check_names },
	{ "AllowClass", check_names },
	{ "DenyUser", check_names },
	{ "DenyGroup", check_names },
	{ "DenyClass", check_names },
	{ "AllowFilter", check_filter },
	{ "DenyFilter", check_filter },
	{ "PathAllowFilter", check_filter },
	{ "PathDenyFilter", check_filter },
	{ "HideFiles", check_filter },
	{ "AuthFileOptions", check_file_options },
	{ "AuthUserFile", check_file },
	{ "AuthGroupFile", check_file },
	{ "CreateHome", check_create_home },
	{ "Port", check_port },
	{ "ServerType", check_server_type },
	{ "IncludeOptions", check_include_options },
	{ "TLSRequired", check_tls_required },
	{ "TLSVerifyClient", check_switch },
	{ "WtmpLog", check_switch },
	{ "RewriteRule", check_rewrite },
};

const char *
pro_complaint(struct pro_parser *parser, const struct pro_line *line)
{
	if (line->flags & PRO_BOOLEAN && pro_boolean(line->words.items[0]) < 0)
		return quoted(parser, line->words.items[0], "is neither on nor off");
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (strcmp(checks[i].name, line->name) == 0)
			return checks[i].check(parser, line);

	const char *word = NULL, *fault = pro_sql_fault(parser->config, line, &word);
	return fault ? quoted(parser, word, fault) : NULL;
}
