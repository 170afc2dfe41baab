/*
 * scene.c - machines for the real program, and what they look like.
 */
#include "scene.h"

#include <err.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/run/registry.h"
#include "core/run/run.h"

/* ---- running ---- */

static int log_fd = -1;

char *
scene_said(struct arena *arena)
{
	char text[2000];
	ssize_t size = pread(log_fd, text, sizeof(text), 0);
	return arena_strndup(arena, text, size > 0 ? (size_t)size : 0);
}

static void
empty_log(void)
{
	if (log_fd < 0)
		log_fd = memfd_create("said", MFD_CLOEXEC);
	if (log_fd < 0 || ftruncate(log_fd, 0) != 0 || lseek(log_fd, 0, SEEK_SET) != 0)
		err(1, "the log");
}

/* Beside the machine: "/tmp/x/1" -> "/tmp/x/1.plan-0.json" */
static char *
beside(const struct scene *scene, const char *name, struct arena *arena)
{
	return arena_printf(arena, "%s.%s", scene->root, name);
}

/* "apply -y plan@0" -> "apply", "-y", "/tmp/x/1.plan0.json" */
static const char *
expand(const struct scene *scene, const char *word, struct arena *arena)
{
	if (strncmp(word, "sheet@", 6) == 0)
		return arena_printf(arena, "csv:%s",
			beside(scene, arena_printf(arena, "%s.csv", word + 6), arena));
	if (strncmp(word, "file@", 5) == 0)
		return beside(scene, arena_printf(arena, "%s.csv", word + 5), arena);
	if (strncmp(word, "plan@", 5) == 0)
		return beside(scene, arena_printf(arena, "%s.json", word + 5), arena);
	return word;
}

struct ending
scene_run(struct scene *scene, const char *arguments, judge_of_calls judge, void *ctx,
	const char *const *env)
{
	AUTO_ARENA struct arena scratch = { 0 };
	const char *argv[24] = { scene->program, "--root", scene->root, "--config", scene->config };
	size_t count = 5;
	char *save, *text = arena_strdup(&scratch, arguments);
	for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (count == ARRAY_LEN(argv) - 1)
			errx(1, "too many arguments: %s", arguments);
		argv[count++] = expand(scene, word, &scratch);
	}
	empty_log();
	return tracer_run(argv, log_fd, judge, ctx, env);
}

static void
must_run(struct scene *scene, const char *arguments)
{
	struct ending ending = scene_run(scene, arguments, NULL, NULL, NULL);
	if (ending.status != 0)
		errx(1, "%s: %s: status %d: %s", scene->script->name, arguments, ending.status,
			scene_said(&scene->arena));
}

static void
must_run_all(struct scene *scene, const char *const *commands)
{
	for (size_t i = 0; i < COMMANDS_MAX && commands[i]; i++)
		must_run(scene, commands[i]);
}

/* ---- copies ---- */

static void
must_copy(const struct scene *scene, const char *from, const char *to)
{
	const char *clear[] = { "/usr/bin/find", to, "-mindepth", "1", "-delete", NULL };
	const char *copy[] = { "/bin/cp", "-aT", from, to, NULL };
	(void)scene;
	empty_log();
	if (tracer_run(clear, log_fd, NULL, NULL, NULL).status != 0 ||
		tracer_run(copy, log_fd, NULL, NULL, NULL).status != 0)
		errx(1, "cannot copy %s to %s", from, to);
}

void
scene_copy(struct scene *scene)
{
	must_copy(scene, scene->template, scene->root);
}

void
scene_set(struct scene *scene)
{
	scene_copy(scene);
	must_run_all(scene, scene->script->each);
	if (scene->script->use)
		scene->script->use(scene->root);
}

/* ---- looking ---- */

/* Passwords that are made at apply, and their hashes, differ from run to run. */
static char *
without_chance(const char *fingerprint, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	for (const char *line = fingerprint; *line;) {
		size_t length = strcspn(line, "\n");
		bool is_told = strncmp(line, "/root/rehome-handout/", 21) == 0;
		const char *random = is_told ? strchr(line, ' ') : strstr(line, "$y$");
		while (random && random < line + length) {
			buffer_add(&out, line, (size_t)(random - line));
			buffer_add_text(&out, "*");
			size_t skip = is_told ? strcspn(random, "\n") : strcspn(random, ":\n");
			length -= (size_t)(random - line) + skip;
			line = random + skip;
			random = is_told ? NULL : strstr(line, "$y$");
		}
		buffer_add(&out, line, length + (line[length] == '\n'));
		line += length + (line[length] == '\n');
	}
	return arena_strdup(arena, buffer_text(&out));
}

struct opened {
	struct host *host;
	struct state state;
	struct diags diags;
};

static void
open_state(struct scene *scene, struct opened *opened, struct arena *arena)
{
	*opened = (struct opened){ .diags = { .arena = arena } };
	opened->host = host_create(scene->root, HOST_READ_ONLY, &opened->diags);
	if (!opened->host)
		errx(1, "host_create: %s", opened->diags.items[0].message);
	state_init(&opened->state, opened->host, NULL, arena);
}

static void
close_state(struct opened *opened)
{
	state_finish(&opened->state);
	host_destroy(opened->host);
}

/* The newest run that changed it is left out: an undone one may be named there. */
static char *
describe_registry(struct scene *scene, struct arena *arena)
{
	struct opened opened;
	struct managed managed = { 0 };
	AUTO_BUFFER struct buffer out = { 0 };
	open_state(scene, &opened, arena);
	if (!registry_load(&opened.state, arena, &managed, &opened.diags))
		buffer_printf(&out, "cannot be read: %s\n", opened.diags.items[0].message);
	ARRAY_FOREACH (item, &managed.accounts) {
		const struct managed_account *account = *item;
		buffer_printf(&out, "%s %s %s %u %s %s %s", account->login, account->source,
			account->key, (unsigned)account->uid, account->home,
			account->folders ? account->folders : "-",
			account->keys_sha256 ? account->keys_sha256 : "-");
		ARRAY_FOREACH (group, &account->groups)
			buffer_printf(&out, " %s", *group);
		buffer_add_char(&out, '\n');
	}
	close_state(&opened);
	return arena_strdup(arena, buffer_text(&out));
}

void
scene_look(struct scene *scene, struct looks *ret_looks, struct arena *arena)
{
	AUTO_ARENA struct arena scratch = { 0 };
	ret_looks->machine = without_chance(machine_fingerprint(scene->root, &scratch), arena);
	ret_looks->registry = describe_registry(scene, arena);
}

const char *
scene_pending(struct scene *scene, struct arena *arena)
{
	struct opened opened;
	const char *id = NULL;
	open_state(scene, &opened, arena);
	if (!run_pending(&opened.state, arena, &id, &opened.diags))
		id = arena_printf(arena, "damaged: %s", opened.diags.items[0].message);
	close_state(&opened);
	return id;
}

/* ---- a scene ---- */

static void
write_beside(struct scene *scene, const char *name, const char *content)
{
	machine_write("", beside(scene, name, &scene->arena), content, 0600);
}

static void
learn(struct scene *scene)
{
	scene_set(scene);
	scene_look(scene, &scene->before, &scene->arena);
	scene->passwd = machine_read(scene->root, "/etc/passwd", &scene->arena);
	must_run(scene, scene->script->act);
	scene_look(scene, &scene->after, &scene->arena);
	if (strcmp(scene->before.machine, scene->after.machine) == 0 &&
		strcmp(scene->before.registry, scene->after.registry) == 0)
		errx(1, "%s: nothing changes", scene->script->name);
}

void
scene_open(struct scene *scene, const struct scene_script *script, const char *program)
{
	*scene = (struct scene){ .script = script, .program = program };
	scene->root = machine_make(script->kind, &scene->arena);
	scene->template = beside(scene, "template", &scene->arena);
	scene->config = beside(scene, "yaml", &scene->arena);
	write_beside(scene, "yaml", script->config);
	if (script->furnish)
		script->furnish(scene->root);
	for (size_t i = 0; i < ARRAY_LEN(script->sheets) && script->sheets[i]; i++)
		write_beside(scene, arena_printf(&scene->arena, "%zu.csv", i), script->sheets[i]);
	must_run_all(scene, script->once);
	if (mkdir(scene->template, 0755) != 0)
		err(1, "%s", scene->template);
	must_copy(scene, scene->root, scene->template);
}

void
scene_begin(struct scene *scene, const struct scene_script *script, const char *program)
{
	scene_open(scene, script, program);
	learn(scene);
}

void
scene_end(struct scene *scene)
{
	machine_remove(scene->template);
	machine_remove(scene->root);
	arena_finish(&scene->arena);
}
