/*
 * profile.c - jail profiles: checked, merged, and as text.
 *
 * The text is the identity of a profile: equal profiles have equal texts, and a text that comes
 * back from a file is trusted only when it is what profile_text() would write.
 */
#include "core/model/profile.h"

#include <string.h>
#include <strings.h>

#include "core/base/buffer.h"
#include "core/base/text.h"
#include "core/model/layout.h"

bool
profile_is_empty(const struct jail_profile *profile)
{
	return !profile->start && !profile->has_umask && !profile->read_only &&
		!profile->log_level && !profile->from.count;
}

struct jail_profile
profile_over(const struct jail_profile *account, const struct jail_profile *layout)
{
	struct jail_profile profile = *layout;
	if (account->start)
		profile.start = account->start;
	if (account->has_umask) {
		profile.has_umask = true;
		profile.umask = account->umask;
	}
	profile.read_only |= account->read_only;
	if (account->log_level)
		profile.log_level = account->log_level;
	if (account->from.count)
		profile.from = account->from;
	return profile;
}

/* ---- checks ---- */

/* sshd_config(5) splits and unquotes the line, and session.c splits the command at each blank. */
static const char *
start_fault(const char *path)
{
	if (!text_is_utf8(path, strlen(path)))
		return "is not UTF-8";
	if (strpbrk(path, " \t"))
		return "has a blank";
	return strpbrk(path, "\"'\\#") ? "has a quote, a backslash or a '#'" : NULL;
}

bool
profile_check_start(const char *text, struct place place, struct arena *arena,
	const char **ret_start, struct diags *diags)
{
	const char *path = text + strspn(text, "/");
	if (!*path) {
		*ret_start = NULL;
		return true;
	}
	if (!folder_path_check(path, place, arena, &path, diags))
		return false;
	const char *fault = start_fault(path);
	if (fault) {
		diag_error(diags, place,
			"start directory '%s' %s: sshd's configuration cannot say it", text, fault);
		diag_hint(diags, "Rename the folder, or let sessions begin in the jail's root.");
		return false;
	}
	*ret_start = path;
	return true;
}

const char *
profile_start_of(const struct jail_profile *profile, const char *login, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	const char *text = profile->start;
	if (!text)
		return NULL;
	for (const char *token; (token = strstr(text, "%u")); text = token + 2)
		buffer_printf(&out, "%.*s%s", (int)(token - text), text, login);
	buffer_add_text(&out, text);
	return arena_strdup(arena, buffer_text(&out));
}

const char *
profile_start_for_all(const char *start, const char *login, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	size_t length = strlen(login);
	while (start && *start) {
		size_t size = strcspn(start, "/");
		bool is_login = size == length && strncmp(start, login, size) == 0;
		buffer_printf(&out, "%s%.*s", out.size ? "/" : "", is_login ? 2 : (int)size,
			is_login ? "%u" : start);
		start += size + (start[size] == '/');
	}
	return out.size ? arena_strdup(arena, buffer_text(&out)) : NULL;
}

bool
profile_check_umask(const char *text, struct place place, mode_t *ret_umask, struct diags *diags)
{
	size_t length = strlen(text);
	mode_t umask = 0;
	if (!length || length > 4 || text[strspn(text, "01234567")] ||
		(length == 4 && *text != '0')) {
		diag_error(diags, place, "'%s' is no umask: expected octal 000 to 777", text);
		diag_hint(diags, "Write what new files lose, such as 027.");
		return false;
	}
	for (; *text; text++)
		umask = umask << 3 | (mode_t)(*text - '0');
	*ret_umask = umask;
	return true;
}

bool
profile_check_log_level(
	const char *text, struct place place, const char **ret_level, struct diags *diags)
{
	static const char *const levels[] = { "QUIET", "FATAL", "ERROR", "INFO", "VERBOSE", "DEBUG",
		"DEBUG1", "DEBUG2", "DEBUG3" };
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		if (strcasecmp(levels[i], text) == 0) {
			*ret_level = levels[i];
			return true;
		}
	}
	diag_error(diags, place, "'%s' is no log level of sftp-server", text);
	diag_hint(diags, "Write INFO for logins and transfers, or VERBOSE for every request.");
	return false;
}

/* ---- text ---- */

static void
add_from(struct buffer *out, const struct string_list *from)
{
	ARRAY_FOREACH (address, from)
		buffer_printf(out, "%s%s", address == from->items ? "" : ",", *address);
}

char *
profile_text(const struct jail_profile *profile, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	if (profile->read_only)
		buffer_add_text(&out, " read-only");
	if (profile->has_umask)
		buffer_printf(&out, " umask=%03o", (unsigned)profile->umask);
	if (profile->start)
		buffer_printf(&out, " start=%s", profile->start);
	if (profile->log_level)
		buffer_printf(&out, " log=%s", profile->log_level);
	if (profile->from.count) {
		buffer_add_text(&out, " from=");
		add_from(&out, &profile->from);
	}
	return arena_strdup(arena, out.size ? buffer_text(&out) + 1 : "");
}

/* One profile while its words are read. */
struct profile_reading {
	struct place place;
	struct arena *arena;
	struct diags *diags;
	struct jail_profile profile;
	unsigned seen; /* bit 1u << enum profile_word */
};

enum profile_word { WORD_READ_ONLY, WORD_UMASK, WORD_START, WORD_LOG, WORD_FROM, WORDS };

static const char *const profile_words_known[WORDS] = {
	[WORD_READ_ONLY] = "read-only",
	[WORD_UMASK] = "umask=",
	[WORD_START] = "start=",
	[WORD_LOG] = "log=",
	[WORD_FROM] = "from=",
};

/* WORDS when it is none. A word without a value is whole. */
static enum profile_word
find_word(const char *text, const char **ret_value)
{
	for (unsigned word = 0; word < WORDS; word++) {
		const char *known = profile_words_known[word];
		size_t length = strlen(known);
		*ret_value = text + length;
		if (strncmp(text, known, length) == 0 && (word != WORD_READ_ONLY || !**ret_value))
			return word;
	}
	return WORDS;
}

static bool
read_from(struct profile_reading *reading, const char *value)
{
	char *text = arena_strdup(reading->arena, value), *address;
	const char *checked;
	while ((address = strsep(&text, ","))) {
		if (!profile_check_address(
			    address, reading->place, reading->arena, &checked, reading->diags))
			return false;
		string_list_push(reading->arena, &reading->profile.from, checked);
	}
	return profile_complete_from(
		&reading->profile.from, reading->place, reading->arena, reading->diags);
}

static bool
refuse_word(const struct profile_reading *reading, const char *text, const char *why)
{
	diag_error(reading->diags, reading->place, "profile: '%s' %s", text, why);
	diag_hint(reading->diags,
		"Write it like: read-only umask=027 start=www log=INFO from=10.0.0.0/8.");
	return false;
}

static bool
read_word(struct profile_reading *reading, const char *text)
{
	const char *value;
	enum profile_word word = find_word(text, &value);
	struct jail_profile *profile = &reading->profile;
	if (word != WORDS && (reading->seen & 1u << word))
		return refuse_word(reading, text, "is given twice");
	reading->seen |= 1u << word;
	switch (word) {
	case WORD_READ_ONLY:
		return profile->read_only = true;
	case WORD_UMASK:
		return profile->has_umask = profile_check_umask(
			       value, reading->place, &profile->umask, reading->diags);
	case WORD_START:
		return profile_check_start(
			value, reading->place, reading->arena, &profile->start, reading->diags);
	case WORD_LOG:
		return profile_check_log_level(
			value, reading->place, &profile->log_level, reading->diags);
	case WORD_FROM:
		return read_from(reading, value);
	case WORDS:
		break;
	}
	return refuse_word(reading, text, "is no part of one");
}

bool
profile_read(const char *text, struct place place, struct arena *arena,
	struct jail_profile *ret_profile, struct diags *diags)
{
	struct profile_reading reading = { .place = place, .arena = arena, .diags = diags };
	char *rest = arena_strdup(arena, text);
	for (char *word; (word = strsep(&rest, " \t"));) {
		if (*word && !read_word(&reading, word))
			return false;
	}
	*ret_profile = reading.profile;
	return true;
}

bool
profile_parse(const char *text, struct arena *arena, struct jail_profile *ret_profile)
{
	struct jail_profile profile;
	struct diags ignored = { .arena = arena };
	if (!profile_read(text, NOWHERE, arena, &profile, &ignored) ||
		strcmp(profile_text(&profile, arena), text) != 0)
		return false;
	*ret_profile = profile;
	return true;
}

char *
profile_words(const struct jail_profile *profile, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	if (profile->read_only)
		buffer_add_text(&out, ", read-only");
	if (profile->has_umask)
		buffer_printf(&out, ", umask %03o", (unsigned)profile->umask);
	if (profile->start)
		buffer_printf(&out, ", starts in /%s", profile->start);
	if (profile->log_level)
		buffer_printf(&out, ", log %s", profile->log_level);
	if (profile->from.count) {
		const char *before = ", from ";
		ARRAY_FOREACH (address, &profile->from) {
			bool excluded = **address == '!';
			buffer_printf(&out, "%s%s%s", before, excluded ? "not " : "",
				*address + excluded);
			before = " ";
		}
	}
	return arena_strdup(arena, out.size ? buffer_text(&out) + 2 : "");
}
