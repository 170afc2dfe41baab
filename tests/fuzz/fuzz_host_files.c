/*
 * fuzz_host_files.c - any text in login.defs, nsswitch.conf, subuid, subgid and passwd.
 *
 * The parts of the input in this order. What must hold: a snapshot is taken or refused with an
 * error; its ranges of ids are in order and apart; every id in them is taken; and no gid for a new
 * group is root's.
 */
#include "core/plan/snapshot.h"
#include "tests/fuzz/must.h"
#include "tests/fuzz/scratch.h"

static const char *const names[] = { "etc/login.defs", "etc/nsswitch.conf", "etc/subuid",
	"etc/subgid", "etc/passwd", "etc/group", "etc/shadow", "etc/gshadow" };
enum { FUZZED = 5 };

static void
make_machine(void)
{
	scratch_folder("etc");
	for (size_t i = FUZZED; i < ARRAY_LEN(names); i++)
		scratch_write(names[i], "");
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
	if (scratch_is_new())
		make_machine();
	for (size_t i = 0; i < FUZZED; i++)
		scratch_write(names[i], next_part(&input, &arena));

	struct config *config;
	static const char yaml[] = "version: 1\n";
	MUST(config_parse((struct bytes){ yaml, sizeof(yaml) - 1 }, "x", &arena, &config, &diags));
	struct managed managed;
	managed_init(&managed, &arena);
	struct host *host = host_create(scratch, HOST_READ_ONLY, &diags);
	MUST(host);
	struct snapshot snapshot;
	bool good = snapshot_take(host, config, &managed, &arena, &snapshot, &diags);
	must_be_told(good, &diags);
	if (good)
		check_snapshot(&snapshot);
	host_destroy(host);
	return 0;
}
