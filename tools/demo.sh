#!/bin/sh
# demo.sh - the main job from beginning to end, in a throwaway root: plan, apply, verify, rollback;
# then briefly a web host, an old FTP server and an export, and everything is taken back.
#
# Installs what is missing, builds, and shows what happens to samples/. Nothing outside build/demo
# changes. Needs no server and, once everything is installed, neither root nor network. Where $REHOME
# is a program, nothing is installed or built, and the throwaway root is a temporary directory.
set -eu
cd "$(dirname "$0")/.."
top=$PWD
export LC_ALL=C.UTF-8
umask 022
unset REHOME_ROOT REHOME_CONFIG REHOME_STATE_DIR || :
export REHOME_PAGER=cat

if [ -z "${REHOME:-}" ]; then
	tools/prepare.sh build demo
	[ -e build/build.ninja ] || meson setup build
	meson compile -C build rehome
	export REHOME="$top/build/cli/rehome" DEMO_PLACE="$top/build/demo"
	rm -rf "$DEMO_PLACE"
	mkdir "$DEMO_PLACE"
fi

# Ownership needs root, or something that pretends to be.
[ "$(id -u)" = 0 ] || exec fakeroot -- "$top/tools/demo.sh"

place=${DEMO_PLACE:-}
if [ -z "$place" ]; then
	place=$(mktemp -d)
	trap 'rm -rf "$place"' EXIT
fi

# ---- how it is shown ----

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi

say() {
	printf '\n%s# %s%s\n' "$bold" "$*" "$plain"
}

# narrow: lines as far as a terminal shows them; keys are long.
narrow() {
	sed 's/^\(.\{76\}\).*/\1.../'
}

# show ARG...: a command of rehome as one would type it, what it does, and how it ends unless well.
show() {
	printf '\n$ rehome --root machine %s\n' "$*"
	status=0
	"$REHOME" --root machine "$@" </dev/null || status=$?
	[ "$status" = 0 ] || echo "(exit status $status)"
}

# done_by ARG...: the same for what must go well: the demonstration ends otherwise.
done_by() {
	show "$@"
	[ "$status" = 0 ]
}

# owners_below DIRECTORY: modes and owners, by name where the machine has one.
owners_below() {
	find "machine/$1" -printf '%M %U %G /%P\n' | sort -k 4 |
		awk -F '[: ]' -v top="/$1" '
			FILENAME ~ /passwd/ { user[$3] = $1; next }
			FILENAME ~ /group/ { group[$3] = $1; next }
			{ sub("/$", "", $4); printf "%s %s:%s %s\n", $1, user[$2], group[$3], top $4 }
		' machine/etc/passwd machine/etc/group -
}

# Everything on the machine but what rehome remembers: type, owner, mode, size and content.
fingerprint() {
	# shellcheck disable=SC2016
	sh -c '
		find machine -path machine/var/lib/rehome -prune -o -name .pwd.lock -prune -o \
			-printf "%P %y %U:%G %m %s %l\n"
		find machine -path machine/var/lib/rehome -prune -o -name .pwd.lock -prune -o \
			-type f -exec sha256sum {} +
	' | sort
}

# ---- the machine ----

cd "$place"
: >owners
cp "$top/samples/partners/partners.csv" "$top/samples/seed/u.csv" \
	"$top/samples/web-hosting/sites.csv" .
cp -R "$top/samples/web-hosting" "$top/samples/vsftpd" .
# It holds a password: not for others to read.
chmod 0600 u.csv

say "A machine of our own: the account files of a fresh system, an empty /home"
# shellcheck disable=SC2016
sh -c '
	mkdir -p machine/etc/ssh/sshd_config.d machine/home machine/root machine/srv machine/var/lib
	cd machine
	chmod 0700 root
	printf "%s\n" "root:x:0:0:root:/root:/bin/bash" \
		"daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin" \
		"www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin" \
		"maria:x:1000:1000:Maria Rossi:/home/maria:/bin/bash" >etc/passwd
	printf "%s\n" root:x:0: daemon:x:1: www-data:x:33: maria:x:1000: >etc/group
	printf "%s\n" "root:*:20000:0:99999:7:::" "daemon:*:20000:0:99999:7:::" \
		"www-data:*:20000:0:99999:7:::" "maria:*:20000:0:99999:7:::" >etc/shadow
	printf "%s\n" "root:*::" "daemon:*::" "www-data:*::" "maria:!::" >etc/gshadow
	chmod 0640 etc/shadow etc/gshadow
	mkdir -m 0700 home/maria
	chown -hR 0:0 .
	chown 1000:1000 home/maria
'
fingerprint >before
tail -n 1 machine/etc/passwd

# ---- the main job ----

say "A spreadsheet, as a German Excel saved it (windows-1252, semicolons, CRLF)"
iconv -f windows-1252 -t utf-8 partners.csv | tr -d '\r' | narrow

say "1. Plan: what would happen. Nothing is changed."
done_by plan csv:partners.csv

say "A sheet with mistakes: each with its place and a way out, and there is no plan"
cat >bad.csv <<'CSV'
username,uid,folders,expires,ssh_keys
jmueller,,pics logs:ro,31.2.2027,
avogel,1.23E+05,pics,,
bstrauss,,../etc,,
kari,,pics,,ssh-ed25519 AAAAC3NzaC1lZDI1NTE5
CSV
show plan csv:bad.csv
[ "$status" = 65 ]

say "2. Apply: all of it, or nothing. And two people more, one of them with a password."
done_by apply -y -q csv:partners.csv
done_by apply -y -q csv:u.csv

say "What is there now"
tail -n +5 machine/etc/passwd
owners_below home/matteo
sed -n '/^Match/,/DisableForwarding/p' machine/etc/ssh/sshd_config.d/60-rehome.conf

say "3. Verify: every rule of every jail. Planning again finds nothing to do."
done_by verify
done_by plan -q csv:partners.csv

# ---- more ----

say "A web host: an account a virtual host, www for it and the web server, logs read-only"
narrow <sites.csv
done_by -c web-hosting/rehome.yaml apply -y -q sites
owners_below srv/www/bakery-example
grep -h 'internal-sftp -u' machine/etc/ssh/sshd_config.d/60-rehome.conf

say "An old FTP server: what it did with every login, and one of them as a jailed account"
vsftpd/make-root old
done_by inspect vsftpd:old
done_by plan --user mueller vsftpd:old

say "Exported, for a spreadsheet or another program; and read again: nothing to do"
done_by export csv --managed >people.csv
narrow <people.csv
printf '\n$ rehome export json csv:partners.csv | rehome --root machine plan -q json:-\n'
"$REHOME" export json csv:partners.csv >people.json
"$REHOME" --root machine plan -q --detailed-exitcode json:- <people.json

# ---- back ----

say "4. Roll back, newest first"
done_by history
for run in 3 2 1; do
	done_by rollback -y -q "$run"
done

fingerprint >after
if ! cmp -s before after; then
	say "The machine is NOT what it was before:"
	diff before after
	exit 1
fi
say "The machine is what it was before: every path, owner, mode, size and content is the same."
