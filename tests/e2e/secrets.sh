#!/bin/sh
# secrets.sh - a password or a hash is where it must be and nowhere else: not in an argument, plan,
# journal, log, message or terminal; and passwords that rehome makes reach the administrator alone.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"

handout=/root/rehome-handout
# Drawn anew each time: a copy of this script elsewhere on the machine holds none of it.
drawn() {
	od -An -N8 -tx1 /dev/urandom | tr -d ' \n'
}
canary=Canary-$(drawn)
# Of no use in a /etc/shadow of the real world; the shape is what counts.
hash_salt="\$6\$$(drawn)\$"
old_hash=$(perl -e 'print crypt("Old-Secret-5", shift)' "$hash_salt")

write_secret_people() {
	new_key /root/anna.key
	(
		umask 077
		cat >"$people" <<-END
			username,full_name,password,password_hash,ssh_keys,folders
			matteo,Matteo Bruni,$canary,,,pics logs:ro
			carla,Carla Neri,,$old_hash,,pics logs:ro
			anna,Anna Vogel,,,$(cat "$anna_key.pub"),pics logs:ro
			gino,"=Gino, the Formula",,,,pics logs:ro
		END
		mkdir -p /etc/rehome
		printf '%s\n' 'version: 1' 'policy:' '  passwords: { new: generated }' \
			>/etc/rehome/rehome.yaml
	)
}

# ---- who could be listening ----

start_syslog() {
	python3 -c '
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/dev/log")
log = open("/var/log/sandbox-syslog", "ab", 0)
while True:
    log.write(s.recv(65536) + b"\n")' &
	syslog_pid=$!
	wait_until 10 test -S /dev/log || bail "nobody listens at /dev/log"
	chmod 0666 /dev/log
}

# watched NAME COMMAND...: on a terminal, below strace; what either shows is kept as /tmp/NAME.*.
watched() {
	watched_name=$1
	shift
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 script -qefc \
		"strace -f -qq -v -s 65536 -e trace=execve -o /tmp/$watched_name.execve $*" \
		"/tmp/$watched_name.terminal" >/tmp/out 2>&1 </dev/null
}

# holders TEXT: the files of this machine that hold it, except the source.
holders() {
	grep -rlFs -e "$1" /etc /home /root /run /srv /tmp /var/lib/rehome /var/log /var/tmp \
		/var/backups 2>/dev/null | grep -vx -e "$people" -e "$0" | LC_ALL=C sort | tr '\n' ' '
}

test_planned() {
	check "a plan is made" watched plan "$REHOME" plan "csv:$people" -o /root/p.json
	is "the password is nowhere, not even for root" "$(holders "$canary")" ""
	is "the hash that was given is in the plan's secrets alone" "$(holders "$old_hash")" \
		"/root/p.json.secrets "
	is "no password is made before it is needed" "$(find "$handout" 2>/dev/null)" ""
	check "the program was watched" grep -q execve /tmp/plan.execve
	check "the terminal was watched" grep -q matteo /tmp/plan.terminal
}

test_applied() {
	check "the plan is applied" watched apply "$REHOME" apply -y /root/p.json
	is "the password is still nowhere" "$(holders "$canary")" ""
	is "the given hash is in shadow, in the secrets of plan and run" "$(holders "$old_hash")" \
		"/etc/shadow /root/p.json.secrets $(state_file secrets) "
	is "so is the one that was made" "$(holders "$(shadow_field matteo 2)")" \
		"$(holders "$old_hash")"
	for program in execve terminal; do
		refuse "no hash in any $program" grep -F "$(shadow_field matteo 2)" "/tmp/apply.$program"
	done
	check "who was given a hash logs in with the old password" \
		is_let_in carla Old-Secret-5
	check "who was given a password logs in with it" is_let_in matteo "$canary"
}

state_file() {
	echo "$state/runs/$(newest_run)/$1"
}

is_let_in() {
	[ "$(login_by_password "$1" "$2")" = jailed ]
}

# ---- passwords that rehome makes ----

test_handout() {
	run=$(newest_run)
	sheet=$handout/run-$run/gino.txt
	is "the handout is named after the run" "$(cd "$handout" && find . | LC_ALL=C sort | tr '\n' ' ')" \
		". ./run-$run ./run-$run.csv ./run-$run/gino.txt "
	is "it is root's alone" "$(stat -c '%a %U' "$handout" "$handout/run-$run.csv" \
		"$handout/run-$run" "$sheet" | tr '\n' ' ')" \
		"700 root 600 root 700 root 600 root "
	made=$(python3 -c 'import csv, sys
rows = list(csv.DictReader(open(sys.argv[1])))
assert [r["login"] for r in rows] == ["gino"], rows
print(rows[0]["password"])' "$handout/run-$run.csv")
	check "who got a password logs in with it" is_let_in gino "$made"
	check "it is long" test "${#made}" -ge 16
	check "the sheet tells it too" grep -qF "$made" "$sheet"
	check "a name that a spreadsheet would compute is only text" \
		grep -q "\"'=Gino" "$handout/run-$run.csv"
	is "it is nowhere else" "$(holders "$made")" "$handout/run-$run.csv $sheet "
}

test_syslog() {
	check "syslog has a line for the run" grep -q "run $(newest_run)" /var/log/sandbox-syslog
	for login in matteo carla anna gino; do
		check "and one for $login" grep -q "rehome.*$login" /var/log/sandbox-syslog
	done
}

# ---- modes ----

# What sshd reads as the user, and everything else.
test_modes() {
	is "the plan and its secrets are root's alone" \
		"$(stat -c '%a %U:%G' /root/p.json /root/p.json.secrets | uniq)" "600 root:root"
	is "the state is root's alone" \
		"$(find "$state" -type d -printf '%m %u\n' -o -printf '%m %u\n' | sort -u |
			tr '\n' ' ')" "600 root 700 root "
	is "keys are readable, for sshd reads them as the user" \
		"$(find "$keys_dir" -printf '%y %m %u\n' | sort -u | tr '\n' ' ')" \
		"d 755 root f 644 root "
	is "the drop-in is not for others to change" "$(stat -c '%a %U' "$dropin")" "644 root"
	is "shadow is what it was" "$(stat -c '%a %U:%G' /etc/shadow /etc/gshadow | uniq)" \
		"640 root:shadow"
	is "nothing that rehome wrote is for others to change" \
		"$(find "$state" "$keys_dir" "$dropin" "$handout" -perm /022)" ""
}

test_source_warning() {
	chmod 0644 "$people"
	rehome plan "csv:$people" >/tmp/out 2>&1 || :
	check "a source with passwords that others may read is a warning" \
		grep -q 'warning.*' /tmp/out
	check "that names the file" grep -q "$people" /tmp/out
	chmod 0600 "$people"
	rehome plan "csv:$people" >/tmp/out 2>&1 || :
	refuse "a private one is none" grep "warning.*read" /tmp/out
}

test_no_core() {
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 strace -f -qq -o /dev/null -e trace=renameat2 \
		-e inject=renameat2:delay_enter=2000000:when=1 \
		"$REHOME" rollback -y "$(newest_run)" >/tmp/out 2>&1 &
	wait_until 10 limits_of_program || bail "the program does not start"
	is "a crash leaves no core" "$(grep '^Max core file size' /tmp/limits | tr -s ' ' |
		cut -d ' ' -f 5,6)" "0 0"
	wait $! || bail "rollback fails: $(cat /tmp/out)"
}

limits_of_program() {
	for process in /proc/[0-9]*; do
		[ "$(readlink "$process/exe")" = "$REHOME" ] || continue
		# main() has not come far before it has locked the state.
		ls -l "$process/fd" 2>/dev/null | grep -q "$state/lock" || continue
		cat "$process/limits" >/tmp/limits 2>/dev/null && return
	done
	return 1
}

# ---- new credentials ----

test_credentials() {
	rm -r /home/.rehome-quarantine 2>/dev/null || :
	rehome apply -y "csv:$people" >/tmp/out 2>&1 || bail "cannot apply: $(cat /tmp/out)"
	shadow_field gino 2 >/tmp/gino.before
	check "gino gets a new password" watched credentials "$REHOME" credentials -y gino --password
	run=$(newest_run)
	made=$(tail -n 1 "$handout/run-$run.csv" | cut -d , -f 2 | tr -d '"')
	check "and logs in with it" is_let_in gino "$made"
	is "which is in the handout alone" "$(holders "$made")" \
		"$handout/run-$run.csv $handout/run-$run/gino.txt "
	check "it is a run of one user" test "$(newest_run users)" = 1
	check "that can be taken back" rehome rollback -y "$run"
	shadow_field gino 2 >/tmp/gino.after
	same "the old password counts again" /tmp/gino.before /tmp/gino.after
	refuse "the handout of the new one is gone" test -e "$handout/run-$run.csv"

	new_key /root/new.key
	check "anna gets another key" rehome credentials -y anna --key /root/new.key.pub
	is "the new one opens" "$(login_by_key anna /root/new.key)" jailed
	is "the old one does not" "$(login_by_key anna "$anna_key")" refused
	check "that is taken back" rehome rollback -y "$(newest_run)"
	is "the old one opens again" "$(login_by_key anna "$anna_key")" jailed
	is "the new one does not" "$(login_by_key anna /root/new.key)" refused
	refuse "a private key is not taken for a public one" \
		rehome credentials -y anna --key /root/new.key
	said "because it is private" "private key"
	refuse "somebody whom rehome does not manage gets nothing" \
		rehome credentials -y root --password
	said "because of that" "'root'"
}

# A source's password counts once: afterwards it is the user's.
test_own_password() {
	echo 'matteo:Own-Choice-77' | chpasswd -c SHA512
	shadow_field matteo 2 >/tmp/own.before
	check "the source is applied again" rehome apply -y "csv:$people"
	shadow_field matteo 2 >/tmp/own.after
	same "the password that the user chose stands" /tmp/own.before /tmp/own.after
}

write_secret_people
start_sshd
start_syslog
test_planned
test_applied
test_handout
test_syslog
test_modes
test_source_warning
test_no_core
test_credentials
test_own_password
kill "$syslog_pid"
stop_sshd
finish
