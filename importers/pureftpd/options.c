/*
 * options.c - the command line of the daemon: which options it knows, what they take, what they
 * set.
 *
 * parse_words() does getopt_long()'s work, one setter each the daemon's. What users could not feel
 * (logging, ports, banners) is only checked for values that kept the daemon from starting.
 */
#include "importers/pureftpd/options.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

struct parsing {
	struct pure_options *options;
	struct arena *arena;
	struct place where; /* of the option that is set now */
};

/* Takes the option's value ("" for flags); the answer is what is wrong with it, or NULL. */
typedef const char *set_option(struct parsing *parsing, const char *value, int detail);

/* ---- values ---- */

/* strtoul(3) as the daemon calls it: the whole text must be the number, in C's notations. */
static bool
whole_number(const char *text, int base, unsigned long *ret_number)
{
	char *end;
	*ret_number = strtoul(text, &end, base);
	return *text && !*end;
}

/* "%u:%u" of sscanf(3): what follows is ignored. */
static bool
number_pair(const char *text, unsigned *ret_first, unsigned *ret_second)
{
	return sscanf(text, "%u:%u", ret_first, ret_second) == 2;
}

static const char *
ignore_value(struct parsing *parsing, const char *value, int detail)
{
	(void)parsing, (void)value, (void)detail;
	return NULL;
}

static const char *
print_help(struct parsing *parsing, const char *value, int detail)
{
	(void)parsing, (void)value, (void)detail;
	return "only prints the options";
}

static const char *
need_number(struct parsing *parsing, const char *value, int detail)
{
	(void)parsing, (void)detail;
	unsigned long number;
	return whole_number(value, 0, &number) && (unsigned)number ? NULL
								   : "is not a number above 0";
}

static const char *
need_load(struct parsing *parsing, const char *value, int detail)
{
	(void)parsing, (void)detail;
	char *end;
	return *value && strtod(value, &end) > 0.0 && !*end ? NULL : "is not a number above 0";
}

static const char *
need_ports(struct parsing *parsing, const char *value, int detail)
{
	(void)parsing, (void)detail;
	unsigned first, last;
	return number_pair(value, &first, &last) && first >= 1024 && last <= 65535 && first <= last
		? NULL
		: "is not a range of ports within 1024:65535";
}

static const char *
need_pair(struct parsing *parsing, const char *value, int detail)
{
	(void)parsing, (void)detail;
	unsigned first, second;
	return number_pair(value, &first, &second) && first && second
		? NULL
		: "is not two numbers above 0";
}

/* ---- what was felt ---- */

static const char *
set_limit(struct parsing *parsing, const char *value, int detail)
{
	(void)value;
	parsing->options->has[detail] = true;
	parsing->options->limits_at[detail] = parsing->where;
	return NULL;
}

static const char *
set_pair_limit(struct parsing *parsing, const char *value, int detail)
{
	const char *fault = need_pair(parsing, value, detail);
	return fault ? fault : set_limit(parsing, value, detail);
}

static const char *
set_sessions(struct parsing *parsing, const char *value, int detail)
{
	unsigned users, anonymous;
	if (!number_pair(value, &users, &anonymous))
		return "is not two numbers";
	return users ? set_limit(parsing, value, detail) : NULL;
}

static bool
is_bandwidth(const char *text, size_t size)
{
	unsigned long number = strtoul(text, NULL, 0);
	return size && number * 1024 != 0;
}

/* "UP:DOWN", either of them empty, or one number for both. */
static const char *
set_bandwidth(struct parsing *parsing, const char *value, int detail)
{
	const char *colon = strchr(value, ':');
	size_t up = colon ? (size_t)(colon - value) : strlen(value);
	const char *down = colon ? colon + 1 : value;
	bool ok = (up || *down) && (!up || is_bandwidth(value, up)) &&
		(!*down || is_bandwidth(down, 1));
	if (!ok)
		return "is not a bandwidth in kilobytes";
	return detail < LIMITS ? set_limit(parsing, value, detail) : NULL;
}

static const char *
set_server_address(struct parsing *parsing, const char *value, int detail)
{
	unsigned char address[sizeof(struct in6_addr)];
	if (inet_pton(AF_INET6, value, address) != 1 && inet_pton(AF_INET, value, address) != 1)
		return "is not an address";
	return set_limit(parsing, value, detail);
}

static const char *
set_tls(struct parsing *parsing, const char *value, int detail)
{
	int level = atoi(value);
	if (level < 0 || level > 3)
		return "is not 0 to 3";
	parsing->options->tls = (unsigned)level;
	parsing->options->tls_at = parsing->where;
	return level > 1 ? set_limit(parsing, value, detail) : NULL;
}

static const char *
set_certificate(struct parsing *parsing, const char *value, int detail)
{
	(void)detail;
	size_t size = strcspn(value, ",");
	if (!size || (value[size] && !value[size + 1]))
		return "names no certificate or no key";
	parsing->options->certificate = arena_strndup(parsing->arena, value, size);
	return NULL;
}

/* ---- jails, ids, rights ---- */

static const char *
set_everyone(struct parsing *parsing, const char *value, int detail)
{
	(void)value, (void)detail;
	parsing->options->jail = JAIL_EVERYONE;
	parsing->options->jail_at = parsing->where;
	return NULL;
}

static const char *
set_trusted(struct parsing *parsing, const char *value, int detail)
{
	(void)detail;
	unsigned long gid;
	if (!whole_number(value, 0, &gid))
		return "is not a number";
	parsing->options->jail = JAIL_UNTRUSTED;
	parsing->options->jail_at = parsing->where;
	parsing->options->trusted_group = (gid_t)gid;
	return NULL;
}

static const char *
set_anonymous(struct parsing *parsing, const char *value, int detail)
{
	(void)value;
	parsing->options->anonymous = detail;
	parsing->options->anonymous_at = parsing->where;
	return NULL;
}

static const char *
set_min_uid(struct parsing *parsing, const char *value, int detail)
{
	(void)detail;
	char *end;
	long uid = strtol(value, &end, 10);
	if (!*value || *end || uid < 0)
		return "is not a number";
	parsing->options->min_uid = (uid_t)uid;
	parsing->options->min_uid_at = parsing->where;
	return NULL;
}

static bool
set_mask(const char *text, mode_t *mask)
{
	unsigned long number = *text ? strtoul(text, NULL, 8) : *mask;
	if (number > 0777)
		return false;
	*mask = (mode_t)number;
	return true;
}

/* "FILES:DIRECTORIES", either of them empty, or one for both. */
static const char *
set_umask(struct parsing *parsing, const char *value, int detail)
{
	(void)detail;
	const char *colon = strchr(value, ':');
	const char *files =
		colon ? arena_strndup(parsing->arena, value, (size_t)(colon - value)) : value;
	const char *directories = colon ? colon + 1 : value;
	bool ok = (*files || *directories) && set_mask(files, &parsing->options->umask) &&
		set_mask(directories, &parsing->options->dir_umask);
	return ok ? NULL : "is not one or two octal numbers up to 777";
}

static const char *
set_quota(struct parsing *parsing, const char *value, int detail)
{
	(void)detail;
	unsigned long long files, megabytes;
	if (sscanf(value, "%llu:%llu", &files, &megabytes) != 2)
		return "is not two numbers";
	struct pure_options *options = parsing->options;
	options->quota_files = files;
	options->quota_bytes = megabytes * 1024 * 1024;
	options->has_quota = true;
	options->quota_at = parsing->where;
	return NULL;
}

/* The member at this offset. */
static const char *
set_flag(struct parsing *parsing, const char *value, int offset)
{
	(void)value;
	*(bool *)((char *)parsing->options + offset) = true;
	return NULL;
}

static const char *
set_keeps_files(struct parsing *parsing, const char *value, int detail)
{
	(void)value, (void)detail;
	parsing->options->keeps_files = true;
	parsing->options->keeps_files_at = parsing->where;
	return NULL;
}

static const char *
set_upload_script(struct parsing *parsing, const char *value, int detail)
{
	parsing->options->logs_transfers = true;
	parsing->options->logs_transfers_at = parsing->where;
	return set_limit(parsing, value, detail);
}

static const char *
set_transfer_log(struct parsing *parsing, const char *value, int detail)
{
	(void)detail;
	static const char *const formats[] = { "clf", "stats", "w3c", "xferlog" };
	const char *path = strchr(value, ':');
	if (path) {
		char *format = arena_strndup(parsing->arena, value, (size_t)(path - value));
		bool known = false;
		for (size_t i = 0; i < ARRAY_LEN(formats); i++)
			known |= strcasecmp(format, formats[i]) == 0;
		if (!known)
			return "has an unknown format";
		value = path + 1;
	}
	if (*value != '/')
		return "is not an absolute path";
	parsing->options->logs_transfers = true;
	parsing->options->logs_transfers_at = parsing->where;
	return NULL;
}

/* ---- who knows the users ---- */

const char *
auth_kind_name(enum auth_kind kind)
{
	static const char *const names[] = {
		[AUTH_UNIX] = "unix",
		[AUTH_PAM] = "pam",
		[AUTH_MYSQL] = "mysql",
		[AUTH_PGSQL] = "pgsql",
		[AUTH_LDAP] = "ldap",
		[AUTH_PUREDB] = "puredb",
		[AUTH_EXTAUTH] = "extauth",
	};
	return names[kind];
}

/* The word only has to begin with a name; what stands between that and a colon does not matter. */
static const char *
set_method(struct parsing *parsing, const char *value, int detail)
{
	(void)detail;
	for (enum auth_kind kind = AUTH_UNIX; kind <= AUTH_EXTAUTH; kind++) {
		size_t size = strlen(auth_kind_name(kind));
		if (strncasecmp(value, auth_kind_name(kind), size) != 0)
			continue;
		const char *file = value[size] == ':' ? value + size + 1 : "";
		if (!*file && kind != AUTH_UNIX && kind != AUTH_PAM)
			return "names no file";
		struct auth_method method = { kind, file, parsing->where };
		ARRAY_PUSH(parsing->arena, &parsing->options->methods, method);
		return NULL;
	}
	return "is no method of authentication";
}

/* ---- the table ---- */

static const struct known_option {
	char letter;
	const char *name;
	bool takes_value;
	set_option *set;
	int detail;
} known_options[] = {
	{ '0', "notruncate", false, ignore_value, 0 },
	{ '1', "logpid", false, ignore_value, 0 },
	{ '2', "certfile", true, set_certificate, 0 },
	{ '3', "extcert", true, ignore_value, 0 },
	{ '4', "ipv4only", false, ignore_value, 0 },
	{ '6', "ipv6only", false, ignore_value, 0 },
	{ 'A', "chrooteveryone", false, set_everyone, 0 },
	{ 'a', "trustedgid", true, set_trusted, 0 },
	{ 'b', "brokenclientscompatibility", false, ignore_value, 0 },
	{ 'B', "daemonize", false, ignore_value, 0 },
	{ 'C', "maxclientsperip", true, need_number, 0 },
	{ 'c', "maxclientsnumber", true, need_number, 0 },
	{ 'd', "verboselog", false, ignore_value, 0 },
	{ 'D', "displaydotfiles", false, ignore_value, 0 },
	{ 'e', "anonymousonly", false, set_anonymous, ANONYMOUS_ONLY },
	{ 'E', "noanonymous", false, set_anonymous, ANONYMOUS_NEVER },
	{ 'f', "syslogfacility", true, ignore_value, 0 },
	{ 'F', "fortunesfile", true, ignore_value, 0 },
	{ 'g', "pidfile", true, ignore_value, 0 },
	{ 'G', "norename", false, set_limit, LIMIT_NO_RENAME },
	{ 'h', "help", false, print_help, 0 },
	{ 'H', "dontresolve", false, ignore_value, 0 },
	{ 'I', "maxidletime", true, ignore_value, 0 },
	{ 'i', "anonymouscantupload", false, set_flag,
		offsetof(struct pure_options, anonymous_uploads_off) },
	{ 'j', "createhomedir", false, set_flag, offsetof(struct pure_options, creates_homes) },
	{ 'K', "keepallfiles", false, set_keeps_files, 0 },
	{ 'k', "maxdiskusagepct", true, set_limit, LIMIT_DISK_SHARE },
	{ 'l', "login", true, set_method, 0 },
	{ 'L', "limitrecursion", true, need_pair, 0 },
	{ 'M', "anonymouscancreatedirs", false, set_flag,
		offsetof(struct pure_options, anonymous_makes_directories) },
	{ 'm', "maxload", true, need_load, 0 },
	{ 'N', "natmode", false, ignore_value, 0 },
	{ 'n', "quota", true, set_quota, 0 },
	{ 'o', "uploadscript", false, set_upload_script, LIMIT_UPLOAD_SCRIPT },
	{ 'O', "altlog", true, set_transfer_log, 0 },
	{ 'p', "passiveportrange", true, need_ports, 0 },
	{ 'P', "forcepassiveip", true, ignore_value, 0 },
	{ 'q', "anonymousratio", true, need_pair, 0 },
	{ 'Q', "userratio", true, set_pair_limit, LIMIT_RATIO },
	{ 'r', "autorename", false, ignore_value, 0 },
	{ 'R', "nochmod", false, set_limit, LIMIT_NO_CHMOD },
	{ 's', "antiwarez", false, ignore_value, 0 },
	{ 'S', "bind", true, ignore_value, 0 },
	{ 't', "anonymousbandwidth", true, set_bandwidth, LIMITS },
	{ 'T', "userbandwidth", true, set_bandwidth, LIMIT_BANDWIDTH },
	{ 'U', "umask", true, set_umask, 0 },
	{ 'u', "minuid", true, set_min_uid, 0 },
	{ 'V', "trustedip", true, set_server_address, LIMIT_SERVER_ADDRESS },
	{ 'w', "allowuserfxp", false, ignore_value, 0 },
	{ 'W', "allowanonymousfxp", false, ignore_value, 0 },
	{ 'x', "prohibitdotfileswrite", false, set_limit, LIMIT_DOT_FILES },
	{ 'X', "prohibitdotfilesread", false, set_limit, LIMIT_DOT_FILES },
	{ 'y', "peruserlimits", true, set_sessions, LIMIT_SESSIONS },
	{ 'Y', "tls", true, set_tls, LIMIT_TLS },
	{ 'J', "tlsciphersuite", true, ignore_value, 0 },
	{ 'z', "allowdotfiles", false, ignore_value, 0 },
	{ 'Z', "customerproof", false, ignore_value, 0 },
};

static const struct known_option *
by_letter(char letter)
{
	for (size_t i = 0; i < ARRAY_LEN(known_options); i++)
		if (known_options[i].letter == letter)
			return &known_options[i];
	return NULL;
}

/* The whole name, or a beginning that only one has. */
static const struct known_option *
by_name(const char *name, size_t size)
{
	const struct known_option *near = NULL;
	for (size_t i = 0; i < ARRAY_LEN(known_options); i++) {
		const struct known_option *known = &known_options[i];
		if (strncmp(known->name, name, size) != 0)
			continue;
		if (strlen(known->name) == size)
			return known;
		if (near)
			return NULL;
		near = known;
	}
	return near;
}

/* ---- the words ---- */

static void
refuse_start(struct parsing *parsing, const char *what, const char *fault)
{
	struct pure_options *options = parsing->options;
	if (options->fault)
		return;
	options->fault = arena_printf(parsing->arena, "%s %s", what, fault);
	options->fault_at = parsing->where;
}

static void
set_known(struct parsing *parsing, const struct known_option *known, const char *value)
{
	const char *fault = known->set(parsing, value, known->detail);
	if (fault && *value)
		refuse_start(parsing, known->name,
			arena_printf(parsing->arena, "'%s' %s", value, fault));
	else if (fault)
		refuse_start(parsing, known->name, fault);
}

/* "--name", "--name=value" or "--name value"; the answer is how many words it took. */
static size_t
parse_long(struct parsing *parsing, const struct arguments *words, size_t at)
{
	const char *name = words->items[at].text + 2;
	const char *equals = strchr(name, '=');
	size_t size = equals ? (size_t)(equals - name) : strlen(name);
	const struct known_option *known = by_name(name, size);
	const char *shown = arena_printf(parsing->arena, "option '--%.*s'", (int)size, name);
	if (!known || (equals && !known->takes_value)) {
		refuse_start(parsing, shown, known ? "takes no value" : "is not known");
	} else if (!known->takes_value || equals) {
		set_known(parsing, known, equals ? equals + 1 : "");
	} else if (at + 1 < words->count) {
		set_known(parsing, known, words->items[at + 1].text);
		return 2;
	} else {
		refuse_start(parsing, shown, "needs a value");
	}
	return 1;
}

/* "-AB", "-uvalue", "-u value". */
static size_t
parse_letters(struct parsing *parsing, const struct arguments *words, size_t at)
{
	for (const char *letter = words->items[at].text + 1; *letter; letter++) {
		const struct known_option *known = by_letter(*letter);
		const char *shown = arena_printf(parsing->arena, "option '-%c'", *letter);
		if (!known) {
			refuse_start(parsing, shown, "is not known");
		} else if (!known->takes_value) {
			set_known(parsing, known, "");
		} else if (letter[1]) {
			set_known(parsing, known, letter + 1);
			return 1;
		} else if (at + 1 < words->count) {
			set_known(parsing, known, words->items[at + 1].text);
			return 2;
		} else {
			refuse_start(parsing, shown, "needs a value");
		}
	}
	return 1;
}

static void
parse_words(struct parsing *parsing, const struct arguments *words)
{
	bool only_words = false; /* after "--" */
	for (size_t at = 0; at < words->count;) {
		const char *word = words->items[at].text;
		parsing->where = words->items[at].where;
		if (!only_words && strcmp(word, "--") == 0) {
			only_words = true;
			at++;
		} else if (only_words || word[0] != '-' || !word[1]) {
			refuse_start(parsing, arena_printf(parsing->arena, "argument '%s'", word),
				"is not known");
			at++;
		} else {
			at += word[1] == '-' ? parse_long(parsing, words, at)
					     : parse_letters(parsing, words, at);
		}
	}
}

void
pure_options_parse(
	const struct arguments *arguments, struct arena *arena, struct pure_options *ret_options)
{
	struct pure_options options = { .umask = 0133, .dir_umask = 0022 };
	struct parsing parsing = { .options = &options, .arena = arena };
	parse_words(&parsing, arguments);
	if (!options.methods.count) {
		struct auth_method pam = { AUTH_PAM, "", NOWHERE };
		ARRAY_PUSH(arena, &options.methods, pam);
	}
	*ret_options = options;
}
