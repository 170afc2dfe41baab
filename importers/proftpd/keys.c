/*
 * keys.c - mod_sftp's files of keys.
 */
#include "importers/proftpd/keys.h"

#include <nettle/base64.h>
#include <string.h>
#include <strings.h>

enum { PIECE = 74, KEY_FILE_LIMIT = 4 << 20, KEY_LIMIT = 1000, BLOB_LIMIT = 16384 };

#define BEGIN_MARK "---- BEGIN SSH2 PUBLIC KEY ----"
#define END_MARK "---- END SSH2 PUBLIC KEY ----"

/*
 * The next line as the server puts it together, in `line`: a header that ends with a backslash goes
 * on in the next one; what is longer than a piece comes in several. False at the end.
 */
static bool
next_line(struct bytes file, size_t *offset, struct buffer *line)
{
	buffer_clear(line);
	while (*offset < file.size) {
		const char *start = file.data + *offset;
		const size_t rest = file.size - *offset, limit = rest < PIECE ? rest : PIECE;
		const char *newline = memchr(start, '\n', limit);
		const size_t size = newline ? (size_t)(newline - start) + 1 : limit;
		*offset += size;

		const size_t length = strnlen(start, size);
		if (length == 0)
			continue;
		if (start[length - 1] != '\n' && start[length - 1] != '\r') {
			buffer_add(line, start, length);
			return true;
		}
		buffer_add(line, start, length - 1);
		bool goes_on = line->size > 0 && line->data[line->size - 1] == '\\';
		if (goes_on) {
			/* A '\\' is dropped, also where nothing goes on. */
			AUTO_BUFFER struct buffer kept = { 0 };
			buffer_add(&kept, line->data, line->size - 1);
			buffer_clear(line);
			buffer_add(line, buffer_text(&kept), kept.size);
		}
		if (!goes_on || !strchr(buffer_text(line), ':'))
			return true;
	}
	return line->size > 0;
}

static const char *
encoded(const uint8_t *blob, size_t size, struct arena *arena)
{
	char *text = arena_alloc(arena, BASE64_ENCODE_RAW_LENGTH(size) + 1);
	base64_encode_raw(text, size, blob);
	return text;
}

/* "ssh-rsa AAAA...": false when the text, which may have blanks, is not the base64 of a key that
 * mod_sftp knows. */
static bool
take_key(const struct buffer *text, struct arena *arena, struct string_list *keys)
{
	static const char *const types[] = { "ssh-rsa", "ssh-dss", "ecdsa-sha2-nistp256",
		"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-ed25519", "ssh-ed448" };
	struct base64_decode_ctx context;
	size_t size = BASE64_DECODE_LENGTH(text->size);
	if (text->size == 0 || text->size > BLOB_LIMIT)
		return false;
	uint8_t *blob = arena_alloc(arena, size);
	base64_decode_init(&context);
	if (!base64_decode_update(&context, &size, blob, text->size, text->data) ||
		!base64_decode_final(&context) || size < 4)
		return false;
	const size_t length =
		(size_t)blob[0] << 24 | (size_t)blob[1] << 16 | (size_t)blob[2] << 8 | blob[3];
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (length == strlen(types[i]) && length <= size - 4 &&
			memcmp(blob + 4, types[i], length) == 0) {
			string_list_push(arena, keys,
				arena_printf(arena, "%s %s", types[i], encoded(blob, size, arena)));
			return true;
		}
	return false;
}

void
pro_keys_parse(struct bytes file, const char *subject_user, struct arena *arena,
	struct string_list *ret_keys)
{
	AUTO_BUFFER struct buffer line = { 0 }, text = { 0 };
	struct string_list keys = { 0 };
	bool inside = false, skipped = false;
	size_t offset = 0;
	while (keys.count < KEY_LIMIT && next_line(file, &offset, &line)) {
		const char *content = buffer_text(&line);
		if (!inside && strcmp(content, BEGIN_MARK) == 0) {
			inside = true;
			skipped = false;
			buffer_clear(&text);
		} else if (inside && strcmp(content, END_MARK) == 0) {
			inside = false;
			if (!skipped)
				take_key(&text, arena, &keys);
		} else if (inside && strstr(content, ": ")) {
			if (subject_user && strncasecmp(content, "Subject: ", 9) == 0)
				skipped = strcmp(content + 9, subject_user) != 0;
		} else if (inside && text.size <= BLOB_LIMIT) {
			buffer_add_text(&text, content);
		}
	}
	*ret_keys = keys;
}

static bool
has_word(const struct pro_section *server, const char *directive, const char *word)
{
	for (const struct pro_line *line = pro_find(server, directive); line;
		line = pro_find_next(server, line))
		for (size_t i = 0; i < line->words.count; i++)
			if (strcasecmp(line->words.items[i], word) == 0)
				return true;
	return false;
}

/* One chain: "publickey", "password", "publickey+password". */
static void
take_chain(const char *chain, struct pro_sftp *sftp)
{
	sftp->together |= strchr(chain, '+') != NULL;
	while (*chain) {
		const size_t length = strcspn(chain, "+:");
		sftp->keys |= length == 9 && strncasecmp(chain, "publickey", 9) == 0;
		sftp->passwords |= (length == 8 && strncasecmp(chain, "password", 8) == 0) ||
			(length == 20 && strncasecmp(chain, "keyboard-interactive", 20) == 0);
		chain += strcspn(chain, "+");
		chain += *chain ? 1 : 0;
	}
}

struct pro_sftp
pro_sftp_read(const struct pro_auth_input *input)
{
	struct pro_sftp sftp = { .keys = true, .passwords = true };
	const struct pro_line *engine = pro_find(input->server, "SFTPEngine");
	if (!engine || !pro_has_module(input->config, "mod_sftp.c") ||
		!pro_switch(input->server, "SFTPEngine", false))
		return (struct pro_sftp){ .passwords = true };

	const struct pro_line *methods = pro_find(input->server, "SFTPAuthMethods");
	if (methods) {
		sftp.keys = sftp.passwords = false;
		for (size_t i = 0; i < methods->words.count; i++)
			take_chain(methods->words.items[i], &sftp);
	}
	sftp.on = true;
	sftp.keys &= pro_find(input->server, "SFTPAuthorizedUserKeys") != NULL;
	sftp.where = methods ? methods->where : engine->where;
	return sftp;
}

/* "~/x" and "%u"; NULL for what is not known here ("~other", "%u[0]"). */
static const char *
key_path(const char *path, const char *name, const char *home, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	if (strstr(path, "%u["))
		return NULL;
	if (*path == '~') {
		if ((path[1] && path[1] != '/') || !home)
			return NULL;
		buffer_add_text(&out, home);
		path++;
	}
	for (; *path; path++) {
		if (strncmp(path, "%u", 2) == 0) {
			buffer_add_text(&out, name);
			path++;
		} else {
			buffer_add_char(&out, *path);
		}
	}
	return arena_strdup(arena, buffer_text(&out));
}

static void
add_store(const struct pro_auth_input *input, const struct pro_line *line, const char *word,
	const char *name, const char *home, struct arena *arena,
	struct pro_credentials *credentials)
{
	struct string_list keys;
	struct old_file file;
	if (strncmp(word, "file:", 5) != 0) {
		if (strchr(word, ':'))
			pro_note(&credentials->notes, line->where, "not-evaluated",
				"keys may also come from '%.*s', which is not read here",
				(int)strcspn(word, ":"), word);
		return;
	}
	const char *path = key_path(word + 5, name, home, arena);
	if (!path) {
		pro_note(&credentials->notes, line->where, "not-evaluated",
			"not evaluated: the path of keys '%s'", word + 5);
		return;
	}
	if (old_root_read(input->root, path, KEY_FILE_LIMIT, &file) != OLD_OK)
		return;
	pro_keys_parse(file.content,
		has_word(input->server, "SFTPOptions", "MatchKeySubject") ? name : NULL, arena,
		&keys);
	if (keys.count == 0 && file.content.size > 0)
		pro_note(&credentials->notes, at(path, 0), "no-usable-key",
			"the server found no key here: only RFC 4716 blocks with LF at the ends of "
			"lines count");
	for (size_t i = 0; i < keys.count; i++)
		if (!string_list_has(&credentials->ssh_keys, keys.items[i]))
			string_list_push(arena, &credentials->ssh_keys, keys.items[i]);
}

void
pro_keys_add(const struct pro_auth_input *input, const char *name, const char *home,
	struct arena *arena, struct pro_credentials *credentials)
{
	const struct pro_line *line = pro_find(input->server, "SFTPAuthorizedUserKeys");
	for (size_t i = 0; line && i < line->words.count; i++)
		add_store(input, line, line->words.items[i], name, home, arena, credentials);
}
