/*
 * verify_pam.c - what else on the way in may refuse a login: PAM's modules, nologin files, ageing
 * by default.
 *
 * pam.d(5): "type control module arguments"; `include` and `substack` as control, or a line that
 * begins with @include, read another file. A control in brackets may hold blanks.
 */
#include <string.h>

#include "core/base/text.h"
#include "core/plan/verify_internal.h"

#define PAM_DIR "/etc/pam.d"
#define BLANKS " \t\r"

static const struct restricting_module {
	const char *name, *what;
	const char *hint, *hint_end; /* the group's name stands between */
} restricting_modules[] = {
	{ "pam_access.so", "may refuse logins by /etc/security/access.conf",
		"See that it lets the group in, with a line such as: + : (", ") : ALL" },
	{ "pam_listfile.so", "may refuse logins by a list of users or groups",
		"See that its list lets the members of '", "' in." },
	{ "pam_time.so", "may refuse logins by /etc/security/time.conf",
		"See that it lets the members of '", "' in at all times." },
	{ "pam_shells.so", "refuses accounts whose shell is not in /etc/shells",
		"Take the line out: members of '", "' have no login shell." },
};

struct pam_reading {
	struct verifier *verifier;
	struct table seen; /* files */
	struct diags *findings;
};

static void read_file(struct pam_reading *reading, const char *name);

static char *
next_word(char **cursor)
{
	char *word = *cursor + strspn(*cursor, BLANKS);
	char *end = *word == '[' ? strchr(word, ']') : NULL;
	end = end ? end + 1 : word + strcspn(word, BLANKS);
	*cursor = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

static void
judge_module(struct pam_reading *reading, struct place place, const char *module)
{
	const char *name = strrchr(module, '/') ? strrchr(module, '/') + 1 : module;
	for (size_t i = 0; i < ARRAY_LEN(restricting_modules); i++) {
		const struct restricting_module *known = &restricting_modules[i];
		if (strcmp(known->name, name) != 0)
			continue;
		finding_warning(reading->findings, "pam", place, "%s %s", name, known->what);
		diag_hint(reading->findings, "%s%s%s", known->hint,
			reading->verifier->config->jail.group, known->hint_end);
	}
}

static void
read_line(struct pam_reading *reading, struct place place, char *line)
{
	line[strcspn(line, "#")] = '\0';
	const char *type = next_word(&line);
	if (strcmp(type, "@include") == 0) {
		read_file(reading, next_word(&line));
		return;
	}
	const char *control = next_word(&line);
	const char *module = next_word(&line);
	if (!*module)
		return;
	if (strcmp(control, "include") == 0 || strcmp(control, "substack") == 0)
		read_file(reading, module);
	else
		judge_module(reading, place, module);
}

/* A file that is included for several types is read once. */
static void
read_file(struct pam_reading *reading, const char *name)
{
	struct arena *arena = reading->verifier->arena;
	struct diags problems = { .arena = arena };
	const char *path = name[0] == '/' ? name : arena_printf(arena, PAM_DIR "/%s", name);
	struct bytes text;
	bool exists;

	if (!*name || table_get(&reading->seen, path))
		return;
	table_set(&reading->seen, path, reading);
	if (!host_read_file(
		    reading->verifier->snapshot->host, path, arena, &exists, &text, &problems)) {
		finding_note(reading->findings, "pam-unread", at(path, 0), "not examined: %s",
			problems.items[0].message);
		return;
	}
	char *line;
	for (unsigned number = 1; verify_next_line(&text, arena, &line); number++)
		read_line(reading, at(path, number), line);
}

/* ---- besides PAM's configuration ---- */

static void
verify_nologin(struct verifier *verifier, const char *path, struct diags *findings)
{
	struct host_entry entry;
	if (!host_inspect(verifier->snapshot->host, path, &entry, findings) || !entry.exists)
		return;
	finding_error(findings, "nologin", at(path, 0), "exists: nobody but root can log in");
	diag_hint(findings, "When maintenance is over, run: rm %s", verify_word(verifier, path));
}

static void
verify_login_defs(struct verifier *verifier, struct diags *findings)
{
	static const char path[] = "/etc/login.defs";
	struct bytes text;
	bool exists;
	if (!host_read_file(
		    verifier->snapshot->host, path, verifier->arena, &exists, &text, findings))
		return;
	char *line;
	for (unsigned number = 1; verify_next_line(&text, verifier->arena, &line); number++) {
		unsigned long long days;
		if (strcmp(next_word(&line), "PASS_MAX_DAYS") != 0 ||
			!text_number(next_word(&line), 99998, &days))
			continue;
		finding_warning(findings, "pass-max-days", at(path, number),
			"accounts that other programs make age out after %llu days, and SFTP "
			"cannot change a password",
			days);
		diag_hint(findings, "Accounts of rehome do not age; see rehome verify for others.");
	}
}

void
verify_pam(struct verifier *verifier, struct diags *findings)
{
	struct pam_reading reading = {
		.verifier = verifier,
		.seen = { .arena = verifier->arena },
		.findings = findings,
	};
	read_file(&reading, "sshd");
	verify_nologin(verifier, "/etc/nologin", findings);
	verify_nologin(verifier, "/run/nologin", findings);
	verify_login_defs(verifier, findings);
}
