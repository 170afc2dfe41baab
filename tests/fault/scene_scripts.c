/*
 * scene_scripts.c - what the real program is stopped at.
 */
#include "scene.h"

#define HASH                                                                                       \
	"$6$abcdefgh$mtjCt3Dh9vsZV8JiCKbrAmn4w.xuVaeKtguTye7a4EiGXmK6HTzDQ3ZLMvOaMwv."             \
	"tv9uFI989420oTf92V2/V/"
#define KEY_1                                                                                      \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAVDlAwkRZCFyR89KI0MHyO1UQAuugWFCdqjE7e8j7Sm anna"
#define KEY_2 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f new"

#define CONFIG "version: 1\npolicy:\n  passwords: { new: generated }\n"
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

const struct scene_script *const scene_scripts[] = {
	&create,
	&change,
	&rollback,
	&rollback_change,
	NULL,
};
