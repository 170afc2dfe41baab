/*
 * entry_profile.c - the two kinds of directories, as tables.
 *
 * Home and shell are read so that an entry with a line break in them is refused, and so that a
 * mapping can name them; by default the jail decides both.
 */
#include "importers/ldap/entry.h"

#include <stddef.h>

/* ---- RFC 2307, RFC 2798, shadow, ppolicy, 389 Directory Server, FreeIPA, eDirectory ---- */

static const struct known_attribute posix_attributes[] = {
	{ "uid", ATTRIBUTE_TEXT, true },
	{ "cn", ATTRIBUTE_TEXT, false },
	{ "displayName", ATTRIBUTE_TEXT, true },
	{ "gecos", ATTRIBUTE_TEXT, true },
	{ "mail", ATTRIBUTE_TEXT, false },
	{ "uidNumber", ATTRIBUTE_NUMBER, true },
	{ "gidNumber", ATTRIBUTE_NUMBER, true },
	{ "homeDirectory", ATTRIBUTE_TEXT, true },
	{ "loginShell", ATTRIBUTE_TEXT, true },
	{ "objectClass", ATTRIBUTE_SOURCE, false },
	{ "memberOf", ATTRIBUTE_SOURCE, false },
	{ "sshPublicKey", ATTRIBUTE_SOURCE, false },
	{ "ipaSshPubKey", ATTRIBUTE_SOURCE, false },
	{ "userPassword", ATTRIBUTE_SOURCE, false },
	{ "nsAccountLock", ATTRIBUTE_SOURCE, true },
	{ "loginDisabled", ATTRIBUTE_SOURCE, true },
	{ "pwdAccountLockedTime", ATTRIBUTE_SOURCE, true },
	{ "pwdStartTime", ATTRIBUTE_SOURCE, true },
	{ "pwdEndTime", ATTRIBUTE_SOURCE, true },
	{ "shadowExpire", ATTRIBUTE_SOURCE, true },
	{ "krbPrincipalExpiration", ATTRIBUTE_SOURCE, true },
	{ "loginExpirationTime", ATTRIBUTE_SOURCE, true },
	{ 0 },
};

static const char *const posix_keys[] = { "entryUUID", "nsUniqueId", "ipaUniqueID", NULL };

static const struct importer_default posix_defaults[] = {
	{ ACCOUNT_KEY, "${entry_key}" },
	{ ACCOUNT_USERNAME, "${uid}" },
	{ ACCOUNT_FULL_NAME, "${displayName}" },
	{ ACCOUNT_FULL_NAME, "${cn}" },
	{ ACCOUNT_FULL_NAME, "${gecos}" },
	{ ACCOUNT_EMAIL, "${mail}" },
	{ ACCOUNT_UID, "${uidNumber}" },
	{ ACCOUNT_PASSWORD_HASH, "${password_hash}" },
	{ ACCOUNT_SSH_KEYS, "${ssh_key}" },
	{ ACCOUNT_EXPIRES, "${account_expires}" },
	{ ACCOUNT_STATE, "${account_state}" },
	{ ACCOUNT_FIELDS, NULL },
};

const struct entry_profile entry_posix = {
	.name = "posix",
	.people = "(objectClass=posixAccount)",
	.groups = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)"
		  "(objectClass=posixGroup)(objectClass=groupOfMembers))",
	.login = "uid",
	.known = posix_attributes,
	.keys = posix_keys,
	.defaults = posix_defaults,
};

/* ---- Active Directory (MS-ADTS, MS-ADA1 to 3) ---- */

static const struct known_attribute ad_attributes[] = {
	{ "sAMAccountName", ATTRIBUTE_TEXT, true },
	{ "userPrincipalName", ATTRIBUTE_TEXT, true },
	{ "displayName", ATTRIBUTE_TEXT, true },
	{ "cn", ATTRIBUTE_TEXT, false },
	{ "mail", ATTRIBUTE_TEXT, false },
	{ "uidNumber", ATTRIBUTE_NUMBER, true },
	{ "gidNumber", ATTRIBUTE_NUMBER, true },
	{ "unixHomeDirectory", ATTRIBUTE_TEXT, true },
	{ "loginShell", ATTRIBUTE_TEXT, true },
	{ "objectSid", ATTRIBUTE_SOURCE, true },
	{ "primaryGroupID", ATTRIBUTE_SOURCE, true },
	{ "memberOf", ATTRIBUTE_SOURCE, false },
	{ "sshPublicKey", ATTRIBUTE_SOURCE, false },
	{ "altSecurityIdentities", ATTRIBUTE_SOURCE, false },
	{ "userAccountControl", ATTRIBUTE_SOURCE, true },
	{ "msDS-User-Account-Control-Computed", ATTRIBUTE_SOURCE, true },
	{ "accountExpires", ATTRIBUTE_SOURCE, true },
	{ 0 },
};

static const char *const ad_keys[] = { "objectGUID", NULL };

static const struct importer_default ad_defaults[] = {
	{ ACCOUNT_KEY, "${entry_key}" },
	{ ACCOUNT_USERNAME, "${sAMAccountName|lower}" },
	{ ACCOUNT_FULL_NAME, "${displayName}" },
	{ ACCOUNT_FULL_NAME, "${cn}" },
	{ ACCOUNT_EMAIL, "${mail}" },
	{ ACCOUNT_UID, "${uidNumber}" },
	{ ACCOUNT_SSH_KEYS, "${ssh_key}" },
	{ ACCOUNT_EXPIRES, "${account_expires}" },
	{ ACCOUNT_STATE, "${account_state}" },
	{ ACCOUNT_FIELDS, NULL },
};

/* A computer is a user with one class more (MS-ADSC). */
const struct entry_profile entry_ad = {
	.name = "ad",
	.people = "(&(objectClass=user)(!(objectClass=computer)))",
	.groups = "(objectClass=group)",
	.login = "sAMAccountName",
	.known = ad_attributes,
	.keys = ad_keys,
	.state = "userAccountControl",
	.defaults = ad_defaults,
};
