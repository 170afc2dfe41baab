#!/bin/sh
# demo.sh - the main job from beginning to end, in a throwaway root: plan, apply, verify, rollback.
#
# Installs what is missing, builds, and shows what happens to samples/. Nothing outside the build
# directory changes. Needs no server and, once everything is installed, neither root nor network.
set -eu
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8

tools/prepare.sh build demo
[ -e build/build.ninja ] || meson setup build
meson compile -C build rehome

rehome=$PWD/build/cli/rehome
sheet=samples/partners/partners.csv
people=build/u.csv
root=build/demo-root

# It holds a password: not for others to read.
install -m 0600 samples/seed/u.csv "$people"

# Ownership needs root, or something that pretends: fakeroot remembers owners between commands in a
# file.
fake=
if [ "$(id -u)" != 0 ]; then
	fake="fakeroot -s $root.owners -i $root.owners --"
	rm -f "$root.owners"
	: >"$root.owners"
fi

say() {
	printf '\n\033[1m# %s\033[0m\n' "$*"
}

# show ARG...: a command of rehome as one would type it, and what it does.
show() {
	printf '\n$ rehome --root %s %s\n' "$root" "$*"
	$fake "$rehome" --root "$root" "$@"
}

say "A machine of our own: the account files of a fresh system, an empty /home"
rm -rf "$root"
$fake sh -c '
	umask 022
	mkdir -p "$1/etc/ssh/sshd_config.d" "$1/home" "$1/root" "$1/var/lib"
	chmod 0700 "$1/root"
	printf "%s\n" "root:x:0:0:root:/root:/bin/bash" \
		"daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin" \
		"www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin" \
		"maria:x:1000:1000:Maria Rossi:/home/maria:/bin/bash" >"$1/etc/passwd"
	printf "%s\n" root:x:0: daemon:x:1: www-data:x:33: maria:x:1000: >"$1/etc/group"
	printf "%s\n" "root:*:20000:0:99999:7:::" "daemon:*:20000:0:99999:7:::" \
		"www-data:*:20000:0:99999:7:::" "maria:*:20000:0:99999:7:::" >"$1/etc/shadow"
	printf "%s\n" "root:*::" "daemon:*::" "www-data:*::" "maria:!::" >"$1/etc/gshadow"
	chmod 0640 "$1/etc/shadow" "$1/etc/gshadow"
	mkdir -m 0700 "$1/home/maria"
	chown 1000:1000 "$1/home/maria"
	chown -h 0:0 "$1" "$1/etc" "$1/home"
' sh "$root"
before=$($fake find "$root" -path "$root/var/lib/rehome" -prune -o -name .pwd.lock -prune -o \
	-printf '%P %y %U:%G %m %s\n' | sort)

say "The spreadsheet, as a German Excel saved it (windows-1252, semicolons, CRLF)"
iconv -f windows-1252 -t utf-8 "$sheet" | cut -c 1-100

say "1. Plan: what would happen. Nothing is changed."
show plan "csv:$sheet"

say "2. Apply: all of it, or nothing"
show apply -y "csv:$sheet"
show apply -y "csv:$people"

say "What is there now"
tail -n +4 "$root/etc/passwd"
$fake find "$root/home" -mindepth 1 -printf '%M %U:%G /home/%P\n' | sort -k 3
cat "$root/etc/ssh/sshd_config.d/60-rehome.conf"

say "3. Verify: every rule of every jail"
show verify

say "Planning again finds nothing to do"
show plan "csv:$sheet"

say "4. Roll back, newest first"
show history
show rollback -y 2
show rollback -y 1

after=$($fake find "$root" -path "$root/var/lib/rehome" -prune -o -name .pwd.lock -prune -o \
	-printf '%P %y %U:%G %m %s\n' | sort)
if [ "$before" = "$after" ]; then
	say "The machine is what it was before: every path, owner, mode and size is the same."
else
	say "The machine is NOT what it was before:"
	printf '%s\n' "$before" >"$root.before"
	printf '%s\n' "$after" >"$root.after"
	diff "$root.before" "$root.after"
	exit 1
fi
