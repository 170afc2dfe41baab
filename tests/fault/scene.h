/*
 * scene.h - what the stepper stops: the real program at work on a machine in a directory.
 *
 * A scene's machine is furnished once and kept as a template; every try gets a copy at the same
 * path, for which its plans were made. What names inodes (rollbacks, homes that exist) is done
 * again on each copy.
 */
#ifndef REHOME_TESTS_FAULT_SCENE_H
#define REHOME_TESTS_FAULT_SCENE_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "machine.h"
#include "tracer.h"

enum { COMMANDS_MAX = 6 };

struct scene_script {
	const char *name;
	enum machine_kind kind;
	const char *config; /* YAML */
	void (*furnish)(const char *root);
	/* Arguments after the usual ones, separated by blanks; sheet@N is the N-th sheet as a
	 * source, file@N its path, plan@N a plan beside it. */
	const char *sheets[3];
	const char *once[COMMANDS_MAX]; /* before the template is kept */
	const char *each[COMMANDS_MAX]; /* on every copy */
	void (*use)(const char *root);	/* after them: what people did since */
	const char *act;		/* is stopped */
	bool only_forward;		/* a rollback is not undone */
	bool archives;			/* libarchive is at work, which may crash without memory */
};

/* What a machine is like. */
struct looks {
	char *machine;	/* fingerprint, with what is drawn at random left out */
	char *registry; /* the accounts in it */
};

struct scene {
	struct arena arena;
	const struct scene_script *script;
	const char *root, *template; /* directories */
	const char *program, *config;
	struct looks before, after; /* the act */
	const char *passwd;	    /* before it */
	unsigned calls;		    /* that the act makes */
};

/* Furnishes it, without looking at it or acting. */
void scene_open(struct scene *scene, const struct scene_script *script, const char *program);
/* And looks at it before and after. Ends the process when that goes wrong. */
void scene_begin(struct scene *scene, const struct scene_script *script, const char *program);
void scene_end(struct scene *scene);

/* A copy on which only the act is missing. */
void scene_set(struct scene *scene);
/* Copies the template only. */
void scene_copy(struct scene *scene);

/* The program with these arguments, traced when judge is not NULL; what it says is kept. */
struct ending scene_run(struct scene *scene, const char *arguments, judge_of_calls judge, void *ctx,
	const char *const *env);
/* What it said last. */
char *scene_said(struct arena *arena);

void scene_look(struct scene *scene, struct looks *ret_looks, struct arena *arena);
/* The run that is not finished, or NULL. */
const char *scene_pending(struct scene *scene, struct arena *arena);

extern const struct scene_script *const scene_scripts[];

#endif
