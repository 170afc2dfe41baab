/*
 * fuzz_config.c - any bytes as the administrator's configuration, and as YAML.
 *
 * What must hold: what was accepted, written as YAML, is accepted and gives the same text again;
 * and what an accepted configuration says about paths, names and folders is safe to act on.
 */
#include "core/model/config.h"
#include "core/model/yaml_tree.h"
#include "tests/fuzz/must.h"

/* ---- the tree ---- */

static bool
same_tree(const struct yaml_node *a, const struct yaml_node *b)
{
	if (a->kind != b->kind || a->children.count != b->children.count)
		return false;
	if (a->kind == YAML_KIND_SCALAR && strcmp(a->text, b->text) != 0)
		return false;
	for (size_t i = 0; i < a->children.count; i++) {
		const struct yaml_node *left = a->children.items[i], *right = b->children.items[i];
		if (!left->key != !right->key || (left->key && strcmp(left->key, right->key) != 0))
			return false;
		if (!same_tree(left, right))
			return false;
	}
	return true;
}

static bool
has_silent_item(const struct yaml_node *node)
{
	ARRAY_FOREACH (child, &node->children) {
		if (node->kind == YAML_KIND_SEQUENCE && yaml_is_silent(*child))
			return true;
		if (has_silent_item(*child))
			return true;
	}
	return false;
}

static void
try_tree(struct bytes text, struct arena *arena)
{
	struct diags diags = { .arena = arena };
	struct yaml_node *root, *again;
	AUTO_BUFFER struct buffer flow = { 0 };
	bool good = yaml_tree_parse(text, "fuzz", arena, &root, &diags);
	must_be_told(good, &diags);
	if (!good || !root || has_silent_item(root))
		return;
	yaml_write_flow(&flow, root);
	/* A whole document of one silent or empty scalar is no document. */
	if (yaml_is_silent(root))
		return;
	MUST(yaml_tree_parse(buffer_bytes(&flow), "again", arena, &again, &diags));
	MUST(again && same_tree(root, again));
}

/* ---- the configuration ---- */

/* A path that root will write to, or hand to passwd and sshd. */
static void
check_path(const char *path)
{
	MUST(path && *path == '/' && is_one_line(path));
	MUST(!strstr(path, "/../") && !strpbrk(path, ": \t#"));
}

static void
check_folders(const struct folder_list *folders)
{
	for (size_t i = 0; i < folders->count; i++) {
		const struct folder *folder = &folders->items[i];
		const char *path = folder->path;
		MUST(*path && *path != '/' && !strstr(path, "//"));
		MUST(strncmp(path, "../", 3) != 0 && !strstr(path, "/../"));
		MUST(!strpbrk(path, "\n\r\t"));
		/* Without write permission for the user, whoever the owner is. */
		if (folder->access == FOLDER_READ)
			MUST(!folder->owner || strcmp(folder->owner, "user") != 0);
		for (size_t before = 0; before < i; before++)
			MUST(strcmp(folders->items[before].path, path) != 0);
		const char *slash = strrchr(path, '/');
		bool has_parent = !slash;
		for (size_t before = 0; before < i && slash; before++) {
			const char *parent = folders->items[before].path;
			size_t size = (size_t)(slash - path);
			has_parent |= strlen(parent) == size && memcmp(parent, path, size) == 0;
		}
		MUST(has_parent);
	}
}

static void
check_config(const struct config *config)
{
	check_path(config->jail.shell);
	check_path(config->jail.sshd_dropin);
	check_path(config->jail.sshd_config);
	check_path(config->jail.keys_dir);
	MUST(*config->jail.home_text == '/' && is_one_line(config->jail.home_text));
	MUST(strspn(config->jail.group, "abcdefghijklmnopqrstuvwxyz0123456789_-") ==
		strlen(config->jail.group));
	MUST(config->policy.uid_min > 0 && config->policy.uid_min <= config->policy.uid_max);
	MUST(config->policy.uid_max < UINT32_MAX);
	MUST(config_layout(config, "default"));
	ARRAY_FOREACH (layout, &config->layouts)
		check_folders(&(*layout)->folders);
	ARRAY_FOREACH (source, &config->sources)
		MUST(config_source(config, (*source)->name) == *source);
}

static bool
parse(struct bytes text, struct arena *arena, struct config **ret_config)
{
	struct diags diags = { .arena = arena };
	bool good = config_parse(text, "fuzz", arena, ret_config, &diags);
	must_be_told(good, &diags);
	ARRAY_FOREACH (diag, &diags)
		MUST(diag->message && *diag->message);
	return good;
}

static void
try_config(struct bytes text, struct arena *arena)
{
	AUTO_BUFFER struct buffer once = { 0 }, twice = { 0 };
	struct config *config, *again;
	if (!parse(text, arena, &config))
		return;
	check_config(config);
	config_write(config, false, &once);
	MUST(parse(buffer_bytes(&once), arena, &again));
	config_write(again, false, &twice);
	MUST(strcmp(buffer_text(&once), buffer_text(&twice)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct bytes text = { size ? arena_copy(&arena, data, size) : NULL, size };
	try_tree(text, &arena);
	try_config(text, &arena);
	return 0;
}
