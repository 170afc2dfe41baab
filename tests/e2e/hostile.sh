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
	for login in anna berta carl dora emil; do
		add_person "$login"
	done
	mkdir "/home/anna/$newline" "/home/berta/$long"
	for login in anna berta carl dora emil; do
		chown -R "$login:users" "/home/$login"
	done
	make_programmes
	printf '%s\n' username,full_name,folders,uid anna,Anna,in, berta,Berta,in, \
		carl,Carl,"in tools:ro",30001 \
		dora,Dora,in, emil,Emil,in, >"$sheet"
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
	check "an account that was disabled since can be rolled back" rehome rollback -y 1 dora
	is "and stays disabled" "$(getent shadow dora | cut -d : -f 8)" 1
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

start_sshd
make_people
check "five homes become jails" rehome apply -y --adopt all "csv:$sheet"
test_names
test_rights
test_administrators
finish
