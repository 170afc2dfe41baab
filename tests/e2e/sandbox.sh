#!/bin/sh
# sandbox.sh - the private machine of the end-to-end tests keeps its promises: what happens in it
# stays in it, its sshd serves real logins, and its fingerprint notices every kind of change.
set -eu
case ${1:-outside} in
outside)
	sandbox=$(cd "$(dirname "$0")/../sandbox" && pwd -P)
	if ! reason=$("$sandbox/run" --probe); then
		echo "1..0 # SKIP $reason"
		exit 0
	fi
	. "$sandbox/tap.sh"
	;;
inside)
	. "$(dirname "$0")/../sandbox/lib.sh"
	;;
esac

# ---- outside: the real machine before and after ----

real_machine() {
	sha256sum /etc/passwd /etc/group /etc/shadow /etc/gshadow
	find /etc/ssh /srv -xdev -printf '%y %m %U:%G %s %C@ %p\n' | LC_ALL=C sort
	ls -l --time-style=full-iso /home
	cat /proc/self/mounts
	hostname
}

test_outside() {
	TMPDIR=$(mktemp -d)
	export TMPDIR
	real_machine >"$TMPDIR/before"
	status=0
	"$sandbox/run" "$0" inside >"$TMPDIR/inside" 2>&1 || status=$?
	real_machine >"$TMPDIR/after"

	relay "$TMPDIR/inside"
	is "the script inside ends well" "$status" 0
	same "the real machine is untouched" "$TMPDIR/before" "$TMPDIR/after"
	is "no scratch directory stays" "$(find "$TMPDIR" -name 'rehome-sandbox.*')" ""
	status=0
	"$sandbox/run" sh -c 'exit 3' || status=$?
	is "the status of the command is passed on" "$status" 3
	leave_daemon "$TMPDIR/lock"
	check "no process outlives the command" flock --nonblock "$TMPDIR/lock" true
	rm -r "$TMPDIR"
}

# Reports the cases of the inner script as ours.
relay() {
	while IFS= read -r line; do
		case $line in
		"ok "*) ok "${line#* - }" ;;
		"not ok "*) not_ok "${line#* - }" ;;
		"1.."*) ;;
		*) diag "${line#\# }" ;;
		esac
	done <"$1"
}

# A daemon that the command leaves behind holds a lock for as long as it lives.
leave_daemon() {
	(
		flock 9
		"$sandbox/run" sh -c 'setsid sleep 1000 & sleep 0.1'
	) 9>"$1"
}

# ---- inside ----

test_isolation() {
	is "the view says where it is" "$(hostname)" sandbox
	is "its first process is its own" "$(cut -d ' ' -f 1 /proc/1/stat)" 1
	is "no daemon of the real machine listens" "$(grep -c ' 0A ' /proc/net/tcp || :)" 0
	check "accounts can be made with the system's programs" useradd -m -s /bin/sh -p '*' canary
	check "the canary is known" id canary
	check "files of the lower system can be changed" \
		sh -c 'echo canary >>/usr/share/openssh/sshd_config && echo canary >/etc/ssh/canary'
	refuse "the source tree is read-only" touch "$sandbox_dir/canary"
	userdel -r canary 2>/dev/null
}

test_file_systems() {
	mkdir -p /home/a/sub /home/b /etc/canary.d
	check "directories of /home are renamed" mv /home/a /home/moved
	check "directories of /etc are renamed" mv /etc/ssh/sshd_config.d /etc/ssh/other.d
	mv /etc/ssh/other.d /etc/ssh/sshd_config.d
	check "two homes are exchanged in one step" renameat2 /home/moved /home/b 2
	check "the exchange happened" test -d /home/b/sub
	refuse "rename without replacing refuses" renameat2 /home/moved /home/b 1
	said "because the name is taken" "errno 17"
	check "directories take ACLs" setfacl -m d:u:daemon:rwx /home/b
	rm -r /home/moved /home/b /etc/canary.d
}

# renameat2 FROM TO FLAGS: 1 is RENAME_NOREPLACE, 2 is RENAME_EXCHANGE.
renameat2() {
	python3 - "$@" <<'END'
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
if libc.renameat2(-100, sys.argv[1].encode(), -100, sys.argv[2].encode(), int(sys.argv[3])) != 0:
    sys.exit("errno %d" % ctypes.get_errno())
END
}

test_fingerprint() {
	mkdir /home/anna
	echo one >/home/anna/file
	ln -s file /home/anna/link
	machine_fingerprint /tmp/fp.0
	machine_fingerprint /tmp/fp.again
	same "the fingerprint repeats" /tmp/fp.0 /tmp/fp.again

	notices "content of the same size" 'echo two >/home/anna/file'
	notices "a mode" 'chmod 0640 /home/anna/file'
	notices "the mode of a directory" 'chmod 0700 /home/anna'
	notices "an owner" 'chown daemon /home/anna/file'
	notices "a group" 'chgrp daemon /home/anna'
	notices "an access ACL" 'setfacl -m u:daemon:r /home/anna/file'
	notices "a default ACL" 'setfacl -d -m u:daemon:r /home/anna'
	notices "an extended attribute" 'setfattr -n trusted.canary -v 1 /home/anna'
	notices "a link's target" 'ln -sfn elsewhere /home/anna/link'
	notices "a new empty file in /var/lib" 'touch /var/lib/canary'
	notices "a line in /etc/group" 'echo canary:x:4242: >>/etc/group'
	check "the tool's own state is not in it" ignores 'mkdir /var/lib/rehome'
}

# notices WHAT COMMAND: the fingerprint changes with the command, which is then taken back.
notices() {
	cp -a /home/anna /tmp/anna.saved
	cp -a /etc/group /tmp/group.saved
	eval "$2"
	machine_fingerprint /tmp/fp.1
	differ "the fingerprint notices $1" /tmp/fp.0 /tmp/fp.1
	rm -rf /home/anna /var/lib/canary
	mv /tmp/anna.saved /home/anna
	mv /tmp/group.saved /etc/group
}

ignores() {
	eval "$1"
	machine_fingerprint /tmp/fp.1
	cmp /tmp/fp.0 /tmp/fp.1
}

# A jailed account made by hand, the way rehome makes them.
make_jailed_user() {
	groupadd sftponly
	useradd -M -d /home/matteo -s /usr/sbin/nologin -G sftponly matteo
	echo matteo:secret | chpasswd -c SHA512
	mkdir -p /home/matteo/pics /etc/ssh/rehome_keys
	chown matteo:sftponly /home/matteo/pics
	new_key /root/key
	install -m 0644 /root/key.pub /etc/ssh/rehome_keys/matteo
}

jail_rules='Match Group sftponly
	ChrootDirectory %h
	ForceCommand internal-sftp
	DisableForwarding yes
	AuthorizedKeysFile /etc/ssh/rehome_keys/%u'

test_logins() {
	make_jailed_user
	start_sshd "$jail_rules"
	echo hello >/tmp/up
	rules_hold password secret
	rules_hold key /root/key
	refuse "a wrong password is refused" sftp_password matteo wrong "$(batch pwd)"
	said "by the server" "Permission denied"
	is "an upload belongs to the user" "$(stat -c %U:%G:%s /home/matteo/pics/key)" matteo:matteo:6

	stop_sshd
	refuse "no server, no login" sftp_key matteo /root/key "$(batch pwd)"
	start_sshd
	check "without the jail's rules port forwarding works, so the probe can tell" \
		forward_password matteo secret
	usermod -s /bin/sh matteo
	check "without the jail's rules a shell works, so the probe can tell" \
		shell_password matteo secret
	stop_sshd
}

# rules_hold password|key SECRET
rules_hold() {
	check "a jailed user logs in by $1" \
		"sftp_$1" matteo "$2" "$(batch 'cd /pics' "put /tmp/up $1" 'ls -l')"
	said "the upload is listed ($1)" " $1"
	refuse "the jail's root is closed ($1)" "sftp_$1" matteo "$2" "$(batch 'put /tmp/up /up')"
	said "for want of permission ($1)" "Permission denied"
	refuse "there is no shell ($1)" "shell_$1" matteo "$2"
	refuse "there is no port forwarding ($1)" "forward_$1" matteo "$2"
}

if [ "${1:-outside}" = outside ]; then
	test_outside
else
	test_isolation
	test_file_systems
	test_fingerprint
	test_logins
fi
finish
