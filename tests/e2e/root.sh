#!/bin/sh
# root.sh - the same job on the machine below a directory, by somebody who is not root: under
# fakeroot, and in a user namespace. Nothing outside of the directory is touched.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"

# fakeroot's library comes before the sanitiser's.
export ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0:detect_leaks=0"

work=/tmp/elsewhere
root=$work/root

# ---- not root, in two ways; each runs a command ----

as_nobody_special() {
	setpriv --reuid 1000 --regid 1000 --clear-groups "$@"
}

under_fakeroot() {
	as_nobody_special fakeroot -i "$work/owners" -s "$work/owners" -- "$@"
}

# Ids 0 to 65535 of the namespace are 100000 to 165535 outside: nobody of this machine.
start_namespace() {
	unshare --user sleep 1000 &
	namespace=$!
	wait_until 10 in_own_namespace || bail "there is no user namespace"
	echo '0 100000 65536' >"/proc/$namespace/uid_map"
	echo '0 100000 65536' >"/proc/$namespace/gid_map"
}

in_own_namespace() {
	[ "$(readlink "/proc/$namespace/ns/user")" != "$(readlink /proc/self/ns/user)" ]
}

under_namespace() {
	nsenter --user --target "$namespace" --setuid 0 --setgid 0 "$@"
}

# ---- the machine below the directory ----

make_root() {
	rm -rf "$work"
	mkdir -m 0755 "$work"
	write_people
	cp "$people" "$work/u.csv"
	chown "$1" "$work" "$work/u.csv"
	: >"$work/owners"
	chown "$1" "$work/owners"
	"$2" sh -euc '
		umask 022
		mkdir -p "$1/etc/ssh/sshd_config.d" "$1/home"
		cd "$1/etc"
		printf "root:x:0:0:root:/root:/bin/sh\nwww:x:33:33::/srv:/usr/sbin/nologin\n" >passwd
		printf "root:x:0:\nwww:x:33:\n" >group
		printf "root:*:19000:0:99999:7:::\nwww:*:19000:0:99999:7:::\n" >shadow
		printf "root:*::\nwww:!::\n" >gshadow
		chmod 0640 shadow gshadow' - "$root"
}

# tree FILE: everything below it, with the owners that the user sees.
tree() {
	"$under" sh -euc 'cd "$1"
		find . -path ./var -prune -o -path ./etc/.pwd.lock -prune \
			-o -printf "%y %m %U:%G %p %l\n" | LC_ALL=C sort
		sha256sum etc/passwd etc/group etc/shadow etc/gshadow' - "$root" >"$1"
}

there() {
	"$under" "$REHOME" --root "$root" "$@"
}

owner_of() {
	"$under" stat -c '%a %U:%G %u' "$root/$1" | sed 's/UNKNOWN//g'
}

test_root() {
	way=$1 under=$2
	tree "$work/before"
	check "$way: a plan is made" there plan "csv:$work/u.csv" -o "$work/p.json"
	said "$way: it says that sshd was not asked" sshd
	tree "$work/planned"
	same "$way: which changes nothing" "$work/before" "$work/planned"
	check "$way: the plan is applied" there apply -y "$work/p.json"
	is "$way: the home is root's" "$(owner_of home/matteo)" "755 root:root 0"
	is "$way: the folder is the user's" "$(owner_of home/matteo/pics | cut -d ' ' -f 3)" \
		"$(awk -F : '/^matteo:/ { print $3 }' "$root/etc/passwd")"
	is "$way: the user cannot change logs" "$(owner_of home/anna/logs | cut -d ' ' -f 3)" 0
	check "$way: the key is there" "$under" grep -q ssh-ed25519 \
		"$root/etc/ssh/rehome_keys/anna"
	check "$way: the drop-in is there" grep -q '^Match Group sftponly' \
		"$root/etc/ssh/sshd_config.d/60-rehome.conf"
	exits "$way: verify finds nothing" 0 there verify
	exits "$way: nothing is left to do" 0 there plan "csv:$work/u.csv" --detailed-exitcode
	is "$way: the history has it" \
		"$(there history --json | json "d['runs'][0]['status']")" applied
	check "$way: the run is taken back" there rollback -y 1
	tree "$work/after"
	same "$way: all is what it was" "$work/before" "$work/after"
}

test_refusals() {
	exits "the live machine is root's" 77 as_nobody_special "$REHOME" plan "csv:$work/u.csv"
	said "and there is a way to try it" "--root"
	ln -s /etc "$work/linked"
	mkdir -p "$work/trap/home" "$work/trap/var"
	ln -s ../../../../etc "$work/trap/etc"
	refuse "a link below the directory leads nowhere" \
		rehome --root "$work/trap" apply -y "csv:$work/u.csv"
	said "for it is a link" "symbolic link"
}

write_people
machine_fingerprint /tmp/fp.before
make_root 1000:1000 as_nobody_special
test_root fakeroot under_fakeroot
test_refusals
start_namespace
make_root 100000:100000 under_namespace
test_root "user namespace" under_namespace
kill "$namespace"
machine_fingerprint /tmp/fp.after
same "the machine outside is untouched" /tmp/fp.before /tmp/fp.after
refuse "not even a state directory was made" test -e "$state"
finish
