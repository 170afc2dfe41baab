/*
 * directory_list.c - a listing, page by page, and whether it is whole.
 *
 *	ask for a page ──▶ entry* reference* ──▶ result ──▶ success, cookie ──▶ ask for the next
 *	                                           │
 *	                                           ├─▶ success, no cookie: complete
 *	                                           └─▶ anything else: what was listed counts,
 *	                                               nobody is missing
 *
 * Messages are taken one at a time and given back before the next: what waits, waits in the socket.
 * Every doubt makes a listing incomplete: whoever is not on a complete one has left.
 */
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "importers/ldap/directory_internal.h"

/* Pages in a row without an entry. Active Directory sends such ones while it looks for a rare match
 * for long; so many mean that it goes round in circles. */
#define EMPTY_PAGES 1000

enum page_end {
	PAGE_MORE,
	PAGE_LAST,
	PAGE_CUT,     /* why is known */
	PAGE_REFUSED, /* before the first entry; the error is in diags */
	PAGE_UNKNOWN, /* the server has no pages */
};

struct listing_run {
	struct directory *directory;
	const struct directory_search *search;
	struct directory_listing *listing;
	struct diags *diags;
	char **attributes;
	bool paged;
	struct berval cookie; /* libldap's */
	struct entry_room room;
	char *first_dn;	 /* of the listing */
	char *page_dn;	 /* the first of this page */
	char *before_dn; /* the first of the page before */
	size_t entries_before, empty_pages, references, lost;
	const char *first_reference, *first_lost;
	long long waited; /* for this page, in microseconds */
	int msgid;
};

/* ---- why not ---- */

static const char *
counted(struct arena *arena, size_t count, const char *one, const char *many)
{
	return arena_printf(arena, "%zu %s", count, count == 1 ? one : many);
}

static enum page_end
cut(struct listing_run *run, const char *why)
{
	struct arena *arena = run->directory->arena;
	run->listing->why = arena_printf(arena, "%s after %s", why,
		counted(arena, run->listing->entries, "entry", "entries"));
	return PAGE_CUT;
}

static const char *
search_words(const struct listing_run *run)
{
	static const char *const scopes[] = {
		[DIRECTORY_BASE] = "the entry",
		[DIRECTORY_ONE] = "the children of",
		[DIRECTORY_SUBTREE] = "everything below",
	};
	return arena_printf(run->directory->arena, "%s '%s' (filter %s)",
		scopes[run->search->scope], run->search->base, run->search->filter);
}

static void
hint_bases(const struct directory *directory, struct diags *diags)
{
	const char *names = NULL;
	ARRAY_FOREACH (base, &directory->bases)
		names = names ? arena_printf(directory->arena, "%s, %s", names, *base) : *base;
	if (names)
		diag_hint(diags, "Correct the base; this server has %s.", names);
	else
		diag_hint(diags, "Correct the base.");
}

static void
hint_refusal(const struct directory *directory, int code, struct diags *diags)
{
	if (code == LDAP_NO_SUCH_OBJECT || code == LDAP_INVALID_DN_SYNTAX)
		hint_bases(directory, diags);
	else if (code == LDAP_FILTER_ERROR)
		diag_hint(diags,
			"A filter is like (&(objectClass=person)(ou=press)), every "
			"parenthesis closed.");
	else if (code == LDAP_REFERRAL)
		diag_hint(diags, "Referrals are not followed: name the server that has the base.");
	else if (code == LDAP_INSUFFICIENT_ACCESS || code == LDAP_OPERATIONS_ERROR)
		diag_hint(diags,
			"Whoever is bound must be allowed to read there: set bind_dn and "
			"password_file, or ask the directory's administrator.");
}

static bool
is_limit(int code)
{
	return code == LDAP_SIZELIMIT_EXCEEDED || code == LDAP_TIMELIMIT_EXCEEDED ||
		code == LDAP_ADMINLIMIT_EXCEEDED || code == LDAP_TIMEOUT;
}

/* An error while nothing was listed, a cut listing later. A limit leaves a list, if a short one. */
static enum page_end
fail(struct listing_run *run, int code, const char *said)
{
	const char *words = directory_failure(run->directory, code, said);
	if (run->listing->entries || run->listing->pages || is_limit(code))
		return cut(run, words);
	diag_error(run->diags, directory_place(run->directory), "cannot list %s: %s",
		search_words(run), words);
	hint_refusal(run->directory, code, run->diags);
	return PAGE_REFUSED;
}

/* ---- time ---- */

/* Only what the server takes counts: whoever is handed an entry may ask for its groups first. */
static int
wait_for_message(struct listing_run *run, LDAPMessage **ret_message)
{
	long long limit = run->directory->config->search_timeout * 1000000LL;
	long long left = limit > run->waited ? limit - run->waited : 0;
	struct timeval wait = { .tv_sec = left / 1000000, .tv_usec = left % 1000000 };
	struct timespec before, after;

	clock_gettime(CLOCK_MONOTONIC, &before);
	int type = ldap_result(run->directory->ld, run->msgid, LDAP_MSG_ONE, &wait, ret_message);
	clock_gettime(CLOCK_MONOTONIC, &after);
	run->waited += (after.tv_sec - before.tv_sec) * 1000000LL +
		(after.tv_nsec - before.tv_nsec) / 1000;
	return type;
}

/* ---- entries ---- */

static void
lose_entry(struct listing_run *run)
{
	if (!run->lost++)
		run->first_lost = arena_strdup(run->directory->arena, run->room.entry.dn);
}

static bool
is_over_limit(const struct listing_run *run)
{
	unsigned limit = run->directory->config->size_limit;
	return limit && run->listing->entries == limit;
}

static bool
take_entry(struct listing_run *run, LDAPMessage *message)
{
	if (is_over_limit(run))
		return false;
	if (!directory_read_entry(run->directory, message, &run->room)) {
		lose_entry(run);
		return true;
	}
	if (!run->page_dn)
		run->page_dn = strdup(run->room.entry.dn);
	run->listing->entries++;
	return run->search->entry(run->search->ctx, &run->room.entry);
}

static enum page_end
stopped(struct listing_run *run)
{
	ldap_abandon_ext(run->directory->ld, run->msgid, NULL, NULL);
	return cut(run, is_over_limit(run) ? "the configured size_limit was reached" : "stopped");
}

/* Parts of Active Directory that hold DNS and configuration, never people; every listing of a whole
 * domain names them. */
static bool
is_without_people(const struct directory *directory, const char *uri)
{
	static const char *const parts[] = {
		"DC=ForestDnsZones,",
		"DC=DomainDnsZones,",
		"CN=Configuration,",
	};
	LDAPURLDesc *url = NULL;
	if (!directory->active_directory || ldap_url_parse(uri, &url) != LDAP_URL_SUCCESS)
		return false;
	bool without = false;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		without |= url->lud_dn && strncasecmp(url->lud_dn, parts[i], strlen(parts[i])) == 0;
	ldap_free_urldesc(url);
	return without;
}

static void
take_reference(struct listing_run *run, LDAPMessage *message)
{
	char **uris = NULL;
	int code = ldap_parse_reference(run->directory->ld, message, &uris, NULL, 0);
	const char *uri = code == LDAP_SUCCESS && uris && uris[0] ? uris[0] : "";
	if (!is_without_people(run->directory, uri) && !run->references++)
		run->first_reference = arena_strdup(run->directory->arena, uri);
	ldap_memvfree((void **)uris);
}

/* ---- pages ---- */

static bool
ask_for_page(struct listing_run *run)
{
	struct directory *directory = run->directory;
	int scopes[] = {
		[DIRECTORY_BASE] = LDAP_SCOPE_BASE,
		[DIRECTORY_ONE] = LDAP_SCOPE_ONELEVEL,
		[DIRECTORY_SUBTREE] = LDAP_SCOPE_SUBTREE,
	};
	LDAPControl *pages = NULL;
	unsigned size = directory->config->page_size;
	int code = LDAP_SUCCESS;
	if (run->paged)
		code = ldap_create_page_control(directory->ld,
			size < INT_MAX ? (ber_int_t)size : INT_MAX, &run->cookie, 1, &pages);
	LDAPControl *controls[] = { pages, NULL };
	if (code == LDAP_SUCCESS)
		code = ldap_search_ext(directory->ld, run->search->base, scopes[run->search->scope],
			run->search->filter, run->attributes, 0, controls, NULL, NULL,
			LDAP_NO_LIMIT, &run->msgid);
	ldap_control_free(pages);
	run->waited = 0;
	return code == LDAP_SUCCESS || (fail(run, code, directory_diagnostic(directory)), false);
}

static bool
is_same_dn(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* Whether the server leads in a circle, from page to page. */
static bool
goes_in_circles(struct listing_run *run, const struct berval *cookie)
{
	bool nothing = run->listing->entries == run->entries_before;
	run->empty_pages = nothing ? run->empty_pages + 1 : 0;
	if (nothing)
		return run->empty_pages == EMPTY_PAGES ||
			(cookie->bv_len == run->cookie.bv_len &&
				memcmp(cookie->bv_val, run->cookie.bv_val, cookie->bv_len) == 0);
	return is_same_dn(run->page_dn, run->first_dn) || is_same_dn(run->page_dn, run->before_dn);
}

static void
turn_page(struct listing_run *run, struct berval *cookie)
{
	ber_memfree(run->cookie.bv_val);
	run->cookie = *cookie;
	if (!run->page_dn)
		return;
	free(run->before_dn);
	run->before_dn = run->page_dn;
	run->page_dn = NULL;
	if (!run->first_dn)
		run->first_dn = strdup(run->before_dn);
}

/* After success: more, or the end. */
static enum page_end
read_cookie(struct listing_run *run, LDAPControl **controls)
{
	LDAPControl *control = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
	struct berval cookie = { 0 };
	if (!run->paged)
		return PAGE_LAST;
	if (!control ||
		ldap_parse_pageresponse_control(run->directory->ld, control, NULL, &cookie) !=
			LDAP_SUCCESS)
		return cut(run,
			control ? "the server's place in the pages cannot be read"
				: "the server did not say whether more pages follow");
	if (!cookie.bv_len) {
		ber_memfree(cookie.bv_val);
		return PAGE_LAST;
	}
	bool circle = goes_in_circles(run, &cookie);
	turn_page(run, &cookie);
	return circle ? cut(run, "the server's pages go round in circles") : PAGE_MORE;
}

static enum page_end
end_page(struct listing_run *run, LDAPMessage *message)
{
	int code = LDAP_OTHER;
	char *text = NULL, **referrals = NULL;
	LDAPControl **controls = NULL;
	int parsed = ldap_parse_result(
		run->directory->ld, message, &code, NULL, &text, &referrals, &controls, 0);
	enum page_end end;
	if (parsed != LDAP_SUCCESS)
		end = fail(run, parsed, "the end of a page cannot be read");
	else if (code == LDAP_SUCCESS)
		end = read_cookie(run, controls);
	else if (code == LDAP_UNAVAILABLE_CRITICAL_EXTENSION && run->paged &&
		!run->listing->pages && !run->listing->entries)
		end = PAGE_UNKNOWN;
	else
		end = fail(run, code, referrals && referrals[0] ? referrals[0] : text);
	if (parsed == LDAP_SUCCESS && end != PAGE_UNKNOWN)
		run->listing->pages++;
	ldap_memfree(text);
	ldap_memvfree((void **)referrals);
	ldap_controls_free(controls);
	return end;
}

static enum page_end
lose_connection(struct listing_run *run, int type)
{
	int code = LDAP_TIMEOUT;
	if (type < 0)
		ldap_get_option(run->directory->ld, LDAP_OPT_RESULT_CODE, &code);
	else
		ldap_abandon_ext(run->directory->ld, run->msgid, NULL, NULL);
	return fail(run, code, code == LDAP_SERVER_DOWN ? "the connection was lost" : NULL);
}

static enum page_end
read_page(struct listing_run *run)
{
	run->entries_before = run->listing->entries;
	for (;;) {
		LDAPMessage *message = NULL;
		bool goes_on = true;
		int type = wait_for_message(run, &message);
		if (type <= 0)
			return lose_connection(run, type);
		if (type == LDAP_RES_SEARCH_ENTRY) {
			goes_on = take_entry(run, message);
		} else if (type == LDAP_RES_SEARCH_REFERENCE) {
			take_reference(run, message);
		} else if (type == LDAP_RES_SEARCH_RESULT) {
			enum page_end end = end_page(run, message);
			ldap_msgfree(message);
			return end;
		}
		ldap_msgfree(message);
		if (!goes_on)
			return stopped(run);
	}
}

static enum page_end
read_pages(struct listing_run *run)
{
	enum page_end end = PAGE_MORE;
	while (end == PAGE_MORE) {
		free(run->page_dn);
		run->page_dn = NULL;
		end = ask_for_page(run)	    ? read_page(run)
			: run->listing->why ? PAGE_CUT
					    : PAGE_REFUSED;
	}
	return end;
}

/* ---- the whole ---- */

static void
warn_without_pages(struct listing_run *run)
{
	diag_warning(run->diags, directory_place(run->directory),
		"the server does not offer paged results: everything comes at once or is cut");
}

/* A server that cuts silently does so at such a number. */
static void
warn_of_round_count(struct listing_run *run)
{
	static const size_t round[] = { 100, 200, 250, 500, 1000, 1500, 2000, 5000, 10000 };
	for (size_t i = 0; i < ARRAY_LEN(round); i++) {
		if (run->listing->entries != round[i])
			continue;
		diag_warning(run->diags, directory_place(run->directory),
			"exactly %zu entries came, a usual limit of servers", round[i]);
		diag_hint(run->diags, "Compare it with the directory before anybody is removed.");
	}
}

/* What was met on the way, though the last page came with success. */
static void
doubt(struct listing_run *run)
{
	struct arena *arena = run->directory->arena;
	bool counts = strcmp(run->directory->config->references, "ignore") != 0;
	const char *lost = NULL, *elsewhere = NULL;
	if (run->lost)
		lost = arena_printf(arena, "%s could not be read%s%s",
			counted(arena, run->lost, "entry", "entries"),
			run->first_lost ? ", the first at " : "",
			run->first_lost ? run->first_lost : "");
	if (run->references && counts)
		elsewhere = arena_printf(arena, "%s to other servers, such as %s",
			counted(arena, run->references, "reference", "references"),
			run->first_reference);
	if (lost && elsewhere)
		run->listing->why = arena_printf(arena, "%s; %s", lost, elsewhere);
	else if (lost || elsewhere)
		run->listing->why = lost ? lost : elsewhere;
	run->listing->complete = !run->listing->why;
}

static char **
attribute_names(struct arena *arena, const struct string_list *attributes)
{
	char **names = arena_alloc(arena, (attributes->count + 1) * sizeof(*names));
	for (size_t i = 0; i < attributes->count; i++)
		names[i] = (char *)attributes->items[i];
	names[attributes->count] = NULL;
	return names;
}

static void
finish_run(struct listing_run *run)
{
	ber_memfree(run->cookie.bv_val);
	free(run->first_dn);
	free(run->page_dn);
	free(run->before_dn);
}

bool
directory_list(struct directory *directory, const struct directory_search *search,
	struct directory_listing *ret_listing, struct diags *diags)
{
	AUTO_PIPE_GUARD struct pipe_guard guard = pipe_guard_start();
	struct directory_listing listing = { 0 };
	struct listing_run run = {
		.directory = directory,
		.search = search,
		.listing = &listing,
		.diags = diags,
		.attributes = attribute_names(directory->arena, search->attributes),
		.paged = search->scope != DIRECTORY_BASE && directory->paging != OFFERED_NO,
	};
	enum page_end end = read_pages(&run);
	if (end == PAGE_UNKNOWN) {
		run.paged = false;
		directory->paging = OFFERED_NO;
		end = read_pages(&run);
	}
	if (end == PAGE_LAST)
		doubt(&run);
	if (search->scope != DIRECTORY_BASE && !run.paged && end != PAGE_REFUSED) {
		warn_without_pages(&run);
		warn_of_round_count(&run);
	}
	finish_run(&run);
	if (end != PAGE_REFUSED)
		*ret_listing = listing;
	return end != PAGE_REFUSED;
}
