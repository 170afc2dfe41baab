/*
 * fuzz_host_files.c - any text in login.defs, nsswitch.conf, subuid, subgid and passwd.
 *
 * The parts of the input in this order. What must hold: a snapshot is taken or refused with an
 * error; its ranges of ids are in order and apart; every id in them is taken; and no gid for a new
 * group is root's.
 */
#include <err.h>
#include <sys/stat.h>

#include "core/plan/snapshot.h"
#include "tests/fuzz/must.h"

static const char *const names[] = { "login.defs", "nsswitch.conf", "subuid", "subgid", "passwd",
	"group", "shadow", "gshadow" };
enum { FUZZED = 5 };

/* Holds the parts of the input, written anew each time. */
static char root[] = "/tmp/rehome-fuzz-XXXXXX";

static void
remove_root(void)
{
	char path[128];
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), "%s/etc/%s", root, names[i]);
		remove(path);
	}
	snprintf(path, sizeof(path), "%s/etc", root);
	remove(path);
	remove(root);
}

static void
write_file(const char *name, const char *text)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/etc/%s", root, name);
	AUTO_FILE FILE *file = fopen(path, "we");
	if (!file || fputs(text, file) < 0)
		err(1, "%s", path);
}

static void
make_root(void)
{
	char path[128];
	if (!mkdtemp(root))
		err(1, "%s", root);
	snprintf(path, sizeof(path), "%s/etc", root);
	if (mkdir(path, 0755) != 0)
		err(1, "%s", path);
	for (size_t i = FUZZED; i < ARRAY_LEN(names); i++)
		write_file(names[i], "");
	atexit(remove_root);
}

static void
check_snapshot(struct snapshot *snapshot)
{
	MUST(snapshot->sys_gid_min > 0 && snapshot->sys_gid_max > 0);
	MUST(snapshot->sys_gid_max <= 60000 && snapshot->sys_gid_min <= 60000);
	const struct id_range *before = NULL;
	ARRAY_FOREACH (range, &snapshot->ranges_taken) {
		MUST(range->first <= range->last);
		MUST(!before || before->last < range->first);
		MUST(snapshot_id_is_taken(snapshot, range->first));
		MUST(snapshot_id_is_taken(snapshot, range->last));
		before = range;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct bytes input = { (const char *)data, size };
	static bool has_root;
	if (!has_root)
		make_root();
	has_root = true;
	for (size_t i = 0; i < FUZZED; i++)
		write_file(names[i], next_part(&input, &arena));

	struct config *config;
	static const char yaml[] = "version: 1\n";
	MUST(config_parse((struct bytes){ yaml, sizeof(yaml) - 1 }, "x", &arena, &config, &diags));
	struct managed managed;
	managed_init(&managed, &arena);
	struct host *host = host_create(root, HOST_READ_ONLY, &diags);
	MUST(host);
	struct snapshot snapshot;
	bool good = snapshot_take(host, config, &managed, &arena, &snapshot, &diags);
	must_be_told(good, &diags);
	if (good)
		check_snapshot(&snapshot);
	host_destroy(host);
	return 0;
}
