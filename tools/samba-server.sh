#!/bin/sh
# samba-server.sh - Samba as a domain controller for tests/e2e/active_directory.sh: it would bring this
# machine a dozen services. Prints where it is; see unpack.sh.
exec "$(dirname "$0")/unpack.sh" "${REHOME_SAMBA:-/var/cache/rehome-tests/samba}" samba
