/*
 * replay.c - a fuzzer's entry point as a plain test: every file of a corpus, then mutations of it.
 *
 * The mutations come from a fixed seed, so a failure comes back on every machine. They are few,
 * the fewer the larger the corpus is: finding new inputs is libFuzzer's work (fuzz.sh).
 */
#include <dirent.h>
#include <err.h>
#include <stdint.h>
#include <string.h>

#include "core/base/buffer.h"

enum {
	FILES_MAX = 1000,
	MUTATIONS_EACH = 200,
	MUTATIONS_ALL = 6000,
	CHANGES_MAX = 6,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t seed = 20240229;

static uint32_t
draw(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)(((uint64_t)seed * below) >> 32);
}

static void
run(const struct buffer *input)
{
	LLVMFuzzerTestOneInput((const uint8_t *)buffer_text(input), input->size);
}

static void
read_input(const char *path, struct buffer *input)
{
	AUTO_FILE FILE *file = fopen(path, "re");
	if (!file)
		err(1, "%s", path);
	char chunk[4096];
	size_t size;
	while ((size = fread(chunk, 1, sizeof(chunk), file)))
		buffer_add(input, chunk, size);
}

/* Overwrites, cuts or doubles some bytes. */
static void
mutate(struct buffer *input)
{
	static const char telling[] = "\"'\n\r;,\t{}[]:\\\0\xFF\xEF\xC2=|u";
	for (uint32_t changes = 1 + draw(CHANGES_MAX); changes && input->size; changes--) {
		size_t at = draw((uint32_t)input->size);
		switch (draw(4)) {
		case 0:
			input->data[at] = (char)draw(256);
			break;
		case 1:
			input->data[at] = telling[draw(sizeof(telling) - 1)];
			break;
		case 2:
			input->size = at;
			input->data[at] = '\0';
			break;
		default: {
			AUTO_BUFFER struct buffer copy = { 0 };
			buffer_add(&copy, input->data + at, input->size - at);
			buffer_add(input, copy.data, copy.size);
			break;
		}
		}
	}
}

static void
replay(const char *path, int mutations)
{
	AUTO_BUFFER struct buffer original = { 0 };
	read_input(path, &original);
	run(&original);
	for (int i = 0; i < mutations; i++) {
		AUTO_BUFFER struct buffer changed = { 0 };
		buffer_add(&changed, original.data, original.size);
		mutate(&changed);
		run(&changed);
	}
}

static int
mutations_for(int files, int all)
{
	int each = files ? all / files : 0;
	return each < MUTATIONS_EACH ? each + 1 : MUTATIONS_EACH;
}

/* By name, since the mutations of one file depend on the files before it. */
static int
replay_all(const char *folder, int all)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort);
	if (count < 0)
		err(1, "%s", folder);
	int files = 0, mutations = mutations_for(count, all);
	for (int i = 0; i < count; i++) {
		char path[4096];
		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.' && ++files <= FILES_MAX)
			replay(path, mutations);
		free(entries[i]);
	}
	free(entries);
	return files;
}

int
main(int argc, char **argv)
{
	if (argc != 2 && argc != 3)
		errx(64, "usage: %s CORPUS [MUTATIONS]", argv[0]);
	int files = replay_all(argv[1], argc == 3 ? atoi(argv[2]) : MUTATIONS_ALL);
	if (!files)
		errx(1, "%s: no inputs", argv[1]);
	printf("%d inputs, and mutations of each\n", files);
	return 0;
}
