/*
 * render_verify.c - accounts and their faults; see render_verify.h.
 *
 *	  ok       matteo     /home/matteo
 *	  fault    anna       /home/anna
 *	      error    /home/anna: mode 0775 is group-writable (jail-mode)
 *	      hint     Run: chmod g-w /home/anna
 */
#include "cli/render_verify.h"

#include "cli/alike.h"

enum {
	MANY_ACCOUNTS = 50, /* with more than these to show, only some of each kind are */
	FEW_ALIKE = 10,
	STATE_WIDTH = 9,
	LOGIN_MIN_WIDTH = 11,
	ACCOUNT_HANG = 11,
	REST_HANG = 8,
	PROSE_HANG = 2,
};

size_t
verification_faults(const struct verification *verification)
{
	size_t faults = 0;
	ARRAY_FOREACH (account, &verification->accounts)
		faults += account->findings.errors > 0;
	return faults;
}

/* In the order in which they are listed. */
enum state {
	STATE_FAULT,
	STATE_WARNING,
	STATE_OK,
};

static enum state
state_of(const struct verified_account *account)
{
	return account->findings.errors	     ? STATE_FAULT
		: account->findings.warnings ? STATE_WARNING
					     : STATE_OK;
}

static void
add_state(const struct paint *paint, enum state state)
{
	static const struct {
		const char *name;
		enum color color;
	} states[] = {
		[STATE_FAULT] = { "fault", COLOR_RED },
		[STATE_WARNING] = { "warning", COLOR_YELLOW },
		[STATE_OK] = { "ok", COLOR_GREEN },
	};
	buffer_add_text(paint->out, "  ");
	paint_column(paint, states[state].color, states[state].name, STATE_WIDTH);
}

static void
add_account(const struct paint *paint, const struct verified_account *account, size_t login_width)
{
	size_t start = paint->out->size;
	add_state(paint, state_of(account));
	paint_column(paint, COLOR_BOLD, account->login, login_width);
	paint_text(paint, account->home ? account->home : "-");
	if (!account->managed)
		buffer_add_text(paint->out, "  (not managed)");
	if (!account->open)
		buffer_add_text(paint->out, "  (cannot log in)");
	buffer_add_char(paint->out, '\n');
	paint_fit(paint, start, ACCOUNT_HANG);
	ARRAY_FOREACH (diag, &account->findings)
		paint_finding(paint, diag, NULL, true);
}

void
render_not_checked(const struct paint *paint, const struct string_list *not_checked)
{
	if (!not_checked->count)
		return;
	if (paint->out->size)
		buffer_add_char(paint->out, '\n');
	size_t start = paint->out->size;
	buffer_add_text(paint->out, "Not checked: ");
	ARRAY_FOREACH (item, not_checked) {
		if (item != not_checked->items)
			buffer_add_text(paint->out, "; ");
		paint_text(paint, *item);
	}
	buffer_add_text(paint->out, ".\n");
	paint_fit(paint, start, PROSE_HANG);
}

static size_t
login_width(const struct paint *paint, const struct verification *verification)
{
	size_t width = LOGIN_MIN_WIDTH;
	ARRAY_FOREACH (account, &verification->accounts) {
		size_t login = paint_width(paint, account->login) + 2;
		width = login > width ? login : width;
	}
	return width;
}

/* ---- very many with the same faults ---- */

/* What an account is listed for; warnings only where there are no faults. */
static const char *
codes_of(const struct verified_account *account, struct arena *arena)
{
	struct string_list codes = { 0 };
	AUTO_BUFFER struct buffer text = { 0 };
	enum diag_level level = account->findings.errors ? DIAG_ERROR : DIAG_WARNING;
	ARRAY_FOREACH (diag, &account->findings) {
		const char *code = diag->code ? diag->code : diag->message;
		if (diag->level != level || string_list_has(&codes, code))
			continue;
		buffer_printf(&text, "%s%s", codes.count ? ", " : "", code);
		string_list_push(arena, &codes, code);
	}
	return arena_strdup(arena, buffer_text(&text));
}

/* "... and 990 more with jail-writable, user110 to user999; --all lists them" */
static void
add_rest(const struct paint *paint, const struct alike *alike)
{
	const struct verified_account *first = alike->items[FEW_ALIKE];
	const struct verified_account *last = alike->items[alike->count - 1];
	size_t left = alike->count - FEW_ALIKE, start = paint->out->size;
	buffer_printf(paint->out, "    ... and %zu more with ", left);
	paint_text(paint, alike->kind);
	buffer_add_text(paint->out, ", ");
	alike_range(paint, first->login, last->login, left);
	buffer_add_text(paint->out, "; --all lists them\n");
	paint_fit(paint, start, REST_HANG);
}

/* The first few of each kind. */
static void
add_kinds(const struct paint *paint, const struct verification *verification, enum state state)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct alike_list kinds;
	size_t width = login_width(paint, verification);
	alike_init(&kinds, &arena);
	ARRAY_FOREACH (account, &verification->accounts) {
		if (state_of(account) == state)
			alike_add(&kinds, codes_of(account, &arena), account);
	}
	ARRAY_FOREACH (item, &kinds) {
		const struct alike *alike = *item;
		for (size_t i = 0; i < alike->count && i < FEW_ALIKE; i++)
			add_account(paint, alike->items[i], width);
		if (alike->count > FEW_ALIKE)
			add_rest(paint, alike);
	}
}

/* ---- all accounts ---- */

/* Returns how many there are. */
static size_t
add_accounts(const struct paint *paint, const struct verification *verification, enum state state,
	bool listed)
{
	size_t count = 0, width = login_width(paint, verification);
	ARRAY_FOREACH (account, &verification->accounts) {
		if (state_of(account) != state)
			continue;
		count++;
		if (listed)
			add_account(paint, account, width);
	}
	return count;
}

static void
add_record(
	const struct paint *paint, const struct verified_account *account, const struct diag *diag)
{
	static const char *const states[] = {
		[DIAG_NOTE] = "ok",
		[DIAG_WARNING] = "warning",
		[DIAG_ERROR] = "fault",
	};
	const char *const fields[] = {
		diag ? states[diag->level] : "ok",
		account->login,
		account->home,
		diag ? diag->code : NULL,
		diag ? diag->message : NULL,
		diag ? diag->hint : NULL,
	};
	paint_record(paint, fields, ARRAY_LEN(fields));
}

static void
add_records(const struct paint *paint, const struct verification *verification, bool brief)
{
	ARRAY_FOREACH (account, &verification->accounts) {
		ARRAY_FOREACH (diag, &account->findings) {
			if (!brief || diag->level == DIAG_ERROR)
				add_record(paint, account, diag);
		}
		if (!brief && !account->findings.count)
			add_record(paint, account, NULL);
	}
}

/* Those with something to tell. Returns how many there are. */
static size_t
add_told(const struct paint *paint, const struct verification *verification, enum state state,
	bool all)
{
	size_t count = add_accounts(paint, verification, state, false);
	if (count > MANY_ACCOUNTS && !all)
		add_kinds(paint, verification, state);
	else
		add_accounts(paint, verification, state, true);
	return count;
}

void
render_verification(const struct paint *paint, const struct verification *verification,
	const struct render_verify_options *options)
{
	size_t count = verification->accounts.count;
	bool listed = options->all || count <= FEW_ACCOUNTS;
	if (paint->plain) {
		add_records(paint, verification, options->brief);
		return;
	}
	size_t faults = add_told(paint, verification, STATE_FAULT, options->all);
	if (!options->brief) {
		add_told(paint, verification, STATE_WARNING, options->all);
		size_t sound = add_accounts(paint, verification, STATE_OK, listed);
		if (sound && !listed) {
			add_state(paint, STATE_OK);
			buffer_printf(paint->out, "%zu %s; --all lists them\n", sound,
				sound == 1 ? "account" : "accounts");
		}
		render_not_checked(paint, &verification->not_checked);
	}
	buffer_printf(paint->out, "%sVerified: %zu %s, %zu with faults.\n",
		count && !options->brief ? "\n" : "", count, count == 1 ? "account" : "accounts",
		faults);
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
