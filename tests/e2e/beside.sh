#!/bin/sh
# beside.sh - users of a vsftpd that runs on this very machine become jails: nobody whom it refused
# gets in, nobody gets more than before, and the FTP server is no way around the jail that nobody
# is told of.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"

secret='Segel-Birke-41-Mond'
source=vsftpd:/

# ---- the old server, and whom it knows ----

# add_user LOGIN SHELL [PASSWORD]
add_user() {
	useradd -m -s "$2" "$1"
	install -d -o "$1" -g "$1" "/home/$1/docs"
	[ $# -lt 3 ] || printf '%s:%s\n' "$1" "$3" | chpasswd
}

make_users() {
	add_user anna /bin/bash "$secret"
	add_user bob /bin/bash "$secret"            # in ftpusers
	add_user carl /usr/sbin/nologin "$secret"   # pam_shells refuses him
	add_user dora /bin/bash                     # locked
	add_user emil /bin/bash                     # the empty password, which PAM takes
	passwd -qd emil
	add_user fred /bin/bash "$secret"           # expired
	chage -E 1 fred
	add_user gina /bin/bash "$secret"           # may only read
	add_user hans /bin/bash "$secret"           # not in the list of users
	add_user iris /usr/sbin/nologin "$secret"   # refused, with a key that nothing honours
	install -d -o iris -g iris -m 700 /home/iris/.ssh
	install -o iris -g iris -m 600 "$anna_key.pub" /home/iris/.ssh/authorized_keys
	printf '%s\n' root daemon bob >/etc/ftpusers
	printf '%s\n' anna bob carl dora emil fred gina iris >/etc/vsftpd.user_list
}

start_vsftpd() {
	mkdir -p /run/vsftpd/empty /etc/vsftpd_users
	cat >/etc/vsftpd.conf <<-CONF
		listen=YES
		listen_address=127.0.0.1
		background=YES
		anonymous_enable=NO
		local_enable=YES
		write_enable=YES
		local_umask=027
		userlist_enable=YES
		userlist_deny=NO
		pam_service_name=vsftpd
		secure_chroot_dir=/run/vsftpd/empty
		user_config_dir=/etc/vsftpd_users
	CONF
	echo 'write_enable=NO' >/etc/vsftpd_users/gina
	vsftpd /etc/vsftpd.conf >/tmp/vsftpd.out 2>&1 || bail "vsftpd: $(cat /tmp/vsftpd.out)"
	wait_until 10 ftp_listens || bail "vsftpd does not listen: $(cat /tmp/vsftpd.out)"
}

stop_vsftpd() {
	vsftpd_pid=$(pgrep -o -x vsftpd)
	kill "$vsftpd_pid"
	wait_until 10 process_is_gone "$vsftpd_pid" || bail "vsftpd does not end"
}

ftp_listens() {
	grep -q ':0015 [0-9A-F:]* 0A ' /proc/net/tcp
}

# ftp_login USER PASSWORD: where it lands, or refused.
ftp_login() {
	python3 -c 'import ftplib, sys
ftp = ftplib.FTP()
ftp.connect("127.0.0.1", 21, timeout=30)
try:
	ftp.login(sys.argv[1], sys.argv[2])
	print(ftp.pwd())
except ftplib.error_perm:
	print("refused")' "$1" "$2"
}

sftp_login() {
	sftp_password "$1" "$2" "$(root_listing)" >/tmp/out 2>&1 || { echo refused; return; }
	if grep -q '/etc' /tmp/out; then echo UNJAILED; else echo jailed; fi
}

# ---- cases ----

test_before() {
	is "the old server lets anna in" "$(ftp_login anna "$secret")" /home/anna
	is "emil with no password" "$(ftp_login emil '')" /home/emil
	for user in bob carl dora fred hans iris; do
		is "and refuses $user" "$(ftp_login "$user" "$secret")" refused
	done
}

test_claim() {
	rehome inspect "$source" --tsv >/tmp/claim || bail "no claim"
	for user in anna emil gina; do
		is "rehome says that $user got in" "$(claim_of "$user")" allow
	done
	for user in bob carl dora fred hans iris root; do
		is "and $user did not" "$(claim_of "$user")" deny
	done
}

claim_of() {
	awk -F '\t' -v user="$1" '$1 == user { print $2 }' /tmp/claim
}

test_apply() {
	rehome plan "$source" --adopt all >/tmp/plan.out 2>&1 || :
	check "the plan says that the old server runs" grep -q 'the FTP server vsftpd runs' /tmp/plan.out
	cp /etc/shadow /tmp/shadow.before
	check "whom it let in is adopted" rehome apply -y --adopt all --skip-blocked "$source"
	is "anna is jailed" "$(sftp_login anna "$secret")" jailed
	is "gina too" "$(sftp_login gina "$secret")" jailed
	sftp_password gina "$secret" "$(batch '-mkdir /docs/d')" >/tmp/out 2>&1 || :
	check "who may only read, as before" grep -q 'Permission denied' /tmp/out
	echo hello >/tmp/up
	chmod 666 /tmp/up
	sftp_password anna "$secret" "$(batch 'put /tmp/up /docs/up')" >/tmp/out 2>&1 || :
	is "with the umask of before" "$(stat -c %a /home/anna/docs/up)" 640
}

# Nobody whom the old server refused has an account of ours, or a line that is not as it was.
test_refused() {
	for user in bob carl dora fred hans iris; do
		refuse "$user is no account of ours" sh -c "id -nG $user | grep -qw sftponly"
		is "the shadow line of $user is as it was" "$(grep "^$user:" /etc/shadow)" \
			"$(grep "^$user:" /tmp/shadow.before)"
	done
	# carl and iris are Unix users with a password, whom sshd serves as it did before.
	for user in dora fred; do
		is "$user gets in nowhere by a password" "$(sftp_login "$user" "$secret")" refused
		is "nor by the empty one" "$(sftp_login "$user" '')" refused
	done
	is "emil does not get in by the empty password" "$(sftp_login emil '')" refused
	is "nor does anna" "$(sftp_login anna '')" refused
}

test_doctor() {
	is "the old server lets anna in no more" "$(ftp_login anna "$secret")" refused
	exits "doctor finds no fault in it" 0 rehome doctor -v
	said "and says that it runs" "the FTP server vsftpd runs"
	echo /usr/sbin/nologin >>/etc/shells
	is "with the shell listed FTP is a way around the jail" "$(ftp_login anna "$secret")" /home/anna
	exits "which is a fault" 9 rehome doctor
	said "by name" "the FTP server vsftpd lets 'anna' in, past the jail"
	said "and by what it shows" "who sees the whole machine there"
	said "with what to do" "systemctl stop vsftpd"
	refuse "and nobody else" sh -c 'grep -E "carl|bob|hans" "$0"' "$tap_output"
	sed -i '/nologin/d' /etc/shells
	sleep 1
	echo 'local_enable=NO' >>/etc/vsftpd.conf
	exits "a configuration that the server does not know yet" 0 rehome doctor
	said "is named" "changed since the FTP server vsftpd was started"
	stop_vsftpd
	exits "without the server all is well" 0 rehome doctor -v
	refuse "and nothing is said of it" grep -q 'FTP server' "$tap_output"
}

test_rollback() {
	check "all of it is taken back" rehome rollback -y "$(newest_run)"
	is "anna has her shell again" "$(getent passwd anna | cut -d : -f 7)" /bin/bash
	check "and her machine" shell_password anna "$secret"
}

write_people
make_users
start_vsftpd
start_sshd
test_before
test_claim
test_apply
test_refused
test_doctor
test_rollback
finish
