#!/bin/sh
# homes.sh - homes and accounts that cannot simply be adopted: what only a real machine can have
# (mounts, immutable files, ACLs, capabilities, sudo) is seen in the plan, and says a way out.
. "$(dirname "$0")/../sandbox/lib.sh"

rehome() {
	"$REHOME" --color never "$@"
}

sheet=/root/homes.csv

make_people() {
	echo username,folders >"$sheet"
	for login in mounted inside pinned stuck parent plain boss unit; do
		useradd -m -U -s /bin/bash "$login"
		echo "$login:$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')" | chpasswd
		echo "$login,logs:ro" >>"$sheet"
	done
	rm -rf /home/parent
	mkdir -p /srv/team/parent
	setfacl -m u:daemon:rwx /srv/team
	chown parent:parent /srv/team/parent
	usermod -d /srv/team/parent parent
}

plan_of() {
	rehome -v plan --adopt all --user "$1" "csv:$sheet"
}

test_mounts() {
	mount -t tmpfs none /home/mounted
	chown mounted:mounted /home/mounted
	exits "a home that is a mount point is not adopted" 3 plan_of mounted
	said "which is said" "/home/mounted is a mount point"
	umount /home/mounted
	check "without the mount it is" plan_of mounted

	mkdir -p /home/inside/media/disk
	mount -t tmpfs none /home/inside/media/disk
	exits "nor is one with a mount inside" 3 plan_of inside
	said "which is named" "mounted in /home/inside: 'media/disk'"
	said "with the way out" "umount /home/inside/media/disk"
	umount /home/inside/media/disk
	mount --bind /home/inside/media /home/inside/media
	exits "a bind mount of the same filesystem counts too" 3 plan_of inside
	umount /home/inside/media
	check "without it the home is adopted" plan_of inside
}

test_immutable() {
	mkdir /home/pinned/docs /home/pinned/docs/deep
	chown -R pinned:pinned /home/pinned/docs
	if ! chattr +i /home/pinned/docs; then
		skip "this filesystem has no immutable files"
		return
	fi
	exits "an immutable folder is not renamed" 3 plan_of pinned
	said "it is named" "immutable or append-only in /home/pinned: 'docs'"
	said "with the way out" "chattr -ia /home/pinned/docs"
	chattr -i /home/pinned/docs
	chattr +i /home/pinned/docs/deep
	check "deeper inside it moves along" plan_of pinned
	chattr -i /home/pinned/docs/deep
	chattr +i /home/stuck
	exits "nor is an immutable home" 3 plan_of stuck
	said "the home itself is named" "in /home/stuck: '.'"
	chattr -i /home/stuck
}

test_parent() {
	exits "an ACL above the home, which sshd would refuse, blocks" 3 plan_of parent
	said "with the way out" "setfacl -m mask::r-x /srv/team"
	setfacl -b /srv/team
	chmod 755 /srv/team
	check "without it the home is adopted" plan_of parent
}

test_contents() {
	mkdir /home/plain/logs /home/plain/docs
	cp /bin/true /home/plain/logs/ping
	setcap cap_net_raw+ep /home/plain/logs/ping
	cp /bin/true /home/plain/docs/suid
	echo x >/home/plain/logs/shared
	ln /home/plain/logs/shared /home/outside
	chown -R plain:plain /home/plain
	setcap cap_net_raw+ep /home/plain/logs/ping
	chmod 4755 /home/plain/docs/suid
	setfacl -m u:daemon:rwx /home/plain
	check "what is out of the ordinary is no obstacle" plan_of plain
	said "capabilities are counted" "1 file with capabilities"
	said "set-ID files too" "1 set-ID file"
	said "and ACLs" "1 ACL"
	said "a hard link from outside is a warning" "names outside the home keep their owner"
	check "it is adopted" rehome apply -y --adopt all --user plain "csv:$sheet"
	is "the ACL of the home is none of the jail's" \
		"$(getfacl -cp /home/plain | grep -c daemon || :)" 0
	exits "verify finds what could not be sealed" 9 rehome verify plain
	said "and nothing else" "advisory for 1 of its 2 entries: the user can change 'shared'"
	is "the inode outside stays the user's" "$(stat -c %U /home/outside)" plain
	check "it is taken back" rehome rollback -y 1
	is "with its capabilities" "$(getcap /home/plain/logs/ping)" \
		"/home/plain/logs/ping cap_net_raw=ep"
	said_acl=$(getfacl -cp /home/plain | grep -c daemon)
	is "and its ACL" "$said_acl" 1
}

test_protected() {
	groupadd -f sudo
	usermod -aG sudo boss
	exits "an administrator is not adopted with all" 3 plan_of boss
	said "for a reason" "a member of 'sudo'"
	exits "naming alone is not enough" 3 rehome plan --adopt boss --user boss "csv:$sheet"
	check "naming twice is" rehome plan --adopt boss --adopt-protected boss --user boss \
		"csv:$sheet"
	mkdir -p /etc/systemd/system
	printf '[Service]\nUser=unit\nExecStart=/bin/true\n' >/etc/systemd/system/worker.service
	exits "who runs a service is protected" 3 plan_of unit
	said "by its unit" "the user of worker.service"
	rm /etc/systemd/system/worker.service
	exits "and so is who sits at the keyboard" 3 env SUDO_USER=unit "$REHOME" --color never \
		plan --adopt all --user unit "csv:$sheet"
	said "who is told so" "the account that runs this command"
	check "everybody else is adopted" plan_of unit
}

make_people
start_sshd
test_mounts
test_immutable
test_parent
test_contents
test_protected
stop_sshd
finish
