/*
 * perl_conf.c - the configuration file as pure-config.pl read it, before the daemon could.
 *
 * The script looked for a name and a fitting value anywhere in a line, in any case of letters, and
 * passed over what it did not find; but only a name in its own spelling gave an option.
 */
#include "importers/pureftpd/start.h"

#include <string.h>

enum { PERL_LIMIT = 1 << 20 };

enum perl_value {
	PERL_YES,
	PERL_TEXT,
	PERL_NUMBER,
	PERL_PAIR_BLANK,
	PERL_PAIR_COLON,
	PERL_LOGIN,
};

/* In the order of the kinds in which the script tries them. */
static const struct perl_setting {
	const char *name, *option;
	enum perl_value value;
} perl_settings[] = {
	{ "IPV4Only", "-4", PERL_YES },
	{ "IPV6Only", "-6", PERL_YES },
	{ "ChrootEveryone", "-A", PERL_YES },
	{ "BrokenClientsCompatibility", "-b", PERL_YES },
	{ "Daemonize", "-B", PERL_YES },
	{ "VerboseLog", "-d", PERL_YES },
	{ "DisplayDotFiles", "-D", PERL_YES },
	{ "AnonymousOnly", "-e", PERL_YES },
	{ "NoAnonymous", "-E", PERL_YES },
	{ "DontResolve", "-H", PERL_YES },
	{ "AnonymousCanCreateDirs", "-M", PERL_YES },
	{ "NATmode", "-N", PERL_YES },
	{ "CallUploadScript", "-o", PERL_YES },
	{ "AntiWarez", "-s", PERL_YES },
	{ "AllowUserFXP", "-w", PERL_YES },
	{ "AllowAnonymousFXP", "-W", PERL_YES },
	{ "ProhibitDotFilesWrite", "-x", PERL_YES },
	{ "ProhibitDotFilesRead", "-X", PERL_YES },
	{ "AllowDotFiles", "-z", PERL_YES },
	{ "AutoRename", "-r", PERL_YES },
	{ "AnonymousCantUpload", "-i", PERL_YES },
	{ "LogPID", "-1", PERL_YES },
	{ "NoChmod", "-R", PERL_YES },
	{ "KeepAllFiles", "-K", PERL_YES },
	{ "CreateHomeDir", "-j", PERL_YES },
	{ "NoRename", "-G", PERL_YES },
	{ "CustomerProof", "-Z", PERL_YES },
	{ "NoTruncate", "-0", PERL_YES },
	{ "SyslogFacility", "-f", PERL_TEXT },
	{ "FortunesFile", "-F", PERL_TEXT },
	{ "ForcePassiveIP", "-P", PERL_TEXT },
	{ "Bind", "-S", PERL_TEXT },
	{ "AnonymousBandwidth", "-t", PERL_TEXT },
	{ "UserBandwidth", "-T", PERL_TEXT },
	{ "TrustedIP", "-V", PERL_TEXT },
	{ "AltLog", "-O", PERL_TEXT },
	{ "PIDFile", "-g", PERL_TEXT },
	{ "TLSCipherSuite", "-J", PERL_TEXT },
	{ "CertFile", "-2", PERL_TEXT },
	{ "MaxIdleTime", "-I", PERL_NUMBER },
	{ "MaxDiskUsage", "-k", PERL_NUMBER },
	{ "TrustedGID", "-a", PERL_NUMBER },
	{ "MaxClientsNumber", "-c", PERL_NUMBER },
	{ "MaxClientsPerIP", "-C", PERL_NUMBER },
	{ "MaxLoad", "-m", PERL_NUMBER },
	{ "MinUID", "-u", PERL_NUMBER },
	{ "TLS", "-Y", PERL_NUMBER },
	{ "LimitRecursion", "-L", PERL_PAIR_BLANK },
	{ "PassivePortRange", "-p", PERL_PAIR_BLANK },
	{ "AnonymousRatio", "-q", PERL_PAIR_BLANK },
	{ "UserRatio", "-Q", PERL_PAIR_BLANK },
	{ "Umask", "-U", PERL_PAIR_COLON },
	{ "Quota", "-n", PERL_PAIR_COLON },
	{ "PerUserLimits", "-y", PERL_PAIR_COLON },
	{ "LDAPConfigFile", "-lldap:", PERL_LOGIN },
	{ "MySQLConfigFile", "-lmysql:", PERL_LOGIN },
	{ "PGSQLConfigFile", "-lpgsql:", PERL_LOGIN },
	{ "PureDB", "-lpuredb:", PERL_LOGIN },
	{ "ExtAuth", "-lextauth:", PERL_LOGIN },
	{ "UnixAuthentication", "-lunix", PERL_YES },
	{ "PAMAuthentication", "-lpam", PERL_YES },
};

static const char blanks[] = " \t\n\v\f\r";

/* The option's value at the text, or NULL when it has not the kind's form. */
static const char *
value_at(const char *text, enum perl_value kind, struct arena *arena)
{
	size_t word = strcspn(text, blanks), digits = strspn(text, "0123456789");
	const char *second = text + digits;
	switch (kind) {
	case PERL_YES:
		return strncasecmp(text, "yes", 3) == 0 ? "" : NULL;
	case PERL_TEXT:
	case PERL_LOGIN:
		return word ? arena_strndup(arena, text, word) : NULL;
	case PERL_NUMBER:
		return digits ? arena_strndup(arena, text, digits) : NULL;
	case PERL_PAIR_BLANK:
		second += strspn(second, blanks);
		break;
	case PERL_PAIR_COLON:
		second += *second == ':';
		break;
	}
	size_t more = strspn(second, "0123456789");
	if (!digits || second == text + digits || !more)
		return NULL;
	return arena_printf(arena, "%.*s:%.*s", (int)digits, text, (int)more, second);
}

/* The leftmost place in the line where the name has a value; its spelling decides on the option. */
static bool
match_setting(const char *line, const struct perl_setting *setting, struct arena *arena,
	const char **ret_argument)
{
	size_t size = strlen(setting->name);
	for (const char *found = line; (found = strcasestr(found, setting->name)); found++) {
		const char *text = found + size, *value;
		text += strspn(text, blanks);
		if (text == found + size || !(value = value_at(text, setting->value, arena)))
			continue;
		/* These two are no keys of a table of the script. */
		bool any_case = strcmp(setting->option, "-lunix") == 0 ||
			strcmp(setting->option, "-lpam") == 0;
		*ret_argument = any_case || strncmp(found, setting->name, size) == 0
			? arena_printf(arena, "%s%s", setting->option, value)
			: NULL;
		return true;
	}
	return false;
}

static void
read_perl_line(const char *line, struct place where, struct arena *arena, struct pure_start *start)
{
	if (!line[strspn(line, blanks)] || line[strspn(line, blanks)] == '#')
		return;
	for (size_t i = 0; i < ARRAY_LEN(perl_settings); i++) {
		struct argument argument = { .where = where };
		if (!match_setting(line, &perl_settings[i], arena, &argument.text))
			continue;
		if (argument.text)
			ARRAY_PUSH(arena, &start->arguments, argument);
		else
			pure_start_refuse(start, where,
				"'%s' is not written so, and became an empty argument",
				perl_settings[i].name);
		return;
	}
}

void
perl_conf_read(struct old_root *root, const char *path, struct pure_start *start)
{
	struct arena *arena = old_root_arena(root);
	struct old_file file;
	enum old_status status = old_root_read(root, path, PERL_LIMIT, &file);
	if (status != OLD_OK) {
		pure_start_refuse(start, at(path, 0), "%s", old_status_text(status));
		return;
	}
	struct bytes line;
	for (unsigned number = 1; bytes_take_line(&file.content, &line); number++)
		read_perl_line(
			arena_strndup(arena, line.data, line.size), at(path, number), arena, start);
}
