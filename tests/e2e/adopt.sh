#!/bin/sh
# adopt.sh - three homes that people live in become jails behind the real sshd, are worked in, and
# become homes again: one a week later, the others after that. Nothing is lost on the way.
. "$(dirname "$0")/../sandbox/lib.sh"

rehome() {
	"$REHOME" --color never "$@"
}

people_password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
keys=/root/keys
sheet=/root/people.csv

# ---- people who were there before ----

# add_person LOGIN GROUP SHELL NAME
add_person() {
	useradd -M -N -g "$2" -s "$3" -c "$4" "$1"
	mkdir -m 0755 "/home/$1"
	echo "$1:$people_password" | chpasswd
	new_key "$keys/$1"
	mkdir -m 0700 "/home/$1/.ssh"
	cp "$keys/$1.pub" "/home/$1/.ssh/authorized_keys"
}

furnish() {
	home=/home/$1
	mkdir "$home/docs" "$home/docs/2024" "$home/pics" "$home/logs" "$home/.config"
	mkdir -m 0700 "$home/secret"
	echo "notes of $1" >"$home/notes.txt"
	echo letter >"$home/docs/letter.txt"
	echo old >"$home/docs/2024/old.txt"
	echo line >"$home/logs/access.log"
	chmod 0664 "$home/logs/access.log"
	echo setting >"$home/.config/app"
	echo "no folder" >"$home/incoming"
	printf 'name \377\001 of bytes' >"$home/docs/$(printf 'odd \377 name')"
	ln "$home/notes.txt" "$home/docs/notes-again.txt"
	ln -s docs/letter.txt "$home/newest"
	ln -s "/home/$1/docs/letter.txt" "$home/absolute"
	ln -s /etc/hostname "$home/outside"
	mkfifo "$home/pipe"
	chown -hR "$1:$(id -gn "$1")" "$home"
	setfacl -m u:daemon:rwx -m d:u:daemon:rx "$home/docs"
	setfattr -n user.comment -v "from $1" "$home/docs/letter.txt"
}

make_people() {
	mkdir -p "$keys" /etc/rehome
	printf 'version: 1\npolicy: { adoption: { links: rewrite } }\n' >/etc/rehome/rehome.yaml
	groupadd adam
	add_person adam adam /bin/bash "Adam Riese"
	add_person berta users /bin/sh "Berta Bunt"
	groupadd carl
	add_person carl carl /usr/sbin/nologin "Carl Cool"
	for login in adam berta carl; do
		furnish "$login"
	done
	printf '%s\n' username,full_name,folders 'adam,Adam Riese,pics incoming logs:ro' \
		'berta,Berta Bunt,pics incoming logs:ro' 'carl,Carl Cool,incoming' >"$sheet"
}

# contents: what people have, whatever it is called by now: a line for each file.
contents() {
	find /home -type f -print0 | sort -z | xargs -0 sha256sum | cut -d ' ' -f 1 | sort
}

# lost FILE: lines of FILE that are not among the contents now.
lost() {
	contents >/tmp/contents.now
	LC_ALL=C comm -23 "$1" /tmp/contents.now
}

test_before() {
	check "before, adam has a shell with his key" shell_key adam "$keys/adam"
	refuse "carl has none" shell_key carl "$keys/carl"
}

# ---- the plan ----

test_plan() {
	exits "people who are there are not touched unasked" 3 rehome plan "csv:$sheet"
	said "with the way to ask" "--adopt adam"
	exits "a key behind nologin is a decision" 3 rehome plan --adopt all "csv:$sheet"
	said "which is named" "--adopt-keys carry"
	machine_fingerprint /tmp/fp.plan
	check "with it there is a plan" rehome plan --adopt all --adopt-keys carry "csv:$sheet"
	said "folders are counted" "keep     4 folders"
	said "loose files have a place" "-> files/"
	said "links into the home will lead there" "1 by its full path, rewritten"
	said "the shell goes" "/bin/bash -> nologin"
	machine_fingerprint /tmp/fp.planned
	same "planning changes nothing" /tmp/fp.plan /tmp/fp.planned
}

# ---- the jail ----

test_apply() {
	account_bytes >/tmp/bytes.before
	machine_fingerprint /tmp/fp.before
	contents >/tmp/contents.before
	inode=$(stat -c %i /home/adam/docs/letter.txt)
	check "the homes are adopted" rehome apply -y --adopt all --adopt-keys carry "csv:$sheet"
	is "nothing is lost" "$(lost /tmp/contents.before)" ""
	is "nothing is copied" "$(stat -c %i /home/adam/docs/letter.txt)" "$inode"
	check "the jails are as they should be" rehome verify
	is "the home is root's" "$(stat -c '%A %U:%G' /home/berta)" "drwxr-xr-x root:root"
	is "a folder keeps its name and becomes the jail's" \
		"$(stat -c '%U:%G' /home/berta/docs)" berta:sftponly
	is "loose files are in a folder" "$(cat /home/adam/files/notes.txt)" "notes of adam"
	is "hidden ones too" "$(cat /home/adam/files/.config/app)" setting
	is "what is in a folder keeps its owner" "$(stat -c '%U:%G' /home/berta/docs/letter.txt)" \
		berta:users
	is "what is read-only is root's to the bottom" \
		"$(stat -c '%U' /home/adam/logs/access.log)" root
	is "names of bytes stay" "$(find /home/carl/docs -name "$(printf 'odd \377 name')" | wc -l)" 1
	is "xattrs stay" "$(getfattr -h --absolute-names --only-values \
		-n user.comment /home/berta/docs/letter.txt)" "from berta"
}

test_jail() {
	echo upload >/tmp/up
	check "adam works with his key" sftp_key adam "$keys/adam" "$(batch 'cd /incoming' \
		'put /tmp/up' 'cd /docs' 'put /tmp/up' 'get /files/notes.txt /tmp/notes')"
	check "a link by the full path leads to the same" sftp_key adam "$keys/adam" "$(batch \
		'get /files/absolute /tmp/absolute')"
	is "thing" "$(cat /tmp/absolute)" letter
	check "berta with her password" sftp_password berta "$people_password" "$(batch 'cd /docs' \
		'put /tmp/up new.txt' 'rename letter.txt renamed.txt' 'rm 2024/old.txt' 'cd /files' \
		'put /tmp/up berta-loose' 'mkdir docs')"
	check "carl with the key that was carried" sftp_key carl "$keys/carl" "$(batch \
		'put /tmp/up /incoming/carl')"
	is "an upload belongs to user and own group" "$(stat -c %U:%G /home/berta/docs/new.txt)" \
		berta:berta
	refuse "nobody has a shell" shell_key adam "$keys/adam"
	refuse "nor by password" shell_password berta "$people_password"
	sftp_key adam "$keys/adam" "$(batch '-put /tmp/up /logs/access.log' \
		'-chmod 666 /logs/access.log' '-put /tmp/up /logs/access.log' '-put /tmp/up /x' \
		'-rm /logs/access.log' '-get /files/outside /tmp/stolen')" >/dev/null 2>&1 || :
	is "what is read-only stays as it is" "$(cat /home/adam/logs/access.log)" line
	refuse "links lead nowhere" test -e /tmp/stolen
}

# ---- other people go on ----

test_life_goes_on() {
	usermod -c "Adam R. Riese" adam
	chage -E 2031-01-01 carl
	echo "berta:$people_password.new" | chpasswd
	useradd -M stranger
	check "the administrator's own password change counts" sftp_password berta \
		"$people_password.new" "$(batch 'ls /')"
}

# ---- back: one, then the rest ----

test_rollback_one() {
	contents >/tmp/contents.week
	check "a week later berta is rolled back" rehome rollback -y 1 berta
	is "nothing is lost" "$(lost /tmp/contents.week)" ""
	is "her home is hers" "$(stat -c '%a %U:%G' /home/berta)" "755 berta:users"
	is "with her shell" "$(getent passwd berta | cut -d : -f 6-)" /home/berta:/bin/sh
	is "her loose files are back" "$(cat /home/berta/notes.txt)" "notes of berta"
	is "what she put beside them is there" "$(cat /home/berta/berta-loose)" upload
	is "and what she put into a folder" "$(cat /home/berta/docs/new.txt)" upload
	is "what she renamed stays renamed" "$(cat /home/berta/docs/renamed.txt)" letter
	is "her link by the full path is as it was" \
		"$(stat -c '%N %U:%G' /home/berta/absolute)" \
		"'/home/berta/absolute' -> '/home/berta/docs/letter.txt' berta:users"
	is "her logs are hers again" "$(stat -c '%a %U:%G' /home/berta/logs/access.log)" \
		"664 berta:users"
	check "her new password stays" sh -c "grep -q '^berta:.y' /etc/shadow"
	check "she has a shell with it" shell_password berta "$people_password.new"
	check "adam is still jailed" sftp_key adam "$keys/adam" "$(batch 'ls /incoming')"
	refuse "without a shell" shell_key adam "$keys/adam"
	check "and all is well with the others" rehome verify
}

test_rollback_rest() {
	contents >/tmp/contents.rest
	check "then the rest" rehome rollback -y 1
	is "nothing is lost" "$(lost /tmp/contents.rest)" ""
	check "adam has his shell and his key" shell_key adam "$keys/adam"
	is "carl's expiry, set since, stays" "$(getent shadow carl | cut -d : -f 8)" 22280
	is "adam's name, set since, stays" "$(getent passwd adam | cut -d : -f 5)" "Adam R. Riese"
	check "the stranger is still there" id stranger
	is "what was put into new folders is kept" \
		"$(cat /home/.rehome-quarantine/1/adam/incoming/up)" upload
	refuse "nothing of ours is left in /home" sh -c 'ls -d /home/.rehome-[!q]*'
	refuse "nor a drop-in" test -e /etc/ssh/sshd_config.d/60-rehome.conf
	refuse "nor the group" getent group sftponly
	check "the account files are consistent" sh -c 'pwck -qr && grpck -qr'
}

# Adopted and taken back at once, everything is as it was, to the last bit.
test_identity() {
	rm -rf /home/.rehome-quarantine
	machine_fingerprint /tmp/fp.one
	check "adopted again" rehome apply -y --adopt all --adopt-keys carry "csv:$sheet"
	check "and taken back" rehome rollback -y 2
	machine_fingerprint /tmp/fp.two
	same "the machine is what it was" /tmp/fp.one /tmp/fp.two
}

# ---- homes that cannot become jails where they are ----

make_people_elsewhere() {
	mkdir /data
	mount -t tmpfs -o mode=1777 tmpfs /data
	for login in dora emil; do
		groupadd "$login"
		useradd -M -N -g "$login" -s /bin/bash -d "/data/$login" "$login"
		mkdir "/data/$login" "/data/$login/docs"
		echo "$login:$people_password" | chpasswd
		echo letter >"/data/$login/docs/letter"
		echo loose >"/data/$login/note"
		chown -R "$login:$login" "/data/$login"
	done
	printf '%s\n' username,folders,home "dora,in,/home/dora" >/root/dora.csv
	printf '%s\n' username,folders,home "emil,in,/home/emil" >/root/emil.csv
	echo upload >/tmp/up
}

test_bind() {
	cp /etc/fstab /tmp/fstab.before
	exits "a home elsewhere is a decision" 3 rehome plan --adopt dora csv:/root/dora.csv
	exits "where others can exchange it, it is not shown" 3 rehome plan --adopt dora \
		--adopt-elsewhere bind csv:/root/dora.csv
	said "and why" "put something else in place of /data/dora"
	chmod 0755 /data
	check "a home is shown in its jail" rehome apply -y --adopt dora --adopt-elsewhere bind \
		csv:/root/dora.csv
	check "dora works in it" sftp_password dora "$people_password" "$(batch 'cd /files' \
		'get note /tmp/note' 'put /tmp/up up' 'cd /in' 'put /tmp/up up')"
	is "where it always was" "$(cat /data/dora/up)" upload
	refuse "outside of it she cannot write" sftp_password dora "$people_password" \
		"$(batch 'put /tmp/up /up')"
	check "set-ID programs have no effect there" sh -c \
		'grep " /home/dora/files " /proc/self/mounts | grep -q nosuid'
	check "a line brings it back" grep -q '^/data/dora /home/dora/files none bind' /etc/fstab
	check "the jail is as it should be" rehome verify dora
	umount /home/dora/files
	exits "a home that is not mounted is noticed" 9 rehome verify dora
	said "with the remedy" "mount /home/dora/files"
	check "which helps" mount /home/dora/files
	check "and all is well" rehome verify dora
	check "it is taken back" rehome rollback -y 3
	refuse "nothing is mounted any more" grep -q /home/dora /proc/self/mounts
	same "fstab is as before" /tmp/fstab.before /etc/fstab
	is "the home has what was put into it" "$(cat /data/dora/up /data/dora/note)" "upload
loose"
	check "dora has her shell" shell_password dora "$people_password"
}

test_copy() {
	check "a home is copied into its jail" rehome apply -y --adopt emil --adopt-elsewhere copy \
		csv:/root/emil.csv
	check "emil works in it" sftp_password emil "$people_password" "$(batch 'cd /docs' \
		'get letter /tmp/letter' 'put /tmp/up up')"
	is "the old home is as it was" "$(find /data/emil -type f | wc -l)" 2
	is "and closed" "$(stat -c '%a %U' /data/emil)" "700 root"
	check "it is taken back" rehome rollback -y 4
	is "the old home is his" "$(stat -c '%a %U' /data/emil)" "755 emil"
	is "what was put into the copy is kept" "$(cat /home/.rehome-quarantine/4/emil/docs/up)" \
		upload
	check "emil has his shell" shell_password emil "$people_password"
}

start_sshd
make_people
test_before
test_plan
test_apply
test_jail
test_life_goes_on
test_rollback_one
test_rollback_rest
test_identity
make_people_elsewhere
test_bind
test_copy
finish
