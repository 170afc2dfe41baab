/*
 * entry_state.c - whether an account works, and until when.
 *
 * Disabled is one that any of these says to be:
 *	nsAccountLock TRUE		389 Directory Server, FreeIPA
 *	loginDisabled TRUE		eDirectory
 *	pwdAccountLockedTime		draft-behera-ldap-password-policy 5.3.3: 000001010000Z is
 *					locked for good; another time, by wrong passwords since
 *					then, until somebody lifts it or after the policy's
 *					pwdLockoutDuration (option lockout_seconds)
 *	pwdStartTime in the future, pwdEndTime in the past	the same, 5.3.9 and 5.3.10
 *	userAccountControl 0x2		MS-ADTS 2.2.16, ADS_UF_ACCOUNTDISABLE
 *	msDS-User-Account-Control-Computed 0x10		MS-ADTS 3.1.1.4.5.17, locked out now
 *	an end (below) that has come
 *
 * The end of an account is the earliest of shadowExpire (shadow(5): days, -1 never),
 * krbPrincipalExpiration (MIT Kerberos), loginExpirationTime (eDirectory), pwdEndTime, and
 * accountExpires (MS-ADTS 2.2.18 and MS-ADA1 2.1: 100 ns since 1601; 0 and 2^63-1 never).
 * Times of a day become the day after, since shadow knows days only. "never" is said only by who
 * could have said otherwise: an entry of class shadowAccount, or of Active Directory. Where no
 * attribute speaks of it an expiry that was set here is left alone.
 */
#include "importers/ldap/entry_internal.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "importers/ldap/value.h"

enum {
	SECONDS_A_DAY = 24 * 60 * 60,
	UAC_DISABLED = 0x2,
	UAC_LOCKED_OUT = 0x10,
};
static const int64_t filetime_unix = 11644473600; /* seconds from 1601 to 1970 */
static const int64_t filetime_second = 10000000;  /* units of 100 ns */
static const int64_t latest = 253402300799;	  /* the end of year 9999 */

struct state {
	struct entry_reading *reading;
	const char *disabled_by; /* attribute; NULL = active */
	const char *ends_by;	 /* attribute; NULL = nothing was said */
	bool never;		 /* that attribute says that there is no end */
	int64_t ends;		 /* since 1970 */
};

static void
disable(struct state *state, const char *attribute)
{
	if (!state->disabled_by)
		state->disabled_by = attribute;
}

static void
end_at(struct state *state, const char *attribute, int64_t seconds)
{
	if (state->ends_by && !state->never && state->ends <= seconds)
		return;
	state->ends_by = attribute;
	state->ends = seconds;
	state->never = false;
}

static void
end_never(struct state *state, const char *attribute)
{
	if (state->ends_by)
		return;
	state->ends_by = attribute;
	state->never = true;
}

/* ---- values ---- */

static void
read_lock(struct state *state, const char *attribute)
{
	struct bytes value;
	bool locked;
	if (!entry_value(state->reading, attribute, &value))
		return;
	if (!value_boolean(value, &locked))
		entry_fault(state->reading, attribute, "is neither TRUE nor FALSE",
			"Correct it in the directory.");
	else if (locked)
		disable(state, attribute);
}

static bool
read_time(struct state *state, const char *attribute, int64_t *ret_seconds)
{
	struct bytes value;
	if (!entry_value(state->reading, attribute, &value))
		return false;
	if (value_time(value, ret_seconds))
		return true;
	entry_fault(state->reading, attribute, "is no time",
		"Write it like 20271231235959Z (RFC 4517).");
	return false;
}

static void
read_lockout(struct state *state)
{
	static const char attribute[] = "pwdAccountLockedTime";
	static const char for_good[] = "000001010000";
	const struct entry_reader *reader = state->reading->reader;
	struct bytes value;
	int64_t since;
	if (!entry_value(state->reading, attribute, &value))
		return;
	if (value.size >= strlen(for_good) && memcmp(value.data, for_good, strlen(for_good)) == 0)
		disable(state, attribute);
	else if (read_time(state, attribute, &since) &&
		(!reader->lockout || since > reader->now - (int64_t)reader->lockout))
		disable(state, attribute);
}

static void
read_validity(struct state *state)
{
	int64_t seconds;
	if (read_time(state, "pwdStartTime", &seconds) && seconds > state->reading->reader->now)
		disable(state, "pwdStartTime");
	if (read_time(state, "pwdEndTime", &seconds))
		end_at(state, "pwdEndTime", seconds);
	if (read_time(state, "krbPrincipalExpiration", &seconds))
		end_at(state, "krbPrincipalExpiration", seconds);
	if (read_time(state, "loginExpirationTime", &seconds))
		end_at(state, "loginExpirationTime", seconds);
}

static bool
has_class(struct entry_reading *reading, const char *name)
{
	size_t count;
	const struct bytes *values = entry_values(reading, "objectClass", &count);
	for (size_t i = 0; i < count; i++) {
		if (values[i].size == strlen(name) &&
			strncasecmp(values[i].data, name, values[i].size) == 0)
			return true;
	}
	return false;
}

static void
read_shadow(struct state *state)
{
	static const char attribute[] = "shadowExpire";
	struct bytes value;
	int64_t days;
	if (!entry_value(state->reading, attribute, &value)) {
		if (has_class(state->reading, "shadowAccount"))
			end_never(state, attribute);
	} else if (entry_number(state->reading, attribute, -1, latest / SECONDS_A_DAY, &days)) {
		if (days < 0)
			end_never(state, attribute);
		else
			end_at(state, attribute, days * SECONDS_A_DAY);
	}
}

/* ---- Active Directory ---- */

static void
read_control(struct state *state, const char *attribute, int64_t flag)
{
	int64_t flags;
	/* 32 bits, whose highest is the sign. */
	if (entry_number(state->reading, attribute, INT32_MIN, UINT32_MAX, &flags) && flags & flag)
		disable(state, attribute);
}

static void
read_filetime(struct state *state)
{
	static const char attribute[] = "accountExpires";
	int64_t when;
	if (!entry_number(state->reading, attribute, 0, INT64_MAX, &when))
		return;
	int64_t seconds = when / filetime_second - filetime_unix;
	if (when == 0 || seconds > latest)
		end_never(state, attribute);
	else
		end_at(state, attribute, seconds);
}

/* ---- the columns ---- */

/* The first day on which it no longer works; days before 1970-01-02 are for nobody. */
static const char *
end_words(const struct state *state)
{
	time_t day = (state->ends + SECONDS_A_DAY - 1) / SECONDS_A_DAY * SECONDS_A_DAY;
	struct tm date;
	char text[sizeof("2027-12-31")];
	if (state->never)
		return "never";
	if (day < SECONDS_A_DAY)
		day = SECONDS_A_DAY;
	if (!gmtime_r(&day, &date) || !strftime(text, sizeof(text), "%Y-%m-%d", &date))
		return "never"; /* the year 10000 */
	return arena_strdup(state->reading->row, text);
}

/* Hidden from us, it would open everybody who is disabled. */
static void
check_told(struct entry_reading *reading)
{
	const char *attribute = reading->reader->profile->state;
	size_t count;
	if (attribute && !entry_values(reading, attribute, &count))
		entry_fault(reading, attribute,
			"is missing or not readable, so nobody knows whether the account is "
			"disabled",
			"Let the account that asks the server read it.");
}

void
entry_add_state(struct entry_reading *reading)
{
	struct state state = { .reading = reading };
	check_told(reading);
	read_lock(&state, "nsAccountLock");
	read_lock(&state, "loginDisabled");
	read_lockout(&state);
	read_validity(&state);
	read_shadow(&state);
	read_control(&state, "userAccountControl", UAC_DISABLED);
	read_control(&state, "msDS-User-Account-Control-Computed", UAC_LOCKED_OUT);
	read_filetime(&state);
	if (state.ends_by && !state.never && state.ends <= reading->reader->now)
		disable(&state, state.ends_by);
	entry_add(reading, "account_state", state.disabled_by ? "disabled" : "active",
		state.disabled_by ? state.disabled_by : "account_state", NULL);
	if (state.ends_by)
		entry_add(reading, "account_expires", end_words(&state), state.ends_by, NULL);
}
