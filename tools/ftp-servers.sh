#!/bin/sh
# ftp-servers.sh - ProFTPD and Pure-FTPd for tests/oracle: Debian allows one FTP server on a machine.
# Prints where they are; see unpack.sh.
exec "$(dirname "$0")/unpack.sh" "${REHOME_FTP_SERVERS:-/var/cache/rehome-tests/ftp-servers}" \
	proftpd pure-ftpd
