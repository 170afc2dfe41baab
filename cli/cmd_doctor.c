/*
 * cmd_doctor.c - `rehome doctor`: is the host as a whole fit for jails?
 */
#include "cli/doctor_ftp.h"
#include "cli/render_verify.h"
#include "cli/session.h"
#include "core/run/run.h"

static void
add_record(const struct paint *paint, const struct diag *diag, struct arena *arena)
{
	const char *const fields[] = {
		paint_level_name(diag->level),
		diag_place_text(diag->place, NULL, arena),
		diag->code,
		diag->message,
		diag->hint,
	};
	paint_record(paint, fields, ARRAY_LEN(fields));
}

static void
show(struct session *session, const struct diags *findings, const struct string_list *not_checked)
{
	AUTO_BUFFER struct buffer text = { 0 };
	struct paint paint = output_paint(&session->output, &text);
	struct json_writer json = { .out = &text };
	if (session->output.json) {
		json_write_open(&json, NULL, '{');
		json_write_flag(&json, "ok", !findings->errors);
		json_findings(&json, findings);
		json_write_texts(&json, "not_checked", not_checked);
		json_write_close(&json);
		output_result(&session->output, &text);
		return;
	}
	ARRAY_FOREACH (diag, findings) {
		bool wanted = diag->level == DIAG_ERROR || !session->output.quiet;
		if (!wanted || (diag->level == DIAG_NOTE && !session->output.verbose))
			continue;
		if (paint.plain)
			add_record(&paint, diag, session->arena);
		else
			paint_diag(&paint, diag);
	}
	if (paint.plain) {
		output_result(&session->output, &text);
		return;
	}
	if (!session->output.quiet)
		render_not_checked(&paint, not_checked);
	buffer_printf(&text, "Host: %zu fault%s, %zu warning%s.\n", findings->errors,
		findings->errors == 1 ? "" : "s", findings->warnings,
		findings->warnings == 1 ? "" : "s");
	output_result(&session->output, &text);
}

/* An unfinished run is no error of this command: it is what the doctor is asked for. */
static void
look_for_pending(struct session *session, struct diags *findings)
{
	const char *run_id;
	if (!run_pending(&session->state, session->arena, &run_id, findings) || !run_id)
		return;
	diag_error(findings, NOWHERE, "run %s was interrupted", run_id);
	diag_code(findings, "interrupted-run");
	diag_hint(findings, "Finish it, or undo it, with: rehome recover");
}

static enum exit_code
doctor_run(struct session *session, const void *config, const struct string_list *operands)
{
	struct diags findings = { .arena = session->arena };
	struct string_list not_checked = { 0 };
	(void)config;
	(void)operands;
	if (!session_open(session, HOST_READ_ONLY) || !session_take_snapshot(session))
		return session->exit;
	if (!verify_host(session->config, &session->snapshot, session->state.dir, session->arena,
		    &findings, &not_checked, &session->diags) ||
		!doctor_look_at_ftp(session, &findings))
		return EXIT_FAILED;
	look_for_pending(session, &findings);
	show(session, &findings, &not_checked);
	return findings.errors ? EXIT_FAULTS : EXIT_DONE;
}

const struct command command_doctor = {
	.name = "doctor",
	.arguments = "",
	.summary = "Check the host: sshd, PAM, account files, FTP, leftovers, space",
	.details = "Exit status 9 when there are faults.",
	.records = "each finding: level, place, code, message, hint",
	.examples = "rehome doctor",
	.run = doctor_run,
};
