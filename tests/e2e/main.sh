#!/bin/sh
# main.sh - the main job: a spreadsheet becomes jailed SFTP accounts whose users can work and cannot
# leave, and one command later the machine is what it was.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"

# ---- before ----

test_plan() {
	write_people
	machine_fingerprint /tmp/fp.plan
	check "a plan is made and saved" rehome plan "csv:$people" -o /root/p.json
	is "the plan is root's alone" "$(stat -c '%a %U' /root/p.json)" "600 root"
	is "its secrets are root's alone" "$(stat -c '%a %U' /root/p.json.secrets)" "600 root"
	refuse "the plan holds no password" grep -F "$matteo_password" /root/p.json
	refuse "the plan holds no hash" grep -F "\$y\$" /root/p.json
	check "the secrets hold the hash" grep -qF "\$y\$" /root/p.json.secrets
	refuse "the secrets hold no password" grep -F "$matteo_password" /root/p.json.secrets
	exits "changes are pending" 2 rehome plan "csv:$people" --detailed-exitcode
	mv /root/p.json* /tmp
	machine_fingerprint /tmp/fp.planned
	same "planning changes nothing" /tmp/fp.plan /tmp/fp.planned
	refuse "a plan is not written over another file" rehome plan "csv:$people" -o "$people"
	said "because it is none" "is not a plan"
	check "a saved plan is shown" rehome show /tmp/p.json
	said "with its users" "matteo"
}

test_apply() {
	sshd_pid=$(cat /run/sshd.pid)
	is "without an account the login is refused" "$(login_by_key anna "$anna_key")" refused
	machine_fingerprint /tmp/fp.before
	account_bytes >/tmp/bytes.before
	check "the saved plan is applied without a question" rehome apply -y /tmp/p.json
	machine_fingerprint /tmp/fp.after
	is "sshd was not started anew" "$(cat /run/sshd.pid)" "$sshd_pid"
	check "and still runs" kill -0 "$sshd_pid"
	check "the account files are consistent" account_files_are_clean
}

account_files_are_clean() {
	pwck -qr && grpck -qr
}

# ---- the accounts ----

test_accounts() {
	is "matteo is a member of the jail's group" "$(id -nG matteo)" "matteo sftponly"
	is "and has no shell" "$(getent passwd matteo | cut -d : -f 7)" /usr/sbin/nologin
	is "the home is root's" "$(stat -c '%A %U:%G' /home/matteo)" "drwxr-xr-x root:root"
	is "a folder is the user's" "$(stat -c '%A %U:%G' /home/matteo/pics)" \
		"drwxr-xr-x matteo:sftponly"
	is "a read-only folder is root's" "$(stat -c '%U' /home/matteo/logs)" root
	is "who has a key only has no password" "$(shadow_field anna 2)" "*"
	is "the account does not expire" "$(shadow_field matteo 8)" ""
	is "keys are where the user cannot change them" "$(stat -c '%a %U' "$keys_dir/anna")" \
		"644 root"
}

test_work() {
	echo hello >/tmp/up
	echo old >/home/matteo/logs/old.log
	echo old >/home/anna/logs/old.log
	check "matteo works with a password" sftp_password matteo "$matteo_password" "$(work_batch)"
	said "the folders are listed" "musics"
	check "anna works with a key" sftp_key anna "$anna_key" "$(work_batch)"
	said "the folders are listed for her too" "musics"
	is "an upload belongs to the user and the user's group" \
		"$(stat -c %U:%G:%s /home/matteo/pics/up)" matteo:matteo:6
	same "what was uploaded can be read back" /tmp/up /tmp/back
}

work_batch() {
	rm -f /tmp/back
	batch 'ls -l /' 'cd /pics' 'put /tmp/up up' 'get up /tmp/back' 'mkdir sub' 'put /tmp/up sub/x' \
		'rename sub/x sub/y' 'rm sub/y' 'rmdir sub' 'get /logs/old.log /tmp/old.log'
}

# Everything that a jailed user must not do, in one session: a '-' lets sftp go on after a failure.
test_jail() {
	snapshot_homes >/tmp/homes.before
	sftp_key anna "$anna_key" "$(batch '-put /tmp/up /up' '-put /tmp/up /home-up' '-mkdir /dir' \
		'-rename /pics /pictures' '-rmdir /musics' '-chmod 777 /' '-chown 0 /pics' \
		'-put /tmp/up /logs/up' '-chmod 777 /logs' '-put /tmp/up /logs/up' \
		'-chmod 666 /logs/old.log' '-put /tmp/up /logs/old.log' '-rm /logs/old.log' \
		'-rename /logs/old.log /pics/old.log' '-rename /logs /pics/logs' \
		'-rename /pics/up /logs/up' '-ln /logs/old.log /pics/hard' \
		'-get /etc/passwd /tmp/stolen' '-get ../../etc/passwd /tmp/stolen' \
		'-get /home/matteo/pics/up /tmp/stolen' '-ls /etc')" >/tmp/jail.out 2>&1 || :
	snapshot_homes >/tmp/homes.after
	same "outside the folders and in logs/ nothing can be changed, even after chmod" \
		/tmp/homes.before /tmp/homes.after
	is "each attempt was refused for want of permission" \
		"$(grep -ci 'permission denied\|dest open.*failure' /tmp/jail.out)" 17
	is "what is outside the jail is not there" \
		"$(grep -c 'not found\|No such file' /tmp/jail.out)" 4
	refuse "and cannot be fetched" test -e /tmp/stolen
	sftp_key anna "$anna_key" "$(batch 'ln -s /etc/passwd /pics/link' '-get /pics/link /tmp/stolen' \
		'ln -s ../../../home/matteo /pics/up-and-out' '-ls /pics/up-and-out/' \
		'rm /pics/link' 'rm /pics/up-and-out')" >/tmp/links.out 2>&1 || :
	refuse "a symbolic link leads nowhere outside" test -e /tmp/stolen
	is "neither to a file nor to a directory" \
		"$(grep -c 'not found\|No such file' /tmp/links.out)" 2
}

snapshot_homes() {
	find /home -printf '%p %m %u:%g %s %l\n' | sort
	find /home -type f -print0 | sort -z | xargs -0 sha256sum
}

test_no_shell() {
	refuse "there is no shell by password" shell_password matteo "$matteo_password"
	refuse "there is no shell by key" shell_key anna "$anna_key"
	refuse "no other command is run" runs_as_anna touch /pics/made-by-exec
	refuse "nothing came of it" test -e /home/anna/pics/made-by-exec
	refuse "no other subsystem is served" with_key ssh anna "$anna_key" -s 127.0.0.1 netconf
}

runs_as_anna() {
	with_key ssh anna "$anna_key" 127.0.0.1 "$@" </dev/null
	[ -e /home/anna/pics/made-by-exec ]
}

test_no_forwarding() {
	refuse "no local forwarding by password" forward_password matteo "$matteo_password"
	refuse "no local forwarding by key" forward_key anna "$anna_key"
	refuse "no remote forwarding" with_key ssh anna "$anna_key" -o ExitOnForwardFailure=yes \
		-N -R 2222:127.0.0.1:22 127.0.0.1
	said "by the server" "remote port forwarding failed"
	refuse "no remote forwarding to a socket" with_key ssh anna "$anna_key" \
		-o ExitOnForwardFailure=yes -N -R /pics/socket:127.0.0.1:22 127.0.0.1
	said "by the server (socket)" "remote port forwarding failed"
	start_tunnel -L 7001:127.0.0.1:22 -L 7002:/run/e2e.socket -D 7003
	listen_at_socket
	check "the client listens" wait_until 10 port_listens 7003
	refuse "nothing comes through a forwarded port" greeting 7001
	refuse "nothing comes through a forwarded socket" greeting 7002
	refuse "nothing comes through a dynamic forwarding" greeting 7003 socks
	check "the probe would know: without a tunnel sshd greets" greeting 22
	end_tunnel
	kill "$socket_pid"
	refuse "no X11 and no agent" sees_x11_or_agent
}

port_listens() {
	grep -q "$(printf ':%04X [0-9A-F:]* 0A ' "$1")" /proc/net/tcp
}

# greeting PORT [socks]: succeeds when whoever is behind the port says something.
greeting() {
	python3 - "$@" <<'END'
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5)
s.settimeout(5)
if "socks" in sys.argv:
    s.sendall(b"\5\1\0")
    s.recv(2)
    s.sendall(b"\5\1\0\1\x7f\0\0\1\0\x16")
    if s.recv(10)[1:2] != b"\0":
        sys.exit(1)
sys.exit(0 if s.recv(100) else 1)
END
}

listen_at_socket() {
	python3 -c '
import socket
s = socket.socket(socket.AF_UNIX)
s.bind("/run/e2e.socket")
s.listen()
while True:
    s.accept()[0].sendall(b"hello\n")' &
	socket_pid=$!
	wait_until 10 test -S /run/e2e.socket || bail "nobody listens at the socket"
	chmod 0777 /run/e2e.socket
}

# An agent and a display are offered; the server's log says what became of them.
sees_x11_or_agent() {
	eval "$(ssh-agent)" >/dev/null
	# shellcheck disable=SC2086
	DISPLAY=:7 timeout 60 ssh -o LogLevel=DEBUG1 -o "IdentityAgent=$SSH_AUTH_SOCK" $key_options \
		-i "$anna_key" -o User=anna -A -Y -s 127.0.0.1 sftp </dev/null >/tmp/x11.out 2>&1 || :
	kill "$SSH_AGENT_PID"
	cat /tmp/x11.out
	grep -q 'Requesting authentication agent forwarding' /tmp/x11.out || return 0
	! grep -q 'X11 forwarding request failed' /tmp/x11.out ||
		! grep -q 'agent_req: agent forwarding disabled' "$sshd_log"
}

# ---- what the program says ----

test_reports() {
	exits "verify finds nothing" 0 rehome verify
	exits "there is nothing left to do" 0 rehome plan "csv:$people" --detailed-exitcode
	machine_fingerprint /tmp/fp.used
	check "applying again is fine" rehome apply -y "csv:$people"
	check "so is the saved plan" rehome apply -y /tmp/p.json
	machine_fingerprint /tmp/fp.again
	same "and changes nothing" /tmp/fp.used /tmp/fp.again
	rehome history --json >/tmp/history.json
	is "the history has one run" "$(json "len(d['runs'])" </tmp/history.json)" 1
	is "and no member but runs" "$(json 'sorted(d)' </tmp/history.json)" "['runs']"
	is "its line has what it must" \
		"$(json "[k for k in ('run','status','started','users') if k not in d['runs'][0]]" \
			</tmp/history.json)" "[]"
	is "it is applied, with two users" \
		"$(json "d['runs'][0]['status'], d['runs'][0]['users']" </tmp/history.json)" \
		"('applied', 2)"
	is "the run is named by a text, the time is one of RFC 3339" \
		"$(json "type(d['runs'][0]['run']).__name__, d['runs'][0]['started'][10]" \
			</tmp/history.json)" "('str', 'T')"
	check "status lists the accounts" rehome status
	said "matteo" matteo
	said "anna" anna
	check "status is JSON when asked" status_is_json
	check "the run is shown" rehome show "$(newest_run)"
	said "with its users" anna
}

status_is_json() {
	rehome status --json | json d
}

# ---- back ----

# anna is logged in and does nothing until end_session has her upload something.
start_session() {
	session_uid=$(id -u anna)
	mkfifo /tmp/session
	{ with_key sftp anna "$anna_key" -b /tmp/session 127.0.0.1 && echo done; } \
		>/tmp/session.out 2>&1 &
	session=$!
	exec 9>/tmp/session
	wait_until 10 pgrep -U "$session_uid" >/dev/null || bail "anna does not log in"
}

end_session() {
	# Nobody may be there to read it.
	(trap '' PIPE && echo 'put /tmp/up /pics/late' >&9) 2>/dev/null || :
	exec 9>&-
	: >/tmp/session.done
	wait "$session" && echo late >/tmp/session.done || :
}

test_rollback() {
	run=$(newest_run)
	exits "nobody who could answer: a rollback needs -y" 64 rehome rollback "$run"
	start_session
	check "the run is rolled back" rehome rollback -y "$run"
	is "who was logged in is logged in no more" "$(pgrep -c -U "$session_uid" || :)" 0
	end_session
	refuse "and could not go on uploading" grep late /tmp/session.done
	account_bytes >/tmp/bytes.after
	same "the four account files are what they were, byte for byte" \
		/tmp/bytes.before /tmp/bytes.after
	is "nobody logs in with the password" "$(login_by_password matteo "$matteo_password")" refused
	is "nobody logs in with the key" "$(login_by_key anna "$anna_key")" refused
	is "the homes are gone" "$(ls /home)" ""
	is "what was uploaded is kept" "$(find /home -name up | wc -l)" 2
	is "where only root can see it" "$(stat -c '%a %U' /home/.rehome-quarantine)" "700 root"
	rm -r /home/.rehome-quarantine
	machine_fingerprint /tmp/fp.back
	same "every path of the machine is what it was" /tmp/fp.before /tmp/fp.back
	is "the history says so" "$(newest_run status)" rolled-back
	refuse "it cannot be rolled back twice" rehome rollback -y "$run"
	said "because there is nothing left of it" "is rolled-back"
	exits "verify has nobody to look at" 0 rehome verify
	exits "the plan is as at the beginning" 2 rehome plan "csv:$people" --detailed-exitcode
}

test_again() {
	check "the same people come back" rehome apply -y "csv:$people"
	is "and log in again" "$(login_by_key anna "$anna_key")" jailed
	machine_fingerprint /tmp/fp.second
	check "one of them is rolled back" rehome rollback -y "$(newest_run)" matteo
	refuse "who is gone" account_is_there matteo
	is "the other works on" "$(login_by_key anna "$anna_key")" jailed
	check "the rules stay while she needs them" test -e "$dropin"
	is "the history says partly" "$(newest_run status)" partly-rolled-back
	check "then the rest" rehome rollback -y "$(newest_run)"
	machine_fingerprint /tmp/fp.back
	same "nothing is left of either" /tmp/fp.before /tmp/fp.back
}

start_sshd 'LogLevel DEBUG1'
test_plan
test_apply
test_accounts
test_work
test_jail
test_no_shell
test_no_forwarding
test_reports
test_rollback
test_again
stop_sshd
finish
