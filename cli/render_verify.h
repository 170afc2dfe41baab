/*
 * render_verify.h - what verify, status and doctor found.
 */
#ifndef REHOME_CLI_RENDER_VERIFY_H
#define REHOME_CLI_RENDER_VERIFY_H

#include "cli/json.h"
#include "cli/paint.h"
#include "core/plan/verify.h"

/* Up to here accounts without fault are listed unasked. */
enum { FEW_ACCOUNTS = 20 };

struct render_verify_options {
	bool brief; /* only those with faults */
	bool all;   /* every one, however many there are that are alike */
};

/*
 * Each account with what was found, faults first; of very many the first few of each kind. Then the
 * totals. With paint->plain a record for
 * each finding, and one for an account without: state, login, home, code, message, hint.
 */
void render_verification(const struct paint *paint, const struct verification *verification,
	const struct render_verify_options *options);

/* Members of an object that the caller opens and closes. */
void render_account_json(struct json_writer *json, const struct verified_account *account);

/* "Not checked: a; b." or nothing. */
void render_not_checked(const struct paint *paint, const struct string_list *not_checked);

/* Accounts with at least one error. */
size_t verification_faults(const struct verification *verification);

#endif
