#!/bin/sh
# userdb.sh - exported user records, as systemd's own code reads them from /etc/userdb: through
# nss-systemd, which needs no daemon, and through userdbctl where the machine has it.
. "$(dirname "$0")/../sandbox/lib.sh"

userdbctl=$(command -v userdbctl || :)
if ! getent -s systemd passwd root >/dev/null; then
	echo "1..0 # SKIP this machine has no nss-systemd (libnss-systemd)"
	tap_finished=yes
	exit 0
fi

hash='$6$saltstring$q2.778Y7vt0Ij2OIl01VlxEE6SEh8ZCtgFbyJX8fYkl5S7gx32QO24FVg.rs4DkoAs9t6R19x4z8g69teXFxA0'
key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAVDlAwkRZCFyR89KI0MHyO1UQAuugWFCdqjE7e8j7Sm anna@example.org"

# member NAME <RECORD: the text or number of a member of a record.
member() {
	sed "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/"
}

# drop_in SECTION SUFFIX: a file and a link for each record, as nss-systemd(8) wants them.
drop_in() {
	"$REHOME" export user-record json:/root/people.json --with-secrets --option "section=$1" \
		-o "/root/$1" 2>/dev/null
	while read -r record; do
		login=$(printf '%s\n' "$record" | member userName)
		printf '%s\n' "$record" >"/etc/userdb/$login.$2"
		ln -s "$login.$2" "/etc/userdb/$(sed -n "s/^$login //p" /root/uids).$2"
	done <"/root/$1"
}

test_records() {
	umask 077
	cat >/root/people.json <<EOF
{"username":"anna","full_name":"Änna Vogel","uid":20001,"home":"/home/anna","groups":["press"],"expires":"2027-12-31","password_hash":"$hash","ssh_keys":["$key"]}
{"username":"bert","uid":20002,"home":"/srv/b","state":"disabled","password_hash":"$hash"}
EOF
	printf 'anna 20001\nbert 20002\n' >/root/uids
	mkdir -p /etc/userdb
	chmod 755 /etc/userdb
	drop_in privileged user-privileged
	umask 022
	drop_in public user
	is "systemd finds who is exported" "$(getent -s systemd passwd anna)" \
		"anna:x:20001:20001:Änna Vogel:/home/anna:/usr/sbin/nologin"
	is "by number too" "$(getent -s systemd passwd 20002)" \
		"bert:x:20002:20002:bert:/srv/b:/usr/sbin/nologin"
	is "with hash and end" "$(getent -s systemd shadow anna)" \
		"anna:$hash::::::$(($(date -d 2027-12-31T00:00Z +%s) / 86400)):"
	is "and who is disabled has expired" "$(getent -s systemd shadow bert | cut -d: -f8)" 1
}

test_userdbctl() {
	if [ -z "$userdbctl" ]; then
		skip "userdbctl reads the keys, and who is locked" "no userdbctl (systemd-userdbd)"
		return
	fi
	set -- --with-varlink=no --with-nss=no
	is "userdbctl reads the keys" "$("$userdbctl" "$@" ssh-authorized-keys anna)" "$key"
	is "and that bert is locked" \
		"$("$userdbctl" "$@" user bert | sed -n 's/^ *Login OK: *//p')" "no (record is locked)"
}

test_records
test_userdbctl
finish
