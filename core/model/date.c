/*
 * date.c - calendar dates as sources write them, as days since 1970-01-01.
 *
 * A date is a day on the calendar, nothing more: no clock and no time zone of the machine takes
 * part, so the same file means the same day on every host. strptime(3) is not used because it
 * accepts blanks, names in the locale's language and trailing text.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "core/model/account.h"

#define SECONDS_PER_DAY (24 * 60 * 60)

static bool
read_digits(const char **text, int min, int max, int *ret_number)
{
	int number = 0;
	int count = 0;
	for (; count < max && isdigit((unsigned char)**text); count++)
		number = number * 10 + *(*text)++ - '0';
	if (count < min)
		return false;

	*ret_number = number;
	return true;
}

/* Two digits mean 1969 to 2068, as POSIX says for %y. */
static bool
read_short_year(const char **text, int *ret_year)
{
	int year;
	if (!read_digits(text, 2, 2, &year))
		return false;

	*ret_year = year + (year < 69 ? 2000 : 1900);
	return true;
}

static bool
read_conversion(const char **text, char conversion, struct tm *date)
{
	switch (conversion) {
	case 'd':
		return read_digits(text, 1, 2, &date->tm_mday);
	case 'm':
		return read_digits(text, 1, 2, &date->tm_mon);
	case 'Y':
		return read_digits(text, 4, 4, &date->tm_year);
	case 'y':
		return read_short_year(text, &date->tm_year);
	default:
		return *(*text)++ == conversion;
	}
}

/* The parts as written: months from 1, years in full. */
static bool
read_date(const char *text, const char *format, struct tm *ret_date)
{
	struct tm date = { 0 };
	for (; *format; format++) {
		if (*format != '%') {
			if (*text++ != *format)
				return false;
			continue;
		}
		if (!read_conversion(&text, *++format, &date))
			return false;
	}
	*ret_date = date;
	return !*text;
}

/* False for a day such as the 31st of February. */
static bool
count_days(const struct tm *date, int64_t *ret_day)
{
	struct tm day = { .tm_mday = date->tm_mday,
		.tm_mon = date->tm_mon - 1,
		.tm_year = date->tm_year - 1900 };
	time_t seconds = timegm(&day);
	/* Of a day that its month does not have, timegm() makes one of a later or earlier month. */
	if (day.tm_mon != date->tm_mon - 1)
		return false;

	*ret_day = seconds / SECONDS_PER_DAY;
	return true;
}

bool
account_check_date_format(const char *format, struct place place, struct diags *diags)
{
	unsigned days = 0, months = 0, years = 0;
	for (const char *c = format; *c; c++) {
		if (*c != '%')
			continue;
		c++;
		if (!*c || !strchr("dmYy%", *c)) {
			diag_error(diags, place, "'%s' is not a date format", format);
			diag_hint(diags, "Use %%d, %%m, %%Y, %%y and literal text.");
			return false;
		}
		days += *c == 'd';
		months += *c == 'm';
		years += *c == 'Y' || *c == 'y';
	}
	if (days == 1 && months == 1 && years == 1)
		return true;

	diag_error(diags, place, "date format '%s' does not say one day, month and year", format);
	diag_hint(diags, "Write it like %%d.%%m.%%Y or %%Y-%%m-%%d.");
	return false;
}

static bool
is_day_number(const char *text)
{
	return strlen(text) == 5 && strspn(text, "0123456789") == 5;
}

static bool
not_a_date(const char *text, const char *format, struct place place, struct diags *diags)
{
	diag_error(diags, place, "'%s' is not a date in %s", text, format ? format : "YYYY-MM-DD");
	if (is_day_number(text))
		diag_hint(diags, "This is a spreadsheet's day number: format the column as text.");
	else if (!format)
		diag_hint(diags,
			"Write it like 2027-01-31, or say in map: how it is written, as in "
			"date: \"%%d.%%m.%%Y\".");
	else
		diag_hint(diags, "Correct the cell, or the format that date: names in map:.");
	return false;
}

bool
account_parse_date(const char *text, const char *format, struct place place, int64_t *ret_day,
	struct diags *diags)
{
	if (format && !account_check_date_format(format, place, diags))
		return false;
	if (strcasecmp(text, "never") == 0) {
		*ret_day = ACCOUNT_NEVER;
		return true;
	}

	struct tm date;
	int64_t day;
	if (!read_date(text, format ? format : "%Y-%m-%d", &date) || !count_days(&date, &day))
		return not_a_date(text, format, place, diags);

	/* shadow(5): day 0 is read as "never" by some programs, and -1 is ours for it. */
	if (day < 1) {
		diag_error(diags, place, "'%s' is before 1970-01-02", text);
		diag_hint(diags, "Correct the year.");
		return false;
	}
	*ret_day = day;
	return true;
}
