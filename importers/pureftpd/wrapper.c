/*
 * wrapper.c - Debian's directory of settings, as its pure-ftpd-wrapper makes arguments of it.
 *
 * In conf, a file with a name of two or more letters and digits is one option, and its first line
 * that yields one counts; "no" yields none. In auth, only symbolic links count, in the order of
 * their names, and what they point to says the method. Whatever the wrapper does not understand
 * keeps the daemon from starting.
 */
#include "importers/pureftpd/start.h"

#include <string.h>
#include <sys/stat.h>

#define CONF "/etc/pure-ftpd/conf"
#define AUTH "/etc/pure-ftpd/auth"

enum { SETTING_LIMIT = 1 << 20 };

enum setting_kind {
	SETTING_YES_NO,
	SETTING_TEXT, /* without blanks */
	SETTING_WORD,
	SETTING_NUMBER,
	SETTING_PAIR,	   /* with a blank between them */
	SETTING_ANY_PAIR,  /* the same, -1 allowed */
	SETTING_BANDWIDTH, /* one number or two */
	SETTING_MASKS,	   /* two of three octal digits */
	SETTING_ADDRESS,
	SETTING_FILE,
	SETTING_SOCKET,
	SETTING_IGNORED,
};

struct setting {
	const char *name, *option;
	enum setting_kind kind;
};

static const struct setting conf_settings[] = {
	{ "AllowAnonymousFXP", "-W", SETTING_YES_NO },
	{ "AllowDotFiles", "-z", SETTING_YES_NO },
	{ "AllowUserFXP", "-w", SETTING_YES_NO },
	{ "AltLog", "-O", SETTING_TEXT },
	{ "AnonymousBandwidth", "-t", SETTING_BANDWIDTH },
	{ "AnonymousCanCreateDirs", "-M", SETTING_YES_NO },
	{ "AnonymousCantUpload", "-i", SETTING_YES_NO },
	{ "AnonymousOnly", "-e", SETTING_YES_NO },
	{ "AnonymousRatio", "-q", SETTING_PAIR },
	{ "AntiWarez", "-s", SETTING_YES_NO },
	{ "AutoRename", "-r", SETTING_YES_NO },
	{ "Bind", "-S", SETTING_TEXT },
	{ "BrokenClientsCompatibility", "-b", SETTING_YES_NO },
	{ "CallUploadScript", "-o", SETTING_YES_NO },
	{ "ChrootEveryone", "-A", SETTING_YES_NO },
	{ "ClientCharset", NULL, SETTING_IGNORED },
	{ "CreateHomeDir", "-j", SETTING_YES_NO },
	{ "CustomerProof", "-Z", SETTING_YES_NO },
	{ "Daemonize", "-B", SETTING_YES_NO },
	{ "DisplayDotFiles", "-D", SETTING_YES_NO },
	{ "DontResolve", "-H", SETTING_YES_NO },
	{ "FSCharset", NULL, SETTING_IGNORED },
	{ "ForcePassiveIP", "-P", SETTING_TEXT },
	{ "FortunesFile", "-F", SETTING_FILE },
	{ "IPV4Only", "-4", SETTING_YES_NO },
	{ "IPV6Only", "-6", SETTING_YES_NO },
	{ "KeepAllFiles", "-K", SETTING_YES_NO },
	{ "LimitRecursion", "-L", SETTING_ANY_PAIR },
	{ "LogPID", "-1", SETTING_YES_NO },
	{ "MaxClientsNumber", "-c", SETTING_NUMBER },
	{ "MaxClientsPerIP", "-C", SETTING_NUMBER },
	{ "MaxDiskUsage", "-k", SETTING_NUMBER },
	{ "MaxIdleTime", "-I", SETTING_NUMBER },
	{ "MaxLoad", "-m", SETTING_NUMBER },
	{ "MinUID", "-u", SETTING_NUMBER },
	{ "NATmode", "-N", SETTING_YES_NO },
	{ "NoAnonymous", "-E", SETTING_YES_NO },
	{ "NoChmod", "-R", SETTING_YES_NO },
	{ "NoRename", "-G", SETTING_YES_NO },
	{ "NoTruncate", "-0", SETTING_YES_NO },
	{ "PassivePortRange", "-p", SETTING_PAIR },
	{ "PerUserLimits", "-y", SETTING_PAIR },
	{ "ProhibitDotFilesRead", "-X", SETTING_YES_NO },
	{ "ProhibitDotFilesWrite", "-x", SETTING_YES_NO },
	{ "Quota", "-n", SETTING_PAIR },
	{ "SyslogFacility", "-f", SETTING_WORD },
	{ "TLS", "-Y", SETTING_NUMBER },
	{ "TLSCipherSuite", "-J", SETTING_TEXT },
	{ "TrustedGID", "-a", SETTING_NUMBER },
	{ "TrustedIP", "-V", SETTING_ADDRESS },
	{ "Umask", "-U", SETTING_MASKS },
	{ "UserBandwidth", "-T", SETTING_BANDWIDTH },
	{ "UserRatio", "-Q", SETTING_PAIR },
	{ "VerboseLog", "-d", SETTING_YES_NO },
};

static const struct setting auth_settings[] = {
	{ "ExtAuth", "extauth", SETTING_SOCKET },
	{ "LDAPConfigFile", "ldap", SETTING_FILE },
	{ "MySQLConfigFile", "mysql", SETTING_FILE },
	{ "PAMAuthentication", "pam", SETTING_YES_NO },
	{ "PGSQLConfigFile", "pgsql", SETTING_FILE },
	{ "PureDB", "puredb", SETTING_FILE },
	{ "UnixAuthentication", "unix", SETTING_YES_NO },
};

static const struct setting *
find_setting(const struct setting *settings, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(settings[i].name, name) == 0)
			return &settings[i];
	return NULL;
}

/* ---- values ---- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_blank(char c)
{
	return c && strchr(" \t\n\v\f\r", c);
}

/* How many of a set stand at the beginning, and what follows. */
static size_t
span(const char *text, bool (*is)(char), const char **ret_rest)
{
	size_t size = 0;
	while (is(text[size]))
		size++;
	*ret_rest = text + size;
	return size;
}

/* A number as "%d" writes it again. */
static const char *
plain_number(const char *digits, size_t size, struct arena *arena)
{
	enum { FITS = 18 }; /* digits of 64 bits */
	while (size > 1 && *digits == '0')
		digits++, size--;
	return size > FITS ? "-1" : arena_strndup(arena, digits, size);
}

static const char *
read_number(const char *text, struct arena *arena, const char **ret_value)
{
	const char *rest;
	size_t size = span(text, is_digit, &rest);
	if (*rest)
		return "is not a number";
	*ret_value = plain_number(text, size, arena);
	return NULL;
}

static const char *
read_pair(const char *text, bool minus, struct arena *arena, const char **ret_value)
{
	const char *first = text + (minus && *text == '-'), *rest, *end;
	size_t first_size = span(first, is_digit, &rest);
	size_t blanks = span(rest, is_blank, &rest);
	const char *second = rest + (minus && *rest == '-');
	size_t second_size = span(second, is_digit, &end);
	if (!first_size || !blanks || !second_size || *end)
		return "is not two numbers";
	const char *one = plain_number(first, first_size, arena);
	const char *two = plain_number(second, second_size, arena);
	bool below = (first > text && strcmp(one, "0") != 0 && strcmp(one, "1") != 0) ||
		(second > rest && strcmp(two, "0") != 0 && strcmp(two, "1") != 0);
	if (below)
		return "is below -1";
	*ret_value = arena_printf(
		arena, "%s%s:%s%s", first > text ? "-" : "", one, second > rest ? "-" : "", two);
	return NULL;
}

/* "N", "N M", "N:M", ":N", or anything that begins with "N:". */
static const char *
read_bandwidth(const char *text, struct arena *arena, const char **ret_value)
{
	const char *rest, *end;
	size_t first = span(text, is_digit, &rest);
	size_t between = *rest == ':' ? 1 : span(rest, is_blank, &end);
	size_t second = span(rest + between, is_digit, &end);
	if (first && between && second && !*end)
		*ret_value = arena_printf(arena, "%.*s:%s", (int)first, text, rest + between);
	else if ((first && !*rest) || (!first && *rest == ':' && second && !*end))
		*ret_value = text;
	else if (first && *rest == ':')
		*ret_value = arena_strndup(arena, text, first + 1);
	else
		return "is not one or two numbers";
	return NULL;
}

static bool
is_octal(char c)
{
	return c >= '0' && c <= '7';
}

static const char *
read_masks(const char *text, struct arena *arena, const char **ret_value)
{
	const char *rest, *second;
	bool first = span(text, is_octal, &rest) == 3;
	bool blanks = span(rest, is_blank, &second) > 0;
	if (!first || !blanks || span(second, is_octal, &rest) != 3 || *rest)
		return "is not two octal numbers of three digits";
	*ret_value = arena_printf(arena, "%.3s:%.3s", text, second);
	return NULL;
}

static const char *
read_address(const char *text, const char **ret_value)
{
	unsigned parts[4];
	int end = 0;
	*ret_value = text;
	bool is_address = strspn(text, "0123456789.") == strlen(text) &&
		sscanf(text, "%3u.%3u.%3u.%3u%n", &parts[0], &parts[1], &parts[2], &parts[3],
			&end) == 4 &&
		!text[end] && parts[0] < 256 && parts[1] < 256 && parts[2] < 256 && parts[3] < 256;
	return is_address ? NULL : "is not an address";
}

static bool
is_word_character(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static const char *
read_word(const char *text, const char **ret_value)
{
	const char *rest;
	span(text, is_word_character, &rest);
	*ret_value = text;
	return *rest ? "is not a word" : NULL;
}

static const char *
read_text(const char *text, const char **ret_value)
{
	*ret_value = text;
	for (; *text; text++)
		if (is_blank(*text))
			return "has blanks in it";
	return NULL;
}

/* A socket is there while its server runs, so on ROOT its absence says nothing. */
static const char *
read_file_name(
	struct old_root *root, const char *text, enum setting_kind kind, const char **ret_value)
{
	struct old_entry entry;
	*ret_value = text;
	bool is_file = old_root_stat(root, text, &entry) == OLD_OK && S_ISREG(entry.mode);
	return is_file || kind == SETTING_SOCKET ? NULL : "does not exist";
}

/* *ret_value NULL = the line yields nothing, and the next one is asked. */
static const char *
read_yes_no(const char *text, const char **ret_value)
{
	static const char *const yes[] = { "yes", "1", "on" }, *const no[] = { "no", "0", "off" };
	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		*ret_value = strcasecmp(text, yes[i]) == 0 ? "" : NULL;
		if (*ret_value || strcasecmp(text, no[i]) == 0)
			return NULL;
	}
	return "is neither yes nor no";
}

static const char *
read_value(struct old_root *root, enum setting_kind kind, const char *text, const char **ret_value)
{
	struct arena *arena = old_root_arena(root);
	switch (kind) {
	case SETTING_YES_NO:
		return read_yes_no(text, ret_value);
	case SETTING_TEXT:
		return read_text(text, ret_value);
	case SETTING_WORD:
		return read_word(text, ret_value);
	case SETTING_NUMBER:
		return read_number(text, arena, ret_value);
	case SETTING_PAIR:
	case SETTING_ANY_PAIR:
		return read_pair(text, kind == SETTING_ANY_PAIR, arena, ret_value);
	case SETTING_BANDWIDTH:
		return read_bandwidth(text, arena, ret_value);
	case SETTING_MASKS:
		return read_masks(text, arena, ret_value);
	case SETTING_ADDRESS:
		return read_address(text, ret_value);
	case SETTING_FILE:
	case SETTING_SOCKET:
		return read_file_name(root, text, kind, ret_value);
	case SETTING_IGNORED:
		*ret_value = NULL;
		return NULL;
	}
	return NULL;
}

/* ---- files ---- */

/* The next line without the blanks around it; NULL = no more. */
static const char *
next_line(struct bytes *rest, struct arena *arena)
{
	struct bytes line;
	if (!bytes_take_line(rest, &line))
		return NULL;
	while (line.size && is_blank(line.data[line.size - 1]))
		line.size--;
	while (line.size && is_blank(*line.data))
		line.data++, line.size--;
	return arena_strndup(arena, line.data, line.size);
}

/* True when a line yielded a value. What a later line would say is never looked at. */
static bool
read_setting(struct old_root *root, const char *path, const struct setting *setting,
	struct pure_start *start, struct argument *ret_value)
{
	struct old_file file;
	enum old_status status = old_root_read(root, path, SETTING_LIMIT, &file);
	if (status == OLD_WRONG_TYPE)
		return false; /* a directory has no lines */
	if (status != OLD_OK) {
		pure_start_refuse(start, at(path, 0), "%s", old_status_text(status));
		return false;
	}
	unsigned number = 0;
	const char *line, *value = NULL;
	while ((line = next_line(&file.content, old_root_arena(root)))) {
		number++;
		if (!*line || *line == '#')
			continue;
		const char *fault = read_value(root, setting->kind, line, &value);
		if (fault) {
			pure_start_refuse(start, at(path, number), "'%s' %s", line, fault);
			return false;
		}
		if (value) {
			*ret_value = (struct argument){ value, at(path, number) };
			return true;
		}
	}
	return false;
}

static void
read_conf(struct old_root *root, const char *name, struct pure_start *start)
{
	struct arena *arena = old_root_arena(root);
	const char *path = arena_printf(arena, CONF "/%s", name);
	const struct setting *setting = find_setting(conf_settings, ARRAY_LEN(conf_settings), name);
	if (!setting) {
		pure_start_refuse(start, at(path, 0), "there is no such setting");
		return;
	}
	struct argument value;
	if (!read_setting(root, path, setting, start, &value))
		return;
	struct argument option = { setting->option, value.where };
	ARRAY_PUSH(arena, &start->arguments, option);
	if (setting->kind != SETTING_YES_NO)
		ARRAY_PUSH(arena, &start->arguments, value);
}

/* The file that a link of auth leads to; NULL = the wrapper passes it over. */
static const char *
auth_target(struct old_root *root, const char *link)
{
	const char *target;
	struct old_entry entry;
	if (old_root_readlink(root, link, &target) != OLD_OK)
		return NULL;
	if (*target != '/')
		target = arena_printf(old_root_arena(root), AUTH "/%s", target);
	if (old_root_stat(root, target, &entry) != OLD_OK || !S_ISREG(entry.mode))
		return NULL;
	return target;
}

/* Only what is built with a database has it, but the wrapper asks by the link's own name. */
static bool
lacks_database(const struct setting *by_link_name, const char *binary)
{
	static const char *const binaries[][2] = { { "ldap", "ldap" }, { "mysql", "mysql" },
		{ "pgsql", "postgresql" } };
	for (size_t i = 0; by_link_name && i < ARRAY_LEN(binaries); i++)
		if (strcmp(by_link_name->option, binaries[i][0]) == 0)
			return strcmp(binary, binaries[i][1]) != 0;
	return false;
}

static void
read_auth(struct old_root *root, const char *link_name, struct pure_start *start)
{
	struct arena *arena = old_root_arena(root);
	const char *target = auth_target(root, arena_printf(arena, AUTH "/%s", link_name));
	const size_t count = ARRAY_LEN(auth_settings);
	if (!target || lacks_database(find_setting(auth_settings, count, link_name), start->binary))
		return;
	const char *slash = strrchr(target, '/');
	const struct setting *setting = find_setting(auth_settings, count, slash + 1);
	/* Named as people know it, not through the directory of links. */
	struct old_entry entry;
	const char *shown = old_root_stat(root, target, &entry) == OLD_OK ? entry.real : target;
	if (!setting) {
		pure_start_refuse(start, at(shown, 0), "there is no such authentication");
		return;
	}
	struct argument value;
	if (!read_setting(root, shown, setting, start, &value))
		return;
	struct argument option = { "-l", value.where };
	ARRAY_PUSH(arena, &start->arguments, option);
	if (*value.text)
		value.text = arena_printf(arena, "%s:%s", setting->option, value.text);
	else
		value.text = setting->option;
	ARRAY_PUSH(arena, &start->arguments, value);
}

/* ---- directories ---- */

/* What the wrapper takes for a setting's file: letters and digits, a letter first, two at least. */
static bool
is_setting_name(const char *name)
{
	size_t size =
		strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
	return size >= 2 && !name[size] && !is_digit(*name);
}

static bool
has_option(const struct pure_start *start, const char *option)
{
	ARRAY_FOREACH (argument, &start->arguments) {
		if (strcmp(argument->text, option) == 0)
			return true;
	}
	return false;
}

static bool
list_directory(struct old_root *root, const char *path, struct pure_start *start,
	struct string_list *ret_names)
{
	enum old_status status = old_root_list(root, path, ret_names);
	if (status != OLD_OK)
		pure_start_refuse(start, at(path, 0), "%s", old_status_text(status));
	return status == OLD_OK;
}

void
wrapper_read(struct old_root *root, struct pure_start *start)
{
	struct string_list settings = { 0 }, links = { 0 };
	if (!list_directory(root, CONF, start, &settings) ||
		!list_directory(root, AUTH, start, &links))
		return;
	ARRAY_FOREACH (name, &links)
		read_auth(root, *name, start);
	ARRAY_FOREACH (name, &settings) {
		if (is_setting_name(*name) &&
			!find_setting(auth_settings, ARRAY_LEN(auth_settings), *name))
			read_conf(root, *name, start);
	}
	/* The wrapper takes the files as the directory has them, and a later option wins. */
	start->jail_undecided = has_option(start, "-A") && has_option(start, "-a");
	start->anonymous_undecided = has_option(start, "-e") && has_option(start, "-E");
}
