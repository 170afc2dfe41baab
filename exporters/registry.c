/*
 * registry.c - every exporter there is. A new one is a file and two lines here.
 */
#include "core/model/exporter.h"

extern const struct exporter csv_exporter;
extern const struct exporter json_exporter;

const struct exporter *const exporters[] = {
	&csv_exporter,
	&json_exporter,
	NULL,
};
