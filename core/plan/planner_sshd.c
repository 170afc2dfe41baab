/*
 * planner_sshd.c - what sshd will make of the plan: its files judged, and sshd itself asked with
 * the staged account files and drop-in in place of the real ones.
 */
#include <string.h>

#include "core/plan/planner_internal.h"
#include "core/plan/sshd_sample.h"

static const struct step *
dropin_step(const struct planner *planner)
{
	ARRAY_FOREACH (step, &planner->plan->steps) {
		if (step->kind == STEP_DROPIN_WRITE)
			return step;
	}
	return NULL;
}

/* passwd and group as they will be. shadow is not needed, and never leaves memory. */
static bool
stage_files(struct planner *planner, struct buffer *passwd, struct buffer *group)
{
	struct accountdb db;
	struct diags problems = { .arena = planner->arena };
	return accountdb_load(planner->snapshot->host, planner->arena, &db, planner->diags) &&
		edits_apply(&planner->plan->edits, ACCOUNTDB_GROUP, false, &db, &problems) &&
		edits_apply(&planner->plan->edits, ACCOUNTDB_PASSWD, false, &db, &problems) &&
		accountdb_serialise(&db, ACCOUNTDB_GROUP, group, planner->diags) &&
		accountdb_serialise(&db, ACCOUNTDB_PASSWD, passwd, planner->diags);
}

static void
choose(struct planner *planner, struct sshd_sample *sample)
{
	ARRAY_FOREACH (change, &planner->plan->changes) {
		if (change_is_for_sshd(*change))
			sshd_sample_add(sample, *change);
	}
}

/* One who stands for others of a kind shows the host's fault; one who was asked for alone, what is
 * wrong for this login only. */
static void
judge(struct planner *planner, const struct sshd_case *item, const struct sshd_effective *effective,
	bool alone)
{
	struct change *change = item->change;
	struct sshd_expectation expectation =
		sshd_sample_expect(item, planner->plan->keys_dir, planner->arena);
	struct diags verdict = { .arena = planner->arena };
	sshd_effective_judge(effective, &expectation, planner->arena, &verdict);
	ARRAY_FOREACH (diag, &verdict) {
		if (alone || diag->level != DIAG_ERROR)
			diag_append(&change->findings, diag);
		else
			diag_append(&planner->plan->findings, diag);
	}
}

static void
say_refused(struct planner *planner, const char *why)
{
	struct diags *findings = &planner->plan->findings;
	diag_error(findings, at(planner->config->jail.sshd_config, 0),
		"sshd refuses its configuration: %s", why);
	diag_code(findings, "sshd-config");
	diag_hint(findings, "Mend it so that sshd -t is silent.");
}

/* The account files and the drop-in as they will be; returns how many. */
static size_t
stand_ins(const struct planner *planner, const struct buffer *passwd, const struct buffer *group,
	struct sshd_stand_in ret_stand_ins[3])
{
	const struct step *dropin = dropin_step(planner);
	ret_stand_ins[0] = (struct sshd_stand_in){ "/etc/passwd", buffer_bytes(passwd) };
	ret_stand_ins[1] = (struct sshd_stand_in){ "/etc/group", buffer_bytes(group) };
	if (!dropin)
		return 2;
	ret_stand_ins[2] = (struct sshd_stand_in){ dropin->path,
		{ dropin->content, strlen(dropin->content) } };
	return 3;
}

static bool
ask(struct planner *planner)
{
	AUTO_BUFFER struct buffer passwd = { 0 }, group = { 0 };
	struct sshd_sample sample = {
		.arena = planner->arena,
		.everybody = sshd_config_depends_on_user(&planner->snapshot->sshd),
		.kinds = { .arena = planner->arena },
	};
	struct sshd_stand_in files[3];
	enum sshd_answer answer;
	const char *why;

	choose(planner, &sample);
	if (!sample.count)
		return true;
	if (!stage_files(planner, &passwd, &group))
		return true; /* what is wrong with the edits is said where they are applied */
	struct sshd_effective *effective =
		arena_alloc(planner->arena, sample.count * sizeof(*effective));
	size_t file_count = stand_ins(planner, &passwd, &group, files);
	if (!sshd_ask(planner->snapshot->host, planner->config->jail.sshd_config, files, file_count,
		    sshd_sample_logins(&sample), sample.count, planner->arena, effective, &answer,
		    &why, planner->diags))
		return false;
	if (answer == SSHD_UNAVAILABLE)
		string_list_push(planner->arena, &planner->plan->not_checked,
			arena_printf(planner->arena, "what sshd will do with the logins: %s", why));
	if (answer == SSHD_REFUSED)
		say_refused(planner, why);
	for (size_t i = 0; answer == SSHD_ANSWERED && i < sample.count; i++)
		judge(planner, &sample.items[i], &effective[i], sample.everybody);
	planner_take_out_blocked(planner);
	return true;
}

/* The questions above are asked where nothing is missing; a reload happens where something may be.
 */
static void
look_at_start(struct planner *planner)
{
	struct diags found = { .arena = planner->arena };
	enum sshd_answer answer;
	const char *why;
	if (!sshd_test(planner->snapshot->host, planner->config->jail.sshd_config, NULL, 0,
		    planner->arena, &answer, &why, &found))
		return; /* what keeps it from being asked is said by ask() */
	ARRAY_FOREACH (diag, &found) {
		if (diag->code && strcmp(diag->code, "sshd-directory") == 0)
			diag_append(&planner->plan->findings, diag);
	}
}

/* pam_access and pam_listfile have lists of their own, which cannot be asked. */
static bool
look_at_pam(struct planner *planner)
{
	static const char path[] = "/etc/pam.d/sshd";
	static const char *const modules[] = { "pam_access.so", "pam_listfile.so", "pam_time.so" };
	bool exists;
	struct bytes bytes;
	if (!host_read_file(
		    planner->snapshot->host, path, planner->arena, &exists, &bytes, planner->diags))
		return false;
	if (!exists)
		return true;
	char *text = arena_strndup(planner->arena, bytes.data, bytes.size);
	unsigned number = 0;
	for (char *line = text; line;) {
		char *next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		number++;
		for (size_t i = 0; i < ARRAY_LEN(modules); i++) {
			if (line[strspn(line, " \t")] == '#' || !strstr(line, modules[i]))
				continue;
			diag_warning(&planner->plan->findings, at(path, number),
				"%s may refuse the new accounts", modules[i]);
			diag_code(&planner->plan->findings, "pam-access");
			diag_hint(&planner->plan->findings,
				"Make sure that its list allows the group %s.",
				planner->plan->jail_group);
		}
		line = next;
	}
	return true;
}

/* ---- who is in the jail's group already ---- */

struct strangers {
	struct planner *planner;
	struct table seen;
	struct buffer names;
	size_t count;
};

static void
add_stranger(struct strangers *strangers, const char *login)
{
	if (table_get(&strangers->planner->snapshot->managed->by_login, login) ||
		table_get(&strangers->seen, login))
		return;
	table_set(&strangers->seen, login, strangers);
	if (strangers->count++ < 10)
		buffer_printf(&strangers->names, "%s%s", strangers->names.size ? ", " : "", login);
}

/* sshd counts the primary group too. */
static void
find_strangers(struct strangers *strangers, const struct accountdb_line *group)
{
	const struct accountdb *db = &strangers->planner->snapshot->db;
	struct accountdb_line *user;
	size_t cursor = 0;
	uint32_t gid, primary;
	ARRAY_FOREACH (member, accountdb_members(group))
		add_stranger(strangers, *member);
	if (!accountdb_line_id(group, GROUP_GID, &gid))
		return;
	while ((user = accountdb_next(db, ACCOUNTDB_PASSWD, &cursor))) {
		if (accountdb_line_id(user, PASSWD_GID, &primary) && primary == gid)
			add_stranger(strangers, accountdb_name(user));
	}
}

/* Nothing of theirs is changed, but a drop-in that is new puts them in the jail as well. */
static void
list_members(struct planner *planner)
{
	struct diags *findings = &planner->plan->findings;
	const struct accountdb_line *group =
		accountdb_find(&planner->snapshot->db, ACCOUNTDB_GROUP, planner->plan->jail_group);
	const struct step *dropin = dropin_step(planner);
	struct strangers strangers = { planner, { .arena = planner->arena }, { 0 }, 0 };
	if (!group)
		return;
	find_strangers(&strangers, group);
	if (!strangers.count)
		return;
	struct place place = at("/etc/group", accountdb_line_number(group));
	const char *who =
		arena_printf(planner->arena, "%zu member%s that rehome does not manage: %s%s",
			strangers.count, strangers.count == 1 ? "" : "s",
			buffer_text(&strangers.names), strangers.count > 10 ? ", ..." : "");
	buffer_finish(&strangers.names);
	if (dropin && !dropin->before) {
		diag_warning(findings, place, "group %s has %s; the new rule jails them too",
			planner->plan->jail_group, who);
		diag_code(findings, "members-before");
		diag_hint(findings, "Take out of the group whoever must not be jailed.");
	} else {
		diag_note(findings, place, "group %s has %s", planner->plan->jail_group, who);
		diag_code(findings, "members-before");
	}
}

bool
planner_ask_sshd(struct planner *planner)
{
	const struct jail_config *jail = &planner->config->jail;
	if (!planner_has_accounts(planner->plan))
		return true;
	list_members(planner);
	if (!host_is_live(planner->snapshot->host))
		return true;
	if (!planner->snapshot->sshd.exists) {
		diag_warning(&planner->plan->findings, at(jail->sshd_config, 0),
			"missing; no SSH server seems to be installed");
		diag_code(&planner->plan->findings, "sshd-missing");
		diag_hint(&planner->plan->findings, "Run: apt-get install openssh-server");
		return true;
	}
	if (!look_at_pam(planner))
		return false;
	look_at_start(planner);
	sshd_config_judge(&planner->snapshot->sshd, jail->sshd_dropin, jail->group, planner->arena,
		&planner->plan->findings);
	return planner->plan->findings.errors || ask(planner);
}
