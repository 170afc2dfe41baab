/*
 * planner_contents.c - a new account whose jail begins with what is in a directory of this machine:
 * its home on an old server, mounted or copied here, or what was its home under another login.
 *
 * The directory is only read, and stays as it is. Its folders become folders of the jail and what
 * is loose goes into the loose folder, as in an adoption. It may be another machine's: then its
 * numbers are somebody else's here, so that what is not root's becomes the user's.
 */
#include <string.h>
#include <sys/stat.h>

#include "core/model/old_account.h"
#include "core/plan/planner_adopt.h"

static const struct host_owner JAIL_ROOT = { .uid = 0, .gid = 0, .mode = 0755 };

static struct place
contents_place(const struct adoption *filling)
{
	return filling->account->old ? filling->account->old->login->where
				     : filling->account->place;
}

/* ---- may it be ---- */

static bool
block(struct adoption *filling, const char *code, const char *message, const char *hint)
{
	planner_block(
		filling->planner, filling->change, contents_place(filling), code, "%s", message);
	planner_hint(filling->change, "%s", hint);
	return false;
}

static bool
check_overlap(struct adoption *filling)
{
	struct planner *planner = filling->planner;
	const char *home = host_real_path(
		planner->snapshot->host, filling->change->after.home, planner->arena);
	if (!jail_contains(filling->home, home) && !jail_contains(home, filling->home))
		return true;
	return block(filling, "contents-overlap",
		arena_printf(planner->arena, "%s is to be filled from %s: one is in the other",
			filling->change->after.home, filling->home),
		"Choose another home.");
}

/* As whom the old server looked at it. */
static bool
old_reader(const struct old_account *old, struct arena *arena, struct home_reader *ret_reader)
{
	if (!old || !old->login->has_ids)
		return false;
	const struct old_login *login = old->login;
	gid_t *gids = arena_alloc(arena, (login->groups.count + 1) * sizeof(*gids));
	gids[0] = login->gid;
	for (size_t i = 0; i < login->groups.count; i++)
		gids[i + 1] = login->groups.items[i];
	*ret_reader = (struct home_reader){ login->uid, gids, login->groups.count + 1 };
	return true;
}

static bool
take_inventory(struct adoption *filling, struct host *machine)
{
	struct planner *planner = filling->planner;
	struct diags problems = { .arena = planner->arena };
	const struct old_account *old = filling->account->old;
	struct home_reader reader;
	const struct home_request request = {
		.home = filling->home,
		.reader = old_reader(old, planner->arena, &reader) ? &reader : NULL,
		.old_path = old ? filling->home + strlen(old->root) : NULL,
		.uid = old ? old->login->uid : 0,
		.folders = filling->folders,
		.owner_changes = true,
		.any_device = true,
	};
	if (host_inspect(machine, filling->home, &filling->entry, &problems) &&
		filling->entry.exists &&
		home_inventory_take(
			machine, &request, planner->arena, &filling->inventory, &problems))
		return true;
	planner_block(planner, filling->change, contents_place(filling), "unreadable", "%s: %s",
		filling->home, problems.count ? problems.items[0].message : "does not exist");
	return false;
}

static bool
check_mounts(struct adoption *filling)
{
	const struct home_finding *mounts = &filling->inventory.found[HOME_MOUNT];
	struct arena *arena = filling->planner->arena;
	if (!mounts->count)
		return true;
	return block(filling, "contents-mounts",
		arena_printf(arena, "something is mounted on %s/%s", filling->home,
			mounts->paths.items[0]),
		"Unmount it for the change, or give its files a place of their own.");
}

/* All new homes of the plan come to the same places. */
static bool
check_room(struct adoption *filling)
{
	struct planner *planner = filling->planner;
	uint64_t bytes, inodes, need = filling->inventory.bytes;
	struct diags problems = { .arena = planner->arena };
	const char *base = planner_parent(filling->change->after.home, planner->arena);
	if (!host_free_space(planner->snapshot->host, base, &bytes, &inodes, &problems))
		return true;
	need += planner->contents_bytes;
	if (need <= bytes) {
		planner->contents_bytes = need;
		return true;
	}
	return block(filling, "space",
		arena_printf(planner->arena,
			"the copies so far and this one need %llu MiB below %s, where %llu MiB are "
			"free",
			(unsigned long long)(need >> 20), base, (unsigned long long)(bytes >> 20)),
		"Free some, or choose another place for homes.");
}

bool
planner_look_at_contents(struct adoption *filling)
{
	struct diags problems = { .arena = filling->planner->arena };
	struct host *machine = host_create("/", HOST_READ_ONLY, &problems);
	bool good = machine && check_overlap(filling) && take_inventory(filling, machine) &&
		check_mounts(filling) && check_room(filling);
	host_destroy(machine);
	if (good)
		adoption_list_folders(filling);
	return good;
}

/* ---- the step ---- */

/* Another machine's, unless ROOT is this machine's own "/". */
static bool
is_foreign(const struct account *account)
{
	struct stat there, here;
	const char *root = account->old ? account->old->root : "";
	return stat(*root ? root : "/", &there) != 0 || stat("/", &here) != 0 ||
		there.st_dev != here.st_dev || there.st_ino != here.st_ino;
}

static struct string_list
further_groups(const struct old_login *login, struct arena *arena)
{
	struct string_list groups = { 0 };
	ARRAY_FOREACH (gid, &login->groups)
		string_list_push(arena, &groups, arena_printf(arena, "%u", (unsigned)*gid));
	return groups;
}

/* Nobody who was not root there is taken for root because nothing says who it was. */
static uid_t
old_uid_of(const struct adoption *filling, bool has_ids)
{
	uid_t owner = filling->entry.st.st_uid;
	if (has_ids)
		return filling->account->old->login->uid;
	return owner ? owner : filling->change->after.uid;
}

static struct step_home
contents_home(const struct adoption *filling)
{
	const struct account_facts *after = &filling->change->after;
	const struct old_account *old = filling->account->old;
	const struct stat *st = &filling->entry.st;
	bool has_ids = old && old->login->has_ids;
	return (struct step_home){
		.dev = st->st_dev,
		.ino = st->st_ino,
		.owner = { st->st_uid, st->st_gid, st->st_mode & 07777 },
		.files = filling->inventory.files,
		.bytes = filling->inventory.bytes,
		.loose = filling->loose,
		.old_uid = old_uid_of(filling, has_ids),
		.new_uid = after->uid,
		.old_gid = has_ids ? old->login->gid : st->st_gid,
		.new_gid = after->gid,
		.folder_gid = filling->planner->jail_gid,
		.relink = filling->planner->config->policy.adopt_relink,
		.source = filling->home,
		.old_groups = has_ids ? further_groups(old->login, filling->planner->arena)
				      : (struct string_list){ 0 },
		.foreign = is_foreign(filling->account),
		.old_path = old && *old->root ? filling->home + strlen(old->root) : NULL,
	};
}

static void
describe_owners(struct adoption *filling, const struct step_home *home)
{
	struct arena *arena = filling->planner->arena;
	const char *login = filling->change->login;
	planner_add_line(filling->change, arena, "owners",
		home->foreign ? arena_printf(arena,
					"root's stays root's, all else becomes %s's; ACLs are not "
					"carried",
					login)
			      : arena_printf(arena, "what was uid %u's becomes %s's",
					(unsigned)home->old_uid, login));
}

void
planner_fill_home(struct adoption *filling)
{
	struct planner *planner = filling->planner;
	struct change *change = filling->change;
	struct step step = {
		.kind = STEP_HOME_FILL,
		.user = change->login,
		.path = change->after.home,
		.base = planner_parent(change->after.home, planner->arena),
		.owner = JAIL_ROOT,
		.home = contents_home(filling),
	};
	ARRAY_FOREACH (folder, filling->folders) {
		struct step_folder made = {
			.path = folder->path,
			.sealed = home_folder_is_sealed(folder),
		};
		if (planner_folder_owner(planner, folder, change, &made.owner))
			ARRAY_PUSH(planner->arena, &step.folders, made);
	}
	ARRAY_PUSH(planner->arena, &planner->plan->steps, step);
}

/* Another machine's owners are nobody here, so that what they closed to the login is its own. */
static void
warn_of_unread(struct adoption *filling, const struct step_home *home)
{
	const struct home_finding *unread = &filling->inventory.found[HOME_UNREAD];
	if (!home->foreign || !unread->count)
		return;
	planner_warn(filling->planner, filling->change, contents_place(filling), "contents-unread",
		"%llu %s that it could not read on the old server, such as %s/%s, %s its own",
		(unsigned long long)unread->count, unread->count == 1 ? "entry" : "entries",
		filling->home, unread->paths.items[0], unread->count == 1 ? "becomes" : "become");
	planner_hint(filling->change,
		"Give root what nobody shall see: what is root's there stays root's.");
}

void
planner_describe_contents(struct adoption *filling)
{
	const struct step_home home = contents_home(filling);
	warn_of_unread(filling, &home);
	adoption_describe_contents(filling);
	describe_owners(filling, &home);
}
