#!/bin/sh
# sync.sh - a sheet that is followed without anybody watching, behind the real sshd: who leaves
# cannot log in, who is back can, a source that lost most of its people changes nothing, and what was
# interrupted is finished by the next one.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$sandbox_dir/../e2e/people.sh"

sheet=/root/hr.csv
mkdir -p /etc/rehome
cat >/etc/rehome/rehome.yaml <<-END
	version: 1
	sources:
	  hr: { importer: csv, file: $sheet }
	  lab: { importer: json, file: /root/lab.json }
	layouts: { default: { dirs: [ { path: pics } ] } }
	policy:
	  leavers: { sources: [hr], max_percent: 20 }
END
[ -e "$anna_key" ] || new_key "$anna_key"

# list LOGIN...: what the sheet lists; everybody has a number for good.
list() {
	(
		umask 077
		{
			echo "login,id,password,ssh_keys"
			for login; do
				case $login in
				matteo) echo "matteo,1,$matteo_password," ;;
				anna) echo "anna,2,,$(cat "$anna_key.pub")" ;;
				*) echo "$login,$((100 + ${login#p})),$matteo_password," ;;
				esac
			done
		} >"$sheet"
	)
}

others="p1 p2 p3 p4 p5 p6 p7 p8"

logins_are() {
	is "matteo's password is $1" "$(login_by_password matteo "$matteo_password")" "$1"
	is "anna's key is $1" "$(login_by_key anna "$anna_key")" "$1"
}

# What syslog is told.
rm -f /dev/log
python3 -c 'import socket
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind("/dev/log")
with open("/tmp/syslog", "wb", buffering=0) as out:
    while True:
        out.write(log.recv(65536) + b"\n")' &
listener=$!
wait_until 10 test -S /dev/log || bail "nobody listens at /dev/log"
chmod 0666 /dev/log

logged_syncs() {
	[ "$(grep -c 'sync hr: .*, exit 0' /tmp/syslog)" = "$1" ]
}

start_sshd

# ---- join, nothing, leave, return ----

# shellcheck disable=SC2086
list matteo anna $others
check "a first sync makes everybody" rehome sync
logins_are jailed
quick_fingerprint /tmp/print.before
stat -c '%i %Y' /etc/passwd /etc/shadow >/tmp/files.before
check "a second one has nothing to do" rehome sync
said "and says so" "Nothing to do: 10 unchanged."
is "and is no run" "$(newest_run)" 1
stat -c '%i %Y' /etc/passwd /etc/shadow >/tmp/files.now
check "no account file was written anew" cmp /tmp/files.before /tmp/files.now
check "syslog has a line of each" wait_until 5 logged_syncs 2

# shellcheck disable=SC2086
list $others
check "both leave" rehome sync
said "for the reason that is told" "no longer listed by hr"
logins_are refused
# shellcheck disable=SC2086
list matteo anna $others
check "and are back" rehome sync
logins_are jailed

# ---- what must not happen ----

quick_fingerprint /tmp/print.before
list matteo anna p1 p2
exits "60 % of the people vanish" 7 rehome sync
said "which is told with the numbers" \
	"6 of the 10 accounts that are managed for it would be disabled"
said "and their names" "p3, p4, p5, p6, p7, p8"
said "and what would allow it" "--allow-leavers 6"
: >"$sheet"
exits "the sheet is empty" 65 rehome sync
echo login,id >"$sheet"
exits "the sheet lists nobody" 7 rehome sync
said "which is told" "lists nobody at all"
rm "$sheet"
exits "the sheet is gone" 65 rehome sync --json
said "which the summary tells" '"exit":65'
quick_fingerprint /tmp/print.now
check "nothing was changed by any of them" cmp /tmp/print.before /tmp/print.now
logins_are jailed

# One bad row is one person, and one account of somebody else's is in nobody's way.
useradd -m -s /bin/bash otto
# shellcheck disable=SC2086
list matteo anna $others p9
printf 'otto,900,,\nP1,,,\n' >>"$sheet"
sed -i /^p2,/d "$sheet"
exits "a foreign account and a bad row are left out" 3 rehome sync
said "the account is told" "1 blocked user was left out"
said "and the row" "1 refused row was left out"
check "the others are done" grep -q ^p9: /etc/passwd
check "p2 stays: the bad row may be theirs" sh -c "! rehome status p2 | grep disabled"
is "otto is who he was" "$(getent passwd otto | cut -d : -f 7)" /bin/bash

# Another source has its own people.
echo '[{"username": "lena", "key": "1", "password": "'"$matteo_password"'"}]' >/root/lab.json
chmod 600 /root/lab.json
# shellcheck disable=SC2086
list matteo anna $others p9
check "lena comes from elsewhere" rehome sync lab
echo '[]' >/root/lab.json
check "and stays, since that source is nobody's register" rehome sync lab hr
said "and says so" "Nothing to do"

# ---- interrupted, and locked ----

# shellcheck disable=SC2086
list matteo anna $others p9 p10 p11
killed=0
ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 strace -f -qq -o /dev/null -e trace=renameat,rename \
	-e inject=renameat,rename:signal=KILL:when=1 "$REHOME" sync >/tmp/killed.out 2>&1 || killed=$?
is "a sync is killed" "$killed" 137
is "and its run is interrupted" "$(newest_run status)" interrupted
check "the next one recovers it, and goes on" rehome sync
said "which is told" "is undone"
check "all are there" grep -q ^p11: /etc/passwd
logins_are jailed
check "and nothing is left to be done" rehome sync --json
said "and there is no run" '"recovered":null,"run":null,"exit":0'

python3 -c 'import fcntl, time
with open("/var/lib/rehome/lock", "r+") as lock:
    fcntl.lockf(lock, fcntl.LOCK_EX)
    open("/tmp/locked", "w").close()
    time.sleep(60)' &
holder=$!
wait_until 10 test -e /tmp/locked || bail "nobody holds the lock"
exits "while another one works" 8 rehome sync
said "who that is is told" "process $holder, python3"
kill "$holder"

# ---- put away, removed, and made anew ----

sed -i 's/max_percent: 20/max_percent: 20, action: archive, grace: { archive: 0d, remove: 0d }/' \
	/etc/rehome/rehome.yaml
uid=$(id -u p9)
# shellcheck disable=SC2086
list matteo anna $others p10 p11
check "p9 is retired" rehome sync --allow-leavers 1
refuse "the home is away" test -e /home/p9
check "then removed" rehome sync --allow-leavers 1
refuse "the account is gone" grep -q ^p9: /etc/passwd
check "then there is nothing to do" rehome sync
said "and says so" "Nothing to do"
# shellcheck disable=SC2086
list matteo anna $others p9 p10 p11
check "p9 is back" rehome sync
is "with the old uid" "$(id -u p9)" "$uid"
check "verify finds no fault" rehome verify

kill "$listener"
stop_sshd
finish
