/*
 * config_schema.c - the table of all keys, and what follows from it: walking a document, defaults,
 * and the effective configuration as YAML.
 *
 * A default is YAML text read by the same code as the administrator's, so a default that the schema
 * itself would refuse cannot exist.
 */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "core/base/text.h"
#include "core/model/config_reader.h"

/* Names that are often free on a new machine and must not become somebody's login. */
#define RESERVED_NAMES                                                                             \
	"[root, admin, administrator, backup, bin, daemon, ftp, games, git, halt, "                \
	"hostmaster, lp, mail, man, mysql, news, nobody, operator, postgres, postmaster, "         \
	"proxy, sftp, shutdown, sshd, sync, sys, toor, uucp, webmaster, www, www-data]"

#define KEY(path, type, initial, kind, member, help)                                               \
	{                                                                                          \
		path, type, initial, help, &config_kind_##kind, offsetof(struct config, member)    \
	}
/* A key that the reader of its parent knows. */
#define WITHIN(path, type, initial, help)                                                          \
	{                                                                                          \
		path, type, initial, help, NULL, 0                                                 \
	}
/* A key that has no single place in struct config. */
#define PART(path, type, initial, kind, help)                                                      \
	{                                                                                          \
		path, type, initial, help, &config_kind_##kind, 0                                  \
	}

const struct config_key config_keys[] = {
	PART("version", "1", "1", version, "format of this file; required"),

	PART("sources", "mapping", "{}", sources, "named inputs"),
	WITHIN("sources.NAME.importer", "name", NULL, "plug-in that reads the source; required"),
	WITHIN("sources.NAME.file", "path", NULL, "file to read, - for standard input"),
	WITHIN("sources.NAME.uri", "URI", NULL, "server to ask, instead of file"),
	WITHIN("sources.NAME.root", "path", NULL, "old server's tree, instead of file"),
	WITHIN("sources.NAME.map", "mapping", NULL,
		"account field: template, list of templates ([]: nothing is taken), or {from, "
		"table|split|date, filter}"),
	WITHIN("sources.NAME.map.FIELD.from", "column", NULL,
		"the column or attribute that gives the value"),
	WITHIN("sources.NAME.map.FIELD.table", "mapping", NULL,
		"value: result; \"*\" for all others (of an entry's values: when no row names "
		"one)"),
	WITHIN("sources.NAME.map.FIELD.several", "refuse|first", "refuse",
		"values that lead to different results, such as two groups with a layout each: "
		"an error, or the table's first row that names one"),
	WITHIN("sources.NAME.map.FIELD.split", "characters", NULL,
		"groups, ssh_keys, folders: where a text is cut into items"),
	WITHIN("sources.NAME.map.FIELD.date", "format", NULL, "expires: such as %d.%m.%Y"),
	WITHIN("sources.NAME.map.FIELD.filter", "filters", NULL,
		"applied to every result, such as lower|replace(' ','-')"),
	WITHIN("sources.NAME.username_filter", "filters", NULL,
		"applied to logins, such as ascii|lower|strip(' .')"),
	WITHIN("sources.NAME.language", "language", "default",
		"how the filter ascii writes letters: de makes ue of a u with dots"),
	WITHIN("sources.NAME.account", "local|nss", "local",
		"nss: the accounts are there already, by the name service (sssd, winbind); they "
		"get jails, keys and groups, and no line in passwd"),
	WITHIN("sources.NAME.on_bad_row", "auto|block|skip", "auto",
		"a row with errors: no plan, or a plan without it; auto: only sync goes on"),

	PART("layouts", "mapping", "{ default: { dirs: [] } }", layouts, "folders of jails"),
	WITHIN("layouts.NAME.dirs", "list", "[]", "the folders; missing parents are added"),
	WITHIN("layouts.NAME.dirs[].path", "path", NULL, "below the home; required"),
	WITHIN("layouts.NAME.dirs[].access", "write|read|read-advisory", "write",
		"read is enforced by root's ownership, read-advisory only by mode 0555"),
	WITHIN("layouts.NAME.dirs[].owner", "login", NULL,
		"user, root or a login; default by access"),
	WITHIN("layouts.NAME.dirs[].group", "group", NULL,
		"user (the user's own) or a group; default jail.group"),
	WITHIN("layouts.NAME.dirs[].mode", "octal", NULL, "such as 2770; default by access"),

	WITHIN("layouts.NAME.profile.start", "path", NULL,
		"folder where sessions begin, %u is the login; default the jail's root"),
	WITHIN("layouts.NAME.profile.umask", "octal", NULL,
		"what new files and folders lose, such as 027"),
	WITHIN("layouts.NAME.profile.read_only", "no|yes", "no",
		"sshd refuses every change, whatever folders are writable"),
	WITHIN("layouts.NAME.profile.log", "level", NULL,
		"what sshd logs of transfers: INFO or VERBOSE; needs /dev/log in the jail"),
	WITHIN("layouts.NAME.profile.from", "list", "[]",
		"addresses and networks that logins may come from; default everywhere"),

	KEY("jail.home", "path", "\"/home/${username}\"", home, jail.home_text,
		"home and jail of a new account; holds ${username}"),
	KEY("jail.group", "group", "sftponly", group, jail.group, "group whose members are jailed"),
	KEY("jail.shell", "path", "/usr/sbin/nologin", path, jail.shell,
		"shell of jailed accounts"),
	KEY("jail.sshd_dropin", "path", "/etc/ssh/sshd_config.d/60-rehome.conf", dropin,
		jail.sshd_dropin, "file for sshd's Match blocks"),
	KEY("jail.keys_dir", "path", "/etc/ssh/rehome_keys", path, jail.keys_dir,
		"directory of public keys, one file per login"),
	KEY("jail.sshd_config", "path", "/etc/ssh/sshd_config", path, jail.sshd_config,
		"sshd's own configuration; only read"),

	KEY("policy.username.pattern", "regex", "\"^[a-z_][a-z0-9_-]{0,30}$\"", pattern,
		policy.username_pattern, "what every login must match"),
	KEY("policy.username.collide", "error|suffix", "suffix", switch, policy.collide_suffix,
		"a generated login that is taken: refuse, or append a number"),
	KEY("policy.username.reserved", "list", RESERVED_NAMES, list, policy.reserved,
		"logins that are never created; replaces the default list"),
	PART("policy.uid_range", "A-B", "20000-59999", uid_range, "uids for new accounts"),
	KEY("policy.new_accounts", "active|staged", "active", switch, policy.stage_new,
		"staged: made as they are to be, and closed until `rehome activate`"),
	KEY("policy.adopt", "ask|never", "ask", choice, policy.adopt,
		"existing accounts: blocked until --adopt, or always"),
	KEY("policy.adoption.loose", "name", "files", folder, policy.adopt_loose,
		"folder for the loose and hidden files of an adopted home"),
	KEY("policy.adoption.keys", "ask|carry|drop", "ask", choice, policy.adopt_keys,
		"keys in an adopted home; ask: carried where they let somebody in today"),
	KEY("policy.adoption.sessions", "end|refuse", "end", choice, policy.adopt_sessions,
		"processes of an account that is adopted: ended, or it is left as it is"),
	KEY("policy.adoption.elsewhere", "refuse|copy|bind", "refuse", choice,
		policy.adopt_elsewhere,
		"a home that is asked for at another place: copied there, or shown from here"),
	KEY("policy.adoption.links", "keep|rewrite", "keep", switch, policy.adopt_relink,
		"symbolic links by the home's full path, which leads nowhere in the jail"),
	KEY("policy.passwords.new", "none|generated|always", "none", choice, policy.new_password,
		"make passwords for nobody, for accounts that could not log in, or for all"),
	KEY("policy.passwords.foreign_hash", "expire|refuse|handout|key-only", "expire", choice,
		policy.foreign_hash,
		"a password that this host cannot verify: the account is closed, waits for a "
		"decision, gets a new one, or none"),
	KEY("policy.passwords.existing", "keep|enforce", "keep", switch, policy.enforce_passwords,
		"a source's password for an account that exists"),
	KEY("policy.passwords.handout", "path", NULL, file, policy.handout,
		"directory for new passwords; default /root/rehome-handout"),
	KEY("policy.passwords.sheet", "path", NULL, file, policy.handout_sheet_file,
		"template of the sheet per user; default built in"),
	KEY("policy.leavers.sources", "list", "[]", leaver_sources, policy.leaver_sources,
		"sources whose people leave when they are no longer listed; sync reads them"),
	KEY("policy.leavers.action", "report|disable|archive", "disable", choice,
		policy.leaver_action, "what happens to them"),
	KEY("policy.leavers.grace.archive", "days", "30d", days, policy.leaver_archive_days,
		"action archive: from disabling to archive and quarantine of the home"),
	KEY("policy.leavers.grace.remove", "days", "90d", days, policy.leaver_remove_days,
		"from there until the account is removed, or `rehome remove` may do it"),
	KEY("policy.leavers.max_count", "number", "20", count, policy.limits[LIMIT_DISABLE].count,
		"accounts that a source may disable in 24 hours; more stop the plan"),
	KEY("policy.leavers.max_percent", "percent", "5", percent,
		policy.limits[LIMIT_DISABLE].percent,
		"the same, of those managed for it, at least 2; the lower one counts"),
	KEY("policy.limits.retire.max_count", "number", "20", count,
		policy.limits[LIMIT_RETIRE].count, "homes that a source may retire in 24 hours"),
	KEY("policy.limits.retire.max_percent", "percent", "5", percent,
		policy.limits[LIMIT_RETIRE].percent, "the same, of those managed for it"),
	KEY("policy.limits.remove.max_count", "number", "10", count,
		policy.limits[LIMIT_REMOVE].count, "accounts that a source may remove in 24 hours"),
	KEY("policy.limits.remove.max_percent", "percent", "2", percent,
		policy.limits[LIMIT_REMOVE].percent, "the same, of those managed for it"),
	KEY("policy.limits.rename.max_count", "number", "20", count,
		policy.limits[LIMIT_RENAME].count, "logins that a source may change in 24 hours"),
	KEY("policy.limits.rename.max_percent", "percent", "5", percent,
		policy.limits[LIMIT_RENAME].percent, "the same, of those managed for it"),
	KEY("policy.failure", "auto|run|user", "auto", choice, policy.failure,
		"what is undone when a step fails: the run, or only that user"),

	PART("archives.before", "list", "[adopt, change, leave]", moments,
		"which changes of a home are archived first"),
	KEY("archives.content", "manifest|full", "manifest", switch, archives.content_full,
		"adoption without copying: archive names and rights, or contents too"),
	KEY("archives.retain.runs", "number", "20", count, archives.retain_runs,
		"runs whose archives are kept"),
	KEY("archives.retain.days", "number", "90", count, archives.retain_days,
		"days that archives are kept"),
	{ 0 },
};

/* ---- finding keys ---- */

static const struct config_key *
find_key(const char *path)
{
	for (const struct config_key *key = config_keys; key->path; key++)
		if (key->kind && strcmp(key->path, path) == 0)
			return key;
	return NULL;
}

/* What follows "path." in a longer path, or NULL. */
static const char *
below(const char *longer, const char *path)
{
	size_t length = strlen(path);
	if (!length)
		return longer;
	return strncmp(longer, path, length) == 0 && longer[length] == '.' ? longer + length + 1
									   : NULL;
}

static bool
is_section(const char *path)
{
	for (const struct config_key *key = config_keys; key->path; key++)
		if (below(key->path, path))
			return true;
	return false;
}

const char *const *
config_names_below(const char *path, struct arena *arena)
{
	struct string_list names = { 0 };
	for (const struct config_key *key = config_keys; key->path; key++) {
		const char *rest = below(key->path, path);
		const char *name = rest ? arena_strndup(arena, rest, strcspn(rest, ".[")) : NULL;
		if (name && !string_list_has(&names, name))
			string_list_push(arena, &names, name);
	}
	string_list_push(arena, &names, NULL);
	return names.items;
}

void
config_unknown_key(
	struct config_reader *reader, const struct yaml_node *node, const char *schema_path)
{
	const char *parent = yaml_path(node->parent, reader->arena);
	diag_error(reader->diags, yaml_at_key(node, reader->arena), "unknown key '%s'%s%s",
		node->key, *parent ? " in " : "", parent);
	config_hint_candidates(reader, node->key, config_names_below(schema_path, reader->arena));
}

/* ---- walking a document ---- */

/* Files of conf.d add; what is decided once stands in the main file. */
static bool
may_stand_in_addition(struct config_reader *reader, const struct yaml_node *node)
{
	static const char *const allowed[] = { "version", "sources", "layouts" };
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		if (strcmp(allowed[i], node->key) == 0)
			return true;
	diag_error(reader->diags, yaml_at_key(node, reader->arena), "'%s' cannot be set in conf.d",
		node->key);
	diag_hint(reader->diags,
		"Files in conf.d add sources and layouts; move this to rehome.yaml.");
	return false;
}

static void
read_section(struct config_reader *reader, const struct yaml_node *section, const char *path)
{
	if (!config_is_mapping(reader, section))
		return;
	ARRAY_FOREACH (item, &section->children) {
		const struct yaml_node *child = *item;
		if (!*path && reader->addition && !may_stand_in_addition(reader, child))
			continue;
		const char *child_path =
			arena_printf(reader->arena, "%s%s%s", path, *path ? "." : "", child->key);
		/* "jail.home" as one key is not the key home in jail. */
		bool one_name = *child->key && !strchr(child->key, '.');
		const struct config_key *key = one_name ? find_key(child_path) : NULL;
		if (key) {
			struct config_set set = { key->path, yaml_at_key(child, reader->arena) };
			ARRAY_PUSH(reader->arena, &reader->config->set, set);
			key->kind->read(reader, key, child);
		} else if (one_name && is_section(child_path)) {
			read_section(reader, child, child_path);
		} else {
			config_unknown_key(reader, child, path);
		}
	}
}

void
config_read_document(struct config_reader *reader, const struct yaml_node *root)
{
	reader->version_seen = false;
	if (root)
		read_section(reader, root, "");
}

/* ---- defaults ---- */

static void
read_default(struct config_reader *reader, const struct config_key *key)
{
	struct yaml_node *node;
	struct bytes text = { key->initial, strlen(key->initial) };
	bool parsed = yaml_tree_parse(text, NULL, reader->arena, &node, reader->diags);
	assert(parsed);
	(void)parsed;
	/* So that the reader sees a value with a key, as in a file. */
	node->key = key->path;
	key->kind->read(reader, key, node);
}

struct config *
config_create(struct arena *arena, struct diags *diags)
{
	struct config_reader reader = {
		.config = ARENA_NEW(arena, struct config),
		.arena = arena,
		.diags = diags,
	};
	for (const struct config_key *key = config_keys; key->path; key++)
		if (key->kind && key->initial)
			read_default(&reader, key);
	assert(!diags->count);
	return reader.config;
}

/* ---- writing ---- */

static void
write_indent(struct buffer *out, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		buffer_add_text(out, "  ");
}

/* The headings between the previous key and this one; returns the key's own name. */
static const char *
write_headings(const char *path, const char *previous, unsigned *ret_depth, struct buffer *out)
{
	unsigned depth = 0;
	bool common = true;
	const char *dot;
	for (const char *part = path;; part = dot + 1, depth++) {
		dot = strchr(part, '.');
		if (!dot) {
			*ret_depth = depth;
			return part;
		}
		common = common && strncmp(path, previous, (size_t)(dot - path) + 1) == 0;
		if (common)
			continue;
		write_indent(out, depth);
		buffer_printf(out, "%.*s:\n", (int)(dot - part), part);
	}
}

/* "  # rehome.yaml:12, conf.d/hr.yaml:3"; false when no file sets it. */
static bool
write_places(const struct config *config, const struct config_key *key, struct buffer *out)
{
	const char *separator = "  # ";
	ARRAY_FOREACH (set, &config->set) {
		if (strcmp(set->path, key->path) != 0 || !set->place.file)
			continue;
		buffer_add_text(out, separator);
		text_escape(out, set->place.file, strlen(set->place.file));
		buffer_printf(out, ":%u", set->place.line);
		separator = ", ";
	}
	return *separator == ',';
}

static void
write_key(const struct config *config, const struct config *defaults, const struct config_key *key,
	const char *previous, bool places, struct buffer *out)
{
	AUTO_BUFFER struct buffer value = { 0 };
	AUTO_BUFFER struct buffer initial = { 0 };
	unsigned depth;
	const char *name = write_headings(key->path, previous, &depth, out);

	key->kind->write(config, key, &value);
	key->kind->write(defaults, key, &initial);
	write_indent(out, depth);
	if (!value.size) {
		buffer_printf(out, "# %s:  # %s\n", name, key->help);
		return;
	}
	/* A block begins with its own line break, and marks its own defaults. */
	bool block = *value.data == '\n';
	buffer_printf(out, "%s:", name);
	if (block && places)
		write_places(config, key, out);
	buffer_printf(out, "%s%s", block ? "" : " ", buffer_text(&value));
	if (!block && !(places && write_places(config, key, out)) &&
		strcmp(buffer_text(&value), buffer_text(&initial)) == 0 &&
		key->kind != &config_kind_version)
		buffer_add_text(out, "  # default");
	buffer_add_char(out, '\n');
}

void
config_write(const struct config *config, bool places, struct buffer *out)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	const struct config *defaults = config_create(&arena, &diags);
	const char *previous = "";
	for (const struct config_key *key = config_keys; key->path; key++) {
		if (!key->kind)
			continue;
		write_key(config, defaults, key, previous, places, out);
		previous = key->path;
	}
}
