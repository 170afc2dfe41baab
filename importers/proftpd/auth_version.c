/*
 * auth_version.c - the installed version of ProFTPD.
 */
#include "importers/proftpd/auth_version.h"

#include <stdlib.h>
#include <string.h>

/* 1.3.9d as a number that sorts: two digits for each part, and one for the letter. */
static unsigned long
version_number(const char *text)
{
	unsigned long number = 0;
	char *end = (char *)text;
	for (int part = 0; part < 3; part++) {
		number = number * 100 + strtoul(end, &end, 10) % 100;
		if (*end == '.')
			end++;
	}
	const bool lettered = *end >= 'a' && *end <= 'z';
	return number * 100 + (lettered ? (unsigned long)(*end - 'a') + 1 : 0);
}

struct pro_version
pro_version_parse(const char *text)
{
	struct pro_version version = { .text = text };
	const unsigned long number = version_number(text);
	if (number >= 1030904)
		version.file = version.sql = PRO_EMPTY_NOTHING;
	else if (number > 0 && number < 1030600)
		version.file = PRO_EMPTY_NOTHING;
	return version;
}

/* The Version field of a package's paragraph in dpkg's status; NULL = not there. */
static const char *
package_version(struct bytes status, const char *package, struct arena *arena)
{
	const char *head = arena_printf(arena, "Package: %s\n", package);
	const char *paragraph = memmem(status.data, status.size, head, strlen(head));
	if (!paragraph || (paragraph != status.data && paragraph[-1] != '\n'))
		return NULL;

	const size_t rest = status.size - (size_t)(paragraph - status.data);
	const char *end = memmem(paragraph, rest, "\n\n", 2);
	const size_t size = end ? (size_t)(end - paragraph) : rest;
	const char *version = memmem(paragraph, size, "\nVersion: ", 10);
	if (!version)
		return NULL;
	version += 10;
	return arena_strndup(arena, version, strcspn(version, "\n"));
}

struct pro_version
pro_version_detect(struct old_root *root, struct arena *arena)
{
	static const char *const packages[] = { "proftpd-core", "proftpd-basic", "proftpd" };
	struct old_file status;
	if (old_root_read(root, "/var/lib/dpkg/status", OLD_FILE_LIMIT, &status) != OLD_OK)
		return (struct pro_version){ 0 };

	for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++) {
		const char *version = package_version(status.content, packages[i], arena);
		if (version)
			return pro_version_parse(version);
	}
	return (struct pro_version){ 0 };
}
