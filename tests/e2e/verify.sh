#!/bin/sh
# verify.sh - every promise that somebody breaks is found, named, and mended by what is printed.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"

# ---- faults and their fixes ----

# finds NAME CODE DAMAGE: after the damage verify exits 9 and has an error with that code; the
# commands that it prints as fixes mend it.
finds() {
	found_by 9 error "$1" "$2" "$3"
	check "$1: the fix runs" sh -eu /tmp/fix
	exits "$1 is mended by it" 0 rehome verify
}

# minds NAME CODE DAMAGE: the same for what is only a warning, because it keeps every promise.
minds() {
	found_by 0 warning "$1" "$2" "$3"
	check "$1: the fix runs" sh -eu /tmp/fix
	rehome verify --json >/tmp/found.json || :
	is "$1 is mended by it" "$(codes warning | grep -cx "$2" || :)" 0
}

# finds_only NAME CODE DAMAGE REPAIR: there is a hint, but the fix is for a human.
finds_only() {
	found_by 9 error "$1" "$2" "$3"
	check "$1 has a hint" hints error
	eval "$4"
	exits "$1: repaired, all is well" 0 rehome verify
}

found_by() {
	eval "$5"
	exits "$3 is found" "$1" rehome verify --json
	cp "$tap_output" /tmp/found.json
	is "$3 is named" "$(codes "$2" | grep -x "$4")" "$4"
	fixes "$2" >/tmp/fix
}

codes() {
	json "'\n'.join(sorted({f['code'] for a in d['accounts'] for f in a['findings']
		if f['level'] == '$1'}))" </tmp/found.json
}

# The commands, one a line; the program's own path in front of its name.
fixes() {
	json "'\n'.join(sorted({f['hint'].split(' run: ', 1)[-1].split('Run: ', 1)[-1].rstrip('.')
		for a in d['accounts'] for f in a['findings']
		if f['level'] == '$1' and 'un: ' in f.get('hint', '')}))" </tmp/found.json |
		sed "s|^rehome |$REHOME |"
}

hints() {
	[ "$(json "all(f.get('hint') for a in d['accounts'] for f in a['findings']
		if f['level'] == '$1')" </tmp/found.json)" = True ]
}

test_home_faults() {
	finds "a home that its group may write" jail-writable 'chmod g+w /home/anna'
	finds "a home that is not root's" jail-owner 'chown anna /home/anna'
	finds "a home that nobody may enter" jail-mode 'chmod 0700 /home/anna'
	finds "an ACL on a home" jail-acl 'setfacl -m u:daemon:rwx /home/anna'
	finds "a base that others may write" jail-writable 'chmod o+w /home'
	setfacl -b /home/anna
	finds "a read-only folder with another mode" folder-mode 'chmod 0777 /home/anna/logs'
	finds "a folder of another owner" folder-owner 'chown daemon /home/matteo/musics'
	finds "a read-only folder that became the user's" folder-owner \
		'chown matteo /home/matteo/logs'
	minds "a folder whose user changed the mode" folder-mode 'chmod 0700 /home/anna/pics'
	finds "a folder that is missing" folder-missing 'rmdir /home/anna/musics'
}

test_account_faults() {
	finds "another shell" shell 'usermod -s /bin/sh anna'
	finds "a member who was taken out of the group" group 'gpasswd -d matteo sftponly >/dev/null'
	finds "an account that expired" expires 'chage -E 1 anna'
	finds "keys that others may write" keys-mode "chmod 0666 $keys_dir/anna"
	finds_only "keys that are gone" keys-missing "mv $keys_dir/anna /root" \
		"mv /root/anna $keys_dir"
	finds "keys of another owner" keys-owner "chown anna $keys_dir/anna"
	finds "a key directory that others may write" keys-dir "chmod 0777 $keys_dir"
}

test_sshd_faults() {
	cp -p "$dropin" /root/dropin
	finds_only "a drop-in without chroot" sshd-chroot \
		"sed -i /ChrootDirectory/d $dropin" "cp -p /root/dropin $dropin"
	finds_only "a drop-in that forwards" sshd-forwarding \
		"sed -i 's/DisableForwarding yes/DisableForwarding no/
			s/AllowTcpForwarding no/AllowTcpForwarding yes/' $dropin" \
		"cp -p /root/dropin $dropin"
	finds_only "a drop-in that is gone" dropin-missing "rm $dropin" "cp -p /root/dropin $dropin"
	exits "doctor has no fault" 0 rehome doctor
	sed -i 's/^Match/# edited\n&/' "$dropin"
	exits "doctor finds an edited drop-in" 9 rehome doctor
	said "and names it" "$dropin"
	cp -p /root/dropin "$dropin"
}

# The file is right again, but the daemon has never read it.
test_running_sshd() {
	rm "$dropin"
	kill -HUP "$(cat /run/sshd.pid)"
	wait_until 10 sshd_listens
	sleep 0.3
	cp -p /root/dropin "$dropin"
	exits "what the files say is not enough" 0 rehome verify anna
	exits "a real login shows what sshd does" 9 rehome verify --login anna
	kill -HUP "$(cat /run/sshd.pid)"
	sleep 0.3
	wait_until 10 sshd_listens
}

test_real_login() {
	quick_fingerprint /tmp/fp.before
	exits "both log in for real" 0 rehome verify --login anna matteo
	is "and it is said of both" \
		"$(grep -c 'logged in, wrote, could not leave the jail' "$tap_output")" 2
	quick_fingerprint /tmp/fp.after
	same "and nothing of that is left" /tmp/fp.before /tmp/fp.after
	exits "--login wants names" 64 rehome verify --login
	chmod g+w /home/anna
	exits "a login that sshd refuses is a fault" 9 rehome verify --login anna
	chmod g-w /home/anna
	quick_fingerprint /tmp/fp.after
	same "after which nothing is left either" /tmp/fp.before /tmp/fp.after
	stop_sshd
	exits "so is a server that does not answer" 9 rehome verify --login anna
	start_sshd
	exits "who is not jailed is no user of ours" 9 rehome verify root
}

test_doctor() {
	exits "doctor finds no fault in this machine" 0 rehome doctor
	sshd=$(command -v sshd)
	mount --bind /dev/null "$sshd"
	exits "doctor has a word about a machine without sshd" 0 rehome doctor --json
	said "by code" '"sshd-missing"'
	umount "$sshd"
	mkdir -m 0700 /home/.rehome-stage-99
	exits "doctor has a word about leftovers" 0 rehome doctor
	said "by name" .rehome-stage-99
	rmdir /home/.rehome-stage-99
	chmod 0755 "$state"
	exits "a state directory that others may enter is refused" 77 rehome doctor
	said "by name" "$state"
	chmod 0700 "$state"
	sed -i '/^anna:/d' /etc/shadow
	exits "doctor finds an account without shadow line" 9 rehome doctor
	said "and who it is" anna
}

write_people
start_sshd
make_people
exits "all is well to begin with" 0 rehome verify
test_home_faults
test_account_faults
test_sshd_faults
test_running_sshd
test_real_login
test_doctor
stop_sshd
finish
