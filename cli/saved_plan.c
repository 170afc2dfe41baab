/*
 * saved_plan.c - plans in files; see saved_plan.h.
 */
#include "cli/saved_plan.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/decision_store.h"
#include "cli/file.h"
#include "core/base/digest.h"
#include "core/base/text.h"
#include "core/model/source.h"
#include "core/plan/codec.h"

static const char *
secrets_path(const char *path, struct arena *arena)
{
	return arena_printf(arena, "%s.secrets", path);
}

/* The format's name stands at the head of the file; whether the rest is right is for the decoder.
 */
static bool
looks_like_plan(struct bytes content)
{
	static const char mark[] = "\"rehome-plan\"";
	size_t head = content.size < 256 ? content.size : 256;
	return head && memmem(content.data, head, mark, sizeof(mark) - 1);
}

static bool
is_plan_name(const char *path)
{
	const char *dot = strrchr(path, '.');
	return dot && strcmp(dot, ".json") == 0;
}

bool
saved_plan_is(const char *argument, struct arena *arena)
{
	struct diags ignored = { .arena = arena };
	struct bytes content;
	return is_plan_name(argument) && access(argument, F_OK) == 0 &&
		file_read(argument, arena, &content, NULL, &ignored) && looks_like_plan(content);
}

/* ---- writing ---- */

static bool
exists(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0;
}

static bool
may_replace(struct session *session, const char *path)
{
	struct bytes content;
	if (!exists(path))
		return true;
	if (!file_read(path, session->arena, &content, NULL, &session->diags))
		return false;
	if (looks_like_plan(content))
		return true;
	diag_error(&session->diags, at(path, 0), "exists, and is not a plan");
	diag_hint(&session->diags, "Choose another name, or remove the file.");
	return false;
}

/* Old secrets beside a new plan are of no use to it: their id is another one. */
static bool
write_both(struct session *session, const char *path, const struct plan *plan,
	const struct plan_secrets *secrets)
{
	AUTO_BUFFER struct buffer public = { 0 }, private = { 0 };
	const char *beside = secrets_path(path, session->arena);

	plan_encode(plan, &public);
	if (!file_write(path, buffer_bytes(&public), session->arena, &session->diags) ||
		!file_remove(beside, session->arena, &session->diags))
		return false;
	if (!secrets->items.count)
		return true;
	plan_secrets_encode(secrets, &private);
	return file_create(beside, buffer_bytes(&private), session->arena, &session->diags);
}

/* By its name rehome apply tells a plan from a source. */
static bool
check_name(struct session *session, const char *path)
{
	if (is_plan_name(path))
		return true;
	diag_error(&session->diags, at(path, 0), "the name of a plan ends in .json");
	diag_hint(&session->diags, "Write it to %s.json instead.",
		text_shell_word(session->arena, path));
	return false;
}

bool
saved_plan_write(struct session *session, const char *path, const struct plan *plan,
	const struct plan_secrets *secrets)
{
	if (!may_replace(session, path) || !check_name(session, path) ||
		!write_both(session, path, plan, secrets))
		return session_fail(session, EXIT_FAILED);
	return true;
}

/* ---- reading ---- */

bool
saved_plan_show(struct session *session, const char *path, struct plan **ret_plan, char *ret_sha256)
{
	struct bytes content;
	if (!file_read(path, session->arena, &content, NULL, &session->diags) ||
		!plan_decode(content, path, session->arena, ret_plan, &session->diags))
		return session_fail(session, EXIT_BAD_DATA);
	if (ret_sha256)
		digest_sha256(content, ret_sha256);
	return true;
}

static bool
check_private(struct session *session, const char *path, const struct stat *st)
{
	if ((st->st_uid == 0 || st->st_uid == geteuid()) && !(st->st_mode & 077))
		return true;
	diag_error(&session->diags, at(path, 0),
		"owned by uid %u with mode %04o, expected root or you, and 0600",
		(unsigned)st->st_uid, (unsigned)(st->st_mode & 07777));
	diag_hint(&session->diags,
		"Make sure that nobody tampered with it (--expect-sha256), then run: chmod 600 %s",
		path);
	return session_fail(session, EXIT_NOT_PERMITTED);
}

static bool
read_plan(struct session *session, const char *expected, struct saved_plan *saved)
{
	struct bytes content;
	struct stat st;
	if (!file_read(saved->path, session->arena, &content, &st, &session->diags))
		return session_fail(session, EXIT_BAD_DATA);
	if (!check_private(session, saved->path, &st))
		return false;
	digest_sha256(content, saved->sha256);
	if (expected && strcasecmp(expected, saved->sha256) != 0) {
		diag_error(&session->diags, at(saved->path, 0), "its SHA-256 is %s, expected %s",
			saved->sha256, expected);
		diag_code(&session->diags, "stale");
		diag_hint(&session->diags, "This is not the plan that was approved.");
		return session_fail(session, EXIT_STALE);
	}
	if (!plan_decode(content, saved->path, session->arena, &saved->plan, &session->diags))
		return session_fail(session, EXIT_BAD_DATA);
	return true;
}

/* Generated ones too: who gets one stands in the secrets, although it is made at apply. */
static const struct change *
find_need_of_secret(const struct plan *plan)
{
	ARRAY_FOREACH (item, &plan->changes) {
		const struct change *change = *item;
		if (change_is_work(change) && change->has_after &&
			change->after.password != PASSWORD_NONE &&
			change->after.password != PASSWORD_KEPT)
			return change;
	}
	return NULL;
}

static bool
missing_secrets(struct session *session, const char *path, const struct change *change)
{
	diag_error(&session->diags, at(path, 0),
		"is missing, and the plan has a password for %s in it", change->login);
	diag_code(&session->diags, "secrets-missing");
	diag_hint(&session->diags, "Keep it beside the plan, or make a new plan.");
	return session_fail(session, EXIT_STALE);
}

static bool
read_secrets(struct session *session, struct saved_plan *saved)
{
	const char *path = secrets_path(saved->path, session->arena);
	const struct change *change = find_need_of_secret(saved->plan);
	struct bytes content;
	struct stat st;

	saved->secrets = (struct plan_secrets){ .plan_id = saved->plan->id };
	saved->secrets.by_login.arena = session->arena;
	if (!exists(path))
		return !change || missing_secrets(session, path, change);
	if (!file_read(path, session->arena, &content, &st, &session->diags))
		return session_fail(session, EXIT_BAD_DATA);
	if (!check_private(session, path, &st))
		return false;
	if (!plan_secrets_decode(content, path, session->arena, &saved->secrets, &session->diags))
		return session_fail(session, EXIT_BAD_DATA);
	if (strcmp(saved->secrets.plan_id, saved->plan->id) == 0)
		return true;
	diag_error(&session->diags, at(path, 0), "belongs to another plan");
	diag_code(&session->diags, "stale");
	diag_hint(&session->diags, "Make a new plan.");
	return session_fail(session, EXIT_STALE);
}

/* ---- is it still what it was made from? ---- */

static bool
stale(struct session *session, const char *file, const char *what)
{
	diag_error(&session->diags, at(file, 0), "%s since the plan was made", what);
	diag_code(&session->diags, "stale");
	diag_hint(&session->diags, "Make a new plan.");
	return session_fail(session, EXIT_STALE);
}

/* A source that is gone, or was standard input, cannot have changed for the worse. */
static bool
check_input(struct session *session, const struct plan_input *input)
{
	struct source source = { .name = input->source,
		.importer = input->importer,
		.location = input->location,
		.shown = input->location,
		.arena = session->arena };
	struct diags ignored = { .arena = session->arena };
	struct bytes content;
	if (!input->sha256[0] || strcmp(input->location, "-") == 0 ||
		!source_read(&source, &content, &ignored))
		return true;
	return strcmp(source.sha256, input->sha256) == 0 ||
		stale(session, input->location, "changed");
}

/* One made for a directory tells no sshd of this machine anything, and its ids may be free there
 * only. */
static bool
check_root(struct session *session, const struct plan *plan)
{
	const char *root = host_root(session->host);
	struct stat planned, here;
	if (stat(plan->root, &planned) == 0 && stat(root, &here) == 0 &&
		planned.st_dev == here.st_dev && planned.st_ino == here.st_ino)
		return true;
	diag_error(&session->diags, NOWHERE, "the plan was made for the machine below %s, not %s",
		plan->root, root);
	diag_code(&session->diags, "stale");
	diag_hint(&session->diags, "Make a new plan, or name the same --root.");
	return session_fail(session, EXIT_STALE);
}

/* Who was to be left out since must not come in by an older plan. */
static bool
check_decisions(struct session *session, const struct plan *plan)
{
	struct decision_book book;
	if (!decision_store_load(session, &book))
		return false;
	ARRAY_FOREACH (change, &plan->changes) {
		ARRAY_FOREACH (decision, &(*change)->decisions) {
			const char *now = decision_book_get(&book, (*change)->source,
				text_escaped(session->arena, (*change)->key), decision->kind);
			const char *then = decision->decided ? decision->choice : NULL;
			if (now != then && (!now || !then || strcmp(now, then) != 0))
				return stale(session, (*change)->login,
					"has been decided upon in another way");
		}
	}
	return true;
}

static bool
check_origin(struct session *session, const struct plan *plan)
{
	const struct config *config = session->config;
	if (!check_root(session, plan))
		return false;
	if (strcmp(config->sha256, plan->config_sha256) != 0)
		return stale(session, config->file ? config->file : "configuration", "changed");
	ARRAY_FOREACH (input, &plan->inputs) {
		if (!check_input(session, input))
			return false;
	}
	return check_decisions(session, plan);
}

bool
saved_plan_read(struct session *session, const char *path, const char *expected,
	struct saved_plan *ret_saved)
{
	*ret_saved = (struct saved_plan){ .path = path };
	return read_plan(session, expected, ret_saved) && read_secrets(session, ret_saved) &&
		check_origin(session, ret_saved->plan);
}
