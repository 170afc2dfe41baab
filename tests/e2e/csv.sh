#!/bin/sh
# csv.sh - spreadsheets as people really send them: good ones become accounts, bad ones change
# nothing and say where and why; waves, stale plans, and exit statuses.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"

samples=$sandbox_dir/../../samples
config=/etc/rehome/rehome.yaml

# sheet LINE...: a spreadsheet with these lines, for root alone.
sheet() {
	(
		umask 077
		printf '%s\n' "$@" >/root/sheet.csv
	)
}

# ---- good ones ----

test_samples() {
	quick_fingerprint /tmp/fp.before
	check "the sheet of a German Excel is applied as it is" \
		rehome apply -y "csv:$samples/partners/partners.csv"
	is "with the names of its people" \
		"$(grep -c '^jmueller:x:[0-9]*:[0-9]*:Jörg Müller:/home/jmueller:' /etc/passwd)" 1
	is "their folders" "$(cd /home/bstrauss && echo *)" "logs musics"
	is "and the end of their time" "$(shadow_field avogel 8)" \
		"$(($(date -d 2027-06-30T00:00Z +%s) / 86400))"
	exits "all four keep every rule" 0 rehome verify
	take_people_back
	check "so is the first example" rehome apply -y "csv:$samples/seed/u.csv"
	is "matteo logs in with the password in it" \
		"$(login_by_password matteo Kupfer-Anker-72-Linde)" jailed
	take_people_back
	quick_fingerprint /tmp/fp.after
	same "and nothing of either is left" /tmp/fp.before /tmp/fp.after
}

test_stdin() {
	sheet username,folders "rosa,pics"
	exits "a sheet can come through a pipe" 2 \
		sh -c '"$0" plan csv:- --detailed-exitcode </root/sheet.csv' "$REHOME"
	said "with its people" rosa
}

# ---- changed ones ----

test_changes() {
	new_key /root/first.key
	new_key /root/second.key
	sheet username,full_name,ssh_keys,folders \
		"rosa,Rosa Verdi,$(cat /root/first.key.pub),pics"
	rehome apply -y csv:/root/sheet.csv >/tmp/out 2>&1 || bail "$(cat /tmp/out)"
	quick_fingerprint /tmp/fp.first
	sheet username,full_name,ssh_keys,folders,groups,expires \
		"rosa,Rosa Bianchi,$(cat /root/second.key.pub),pics films logs:ro,press,2030-01-31"
	exits "what the sheet changed is planned" 2 \
		rehome plan csv:/root/sheet.csv --detailed-exitcode
	check "and done" rehome apply -y csv:/root/sheet.csv
	is "the name" "$(getent passwd rosa | cut -d : -f 5)" "Rosa Bianchi"
	is "the groups" "$(id -nG rosa)" "rosa sftponly press"
	is "the end" "$(shadow_field rosa 8)" "$(($(date -d 2030-01-31T00:00Z +%s) / 86400))"
	is "the folders" "$(cd /home/rosa && stat -c '%U %n' -- *)" \
		"$(printf 'rosa films\nroot logs\nrosa pics')"
	is "the key: the new one opens" "$(login_by_key rosa /root/second.key)" jailed
	is "and the old one does not" "$(login_by_key rosa /root/first.key)" refused
	exits "and is as it must be" 0 rehome verify
	check "all of that is taken back" rehome rollback -y "$(newest_run)"
	quick_fingerprint /tmp/fp.back
	same "to what the first sheet made" /tmp/fp.first /tmp/fp.back
	is "with the old key" "$(login_by_key rosa /root/first.key)" jailed
	take_everybody_back
}

# ---- bad ones ----

# refused NAME PLACE WHY: the sheet is refused with exit 65 for that reason, by plan and by apply.
refused() {
	quick_fingerprint /tmp/fp.bad
	exits "$1: exit 65" 65 rehome apply -y csv:/root/sheet.csv
	said "$1: where" "sheet.csv:$2"
	said "$1: why" "$3"
	said "$1: what to do" "hint:"
	quick_fingerprint /tmp/fp.refused
	same "$1: nothing is changed" /tmp/fp.bad /tmp/fp.refused
}

test_bad_sheets() {
	sheet username,folders rosa,pics 'ro:sa,pics'
	refused "a colon in a login" 3:1 "ro:sa"
	sheet username,folders rosa,pics 'luigi,"pics'
	refused "an open quote" 3 "quote"
	sheet username,folders rosa,pics,musics
	refused "too many cells" 2 "column"
	sheet username,username rosa,luigi
	refused "a column twice" 1 "username"
	sheet username,uid rosa,0
	refused "root's uid" 2:6 "uid"
	sheet username,folders 'rosa,../../etc'
	refused "a folder that leads outside" 2:6 ".."
	sheet username,ssh_keys 'rosa,-----BEGIN OPENSSH PRIVATE KEY-----'
	refused "a private key" 2:6 "private"
	sheet username,password_hash 'rosa,5f4dcc3b5aa765d61d8327deb882cf99'
	refused "a hash that this machine cannot check" 2:6 "hash"
	sheet username,expires 'rosa,31.2.2027'
	refused "a day that is none" 2:6 "31.2.2027"
	sheet username rosa luigi rosa
	refused "a login twice" 4 "rosa"
	printf 'username,full_name\nrosa,Ro\033[2Jsa\n' >/root/sheet.csv
	refused "an escape sequence in a name" 2:8 'control character'
	refuse "which does not reach the terminal" grep -q "$(printf '\033')" "$tap_output"
	: >/root/sheet.csv
	exits "an empty file is refused" 65 rehome plan csv:/root/sheet.csv
	exits "so is one that is not there" 65 rehome plan csv:/root/nowhere.csv
	said "by its name" /root/nowhere.csv
}

test_rejects() {
	sheet username,folders,note 'rosa,pics,fine' 'lu:igi,pics,=1+1' 'carla,musics,fine'
	rm -f /root/rejects.csv
	exits "rows that are refused are written down" 65 \
		rehome plan csv:/root/sheet.csv --rejects /root/rejects.csv
	is "for root alone" "$(stat -c '%a %U' /root/rejects.csv)" "600 root"
	is "with the same columns and the reason" \
		"$(python3 -c 'import csv
rows = list(csv.DictReader(open("/root/rejects.csv", encoding="utf-8-sig", newline="")))
print(list(rows[0]), len(rows), rows[0]["username"], rows[0]["note"], rows[0]["error"] != "")')" \
		"['username', 'folders', 'note', 'error'] 1 lu:igi '=1+1 True"
	rm /root/rejects.csv
	check "--skip-blocked makes the others" \
		rehome apply -y csv:/root/sheet.csv --skip-blocked
	is "both of them" "$(grep -c '^rosa:\|^carla:' /etc/passwd)" 2
	is "and nobody else" "$(newest_run users)" 2
	take_people_back
}

# ---- logins made from names ----

test_generated_logins() {
	mkdir -p /etc/rehome
	# shellcheck disable=SC2016
	printf '%s\n' 'version: 1' 'sources:' '  staff:' '    importer: csv' \
		'    file: /root/sheet.csv' '    map:' '      key: ${nr}' \
		'      username: ${first|left(1)}${last}' '      full_name: ${first} ${last}' \
		'    username_filter: ascii|lower' >"$config"
	sheet nr,first,last,folders 7,Jörg,Müller,pics 8,Jana,Müller,pics 9,Ada,Neri,pics
	check "logins are made from names" rehome apply -y staff
	is "the second of a name gets a number" "$(logins_of_staff)" \
		"aneri=Ada Neri jmuller2=Jana Müller jmuller=Jörg Müller "
	sheet nr,first,last,folders 9,Ada,Neri,pics 8,Jana,Müller,pics 7,Jörg,Müller,pics
	exits "the same people in another order change nothing" 0 \
		rehome plan staff --detailed-exitcode
	sheet nr,first,last,folders 6,Jutta,Müller,pics 9,Ada,Neri,pics 8,Jana,Müller,pics \
		7,Jörg,Müller,pics
	check "who comes new" rehome apply -y staff
	is "takes the next number" "$(logins_of_staff)" \
		"aneri=Ada Neri jmuller2=Jana Müller jmuller3=Jutta Müller jmuller=Jörg Müller "
	ids_of_staff >/tmp/ids.before
	take_people_back
	take_everybody_back
	rehome apply -y staff >/tmp/out 2>&1 || bail "cannot apply: $(cat /tmp/out)"
	ids_of_staff >/tmp/ids.after
	same "who was taken back and comes again gets login and uid again" \
		/tmp/ids.before /tmp/ids.after
	take_people_back
	rm "$config"
}

take_everybody_back() {
	for run in $(rehome history --json | json "' '.join(r['run'] for r in d['runs']
		if r['status'] == 'applied')"); do
		rehome rollback -y "$run" >/tmp/out 2>&1 || bail "rollback fails: $(cat /tmp/out)"
	done
}

logins_of_staff() {
	awk -F : '$4 >= 20000 && $4 < 60000 { print $1 "=" $5 }' /etc/passwd | LC_ALL=C sort |
		tr '\n' ' '
}

ids_of_staff() {
	awk -F : '$4 >= 20000 && $4 < 60000 { print $1, $3, $5 }' /etc/passwd | sort
}

# ---- waves, and what changed in between ----

test_waves() {
	sheet username,password,folders "rosa,$matteo_password,pics" carla,,pics luigi,,pics
	rehome plan csv:/root/sheet.csv -o /root/all.json >/tmp/out 2>&1 || bail "$(cat /tmp/out)"
	check "the first wave is one user" rehome apply -y /root/all.json --canary 1
	is "and only one" "$(newest_run users)" 1
	check "the second is who was named" rehome apply -y /root/all.json --user luigi
	is "and only him" "$(grep -c '^luigi:' /etc/passwd) $(newest_run users)" "1 1"
	check "the same plan makes the rest" rehome apply -y /root/all.json
	is "all three are there" "$(grep -c '^rosa:\|^carla:\|^luigi:' /etc/passwd)" 3
	check "and once more does nothing" rehome apply -y /root/all.json
	is "three runs were needed" "$(rehome history --json |
		json "sum(r['status'] == 'applied' for r in d['runs'])")" 3
	take_everybody_back
	exits "a sheet can be applied in waves too" 0 rehome apply -y csv:/root/sheet.csv \
		--user 'r*'
	is "by a pattern" "$(newest_run users)" 1
	take_people_back
}

test_stale() {
	sheet username,folders rosa,pics carla,pics
	rehome plan csv:/root/sheet.csv -o /root/stale.json >/tmp/out 2>&1 || bail "$(cat /tmp/out)"
	useradd -M carla
	quick_fingerprint /tmp/fp.stale
	exits "somebody made one of them meanwhile: the plan is stale" 4 \
		rehome apply -y /root/stale.json
	said "it says who" carla
	quick_fingerprint /tmp/fp.refused
	same "nothing is changed" /tmp/fp.stale /tmp/fp.refused
	userdel carla
	mkdir /home/rosa
	exits "a home appeared meanwhile: stale" 4 rehome apply -y /root/stale.json
	said "it says where" /home/rosa
	rmdir /home/rosa
	sheet username,folders rosa,pics carla,musics
	exits "the sheet was edited meanwhile: stale" 4 rehome apply -y /root/stale.json
	sheet username,folders rosa,pics carla,pics
	check "all as it was: the plan holds" rehome apply -y /root/stale.json
	take_people_back
	sheet username,password rosa,"$matteo_password"
	rehome plan csv:/root/sheet.csv -o /root/secret.json >/tmp/out 2>&1 || bail "$(cat /tmp/out)"
	mv /root/secret.json.secrets /root/elsewhere
	exits "without its secrets a plan is of no use" 4 rehome apply -y /root/secret.json
	mv /root/elsewhere /root/secret.json.secrets
	chmod 0644 /root/secret.json
	exits "a plan that others may read or change is refused" 77 rehome apply -y /root/secret.json
}

# ---- exit statuses ----

test_exits() {
	sheet username,folders rosa,pics
	exits "an unknown option is a usage error" 64 rehome plan csv:/root/sheet.csv --cannary 1
	said "with a suggestion" "canary"
	exits "so is an unknown command" 64 rehome aply
	said "with one too" "apply"
	exits "so is an unknown importer" 64 rehome plan cvs:/root/sheet.csv
	exits "and nobody to answer" 64 rehome apply csv:/root/sheet.csv
	mkdir -p /etc/rehome
	printf 'version: 1\njial: {}\n' >"$config"
	exits "a bad configuration is another" 78 rehome plan csv:/root/sheet.csv
	said "with place" "rehome.yaml:2"
	said "and suggestion" "jail"
	rm "$config"
}

test_lock() {
	sheet username,folders rosa,pics
	python3 -c '
import fcntl, time
lock = open("'"$state"'/lock", "r+")
fcntl.lockf(lock, fcntl.LOCK_EX)
open("/tmp/locked", "w")
time.sleep(60)' &
	holder=$!
	wait_until 10 test -e /tmp/locked || bail "cannot lock"
	exits "one run at a time" 8 rehome apply -y csv:/root/sheet.csv
	check "but a plan can be made" rehome plan csv:/root/sheet.csv
	kill "$holder"
	wait "$holder" 2>/dev/null || :
	check "afterwards it goes on" rehome apply -y csv:/root/sheet.csv
	take_people_back
}

start_sshd
test_samples
test_stdin
test_changes
test_bad_sheets
test_rejects
test_generated_logins
test_waves
test_stale
test_exits
test_lock
stop_sshd
finish
