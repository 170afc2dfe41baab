/*
 * fuzz_date.c - any text as a date, with any text as its format ("" = none).
 *
 * What must hold: a day that comes out is on the calendar, and written in its format it is read as
 * the same day.
 */
#include <strings.h>
#include <time.h>

#include "core/model/account.h"
#include "tests/fuzz/must.h"

static const char *
write_date(const char *format, const struct tm *date, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	for (; *format; format++) {
		if (*format != '%') {
			buffer_add_char(&out, *format);
			continue;
		}
		switch (*++format) {
		case 'd':
			buffer_printf(&out, "%02d", date->tm_mday);
			break;
		case 'm':
			buffer_printf(&out, "%02d", date->tm_mon + 1);
			break;
		case 'Y':
			buffer_printf(&out, "%04d", date->tm_year + 1900);
			break;
		case 'y':
			buffer_printf(&out, "%02d", date->tm_year % 100);
			break;
		default:
			MUST(*format == '%');
			buffer_add_char(&out, '%');
		}
	}
	return arena_strdup(arena, buffer_text(&out));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct bytes input = { (const char *)data, size };
	const char *format = next_part(&input, &arena);
	const char *text = next_part(&input, &arena);
	int64_t day, again;
	format = *format ? format : NULL;
	bool good = account_parse_date(text, format, NOWHERE, &day, &diags);
	must_be_told(good, &diags);
	if (!good || day == ACCOUNT_NEVER) {
		MUST(!good || strcasecmp(text, "never") == 0);
		return 0;
	}
	MUST(day >= 1 && day < 3000000); /* 9999-12-31 is 2932896 */

	time_t seconds = (time_t)day * 86400;
	struct tm date;
	gmtime_r(&seconds, &date);
	const char *written = write_date(format ? format : "%Y-%m-%d", &date, &arena);
	MUST(account_parse_date(written, format, NOWHERE, &again, &diags));
	MUST(again == day);
	return 0;
}
