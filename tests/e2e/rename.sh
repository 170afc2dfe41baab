#!/bin/sh
# rename.sh - people who get other logins, and their old ones back, behind the real sshd: account,
# home, keys and groups follow, and nobody is in without a jail in between.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$sandbox_dir/../e2e/people.sh"

start_sshd

# write_sheet MATTEO ANNA: the same two people by these logins.
write_sheet() {
	[ -e "$anna_key" ] || new_key "$anna_key"
	(
		umask 077
		cat >"$people" <<-END
			id,username,password,ssh_keys,groups,folders
			7,$1,$matteo_password,,press,pics logs:ro
			8,$2,,$(cat "$anna_key.pub"),press,pics
		END
	)
}

# How everybody gets in: by old and new names, with what was theirs from the beginning.
ways_in() {
	echo "matteo $(login_by_password matteo "$matteo_password")," \
		"rossi $(login_by_password rossi "$matteo_password")," \
		"anna $(login_by_key anna "$anna_key"), vogel $(login_by_key vogel "$anna_key")"
}

# Somebody tries both of anna's names all the time.
start_trying() {
	rm -f /tmp/tries.stop
	while [ ! -e /tmp/tries.stop ]; do
		login_by_key anna "$anna_key"
		login_by_key vogel "$anna_key"
	done >/tmp/tries &
	trying_pid=$!
}

stop_trying() {
	: >/tmp/tries.stop
	wait "$trying_pid"
}

old_ways='matteo jailed, rossi refused, anna jailed, vogel refused'
new_ways='matteo refused, rossi jailed, anna refused, vogel jailed'

write_sheet matteo anna
rehome apply -y "csv:$people" >/tmp/apply.out 2>&1 || bail "apply fails: $(cat /tmp/apply.out)"
groupadd later
usermod -aG later anna
gpasswd -A anna later
check "anna uploads" sftp_key anna "$anna_key" "$(batch 'put /etc/hostname pics/hers')"
is "they get in by their logins" "$(ways_in)" "$old_ways"
account_bytes >/tmp/bytes.before
quick_fingerprint /tmp/print.before
uid=$(id -u anna)

# ---- there ----

mkfifo /tmp/session.in
with_key sftp anna "$anna_key" 127.0.0.1 </tmp/session.in >/dev/null 2>&1 &
session_pid=$!
exec 7>/tmp/session.in
echo 'put /etc/hostname pics/open' >&7
wait_until 15 test -e /home/anna/pics/open || bail "no session"

write_sheet rossi vogel
printf 'Match User otto,anna\n\tX11Forwarding no\n' >/etc/ssh/sshd_config.d/70-anna.conf
check "a plan is made" rehome plan "csv:$people"
said "it names a rule of sshd's for the old login" \
	"/etc/ssh/sshd_config.d/70-anna.conf:1: sshd's configuration has a rule for 'anna'"
said "and her session" 'at work now: sshd'
rm /etc/ssh/sshd_config.d/70-anna.conf
start_trying
check "both are renamed" rehome apply -y "csv:$people"
stop_trying
refuse "nobody got in without a jail" grep -q UNJAILED /tmp/tries
check "tries met both sides of it" grep -q jailed /tmp/tries
is "anna's open session is over" "$(ps -o pid= -U "$uid" || :)" ""
exec 7>&-
wait "$session_pid" || :
is "they get in by the new logins only" "$(ways_in)" "$new_ways"
is "she has her uid, home and groups" "$(id -u vogel) $(id -Gn vogel) $(getent passwd vogel | cut -d: -f6)" \
	"$uid vogel sftponly press later /home/vogel"
is "her upload is hers" "$(stat -c %U:%s /home/vogel/pics/hers)" "vogel:$(stat -c %s /etc/hostname)"
is "another group's administrator is she" "$(grep '^later:' /etc/gshadow | cut -d: -f3)" vogel
refuse "nothing names the old login" grep -E '(^|[:,])(anna|matteo)([:,]|$)' \
	/etc/passwd /etc/shadow /etc/group /etc/gshadow
refuse "there is no old home" test -e /home/anna
refuse "nor an old key file" test -e "$keys_dir/anna"
check "verify finds no fault, by either name" rehome verify anna rossi
check "a second apply changes nothing" rehome apply -y "csv:$people"
is "and is no run" "$(newest_run)" 2

# ---- and back ----

check "she uploads more" sftp_key vogel "$anna_key" "$(batch 'put /etc/hostname pics/more')"
useradd -M anna
refuse "the old name is somebody else's" rehome rollback -y 2 vogel
said "it says so" "there is another account of that name"
is "she is in all the same" "$(login_by_key vogel "$anna_key")" jailed
userdel anna
check "both get their logins back" rehome rollback -y 2
is "they get in by the old logins only" "$(ways_in)" "$old_ways"
check "what came since is there" test -e /home/anna/pics/more -a -e /home/anna/pics/open
rm /home/anna/pics/more /home/anna/pics/open
account_bytes >/tmp/bytes.after
check "the account files hold the same bytes" cmp /tmp/bytes.before /tmp/bytes.after
quick_fingerprint /tmp/print.after
check "all else is as it was" cmp /tmp/print.before /tmp/print.after
check "verify finds no fault" rehome verify anna matteo

finish
