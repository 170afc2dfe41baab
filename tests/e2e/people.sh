# people.sh - matteo and anna, whom the end-to-end scripts make and take back, and the questions
# that are asked about them. To be sourced after ../sandbox/lib.sh.
#
# matteo has a password, anna a key; both have the folders pics, musics and logs, and logs is
# read-only. The program under test is called through `rehome`.

people=/root/u.csv
matteo_password='Kupfer-Anker-72-Linde'
anna_key=/root/anna.key
dropin=/etc/ssh/sshd_config.d/60-rehome.conf
keys_dir=/etc/ssh/rehome_keys
state=/var/lib/rehome

[ -x "${REHOME:-}" ] || bail "REHOME does not name the program under test"
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1}"

# Three seconds for each wrong password are PAM's, not ours.
sed -i '/pam_unix.so/s/$/ nodelay/' /etc/pam.d/common-auth
# A login that escapes the jail shall find a server that would serve it, nologin or not.
sed -i 's|^Subsystem.*|Subsystem sftp internal-sftp|' /etc/ssh/sshd_config

rehome() {
	"$REHOME" "$@"
}

write_people() {
	[ -e "$anna_key" ] || new_key "$anna_key"
	(
		umask 077
		cat >"$people" <<-END
			username,password,ssh_keys,folders
			matteo,$matteo_password,,pics musics logs:ro
			anna,,$(cat "$anna_key.pub"),pics musics logs:ro
		END
	)
}

# make_people: both, by one run.
make_people() {
	write_people
	rehome apply -y "csv:$people" >/tmp/apply.out 2>&1 || bail "apply fails: $(cat /tmp/apply.out)"
}

# take_people_back: the newest run, undone.
take_people_back() {
	rehome rollback -y "$(newest_run)" >/tmp/rollback.out 2>&1 ||
		bail "rollback fails: $(cat /tmp/rollback.out)"
}

# json EXPRESSION: a Python expression about the document d that is on stdin.
json() {
	python3 -c 'import json, sys
d = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$1"
}

# newest_run [MEMBER]: its number, or another member of its line in the history.
newest_run() {
	rehome history --json | json "d['runs'][-1]['${1:-run}'] if d['runs'] else None"
}

# What the people's homes look like, what is in /etc: quick to take, often compared. The copies that
# useradd and its like leave behind are not in it.
quick_fingerprint() {
	{
		find /etc /home -xdev \( -path /etc/.pwd.lock -o -path '/etc/*-' \) -prune \
			-o -type d -printf 'd %m %U:%G %p\n' \
			-o -printf '%y %m %U:%G %n links %s bytes %p -> %l\n'
		find /etc/ssh /home /etc/passwd /etc/shadow /etc/group /etc/gshadow -type f -print0 |
			xargs -0 sha256sum
	} | LC_ALL=C sort >"$1"
}

# ---- how a login ends ----

# login_by_key USER KEY, login_by_password USER PASSWORD: prints refused, jailed or UNJAILED, from
# what the user sees in the root directory.
login_by_key() {
	judge_login "$(sftp_key "$1" "$2" "$(root_listing)" 2>&1 || echo refused)"
}

login_by_password() {
	judge_login "$(sftp_password "$1" "$2" "$(root_listing)" 2>&1 || echo refused)"
}

root_listing() {
	[ -e /tmp/root-listing ] || printf 'ls -1 /\n' >/tmp/root-listing
	echo /tmp/root-listing
}

judge_login() {
	case $1 in
	*/etc*) echo UNJAILED ;;
	*refused) echo refused ;;
	*/pics*) echo jailed ;;
	*) echo "UNJAILED: $1" ;;
	esac
}

# start_prober: logs in as both, again and again, and writes how each attempt ended to /tmp/prober.
# stop_prober ends it.
start_prober() {
	: >/tmp/prober
	prober &
	prober_pid=$!
}

stop_prober() {
	: >/tmp/prober.stop
	wait "$prober_pid" || :
	rm /tmp/prober.stop
}

prober() {
	while [ ! -e /tmp/prober.stop ]; do
		login_by_key anna "$anna_key"
		login_by_password matteo "$matteo_password"
		sleep 0.1
	done >>/tmp/prober
}

# ---- what the machine has ----

account_is_there() {
	grep -q "^$1:" /etc/passwd
}

shadow_field() {
	awk -F : -v user="$1" -v field="$2" '$1 == user { print $field }' /etc/shadow
}

# start_tunnel OPTION...: keeps an ssh of anna with these options until `end_tunnel`.
start_tunnel() {
	# shellcheck disable=SC2086
	timeout 60 ssh $key_options -i "$anna_key" -o User=anna -N "$@" 127.0.0.1 &
	tunnel_pid=$!
}

end_tunnel() {
	kill "$tunnel_pid" 2>/dev/null || :
	wait "$tunnel_pid" 2>/dev/null || :
}
