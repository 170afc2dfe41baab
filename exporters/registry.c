/*
 * registry.c - every exporter there is. A new one is a file and two lines here.
 */
#include "core/model/exporter.h"

extern const struct exporter ansible_vars_exporter;
extern const struct exporter csv_exporter;
extern const struct exporter json_exporter;
extern const struct exporter ldif_exporter;
extern const struct exporter newusers_exporter;
extern const struct exporter passwd_files_exporter;
extern const struct exporter sftpgo_exporter;
extern const struct exporter user_record_exporter;

const struct exporter *const exporters[] = {
	&csv_exporter,
	&json_exporter,
	&ldif_exporter,
	&passwd_files_exporter,
	&newusers_exporter,
	&sftpgo_exporter,
	&ansible_vars_exporter,
	&user_record_exporter,
	NULL,
};
