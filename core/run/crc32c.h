/*
 * crc32c.h - the Castagnoli checksum (RFC 3720 appendix B.4) that chains the journal's records.
 */
#ifndef REHOME_RUN_CRC32C_H
#define REHOME_RUN_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* The checksum of `data` continued from `previous` (0 to begin with). */
uint32_t crc32c(uint32_t previous, const void *data, size_t size);

#endif
