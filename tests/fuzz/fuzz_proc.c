/*
 * fuzz_proc.c - any text as /proc/PID/stat: the program's name in it may be chosen by anybody.
 *
 * The input is a name; what must hold: whatever it is, the numbers behind it are found. The whole
 * input is read as a line as well, for its bounds.
 */
#include "core/run/daemon_proc.h"
#include "tests/fuzz/must.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	const char *text = size ? arena_strndup(&arena, (const char *)data, size) : "";
	const char *line = arena_printf(&arena, "7 (%s) S 11 12 13 14 -1 16", text);
	MUST(proc_stat_field(line, 4) == 11 && proc_stat_field(line, 5) == 12);
	MUST(proc_stat_field(line, 6) == 13 && proc_stat_field(line, 9) == 16);
	MUST(proc_stat_field(line, 10) == 0 && proc_stat_field(line, 1000) == 0);
	for (int field = 3; field < 30; field++)
		proc_stat_field(text, field);
	return 0;
}
