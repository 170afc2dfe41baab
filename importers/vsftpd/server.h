/*
 * server.h - one vsftpd of an old machine: what its command line and files set, and whether anybody
 * could log in to it at all.
 */
#ifndef REHOME_IMPORTERS_VSFTPD_SERVER_H
#define REHOME_IMPORTERS_VSFTPD_SERVER_H

#include "importers/old/pam.h"
#include "importers/old/unix.h"
#include "importers/vsftpd/config.h"
#include "importers/vsftpd/daemon.h"
#include "importers/vsftpd/list.h"
#include "importers/vsftpd/wrappers.h"

struct vsftpd_server {
	struct old_root *root;
	struct arena *arena;
	struct old_unix *accounts;
	struct old_pam *pam; /* NULL: no service is named, and nobody's password is right */
	int64_t today;
	struct vsftpd_build build;
	struct vsftpd_daemon daemon;
	struct vsftpd_settings settings; /* of the whole server */
	const char *config;		 /* the last file that was read: where the defaults hold */
	bool lenient, owners_unknown;
	struct vsftpd_list user_list, chroot_list; /* read when they are enabled */
	struct vsftpd_wrappers wrappers;	   /* the same */
	struct vsftpd_fault down;		   /* every session ended here */
};

void vsftpd_build_read(struct old_root *root, struct vsftpd_build *ret_build);

/* root, arena, accounts, today, lenient, build and daemon are the caller's. Never fails: what would
 * have stopped vsftpd is in server->down. said: what concerns the whole source. */
void vsftpd_server_read(struct vsftpd_server *server, struct diags *said);

/* What stopped every session: settings that contradict each other, accounts and files that are
 * missing (down.c). No reason: ret_fault is left alone. */
void vsftpd_find_fault(const struct vsftpd_server *server, struct vsftpd_fault *ret_fault);

/* The directory that the helper of a session is locked into, and whose user it is, by these
 * settings; a fault when that could not be. */
bool vsftpd_helper_fits(const struct vsftpd_server *server, const struct vsftpd_settings *settings,
	struct vsftpd_fault *ret_fault);

/* The line that set it, else the configuration as a whole. */
struct place vsftpd_decided(const struct vsftpd_server *server,
	const struct vsftpd_settings *settings, enum vsftpd_setting setting);

/* A name that no file of ROOT knows, where other databases could have known it. */
bool vsftpd_may_be_elsewhere(const struct vsftpd_server *server, const char *user);

#endif
