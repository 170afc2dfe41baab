/*
 * render_verify.c - accounts and their faults; see render_verify.h.
 *
 *	  ok       matteo     /home/matteo
 *	  fault    anna       /home/anna
 *	      error    /home/anna: mode 0775 is group-writable (jail-mode)
 *	      hint     Run: chmod g-w /home/anna
 */
#include "cli/render_verify.h"

enum { STATE_WIDTH = 9, LOGIN_MIN_WIDTH = 11 };

size_t
verification_faults(const struct verification *verification)
{
	size_t faults = 0;
	ARRAY_FOREACH (account, &verification->accounts)
		faults += account->findings.errors > 0;
	return faults;
}

static void
add_account(const struct paint *paint, const struct verified_account *account, size_t login_width)
{
	const char *state = account->findings.errors ? "fault"
		: account->findings.warnings	     ? "warning"
						     : "ok";
	enum color color = account->findings.errors ? COLOR_RED
		: account->findings.warnings	    ? COLOR_YELLOW
						    : COLOR_GREEN;
	buffer_add_text(paint->out, "  ");
	paint_column(paint, color, state, STATE_WIDTH);
	paint_column(paint, COLOR_BOLD, account->login, login_width);
	paint_text(paint, account->home ? account->home : "-");
	if (!account->managed)
		buffer_add_text(paint->out, "  (not managed)");
	if (!account->open)
		buffer_add_text(paint->out, "  (cannot log in)");
	buffer_add_char(paint->out, '\n');
	ARRAY_FOREACH (diag, &account->findings)
		paint_finding(paint, diag, NULL, true);
}

void
render_not_checked(const struct paint *paint, const struct string_list *not_checked)
{
	if (!not_checked->count)
		return;
	buffer_add_text(paint->out, paint->out->size ? "\nNot checked: " : "Not checked: ");
	ARRAY_FOREACH (item, not_checked) {
		if (item != not_checked->items)
			buffer_add_text(paint->out, "; ");
		paint_text(paint, *item);
	}
	buffer_add_text(paint->out, ".\n");
}

void
render_verification(const struct paint *paint, const struct verification *verification, bool brief)
{
	size_t width = LOGIN_MIN_WIDTH, faults = verification_faults(verification);
	size_t count = verification->accounts.count;
	ARRAY_FOREACH (account, &verification->accounts) {
		size_t login = paint_width(account->login) + 2;
		width = login > width ? login : width;
	}
	ARRAY_FOREACH (account, &verification->accounts) {
		if (!brief || account->findings.errors)
			add_account(paint, account, width);
	}
	if (!brief)
		render_not_checked(paint, &verification->not_checked);
	buffer_printf(paint->out, "%sVerified: %zu %s, %zu with faults.\n",
		count && !brief ? "\n" : "", count, count == 1 ? "account" : "accounts", faults);
}

void
render_account_json(struct json_writer *json, const struct verified_account *account)
{
	json_write_text(json, "user", account->login);
	json_write_text(json, "home", account->home);
	json_write_flag(json, "managed", account->managed);
	json_write_flag(json, "open", account->open);
	json_write_flag(json, "ok", !account->findings.errors);
	json_findings(json, &account->findings);
}
