#!/bin/sh
# crash.sh - kill -9 in the middle of apply, rollback and recover: nobody is ever let in unjailed,
# and `rehome recover` ends in exactly the old or the new state.
#
# strace kills the program when it is about to make the n-th call of a kind: a sync (each journal
# mark is one), a rename, a removal, a new directory, a signal. Every point of every kind is for
# tests/fault; here a real sshd and a real client watch.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"

plan=/root/p.json
calls='fsync fdatasync syncfs renameat renameat2 mkdirat unlinkat pidfd_send_signal'

# The leak checker cannot work below strace.
traced() {
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 strace -f -qq "$@"
}

# points_of COMMAND...: "CALL N" lines, the calls that the program itself makes while it works.
points_of() {
	traced -o /tmp/trace -e "trace=$(echo "$calls" | tr ' ' ,)" "$REHOME" "$@" \
		>/tmp/out 2>&1 || bail "$* fails below strace: $(cat /tmp/out)"
	awk 'NR == 1 { pid = $1 } $1 == pid && sub(/\(.*/, "", $2) { print $2, ++count[$2] }' \
		/tmp/trace
}

# Every rename, and of the others one in four or six.
selected() {
	awk '/^rename/ || (/sync|^pidfd/ && $2 % 4 == 1) || $2 % 6 == 1'
}

# killed CALL N COMMAND...: runs it up to that point.
killed() {
	killed_call=$1 killed_when=$2 killed_status=0
	shift 2
	traced -o /dev/null -e "trace=$killed_call" \
		-e "inject=$killed_call:signal=KILL:when=$killed_when" "$REHOME" "$@" \
		>/tmp/killed.out 2>&1 || killed_status=$?
	[ "$killed_status" = 137 ] || {
		echo "was not killed: status $killed_status"
		cat /tmp/killed.out
		return 1
	}
}

# ---- what must be true after a crash ----

nobody_is_unjailed() {
	crash_login=$(login_by_key anna "$anna_key")
	case $crash_login in
	refused | jailed) ;;
	*)
		echo "after the crash somebody is $crash_login"
		return 1
		;;
	esac
}

others_must_wait() {
	[ "$(newest_run status)" = interrupted ] || return 0
	for crash_command in "apply -y $plan" "rollback -y 1"; do
		crash_status=0
		# shellcheck disable=SC2086
		rehome $crash_command >/tmp/out 2>&1 || crash_status=$?
		[ "$crash_status" = 8 ] || {
			echo "$crash_command exits $crash_status while a run is interrupted"
			cat /tmp/out
			return 1
		}
	done
	for crash_command in "plan csv:$people" status verify; do
		# shellcheck disable=SC2086
		rehome $crash_command >/tmp/out 2>&1 || :
		grep -q '^  hint: .* run: rehome recover$' /tmp/out || {
			echo "$crash_command does not say that a run is interrupted"
			cat /tmp/out
			return 1
		}
	done
}

# recovered STATE...: recover ends well, in one of these states, and is idempotent.
recovered() {
	rehome recover -y >/tmp/recover.out 2>&1 || {
		echo "recover: status $?"
		cat /tmp/recover.out
		return 1
	}
	quick_fingerprint /tmp/fp.now
	rehome recover -y >/tmp/out 2>&1 || {
		echo "recover again: status $?"
		return 1
	}
	quick_fingerprint /tmp/fp.then
	cmp /tmp/fp.now /tmp/fp.then || return 1
	for crash_state in "$@"; do
		cmp -s /tmp/fp.now "/tmp/fp.$crash_state" && return
	done
	echo "recover left neither of: $*"
	diff "/tmp/fp.$1" /tmp/fp.now
	return 1
}

# bring STATE: however the last case ended.
bring() {
	rehome recover -y >/tmp/out 2>&1 || :
	if [ "$1" = before ] && account_is_there anna; then
		take_people_back
	elif [ "$1" = after ] && ! account_is_there anna; then
		rehome apply -y "$plan" >/tmp/out 2>&1 || bail "cannot apply: $(cat /tmp/out)"
	fi
}

# survives CALL N STATES COMMAND...
survives() {
	survives_call=$1 survives_when=$2 survives_states=$3
	shift 3
	# shellcheck disable=SC2086
	killed "$survives_call" "$survives_when" "$@" && nobody_is_unjailed && others_must_wait &&
		recovered $survives_states
}

# ---- the cases ----

test_killed_apply() {
	rehome plan "csv:$people" -o "$plan" >/tmp/out || bail "cannot plan: $(cat /tmp/out)"
	# The first run makes the state directory, too.
	bring after
	bring before
	quick_fingerprint /tmp/fp.before
	points_of apply -y "$plan" | selected >/tmp/points
	quick_fingerprint /tmp/fp.after
	# Of the renames the last opens the accounts, and the one before it is the commit point.
	activation=$(awk '$1 == "renameat" { last = $2 } END { print last }' /tmp/points)
	start_prober
	while read -r call when; do
		bring before
		check "apply killed at $call $when: jailed or refused, then wholly before or after" \
			survives "$call" "$when" "before after" apply -y "$plan"
	done </tmp/points
	bring after
	is "what is done after all that is done well" "$(login_by_key anna "$anna_key")" jailed
	bring before
	is "and undone well" "$(login_by_key anna "$anna_key")" refused
}

test_killed_rollback() {
	bring after
	points_of rollback -y "$(newest_run)" | selected >/tmp/points
	while read -r call when; do
		bring after
		check "rollback killed at $call $when: jailed or refused, then wholly back" \
			survives "$call" "$when" "before after" rollback -y "$(newest_run)"
	done </tmp/points
	bring before
}

# From before the commit point recovery goes backward, from behind it forward; it is killed on both
# ways.
test_killed_recover() {
	for first in "renameat $((activation - 1))" "renameat $activation"; do
		for second in "fsync 2" "fsync 4"; do
			bring before
			# shellcheck disable=SC2086
			killed $first apply -y "$plan" || bail "cannot be killed at $first"
			check "recover of $first killed at $second: another recover finishes it" \
				survives "${second% *}" "${second#* }" "before after" recover -y
		done
	done
	bring before
}

test_prober() {
	stop_prober
	is "of all logins meanwhile none was unjailed" "$(grep -m 5 UNJAILED /tmp/prober || :)" ""
	check "some were let in" grep -q jailed /tmp/prober
	check "some were refused" grep -q refused /tmp/prober
}

# A connection that sshd accepted before the reload goes by the rules of before. It must not be able
# to wait for the accounts to open.
test_waiting_connections() {
	bring before
	useradd -M -s /usr/sbin/nologin carol
	echo "carol:$matteo_password" | chpasswd -c SHA512
	check "without the reload it could: the probe can tell" wait_and_forward carol 0 true
	for count in 0 3; do
		refuse "a connection from before the run gets no forwarding ($count)" \
			wait_and_forward matteo "$count" bring after
		is "later ones are jailed ($count)" \
			"$(login_by_password matteo "$matteo_password")" jailed
		bring before
	done
	userdel carol
}

# wait_and_forward USER COUNT COMMAND...: the command runs while a connection waits, and then the
# connection wants to reach a port of the server.
wait_and_forward() {
	late_user=$1 late_count=$2
	shift 2
	rm -f /tmp/go /tmp/go.waiting
	with_password ssh "$late_user" "$matteo_password" -o ConnectTimeout=60 -W 127.0.0.1:22 \
		-o ProxyCommand="$(dirname "$0")/late-client /tmp/go $late_count" 127.0.0.1 \
		>/tmp/waiting.out 2>&1 </dev/null &
	waiting=$!
	wait_until 10 test -e /tmp/go.waiting || bail "the late client does not connect"
	"$@"
	: >/tmp/go
	wait "$waiting" || :
	grep '^SSH-2' /tmp/waiting.out
}

# ---- a signal instead of a crash ----

# interrupted SIGNAL CALL N: the program undoes what it did and says so, or had committed.
interrupted() {
	interrupted_status=0
	traced -o /dev/null -e "trace=$2" -e "inject=$2:signal=$1:when=$3" \
		"$REHOME" apply -y "$plan" >/tmp/out 2>&1 || interrupted_status=$?
	quick_fingerprint /tmp/fp.now
	case $interrupted_status in
	0) cmp /tmp/fp.after /tmp/fp.now ;;
	1)
		cmp /tmp/fp.before /tmp/fp.now && [ "$(newest_run status)" = undone ] &&
			grep -q 'stopped by a signal' /tmp/out
		;;
	*)
		echo "status $interrupted_status"
		cat /tmp/out
		return 1
		;;
	esac
}

test_interrupted() {
	check "Ctrl-C in the middle undoes the run" interrupted INT renameat2 1
	is "with exit 1" "$interrupted_status" 1
	check "so does SIGTERM" interrupted TERM mkdirat 4
	is "with exit 1 too" "$interrupted_status" 1
	check "and the end of the terminal" interrupted HUP renameat 1
	is "in the same way" "$interrupted_status" 1
	check "Ctrl-C behind the commit point lets it finish" interrupted INT renameat "$activation"
	is "with exit 0" "$interrupted_status" 0
	bring before
	is "nothing is pending" "$(newest_run status)" rolled-back
}

write_people
start_sshd
test_killed_apply
test_killed_rollback
test_killed_recover
test_prober
test_waiting_connections
test_interrupted
stop_sshd
finish
