/*
 * account_files.h - account files for tests: written out, or random within what hosts really hold.
 */
#ifndef REHOME_TESTS_ACCOUNT_FILES_H
#define REHOME_TESTS_ACCOUNT_FILES_H

#include <string.h>

#include "core/plan/accountdb.h"

/* The texts of all four files; NULL = no such file. */
struct account_files {
	const char *group, *gshadow, *shadow, *passwd;
};

struct account_world {
	struct arena arena;
	struct diags diags;
	struct accountdb db;
};

#define AUTO_WORLD AUTO(account_world_finish)

static inline void
account_world_finish(struct account_world *world)
{
	arena_finish(&world->arena);
}

static inline struct bytes
bytes_of(const char *text)
{
	return (struct bytes){ text, text ? strlen(text) : 0 };
}

static inline bool
account_world_parse(struct account_world *world, const struct account_files *files)
{
	const struct bytes texts[ACCOUNTDB_FILES] = {
		[ACCOUNTDB_GROUP] = bytes_of(files->group),
		[ACCOUNTDB_GSHADOW] = bytes_of(files->gshadow),
		[ACCOUNTDB_SHADOW] = bytes_of(files->shadow),
		[ACCOUNTDB_PASSWD] = bytes_of(files->passwd),
	};
	world->diags = (struct diags){ .arena = &world->arena };
	return accountdb_parse(texts, &world->arena, &world->db, &world->diags);
}

/* The file as it would be written; in the world's arena. */
static inline const char *
account_world_text(struct account_world *world, enum accountdb_file file)
{
	AUTO_BUFFER struct buffer out = { 0 };
	if (!accountdb_serialise(&world->db, file, &out, &world->diags))
		return "(refused)";
	return arena_strdup(&world->arena, buffer_text(&out));
}

/* ---- random ---- */

struct dice {
	uint64_t state; /* not 0 */
};

static inline unsigned
dice_below(struct dice *dice, unsigned sides)
{
	dice->state ^= dice->state << 13;
	dice->state ^= dice->state >> 7;
	dice->state ^= dice->state << 17;
	return (unsigned)(dice->state >> 33) % sides;
}

static inline bool
dice_one_in(struct dice *dice, unsigned sides)
{
	return dice_below(dice, sides) == 0;
}

static inline const char *
dice_pick(struct dice *dice, const char *const *words, size_t count)
{
	return words[dice_below(dice, (unsigned)count)];
}

/* Bytes that no field of a well-kept file has, but that some file out there does. */
static inline void
add_random_value(struct dice *dice, struct buffer *out)
{
	static const char *const values[] = { "", "x", "*", "0", "99999", "J\xc3\xb6rg", "\xff\xfe",
		"a b", "\t", "/bin/sh", "$y$j9T$abc$def", "\r", ",,,", "=,#" };
	buffer_add_text(out, dice_pick(dice, values, ARRAY_LEN(values)));
}

static inline void
add_random_members(struct dice *dice, struct buffer *out)
{
	unsigned count = dice_below(dice, 6);
	for (unsigned i = 0; i < count; i++)
		buffer_printf(out, "%sm%u", i ? "," : "", i * 7 + dice_below(dice, 7));
}

/* Names repeat now and then; ids below 5000. */
static inline void
add_random_record(struct dice *dice, enum accountdb_file file, struct buffer *out)
{
	size_t count = accountdb_field_count(file);
	if (dice_one_in(dice, 8))
		count = 2 + dice_below(dice, (unsigned)count);
	if (dice_one_in(dice, 20))
		buffer_add_text(out, " \t");
	buffer_printf(out, "n%u", dice_below(dice, 400));
	for (size_t i = 1; i < count; i++) {
		buffer_add_char(out, ':');
		bool is_id = i == 2 && (file == ACCOUNTDB_PASSWD || file == ACCOUNTDB_GROUP);
		bool is_list = i == 3 && (file == ACCOUNTDB_GROUP || file == ACCOUNTDB_GSHADOW);
		if (is_id && !dice_one_in(dice, 10))
			buffer_printf(out, "%u", dice_below(dice, 5000));
		else if (is_list)
			add_random_members(dice, out);
		else
			add_random_value(dice, out);
	}
}

static inline const char *
random_account_file(struct dice *dice, enum accountdb_file file, struct arena *arena)
{
	static const char *const oddities[] = { "", "  ", "# comment", " # indented", "garbage",
		":x:0:0", ":", "::::::::::", "\r", "\xc3\x28", "#+a" };
	AUTO_BUFFER struct buffer out = { 0 };
	unsigned lines = dice_below(dice, 40), nis = dice_below(dice, 3) ? 0 : 4;
	for (unsigned i = 0; i < lines; i++) {
		if (nis && i > lines / 2 && dice_one_in(dice, nis))
			buffer_add_text(&out, dice_one_in(dice, 2) ? "+@staff::::::" : "-mallory");
		else if (dice_one_in(dice, 5))
			buffer_add_text(&out, dice_pick(dice, oddities, ARRAY_LEN(oddities)));
		else
			add_random_record(dice, file, &out);
		if (dice_one_in(dice, 15))
			buffer_add_char(&out, '\r');
		if (i + 1 < lines || !dice_one_in(dice, 3))
			buffer_add_char(&out, '\n');
	}
	return arena_strdup(arena, buffer_text(&out));
}

#endif
