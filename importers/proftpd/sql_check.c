/*
 * sql_check.c - faults in the directives of mod_sql and mod_sql_passwd.
 */
#include "importers/proftpd/sql_check.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef const char *(*fault_function)(
	const struct pro_config *config, const struct pro_line *line, const char **ret_word);

static bool
is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcasecmp(word, *words) == 0)
			return true;
	return false;
}

/* The first word that is none of these, in any case. */
static const char *
others(const struct pro_line *line, const char *const *words, const char *why,
	const char **ret_word)
{
	for (size_t i = 0; i < line->words.count; i++)
		if (!is_one_of(line->words.items[i], words)) {
			*ret_word = line->words.items[i];
			return why;
		}
	return NULL;
}

static const char *
types_fault(const struct pro_config *config, const struct pro_line *line, const char **ret_word)
{
	static const char *const own[] = { "Crypt", "Empty", "Plaintext", "OpenSSL", NULL };
	static const char *const digests[] = { "bcrypt", "md5", "sha1", "sha256", "sha512",
		"pbkdf2", "scrypt", "argon2", NULL };
	for (size_t i = 0; i < line->words.count; i++) {
		const char *word = line->words.items[i];
		if (is_one_of(word, own) ||
			(is_one_of(word, digests) && pro_has_module(config, "mod_sql_passwd.c")) ||
			(strcasecmp(word, "Backend") == 0 &&
				pro_has_module(config, "mod_sql_mysql.c")))
			continue;
		*ret_word = word;
		return "is no type that a loaded module has";
	}
	return NULL;
}

static const char *
authenticate_fault(
	const struct pro_config *config, const struct pro_line *line, const char **ret_word)
{
	static const char *const words[] = { "users", "users*", "groups", "groups*", "userset",
		"usersetfast", "groupset", "groupsetfast", NULL };
	static const char *const alone[] = { "on", "off", NULL };
	bool users = false, groups = false, sets = false, group_sets = false;
	(void)config;
	if (line->words.count == 1 && is_one_of(line->words.items[0], alone))
		return NULL;
	for (size_t i = 0; i < line->words.count; i++) {
		const char *word = line->words.items[i];
		*ret_word = word;
		if (!is_one_of(word, words))
			return "is none of users, groups, userset and groupset";
		bool *seen = strncasecmp(word, "userset", 7) == 0 ? &sets
			: strncasecmp(word, "groupset", 8) == 0	  ? &group_sets
			: strncasecmp(word, "users", 5) == 0	  ? &users
								  : &groups;
		if (*seen)
			return "was named before";
		*seen = true;
	}
	if ((sets && !users) || (group_sets && !groups))
		return "and what it is a set of have to be named together";
	return NULL;
}

static const char *
engine_fault(const struct pro_config *config, const struct pro_line *line, const char **ret_word)
{
	static const char *const words[] = { "on", "off", "yes", "no", "true", "false", "1", "0",
		"auth", "log", NULL };
	(void)config;
	return others(line, words, "is none of on, off, auth and log", ret_word);
}

static const char *
info_fault(const struct pro_config *config, const struct pro_line *line, const char **ret_word)
{
	const bool users = strcmp(line->name, "SQLUserInfo") == 0;
	const char *first = line->words.items[0];
	(void)config;
	*ret_word = first;
	if (line->words.count == (users ? 7 : 4))
		return NULL;
	if (line->words.count != 1)
		return "and what follows it are not as many words as there are columns";
	if (strncmp(first, "custom:/", 8) != 0)
		return "does not begin with custom:/";
	const char *slash = strchr(first + 8, '/');
	if (!users && !(slash && strchr(slash + 1, '/')))
		return "does not name three queries";
	return NULL;
}

static const char *
number_fault(const struct pro_config *config, const struct pro_line *line, const char **ret_word)
{
	char *end = NULL;
	(void)config;
	*ret_word = line->words.items[0];
	(void)strtoul(*ret_word, &end, 10);
	return *end ? "is not a number" : NULL;
}

static const char *
query_fault(const struct pro_config *config, const struct pro_line *line, const char **ret_word)
{
	static const char *const kinds[] = { "SELECT", "FREEFORM", "INSERT", "UPDATE", NULL };
	(void)config;
	*ret_word = line->words.items[0];
	if (line->words.count < 3)
		return "has no query";
	*ret_word = line->words.items[1];
	if (!is_one_of(*ret_word, kinds))
		return "is none of SELECT, FREEFORM, INSERT and UPDATE";
	const bool changes =
		strcasecmp(*ret_word, "INSERT") == 0 || strcasecmp(*ret_word, "UPDATE") == 0;
	return changes && line->words.count < 4 ? "has no table" : NULL;
}

static const char *
options_fault(const struct pro_config *config, const struct pro_line *line, const char **ret_word)
{
	static const char *const options[] = { "NoDisconnectOnError", "UseNormalizedGroupSchema",
		"NoReconnect", "IgnoreConfigFile", NULL };
	static const char *const password_options[] = { "HashPassword", "HashSalt",
		"HashEncodePassword", "HashEncodeSalt", NULL };
	(void)config;
	return others(line, strcmp(line->name, "SQLOptions") == 0 ? options : password_options,
		"is not an option", ret_word);
}

static const char *
encoding_fault(const struct pro_config *config, const struct pro_line *line, const char **ret_word)
{
	static const char *const words[] = { "none", "base64", NULL };
	(void)config;
	*ret_word = line->words.items[0];
	if (is_one_of(*ret_word, words) || strcmp(*ret_word, "hex") == 0 ||
		strcmp(*ret_word, "HEX") == 0)
		return NULL;
	return "is not an encoding";
}

static const char *
salt_fault(const struct pro_config *config, const struct pro_line *line, const char **ret_word)
{
	static const char *const places[] = { "append", "prepend", NULL };
	static const char *const kinds[] = { "name", "uid", NULL };
	(void)config;
	const bool of_user = strcmp(line->name, "SQLPasswordUserSalt") == 0;
	*ret_word = line->words.items[0];
	if (of_user && !is_one_of(*ret_word, kinds) && strncasecmp(*ret_word, "sql:/", 5) != 0)
		return "is neither name nor a query";
	for (size_t i = 1; i < line->words.count; i++) {
		*ret_word = line->words.items[i];
		if (!is_one_of(*ret_word, places))
			return "is neither Append nor Prepend";
	}
	return NULL;
}

static const struct {
	const char *name;
	fault_function fault;
} faults[] = {
	{ "SQLAuthTypes", types_fault },
	{ "SQLAuthenticate", authenticate_fault },
	{ "SQLEngine", engine_fault },
	{ "SQLUserInfo", info_fault },
	{ "SQLGroupInfo", info_fault },
	{ "SQLMinID", number_fault },
	{ "SQLMinUserUID", number_fault },
	{ "SQLMinUserGID", number_fault },
	{ "SQLDefaultUID", number_fault },
	{ "SQLDefaultGID", number_fault },
	{ "SQLNamedQuery", query_fault },
	{ "SQLOptions", options_fault },
	{ "SQLPasswordOptions", options_fault },
	{ "SQLPasswordEncoding", encoding_fault },
	{ "SQLPasswordSaltEncoding", encoding_fault },
	{ "SQLPasswordSaltFile", salt_fault },
	{ "SQLPasswordUserSalt", salt_fault },
};

const char *
pro_sql_fault(const struct pro_config *config, const struct pro_line *line, const char **ret_word)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (line->words.count > 0 && strcmp(faults[i].name, line->name) == 0)
			return faults[i].fault(config, line, ret_word);
	return NULL;
}
