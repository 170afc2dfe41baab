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

static const char *
value_of(const char *word, const char *key)
{
	size_t length = strlen(key);
	return strncmp(word, key, length) == 0 ? word + length : NULL;
}

static bool
parse_from(char *text, struct arena *arena, struct string_list *ret_from, struct diags *diags)
{
	char *address;
	const char *checked;
	while ((address = strsep(&text, ","))) {
		if (!profile_check_address(address, NOWHERE, arena, &checked, diags))
			return false;
		string_list_push(arena, ret_from, checked);
	}
	return profile_complete_from(ret_from, NOWHERE, arena, diags);
}

static bool
parse_word(char *word, struct arena *arena, struct jail_profile *profile, struct diags *diags)
{
	const char *value;
	if (strcmp(word, "read-only") == 0)
		return profile->read_only = true;
	if ((value = value_of(word, "umask=")))
		return profile->has_umask =
			       profile_check_umask(value, NOWHERE, &profile->umask, diags);
	if ((value = value_of(word, "start=")))
		return profile_check_start(value, NOWHERE, arena, &profile->start, diags);
	if ((value = value_of(word, "log=")))
		return profile_check_log_level(value, NOWHERE, &profile->log_level, diags);
	if (value_of(word, "from="))
		return parse_from(word + strlen("from="), arena, &profile->from, diags);
	return false;
}

bool
profile_parse(const char *text, struct arena *arena, struct jail_profile *ret_profile)
{
	struct jail_profile profile = { 0 };
	struct diags ignored = { .arena = arena };
	char *rest = arena_strdup(arena, text), *word;
	while (rest && *rest) {
		word = strsep(&rest, " ");
		if (!parse_word(word, arena, &profile, &ignored))
			return false;
	}
	if (strcmp(profile_text(&profile, arena), text) != 0)
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
