/*
 * field.c - see field.h. The counterpart of core/model/account.c's table of parsers.
 */
#include "exporters/field.h"

#include <string.h>
#include <time.h>

static const char *
joined(const struct string_list *list, char separator, struct arena *arena)
{
	AUTO_BUFFER struct buffer text = { 0 };
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			buffer_add_char(&text, separator);
		buffer_add_text(&text, list->items[i]);
	}
	return arena_strdup(arena, buffer_text(&text));
}

static const char *
date_text(int64_t day, struct arena *arena)
{
	enum { SECONDS_PER_DAY = 24 * 60 * 60 };
	if (day == ACCOUNT_NEVER)
		return "never";
	time_t seconds = (time_t)day * SECONDS_PER_DAY;
	struct tm date = { 0 };
	gmtime_r(&seconds, &date);
	return arena_printf(
		arena, "%04d-%02d-%02d", date.tm_year + 1900, date.tm_mon + 1, date.tm_mday);
}

static const char *
state_text(enum account_state state)
{
	switch (state) {
	case ACCOUNT_ACTIVE:
		return "active";
	case ACCOUNT_DISABLED:
		return "disabled";
	case ACCOUNT_LEFT:
		return "left";
	case ACCOUNT_STAGED:
		return "staged";
	}
	return "";
}

/* The 13 letters of DES could be a plaintext: what reads them wants to be told. */
static const char *
marked_hash(const char *hash, struct arena *arena)
{
	enum { DES_LENGTH = 13 };
	bool is_des = hash && strlen(hash) == DES_LENGTH && *hash != '$';
	return is_des ? arena_printf(arena, "{CRYPT}%s", hash) : hash;
}

const char *
field_text(const struct account *account, enum account_field field, struct arena *arena)
{
	switch (field) {
	case ACCOUNT_KEY:
		return account->key;
	case ACCOUNT_USERNAME:
		return account->username;
	case ACCOUNT_FULL_NAME:
		return account->full_name;
	case ACCOUNT_EMAIL:
		return account->email;
	case ACCOUNT_UID:
		return arena_printf(arena, "%u", (unsigned)account->uid);
	case ACCOUNT_PASSWORD:
		return account->password;
	case ACCOUNT_PASSWORD_HASH:
		return marked_hash(account->password_hash, arena);
	case ACCOUNT_SSH_KEYS:
		return joined(&account->ssh_keys, '\n', arena);
	case ACCOUNT_GROUPS:
		return joined(&account->groups, ' ', arena);
	case ACCOUNT_LAYOUT:
		return account->layout;
	case ACCOUNT_FOLDERS:
		return folder_list_text(&account->folders, arena);
	case ACCOUNT_HOME:
		return account->home;
	case ACCOUNT_SHELL:
		return account->shell;
	case ACCOUNT_EXPIRES:
		return date_text(account->expires, arena);
	case ACCOUNT_STATE:
		return state_text(account->state);
	case ACCOUNT_PROFILE:
		return profile_text(&account->profile, arena);
	case ACCOUNT_FIELDS:
		break;
	}
	return "";
}

bool
field_is_written(
	const struct export_job *job, const struct account *account, enum account_field field)
{
	bool secret = field == ACCOUNT_PASSWORD || field == ACCOUNT_PASSWORD_HASH;
	/* An old server's limits make one that no field gave. */
	if (field == ACCOUNT_PROFILE)
		return !profile_is_empty(&account->profile);
	return account_has(account, field) && (!secret || job->with_secrets);
}

/* The text of a list holds all its items. */
static bool
is_utf8(const char *text)
{
	return !text || text_is_utf8(text, strlen(text));
}

bool
field_check_utf8(const struct export_job *job, const struct account *account)
{
	bool good = true;
	for (unsigned field = 0; field < ACCOUNT_FIELDS; field++) {
		if (!field_is_written(job, account, field) ||
			is_utf8(field_text(account, field, job->arena)))
			continue;
		good = diag_error(job->diags, account->place,
			"'%s' is not UTF-8, which this format must be", account_field_name(field));
		diag_user(job->diags, account->username);
		diag_hint(job->diags, "Rename it on the machine that it comes from.");
	}
	return good;
}
