#!/bin/sh
# live.sh - an account is adopted while its user works: everything of the user's ends, whoever else
# is in the home is named and keeps the run from going on, and no byte is lost.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"

anna_password='Segel-Birke-41-Mond'
bert_password='Nebel-Kanne-17-Wald'
sheet=/root/live.csv
work=/tmp/live # what the clients have

# ---- the people ----

add_person() {
	useradd -m -s /bin/bash "$1"
	printf '%s:%s\n' "$1" "$2" | chpasswd
}

make_home() {
	install -d -o anna -g anna -m 0777 /home/anna/docs
	install -d -o anna -g anna -m 0755 /home/anna/inbox /home/anna/bin
	head -c 300000 /dev/urandom >/home/anna/docs/book
	ln /home/anna/docs/book /home/anna/inbox/same
	echo 'a note' >/home/anna/notes
	cat >/home/anna/bin/keeper <<-'END'
		#!/bin/sh
		# Whoever asks it to end has another one.
		trap 'setsid "$0" </dev/null >/dev/null 2>&1 & exit 0' TERM
		while :; do
			sleep 0.05
			date +%s%N >>"$HOME/alive"
		done
	END
	chmod 0755 /home/anna/bin/keeper
	chown -R anna:anna /home/anna
}

write_sheet() {
	(
		umask 077
		printf 'login,folders\nanna,docs\n' >"$sheet"
	)
}

content_of_home() {
	# By content and owner, whatever the folder is called now.
	find /home/anna -type f ! -name alive ! -name late ! -name slow ! -path '*/.ssh/*' \
		-printf '%f %U %s\n' | LC_ALL=C sort
	find /home/anna -type f \( -name book -o -name same -o -name notes -o -name first \) \
		-exec sha256sum {} + | cut -d ' ' -f 1 | LC_ALL=C sort
}

# ---- what anna does ----

# An open session of sftp: one file is there, another on its way, slowly.
start_upload() {
	rm -f "$work/commands"
	mkfifo "$work/commands"
	with_password sftp anna "$anna_password" -l 400 -b "$work/commands" 127.0.0.1 \
		>"$work/sftp.out" 2>&1 &
	upload=$!
	exec 9>"$work/commands"
	printf 'put %s/first /home/anna/docs/first\nput %s/big /home/anna/docs/slow\n' \
		"$work" "$work" >&9
	wait_until 20 test -s /home/anna/docs/slow || bail "no upload: $(cat "$work/sftp.out")"
}

start_shell() {
	with_password ssh anna "$anna_password" 127.0.0.1 'cd docs && exec sleep 600' \
		>/dev/null 2>&1 &
	wait_until 20 pgrep -U anna -x sleep >/dev/null || bail "no shell"
}

start_keeper() {
	setpriv --reuid anna --regid anna --init-groups env HOME=/home/anna \
		setsid /home/anna/bin/keeper </dev/null >/dev/null 2>&1 &
	wait_until 20 test -s /home/anna/alive || bail "no keeper"
}

anna_works() {
	start_upload
	start_shell
	start_keeper
	start_ftp anna "$anna_password"
}

# ---- FTP ----

start_vsftpd() {
	mkdir -p /run/vsftpd/empty "$work/vsftpd"
	cat >"$work/vsftpd.conf" <<-END
		listen=YES
		listen_address=127.0.0.1
		background=NO
		anonymous_enable=NO
		local_enable=YES
		write_enable=YES
		pam_service_name=vsftpd
		secure_chroot_dir=/run/vsftpd/empty
		user_config_dir=$work/vsftpd
	END
	# bert is served what is anna's.
	echo 'local_root=/home/anna/docs' >"$work/vsftpd/bert"
	vsftpd "$work/vsftpd.conf" >"$work/vsftpd.out" 2>&1 &
	vsftpd=$!
	wait_until 10 ftp_listens || bail "vsftpd does not listen: $(cat "$work/vsftpd.out")"
}

ftp_listens() {
	grep -q ':0015 [0-9A-F:]* 0A ' /proc/net/tcp
}

# start_ftp USER PASSWORD: a session that is in the middle of an upload.
start_ftp() {
	rm -f "$work/ftp.ready"
	python3 - "$1" "$2" "$work/ftp.ready" <<-'END' 2>"$work/ftp.out" &
		import ftplib, sys, time
		ftp = ftplib.FTP()
		ftp.connect("127.0.0.1", 21, timeout=30)
		ftp.login(sys.argv[1], sys.argv[2])
		upload = ftp.transfercmd("STOR upload-of-" + sys.argv[1])
		upload.sendall(b"x" * 1000)
		open(sys.argv[3], "w").close()
		time.sleep(600)
	END
	wait_until 20 test -e "$work/ftp.ready" || bail "no FTP: $(cat "$work/ftp.out")"
}

nothing_of() {
	! pgrep -U "$1" >/dev/null
}

# ---- the plan says it ----

test_plan() {
	exits "the plan is made while everybody works" 0 rehome plan --adopt anna "csv:$sheet"
	said "who works is in it" "at work now: "
	said "and that it ends" "is ended when the plan is applied"
	said "an FTP server that works in the home is in it" "in use now by vsftpd"
	said "and that it runs" "the FTP server vsftpd runs"
	said "so is root's shell" "in use now by sleep"
	check "planning ends nobody" pgrep -U anna
}

# ---- somebody else is in the home ----

test_refusal() {
	account_bytes >/tmp/bytes.before
	stat -c '%i %u %g %a' /home/anna /home/anna/docs /home/anna/notes >/tmp/home.before
	content_of_home >/tmp/content.before
	refuse "the run does not go on while others are in the home" \
		rehome apply -y --adopt anna "csv:$sheet"
	said "the FTP server is named" "the FTP server vsftpd"
	said "with what to do" "systemctl stop vsftpd"
	said "and who stands in the home" "works in the home of 'anna'"
	account_bytes >/tmp/bytes.after
	same "the account files are what they were" /tmp/bytes.before /tmp/bytes.after
	stat -c '%i %u %g %a' /home/anna /home/anna/docs /home/anna/notes >/tmp/home.after
	same "and so is the home" /tmp/home.before /tmp/home.after
	content_of_home >/tmp/content.after
	same "with all that is in it" /tmp/content.before /tmp/content.after
	check "who was in the way is still there" pgrep -U bert
	check "anna can come back" with_password ssh anna "$anna_password" 127.0.0.1 true
}

# ---- nobody else is ----

test_adoption() {
	kill "$stander" "$vsftpd"
	# The process of a session is the first of its namespace and hears nothing less.
	pkill -KILL -U bert || :
	wait_until 10 nothing_of bert || bail "bert does not go"
	start_vsftpd
	rm -f /home/anna/docs/slow /home/anna/alive
	anna_works
	rm -f /home/anna/docs/upload-of-*
	content_of_home >/tmp/content.before
	printf 'version: 1\npolicy: { adoption: { sessions: refuse } }\n' >/root/refuse.yaml
	refuse "where the policy says so, the user is left alone" \
		rehome -c /root/refuse.yaml apply -y --adopt anna "csv:$sheet"
	said "and named" "'anna' is at work"
	check "what she does goes on" pgrep -U anna
	is "and nothing has begun" "$(rehome history --json | grep -c applied || :)" 0
	content_of_home >/tmp/content.before
	check "with nobody but the user the run goes on" rehome apply -y --adopt anna "csv:$sheet"
	said "and says that an FTP server runs" "the FTP server vsftpd runs"
	check "nothing of the user's runs any more" nothing_of anna
	content_of_home >/tmp/content.after
	same "all content is there, and belongs to whom it did" /tmp/content.before /tmp/content.after
	is "what is linked is linked" "$(stat -c %h /home/anna/docs/book)" 2
	is "the interrupted upload is a beginning of what was sent" "$(is_beginning)" yes
	is "the home is a jail" "$(stat -c '%U:%G %a' /home/anna)" "root:root 755"
}

is_beginning() {
	size=$(stat -c %s /home/anna/docs/slow)
	[ "$size" -gt 0 ] && cmp -s -n "$size" "$work/big" /home/anna/docs/slow && echo yes
}

test_after() {
	alive=$(find /home/anna -name alive -exec sha256sum {} +)
	(trap '' PIPE && printf 'put %s/first /home/anna/docs/late\n' "$work" >&9) 2>/dev/null || :
	exec 9>&-
	wait "$upload" || :
	is "the old session can write no more" "$(find /home/anna -name late)" ""
	sleep 1
	is "what respawned does not come back" "$(find /home/anna -name alive -exec sha256sum {} +)" \
		"$alive"
	check "nor anything else" nothing_of anna
	is "anna logs in, and sees the home alone" "$(sees_as_root)" "/bin /docs /files /inbox "
	check "and works in the folder" sftp_password anna "$anna_password" \
		"$(batch "put $work/first /docs/new" 'get /docs/book /tmp/live/book')"
	same "with what was in it" "$work/book" /home/anna/docs/book
	refuse "FTP does not let anna in any more" ftp_login anna "$anna_password"
	said "for the account's sake" "530"
	exits "verify finds nothing" 0 rehome verify
}

sees_as_root() {
	sftp_password anna "$anna_password" "$(batch 'ls -1 /')" | grep '^/' | tr '\n' ' '
}

ftp_login() {
	python3 -c 'import ftplib, sys
ftp = ftplib.FTP()
ftp.connect("127.0.0.1", 21, timeout=30)
ftp.login(sys.argv[1], sys.argv[2])' "$1" "$2"
}

# ---- back ----

test_rollback() {
	check "the adoption is rolled back" rehome rollback -y "$(newest_run)"
	rm -f /home/anna/docs/new
	content_of_home >/tmp/content.back
	same "all content is there" /tmp/content.before /tmp/content.back
	account_bytes >/tmp/bytes.back
	same "the account files are what they were" /tmp/bytes.before /tmp/bytes.back
	check "anna has her shell back" shell_password anna "$anna_password"
}

mkdir -p "$work"
head -c 20000 /dev/urandom >"$work/first"
head -c 3000000 /dev/urandom >"$work/big"
add_person anna "$anna_password"
add_person bert "$bert_password"
make_home
write_sheet
start_sshd 'LogLevel DEBUG1' 'PermitUserEnvironment no'
start_vsftpd
anna_works
start_ftp bert "$bert_password"
(cd /home/anna/inbox && exec sleep 600) &
stander=$!
test_plan
test_refusal
test_adoption
test_after
test_rollback
stop_sshd
kill "$vsftpd"
finish
