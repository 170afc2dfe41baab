/*
 * main.c - the program: a safe process, the command line, one command.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/help.h"
#include "cli/session.h"
#include "importers/registry.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITISED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITISED 1
#endif
#endif
#ifndef SANITISED
#define SANITISED 0
#endif

/* A file that we open must not become what we print to. */
static void
reserve_standard_descriptors(void)
{
	int fd;
	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

/* Memory holds passwords and hashes: no core files, and no debugger but root's. */
static void
protect_memory(void)
{
	struct rlimit none = { 0 };
	setrlimit(RLIMIT_CORE, &none);
	/* The leak checker is a debugger. */
	if (!SANITISED)
		prctl(PR_SET_DUMPABLE, 0);
}

/* A variable that is set to nothing is as if it were not set. */
static const char *
environment(const char *name)
{
	const char *value = getenv(name);
	return value && *value ? value : NULL;
}

static void
use_environment(struct globals *globals)
{
	if (!globals->config)
		globals->config = environment("REHOME_CONFIG");
	if (!globals->root)
		globals->root = environment("REHOME_ROOT");
	if (!globals->state_dir)
		globals->state_dir = environment("REHOME_STATE_DIR");
}

static bool
is_plain_path(const char *path)
{
	size_t length = strlen(path);
	return path[0] == '/' && path[1] && path[length - 1] != '/' && !strstr(path, "//") &&
		!strstr(path, "/../") && !(length > 3 && strcmp(path + length - 3, "/..") == 0);
}

/* ../x or x/ would be refused, or differ from run to run, deep below; here it can be explained. */
static bool
check_state_dir(const struct globals *globals, struct diags *diags)
{
	const char *dir = globals->state_dir;
	if (!dir || is_plain_path(dir))
		return true;
	diag_error(diags, NOWHERE, "state directory '%s' is not a plain absolute path", dir);
	diag_hint(diags, "It is looked up below the root: write /var/lib/rehome, for example.");
	return false;
}

/* One that is asked for must exist; that of the installation need not. */
static bool
check_importers_dir(const struct globals *globals, struct diags *diags)
{
	const char *dir = globals->importers_dir;
	struct stat st;
	if (!dir || (is_plain_path(dir) && stat(dir, &st) == 0 && S_ISDIR(st.st_mode)))
		return true;
	diag_error(diags, at("--importers-dir", 0), "'%s' is not the absolute path of a directory",
		dir);
	diag_hint(diags, "Name the directory that holds NAME.so for each importer NAME.");
	return false;
}

static bool
check_form(const struct globals *globals, struct diags *diags)
{
	if (!globals->json || !globals->plain)
		return true;
	diag_error(diags, NOWHERE, "--json and --plain exclude each other");
	diag_code(diags, "usage");
	diag_hint(diags, "Leave one of them out.");
	return false;
}

/* Help that was asked for is a result, also with --json; help instead of a command is not. */
static enum exit_code
show_help(struct session *session, const struct command *command)
{
	AUTO_BUFFER struct buffer text = { 0 };
	if (!command && !session->globals.help && session->output.json) {
		diag_error(&session->diags, NOWHERE, "no command was given");
		diag_code(&session->diags, "usage");
		diag_hint(&session->diags, "Run rehome help for the list.");
		return EXIT_USAGE;
	}
	help_add(command, session->output.json, &text);
	output_page(&session->output, &text);
	return session->globals.help ? EXIT_DONE : EXIT_USAGE;
}

static enum exit_code
run_command(struct session *session, const struct args *args)
{
	if (session->globals.version) {
		printf("rehome %s\n", REHOME_VERSION);
		return EXIT_DONE;
	}
	if (session->globals.help || !args->command)
		return show_help(session, args->command);
	return args->command->run(session, args->options, &args->operands);
}

int
main(int argc, char **argv)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct session session = { .arena = &arena, .diags = { .arena = &arena } };
	struct args args;
	enum exit_code exit_code = EXIT_USAGE;

	umask(077);
	reserve_standard_descriptors();
	protect_memory();

	bool parsed = args_parse((const char *const *)argv + 1, argc > 0 ? (size_t)argc - 1 : 0,
		&session.globals, &args, &arena, &session.diags);
	use_environment(&session.globals);
	output_init(&session.output, &session.globals, &session.diags);
	session.importers = (struct importer_set){
		.built_in = importers,
		.directory = session.globals.importers_dir ? session.globals.importers_dir
							   : REHOME_IMPORTERS_DIR,
		.arena = &arena,
	};
	if (parsed && check_form(&session.globals, &session.diags) &&
		check_state_dir(&session.globals, &session.diags) &&
		check_importers_dir(&session.globals, &session.diags))
		exit_code = run_command(&session, &args);
	session_finish(&session);
	if (!output_finish(&session.output)) {
		perror("rehome: standard output");
		if (exit_code == EXIT_DONE)
			exit_code = EXIT_FAILED;
	}
	return exit_code;
}
