/*
 * entry.c - an entry into a record; see entry.h. Whether the account works is entry_state.c's.
 *
 * Reading goes on after a fault, so that one look at an entry finds all of them, and so that as
 * much as can be read is in the sheet of refused rows, its key above all.
 */
#include "importers/ldap/entry_internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "importers/ldap/value.h"

static const char *const computed[] = { "entry_dn", "entry_key", "account_state", "account_expires",
	"ssh_key", "password_hash", "group_name", "group_dn" };

/* ---- what is asked for ---- */

static bool
list_has(const struct string_list *list, const char *name)
{
	ARRAY_FOREACH (item, list) {
		if (strcasecmp(*item, name) == 0)
			return true;
	}
	return false;
}

static bool
is_computed(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(computed); i++) {
		if (strcmp(computed[i], name) == 0)
			return true;
	}
	return false;
}

/* An attribute description: a name or an OID, and options (RFC 4512, 2.5). */
static bool
is_attribute(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char others[] = "0123456789-.;=";
	if (!*name || (!strchr(letters, *name) && !strchr("0123456789", *name)))
		return false;
	for (; *name; name++) {
		if (!strchr(letters, *name) && !strchr(others, *name))
			return false;
	}
	return true;
}

static void
add_column(struct entry_reader *reader, const char *name)
{
	ARRAY_PUSH(reader->arena, &reader->header.fields, (struct record_field){ name, "" });
}

void
entry_reader_init(struct entry_reader *reader, const struct entry_profile *profile,
	const struct string_list *columns, struct arena *arena)
{
	*reader = (struct entry_reader){ .profile = profile, .nested = true, .arena = arena };
	for (size_t i = 0; i < ARRAY_LEN(computed); i++)
		add_column(reader, computed[i]);
	for (const struct known_attribute *known = profile->known; known->name; known++) {
		if (known->kind != ATTRIBUTE_SOURCE)
			string_list_push(arena, &reader->raw, known->name);
	}
	for (size_t i = 0; columns && i < columns->count; i++) {
		const char *name = columns->items[i];
		if (!is_computed(name) && is_attribute(name) && !list_has(&reader->raw, name))
			string_list_push(arena, &reader->raw, name);
	}
	ARRAY_FOREACH (name, &reader->raw)
		add_column(reader, *name);
}

struct string_list
entry_attributes(const struct entry_reader *reader)
{
	struct string_list names = { 0 };
	ARRAY_FOREACH (name, &reader->raw)
		string_list_push(reader->arena, &names, *name);
	for (const struct known_attribute *known = reader->profile->known; known->name; known++) {
		if (!list_has(&names, known->name))
			string_list_push(reader->arena, &names, known->name);
	}
	if (reader->key) {
		string_list_push(reader->arena, &names, reader->key);
		return names;
	}
	for (const char *const *key = reader->profile->keys; *key; key++)
		string_list_push(reader->arena, &names, *key);
	return names;
}

/* ---- one entry ---- */

void
entry_add(struct entry_reading *reading, const char *column, const char *value,
	const char *attribute, const char *via)
{
	struct place place = { reading->entry->dn, .field = attribute, .kind = "attribute" };
	struct record_field field = { column, value, place, via };
	ARRAY_PUSH(reading->row, &reading->record->fields, field);
}

void
entry_fault(
	struct entry_reading *reading, const char *attribute, const char *fault, const char *hint)
{
	if (!reading->kept_dn)
		reading->kept_dn = arena_strdup(reading->reader->arena, reading->entry->dn);
	attribute = arena_strdup(reading->reader->arena, attribute);
	struct place place = { reading->kept_dn, .field = attribute, .kind = "attribute" };
	diag_error(reading->diags, place, "attribute '%s' %s", attribute, fault);
	diag_code(reading->diags, "bad-attribute");
	diag_hint(reading->diags, "%s", hint);
	reading->bad = true;
}

static int
compare_values(const void *a, const void *b)
{
	const struct bytes *left = a, *right = b;
	size_t size = left->size < right->size ? left->size : right->size;
	int order = size ? memcmp(left->data, right->data, size) : 0;
	return order ? order : (left->size > right->size) - (left->size < right->size);
}

struct bytes *
entry_values(struct entry_reading *reading, const char *attribute, size_t *ret_count)
{
	const struct directory_attribute *found = directory_entry_find(reading->entry, attribute);
	*ret_count = found ? found->values.count : 0;
	if (!*ret_count)
		return NULL;
	struct bytes *values =
		arena_copy(reading->row, found->values.items, *ret_count * sizeof(*values));
	qsort(values, *ret_count, sizeof(*values), compare_values);
	return values;
}

bool
entry_value(struct entry_reading *reading, const char *attribute, struct bytes *ret_value)
{
	size_t count;
	const struct bytes *values = entry_values(reading, attribute, &count);
	if (count > 1)
		entry_fault(reading, attribute,
			arena_printf(reading->row, "has %zu values, and one is expected", count),
			"Leave one in the directory.");
	if (count != 1)
		return false;
	*ret_value = values[0];
	return true;
}

/* As far as a message may repeat it. */
static const char *
shown(struct entry_reading *reading, struct bytes value)
{
	enum { SHOWN = 40 };
	if (value_fault(value))
		return "is no number";
	return arena_printf(reading->row, "'%.*s%s' is no number",
		(int)(value.size < SHOWN ? value.size : SHOWN), value.data,
		value.size > SHOWN ? "..." : "");
}

bool
entry_number(struct entry_reading *reading, const char *attribute, int64_t min, int64_t max,
	int64_t *ret_number)
{
	struct bytes value;
	int64_t number;
	if (!entry_value(reading, attribute, &value))
		return false;
	if (value_integer(value, &number) && number >= min && number <= max) {
		*ret_number = number;
		return true;
	}
	entry_fault(reading, attribute,
		arena_printf(reading->row, "%s from %lld to %lld", shown(reading, value),
			(long long)min, (long long)max),
		"Correct it in the directory.");
	return false;
}

/* ---- raw attributes ---- */

static const struct known_attribute *
find_known(const struct entry_profile *profile, const char *name)
{
	for (const struct known_attribute *known = profile->known; known->name; known++) {
		if (strcasecmp(known->name, name) == 0)
			return known;
	}
	return NULL;
}

static bool
check_text(struct entry_reading *reading, const char *attribute, struct bytes value)
{
	const char *fault = value_fault(value);
	if (fault)
		entry_fault(reading, attribute, fault,
			"Correct it in the directory, or exclude the entry with filter.");
	return !fault;
}

static void
add_raw(struct entry_reading *reading, const char *name)
{
	const int64_t largest_id = UINT32_MAX - 1; /* the next one is "none" to chown(2) */
	const struct known_attribute *known = find_known(reading->reader->profile, name);
	struct bytes value;
	size_t count;
	int64_t number;
	const struct bytes *values = entry_values(reading, name, &count);
	if (!count)
		return;
	if (known && known->single && count > 1 && !entry_value(reading, name, &value))
		return;
	if (known && known->kind == ATTRIBUTE_NUMBER &&
		!entry_number(reading, name, 0, largest_id, &number))
		return;
	for (size_t i = 0; i < count; i++) {
		if (check_text(reading, name, values[i]))
			entry_add(reading, name, value_text(reading->row, values[i]), name, NULL);
	}
}

/* ---- the key ---- */

static char *
key_text(struct entry_reading *reading, const char *attribute, struct bytes value)
{
	if (strcasecmp(attribute, "objectGUID") == 0 || strcasecmp(attribute, "GUID") == 0)
		return value_guid(reading->row, value);
	if (strcasecmp(attribute, "objectSid") == 0)
		return value_sid(reading->row, value);
	if (strcasecmp(attribute, "entryUUID") == 0)
		return value_uuid(reading->row, value);
	return value_fault(value) ? NULL : arena_strndup(reading->row, value.data, value.size);
}

static void
no_key(struct entry_reading *reading)
{
	const struct entry_reader *reader = reading->reader;
	const char *attribute = reader->key ? reader->key : reader->profile->keys[0];
	entry_fault(reading, attribute,
		"is missing or not readable, so nobody knows whose entry it is",
		"Let the account that asks the server read it, or name another one with "
		"key_attribute.");
}

/* All entries of a listing by one attribute: a person must not get another key when one is hidden.
 */
static void
choose_key(struct entry_reading *reading)
{
	for (const char *const *key = reading->reader->profile->keys; *key; key++) {
		const struct directory_attribute *found =
			directory_entry_find(reading->entry, *key);
		if (!found || !found->values.count)
			continue;
		reading->reader->key = *key;
		return;
	}
}

static void
add_key(struct entry_reading *reading)
{
	struct bytes value;
	if (!reading->reader->key)
		choose_key(reading);
	const char *attribute = reading->reader->key;
	if (!attribute || !directory_entry_find(reading->entry, attribute)) {
		no_key(reading);
		return;
	}
	if (!entry_value(reading, attribute, &value))
		return;
	const char *key = key_text(reading, attribute, value);
	if (key)
		entry_add(reading, "entry_key", key, attribute, NULL);
	else
		entry_fault(reading, attribute, "has not the form of an identifier",
			"Name another one with key_attribute.");
}

/* ---- keys and passwords ---- */

/* Several lines are several keys; that is how a file that was uploaded looks. */
static void
add_keys(struct entry_reading *reading, const char *attribute)
{
	size_t count;
	const struct bytes *values = entry_values(reading, attribute, &count);
	for (size_t i = 0; i < count; i++) {
		struct bytes rest = values[i], line;
		while (bytes_take_line(&rest, &line)) {
			if (line.size && line.data[line.size - 1] == '\r')
				line.size--;
			if (line.size && check_text(reading, attribute, line))
				entry_add(reading, "ssh_key", value_text(reading->row, line),
					attribute, NULL);
		}
	}
}

static bool
starts_with(const char *text, const char *start)
{
	return strncasecmp(text, start, strlen(start)) == 0;
}

/*
 * altSecurityIdentities holds "X509:<I>..." and "Kerberos:user@REALM" (MS-ADA1); where there is no
 * sshPublicKey in the schema, keys are put there, bare (as sssd reads them) or behind "SSHKey:".
 */
static const char *
alternative_key(const char *text)
{
	static const char mark[] = "SSHKey:";
	static const char *const starts[] = { "ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-" };
	if (starts_with(text, mark)) {
		text += strlen(mark);
		return text + strspn(text, " ");
	}
	for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
		if (starts_with(text, starts[i]))
			return text;
	}
	return NULL;
}

static void
add_alternative_keys(struct entry_reading *reading)
{
	static const char attribute[] = "altSecurityIdentities";
	size_t count;
	const struct bytes *values = entry_values(reading, attribute, &count);
	for (size_t i = 0; i < count; i++) {
		const char *text = value_fault(values[i])
			? NULL
			: alternative_key(value_text(reading->row, values[i]));
		if (text)
			entry_add(reading, "ssh_key", text, attribute, NULL);
	}
}

/* What a message must not repeat is not in it: only that something is wrong. */
static void
add_passwords(struct entry_reading *reading)
{
	static const char attribute[] = "userPassword";
	size_t count;
	const struct bytes *values = entry_values(reading, attribute, &count);
	for (size_t i = 0; i < count; i++) {
		if (check_text(reading, attribute, values[i]))
			entry_add(reading, "password_hash", value_text(reading->row, values[i]),
				attribute, NULL);
	}
}

/* ---- groups ---- */

/* "memberOf;range=0-1499": the server has more. */
static bool
is_cut(const struct entry_reading *reading, const char *name)
{
	static const char option[] = ";range=";
	size_t length = strlen(name);
	ARRAY_FOREACH (attribute, &reading->entry->attributes) {
		if (strncasecmp(attribute->name, name, length) == 0 &&
			strncasecmp(attribute->name + length, option, strlen(option)) == 0)
			return true;
	}
	return false;
}

static const char *
first_text(struct entry_reading *reading, const char *attribute)
{
	size_t count;
	const struct bytes *values = entry_values(reading, attribute, &count);
	return count == 1 && !value_fault(values[0]) ? value_text(reading->row, values[0]) : NULL;
}

/* The domain of the entry's own SID, with the number of the group in it. */
static const char *
primary_sid(struct entry_reading *reading)
{
	struct bytes value;
	int64_t number;
	if (!entry_number(reading, "primaryGroupID", 0, UINT32_MAX, &number) ||
		!entry_value(reading, "objectSid", &value))
		return NULL;
	char *sid = value_sid(reading->row, value);
	char *last = sid ? strrchr(sid, '-') : NULL;
	if (!last)
		return NULL;
	*last = '\0';
	return arena_printf(reading->row, "%s-%lld", sid, (long long)number);
}

static void
find_member(struct entry_reading *reading, struct group_member *ret_member)
{
	struct group_member member = { .dn = reading->entry->dn };
	const char *gid = first_text(reading, "gidNumber");
	unsigned long long number;
	const struct directory_attribute *member_of =
		directory_entry_find(reading->entry, "memberOf");
	member.login = first_text(reading, reading->reader->profile->login);
	member.has_gid = gid && text_number(gid, UINT32_MAX - 1, &number);
	member.gid = member.has_gid ? number : 0;
	member.primary_sid = primary_sid(reading);
	for (size_t i = 0; member_of && i < member_of->values.count; i++)
		ARRAY_PUSH(reading->row, &member.member_of, member_of->values.items[i]);
	*ret_member = member;
}

static void
add_groups(struct entry_reading *reading)
{
	const struct entry_reader *reader = reading->reader;
	struct group_member member;
	if (!reader->groups)
		return;
	if (is_cut(reading, "memberOf"))
		entry_fault(reading, "memberOf", "has more values than the server tells at once",
			"Take the entry out of some groups, or leave memberOf to the groups.");
	find_member(reading, &member);
	struct memberships found =
		groups_of(reader->groups, &member, reader->nested, reader->explain, reading->row);
	ARRAY_FOREACH (item, &found)
		entry_add(reading, "group_name", item->group->name, "group_name", item->via);
	ARRAY_FOREACH (item, &found)
		entry_add(reading, "group_dn", item->group->dn, "group_dn", item->via);
}

/* ---- the whole ---- */

/* Accounts that stand for another domain (MS-ADTS 2.2.16: ADS_UF_INTERDOMAIN_TRUST_ACCOUNT). */
static bool
is_trust(struct entry_reading *reading)
{
	enum { TRUST = 0x800 };
	const char *text = first_text(reading, "userAccountControl");
	unsigned long long flags;
	return text && text_number(text, UINT32_MAX, &flags) && flags & TRUST;
}

enum entry_verdict
entry_read(struct entry_reader *reader, const struct directory_entry *entry, unsigned number,
	struct arena *row, struct record *ret_record, struct diags *diags)
{
	struct entry_reading reading = {
		.reader = reader, .entry = entry, .row = row, .record = ret_record, .diags = diags
	};
	*ret_record = (struct record){ .place = { .file = entry->dn, .kind = "attribute" },
		.number = number };
	if (is_trust(&reading))
		return ENTRY_NOBODY;
	entry_add(&reading, "entry_dn", entry->dn, "entry_dn", NULL);
	add_key(&reading);
	ARRAY_FOREACH (name, &reader->raw)
		add_raw(&reading, *name);
	entry_add_state(&reading);
	add_keys(&reading, "sshPublicKey");
	add_keys(&reading, "ipaSshPubKey");
	add_alternative_keys(&reading);
	add_passwords(&reading);
	add_groups(&reading);
	return reading.bad ? ENTRY_BAD : ENTRY_GOOD;
}
