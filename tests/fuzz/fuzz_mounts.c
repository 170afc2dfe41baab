/*
 * fuzz_mounts.c - any text as /proc/PID/mountinfo, and any path looked up in it.
 *
 * The input is the path, then the file. What must hold: a place has the device of a mount whose
 * point is the path or above it; and a mount point that the kernel would write is found.
 */
#include "core/run/daemon_proc.h"
#include "tests/fuzz/must.h"

static struct table
read_mounts(const char *text, struct arena *arena)
{
	struct table mounts = { .arena = arena };
	while (*text) {
		size_t size = strcspn(text, "\n");
		proc_add_mount(arena_strndup(arena, text, size), &mounts);
		text += size + (text[size] == '\n');
	}
	return mounts;
}

/* As the kernel writes it: blanks, line breaks and backslashes as octal digits. */
static const char *
escaped(const char *text, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	for (; *text; text++) {
		if (strchr(" \t\n\\", *text))
			buffer_printf(&out, "\\%03o", (unsigned char)*text);
		else
			buffer_add_char(&out, *text);
	}
	return arena_strdup(arena, buffer_text(&out));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct bytes input = { (const char *)data, size };
	const char *path = arena_printf(&arena, "/%s", next_part(&input, &arena));
	const char *text = next_part(&input, &arena);
	char place[PROC_PLACE_ROOM];
	struct table mounts = read_mounts(text, &arena);
	if (proc_place(&mounts, path, place))
		MUST(strlen(place) < sizeof(place));

	/* Mounted there last of all, it is found there. */
	size_t length = strlen(path);
	if (length < 2 || path[length - 1] == '/' || length > 4000)
		return 0;
	proc_add_mount(arena_printf(&arena, "1 2 99:7 /x %s rw", escaped(path, &arena)), &mounts);
	MUST(proc_place(&mounts, path, place));
	MUST(strcmp(place, "99:7/x") == 0);
	MUST(proc_place(&mounts, arena_printf(&arena, "%s/in", path), place));
	MUST(strcmp(place, "99:7/x/in") == 0);
	return 0;
}
