#!/bin/sh
# hostconfig.sh - machines on which jails would not hold, or nobody could log in: the plan says so,
# with the fix, and nothing is changed; and machines that look odd but on which all is well.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"

sshd_config=/etc/ssh/sshd_config
sshd_config_d=/etc/ssh/sshd_config.d
config=/etc/rehome/rehome.yaml

# ---- one oddity at a time ----

# blocked NAME TEXT HINT: the plan is refused, says TEXT with that HINT, and so is an apply, which
# changes nothing.
blocked() {
	quick_fingerprint /tmp/fp.odd
	exits "$1: the plan is blocked" 3 rehome plan "csv:$people"
	said "$1: it says why" "$2"
	said "$1: and what helps" "$3"
	exits "$1: apply is refused" 3 rehome apply -y "csv:$people"
	quick_fingerprint /tmp/fp.refused
	same "$1: nothing is changed" /tmp/fp.odd /tmp/fp.refused
}

# warned NAME TEXT HINT: the plan can be applied, and warns.
warned() {
	exits "$1: the plan is not blocked" 0 rehome plan "csv:$people"
	said "$1: it warns" "$2"
	said "$1: and says what helps" "$3"
}

# works NAME: both are made, can log in, are jailed, and go again.
works() {
	quick_fingerprint /tmp/fp.odd
	exits "$1: the people are made" 0 rehome apply -y "csv:$people"
	is "$1: matteo logs in, jailed" "$(login_by_password matteo "$matteo_password")" jailed
	is "$1: anna logs in, jailed" "$(login_by_key anna "$anna_key")" jailed
	exits "$1: the run is taken back" 0 rehome rollback -y "$(newest_run)"
	quick_fingerprint /tmp/fp.back
	same "$1: nothing is left" /tmp/fp.odd /tmp/fp.back
}

with_sshd_config() {
	cp "$sshd_config" /root/sshd_config.saved
}

without_it() {
	cp /root/sshd_config.saved "$sshd_config"
	rm -f "$sshd_config_d"/10-*.conf
}

# put LINE...: in front of everything else in sshd's configuration.
put() {
	printf '%s\n' "$@" | cat - /root/sshd_config.saved >"$sshd_config"
}

test_include_and_subsystem() {
	with_sshd_config
	sed -i '/^Include/d' "$sshd_config"
	blocked "no Include" "no Include covers $dropin" "Include /etc/ssh/sshd_config.d/"
	without_it
	sed -i '/^Include/d' "$sshd_config"
	printf 'Match User daemon\nInclude %s/*.conf\n' "$sshd_config_d" >>"$sshd_config"
	blocked "Include behind a Match" "stands behind 'Match User daemon'" "above the first Match"
	without_it
	sed -i '/^Subsystem/d' "$sshd_config"
	blocked "no Subsystem" "no Subsystem line for sftp" "Subsystem sftp internal-sftp"
	without_it
}

test_match_blocks() {
	printf 'Match User anna\n\tChrootDirectory none\n' >"$sshd_config_d/10-anna.conf"
	blocked "a Match for one of the users" "10-anna.conf:2" "no Match block that comes first"
	printf 'Match all\n\tChrootDirectory none\n' >"$sshd_config_d/10-anna.conf"
	blocked "a Match for all" "10-anna.conf" "Move the Match block behind"
	printf 'Match Group sftponly\n\tAllowTcpForwarding yes\n' >"$sshd_config_d/10-anna.conf"
	blocked "a Match for the group that forwards" "10-anna.conf" "Move the Match block behind"
	printf 'Match User daemon\n\tChrootDirectory none\n' >"$sshd_config_d/10-anna.conf"
	exits "a Match for somebody else is none of our business" 0 rehome plan "csv:$people"
	rm "$sshd_config_d/10-anna.conf"
}

test_lists() {
	put 'AllowGroups admins staff'
	blocked "AllowGroups" "AllowGroups does not name sftponly" "Add sftponly to AllowGroups"
	put 'DenyGroups ftp sftponly'
	blocked "DenyGroups" "DenyGroups holds sftponly" "Take sftponly out of DenyGroups"
	put 'AllowUsers root daemon'
	blocked "AllowUsers" "AllowUsers" "Name every login there"
	put 'DenyUsers anna'
	blocked "DenyUsers" "DenyUsers" "anna"
	put 'AllowUsers root anna matteo'
	exits "AllowUsers that names them" 0 rehome plan "csv:$people"
	put 'AuthenticationMethods publickey,password'
	blocked "AuthenticationMethods" "neither a password nor a key alone is enough" \
		"AuthenticationMethods any"
	without_it
}

test_pam() {
	sed -i '1i account required pam_access.so' /etc/pam.d/sshd
	warned "pam_access" "pam_access.so may refuse the new accounts" "allows the group sftponly"
	sed -i 1d /etc/pam.d/sshd
}

test_directories() {
	chmod g+w /home
	blocked "a home base that others may write" "/home is group-writable" "chmod g-w /home"
	chmod g-w /home
	chown daemon /home
	blocked "a home base that is not root's" "/home" "chown"
	chown root /home
	mkdir /srv/real
	ln -s real /srv/link
	# shellcheck disable=SC2016
	printf 'version: 1\njail: { home: "/srv/link/${username}" }\n' >"$config"
	blocked "a symbolic link on the way" "/srv/link" "symbolic link"
	setfacl -m u:daemon:rwx /srv/real
	# shellcheck disable=SC2016
	printf 'version: 1\njail: { home: "/srv/real/${username}" }\n' >"$config"
	blocked "an ACL on the way" "/srv/real" "setfacl"
	setfacl -b /srv/real
	chmod 0755 /srv/real
	works "homes elsewhere"
	rm -r "$config" /srv/link /srv/real
}

test_accounts() {
	useradd -M -s /bin/sh anna
	blocked "a login that exists" "login belongs to uid $(id -u anna)" "hint"
	userdel anna
	groupadd anna
	blocked "a group of that name" "a group 'anna' exists already" "Choose another login"
	groupdel anna
	mkdir /home/anna
	blocked "a home that exists" "/home/anna exists already" "Move it out of the way"
	rmdir /home/anna
	echo 'anna:*:1::::::' >>/etc/shadow
	blocked "a left-over line" "/etc/shadow has a line for 'anna'" "pwck"
	sed -i '/^anna:/d' /etc/shadow
}

# ---- sshd itself ----

sshd_is_alive() {
	kill -0 "$(cat /run/sshd.pid)" && with_key ssh nobody "$anna_key" -v 127.0.0.1 2>&1 |
		grep -q 'Permission denied'
}

test_broken_configuration() {
	put 'NoSuchKeyword yes'
	blocked "a configuration that sshd refuses" "sshd refuses its configuration" "sshd -t"
	check "sshd is still there" sshd_is_alive
	without_it
	rehome plan "csv:$people" -o /root/broken.json >/tmp/out 2>&1 || bail "$(cat /tmp/out)"
	put 'NoSuchKeyword yes'
	quick_fingerprint /tmp/fp.odd
	exits "broken after the plan: the run fails" 1 rehome apply -y /root/broken.json
	quick_fingerprint /tmp/fp.failed
	same "broken after the plan: and changes nothing" /tmp/fp.odd /tmp/fp.failed
	check "sshd is still there, with what it had" sshd_is_alive
	without_it
	check "mended, the same plan is applied" rehome apply -y /root/broken.json
	put 'NoSuchKeyword yes'
	exits "broken before the rollback: the run stays pending" 8 rehome rollback -y "$(newest_run)"
	check "sshd is still there, with the jail" sshd_is_alive
	is "nobody logs in meanwhile" "$(login_by_key anna "$anna_key")" refused
	without_it
	exits "mended, recover finishes the rollback" 0 rehome recover
	quick_fingerprint /tmp/fp.back
	without_it
	same "and all is as it was" /tmp/fp.whole /tmp/fp.back
}

test_password_authentication() {
	put 'PasswordAuthentication no'
	kill -HUP "$(cat /run/sshd.pid)"
	wait_until 10 sshd_listens
	works "no passwords but for the jailed"
	without_it
	put 'UsePAM no'
	works "no PAM"
	without_it
}

test_listeners() {
	/usr/sbin/sshd -E "$sshd_log" -p 2222 -o PidFile=/run/sshd2.pid ||
		bail "no second sshd"
	rehome apply -y "csv:$people" >/tmp/out 2>&1 || bail "apply fails: $(cat /tmp/out)"
	is "a second sshd took the rules too" "$(login_at_2222)" jailed
	is "and the first" "$(login_by_key anna "$anna_key")" jailed
	take_people_back
	is "both are still there" "$(pgrep -c -f '^sshd: /usr/sbin/sshd.*listener')" 2
	kill "$(cat /run/sshd2.pid)"
}

login_at_2222() {
	judge_login "$(with_key sftp anna "$anna_key" -P 2222 -b "$(root_listing)" 127.0.0.1 2>&1 ||
		echo refused)"
}

# A reload would end the daemon: it cannot start where its directory is missing.
test_runtime_directory() {
	mv /run/sshd /run/sshd.away
	warned "no /run/sshd" "/run/sshd is missing" "mkdir -m 0755 /run/sshd"
	exits "no /run/sshd: the run fails" 1 rehome apply -y "csv:$people"
	said "no /run/sshd: and says why" "a reload would end the running sshd"
	check "no /run/sshd: the daemon lives on" kill -0 "$(cat /run/sshd.pid)"
	mv /run/sshd.away /run/sshd
	quick_fingerprint /tmp/fp.back
	same "no /run/sshd: nothing is changed" /tmp/fp.whole /tmp/fp.back
	is "no /run/sshd: nothing is pending" "$(newest_run status)" undone
}

test_no_server() {
	stop_sshd
	mv "$host_key" "$host_key.pub" /root
	rmdir /run/sshd
	exits "no sshd, no host key, no /run/sshd: the people are made" 0 \
		rehome apply -y "csv:$people"
	mkdir -m 0755 /run/sshd
	mv /root/"${host_key##*/}" /root/"${host_key##*/}.pub" /etc/ssh
	exits "verify is content but for the daemon" 0 rehome verify
	start_sshd
	is "as soon as sshd starts they are jailed" "$(login_by_key anna "$anna_key")" jailed
	stop_sshd
	take_people_back
	quick_fingerprint /tmp/fp.back
	same "no sshd: all is as it was" /tmp/fp.whole /tmp/fp.back
}

write_people
mkdir -p /etc/rehome
start_sshd
quick_fingerprint /tmp/fp.whole
test_include_and_subsystem
test_match_blocks
test_lists
test_pam
test_directories
test_accounts
test_broken_configuration
test_password_authentication
test_listeners
test_runtime_directory
test_no_server
finish
