#!/bin/sh
# migrate.sh - the users of two old FTP servers behind the real sshd, by the commands of
# docs/migrate-from-ftp.md: their passwords, files and rights are what they were, and who was refused
# still is.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"

samples=$(cd "$(dirname "$0")/../../samples" && pwd -P)
old=/mnt/old

rehome() {
	"$REHOME" -c "$samples/$server/rehome.yaml" "$@"
}

# logs_in USER PASSWORD: "yes" when an SFTP session starts, and shows no more than the jail.
logs_in() {
	if sftp_password "$1" "$2" "$(batch pwd)" >/tmp/session 2>&1; then
		grep -q 'Remote working directory: /$' /tmp/session && echo yes || echo elsewhere
	else
		echo no
	fi
}

got() {
	rm -f /tmp/got
	sftp_password "$1" "$2" "$(batch "get $3 /tmp/got")" >/dev/null 2>&1 || :
	cat /tmp/got 2>/dev/null || echo nothing
}

puts() {
	echo new >/tmp/new
	chmod 666 /tmp/new
	sftp_password "$1" "$2" "$(batch "put /tmp/new $3")" >/dev/null 2>&1 && echo yes || echo no
}

# ---- one night ----

begin() {
	server=$1 runs=
	rm -rf $old
	"$samples/$server/make-root" $old
	find $old -type f -exec sha256sum {} + | sort >/tmp/old.before
	machine_fingerprint "/tmp/fp.$server.before"
}

end() {
	find $old -type f -exec sha256sum {} + | sort >/tmp/old.after
	same "$server: the old machine's files are as they were" /tmp/old.before /tmp/old.after
	for run in $runs; do
		check "$server: run $run is taken back" rehome rollback -y "$run"
	done
	rm -rf /home/.rehome-quarantine
	machine_fingerprint "/tmp/fp.$server.after"
	same "$server: rolled back, the machine is what it was" "/tmp/fp.$server.before" \
		"/tmp/fp.$server.after"
}

# applied TITLE WHAT...: one run, to be taken back at the end; the newest is first in $runs.
applied() {
	title=$1
	shift
	check "$title" rehome apply -y "$@"
	runs="$(newest_run) $runs"
}

# wave GLOB: the commands of one wave.
wave() {
	check "$server: wave '$1' is planned" rehome plan --user "$1" ftp -o /root/wave.json
	applied "$server: wave '$1' is applied" /root/wave.json
	rm -f /root/wave.json*
}

test_vsftpd() {
	begin vsftpd
	check "vsftpd: the old server's answers are shown" rehome inspect ftp --tsv
	said "with who was refused and by what" "the user list denies it"
	check "vsftpd: its logs say who would miss something" \
		rehome inspect ftp --xferlog "$old/var/log/vsftpd.log*" --will-break
	said "by name" mueller
	wave mueller
	is "vsftpd: the first guest has the old password" "$(logs_in mueller sommer-2019)" yes
	is "vsftpd: the next wave is not there yet" "$(logs_in otto otto-2019)" no
	applied "vsftpd: the rest follows" ftp
	is "vsftpd: the employee has the old password" "$(logs_in otto otto-2019)" yes
	is "vsftpd: another one is refused" "$(logs_in mueller otto-2019)" no
	is "vsftpd: the empty one is refused" "$(logs_in mueller '')" no
	is "vsftpd: who was denied stays denied" "$(logs_in gone weg-2019)" no
	refuse "vsftpd: and has no account" getent passwd gone
	is "vsftpd: the files are there" "$(got mueller sommer-2019 reports/2019.txt)" 2019
	is "vsftpd: loose ones too" "$(got otto otto-2019 files/hello.txt)" "hello from /home/otto"
	is "vsftpd: who could upload can" "$(puts mueller sommer-2019 reports/new)" yes
	is "vsftpd: who could only read still can only read" "$(puts readers lesen-2019 files/new)" no
	is "vsftpd: and does" "$(got readers lesen-2019 reports/2019.txt)" 2019
	refuse "vsftpd: guests of one account have accounts of their own" \
		test "$(id -u mueller)" = "$(id -u readers)"
	puts otto otto-2019 uploads/new >/dev/null
	is "vsftpd: the employee's mask is kept" "$(stat -c %a /home/otto/uploads/new)" 664
	check "vsftpd: every account is as promised" rehome verify
	exits "vsftpd: the next plan has nothing to do" 0 rehome plan ftp --detailed-exitcode
	echo later >$old/srv/ftp/mueller/reports/2020.txt
	chown 998:998 $old/srv/ftp/mueller/reports/2020.txt
	exits "vsftpd: but what came since on the old side" 2 rehome plan ftp --detailed-exitcode
	applied "vsftpd: is carried over" ftp
	is "vsftpd: and is there" "$(got mueller sommer-2019 reports/2020.txt)" later
	rm $old/srv/ftp/mueller/reports/2020.txt
	end
}

test_proftpd() {
	begin proftpd
	check "proftpd: a plan is saved" rehome plan ftp -o /root/plan.json
	check "proftpd: what only a person can decide goes out" \
		rehome decide /root/plan.json --export /root/open.csv
	is "proftpd: who was not jailed is such a case" \
		"$(grep -c ',boss,not-jailed,' /root/open.csv)" 1
	sed '/,boss,not-jailed,/s/,home,,/,home,leave,/' /root/open.csv >/root/decided.csv
	check "proftpd: and comes back decided" \
		rehome decide /root/plan.json --import /root/decided.csv
	applied "proftpd: the cut-over's plan is applied" ftp
	refuse "proftpd: who was left out has no account" getent passwd boss
	is "proftpd: weber has the old password" "$(logs_in weber weber-2019)" yes
	is "proftpd: another one is refused" "$(logs_in weber reader-2019)" no
	is "proftpd: who was denied stays denied" "$(logs_in gone weg-2019)" no
	is "proftpd: the files are there" "$(got weber weber-2019 files/hello.txt)" \
		"hello from /srv/web/weber"
	is "proftpd: who could only read still can only read" "$(puts reader reader-2019 files/x)" no
	is "proftpd: who could upload can" "$(puts weber weber-2019 uploads/new)" yes
	is "proftpd: with the old mask" "$(stat -c %a /home/weber/uploads/new)" 640
	rm /home/weber/uploads/new
	rm -f /root/plan.json* /root/open.csv /root/decided.csv
	check "proftpd: every account is as promised" rehome verify
	end
}

start_sshd
test_vsftpd
test_proftpd
finish
