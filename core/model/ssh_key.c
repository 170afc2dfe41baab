/*
 * ssh_key.c - public keys as people paste them, made into authorized_keys lines.
 *
 * sshd skips a line that it cannot read and tells only its log, so all that it would stumble over
 * is found here. What leaves this file is `[options ]type base64[ comment]` with single blanks, and
 * the three parts agree. Refused text is never quoted in a message: it may be a private key.
 */
#include "core/model/ssh_key.h"

#include <assert.h>
#include <ctype.h>
#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <string.h>
#include <strings.h>

#include "core/base/buffer.h"
#include "core/base/table.h"
#include "core/base/text.h"
#include "core/model/ssh_key_blob.h"

#define BLANKS " \t"

#define RFC4716_BEGIN "---- BEGIN SSH2 PUBLIC KEY ----"
#define RFC4716_END "---- END SSH2 PUBLIC KEY ----"

/* ---- what is no public key ---- */

static const char hint_private[] =
	"Paste the .pub file instead, and treat the private key as compromised: it was shared.";

/* Texts that people take for a public key line, by what gives them away. */
static const struct mistaken_text {
	const char *marker;
	const char *message;
	const char *hint;
} mistaken_texts[] = {
	{ "PRIVATE KEY-----", "this is a private key", hint_private },
	{ "PRIVATE KEY ----", "this is a private key", hint_private },
	{ "PuTTY-User-Key-File-", "this is a private key (PuTTY)", hint_private },
	/* The body of an OpenSSH private key without its frame: base64 of "openssh-key-v1". */
	{ "b3BlbnNzaC1rZXktdjE", "this is a private key (OpenSSH)", hint_private },
	{ "-----BEGIN PUBLIC KEY", "this is a public key in PEM",
		"Convert it with `ssh-keygen -i -m PKCS8 -f FILE`." },
	{ "-----BEGIN RSA PUBLIC KEY", "this is a public key in PEM",
		"Convert it with `ssh-keygen -i -m PEM -f FILE`." },
	{ "-----BEGIN CERTIFICATE", "this is an X.509 certificate, not an SSH key",
		"Paste the .pub file that ssh-keygen wrote." },
};

static bool
refuse_mistaken(const char *text, struct place place, struct diags *diags)
{
	for (size_t i = 0; i < ARRAY_LEN(mistaken_texts); i++) {
		if (!strstr(text, mistaken_texts[i].marker))
			continue;
		diag_error(diags, place, "ssh key: %s", mistaken_texts[i].message);
		diag_hint(diags, "%s", mistaken_texts[i].hint);
		return false;
	}
	return true;
}

static bool
not_a_key(struct place place, struct diags *diags)
{
	diag_error(diags, place, "ssh key: this is not a public key");
	diag_hint(diags, "Paste the whole line of the .pub file: type, key and comment.");
	return false;
}

/* ---- options ---- */

enum option_value {
	VALUE_NONE,
	VALUE_PATTERNS,
	VALUE_TIME,
};

/* Those that only take rights away. `no-touch-required` gives one, in spite of its name. */
static const struct option_rule {
	const char *name;
	enum option_value value;
} option_rules[] = {
	{ "restrict", VALUE_NONE },
	{ "no-agent-forwarding", VALUE_NONE },
	{ "no-port-forwarding", VALUE_NONE },
	{ "no-pty", VALUE_NONE },
	{ "no-user-rc", VALUE_NONE },
	{ "no-x11-forwarding", VALUE_NONE },
	{ "verify-required", VALUE_NONE },
	{ "from", VALUE_PATTERNS },
	{ "expiry-time", VALUE_TIME },
};

static const struct option_rule *
find_option(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_LEN(option_rules); i++) {
		const struct option_rule *rule = &option_rules[i];
		if (name.size == strlen(rule->name) &&
			strncasecmp(name.data, rule->name, name.size) == 0)
			return rule;
	}
	return NULL;
}

/* YYYYMMDD[HHMM[SS]][Z] */
static bool
is_expiry_time(struct bytes value)
{
	if (value.size && value.data[value.size - 1] == 'Z')
		value.size--;
	for (size_t i = 0; i < value.size; i++) {
		if (!isdigit((unsigned char)value.data[i]))
			return false;
	}
	return value.size == 8 || value.size == 12 || value.size == 14;
}

static bool
is_pattern_list(struct bytes value)
{
	for (size_t i = 0; i < value.size; i++) {
		if (!isgraph((unsigned char)value.data[i]) || strchr("\"\\", value.data[i]))
			return false;
	}
	return value.size > 0;
}

/* value begins with '=' when there is one. */
static bool
option_value_fits(const struct option_rule *rule, struct bytes value)
{
	if (rule->value == VALUE_NONE)
		return value.size == 0;
	if (value.size < 3 || value.data[1] != '"' || value.data[value.size - 1] != '"')
		return false;
	struct bytes inner = { value.data + 2, value.size - 3 };
	return rule->value == VALUE_TIME ? is_expiry_time(inner) : is_pattern_list(inner);
}

/* Length of what comes before the first of `stops` that is not in double quotes. */
static size_t
span_unquoted(const char *text, const char *stops)
{
	bool quoted = false;
	size_t size = 0;
	for (; text[size] && (quoted || !strchr(stops, text[size])); size++) {
		if (quoted && text[size] == '\\' && text[size + 1] == '"')
			size++;
		else if (text[size] == '"')
			quoted = !quoted;
	}
	return size;
}

static bool
check_option(struct bytes option, unsigned *seen, struct place place, struct diags *diags)
{
	const char *equals = option.size ? memchr(option.data, '=', option.size) : NULL;
	size_t name_size = equals ? (size_t)(equals - option.data) : option.size;
	const struct option_rule *rule = find_option((struct bytes){ option.data, name_size });
	if (!rule) {
		diag_error(diags, place, "ssh key: an option in front of the key is not allowed");
		diag_hint(diags,
			"Only restrict, from=, expiry-time=, verify-required and no-... "
			"options that take rights away are kept; remove the others.");
		return false;
	}
	struct bytes value = { option.data + name_size, option.size - name_size };
	unsigned bit = 1u << (rule - option_rules);
	if (!option_value_fits(rule, value) || *seen & bit) {
		diag_error(
			diags, place, "ssh key: option '%s' is malformed or repeated", rule->name);
		diag_hint(diags, "Write it as sshd(8) says under AUTHORIZED_KEYS FILE FORMAT.");
		return false;
	}
	*seen |= bit;
	return true;
}

static bool
check_options(const char *options, struct place place, struct diags *diags)
{
	unsigned seen = 0;
	for (;;) {
		size_t size = span_unquoted(options, ",");
		if (!check_option((struct bytes){ options, size }, &seen, place, diags))
			return false;
		options += size;
		if (!*options++)
			return true;
	}
}

/* ---- lines ---- */

/* A line taken apart; everything points into it. */
struct key_line {
	struct bytes options; /* empty when there are none */
	struct bytes name;
	struct bytes base64;
	const char *comment;
};

static struct bytes
take_word(const char **text)
{
	struct bytes word = { *text, span_unquoted(*text, BLANKS) };
	*text += word.size;
	*text += strspn(*text, BLANKS);
	return word;
}

/* Whether a word can be a key's type at all: no option begins like one. */
static bool
resembles_type(struct bytes word)
{
	static const char *const beginnings[] = { "ssh-", "ecdsa-", "sk-" };
	for (size_t i = 0; i < ARRAY_LEN(beginnings); i++) {
		if (strncmp(word.data, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	}
	return false;
}

static struct key_line
split_line(const char *text)
{
	struct key_line line = { .name = take_word(&text) };
	if (!resembles_type(line.name)) {
		line.options = line.name;
		line.name = take_word(&text);
	}
	line.base64 = (struct bytes){ text, strcspn(text, BLANKS) };
	line.comment = text + line.base64.size;
	line.comment += strspn(line.comment, BLANKS);
	return line;
}

static bool
refuse_type(struct bytes name, struct place place, struct diags *diags)
{
	if (name.size == 7 && memcmp(name.data, "ssh-dss", 7) == 0) {
		diag_error(diags, place, "ssh key: DSA keys are no longer accepted by sshd");
		diag_hint(diags, "Ask for a new key, made with `ssh-keygen -t ed25519`.");
		return false;
	}
	if (memmem(name.data, name.size, "-cert-v0", strlen("-cert-v0"))) {
		diag_error(diags, place, "ssh key: this is a certificate, not a key");
		diag_hint(diags, "Paste the .pub file whose name has no '-cert'.");
		return false;
	}
	return not_a_key(place, diags);
}

/* Line breaks and tabs have a meaning of their own, in a block and between the parts. */
static bool
check_characters(const char *text, struct place place, struct diags *diags)
{
	size_t size = strlen(text);
	bool ok = text_is_utf8(text, size);
	while (ok && size) {
		size_t plain = strcspn(text, "\t\r\n");
		ok = !text_has_control(text, plain);
		plain += strspn(text + plain, "\t\r\n");
		text += plain;
		size -= plain;
	}
	if (ok)
		return true;
	diag_error(diags, place, "ssh key: the line has characters that no text has");
	diag_hint(diags, "Paste the line of the .pub file again, as text.");
	return false;
}

/* Other controls are out already. A tab is harmless to sshd, but not to who reads the file. */
static bool
check_comment(const char *comment, struct place place, struct diags *diags)
{
	if (!strpbrk(comment, "\t\r\n"))
		return true;
	diag_error(diags, place, "ssh key: the line goes on after its end");
	diag_hint(diags, "Put each key on a line of its own, without tabs in the comment.");
	return false;
}

static bool
check_key(const struct key_line *line, struct arena *arena, struct place place, struct diags *diags)
{
	const struct ssh_key_type *type = ssh_key_type_find(line->name);
	struct bytes blob;
	if (!type)
		return refuse_type(line->name, place, diags);
	if (!ssh_key_decode(line->base64, arena, &blob))
		return ssh_key_damaged(type, place, diags);
	return ssh_key_blob_check(blob, type, place, diags) &&
		check_comment(line->comment, place, diags);
}

static bool
check_line(
	const struct key_line *line, struct arena *arena, struct place place, struct diags *diags)
{
	if (line->options.size && ssh_key_type_find(line->name)) {
		const char *options = arena_strndup(arena, line->options.data, line->options.size);
		if (!check_options(options, place, diags))
			return false;
	}
	return check_key(line, arena, place, diags);
}

static char *
join_line(const struct key_line *line, struct arena *arena)
{
	return arena_printf(arena, "%.*s%s%.*s %.*s%s%s", (int)line->options.size,
		line->options.size ? line->options.data : "", line->options.size ? " " : "",
		(int)line->name.size, line->name.data, (int)line->base64.size, line->base64.data,
		*line->comment ? " " : "", line->comment);
}

/* ---- RFC 4716 ---- */

/* The next line without its end; *text is then after it. */
static char *
take_text_line(const char **text, struct arena *arena)
{
	size_t size = strcspn(*text, "\r\n");
	char *line = text_trimmed(arena, arena_strndup(arena, *text, size));
	*text += size;
	*text += strspn(*text, "\r\n");
	return line;
}

/* A header may go on over lines that end with a backslash. "" unless it is the comment. */
static const char *
take_header(const char *line, const char **text, struct arena *arena)
{
	static const char tag[] = "comment:";
	AUTO_BUFFER struct buffer value = { 0 };
	bool is_comment = strncasecmp(line, tag, strlen(tag)) == 0;
	buffer_add_text(&value, is_comment ? line + strlen(tag) : "");
	for (size_t size = strlen(line); size && line[size - 1] == '\\' && **text;
		size = strlen(line)) {
		line = take_text_line(text, arena);
		if (!is_comment)
			continue;
		value.data[--value.size] = '\0';
		buffer_add_text(&value, line);
	}
	char *trimmed = text_trimmed(arena, buffer_text(&value));
	/* In a list of lines a semicolon would end the key. */
	for (char *c = strchr(trimmed, ';'); c; c = strchr(c, ';'))
		*c = ',';
	size_t size = strlen(trimmed);
	if (size >= 2 && trimmed[0] == '"' && trimmed[size - 1] == '"')
		return arena_strndup(arena, trimmed + 1, size - 2);
	return trimmed;
}

/* The block as one line, or NULL when it has no end or no type. text begins with the marker. */
static const char *
convert_rfc4716(const char *text, struct arena *arena)
{
	AUTO_BUFFER struct buffer base64 = { 0 };
	const char *comment = "";
	const char *line = take_text_line(&text, arena);
	for (;;) {
		if (!*text)
			return NULL;
		line = take_text_line(&text, arena);
		if (strcmp(line, RFC4716_END) == 0)
			break;
		if (!strchr(line, ':')) {
			buffer_add_text(&base64, line);
			continue;
		}
		const char *header = take_header(line, &text, arena);
		if (*header)
			comment = header;
	}
	struct bytes blob, name;
	if (!ssh_key_decode(buffer_bytes(&base64), arena, &blob) || !ssh_key_blob_name(blob, &name))
		return NULL;
	return arena_printf(
		arena, "%.*s %s %s", (int)name.size, name.data, buffer_text(&base64), comment);
}

/* ---- the contract ---- */

bool
ssh_key_parse(const char *text, struct place place, struct arena *arena, const char **ret_line,
	struct diags *diags)
{
	/* Before trimming, which would put escapes for bytes that are not UTF-8. */
	if (!refuse_mistaken(text, place, diags) || !check_characters(text, place, diags))
		return false;
	const char *trimmed = text_trimmed(arena, text);
	if (strncmp(trimmed, RFC4716_BEGIN, strlen(RFC4716_BEGIN)) == 0) {
		trimmed = convert_rfc4716(trimmed, arena);
		if (!trimmed)
			return not_a_key(place, diags);
		trimmed = text_trimmed(arena, trimmed);
	}
	struct key_line line = split_line(trimmed);
	if (!check_line(&line, arena, place, diags))
		return false;

	*ret_line = join_line(&line, arena);
	return true;
}

bool
ssh_key_parse_installed(const char *text, struct place place, struct arena *arena,
	const char **ret_line, bool *ret_has_options, struct diags *diags)
{
	if (!refuse_mistaken(text, place, diags) || !check_characters(text, place, diags))
		return false;
	struct key_line line = split_line(text_trimmed(arena, text));
	if (!check_key(&line, arena, place, diags))
		return false;
	*ret_line = join_line(&line, arena);
	*ret_has_options = line.options.size;
	return true;
}

/* Where the key that begins here ends: a block at its end mark, a line at ';' or its end. */
static size_t
key_extent(const char *text)
{
	if (strncmp(text, RFC4716_BEGIN, strlen(RFC4716_BEGIN)) == 0) {
		const char *end = strstr(text, RFC4716_END);
		return end ? (size_t)(end - text) + strlen(RFC4716_END) : strlen(text);
	}
	size_t quoted = span_unquoted(text, ";\r\n");
	size_t line = 0;
	while (line < quoted && text[line] != '\r' && text[line] != '\n')
		line++;
	return line;
}

/* Each once, with the same options; its comment makes no difference to sshd. */
static void
add_key(struct string_list *keys, struct table *seen, const char *line, struct arena *arena)
{
	struct key_line key = split_line(line);
	const char *whole =
		arena_strndup(arena, line, (size_t)(key.base64.data - line) + key.base64.size);
	if (table_get(seen, whole))
		return;
	table_set(seen, whole, seen);
	string_list_push(arena, keys, line);
}

bool
ssh_keys_parse(const char *text, struct place place, struct arena *arena, struct string_list *keys,
	struct diags *diags)
{
	static const char separators[] = " \t\r\n;";
	if (!refuse_mistaken(text, place, diags))
		return false;
	struct table seen = { .arena = arena };
	bool ok = true;
	for (text += strspn(text, separators); *text; text += strspn(text, separators)) {
		size_t size = key_extent(text);
		const char *line;
		const char *key = arena_strndup(arena, text, size);
		text += size;
		if (*key == '#')
			continue;
		if (ssh_key_parse(key, place, arena, &line, diags))
			add_key(keys, &seen, line, arena);
		else
			ok = false;
	}
	return ok;
}

char *
ssh_key_fingerprint(const char *line, struct arena *arena)
{
	struct key_line key = split_line(line);
	struct bytes blob = { 0 };
	bool decoded = ssh_key_decode(key.base64, arena, &blob);
	assert(decoded);
	(void)decoded;

	struct sha256_ctx sha256;
	uint8_t digest[SHA256_DIGEST_SIZE];
	sha256_init(&sha256);
	sha256_update(&sha256, blob.size, (const uint8_t *)blob.data);
	sha256_digest(&sha256, sizeof(digest), digest);

	char text[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE) + 1] = "";
	base64_encode_raw(text, sizeof(digest), digest);
	text[strcspn(text, "=")] = '\0';
	return arena_printf(arena, "SHA256:%s", text);
}
