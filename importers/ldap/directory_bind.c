/*
 * directory_bind.c - who we are to the server.
 *
 * Nothing ever asks the person in front: a password comes from its file, a ticket from the caller's
 * cache. A password leaves this machine only through TLS unless the configuration says otherwise,
 * and is wiped as soon as it was sent.
 */
#include <sasl/sasl.h>
#include <string.h>

#include "importers/ldap/directory_internal.h"
#include "importers/ldap/secret_file.h"

/* ---- before there is a connection ---- */

static const char *
chosen_auth(const struct directory *directory)
{
	const struct ldap_config *config = directory->config;
	if (config->auth && strcmp(config->auth, "auto") != 0)
		return config->auth;
	if (config->bind_dn)
		return "simple";
	return directory->local ? "external" : "anonymous";
}

static bool
check_simple(struct directory *directory, struct diags *diags)
{
	const struct ldap_config *config = directory->config;
	if (!config->bind_dn || !*config->bind_dn) {
		diag_error(diags, directory_place(directory), "a simple bind needs bind_dn");
		diag_hint(diags, "Say who binds, or auth: anonymous.");
		return false;
	}
	if (!config->password_file) {
		diag_error(diags, directory_place(directory), "bind_dn '%s' has no password_file",
			config->bind_dn);
		diag_hint(diags, "Write the password into a file of mode 0600, and name it.");
		return false;
	}
	if (directory->tls || directory->local || config->starttls || config->allow_plaintext)
		return true;
	diag_error(diags, directory_place(directory),
		"the password of '%s' would be sent in plain text", config->bind_dn);
	diag_hint(diags, "Use ldaps://, leave starttls on, or say allow_plaintext: yes.");
	return false;
}

bool
directory_check_auth(struct directory *directory, struct diags *diags)
{
	directory->auth = chosen_auth(directory);
	if (strcmp(directory->auth, "simple") == 0)
		return check_simple(directory, diags);
	if (strcmp(directory->auth, "external") == 0 && !directory->local &&
		!directory->config->cert_file) {
		diag_error(diags, directory_place(directory),
			"there is nothing to authenticate with: auth: external needs ldapi:// or a "
			"certificate");
		diag_hint(diags, "Set cert_file and key_file, or use another auth.");
		return false;
	}
	return true;
}

/* ---- the binds ---- */

static int
bind_simple(struct directory *directory, bool *ret_read, struct diags *diags)
{
	AUTO_SECRET struct secret password = { 0 };
	*ret_read = secret_file_read(directory->config->password_file, &password, diags);
	if (!*ret_read)
		return LDAP_LOCAL_ERROR;
	struct berval credentials = { .bv_val = password.text, .bv_len = password.size };
	return ldap_sasl_bind_s(directory->ld, directory->config->bind_dn, LDAP_SASL_SIMPLE,
		&credentials, NULL, NULL, NULL);
}

static int
bind_anonymous(struct directory *directory)
{
	char nothing[] = "";
	struct berval none = { .bv_val = nothing, .bv_len = 0 };
	return ldap_sasl_bind_s(directory->ld, "", LDAP_SASL_SIMPLE, &none, NULL, NULL, NULL);
}

static int
bind_external(struct directory *directory)
{
	char nothing[] = "";
	struct berval itself = { .bv_val = nothing, .bv_len = 0 }, *answer = NULL;
	int code = ldap_sasl_bind_s(directory->ld, "", "EXTERNAL", &itself, NULL, NULL, &answer);
	ber_bvfree(answer);
	return code;
}

/* Answers with what is known already, and asks nobody. */
static int
answer_with_defaults(LDAP *ld, unsigned flags, void *defaults, void *questions)
{
	(void)ld;
	(void)flags;
	(void)defaults;
	for (sasl_interact_t *question = questions; question->id != SASL_CB_LIST_END; question++) {
		question->result = question->defresult ? question->defresult : "";
		question->len = (unsigned)strlen(question->result);
	}
	return LDAP_SUCCESS;
}

/* Either TLS protects what follows or the mechanism does. Active Directory refuses both at once. */
static int
bind_gssapi(struct directory *directory)
{
	char security[] = "minssf=56,noanonymous,noplain";
	char inside_tls[] = "maxssf=0,noanonymous,noplain";
	int endpoint = LDAP_OPT_X_SASL_CBINDING_TLS_ENDPOINT;
	ldap_set_option(
		directory->ld, LDAP_OPT_X_SASL_SECPROPS, directory->tls ? inside_tls : security);
	/* No name comes from reverse resolution, which anybody may answer. */
	ldap_set_option(directory->ld, LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_ON);
	if (directory->tls)
		ldap_set_option(directory->ld, LDAP_OPT_X_SASL_CBINDING, &endpoint);
	return ldap_sasl_interactive_bind_s(directory->ld, NULL, "GSSAPI", NULL, NULL,
		LDAP_SASL_QUIET, answer_with_defaults, NULL);
}

static const char *
bind_words(const struct directory *directory)
{
	if (strcmp(directory->auth, "simple") == 0)
		return arena_printf(
			directory->arena, "cannot bind as '%s'", directory->config->bind_dn);
	return arena_printf(directory->arena, "cannot bind (%s)", directory->auth);
}

static void
hint_bind(const struct directory *directory, int code, struct diags *diags)
{
	if (code == LDAP_INVALID_CREDENTIALS)
		diag_hint(diags,
			"Correct bind_dn or what is in password_file: servers answer the same "
			"to a wrong name and to a wrong password.");
	/* Samba, unless it is told otherwise. */
	else if (code == LDAP_STRONG_AUTH_REQUIRED && directory->tls)
		diag_hint(diags,
			"The server wants the ticket to protect the connection by itself: use "
			"ldap:// with starttls: no.");
	else if (code == LDAP_CONFIDENTIALITY_REQUIRED || code == LDAP_STRONG_AUTH_REQUIRED)
		diag_hint(diags, "The server wants TLS: use ldaps://, or leave starttls on.");
	else if (code == LDAP_INAPPROPRIATE_AUTH)
		diag_hint(diags,
			"The server lets nobody in without a name: set bind_dn and "
			"password_file.");
	else if (strcmp(directory->auth, "gssapi") == 0)
		diag_hint(diags,
			"A ticket is needed (klist shows it), and the GSSAPI module of "
			"SASL.");
}

bool
directory_bind(struct directory *directory, bool *ret_refused, struct diags *diags)
{
	bool read = true;
	int code;
	if (strcmp(directory->auth, "simple") == 0)
		code = bind_simple(directory, &read, diags);
	else if (strcmp(directory->auth, "external") == 0)
		code = bind_external(directory);
	else if (strcmp(directory->auth, "gssapi") == 0)
		code = bind_gssapi(directory);
	else
		code = bind_anonymous(directory);
	if (code == LDAP_SUCCESS)
		return true;

	/* Not again with the next server: a few wrong passwords lock an account out. */
	*ret_refused = !read || code == LDAP_INVALID_CREDENTIALS;
	if (!read)
		return false;
	diag_error(diags, directory_place(directory), "%s: %s", bind_words(directory),
		directory_failure(directory, code, directory_diagnostic(directory)));
	hint_bind(directory, code, diags);
	return false;
}
