/*
 * audit.c - syslog; see audit.h.
 */
#include "cli/audit.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "core/base/buffer.h"
#include "core/base/text.h"

static void
write_line(int priority, struct buffer *line)
{
	openlog("rehome", LOG_PID, LOG_AUTHPRIV);
	syslog(priority, "%s", buffer_text(line));
}

static void
add_escaped(struct buffer *line, const char *text)
{
	text_escape(line, text, strlen(text));
}

/* Who asked: sudo says so, otherwise the uid does. */
static void
add_administrator(struct buffer *line)
{
	const char *sudo_user = getenv("SUDO_USER");
	buffer_add_text(line, ", by ");
	if (sudo_user && *sudo_user)
		add_escaped(line, sudo_user);
	else
		buffer_printf(line, "uid %u", (unsigned)getuid());
}

void
audit_start(const char *verb, const char *run_id, size_t users, const char *reason)
{
	AUTO_BUFFER struct buffer line = { 0 };
	buffer_printf(&line, "run %s: %s, %zu users", run_id, verb, users);
	add_administrator(&line);
	if (reason) {
		buffer_add_text(&line, ": ");
		add_escaped(&line, reason);
	}
	write_line(LOG_NOTICE, &line);
}

void
audit_user(const char *run_id, const char *login, const char *action, const char *result)
{
	AUTO_BUFFER struct buffer line = { 0 };
	buffer_printf(&line, "run %s: ", run_id ? run_id : "-");
	add_escaped(&line, login);
	buffer_printf(&line, ": %s %s", action, result);
	write_line(LOG_INFO, &line);
}

void
audit_sync(const char *sources, const char *totals, int exit_code)
{
	AUTO_BUFFER struct buffer line = { 0 };
	buffer_add_text(&line, "sync ");
	add_escaped(&line, sources);
	buffer_printf(&line, ": %s, exit %d", totals, exit_code);
	write_line(exit_code ? LOG_WARNING : LOG_NOTICE, &line);
}

void
audit_end(const char *verb, const char *run_id, const char *outcome)
{
	AUTO_BUFFER struct buffer line = { 0 };
	if (!run_id)
		return;
	buffer_printf(&line, "run %s: %s: %s", run_id, verb, outcome);
	write_line(LOG_NOTICE, &line);
}
