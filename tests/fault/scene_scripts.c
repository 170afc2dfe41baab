/*
 * scene_scripts.c - what the real program is stopped at.
 */
#include "scene.h"

#include <err.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#define HASH                                                                                       \
	"$6$abcdefgh$mtjCt3Dh9vsZV8JiCKbrAmn4w.xuVaeKtguTye7a4EiGXmK6HTzDQ3ZLMvOaMwv."             \
	"tv9uFI989420oTf92V2/V/"
#define KEY_1                                                                                      \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAVDlAwkRZCFyR89KI0MHyO1UQAuugWFCdqjE7e8j7Sm anna"
#define KEY_2 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f new"

#define CONFIG "version: 1\npolicy:\n  passwords: { new: generated }\n  failure: run\n"
#define HEADER "username,full_name,password_hash,ssh_keys,groups,folders,home\n"

/* One of each kind: a hash, a key, and a generated password in a place that has to be made. */
static const char people[] = HEADER "matteo,Matteo Rossi," HASH ",,press,pics musics logs:ro,\n"
				    "anna,Anna Vogel,," KEY_1 ",,pics pics/raw,\n"
				    "greta,Greta Weiss,,,press,in out,/srv/new/sub/greta\n";

/* Names, keys, groups and folders of those who are there already. */
static const char changed[] =
	HEADER "matteo,Matteo Rossi-Bianchi,,,users,pics musics logs:ro more,\n"
	       "anna,Anna Vogel,," KEY_2 ",press,pics pics/raw pics/raw/2025,\n"
	       "greta,Greta Weiss,,,press,in out,/srv/new/sub/greta\n";

static void
upload(const char *root)
{
	machine_make_dir(root, "/home/matteo/pics/2025", 20000, 0755);
	machine_write(root, "/home/matteo/pics/2025/sea.jpg", "blue", 0644);
}

static const struct scene_script create = {
	.name = "create",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.sheets = { people },
	.once = { "plan -q sheet@0 -o plan@0" },
	.act = "apply -q -y plan@0",
};

static const struct scene_script change = {
	.name = "change",
	.kind = MACHINE_NIS,
	.config = CONFIG,
	.sheets = { people, changed },
	.once = { "apply -q -y sheet@0", "plan -q sheet@1 -o plan@1" },
	.act = "apply -q -y plan@1",
};

static const struct scene_script rollback = {
	.name = "rollback",
	.kind = MACHINE_RAGGED,
	.config = CONFIG,
	.sheets = { people },
	.once = { "plan -q sheet@0 -o plan@0" },
	.each = { "apply -q -y plan@0" },
	.use = upload,
	.act = "rollback -q -y 1",
	.only_forward = true,
};

static const struct scene_script rollback_change = {
	.name = "rollback of changes",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.sheets = { people, changed },
	.once = { "apply -q -y sheet@0", "plan -q sheet@1 -o plan@1" },
	.each = { "apply -q -y plan@1" },
	.act = "rollback -q -y 2",
	.only_forward = true,
};

/* ---- homes that people live in ---- */

static char *
real(const char *root, const char *path)
{
	static char text[2][4096];
	static unsigned turn;
	char *next = text[++turn % 2];
	snprintf(next, sizeof(text[0]), "%s%s", root, path);
	return next;
}

static void
file(const char *root, const char *path, const char *content, uid_t uid, gid_t gid, mode_t mode)
{
	machine_write(root, path, content, 0600);
	if (lchown(real(root, path), uid, gid) != 0 || chmod(real(root, path), mode) != 0)
		err(1, "%s", path);
}

static void
dir(const char *root, const char *path, uid_t uid, mode_t mode)
{
	machine_make_dir(root, path, uid, mode);
}

static void
same_file(const char *root, const char *from, const char *to)
{
	if (link(real(root, from), real(root, to)) != 0)
		err(1, "%s", to);
}

static void
leading_to(const char *root, const char *path, const char *target, uid_t uid)
{
	if (symlink(target, real(root, path)) != 0 || lchown(real(root, path), uid, uid) != 0)
		err(1, "%s", path);
}

/* Loose files, folders, dotfiles, links of both kinds. */
static void
furnish_heinz(const char *root)
{
	dir(root, "/home/heinz/letters", 1000, 0700);
	file(root, "/home/heinz/letters/one", "heinz 1", 1000, 1000, 0600);
	same_file(root, "/home/heinz/letters/one", "/home/heinz/first");
	leading_to(root, "/home/heinz/newest", "letters/one", 1000);
	dir(root, "/home/heinz/logs", 1000, 02775);
	file(root, "/home/heinz/logs/access", "heinz 2", 1000, 1000, 0664);
	dir(root, "/home/heinz/.cache", 1000, 0700);
	file(root, "/home/heinz/.cache/x", "heinz 3", 1000, 1000, 0600);
	if (chown(real(root, "/home/heinz/letter"), 1000, 1000) != 0 ||
		chown(real(root, "/home/heinz"), 1000, 1000) != 0)
		err(1, "heinz");
}

static void
furnish_berta(const char *root)
{
	dir(root, "/home/berta", 1001, 0750);
	dir(root, "/home/berta/.ssh", 1001, 0700);
	file(root, "/home/berta/.ssh/authorized_keys", KEY_1 "\n", 1001, 1001, 0600);
	dir(root, "/home/berta/web", 1001, 0755);
	dir(root, "/home/berta/web/deep", 1001, 0755);
	file(root, "/home/berta/web/deep/index.html", "<p>berta", 1001, 1001, 0644);
}

/* What tools of the kind stumble over: owners, rights, types and attributes that are not usual. */
static void
furnish_carla(const char *root)
{
	static const unsigned char capability[] = { 1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0 };
	dir(root, "/home/carla", 1002, 0711);
	dir(root, "/home/carla/bin", 1002, 0755);
	file(root, "/home/carla/bin/suid", "carla 1", 1002, 1002, 06755);
	file(root, "/home/carla/bin/capable", "carla 2", 1002, 1002, 0755);
	file(root, "/home/carla/bin/roots", "carla 3", 0, 1002, 0640);
	file(root, "/home/carla/bin/strangers", "carla 4", 4711, 4712, 0604);
	file(root, "/home/carla/loose", "carla 5", 1002, 100, 0666);
	file(root, "/srv/shared", "shared", 1002, 1002, 0644);
	same_file(root, "/srv/shared", "/home/carla/bin/shared");
	(void)setxattr(real(root, "/home/carla/bin/capable"), "security.capability", capability,
		sizeof(capability), 0);
	(void)setxattr(real(root, "/home/carla/loose"), "user.colour", "green", 5, 0);
	if (mkfifo(real(root, "/home/carla/pipe"), 0600) != 0 ||
		lchown(real(root, "/home/carla/pipe"), 1002, 1002) != 0)
		err(1, "carla");
}

static void
furnish_homes(const char *root)
{
	machine_append(root, "/etc/passwd",
		"berta:x:1001:1001:Berta:/home/berta:/bin/sh\n"
		"carla:x:1002:1002:Carla:/home/carla:/bin/bash\n");
	machine_append(root, "/etc/shadow",
		"berta:!:19000:0:99999:7:::\n"
		"carla:$6$abcdefgh$other:19000:0:99999:7:::\n");
	machine_append(root, "/etc/group", "berta:x:1001:\ncarla:x:1002:\n");
	machine_append(root, "/etc/gshadow", "berta:!::\ncarla:!::\n");
	furnish_heinz(root);
	furnish_berta(root);
	furnish_carla(root);
}

static const char lived_in[] = "username,full_name,uid,folders\n"
			       "heinz,Heinz,,letters logs:ro incoming\n"
			       "berta,Berta,,web\n"
			       "carla,Carla,30002,bin:ro data\n";

/* Weeks later. */
static void
live_on(const char *root)
{
	file(root, "/home/heinz/letters/two", "since 1", 1000, 1000, 0600);
	file(root, "/home/heinz/incoming/upload", "since 2", 1000, 1000, 0600);
	dir(root, "/home/berta/web/new", 1001, 0755);
	file(root, "/home/berta/web/new/page", "since 3", 1001, 1001, 0644);
}

static const struct scene_script adopt = {
	.name = "adopt",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.furnish = furnish_homes,
	.sheets = { lived_in },
	.each = { "plan -q sheet@0 --adopt all -o plan@0" },
	.act = "apply -q -y plan@0",
	.archives = true,
};

static const struct scene_script rollback_adopt = {
	.name = "rollback of adoptions",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.furnish = furnish_homes,
	.sheets = { lived_in },
	.each = { "apply -q -y sheet@0 --adopt all" },
	.use = live_on,
	.act = "rollback -q -y 1",
	.only_forward = true,
};

/* ---- people who leave ---- */

/* Somebody new and somebody who is shut out, in one run. */
static const char coming_and_going[] =
	"username,full_name,state,folders\n"
	"matteo,Matteo Rossi-Bianchi,active,pics musics logs:ro more\n"
	"anna,Anna Vogel,left,\n"
	"emil,Emil Neu,active,in\n";

static const struct scene_script leave = {
	.name = "come and leave",
	.kind = MACHINE_NIS,
	.config = CONFIG "  leavers: { action: archive, grace: { archive: 0d } }\n",
	.sheets = { people, coming_and_going },
	.each = { "apply -q -y sheet@0", "plan -q sheet@1 -o plan@1" },
	.use = upload,
	.act = "apply -q -y plan@1",
	.archives = true,
};

static const struct scene_script remove_anna = {
	.name = "remove",
	.kind = MACHINE_RAGGED,
	.config = CONFIG,
	.sheets = { people },
	.each = { "apply -q -y sheet@0", "retire -q -y anna" },
	.act = "remove -q -y --now anna",
};

static const struct scene_script rollback_remove = {
	.name = "rollback of removing",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.sheets = { people },
	.each = { "apply -q -y sheet@0", "retire -q -y anna", "remove -q -y --now anna" },
	.act = "rollback -q -y 3",
	.only_forward = true,
};

static const struct scene_script disable = {
	.name = "disable",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.sheets = { people },
	.once = { "apply -q -y sheet@0" },
	.use = upload,
	.act = "disable -q -y matteo anna",
};

static const struct scene_script rollback_retire = {
	.name = "rollback of leaving",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.sheets = { people },
	.once = { "apply -q -y sheet@0" },
	.each = { "retire -q -y matteo anna" },
	.act = "rollback -q -y 2",
	.only_forward = true,
};

/* ---- people who get other logins ---- */

static const char numbered[] =
	"id," HEADER "1,matteo,Matteo Rossi," HASH "," KEY_1 ",press,pics musics logs:ro,\n"
	"2,anna,Anna Vogel,," KEY_2 ",,pics pics/raw,\n";

/* One with all else that a row may change, one who comes. */
static const char renumbered[] =
	"id," HEADER "1,rossi,Matteo Rossi-Bianchi,," KEY_1 ",users,pics musics logs:ro more,\n"
	"2,anna,Anna Vogel,," KEY_2 ",,pics pics/raw,\n"
	"3,emil,Emil Neu,,,,in,\n";

static const struct scene_script other_logins = {
	.name = "rename",
	.kind = MACHINE_NIS,
	.config = CONFIG,
	.sheets = { numbered, renumbered },
	.each = { "apply -q -y sheet@0", "plan -q sheet@1 -o plan@1" },
	.use = upload,
	.act = "apply -q -y plan@1",
};

static const struct scene_script rollback_other_logins = {
	.name = "rollback of a rename",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.sheets = { numbered, renumbered },
	.each = { "apply -q -y sheet@0", "apply -q -y sheet@1" },
	.act = "rollback -q -y 2",
	.only_forward = true,
};

/* ---- people who may not begin yet ---- */

#define STAGED "  new_accounts: staged\n"

static const struct scene_script stage = {
	.name = "staged create",
	.kind = MACHINE_NIS,
	.config = CONFIG STAGED,
	.sheets = { people },
	.once = { "plan -q sheet@0 -o plan@0" },
	.act = "apply -q -y plan@0",
};

static const struct scene_script activate = {
	.name = "activate",
	.kind = MACHINE_USUAL,
	.config = CONFIG STAGED,
	.sheets = { people },
	.once = { "apply -q -y sheet@0" },
	.act = "activate -q -y --all",
};

/* ---- accounts that are handed over to another source ---- */

/* The same people where each has an id. */
static const char with_ids[] = "id," HEADER "e-1,matteo,Matteo Rossi,,,,,\n"
			       "e-2,anna,Anna Vogel,,,,,\n";

static const char handed_over[] = "login,old_source,old_key,new_source,new_key,decision\n"
				  "matteo,csv:,matteo,csv:,e-1,link\n"
				  "anna,csv:,anna,csv:,e-2,link\n"
				  "greta,csv:,greta,csv:,,stay\n";

/* Nothing of it is on the host: only the registry changes, and the run's directory. */
static const struct scene_script hand_over = {
	.name = "link",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.sheets = { people, with_ids, handed_over },
	.once = { "apply -q -y sheet@0" },
	.act = "link -q -y csv: sheet@1 --import file@2",
};

static const struct scene_script rollback_link = {
	.name = "rollback of a link",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.sheets = { people, with_ids, handed_over },
	.once = { "apply -q -y sheet@0", "link -q -y csv: sheet@1 --import file@2" },
	.act = "rollback -q -y 2",
	.only_forward = true,
};

const struct scene_script *const scene_scripts[] = {
	&create,
	&change,
	&rollback,
	&rollback_change,
	&adopt,
	&rollback_adopt,
	&leave,
	&remove_anna,
	&rollback_remove,
	&disable,
	&rollback_retire,
	&stage,
	&activate,
	&hand_over,
	&rollback_link,
	&other_logins,
	&rollback_other_logins,
	NULL,
};
