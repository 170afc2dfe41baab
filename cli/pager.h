/*
 * pager.h - a text that is longer than the screen, through less or what the reader prefers.
 *
 * REHOME_PAGER, else PAGER, else less. Nothing, or cat, means none. Where somebody is root for the
 * moment only (sudo, doas, pkexec, set-ID) the variables can only say none: what they name would
 * run as root, and rights may have been given for rehome alone. less always runs with LESSSECURE=1:
 * no shell, no editor, no other files.
 */
#ifndef REHOME_CLI_PAGER_H
#define REHOME_CLI_PAGER_H

#include <stdbool.h>

#include "core/base/buffer.h"

/*
 * Waits until the reader is done; one who stops early is no error. False when there is no pager, or
 * it could not be started: then nothing was shown. utf8: what the text is in.
 */
bool pager_show(struct bytes text, bool utf8);

#endif
