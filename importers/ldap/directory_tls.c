/*
 * directory_tls.c - whom we believe, and why a server's certificate is not accepted.
 *
 * Without ca_file the authorities are those that the system's ldap.conf names, else the system's
 * bundle. A libldap on GnuTLS believes nobody by itself.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "importers/ldap/directory_internal.h"
#include "importers/ldap/secret_file.h"

/* Where distributions keep the file that only an administrator can write. */
static const char *const system_settings[] = {
	"/etc/ldap/ldap.conf",
	"/etc/openldap/ldap.conf",
};
static const char *const bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
};

/* The value when the line sets the word; ldap.conf(5): the word, blanks, the rest of the line. */
static const char *
setting(const char *line, const char *word, struct arena *arena)
{
	size_t length = strlen(word);
	if (strncasecmp(line, word, length) != 0 || !strchr(" \t", line[length]) || !line[length])
		return NULL;
	return text_trimmed(arena, line + length);
}

struct authorities {
	const char *file, *folder;
};

static void
read_system_settings(const char *path, struct authorities *authorities, struct arena *arena)
{
	AUTO_FILE FILE *file = fopen(path, "re");
	char line[1024];
	while (file && fgets(line, sizeof(line), file)) {
		const char *value = setting(line, "TLS_CACERT", arena);
		if (value)
			authorities->file = value;
		value = setting(line, "TLS_CACERTDIR", arena);
		if (value)
			authorities->folder = value;
	}
}

static struct authorities
find_authorities(const struct directory *directory)
{
	struct authorities found = { .file = directory->config->ca_file };
	for (size_t i = 0; !found.file && !found.folder && i < ARRAY_LEN(system_settings); i++)
		read_system_settings(system_settings[i], &found, directory->arena);
	for (size_t i = 0; !found.file && !found.folder && i < ARRAY_LEN(bundles); i++)
		if (access(bundles[i], R_OK) == 0)
			found.file = bundles[i];
	return found;
}

/* libldap says nothing but "no context" for all that can be wrong with a file. */
static bool
check_readable(
	struct directory *directory, const char *option, const char *path, struct diags *diags)
{
	if (!path || access(path, R_OK) == 0)
		return true;
	return diag_error(diags, directory_place(directory), "option '%s': cannot read '%s': %s",
		option, path, strerror(errno));
}

static bool
set_text(struct directory *directory, int option, const char *text)
{
	return !text || ldap_set_option(directory->ld, option, text) == LDAP_OPT_SUCCESS;
}

static bool
set_own_certificate(struct directory *directory, struct diags *diags)
{
	const struct ldap_config *config = directory->config;
	if (!config->cert_file && !config->key_file)
		return true;
	if (!config->cert_file || !config->key_file) {
		diag_error(diags, directory_place(directory), "%s is set, but not %s",
			config->cert_file ? "cert_file" : "key_file",
			config->cert_file ? "key_file" : "cert_file");
		diag_hint(diags, "A certificate is of use with its key only: set both.");
		return false;
	}
	return check_readable(directory, "cert_file", config->cert_file, diags) &&
		secret_file_check(config->key_file, diags) &&
		set_text(directory, LDAP_OPT_X_TLS_CERTFILE, config->cert_file) &&
		set_text(directory, LDAP_OPT_X_TLS_KEYFILE, config->key_file);
}

static bool
make_context(
	struct directory *directory, const struct authorities *authorities, struct diags *diags)
{
	int client = 0;
	if (ldap_set_option(directory->ld, LDAP_OPT_X_TLS_NEWCTX, &client) == LDAP_OPT_SUCCESS)
		return true;
	diag_error(diags, directory_place(directory), "cannot prepare TLS with %s%s%s%s",
		authorities->file	      ? authorities->file
			: authorities->folder ? authorities->folder
					      : "no authority",
		directory->config->cert_file ? ", " : "",
		directory->config->cert_file ? directory->config->cert_file : "",
		directory->config->key_file ? " and its key" : "");
	diag_hint(diags,
		"The files must be certificates in PEM form, and the key that of "
		"cert_file.");
	return false;
}

bool
directory_set_tls(struct directory *directory, struct diags *diags)
{
	if (directory->local || (!directory->tls && !directory->config->starttls))
		return true;
	bool verify = directory->config->verify_certificate;
	int demand = verify ? LDAP_OPT_X_TLS_DEMAND : LDAP_OPT_X_TLS_NEVER;
	int oldest = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
	struct authorities authorities = find_authorities(directory);

	if (!check_readable(directory, "ca_file", directory->config->ca_file, diags) ||
		!set_own_certificate(directory, diags))
		return false;
	if (!verify) {
		diag_warning(diags, directory_place(directory),
			"the server's certificate is not verified: anybody could answer for it");
		diag_hint(diags,
			"Remove verify_certificate: no, and name its authority as "
			"ca_file.");
	}
	ldap_set_option(directory->ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
	ldap_set_option(directory->ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, &oldest);
	set_text(directory, LDAP_OPT_X_TLS_CACERTFILE, authorities.file);
	set_text(directory, LDAP_OPT_X_TLS_CACERTDIR, authorities.folder);
	return make_context(directory, &authorities, diags);
}

/* ---- what went wrong ---- */

static const char *
believed(const struct directory *directory)
{
	struct authorities trusted = find_authorities(directory);
	return trusted.file ? trusted.file : trusted.folder ? trusted.folder : "no file at all";
}

static const char *
date(struct arena *arena, const char *time)
{
	return strlen(time) < 8 ? time
				: arena_printf(arena, "%.4s-%.2s-%.2s", time, time + 4, time + 6);
}

static const char *
names_of(struct arena *arena, const struct certificate *certificate)
{
	const char *text = NULL;
	ARRAY_FOREACH (name, &certificate->names)
		text = text ? arena_printf(arena, "%s, %s", text, *name) : *name;
	return text ? text : certificate->subject;
}

/* libldap compares "localhost" with this machine's own name. */
static const char *
expected_name(const struct directory *directory)
{
	char own[256] = "";
	LDAPURLDesc *url = NULL;
	if (ldap_url_parse(directory->uri, &url) != LDAP_URL_SUCCESS)
		return "";
	bool here =
		!url->lud_host || !*url->lud_host || strcasecmp(url->lud_host, "localhost") == 0;
	if (here && gethostname(own, sizeof(own) - 1) < 0)
		own[0] = 0;
	const char *name = arena_strdup(directory->arena, here ? own : url->lud_host);
	ldap_free_urldesc(url);
	return name;
}

static void
refuse_certificate(struct directory *directory, const char *what,
	const struct certificate *certificate, struct diags *diags)
{
	struct arena *arena = directory->arena;
	const char *host = expected_name(directory), *names = names_of(arena, certificate);
	struct place place = directory_place(directory);
	char now[32];
	time_t seconds = time(NULL);
	strftime(now, sizeof(now), "%Y%m%d%H%M%SZ", gmtime(&seconds));

	if (strcmp(certificate->until, now) < 0 || strcmp(certificate->from, now) > 0) {
		diag_error(diags, place, "%s: the server's certificate is valid from %s to %s only",
			what, date(arena, certificate->from), date(arena, certificate->until));
		diag_hint(diags, "Have it renewed, or set this machine's clock.");
	} else if (!certificate_is_for(certificate, host)) {
		diag_error(diags, place, "%s: the server's certificate is for %s, not for '%s'",
			what, *names ? names : "nobody", host);
		diag_hint(diags, "Use a URI with a name that is in the certificate.");
	} else {
		diag_error(diags, place,
			"%s: the server's certificate (for %s) is by '%s', who is not believed",
			what, names, certificate->issuer);
		diag_hint(diags,
			"Believed are the authorities of %s; set ca_file to the one that "
			"signed it.",
			believed(directory));
	}
}

bool
directory_fail_tls(struct directory *directory, const char *what, int code, struct diags *diags)
{
	const char *said = directory_diagnostic(directory);
	struct certificate certificate;
	if (directory->config->verify_certificate &&
		directory_peek_certificate(directory, &certificate)) {
		refuse_certificate(directory, what, &certificate, diags);
		return false;
	}
	diag_error(diags, directory_place(directory), "%s: %s", what,
		directory_failure(directory, code, said));
	diag_hint(diags, "The server must speak TLS 1.2 or newer at this port%s.",
		directory->config->cert_file ? ", and accept cert_file" : "");
	return false;
}
