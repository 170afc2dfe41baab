/*
 * verify_login.c - could it log in: password, ageing, expiry.
 *
 * With UsePAM the account's ageing binds key logins as well: sshd accepts the key and closes the
 * session, since SFTP has no way to ask for a new password. A locked password binds nobody who has
 * a key. Only the expiry date closes an account (shadow(5), field 8): one that is not as rehome set
 * it has been opened or closed behind its back.
 */
#include <string.h>

#include "core/base/text.h"
#include "core/plan/verify_internal.h"

/* chage(1) writes this for "never". */
#define NO_MAXIMUM 99999

static struct place
at_shadow(const struct subject *subject, size_t field)
{
	return verify_at_line(ACCOUNTDB_SHADOW, subject->shadow, field);
}

/* A number of days; -1 for an empty field and for what tools write for "none". */
static bool
parse_days(const char *text, int64_t *ret_days)
{
	unsigned long long days = 0;
	*ret_days = -1;
	if (!*text || (*text == '-' && text_number(text + 1, INT32_MAX, &days)))
		return true;
	if (!text_number(text, INT32_MAX, &days))
		return false;
	*ret_days = (int64_t)days;
	return true;
}

static bool
read_days(struct subject *subject, size_t field, int64_t *ret_days)
{
	if (parse_days(accountdb_field(subject->shadow, field), ret_days))
		return true;
	finding_error(&subject->account.findings, "shadow-field", at_shadow(subject, field),
		"field '%s' is no number: libc does not see the line, and PAM refuses every login",
		accountdb_field_name(ACCOUNTDB_SHADOW, field));
	return false;
}

/* 0 and 1 are what tools write to close an account; they are no dates. */
static bool
is_disabled(int64_t expires)
{
	return expires == 0 || expires == 1;
}

static const char *
expiry_words(int64_t expires, struct arena *arena)
{
	const char *date = expires < 0 ? "never" : verify_date(expires, arena);
	return is_disabled(expires) ? arena_printf(arena, "%s (disabled)", date) : date;
}

/* False after a finding. */
static bool
expiry_is_as_given(struct verifier *verifier, struct subject *subject, int64_t found)
{
	struct diags *findings = &subject->account.findings;
	const char *remembered = subject->managed ? subject->managed->expires : NULL;
	struct arena *arena = verifier->arena;
	int64_t expected;
	if (!remembered || !parse_days(remembered, &expected) || found == expected)
		return true;
	finding_error(findings, "expires", at_shadow(subject, SHADOW_EXPIRE),
		"expiry %s, expected %s", expiry_words(found, arena),
		expiry_words(expected, arena));
	diag_hint(findings, "Run: %s -E %s %s", verify_tool(verifier, "chage"),
		expected < 0			? "-1"
			: is_disabled(expected) ? remembered
						: verify_date(expected, arena),
		subject->word);
	return false;
}

/* What rehome took with the account, it gives back; what a source closed, it would close again. */
static void
hint_closed(struct verifier *verifier, struct subject *subject)
{
	struct diags *findings = &subject->account.findings;
	const struct managed_account *managed = subject->managed;
	const char *rehome = verify_tool(verifier, "rehome");
	if (!managed || managed->standing.state == MANAGED_ACTIVE)
		diag_hint(findings, "To open it, run: %s -e '' %s",
			verify_tool(verifier, "usermod"), subject->word);
	else if (managed->standing.state == MANAGED_RETIRED)
		diag_hint(findings, "It is retired; to bring it back, run: %s rollback %s %s",
			rehome, managed->standing.run, subject->word);
	else if (managed->standing.by_hand)
		diag_hint(findings, "It is disabled; to open it, run: %s enable %s", rehome,
			subject->word);
	else
		diag_hint(findings, "Source '%s' closed it, and opens it.", managed->source);
}

static void
verify_expiry(struct verifier *verifier, struct subject *subject)
{
	int64_t expires;
	if (!read_days(subject, SHADOW_EXPIRE, &expires))
		return;
	subject->expired = expires >= 0 && expires <= verifier->today;
	if (!expiry_is_as_given(verifier, subject, expires) || !subject->expired)
		return;
	if (is_disabled(expires) && subject->managed &&
		subject->managed->standing.state == MANAGED_STAGED) {
		finding_note(&subject->account.findings, "staged",
			at_shadow(subject, SHADOW_EXPIRE), "staged: closed until it is activated");
		diag_hint(&subject->account.findings, "To open it, run: %s activate %s",
			verify_tool(verifier, "rehome"), subject->word);
		return;
	}
	finding_warning(&subject->account.findings, "closed", at_shadow(subject, SHADOW_EXPIRE),
		"closed: the account %s%s", is_disabled(expires) ? "is expired" : "expired on ",
		is_disabled(expires) ? "" : verify_date(expires, verifier->arena));
	hint_closed(verifier, subject);
}

static void
verify_password(struct verifier *verifier, struct subject *subject)
{
	struct diags *findings = &subject->account.findings;
	const char *hash = accountdb_field(subject->shadow, SHADOW_HASH);
	struct place place = at_shadow(subject, SHADOW_HASH);

	size_t marks = strspn(hash, "!*");
	if (!*hash) {
		finding_error(findings, "password-empty", place,
			"the password is empty: whoever knows the name may be let in");
		diag_hint(findings, "Run: %s -p '*' %s", verify_tool(verifier, "usermod"),
			subject->word);
	} else if (marks == 0) {
		subject->has_password = true;
	} else if (hash[marks] && subject->has_key && !subject->expired) {
		finding_warning(findings, "locked-with-key", place,
			"the password is locked, but login by key still works");
		diag_hint(findings, "To close the account, run: %s -e 1 %s",
			verify_tool(verifier, "usermod"), subject->word);
	}
}

static void
report_ageing(struct verifier *verifier, struct subject *subject, int64_t changed, int64_t maximum)
{
	struct diags *findings = &subject->account.findings;

	const char *until = verify_date(changed + maximum, verifier->arena);
	if (changed == 0) {
		finding_error(findings, "password-change-forced",
			at_shadow(subject, SHADOW_CHANGED),
			"a new password is demanded at login, which SFTP cannot do: every login "
			"ends at once");
		diag_hint(findings, "Run: %s -d \"$(date +%%F)\" %s",
			verify_tool(verifier, "chage"), subject->word);
		return;
	}
	if (changed + maximum < verifier->today)
		finding_error(findings, "password-aged", at_shadow(subject, SHADOW_MAX),
			"the password aged out on %s, and SFTP cannot change it: every login ends "
			"at once",
			until);
	else
		finding_warning(findings, "password-ages", at_shadow(subject, SHADOW_MAX),
			"the password ages out on %s, and SFTP cannot change it: then every login "
			"ends at once",
			until);
	diag_hint(findings, "Run: %s -M -1 %s", verify_tool(verifier, "chage"), subject->word);
}

static void
verify_ageing(struct verifier *verifier, struct subject *subject)
{
	int64_t changed, maximum;
	if (!read_days(subject, SHADOW_CHANGED, &changed) ||
		!read_days(subject, SHADOW_MAX, &maximum))
		return;
	bool ages =
		changed > 0 && changed <= verifier->today && maximum >= 0 && maximum < NO_MAXIMUM;
	if (changed == 0 || ages)
		report_ageing(verifier, subject, changed, maximum);
}

void
verify_login(struct verifier *verifier, struct subject *subject)
{
	if (subject->shadow) {
		verify_expiry(verifier, subject);
		verify_password(verifier, subject);
		verify_ageing(verifier, subject);
	}
	if (subject->has_password || subject->has_key || subject->expired)
		return;
	finding_warning(&subject->account.findings, "cannot-log-in", NOWHERE,
		"cannot log in: neither password nor key");
	if (subject->managed)
		diag_hint(&subject->account.findings, "Run: %s credentials %s --password",
			verify_tool(verifier, "rehome"), subject->word);
}
