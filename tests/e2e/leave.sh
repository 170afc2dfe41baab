#!/bin/sh
# leave.sh - people who leave: shut out at once, let in again, put away and removed, and all of it
# taken back, behind the real sshd.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$sandbox_dir/../e2e/people.sh"

start_sshd

# ---- a session that is open when the account is disabled ----

# open_session: matteo's sftp waits for commands on a pipe that stays open.
open_session() {
	mkfifo /tmp/session.in
	with_password sftp matteo "$matteo_password" 127.0.0.1 </tmp/session.in \
		>/tmp/session.out 2>&1 &
	session_pid=$!
	exec 7>/tmp/session.in
	echo 'put /etc/hostname pics/before' >&7
	wait_until 15 test -e /home/matteo/pics/before || bail "no session: $(cat /tmp/session.out)"
}

# What he uploads now; sftp notices a lost connection only with its next command.
use_session() {
	(echo "put /etc/hostname pics/$1" >&7) 2>/dev/null || :
	exec 7>&-
	wait "$session_pid" || :
}

processes_of() {
	ps -o pid= -U "$1" || :
}

in_account_files() {
	grep -E "(^|[:,])$1([:,]|$)" /etc/passwd /etc/shadow /etc/group /etc/gshadow
}

uid_of() {
	awk -F : -v user="$1" '$1 == user { print $3 }' /etc/passwd
}

make_people
account_bytes >/tmp/bytes.start
open_session
refuse "matteo has processes while his session is open" \
	test -z "$(processes_of "$(uid_of matteo)")"

check "matteo is disabled" rehome disable -y matteo --reason 'lost his laptop'
is "none of his processes is left" "$(processes_of "$(uid_of matteo)")" ""
use_session after
refuse "his open session uploads nothing more" test -e /home/matteo/pics/after
is "his password lets him in no more" "$(login_by_password matteo "$matteo_password")" refused
is "anna still gets in" "$(login_by_key anna "$anna_key")" jailed
check "anna is disabled" rehome disable -y anna
is "her key lets her in no more" "$(login_by_key anna "$anna_key")" refused
check "status tells since when" sh -c "\"$REHOME\" status anna | grep 'disabled since 20.*(run 3)'"
check "verify finds no fault in that" rehome verify anna matteo
# The expiry alone would do; neither the lock nor the missing key is there for show.
chage -E -1 matteo
is "an expiry that is taken away opens nothing" \
	"$(login_by_password matteo "$matteo_password")" refused
chage -E 1 matteo

check "both are enabled" rehome enable -y anna matteo
is "his password lets him in" "$(login_by_password matteo "$matteo_password")" jailed
is "her key lets her in" "$(login_by_key anna "$anna_key")" jailed
account_bytes >/tmp/bytes.now
check "the account files hold the same bytes" cmp /tmp/bytes.start /tmp/bytes.now

# ---- put away ----

check "anna uploads" sftp_key anna "$anna_key" "$(batch 'put /etc/hostname pics/hers')"
quick_fingerprint /tmp/print.before
check "anna is retired" rehome retire -y anna
retired_run=$(newest_run)
kept=/home/.rehome-quarantine/$retired_run/anna
check "her home is in quarantine" test -e "$kept/pics/hers"
is "where only root gets at it" \
	"$(stat -c '%U %a' /home/.rehome-quarantine "$kept" | tr '\n' ' ')" "root 700 root 700 "
refuse "and nowhere else" test -e /home/anna
is "her key lets her in no more" "$(login_by_key anna "$anna_key")" refused
check "its archive is good" rehome archive verify anna
check "verify finds no fault in that" rehome verify anna
refuse "a retired user is not simply enabled" rehome enable -y anna
said "it says how to take it back" "rehome rollback $retired_run anna"

# ---- removed ----

anna_uid=$(uid_of anna)
account_bytes >/tmp/bytes.retired
refuse "she is not removed before her time" rehome remove -y anna
said "it says when" "may be removed from 20"
useradd -M neighbour
gpasswd -a anna neighbour >/dev/null
check "she is removed when asked for" rehome remove -y --now anna
removed_run=$(newest_run)
is "nothing in the account files names her" "$(in_account_files anna)" ""
check "her home is still in quarantine" test -e "$kept/pics/hers"
refuse "status does not know her" rehome status anna
printf 'username,folders\nemil,in\n' >/root/emil.csv
check "somebody new comes" rehome apply -y csv:/root/emil.csv
refuse "and does not get her uid" test "$(uid_of emil)" = "$anna_uid"
check "he goes" rehome rollback -y "$(newest_run)"
useradd -M later

# ---- and everything back ----

check "the removal is taken back" rehome rollback -y "$removed_run"
is "she has her uid" "$(uid_of anna)" "$anna_uid"
check "another administrator's group has her again" sh -c 'id -nG anna | grep -qw neighbour'
userdel later
gpasswd -d anna neighbour >/dev/null
userdel neighbour
account_bytes >/tmp/bytes.now
check "the account files hold the same bytes" cmp /tmp/bytes.retired /tmp/bytes.now
check "retiring is taken back" rehome rollback -y "$retired_run"
quick_fingerprint /tmp/print.after
check "the machine is as it was" diff /tmp/print.before /tmp/print.after
is "her key lets her in" "$(login_by_key anna "$anna_key")" jailed

# ---- what a source says ----

sed -i '1s/$/,state/; /^matteo/s/$/,active/; /^anna/s/$/,left/' "$people"
check "a source says that she left" rehome apply -y "csv:$people"
is "her key lets her in no more" "$(login_by_key anna "$anna_key")" refused
sed -i '/^anna/s/,left$/,active/' "$people"
check "it says that she is back" rehome apply -y "csv:$people"
is "her key lets her in" "$(login_by_key anna "$anna_key")" jailed

finish
