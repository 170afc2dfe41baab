/*
 * pam_unix_module.c - pam_unix: the passwords of passwd and shadow, and when they end.
 *
 * An account without a password takes every one where "nullok" is said: the module answers before
 * it looks at what was typed.
 */
#include "importers/old/pam_module.h"

#include <string.h>

/* Options are recognised by their beginning. */
static bool
has_option(const struct pam_handler *handler, const char *option)
{
	return pam_argument(handler, option) != NULL;
}

/* Behind the 13 letters of a DES hash, other letters than its own are the age of HP-UX. */
static const char *
without_age(const char *hash, struct arena *arena)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./";
	if (hash[0] == '$' || strlen(hash) <= 13)
		return hash;
	return arena_strndup(arena, hash, 13 + strspn(hash + 13, letters));
}

static const struct old_shadow *
shadow_of(const struct pam_attempt *attempt)
{
	if (strcmp(attempt->account->password, "x") != 0)
		return NULL;
	return old_unix_shadow(attempt->pam->accounts, attempt->user);
}

static struct place
hash_place(const struct pam_attempt *attempt)
{
	const struct old_shadow *shadow = shadow_of(attempt);
	return shadow ? shadow->where : attempt->account->where;
}

/* NULL = no account, or none with a password field that can be read. */
static const char *
hash_of(const struct pam_attempt *attempt)
{
	if (!attempt->account)
		return NULL;
	const char *hash = old_unix_hash(attempt->pam->accounts, attempt->account);
	return hash ? without_age(hash, attempt->arena) : NULL;
}

/* "nullok_secure" begins with "nullok" and is as good, where it is not an option of its own. */
static bool
nullok(const struct pam_attempt *attempt, const struct pam_handler *handler)
{
	if (attempt->pam->caller & OLD_PAM_NO_EMPTY)
		return false;
	ARRAY_FOREACH (argument, &handler->arguments)
		if (strncmp(*argument, "nullok", 6) == 0 &&
			!(attempt->pam->secure_needs_tty &&
				strcmp(*argument, "nullok_secure") == 0))
			return true;
	return false;
}

static enum pam_code
refuse_password(struct pam_attempt *attempt, const char *hash)
{
	struct place place = hash_place(attempt);
	if (hash[0] == '!' || hash[0] == '*')
		return pam_say_no(attempt, PAM_AUTH_ERR, place, "its password is locked");
	if (!hash[0])
		return pam_say_no(
			attempt, PAM_AUTH_ERR, place, "it has no password, and one is wanted");
	if (!crypt_can_return(hash))
		return pam_say_no(attempt, PAM_AUTH_ERR, place,
			"what it has as a password is no hash of crypt(3)");
	return pam_say_no(attempt, PAM_AUTH_ERR, place, "wrong password");
}

static enum pam_code
verify(struct pam_attempt *attempt, const struct pam_handler *handler)
{
	if (attempt->user[0] == '-' || attempt->user[0] == '+')
		return pam_say_no(attempt, PAM_USER_UNKNOWN, handler->where,
			"pam_unix takes no names that begin with - or +");
	const char *hash = hash_of(attempt);
	if (hash && !hash[0] && nullok(attempt, handler))
		return PAM_SUCCESS;
	if (has_option(handler, "use_first_pass") && !attempt->has_password)
		return pam_say_no(attempt, PAM_AUTH_ERR, handler->where,
			"use_first_pass, and no module before has asked for a password");
	attempt->has_password = true;
	if (!attempt->account)
		return pam_unknown_user(attempt);
	if (!hash)
		return pam_say_no(attempt, PAM_AUTHINFO_UNAVAIL, attempt->account->where,
			"there is no line in /etc/shadow");
	return pam_fits_hash(attempt, hash) ? PAM_SUCCESS : refuse_password(attempt, hash);
}

static enum pam_code
authenticate(struct pam_attempt *attempt, const struct pam_handler *handler)
{
	enum pam_code code = verify(attempt, handler);
	attempt->unix_verified = code == PAM_SUCCESS;
	return code;
}

/* shadow(5)'s ages, in the order in which the module looks at them. */
static enum pam_code
judge_age(struct pam_attempt *attempt, const struct old_shadow *shadow)
{
	int64_t age = attempt->today - shadow->changed;
	if (shadow->expires != -1 && attempt->today >= shadow->expires)
		return pam_say_no(attempt, PAM_ACCT_EXPIRED, shadow->where, "it has expired");
	if (shadow->changed == 0)
		return pam_say_no(attempt, PAM_NEW_AUTHTOK_REQD, shadow->where,
			"the password has to be changed first");
	if (age < 0 || shadow->max == -1 || age <= shadow->max)
		return PAM_SUCCESS;
	if (shadow->inactive != -1 && age > shadow->inactive &&
		age > shadow->max + shadow->inactive)
		return pam_say_no(attempt, PAM_AUTHTOK_EXPIRED, shadow->where,
			"the password has expired, too long ago");
	return pam_say_no(attempt, PAM_NEW_AUTHTOK_REQD, shadow->where, "the password has expired");
}

static enum pam_code
manage(struct pam_attempt *attempt, const struct pam_handler *handler)
{
	if (!attempt->account)
		return pam_unknown_user(attempt);
	const struct old_shadow *shadow = shadow_of(attempt);
	if (!shadow && strcmp(attempt->account->password, "x") == 0) {
		if (has_option(handler, "broken_shadow"))
			return PAM_SUCCESS;
		return pam_say_no(attempt, PAM_AUTHINFO_UNAVAIL, attempt->account->where,
			"there is no line in /etc/shadow");
	}
	enum pam_code code = shadow ? judge_age(attempt, shadow) : PAM_SUCCESS;
	if (has_option(handler, "no_pass_expiry") && !attempt->unix_verified &&
		(code == PAM_NEW_AUTHTOK_REQD || code == PAM_AUTHTOK_EXPIRED))
		return PAM_SUCCESS;
	return code;
}

static void
add_secret(
	struct pam_attempt *attempt, const struct pam_handler *handler, struct old_login *ret_login)
{
	(void)handler;
	const char *hash = hash_of(attempt);
	if (hash && crypt_can_return(hash))
		old_login_add_way(
			ret_login, OLD_PASSWORD_CRYPT, hash, hash_place(attempt), attempt->arena);
}

const struct pam_module pam_unix_module = {
	.name = "pam_unix",
	.call = { authenticate, manage },
	.fixed = { 0, 0, PAM_SUCCESS },
	/* Whatever it said to the password. */
	.setcred = PAM_SUCCESS,
	.secrets = add_secret,
};
