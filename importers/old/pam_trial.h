/*
 * pam_trial.h - one password's way through the stacks of a service.
 *
 * Where a module is met that is not evaluated, the way is gone again with each answer that such a
 * module gives: what does not depend on it is known all the same.
 */
#ifndef REHOME_IMPORTERS_OLD_PAM_TRIAL_H
#define REHOME_IMPORTERS_OLD_PAM_TRIAL_H

#include "importers/old/pam_module.h"

/* More modules than this that are not evaluated are not followed: then it may be either. */
enum { PAM_MOST_GUESSED = 8 };

struct pam_reason {
	const char *why; /* NULL = the module did not say no, or not why */
	struct place where;
};

struct pam_trial {
	struct pam_attempt attempt;
	enum pam_type type;			 /* of the stack that is walked */
	struct pam_reason *reasons;		 /* of its modules, by index */
	enum pam_code *first;			 /* the answers of authentication, by index */
	unsigned char guessed[PAM_MOST_GUESSED]; /* answers, in the order of asking */
	unsigned guess_count;
	unsigned asked;				 /* of them in this try */
	const struct pam_handler *not_evaluated; /* the first that was asked */
	/* Of a try that was refused: */
	const struct pam_handler *refused; /* NULL = nobody said yes */
	const char *why;
	struct place where;
	unsigned depth; /* how many stacks had agreed */
};

/* What a password does. */
struct pam_outcome {
	bool must;				 /* opens, whatever is guessed */
	bool may;				 /* opens for some guess */
	const struct pam_handler *not_evaluated; /* NULL = none was asked */
	const struct pam_handler *refused;	 /* of the refusal that came farthest */
	const char *why;
	struct place where;
	unsigned depth;
};

void pam_trial_init(struct pam_trial *trial, struct old_pam *pam, const char *user, int64_t today,
	struct arena *arena);

/* attempt.typed and attempt.secret say which password. */
void pam_trial_run(struct pam_trial *trial, struct pam_outcome *ret_outcome);

#endif
