#!/bin/sh
# profiles.sh - what sshd does for some of the jailed only: a start directory, a umask, read-only,
# logins from certain addresses. Seen by real clients from several addresses; and all of it can be
# taken back.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"

config=/root/rehome.yaml
sheet=/root/p.csv
secret='Kupfer-Anker-72-Linde'
inside=10.7.0.1 excluded=10.1.0.1 outside=192.168.5.5

# ---- the people ----

# write_config LINE...: the profile of the layout guarded.
write_config() {
	(
		umask 077
		cat >"$config" <<-YAML
			version: 1
			layouts:
			  plain:
			    dirs: [ { path: pics } ]
			  reader:
			    dirs: [ { path: pics } ]
			    profile: { read_only: yes, umask: "027" }
			  shared:
			    dirs: [ { path: pics }, { path: www } ]
			    profile: { start: /www, umask: "002" }
			  own:
			    dirs: [ { path: otis } ]
			    profile: { start: "%u" }
			  guarded:
			    dirs: [ { path: pics } ]
			    profile: { $1 }
		YAML
	)
}

write_sheet() {
	new_key /root/pia.key
	(
		umask 077
		cat >"$sheet" <<-CSV
			username,password,ssh_keys,layout
			rolf,$secret,,reader
			susi,$secret,,shared
			otis,$secret,,own
			gero,$secret,$(cat "$anna_key.pub"),guarded
			pia,$secret,$(cat /root/pia.key.pub),plain
		CSV
	)
}

rehome() {
	"$REHOME" -c "$config" "$@"
}

# at_password ADDRESS USER BATCH, at_key ADDRESS USER KEY: sftp from that address of the machine.
at_password() {
	with_password sftp "$2" "$secret" -b "$3" -o BindAddress="$1" 127.0.0.1
}

at_key() {
	with_key sftp "$2" "$3" -b "$(root_listing)" -o BindAddress="$1" 127.0.0.1
}

# ends ADDRESS USER [KEY]: how a login from there ends.
ends() {
	if [ $# = 3 ]; then
		judge_login "$(at_key "$@" 2>&1 || echo refused)"
	else
		judge_login "$(at_password "$1" "$2" "$(root_listing)" 2>&1 || echo refused)"
	fi
}

# ---- cases ----

test_plan() {
	write_config 'from: [ 10.0.0.0/8, "!10.1.0.0/16" ]'
	exits "the plan" 2 rehome plan "csv:$sheet" --detailed-exitcode
	said "says what sshd will do" "read-only, umask 027"
	said "where sessions begin" "umask 002, starts in /www"
	said "and from where logins are taken" "from 10.0.0.0/8 not 10.1.0.0/16"
	said "with readable groups" "sftponly-ro-u027 (new)"
}

test_apply() {
	quick_fingerprint /tmp/fp.before
	check "it is applied" rehome apply -y "csv:$sheet"
	check "every account is as promised" rehome verify
	check "and so is the host" rehome doctor
	is "a profile is a group" "$(id -nG rolf)" "rolf sftponly sftponly-ro-u027"
	is "who has none is in the jail's only" "$(id -nG pia)" "pia sftponly"
	exits "a second plan has nothing to do" 0 rehome plan "csv:$sheet" --detailed-exitcode
}

test_read_only() {
	echo hello >/tmp/up
	echo there >/home/rolf/pics/there
	chown rolf:rolf /home/rolf/pics/there
	at_password "$inside" rolf "$(batch 'get /pics/there /tmp/there' '-put /tmp/up /pics/up' \
		'-mkdir /pics/d' '-rm /pics/there' '-chmod 777 /pics/there' '-rename /pics/there /pics/x')" \
		>/tmp/out 2>&1 || :
	check "who may only read reads" test -s /tmp/there
	is "and changes nothing in a folder of their own" "$(cd /home/rolf/pics && stat -c '%n %a' -- *)" \
		"there 644"
	is "with all five attempts refused" "$(grep -c 'Permission denied' /tmp/out)" 5
	rm /home/rolf/pics/there
}

test_umask_and_start() {
	echo hello >/tmp/up
	chmod 666 /tmp/up
	at_password "$inside" susi "$(batch pwd 'put /tmp/up up' 'mkdir dir')" >/tmp/out 2>&1 || :
	check "a session begins where the profile says" grep -qx 'Remote working directory: /www' /tmp/out
	is "files get modes by its umask" "$(stat -c %a /home/susi/www/up)" 664
	is "and so do folders" "$(stat -c %a /home/susi/www/dir)" 775
	at_password "$inside" pia "$(batch pwd 'put /tmp/up pics/up')" >/tmp/out 2>&1 || :
	check "others begin in the root" grep -qx 'Remote working directory: /' /tmp/out
	is "with the machine's umask" "$(stat -c %a /home/pia/pics/up)" 644
	at_password "$inside" otis "$(batch pwd)" >/tmp/out 2>&1 || :
	check "or in the directory of its name" grep -qx 'Remote working directory: /otis' /tmp/out
	rm -r /home/susi/www/* /home/pia/pics/up
}

test_from() {
	is "the right address: password" "$(ends "$inside" gero)" jailed
	is "the right address: key" "$(ends "$inside" gero "$anna_key")" jailed
	is "an excluded address: password" "$(ends "$excluded" gero)" refused
	is "an excluded address: key" "$(ends "$excluded" gero "$anna_key")" refused
	is "another address: password" "$(ends "$outside" gero)" refused
	is "another address: key" "$(ends "$outside" gero "$anna_key")" refused
	is "this machine's own: password" "$(ends 127.0.0.1 gero)" refused
	is "IPv6: password" "$(ends ::1 gero)" refused
	is "who has no such profile comes from everywhere" "$(ends "$outside" pia)" jailed
	check "the key file says it too" \
		grep -q '^from="10.0.0.0/8,!10.1.0.0/16" ssh-ed25519 ' "$keys_dir/gero"
	# A key that somebody put into the home, where sshd looks as well.
	mkdir /home/gero/.ssh
	cp /root/pia.key.pub /home/gero/.ssh/authorized_keys
	is "a key in the home is refused from elsewhere" "$(ends "$outside" gero /root/pia.key)" refused
	is "though it is one" "$(ends "$inside" gero /root/pia.key)" jailed
	rm -r /home/gero/.ssh
	refuse "a shell is refused as everywhere" \
		with_password ssh gero "$secret" -o BindAddress="$inside" 127.0.0.1 true
}

test_drift() {
	gpasswd -d rolf sftponly-ro-u027 >/dev/null 2>&1
	exits "an account that lost its profile is found" 9 rehome verify rolf
	said "by what sshd does with it" "expected internal-sftp -R -u 027"
	check "and mended by the next run" rehome apply -y "csv:$sheet"
	is "as it was" "$(id -nG rolf)" "rolf sftponly sftponly-ro-u027"
	check "verified" rehome verify
	rehome rollback -y "$(newest_run)" >/tmp/out 2>&1 || bail "$(cat /tmp/out)"
	gpasswd -a rolf sftponly-ro-u027 >/dev/null 2>&1
	sed -i 's/internal-sftp -R/internal-sftp/' "$dropin"
	exits "so is a drop-in that was edited" 9 rehome verify rolf
	exits "by the look at the host too" 9 rehome doctor
	said "as edited" "not as rehome writes it"
	check "the next run writes it again" rehome apply -y "csv:$sheet"
	check "and all is well" rehome verify
}

test_change() {
	quick_fingerprint /tmp/fp.first
	old_group=$(id -nG gero | tr ' ' '\n' | grep sftponly-)
	write_config 'from: [ 192.168.0.0/16 ], read_only: yes'
	exits "another profile is a change" 2 rehome plan "csv:$sheet" --detailed-exitcode
	said "with before and after" \
		"from 10.0.0.0/8 not 10.1.0.0/16 -> read-only, from 192.168.0.0/16"
	check "it is applied" rehome apply -y "csv:$sheet"
	is "it counts: the new address" "$(ends "$outside" gero)" jailed
	is "with the key" "$(ends "$outside" gero "$anna_key")" jailed
	is "the old one no more" "$(ends "$inside" gero)" refused
	is "nor with the key" "$(ends "$inside" gero "$anna_key")" refused
	refuse "the old group is left" sh -c 'id -nG gero | grep -w -- "$0"' "$old_group"
	check "as promised" rehome verify
	check "taken back" rehome rollback -y "$(newest_run)"
	quick_fingerprint /tmp/fp.second
	same "to what it was" /tmp/fp.first /tmp/fp.second
	is "the first address again" "$(ends "$inside" gero)" jailed
	is "and only that" "$(ends "$outside" gero)" refused
	write_config 'from: [ 10.0.0.0/8, "!10.1.0.0/16" ]'
}

# A later run uses a profile of the first one and adds another.
test_later_runs() {
	(
		umask 077
		printf '%s\n' username,password,layout "otto,$secret,reader" "nora,$secret,late" \
			>/root/later.csv
		printf '%s\n' '  late:' '    dirs: [ { path: pics } ]' \
			'    profile: { umask: "077" }' >>"$config"
	)
	first=$(newest_run)
	check "a later run" rehome apply -y csv:/root/later.csv
	is "uses the group that is there" "$(id -nG otto)" "otto sftponly sftponly-ro-u027"
	refuse "the first is not taken back with another's profile" \
		rehome rollback -y "$first" otto
	for user in rolf susi otis gero pia; do
		rehome rollback -y 1 "$user" >/tmp/out 2>&1 || bail "$user: $(cat /tmp/out)"
	done
	at_password "$outside" otto "$(batch '-put /tmp/up /pics/up')" >/tmp/out 2>&1 || :
	check "who came later is still read-only" grep -q 'Permission denied' /tmp/out
	check "and as promised" rehome verify
	check "the later run is taken back" rehome rollback -y "$(newest_run)"
}

# A run that made accounts, one that gave them other profiles, and one that tidied up, at once.
test_with_later() {
	check "the people come again" rehome apply -y "csv:$sheet"
	made=$(newest_run)
	write_config 'umask: "077"'
	check "and change" rehome apply -y "csv:$sheet"
	(
		umask 077
		sed -e 's/^username,/username,full_name,/' -e 's/^\([a-z]*\),/\1,X,/' \
			-e 's/X,password/full_name,password/' "$sheet" >/root/named.csv
		sed -i '1s/.*/username,full_name,password,ssh_keys,layout/' /root/named.csv
	)
	exits "the next run takes away what nobody needs" 0 rehome apply -y csv:/root/named.csv
	said "which is a group" "which nobody is in, goes"
	is "and its rules" "$(grep -c Address "$dropin" || :)" 0
	check "all of that is taken back at once" rehome rollback -y --with-later "$made"
}

test_foreign_group() {
	groupadd --system sftponly-ro-u027
	check "a foreign group of the name" rehome apply -y csv:/root/later.csv
	refuse "is not used" sh -c 'id -nG otto | grep -w sftponly-ro-u027$'
	at_password "$outside" otto "$(batch '-put /tmp/up /pics/up')" >/tmp/out 2>&1 || :
	check "the profile has another" grep -q 'Permission denied' /tmp/out
	check "taken back" rehome rollback -y "$(newest_run)"
	check "it is still there" getent group sftponly-ro-u027
	groupdel sftponly-ro-u027
}

# Closed and opened again, an account comes back with its profile; removed, it leaves the group.
test_leave() {
	check "gero is disabled" rehome disable -y gero
	is "and shut out" "$(ends "$inside" gero)" refused
	check "enabled again" rehome enable -y gero
	is "he comes from where he may" "$(ends "$inside" gero "$anna_key")" jailed
	is "and from nowhere else" "$(ends "$outside" gero "$anna_key")" refused
	check "rolf is retired" rehome retire -y rolf
	check "and removed" rehome remove -y --now rolf
	is "he leaves the group" "$(getent group sftponly-ro-u027 | cut -d : -f 4)" ""
	check "which is no fault" rehome verify
	take_back_to "$1"
	is "taken back he has his profile" "$(id -nG rolf)" "rolf sftponly sftponly-ro-u027"
	at_password "$inside" rolf "$(batch '-mkdir /pics/d')" >/tmp/out 2>&1 || :
	check "which counts" grep -q 'Permission denied' /tmp/out
	check "new keys" rehome credentials -y gero --key /root/pia.key.pub
	check "are for his addresses too" \
		grep -q '^from="10.0.0.0/8,!10.1.0.0/16" ssh-ed25519 ' "$keys_dir/gero"
	take_back_to "$1"
}

# take_back_to RUN: undoes all runs behind it.
take_back_to() {
	while run=$(newest_standing_run) && [ "$run" != "$1" ]; do
		rehome rollback -y "$run" >/tmp/out 2>&1 || bail "$(cat /tmp/out)"
	done
}

# The newest run that was not rolled back.
newest_standing_run() {
	rehome history --json | json "[r['run'] for r in d['runs'] if r['status'] == 'applied'][-1]"
}

# The profile of an adopted account is there before it is opened.
test_adopt() {
	useradd -m -s /bin/bash lutz
	echo "lutz:$secret" | chpasswd
	install -d -o lutz -g lutz -m 700 /home/lutz/.ssh /home/lutz/docs
	install -o lutz -g lutz -m 600 /root/pia.key.pub /home/lutz/.ssh/authorized_keys
	(
		umask 077
		printf '%s\n' username,layout lutz,guarded >/root/lutz.csv
	)
	quick_fingerprint /tmp/fp.lutz
	check "an account is adopted into a profile" \
		rehome apply -y --adopt lutz csv:/root/lutz.csv
	check "as promised" rehome verify lutz
	check "its keys are carried, for its addresses" \
		grep -q '^from="10.0.0.0/8,!10.1.0.0/16" ssh-ed25519 ' "$keys_dir/lutz"
	at_password "$inside" lutz "$(batch 'ls /docs')" >/tmp/out 2>&1 || :
	refuse "it comes from where it may" grep -q 'Permission denied' /tmp/out
	at_password "$outside" lutz "$(batch 'ls /docs')" >/tmp/out 2>&1 || :
	check "and from nowhere else" grep -q 'Permission denied' /tmp/out
	check "taken back" rehome rollback -y "$(newest_standing_run)"
	quick_fingerprint /tmp/fp.again
	same "to what it was" /tmp/fp.lutz /tmp/fp.again
	userdel -r lutz 2>/dev/null
}

for address in "$inside" "$excluded" "$outside"; do
	ip address add "$address/32" dev lo || bail "no address $address"
done
write_people
write_sheet
# The members are in the jail's group too, and may be let in by it alone.
start_sshd 'AllowGroups sftponly'
test_plan
test_apply
test_read_only
test_umask_and_start
test_from
test_leave 1
test_adopt
test_change
test_drift
test_later_runs
test_foreign_group
test_with_later
quick_fingerprint /tmp/fp.after
same "the machine is what it was" /tmp/fp.before /tmp/fp.after
finish
