/*
 * registry.c - every importer there is. A new one is a file and two lines here.
 */
#include "importers/registry.h"

extern const struct importer csv_importer;
extern const struct importer json_importer;
extern const struct importer passwd_importer;
extern const struct importer proftpd_importer;
extern const struct importer vsftpd_importer;
extern const struct importer pureftpd_importer;

const struct importer *const importers[] = {
	&csv_importer,
	&json_importer,
	&passwd_importer,
	&proftpd_importer,
	&vsftpd_importer,
	&pureftpd_importer,
	NULL,
};
