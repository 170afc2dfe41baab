/*
 * crc32c.c - bit by bit: a journal is a few megabytes at most.
 */
#include "core/run/crc32c.h"

uint32_t
crc32c(uint32_t previous, const void *data, size_t size)
{
	const unsigned char *bytes = data;
	uint32_t crc = ~previous;
	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0x82f63b78u : crc >> 1;
	}
	return ~crc;
}
