/*
 * rights.c - folders and profiles resolved, see rights.h.
 */
#include "exporters/rights.h"

#include <string.h>

struct rights
rights_of(const struct export_job *job, size_t i, struct losses *losses)
{
	static const struct folder_list none = { 0 };
	static const struct layout nothing = { 0 };
	const struct account *account = job->accounts[i];
	const struct layout *layout = job->layouts ? job->layouts[i] : NULL;
	bool listed = account_has(account, ACCOUNT_FOLDERS);
	if (!listed && !layout && account_has(account, ACCOUNT_LAYOUT))
		loss_add(losses, account,
			"the configuration has no such layout, so no folders are written",
			"Name the configuration that has it with --config.");
	if (!layout)
		layout = &nothing;
	return (struct rights){
		.folders = listed	     ? &account->folders
			: layout == &nothing ? &none
					     : &layout->folders,
		.profile = profile_over(&account->profile, &layout->profile),
	};
}

const char *
rights_owner(const struct folder *folder, const char *login)
{
	if (!folder->owner)
		return folder->access == FOLDER_READ ? "root" : login;
	return strcmp(folder->owner, "user") == 0 ? login : folder->owner;
}

const char *
rights_group(const struct folder *folder, const char *login, const struct export_host *host)
{
	if (!folder->group || strcmp(folder->group, "user") != 0)
		return folder->group;
	return host && host->group ? host->group : login;
}

static bool
is_member(const struct folder *folder, const struct account *account)
{
	return !folder->group || strcmp(folder->group, "user") == 0 ||
		string_list_has(&account->groups, folder->group);
}

unsigned
rights_in(const struct rights *rights, const struct folder *folder, const struct account *account)
{
	unsigned mode = folder_mode(folder);
	unsigned bits = mode;
	if (strcmp(rights_owner(folder, account->username), account->username) == 0)
		bits = mode >> 6;
	else if (is_member(folder, account))
		bits = mode >> 3;
	bits &= RIGHT_READ | RIGHT_WRITE | RIGHT_ENTER;
	return rights->profile.read_only ? bits & ~(unsigned)RIGHT_WRITE : bits;
}
