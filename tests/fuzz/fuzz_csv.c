/* fuzz_csv.c - any bytes as a spreadsheet, with default and with unusual options. */
#include "tests/fuzz/fuzz_import.h"

extern const struct importer csv_importer;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const unusual[] = { "header", "no", "quote", "'", "delimiter", "tab",
		"short_rows", "yes", "encoding", "iso-8859-15", NULL };
	fuzz_import(&csv_importer, data, size, NULL);
	fuzz_import(&csv_importer, data, size, unusual);
	return 0;
}
