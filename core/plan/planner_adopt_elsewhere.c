/*
 * planner_adopt_elsewhere.c - a home that cannot become a jail where it stands, or is not to: the
 * jail is made at another place, and the home is copied into it or shown in it.
 *
 *	copy	the contents are copied and compared; the home stays, frozen, until the run is
 *		finalised
 *	bind	the home stays in use where it is, and is mounted on the loose folder of the jail:
 *		for homes on other machines, for shared ones, and for those too large to copy
 */
#include <string.h>

#include "core/plan/planner_adopt.h"

static const struct host_owner JAIL_ROOT = { .uid = 0, .gid = 0, .mode = 0755 };

static struct place
home_place(const struct adoption *adoption)
{
	return planner_place(adoption->account, ACCOUNT_HOME);
}

/* ---- may it be ---- */

/* A user who owns a directory above the home could put another one in its place before the next
 * boot mounts it. */
bool
adoption_check_source(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	const char *home = adoption->home;
	if (!jail_path_is_normal(home) || jail_is_system_directory(home)) {
		planner_block(planner, adoption->change, home_place(adoption), "home-system",
			"%s is a directory of the system: nothing of it is shown or copied", home);
		planner_hint(adoption->change, "Give '%s' a home of their own first.",
			adoption->change->login);
		return false;
	}
	const struct jail_component *fault = jail_base_fault(
		&planner->snapshot->jails, planner_parent(home, planner->arena), false);
	if (!fault || adoption->elsewhere == ADOPT_COPY)
		return true;
	planner_block(planner, adoption->change, home_place(adoption), "bind-unsafe",
		"others than root may change %s, and put something else in place of %s",
		fault->path, home);
	planner_hint(adoption->change,
		"Make %s root's, writable to root only, or copy the home instead.", fault->path);
	return false;
}

static bool
check_room(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	uint64_t bytes, inodes, need = adoption->inventory.bytes + adoption->inventory.bytes / 10;
	struct diags problems = { .arena = planner->arena };
	if (adoption->elsewhere != ADOPT_COPY)
		return true;
	if (!host_free_space(planner->snapshot->host,
		    planner_parent(adoption->change->after.home, planner->arena), &bytes, &inodes,
		    &problems) ||
		bytes >= need)
		return true;
	planner_block(planner, adoption->change, home_place(adoption), "space",
		"the copy needs %llu MiB at %s, where %llu MiB are free",
		(unsigned long long)(need >> 20), adoption->change->after.home,
		(unsigned long long)(bytes >> 20));
	planner_hint(
		adoption->change, "Free some, choose another home, or bind instead of copying.");
	return false;
}

/* What is shown stays whose it is. */
static bool
check_uid(struct adoption *adoption)
{
	const struct change *change = adoption->change;
	if (adoption->elsewhere == ADOPT_COPY || change->before.uid == change->after.uid)
		return true;
	planner_block(adoption->planner, adoption->change,
		planner_place(adoption->account, ACCOUNT_UID), "uid-change",
		"%s stays uid %u's when it is bound, and uid %u is asked for", adoption->home,
		(unsigned)change->before.uid, (unsigned)change->after.uid);
	planner_hint(adoption->change, "Keep the uid, or copy the home instead.");
	return false;
}

bool
adoption_check_elsewhere(struct adoption *adoption)
{
	if (!check_uid(adoption))
		return false;
	planner_check_home(adoption->planner, adoption->change, home_place(adoption));
	return !planner_is_blocked(adoption->change) && check_room(adoption);
}

/* ---- the steps ---- */

static struct step
jail_step(const struct adoption *adoption, enum step_kind kind)
{
	struct planner *planner = adoption->planner;
	const char *home = adoption->change->after.home;
	return (struct step){
		.kind = kind,
		.user = adoption->change->login,
		.path = home,
		.base = planner_parent(home, planner->arena),
		.owner = JAIL_ROOT,
	};
}

static void
add_layout(struct adoption *adoption, struct step *step, bool sealed)
{
	struct planner *planner = adoption->planner;
	ARRAY_FOREACH (folder, adoption->folders) {
		struct step_folder made = { .path = folder->path };
		if (!planner_folder_owner(planner, folder, adoption->change, &made.owner))
			continue;
		made.sealed = sealed && home_folder_is_sealed(folder);
		ARRAY_PUSH(planner->arena, &step->folders, made);
	}
}

static void
add_copy(struct adoption *adoption, struct step_home home)
{
	struct planner *planner = adoption->planner;
	struct step freeze = {
		.kind = STEP_HOME_FREEZE,
		.user = adoption->change->login,
		.path = adoption->home,
		.home = { .dev = home.dev, .ino = home.ino, .owner = home.owner },
	};
	struct step copy = jail_step(adoption, STEP_HOME_COPY);
	add_layout(adoption, &copy, true);
	home.source = adoption->home;
	copy.home = home;
	copy.home.relink = planner->config->policy.adopt_relink;
	ARRAY_PUSH(planner->arena, &planner->plan->steps, freeze);
	ARRAY_PUSH(planner->arena, &planner->plan->steps, copy);
	planner_archive_home(planner, adoption->change, &home, home.source, true);
}

/* fstab(5): blanks and backslashes in octal. */
char *
planner_fstab_word(const char *path, struct arena *arena)
{
	AUTO_BUFFER struct buffer text = { 0 };
	for (const char *c = path; *c; c++) {
		if (*c == ' ' || *c == '\t' || *c == '\n' || *c == '\\' || *c == '#')
			buffer_printf(&text, "\\%03o", (unsigned char)*c);
		else
			buffer_add_char(&text, *c);
	}
	return arena_strdup(arena, buffer_text(&text));
}

static void
add_bind(struct adoption *adoption, struct step_home home)
{
	struct planner *planner = adoption->planner;
	struct arena *arena = planner->arena;
	const char *from = adoption->home;
	struct step jail = jail_step(adoption, STEP_HOME_CREATE);
	struct step_folder place = { .path = adoption->loose, .owner = JAIL_ROOT };
	const char *target =
		arena_printf(arena, "%s/%s", adoption->change->after.home, adoption->loose);
	struct step line = { .kind = STEP_FSTAB_LINE,
		.user = adoption->change->login,
		.path = "/etc/fstab",
		.content = arena_printf(arena, "%s %s none bind,nosuid,nodev,nofail 0 0\n",
			planner_fstab_word(from, arena), planner_fstab_word(target, arena)) };
	struct step bind = { .kind = STEP_HOME_BIND,
		.user = adoption->change->login,
		.path = target,
		.home = { .dev = home.dev, .ino = home.ino, .owner = home.owner, .source = from } };
	add_layout(adoption, &jail, false);
	ARRAY_PUSH(arena, &jail.folders, place);
	ARRAY_PUSH(arena, &planner->plan->steps, jail);
	ARRAY_PUSH(arena, &planner->plan->steps, line);
	ARRAY_PUSH(arena, &planner->plan->steps, bind);
}

void
adoption_add_elsewhere(struct adoption *adoption, const struct step_home *home)
{
	struct planner *planner = adoption->planner;
	struct arena *arena = planner->arena;
	const char *from = adoption->home;
	if (adoption->elsewhere == ADOPT_COPY) {
		add_copy(adoption, *home);
		planner_add_line(adoption->change, arena, "copy",
			arena_printf(
				arena, "from %s, which stays until the run is finalised", from));
	} else {
		add_bind(adoption, *home);
		planner_add_line(adoption->change, arena, "bind",
			arena_printf(arena, "%s stays as it is and is mounted on %s/", from,
				adoption->loose));
	}
}
