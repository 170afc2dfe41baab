/* fuzz_contents.c - any bytes as the list of what a home was copied from. */
#include "tests/fuzz/must.h"

#include "core/plan/contents.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct contents_manifest list, again;
	AUTO_BUFFER struct buffer text = { 0 }, second = { 0 };
	struct bytes input = { size ? arena_copy(&arena, data, size) : NULL, size };
	bool good = contents_parse(input, "list", &arena, &list, &diags);
	must_be_told(good, &diags);
	if (!good)
		return 0;
	ARRAY_FOREACH (fact, &list.facts) {
		MUST(fact->path[0] != '/' && !strstr(fact->path, "//"));
		MUST(contents_find(&list, fact->path));
		for (const char *part = fact->path; part; part = strchr(part, '/')) {
			part += *part == '/';
			MUST(strcmp(part, "..") != 0 && strncmp(part, "../", 3) != 0);
		}
	}
	/* What was written is read as the same. */
	contents_write(&list, &text);
	MUST(contents_parse(buffer_bytes(&text), "list", &arena, &again, &diags));
	contents_write(&again, &second);
	MUST(strcmp(buffer_text(&text), buffer_text(&second)) == 0);
	return 0;
}
