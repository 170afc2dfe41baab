/*
 * commands.c - every command there is. A new one is a file and two lines here.
 */
#include <string.h>

#include "cli/command.h"
#include "core/base/text.h"

extern const struct command command_inspect, command_plan, command_show, command_apply,
	command_sync, command_decide, command_recover, command_rollback, command_history,
	command_status, command_verify, command_doctor, command_credentials, command_disable,
	command_enable, command_retire, command_remove, command_activate, command_archive,
	command_finalise, command_link, command_export, command_importers, command_exporters,
	command_config, command_init, command_completion, command_help;

/* In the order in which `rehome help` lists them. */
const struct command *const commands[] = {
	&command_inspect,
	&command_plan,
	&command_decide,
	&command_show,
	&command_apply,
	&command_sync,
	&command_recover,
	&command_rollback,
	&command_history,
	&command_status,
	&command_verify,
	&command_doctor,
	&command_credentials,
	&command_activate,
	&command_disable,
	&command_enable,
	&command_retire,
	&command_remove,
	&command_link,
	&command_archive,
	&command_finalise,
	&command_export,
	&command_importers,
	&command_exporters,
	&command_config,
	&command_init,
	&command_completion,
	&command_help,
	NULL,
};

const struct command *
command_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

void
command_unknown(const char *name, struct arena *arena, struct diags *diags)
{
	struct string_list names = { 0 };
	for (size_t i = 0; commands[i]; i++)
		string_list_push(arena, &names, commands[i]->name);
	string_list_push(arena, &names, NULL);

	diag_error(diags, NOWHERE, "unknown command '%s'", name);
	diag_code(diags, "unknown-command");
	const char *near = text_nearest(name, names.items);
	if (near)
		diag_hint(diags, "Did you mean 'rehome %s'?", near);
	else
		diag_hint(diags, "Run rehome help for the list.");
}
