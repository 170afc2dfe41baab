/*
 * accountdb_fixture.h - the account files of a small Debian, and a line to add to them.
 *
 * Include after cmocka.h.
 */
#ifndef REHOME_TESTS_ACCOUNTDB_FIXTURE_H
#define REHOME_TESTS_ACCOUNTDB_FIXTURE_H

#include "account_files.h"

static const struct account_files debian = {
	.group = "root:x:0:\nsudo:x:27:kmeier\nusers:x:100:kmeier,avogel\n",
	.gshadow = "root:*::\nsudo:*::kmeier\nusers:*::kmeier,avogel\n",
	.shadow = "root:*:19000:0:99999:7:::\nkmeier:$y$x:19000:0:99999:7:::\n",
	.passwd = "root:x:0:0:root:/root:/bin/bash\n"
		  "kmeier:x:1000:100:Karl Meier,,,:/home/kmeier:/bin/bash\n",
};

static inline void
parse_debian(struct account_world *world)
{
	assert_true(account_world_parse(world, &debian));
	assert_int_equal(world->diags.count, 0);
}

/* Parses one text as that file, the rest as on Debian. */
static inline void
parse_with(struct account_world *world, enum accountdb_file file, const char *text)
{
	struct account_files files = debian;
	const char **texts[ACCOUNTDB_FILES] = { &files.group, &files.gshadow, &files.shadow,
		&files.passwd };
	*texts[file] = text;
	assert_true(account_world_parse(world, &files));
}

static const char *const matteo[] = { "matteo", "x", "20000", "20000", "Matteo", "/home/matteo",
	"/usr/sbin/nologin" };
#define MATTEO "matteo:x:20000:20000:Matteo:/home/matteo:/usr/sbin/nologin\n"

#endif
