/*
 * adopt_fixture.h - people who live on the host already, and what is planned for their homes.
 */
#ifndef REHOME_TESTS_ADOPT_FIXTURE_H
#define REHOME_TESTS_ADOPT_FIXTURE_H

#include "tests/unit/planner_fixture.h"

static inline void
adopt(struct world *w, const char *login)
{
	string_list_push(&w->arena, &w->options.adopt, login);
}

/* A person with a home below /home. */
static inline void
add_resident(struct world *w, const char *login, unsigned uid)
{
	const char *home = arena_printf(&w->arena, "/home/%s", login);
	add_person(w, login, uid, home);
	make_dir(w, home, uid, uid, 0755);
}

static inline void
give(struct world *w, const char *path, unsigned uid, mode_t mode)
{
	assert_int_equal(chown(real(w, path), uid, uid), 0);
	assert_int_equal(chmod(real(w, path), mode), 0);
}

static inline void
set_hash(struct world *w, const char *login, const char *hash)
{
	replace_in(w, "/etc/shadow", arena_printf(&w->arena, "%s:*:", login),
		arena_printf(&w->arena, "%s:%s:", login, hash));
}

static inline void
set_expiry(struct world *w, const char *login, const char *day)
{
	replace_in(w, "/etc/shadow", arena_printf(&w->arena, "%s:*:19000:0:99999:7::", login),
		arena_printf(&w->arena, "%s:*:19000:0:99999:7::%s", login, day));
}

/* Into a group that others have too, made when it is missing; the one of its name goes. */
static inline void
set_primary_group(struct world *w, const char *login, const char *group, unsigned gid)
{
	struct stat st;
	const char *home = arena_printf(&w->arena, "/home/%s", login);
	assert_int_equal(stat(real(w, home), &st), 0);
	unsigned uid = (unsigned)st.st_uid;
	replace_in(w, "/etc/passwd", arena_printf(&w->arena, "%s:x:%u:%u:", login, uid, uid),
		arena_printf(&w->arena, "%s:x:%u:%u:", login, uid, gid));
	replace_in(w, "/etc/group", arena_printf(&w->arena, "%s:x:%u:\n", login, uid), "");
	replace_in(w, "/etc/gshadow", arena_printf(&w->arena, "%s:!::\n", login), "");
	FILE *file = fopen(real(w, "/etc/group"), "r");
	char line[256];
	bool exists = false;
	while (fgets(line, sizeof(line), file))
		exists |= strncmp(line, group, strlen(group)) == 0;
	assert_int_equal(fclose(file), 0);
	if (!exists)
		add_to_file(w, "/etc/group", arena_printf(&w->arena, "%s:x:%u:\n", group, gid));
}

/* ---- the plan in words ---- */

static inline const char *
line_of(struct world *w, const char *login, const char *label)
{
	ARRAY_FOREACH (line, &change_of(w, login)->lines) {
		if (strcmp(line->label, label) == 0)
			return line->text;
	}
	return NULL;
}

static inline const char *
joined(struct world *w, const struct string_list *texts)
{
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (text, texts)
		buffer_printf(&out, "%s%s", out.size ? " " : "", *text);
	return arena_strdup(&w->arena, buffer_text(&out));
}

static inline const char *
folders_said(struct world *w, const char *login)
{
	return joined(w, &change_of(w, login)->after.folders);
}

static inline const char *
groups_said(struct world *w, const char *login)
{
	return joined(w, &change_of(w, login)->after.groups);
}

/* "karl 1 -> 1, lena  -> 47117" */
static inline const char *
gates_said(struct world *w)
{
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (edit, &w->plan->edits) {
		if (edit->kind == EDIT_GATE)
			buffer_printf(&out, "%s%s %s -> %s", out.size ? ", " : "", edit->name,
				edit->before, edit->after);
	}
	return arena_strdup(&w->arena, buffer_text(&out));
}

/* The first finding of each change. */
static inline const char *
first_findings_said(struct world *w)
{
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (change, &w->plan->changes) {
		if ((*change)->findings.count)
			buffer_printf(&out, "%s: %s\n", (*change)->login,
				(*change)->findings.items[0].message);
	}
	return arena_strdup(&w->arena, without_root(w, buffer_text(&out)));
}

/* What the executor is told about the home. */
static inline const char *
adoption_said(struct world *w, const char *login)
{
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (step, &w->plan->steps) {
		const struct step_home *home = &step->home;
		if (step->kind != STEP_HOME_ADOPT || strcmp(step->user, login) != 0)
			continue;
		buffer_printf(&out, "%s below %s, loose %s, ids %u:%u -> %u:%u, folders %u\nfound",
			step->path, step->base, home->loose, home->old_uid, home->old_gid,
			home->new_uid, home->new_gid, home->folder_gid);
		say_owner(&out, &home->owner);
		buffer_printf(&out, ", %llu files, %llu bytes\n", (unsigned long long)home->files,
			(unsigned long long)home->bytes);
		ARRAY_FOREACH (folder, &step->folders) {
			buffer_printf(&out, "%s", folder->path);
			say_owner(&out, &folder->owner);
			buffer_printf(&out, "%s\n", folder->sealed ? " sealed" : "");
		}
	}
	return arena_strdup(&w->arena, buffer_text(&out));
}

#endif
