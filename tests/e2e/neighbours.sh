#!/bin/sh
# neighbours.sh - other administrators work while rehome works: none of them is refused, none of
# their edits is lost, and what was there before stays as it was.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"

# tests/fault/long.sh asks for more.
rounds=${NEIGHBOUR_ROUNDS:-3}

# ---- who was there before ----

# petra is jailed since long by the rules of an earlier administrator; her keys are her own.
make_petra() {
	groupadd sftponly
	useradd -M -d /home/petra -s /usr/sbin/nologin -G sftponly petra
	mkdir -p /home/petra/pics /home/petra/.ssh
	chown petra:petra /home/petra/pics
	new_key /root/petra.key
	cp /root/petra.key.pub /home/petra/.ssh/authorized_keys
	chown -R petra:petra /home/petra/.ssh
	chmod 0700 /home/petra/.ssh
}

test_earlier_members() {
	make_petra
	machine_fingerprint /tmp/fp.petra
	check "the plan says who is in the group already" rehome plan -v "csv:$people"
	said "by name" petra
	make_people
	is "who was there before keeps the own keys" "$(login_by_key petra /root/petra.key)" jailed
	is "and the new account works beside" "$(login_by_key anna "$anna_key")" jailed
	check "verify looks at her too" rehome verify
	said "petra is in it" petra
	take_people_back
	is "after the rollback she is in the group still" "$(id -nG petra)" "petra sftponly"
	is "she logs in, jailed as she became" "$(login_by_key petra /root/petra.key)" jailed
	check "because the rules stay for her" test -e "$dropin"
	check "and the run says so" grep -F "$dropin stays" /tmp/rollback.out
	is "the others are gone" "$(grep -c '^matteo:\|^anna:' /etc/passwd || :)" 0
	userdel petra
	make_people
	take_people_back
	refuse "when nobody depends on the rules they go with the last run" test -e "$dropin"
	groupdel sftponly 2>/dev/null || :
	rm -rf /home/petra
}

# ---- who works at the same time ----

# Each loop writes a line for every command that failed to /tmp/refused, counts what it did, and notes
# how long the slowest took, in hundredths of a second.
while_working() {
	slowest=0
	while [ ! -e /tmp/neighbours.stop ]; do
		begin=$(hundredths)
		"$@" || echo "$*: status $?" >>/tmp/refused
		took=$(($(hundredths) - begin))
		neighbour_rounds=$((neighbour_rounds + 1))
		echo "$neighbour_rounds" >"/tmp/rounds.$1"
		if [ "$took" -gt "$slowest" ]; then
			slowest=$took
			echo "$slowest" >"/tmp/slowest.$1"
		fi
	done
}

hundredths() {
	cut -d ' ' -f 1 /proc/uptime | tr -d .
}

add_users() {
	useradd -M -s /usr/sbin/nologin "guest$neighbour_rounds"
}

change_user() {
	usermod -c "Round $neighbour_rounds" carol
}

change_password() {
	echo "dora:round-$neighbour_rounds" | chpasswd -c SHA256
}

change_members() {
	gpasswd -a carol staff >/dev/null && gpasswd -d carol staff >/dev/null
}

change_age() {
	chage -M "$((neighbour_rounds + 1))" emil
}

start_neighbours() {
	rm -f /tmp/neighbours.stop /tmp/refused
	neighbours=
	for work in add_users change_user change_password change_members change_age; do
		neighbour_rounds=0
		while_working "$work" 2>>/tmp/refused.err &
		neighbours="$neighbours $!"
	done
}

stop_neighbours() {
	: >/tmp/neighbours.stop
	for neighbour in $neighbours; do
		wait "$neighbour" || :
	done
}

rounds_of() {
	cat "/tmp/rounds.$1"
}

# Two of those whom the neighbours change are adopted and given back all the while.
write_neighbours_sheet() {
	cp "$people" /root/both.csv
	printf '%s\n' 'dora,,,docs' 'emil,,,docs' >>/root/both.csv
	chmod 0600 /root/both.csv
}

apply_both() {
	rehome apply -y "csv:/root/both.csv" --adopt dora --adopt emil >/tmp/out 2>&1
}

test_concurrent_edits() {
	for user in carol dora emil; do
		useradd -m -s /usr/sbin/nologin "$user"
		echo "of $user" >"/home/$user/note"
	done
	write_neighbours_sheet
	sort /etc/passwd >/tmp/passwd.before
	(pwck -qr && grpck -qr) >/tmp/checks.before 2>&1 || :
	failures=0
	start_neighbours
	for round in $(seq "$rounds"); do
		apply_both || count_failure "apply $round"
		rehome rollback -y "$(newest_run)" >/tmp/out 2>&1 || count_failure "rollback $round"
	done
	apply_both || count_failure "the last apply"
	stop_neighbours
	is "every apply and rollback came through" "$failures" 0
	for work in add_users change_user change_password change_members change_age; do
		check "the neighbour did something ($work)" test "$(rounds_of "$work")" -gt 2
		diag "$rounds applies and rollbacks, $(rounds_of "$work") rounds of $work," \
			"the slowest $(cat "/tmp/slowest.$work")/100 s"
		check "none was kept waiting for 15 s ($work)" \
			test "$(cat "/tmp/slowest.$work")" -lt 1500
	done
	is "no neighbour was refused" "$(cat /tmp/refused 2>/dev/null)" ""
	edits_survive
	is "both people are there after the last apply" \
		"$(grep -c '^matteo:\|^anna:' /etc/passwd)" 2
	(pwck -qr && grpck -qr) >/tmp/checks.after 2>&1 || :
	same "pwck and grpck find no more than before" /tmp/checks.before /tmp/checks.after
	exits "verify is content" 0 rehome verify matteo anna dora emil
	is "who was adopted is jailed" "$(id -nG dora | tr ' ' '\n' | grep -x sftponly)" sftponly
	take_people_back
	refuse "the rollback takes ours only" account_is_there matteo
	is "who was adopted has the home again" "$(cat /home/dora/note /home/emil/note)" \
		"$(printf 'of dora\nof emil')"
	edits_survive " after it"
	is "no temporary file is left" "$(find /etc /home -maxdepth 1 -name '*rehome*')" ""
}

count_failure() {
	failures=$((failures + 1))
	diag "$1 fails: $(cat /tmp/out)"
}

# The last round of each neighbour, and all guests.
edits_survive() {
	guests=$(grep -c '^guest[0-9]*:' /etc/passwd)
	is "no useradd is lost${1:-}" "$guests" "$(rounds_of add_users)"
	is "each of them is in all four files${1:-}" \
		"$(grep -c '^guest[0-9]*:' /etc/shadow /etc/group /etc/gshadow | tr '\n' ' ')" \
		"/etc/shadow:$guests /etc/group:$guests /etc/gshadow:$guests "
	is "the last usermod stands${1:-}" "$(getent passwd carol | cut -d : -f 5)" \
		"Round $(($(rounds_of change_user) - 1))"
	check "the last password works${1:-}" password_is dora \
		"round-$(($(rounds_of change_password) - 1))"
	is "the last gpasswd stands${1:-}" "$(id -nG carol)" carol
	is "the last chage stands${1:-}" "$(shadow_field emil 5)" "$(rounds_of change_age)"
}

password_is() {
	perl -e 'exit(crypt($ARGV[1], $ARGV[0]) ne $ARGV[0])' "$(shadow_field "$1" 2)" "$2"
}

# ---- who changes what is ours ----

test_changes_to_ours() {
	make_people
	usermod -c "Anna, room 4" anna
	groupadd press
	usermod -aG press anna
	echo 'matteo:another-9-password' | chpasswd -c SHA512
	useradd -M after
	take_people_back
	refuse "an account that was edited since goes all the same" account_is_there anna
	is "the group that others made stays" "$(getent group press)" "press:x:$(getent group press |
		cut -d : -f 3):"
	check "so does who came later" account_is_there after
	is "the account files are consistent" "$(pwck -qr 2>&1 | grep -c 'matteo\|anna' || :)" 0
}

write_people
start_sshd
test_earlier_members
test_concurrent_edits
test_changes_to_ours
stop_sshd
finish
