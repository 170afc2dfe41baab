# lib.sh - what an end-to-end test needs on its private machine. To be sourced first:
#
#	#!/bin/sh
#	. "$(dirname "$0")/../sandbox/lib.sh"
#
# Outside of a sandbox the script is started again inside one (see run); without root it skips
# everything, with the reason. Brings the cases of tap.sh.

sandbox_dir=$(cd "$(dirname "$0")/../sandbox" && pwd -P)
# The program under test, when a script is run by hand.
if [ -z "${REHOME:-}" ] && [ -x "$sandbox_dir/../../build/cli/rehome" ]; then
	export REHOME="${sandbox_dir%/tests/sandbox}/build/cli/rehome"
fi
if [ ! -e /run/rehome-sandbox ]; then
	if reason=$("$sandbox_dir/run" --probe); then
		exec "$sandbox_dir/run" "$(cd "$(dirname "$0")" && pwd -P)/$(basename "$0")" "$@"
	fi
	echo "1..0 # SKIP $reason"
	exit 0
fi
set -eu
umask 022
. "$sandbox_dir/tap.sh"

# The importers that are modules, where an installation has them; the machine's own may let its
# group write there, which an installation does not.
if [ -n "${REHOME:-}" ]; then
	importers_dir=$("$REHOME" --json importers | sed -n 's/^  "directory": "\(.*\)",$/\1/p')
	mkdir -p "$importers_dir"
	directory=$importers_dir
	while [ "$directory" != / ]; do
		chmod go-w "$directory"
		directory=$(dirname "$directory")
	done
	find "$(dirname "$REHOME")/../importers" -name '*.so' -exec cp -t "$importers_dir" {} +
fi

# Every machine with sshd has host keys; one kind is enough, and quickly made.
host_key=/etc/ssh/ssh_host_ed25519_key
[ -e "$host_key" ] || ssh-keygen -q -t ed25519 -N '' -C sandbox -f "$host_key"

sshd_log=/var/log/sandbox-sshd.log
sshd_extra=/etc/ssh/sshd_config.d/00-sandbox.conf

# ---- the server ----

sshd_listens() {
	# Port 22, state LISTEN.
	grep -q ':0016 [0-9A-F:]* 0A ' /proc/net/tcp
}

# wait_until SECONDS COMMAND [ARG]...: polls until the command succeeds.
wait_until() {
	wait_rounds=$(($1 * 20))
	shift
	until "$@"; do
		wait_rounds=$((wait_rounds - 1))
		[ "$wait_rounds" -gt 0 ] || return 1
		sleep 0.05
	done
}

# start_sshd [LINE]...: Debian's sshd on 127.0.0.1:22 of this view; the lines go before all others
# of the configuration. Returns when it listens.
start_sshd() {
	rm -f "$sshd_extra"
	[ $# = 0 ] || printf '%s\n' "$@" >"$sshd_extra"
	/usr/sbin/sshd -E "$sshd_log" || bail "sshd does not start: $(cat "$sshd_log")"
	wait_until 10 sshd_listens || bail "sshd does not listen: $(cat "$sshd_log")"
}

stop_sshd() {
	sshd_pid=$(cat /run/sshd.pid)
	kill "$sshd_pid"
	wait_until 10 process_is_gone "$sshd_pid" || bail "sshd $sshd_pid does not end"
}

process_is_gone() {
	[ ! -e "/proc/$1" ]
}

# ---- its clients; all print what the client printed and return its status ----

# The options that every client gets: no configuration, agent, known hosts or prompt of anybody.
client_options="-F /dev/null -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
	-o LogLevel=ERROR -o ConnectTimeout=10 -o NumberOfPasswordPrompts=1"
password_options="$client_options -o BatchMode=no -o PubkeyAuthentication=no \
	-o PreferredAuthentications=password"
key_options="$client_options -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityAgent=none \
	-o PreferredAuthentications=publickey"

# with_password PROGRAM USER PASSWORD [ARG]...: ssh or sftp with these arguments, the host among them.
with_password() {
	client=$1 login=$2 password=$3
	shift 3
	# shellcheck disable=SC2086
	SSHPASS=$password timeout 60 sshpass -e \
		"$client" $password_options -o "User=$login" "$@"
}

# with_key PROGRAM USER KEYFILE [ARG]...
with_key() {
	client=$1 login=$2 key=$3
	shift 3
	# shellcheck disable=SC2086
	timeout 60 "$client" $key_options -i "$key" -o "User=$login" "$@"
}

# sftp_password USER PASSWORD BATCH: BATCH is a file of sftp commands, or '-' for stdin. Fails when
# the login or a command without leading '-' fails.
sftp_password() {
	with_password sftp "$1" "$2" -b "$3" 127.0.0.1
}

sftp_key() {
	with_key sftp "$1" "$2" -b "$3" 127.0.0.1
}

# batch COMMAND...: the name of a file with these sftp commands, one a line.
batch() {
	batch_file=$(mktemp /tmp/batch.XXXXXX)
	printf '%s\n' "$@" >"$batch_file"
	echo "$batch_file"
}

# shell_password USER PASSWORD, shell_key USER KEYFILE: succeed when the user gets a command run.
shell_password() {
	gets_shell with_password "$@"
}

shell_key() {
	gets_shell with_key "$@"
}

gets_shell() {
	"$1" ssh "$2" "$3" 127.0.0.1 'echo shell is mine' </dev/null | grep -x 'shell is mine'
}

# forward_password USER PASSWORD, forward_key USER KEYFILE: succeed when the user reaches a port of
# the server through the connection (here sshd's own, which greets).
forward_password() {
	gets_forward with_password "$@"
}

forward_key() {
	gets_forward with_key "$@"
}

gets_forward() {
	"$1" ssh "$2" "$3" -W 127.0.0.1:22 127.0.0.1 </dev/null | grep '^SSH-2\.0'
}

# new_key FILE: a key pair without passphrase.
new_key() {
	ssh-keygen -q -t ed25519 -N '' -C "sandbox" -f "$1"
}

# ---- what the machine is like ----

# What a rollback need not restore: the tool's own state, and the lock file that every account
# program leaves behind. (What sshd and PAM write at a login is under /run and /var/log.)
fingerprint_excludes='/var/lib/rehome /etc/.pwd.lock'

# machine_fingerprint FILE: a line for the type, mode, owner, links, size and target of every path,
# one for the content of every file, and one for each extended attribute, ACLs among them. Sorted.
# Not in it: times, and the sizes and link counts of directories.
machine_fingerprint() {
	fingerprint_file=$1
	set -- /etc /home /srv /root /var/lib -xdev
	for path in $fingerprint_excludes; do
		set -- "$@" -path "$path" -prune -o
	done
	{
		find "$@" -type d -printf 'd %m %U:%G %p\n' \
			-o -printf '%y %m %U:%G %n links %s bytes %p -> %l\n'
		find "$@" -type f -print0 | xargs -0 -r sha256sum --
		find "$@" -print0 | xargs -0 -r getfattr -h -d -m - -e hex --absolute-names -- |
			awk '/^# file: / { path = substr($0, 9); next } /=/ { print "xattr", path, $0 }'
	} | LC_ALL=C sort >"$fingerprint_file"
}

# account_bytes: the SHA-256 of the four account files.
account_bytes() {
	sha256sum /etc/passwd /etc/group /etc/shadow /etc/gshadow
}
