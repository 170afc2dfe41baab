/*
 * cell.h - a cell of a CSV sheet as RFC 4180 has it, and as a spreadsheet program may open it.
 *
 * A cell that begins with = + - @ TAB or CR would be run as a formula, so it gets an apostrophe in
 * front; so does one that begins with apostrophes and then one of these, which makes taking the
 * first apostrophe away the exact inverse (importers/csv.c).
 */
#ifndef REHOME_EXPORTERS_CELL_H
#define REHOME_EXPORTERS_CELL_H

#include "core/model/exporter.h"

void cell_add(struct buffer *out, const char *text, char delimiter);

#endif
