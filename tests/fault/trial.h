/*
 * trial.h - one fault in one run of the real program, recovery, and the oracle.
 */
#ifndef REHOME_TESTS_FAULT_TRIAL_H
#define REHOME_TESTS_FAULT_TRIAL_H

#include "oracle.h"
#include "scene.h"

/* What is done to the n-th call, and which calls are counted. */
enum fault_kind {
	FAULT_KILL,	   /* killed before its n-th call of any kind */
	FAULT_KILL_CHANGE, /* before its n-th call that may change something */
	FAULT_KILL_AGAIN,  /* the same, and the recovery killed likewise */
	FAULT_ERROR,	   /* the n-th call that touches files fails */
	FAULT_ERRORS,	   /* and all later ones of the same name */
	FAULT_SHORT,	   /* the n-th read or write moves half of its bytes */
	FAULT_NO_MEMORY,   /* the n-th allocation fails */
	FAULT_NO_MEMORIES, /* and all later ones */
	FAULT_POWER,	   /* the power fails before the n-th call that may change something */
	FAULT_KINDS,
};

/* A machine's disk that can lose its power. */
struct power {
	void *ctx;
	void (*cut)(void *ctx);	      /* nothing reaches the disk from now on */
	void (*come_back)(void *ctx); /* what reached it is there again */
	bool without_syncs;	      /* the control: no sync is made at all */
};

struct trial {
	struct scene *scene;
	enum fault_kind kind;
	unsigned nth;
	unsigned again;	     /* KILL_AGAIN: the call of the recovery */
	const char *preload; /* NO_MEMORY: "LD_PRELOAD=..." */
	struct power *power;
	bool thorough; /* the second recovery is run, not only asked for */
	bool undo;     /* recovery is told to undo what it could finish */

	/* Found out. */
	bool happened; /* the fault did; otherwise the program made fewer calls */
	enum side side;
	char call[200]; /* at which */
};

/* How many points there are of a kind: how often the undisturbed act can be stopped. */
unsigned trial_points(struct scene *scene, enum fault_kind kind, const char *preload);
/* How many calls that change something the recovery makes after a stop at nth. */
unsigned trial_recovery_points(struct scene *scene, unsigned nth);

/* What was wrong, in words; NULL = nothing. */
const char *trial_make(struct trial *trial, struct arena *arena);

#endif
