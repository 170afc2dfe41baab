/*
 * planner_lines.c - the lines of a change that people read before they say yes.
 */
#include <string.h>

#include "core/plan/planner_internal.h"

void
planner_add_line(struct change *change, struct arena *arena, const char *label, const char *text)
{
	struct change_line line = { .label = label, .text = text };
	ARRAY_PUSH(arena, &change->lines, line);
}

void
planner_add_detail(struct change *change, struct arena *arena, const char *label, const char *text)
{
	struct change_line line = { .label = label, .text = text, .detail = true };
	ARRAY_PUSH(arena, &change->lines, line);
}

static const char *
password_words(enum password_kind kind)
{
	switch (kind) {
	case PASSWORD_GIVEN:
		return "password from the source";
	case PASSWORD_HASH:
		return "password hash from the source";
	case PASSWORD_GENERATED:
		return "new password in the handout";
	case PASSWORD_KEPT:
		return "password kept";
	default:
		return "no password";
	}
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

const char *
planner_day_words(int64_t day, struct arena *arena)
{
	return day == ACCOUNT_NEVER ? "never" : managed_day_text(day, arena);
}

static void
describe_account(struct planner *planner, struct change *change)
{
	const struct account_facts *facts = &change->after;
	AUTO_BUFFER struct buffer text = { 0 };
	buffer_printf(&text, "uid %u, groups", (unsigned)facts->uid);
	ARRAY_FOREACH (group, &facts->groups)
		buffer_printf(&text, " %s%s", *group,
			table_get(&planner->new_groups, *group) ? " (new)" : "");
	buffer_printf(&text, ", %s", base_name(facts->shell));
	if (facts->keys.count)
		buffer_printf(
			&text, ", %zu key%s", facts->keys.count, facts->keys.count == 1 ? "" : "s");
	else
		buffer_add_text(&text, ", no key");
	buffer_printf(&text, ", %s", password_words(facts->password));
	if (facts->expires != ACCOUNT_NEVER)
		buffer_printf(
			&text, ", expires %s", planner_day_words(facts->expires, planner->arena));
	planner_add_line(change, planner->arena, "account",
		arena_strdup(planner->arena, buffer_text(&text)));
}

static const char *
access_words(enum folder_access access)
{
	switch (access) {
	case FOLDER_WRITE:
		return "write";
	case FOLDER_READ:
		return "read-only";
	case FOLDER_READ_ADVISORY:
		return "read-only, but the user can change that";
	case FOLDER_KEPT:
		break;
	}
	return "kept";
}

/* "pics/ musics/ (write), logs/ (read-only)": neighbours of one kind together. */
void
planner_describe_folders(
	struct planner *planner, struct change *change, const struct folder_list *folders)
{
	AUTO_BUFFER struct buffer text = { 0 };
	if (change->after.layout)
		buffer_printf(&text, "%s: ", change->after.layout);
	for (size_t i = 0; i < folders->count; i++) {
		const struct folder *folder = &folders->items[i];
		bool last = i + 1 == folders->count;
		buffer_printf(&text, "%s/", folder->path);
		if (last || folder[1].access != folder->access)
			buffer_printf(
				&text, " (%s)%s", access_words(folder->access), last ? "" : ",");
		if (!last)
			buffer_add_char(&text, ' ');
	}
	if (!folders->count)
		buffer_add_text(&text, "no folders");
	planner_add_line(change, planner->arena, change->after.layout ? "layout" : "folders",
		arena_strdup(planner->arena, buffer_text(&text)));
}

void
planner_describe_create(
	struct planner *planner, struct change *change, const struct folder_list *folders)
{
	describe_account(planner, change);
	if (change->after.staged)
		planner_add_line(change, planner->arena, "staged",
			arena_printf(
				planner->arena, "closed until: rehome activate %s", change->login));
	planner_add_line(change, planner->arena, "jail",
		arena_printf(planner->arena, "%s  root:root 0755", change->after.home));
	planner_describe_folders(planner, change, folders);
	/* Of one that was decided upon, planner_old_lines.c says what it was before. */
	if (change->login_generated && !change->decisions.count)
		planner_add_line(change, planner->arena, "login", "made from the name");
}
