/*
 * login_test.h - `verify --login`: a real SFTP session over loopback, as the user.
 *
 * Everything else judges files and configuration; this asks sshd itself. A temporary key, usable
 * only from this machine, is added to the user's managed key file and taken out again whatever
 * happens. What a killed process leaves behind is known by its comment (LOGIN_TEST_COMMENT) and
 * removed by the next test; `verify` and `doctor` report it.
 */
#ifndef REHOME_RUN_LOGIN_TEST_H
#define REHOME_RUN_LOGIN_TEST_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/model/layout.h"
#include "core/run/state.h"

#define LOGIN_TEST_COMMENT "rehome-verify"

struct login_test {
	const char *login;
	const char *home;
	const struct folder_list *folders; /* which ones to write into, and which must refuse */
	const char *keys_dir;
	unsigned port; /* of sshd on 127.0.0.1; 0 = 22 */
};

/*
 * Lists, writes, reads back, deletes; tries to leave the jail, to write where it may not, to get a
 * shell and to forward a port. What was not as promised goes to findings, as errors with a code.
 * The state must be locked; live root only. False when the test itself could not be made.
 */
NODISCARD bool login_test_run(struct state *state, const struct login_test *test,
	struct arena *arena, struct diags *findings, struct diags *diags);

#endif
