/*
 * adopt_owners.c - whose the contents of a home become, inode by inode, and whose they were.
 *
 * Three rules, the innermost first: a folder of the layout gets the layout's owner and mode, and
 * where it is read-only, so does all below it; a first-level folder of the user's gets the jail's
 * group; and where the account gets another uid, everything of the old one's gets the new one, and
 * its group likewise. An inode that has links outside the home is left alone: whoever made them may
 * not be the user. What comes from another machine keeps nobody's number but root's.
 */
#include <inttypes.h>
#include <string.h>

#include "core/run/adopt.h"

/* ---- the rules ---- */

static bool
is_below(const char *path, const char *folder)
{
	size_t length = strlen(folder);
	return strncmp(path, folder, length) == 0 && path[length] == '/';
}

/* The layout's folder that this path is or lies in, the innermost. */
static const struct step_folder *
folder_of(const struct step *step, const char *path)
{
	const struct step_folder *found = NULL;
	ARRAY_FOREACH (folder, &step->folders) {
		if ((strcmp(folder->path, path) == 0 || is_below(path, folder->path)) &&
			(!found || strlen(folder->path) > strlen(found->path)))
			found = folder;
	}
	return found;
}

bool
adopt_remaps(const struct step *step)
{
	return step->kind == STEP_HOME_FILL || step->kind == STEP_CONTENTS_CARRY ||
		step->home.old_uid != step->home.new_uid;
}

/* Whether the path belongs to what is moved into the jail, where the layout has a say. */
static bool
is_moved(const struct walk_entry *entry)
{
	return entry->path[0] != '.' && (strchr(entry->path, '/') || S_ISDIR(entry->st.st_mode));
}

static bool
is_copied(const struct step *step)
{
	return step->kind == STEP_HOME_FILL || step->kind == STEP_CONTENTS_CARRY;
}

static bool
was_in_group(const struct step_home *home, gid_t gid)
{
	char text[16];
	snprintf(text, sizeof(text), "%u", (unsigned)gid);
	return gid == home->old_gid || string_list_has(&home->old_groups, text);
}

/* By the mode bits, as the kernel has them where it came from. */
static bool
could_read(const struct step_home *home, const struct stat *st)
{
	if (st->st_uid == home->old_uid)
		return true;
	return st->st_mode & (was_in_group(home, st->st_gid) ? S_IRGRP : S_IROTH);
}

/* A second name of somebody's file, which the user may have made because he could not read it. */
static bool
is_closed_link(const struct step *step, const struct stat *st)
{
	return is_copied(step) && S_ISREG(st->st_mode) && st->st_nlink > 1 &&
		!could_read(&step->home, st);
}

/* Root's, readable to the user through their own group, writable to nobody; what a copied home kept
 * from him, it keeps. */
static struct host_owner
sealed_owner(const struct step *step, const struct stat *st)
{
	mode_t mode = st->st_mode & 0755;
	if (is_copied(step) && !could_read(&step->home, st))
		return (struct host_owner){ 0, 0, mode & 0700 };
	mode = (mode & ~(mode_t)022) | ((mode & 0500) >> 3);
	return (struct host_owner){ 0, step->home.new_gid, mode };
}

/* Whether it is to belong to the user: by number, or to anybody but root of another machine. */
static bool
is_users(const struct step_home *home, uid_t uid)
{
	return home->foreign ? uid != 0 : uid == home->old_uid;
}

/* Root's stays root's, and so does what its group alone could do, unless the user was in it. */
static struct host_owner
foreign_owner(const struct step *step, const struct stat *st)
{
	const struct step_home *home = &step->home;
	mode_t mode = st->st_mode & (S_ISREG(st->st_mode) ? 01777 : 07777);
	if (is_closed_link(step, st))
		return (struct host_owner){ 0, 0, mode & 0700 };
	bool is_roots = st->st_uid == 0;
	bool group_moves = st->st_gid != 0 && (!is_roots || was_in_group(home, st->st_gid));
	return (struct host_owner){ is_roots ? 0 : home->new_uid, group_moves ? home->new_gid : 0,
		mode };
}

static struct host_owner
remapped_owner(const struct step *step, const struct stat *st)
{
	const struct step_home *home = &step->home;
	struct host_owner owner = { st->st_uid, st->st_gid, st->st_mode & 07777 };
	if (!adopt_remaps(step))
		return owner;
	if (home->foreign)
		return foreign_owner(step, st);
	if (is_users(home, owner.uid))
		owner.uid = home->new_uid;
	if (owner.gid == home->old_gid)
		owner.gid = home->new_gid;
	bool moves = is_copied(step) || owner.uid != st->st_uid || owner.gid != st->st_gid;
	if (moves && S_ISREG(st->st_mode))
		owner.mode &= 01777;
	return owner;
}

/* The jail's group must not get rights that the old group had: other people are in it. */
static struct host_owner
folder_owner(const struct step *step, const struct stat *st)
{
	return (struct host_owner){ step->home.new_uid, step->home.folder_gid,
		(st->st_mode & 01755) | 0700 };
}

struct host_owner
adopt_loose_owner(const struct step *step)
{
	return (struct host_owner){ step->home.new_uid, step->home.folder_gid,
		(step->home.owner.mode & 01755) | 0700 };
}

bool
adopt_moves(const char *name, const struct stat *st)
{
	return S_ISDIR(st->st_mode) && name[0] != '.';
}

struct host_owner
adopt_wanted_owner(const struct step *step, const struct walk_entry *entry, bool *ret_sealed)
{
	const struct stat *st = &entry->st;
	const struct step_folder *folder = is_moved(entry) ? folder_of(step, entry->path) : NULL;
	bool is_folder = folder && strcmp(folder->path, entry->path) == 0;
	*ret_sealed = folder && folder->sealed;
	if (is_folder && S_ISDIR(st->st_mode))
		return folder->owner;
	if (*ret_sealed)
		return sealed_owner(step, st);
	if (entry->depth == 1 && is_moved(entry) && is_users(&step->home, st->st_uid))
		return folder_owner(step, st);
	return remapped_owner(step, st);
}

/* Whether anything below this directory is to change. */
static bool
is_entered(const struct step *step, const struct walk_entry *entry)
{
	if (entry->depth == 0 || adopt_remaps(step) || step->home.relink)
		return true;
	if (!is_moved(entry))
		return false;
	ARRAY_FOREACH (folder, &step->folders) {
		bool here = strcmp(folder->path, entry->path) == 0 ||
			is_below(entry->path, folder->path);
		if (is_below(folder->path, entry->path) || (here && folder->sealed))
			return true;
	}
	return false;
}

/* ---- links ---- */

/* How many names each inode with several has in this home. */
struct link_counts {
	struct arena *arena;
	struct table counts; /* inode, decimal -> count */
};

static const char *
inode_key(struct arena *arena, const struct stat *st)
{
	return arena_printf(arena, "%" PRIu64, (uint64_t)st->st_ino);
}

static bool
has_several_names(const struct stat *st)
{
	return !S_ISDIR(st->st_mode) && st->st_nlink > 1;
}

static enum walk_verdict
count_link(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	struct link_counts *links = ctx;
	(void)diags;
	if (!entry->is_mount && has_several_names(&entry->st)) {
		const char *key = inode_key(links->arena, &entry->st);
		uintptr_t count = (uintptr_t)table_get(&links->counts, key);
		table_set(&links->counts, key, (void *)(count + 1));
	}
	return WALK_ON;
}

static bool
count_links(struct adoption *adoption, struct link_counts *ret_links)
{
	*ret_links = (struct link_counts){
		.arena = adoption->scratch,
		.counts = { .arena = adoption->scratch },
	};
	const struct walk_visitor visitor = { .ctx = ret_links, .enter = count_link };
	return host_walk(adoption->run->host, adoption->home_fd, adoption->home_path, &visitor,
		adoption->run->diags);
}

static bool
is_linked_outside(struct link_counts *links, const struct stat *st)
{
	return has_several_names(st) &&
		(uintptr_t)table_get(&links->counts, inode_key(links->arena, st)) != st->st_nlink;
}

/* ---- writing down ---- */

struct recorder {
	struct adoption *adoption;
	const struct tree_record *moved; /* what is known of it by then */
	struct tree_writer *writer;
	struct link_counts links;
};

static bool
same_owner(const struct host_owner *a, const struct host_owner *b, bool is_link)
{
	return a->uid == b->uid && a->gid == b->gid && (is_link || a->mode == b->mode);
}

static struct host_owner
owner_of(const struct stat *st)
{
	return (struct host_owner){ st->st_uid, st->st_gid, st->st_mode & 07777 };
}

static bool
is_dropped(const char *name, bool sealed)
{
	return strcmp(name, "security.capability") == 0 ||
		(sealed && strncmp(name, "system.posix_acl_", strlen("system.posix_acl_")) == 0);
}

/* Their memory lives until the line is written. */
static bool
find_dropped(struct recorder *recorder, const struct walk_entry *entry, bool sealed,
	struct arena *arena, struct host_xattrs *ret_dropped)
{
	struct run *run = recorder->adoption->run;
	struct host_xattrs all = { 0 };
	*ret_dropped = (struct host_xattrs){ 0 };
	if (S_ISLNK(entry->st.st_mode))
		return true;
	if (!host_read_xattrs(run->host, entry->fd, entry->path, arena, &all, run->diags))
		return false;
	ARRAY_FOREACH (xattr, &all) {
		if (is_dropped(xattr->name, sealed))
			ARRAY_PUSH(arena, ret_dropped, *xattr);
	}
	return true;
}

/* What has a new number already is written down although it stays: an undo takes what has it and is
 * not written down for made since. */
static bool
has_new_ids(const struct step *step, const struct stat *st)
{
	const struct step_home *home = &step->home;
	return adopt_remaps(step) &&
		(st->st_uid == home->new_uid ||
			(home->new_gid != home->old_gid && st->st_gid == home->new_gid));
}

static bool
record(struct recorder *recorder, const struct walk_entry *entry)
{
	AUTO_ARENA struct arena arena = { 0 };
	bool sealed;
	struct owned_inode inode = {
		.ino = entry->st.st_ino,
		.path = entry->path,
		.before = owner_of(&entry->st),
		.after = adopt_wanted_owner(recorder->adoption->step, entry, &sealed),
	};
	bool is_link = S_ISLNK(entry->st.st_mode);
	if (is_link)
		inode.after.mode = inode.before.mode;
	bool relinked;
	if (!adopt_record_link(recorder->adoption, recorder->moved, entry, &inode.after,
		    recorder->writer, &relinked))
		return false;
	if (relinked)
		return true;
	bool same = same_owner(&inode.before, &inode.after, is_link);
	bool is_kept = has_new_ids(recorder->adoption->step, &entry->st);
	if (same && !sealed && !is_kept)
		return true;
	if (!find_dropped(recorder, entry, sealed, &arena, &inode.dropped))
		return false;
	same = same && !inode.dropped.count;
	if (same && !is_kept)
		return true;
	if (!same && is_linked_outside(&recorder->links, &entry->st)) {
		inode.after = inode.before;
		inode.dropped = (struct host_xattrs){ 0 };
		return tree_writer_skip(recorder->writer, entry->path) &&
			(!is_kept || tree_writer_own(recorder->writer, &inode));
	}
	return tree_writer_own(recorder->writer, &inode);
}

static enum walk_verdict
record_entry(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	struct recorder *recorder = ctx;
	(void)diags;
	if (entry->is_mount)
		return WALK_SKIP;
	if (entry->depth > 0 && !record(recorder, entry))
		return WALK_STOP;
	return is_entered(recorder->adoption->step, entry) ? WALK_ON : WALK_SKIP;
}

static bool
needs_link_counts(const struct step *step)
{
	bool sealed = false;
	ARRAY_FOREACH (folder, &step->folders)
		sealed = sealed || folder->sealed;
	return sealed || adopt_remaps(step);
}

bool
adopt_record_owners(
	struct adoption *adoption, const struct tree_record *moved, struct tree_writer *writer)
{
	struct recorder recorder = { .adoption = adoption, .moved = moved, .writer = writer };
	const struct walk_visitor visitor = { .ctx = &recorder, .enter = record_entry };
	if (needs_link_counts(adoption->step) && !count_links(adoption, &recorder.links))
		return false;
	return host_walk(adoption->run->host, adoption->home_fd, adoption->home_path, &visitor,
		adoption->run->diags);
}

/* ---- changing ---- */

struct owning {
	struct adoption *adoption;
	const struct tree_record *record;
	struct link_counts links;
	bool deep; /* there is something below the first level */
	size_t conflicts;
	const char *conflict; /* the path of the first */
	size_t withheld;      /* files that had more rights than their user, and lose them */
	const char *first_withheld;
};

static void
owning_init(struct owning *owning, struct adoption *adoption, const struct tree_record *record)
{
	*owning = (struct owning){
		.adoption = adoption,
		.record = record,
		.deep = adopt_remaps(adoption->step),
	};
	ARRAY_FOREACH (inode, &record->owned)
		owning->deep = owning->deep || strchr(inode->path, '/');
}

static enum walk_verdict
own_entry(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	struct owning *owning = ctx;
	struct run *run = owning->adoption->run;
	const struct owned_inode *inode = tree_record_find(owning->record, entry->st.st_ino);
	struct host_owner found = owner_of(&entry->st);
	if (entry->is_mount)
		return WALK_SKIP;
	if (!inode || entry->depth == 0)
		return owning->deep || entry->depth == 0 ? WALK_ON : WALK_SKIP;
	bool is_link = S_ISLNK(entry->st.st_mode);
	bool done = same_owner(&found, &inode->after, is_link);
	if (!done && !same_owner(&found, &inode->before, is_link)) {
		diag_error(diags, at(arena_strdup(diags->arena, entry->path), 0),
			"owner or mode changed while the home of '%s' was being adopted",
			owning->adoption->step->user);
		return WALK_STOP;
	}
	ARRAY_FOREACH (xattr, &inode->dropped) {
		if (!host_remove_xattr(run->host, entry->fd, entry->path, xattr->name, diags))
			return WALK_STOP;
	}
	/* Without its ACL a mode is another one, so it is set in any case. */
	if ((!done || inode->dropped.count) &&
		!host_own_fd(run->host, entry->fd, entry->path, &inode->after, diags))
		return WALK_STOP;
	return owning->deep ? WALK_ON : WALK_SKIP;
}

bool
adopt_own(struct adoption *adoption, const struct tree_record *record)
{
	struct owning owning;
	owning_init(&owning, adoption, record);
	const struct walk_visitor visitor = { .ctx = &owning, .enter = own_entry };
	return !record->owned.count ||
		host_walk(adoption->run->host, adoption->home_fd, adoption->home_path, &visitor,
			adoption->run->diags);
}

/* ---- setting back ---- */

static void
note_conflict(struct owning *owning, const struct walk_entry *entry)
{
	if (!owning->conflicts++)
		owning->conflict = arena_strdup(owning->adoption->scratch, entry->path);
}

/* What people made since belongs to them by their new number, and follows them to the old one. */
static struct host_owner
owner_of_new(struct owning *owning, const struct walk_entry *entry)
{
	const struct step_home *home = &owning->adoption->step->home;
	struct host_owner found = owner_of(&entry->st), owner = found;
	if (entry->depth == 0 || !adopt_remaps(owning->adoption->step))
		return found;
	if (owner.uid == home->new_uid)
		owner.uid = home->old_uid;
	if (owner.gid == home->new_gid)
		owner.gid = home->old_gid;
	if (same_owner(&found, &owner, true) || !is_linked_outside(&owning->links, &entry->st))
		return owner;
	note_conflict(owning, entry);
	return found;
}

/* Owner and mode each for itself: a mode that somebody gave since is theirs. */
static struct host_owner
owner_before(struct owning *owning, const struct walk_entry *entry, const struct owned_inode *inode)
{
	struct host_owner owner = owner_of(&entry->st);
	if (owner.uid == inode->after.uid && owner.gid == inode->after.gid) {
		owner.uid = inode->before.uid;
		owner.gid = inode->before.gid;
	} else if (owner.uid != inode->before.uid || owner.gid != inode->before.gid) {
		note_conflict(owning, entry);
		return owner;
	}
	if (owner.mode == inode->after.mode)
		owner.mode = inode->before.mode;
	return owner;
}

/* Set-ID bits that give more than the user's own rights. */
static mode_t
foreign_bits(const struct step *step, const struct owned_inode *inode)
{
	const struct host_owner *before = &inode->before;
	mode_t bits = before->uid != step->home.old_uid ? 04000 : 0;
	if (before->gid != step->home.old_gid)
		bits |= 02000;
	return before->mode & bits;
}

/*
 * Such rights, and capabilities, were given to contents. They come back only to contents that are
 * surely still the same: nobody was let in yet, or it was root's all the time and nobody else could
 * write it, at its place (a deleted file's inode may have become another one).
 */
static bool
is_trusted(struct owning *owning, const struct walk_entry *entry, const struct owned_inode *inode)
{
	return !owning->adoption->run->announced[PHASE_ACTIVATE] ||
		(inode->after.uid == 0 && !(inode->after.mode & 022) &&
			strcmp(entry->path, inode->path) == 0);
}

static void
withhold(struct owning *owning, const struct walk_entry *entry, const struct owned_inode *inode,
	struct host_owner *owner)
{
	mode_t bits = foreign_bits(owning->adoption->step, inode);
	struct host_owner found = owner_of(&entry->st);
	if (same_owner(&found, &inode->before, false))
		return; /* given back under another of its names */
	owner->mode &= ~bits;
	if ((bits || inode->dropped.count) && !owning->withheld++)
		owning->first_withheld = arena_strdup(owning->adoption->scratch, entry->path);
}

static bool
give_back_xattrs(struct run *run, const struct walk_entry *entry, const struct owned_inode *inode,
	struct diags *diags)
{
	ARRAY_FOREACH (xattr, &inode->dropped) {
		if (!host_set_xattr(
			    run->host, entry->fd, entry->path, xattr->name, xattr->value, diags))
			return false;
	}
	return true;
}

static enum walk_verdict
disown_entry(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	struct owning *owning = ctx;
	struct run *run = owning->adoption->run;
	const struct owned_inode *inode =
		entry->depth ? tree_record_find(owning->record, entry->st.st_ino) : NULL;
	if (entry->is_mount)
		return WALK_SKIP;
	struct host_owner found = owner_of(&entry->st);
	struct host_owner owner =
		inode ? owner_before(owning, entry, inode) : owner_of_new(owning, entry);
	bool is_link = S_ISLNK(entry->st.st_mode);
	bool withheld = inode && S_ISREG(entry->st.st_mode) && !is_trusted(owning, entry, inode);
	if (withheld)
		withhold(owning, entry, inode, &owner);
	if (!same_owner(&found, &owner, is_link) &&
		!host_own_fd(run->host, entry->fd, entry->path, &owner, diags))
		return WALK_STOP;
	if (inode && !is_link && !withheld && same_owner(&owner, &inode->before, false) &&
		!give_back_xattrs(run, entry, inode, diags))
		return WALK_STOP;
	return owning->deep || entry->depth == 0 ? WALK_ON : WALK_SKIP;
}

bool
adopt_disown(struct adoption *adoption, const struct tree_record *record)
{
	struct run *run = adoption->run;
	struct owning owning;
	owning_init(&owning, adoption, record);
	const struct walk_visitor visitor = { .ctx = &owning, .enter = disown_entry };
	if (adopt_remaps(adoption->step) && !count_links(adoption, &owning.links))
		return false;
	if (!record->owned.count && !adopt_remaps(adoption->step))
		return true;
	if (!host_walk(run->host, adoption->home_fd, adoption->home_path, &visitor, run->diags))
		return false;
	if (owning.withheld)
		run_kept(run, adoption->step->user,
			"%zu files of %s do not get back their set-ID bits or capabilities, "
			"because the user could change them: %s%s",
			owning.withheld, adoption->step->path, owning.first_withheld,
			owning.withheld > 1 ? ", ..." : "");
	if (owning.conflicts)
		run_conflict(run, adoption->step->user,
			"%zu entries of %s have other owners than the run gave them, and keep "
			"them: %s%s",
			owning.conflicts, adoption->step->path, owning.conflict,
			owning.conflicts > 1 ? ", ..." : "");
	return true;
}
