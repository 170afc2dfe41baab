/*
 * conf_file.c - the one configuration file of Pure-FTPd, as the daemon reads it since 1.0.44.
 *
 * "Name value", with one "=" or ":" between them if people like; the value must match the name's
 * shape to the end of the line, comments included in that. Any line that does not keeps the daemon
 * from starting.
 */
#include "importers/pureftpd/start.h"

#include <string.h>

enum {
	LINE_PIECE = 65535, /* bytes; longer lines are read in pieces */
	DEPTH_MAX = 16,	    /* of files that include each other */
	CONF_LIMIT = 1 << 20,
	LINES_MAX =
		1 << 20, /* of all files together; ours, against files that include each other */
};

enum shape {
	SHAPE_BOOL,
	SHAPE_DIGITS,
	SHAPE_DIGITS_TWICE, /* with blanks between them */
	SHAPE_DIGITS_COLON, /* and with a colon */
	SHAPE_BANDWIDTH,    /* SHAPE_DIGITS_TWICE or SHAPE_DIGITS */
	SHAPE_LETTERS,	    /* letters and digits */
	SHAPE_WORD,
	SHAPE_TEXT, /* anything printable */
	SHAPE_INCLUDE,
};

static const struct directive {
	const char *name, *option; /* as "--option" or, with a value, "--option=" */
	enum shape shape;
} directives[] = {
	{ "AllowAnonymousFXP", "--allowanonymousfxp", SHAPE_BOOL },
	{ "AllowDotFiles", "--allowdotfiles", SHAPE_BOOL },
	{ "AllowUserFXP", "--allowuserfxp", SHAPE_BOOL },
	{ "AltLog", "--altlog=", SHAPE_TEXT },
	{ "AnonymousBandwidth", "--anonymousbandwidth=", SHAPE_BANDWIDTH },
	{ "AnonymousCanCreateDirs", "--anonymouscancreatedirs", SHAPE_BOOL },
	{ "AnonymousCantUpload", "--anonymouscantupload", SHAPE_BOOL },
	{ "AnonymousOnly", "--anonymousonly", SHAPE_BOOL },
	{ "AnonymousRatio", "--anonymousratio=", SHAPE_DIGITS_TWICE },
	{ "AntiWarez", "--antiwarez", SHAPE_BOOL },
	{ "AutoRename", "--autorename", SHAPE_BOOL },
	{ "Bind", "--bind=", SHAPE_WORD },
	{ "BrokenClientsCompatibility", "--brokenclientscompatibility", SHAPE_BOOL },
	{ "CallUploadScript", "--uploadscript", SHAPE_BOOL },
	{ "CertFile", "--certfile=", SHAPE_TEXT },
	{ "CertFileAndKey", "--certfile=", SHAPE_TEXT },
	{ "ChrootEveryone", "--chrooteveryone", SHAPE_BOOL },
	{ "CreateHomeDir", "--createhomedir", SHAPE_BOOL },
	{ "CustomerProof", "--customerproof", SHAPE_BOOL },
	{ "Daemonize", "--daemonize", SHAPE_BOOL },
	{ "DisplayDotFiles", "--displaydotfiles", SHAPE_BOOL },
	{ "DontResolve", "--dontresolve", SHAPE_BOOL },
	{ "ExtAuth", "--login=extauth:", SHAPE_TEXT },
	{ "ExtCert", "--extcert=", SHAPE_TEXT },
	{ "ForcePassiveIP", "--forcepassiveip=", SHAPE_WORD },
	{ "FortunesFile", "--fortunesfile=", SHAPE_TEXT },
	{ "IPV4Only", "--ipv4only", SHAPE_BOOL },
	{ "IPV6Only", "--ipv6only", SHAPE_BOOL },
	{ "Include", "", SHAPE_INCLUDE },
	{ "KeepAllFiles", "--keepallfiles", SHAPE_BOOL },
	{ "LDAPConfigFile", "--login=ldap:", SHAPE_TEXT },
	{ "LimitRecursion", "--limitrecursion=", SHAPE_DIGITS_TWICE },
	{ "LogPID", "--logpid", SHAPE_BOOL },
	{ "MaxClientsNumber", "--maxclientsnumber=", SHAPE_DIGITS },
	{ "MaxClientsPerIP", "--maxclientsperip=", SHAPE_DIGITS },
	{ "MaxDiskUsage", "--maxdiskusagepct=", SHAPE_DIGITS },
	{ "MaxIdleTime", "--maxidletime=", SHAPE_DIGITS },
	{ "MaxLoad", "--maxload=", SHAPE_DIGITS },
	{ "MinUID", "--minuid=", SHAPE_DIGITS },
	{ "MySQLConfigFile", "--login=mysql:", SHAPE_TEXT },
	{ "NATmode", "--natmode", SHAPE_BOOL },
	{ "NoAnonymous", "--noanonymous", SHAPE_BOOL },
	{ "NoChmod", "--nochmod", SHAPE_BOOL },
	{ "NoRename", "--norename", SHAPE_BOOL },
	{ "NoTruncate", "--notruncate", SHAPE_BOOL },
	{ "PAMAuthentication", "--login=pam", SHAPE_BOOL },
	{ "PGSQLConfigFile", "--login=pgsql:", SHAPE_TEXT },
	{ "PIDFile", "--pidfile=", SHAPE_TEXT },
	{ "PassivePortRange", "--passiveportrange=", SHAPE_DIGITS_TWICE },
	{ "PerUserLimits", "--peruserlimits=", SHAPE_DIGITS_COLON },
	{ "ProhibitDotFilesRead", "--prohibitdotfilesread", SHAPE_BOOL },
	{ "ProhibitDotFilesWrite", "--prohibitdotfileswrite", SHAPE_BOOL },
	{ "PureDB", "--login=puredb:", SHAPE_TEXT },
	{ "Quota", "--quota=", SHAPE_DIGITS_COLON },
	{ "SyslogFacility", "--syslogfacility=", SHAPE_LETTERS },
	{ "TLS", "--tls=", SHAPE_DIGITS },
	{ "TLSCipherSuite", "--tlsciphersuite=", SHAPE_WORD },
	{ "TrustedGID", "--trustedgid=", SHAPE_DIGITS },
	{ "TrustedIP", "--trustedip=", SHAPE_WORD },
	{ "Umask", "--umask=", SHAPE_DIGITS_COLON },
	{ "UnixAuthentication", "--login=unix", SHAPE_BOOL },
	{ "UserBandwidth", "--userbandwidth=", SHAPE_BANDWIDTH },
	{ "UserRatio", "--userratio=", SHAPE_DIGITS_TWICE },
	{ "VerboseLog", "--verboselog", SHAPE_BOOL },
};

struct conf_reading {
	struct old_root *root;
	struct arena *arena;
	struct pure_start *start;
	unsigned depth;
	size_t lines;
};

/* ---- one line ---- */

static bool
is_blank(char c)
{
	return c && strchr(" \t\n\v\f\r", c);
}

static const char *
skip_blanks(const char *text)
{
	while (is_blank(*text))
		text++;
	return text;
}

static size_t
count_digits(const char *text)
{
	return strspn(text, "0123456789");
}

static bool
is_all(const char *text, char first, char last)
{
	const char *start = text;
	while (*text >= first && *text <= last)
		text++;
	return text > start && !*text;
}

static bool
is_letters(const char *text)
{
	return *text &&
		!text[strspn(
			text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")];
}

static bool
is_number(const char *text)
{
	return *text && !text[count_digits(text)];
}

/* The two numbers as the option takes them, or NULL. */
static const char *
two_numbers(const char *text, bool with_colon, struct arena *arena)
{
	size_t first = count_digits(text);
	const char *second =
		with_colon ? text + first + (text[first] == ':') : skip_blanks(text + first);
	if (!first || second == text + first || !is_number(second))
		return NULL;
	return arena_printf(arena, "%.*s:%s", (int)first, text, second);
}

/* The words for both, in the order in which they are tried; only a whole one is one. */
static bool
read_bool(const char *text, bool *ret_yes)
{
	static const char *const words[] = { "yes", "on", "true", "1", "no", "off", "false", "0" };
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcasecmp(text, words[i]) == 0) {
			*ret_yes = i < ARRAY_LEN(words) / 2;
			return true;
		}
	}
	return false;
}

/* What follows the option's "=", or NULL when the text has another shape. */
static const char *
shaped_value(const char *text, enum shape shape, struct arena *arena)
{
	switch (shape) {
	case SHAPE_DIGITS:
		return is_number(text) ? text : NULL;
	case SHAPE_DIGITS_TWICE:
		return two_numbers(text, false, arena);
	case SHAPE_DIGITS_COLON:
		return two_numbers(text, true, arena);
	case SHAPE_BANDWIDTH:
		return is_number(text) ? text : two_numbers(text, false, arena);
	case SHAPE_LETTERS:
		return is_letters(text) ? text : NULL;
	case SHAPE_WORD:
		return is_all(text, '!', '~') ? text : NULL;
	default:
		return is_all(text, ' ', '~') ? text : NULL;
	}
}

/* Names are compared as far as they go, so a longer word is a mistake and not another name. */
static const struct directive *
find_directive(const char *line, const char **ret_rest)
{
	size_t size = strcspn(line, "=: \t\n\v\f\r");
	for (size_t i = 0; i < ARRAY_LEN(directives); i++) {
		const struct directive *directive = &directives[i];
		if (strlen(directive->name) == size &&
			strncasecmp(directive->name, line, size) == 0) {
			*ret_rest = line + size;
			return directive;
		}
	}
	return NULL;
}

/* Behind the name: blanks, at most one "=" or ":", blanks. NULL = something else. */
static const char *
skip_separator(const char *rest)
{
	if (!*rest)
		return NULL;
	rest = skip_blanks(rest);
	if (*rest == '=' || *rest == ':')
		rest = skip_blanks(rest + 1);
	return *rest == '=' || *rest == ':' || !*rest ? NULL : rest;
}

static void read_file(struct conf_reading *reading, const char *path, struct place named_at);

static void
include_file(struct conf_reading *reading, const char *path, struct place where)
{
	struct old_entry entry;
	if (old_root_stat(reading->root, path, &entry) != OLD_OK)
		return; /* passed over by the daemon too */
	if (reading->depth + 1 >= DEPTH_MAX) {
		pure_start_refuse(reading->start, where, "too many files include each other");
		return;
	}
	reading->depth++;
	read_file(reading, path, where);
	reading->depth--;
}

static void
read_line(struct conf_reading *reading, const char *line, struct place where)
{
	struct arena *arena = reading->arena;
	const char *rest = NULL;
	const struct directive *directive = find_directive(line, &rest);
	const char *value = directive ? skip_separator(rest) : NULL;
	struct argument argument = { .where = where };
	bool yes = false;
	if (!directive) {
		pure_start_refuse(reading->start, where, "there is no such setting: '%s'", line);
		return;
	}
	if (directive->shape == SHAPE_BOOL) {
		if (!value || !read_bool(value, &yes))
			value = NULL;
		else if (yes)
			argument.text = directive->option;
	} else if (value && (value = shaped_value(value, directive->shape, arena))) {
		argument.text = arena_printf(arena, "%s%s", directive->option, value);
	}
	if (!value)
		pure_start_refuse(
			reading->start, where, "'%s' is not what %s takes", line, directive->name);
	else if (directive->shape == SHAPE_INCLUDE)
		include_file(reading, argument.text, where);
	else if (argument.text)
		ARRAY_PUSH(arena, &reading->start->arguments, argument);
}

/* ---- files ---- */

/* As fgets(3) and the daemon cut it: a piece of a long line, without blanks at both ends. */
static const char *
next_line(struct bytes *rest, struct arena *arena)
{
	size_t most = rest->size < LINE_PIECE ? rest->size : LINE_PIECE;
	const char *end = memchr(rest->data, '\n', most);
	size_t taken = end ? (size_t)(end - rest->data) + 1 : most;
	char *line = arena_strndup(arena, rest->data, taken);
	rest->data += taken;
	rest->size -= taken;
	for (size_t size = strlen(line); size && is_blank(line[size - 1]); size--)
		line[size - 1] = '\0';
	return skip_blanks(line);
}

static void
read_file(struct conf_reading *reading, const char *path, struct place named_at)
{
	struct old_file file;
	enum old_status status = old_root_read(reading->root, path, CONF_LIMIT, &file);
	if (status == OLD_WRONG_TYPE && named_at.file)
		return; /* an included directory has no lines */
	if (status != OLD_OK) {
		pure_start_refuse(reading->start, at(path, 0), "%s", old_status_text(status));
		return;
	}
	unsigned number = 0;
	while (file.content.size && !reading->start->fault) {
		const char *line = next_line(&file.content, reading->arena);
		number++;
		if (++reading->lines > LINES_MAX)
			pure_start_refuse(
				reading->start, at(path, number), "the files have no end");
		else if (*line && *line != '#')
			read_line(reading, line, at(path, number));
	}
}

void
conf_file_read(struct old_root *root, const char *path, struct pure_start *start)
{
	struct conf_reading reading = {
		.root = root, .arena = old_root_arena(root), .start = start
	};
	read_file(&reading, path, NOWHERE);
}
