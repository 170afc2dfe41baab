/*
 * secret_file.c - opening what nobody else may read; see secret_file.h.
 */
#include "importers/ldap/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define SECRET_SIZE 4096

static bool
check_owner_and_mode(const char *path, const struct stat *stat, struct diags *diags)
{
	uid_t own = geteuid();
	if (stat->st_uid != 0 && stat->st_uid != own) {
		diag_error(diags, at(path, 0), "is user %u's, and must be %s", stat->st_uid,
			own ? "yours or root's" : "root's");
		diag_hint(diags, "Whoever owns it can read it: chown root %s",
			text_shell_word(diags->arena, path));
		return false;
	}
	if (stat->st_mode & 0177) {
		diag_error(diags, at(path, 0), "mode %04o lets others read it, or run it",
			(unsigned)(stat->st_mode & 07777));
		diag_hint(diags, "Run: chmod 0600 %s", text_shell_word(diags->arena, path));
		return false;
	}
	return true;
}

static bool
open_secret(const char *path, int *ret_fd, struct diags *diags)
{
	struct stat stat;
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ELOOP) {
		diag_error(diags, at(path, 0), "is a symbolic link");
		diag_hint(diags, "Name the file itself.");
		return false;
	}
	if (fd < 0 && errno == ENOENT) {
		diag_error(diags, at(path, 0), "is not there");
		diag_hint(diags,
			"Correct password_file or key_file, or put the file there, with mode "
			"0600.");
		return false;
	}
	if (fd < 0 || fstat(fd, &stat) < 0)
		return diag_error(diags, at(path, 0), "cannot open: %s", strerror(errno));
	if (!S_ISREG(stat.st_mode))
		return diag_error(diags, at(path, 0), "is no regular file");
	if (!check_owner_and_mode(path, &stat, diags))
		return false;
	*ret_fd = steal_fd(&fd);
	return true;
}

void
secret_finish(struct secret *secret)
{
	if (secret->text)
		explicit_bzero(secret->text, SECRET_SIZE);
	free(secret->text);
	*secret = (struct secret){ 0 };
}

/* Up to SECRET_SIZE bytes; one more is an error of the caller's to see. */
static bool
read_all(int fd, struct secret *secret)
{
	while (secret->size < SECRET_SIZE) {
		ssize_t got = read(fd, secret->text + secret->size, SECRET_SIZE - secret->size);
		if (got == 0)
			return true;
		if (got < 0 && errno != EINTR)
			return false;
		if (got > 0)
			secret->size += (size_t)got;
	}
	return true;
}

static bool
check_line(const char *path, const struct secret *secret, struct diags *diags)
{
	if (secret->size == SECRET_SIZE)
		return diag_error(
			diags, at(path, 0), "is no password: it has %d bytes or more", SECRET_SIZE);
	if (!secret->size) {
		diag_error(diags, at(path, 0), "has no password in it");
		diag_hint(diags,
			"A bind without a password is an anonymous one: write it into the "
			"first line, or say auth: anonymous.");
		return false;
	}
	if (memchr(secret->text, '\n', secret->size) || memchr(secret->text, 0, secret->size)) {
		diag_error(diags, at(path, 0), "has more than one line");
		diag_hint(diags,
			"The file holds the password alone, with one newline at its end "
			"or none.");
		return false;
	}
	return true;
}

bool
secret_file_read(const char *path, struct secret *ret_secret, struct diags *diags)
{
	AUTO_CLOSE int fd = -1;
	AUTO_SECRET struct secret secret = { 0 };
	if (!open_secret(path, &fd, diags))
		return false;
	secret.text = calloc(1, SECRET_SIZE);
	if (!secret.text || !read_all(fd, &secret))
		return diag_error(diags, at(path, 0), "cannot read: %s", strerror(errno));

	bool line =
		secret.size && secret.size < SECRET_SIZE && secret.text[secret.size - 1] == '\n';
	if (line)
		secret.text[--secret.size] = 0;
	if (line && secret.size && secret.text[secret.size - 1] == '\r')
		secret.text[--secret.size] = 0;
	if (!check_line(path, &secret, diags))
		return false;
	*ret_secret = secret;
	secret = (struct secret){ 0 };
	return true;
}

bool
secret_file_check(const char *path, struct diags *diags)
{
	AUTO_CLOSE int fd = -1;
	return open_secret(path, &fd, diags);
}
