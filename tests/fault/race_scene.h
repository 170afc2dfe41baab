/*
 * race_scene.h - a home whose owner swaps names under whoever walks through it, and what he is
 * after.
 *
 *	home/dir     a directory       <->  home/way     a link to ../victim
 *	home/file    his file          <->  home/alias   a link to ../victim/secret
 *	home/own     his file          <->  home/hard    a hard link of victim/linked
 *	home/moved   a directory       <->  spare/moved  a directory outside the home
 *
 * victim belongs to root and must come out of every race as it went in.
 */
#ifndef REHOME_TESTS_RACE_SCENE_H
#define REHOME_TESTS_RACE_SCENE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

enum { RACE_UID = 2001, RACE_OTHER_UID = 2002 };
#define RACE_SECRET "what only root may read"
#define RACE_LINKED "what root linked here"
#define RACE_XATTR "trusted.race"

struct race_scene {
	char root[64];
	char home[128];
	int home_fd;
	struct stat victim[4]; /* victim, and its secret, in, linked as they were */
	pid_t attacker;
	int ask, answer;
	volatile struct race_shared {
		uint64_t swaps; /* counted by the attacker */
		bool is_in_step;
	} * shared;
};

/* Ends the program with a reason when the scene cannot be set. Needs root. */
void race_scene_set(struct race_scene *scene);
void race_scene_clear(struct race_scene *scene);

/* Somebody who swaps the four pairs, again and again, as RACE_UID. */
void race_attack(struct race_scene *scene);
void race_attack_end(struct race_scene *scene);

/*
 * In step the attacker waits to be asked, and then swaps some of the pairs: whatever the machine is
 * busy with, he comes in the very window where he is let in.
 */
void race_attack_in_step(struct race_scene *scene, bool is_in_step);
void race_let_swap(struct race_scene *scene);

/* True when anything of the victim is not as it was; makes it so again. */
bool race_scene_harmed(struct race_scene *scene);
/* True for an inode that no way from the home leads to but a symbolic link. */
bool race_scene_is_outside(const struct race_scene *scene, const struct stat *st);

#endif
