/*
 * planning.h - from SOURCE arguments to a plan: what plan, apply, inspect and export share.
 */
#ifndef REHOME_CLI_PLANNING_H
#define REHOME_CLI_PLANNING_H

#include "cli/session.h"
#include "core/model/intake.h"
#include "core/model/option.h"
#include "core/plan/plan.h"

/* The options of plan and apply. */
struct planning_options {
	struct string_list settings, users, adopt, adopt_protected, xferlog;
	const char *adopt_keys, *adopt_elsewhere;
	const char *users_file, *rejects, *reason;
	unsigned canary, jobs, allow_leavers;
	bool skip_blocked, detailed_exitcode, all;
	bool no_archive, yes_without_archive, stage;
	bool unattended;		       /* sync */
	const char *output;		       /* plan */
	const char *handout, *expected_sha256; /* apply */
};

/* Those that both take; a command's `shared`. */
extern const struct option_spec planning_options[];
/* Rows that some of them, or sync, have in a table of their own. */
#define PLANNING_OPTION_ALLOW_LEAVERS                                                              \
	{                                                                                          \
		.name = "allow-leavers", .type = OPTION_COUNT,                                     \
		.offset = offsetof(struct planning_options, allow_leavers), .argument = "N",       \
		.help = "let the N accounts go that are over a limit of the policy; exactly N"     \
	}
#define PLANNING_OPTION_STAGE                                                                      \
	{                                                                                          \
		.name = "stage", .type = OPTION_FLAG,                                              \
		.offset = offsetof(struct planning_options, stage),                                \
		.help = "make new accounts, closed until rehome activate"                          \
	}
#define PLANNING_OPTION_JOBS                                                                       \
	{                                                                                          \
		.name = "jobs", .letter = 'j', .type = OPTION_NUMBER,                              \
		.offset = offsetof(struct planning_options, jobs), .argument = "N",                \
		.help = "threads for passwords and archives; otherwise one a processor"            \
	}
#define PLANNING_OPTION_HANDOUT                                                                    \
	{                                                                                          \
		.name = "handout", .type = OPTION_TEXT,                                            \
		.offset = offsetof(struct planning_options, handout), .argument = "DIR",           \
		.help = "where generated passwords are written, for root alone"                    \
	}

/* What the sources said. */
struct reading {
	struct intake *intakes;
	size_t count;
};

/*
 * The exit status after importer_set_find() or intake_resolve() has failed: `mistaken` for a slip
 * of the pen, EXIT_FAILED for a module that is there and cannot be used.
 */
enum exit_code planning_no_importer(const struct session *session, enum exit_code mistaken);

/*
 * That the importer and its options are right, before anything is read. False with EXIT_USAGE when
 * --set is wrong, with EXIT_BAD_CONFIG when the configuration is.
 */
NODISCARD bool planning_check_source(struct session *session, const struct source_config *source);

/* planning_check_source(), and what the importer can tell of the place and its options without
 * reading anybody: files that must be there, syntax. */
NODISCARD bool planning_check_place(struct session *session, const struct source_config *source);

/* What is done with rows that have errors. */
enum bad_rows {
	BAD_ROWS_AS_CONFIGURED,
	BAD_ROWS_SKIPPED_UNATTENDED, /* unless the configuration says to stop */
	BAD_ROWS_SKIPPED,
};

/*
 * Reads every source. False with EXIT_USAGE for an unknown one and EXIT_BAD_DATA when any was dead
 * or had refused rows; what was read by then is in ret_reading for --rejects.
 */
NODISCARD bool planning_read(struct session *session, const struct string_list *sources,
	const struct string_list *settings, enum bad_rows bad_rows, struct reading *ret_reading);

/* The same, of one source that is looked at, and with the reasons for the accounts of these users.
 */
NODISCARD bool planning_read_explained(struct session *session, const struct string_list *sources,
	const struct string_list *settings, const struct string_list *users,
	struct reading *ret_reading);

/*
 * planning_logs.c: what the logs that match these patterns tell about the logins of old servers,
 * into their evidence. False with EXIT_BAD_DATA when a log cannot be read, with EXIT_USAGE when no
 * source is an old server.
 */
NODISCARD bool planning_read_logs(
	struct session *session, const struct string_list *patterns, const struct reading *reading);

/* The refused rows of the first source to a file, when there are some and path is not NULL. */
NODISCARD bool planning_write_rejects(
	struct session *session, const char *path, const struct reading *reading);

struct planning {
	struct reading reading;
	struct plan *plan; /* as it is shown, blocked users among it */
	struct plan_secrets secrets;
};

/* On an open session: reads the sources and plans. */
NODISCARD bool planning_make(struct session *session, const struct planning_options *options,
	const struct string_list *sources, struct planning *ret_planning);

/* planning_live.c: adds to a plan who works in its homes at this moment. False with EXIT_FAILED. */
NODISCARD bool planning_look_around(struct session *session, struct plan *plan);

/*
 * The users of a saved plan that --user, --users and --canary name: a wave. Blocked ones go too
 * when anything is named.
 */
NODISCARD bool planning_choose(struct session *session, const struct planning_options *options,
	const struct plan *plan, struct plan **ret_plan);

/*
 * What of the plan can be performed: all of it, or with --skip-blocked what is not blocked. False
 * with EXIT_BLOCKED when that is not allowed; the errors are in the plan.
 */
NODISCARD bool planning_select(struct session *session, const struct plan *plan, bool skip_blocked,
	struct plan **ret_plan);

/*
 * planning_limits.c: what sources ask for against the policy's limits, with what runs of the last
 * 24 hours did. False with EXIT_LIMIT, and an error that names them, when more would leave than may
 * and `allowed` (--allow-leavers) is not exactly their number. *ret_over_limit: how many were
 * allowed to go over a limit, for run_options.allowed_leavers.
 */
NODISCARD bool planning_check_limits(struct session *session, const struct plan *plan,
	unsigned allowed, unsigned *ret_over_limit);

/* Hashes passwords, with progress. generate as in planner_hash_secrets(). */
NODISCARD bool planning_hash(struct session *session, struct plan *plan,
	struct plan_secrets *secrets, bool generate, unsigned jobs);

/* By either login of one who is renamed; without patterns everybody. */
bool planning_matches(const struct change *change, const struct string_list *globs);

/* planning_show.c: shows a plan the way the command line asks for: text, or the report. */
struct planning_view {
	bool all;	   /* users, however many */
	bool everybody;	   /* unchanged ones too */
	const char *above; /* painted text that stands above the plan's; NULL = none */
};
void planning_show(
	struct session *session, const struct plan *plan, const struct planning_view *view);

/* The same for a command that goes on to apply it: with --json the findings and the totals, one
 * object a line. */
void planning_show_working(struct session *session, const struct plan *plan, bool all);
/* And for a schedule: without what every run would say again (render_plan_is_news). */
void planning_show_news(struct session *session, const struct plan *plan);

#endif
