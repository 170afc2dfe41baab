/*
 * verify_fixture.h - a small host in a temporary root, as a run leaves it: one jailed account,
 * anna, with a writable and a read-only folder and a key, beside one that was jailed by hand, bert.
 * A test breaks one thing with a shell command and compares everything that is found.
 *
 * Include after cmocka.h. Needs root, as files are given to other users.
 */
#ifndef REHOME_TESTS_VERIFY_FIXTURE_H
#define REHOME_TESTS_VERIFY_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/plan/verify.h"
#include "ssh_key_samples.h"
#include "tests/remove_tree.h"

#define ANNAS_KEY ED25519_TYPE " " ED25519_BASE64 " anna@laptop"
#define ANNAS_KEY_SHA256 "8ea36656e1809ca644bd006d0c75530db530f49433c8a17cbfa0028b2974079f"

struct world {
	char root[64];
	struct arena arena;
	struct diags diags;
	struct config *config;
	struct managed managed;
	struct managed_account anna;
	struct host *host;
	struct snapshot snapshot;
};

static const char build[] =
	"umask 022; mkdir -p etc/ssh/rehome_keys etc/ssh/sshd_config.d home/anna/pics "
	"home/anna/logs home/bert var/lib && mkdir -m 0700 var/lib/rehome && "
	"printf '%s\\n' root:x:0:0:root:/root:/bin/sh "
	"anna:x:20000:20000:Anna:/home/anna:/usr/sbin/nologin "
	"bert:x:1001:990::/home/bert:/bin/false carl:x:1002:1002::/home/carl:/bin/sh >etc/passwd "
	"&& "
	"printf '%s\\n' root:x:0: sftponly:x:990:anna press:x:991:anna anna:x:20000: carl:x:1002: "
	">etc/group && "
	"printf '%s\\n' 'root:*:19000:0:99999:7:::' 'anna:*:19000:0:99999:7:::' "
	"'bert:$y$j9T$salt$hash:19000:0:99999:7:::' 'carl:*:19000:0:99999:7:::' >etc/shadow && "
	"printf '%s\\n' 'root:*::' 'sftponly:!::anna' 'press:!::anna' 'anna:!::' 'carl:!::' "
	">etc/gshadow && "
	"echo '" ANNAS_KEY "' >etc/ssh/rehome_keys/anna && "
	"echo log >home/anna/logs/today && chown 20000:990 home/anna/pics && chgrp 990 "
	"home/anna/logs";

static inline void
in_root(struct world *world, const char *command)
{
	const char *line = arena_printf(&world->arena, "cd %s && { %s; }", world->root, command);
	if (system(line) != 0)
		fail_msg("failed: %s", command);
}

static inline void
world_open(struct world *world)
{
	host_destroy(world->host);
	world->host = host_create(world->root, HOST_READ_ONLY, &world->diags);
	assert_non_null(world->host);
	if (!snapshot_take(world->host, world->config, &world->managed, &world->arena,
		    &world->snapshot, &world->diags))
		fail_msg("%s", world->diags.items[0].message);
}

static inline void
add_anna(struct world *world)
{
	managed_init(&world->managed, &world->arena);
	world->anna = (struct managed_account){
		.login = "anna",
		.source = "partners",
		.key = "1",
		.uid = 20000,
		.gid = 20000,
		.home = "/home/anna",
		.folders = "pics:rw logs:ro",
		.keys_sha256 = ANNAS_KEY_SHA256,
		.run = "7",
	};
	string_list_push(&world->arena, &world->anna.groups, "press");
	managed_add(&world->managed, &world->anna);
}

static inline struct world *
world_create(const char *configuration)
{
	struct world *world = calloc(1, sizeof(*world));
	assert_non_null(world);
	world->diags.arena = &world->arena;
	struct bytes text = { configuration, strlen(configuration) };
	strcpy(world->root, "/tmp/rehome-verify-XXXXXX");
	assert_non_null(mkdtemp(world->root));
	assert_int_equal(chmod(world->root, 0755), 0);
	if (!config_parse(text, "test.yaml", &world->arena, &world->config, &world->diags))
		fail_msg("%s", world->diags.items[0].message);
	in_root(world, build);
	add_anna(world);
	return world;
}

static inline void
world_destroy(struct world *world)
{
	host_destroy(world->host);
	remove_tree(world->root);
	arena_finish(&world->arena);
	free(world);
}

/* The temporary root's name is different every time. */
static inline void
say_text(const struct world *world, struct buffer *out, const char *text)
{
	size_t size = strlen(world->root);
	while (*text) {
		bool is_root = strncmp(text, world->root, size) == 0;
		if (is_root)
			buffer_add_text(out, "ROOT");
		else
			buffer_add_char(out, *text);
		text += is_root ? size : 1;
	}
}

/* "error CODE PLACE: MESSAGE | HINT", a line each. */
static inline void
say_findings(const struct world *world, struct buffer *out, const struct diags *findings)
{
	static const char *const levels[] = { "note", "warning", "error" };
	ARRAY_FOREACH (diag, findings) {
		buffer_printf(out, "%s %s", levels[diag->level], diag->code ? diag->code : "?");
		if (diag->place.file)
			buffer_printf(out, " %s", diag->place.file);
		if (diag->place.line)
			buffer_printf(out, ":%u", diag->place.line);
		if (diag->place.field)
			buffer_printf(out, "(%s)", diag->place.field);
		buffer_add_text(out, ": ");
		say_text(world, out, diag->message);
		if (diag->hint) {
			buffer_add_text(out, " | ");
			say_text(world, out, diag->hint);
		}
		buffer_add_char(out, '\n');
	}
}

#endif
