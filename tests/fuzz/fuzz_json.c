/* fuzz_json.c - any bytes as accounts in JSON. */
#include "tests/fuzz/fuzz_import.h"

extern const struct importer json_importer;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_import(&json_importer, data, size, NULL);
	return 0;
}
