/*
 * fuzz_accountdb.c - any bytes as account files: read, changed, written, and taken back.
 *
 * The input is the four files in the order of enum accountdb_file, separated by byte 0x1e. What
 * must hold: an unchanged file comes back byte for byte; what was changed reads back as it was
 * meant; and after the undo every byte is as it was.
 */
#include "core/plan/edit.h"
#include "tests/fuzz/must.h"

enum { SEPARATOR = 0x1e };

struct files {
	struct bytes texts[ACCOUNTDB_FILES];
};

static struct files
split_input(const char *data, size_t size)
{
	struct files files;
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++) {
		const char *end = size ? memchr(data, SEPARATOR, size) : NULL;
		size_t length = end && file + 1 < ACCOUNTDB_FILES ? (size_t)(end - data) : size;
		files.texts[file] = (struct bytes){ data, length };
		data += length;
		size -= length;
		if (size && *data == SEPARATOR) {
			data++;
			size--;
		}
	}
	return files;
}

static struct files
write_all(struct accountdb *db, struct diags *diags)
{
	struct files files;
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++) {
		AUTO_BUFFER struct buffer out = { 0 };
		MUST(accountdb_serialise(db, file, &out, diags));
		files.texts[file] =
			(struct bytes){ arena_strndup(db->arena, buffer_text(&out), out.size),
				out.size };
	}
	return files;
}

static void
must_be_equal(const struct files *a, const struct files *b)
{
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++) {
		MUST(a->texts[file].size == b->texts[file].size);
		MUST(a->texts[file].size == 0 ||
			memcmp(a->texts[file].data, b->texts[file].data, a->texts[file].size) == 0);
	}
}

/* Whatever is walked is found, too. */
static void
check_lookups(struct accountdb *db)
{
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++) {
		size_t cursor = 0;
		struct accountdb_line *line;
		while ((line = accountdb_next(db, file, &cursor))) {
			struct accountdb_line *first =
				accountdb_find(db, file, accountdb_name(line));
			MUST(first && accountdb_line_number(first) <= accountdb_line_number(line));
			uint32_t id;
			if (file == ACCOUNTDB_PASSWD && accountdb_line_id(line, PASSWD_UID, &id))
				MUST(accountdb_find_id(db, file, id));
			if (file != ACCOUNTDB_GROUP)
				continue;
			const struct string_list *members = accountdb_members(line);
			ARRAY_FOREACH (member, members)
				MUST(string_list_has(
					accountdb_groups_of(db, *member), accountdb_name(line)));
		}
	}
}

/* ---- a run that touches every line ---- */

static void
push(struct edit_list *edits, struct accountdb *db, struct edit edit)
{
	if (edit_state(&edit, db, db->arena, NULL) == EDIT_BEFORE)
		ARRAY_PUSH(db->arena, edits, edit);
}

#define NEW_LOGIN "zz"
#define NEW_ID "4000000000"

/* The planner makes no account whose name stands in a group already. */
static bool
is_member_somewhere(struct accountdb *db, const char *login)
{
	static const enum accountdb_file files[] = { ACCOUNTDB_GROUP, ACCOUNTDB_GSHADOW };
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		size_t cursor = 0;
		struct accountdb_line *line;
		while ((line = accountdb_next(db, files[i], &cursor))) {
			if (string_list_has(accountdb_members(line), login))
				return true;
		}
	}
	return false;
}

static void
push_account(struct edit_list *edits, struct accountdb *db)
{
	static const char *group[] = { NEW_LOGIN, "x", NEW_ID, "" };
	static const char *gshadow[] = { NEW_LOGIN, "!", "", "" };
	static const char *shadow[] = { NEW_LOGIN, "*", "1", "0", "9", "7", "", "", "" };
	static const char *passwd[] = { NEW_LOGIN, "x", NEW_ID, NEW_ID, "", "/home/zz", "/bin/sh" };
	const char **lines[] = { group, gshadow, shadow, passwd };
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++)
		push(edits, db,
			(struct edit){ .kind = EDIT_ADD_LINE,
				.file = file,
				.user = NEW_LOGIN,
				.name = NEW_LOGIN,
				.fields = lines[file] });
}

/* Lists with blanks, empty or repeated names become tidier when somebody returns to them. */
static bool
is_tidy(const struct accountdb_line *group)
{
	const struct string_list *members = accountdb_members(group);
	AUTO_BUFFER struct buffer joined = { 0 };
	AUTO_ARENA struct arena arena = { 0 };
	struct table seen = { .arena = &arena };
	ARRAY_FOREACH (member, members) {
		if (table_get(&seen, *member))
			return false;
		table_set(&seen, *member, &seen);
		buffer_printf(&joined, "%s%s", joined.size ? "," : "", *member);
	}
	return strcmp(buffer_text(&joined), accountdb_field(group, GROUP_MEMBERS)) == 0;
}

static void
push_member_changes(
	struct edit_list *edits, struct accountdb *db, enum accountdb_file file, const char *group)
{
	struct accountdb_line *line = accountdb_find(db, file, group);
	push(edits, db,
		(struct edit){ .kind = EDIT_ADD_MEMBER,
			.file = file,
			.user = NEW_LOGIN,
			.name = group,
			.member = NEW_LOGIN });
	if (!is_tidy(line))
		return;
	const struct string_list *members = accountdb_members(line);
	for (size_t i = 0; i < members->count; i += 2)
		push(edits, db,
			(struct edit){ .kind = EDIT_REMOVE_MEMBER,
				.file = file,
				.user = NEW_LOGIN,
				.name = group,
				.member = members->items[i] });
}

static void
push_changes(struct edit_list *edits, struct accountdb *db)
{
	static const size_t fields[ACCOUNTDB_FILES] = {
		[ACCOUNTDB_SHADOW] = SHADOW_EXPIRE, [ACCOUNTDB_PASSWD] = PASSWD_SHELL
	};
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++) {
		size_t cursor = 0;
		struct accountdb_line *line;
		while ((line = accountdb_next(db, file, &cursor))) {
			const char *name = accountdb_name(line);
			if (accountdb_find(db, file, name) != line)
				continue;
			if (!fields[file]) {
				push_member_changes(edits, db, file, name);
				continue;
			}
			const char *before =
				arena_strdup(db->arena, accountdb_field(line, fields[file]));
			push(edits, db,
				(struct edit){ .kind = EDIT_SET_FIELD,
					.file = file,
					.user = name,
					.name = name,
					.field = fields[file],
					.before = before,
					.after = "20000" });
		}
	}
}

static void
check_run(const struct files *files, struct accountdb *db, struct diags *diags)
{
	struct edit_list edits = { 0 };
	if (is_member_somewhere(db, NEW_LOGIN))
		return;
	push_account(&edits, db);
	push_changes(&edits, db);
	edits_remember(&edits, db, db->arena);
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++)
		MUST(edits_apply(&edits, file, true, db, diags));

	struct files changed = write_all(db, diags);
	struct accountdb again;
	MUST(accountdb_parse(changed.texts, db->arena, &again, diags));
	ARRAY_FOREACH (edit, &edits)
		MUST(edit_state(edit, &again, db->arena, NULL) == EDIT_AFTER);
	check_lookups(&again);

	size_t conflicts;
	MUST(edits_undo_all(&edits, NULL, &again, &conflicts, diags));
	/* An input may use the new group's gid, which then stays. */
	if (conflicts)
		return;
	struct files restored = write_all(&again, diags);
	must_be_equal(&restored, files);
}

/* ---- a run that takes every other line away ---- */

static void
push_removal(struct edit_list *edits, struct accountdb *db, enum accountdb_file file,
	struct accountdb_line *line)
{
	size_t count = accountdb_field_count(file);
	const char **fields = arena_alloc(db->arena, count * sizeof(*fields));
	for (size_t i = 0; i < count; i++)
		fields[i] = arena_strdup(db->arena, accountdb_field(line, i));
	push(edits, db,
		(struct edit){ .kind = EDIT_REMOVE_LINE,
			.file = file,
			.user = arena_printf(db->arena, "gone-%s", fields[0]),
			.name = fields[0],
			.fields = fields,
			.text = accountdb_line_text(line, db->arena) });
}

static void
check_removal(const struct files *files, struct accountdb *db, struct diags *diags)
{
	struct edit_list edits = { 0 };
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++) {
		size_t cursor = 0, number = 0;
		struct accountdb_line *line;
		while ((line = accountdb_next(db, file, &cursor))) {
			if (number++ % 2 == 0 &&
				accountdb_find(db, file, accountdb_name(line)) == line)
				push_removal(&edits, db, file, line);
		}
	}
	edits_remember(&edits, db, db->arena);
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++)
		MUST(edits_apply(&edits, file, true, db, diags));
	size_t warnings = diags->warnings, conflicts;
	edits_apply_late(&edits, db, diags);
	/* A group that is somebody's primary one stays where it is, whatever left around it. */
	if (diags->warnings != warnings)
		return;

	struct files changed = write_all(db, diags);
	struct accountdb again;
	MUST(accountdb_parse(changed.texts, db->arena, &again, diags));
	check_lookups(&again);
	MUST(edits_undo_all(&edits, NULL, &again, &conflicts, diags));
	MUST(conflicts == 0);
	struct files restored = write_all(&again, diags);
	must_be_equal(&restored, files);
}

/* ---- a run that gives every other login another name ---- */

/* A list that names somebody twice, or behind blanks, is given back tidier than it was. */
static bool
is_listed_plainly(const struct accountdb *db, enum accountdb_file file, const char *name)
{
	struct accountdb_line *line;
	size_t cursor = 0, size = strlen(name);
	while ((line = accountdb_next(db, file, &cursor))) {
		unsigned times = 0;
		for (const char *item = accountdb_field(line, GROUP_MEMBERS); *item;
			item += strcspn(item, ","), item += *item == ',') {
			size_t blanks = strspn(item, " \t\v\f\r");
			bool is_it = strcspn(item + blanks, ",") == size &&
				strncmp(item + blanks, name, size) == 0;
			times += is_it ? 1 + blanks : 0;
		}
		if (times > 1)
			return false;
	}
	return true;
}

static void
push_rename(struct edit_list *edits, struct accountdb *db, struct accountdb_line *line)
{
	const char *old = arena_strdup(db->arena, accountdb_name(line));
	const char *new = arena_printf(db->arena, "other-%s", old);
	const char *gid = arena_strdup(db->arena, accountdb_field(line, PASSWD_GID));
	const struct accountdb_line *group = accountdb_find(db, ACCOUNTDB_GROUP, old);
	const struct accountdb_line *shadow = accountdb_find(db, ACCOUNTDB_SHADOW, old);
	bool own = group && strcmp(accountdb_field(group, GROUP_GID), gid) == 0;
	const char *ids[ACCOUNTDB_FILES] = {
		[ACCOUNTDB_GROUP] = own ? gid : NULL,
		[ACCOUNTDB_GSHADOW] =
			own && accountdb_find(db, ACCOUNTDB_GSHADOW, old) ? gid : NULL,
		[ACCOUNTDB_PASSWD] = arena_strdup(db->arena, accountdb_field(line, PASSWD_UID)),
	};
	struct edit made[ACCOUNTDB_FILES + 1];
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++) {
		made[file] = (struct edit){ .kind = EDIT_RENAME,
			.file = file,
			.user = new,
			.name = new,
			.old_name = old,
			.before = ids[file] };
		bool may_be_nothing =
			!ids[file] && (file == ACCOUNTDB_GROUP || file == ACCOUNTDB_GSHADOW);
		if ((!may_be_nothing &&
			    edit_state(&made[file], db, db->arena, NULL) != EDIT_BEFORE) ||
			!is_listed_plainly(db, ACCOUNTDB_GROUP, old) ||
			!is_listed_plainly(db, ACCOUNTDB_GSHADOW, old))
			return;
	}
	const char *expires = arena_strdup(db->arena, accountdb_field(shadow, SHADOW_EXPIRE));
	made[ACCOUNTDB_FILES] = (struct edit){ .kind = EDIT_GATE,
		.file = ACCOUNTDB_SHADOW,
		.user = new,
		.name = new,
		.old_name = old,
		.field = SHADOW_EXPIRE,
		.before = expires,
		.after = expires };
	for (size_t i = 0; i < ARRAY_LEN(made); i++)
		push(edits, db, made[i]);
}

static void
check_renames(const struct files *files, struct accountdb *db, struct diags *diags)
{
	struct edit_list edits = { 0 };
	size_t cursor = 0, number = 0, conflicts;
	struct accountdb_line *line;
	/* Who is called so already, or listed so, would be in the way; the planner sees to that. */
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++) {
		if (files->texts[file].size &&
			memmem(files->texts[file].data, files->texts[file].size, "other-", 6))
			return;
	}
	while ((line = accountdb_next(db, ACCOUNTDB_PASSWD, &cursor))) {
		if (number++ % 2 == 0)
			push_rename(&edits, db, line);
	}
	edits_remember(&edits, db, db->arena);
	MUST(edits_close(&edits, db, diags));
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++)
		MUST(edits_apply(&edits, file, true, db, diags));
	edits_apply_late(&edits, db, diags);
	MUST(edits_activate(&edits, db, diags));

	struct files changed = write_all(db, diags);
	struct accountdb again;
	MUST(accountdb_parse(changed.texts, db->arena, &again, diags));
	check_lookups(&again);
	ARRAY_FOREACH (edit, &edits)
		MUST(edit->kind == EDIT_GATE ||
			edit_state(edit, &again, db->arena, NULL) == EDIT_AFTER);
	MUST(edits_gate(&edits, NULL, &again, diags) && edits_put_back(&edits, NULL, &again));
	MUST(edits_undo_all(&edits, NULL, &again, &conflicts, diags));
	MUST(conflicts == 0);
	edits_reopen(&edits, NULL, NULL, &again);
	struct files restored = write_all(&again, diags);
	must_be_equal(&restored, files);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	/* No data is no file, and an empty input is empty files. */
	struct files files = split_input(size ? (const char *)data : "", size);
	struct accountdb db;
	if (!accountdb_parse(files.texts, &arena, &db, &diags)) {
		MUST(diags.errors);
		return 0;
	}
	struct files written = write_all(&db, &diags);
	must_be_equal(&written, &files);
	MUST(diags.errors == 0);
	check_run(&files, &db, &diags);

	struct accountdb untouched;
	MUST(accountdb_parse(files.texts, &arena, &untouched, &diags));
	check_removal(&files, &untouched, &diags);
	MUST(accountdb_parse(files.texts, &arena, &untouched, &diags));
	check_renames(&files, &untouched, &diags);
	return 0;
}
