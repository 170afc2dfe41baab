#!/bin/sh
# adopt_crash.sh - clients log in again and again while accounts with shells are adopted, the program
# is killed, and all is given back: from the gate on nobody is let in unjailed.
#
# Before the gate, and after the end of an undo, an account is as open as it was before anybody
# touched it: a session counts as unjailed only when the account was closed or jailed at its begin
# and at its end, and the program was not started anew in between.
. "$(dirname "$0")/../sandbox/lib.sh"

sheet=/root/people.csv
people='adam berta'
# tests/fault/long.sh asks for more.
rounds=${PROBER_ROUNDS:-1} step=${PROBER_STEP:-3}

rehome() {
	"$REHOME" --color never "$@"
}

# The leak checker cannot work below strace.
traced() {
	ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 strace -f -qq "$@"
}

make_people() {
	# A login that escapes the jail shall find a server that would serve it.
	sed -i 's|^Subsystem.*|Subsystem sftp internal-sftp|' /etc/ssh/sshd_config
	echo username,full_name,folders >"$sheet"
	for login in $people; do
		useradd -m -s /bin/bash "$login"
		new_key "/root/$login"
		mkdir -m 0700 "/home/$login/.ssh"
		cp "/root/$login.pub" "/home/$login/.ssh/authorized_keys"
		mkdir "/home/$login/docs"
		echo "letter of $login" >"/home/$login/docs/letter"
		echo "note of $login" >"/home/$login/note"
		chown -R "$login:" "/home/$login"
		echo "$login,,incoming docs" >>"$sheet"
	done
}

# ---- probing ----

# state_of USER: open as before anybody touched it, or not.
state_of() {
	if [ "$(awk -F : -v user="$1" '$1 == user { print $8 }' /etc/shadow)" = 1 ] ||
		grep -q "^sftponly:.*[:,]$1\(,\|\$\)" /etc/group; then
		echo shut
	else
		echo open
	fi
}

# started: the program is about to be started; what comes is another epoch.
epoch=0
started() {
	epoch=$((epoch + 1))
	echo "$epoch" >/tmp/epoch.new
	mv /tmp/epoch.new /tmp/epoch
}

# probe USER: one login, by what its client sees of the machine.
probe() {
	probe_epoch=$(cat /tmp/epoch)
	probe_before=$(state_of "$1")
	probe_seen=$(sftp_key "$1" "/root/$1" /root/listing 2>&1 || echo refused)
	probe_after=$(state_of "$1")
	case $probe_seen in
	*/etc*) probe_result=unjailed ;;
	*refused) probe_result=refused ;;
	*/docs*) probe_result=jailed ;;
	*) probe_result="strange: $probe_seen" ;;
	esac
	[ "$(cat /tmp/epoch)" = "$probe_epoch" ] || probe_before="another epoch, $probe_before"
	echo "$probe_before $probe_after $probe_result"
}

prober() {
	while [ ! -e /tmp/prober.stop ]; do
		probe "$1"
	done >"/tmp/prober.$1"
}

start_probers() {
	printf 'ls -1 /\n' >/root/listing
	probers=
	for login in $people; do
		prober "$login" &
		probers="$probers $!"
	done
}

stop_probers() {
	: >/tmp/prober.stop
	for prober in $probers; do
		wait "$prober" || :
	done
}

# ---- what is done meanwhile ----

apply() {
	started
	rehome apply -y "csv:$sheet" --adopt all --adopt-keys carry >/tmp/out 2>&1
}

newest_run() {
	ls /var/lib/rehome/runs | sort -n | tail -n 1
}

give_back() {
	started
	rehome rollback -y "$(newest_run)" >/tmp/out 2>&1
}

letters() {
	cat /home/*/docs/letter /home/*/note /home/*/files/note 2>/dev/null
}

is_adopted() {
	grep -q '^sftponly:.*adam,berta' /etc/group
}

give_back_if_adopted() {
	if is_adopted; then
		give_back
	fi
}

# killed_at CALL N COMMAND...: at its n-th call of this name; fails when it makes fewer.
killed_at() {
	killed_call=$1 killed_when=$2 killed_status=0
	shift 2
	started
	traced -o /dev/null -e "trace=$killed_call" \
		-e "inject=$killed_call:signal=KILL:when=$killed_when" "$REHOME" "$@" \
		>/tmp/killed.out 2>&1 || killed_status=$?
	[ "$killed_status" = 137 ]
}

# recovered: whatever the kill left is wholly one or the other, and nothing is lost.
recovered() {
	started
	rehome recover -y >/tmp/out 2>&1 || {
		cat /tmp/out
		return 1
	}
	[ "$(letters | sort)" = "$all_letters" ] || {
		echo "lost: $(letters)"
		return 1
	}
	if is_adopted; then
		[ "$(stat -c %U /home/adam /home/berta | tr '\n' ' ')" = "root root " ]
	else
		[ "$(stat -c %U /home/adam /home/berta | tr '\n' ' ')" = "adam berta " ]
	fi
}

# ---- the cases ----

test_killed_adoption() {
	kills=0
	for call in renameat renameat2; do
		point=1
		while killed_at "$call" "$point" apply -y "csv:$sheet" --adopt all \
			--adopt-keys carry; do
			check "an adoption killed at $call $point is done or undone" recovered
			give_back_if_adopted
			point=$((point + step)) kills=$((kills + 1))
		done
		is "without being killed it comes through ($call)" "$killed_status" 0
		give_back_if_adopted
	done
	check "several were killed" test "$kills" -gt 4
}

test_killed_rollback() {
	kills=0
	for call in renameat renameat2; do
		point=1
		apply || bail "cannot adopt: $(cat /tmp/out)"
		while killed_at "$call" "$point" rollback -y "$(newest_run)"; do
			check "a rollback killed at $call $point is finished" recovered
			is_adopted || apply || bail "cannot adopt again: $(cat /tmp/out)"
			point=$((point + step)) kills=$((kills + 1))
		done
		is "without being killed it goes back ($call)" "$killed_status" 0
	done
	check "several rollbacks were killed" test "$kills" -gt 3
}

# seen STATE: a whole session in this state, of each user.
seen() {
	for login in $people; do
		wait_until 30 grep -q "^$1" "/tmp/prober.$login" || return 1
	done
}

test_undisturbed() {
	check "the probers can tell: before, they are let in" seen 'open open unjailed'
	for round in $(seq "$rounds"); do
		check "adopted ($round)" apply
		check "they are jailed ($round)" seen 'shut shut jailed'
		check "given back ($round)" give_back
	done
	is "nothing is lost" "$(letters | sort)" "$all_letters"
}

test_probers() {
	sort "/tmp/prober.adam" "/tmp/prober.berta" | uniq -c >/tmp/figures
	diag "sessions: at their begin, at their end, how they went"
	diag "$(cat /tmp/figures)"
	is "of all logins from the gate on none was unjailed" \
		"$(grep ' [0-9]* shut shut unjailed\|strange' /tmp/figures || :)" ""
	check "some were refused" grep -q 'shut shut refused' /tmp/figures
}

make_people
all_letters=$(letters | sort)
start_sshd
started
start_probers
test_undisturbed
test_killed_adoption
test_killed_rollback
stop_probers
test_probers
stop_sshd
finish
