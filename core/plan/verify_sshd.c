/*
 * verify_sshd.c - what the sshd on the live host says about each account.
 *
 * One `sshd -T -C` costs some milliseconds, so that it is asked once for all who have the same
 * groups, unless a rule can tell them apart.
 */
#include <string.h>

#include "core/base/text.h"
#include "core/plan/verify_internal.h"

/* True when a criterion of some Match names this group by its name, or by a pattern that is more
 * than "anything". Words that are no groups at all may match too: that costs a question, no more.
 */
static bool
is_matched_by_name(const struct sshd_config *config, const char *group, struct arena *arena)
{
	ARRAY_FOREACH (directive, &config->directives) {
		if (strcmp(directive->keyword, "match") != 0)
			continue;
		ARRAY_FOREACH (argument, &directive->arguments) {
			char *save, *text = arena_strdup(arena, *argument);
			char *word = strtok_r(text, ",=!", &save);
			for (; word; word = strtok_r(NULL, ",=!", &save)) {
				if (strcmp(word, "*") != 0 && text_glob(word, group))
					return true;
			}
		}
	}
	return false;
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The groups that can make a difference, as one word. */
static const char *
group_set(struct verifier *verifier, const struct subject *subject)
{
	struct string_list names = { 0 };
	AUTO_BUFFER struct buffer set = { 0 };
	ARRAY_FOREACH (name, &subject->groups)
		string_list_push(verifier->arena, &names, *name);
	if (subject->own_group &&
		(strcmp(subject->own_group, subject->account.login) != 0 ||
			is_matched_by_name(
				&verifier->snapshot->sshd, subject->own_group, verifier->arena)))
		string_list_push(verifier->arena, &names, subject->own_group);
	if (names.count)
		qsort(names.items, names.count, sizeof(*names.items), compare_texts);
	ARRAY_FOREACH (name, &names)
		buffer_printf(&set, "%s\n", *name);
	return arena_strdup(verifier->arena, buffer_text(&set));
}

static size_t
push_login(struct verifier *verifier, struct sshd_question *question, const char *login,
	const char *address)
{
	ARRAY_PUSH(verifier->arena, &question->asked, (struct sshd_login){ login, address });
	return question->asked.count - 1;
}

/* From an address that the profile allows, and from one that it does not. */
static void
ask(struct verifier *verifier, const struct subject *subject, struct sshd_question *question,
	size_t i)
{
	const struct jail_profile *profile = &subject->profile;
	const char *login = subject->account.login, *inside = NULL, *outside = NULL;
	question->of[i] = question->outside[i] = SSHD_NOT_ASKED;
	if (profile->from.count) {
		inside = profile_inside(profile, verifier->arena);
		outside = profile_outside(profile, verifier->arena);
	}
	if (inside || !profile->from.count)
		question->of[i] = push_login(verifier, question, login, inside);
	if (outside)
		question->outside[i] = push_login(verifier, question, login, outside);
}

void
verify_choose_asked(struct verifier *verifier, const struct subjects *subjects,
	struct sshd_question *ret_question)
{
	bool each = sshd_config_depends_on_user(&verifier->snapshot->sshd);
	struct table sets = { .arena = verifier->arena }; /* -> index + 1 */
	size_t room = (subjects->count + 1) * sizeof(size_t);
	struct sshd_question question = {
		.of = arena_alloc(verifier->arena, room),
		.outside = arena_alloc(verifier->arena, room),
	};
	for (size_t i = 0; i < subjects->count; i++) {
		const struct subject *subject = subjects->items[i];
		const char *set = each ? subject->account.login : group_set(verifier, subject);
		uintptr_t found = (uintptr_t)table_get(&sets, set);
		if (!found) {
			found = i + 1;
			table_set(&sets, set, (void *)found);
			ask(verifier, subject, &question, i);
		}
		question.of[i] = question.of[found - 1];
		question.outside[i] = question.outside[found - 1];
	}
	*ret_question = question;
}

/* ---- judging ---- */

/* Without the drop-in nothing of what it says can hold: one finding says more than each of those.
 */
static bool
report_missing_dropin(struct verifier *verifier, struct subject *subject)
{
	const char *path = verifier->config->jail.sshd_dropin;
	struct diags *findings = &subject->account.findings;
	struct host_entry entry;
	struct diags ignored = { .arena = verifier->arena };
	if (!host_inspect(verifier->snapshot->host, path, &entry, &ignored) || entry.exists)
		return false;
	finding_error(findings, "dropin-missing", at(path, 0),
		"the drop-in does not exist: sshd does not jail this account");
	diag_hint(findings, "Apply the account's source again: it writes the drop-in anew.");
	return true;
}

static void
judge(struct verifier *verifier, struct subject *subject, const struct sshd_effective *effective,
	const char *outside)
{
	struct sshd_expectation expectation = {
		.login = subject->account.login,
		.home = subject->account.home,
		.has_password = subject->has_password,
		.has_key = subject->has_key,
		.keys_dir = verifier->config->jail.keys_dir,
		.profile = &subject->profile,
		.outside = outside,
	};
	if (subject->own_group)
		string_list_push(verifier->arena, &expectation.groups, subject->own_group);
	ARRAY_FOREACH (name, &subject->groups)
		string_list_push(verifier->arena, &expectation.groups, *name);
	sshd_effective_judge(effective, &expectation, verifier->arena, &subject->account.findings);
}

static void
report_refusal(struct verifier *verifier, struct subject *subject, const char *why)
{
	struct diags *findings = &subject->account.findings;
	finding_error(findings, "sshd-config", at(verifier->config->jail.sshd_config, 0),
		"sshd refuses its configuration: %s", why);
	diag_hint(findings, "Correct it, then run: sshd -t");
}

static bool
has_no_jail(const struct sshd_effective *effective)
{
	return effective->chroot_directory && strcmp(effective->chroot_directory, "none") == 0;
}

static void
judge_answers(struct verifier *verifier, struct subject *subject,
	const struct sshd_question *question, size_t i, const struct sshd_effective *effective)
{
	size_t of = question->of[i], outside = question->outside[i];
	size_t any = of != SSHD_NOT_ASKED ? of : outside;
	if (any != SSHD_NOT_ASKED && has_no_jail(&effective[any]) &&
		report_missing_dropin(verifier, subject))
		return;
	if (of != SSHD_NOT_ASKED)
		judge(verifier, subject, &effective[of], NULL);
	if (outside != SSHD_NOT_ASKED)
		judge(verifier, subject, &effective[outside],
			question->asked.items[outside].address);
}

bool
verify_effective(struct verifier *verifier, const struct subjects *subjects,
	struct string_list *not_checked, struct diags *diags)
{
	struct subjects known = { 0 };
	struct sshd_question question;
	enum sshd_answer answer;
	const char *why;

	/* The snapshot says already that another root's sshd is not asked. */
	if (!host_is_live(verifier->snapshot->host))
		return true;
	ARRAY_FOREACH (subject, subjects) {
		if ((*subject)->passwd)
			ARRAY_PUSH(verifier->arena, &known, *subject);
	}
	if (!known.count)
		return true;
	verify_choose_asked(verifier, &known, &question);
	struct sshd_effective *effective =
		arena_alloc(verifier->arena, question.asked.count * sizeof(*effective));
	if (!sshd_ask(verifier->snapshot->host, verifier->config->jail.sshd_config, NULL, 0,
		    question.asked.items, question.asked.count, verifier->arena, effective, &answer,
		    &why, diags))
		return false;
	if (answer == SSHD_UNAVAILABLE)
		string_list_push(verifier->arena, not_checked,
			arena_printf(verifier->arena, "what sshd makes of the accounts: %s", why));
	for (size_t i = 0; i < known.count; i++) {
		if (answer == SSHD_ANSWERED)
			judge_answers(verifier, known.items[i], &question, i, effective);
		else if (answer == SSHD_REFUSED)
			report_refusal(verifier, known.items[i], why);
	}
	return true;
}
