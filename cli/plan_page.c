/*
 * plan_page.c - the page; see plan_page.h.
 */
#include "cli/plan_page.h"

#include <string.h>

#include "cli/paint.h"
#include "core/base/text.h"

struct page {
	const struct plan_page_subject *subject;
	const struct plan *plan;
	struct buffer *out;
};

/* Wide enough for a screen, and in black on white for paper. */
static const char head[] =
	"<!DOCTYPE html>\n"
	"<html lang=\"en\">\n"
	"<head>\n"
	"<meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
	"'unsafe-inline'\">\n"
	"<meta name=\"viewport\" content=\"width=device-width\">\n"
	"<style>\n"
	"body { font: 15px/1.45 sans-serif; max-width: 62em; margin: 2em auto; padding: 0 1em; "
	"color: #111; background: #fff }\n"
	"h1 { font-size: 1.5em } h2 { font-size: 1.2em; margin-top: 2em; border-bottom: 1px solid "
	"#999 }\n"
	"table { border-collapse: collapse } td, th { text-align: left; vertical-align: top; "
	"padding: .15em 1.2em .15em 0; overflow-wrap: anywhere }\n"
	"code, .lines td { font: 13px/1.4 monospace }\n"
	".user { margin: 1em 0; break-inside: avoid } .lines { margin-left: 1.5em }\n"
	".error { color: #a00 } .warning { color: #850 } .box { border: 2px solid #850; padding: "
	".3em 1em }\n"
	".sign td { border-bottom: 1px solid #111; min-width: 14em; height: 2.6em }\n"
	"</style>\n";

/* ---- text ---- */

static void
add(struct page *page, const char *markup)
{
	buffer_add_text(page->out, markup);
}

/* Whatever is not a literal of ours. */
static void
add_escaped(struct page *page, const char *text)
{
	AUTO_BUFFER struct buffer escaped = { 0 };
	text_escape(&escaped, text ? text : "", text ? strlen(text) : 0);
	for (const char *c = buffer_text(&escaped); *c; c++) {
		switch (*c) {
		case '&':
			add(page, "&amp;");
			break;
		case '<':
			add(page, "&lt;");
			break;
		case '>':
			add(page, "&gt;");
			break;
		case '"':
			add(page, "&quot;");
			break;
		case '\'':
			add(page, "&#39;");
			break;
		default:
			buffer_add_char(page->out, *c);
		}
	}
}

/* "<td>text</td>" */
static void
add_element(struct page *page, const char *element, const char *text)
{
	buffer_printf(page->out, "<%s>", element);
	add_escaped(page, text);
	buffer_printf(page->out, "</%.*s>", (int)strcspn(element, " "), element);
}

static void
add_row(struct page *page, const char *name, const char *value)
{
	add(page, "<tr>");
	add_element(page, "th", name);
	add_element(page, "td", value);
	add(page, "</tr>\n");
}

static void
add_heading(struct page *page, const char *text)
{
	add_element(page, "h2", text);
	add(page, "\n");
}

static const char *
count_text(struct page *page, size_t count)
{
	return arena_printf(page->plan->arena, "%zu", count);
}

/* ---- what it is, and what would happen ---- */

static void
add_subject(struct page *page)
{
	const struct plan *plan = page->plan;
	add(page, "<table>\n");
	add_row(page, "host", plan->host_name);
	if (strcmp(plan->root, "/") != 0)
		add_row(page, "below", plan->root);
	if (page->subject->run)
		add_row(page, "result", page->subject->run);
	if (plan->reason)
		add_row(page, "reason", plan->reason);
	add_row(page, "plan", plan->id);
	add_row(page, "made", plan->created);
	add_row(page, "by", arena_printf(plan->arena, "rehome %s", plan->tool_version));
	if (page->subject->sha256)
		add_row(page, "SHA-256 of the plan", page->subject->sha256);
	add_row(page, "SHA-256 of the configuration",
		*plan->config_sha256 ? plan->config_sha256 : "there is none");
	add(page, "</table>\n");
}

static void
add_totals(struct page *page)
{
	add_heading(page, "In numbers");
	add(page, "<table>\n");
	for (int action = 0; action < CHANGE_ACTIONS; action++)
		add_row(page, change_action_name((enum change_action)action),
			count_text(page, page->plan->counts[action]));
	if (page->plan->left_out)
		add_row(page, "left out, of the unchanged", count_text(page, page->plan->left_out));
	add(page, "</table>\n");
}

static void
add_inputs(struct page *page)
{
	static const char *const names[] = { "source", "read as", "rows", "SHA-256" };
	add_heading(page, "Read");
	add(page, "<table>\n<tr>");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		add_element(page, "th", names[i]);
	add(page, "</tr>\n");
	ARRAY_FOREACH (input, &page->plan->inputs) {
		add(page, "<tr>");
		add_element(page, "td", input->source);
		add_element(page, "td", input->detected ? input->detected : input->importer);
		add_element(page, "td",
			arena_printf(page->plan->arena, "%zu%s", input->rows,
				input->complete ? "" : ", not complete"));
		add_element(page, "td", *input->sha256 ? input->sha256 : "no file");
		add(page, "</tr>\n");
	}
	add(page, "</table>\n");
}

/* ---- what deserves a second look ---- */

static uint64_t
archives_room(const struct plan *plan)
{
	uint64_t room = 0;
	ARRAY_FOREACH (step, &plan->steps) {
		if (step->kind == STEP_ARCHIVE)
			room += step_archive_room(&step->home);
	}
	return room;
}

static size_t
count_warnings(const struct plan *plan)
{
	size_t count = plan->findings.warnings;
	ARRAY_FOREACH (change, &plan->changes)
		count += (*change)->findings.warnings;
	return count;
}

static void
add_item(struct page *page, size_t count, const char *what)
{
	if (!count)
		return;
	buffer_printf(page->out, "<li>%s: %zu</li>\n", what, count);
}

static void
add_risks(struct page *page)
{
	const struct plan *plan = page->plan;
	size_t opened = 0;
	ARRAY_FOREACH (change, &plan->changes)
		opened += change_is_work(*change) && change_opens(*change);
	add_heading(page, "To look at");
	add(page, "<ul class=\"box\">\n");
	add_item(page, plan->counts[CHANGE_BLOCKED], "blocked, where the plan stops");
	add_item(page, plan->counts[CHANGE_ADOPT], "existing homes that become jails");
	add_item(page, plan->counts[CHANGE_LEAVE], "people who leave");
	add_item(page, opened, "closed accounts that are opened");
	add_item(page, count_warnings(plan), "warnings");
	uint64_t room = archives_room(plan);
	if (room)
		buffer_printf(page->out, "<li>archives take %s at most</li>\n",
			text_size(plan->arena, room));
	ARRAY_FOREACH (text, &plan->not_checked) {
		add(page, "<li>not checked: ");
		add_escaped(page, *text);
		add(page, "</li>\n");
	}
	add(page, "</ul>\n");
}

/* ---- findings and users ---- */

static void
add_line(struct page *page, const char *label, const char *text)
{
	add(page, "<tr>");
	add_element(page, "td", label);
	add(page, "<td>");
	/* A tab is a second column on a terminal. */
	size_t first = strcspn(text, "\t");
	add_escaped(page, arena_strndup(page->plan->arena, text, first));
	if (text[first]) {
		add(page, " &nbsp; ");
		add_escaped(page, text + first + 1);
	}
	add(page, "</td></tr>\n");
}

static void
add_finding(struct page *page, const struct diag *diag)
{
	const char *level = paint_level_name(diag->level);
	buffer_printf(page->out, "<tr class=\"%s\">", level);
	add_element(page, "td", level);
	add(page, "<td>");
	if (diag->place.file) {
		add_escaped(page, diag_place_text(diag->place, "", page->plan->arena));
		add(page, ": ");
	}
	add_escaped(page, diag->message);
	add(page, "</td></tr>\n");
	if (diag->hint)
		add_line(page, "hint", diag->hint);
}

static void
add_user(struct page *page, const struct change *change)
{
	add(page, "<div class=\"user\"><b>");
	if (change->old_login) {
		add_escaped(page, change->old_login);
		add(page, " &rarr; ");
	}
	add_escaped(page, change->login ? change->login : "-");
	add(page, "</b> ");
	add_escaped(page, change->full_name);
	if (change->place.file) {
		add(page, " (");
		add_escaped(page, diag_place_text(change->place, "", page->plan->arena));
		add(page, ")");
	}
	add(page, "\n<table class=\"lines\">\n");
	ARRAY_FOREACH (line, &change->lines)
		add_line(page, line->label, line->text);
	ARRAY_FOREACH (diag, &change->findings)
		add_finding(page, diag);
	add(page, "</table></div>\n");
}

/* Unchanged users are a number, but for those about whom something is said. */
static bool
is_shown(const struct change *change)
{
	return change->action != CHANGE_UNCHANGED || change->findings.warnings;
}

static void
add_users(struct page *page)
{
	enum change_action action = CHANGE_ACTIONS;
	ARRAY_FOREACH (item, &page->plan->changes) {
		const struct change *change = *item;
		if (!is_shown(change))
			continue;
		if (change->action != action) {
			action = change->action;
			add_heading(page,
				arena_printf(page->plan->arena, "%s: %zu",
					change_action_name(action), page->plan->counts[action]));
		}
		add_user(page, change);
	}
}

/* ---- the host, step by step ---- */

static void
add_host(struct page *page)
{
	if (!page->plan->findings.count)
		return;
	add_heading(page, "The host");
	add(page, "<table class=\"lines\">\n");
	ARRAY_FOREACH (diag, &page->plan->findings)
		add_finding(page, diag);
	add(page, "</table>\n");
}

static void
add_steps(struct page *page)
{
	add_heading(page, "Every step, in its order");
	buffer_printf(page->out,
		"<details><summary>%zu steps, %zu lines of account files</summary>\n<ol>\n",
		page->plan->steps.count, page->plan->edits.count);
	ARRAY_FOREACH (step, &page->plan->steps) {
		add(page, "<li><code>");
		add_escaped(page, step_verb(step->kind));
		if (step->path) {
			add(page, " ");
			add_escaped(page, step->path);
		}
		if (step->user) {
			add(page, " (");
			add_escaped(page, step->user);
			add(page, ")");
		}
		add(page, "</code></li>\n");
	}
	add(page, "</ol></details>\n");
}

/* ---- the way there, and back ---- */

static void
add_way(struct page *page)
{
	const struct plan_page_subject *subject = page->subject;
	if (subject->file) {
		add_heading(page, "To apply exactly this");
		add(page, "<p><code>rehome ");
		if (strcmp(page->plan->root, "/") != 0) {
			add(page, "--root ");
			add_escaped(page, text_shell_word(page->plan->arena, page->plan->root));
			add(page, " ");
		}
		add(page, "apply --expect-sha256 ");
		add_escaped(page, subject->sha256);
		add(page, " ");
		add_escaped(page, text_shell_word(page->plan->arena, subject->file));
		add(page,
			"</code></p>\n<p>It is refused when the machine or a source has changed "
			"since.</p>\n");
	}
	add_heading(page, "To go back");
	add(page, "<p><code>rehome rollback ");
	add_escaped(page, subject->run_id ? subject->run_id : "RUN");
	add(page,
		"</code> undoes all of it, or single users, at once or weeks later. What people "
		"put into their folders since goes into quarantine. It does not start again what "
		"was ended (sessions, processes), and does not take back what somebody did with a "
		"password or a key meanwhile.</p>\n");
	if (!subject->file)
		return;
	add_heading(page, "Agreed");
	add(page, "<table class=\"sign\"><tr><th>name</th><th>date</th><th>signature</th></tr>\n");
	for (int i = 0; i < 2; i++)
		add(page, "<tr><td></td><td></td><td></td></tr>\n");
	add(page, "</table>\n");
}

void
plan_page_write(const struct plan_page_subject *subject, struct buffer *out)
{
	struct page page = { .subject = subject, .plan = subject->plan, .out = out };
	const char *title = arena_printf(subject->plan->arena, "rehome: %s %s for %s",
		subject->run_id ? "run" : "plan",
		subject->run_id ? subject->run_id : subject->plan->id, subject->plan->host_name);
	add(&page, head);
	add_element(&page, "title", title);
	add(&page, "\n</head>\n<body>\n");
	add_element(&page, "h1", title);
	add(&page, "\n");
	add_subject(&page);
	add_totals(&page);
	add_inputs(&page);
	add_risks(&page);
	add_users(&page);
	add_host(&page);
	add_steps(&page);
	add_way(&page);
	add(&page, "</body>\n</html>\n");
}
