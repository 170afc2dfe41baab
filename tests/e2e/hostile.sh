#!/bin/sh
# hostile.sh - what people can do in a jail against the day on which it becomes a home again: names
# that no quarantine has room for, and programmes in place of those that had more rights than they.
# And what administrators do with the account.
. "$(dirname "$0")/../sandbox/lib.sh"

rehome() {
	"$REHOME" --color never "$@"
}

sheet=/root/people.csv
newline=$(printf 'a\nb')
long=$(head -c 255 /dev/zero | tr '\0' q)

# killed CALL N ARG...: the program, until it is about to make the n-th such call.
killed() {
	killed_call=$1 killed_when=$2 killed_status=0
	shift 2
	ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 strace -f -qq -o /dev/null \
		-e "trace=$killed_call" -e "inject=$killed_call:signal=KILL:when=$killed_when" \
		"$REHOME" "$@" >/tmp/killed.out 2>&1 || killed_status=$?
}

# as LOGIN SCRIPT: with all rights that the user has, more than SFTP gives.
as() {
	setpriv --reuid "$(id -u "$1")" --regid "$(id -g "$1")" --clear-groups sh -c "$2"
}

add_person() {
	useradd -M -N -g users -s /bin/sh "$1"
	mkdir -p "/home/$1/docs"
	echo "$1" >"/home/$1/notes"
}

make_people() {
	for login in anna berta carl dora emil fritz gerd hans; do
		add_person "$login"
	done
	mkdir "/home/anna/$newline" "/home/berta/$long"
	for login in anna berta carl dora emil fritz gerd hans; do
		chown -R "$login:users" "/home/$login"
	done
	make_programmes
	printf '%s\n' username,full_name,folders,uid anna,Anna,in, berta,Berta,in, \
		carl,Carl,"in tools:ro",30001 \
		dora,Dora,in, emil,Emil,in, fritz,Fritz,in, >"$sheet"
}

# programme PATH OWNER MODE
programme() {
	echo original >"$1"
	chown "$2" "$1"
	chmod "$3" "$1"
}

make_programmes() {
	mkdir /home/carl/tools
	programme /home/carl/docs/capable carl:users 0755
	setcap cap_setuid+ep /home/carl/docs/capable
	programme /home/carl/docs/roots root:users 4775
	programme /home/carl/docs/shadows carl:shadow 2755
	programme /home/carl/docs/own carl:users 4755
	programme /home/carl/tools/sealed root:users 4755
	setcap cap_net_raw+ep /home/carl/tools/sealed
	for name in 1 2 3 4; do
		programme /home/carl/docs/twice$name carl:users 0644
		ln /home/carl/docs/twice$name /home/carl/tools/twice$name
	done
}

rights() {
	stat -c '%a %U:%G' "$1"
	getcap "$1"
}

test_names() {
	as anna "mkdir '/home/anna/files/$newline'; echo kept >'/home/anna/files/$newline/x'"
	as berta "mkdir '/home/berta/files/$long'; echo kept >'/home/berta/files/$long/x'"
	check "a newline in a name stops no rollback" rehome rollback -y 1 anna
	is "what has it is kept" "$(cat /home/.rehome-quarantine/1/anna.files.*/x)" kept
	is "and the folder of that name is back" "$(ls -d "/home/anna/$newline")" \
		"/home/anna/$newline"
	check "nor does one of 255 bytes" rehome rollback -y 1 berta
	is "what has it is kept, too" "$(cat /home/.rehome-quarantine/1/berta.files.*/x)" kept
	check "the journal is whole" rehome history
}

test_rights() {
	is "a file with a name in a read-only folder is root's under all of them" \
		"$(stat -c %U /home/carl/docs/twice? | uniq)" root
	check "the archive can be restored" rehome archive restore -y carl
	said "but not to whom has the old uid now" "'carl' has uid 30001 now"
	is "rights go with the uid" "$(rights /home/carl/docs/roots)" "775 root:carl"
	as carl 'cd /home/carl/docs
		for name in capable roots shadows; do echo mine >$name; done
		chmod 755 capable shadows'
	check "carl is rolled back" rehome rollback -y 1 carl
	is "the user's content is not root's program" "$(rights /home/carl/docs/roots)" \
		"775 root:users"
	is "nor has it capabilities" "$(rights /home/carl/docs/capable)" "755 carl:users"
	is "nor another group's rights" "$(rights /home/carl/docs/shadows)" "755 carl:shadow"
	said "which is said" "do not get back their set-ID bits or capabilities"
	is "one's own right is nothing more" "$(rights /home/carl/docs/own)" "4755 carl:users"
	is "what only root could change has all of it back" "$(rights /home/carl/tools/sealed)" \
		"4755 root:users
/home/carl/tools/sealed cap_net_raw=ep"
}

# What administrators do to accounts in the weeks between is theirs.
test_administrators() {
	usermod -e 1 dora
	killed fsync 2 rollback -y 1 dora
	is "an account that was disabled since is rolled back, and the program killed" \
		"$killed_status" 137
	check "then all of it" rehome recover -y
	is "and stays disabled" "$(getent shadow dora | cut -d : -f 8)" 1
	mount -t tmpfs none /home/emil/docs
	exits "a folder that something is mounted on cannot go back" 1 rehome rollback -y 1 emil
	said "with the way out" "Run: umount /home/emil/docs"
	umount /home/emil/docs
	usermod -l emilia emil
	exits "one that was renamed cannot" 1 rehome rollback -y 1 emil
	said "the new name is named" "is now that of 'emilia'"
	is "and it stays in its jail" "$(stat -c %U /home/emil)" root
	usermod -l emil emilia
	usermod -u 31000 emil
	as emil 'exec sleep 1000' &
	wait_until 10 pgrep -u 31000 sleep
	check "one that has another uid can" rehome rollback -y 1 emil
	refuse "and nobody is left in its jail" pgrep -u 31000
}

# As a crash in the middle of a rollback leaves it, and then somebody moves the jail.
test_home_on_its_way() {
	mkdir /home/fritz/files/empty
	index=$(sed -n "s/.* NOTE \([0-9]*\) [0-9]* $(stat -c %i /home/fritz)\$/\1/p" \
		/var/lib/rehome/runs/1/journal)
	mkdir -m 0700 /home/.rehome-homes-1
	mv /home/fritz/files "/home/.rehome-homes-1/$index"
	mv /home/fritz /home/elsewhere
	exits "a home whose jail was moved is rolled back as far as can be" 6 \
		rehome rollback -y 1 fritz
	is "to its place" "$(cat /home/fritz/notes)" fritz
	is "with its empty folders" "$(stat -c %F /home/fritz/empty)" directory
	is "as it was" "$(stat -c '%a %U:%G' /home/fritz)" "755 fritz:users"
	is "and what was moved is where it was moved" "$(ls /home/elsewhere)" "docs
in"
	refuse "nothing is left on its way" test -e /home/.rehome-homes-1
}

# After a crash in the middle somebody opens the account, to help its user.
test_opened_after_a_crash() {
	printf '%s\n' username,full_name,folders gerd,Gerd,in >"$sheet"
	killed renameat2 3 apply -y --adopt all "csv:$sheet"
	is "a run is killed" "$killed_status" 137
	is "with the account closed" "$(getent shadow gerd | cut -d : -f 8)" 1
	chage -E -1 gerd
	as gerd 'exec sleep 1000' &
	wait_until 10 pgrep -u gerd sleep
	check "it is undone" rehome recover -y
	refuse "while nobody works in the home" pgrep -u gerd
	is "which is as it was" "$(stat -c '%a %U:%G' /home/gerd)" "755 gerd:users"
	is "and open" "$(getent shadow gerd | cut -d : -f 8)" ""
}

# One whose home is in use fails alone, and has nothing left that could be undone.
test_left_out() {
	(cd /home/gerd/docs && exec sleep 1000) &
	worker=$!
	printf '%s\n' username,full_name,folders gerd,Gerd,in hans,Hans,in >"$sheet"
	exits "a home in use is left out" 5 rehome apply -y --adopt all "csv:$sheet"
	check "and is nothing to roll back" rehome rollback -y 3 gerd
	said "which is said" "Nothing to do."
	is "the other one stays in the jail" "$(stat -c %U /home/hans)" root
	kill "$worker"
}

start_sshd
make_people
check "six homes become jails" rehome apply -y --adopt all "csv:$sheet"
test_names
test_rights
test_administrators
test_home_on_its_way
test_opened_after_a_crash
test_left_out
finish
