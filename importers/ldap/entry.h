/*
 * entry.h - what an entry of a directory says of a person, as a record for the core.
 *
 * A record has the raw attributes that a mapping may name, and columns that are computed from
 * attributes; an attribute type cannot have an underscore (RFC 4512, 1.4), so these have one:
 *	entry_dn	the entry's name
 *	entry_key	what identifies it across renames: entryUUID (RFC 4530), else
 *			nsUniqueId (389 Directory Server), else ipaUniqueID (FreeIPA); objectGUID
 *			(MS-ADTS 3.1.1.1.4)
 *	account_state	active or disabled, see entry_state.c
 *	account_expires	a date or "never"; none where the entry is silent
 *	ssh_key		of sshPublicKey, ipaSshPubKey and altSecurityIdentities
 *	password_hash	of userPassword (RFC 4519, 2.41)
 *	group_name, group_dn	of all groups, see groups.h
 *
 * Attribute options make another attribute (RFC 4512, 2.5): "cn;lang-de" is not "cn", and is only
 * looked at where a mapping names it so. Values of one attribute are a set (RFC 4512, 2.5), so they
 * are put into byte order: what is made of them must not change with the server's mood.
 *
 * An attribute of which people have one must have one value, each value must be one line of UTF-8
 * text, and a number must be one: each exception is an error that names the DN and the attribute.
 */
#ifndef REHOME_LDAP_ENTRY_H
#define REHOME_LDAP_ENTRY_H

#include "importers/ldap/groups.h"

enum attribute_kind {
	ATTRIBUTE_TEXT,
	ATTRIBUTE_NUMBER, /* 0 to 4294967294: an id */
	ATTRIBUTE_SOURCE, /* only computed columns come of it */
};

struct known_attribute {
	const char *name;
	enum attribute_kind kind;
	bool single;
};

/* What attributes mean: RFC 2307 and relatives, or Active Directory. */
struct entry_profile {
	const char *name;
	const char *people, *groups;	     /* filters (RFC 4515) */
	const char *login;		     /* the attribute, for memberUid */
	const struct known_attribute *known; /* ends with a NULL name */
	const char *const *keys;	     /* candidates for entry_key, ends with NULL */
	const char *state; /* the attribute that every entry has, and that says whether it is
			      disabled; NULL = there is none */
	const struct importer_default *defaults;
};
extern const struct entry_profile entry_posix, entry_ad;

/* How entries are read. */
struct entry_reader {
	const struct entry_profile *profile;
	const char *key; /* attribute of entry_key; NULL = the first candidate that an entry has,
			    from then on for all */
	struct groups *groups; /* NULL: nobody asks for them */
	bool nested, explain;
	unsigned lockout; /* seconds that a lock after wrong passwords lasts; 0 = until lifted */
	int64_t now;	  /* since 1970 */
	struct record header;
	struct string_list raw; /* attributes that a record has, as the header spells them */
	struct arena *arena;	/* for what outlives an entry: places of errors */
};

/*
 * The header, and all that is to be asked of the server. columns are those that the configured
 * mapping names, may be NULL; what cannot be an attribute is left out, and the core will miss it.
 */
void entry_reader_init(struct entry_reader *reader, const struct entry_profile *profile,
	const struct string_list *columns, struct arena *arena);

/* Ends without a NULL, for directory_search. */
struct string_list entry_attributes(const struct entry_reader *reader);

enum entry_verdict {
	ENTRY_GOOD,
	ENTRY_BAD,    /* errors are in diags; the record holds what could be read */
	ENTRY_NOBODY, /* a computer, or an account for the trust of another domain */
};

/* The record is made of the entry's own strings and of row's. */
enum entry_verdict entry_read(struct entry_reader *reader, const struct directory_entry *entry,
	unsigned number, struct arena *row, struct record *ret_record, struct diags *diags);

#endif
