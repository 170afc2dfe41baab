#!/bin/sh
# escape.sh - nobody gets out of the jail by a side door, and nobody in it keeps root from its work:
# accounts that changed hands, plans made elsewhere, rules that sshd has not read, links in the way.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"

# ---- an account that somebody took over ----

test_a_kept_account_stays_jailed() {
	make_people
	usermod -u 30000 matteo
	exits "a rollback keeps an account that has another uid" 6 \
		rehome rollback -y "$(newest_run)"
	check "it is there" account_is_there matteo
	check "and in the group, which is its jail" sh -c 'id -nG matteo | grep -qw sftponly'
	check "so the rules stay as well" test -e "$dropin"
	is "it gets nowhere" "$(login_by_password matteo "$matteo_password")" refused
	userdel matteo
	rm -f "$dropin"
	groupdel sftponly 2>/dev/null || :
	rm -rf /home/.rehome-quarantine
}

# ---- rules that sshd has not read ----

test_rules_that_were_never_read() {
	make_people
	cp "$dropin" /tmp/dropin
	take_people_back
	cp /tmp/dropin "$dropin"
	make_people
	is "rules that were there already are read before anybody comes" \
		"$(login_by_password matteo "$matteo_password")" jailed
	take_people_back
	rm -f "$dropin"
	stop_sshd
	start_sshd
}

test_a_plan_for_another_root() {
	write_people
	mkdir -p /srv/image/etc/ssh /srv/image/home
	cp /etc/passwd /etc/group /etc/shadow /etc/gshadow /etc/login.defs /srv/image/etc/
	check "a plan is made for an image" \
		rehome plan --root /srv/image "csv:$people" -o /root/image.json
	exits "and refused by the machine itself" 4 rehome apply -y /root/image.json
	said "because of the root" 'was made for the machine below /srv/image, not /'
	refuse "nobody is there" account_is_there matteo
	check "the image takes it" rehome apply --root /srv/image -y /root/image.json
	rm -rf /srv/image /root/image.json /root/image.json.secrets
}

# ---- what is in the way of an undo ----

# folders_for_matteo FOLDERS: by a run of its own, whose number is in $run.
folders_for_matteo() {
	printf 'username,folders\nmatteo,%s\n' "$1" >/root/folders.csv
	rehome apply -y csv:/root/folders.csv >/tmp/apply.out 2>&1 ||
		bail "apply fails: $(cat /tmp/apply.out)"
	run=$(newest_run)
}

test_a_link_on_the_way() {
	folders_for_matteo 'pics pics/a'
	first=$run
	folders_for_matteo 'pics pics/a pics/a/b'
	mv /home/matteo/pics/a /home/matteo/pics/mine
	ln -s /etc /home/matteo/pics/a
	exits "a link that the user made does not stop a rollback" 6 rehome rollback -y "$run"
	said "it is reported" '/home/matteo/pics/a/b cannot be reached'
	exits "what was before can be rolled back too" 0 rehome rollback -y "$first"
	check "what the user made is kept" \
		test -d "/home/.rehome-quarantine/$first/matteo/pics/mine/b"
	rm -rf /home/.rehome-quarantine
}

test_an_older_quarantine() {
	make_people
	echo one >/home/matteo/pics/file
	run=$(newest_run)
	mkdir -m 0700 /home/.rehome-quarantine "/home/.rehome-quarantine/$run"
	mkdir "/home/.rehome-quarantine/$run/matteo"
	exits "what an older run of this number kept is not in the way" 0 \
		rehome rollback -y "$run"
	check "both are kept" test -e "/home/.rehome-quarantine/$run/matteo.2/pics/file"
	rm -rf /home/.rehome-quarantine
}

test_a_note_beside_the_sheets() {
	printf 'version: 1\npolicy: { passwords: { new: generated } }\n' >/root/generate.yaml
	printf 'username\nmatteo\n' >/root/generate.csv
	check "matteo gets a password" rehome apply -c /root/generate.yaml -y csv:/root/generate.csv
	run=$(newest_run)
	echo 'told by phone' >"/root/rehome-handout/run-$run/notes.txt"
	exits "the run is rolled back" 0 rehome rollback -y "$run"
	refuse "the sheet goes" test -e "/root/rehome-handout/run-$run/matteo.txt"
	check "what somebody wrote beside it stays" \
		test -e "/root/rehome-handout/run-$run/notes.txt"
	rm -rf /root/rehome-handout
}

start_sshd
test_a_kept_account_stays_jailed
test_rules_that_were_never_read
test_a_plan_for_another_root
test_a_link_on_the_way
test_an_older_quarantine
test_a_note_beside_the_sheets
stop_sshd
finish
